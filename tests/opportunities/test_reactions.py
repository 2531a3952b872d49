"""What deals do when their stage is deleted (C-091…C-103): one change set, few queries, entries for each."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from opportune.kernel.errors import Invalid, NotPermitted
from opportune.ledger.models import Change, ChangeSet
from opportune.ledger.undo import undo
from opportune.opportunities.actions import edit, mark_step, move, reopen, switch_process
from opportune.opportunities.entries import rebuilt
from opportune.opportunities.models import Entry, Opportunity
from opportune.opportunities.queries import opportunity
from opportune.opportunities.stays import stage_since
from opportune.process import actions
from opportune.process.queries import ProcessPicture, process_by_id, process_by_key, stage_use
from opportune.reference.actions import add_currency, set_rate
from tests.deals import SYSTEM, Trade, entries_of, last_change_set, parts, process_with, stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def cm(trade: Trade) -> ProcessPicture:
    """The process whose stages are deleted."""
    return process_by_key("contact_manager")


def fresh(deal: Opportunity) -> Opportunity:
    return Opportunity.objects.get(pk=deal.pk)


def assert_rebuilt(deal: Opportunity) -> None:
    """The deal's entries are what its changes say they are."""
    changes = Change.objects.filter(kind="opportunity", record_id=deal.pk).order_by("version")
    names = (
        "move",
        "on",
        "at",
        "ended_at",
        "is_current",
        "stage_id",
        "status",
        "probability",
        "expected_base",
    )
    stored = [parts(entry, *names) for entry in entries_of(deal)]
    made = rebuilt(deal.pk, changes.select_related("change_set"))
    assert [parts(entry, *names) for entry in made] == stored


def test_deals_go_to_the_replacement(trade: Trade, cm: ProcessPicture, march: date) -> None:
    deal = trade.deal(process_id=cm.id, estimated_value=1000)
    qualification = cm.stages[2]
    actions.delete_stage(SYSTEM, cm.stages[0].id, replacement_id=qualification.id)
    after = fresh(deal)
    assert (after.stage_id, after.status, after.stage_since) == (qualification.id, "in_progress", march)
    assert parts(after, "chance", "completed", "probability") == (35, 30, 35)
    assert parts(after, "expected", "expected_base") == (350, 350)
    last = entries_of(deal)[-1]
    assert (last.move, last.on, last.stage_id, last.is_current) == ("restaged", march, qualification.id, True)
    assert stage_since(entries_of(deal)) == after.stage_since
    assert_rebuilt(deal)


def test_a_typed_chance_is_kept_in_the_replacement(trade: Trade, cm: ProcessPicture) -> None:
    deal = trade.deal(process_id=cm.id)
    edit(trade.alice, deal.pk, {"chance": 77})
    actions.delete_stage(SYSTEM, cm.stages[0].id, replacement_id=cm.stages[2].id)
    assert parts(fresh(deal), "chance", "completed", "probability") == (77, 30, 77)


def test_without_a_replacement_deals_have_no_stage(trade: Trade, cm: ProcessPicture) -> None:
    deal = trade.deal(process_id=cm.id)
    actions.delete_stage(SYSTEM, cm.stages[0].id)
    after = fresh(deal)
    assert (after.stage_id, after.status, after.stage_since) == (None, "not_started", None)
    assert parts(after, "chance", "completed", "probability") == (10, 5, 10)
    assert_rebuilt(deal)


def test_a_deal_in_another_stage_stays_as_it_is(trade: Trade, cm: ProcessPicture) -> None:
    deal = trade.deal(process_id=cm.id, stage_id=cm.stages[1].id)
    actions.delete_stage(SYSTEM, cm.stages[0].id)
    assert fresh(deal).version == deal.version
    assert len(entries_of(deal)) == 1


def test_closed_deals_keep_their_stage_and_come_back_without_one(trade: Trade, cm: ProcessPicture) -> None:
    deal = trade.deal(process_id=cm.id)
    trade.lost(deal)
    actions.delete_stage(SYSTEM, cm.stages[0].id, replacement_id=cm.stages[1].id)
    assert fresh(deal).stage_id == cm.stages[0].id
    assert parts(reopen(trade.alice, deal.pk), "stage_id", "status") == (None, "not_started")


