"""From nothing to an installation that can be served; doing it again changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.executor import MigrationExecutor

from opportune.identity.actions import install_roles, make_setup_link
from opportune.identity.actor import system_actor
from opportune.identity.models import Role, SetupLink, User
from opportune.ledger.models import ChangeSet
from opportune.operations import demo
from opportune.operations.backup.keeping import back_up_before_migration
from opportune.operations.catalogue import compile_catalogues
from opportune.operations.static_files import collect_static_files
from opportune.opportunities.tallying import fold
from opportune.process.actions import install_processes
from opportune.reference.actions import install_reference

INSTALLATION = "installation"


def prepare(*, empty: bool, port: int) -> Iterator[str]:
    """Bring catalogues, static files and the database up to date; yield what is worth telling.

    Where nobody can sign in yet, those are the people of the demo company, or a one-time link if it is to be `empty`
    or was begun so.
    """
    if database_is_new():
        yield f"Preparing a new installation in {settings.DATA}"
    bring_up_to_date()
    if User.objects.exists():
        return
    if empty or SetupLink.objects.exists():
        secret = make_setup_link(system_actor(INSTALLATION))
        yield f"Nobody can sign in yet. Begin once at http://127.0.0.1:{port}/set-up/{secret}/"
        return
    yield "Loading the demo company"
    yield from load_demo()


def load_demo() -> Iterator[str]:
    """Make the demo company; yield who can sign in. Raises Refused where somebody exists."""
    company = demo.load(system_actor(INSTALLATION))
    yield f"Sign in with the password {company.password} as"
    for sign_in in company.sign_ins:
        yield f"  {sign_in.email:<22} {sign_in.name} ({sign_in.role.replace('_', ' ')})"


def bring_up_to_date(*, back_up: bool = True) -> None:
    """Make all that serving needs: data directory, translations, static files, and the database of this version.

    Raises Refused where the backup that comes before a migration cannot be made.
    """
    settings.DATA.mkdir(mode=0o700, parents=True, exist_ok=True)
    if connections[DEFAULT_DB_ALIAS].vendor == "sqlite":
        keep_from_others(Path(settings.DATABASES[DEFAULT_DB_ALIAS]["NAME"]))
    compile_catalogues()
    collect_static_files()
    migrate(back_up=back_up)


def keep_from_others(file: Path) -> None:
    """Make the file of SQLite, or let it be, readable by its owner alone, also in a directory that others may enter."""
    try:
        file.touch(mode=0o600)  # the files that SQLite keeps beside it take over its mode
        file.chmod(file.stat().st_mode & 0o700)
    except OSError:
        return  # somebody else's, or a disk that cannot be written: what needs it says so


def bring_restored_up_to_date() -> None:
    """Bring the tables of a backup that was restored to this version, with what Django keeps beside them."""
    migrate(back_up=False)
    call_command("migrate", interactive=False, verbosity=0)
    fold()


def database_is_new() -> bool:
    """Whether the database holds no table yet."""
    return not connections[DEFAULT_DB_ALIAS].introspection.table_names()


def migrate(*, back_up: bool = True) -> None:
    """Run the migrations that have not run yet, then make what ships with this version and was never there.

    Where there are data, and migrations to run, a backup is made before. Raises Refused if it cannot be made.
    """
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    outdated = bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    if outdated:
        if back_up and _there_are_data():
            back_up_before_migration()
        call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
    if outdated or not Role.objects.exists():
        install()


def _there_are_data() -> bool:
    """Whether anything was ever written down; asked of tables that may be older than this version."""
    connection = connections[DEFAULT_DB_ALIAS]
    ledger = ChangeSet._meta.db_table
    if ledger not in connection.introspection.table_names():
        return False
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM {connection.ops.quote_name(ledger)} LIMIT 1")  # noqa: S608
        return cursor.fetchone() is not None


def install() -> None:
    """Make what ships: reasons, lists and currencies, processes, and last the roles, whose being there says all is."""
    installer = system_actor(INSTALLATION)
    install_reference(installer)
    install_processes(installer)
    install_roles(installer)
