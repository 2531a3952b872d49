"""`opportune accounts` and `opportune contacts`: list, show, create, edit, delete, restore."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from opportune.cli.asking import (
    account_id,
    add_fields,
    add_filters,
    add_pages,
    an_id,
    fields,
    filters,
    person_id,
)
from opportune.cli.changes import changes_in_words
from opportune.cli.running import runs
from opportune.cli.terminal import NOTHING, Terminal
from opportune.customers import actions, queries
from opportune.customers.filters import AccountFilter, ContactFilter
from opportune.identity.actor import Actor
from opportune.kernel.records import RecordRef
from opportune.kernel.sentences import sentence
from opportune.ledger.recording import noting_change_sets
from opportune.reference.queries import organisation_settings
from opportune.schemas.account import (
    AccountChanges,
    AccountGiven,
    AccountListed,
    AccountPage,
    AccountShown,
    account_shown,
)
from opportune.schemas.contact import (
    ContactChanges,
    ContactGiven,
    ContactListed,
    ContactPage,
    ContactShown,
    contact_shown,
)
from opportune.schemas.customer import DeletionShown, bin_shown, deletion_shown, history_shown
from opportune.schemas.language import spoken

if TYPE_CHECKING:
    from opportune.cli import Commands


CONFIRMED = "confirm_duplicates"
CAME, LEFT = sentence("came here"), sentence("went elsewhere")


@dataclass(frozen=True, slots=True)
class Noun:
    """What differs between the commands on accounts and on contacts."""

    kind: str
    edit: Callable[..., Any]
    delete: Callable[..., Any]
    restore: Callable[..., None]
    changes: type[AccountChanges] | type[ContactChanges]
    shown: Callable[[Actor, int], AccountShown | ContactShown]


ACCOUNT = Noun(
    "account",
    actions.edit_account,
    actions.delete_account,
    actions.restore_account,
    AccountChanges,
    account_shown,
)
CONTACT = Noun(
    "contact",
    actions.edit_contact,
    actions.delete_contact,
    actions.restore_contact,
    ContactChanges,
    contact_shown,
)


def add_commands(commands: Commands) -> None:
    """Add `accounts` and `contacts` with their verbs."""
    accounts = commands.add_parser("accounts", help="accounts: list, show, add, change, delete")
    verbs = accounts.add_subparsers(title="verbs", metavar="VERB", required=True)
    each = verbs.add_parser("list", help="the accounts that match, by pages")
    add_filters(each, AccountFilter.PARAMETERS)
    add_pages(each)
    runs(each, _list_accounts)
    create = verbs.add_parser("create", help="add an account")
    create.add_argument("name")
    create.add_argument("--owner", metavar="EMAIL", help="who is responsible (default: who acts)")
    add_fields(create)
    _add_confirmation(create)
    runs(create, _create_account)
    _add_verbs(verbs, ACCOUNT)

    contacts = commands.add_parser("contacts", help="contacts: list, show, add, change, delete")
    verbs = contacts.add_subparsers(title="verbs", metavar="VERB", required=True)
    each = verbs.add_parser("list", help="the contacts that match, by pages")
    add_filters(each, ContactFilter.PARAMETERS)
    add_pages(each)
    runs(each, _list_contacts)
    create = verbs.add_parser("create", help="add a contact")
    create.add_argument("last_name")
    create.add_argument("--first-name")
    create.add_argument("--account", metavar="NAME", help="the account they belong to, by name or id")
    create.add_argument("--owner", metavar="EMAIL", help="who is responsible (default: who acts)")
    add_fields(create)
    _add_confirmation(create)
    runs(create, _create_contact)
    _add_verbs(verbs, CONTACT)


def _add_verbs(verbs: Commands, noun: Noun) -> None:
    def verb(name: str, text: str, command: Callable[[Terminal, argparse.Namespace, Noun], None]) -> Any:
        parser = verbs.add_parser(name, help=text)
        if name != "bin":
            parser.add_argument("id", type=an_id)
        runs(parser, lambda terminal, options: command(terminal, options, noun))
        return parser

    verb("show", "all of one", _show)
    edit = verb("edit", "change fields", _edit)
    add_fields(edit)
    _add_confirmation(edit)
    edit.add_argument("--version", metavar="N", help="the version that was looked at")
    delete = verb("delete", "put one into the bin, with its opportunities", _delete)
    delete.add_argument("--dry-run", action="store_true", help="only say what would go along")
    verb("bin", "what was deleted and can come back", _list_bin)
    verb("restore", "take one out of the bin, with all that fell with it", _restore)
    verb("history", "what was changed, and which opportunities came and went", _history)


def _add_confirmation(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--confirm-duplicates", action="store_true", help="save it although others seem to be the same"
    )


def _confirmed(options: argparse.Namespace) -> dict[str, bool]:
    return {CONFIRMED: True} if options.confirm_duplicates else {}


def _show(terminal: Terminal, options: argparse.Namespace, noun: Noun) -> None:
    _done(terminal, noun.shown(terminal.actor, options.id), None)


def _edit(terminal: Terminal, options: argparse.Namespace, noun: Noun) -> None:
    given = noun.changes.model_validate(fields(options, version=options.version, **_confirmed(options)))
    with noting_change_sets() as change_sets:
        noun.edit(
            terminal.actor,
            options.id,
            given.given("version", CONFIRMED),
            version=given.version,
            confirm_duplicates=given.confirm_duplicates,
        )
    _done(terminal, noun.shown(terminal.actor, options.id), change_sets)


def _delete(terminal: Terminal, options: argparse.Namespace, noun: Noun) -> None:
    found = queries.deletion(terminal.actor, RecordRef(noun.kind, options.id))
    shown = deletion_shown(found, terminal.language)
    if options.dry_run:
        _show_deletion(terminal, shown)
        return
    with noting_change_sets() as change_sets:
        noun.delete(terminal.actor, options.id)
    if terminal.is_json:
        terminal.written(shown, change_sets)
        return
    _show_deletion(terminal, shown)
    terminal.say_undo(change_sets)


def _show_deletion(terminal: Terminal, shown: DeletionShown) -> None:
    if terminal.is_json:
        terminal.shape(shown)
        return
    terminal.fields(
        [
            (sentence("Name"), shown.name),
            (sentence("Open opportunities"), str(len(shown.open_opportunities))),
            (sentence("Closed opportunities"), str(shown.closed_opportunities)),
            (sentence("Opportunities that only name it"), str(shown.opportunities_naming)),
            (sentence("Contacts that stay"), str(shown.contacts)),
            (sentence("Accounts that stay"), str(shown.accounts)),
            (sentence("Refused"), shown.refusal),
        ]
    )


def _list_bin(terminal: Terminal, options: argparse.Namespace, noun: Noun) -> None:
    terminal.actor.demand(noun.kind, "read")
    shown = bin_shown(queries.bin_of(terminal.actor, noun.kind))
    if terminal.is_json:
        terminal.shape(shown)
        return
    rows = [(str(row.id), row.name, terminal.day(row.deleted_at.date())) for row in shown.items]
    terminal.table([sentence("Id"), sentence("Name"), sentence("Deleted on")], rows)


def _restore(terminal: Terminal, options: argparse.Namespace, noun: Noun) -> None:
    with noting_change_sets() as change_sets:
        noun.restore(terminal.actor, options.id)
    _done(terminal, noun.shown(terminal.actor, options.id), change_sets)


def _history(terminal: Terminal, options: argparse.Namespace, noun: Noun) -> None:
    shown = history_shown(terminal.actor, RecordRef(noun.kind, options.id), terminal.language)
    if terminal.is_json:
        terminal.shape(shown)
        return
    base = organisation_settings().base_currency
    rows = [
        (item.at, item.by, item.verb, changes_in_words(terminal, changes, base) or ", ".join(item.after))
        for item, changes in queries.told_of_customer(terminal.actor, RecordRef(noun.kind, options.id))
    ]
    rows += [
        (
            row.at,
            row.by,
            spoken(CAME if row.came else LEFT, terminal.language),
            f"{row.subject} ({row.other_name})",
        )
        for row in shown.opportunities
    ]
    terminal.table(
        [sentence("Day"), sentence("By"), sentence("What"), sentence("Of what")],
        [(terminal.day(at.date()), *rest) for at, *rest in sorted(rows, reverse=True)],
    )


def _list_accounts(terminal: Terminal, options: argparse.Namespace) -> None:
    terminal.actor.demand("account", "read")
    wanted = AccountFilter.read(filters(options, AccountFilter.PARAMETERS), terminal.actor)
    found = queries.accounts(terminal.actor, wanted, after=options.after, limit=options.limit)
    page = AccountPage(items=[AccountListed.model_validate(row) for row in found.rows], next=found.next)
    if terminal.is_json:
        terminal.shape(page)
        return
    terminal.table(
        [sentence("Id"), sentence("Account"), sentence("City"), sentence("E-mail"), sentence("Owner")],
        [(str(row.id), row.name, row.city, row.email, row.owner_name) for row in page.items],
    )
    _say_more(terminal, page.next)


def _list_contacts(terminal: Terminal, options: argparse.Namespace) -> None:
    terminal.actor.demand("contact", "read")
    wanted = ContactFilter.read(filters(options, ContactFilter.PARAMETERS), terminal.actor)
    found = queries.contacts(terminal.actor, wanted, after=options.after, limit=options.limit)
    page = ContactPage(items=[ContactListed.model_validate(row) for row in found.rows], next=found.next)
    if terminal.is_json:
        terminal.shape(page)
        return
    terminal.table(
        [sentence("Id"), sentence("Contact"), sentence("Account"), sentence("E-mail"), sentence("Owner")],
        [
            (str(row.id), row.name, row.account_name or NOTHING, row.email, row.owner_name)
            for row in page.items
        ],
    )
    _say_more(terminal, page.next)


def _create_account(terminal: Terminal, options: argparse.Namespace) -> None:
    owner = person_id(options.owner, "owner_id")
    given = AccountGiven.model_validate(
        fields(options, name=options.name, owner_id=owner, **_confirmed(options))
    )
    with noting_change_sets() as change_sets:
        account = actions.create_account(
            terminal.actor, given.given(CONFIRMED), confirm_duplicates=given.confirm_duplicates
        )
    _done(terminal, account_shown(terminal.actor, account.pk), change_sets)


def _create_contact(terminal: Terminal, options: argparse.Namespace) -> None:
    given = ContactGiven.model_validate(
        fields(
            options,
            last_name=options.last_name,
            first_name=options.first_name,
            account_id=account_id(terminal.actor, options.account),
            owner_id=person_id(options.owner, "owner_id"),
            **_confirmed(options),
        )
    )
    with noting_change_sets() as change_sets:
        contact = actions.create_contact(
            terminal.actor, given.given(CONFIRMED), confirm_duplicates=given.confirm_duplicates
        )
    _done(terminal, contact_shown(terminal.actor, contact.pk), change_sets)


def _done(terminal: Terminal, shown: AccountShown | ContactShown, change_sets: list[int] | None) -> None:
    if terminal.is_json and change_sets is None:
        terminal.shape(shown)
        return
    if terminal.is_json:
        terminal.written(shown, change_sets or [])
        return
    base = organisation_settings().base_currency
    terminal.fields(
        [
            (sentence("Id"), str(shown.id)),
            (sentence("Name"), shown.name),
            (sentence("Type"), shown.type),
            (sentence("City"), shown.city),
            (sentence("Phone"), shown.phone),
            (sentence("E-mail"), shown.email),
            (sentence("Owner"), shown.owner_name),
            (sentence("Customer since"), terminal.day(shown.customer_since)),
            (sentence("Open opportunities"), str(shown.open_opportunities)),
            (sentence("Open value"), terminal.amount(shown.open_value, base)),
        ]
    )
    terminal.say_undo(change_sets or [])


def _say_more(terminal: Terminal, following: str | None) -> None:
    if following is not None:
        terminal.say(sentence("There is more: --after {cursor}", cursor=following))
