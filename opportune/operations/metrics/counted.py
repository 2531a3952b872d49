"""What each process counts while it works. Loaded only where metrics are switched on."""

from __future__ import annotations

from django.db import connections
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

registry = CollectorRegistry()
_UP_TO = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

REQUESTS = Histogram(
    "opportune_request_seconds",
    "Time until a request was answered.",
    ["method", "route", "status"],
    buckets=_UP_TO,
    registry=registry,
)
COMMANDS = Counter(
    "opportune_actions",
    "Commands by verb, and how they ended: done, failed, or the code of their refusal.",
    ["verb", "outcome"],
    registry=registry,
)
QUEUE = Histogram(
    "opportune_sqlite_queue_seconds",
    "Time writers waited for their turn in SQLite's queue.",
    buckets=(0.0001, 0.001, *_UP_TO, 30.0, 60.0),
    registry=registry,
)
READS = Counter(
    "opportune_reads",
    "Pages and lists that merely read, by where they were read from. Counted only with a replica.",
    ["database"],
    registry=registry,
)
POOL = Gauge(
    "opportune_database_pool_connections",
    "Connections to PostgreSQL that the pools of all processes hold.",
    ["state"],
    multiprocess_mode="livesum",
    registry=registry,
)
POOL_WAITING = Gauge(
    "opportune_database_pool_waiting",
    "Requests that wait for a connection.",
    multiprocess_mode="livesum",
    registry=registry,
)


class Counted:
    """The watcher that counts."""

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request, and look at the pool, which is busiest then."""
        REQUESTS.labels(method, route, str(status)).observe(seconds)
        look_at_pool()

    def commanded(self, verb: str, outcome: str) -> None:
        """Count a command."""
        COMMANDS.labels(verb, outcome).inc()
        look_at_pool()

    def waited(self, seconds: float) -> None:
        """Count a wait in the queue of writers."""
        QUEUE.observe(seconds)

    def read(self, database: str) -> None:
        """Count what was merely read."""
        READS.labels(database).inc()


def look_at_pool() -> None:
    """Note how this process's pool is used; nothing without one."""
    pool = getattr(connections["default"], "pool", None)
    if pool is None:
        return
    stats = pool.get_stats()
    held, idle = stats.get("pool_size", 0), stats.get("pool_available", 0)
    POOL.labels("busy").set(held - idle)
    POOL.labels("idle").set(idle)
    POOL_WAITING.set(stats.get("requests_waiting", 0))
