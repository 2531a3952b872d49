"""The Django application of operations."""

from django.apps import AppConfig
from django.conf import settings

from opportune.kernel.watching import watchers


class OperationsConfig(AppConfig):
    """Keeps the tables of the worker, and counts what happens where metrics are switched on."""

    name = "opportune.operations"
    label = "operations"

    def ready(self) -> None:
        if settings.METRICS == "off":
            return
        from opportune.operations.metrics.counted import Counted

        if not any(isinstance(watcher, Counted) for watcher in watchers):
            watchers.append(Counted())
