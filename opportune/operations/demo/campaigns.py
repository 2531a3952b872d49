"""A year of campaigns, some over, some under way, one to come; and whom two of them address."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from opportune.campaigns.actions import add_lines, create_campaign, create_segment
from opportune.kernel import clock
from opportune.kernel.records import RecordRef
from opportune.ledger.recording import command
from opportune.operations.demo.customers import DemoCustomer
from opportune.operations.demo.people import Colleague

_CAMPAIGNS = (
    # name, code, type, first and last day from today, costs, the source of its deals
    ("Salon Énergie & Industrie", "SEI", "trade_show", -320, -230, 18000, 19250, "trade_show"),
    ("Salon Smart Buildings", "SSB", "trade_show", -75, 10, 24000, 21800, "trade_show"),
    ("Phoning agroalimentaire", "AGRO", "telemarketing", -200, 60, 6000, 4350, "telemarketing"),
    ("Energy savings webinar", "WEBI", "seminar", -150, -20, 3500, 3120, "web"),
    ("Petits déjeuners « froid industriel »", "FROID", "seminar", 25, 60, 5200, None, ""),
    ("Winter mailing", "MAIL", "direct_mail", None, None, 4000, None, ""),
)
_SEGMENTS = (("Agroalimentaire", "AGRO", 0, 14), ("Sites de plus de 500 salariés", "FROID", 20, 12))


@dataclass(frozen=True, slots=True)
class DemoCampaign:
    """A campaign of the demo: when it runs, the source of the deals it brings, and its segment with its accounts."""

    id: int
    source: str
    starts_on: date
    ends_on: date
    segment_id: int | None
    addressed: frozenset[int]

    def brings(self, source: str, day: date) -> bool:
        """Whether a deal of that source, created that day, comes from it."""
        return bool(self.source) and self.source == source and self.starts_on <= day <= self.ends_on


def make_campaigns(people: Sequence[Colleague], customers: Sequence[DemoCustomer]) -> list[DemoCampaign]:
    """The campaigns of the manager, with their segments; the last one is not activated yet."""
    today = clock.today("Europe/Paris")
    actor = next(
        person.actor for person in people if not person.sells and person.sign_in.role == "sales_manager"
    )
    made = []
    with command(actor, "load_demo"):
        for name, code, kind, first, last, budget, cost, source in _CAMPAIGNS:
            days = {} if first is None or last is None else _period(today, first, last)
            campaign = create_campaign(
                actor,
                {
                    "name": name,
                    "code": code,
                    "type": kind,
                    **days,
                    "is_activated": bool(days),
                    "budgeted_cost": budget,
                    "actual_cost": cost,
                },
            )
            segment_id, addressed = None, frozenset[int]()
            for title, of, begin, count in _SEGMENTS:
                if of == code:
                    segment = create_segment(actor, {"name": title, "campaign_id": campaign.pk})
                    accounts = [customer.id for customer in customers[begin : begin + count]]
                    add_lines(actor, segment.pk, [RecordRef("account", account) for account in accounts])
                    segment_id, addressed = segment.pk, frozenset(accounts)
            begins, ends = days.get("starts_on", today), days.get("ends_on", today)
            made.append(DemoCampaign(campaign.pk, source, begins, ends, segment_id, addressed))
    return made


def _period(today: date, first: int, last: int) -> dict[str, date]:
    return {"starts_on": today + timedelta(days=first), "ends_on": today + timedelta(days=last)}
