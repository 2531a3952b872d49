"""Fixed reads: Django writes their SQL once, and they are asked again with other values.

For a small read Django takes ten times longer to write the SQL than the database to answer it. A read that is asked on
every page is declared with `@prepared`, as a function that returns a queryset; its SQL and its converters are kept.
PostgreSQL, which takes as long again to plan such a read, keeps its plan (`storage/postgresql`).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from functools import update_wrapper
from itertools import count
from operator import itemgetter
from typing import Any, TypeGuard
from weakref import WeakKeyDictionary

from django.core.exceptions import EmptyResultSet
from django.db import connections, router
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model, QuerySet
from django.db.models.query import (
    FlatValuesListIterable,
    ModelIterable,
    ValuesIterable,
    ValuesListIterable,
    get_related_populators,
)
from django.db.models.sql import Query
from django.db.transaction import TransactionManagementError

Scalar = int | str
Value = Scalar | Sequence[int] | Sequence[str]
Row = Any
KEPT = 500
"""The plans that are kept of one read: one for each structure, such as the rights of an actor."""
_BEYOND = 2**63
_FIRST_STAND_INS = (2_000_000_011, 30_011)
"""Stand-ins are no other numbers of a query. Django finds nothing by one beyond a column: the second fit any column."""
_KNOWN = (ModelIterable, ValuesIterable, ValuesListIterable, FlatValuesListIterable)
_KEPT_WITH = "converters_of_kept_reads"
_WORD = "\ue000stands in for value {}\ue001"


Converters = tuple[tuple[int, Sequence[Callable[..., Any]], Any], ...]


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class _Plan:
    """What a read is on one engine: its SQL, the values that are always the same, and where the others go."""

    sql: str
    params: tuple[Any, ...]
    places: tuple[tuple[int, int], ...]
    """Which of the SQL’s parameters takes which of the values that were given."""
    columns: tuple[Any, ...]
    """The expressions that are selected, by which a connection knows how to read its rows."""
    made: Callable[[Sequence[Any]], Row]
    suits_all: bool
    """Whether the database goes about it the same way for all values: not where they decide how far it walks."""


@dataclass(eq=False)
class Prepared:
    """A read with its plans. Called with its values it gives all its rows, as the queryset would.

    Values are whole numbers, words, or several of either for an `__in`; they reach the SQL as they are. What else the
    queryset depends on are keyword arguments: hashable, or with a `reach` that is. For each of them there is a plan.
    """

    make: Callable[..., QuerySet[Any, Any]]
    locks: bool = False
    _plans: OrderedDict[Hashable, _Plan | None] = field(default_factory=OrderedDict)
    _model: type[Model] | None = None

    def __call__(self, *values: Value, **structure: Any) -> list[Row]:
        if self._model is None:
            self._model = self.make(*values, **structure).model
        given = [(value,) if _alone(value) else _padded(value) for value in values]
        if not all(is_held(value) for value in values if _alone(value)):
            return list(self.make(*values, **structure))  # no column holds it; Django knows what that means
        database = (router.db_for_write if self.locks else router.db_for_read)(self._model)
        if self.locks and connections[database].get_autocommit():
            raise TransactionManagementError(
                f"{self.make.__qualname__} locks what it reads, in a transaction only"
            )
        key = (database, *map(_shape, values, given), *map(_part, sorted(structure.items())))
        try:
            plan = self._plans[key]
            self._plans.move_to_end(key)
        except KeyError:
            plan = self._plans[key] = _planned(self, database, values, given, structure)
            while len(self._plans) > KEPT:
                self._plans.popitem(last=False)
        return [] if plan is None else _asked(plan, database, [one for several in given for one in several])

    def first(self, *values: Value, **structure: Any) -> Row | None:
        """The first of its rows, or nothing."""
        return next(iter(self(*values, **structure)), None)


def prepared(make: Callable[..., QuerySet[Any, Any]]) -> Prepared:
    """Keep the SQL of a read. It must not depend on anything but its arguments; a limit is part of the structure."""
    read = Prepared(make)
    update_wrapper(read, make)
    return read


def prepared_to_lock(make: Callable[..., QuerySet[Any, Any]]) -> Prepared:
    """Keep the SQL of a read that locks its rows until the transaction ends."""
    read = Prepared(make, locks=True)
    update_wrapper(read, make)
    return read


def _alone(value: Value) -> TypeGuard[Scalar]:
    return isinstance(value, int | str)


def is_held(one: Scalar) -> bool:
    """Whether a column could hold this."""
    return isinstance(one, str) or -_BEYOND <= one < _BEYOND


def _shape(value: Value, several: Sequence[Scalar]) -> Hashable:
    """What the SQL of a value depends on: how many there are, of which types, and whether it is one alone."""
    return _alone(value), tuple(map(type, several))


def _part(named: tuple[str, Any]) -> Hashable:
    """What the SQL of a keyword depends on; of another type, what is equal may be something else."""
    name, value = named
    reach = getattr(value, "reach", value)
    return name, type(value), type(reach), reach


def _padded(values: Any) -> tuple[Scalar, ...]:
    """As many values as a power of two, the last one repeated, so that few lengths need a plan of their own."""
    known = tuple(filter(is_held, values))  # a list finds no more by a number that no column holds
    if not known:
        return known
    return known + (known[-1],) * ((1 << (len(known) - 1).bit_length()) - len(known))


def _planned(
    read: Prepared,
    database: str,
    values: Sequence[Value],
    given: Sequence[tuple[Scalar, ...]],
    structure: dict[str, Any],
) -> _Plan | None:
    """Have the SQL written with values that stand in for the true ones; none where no values can find anything."""
    empty = 0
    for first in _FIRST_STAND_INS:
        numbers = count(first)
        standing = [tuple(_stand_in(one, next(numbers)) for one in several) for several in given]
        asked = [
            several[0] if _alone(value) else several for value, several in zip(values, standing, strict=True)
        ]
        queryset = read.make(*asked, **structure).using(database)
        _demand_known(read.make, queryset, locks=read.locks)
        try:
            plan = _written(queryset, database, [one for several in standing for one in several])
        except EmptyResultSet:
            empty += 1
        else:
            if plan is not None:
                return plan
    if empty == len(_FIRST_STAND_INS):
        return None
    raise TypeError(f"a value of {read.make.__qualname__} does not reach its SQL as it is")


def _demand_known(make: Callable[..., Any], queryset: QuerySet[Any, Any], *, locks: bool) -> None:
    """Raise TypeError for what a queryset does beyond asking once, which a kept plan would leave out."""
    inside = vars(queryset)
    beyond = {
        "prefetch_related": bool(inside["_prefetch_related_lookups"]),
        "select_for_update": queryset.query.select_for_update and not locks,
        "nothing is locked": locks and not queryset.query.select_for_update,
        queryset._iterable_class.__name__: queryset._iterable_class not in _KNOWN,
        "a related manager": bool(inside["_known_related_objects"]),
    }
    if any(beyond.values()):
        names = ", ".join(name for name, found in beyond.items() if found)
        raise TypeError(f"{make.__qualname__} cannot be kept: {names}")


def _written(queryset: QuerySet[Any, Any], database: str, standing: Sequence[Scalar]) -> _Plan | None:
    """The plan of a queryset, unless one of the values that stand in is not found in its SQL."""
    compiler = queryset.query.get_compiler(using=database)
    sql, params = compiler.as_sql()
    where = {stand_in: index for index, stand_in in enumerate(standing)}
    places = tuple(
        (at, where[param])
        for at, param in enumerate(params)
        if isinstance(param, int | str) and param in where
    )
    if {index for _, index in places} != set(where.values()):
        return None
    columns = tuple(column[0] for column in compiler.select[: compiler.col_count])
    suits_all = not queryset.query.is_sliced and " LIKE " not in sql
    return _Plan(sql, tuple(params), places, columns, _making(queryset, compiler, database), suits_all)


def _stand_in(value: Scalar, number: int) -> Scalar:
    return _WORD.format(number) if isinstance(value, str) else number


def _asked(plan: _Plan, database: str, values: Sequence[Scalar]) -> list[Row]:
    connection = connections[database]
    params = list(plan.params)
    for at, index in plan.places:
        params[at] = values[index]
    kept = (
        getattr(connection, "fixed_read_cursor", connection.cursor) if plan.suits_all else connection.cursor
    )
    with kept() as cursor:
        cursor.execute(plan.sql, params)
        rows: list[Any] = cursor.fetchall()
    converters = _converters(plan, connection)
    if converters:
        rows = list(map(list, rows))
        for at, converts, expression in converters:
            for convert in converts:
                for row in rows:
                    row[at] = convert(row[at], expression, connection)
    return list(map(plan.made, rows))


def _converters(plan: _Plan, connection: BaseDatabaseWrapper) -> Converters:
    """How this connection reads the rows of a plan. Kept with it: some are bound to it; each thread has its own."""
    kept: WeakKeyDictionary[_Plan, Converters] = vars(connection).setdefault(_KEPT_WITH, WeakKeyDictionary())
    if plan not in kept:
        compiler = Query(None).get_compiler(connection=connection)
        kept[plan] = tuple((at, *each) for at, each in compiler.get_converters(plan.columns).items())
    return kept[plan]


def _making(queryset: QuerySet[Any, Any], compiler: Any, database: str) -> Callable[[Sequence[Any]], Row]:
    """How a row becomes what the queryset gives: an object, a dict, a tuple or a single value."""
    iterable, query = queryset._iterable_class, queryset.query
    if iterable is ModelIterable:
        return _making_objects(compiler, database)
    if iterable is ValuesIterable:
        names = list(query.selected or (*query.values_select, *query.annotation_select))
        return lambda row: dict(zip(names, row, strict=True))
    return itemgetter(0) if iterable is FlatValuesListIterable else tuple


def _making_objects(compiler: Any, database: str) -> Callable[[Sequence[Any]], Model]:
    klass, select = compiler.klass_info, compiler.select
    first, last = klass["select_fields"][0], klass["select_fields"][-1] + 1
    names = [column[0].target.attname for column in select[first:last]]
    related = get_related_populators(klass, select, database)  # type: ignore[call-arg]  # stubs of Django 6
    annotated = tuple((compiler.annotation_col_map or {}).items())

    def made(row: Sequence[Any]) -> Model:
        found: Model = klass["model"].from_db(database, names, row[first:last])
        for each in related:
            each.populate(row, found)
        for name, at in annotated:
            setattr(found, name, row[at])
        return found

    return made
