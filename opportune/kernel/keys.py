"""The secret keys: one that signs and encrypts, and those before it, which are still believed.

The file has a key a line, the present one first. Turning the key puts a new line on top; what old keys signed
(sessions, links) and encrypted (second factors) stays valid until they are forgotten.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Sequence
from pathlib import Path

SHORTEST = 32


class NoKeys(Exception):
    """A file that should hold keys holds none; the text says what to do."""


def kept_keys(path: Path) -> list[str]:
    """The keys in the file, the present one first; one is made when there is no file.

    The file appears whole or not at all, so that two processes starting together end up with the same secret.
    Raises NoKeys for a file that holds none, or that cannot be read or made.
    """
    try:
        _make(path)
        keys = path.read_text(encoding="ascii").split()
    except OSError as error:
        raise NoKeys(
            f"{path} cannot be read or made ({error.strerror}). Let Opportune read and write its data directory."
        ) from error
    if not keys or any(len(key) < SHORTEST for key in keys):
        raise NoKeys(f"{path} holds no secret; restore it from a backup, or delete it to make a new one.")
    return keys


def _make(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        draft = _draft(path, [secrets.token_urlsafe(48)])
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()


def turn_key(path: Path) -> None:
    """Put a new key on top of the file; the others stay."""
    keys = kept_keys(path)
    _draft(path, [secrets.token_urlsafe(48), *keys]).replace(path)


def forget_old_keys(path: Path) -> int:
    """Leave only the present key in the file. Returns how many were forgotten."""
    present, *old = kept_keys(path)
    if old:
        _draft(path, [present]).replace(path)
    return len(old)


def _draft(path: Path, keys: Sequence[str]) -> Path:
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write("".join(f"{key}\n" for key in keys))
        file.flush()
        os.fsync(file.fileno())
    return draft
