"""The tables of a backup, as they were at the migrations that had run, and their rows as text.

The tables are those of the database, not those of this version's code: a backup is made before migrating, and an
older one is restored into the tables of its time, which are migrated afterwards.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cached_property
from graphlib import TopologicalSorter
from typing import Any
from uuid import UUID

from django.db import connection, models
from django.db.migrations.loader import MigrationLoader

ROWS_AT_ONCE = 1000

# Of these nothing is kept: a credential, or something about the processes that run rather than about the company.
LEFT_OUT = {
    "auth": "groups and permissions of Django, which nothing uses; a migration makes them",
    "contenttypes": "made by a migration",
    "sessions": "whoever reads a session is signed in",
    "ledger.edition": "under which name each process keeps what seldom changes; a migration makes one",
    "operations": "which workers live and when something is next due",
    "account.emailconfirmation": "keys that confirm an address",
    "usersessions": "which sessions there are, and where from",
    "opportunities.tally": "added up by the database as deals are written, those of a backup too",
    "socialaccount.socialtoken": "credentials of the provider",
}
# Of these columns the content is a credential: the link of a mail that waits to be sent or handed over, for a day.
BLANKED = {"mailing.mail": ("body", "link")}

Key = tuple[str, str]
_KEPT_AS_THEY_ARE = (models.BooleanField, models.IntegerField, models.CharField, models.TextField)


@dataclass(frozen=True)
class Table:
    """A table with its model as it was at some migrations."""

    model: type[models.Model]

    @property
    def name(self) -> str:
        """The table's name in the database."""
        return self.model._meta.db_table

    @cached_property
    def fields(self) -> Sequence[models.Field[Any, Any]]:
        """The fields that are columns, in the order of their declaration."""
        return tuple(self.model._meta.concrete_fields)

    @cached_property
    def columns(self) -> Sequence[str]:
        """The names of the columns."""
        return tuple(str(field.column) for field in self.fields)

    @property
    def counts_its_rows(self) -> bool:
        """Whether the database gives out the primary keys."""
        return isinstance(self.model._meta.pk, models.AutoField | models.BigAutoField | models.SmallAutoField)

    @property
    def names_itself(self) -> bool:
        """Whether a row may name another of the same table."""
        return any(field.related_model is self.model for field in self.fields)

    def lines(self) -> Iterator[bytes]:
        """The names of the columns, then the rows as they stand in the database, each a line of JSON."""
        yield line_of(self.columns)
        blanked = BLANKED.get(self.model._meta.label_lower, ())
        blank = [number for number, name in enumerate(self.columns) if name in blanked]
        for row in self._rows():
            values = [_plain(value) for value in row]
            for number in blank:
                values[number] = ""
            yield line_of(values)

    def _rows(self) -> Iterator[tuple[Any, ...]]:
        # Page by page: a cursor of the server would be kept between statements, which pgbouncer forbids.
        key = self.model._meta.pk
        rows = self.model._base_manager.order_by("pk").values_list(*(field.attname for field in self.fields))
        place = self.fields.index(key)
        some = list(rows[:ROWS_AT_ONCE])
        while some:
            yield from some
            some = list(rows.filter(pk__gt=some[-1][place])[:ROWS_AT_ONCE])

    def read(self, line: bytes) -> list[Any]:
        """A line's values as the database takes them. Raises ValueError for what is no row of this table."""
        values = json.loads(line)
        if not isinstance(values, list) or len(values) != len(self.fields):
            raise ValueError("a row has other columns")
        return [read(value) for read, value in zip(self._readers, values, strict=True)]

    @cached_property
    def _readers(self) -> Sequence[Callable[[Any], Any]]:
        return [_reader(field) for field in self.fields]


def tables_at(loader: MigrationLoader, applied: Iterable[Key]) -> Sequence[Table]:
    """The tables that a backup keeps at some migrations, each after those its rows refer to."""
    apps = loader.project_state(sorted(applied)).apps
    kept = {model: Table(model) for model in apps.get_models(include_auto_created=True) if _is_kept(model)}
    referred = {
        model: {field.related_model for field in table.fields if field.related_model not in (None, model)}
        for model, table in kept.items()
    }
    by_name = sorted(kept, key=lambda model: model._meta.db_table)
    order = TopologicalSorter({model: referred[model] & kept.keys() for model in by_name}).static_order()
    return [kept[model] for model in order]


def applied_migrations(loader: MigrationLoader) -> list[Key]:
    """What has run in the database, of what this version knows."""
    return sorted(key for key in loader.applied_migrations if key in loader.graph.nodes)


def line_of(values: Sequence[Any]) -> bytes:
    """A row as its line, the same for the same values wherever they come from."""
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return f"{text}\n".encode()


def _is_kept(model: type[models.Model]) -> bool:
    meta = model._meta
    return meta.managed and not meta.proxy and not {meta.app_label, meta.label_lower} & LEFT_OUT.keys()


def _plain(value: Any) -> Any:
    """A value as JSON has it."""
    if value is None or isinstance(value, bool | int | str | dict | list):
        return value
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"a backup cannot keep a {type(value).__name__}")


def _reader(field: models.Field[Any, Any]) -> Callable[[Any], Any]:
    """How a field's plain value becomes what the database takes."""
    kept = field
    while isinstance(kept, models.ForeignKey):
        kept = kept.target_field
    if isinstance(kept, _KEPT_AS_THEY_ARE):
        return lambda value: value
    if isinstance(kept, models.JSONField):
        return lambda value: (
            None if value is None and kept.null else connection.ops.adapt_json_value(value, kept.encoder)
        )
    return lambda value: kept.get_db_prep_save(kept.to_python(value), connection)
