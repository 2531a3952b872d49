"""The trigrams that make search quick: a virtual table on SQLite, an index on PostgreSQL."""

from typing import Any

from django.db import Error, migrations, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

SQLITE = (
    """
    CREATE VIRTUAL TABLE search_trigrams
    USING fts5(text, content='search_searchentry', content_rowid='id', tokenize='trigram')
    """,
    """
    CREATE TRIGGER search_entry_inserted AFTER INSERT ON search_searchentry BEGIN
        INSERT INTO search_trigrams (rowid, text) VALUES (new.id, new.text);
    END
    """,
    """
    CREATE TRIGGER search_entry_deleted AFTER DELETE ON search_searchentry BEGIN
        INSERT INTO search_trigrams (search_trigrams, rowid, text) VALUES ('delete', old.id, old.text);
    END
    """,
    """
    CREATE TRIGGER search_entry_updated AFTER UPDATE OF text ON search_searchentry BEGIN
        INSERT INTO search_trigrams (search_trigrams, rowid, text) VALUES ('delete', old.id, old.text);
        INSERT INTO search_trigrams (rowid, text) VALUES (new.id, new.text);
    END
    """,
)
SQLITE_BACK = (
    "DROP TRIGGER search_entry_updated",
    "DROP TRIGGER search_entry_deleted",
    "DROP TRIGGER search_entry_inserted",
    "DROP TABLE search_trigrams",
)
POSTGRESQL = "CREATE INDEX search_text_trigrams ON search_searchentry USING gin (text gin_trgm_ops)"
POSTGRESQL_BACK = "DROP INDEX IF EXISTS search_text_trigrams"


def make(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Make what the engine needs."""
    if schema_editor.connection.vendor == "sqlite":
        for statement in SQLITE:
            schema_editor.execute(statement)
    elif _has_trigrams(schema_editor):
        schema_editor.execute(POSTGRESQL)


def take_away(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """The inverse."""
    statements = SQLITE_BACK if schema_editor.connection.vendor == "sqlite" else (POSTGRESQL_BACK,)
    for statement in statements:
        schema_editor.execute(statement)


def _has_trigrams(schema_editor: BaseDatabaseSchemaEditor) -> bool:
    """Whether the extension is there or can be made; without it search works too, by reading all entries."""
    try:
        with transaction.atomic(using=schema_editor.connection.alias):
            schema_editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    except Error:
        return False
    return True


class Migration(migrations.Migration):
    dependencies = [("search", "0001_initial")]
    operations = [migrations.RunPython(make, take_away)]
