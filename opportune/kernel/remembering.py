"""What many ask for is read once: within one request, and within one command.

A command begins with nothing remembered. When it ends, what was remembered around it is forgotten, and what it read
itself, and did not change, stays. A kind of record that a command changes is not remembered from then on, so that it
always reads what it wrote. Outside of a request nothing is remembered. What seldom changes lasts longer
(`ledger/lasting.py`).
"""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(slots=True)
class _Memory:
    kept: dict[Hashable, Any] = field(default_factory=dict)
    kinds: dict[Hashable, frozenset[str]] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)


_memory: ContextVar[_Memory | None] = ContextVar("memory", default=None)


@contextmanager
def remembering() -> Iterator[None]:
    """Remember within this block, and nothing from around it; what is around is forgotten at the end."""
    around, within = _memory.get(), _Memory()
    token = _memory.set(within)
    if around is not None:
        around.kept.clear()
    try:
        yield
    except BaseException:
        within.kept.clear()  # what was read may never have been so
        raise
    finally:
        _memory.reset(token)
        if around is not None:
            around.kept, around.kinds = within.kept, within.kinds


def remembered(key: Hashable, read: Callable[[], T], *, of: frozenset[str]) -> T:
    """What `read` gives, read once; `of` are the kinds of records it is made of."""
    memory = _memory.get()
    if memory is None or is_changing(of):
        return read()
    if key not in memory.kept:
        memory.kept[key], memory.kinds[key] = read(), of
    found: T = memory.kept[key]
    return found


def is_remembered(key: Hashable) -> bool:
    """Whether something was read, and is remembered."""
    memory = _memory.get()
    return memory is not None and key in memory.kept


def is_changing(kinds: frozenset[str]) -> bool:
    """Whether the running command has changed a record of any of these kinds."""
    memory = _memory.get()
    return memory is not None and not memory.changed.isdisjoint(kinds)


def forget(kinds: frozenset[str]) -> None:
    """Forget what is made of any of these kinds of records; what is read from here on is remembered."""
    memory = _memory.get()
    if memory is not None:
        for key in [key for key in memory.kept if not memory.kinds[key].isdisjoint(kinds)]:
            del memory.kept[key]


def changing(kind: str) -> None:
    """Forget what is made of a kind of record, and remember none of it from here on: it is being changed."""
    memory = _memory.get()
    if memory is None or kind in memory.changed:
        return
    memory.changed.add(kind)
    forget(frozenset({kind}))
