"""Two at once on PostgreSQL: no task is planned twice, none about a deal that is being closed."""

import pytest

from opportune.activities.actions import create_task, plan_stage_tasks
from opportune.activities.models import Task
from opportune.process.actions import add_step
from tests.deals import SYSTEM
from tests.meanwhile import committed_trade, meanwhile

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def test_of_two_who_plan_the_tasks_of_a_stage_one_makes_them() -> None:
    trade = committed_trade()
    add_step(SYSTEM, trade.sales.stages[0].id, what="task", name_en="Call", name_fr="Appeler")
    deal = trade.deal()
    Task.objects.filter(about_id=deal.pk).delete()
    with meanwhile(lambda: plan_stage_tasks(trade.alice, deal.pk)) as ends:
        plan_stage_tasks(trade.alice, deal.pk)
    assert ends == ["nothing_to_plan"]
    assert Task.objects.filter(about_id=deal.pk).count() == 1


def test_no_task_comes_to_a_deal_while_it_is_closed() -> None:
    trade = committed_trade()
    deal = trade.deal()
    with meanwhile(lambda: create_task(trade.alice, deal.pk, subject="Call")) as ends:
        trade.lost(deal)
    assert ends == ["closed"]
    assert not Task.objects.filter(about_id=deal.pk, subject="Call").exists()
