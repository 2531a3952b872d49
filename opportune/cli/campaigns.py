"""`opportune campaigns`: list, show, create, edit, activate, deactivate, delete, restore."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING

from opportune.campaigns import actions, queries
from opportune.campaigns.filters import CampaignFilter
from opportune.cli.asking import add_fields, add_filters, add_pages, an_id, fields, filters, person_id
from opportune.cli.running import runs
from opportune.cli.terminal import NOTHING, Terminal
from opportune.kernel.sentences import sentence
from opportune.ledger.recording import noting_change_sets
from opportune.reference.queries import organisation_settings
from opportune.schemas.campaign import (
    CampaignChanges,
    CampaignGiven,
    CampaignPage,
    campaign_shown,
    campaigns_listed,
)

if TYPE_CHECKING:
    from opportune.cli import Commands


def add_commands(commands: Commands) -> None:
    """Add `campaigns` with its verbs."""
    verbs = commands.add_parser(
        "campaigns", help="campaigns, and the opportunities they brought"
    ).add_subparsers(title="verbs", metavar="VERB", required=True)
    each = verbs.add_parser("list", help="the campaigns that match, by pages")
    add_filters(each, CampaignFilter.PARAMETERS)
    add_pages(each)
    runs(each, _list)

    create = verbs.add_parser("create", help="add a campaign")
    create.add_argument("name")
    create.add_argument("--owner", metavar="EMAIL", help="who is responsible (default: who acts)")
    add_fields(create)
    runs(create, _create)

    edit = _of_one(verbs, "edit", "change fields", _edit)
    add_fields(edit)
    edit.add_argument("--version", metavar="N", help="the version that was looked at")
    _of_one(verbs, "show", "all of one, and what it brought", _show)
    _of_one(verbs, "activate", "let opportunities come from it, within its dates", _activate)
    _of_one(verbs, "deactivate", "let no further opportunity come from it", _deactivate)
    _of_one(verbs, "delete", "put one into the bin; its opportunities and segments stay", _delete)
    _of_one(verbs, "restore", "take one out of the bin, with what it had", _restore)


def _of_one(
    verbs: Commands, name: str, text: str, command: Callable[[Terminal, argparse.Namespace], None]
) -> argparse.ArgumentParser:
    parser = verbs.add_parser(name, help=text)
    parser.add_argument("id", type=an_id)
    runs(parser, command)
    return parser


def _list(terminal: Terminal, options: argparse.Namespace) -> None:
    terminal.actor.demand("campaign", "read")
    wanted = CampaignFilter.read(filters(options, CampaignFilter.PARAMETERS), terminal.actor)
    found = queries.campaigns(terminal.actor, wanted, after=options.after, limit=options.limit)
    page = CampaignPage(items=campaigns_listed(terminal.actor, found.rows), next=found.next)
    if terminal.is_json:
        terminal.shape(page)
        return
    base = organisation_settings().base_currency
    terminal.table(
        [
            sentence("Id"),
            sentence("Campaign"),
            sentence("State"),
            sentence("Opportunities"),
            sentence("Value"),
            sentence("Won"),
        ],
        [
            (
                str(row.id),
                row.name,
                row.state,
                str(row.opportunities),
                terminal.amount(row.value, base),
                terminal.amount(row.won_value, base),
            )
            for row in page.items
        ],
    )
    if page.next is not None:
        terminal.say(sentence("There is more: --after {cursor}", cursor=page.next))


def _create(terminal: Terminal, options: argparse.Namespace) -> None:
    owner = person_id(options.owner, "owner_id")
    given = CampaignGiven.model_validate(fields(options, name=options.name, owner_id=owner))
    with noting_change_sets() as change_sets:
        campaign = actions.create_campaign(terminal.actor, given.given())
    _one(terminal, campaign.pk, change_sets)


def _edit(terminal: Terminal, options: argparse.Namespace) -> None:
    given = CampaignChanges.model_validate(fields(options, version=options.version))
    with noting_change_sets() as change_sets:
        actions.edit_campaign(terminal.actor, options.id, given.given("version"), version=given.version)
    _one(terminal, options.id, change_sets)


def _show(terminal: Terminal, options: argparse.Namespace) -> None:
    _one(terminal, options.id, None)


def _activate(terminal: Terminal, options: argparse.Namespace) -> None:
    with noting_change_sets() as change_sets:
        actions.activate_campaign(terminal.actor, options.id)
    _one(terminal, options.id, change_sets)


def _deactivate(terminal: Terminal, options: argparse.Namespace) -> None:
    with noting_change_sets() as change_sets:
        actions.deactivate_campaign(terminal.actor, options.id)
    _one(terminal, options.id, change_sets)


def _delete(terminal: Terminal, options: argparse.Namespace) -> None:
    shown = campaign_shown(terminal.actor, options.id)
    with noting_change_sets() as change_sets:
        actions.delete_campaign(terminal.actor, options.id)
    if terminal.is_json:
        terminal.written(shown, change_sets)
    else:
        terminal.say_undo(change_sets)


def _restore(terminal: Terminal, options: argparse.Namespace) -> None:
    with noting_change_sets() as change_sets:
        actions.restore_campaign(terminal.actor, options.id)
    _one(terminal, options.id, change_sets)


def _one(terminal: Terminal, campaign_id: int, change_sets: list[int] | None) -> None:
    shown = campaign_shown(terminal.actor, campaign_id)
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
            (sentence("Type"), shown.type or NOTHING),
            (sentence("State"), shown.state),
            (sentence("Starts on"), terminal.day(shown.starts_on)),
            (sentence("Ends on"), terminal.day(shown.ends_on)),
            (sentence("Owner"), shown.owner_name),
            (sentence("Opportunities"), str(shown.opportunities)),
            (sentence("Value"), terminal.amount(shown.value, base)),
            (sentence("Won"), terminal.amount(shown.won_value, base)),
            (sentence("Actual cost"), terminal.amount(shown.actual_cost, base)),
            (sentence("Version"), str(shown.version)),
        ]
    )
    terminal.say_undo(change_sets or [])
