"""From nothing to an installation that can be served; doing it again changes nothing."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.executor import MigrationExecutor

from opportune.operations.catalogue import compile_catalogues
from opportune.operations.static_files import collect_static_files


def prepare(*, empty: bool) -> Iterator[str]:
    """Bring catalogues, static files and the database up to date; yield what is worth telling.

    A database without a single table is new: it gets the demo company, unless `empty`.
    """
    settings.DATA.mkdir(parents=True, exist_ok=True)
    compile_catalogues()
    collect_static_files()
    new = database_is_new()
    if new:
        yield f"Preparing a new installation in {settings.DATA}"
    migrate()


def database_is_new() -> bool:
    """Whether the database holds no table yet."""
    return not connections[DEFAULT_DB_ALIAS].introspection.table_names()


def migrate() -> None:
    """Run the migrations that have not run yet; none is started when there are none."""
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", interactive=False, verbosity=0)
