"""Options that several commands have: filters, fields, records named by people."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import date
from typing import Any

from opportune.cli.running import person
from opportune.customers.queries import accounts_by_name
from opportune.identity.actor import Actor
from opportune.kernel.errors import Invalid
from opportune.kernel.parameters import record_id
from opportune.kernel.sentences import sentence


def add_filters(parser: argparse.ArgumentParser, names: Sequence[str]) -> None:
    """An option for each parameter of a declared filter set."""
    group = parser.add_argument_group("filters, as in the list")
    for name in names:
        group.add_argument(f"--{name.replace('_', '-')}", dest=name, metavar="VALUE", default="")


def filters(options: argparse.Namespace, names: Sequence[str]) -> dict[str, str]:
    """The parameters that were given."""
    return {name: value for name in names if (value := getattr(options, name))}


def add_pages(parser: argparse.ArgumentParser) -> None:
    """Where a page begins and how long it is."""
    parser.add_argument("--after", metavar="CURSOR", help="the “next” of the page before")
    parser.add_argument("--limit", type=_length, default=50, metavar="N", help="how many rows (default 50)")


def add_fields(parser: argparse.ArgumentParser) -> None:
    """Any field by its name, several times."""
    parser.add_argument(
        "--set",
        dest="fields",
        type=_field,
        action="append",
        default=[],
        metavar="FIELD=VALUE",
        help="a field by its name; an empty value empties it",
    )


def fields(options: argparse.Namespace, **named: Any) -> dict[str, Any]:
    """The fields that were set, and those that options of their own name, as far as they are given."""
    return {
        **{name: value or None for name, value in options.fields},
        **{name: value for name, value in named.items() if value is not None},
    }


def account_id(actor: Actor, name: str | None) -> int | None:
    """An account by its id or its name. Raises Invalid."""
    if name is None or _is_id(name):
        return None if name is None else int(name)
    found = accounts_by_name(actor, [name])
    if name not in found:
        raise Invalid({"account_id": sentence("There is no account called “{name}”.", name=name)})
    return found[name]


def person_id(name: str | None, field: str) -> int | None:
    """A person by their id or their address. Raises Invalid, NotPermitted."""
    if name is None or _is_id(name):
        return None if name is None else int(name)
    return person(name, field).person_id


def day(text: str) -> date:
    """A plain day, as an option reads it."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.isoformat() != text:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date such as 2026-12-31")
    return found


def an_id(text: str) -> int:
    """The id of a record, as a word reads it; a longer number than a column holds is none."""
    found = record_id(text)
    if found is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not the id of a record")
    return found


def a_number(text: str) -> int:
    """A whole number from zero up that is no id, such as a version; bounded as ids are."""
    found = record_id(text)
    if found is None:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a whole number from zero up, or far too large a one"
        )
    return found


def _is_id(text: str) -> bool:
    return record_id(text) is not None


def _field(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise argparse.ArgumentTypeError(f"{text!r} is not FIELD=VALUE")
    return name.strip(), value


def _length(text: str) -> int:
    if not _is_id(text) or not 1 <= int(text) <= 1000:
        raise argparse.ArgumentTypeError("a page has 1 to 1000 rows")
    return int(text)
