"""Two ways to do what a scenario says: by the actions and through the API. A pytest plugin.

`hand` is Alice, one way and then the other; both answer as the API shows things, and refuse alike.
"""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Protocol

import pytest
from pydantic import BaseModel

from opportune.activities.models import Task
from opportune.identity.actor import Actor
from opportune.kernel import clock
from opportune.kernel.errors import OpportuneError
from opportune.opportunities import actions, queries
from opportune.opportunities.filters import OpportunityFilter
from opportune.process.queries import ProcessPicture
from opportune.schemas.opportunity import opportunity_shown
from opportune.schemas.opportunity_many import closure_shown, moves_shown, outcomes_shown
from tests.deals import Trade
from tests.doors.callers import Answer, caller

TODAY = date(2026, 3, 2)
Seen = dict[str, Any]
ESTIMATES: dict[str, Any] = {"estimated_value": 10000, "estimated_close_on": "2026-06-30"}


class Said(Exception):
    """A refusal, by its code and the fields it names."""

    def __init__(self, code: str, fields: set[str]) -> None:
        super().__init__(code)
        self.code, self.fields = code, fields


class Hand(Protocol):
    """One way to give commands; all answer as the API shows things."""

    def create(self, **fields: Any) -> int: ...
    def edit(self, deal: int, **fields: Any) -> Seen: ...
    def move(self, deal: int, **how: Any) -> Seen: ...
    def switch(self, deal: int, process: int) -> Seen: ...
    def close(self, deal: int, **how: Any) -> Seen: ...
    def reopen(self, deal: int) -> Seen: ...
    def see(self, deal: int) -> Seen: ...
    def moves(self, deal: int) -> Seen: ...
    def closure(self, deal: int, outcome: str) -> Seen: ...
    def close_many(self, **how: Any) -> Seen: ...
    def assign_many(self, **how: Any) -> Seen: ...


DAYS = {"on", "estimated_close_on"}


def typed(given: dict[str, Any]) -> dict[str, Any]:
    """The values of a request as an action takes them."""
    return {
        name: date.fromisoformat(value) if name in DAYS and isinstance(value, str) else value
        for name, value in given.items()
    }


