"""Totals by SQL are what adding up in Python gives, for any rights, filter, currency, history and day."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from opportune.identity.actor import Actor
from opportune.identity.models import Membership, Share, User
from opportune.identity.permissions import Depth
from opportune.kernel import clock
from opportune.opportunities import actions
from opportune.opportunities.filters import OpportunityFilter
from opportune.opportunities.models import Entry, Opportunity
from opportune.opportunities.queries import Sum, Totals, board, count, opportunities, totals
from opportune.process.queries import processes
from tests.deals import SYSTEM, Trade, id_of
from tests.people import Company
from tests.properties.adding import added_up, half_up
from tests.properties.life import ON_ONE_DEAL, Command, Life
from tests.properties.profiles import few, forgotten

pytestmark = pytest.mark.django_db

PEOPLE = ("alice", "bob", "carol", "dan")
LARGEST = Decimal("999999999999.9999")
FIRST = st.fixed_dictionaries(
    {
        "currency": st.sampled_from(["EUR", "USD"]),
        "estimated_value": st.sampled_from([None, Decimal("0.005"), Decimal("1234.56"), LARGEST]),
    },
    optional={
        "source": st.sampled_from(["web", "partner"]),
        "type": st.just("new"),
        "forecast_category": st.just("committed"),
        "chance": st.decimals(0, 100, places=2),
        "stage_id": st.none(),
    },
)


@dataclass(frozen=True, slots=True)
class Story:
    """A deal of somebody's, what happens to it, and with whom it is shared."""

    owner: str
    first: dict[str, Any]
    commands: list[Command]
    shared: tuple[str, str] | None