def test_steps_go_on_top_with_their_ticks(trade: Trade) -> None:
    deal = trade.deal()
    qualify, develop, *_ = trade.sales.stages
    mark_step(trade.alice, deal.pk, qualify.steps[5].id)
    actions.delete_stage(SYSTEM, qualify.id, replacement_id=develop.id, move_steps=True)
    [first, *_] = process_by_id(trade.sales.id).stages
    assert [one.id for one in first.steps] == [one.id for one in (*qualify.steps, *develop.steps)]
    assert list(deal.marks.values_list("step_id", "is_done")) == [(qualify.steps[5].id, True)]
    assert process_by_id(trade.sales.id).default_stage is None


def test_steps_are_deleted_with_their_stage(trade: Trade) -> None:
    qualify, develop, *_ = trade.sales.stages
    actions.delete_stage(SYSTEM, qualify.id, replacement_id=develop.id)
    assert process_by_id(trade.sales.id).stages[0].steps == develop.steps


@pytest.mark.parametrize("replacement", ["itself", "another process", "nothing"])
def test_a_replacement_is_another_stage_of_the_process(
    trade: Trade, cm: ProcessPicture, replacement: str
) -> None:
    ids = {"itself": cm.stages[0].id, "another process": trade.sales.stages[0].id, "nothing": 10**6}
    with pytest.raises(Invalid) as refused:
        actions.delete_stage(SYSTEM, cm.stages[0].id, replacement_id=ids[replacement])
    assert set(refused.value.fields) == {"replacement"}


def test_steps_go_nowhere_without_a_replacement(trade: Trade, cm: ProcessPicture) -> None:
    with pytest.raises(Invalid) as refused:
        actions.delete_stage(SYSTEM, cm.stages[0].id, move_steps=True)
    assert set(refused.value.fields) == {"move_steps"}
    assert len(process_by_id(cm.id).stages) == 6


def test_the_whole_deletion_is_one_change_set_and_undone_as_one(trade: Trade, cm: ProcessPicture) -> None:
    deals = [trade.deal(process_id=cm.id) for _ in range(3)]
    before = process_by_id(cm.id)
    sets = ChangeSet.objects.count()
    deleted = last_change_set(
        actions.delete_stage,
        trade.company.ada,
        cm.stages[0].id,
        replacement_id=cm.stages[1].id,
        move_steps=True,
    )
    assert ChangeSet.objects.count() == sets + 1
    undone = undo(trade.company.ada, deleted)
    assert undone.kept == []
    after = process_by_id(cm.id)
    assert [(one.key, one.steps and one.steps[0].id) for one in after.stages] == [
        (one.key, one.steps[0].id) for one in before.stages
    ]
    assert after.default_stage is not None
    for deal in deals:
        assert parts(fresh(deal), "stage_id", "chance", "stage_since") == parts(
            deal, "stage_id", "chance", "stage_since"
        )
        assert_rebuilt(deal)


def test_undoing_leaves_deals_that_went_on_since(trade: Trade, cm: ProcessPicture) -> None:
    first, second, third = (trade.deal(process_id=cm.id) for _ in range(3))
    deleted = last_change_set(actions.delete_stage, SYSTEM, cm.stages[0].id, replacement_id=cm.stages[1].id)
    move(trade.alice, second.pk, wish="next")
    trade.lost(third)
    kept = undo(SYSTEM, deleted).kept
    assert {ref.id for ref, facet in kept if ref.kind == "opportunity"} == {second.pk, third.pk}
    assert fresh(first).stage_id == cm.stages[0].id
    assert fresh(second).stage_id == cm.stages[2].id
    assert fresh(third).status == "lost"


def test_the_number_of_queries_does_not_grow_with_the_deals(trade: Trade) -> None:
    def spent(key: str, count: int) -> int:
        made = process_with(stage("a"), stage("b"), key=key)
        for _ in range(count):
            trade.deal(process_id=made.id, stage_id=made.stages[0].id)
        with CaptureQueriesContext(connection) as queries:
            actions.delete_stage(SYSTEM, made.stages[0].id, replacement_id=made.stages[1].id)
        return len(queries)

    few = spent("few", 2)
    assert spent("many", 30) == few


def test_places_kept_in_other_processes_and_the_pipeline_phase_follow(
    trade: Trade, cm: ProcessPicture
) -> None:
    first, second, third, *_ = cm.stages
    deal = trade.deal(process_id=cm.id, stage_id=second.id)
    move(trade.alice, deal.pk, wish="previous")
    switch_process(trade.alice, deal.pk, process_id=trade.sales.id)
    assert (stage_use(first.id).open, stage_use(second.id).open) == (1, 0)
    before = fresh(deal)
    actions.delete_stage(SYSTEM, first.id, replacement_id=second.id)
    assert fresh(deal).pipeline_phase_id == second.id
    assert parts(fresh(deal), "stage_id", "probability") == parts(before, "stage_id", "probability")
    assert (stage_use(second.id).open, stage_use(third.id).open) == (1, 0)
    actions.delete_stage(SYSTEM, second.id, replacement_id=third.id)
    assert switch_process(trade.alice, deal.pk, process_id=cm.id).stage_id == third.id


