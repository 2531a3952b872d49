"""`opportune opportunities`: clone, comment, snooze; competitors, sales team, shares. `opportune reminders`."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from opportune.cli.asking import add_fields, an_id, fields, person_id
from opportune.cli.running import runs
from opportune.cli.showing import show_opportunity, show_shares
from opportune.cli.terminal import Terminal
from opportune.identity.queries import shares_of
from opportune.kernel import clock
from opportune.kernel.errors import Invalid
from opportune.kernel.sentences import sentence
from opportune.ledger.recording import noting_change_sets
from opportune.opportunities import actions, queries
from opportune.opportunities.writing import zone_of
from opportune.schemas.opportunity import opportunity_shown
from opportune.schemas.opportunity_commands import RivalChanges, RivalGiven
from opportune.schemas.person import ShareList, ShareShown
from opportune.schemas.reminder import ReminderList, ReminderShown

if TYPE_CHECKING:
    from opportune.cli import Commands


def add_commands(commands: Commands) -> None:
    """Add `reminders`."""
    each = commands.add_parser("reminders", help="one's own reminders whose time has come")
    runs(each, _reminders)


def add_verbs(verbs: Commands) -> None:
    """Add the verbs on what hangs on an opportunity."""
    clone = _verb(verbs, "clone", "make an open opportunity like this one", _clone)
    clone.add_argument("--subject", metavar="TEXT", help="default: the original's, marked as a copy")
    comment = _verb(verbs, "comment", "add to the comments, with the date, the time and one's name", _comment)
    comment.add_argument("text")
    snooze = _verb(verbs, "snooze", "put the reminder off", _snooze)
    snooze.add_argument("--until", metavar="TIME", required=True, help="15m, 1h or tomorrow")
    _verb(verbs, "dismiss", "take the reminder away", _dismiss)
    _add_rivals(verbs)
    _add_team(verbs)
    _add_shares(verbs)


def _add_rivals(verbs: Commands) -> None:
    add = _verb(verbs, "add-competitor", "name a competitor on an opportunity", _add_rival)
    add.add_argument("name")
    add_fields(add)
    change = _verb(
        verbs, "change-competitor", "change its price, when it was checked, the note", _change_rival
    )
    change.add_argument("competitor", type=an_id, help="the competitor, by id")
    add_fields(change)
    change.add_argument("--version", metavar="N", help="the version that was looked at")
    remove = _verb(verbs, "remove-competitor", "take a competitor off an opportunity", _remove_rival)
    remove.add_argument("competitor", type=an_id, help="the competitor, by id")


def _add_team(verbs: Commands) -> None:
    for name, does, run in (
        ("add-member", "put a colleague on the sales team", _add_member),
        ("change-member", "give a member of the sales team another role", _change_member),
    ):
        member = _verb(verbs, name, does, run)
        member.add_argument("person", metavar="EMAIL")
        member.add_argument("--role", metavar="CODE", help="a code of the list sales_team_role")
        access = member.add_mutually_exclusive_group()
        access.add_argument("--write", dest="may_write", action="store_true", default=None)
        access.add_argument("--read-only", dest="may_write", action="store_false", default=None)
    remove = _verb(verbs, "remove-member", "take a colleague off the sales team", _remove_member)
    remove.add_argument("person", metavar="EMAIL")


def _add_shares(verbs: Commands) -> None:
    _verb(verbs, "shares", "whom an opportunity is shared with", _shares)
    share = _verb(verbs, "share", "share an opportunity with a person or a team", _share)
    holder = share.add_mutually_exclusive_group(required=True)
    holder.add_argument("--user", metavar="EMAIL")
    holder.add_argument("--team", metavar="ID", type=an_id)
    share.add_argument("--write", action="store_true", help="to change it, too")
    change = _verb(verbs, "change-share", "let them change it, or only read it", _change_share)
    change.add_argument("share", type=an_id, help="the share, by id")
    access = change.add_mutually_exclusive_group(required=True)
    access.add_argument("--write", dest="may_write", action="store_true")
    access.add_argument("--read-only", dest="may_write", action="store_false")
    unshare = _verb(verbs, "unshare", "take a share back", _unshare)
    unshare.add_argument("share", type=an_id, help="the share, by id")


def _verb(
    verbs: Commands, name: str, does: str, run: Callable[[Terminal, argparse.Namespace], None]
) -> argparse.ArgumentParser:
    parser = verbs.add_parser(name, help=does)
    parser.add_argument("id", type=an_id)
    runs(parser, run)
    return parser


def _reminders(terminal: Terminal, options: argparse.Namespace) -> None:
    terminal.actor.demand("opportunity", "read")
    found = [ReminderShown.model_validate(each) for each in queries.due(terminal.actor, clock.now())]
    if terminal.is_json:
        terminal.shape(ReminderList(items=found))
        return
    zone = ZoneInfo(zone_of(terminal.actor))

    def shown(one: ReminderShown) -> tuple[str, ...]:
        at = one.at.astimezone(zone)
        on = f"{terminal.day(at.date())} {at:%H:%M}"
        return str(one.opportunity_id), one.number, one.subject, one.customer_name, on

    terminal.table(
        [sentence("Id"), sentence("Number"), sentence("Subject"), sentence("Customer"), sentence("Reminder")],
        [shown(one) for one in found],
    )


def _clone(terminal: Terminal, options: argparse.Namespace) -> None:
    with noting_change_sets() as change_sets:
        copy = actions.clone(terminal.actor, options.id, subject=options.subject)
    _done(terminal, copy.pk, change_sets)


def _comment(terminal: Terminal, options: argparse.Namespace) -> None:
    _do(terminal, options.id, actions.comment, text=options.text)


def _snooze(terminal: Terminal, options: argparse.Namespace) -> None:
    _do(terminal, options.id, actions.snooze, until=options.until)


def _dismiss(terminal: Terminal, options: argparse.Namespace) -> None:
    _do(terminal, options.id, actions.dismiss)


def _add_rival(terminal: Terminal, options: argparse.Namespace) -> None:
    given = RivalGiven.model_validate(fields(options, name=options.name))
    _do(terminal, options.id, actions.add_rival, **given.given())


def _change_rival(terminal: Terminal, options: argparse.Namespace) -> None:
    given = RivalChanges.model_validate(fields(options, version=options.version))
    changes = given.given("version")
    _do(terminal, options.id, actions.change_rival, options.competitor, changes, version=given.version)


def _remove_rival(terminal: Terminal, options: argparse.Namespace) -> None:
    _do(terminal, options.id, actions.remove_rival, options.competitor)


def _add_member(terminal: Terminal, options: argparse.Namespace) -> None:
    user_id, changes = _member(options)
    _do(terminal, options.id, actions.add_member, user_id=user_id, **changes)


def _change_member(terminal: Terminal, options: argparse.Namespace) -> None:
    user_id, changes = _member(options)
    _do(terminal, options.id, actions.change_member, user_id, changes)


def _remove_member(terminal: Terminal, options: argparse.Namespace) -> None:
    _do(terminal, options.id, actions.remove_member, _member_id(options.person))


def _member(options: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    given = {"role": options.role, "may_write": options.may_write}
    return _member_id(options.person), {name: value for name, value in given.items() if value is not None}


def _member_id(person: str) -> int:
    found = person_id(person, "user_id")
    if found is None:
        raise Invalid({"user_id": sentence("This person does not exist or is deactivated.")})
    return found


def _shares(terminal: Terminal, options: argparse.Namespace) -> None:
    record = queries.opportunity(terminal.actor, options.id)
    found = [ShareShown.model_validate(each) for each in shares_of("opportunity", record.row.id)]
    if terminal.is_json:
        terminal.shape(ShareList(items=found))
    else:
        show_shares(terminal, found)


def _share(terminal: Terminal, options: argparse.Namespace) -> None:
    user_id = person_id(options.user, "user_id")
    given = {"user_id": user_id, "team_id": options.team, "may_write": options.write}
    _do(terminal, options.id, actions.share_deal, **given)


def _change_share(terminal: Terminal, options: argparse.Namespace) -> None:
    _do(terminal, options.id, actions.change_share, options.share, may_write=options.may_write)


def _unshare(terminal: Terminal, options: argparse.Namespace) -> None:
    _do(terminal, options.id, actions.unshare_deal, options.share)


def _do(
    terminal: Terminal, opportunity_id: int, verb: Callable[..., object], *given: Any, **named: Any
) -> None:
    with noting_change_sets() as change_sets:
        verb(terminal.actor, opportunity_id, *given, **named)
    _done(terminal, opportunity_id, change_sets)


def _done(terminal: Terminal, opportunity_id: int, change_sets: list[int]) -> None:
    shown = opportunity_shown(queries.opportunity(terminal.actor, opportunity_id), terminal.language)
    if terminal.is_json:
        terminal.written(shown, change_sets)
    else:
        show_opportunity(terminal, shown)
        terminal.say_undo(change_sets)
