"""Fixed reads: Django writes their SQL once, and they are asked again with other values.

For a small read Django takes ten times longer to write the SQL than the database to answer it. A read that is asked on
every page is declared with `@prepared`, as a function that returns a queryset; its SQL and its converters are kept.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from functools import update_wrapper
from operator import itemgetter
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections, router
from django.db.models import Model, QuerySet
from django.db.models.query import (
    FlatValuesListIterable,
    ModelIterable,
    ValuesIterable,
    get_related_populators,
)

Scalar = int | str
Value = Scalar | Sequence[int] | Sequence[str]
Row = Any
KEPT = 500
"""The plans that are kept of one read: one for each structure, such as the rights of an actor."""
_FIRST_STAND_IN, _BEYOND = 2_000_000_011, 2**63
_WORD = "\ue000stands in for value {}\ue001"


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a read is on one engine: its SQL, the values that are always the same, and where the others go."""

    sql: str
    params: tuple[Any, ...]
    places: tuple[tuple[int, int], ...]
    """Which of the SQL’s parameters takes which of the values that were given."""
    converters: tuple[tuple[int, Sequence[Callable[..., Any]], Any], ...]
    made: Callable[[Sequence[Any]], Row]


@dataclass(eq=False)
class Prepared:
    """A read with its plans. Called with its values it gives all its rows, as the queryset would.

    Values are whole numbers, words, or several of either for an `__in`; they reach the SQL as they are. What else the
    queryset depends on are keyword arguments: hashable, or with a `reach` that is. For each of them there is a plan.
    """

    make: Callable[..., QuerySet[Any, Any]]
    _plans: OrderedDict[Hashable, _Plan | None] = field(default_factory=OrderedDict)
    _model: type[Model] | None = None

    def __call__(self, *values: Value, **structure: Any) -> list[Row]:
        if self._model is None:
            self._model = self.make(*values, **structure).model
        if any(isinstance(value, int) and not -_BEYOND <= value < _BEYOND for value in values):
            return list(self.make(*values, **structure))  # no column holds it; Django knows what that means
        database = router.db_for_read(self._model)
        given = [(value,) if isinstance(value, int | str) else _padded(value) for value in values]
        lengths = tuple(len(several) for several in given)
        key = (database, lengths, *(getattr(value, "reach", value) for value in structure.values()))
        try:
            plan = self._plans[key]
        except KeyError:
            plan = self._plans[key] = _planned(self.make, database, values, given, structure)
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


def _padded(values: Any) -> tuple[Scalar, ...]:
    """As many values as a power of two, the last one repeated, so that few lengths need a plan of their own."""
    known = tuple(values)
    if not known:
        return known
    return known + (known[-1],) * ((1 << (len(known) - 1).bit_length()) - len(known))


def _planned(
    make: Callable[..., QuerySet[Any, Any]],
    database: str,
    values: Sequence[Value],
    given: Sequence[tuple[Scalar, ...]],
    structure: dict[str, Any],
) -> _Plan | None:
    """Have the SQL written with values that stand in for the true ones; none where nothing can be found."""
    numbers = iter(range(sum(map(len, given))))
    standing = [tuple(_stand_in(one, next(numbers)) for one in several) for several in given]
    asked = [
        several[0] if isinstance(value, int | str) else several
        for value, several in zip(values, standing, strict=True)
    ]
    queryset = make(*asked, **structure).using(database)
    compiler = queryset.query.get_compiler(using=database)
    try:
        sql, params = compiler.as_sql()
    except EmptyResultSet:
        return None
    where = {stand_in: index for index, stand_in in enumerate(one for several in standing for one in several)}
    places = tuple(
        (at, where[param]) for at, param in enumerate(params) if _hashable(param) and param in where
    )
    if {index for _, index in places} != set(where.values()):
        raise TypeError(f"a value of {make.__qualname__} does not reach its SQL as it is")
    columns = [column[0] for column in compiler.select[: compiler.col_count]]
    converters = tuple((at, *each) for at, each in compiler.get_converters(columns).items())
    return _Plan(sql, tuple(params), places, converters, _making(queryset, compiler, database))


def _stand_in(value: Scalar, number: int) -> Scalar:
    return _WORD.format(number) if isinstance(value, str) else _FIRST_STAND_IN + number


def _hashable(param: Any) -> bool:
    return isinstance(param, int | str)


def _asked(plan: _Plan, database: str, values: Sequence[Scalar]) -> list[Row]:
    connection = connections[database]
    params = list(plan.params)
    for at, index in plan.places:
        params[at] = values[index]
    with connection.cursor() as cursor:
        cursor.execute(plan.sql, params)
        rows: list[Any] = cursor.fetchall()
    if plan.converters:
        rows = list(map(list, rows))
        for at, converts, expression in plan.converters:
            for convert in converts:
                for row in rows:
                    row[at] = convert(row[at], expression, connection)
    return list(map(plan.made, rows))


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
