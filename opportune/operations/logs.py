"""A line of the log, for people or for machines, and what never gets into one.

Every line written while a request is answered bears its id. Only the fields named here are written: what a library
hangs on a record besides them, a whole request for instance, is not. Addresses of people, secrets and the parameters of
web addresses are taken out of what is said, tracebacks included.
"""

from __future__ import annotations

import json
import logging
import re
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

FIELDS = (
    "method",
    "route",
    "status",
    "ms",
    "queries",
    "actor_kind",
    "actor",
    "refused",
    "address",
    "change_sets",
    "statement",
)
request_id: ContextVar[str] = ContextVar("request_id", default="")

_COMMANDING = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_KEPT_BACK = (
    (re.compile(r"\b(opp|setup)_[\w-]{16,}"), r"\1_…"),
    (re.compile(r"\b(Bearer|Basic) [\w.~+/=-]+", re.IGNORECASE), r"\1 …"),
    (re.compile(r"://[^\s/@]+@"), "://…@"),
    (re.compile(r"(?<=[\w/])\?[\w.%~+-]+=[^\s\"'<>)]*"), "?…"),
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), "…@…"),
    (re.compile(r"^DETAIL: .*$", re.MULTILINE), "DETAIL: …"),
)


def kept_back(text: str) -> str:
    """The text without secrets, addresses of people, and the parameters of web addresses."""
    for what, instead in _KEPT_BACK:
        text = what.sub(instead, text)
    return text


def one_line(text: str) -> str:
    """The text with what would begin a line, or command a terminal, written as an escape (ASVS 16.4.1)."""
    return _COMMANDING.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)


def route_of(request: Any) -> str:
    """The name of the route that a request took: never its path, which may hold a secret."""
    match = getattr(request, "resolver_match", None)
    if match is None:
        return "none"
    # The API names an address after one of its methods, so its pattern tells more.
    return str(match.route if match.namespace or not match.url_name else match.url_name) or "none"


class Lines(logging.Formatter):
    """A line for people: when, how grave, who says what, and the facts in brackets."""

    def format(self, record: logging.LogRecord) -> str:
        facts = "".join(f" {name}={value}" for name, value in _facts(record).items())
        when = _when(record).astimezone().strftime("%Y-%m-%d %H:%M:%S%z")
        line = one_line(f"{when} {record.levelname} {record.name}: {_said(record)}{facts}")
        trace = _trace(self, record)
        # indented, so that what an error quotes cannot pass for a line of its own
        return "\n".join([line, *(f"  {one_line(part)}" for part in trace.split("\n"))]) if trace else line


class JsonLines(logging.Formatter):
    """One JSON object a line; see `docs/operations.md` for its fields."""

    def format(self, record: logging.LogRecord) -> str:
        said = {
            "time": _when(record).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": _said(record),
            **_facts(record),
        }
        if trace := _trace(self, record):
            said["traceback"] = trace
        return json.dumps(said, ensure_ascii=False, default=str)


def _when(record: logging.LogRecord) -> datetime:
    return datetime.fromtimestamp(record.created, UTC)


def _said(record: logging.LogRecord) -> str:
    said = record.getMessage()
    request = getattr(record, "request", None)
    path = getattr(request, "path", "")
    if len(path) > 1:
        said = said.replace(path, route_of(request))
    return kept_back(said)


def _facts(record: logging.LogRecord) -> dict[str, Any]:
    facts: dict[str, Any] = {"request": known} if (known := request_id.get()) else {}
    facts.update((name, value) for name in FIELDS if (value := getattr(record, name, None)) is not None)
    return facts


def _trace(formatter: logging.Formatter, record: logging.LogRecord) -> str:
    if not record.exc_info:
        return ""
    return kept_back(formatter.formatException(record.exc_info))
