"""A PostgreSQL cluster for tests alone: made in a temporary directory, reached by a socket, thrown away.

Standard library only, so that it runs before and outside of the tests.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

# A test's data need not survive a power cut.
QUICK = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "max_connections=60",
    "shared_buffers=128MB",
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


@contextmanager
def temporary_cluster() -> Iterator[str]:
    """Run a cluster for the length of the block; yields the DATABASE_URL of an empty database."""
    directory = programs()
    place = Path(tempfile.mkdtemp(prefix="opportune-pg-"))
    user = _unprivileged_user()
    if user is not None:
        os.chown(place, user.pw_uid, user.pw_gid)
    data = place / "data"
    options = " ".join(
        f"-c {setting}" for setting in (*QUICK, "listen_addresses=", f"unix_socket_directories={place}")
    )
    try:
        _run(
            user,
            directory / "initdb",
            "-D",
            data,
            "-U",
            "opportune",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "-N",
        )
        _run(user, directory / "pg_ctl", "-D", data, "-l", place / "log", "-o", options, "-w", "start")
        try:
            _run(user, directory / "createdb", "-h", place, "-U", "opportune", "opportune")
            yield f"postgres://opportune@/opportune?host={place}"
        finally:
            _run(user, directory / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
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
    command = [str(program), *map(str, arguments)]
    environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"}
    subprocess.run(
        command,
        check=True,
        cwd="/",
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        user=None if user is None else user.pw_uid,
        group=None if user is None else user.pw_gid,
        extra_groups=None if user is None else [],
    )
