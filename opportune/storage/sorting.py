"""Text that sorts alike on both engines.

PostgreSQL compares text by the database's locale, SQLite by its bytes; a sort key is compared by its bytes
everywhere, so that pages, cursors and indexes agree.
"""

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper


class SortKeyField(models.CharField):  # type: ignore[type-arg]
    """Folded text to sort and to search by; see `kernel.text.fold`."""

    def db_parameters(self, connection: BaseDatabaseWrapper) -> Any:
        parameters = dict(super().db_parameters(connection))
        if connection.vendor == "postgresql":
            parameters["collation"] = "C"
        return parameters
