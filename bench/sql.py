"""The floors: hand-written statements read from their files and run with given values."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.db import connection

FLOORS = Path(__file__).parent / "floors"
_NAME = re.compile(r"(?<![:\w]):([a-z_]+)")
_HEAD = re.compile(r"^-- name: (.+)$", re.MULTILINE)
EACH_STAGE = "-- each: stages"
Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a floor; `each_stage` runs for every stage and for none."""

    name: str
    text: str
    each_stage: bool


@lru_cache(maxsize=32)
def floor(operation: str) -> tuple[Statement, ...]:
    """The statements of an operation's floor, in order."""
    parts = _HEAD.split((FLOORS / f"{operation}.sql").read_text(encoding="utf-8"))[1:]
    found = []
    for name, body in zip(parts[::2], parts[1::2], strict=True):
        text = body.replace(EACH_STAGE, "").strip().rstrip(";")
        found.append(Statement(name, text, EACH_STAGE in body))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Reader:
    """Who runs a floor: `sees_all` needs no condition."""

    user_id: int
    sees_all: bool


def run(operation: str, reader: Reader, given: Values) -> dict[str, list[Any]]:
    """Run a floor; the rows of each statement by its name."""
    values: Values = {**given, "user_id": reader.user_id}
    answers: dict[str, list[Any]] = {}
    with connection.cursor() as cursor:
        for statement in floor(operation):
            rows = answers.setdefault(statement.name, [])
            stages = [*values["stages"], None] if statement.each_stage else [None]
            for stage in stages:
                values["stage"] = stage
                text = prepared(statement.text, reader, connection.vendor, is_staged=stage is not None)
                text = text.replace(":ids", ", ".join(map(str, values.get("ids", [0]))))
                named = {name: values[name] for name in _NAME.findall(text)}
                cursor.execute(_NAME.sub(r"%(\1)s", text), named)
                if cursor.description is None:
                    continue
                found = cursor.fetchall()
                if len(cursor.description) == 1 and len(found) == 1:
                    values[cursor.description[0][0]] = found[0][0]
                rows += found
            if statement.each_stage:
                values["ids"] = [row[0] for row in rows] or [0]
    return answers


@lru_cache(maxsize=256)
def prepared(text: str, reader: Reader, vendor: str, *, is_staged: bool) -> str:
    """A statement with what differs by reader and engine filled in."""
    visible = (FLOORS / "visible.sql").read_text(encoding="utf-8").strip()
    is_sqlite = vendor == "sqlite"
    parts = {
        "{visible}": "1 = 1" if reader.sees_all else visible,
        "{visible account}": "1 = 1" if reader.sees_all else visible.replace("'opportunity'", "'account'"),
        "{visible contact}": "1 = 1" if reader.sees_all else visible.replace("'opportunity'", "'contact'"),
        "{stage}": "deal.stage_id = :stage" if is_staged else "deal.stage_id IS NULL",
        "{entry_stage}": "entry.stage_id = :stage" if is_staged else "entry.stage_id IS NULL",
        "{for update}": "" if is_sqlite else "FOR UPDATE OF deal",
        "{true}": "1" if is_sqlite else "true",
        "{false}": "0" if is_sqlite else "false",
        "{search}": "search_trigrams JOIN search_searchentry AS entry ON entry.id = search_trigrams.rowid"
        if is_sqlite
        else "search_searchentry AS entry",
        "{matches}": "search_trigrams.text MATCH :match" if is_sqlite else "entry.text LIKE :like",
        "{newest}": "search_trigrams.rowid" if is_sqlite else "entry.id",
        "{columns}": "",
        "{values}": "",
    }
    if "{columns}" in text:
        parts["{columns}"], parts["{values}"] = _copied()
    for name, part in parts.items():
        text = text.replace(name, part)
    return text


def _copied() -> tuple[str, str]:
    """The columns of a deal, and their values in a copy of a model deal."""
    from opportune.opportunities.models import Opportunity

    new = {
        "number": ":number", "subject": ":subject", "subject_key": ":subject", "created_at": ":now",
        "touched_at": ":now", "owner_id": ":user_id", "version": "1", "account_id": ":account_id", "contact_id": "NULL",
    }  # fmt: skip
    names = [field.column for field in Opportunity._meta.concrete_fields if not field.primary_key]
    written = ", ".join(f'"{name}"' for name in names)
    return written, ", ".join(new.get(name or "", f'model."{name}"') for name in names)