def test_a_place_in_a_deleted_stage_is_back_when_that_is_undone(trade: Trade, cm: ProcessPicture) -> None:
    first, second, *_ = cm.stages
    deal = trade.deal(process_id=cm.id)
    switch_process(trade.alice, deal.pk, process_id=trade.sales.id)
    deleted = last_change_set(actions.delete_stage, trade.company.ada, first.id, replacement_id=second.id)
    undo(trade.company.ada, deleted)
    assert switch_process(trade.alice, deal.pk, process_id=cm.id).stage_id == first.id


def test_a_place_in_a_stage_deleted_without_replacement_is_none(trade: Trade, cm: ProcessPicture) -> None:
    deal = trade.deal(process_id=cm.id)
    switch_process(trade.alice, deal.pk, process_id=trade.sales.id)
    actions.delete_stage(SYSTEM, cm.stages[0].id)
    assert parts(switch_process(trade.alice, deal.pk, process_id=cm.id), "stage_id", "status") == (
        None,
        "not_started",
    )


def test_places_kept_in_other_runs_and_the_pipeline_phase_follow(trade: Trade, cm: ProcessPicture) -> None:
    deal = trade.deal(process_id=cm.id, stage_id=cm.stages[0].id)
    switch_process(trade.alice, deal.pk, trade.sales.id)

    def kept_in() -> int | None:
        [run] = [run for run in opportunity(trade.alice, deal.pk).runs if run.process.id == cm.id]
        return run.stage.id if run.stage else None

    before = len(entries_of(deal))
    assert (stage_use(cm.stages[0].id).open, stage_use(cm.stages[1].id).open) == (1, 0)
    deleted = last_change_set(
        actions.delete_stage, trade.company.ada, cm.stages[0].id, replacement_id=cm.stages[1].id
    )
    assert (kept_in(), fresh(deal).pipeline_phase_id) == (cm.stages[1].id, cm.stages[1].id)
    assert len(entries_of(deal)) == before
    undo(trade.company.ada, deleted)
    assert (kept_in(), fresh(deal).pipeline_phase_id) == (cm.stages[0].id, cm.stages[0].id)
    again = switch_process(trade.alice, deal.pk, cm.id)
    assert again.stage_id == cm.stages[0].id
    assert stage_use(cm.stages[1].id).open == 0


def test_a_deal_in_the_bin_goes_along(trade: Trade, cm: ProcessPicture) -> None:
    made = last_change_set(trade.deal, process_id=cm.id)
    deal = Opportunity.objects.latest("pk")
    binned = undo(trade.alice, made)
    actions.delete_stage(SYSTEM, cm.stages[0].id, replacement_id=cm.stages[1].id)
    undo(trade.alice, binned.change_set_id or 0)
    assert fresh(deal).stage_id == cm.stages[1].id


def test_the_deletion_says_how_many_open_deals_it_touches(trade: Trade, cm: ProcessPicture) -> None:
    deals = [trade.deal(process_id=cm.id) for _ in range(3)]
    trade.lost(deals[0])
    assert (stage_use(cm.stages[0].id).open, stage_use(cm.stages[0].id).all) == (2, 3)


def test_who_owns_a_deal_cannot_undo_the_deletion(trade: Trade, cm: ProcessPicture) -> None:
    trade.deal(process_id=cm.id)
    deleted = last_change_set(actions.delete_stage, trade.company.ada, cm.stages[0].id)
    with pytest.raises(NotPermitted):
        undo(trade.alice, deleted)


def test_an_amount_too_small_to_matter_stays_exact(trade: Trade, cm: ProcessPicture) -> None:
    add_currency(SYSTEM, code="XAF", digits=4)
    set_rate(SYSTEM, code="XAF", rate=Decimal(1), valid_from=date(2026, 1, 1))
    deal = trade.deal(process_id=cm.id, currency="XAF", estimated_value="0.0001")
    actions.delete_stage(SYSTEM, cm.stages[0].id, replacement_id=cm.stages[5].id)
    assert Entry.objects.get(opportunity=deal, is_current=True).expected == Decimal("0.0001")
