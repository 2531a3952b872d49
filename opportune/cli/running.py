"""Running a command: who acts, in which language it speaks, and what its exit code is."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace

from django.conf import settings
from django.utils import translation
from pydantic import ValidationError

from opportune.cli.terminal import Terminal, printable
from opportune.identity.actor import Actor, system_actor
from opportune.identity.queries import person_by_email
from opportune.kernel.errors import Conflict, Invalid, NotFound, NotPermitted, OpportuneError, Refused
from opportune.kernel.sentences import sentence
from opportune.kernel.text import storable
from opportune.schemas.problem import Problem, problem_of, shape_refusal
from opportune.storage.outages import outage_of

DOOR = "cli"
DONE, USAGE, UNAVAILABLE, ENDED_EARLY = 0, 2, 8, 141
EXIT_CODES: Mapping[type[OpportuneError], int] = {
    NotFound: 3,
    NotPermitted: 4,
    Invalid: 5,
    Refused: 6,
    Conflict: 7,
}
"""What a refusal ends with. A command line without sense ends with 2, as `argparse` does; an outage with 8."""

Command = Callable[[Terminal, argparse.Namespace], None]


def runs(parser: argparse.ArgumentParser, command: Command) -> None:
    """Let a parser run a command, with the options that every command has."""
    parser.add_argument(
        "--actor", metavar="EMAIL", help="act as this person (default: as the one who installs)"
    )
    parser.add_argument("--json", action="store_true", help="answer as JSON")
    parser.set_defaults(run=lambda options: run(command, options))


def run(command: Command, options: argparse.Namespace) -> int:
    """Run a command for whoever acts; say what was refused, and return the exit code."""
    language = settings.LANGUAGE_CODE
    with translation.override(language):
        try:
            _demand_text(options)
            command(Terminal(acting(options.actor), language, is_json=options.json), options)
            sys.stdout.flush()
        except ValidationError as misfit:
            return _refuse(shape_refusal(misfit), language, is_json=options.json)
        except OpportuneError as error:
            return _refuse(error, language, is_json=options.json)
        except BrokenPipeError:
            # Whoever read the output has enough of it; what is left must not fail once more at the exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return ENDED_EARLY
        except Exception as error:
            found = outage_of(error)
            if found is None:
                raise
            _refuse(Refused(found.code, found.message), language, is_json=options.json)
            return UNAVAILABLE
    return DONE


def _demand_text(options: argparse.Namespace) -> None:
    """Raise Invalid for a word that no database keeps: bytes of another encoding, halves of characters, NUL."""
    for name, given in vars(options).items():
        words = given if isinstance(given, list) else [given]
        texts = [part for word in words for part in (word if isinstance(word, tuple) else (word,))]
        if any(isinstance(text, str) and text != storable(text) for text in texts):
            raise Invalid({name: sentence("Enter text.")})


def acting(email: str | None) -> Actor:
    """A person by their address, else the one who installs. Raises Invalid, or NotPermitted for a deactivated one."""
    if email is None:
        return replace(system_actor("command line"), door=DOOR)
    return person(email, "--actor")


def person(email: str, field: str) -> Actor:
    """A person by their address. Raises Invalid, naming the option, or NotPermitted for a deactivated one."""
    try:
        return person_by_email(email, DOOR)
    except NotFound:
        raise Invalid({field: sentence("Nobody here has the address {email}.", email=email)}) from None


def _refuse(error: OpportuneError, language: str, *, is_json: bool) -> int:
    problem = problem_of(error, language)
    sys.stderr.write(problem.model_dump_json(exclude_none=True) + "\n" if is_json else _told(problem))
    return next(code for kind, code in EXIT_CODES.items() if isinstance(error, kind))


def _told(problem: Problem) -> str:
    by_field = [f"{name}: {message}" for name, message in (problem.errors or {}).items()]
    lines = by_field or [problem.detail]
    return "".join(f"opportune: {printable(line)}\n" for line in lines)
