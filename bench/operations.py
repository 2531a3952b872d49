"""The operations that are measured: what a person does, and the same asked of the floor."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import cycle
from secrets import token_hex
from typing import Any
from zoneinfo import ZoneInfo

from bench.client import Ask
from bench.generator.words import COMMON, RARE

READS = (
    "board", "board_filtered", "board_as_of", "list", "search_rare", "search_common", "record", "summary",
)  # fmt: skip
WRITES = ("create", "edit", "move", "close")
OPERATIONS = (*READS[:7], *WRITES, "summary")


@dataclass(slots=True)
class Ground:
    """What the operations work with: ids of the database that is measured."""

    token: str
    sees_all: bool
    process_id: int
    stages: list[int]
    owner_id: int
    accounts: list[int]
    seen: list[int]
    editable: list[int]
    movable: list[tuple[int, int]]
    closable: list[int]
    today: date
    taken: int = 0
    _turn: dict[str, Iterator[Any]] = field(default_factory=dict)

    def next(self, name: str, among: list[Any]) -> Any:
        """The next of several, around and around."""
        return next(self._turn.setdefault(name, cycle(among)))

    def once(self, among: list[int]) -> int:
        """One that is taken once only."""
        self.taken += 1
        return among[self.taken - 1]


def ask_of(operation: str, ground: Ground) -> Ask:
    """The next request of an operation to the product."""
    past, soon = (
        (ground.today - timedelta(days=120)).isoformat(),
        (ground.today + timedelta(days=60)).isoformat(),
    )
    paths = {
        "board": "/pipeline/",
        "board_filtered": f"/pipeline/?owner={ground.owner_id}&close_to={soon}",
        "board_as_of": f"/pipeline/?as_of={past}",
        "list": "/opportunities/",
        "search_rare": f"/search/?q={RARE}",
        "search_common": f"/search/?q={COMMON}",
    }
    if operation in paths:
        return Ask(paths[operation])
    if operation == "summary":
        return Ask("/api/v1/opportunities/summary", bearer=ground.token)
    if operation == "record":
        return Ask(f"/opportunities/{ground.next('record', ground.seen)}/")
    return Ask(*_writing(operation, ground), expected=302)


def _writing(operation: str, ground: Ground) -> tuple[str, dict[str, str]]:
    if operation == "create":
        return "/opportunities/new/", {
            "subject": f"annual pumps {token_hex(4)}",
            "customer": f"account:{ground.next('account', ground.accounts)}",
            "currency": "EUR",
            "estimated_value": "12500",
            "estimated_close_on": (ground.today + timedelta(days=40)).isoformat(),
            "once": token_hex(8),
        }
    if operation == "edit":
        value = str(1000 + int(token_hex(2), 16))
        was = json.dumps({"estimated_value": "1"})
        deal = ground.next("edit", ground.editable)
        return f"/opportunities/{deal}/edit/", {"estimated_value": value, "was": was}
    if operation == "move":
        deal = ground.next("move", ground.movable)[0]
        turn = ground.next(f"move {deal}", ["next", "previous"])
        return f"/opportunities/{deal}/move/", {"move": turn, "from": "record"}
    deal = ground.once(ground.closable)
    return f"/opportunities/{deal}/close/", {
        "outcome": "won",
        "reason": "PRICE_W",
        "on": ground.today.isoformat(),
        "actual_value": "5000",
        "cancel_open_tasks": "on",
    }


def floor_of(operation: str, ground: Ground) -> Ask:
    """The next request of an operation to its floor."""
    past = ground.today - timedelta(days=120)
    instant = datetime.combine(past + timedelta(days=1), time(), ZoneInfo("Europe/Paris")).astimezone(UTC)
    values: dict[str, Any] = {
        "sees_all": ground.sees_all,
        "process_id": ground.process_id,
        "stages": ground.stages,
        "owner_id": ground.owner_id,
        "close_to": (ground.today + timedelta(days=60)).isoformat(),
        "instant": instant.strftime("%Y-%m-%d %H:%M:%S"),
    }
    word = {"search_rare": RARE, "search_common": COMMON}.get(operation, "")
    values |= {"match": f'"{word}"', "like": f"%{word}%"}
    if operation == "record":
        values["deal_id"] = ground.next("floor record", ground.seen)
    elif operation == "close":
        values["deal_id"] = ground.once(ground.closable)
    elif operation == "create":
        number = token_hex(6)
        values |= {
            "number": f"F-{number}", "subject": f"annual pumps {number}", "text": f" annual pumps {number} f-{number}",
            "account_id": ground.next("floor account", ground.accounts), "model_id": ground.editable[0],
        }  # fmt: skip
    elif operation in ("edit", "move"):
        deal, stage = ground.next(f"floor {operation}", ground.movable)
        values |= {"deal_id": deal, "stage_id": stage, "value": 12_500_000}
    return Ask(f"/floor/{operation}/", body=json.dumps(values))
