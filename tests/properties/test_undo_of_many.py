"""Undo of many deals at once: what each would get alone, in queries that do not grow with them."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import assume, event, given
from hypothesis import strategies as st

from opportune.activities.models import Task
from opportune.campaigns.actions import activate_campaign, create_campaign, delete_campaign
from opportune.identity.actions import set_active
from opportune.kernel.errors import OpportuneError
from opportune.ledger import giving_back
from opportune.ledger.models import Change
from opportune.ledger.recording import command, noting_change_sets
from opportune.ledger.undo import undo
from opportune.opportunities import actions
from opportune.opportunities.actions import Draft
from opportune.opportunities.models import Entry, Opportunity, ProcessRun
from opportune.process.actions import add_step, delete_stage
from opportune.process.queries import ProcessPicture, process_by_id
from opportune.reference.actions import change_setting, remove_choice
from tests.deals import SYSTEM, TODAY, Trade, id_of, last_change_set, process_with, stage
from tests.properties.profiles import few, forgotten

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("march")]
COUNT = 4
MODELS = (Opportunity, Task, Entry, ProcessRun)


@pytest.fixture
def road(trade: Trade) -> ProcessPicture:
    """A process whose first stages make tasks."""
    made = process_with(
        stage("a", 10, skip=True, is_default=True), stage("b", 30, skip=True), stage("c", 60), key="road"
    )
    for at in (0, 1):
        add_step(SYSTEM, made.stages[at].id, what="task", name_en="Call", name_fr="Appeler", delay_days=2)
    change_setting(SYSTEM, "allow_deleting_open", True)
    return process_by_id(made.id)


class Nobody:
    """What no handler is."""


@contextmanager
def one_by_one() -> Iterator[None]:
    """Within this block no handler is taken to have a set form."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(giving_back, "SetHandler", Nobody)
        yield


def made(trade: Trade, road: ProcessPicture, at: list[int]) -> list[int]:
    """Deals of Alice's, each at one of the stages."""
    drafts = [
        Draft(
            {
                "subject": f"Deal {n}",
                "account_id": trade.account.pk,
                "estimated_value": 100 + n,
                "source": "web",
            },
            process_id=road.id,
            stage_id=road.stages[where].id,
        )
        for n, where in enumerate(at)
    ]
    return [deal.pk for deal in actions.create_many(trade.alice, drafts) if isinstance(deal, Opportunity)]


def state_of(deals: list[int]) -> list[dict[str, Any]]:
    """The deals and what hangs on them, but for keys that depend on when they were made."""
    rows: list[dict[str, Any]] = []
    for model in MODELS:
        about = {"about_id__in": deals} if model is Task else {"opportunity_id__in": deals}
        found: Any = model._default_manager.filter(**({"pk__in": deals} if model is Opportunity else about))
        left_out = {"id", "change_set_id", "touched_at"}
        rows += [
            {name: value for name, value in row.items() if name not in left_out} | {"model": model.__name__}
            for row in found.order_by("pk").values()
        ]
    told = Change.objects.filter(kind__in=("opportunity", "task")).order_by("kind", "record_id", "version")
    names = ("kind", "record_id", "version", "operation", "on", "before", "after", "detail")
    return [*rows, *(dict(row) for row in told.values(*names))]


def won_and_deleted(trade: Trade, road: ProcessPicture, ids: list[int]) -> None:
    """Close deals and delete them in one change set: of each, two things are to be undone."""
    with command(trade.company.ada, "tests"):
        actions.close_many(trade.company.ada, ids=ids, outcome="won", reason="PRICE_W", on=TODAY)
        actions.delete_many(trade.company.ada, ids=ids)


