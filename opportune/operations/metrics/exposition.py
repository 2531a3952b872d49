"""The numbers as Prometheus reads them, added up over the processes of the group."""

from __future__ import annotations

import os
from pathlib import Path

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from opportune.operations.metrics.census import Census
from opportune.operations.metrics.counted import registry
from opportune.operations.metrics.place import NAMED_BY, lives


def exposition() -> tuple[bytes, str]:
    """The text, and its content type."""
    place = os.environ.get(NAMED_BY)
    if place:
        forget_gauges_of_the_dead(Path(place))
        counted = CollectorRegistry()
        MultiProcessCollector(counted, place)  # type: ignore[no-untyped-call]
    else:
        counted = registry
    census = CollectorRegistry()
    census.register(Census())
    return generate_latest(counted) + generate_latest(census), CONTENT_TYPE_LATEST


def forget_gauges_of_the_dead(place: Path) -> None:
    """What a process held when it died is held no more; what it had counted remains."""
    for file in place.glob("gauge_live*_*.db"):
        pid = file.stem.rpartition("_")[2]
        if pid.isdecimal() and not lives(int(pid)):
            mark_process_dead(int(pid), str(place))  # type: ignore[no-untyped-call]
