"""Whoever counts what happens is told of it here. Nobody does unless metrics are switched on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from opportune.kernel.errors import OpportuneError


class Watcher(Protocol):
    """What is told to whoever watches. None of it names a record or a person."""

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """A request was answered."""

    def commanded(self, verb: str, outcome: str) -> None:
        """A command ended: `done`, `failed`, or the code of the error it was refused with."""

    def waited(self, seconds: float) -> None:
        """A writer had to wait so long for its turn in the queue of an SQLite database."""

    def read(self, database: str) -> None:
        """A page or a list was read from the `primary` or from the `replica`."""


watchers: list[Watcher] = []


@contextmanager
def watched_command(verb: str) -> Iterator[None]:
    """Tell the outcome of the command that this block is."""
    outcome = "failed"
    try:
        yield
        outcome = "done"
    except OpportuneError as error:
        outcome = error.code
        raise
    finally:
        for watcher in watchers:
            watcher.commanded(verb, outcome)
