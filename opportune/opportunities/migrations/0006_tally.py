"""The tally of all deals, and the triggers that keep it.

SQLite loses a table's triggers when a migration makes the table anew: such a migration of the deals ends with `make`.
"""

from typing import Any

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

HALF = 10**8
PLACE = ("process_id", "stage_id", "status", "owner_id")
AMOUNTS = ("value_base", "expected_base")
COLUMNS = ", ".join((*PLACE, "number", "value_high", "value_low", "expected_high", "expected_low"))
HALVES = [f"(COALESCE({{row}}{name}, 0) {half})" for name in AMOUNTS for half in (f"/ {HALF}", f"% {HALF}")]


def adding(row: str, sign: str) -> str:
    """The statement that adds a deal to the tally, or takes it away."""
    halves = [sign + half.format(row=f"{row}.") for half in HALVES]
    values = ", ".join([*(f"{row}.{name}" for name in PLACE), f"{sign}1", *halves])
    return f"INSERT INTO opportunities_tally ({COLUMNS}) SELECT {values} WHERE {row}.deleted_at IS NULL"


def differing(operator: str) -> str:
    """Whether something changed that the tally is made of."""
    return " OR ".join(f"OLD.{name} {operator} NEW.{name}" for name in WATCHED)


WATCHED = (*PLACE, *AMOUNTS, "deleted_at")
UPDATED = f"AFTER UPDATE OF {', '.join(WATCHED)} ON opportunities_opportunity"
SQLITE = {
    "tally_added": f"AFTER INSERT ON opportunities_opportunity BEGIN {adding('NEW', '')}; END",
    "tally_removed": f"AFTER DELETE ON opportunities_opportunity BEGIN {adding('OLD', '-')}; END",
    "tally_changed": f"{UPDATED} WHEN {differing('IS NOT')} BEGIN {adding('OLD', '-')}; {adding('NEW', '')}; END",
}
FUNCTION = f"""
CREATE OR REPLACE FUNCTION opportunities_tallied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN {adding("OLD", "-")}; END IF;
    IF TG_OP <> 'DELETE' THEN {adding("NEW", "")}; END IF;
    RETURN NULL;
END $$
"""
CALLED = "EXECUTE FUNCTION opportunities_tallied()"
POSTGRESQL = {
    "tally_added": f"AFTER INSERT OR DELETE ON opportunities_opportunity FOR EACH ROW {CALLED}",
    "tally_changed": f"{UPDATED} FOR EACH ROW WHEN ({differing('IS DISTINCT FROM')}) {CALLED}",
}
SUMS = ", ".join(f"SUM{half.format(row='')}" for half in HALVES)
COUNT = f"""
INSERT INTO opportunities_tally ({COLUMNS})
SELECT {", ".join(PLACE)}, COUNT(*), {SUMS} FROM opportunities_opportunity
WHERE deleted_at IS NULL GROUP BY {", ".join(PLACE)}
"""  # noqa: S608 - our own names


def make(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Make the triggers, and count the deals there are."""
    take_away(apps, schema_editor)
    is_sqlite = schema_editor.connection.vendor == "sqlite"
    if not is_sqlite:
        schema_editor.execute(FUNCTION, params=None)
    for name, what in (SQLITE if is_sqlite else POSTGRESQL).items():
        schema_editor.execute(f"CREATE TRIGGER {name} {what}", params=None)
    schema_editor.execute("DELETE FROM opportunities_tally")
    schema_editor.execute(COUNT, params=None)


def take_away(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """The inverse."""
    is_sqlite = schema_editor.connection.vendor == "sqlite"
    for name in SQLITE:
        schema_editor.execute(
            f"DROP TRIGGER IF EXISTS {name}{'' if is_sqlite else ' ON opportunities_opportunity'}"
        )
    if not is_sqlite:
        schema_editor.execute("DROP FUNCTION IF EXISTS opportunities_tallied()")


class Migration(migrations.Migration):
    dependencies = [("opportunities", "0005_indexes_of_the_board")]

    operations = [
        migrations.CreateModel(
            name="Tally",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("process_id", models.BigIntegerField()),
                ("stage_id", models.BigIntegerField(null=True)),
                ("status", models.CharField(max_length=11)),
                ("owner_id", models.BigIntegerField()),
                ("number", models.BigIntegerField()),
                ("value_high", models.BigIntegerField()),
                ("value_low", models.BigIntegerField()),
                ("expected_high", models.BigIntegerField()),
                ("expected_low", models.BigIntegerField()),
            ],
            options={"verbose_name_plural": "tallies"},
        ),
        migrations.RunPython(make, take_away),
    ]
