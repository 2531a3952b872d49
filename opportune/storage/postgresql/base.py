"""Django's PostgreSQL engine with a cursor for reads that come again.

Django writes values into its statements, so the server plans each anew; for a record, which joins ten tables, that
takes longer than reading it. A fixed read sends its values apart, is prepared, and is planned for any values.
"""

from __future__ import annotations

from typing import Any

from django.db.backends.postgresql import base
from django.db.backends.postgresql.operations import DatabaseOperations
from django.db.backends.utils import CursorWrapper

PREPARED_AFTER = 0
"""How often the server is asked before it prepares: a fixed read comes again, so at once."""
MOST_PREPARED = 500
"""Statements a connection keeps; those not asked for longest go first."""


class Operations(DatabaseOperations):
    """Django's, but that a statement whose values went apart is told with them, too."""

    def last_executed_query(self, cursor: Any, sql: Any, params: Any) -> str:
        """A statement as a log or a test of its queries shows it."""
        if isinstance(cursor, base.ServerBindingCursor):
            told: str = self.compose_sql(sql, params)
        else:
            told = super().last_executed_query(cursor, sql, params)
        return told


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection to PostgreSQL, of which the server may keep how fixed reads are done."""

    ops_class = Operations

    def get_connection_params(self) -> dict[str, Any]:
        """Django's parameters, with statements that are prepared where the server may keep anything between them."""
        if not self.settings_dict["DISABLE_SERVER_SIDE_CURSORS"]:
            self.settings_dict["OPTIONS"].setdefault("prepare_threshold", PREPARED_AFTER)
        parameters: dict[str, Any] = super().get_connection_params()
        return parameters

    def _configure_connection(self, connection: Any) -> bool:
        """Django's way of readying a connection; and a fixed read is planned once, not five times more to compare."""
        has_set: bool = super()._configure_connection(connection)  # type: ignore[misc]  # stubs of Django 6
        if self.settings_dict["DISABLE_SERVER_SIDE_CURSORS"]:
            return has_set
        with connection.cursor() as cursor:
            cursor.execute("SET plan_cache_mode = force_generic_plan")
        return True

    def fixed_read_cursor(self) -> CursorWrapper:
        """A cursor for a statement that comes again with other values."""
        if self.settings_dict["DISABLE_SERVER_SIDE_CURSORS"]:
            return self.cursor()
        self.ensure_connection()
        connection = self.connection
        connection.prepared_max = MOST_PREPARED
        ordinary, connection.cursor_factory = connection.cursor_factory, base.ServerBindingCursor
        try:
            return self.cursor()
        finally:
            connection.cursor_factory = ordinary
