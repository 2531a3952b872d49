"""`opportune token`: bearer tokens for the API."""

from __future__ import annotations

import argparse
from datetime import date
from typing import TYPE_CHECKING

from opportune.cli.asking import an_id, day, person_id
from opportune.cli.running import runs
from opportune.cli.terminal import NOTHING, Terminal
from opportune.identity.actions import issue_token, revoke_token
from opportune.identity.permissions import SCOPES
from opportune.identity.queries import tokens
from opportune.kernel import clock
from opportune.kernel.sentences import sentence
from opportune.reference.queries import organisation_settings
from opportune.schemas.token import TokenIssued, TokenList, TokenShown

if TYPE_CHECKING:
    from opportune.cli import Commands


def add_commands(commands: Commands) -> None:
    """Add `token` with its verbs."""
    verbs = commands.add_parser("token", help="make, list and revoke tokens for the API").add_subparsers(
        title="verbs", metavar="VERB", required=True
    )
    create = verbs.add_parser("create", help="make a token; its secret is shown this once")
    create.add_argument("name", help="what it is for")
    create.add_argument("--person", metavar="EMAIL", help="whose it is (default: who acts)")
    create.add_argument(
        "--scope",
        dest="scopes",
        action="append",
        required=True,
        metavar="SCOPE",
        help=f"several times: {', '.join(sorted(SCOPES))}",
    )
    create.add_argument("--expires", type=day, metavar="DATE", help="the last day it is valid")
    runs(create, _create)

    runs(verbs.add_parser("list", help="one's own tokens, or everybody's for an administrator"), _list)

    revoke = verbs.add_parser("revoke", help="make a token worthless at once")
    revoke.add_argument("id", type=an_id)
    runs(revoke, _revoke)


def _create(terminal: Terminal, options: argparse.Namespace) -> None:
    last: date | None = options.expires
    token, secret = issue_token(
        terminal.actor,
        name=options.name,
        scopes=options.scopes,
        user_id=person_id(options.person, "--person"),
        expires_at=None if last is None else clock.end_of(last, organisation_settings().time_zone),
    )
    row = next(row for row in tokens(terminal.actor) if row.id == token.pk)
    if terminal.is_json:
        terminal.shape(TokenIssued(**TokenShown.model_validate(row).model_dump(), secret=secret))
        return
    terminal.say(
        sentence(
            "Token {id} of {person}. Keep its secret; it is shown this once:",
            id=row.id,
            person=row.person_name,
        )
    )
    terminal.plain(secret)


def _list(terminal: Terminal, options: argparse.Namespace) -> None:
    found = TokenList(items=[TokenShown.model_validate(row) for row in tokens(terminal.actor)])
    if terminal.is_json:
        terminal.shape(found)
        return
    terminal.table(
        [
            sentence("Id"),
            sentence("Name"),
            sentence("Person"),
            sentence("Scopes"),
            sentence("Made on"),
            sentence("Expires"),
            sentence("Revoked on"),
        ],
        [
            (
                str(token.id),
                token.name,
                token.person_name,
                " ".join(token.scopes) or NOTHING,
                terminal.day(token.created_at.date()),
                terminal.day(token.expires_at.date() if token.expires_at else None),
                terminal.day(token.revoked_at.date() if token.revoked_at else None),
            )
            for token in found.items
        ],
    )


def _revoke(terminal: Terminal, options: argparse.Namespace) -> None:
    revoke_token(terminal.actor, options.id)
    row = next(row for row in tokens(terminal.actor) if row.id == options.id)
    if terminal.is_json:
        terminal.shape(TokenShown.model_validate(row))
    else:
        terminal.say(
            sentence("Token {id} of {person} opens nothing any more.", id=row.id, person=row.person_name)
        )
