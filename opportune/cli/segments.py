"""`opportune segments`: their lines, and opening opportunities for the customers on them."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from opportune.campaigns import actions, queries
from opportune.campaigns.filters import SegmentFilter
from opportune.cli.asking import add_fields, add_filters, add_pages, an_id, fields, filters, person_id
from opportune.cli.running import runs
from opportune.cli.terminal import NOTHING, Terminal
from opportune.kernel.errors import Invalid
from opportune.kernel.records import RecordRef
from opportune.kernel.sentences import sentence
from opportune.ledger.recording import noting_change_sets
from opportune.opportunities.actions import create_from_segment
from opportune.reference.queries import organisation_settings
from opportune.schemas.campaign import (
    LineShown,
    SegmentChanges,
    SegmentGiven,
    SegmentPage,
    deals_opened,
    lines_of,
    lines_shown,
    segment_shown,
    segments_listed,
)
from opportune.schemas.opportunity_commands import process_id_of

if TYPE_CHECKING:
    from opportune.cli import Commands


def add_commands(commands: Commands) -> None:
    """Add `segments` with its verbs."""
    verbs = commands.add_parser("segments", help="lists of customers to address").add_subparsers(
        title="verbs", metavar="VERB", required=True
    )
    each = verbs.add_parser("list", help="the segments that match, by pages")
    add_filters(each, SegmentFilter.PARAMETERS)
    add_pages(each)
    runs(each, _list)

    create = verbs.add_parser("create", help="add a segment")
    create.add_argument("name")
    create.add_argument("--campaign", type=an_id, metavar="ID", help="the campaign it belongs to")
    create.add_argument("--owner", metavar="EMAIL", help="who is responsible (default: who acts)")
    add_fields(create)
    runs(create, _create)

    def of_one(name: str, text: str, command: Any) -> argparse.ArgumentParser:
        parser = verbs.add_parser(name, help=text)
        parser.add_argument("id", type=an_id)
        runs(parser, command)
        return parser

    of_one("show", "all of one, and what it brought", _show)
    edit = of_one("edit", "change fields, or attach it to a campaign", _edit)
    add_fields(edit)
    edit.add_argument("--version", metavar="N", help="the version that was looked at")
    of_one("delete", "put one with its lines into the bin; its opportunities stay", _delete)
    of_one("restore", "take one out of the bin, with what it had", _restore)
    add_pages(of_one("lines", "its lines, by pages", _lines))
    added = of_one("add-line", "add a customer, or a line to be filled in", _add_line)
    added.add_argument("customer", nargs="?", metavar="KIND:ID", help="such as account:12")
    added.add_argument("--note", metavar="TEXT")
    changed = of_one("change-line", "fill in a line, or change its note", _change_line)
    changed.add_argument("line", type=an_id)
    changed.add_argument("--customer", metavar="KIND:ID", help="such as account:12")
    changed.add_argument("--note", metavar="TEXT")
    of_one("remove-line", "take a line off", _remove_line).add_argument("line", type=an_id)
    opened = of_one("open", "open an opportunity for each customer on it", _open)
    opened.add_argument("--line", type=an_id, action="append", metavar="ID", help="only for this line")
    opened.add_argument("--subject", default="", help="default: the segment's name")
    opened.add_argument("--owner", metavar="EMAIL", help="who is responsible (default: the segment's owner)")
    opened.add_argument("--process", metavar="KEY", help="default: the organisation's")
    opened.add_argument("--start", action="store_true", help="put them on their first stage")
    opened.add_argument("--again", action="store_true", help="also for those who have one already")


def _list(terminal: Terminal, options: argparse.Namespace) -> None:
    terminal.actor.demand("segment", "read")
    wanted = SegmentFilter.read(filters(options, SegmentFilter.PARAMETERS), terminal.actor)
    found = queries.segments(terminal.actor, wanted, after=options.after, limit=options.limit)
    page = SegmentPage(items=segments_listed(terminal.actor, found.rows), next=found.next)
    if terminal.is_json:
        terminal.shape(page)
        return
    terminal.table(
        [
            sentence("Id"),
            sentence("Segment"),
            sentence("Campaign"),
            sentence("Lines"),
            sentence("Opportunities"),
        ],
        [
            (str(row.id), row.name, row.campaign_name or NOTHING, str(row.lines), str(row.opportunities))
            for row in page.items
        ],
    )
    _say_more(terminal, page.next)


def _create(terminal: Terminal, options: argparse.Namespace) -> None:
    owner = person_id(options.owner, "owner_id")
    named = fields(options, name=options.name, owner_id=owner, campaign_id=options.campaign)
    given = SegmentGiven.model_validate(named)
    with noting_change_sets() as change_sets:
        segment = actions.create_segment(terminal.actor, given.given())
    _one(terminal, segment.pk, change_sets)


def _show(terminal: Terminal, options: argparse.Namespace) -> None:
    _one(terminal, options.id, None)


def _edit(terminal: Terminal, options: argparse.Namespace) -> None:
    given = SegmentChanges.model_validate(fields(options, version=options.version))
    with noting_change_sets() as change_sets:
        actions.edit_segment(terminal.actor, options.id, given.given("version"), version=given.version)
    _one(terminal, options.id, change_sets)


def _delete(terminal: Terminal, options: argparse.Namespace) -> None:
    shown = segment_shown(terminal.actor, options.id)
    with noting_change_sets() as change_sets:
        actions.delete_segment(terminal.actor, options.id)
    if terminal.is_json:
        terminal.written(shown, change_sets)
    else:
        terminal.say_undo(change_sets)


def _restore(terminal: Terminal, options: argparse.Namespace) -> None:
    with noting_change_sets() as change_sets:
        actions.restore_segment(terminal.actor, options.id)
    _one(terminal, options.id, change_sets)


def _lines(terminal: Terminal, options: argparse.Namespace) -> None:
    page = lines_shown(terminal.actor, options.id, after=options.after, limit=options.limit)
    if terminal.is_json:
        terminal.shape(page)
        return
    terminal.table(_LINE, [_line_row(row) for row in page.items])
    _say_more(terminal, page.next)


def _add_line(terminal: Terminal, options: argparse.Namespace) -> None:
    given = {**_customer(options.customer), "note": options.note}
    with noting_change_sets() as change_sets:
        line = actions.add_line(terminal.actor, options.id, given)
    _line(terminal, options.id, line.pk, change_sets)


def _change_line(terminal: Terminal, options: argparse.Namespace) -> None:
    given = _customer(options.customer)
    if options.note is not None:
        given["note"] = options.note
    with noting_change_sets() as change_sets:
        actions.change_line(terminal.actor, options.id, options.line, given)
    _line(terminal, options.id, options.line, change_sets)


def _remove_line(terminal: Terminal, options: argparse.Namespace) -> None:
    with noting_change_sets() as change_sets:
        actions.remove_line(terminal.actor, options.id, options.line)
    _one(terminal, options.id, change_sets)


def _open(terminal: Terminal, options: argparse.Namespace) -> None:
    with noting_change_sets() as change_sets:
        opened = create_from_segment(
            terminal.actor,
            options.id,
            line_ids=options.line,
            subject=options.subject,
            owner_id=person_id(options.owner, "owner_id"),
            process_id=None if options.process is None else process_id_of(options.process),
            is_started=options.start,
            again=options.again,
        )
    if terminal.is_json:
        terminal.written(deals_opened(opened), change_sets)
        return
    terminal.say(opened.message)
    terminal.say_undo(change_sets)


def _customer(written: str | None) -> dict[str, Any]:
    if written is None:
        return {}
    try:
        ref = RecordRef.parse(written)
    except ValueError:
        ref = None
    if ref is None or ref.kind not in ("account", "contact"):
        raise Invalid({"customer": sentence("Name the customer by its kind and id, such as account:7.")})
    return {f"{ref.kind}_id": ref.id}


def _line(terminal: Terminal, segment_id: int, line_id: int, change_sets: list[int]) -> None:
    [shown] = lines_of(terminal.actor, segment_id, [queries.line(terminal.actor, segment_id, line_id)])
    if terminal.is_json:
        terminal.written(shown, change_sets)
        return
    terminal.table(_LINE, [_line_row(shown)])
    terminal.say_undo(change_sets)


_LINE = [sentence("Line"), sentence("Customer"), sentence("Note"), sentence("Opportunities")]


def _line_row(row: LineShown) -> tuple[str, ...]:
    return str(row.id), row.customer_name or NOTHING, row.note, str(row.opportunities)


def _one(terminal: Terminal, segment_id: int, change_sets: list[int] | None) -> None:
    shown = segment_shown(terminal.actor, segment_id)
    if terminal.is_json:
        if change_sets is None:
            terminal.shape(shown)
        else:
            terminal.written(shown, change_sets)
        return
    base = organisation_settings().base_currency
    terminal.fields(
        [
            (sentence("Id"), str(shown.id)),
            (sentence("Name"), shown.name),
            (sentence("Campaign"), shown.campaign_name or NOTHING),
            (sentence("Lines"), str(shown.lines)),
            (sentence("Owner"), shown.owner_name),
            (sentence("Opportunities"), str(shown.opportunities)),
            (sentence("Value"), terminal.amount(shown.value, base)),
            (sentence("Won"), terminal.amount(shown.won_value, base)),
            (sentence("Version"), str(shown.version)),
        ]
    )
    terminal.say_undo(change_sets or [])


def _say_more(terminal: Terminal, following: str | None) -> None:
    if following is not None:
        terminal.say(sentence("There is more: --after {cursor}", cursor=following))
