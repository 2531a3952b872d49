"""Operations as a Django application."""

from django.apps import AppConfig


class OperationsConfig(AppConfig):
    """The tables that keep an installation running."""

    name = "opportune.operations"
    label = "operations"
