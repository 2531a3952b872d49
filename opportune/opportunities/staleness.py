"""Which open deals are stuck: nobody touched them for longer than their stage allows.

It is decided when it is asked, never stored, so that another threshold applies at once (X-07). A deal is stale
once more than that many times 24 hours have passed since it was last touched and since the day it entered its stage.
"""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta

from django.db.models import Q

from opportune.opportunities.models import OPEN
from opportune.process.models import Stage
from opportune.process.queries import stale_after


def is_stale(
    status: str, threshold: int | None, *, touched_at: datetime, stage_since: date | None, now: datetime
) -> bool:
    """Whether a deal is stuck in a stage that allows so many days."""
    if status not in OPEN or threshold is None or stage_since is None:
        return False
    latest = now - timedelta(days=threshold)
    return touched_at < latest and stage_since < latest.astimezone(UTC).date()


def stale_deals(now: datetime, within: str = "") -> Q:
    """The same as a condition on deals; `within` leads from the rows to them. One query, on the stages."""
    by_threshold: dict[int, list[int]] = defaultdict(list)
    for stage_id, own, expected in Stage.objects.values_list("id", "stale_days", "expected_days"):
        threshold = stale_after(own, expected)
        if threshold is not None:
            by_threshold[threshold].append(stage_id)
    stuck = Q(pk__in=())
    for threshold, stages in by_threshold.items():
        latest = now - timedelta(days=threshold)
        stuck |= Q(
            **{
                f"{within}stage_id__in": stages,
                f"{within}touched_at__lt": latest,
                f"{within}stage_since__lt": latest.astimezone(UTC).date(),
            }
        )
    return stuck & Q(**{f"{within}status__in": OPEN})