def half_edited_and_deleted(trade: Trade, road: ProcessPicture, ids: list[int]) -> None:
    """Delete deals of which half were edited before, in one change set."""
    with command(trade.company.ada, "tests"):
        for one in ids[: len(ids) // 2]:
            actions.edit(trade.company.ada, one, {"source": "", "estimated_value": 9})
        actions.delete_many(trade.company.ada, ids=ids)


COMMANDS: dict[str, Any] = {
    "next": lambda trade, road, ids: actions.move_many(trade.alice, ids=ids, wish="next"),
    "skip": lambda trade, road, ids: actions.move_many(trade.alice, ids=ids, stage_id=road.stages[2].id),
    "elsewhere": lambda trade, road, ids: actions.move_many(
        trade.alice, ids=ids, stage_id=trade.sales.stages[0].id
    ),
    "won": lambda trade, road, ids: actions.close_many(
        trade.alice, ids=ids, outcome="won", reason="PRICE_W", on=TODAY
    ),
    "assigned": lambda trade, road, ids: actions.assign_many(
        trade.company.ada, ids=ids, owner_id=id_of(trade.company.carol)
    ),
    "deleted": lambda trade, road, ids: actions.delete_many(trade.company.ada, ids=ids),
    "won and deleted": won_and_deleted,
    "half edited and deleted": half_edited_and_deleted,
}
AFTERWARDS: dict[str, Any] = {
    "edited": lambda trade, road, one: actions.edit(SYSTEM, one, {"estimated_value": 7}),
    "moved on": lambda trade, road, one: actions.move(SYSTEM, one, wish="update", chance=Decimal(5)),
    "lost": lambda trade, road, one: actions.close(SYSTEM, one, outcome="lost", reason="PRICE_L", on=TODAY),
    "stage gone": lambda trade, road, one: delete_stage(
        SYSTEM, road.stages[1].id, replacement_id=road.stages[2].id
    ),
    "stage gone for good": lambda trade, road, one: delete_stage(SYSTEM, road.stages[0].id),
    "owner gone": lambda trade, road, one: set_active(
        trade.company.ada, id_of(trade.alice), is_active=False, successor_id=id_of(trade.company.carol)
    ),
    "handed over": lambda trade, road, one: actions.assign(SYSTEM, one, owner_id=id_of(trade.company.dan)),
    "choice gone": lambda trade, road, one: remove_choice(SYSTEM, "source", "web", replacement="other"),
}
EXAMPLES = st.fixed_dictionaries(
    {
        "at": st.lists(st.integers(0, 2), min_size=COUNT, max_size=COUNT),
        "afterwards": st.lists(
            st.tuples(st.sampled_from(sorted(AFTERWARDS)), st.integers(0, COUNT - 1)), max_size=3
        ),
        "by": st.sampled_from(["alice", "ada", "carol", "system"]),
        "twice": st.booleans(),
    }
)


def verdict(trade: Trade, by: str, change_set: int, *, twice: bool) -> object:
    """How undo ends, and redo after it."""
    actor = SYSTEM if by == "system" else getattr(trade.company, by)
    try:
        undone = undo(actor, change_set)
        if twice:
            undone = undo(SYSTEM, undone.change_set_id or 0)
    except OpportuneError as error:
        return error.code, str(error.message)
    return undone.restored, undone.kept


@pytest.mark.parametrize("command", sorted(COMMANDS))
@few(12)
@given(example=EXAMPLES)
def test_many_are_undone_as_one_by_one(
    trade: Trade, road: ProcessPicture, command: str, example: dict[str, Any]
) -> None:
    with forgotten():
        deals = made(trade, road, example["at"])
        with noting_change_sets() as noted:
            COMMANDS[command](trade, road, deals)
        assume(noted)  # where all stand in the last stage, none is moved to the next
        for name, which in example["afterwards"]:
            try:
                AFTERWARDS[name](trade, road, deals[which])
            except OpportuneError:
                continue
        ends = []
        for way in (one_by_one, nullcontext):
            with forgotten(), way():
                ended = verdict(trade, example["by"], noted[-1], twice=example["twice"])
                ends.append((ended, state_of(deals)))
        event("refused" if isinstance(ends[0][0], tuple) and isinstance(ends[0][0][0], str) else "undone")
        assert ends[1][0] == ends[0][0]
        assert ends[1][1] == ends[0][1]


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_undo_makes_no_more_queries_for_many(trade: Trade, road: ProcessPicture, command: str) -> None:
    counted = []
    for count in (2, 12):
        with forgotten():
            deals = made(trade, road, [0] * count)
            change_set = last_change_set(COMMANDS[command], trade, road, deals)
            with CaptureQueriesContext(connection) as queries:
                undo(SYSTEM, change_set)
            counted.append(len(queries))
    assert counted[0] == counted[1]


def test_of_many_refusals_the_one_that_comes_first_alone_is_told(trade: Trade, road: ProcessPicture) -> None:
    ada = trade.company.ada
    campaign = create_campaign(ada, {"name": "Spring"})
    activate_campaign(ada, campaign.pk)
    last, first = trade.deal(external_id="one"), trade.deal(campaign_id=campaign.pk)

    def edited_and_deleted() -> None:
        with command(ada, "tests"):
            for each in (last, first):
                actions.edit(ada, each.pk, {"campaign_id": None, "budget": 7})
            actions.delete_many(ada, ids=[last.pk, first.pk])

    change_set = last_change_set(edited_and_deleted)
    delete_campaign(ada, campaign.pk)
    trade.deal(external_id="one")
    ends = []
    for way in (one_by_one, nullcontext):
        with forgotten(), way():
            ends.append(verdict(trade, "ada", change_set, twice=False))
    assert ends[0] == ends[1]
    assert isinstance(ends[0], tuple)
    assert ends[0][0] == "origin_gone"
