"""What the database knows at the moment somebody asks: jobs, deliveries, tasks, the worker; and what runs here."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Iterator

import django
from django.conf import settings
from django.db import Error, connection
from django.db.models import Count, Max
from django_tasks_db.models import DBTaskResult
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from opportune import __version__
from opportune.kernel import clock
from opportune.ledger.deliveries import deliveries_due, deliveries_given_up
from opportune.ledger.models import Job
from opportune.operations.models import WorkerLease
from opportune.storage.replica import REPLICA, replica_lag


class Census(Collector):
    """Counts when it is asked."""

    def collect(self) -> Iterable[Metric]:
        """Every family; those that need the database are left out while it does not answer."""
        yield _build()
        try:
            yield from [*_ledger(), *_tasks()]
        except Error:
            yield _gauge("opportune_database_up", "Whether the database answers.", 0)
            return
        yield _gauge("opportune_database_up", "Whether the database answers.", 1)
        if REPLICA in settings.DATABASES:
            yield from _replica()


def _build() -> Metric:
    facts = {
        "version": __version__,
        "engine": connection.vendor,
        "django": django.__version__,
        "python": platform.python_version(),
    }
    family = GaugeMetricFamily("opportune_build_info", "What runs here.", labels=list(facts))
    family.add_metric(list(facts.values()), 1)
    return family


def _ledger() -> Iterator[Metric]:
    counted = dict(Job.objects.values_list("state").annotate(Count("pk")))
    yield _by("opportune_jobs", "Long commands by state.", "state", Job.State.values, counted)
    yield _gauge("opportune_deliveries_due", "Change sets to be handed over now.", deliveries_due())
    yield _gauge(
        "opportune_deliveries_given_up", "Change sets that could not be handed over.", deliveries_given_up()
    )


def _tasks() -> Iterator[Metric]:
    results = DBTaskResult.objects
    counted = {
        "queued": results.ready().count(),
        "running": results.running().count(),
        "failed": results.failed().count(),
    }
    yield _by("opportune_tasks", "Tasks of the worker by state.", "state", list(counted), counted)
    seen_at = WorkerLease.objects.aggregate(last=Max("seen_at"))["last"]
    if seen_at is not None:
        age = max((clock.now() - seen_at).total_seconds(), 0)
        yield _gauge("opportune_worker_seen_seconds", "Since a worker has last said that it lives.", age)


def _replica() -> Iterator[Metric]:
    try:
        lag = replica_lag()
    except Error:
        lag = None
    yield _gauge("opportune_replica_up", "Whether the replica answers.", int(lag is not None))
    if lag is not None:
        yield _gauge("opportune_replica_lag_seconds", "How far the replica is behind, at most.", lag)


def _gauge(name: str, meaning: str, value: float) -> Metric:
    return GaugeMetricFamily(name, meaning, value=value)


def _by(name: str, meaning: str, label: str, known: list[str], counted: dict[str, int]) -> Metric:
    family = GaugeMetricFamily(name, meaning, labels=[label])
    for value in known:
        family.add_metric([value], counted.get(value, 0))
    return family
