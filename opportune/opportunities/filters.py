"""Which deals are wanted, and in which order: one filter for board, list, summary, export and API.

Written as parameters: `status=open`, `owner=me`, `process=1`, `stage=3`, `account=12` (or `customer=account:12`),
`text=pump`, `close_from=2026-01-01`, `close_to=…`, `sort=-value`; `member=me` asks for the deals whose sales team one
is on, `competitor=4` for those it stands on or won, `stale=yes` for those stuck in their stage.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, Self

from django.db.models import Q

from opportune.customers.models import Account, Contact
from opportune.identity.actor import Actor
from opportune.identity.models import Membership
from opportune.kernel import clock
from opportune.kernel.checking import day, sorted_out
from opportune.kernel.errors import Invalid
from opportune.kernel.parameters import given, parts, record_id
from opportune.kernel.sentences import Sentence, sentence
from opportune.kernel.text import fold
from opportune.ledger.models import LIVE
from opportune.opportunities.models import CLOSED, OPEN, Opportunity, Rival, Status, TeamMember
from opportune.opportunities.staleness import stale_deals
from opportune.reference.queries import COLORS, marked_with

SORTS = ("touched", "subject", "value", "close", "probability", "created")
STATUSES: Mapping[str, tuple[str, ...]] = {
    "open": OPEN,
    "closed": CLOSED,
    **{status.value: (status.value,) for status in Status},
}
RECORDS = ("team", "process", "stage", "account", "contact", "campaign", "segment", "competitor")
CHOICES = ("source", "type", "rating", "priority", "payment_terms", "forecast_category")
PEOPLE = ("owner", "member")
DAYS = ("close_from", "close_to")
FLAGS = ("stale", "on_hold")
_PLACES = ("status", "owner_ids", "team_id", "process_id", "stage_id")
_MANY = 200


@dataclass(frozen=True, slots=True)
class OpportunityFilter:
    """What is asked for; a field left at its default asks for nothing."""

    PARAMETERS: ClassVar[tuple[str, ...]] = (
        "text", "status", "owner", "team", "process", "stage", "account", "contact", "customer", "source",
        "type", "rating", "priority", "payment_terms", "forecast_category", "category", "campaign", "segment",
        "competitor", "member", "on_hold", "stale", "close_from", "close_to", "sort",
    )  # fmt: skip

    text: str = ""
    status: str = ""
    owner_ids: tuple[int, ...] = ()
    team_id: int | None = None
    process_id: int | None = None
    stage_id: int | None = None
    account_id: int | None = None
    contact_id: int | None = None
    campaign_id: int | None = None
    segment_id: int | None = None
    competitor_id: int | None = None
    member_ids: tuple[int, ...] = ()
    on_hold: bool | None = None
    stale: bool | None = None
    source: str = ""
    type: str = ""
    rating: str = ""
    priority: str = ""
    payment_terms: str = ""
    forecast_category: str = ""
    category: str = ""
    close_from: date | None = None
    close_to: date | None = None
    sort: str = "touched"
    descending: bool = True

    @classmethod
    def read(cls, parameters: Mapping[str, str], actor: Actor) -> Self:
        """The filter that parameters ask for. Raises Invalid, by parameter; empty ones ask for nothing."""
        asked = given(parameters)
        wrong: dict[str, Sentence] = {
            name: sentence("There is no filter “{name}” here.", name=name)
            for name in asked
            if name not in cls.PARAMETERS
        }
        wrong |= _spread_customer(asked)
        order = asked.get("sort", "-touched")
        if order.removeprefix("-") not in SORTS:
            wrong["sort"] = sentence("Sort by one of: {names}.", names=", ".join(SORTS))
        if asked.get("status", "open") not in STATUSES:
            wrong["status"] = sentence("Choose a status: {names}.", names=", ".join(STATUSES))
        read: dict[str, Any] = {name: asked.get(name, "") for name in (*CHOICES, "category")}
        for name in PEOPLE:
            who = [actor.person_id if part == "me" else record_id(part) for part in parts(asked.get(name))]
            if None in who or len(who) > _MANY:
                wrong[name] = sentence("Give people by their ids, or “me”.")
            read[f"{name}_ids"] = tuple(who)
        for names, key, reader, refusal in (
            (RECORDS, "{}_id", record_id, sentence("Give the record by its id.")),
            (FLAGS, "{}", _ANSWERS.get, sentence("Answer yes or no.")),
        ):
            for name in names:
                read[key.format(name)] = reader(asked[name]) if name in asked else None
                if name in asked and read[key.format(name)] is None:
                    wrong[name] = refusal
        days, faulty = sorted_out(dict.fromkeys(DAYS, day), {name: asked.get(name) for name in DAYS})
        wrong |= faulty
        if asked.get("category", "red") not in COLORS:
            wrong["category"] = sentence("Choose a category by its colour: {names}.", names=", ".join(COLORS))
        first, last = (days.get(name) for name in DAYS)
        if first is not None and last is not None and first > last:
            wrong["close_to"] = sentence(
                "“Closes until” ({last}) lies before “Closes from” ({first}). Swap the two days, or leave one out.",
                first=first,
                last=last,
            )
        if wrong:
            raise Invalid(wrong)
        return cls(
            text=asked.get("text", "")[:_MANY].strip(),
            status=asked.get("status", ""),
            sort=order.removeprefix("-"),
            descending=order.startswith("-"),
            **read,
            **days,
        )

    def parameters(self) -> dict[str, str]:
        """The inverse of `read`, without what is left at its default: a view is its URL."""
        order = ("-" if self.descending else "") + self.sort
        written: dict[str, Any] = {
            "text": self.text,
            "status": self.status,
            **{name: ",".join(map(str, getattr(self, f"{name}_ids"))) for name in PEOPLE},
            **{name: getattr(self, f"{name}_id") for name in RECORDS},
            **{name: getattr(self, name) for name in (*CHOICES, "category", *DAYS)},
            **{name: _WRITTEN[getattr(self, name)] for name in FLAGS},
            "sort": "" if order == "-touched" else order,
        }
        return {name: str(written[name]) for name in self.PARAMETERS if written.get(name) not in (None, "")}

    @property
    def is_of_places(self) -> bool:
        """Whether nothing is asked but where deals are and whose they are: what the tally knows too."""
        return self == OpportunityFilter(
            **{name: getattr(self, name) for name in (*_PLACES, "sort", "descending")}
        )

    @property
    def is_of_now(self) -> bool:
        """Whether what matches depends on when it is asked, not only on the rows."""
        return self.stale is not None

    def condition(self, actor: Actor, *, of_entries: bool = False) -> Q:
        """The rows that match: deals, or the entries that say how deals stood, whose other fields are today's.

        An account's deals are its own and its contacts' (B-006), of those whose employer the actor may know.
        """
        asked = Q()
        if self.status:
            asked &= Q(status__in=STATUSES[self.status])
        if self.owner_ids:
            asked &= Q(owner_id__in=self.owner_ids)
        if self.team_id is not None:
            asked &= Q(owner_id__in=Membership.objects.filter(team_id=self.team_id).values("user_id"))
        if self.process_id is not None:
            asked &= Q(process_id=self.process_id)
        if self.stage_id is not None:
            asked &= Q(stage_id=self.stage_id)
        if self.account_id is not None:
            asked &= Q(account_id=self.account_id) | _staff(actor, self.account_id)
        if self.contact_id is not None:
            asked &= Q(contact_id=self.contact_id)
        if self.forecast_category in CLOSED:
            asked &= Q(status=self.forecast_category)
        elif self.forecast_category:
            asked &= Q(forecast_category=self.forecast_category, status__in=OPEN)
        if self.close_from is not None:
            asked &= Q(estimated_close_on__gte=self.close_from)
        if self.close_to is not None:
            asked &= Q(estimated_close_on__lte=self.close_to)
        today = "opportunity__" if of_entries else ""
        asked &= self._as_of_today(today, "opportunity_id" if of_entries else "id")
        if self.category:
            asked &= Q(**{f"{today}pk__in": marked_with(self.category, Opportunity.kind)})
        for word in fold(self.text).split():
            asked &= (
                Q(**{f"{today}subject_key__contains": word})
                | Q(**{f"{today}number__icontains": word})
                | Q(account__sort_key__contains=word)
                | Q(contact__sort_key__contains=word)
            )
        return asked

    def _as_of_today(self, today: str, deal: str) -> Q:
        asked = Q()
        for name in ("source", "type", "rating", "priority", "payment_terms"):
            if getattr(self, name):
                asked &= Q(**{f"{today}{name}": getattr(self, name)})
        for name in ("campaign_id", "segment_id", "on_hold"):
            if getattr(self, name) is not None:
                asked &= Q(**{f"{today}{name}": getattr(self, name)})
        if self.competitor_id is not None:
            named = Rival.objects.filter(LIVE, competitor_id=self.competitor_id).values("opportunity_id")
            asked &= Q(**{f"{deal}__in": named}) | Q(**{f"{today}lost_to_id": self.competitor_id})
        if self.member_ids:
            on_team = TeamMember.objects.filter(LIVE, user_id__in=self.member_ids).values("opportunity_id")
            asked &= Q(**{f"{deal}__in": on_team})
        if self.stale is not None:
            stuck = stale_deals(clock.now(), today)
            asked &= stuck if self.stale else ~stuck
        return asked


_ANSWERS = {"yes": True, "no": False}
_WRITTEN = {True: "yes", False: "no", None: ""}


def _spread_customer(asked: dict[str, str]) -> dict[str, Sentence]:
    """Write a customer as the account or the contact it is; what is wrong with it otherwise."""
    written = asked.pop("customer", "")
    if not written:
        return {}
    kind, _, number = written.partition(":")
    if kind not in ("account", "contact") or record_id(number) is None:
        return {"customer": sentence("Name the customer by its kind and id, such as account:7.")}
    if asked.keys() & {"account", "contact"}:
        return {"customer": sentence("Ask for one customer only.")}
    asked[kind] = number
    return {}


def _staff(actor: Actor, account_id: int) -> Q:
    """The deals of an account's contacts, where the actor sees these or the account: a deal shows a name alone."""
    known = Contact.objects.visible_to(actor).filter(account_id=account_id)
    all_of_them = Contact.objects.filter(account__in=Account.objects.visible_to(actor).filter(pk=account_id))
    return Q(contact_id__in=known.values("id")) | Q(contact_id__in=all_of_them.values("id"))
