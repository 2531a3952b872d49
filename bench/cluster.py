"""The bench's own PostgreSQL: kept between runs, running only meanwhile, reached by a socket.

What is committed is on the disk (`fsync`, `synchronous_commit`, `full_page_writes` are on, as PostgreSQL ships);
only the memory is more than PostgreSQL takes by itself, as on any machine that is set up for it.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.postgresql import UNPRIVILEGED, programs

SETTINGS = (
    "fsync=on", "synchronous_commit=on", "full_page_writes=on", "shared_buffers=1GB", "work_mem=16MB",
    "effective_cache_size=4GB", "random_page_cost=1.1", "max_wal_size=4GB", "max_connections=60",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running cluster; `socket` is the directory of its socket."""

    socket: Path

    @classmethod
    @contextmanager
    def running(cls, folder: Path) -> Iterator[Cluster]:
        """The cluster in a folder, made first if there is none; stopped at the end."""
        socket = Path(tempfile.mkdtemp(prefix="opportune-bench-pg-"))
        data = folder / "data"
        folder.mkdir(parents=True, exist_ok=True)
        for owned in (folder, socket):
            _give_away(owned)
        if not (data / "PG_VERSION").exists():
            shutil.rmtree(data, ignore_errors=True)
            _run("initdb", "-D", data, "-U", "opportune", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
        parts = (*SETTINGS, "listen_addresses=", f"unix_socket_directories={socket}")
        options = " ".join(f"-c {setting}" for setting in parts)
        _run("pg_ctl", "-D", data, "-l", folder / "log", "-o", options, "-w", "start")
        try:
            yield cls(socket)
        finally:
            _run("pg_ctl", "-D", data, "-m", "fast", "-w", "stop")
            shutil.rmtree(socket, ignore_errors=True)

    def url(self, database: str) -> str:
        """The DATABASE_URL of one of its databases."""
        return f"postgres://opportune@/{database}?host={self.socket}"

    def create(self, database: str, *, copy_of: str = "template1") -> None:
        """Make a database."""
        self._ask(f'CREATE DATABASE "{database}" TEMPLATE "{copy_of}"')

    def drop(self, database: str) -> None:
        """Forget a database, if it is there."""
        self._ask(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')

    def rename(self, database: str, name: str) -> None:
        """Give a database another name."""
        self._ask(f'ALTER DATABASE "{database}" RENAME TO "{name}"')

    def databases(self) -> list[str]:
        """The names of its databases."""
        return self._ask("SELECT datname FROM pg_database").split()

    def megabytes(self, database: str) -> int:
        """What a database takes on the disk."""
        return int(self._ask(f"SELECT pg_database_size('{database}')")) // 2**20

    def _ask(self, statement: str) -> str:
        command = [
            str(programs() / "psql"),
            "-h",
            str(self.socket),
            "-U",
            "opportune",
            "-d",
            "postgres",
            "-Atqc",
            statement,
        ]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def _give_away(folder: Path) -> None:
    user = _user()
    if user is not None:
        os.chown(folder, user.pw_uid, user.pw_gid)


def _user() -> pwd.struct_passwd | None:
    """Whom to run the server as, since it refuses to run as root."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    return next(known[name] for name in UNPRIVILEGED if name in known)


def _run(program: str, *arguments: str | Path) -> None:
    user = _user()
    subprocess.run(
        [str(programs() / program), *map(str, arguments)],
        check=True,
        cwd="/",
        env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        user=None if user is None else user.pw_uid,
        group=None if user is None else user.pw_gid,
        extra_groups=None if user is None else [],
    )
