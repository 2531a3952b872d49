"""`opportune createuser`: adding a person."""

from __future__ import annotations

import argparse
import sys
from getpass import getpass
from typing import TYPE_CHECKING

from opportune.cli.running import person, runs
from opportune.cli.terminal import Terminal
from opportune.identity.actions import create_user
from opportune.identity.permissions import READY_ROLES
from opportune.identity.queries import people, teams
from opportune.identity.sign_in.actions import reset_sign_in
from opportune.kernel.errors import Invalid
from opportune.kernel.sentences import sentence
from opportune.schemas.language import LANGUAGES, spoken
from opportune.schemas.person import PersonShown

if TYPE_CHECKING:
    from opportune.cli import Commands


def add_commands(commands: Commands) -> None:
    """Add `createuser`."""
    create = commands.add_parser("createuser", help="add a person who can sign in")
    create.add_argument("email")
    create.add_argument("name")
    roles = ", ".join(role.key for role in READY_ROLES)
    create.add_argument(
        "--role", dest="roles", action="append", required=True, metavar="ROLE", help=f"several times: {roles}"
    )
    create.add_argument(
        "--team", dest="teams", action="append", default=[], metavar="NAME", help="several times"
    )
    create.add_argument("--language", choices=LANGUAGES, default=None)
    password = create.add_mutually_exclusive_group()
    password.add_argument("--password-stdin", action="store_true", help="read the password from a pipe")
    password.add_argument("--no-password", action="store_true", help="they choose one by a reset link")
    runs(create, _create)

    reset = commands.add_parser(
        "reset-sign-in", help="take away somebody's second factors and end their sessions"
    )
    reset.add_argument("person", metavar="EMAIL")
    runs(reset, _reset)


def _reset(terminal: Terminal, options: argparse.Namespace) -> None:
    found = person(options.person, "person")
    reset_sign_in(terminal.actor, found.person_id or 0)
    if terminal.is_json:
        rows = [row for row in people() if row.id == found.person_id]
        terminal.shape(PersonShown.model_validate(rows[0]))
        return
    terminal.say(
        sentence("{name} signs in by password alone now, and is signed out everywhere.", name=found.label)
    )


def _create(terminal: Terminal, options: argparse.Namespace) -> None:
    create_user(
        terminal.actor,
        email=options.email,
        name=options.name,
        password=None if options.no_password else _password(terminal, piped=options.password_stdin),
        roles=options.roles,
        team_ids=_team_ids(options.teams),
        language=options.language or terminal.language,
    )
    made = person(options.email.strip(), "email")
    shown = next(PersonShown.model_validate(each) for each in people() if each.id == made.person_id)
    if terminal.is_json:
        terminal.shape(shown)
    else:
        terminal.say(sentence("{name} can sign in as {email}.", name=shown.name, email=shown.email))


def _password(terminal: Terminal, *, piped: bool) -> str:
    if piped:
        return sys.stdin.readline().rstrip("\r\n")
    first = getpass(f"{spoken(sentence('Password'), terminal.language)}: ")
    if getpass(f"{spoken(sentence('Password, once more'), terminal.language)}: ") != first:
        raise Invalid({"password": sentence("These are two different passwords.")})
    return first


def _team_ids(names: list[str]) -> list[int]:
    known = {name: team_id for team_id, name in teams()}
    for name in names:
        if name not in known:
            raise Invalid({"team": sentence("There is no team called “{name}”.", name=name)})
    return [known[name] for name in names]
