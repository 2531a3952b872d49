"""Administering stages: adding, changing, ordering, the default one (C-073…C-090)."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from opportune.kernel.errors import Conflict, Invalid, NotFound, NotPermitted, Refused
from opportune.ledger.undo import undo
from opportune.process import actions
from opportune.process.queries import ProcessPicture, process_by_id
from tests.deals import SYSTEM, Trade, last_change_set, process_with, stage

pytestmark = pytest.mark.django_db
NAMES = {"name_en": "Demo", "name_fr": "Démonstration"}


@pytest.fixture
def short() -> ProcessPicture:
    """A process of three stages, the first the default one."""
    return process_with(stage("a", is_default=True), stage("b"), stage("c"))


def order(process: ProcessPicture) -> str:
    return "".join(one.key for one in process_by_id(process.id).stages)


def default(process: ProcessPicture) -> str | None:
    chosen = process_by_id(process.id).default_stage
    return chosen.key if chosen else None


def test_a_stage_is_added_behind_the_others(short: ProcessPicture) -> None:
    actions.add_stage(
        SYSTEM,
        short.id,
        {
            **NAMES,
            "chance": "33.333",
            "completed": 40,
            "allow_skip": True,
            "quote_required": True,
            "expected_days": 10,
            "stale_days": 12,
            "close_date_formula": "+1w",
            "guidance_en": "Show it.",
            "guidance_fr": "Montrez-le.",
        },
    )
    made = process_by_id(short.id).stages[-1]
    assert (made.key, made.order, made.name("fr")) == ("demo", 3, "Démonstration")
    assert (made.chance, made.completed) == (Decimal("33.33"), Decimal(40))
    assert (made.allow_skip, made.quote_required, made.is_default) == (True, True, False)
    assert (made.expected_days, made.stale_after, made.close_date_formula) == (10, 12, "1W")
    assert (made.guidance_en, made.guidance_fr) == ("Show it.", "Montrez-le.")


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({}, {"name_en", "name_fr"}),
        ({"name_en": " ", "name_fr": "X"}, {"name_en"}),
        ({**NAMES, "name_en": "Á"}, {"name_en"}),
        ({**NAMES, "name_fr": "a"}, {"name_fr"}),
        ({**NAMES, "key": "a"}, {"key"}),
        ({**NAMES, "key": "a/b"}, {"key"}),
        ({**NAMES, "chance": 101}, {"chance"}),
        ({**NAMES, "completed": "-1"}, {"completed"}),
        ({**NAMES, "expected_days": -1}, {"expected_days"}),
        ({**NAMES, "stale_days": "soon"}, {"stale_days"}),
        ({**NAMES, "close_date_formula": "soon"}, {"close_date_formula"}),
        ({**NAMES, "is_default": True}, {"is_default"}),
    ],
)
def test_a_stage_refuses_what_it_cannot_be(
    short: ProcessPicture, fields: dict[str, Any], wrong: set[str]
) -> None:
    with pytest.raises(Invalid) as refused:
        actions.add_stage(SYSTEM, short.id, fields)
    assert set(refused.value.fields) == wrong
    assert order(short) == "abc"


def test_the_same_name_may_stand_in_another_process(short: ProcessPicture) -> None:
    other = process_with(stage("z"), key="other")
    actions.add_stage(SYSTEM, other.id, {"name_en": "A", "name_fr": "A"})
    assert order(other) == "za"


def test_keys_made_from_names_are_unique(short: ProcessPicture) -> None:
    actions.change_stage(SYSTEM, short.stages[0].id, NAMES)
    made = actions.add_stage(SYSTEM, short.id, {"name_en": "A", "name_fr": "A"})
    assert made.key == "a_2"


def test_a_stage_is_renamed_and_keeps_its_key(short: ProcessPicture) -> None:
    actions.change_stage(SYSTEM, short.stages[1].id, {**NAMES, "chance": None, "expected_days": ""})
    after = process_by_id(short.id).stages[1]
    assert (after.key, after.name("en"), after.chance, after.expected_days) == ("b", "Demo", None, None)


def test_a_stage_keeps_its_own_name_but_takes_no_other(short: ProcessPicture) -> None:
    actions.change_stage(SYSTEM, short.stages[1].id, {"name_en": "B"})
    with pytest.raises(Invalid) as refused:
        actions.change_stage(SYSTEM, short.stages[1].id, {"name_en": "c"})
    assert set(refused.value.fields) == {"name_en"}


def test_a_stale_change_of_a_stage_is_a_conflict(short: ProcessPicture) -> None:
    actions.change_stage(SYSTEM, short.stages[0].id, {"chance": 10}, version=1)
    with pytest.raises(Conflict):
        actions.change_stage(SYSTEM, short.stages[0].id, {"chance": 20}, version=1)


def test_deals_keep_their_chances_when_a_stage_changes(trade: Trade) -> None:
    deal = trade.deal()
    actions.change_stage(SYSTEM, trade.sales.stages[0].id, {"chance": 99})
    deal.refresh_from_db()
    assert deal.probability == 20


def test_stages_are_put_into_an_order(short: ProcessPicture) -> None:
    ids = [one.id for one in short.stages]
    actions.order_stages(SYSTEM, short.id, ids[::-1])
    assert order(short) == "cba"
    for wrong in (ids[1:], [*ids, 10**6], []):
        with pytest.raises(Invalid) as refused:
            actions.order_stages(SYSTEM, short.id, wrong)
        assert set(refused.value.fields) == {"order"}


def test_an_arrow_moves_a_stage_no_further_than_the_edge(short: ProcessPicture) -> None:
    for expected in ("bac", "bca", "bca"):
        actions.shift_stage(SYSTEM, short.stages[0].id, 1)
        assert order(short) == expected
    actions.shift_stage(SYSTEM, short.stages[0].id, -9)
    assert order(short) == "abc"


def test_the_default_stage_is_one(short: ProcessPicture) -> None:
    actions.set_default_stage(SYSTEM, short.stages[2].id)
    assert default(short) == "c"
    actions.set_default_stage(SYSTEM, short.stages[2].id)
    assert default(short) == "c"


def test_the_default_stage_is_cleared(trade: Trade) -> None:
    actions.clear_default_stage(SYSTEM, trade.sales.id)
    deal = trade.deal()
    assert (deal.stage_id, deal.status) == (None, "not_started")


def test_another_default_stage_keeps_the_first_from_coming_back(short: ProcessPicture) -> None:
    cleared = last_change_set(actions.clear_default_stage, SYSTEM, short.id)
    actions.set_default_stage(SYSTEM, short.stages[1].id)
    with pytest.raises(Refused) as refused:
        undo(SYSTEM, cleared)
    assert refused.value.code == "default_taken"


@pytest.mark.parametrize(
    "command",
    [
        lambda made: actions.add_stage(SYSTEM, made.id, NAMES),
        lambda made: actions.change_stage(SYSTEM, made.stages[0].id, {**NAMES, "chance": 5}),
        lambda made: actions.order_stages(SYSTEM, made.id, [one.id for one in made.stages][::-1]),
        lambda made: actions.shift_stage(SYSTEM, made.stages[0].id, 2),
        lambda made: actions.set_default_stage(SYSTEM, made.stages[2].id),
        lambda made: actions.clear_default_stage(SYSTEM, made.id),
        lambda made: actions.comment_stage(SYSTEM, made.stages[0].id, "Why"),
        lambda made: actions.delete_stage(SYSTEM, made.stages[0].id),
    ],
)
def test_every_command_on_a_stage_can_be_undone(
    trade: Trade, short: ProcessPicture, command: Callable[[ProcessPicture], object]
) -> None:
    before = seen(short)
    made = last_change_set(command, short)
    assert seen(short) != before
    undone = undo(trade.company.ada, made)
    assert seen(short) == before
    undo(SYSTEM, undone.change_set_id or 0)
    assert seen(short) != before


def seen(process: ProcessPicture) -> list[tuple[object, ...]]:
    """What can be said of a process's stages."""
    return [
        (one.key, one.name_en, one.name_fr, one.chance, one.is_default, one.comments)
        for one in process_by_id(process.id).stages
    ]