STORIES = st.builds(
    Story,
    owner=st.sampled_from(PEOPLE),
    first=FIRST,
    commands=st.lists(ON_ONE_DEAL, max_size=6),
    shared=st.none() | st.tuples(st.sampled_from(["user", "team"]), st.sampled_from(PEOPLE)),
)
DEPTHS = st.sampled_from([*Depth, Depth.ORGANISATION, Depth.ORGANISATION, Depth.UNIT, Depth.TEAM])
DAYS = st.dates(date(2026, 2, 28), date(2026, 4, 15))
CONDITIONS: dict[str, st.SearchStrategy[Any]] = {
    "status": st.sampled_from(["open", "closed", "not_started", "in_progress", "won", "lost"]),
    "owner": st.sampled_from(PEOPLE),
    "team": st.sampled_from(["hunters", "farmers"]),
    "stage": st.integers(0, 3),
    "account": st.just("northwind"),
    "source": st.sampled_from(["web", "partner"]),
    "type": st.just("new"),
    "forecast_category": st.sampled_from(["pipeline", "committed", "won", "lost"]),
    "close_from": DAYS,
    "close_to": DAYS,
    "text": st.sampled_from(["pumps", "two", "opp 1", "DURAND", "northw pum", "nothing"]),
}
ASKED = st.lists(st.sampled_from(sorted(CONDITIONS)), max_size=2).flatmap(
    lambda names: st.fixed_dictionaries({name: CONDITIONS[name] for name in names})
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for, as the filter and as a plain question about a deal and how it stood."""

    wanted: OpportunityFilter
    fits: Callable[[Opportunity, Any], bool]


def asked(trade: Trade, given: dict[str, Any]) -> Asked:
    """A filter twice: for Opportune, and in Python."""
    company = trade.company
    members = {
        name: set(Membership.objects.filter(team=getattr(company, name)).values_list("user_id", flat=True))
        for name in ("hunters", "farmers")
    }
    stage_id = trade.sales.stages[given["stage"]].id if "stage" in given else None
    owner = id_of(getattr(company, given["owner"])) if "owner" in given else None
    wanted = OpportunityFilter(
        text=given.get("text", ""),
        status=given.get("status", ""),
        owner_ids=() if owner is None else (owner,),
        team_id=getattr(company, given["team"]).pk if "team" in given else None,
        stage_id=stage_id,
        account_id=trade.account.pk if "account" in given else None,
        source=given.get("source", ""),
        type=given.get("type", ""),
        forecast_category=given.get("forecast_category", ""),
        close_from=given.get("close_from"),
        close_to=given.get("close_to"),
    )
    statuses = {"open": {"not_started", "in_progress"}, "closed": {"won", "lost"}}

    def fits(deal: Opportunity, stood: Any) -> bool:
        customer = stood.account or stood.contact
        employer = stood.contact.account_id if stood.contact else None
        words = f"{deal.subject}|{deal.number}|{customer.full_name}".lower()
        close = stood.estimated_close_on
        counted_as = stood.status if stood.status in statuses["closed"] else stood.forecast_category
        return all(
            (
                "status" not in given or stood.status in statuses.get(given["status"], {given["status"]}),
                owner is None or stood.owner_id == owner,
                "team" not in given or stood.owner_id in members[given["team"]],
                stage_id is None or stood.stage_id == stage_id,
                "account" not in given or trade.account.pk in (stood.account_id, employer),
                "source" not in given or deal.source == given["source"],
                "type" not in given or deal.type == given["type"],
                "forecast_category" not in given or counted_as == given["forecast_category"],
                "close_from" not in given or (close is not None and close >= given["close_from"]),
                "close_to" not in given or (close is not None and close <= given["close_to"]),
                all(word in words for word in given.get("text", "").lower().split()),
            )
        )

    return Asked(wanted, fits)


def live(trade: Trade, story: Story) -> Life:
    """Tell a story; its life knows when it ended."""
    life = Life(trade)
    life.begin(**story.first, owner=getattr(trade.company, story.owner))
    if story.shared is not None:
        kind, name = story.shared
        team = trade.company.farmers if name == "dan" else trade.company.hunters
        whom = {"user_id": id_of(getattr(trade.company, name))} if kind == "user" else {"team_id": team.pk}
        actions.share_deal(trade.company.ada, life.deal_id, **whom)  # type: ignore[arg-type]  # ids only
    life.live(story.commands)
    return life


def seen_by(actor: Actor, company: Company) -> list[Opportunity]:
    """The deals an actor sees, decided one by one."""
    depth = actor.depth("opportunity", "read")
    teams = {
        user: {team for owner, team in Membership.objects.values_list("user_id", "team_id") if owner == user}
        for user in User.objects.values_list("id", flat=True)
    }
    units = dict(User.objects.values_list("id", "unit_id"))
    me = id_of(actor)
    shared = {
        share.record_id
        for share in Share.objects.filter(record_kind="opportunity")
        if share.user_id == me or share.team_id in teams[me]
    }

    def sees(deal: Opportunity) -> bool:
        return depth > Depth.NONE and (
            depth == Depth.ORGANISATION
            or deal.owner_id == me
            or (depth >= Depth.TEAM and bool(teams[me] & teams[deal.owner_id]))
            or (depth >= Depth.UNIT and units[deal.owner_id] == units[me])
            or deal.pk in shared
        )

    rows = Opportunity.objects.filter(deleted_at=None).select_related("account", "contact")
    return [deal for deal in rows if sees(deal)]


def stood_at(deals: Sequence[Opportunity], day: date) -> list[tuple[Opportunity, Entry]]:
    """How deals stood at the end of a day, looked up one by one."""
    instant = clock.end_of(day, "Europe/Paris")
    found = []
    for deal in deals:
        entries = Entry.objects.filter(opportunity=deal).select_related("account", "contact").order_by("at")
        before = [entry for entry in entries if entry.at <= instant]
        found += [(deal, before[-1])] if before else []
    return found


def reader(company: Company, name: str, depth: Depth) -> Actor:
    """Somebody whose right to read reaches so far."""
    actor: Actor = getattr(company, name)
    return replace(actor, depths={**actor.depths, ("opportunity", "read"): depth})


@few(3)
@given(
    stories=st.lists(STORIES, min_size=2, max_size=6),
    name=st.sampled_from(PEOPLE),
    depth=DEPTHS,
    given=ASKED,
    day=st.none() | DAYS,
)
def test_totals_are_what_adding_up_gives(
    trade: Trade, stories: list[Story], name: str, depth: Depth, given: dict[str, Any], day: date | None
) -> None:
    with forgotten():
        for story in stories:
            live(trade, story)
        actor, question = reader(trade.company, name, depth), asked(trade, given)
        seen = seen_by(actor, trade.company)
        matching = [deal for deal in seen if question.fits(deal, deal)]
        event(f"{depth.name}: {'some' if matching else 'none'}, {'then' if day else 'now'}")
        now = totals(actor, question.wanted)
        assert now == added_up(matching)
        assert count(actor, question.wanted) == len(matching)
        listed = opportunities(actor, question.wanted, limit=100).rows
        assert {row.id for row in listed} == {deal.pk for deal in matching}
        assert sum((row.value_base for row in listed), Decimal(0)) == now.all.value
        assert_parts_make_the_whole(now)
        assert_the_board_agrees(actor, question.wanted, now)
        if day is not None:
            then = totals(actor, question.wanted, as_of=day)
            assert then == added_up(
                entry for deal, entry in stood_at(seen, day) if question.fits(deal, entry)
            )
            assert_parts_make_the_whole(then)


def assert_parts_make_the_whole(found: Totals) -> None:
    """To the cent, and exactly."""
    for parts in (found.by_status, found.by_stage):
        assert sum(parts.values(), Sum()) == found.all
    assert type(found.all.value) is type(found.all.expected) is Decimal


def assert_the_board_agrees(actor: Actor, wanted: OpportunityFilter, whole: Totals) -> None:
    """The columns of all processes are the open deals of the whole."""
    boards = [board(actor, process, wanted) for process in processes()]
    shown = {
        (one.process.id, column.stage.id if column.stage else None): column.sum
        for one in boards
        for column in one.columns
        if column.sum.count
    }
    assert shown == whole.by_open_stage
    for one in boards:
        assert all(len(column.cards) == column.sum.count for column in one.columns)


def test_today_is_now(trade: Trade) -> None:
    life = live(trade, Story("alice", {"estimated_value": LARGEST}, [("move", {"wish": "next"})], None))
    with clock.stopped_at(life.now + timedelta(1)):
        today = clock.today("Europe/Paris")
        assert totals(trade.alice, OpportunityFilter(), as_of=today) == totals(
            trade.alice, OpportunityFilter()
        )


def test_a_thousand_of_the_largest_amounts_neither_overflow_nor_turn_into_floats(trade: Trade) -> None:
    life = live(trade, Story("alice", {"estimated_value": LARGEST}, [], None))
    deal = life.deal
    copies = []
    for number in range(1100):
        deal.pk, deal.number = None, f"COPY-{number}"
        copies.append(
            Opportunity(**{f.attname: getattr(deal, f.attname) for f in deal._meta.concrete_fields})
        )
    Opportunity.objects.bulk_create(copies)
    whole = totals(SYSTEM, OpportunityFilter()).all
    assert whole.count == 1101
    assert whole.value == half_up(Fraction(LARGEST), 2) * 1101
    assert type(whole.value) is Decimal
