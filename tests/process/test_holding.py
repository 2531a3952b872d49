"""Two connections on PostgreSQL: one takes a stage or a process away while another leads a deal there (decision 33)."""

from time import monotonic, sleep

import pytest
from django.db import connection

from opportune.activities.models import Task
from opportune.campaigns.actions import activate_campaign, create_campaign, delete_campaign
from opportune.campaigns.models import Campaign
from opportune.customers.actions import delete_account
from opportune.customers.models import Account
from opportune.deleted.actions import delete_for_good
from opportune.identity.actions import set_active
from opportune.identity.models import User
from opportune.ledger.models import Recorded
from opportune.ledger.recording import command
from opportune.ledger.undo import undo
from opportune.opportunities import actions
from opportune.opportunities.models import CLOSED, Entry, Opportunity
from opportune.process import holding
from opportune.process.actions import (
    add_stage,
    add_step,
    change_process,
    change_stage,
    change_step,
    comment_process,
    comment_stage,
    create_process,
    delete_process,
    delete_stage,
    delete_step,
    move_stage,
    move_step,
    order_processes,
    retire_process,
    set_default_stage,
    shift_step,
)
from opportune.process.holding import take_processes
from opportune.process.models import Process, Stage, Step
from opportune.process.queries import ProcessPicture, processes
from opportune.reference.actions import change_settings, remove_choice
from tests.deals import SYSTEM, Trade, id_of, last_change_set, process_with, stage
from tests.meanwhile import WAIT, Doing, committed_trade, is_waited_for, meanwhile

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def trade() -> Trade:
    """The company at work, committed, so that other connections see it."""
    return committed_trade()


def road(key: str) -> ProcessPicture:
    """A process of its own, whose middle stage goes."""
    return process_with(
        stage("a", 10, skip=True, is_default=True), stage("b", 20, skip=True), stage("c", 60), key=key
    )


def demand_nobody_astray() -> None:
    """No open deal, and no current entry of one, is at a stage or in a process that is gone."""
    gone = Stage.objects.exclude(deleted_at=None).values("pk")
    away = Process.objects.exclude(deleted_at=None).values("pk")
    for rows in (Opportunity.objects.all(), Entry.objects.filter(is_current=True)):
        still = rows.exclude(status__in=CLOSED)
        assert not still.filter(stage_id__in=gone).exists()
        assert not still.filter(process_id__in=away).exists()


def moved(trade: Trade, road: ProcessPicture) -> Doing:
    deal = trade.deal(process_id=road.id)
    return lambda: actions.move(trade.alice, deal.pk, stage_id=road.stages[1].id)


def moved_with_others(trade: Trade, road: ProcessPicture) -> Doing:
    deal = trade.deal(process_id=road.id)
    return lambda: actions.move_many(trade.alice, ids=[deal.pk], stage_id=road.stages[1].id)


def moved_from_another_process(trade: Trade, road: ProcessPicture) -> Doing:
    deal = trade.deal()
    return lambda: actions.move(trade.alice, deal.pk, stage_id=road.stages[1].id)


def created(trade: Trade, road: ProcessPicture) -> Doing:
    return lambda: trade.deal(process_id=road.id, stage_id=road.stages[1].id)


def switched_back(trade: Trade, road: ProcessPicture) -> Doing:
    deal = trade.deal(process_id=road.id, stage_id=road.stages[1].id)
    actions.switch_process(trade.alice, deal.pk, trade.sales.id)
    return lambda: actions.switch_process(trade.alice, deal.pk, road.id)


def reopened(trade: Trade, road: ProcessPicture) -> Doing:
    deal = trade.lost(trade.deal(process_id=road.id, stage_id=road.stages[1].id))
    return lambda: actions.reopen(trade.alice, deal.pk)


def taken_back(trade: Trade, road: ProcessPicture) -> Doing:
    deal = trade.deal(process_id=road.id, stage_id=road.stages[1].id)
    change_set = last_change_set(actions.move, trade.alice, deal.pk, wish="next")
    return lambda: undo(trade.alice, change_set)


