"""Saving columns of many rows, each with values of its own."""

from collections.abc import Iterable, Sequence

from django.db import connection, models


def save_many(records: Sequence[models.Model], names: Iterable[str]) -> None:
    """Write these columns, by their attribute names, of records of one model that are there already.

    One prepared statement that is run for each row. Django's `bulk_update` makes a statement with a case for every
    row and column, which takes it some twenty times as long to build as the database to run.
    """
    if not records:
        return
    model = type(records[0])
    by_name = {field.attname: field for field in model._meta.concrete_fields}
    fields = [by_name[name] for name in dict.fromkeys(names)]
    quoted = connection.ops.quote_name
    columns = ", ".join(f"{quoted(str(field.column))} = %s" for field in fields)
    table, key = quoted(model._meta.db_table), quoted(str(by_name["id"].column))
    rows = [
        [*(field.get_db_prep_save(getattr(record, field.attname), connection) for field in fields), record.pk]
        for record in records
    ]
    with connection.cursor() as cursor:
        cursor.executemany(f"UPDATE {table} SET {columns} WHERE {key} = %s", rows)  # noqa: S608  # our own names