class ByAction:
    """Straight to the actions."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor

    def _call(self, command: Any, *args: Any, **given: Any) -> Any:
        try:
            return command(self.actor, *args, **typed(given))
        except OpportuneError as error:
            raise Said(error.code, set(getattr(error, "fields", {}))) from error

    def create(self, **fields: Any) -> int:
        where = {name: fields.pop(name) for name in ("process_id", "stage_id") if name in fields}
        return int(self._call(actions.create, typed(fields), **where).pk)

    def edit(self, deal: int, **fields: Any) -> Seen:
        self._call(actions.edit, deal, fields)
        return self.see(deal)

    def move(self, deal: int, **how: Any) -> Seen:
        self._call(actions.move, deal, **how)
        return self.see(deal)

    def switch(self, deal: int, process: int) -> Seen:
        self._call(actions.switch_process, deal, process)
        return self.see(deal)

    def close(self, deal: int, **how: Any) -> Seen:
        self._call(actions.close, deal, **{"outcome": "", "reason": "", "on": None, **how})
        return self.see(deal)

    def reopen(self, deal: int) -> Seen:
        self._call(actions.reopen, deal)
        return self.see(deal)

    def see(self, deal: int) -> Seen:
        return _json(opportunity_shown(queries.opportunity(self.actor, deal), "en"))

    def moves(self, deal: int) -> Seen:
        return _json(moves_shown(queries.offered_moves(self.actor, deal), "en"))

    def closure(self, deal: int, outcome: str) -> Seen:
        return _json(closure_shown(self._call(queries.offered_closing, deal, outcome)))

    def close_many(self, **how: Any) -> Seen:
        return _json(outcomes_shown(self._call(actions.close_many, **self._chosen(how)), "en"))

    def assign_many(self, **how: Any) -> Seen:
        return _json(outcomes_shown(self._call(actions.assign_many, **self._chosen(how)), "en"))

    def _chosen(self, how: dict[str, Any]) -> dict[str, Any]:
        wanted = how.pop("filter", None)
        return how if wanted is None else {**how, "wanted": OpportunityFilter.read(wanted, self.actor)}


class ByApi:
    """Through the API."""

    def __init__(self, actor: Actor) -> None:
        self.caller = caller(actor)

    def _said(self, answer: Answer) -> Seen:
        said: Seen = answer.json
        if answer.status >= 400:
            raise Said(said["code"], set(said.get("errors", {})))
        return said

    def _post(self, address: str, body: dict[str, Any]) -> Seen:
        names = {"wish": "move", "stage_id": "stage", "process_id": "process"}
        return self._said(
            self.caller.post(f"/opportunities{address}", {names.get(n, n): v for n, v in body.items()})
        )

    def create(self, **fields: Any) -> int:
        return int(self._post("", fields)["id"])

    def edit(self, deal: int, **fields: Any) -> Seen:
        return self._said(self.caller.patch(f"/opportunities/{deal}", fields))

    def move(self, deal: int, **how: Any) -> Seen:
        return self._post(f"/{deal}/stage", how)

    def switch(self, deal: int, process: int) -> Seen:
        return self._post(f"/{deal}/process", {"process": process})

    def close(self, deal: int, **how: Any) -> Seen:
        return self._post(f"/{deal}/closure", how)

    def reopen(self, deal: int) -> Seen:
        return self._post(f"/{deal}/reopening", {})

    def see(self, deal: int) -> Seen:
        return self._said(self.caller.get(f"/opportunities/{deal}"))

    def moves(self, deal: int) -> Seen:
        return self._said(self.caller.get(f"/opportunities/{deal}/moves"))

    def closure(self, deal: int, outcome: str) -> Seen:
        answer = self.caller.get(f"/opportunities/{deal}/closure?outcome={outcome}")
        return self._said(answer)

    def close_many(self, **how: Any) -> Seen:
        return self._post("/closure", how)

    def assign_many(self, **how: Any) -> Seen:
        return self._said(self.caller.put("/opportunities/owner", how))


def _json(shape: BaseModel) -> Seen:
    said: Seen = json.loads(shape.model_dump_json())
    return said


@pytest.fixture
def workday() -> Iterator[None]:
    """It is the work date of the scenarios, and stays so."""
    with clock.stopped_at(datetime(2026, 3, 2, 12, tzinfo=UTC)):
        yield


@pytest.fixture(params=["actions", "api"])
def way(workday: None, request: pytest.FixtureRequest) -> type[ByAction] | type[ByApi]:
    """Both ways."""
    return ByAction if request.param == "actions" else ByApi


@pytest.fixture
def hand(trade: Trade, way: type[ByAction] | type[ByApi]) -> Hand:
    """Alice, one way or the other."""
    return way(trade.alice)


def refused(command: Any, *args: Any, **given: Any) -> tuple[str, set[str]]:
    """The code a command is refused with, and the fields it names."""
    with pytest.raises(Said) as said:
        command(*args, **given)
    return said.value.code, said.value.fields


def started(hand: Hand, trade: Trade, process: ProcessPicture, at: int = 0, **fields: Any) -> int:
    """A deal started at a stage, worth 10,000, to be closed at the end of June."""
    return hand.create(
        **{
            "subject": "Pumps",
            "account_id": trade.account.pk,
            **ESTIMATES,
            "process_id": process.id,
            "stage_id": process.stages[at].id,
            **fields,
        }
    )


def waiting(hand: Hand, trade: Trade, process: ProcessPicture, **fields: Any) -> int:
    """A deal that is not started."""
    return hand.create(
        subject="Pumps", account_id=trade.account.pk, process_id=process.id, stage_id=None, **fields
    )


def open_tasks(deal: int) -> int:
    """How many tasks about a deal are open."""
    return Task.objects.filter(about_id=deal, state=Task.State.OPEN).count()


def numbers(seen: Seen, *names: str) -> list[Decimal]:
    """Some amounts or percentages, exact."""
    return [Decimal(seen[name]) for name in names]
