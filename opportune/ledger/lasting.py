"""What seldom changes is kept between requests, for as long as the database says that it is still so.

Processes, choices, settings and rights are asked for on every page and changed on few days. A command that changes any
of them makes a new edition at its end, in its transaction; a reader looks which one is in force, and reads again what
was kept of another one (decision 43). No name is given twice, so one that was rolled back keeps nothing alive.
"""

from collections.abc import Callable, Hashable
from functools import cache
from secrets import token_hex
from typing import Any, TypeVar

from django.db.models import QuerySet

from opportune.kernel.remembering import is_changing, remembered
from opportune.ledger.models import Edition, recorded_models
from opportune.storage.prepared import prepared
from opportune.storage.replica import reading_from_primary

T = TypeVar("T")

MOST = 2_000
"""Things that are kept at most; then all are read again, one by one."""
_EDITION = "edition"
_kept: dict[Hashable, tuple[str, Any]] = {}


def lasting(key: Hashable, read: Callable[[], T], *, of: frozenset[str]) -> T:
    """What `read` gives, made of these kinds of records, all of which are lasting ones; nobody may change it.

    It must not depend on anything but the key: not on who asks, when, or in which language.
    """
    return remembered(key, lambda: _of_this_process(key, read, of), of=of)


def new_edition() -> None:
    """Have everything lasting read again, once this transaction is committed."""
    name = token_hex(16)
    if not Edition.objects.update(name=name):
        Edition.objects.create(name=name)


@cache
def lasting_kinds() -> frozenset[str]:
    """The kinds of records that are kept."""
    return frozenset(kind for kind, model in recorded_models().items() if model.is_lasting)


def _of_this_process(key: Hashable, read: Callable[[], T], of: frozenset[str]) -> T:
    if not of <= lasting_kinds():
        raise RuntimeError(f"not everything is lasting of {', '.join(sorted(of))}")
    if is_changing(of):
        return read()
    with reading_from_primary():  # a replica may not have yet what the edition stands for
        edition = remembered(_EDITION, _in_force.first, of=lasting_kinds())
        if edition is None:
            return read()
        was, value = _kept.get(key, ("", None))
        if was == edition:
            found: T = value
            return found
        fresh = read()
    if len(_kept) >= MOST:
        _kept.clear()
    _kept[key] = (edition, fresh)
    return fresh


@prepared
def _in_force() -> QuerySet[Edition, Any]:
    return Edition.objects.values_list("name", flat=True)
