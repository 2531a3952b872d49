"""On PostgreSQL the entries of each kind are a part of their own, so that the planner knows which words a kind has."""

from typing import Any

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

KINDS = {"opportunity": 1, "account": 2, "contact": 3, "campaign": 4, "segment": 5}
ROOM = 2**40
TABLE = """
    CREATE TABLE search_searchentry (
        id bigint NOT NULL DEFAULT nextval('search_searchentry_id_seq') CONSTRAINT search_entry_key PRIMARY KEY,
        record_kind varchar(30) NOT NULL,
        record_id bigint NOT NULL,
        text text NOT NULL,
        {unique}
    ) {parts}
"""
WHOLE = "CONSTRAINT search_entry_once UNIQUE (record_kind, record_id)"
# A unique index of parts has what parts them in it; the id follows from the other two.
PARTED = "CONSTRAINT search_entry_once UNIQUE (record_kind, record_id, id)"
TRIGRAMS = "CREATE INDEX search_text_trigrams ON search_searchentry USING gin (text gin_trgm_ops)"


def part(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Move all entries into a table of parts, one for each kind and one for what has none yet."""
    _replace(schema_editor, TABLE.format(unique=PARTED, parts="PARTITION BY RANGE (id)"))


def join(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """The inverse."""
    _replace(schema_editor, TABLE.format(unique=WHOLE, parts=""), parted=False)


def _replace(schema_editor: BaseDatabaseSchemaEditor, table: str, *, parted: bool = True) -> None:
    if schema_editor.connection.vendor != "postgresql":
        return
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_indexes WHERE indexname = 'search_text_trigrams'")
        has_trigrams = cursor.fetchone() is not None
    schema_editor.execute("CREATE TEMPORARY TABLE kept_entries AS TABLE search_searchentry")
    schema_editor.execute("DROP TABLE search_searchentry")
    # the column of a table of parts cannot be an identity before PostgreSQL 17
    schema_editor.execute("CREATE SEQUENCE search_searchentry_id_seq")
    schema_editor.execute(table)
    schema_editor.execute("ALTER SEQUENCE search_searchentry_id_seq OWNED BY search_searchentry.id")
    if parted:
        for kind, number in KINDS.items():
            schema_editor.execute(
                f"CREATE TABLE search_searchentry_{kind} PARTITION OF search_searchentry "
                f"FOR VALUES FROM ({number * ROOM}) TO ({(number + 1) * ROOM})"
            )
        schema_editor.execute("CREATE TABLE search_searchentry_other PARTITION OF search_searchentry DEFAULT")
    schema_editor.execute(
        "INSERT INTO search_searchentry (id, record_kind, record_id, text) "
        "SELECT id, record_kind, record_id, text FROM kept_entries"
    )
    schema_editor.execute("DROP TABLE kept_entries")
    if has_trigrams:
        schema_editor.execute(TRIGRAMS)
    schema_editor.execute("ANALYZE search_searchentry")


class Migration(migrations.Migration):
    dependencies = [("search", "0003_ids_by_kind")]
    operations = [migrations.RunPython(part, join)]
