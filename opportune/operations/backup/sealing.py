"""Backups that only a passphrase opens, in the format of age (https://age-encryption.org).

The archive is encrypted for a key made for it alone, and that key by the passphrase; both lie in one zip. age's own
programs open it as well: `unzip`, then `age --decrypt -i key.age backup.age`.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from zipfile import ZIP_STORED, BadZipFile, ZipFile

import pyrage

from opportune.kernel.errors import Refused
from opportune.kernel.sentences import sentence
from opportune.operations.backup.archives import damaged

KEY, CONTENT = "key.age", "backup.age"
LARGEST_KEY = 1 << 16


def seal(archive: IO[bytes], out: IO[bytes], passphrase: str) -> None:
    """Write an archive so that only who knows the passphrase can read it, or change it unnoticed."""
    key = pyrage.x25519.Identity.generate()
    with ZipFile(out, "w", ZIP_STORED) as sealed:
        sealed.writestr(KEY, pyrage.passphrase.encrypt(str(key).encode(), passphrase))
        with sealed.open(CONTENT, "w", force_zip64=True) as content:
            pyrage.encrypt_io(archive, content, [key.to_public()])


@contextmanager
def opened(file: Path, passphrase: str, scratch: Path) -> Iterator[IO[bytes]]:
    """An archive for reading: the file itself or, if it is sealed, what it holds, in a nameless file in `scratch`.

    Raises Refused without the right passphrase, or for a file that is damaged.
    """
    with file.open("rb") as given:
        if not _is_sealed(given):
            yield given
            return
        if not passphrase:
            raise Refused(
                "passphrase_needed",
                sentence("This backup is encrypted. Give the passphrase it was made with."),
            )
        with tempfile.TemporaryFile(dir=scratch) as plain:
            _unseal(given, plain, passphrase)
            plain.seek(0)
            yield plain


def _is_sealed(given: IO[bytes]) -> bool:
    try:
        with ZipFile(given) as sealed:
            return KEY in sealed.namelist()
    except BadZipFile:
        return False
    finally:
        given.seek(0)


def _unseal(given: IO[bytes], plain: IO[bytes], passphrase: str) -> None:
    with ZipFile(given) as sealed:
        try:
            with sealed.open(KEY) as locked:
                key = pyrage.passphrase.decrypt(locked.read(LARGEST_KEY), passphrase)
        except (pyrage.DecryptError, BadZipFile) as error:
            raise Refused(
                "passphrase_wrong", sentence("The passphrase does not open this backup.")
            ) from error
        try:
            with sealed.open(CONTENT) as content:
                pyrage.decrypt_io(content, plain, [pyrage.x25519.Identity.from_str(key.decode())])
        except (
            pyrage.DecryptError,
            pyrage.IdentityError,
            BadZipFile,
            KeyError,
            ValueError,
            OSError,
        ) as error:
            raise damaged(str(error)) from error