LEADING_THERE = {
    moved: "unknown_stage",
    moved_with_others: "done",
    moved_from_another_process: "unknown_stage",
    created: "invalid",
    switched_back: "done",
    reopened: "done",
    taken_back: "done",
}


def test_who_waits_for_the_deletion_of_a_stage_does_not_land_on_it(trade: Trade) -> None:
    for leading, end in LEADING_THERE.items():
        process = road(leading.__name__)
        doing = leading(trade, process)
        with meanwhile(doing) as ended:
            delete_stage(SYSTEM, process.stages[1].id, replacement_id=process.stages[2].id)
        assert (leading, ended) == (leading, [end])
        demand_nobody_astray()
    process = road("cloned")
    deal = trade.deal(process_id=process.id)
    with meanwhile(lambda: actions.clone(trade.alice, deal.pk)) as ended:
        delete_stage(SYSTEM, process.stages[0].id)
    assert (ended, Opportunity.objects.filter(process_id=process.id).count()) == (["done"], 2)
    demand_nobody_astray()


def test_the_deletion_of_a_stage_waits_for_who_is_led_there(trade: Trade) -> None:
    for leading in LEADING_THERE:
        process = road(leading.__name__)
        doing = leading(trade, process)
        a_stage, another = process.stages[1].id, process.stages[2].id
        with meanwhile(lambda: delete_stage(SYSTEM, a_stage, replacement_id=another)) as ended:  # noqa: B023
            doing()
        assert (leading, ended) == (leading, ["done"])
        assert Opportunity.objects.filter(process_id=process.id, stage_id=another).count() == 1
    demand_nobody_astray()


def test_who_waits_for_the_end_of_a_process_does_not_enter_it(trade: Trade) -> None:
    deal = trade.deal()
    for ending in (retire_process, delete_process):
        process = road(ending.__name__)
        with meanwhile(lambda: actions.switch_process(trade.alice, deal.pk, process.id)) as ended:  # noqa: B023
            ending(SYSTEM, process.id)
        assert ended == ["invalid"]
    process = road("created")
    with meanwhile(lambda: trade.deal(process_id=process.id)) as ended:
        delete_process(SYSTEM, process.id)
    assert ended == ["invalid"]
    process = road("entered")
    with meanwhile(lambda: delete_process(SYSTEM, process.id)) as ended:
        trade.deal(process_id=process.id)
    assert ended == ["process_in_use"]
    demand_nobody_astray()


def test_undo_and_redo_of_stages_wait_for_who_is_led_there_and_moves_for_no_other(trade: Trade) -> None:
    process = road("added")
    deal = trade.deal(process_id=process.id, stage_id=process.stages[2].id)
    added = last_change_set(add_stage, SYSTEM, process.id, {"name_en": "New", "name_fr": "Nouvelle"})
    new = Stage.objects.get(process_id=process.id, name_en="New")
    with meanwhile(lambda: undo(SYSTEM, added)) as ended:
        actions.move(trade.alice, deal.pk, stage_id=new.pk)
    assert ended == ["nothing_to_undo"]
    process = road("deleted")
    one, two = (trade.deal(process_id=process.id, stage_id=process.stages[1].id) for _ in range(2))
    gone = last_change_set(delete_stage, SYSTEM, process.stages[1].id, replacement_id=process.stages[2].id)
    back = undo(SYSTEM, gone).change_set_id
    assert back is not None
    with meanwhile(lambda: actions.move(trade.alice, one.pk, wish="update")) as ended:
        undo(SYSTEM, back)
    assert ended == ["done"]
    with meanwhile(lambda: actions.move(trade.alice, two.pk, wish="previous"), waiting=False) as ended:
        actions.move(trade.alice, one.pk, wish="previous")
    assert ended == ["done"]
    demand_nobody_astray()


