"""PostgreSQL for tests alone, with pgbouncer and replicas: in temporary directories, by sockets, thrown away.

Standard library only, so that it runs before and outside of the tests.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

# A test's data need not survive a power cut.
QUICK = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "max_connections=60",
    "shared_buffers=128MB",
    "jit=off",
)
UNPRIVILEGED = ("postgres", "nobody")


class NoPostgreSQL(Exception):
    """There is no PostgreSQL server on this machine."""


def programs() -> Path:
    """The directory of `initdb` and `pg_ctl`, the newest when there are several. Raises NoPostgreSQL."""
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    installed = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    found = sorted(installed, key=lambda path: int(path.parts[-3]) if path.parts[-3].isdigit() else 0)
    if not found:
        raise NoPostgreSQL
    return found[-1].parent


@dataclass(frozen=True)
class Cluster:
    """A server, its data and its socket in one directory, run by a user who is not root."""

    place: Path
    user: pwd.struct_passwd | None
    settings: tuple[str, ...] = QUICK

    @property
    def url(self) -> str:
        """The DATABASE_URL of its database."""
        return f"postgres://opportune@/opportune?host={self.place}"

    def run(self, program: str, *arguments: str | Path) -> None:
        """Run one of PostgreSQL's programs. Raises CalledProcessError."""
        _run(self.user, programs() / program, *arguments)

    def start(self) -> None:
        """Start the server and wait until it answers."""
        given = (*self.settings, "listen_addresses=", f"unix_socket_directories={self.place}")
        options = " ".join(f"-c {setting}" for setting in given)
        log = self.place / "log"
        self.run("pg_ctl", "-D", self.place / "data", "-l", log, "-o", options, "-w", "start")

    def stop(self) -> None:
        """Stop the server at once."""
        self.run("pg_ctl", "-D", self.place / "data", "-m", "immediate", "-w", "stop")


@contextmanager
def temporary_cluster() -> Iterator[str]:
    """Run a cluster for the length of the block; yields the DATABASE_URL of an empty database."""
    with cluster() as made:
        yield made.url


@contextmanager
def cluster(*settings: str) -> Iterator[Cluster]:
    """Run a cluster with an empty database for the length of the block."""
    with _place("pg") as (place, user):
        made = Cluster(place, user, (*QUICK, *settings))
        made.run(
            "initdb", *("-D", place / "data"), *("-U", "opportune"), *("-A", "trust"), *("-E", "UTF8"),
            "--locale=C.UTF-8", "-N",
        )  # fmt: skip
        made.start()
        try:
            made.run("createdb", "-h", place, "-U", "opportune", "opportune")
            yield made
        finally:
            made.stop()


@contextmanager
def replica_of(primary: Cluster) -> Iterator[Cluster]:
    """Run a streaming replica of a cluster for the length of the block."""
    with _place("pg") as (place, user):
        made = Cluster(place, user)
        source = ("-h", primary.place, "-U", "opportune")
        made.run("pg_basebackup", *source, "-D", place / "data", "-R", "-c", "fast", "--no-sync")
        made.start()
        try:
            yield made
        finally:
            # A test may have stopped it.
            with suppress(subprocess.CalledProcessError):
                made.stop()


@contextmanager
def bouncer_before(server: Cluster, *, connections: int) -> Iterator[str]:
    """Run pgbouncer in transaction mode for the length of the block; yields the DATABASE_URL through it.

    All its clients share so many connections to the server.
    """
    with _place("bouncer") as (place, user):
        (place / "users").write_text('"opportune" ""\n', encoding="ascii")
        (place / "settings").write_text(
            f"""
[databases]
* = host={server.place}
[pgbouncer]
listen_addr =
listen_port = 6432
unix_socket_dir = {place}
auth_type = trust
auth_file = {place}/users
pool_mode = transaction
default_pool_size = {connections}
logfile = {place}/log
""",
            encoding="ascii",
        )
        bouncer = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
        if bouncer is None:
            raise NoPostgreSQL
        process = subprocess.Popen([bouncer, "-q", str(place / "settings")], cwd="/", **_as(user))
        try:
            deadline = time.monotonic() + 30
            while not (place / ".s.PGSQL.6432").exists():
                if process.poll() is not None or time.monotonic() > deadline:
                    raise NoPostgreSQL
                time.sleep(0.05)
            yield f"postgres://opportune@/opportune?host={place}&port=6432"
        finally:
            process.terminate()
            process.wait()


@contextmanager
def _place(name: str) -> Iterator[tuple[Path, pwd.struct_passwd | None]]:
    """A directory of one's own in the temporary files, and the user it belongs to."""
    place = Path(tempfile.mkdtemp(prefix=f"opportune-{name}-"))
    try:
        user = _unprivileged_user()
        if user is not None:
            os.chown(place, user.pw_uid, user.pw_gid)
        yield place, user
    finally:
        shutil.rmtree(place, ignore_errors=True)


def restart(url: str, mode: str) -> None:
    """Restart the cluster of a `DATABASE_URL` that `temporary_cluster` gave, stopping it in a mode of pg_ctl's."""
    data = Path(parse_qs(urlsplit(url).query)["host"][0]) / "data"
    _run(_unprivileged_user(), programs() / "pg_ctl", "-D", data, "-m", mode, "-w", "restart")


def _unprivileged_user() -> pwd.struct_passwd | None:
    """Whom to run the server as: nobody else unless this is root, as whom it refuses to run."""
    if os.geteuid() != 0:
        return None
    for name in UNPRIVILEGED:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise NoPostgreSQL


def _run(user: pwd.struct_passwd | None, program: Path, *arguments: str | Path) -> None:
    subprocess.run(
        [str(program), *map(str, arguments)],
        check=True,
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        **_as(user),
    )


def _as(user: pwd.struct_passwd | None) -> dict[str, Any]:
    """How to start a process as somebody else, who needs none of our environment."""
    environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"}
    if user is None:
        return {"env": environment}
    return {"env": environment, "user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
