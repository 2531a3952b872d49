"""The tally of all deals: folding it, and making it anew. Triggers write it (decision 39, migration 0006)."""

from importlib import import_module

from django.db import connection, transaction
from django.db.models import Max

from opportune.opportunities.models import Opportunity, Tally
from opportune.opportunities.models.tally import ADDED, PLACE

SPARE = 400
"""As many rows more than half as many again as there are places cost less to add up than to fold."""
_TALLY, _DEALS = Tally._meta.db_table, Opportunity._meta.db_table
_COLUMNS = ", ".join((*PLACE, *ADDED))
_FOLDED = f"{', '.join(PLACE)}, {', '.join(f'SUM({name})' for name in ADDED)}"
_BY_PLACE = f"GROUP BY {', '.join(PLACE)} HAVING {' OR '.join(f'SUM({name}) <> 0' for name in ADDED)}"
_SQLITE = (
    f"INSERT INTO {_TALLY} ({_COLUMNS}) SELECT {_FOLDED} FROM {_TALLY} WHERE id <= %(last)s {_BY_PLACE}",  # noqa: S608
    f"DELETE FROM {_TALLY} WHERE id <= %(last)s",  # noqa: S608
)
# One statement: what others commit meanwhile is neither summed up nor gone.
_POSTGRESQL = (
    f"WITH gone AS (DELETE FROM {_TALLY} WHERE id <= %(last)s RETURNING *) "  # noqa: S608
    f"INSERT INTO {_TALLY} ({_COLUMNS}) SELECT {_FOLDED} FROM gone {_BY_PLACE}",
)


def fold() -> int:
    """Put one row in the place of the many that places have by now, if they are many; how many are gone."""
    places = Tally.objects.order_by().values(*PLACE).distinct().count()
    before = Tally.objects.count()
    if before <= places + places // 2 + SPARE:
        return 0
    with transaction.atomic(), connection.cursor() as cursor:
        last = Tally.objects.aggregate(last=Max("pk"))["last"]
        for statement in _POSTGRESQL if connection.vendor == "postgresql" else _SQLITE:
            cursor.execute(statement, {"last": last})
    return before - Tally.objects.count()


def make_anew() -> None:
    """Make the triggers and count the tally anew from the deals, which nobody writes meanwhile."""
    migration = import_module("opportune.opportunities.migrations.0006_tally")
    with connection.schema_editor() as editor:
        if connection.vendor == "postgresql":
            editor.execute(f"LOCK TABLE {_DEALS}, {_TALLY} IN SHARE ROW EXCLUSIVE MODE")
        migration.make(None, editor)