def test_who_waits_for_the_processes_has_locked_no_record_yet(trade: Trade) -> None:
    ada, bob = trade.company.ada, id_of(trade.company.bob)
    change_settings(ada, {"allow_deleting_open": True})
    campaign = create_campaign(trade.alice, {"name": "Spring"})
    activate_campaign(trade.alice, campaign.pk)
    deal = trade.deal(source="web", owner=trade.company.bob, campaign_id=campaign.pk)
    binned, purged = trade.lost(trade.deal()), trade.lost(trade.deal())
    for each in (binned, purged):
        actions.delete_opportunity(ada, each.pk)
    waiting: tuple[tuple[Doing, type[Recorded], int], ...] = (
        (lambda: actions.restore_opportunity(ada, binned.pk), Opportunity, binned.pk),
        (lambda: delete_for_good(ada, purged.ref), Opportunity, purged.pk),
        (lambda: remove_choice(ada, "source", "web", replacement=""), Opportunity, deal.pk),
        (lambda: set_active(ada, bob, is_active=False, successor_id=id_of(trade.alice)), User, bob),
        (lambda: delete_campaign(ada, campaign.pk), Campaign, campaign.pk),
        (lambda: delete_account(ada, trade.account.pk), Account, trade.account.pk),
    )
    for doing, model, record_id in waiting:
        rows = model._default_manager.select_for_update(skip_locked=True)
        with meanwhile(doing, look=lambda: rows.get(pk=record_id)) as ended:  # noqa: B023
            take_processes()
        assert (model, ended) == (model, ["done"])
    deal.refresh_from_db()
    assert deal.deleted_at is not None
    assert (deal.owner_id, deal.campaign_id, deal.source) == (id_of(trade.alice), None, "")


def steps_on(road: ProcessPicture) -> tuple[Step, Step]:
    """Two steps of a process: a tick on its first stage, a task on its second."""
    tick = add_step(SYSTEM, road.stages[0].id, what="tick", name_en="Ask", name_fr="Demander")
    return tick, add_step(SYSTEM, road.stages[1].id, what="task", name_en="Call", name_fr="Appeler")


def test_what_deals_do_not_go_by_is_changed_while_they_are_written_and_taken_back(trade: Trade) -> None:
    process = road("named")
    tick, task = steps_on(process)
    deal = trade.deal(process_id=process.id)
    one, two = process.stages[0].id, process.stages[1].id
    new = {"name_en": "Other", "name_fr": "Autre", "guidance_en": "Ask first", "chance": 33}
    names = {"name_en": "Other", "name_fr": "Autre"}
    changing: tuple[Doing, ...] = (
        lambda: change_process(SYSTEM, process.id, names),
        lambda: comment_process(SYSTEM, process.id, "Good"),
        lambda: order_processes(SYSTEM, [each.id for each in reversed(processes())]),
        lambda: change_stage(SYSTEM, two, new),
        lambda: comment_stage(SYSTEM, one, "Good"),
        lambda: move_stage(SYSTEM, two, position=0),
        lambda: change_step(SYSTEM, tick.pk, names),
        lambda: shift_step(SYSTEM, task.pk, 1),
        lambda: move_step(SYSTEM, tick.pk, one, position=0),
        lambda: add_stage(SYSTEM, process.id, {"name_en": "New", "name_fr": "Nouvelle"}),
        lambda: add_step(SYSTEM, one, what="tick", name_en="Look", name_fr="Regarder"),
        lambda: create_process(SYSTEM, name_en="Another", name_fr="Un autre"),
    )
    for at, change in enumerate(changing):
        with meanwhile(change, waiting=False) as ended:
            actions.move(trade.alice, deal.pk, wish="update")
        assert (at, ended) == (at, ["done"])
    renamed = last_change_set(change_stage, SYSTEM, two, {"name_en": "Third"})
    with meanwhile(lambda: undo(SYSTEM, renamed), waiting=False) as ended:
        actions.move(trade.alice, deal.pk, wish="next")
    assert ended == ["done"]
    with meanwhile(lambda: actions.move(trade.alice, deal.pk, wish="update"), waiting=False) as ended:
        change_stage(SYSTEM, two, {"name_en": "Fourth"})
    assert ended == ["done"]


