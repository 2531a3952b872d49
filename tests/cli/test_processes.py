"""Processes, stages and steps on the command line."""

from opportune.process.queries import process_by_key
from tests.doors.callers import CommandLine, Market, Ran

ADA = ("--actor", "ada@example.com")


def done(ran: Ran) -> Ran:
    """A command that went well."""
    assert ran.code == 0, ran.err
    return ran


def test_a_process_is_made_and_administered(command_line: CommandLine, market: Market) -> None:
    made = done(command_line("processes", "create", "Short", "Court", "--set", "method=add", *ADA, "--json"))
    assert (made.json["key"], made.json["method"], made.json["change_set_id"] > 0) == ("short", "add", True)
    done(command_line("processes", "edit", "short", "--set", "name_en=Shorter", *ADA))
    done(command_line("processes", "comment", "short", "Why", *ADA))
    assert done(command_line("processes", "retire", "short", *ADA, "--json")).json["is_retired"]
    assert not done(command_line("processes", "unretire", "short", *ADA, "--json")).json["is_retired"]
    order = ["short", "sales", "contact_manager", "existing", "new", "firstlarge"]
    assert "opportune undo" in done(command_line("processes", "order", *order, *ADA)).out
    assert done(command_line("processes", "order", *order, *ADA, "--json")).json["order"] == order
    listed = done(command_line("processes", "list", "--json")).json["items"]
    assert (listed[0]["name_en"], "Ada: Why" in listed[0]["comments"]) == ("Shorter", True)
    assert "Shorter" in done(command_line("processes", "delete", "short", *ADA)).out
    assert command_line("processes", "delete", "sales", *ADA).code == 6
    again = done(command_line("processes", "delete", "existing", *ADA, "--json"))
    assert again.json["deleted"] == "existing"


def test_stages_are_administered(command_line: CommandLine, market: Market) -> None:
    words = ("Demo", "Démonstration", "--set", "chance=33.5", "--set", "close_date_formula=1m")
    made = done(command_line("processes", "add-stage", "sales", *words, *ADA, "--json"))
    assert (made.json["stages"][-1]["key"], made.json["stages"][-1]["close_date_formula"]) == ("demo", "1M")
    emptied = ("--set", "chance=", "--set", "close_date_formula=")
    edited = done(command_line("processes", "edit-stage", "sales/demo", *emptied, *ADA, "--json")).json
    assert (edited["stages"][-1]["chance"], edited["stages"][-1]["close_date_formula"]) == (None, "")
    order = ("demo", "qualify", "develop", "propose", "close")
    done(command_line("processes", "order-stages", "sales", *order, *ADA))
    done(command_line("processes", "default-stage", "sales", "--stage", "demo", *ADA))
    assert process_by_key("sales").default_stage == process_by_key("sales").stages[0]
    done(command_line("processes", "default-stage", "sales", "--none", *ADA))
    assert process_by_key("sales").default_stage is None
    done(command_line("processes", "comment-stage", "sales/demo", "Why", *ADA))
    preview = done(command_line("processes", "delete-stage", "sales/qualify", "--preview", *ADA))
    assert "1 open opportunities, 0 completed." in preview.out
    replacing = ("--replacement", "propose", "--move-steps")
    done(command_line("processes", "delete-stage", "sales/qualify", *replacing, *ADA))
    market.deal.refresh_from_db()
    assert market.deal.stage_id == market.process.stages[2].id
    refused = command_line("processes", "delete-stage", "sales/demo", "--replacement", "nowhere", *ADA)
    assert refused.code == 5


def test_steps_are_administered(command_line: CommandLine, market: Market) -> None:
    words = ("sales/qualify", "task", "Call", "Appeler", "--set", "delay_days=2")
    made = done(command_line("processes", "add-step", *words, *ADA, "--json")).json["stages"][0]["steps"][-1]
    assert (made["what"], made["delay_days"]) == ("task", 2)
    done(command_line("processes", "edit-step", made["id"], "--set", "reminder_days=1", *ADA))
    ids = [step.id for step in process_by_key("sales").stages[0].steps][::-1]
    done(command_line("processes", "order-steps", "sales/qualify", *ids, *ADA))
    assert process_by_key("sales").stages[0].steps[0].reminder_days == 1
    done(command_line("processes", "move-step", made["id"], "develop", *ADA))
    preview = done(command_line("processes", "delete-step", made["id"], "--preview", *ADA, "--json"))
    assert preview.json == {"open": 0, "done": 0}
    done(command_line("processes", "delete-step", made["id"], *ADA))
    assert len(process_by_key("sales").stages[1].steps) == 4


def test_what_is_not_there_is_not_found(command_line: CommandLine, market: Market) -> None:
    for words in (("retire", "absent"), ("delete-stage", "sales/absent"), ("delete-step", 10**6)):
        assert command_line("processes", *words, *ADA).code == 3


def test_statistics_are_shown(command_line: CommandLine, market: Market) -> None:
    shown = done(command_line("processes", "statistics", "sales", "--actor", "alice@example.com"))
    assert "€1,000.50" in shown.out
    seen = done(command_line("processes", "statistics", "sales", "--json"))
    assert seen.json["stages"][0]["count"] == 1
