"""The tally of all deals: folding it, and counting it anew. Triggers write it (decision 39, migration 0006)."""

from django.db import connection, transaction
from django.db.models import Max

from opportune.opportunities.models import Opportunity, Tally
from opportune.opportunities.models.tally import ADDED, HALF, PLACE

SPARE = 400
"""As many rows more than there are places cost less to add up than to fold."""
AT_ONCE = 5000
_TALLY, _DEALS = Tally._meta.db_table, Opportunity._meta.db_table
_PLACE = ", ".join(PLACE)
_SUMS = ", ".join(
    f"SUM(COALESCE({name}, 0) {half})"
    for name in ("value_base", "expected_base")
    for half in (f"/ {HALF}", f"% {HALF}")
)
_COUNT = f"""
INSERT INTO {_TALLY} ({_PLACE}, {", ".join(ADDED)})
SELECT {_PLACE}, COUNT(*), {_SUMS} FROM {_DEALS} WHERE deleted_at IS NULL GROUP BY {_PLACE}
"""  # noqa: S608 - our own names


def fold() -> int:
    """Put one row in the place of the many that a place may have by now; how many are gone. The sums stay."""
    places = Tally.objects.order_by().values(*PLACE).distinct().count()
    before = Tally.objects.count()
    if before <= places + SPARE:
        return 0
    last = Tally.objects.aggregate(last=Max("pk"))["last"]
    while _fold_some(last) == AT_ONCE:
        pass
    return before - Tally.objects.count()


@transaction.atomic
def _fold_some(last: int) -> int:
    """Fold the oldest rows up to one; how many they were. What others write meanwhile is not among them."""
    rows = list(Tally.objects.select_for_update().filter(pk__lte=last).order_by("pk")[:AT_ONCE])
    sums: dict[tuple[object, ...], list[int]] = {}
    for row in rows:
        into = sums.setdefault(tuple(getattr(row, name) for name in PLACE), [0] * len(ADDED))
        into[:] = [sum(pair) for pair in zip(into, (getattr(row, name) for name in ADDED), strict=True)]
    Tally.objects.filter(pk__in=[row.pk for row in rows]).delete()
    Tally.objects.bulk_create(
        Tally(**dict(zip((*PLACE, *ADDED), (*place, *added), strict=True)))
        for place, added in sums.items()
        if any(added)
    )
    return len(rows)


@transaction.atomic
def recount() -> None:
    """Count the tally anew from the deals, which nobody writes meanwhile."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"LOCK TABLE {_DEALS} IN SHARE ROW EXCLUSIVE MODE")
        Tally.objects.all().delete()
        cursor.execute(_COUNT)
