"""The edition under which what is lasting is kept, with its one row."""

from secrets import token_hex
from typing import Any

from django.db import migrations, models


def first(apps: Any, schema_editor: Any) -> None:
    apps.get_model("ledger", "Edition").objects.create(name=token_hex(16))


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_index_of_the_undone")]

    operations = [
        migrations.CreateModel(
            name="Edition",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=32)),
            ],
        ),
        migrations.RunPython(first, migrations.RunPython.noop),
    ]
