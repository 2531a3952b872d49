"""`opportune processes`: the sales processes; what is below them is in `process_parts`."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from opportune.cli import process_parts
from opportune.cli.asking import add_fields, fields
from opportune.cli.running import runs
from opportune.cli.terminal import NOTHING, Terminal
from opportune.kernel.sentences import sentence
from opportune.ledger.recording import noting_change_sets
from opportune.opportunities.queries import statistics
from opportune.process import actions
from opportune.process.queries import process_by_id, processes
from opportune.reference.queries import organisation_settings
from opportune.schemas.process import ProcessList, figures_shown, process_shown
from opportune.schemas.process_commands import ProcessChanges, ProcessGiven, process_named

if TYPE_CHECKING:
    from opportune.cli import Commands


def add_commands(commands: Commands) -> None:
    """Add `processes` and what can be done with them."""
    verbs = commands.add_parser("processes", help="the sales processes with their stages").add_subparsers(
        required=True, metavar="COMMAND"
    )
    runs(verbs.add_parser("list", help="the processes with their stages and steps"), _list)

    figures = verbs.add_parser("statistics", help="open opportunities and average days by stage")
    figures.add_argument("process", metavar="KEY")
    runs(figures, _statistics)

    create = verbs.add_parser("create", help="create a process")
    create.add_argument("name_en", metavar="NAME", help="its name in English")
    create.add_argument("name_fr", metavar="NOM", help="its name in French")
    create.add_argument("--key", help="default: made from the English name")
    add_fields(create)
    runs(create, _create)

    edit = verbs.add_parser("edit", help="rename a process or change its fields")
    edit.add_argument("process", metavar="KEY")
    add_fields(edit)
    edit.add_argument("--version", metavar="N", help="the version that was looked at")
    runs(edit, _edit)

    order = verbs.add_parser("order", help="put all processes into an order")
    order.add_argument("order", metavar="KEY", nargs="+")
    runs(order, _order)

    for name, help_text, is_retired in [
        ("retire", "take a process out of use", True),
        ("unretire", "take a process back into use", False),
    ]:
        retire = verbs.add_parser(name, help=help_text)
        retire.add_argument("process", metavar="KEY")
        retire.set_defaults(is_retired=is_retired)
        runs(retire, _retire)

    delete = verbs.add_parser("delete", help="delete a process that no opportunity uses")
    delete.add_argument("process", metavar="KEY")
    runs(delete, _delete)

    comment = verbs.add_parser("comment", help="add a comment to a process, with time and name")
    comment.add_argument("process", metavar="KEY")
    comment.add_argument("text")
    runs(comment, _comment)
    process_parts.add_verbs(verbs)


def _list(terminal: Terminal, options: argparse.Namespace) -> None:
    terminal.actor.demand_any("read")
    default = organisation_settings().default_process
    found = ProcessList(items=[process_shown(process, terminal.language, default) for process in processes()])
    if terminal.is_json:
        terminal.shape(found)
        return
    terminal.table(
        [
            sentence("Process"),
            sentence("Stage"),
            sentence("Name"),
            sentence("Chance"),
            sentence("Completed"),
            sentence("Steps"),
        ],
        [
            (
                process.key,
                stage.key,
                stage.name,
                terminal.percentage(stage.chance),
                terminal.percentage(stage.completed),
                ", ".join(f"{step.id} {step.name}" for step in stage.steps),
            )
            for process in found.items
            for stage in process.stages
        ],
    )


def _statistics(terminal: Terminal, options: argparse.Namespace) -> None:
    terminal.actor.demand("opportunity", "read")
    process = process_named(options.process)
    [found] = statistics(terminal.actor, [process])
    shown = figures_shown(process, found, terminal.language)
    if terminal.is_json:
        terminal.shape(shown)
        return
    base = organisation_settings().base_currency
    terminal.table(
        [
            sentence("Stage"),
            sentence("Open"),
            sentence("Value"),
            sentence("Expected"),
            sentence("Average days"),
        ],
        [
            (
                stage.name,
                str(stage.count),
                terminal.amount(stage.value, base),
                terminal.amount(stage.expected, base),
                NOTHING if stage.average_days is None else str(stage.average_days),
            )
            for stage in shown.stages
        ],
    )


def _create(terminal: Terminal, options: argparse.Namespace) -> None:
    given = ProcessGiven.model_validate(
        fields(options, name_en=options.name_en, name_fr=options.name_fr, key=options.key)
    )
    with noting_change_sets() as change_sets:
        made = actions.create_process(terminal.actor, **given.given())
    show_done(terminal, made.pk, change_sets)


def _edit(terminal: Terminal, options: argparse.Namespace) -> None:
    given = ProcessChanges.model_validate(fields(options, version=options.version))
    process_id = process_named(options.process).id
    with noting_change_sets() as change_sets:
        actions.change_process(terminal.actor, process_id, given.given("version"), version=given.version)
    show_done(terminal, process_id, change_sets)


def _order(terminal: Terminal, options: argparse.Namespace) -> None:
    wanted = [process_named(key).id for key in options.order]
    with noting_change_sets() as change_sets:
        actions.order_processes(terminal.actor, wanted)
    if terminal.is_json:
        terminal.outcome({"order": options.order, "change_set_id": change_sets[-1] if change_sets else None})
    else:
        terminal.say_undo(change_sets)


def _retire(terminal: Terminal, options: argparse.Namespace) -> None:
    process_id = process_named(options.process).id
    with noting_change_sets() as change_sets:
        actions.retire_process(terminal.actor, process_id, is_retired=options.is_retired)
    show_done(terminal, process_id, change_sets)


def _delete(terminal: Terminal, options: argparse.Namespace) -> None:
    process = process_named(options.process)
    with noting_change_sets() as change_sets:
        actions.delete_process(terminal.actor, process.id)
    if terminal.is_json:
        terminal.outcome({"deleted": process.key, "change_set_id": change_sets[-1]})
    else:
        terminal.say(sentence("The process “{name}” is deleted.", name=process.name(terminal.language)))
        terminal.say_undo(change_sets)


def _comment(terminal: Terminal, options: argparse.Namespace) -> None:
    process_id = process_named(options.process).id
    with noting_change_sets() as change_sets:
        actions.comment_process(terminal.actor, process_id, options.text)
    show_done(terminal, process_id, change_sets)


def show_done(terminal: Terminal, process_id: int, change_sets: list[int]) -> None:
    """A process as it is after a command, and how to take that back."""
    process_parts.show_process(terminal, process_by_id(process_id), change_sets)