def test_what_deals_go_by_is_changed_after_they_were_written(trade: Trade) -> None:
    process = road("gated")
    tick, task = steps_on(process)
    deal = trade.deal(process_id=process.id)
    one, two, three = (each.id for each in process.stages)
    changing: tuple[Doing, ...] = (
        lambda: change_process(SYSTEM, process.id, {"estimates_required": True}),
        lambda: change_process(SYSTEM, process.id, {"estimates_required": False}),
        lambda: retire_process(SYSTEM, process.id),
        lambda: retire_process(SYSTEM, process.id, is_retired=False),
        lambda: change_stage(SYSTEM, two, {"allow_skip": False}),
        lambda: change_stage(SYSTEM, three, {"quote_required": True}),
        lambda: set_default_stage(SYSTEM, two),
        lambda: change_step(SYSTEM, tick.pk, {"is_required": True}),
        lambda: change_step(SYSTEM, task.pk, {"delay_days": 3}),
        lambda: add_step(SYSTEM, one, what="tick", name_en="Look", name_fr="Regarder", is_required=True),
        lambda: move_step(SYSTEM, task.pk, three),
        lambda: delete_step(SYSTEM, task.pk),
    )
    for at, change in enumerate(changing):
        with meanwhile(change) as ended:
            actions.edit(trade.alice, deal.pk, {"estimated_value": at + 1})
        assert (at, ended) == (at, ["done"])
    loosened = last_change_set(change_stage, SYSTEM, two, {"allow_skip": True})
    with meanwhile(lambda: undo(SYSTEM, loosened)) as ended:
        actions.edit(trade.alice, deal.pk, {"estimated_value": 100})
    assert ended == ["done"]


def test_a_delay_reaches_the_task_that_a_move_under_way_makes(trade: Trade) -> None:
    process = road("delayed")
    _, step = steps_on(process)
    deal = trade.deal(process_id=process.id)
    with meanwhile(lambda: change_step(SYSTEM, step.pk, {"delay_days": 3})) as ended:
        actions.move(trade.alice, deal.pk, stage_id=process.stages[1].id)
    assert ended == ["done"]
    (task,) = Task.objects.filter(step=step)
    assert task.due_on is not None


def test_a_step_that_was_put_elsewhere_meanwhile_is_not_put_back(trade: Trade) -> None:
    process = road("elsewhere")
    tick, _ = steps_on(process)
    one, two = process.stages[0].id, process.stages[1].id
    with meanwhile(lambda: move_step(SYSTEM, tick.pk, one, position=0)) as ended:
        move_step(SYSTEM, tick.pk, two)
    assert ended == ["conflict"]
    tick.refresh_from_db()
    assert tick.stage_id == two


def test_who_would_wait_too_long_for_the_deals_is_refused_and_keeps_nobody_waiting(
    trade: Trade, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holding, "PATIENCE", 3.0)  # long enough to be seen waiting
    process = road("busy")
    deal = trade.deal()

    def gave_up() -> None:
        until = monotonic() + WAIT
        while is_waited_for() and monotonic() < until:
            sleep(0.01)

    with meanwhile(lambda: delete_stage(SYSTEM, process.stages[1].id), look=gave_up) as ended:
        actions.move(trade.alice, deal.pk, wish="update")
    assert ended == ["processes_busy"]
    assert Stage.objects.get(pk=process.stages[1].id).deleted_at is None
    delete_stage(SYSTEM, process.stages[1].id)


def test_who_took_the_processes_waits_for_other_things_as_long_as_before(trade: Trade) -> None:
    with command(SYSTEM, "tests"), connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '70s'")
        take_processes()
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("70s",)
        cursor.execute("SELECT mode FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()")
        assert cursor.fetchall() == [("ExclusiveLock",)]
