"""The ids of search entries tell their kind and record, so that those of a kind lie together."""

from typing import Any

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

KIND_NUMBERS = {"opportunity": 1, "account": 2, "contact": 3, "campaign": 4, "segment": 5}
ROOM = 2**40


def renumber(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Give every entry its new id; no old one is as large. The trigrams go by the ids, and follow."""
    for kind, number in KIND_NUMBERS.items():
        schema_editor.execute(
            "UPDATE search_searchentry SET id = %s + record_id WHERE record_kind = %s", [number * ROOM, kind]
        )
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("INSERT INTO search_trigrams (search_trigrams) VALUES ('rebuild')")


class Migration(migrations.Migration):
    dependencies = [("search", "0002_trigrams")]
    operations = [migrations.RunPython(renumber, migrations.RunPython.noop)]
