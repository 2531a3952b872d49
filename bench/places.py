"""Where databases are kept between runs, and copies of them to work on, one for each run.

A database that was made by another generator, or before a migration, is made anew.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.cluster import Cluster

ROOT = Path(__file__).resolve().parent.parent
ENGINES = ("sqlite", "postgresql")


@dataclass(frozen=True, slots=True)
class Place:
    """A copy of a database to work on: the environment of the product, and how much it takes on the disk."""

    environment: dict[str, str]
    megabytes: int


def cache() -> Path:
    """The directory of what is kept: `OPPORTUNE_BENCH_CACHE`, else `.bench` in the clone."""
    return Path(os.environ.get("OPPORTUNE_BENCH_CACHE") or ROOT / ".bench").resolve()


def kind_of_database() -> str:
    """A word that changes with the generator and with the tables."""
    digest = hashlib.sha256()
    sources = [*(ROOT / "bench" / "generator").glob("*.py"), *(ROOT / "opportune").glob("*/migrations/*.py")]
    for path in sorted(sources):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:10]


def say(line: str) -> None:
    """Tell the person who waits."""
    print(line, file=sys.stderr, flush=True)


@contextmanager
def place(engine: str, size: int) -> Iterator[Place]:
    """A copy of the database of a size, made first if there is none."""
    with tempfile.TemporaryDirectory(prefix="opportune-bench-", dir=_ready(cache())) as copy:
        data = Path(copy) / "data"
        if engine == "sqlite":
            yield _copied_file(size, data)
            return
        with Cluster.running(cache() / "postgresql") as cluster:
            yield _copied_database(cluster, size, data)
            cluster.drop("bench_run")


def _copied_file(size: int, data: Path) -> Place:
    kept = cache() / f"sqlite-{size}-{kind_of_database()}"
    if not kept.exists():
        _forget(cache().glob(f"sqlite-{size}-*"))
        making = kept.with_name(f"making-{size}")
        shutil.rmtree(making, ignore_errors=True)
        _generate(size, environment_of(making))
        making.rename(kept)
    subprocess.run(["cp", "-r", "--reflink=auto", kept, data], check=True)
    return Place(environment_of(data), _megabytes(data))


def _copied_database(cluster: Cluster, size: int, data: Path) -> Place:
    kept = f"bench_{size}_{kind_of_database()}"
    if kept not in (known := cluster.databases()):
        for old in known:
            if old.startswith((f"bench_{size}_", f"making_{size}")):
                cluster.drop(old)
        making = f"making_{size}"
        cluster.create(making)
        _generate(size, {**environment_of(data), "DATABASE_URL": cluster.url(making)})
        cluster.rename(making, kept)
    cluster.drop("bench_run")
    cluster.create("bench_run", copy_of=kept)
    environment = {**environment_of(data), "DATABASE_URL": cluster.url("bench_run")}
    subprocess.run([sys.executable, "-m", "opportune", "migrate"], check=True, env=environment, cwd=ROOT)
    return Place(environment, cluster.megabytes("bench_run"))


def _generate(size: int, environment: dict[str, str]) -> None:
    say(f"making a database of {size} deals")
    begun = time.monotonic()
    command = [sys.executable, "-m", "bench.inside", "generate", str(size)]
    subprocess.run(command, check=True, env=environment, cwd=ROOT)
    say(f"made in {time.monotonic() - begun:.0f} s")


def environment_of(data: Path) -> dict[str, str]:
    """The environment of an installation with this data directory, and nothing of the caller's own."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("OPPORTUNE_", "DATABASE_URL"))
    }
    # how fast it is, is measured: not how much one may ask, nor what the first backup takes, which a start begins with
    alone = {"OPPORTUNE_API_PER_MINUTE": "0", "OPPORTUNE_BACKUP_HOURS": "0"}
    return {**kept, **alone, "OPPORTUNE_DATA": str(data), "PYTHONPATH": str(ROOT)}


def _megabytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.glob("opportune.sqlite3*")) // 2**20


def _ready(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _forget(folders: Iterator[Path]) -> None:
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
