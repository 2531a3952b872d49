"""The lock files: complete, hashed, and the same for whoever makes them."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ["requirements.lock", "requirements-dev.lock"]
PINNED = re.compile(r"(?P<name>[a-z0-9][a-z0-9-]*)==(?P<version>[^ ]+)(?: ; [^\\]+)? \\")
HASH = re.compile(r"    --hash=sha256:[0-9a-f]{64}(?: \\)?")


def lines_of(lock: str) -> list[str]:
    return (ROOT / lock).read_text(encoding="ascii").splitlines()


def versions_of(lock: str) -> dict[str, str]:
    return {found["name"]: found["version"] for line in lines_of(lock) if (found := PINNED.fullmatch(line))}


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_pinned_names_and_hashes_and_nothing_else(lock: str) -> None:
    strange = [line for line in lines_of(lock) if not PINNED.fullmatch(line) and not HASH.fullmatch(line)]
    assert strange == []


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pinned_name_has_a_hash(lock: str) -> None:
    lines = lines_of(lock)
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        if PINNED.fullmatch(line):
            assert HASH.fullmatch(following), line


def test_both_locks_agree() -> None:
    assert versions_of("requirements.lock").items() <= versions_of("requirements-dev.lock").items()


def test_every_direct_dependency_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = {re.split(r"[\[~]", requirement)[0].lower() for requirement in project["dependencies"]}
    assert names <= versions_of("requirements.lock").keys()
