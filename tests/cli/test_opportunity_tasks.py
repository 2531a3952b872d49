"""`opportune opportunities plan-stage-tasks`."""

from opportune.identity.actor import system_actor
from opportune.process.actions import add_step
from tests.doors.callers import CommandLine, Market

ALICE = ("--actor", "alice@example.com")


def test_the_tasks_of_a_stage_are_planned_and_taken_back(market: Market, command_line: CommandLine) -> None:
    first, second = market.process.stages[:2]
    for stage, name in ((first, "Call"), (second, "Write")):
        add_step(system_actor("tests"), stage.id, what="task", name_en=name, name_fr=name, delay_days=3)
    told = command_line("opportunities", "plan-stage-tasks", market.deal.pk, *ALICE)
    assert (told.code, "Call" in told.out, "Alice" in told.out, "opportune undo" in told.out) == (
        0,
        *[True] * 3,
    )
    there = ("--stage", second.key, "--json")
    planned = command_line("opportunities", "plan-stage-tasks", market.deal.pk, *there, *ALICE)
    assert [task["subject"] for task in planned.json["items"]] == ["Write"]
    assert command_line("opportunities", "plan-stage-tasks", market.deal.pk, *there, *ALICE).code == 6
    assert command_line("undo", planned.json["change_set_id"], *ALICE).code == 0
    assert command_line("opportunities", "plan-stage-tasks", market.deal.pk, *there, *ALICE).code == 0
