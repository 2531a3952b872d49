"""`opportune accounts` and `opportune contacts`: list, create."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from opportune.cli.asking import account_id, add_fields, add_filters, add_pages, fields, filters, person_id
from opportune.cli.running import runs
from opportune.cli.terminal import NOTHING, Terminal
from opportune.customers import actions, queries
from opportune.customers.filters import AccountFilter, ContactFilter
from opportune.kernel.sentences import sentence
from opportune.ledger.recording import noting_change_sets
from opportune.schemas.account import AccountGiven, AccountListed, AccountPage, AccountShown
from opportune.schemas.contact import ContactGiven, ContactListed, ContactPage, ContactShown

if TYPE_CHECKING:
    from opportune.cli import Commands


def add_commands(commands: Commands) -> None:
    """Add `accounts` and `contacts` with their verbs."""
    accounts = commands.add_parser("accounts", help="list and add accounts").add_subparsers(
        title="verbs", metavar="VERB", required=True
    )
    each = accounts.add_parser("list", help="the accounts that match, by pages")
    add_filters(each, AccountFilter.PARAMETERS)
    add_pages(each)
    runs(each, _list_accounts)
    create = accounts.add_parser("create", help="add an account")
    create.add_argument("name")
    create.add_argument("--owner", metavar="EMAIL", help="who is responsible (default: who acts)")
    add_fields(create)
    runs(create, _create_account)

    contacts = commands.add_parser("contacts", help="list and add contacts").add_subparsers(
        title="verbs", metavar="VERB", required=True
    )
    each = contacts.add_parser("list", help="the contacts that match, by pages")
    add_filters(each, ContactFilter.PARAMETERS)
    add_pages(each)
    runs(each, _list_contacts)
    create = contacts.add_parser("create", help="add a contact")
    create.add_argument("last_name")
    create.add_argument("--first-name")
    create.add_argument("--account", metavar="NAME", help="the account they belong to, by name or id")
    create.add_argument("--owner", metavar="EMAIL", help="who is responsible (default: who acts)")
    add_fields(create)
    runs(create, _create_contact)


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
    given = AccountGiven.model_validate(fields(options, name=options.name, owner_id=owner))
    with noting_change_sets() as change_sets:
        account = actions.create_account(terminal.actor, given.given())
    shown = AccountShown.model_validate(queries.account_record(terminal.actor, account.pk))
    _done(terminal, shown, change_sets)


def _create_contact(terminal: Terminal, options: argparse.Namespace) -> None:
    given = ContactGiven.model_validate(
        fields(
            options,
            last_name=options.last_name,
            first_name=options.first_name,
            account_id=account_id(terminal.actor, options.account),
            owner_id=person_id(options.owner, "owner_id"),
        )
    )
    with noting_change_sets() as change_sets:
        contact = actions.create_contact(terminal.actor, given.given())
    shown = ContactShown.model_validate(queries.contact_record(terminal.actor, contact.pk))
    _done(terminal, shown, change_sets)


def _done(terminal: Terminal, shown: AccountShown | ContactShown, change_sets: list[int]) -> None:
    if terminal.is_json:
        terminal.written(shown, change_sets)
        return
    terminal.fields(
        [
            (sentence("Id"), str(shown.id)),
            (sentence("Name"), shown.name),
            (sentence("City"), shown.city),
            (sentence("E-mail"), shown.email),
            (sentence("Owner"), shown.owner_name),
        ]
    )
    terminal.say_undo(change_sets)


def _say_more(terminal: Terminal, following: str | None) -> None:
    if following is not None:
        terminal.say(sentence("There is more: --after {cursor}", cursor=following))