def test_a_deleted_stage_stays_away_when_its_name_is_taken(short: ProcessPicture) -> None:
    deleted = last_change_set(actions.delete_stage, SYSTEM, short.stages[1].id)
    actions.add_stage(SYSTEM, short.id, {"name_en": "B", "name_fr": "B", "key": "other"})
    with pytest.raises(Refused) as refused:
        undo(SYSTEM, deleted)
    assert refused.value.code == "name_taken"


def test_a_stage_that_deals_are_in_stays_made(trade: Trade, short: ProcessPicture) -> None:
    made = last_change_set(actions.add_stage, SYSTEM, short.id, NAMES)
    trade.deal(process_id=short.id, stage_id=process_by_id(short.id).stages[-1].id)
    with pytest.raises(Refused):
        undo(SYSTEM, made)
    assert order(short) == "abcdemo"


@pytest.mark.parametrize(
    "command",
    [
        lambda who, made: actions.add_stage(who, made.id, NAMES),
        lambda who, made: actions.change_stage(who, made.stages[0].id, NAMES),
        lambda who, made: actions.order_stages(who, made.id, []),
        lambda who, made: actions.shift_stage(who, made.stages[0].id, 1),
        lambda who, made: actions.set_default_stage(who, made.stages[0].id),
        lambda who, made: actions.clear_default_stage(who, made.id),
        lambda who, made: actions.comment_stage(who, made.stages[0].id, "x"),
        lambda who, made: actions.delete_stage(who, made.stages[0].id),
    ],
)
def test_only_who_customises_changes_stages(
    trade: Trade, short: ProcessPicture, command: Callable[..., object]
) -> None:
    for who in (trade.alice, trade.company.carol):
        with pytest.raises(NotPermitted):
            command(who, short)


def test_a_stage_that_is_gone_is_not_found(short: ProcessPicture) -> None:
    actions.delete_stage(SYSTEM, short.stages[0].id)
    with pytest.raises(NotFound):
        actions.change_stage(SYSTEM, short.stages[0].id, NAMES)
    with pytest.raises(NotFound):
        actions.add_step(SYSTEM, short.stages[0].id, what="tick", name_en="x", name_fr="x")
