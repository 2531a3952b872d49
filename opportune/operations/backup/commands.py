"""`opportune backup` and `opportune restore`."""

from __future__ import annotations

import argparse
import getpass
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

ASK = "-"
NAMES = frozenset({"backup", "restore"})


def add_commands(commands: Commands) -> None:
    """Add the commands of this module."""
    backup = commands.add_parser("backup", help="write everything into one file, while Opportune runs")
    backup.add_argument(
        "file",
        type=Path,
        nargs="?",
        help="the file to make (default: one named by the time, among the kept ones)",
    )
    _add_passphrase(backup)
    backup.add_argument("--json", action="store_true", help="answer as JSON")
    backup.set_defaults(run=_backup)

    restore = commands.add_parser("restore", help="take a backup back, where there are no data yet")
    restore.add_argument("file", type=Path, help="the backup")
    _add_passphrase(restore)
    restore.add_argument(
        "--sha256", default="", metavar="DIGEST", help="refuse any file but the one with this digest"
    )
    restore.add_argument("--check", action="store_true", help="read all of it and restore nothing")
    restore.add_argument("--json", action="store_true", help="answer as JSON")
    restore.set_defaults(run=_restore)


def _add_passphrase(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--passphrase-file",
        metavar="FILE",
        help="the first line of FILE encrypts; - asks (default: OPPORTUNE_BACKUP_PASSPHRASE)",
    )


def _backup(options: argparse.Namespace) -> int:
    _set_up()
    from opportune.operations.backup.keeping import BY_HAND, kept_name
    from opportune.operations.backup.making import back_up

    def work() -> dict[str, Any]:
        to = options.file.absolute() if options.file else kept_name(BY_HAND)
        return back_up(to, passphrase=_passphrase(options), progress=_progress(options)).as_json()

    told = "{file}\n{rows} rows and {files} files in {bytes} bytes, SHA-256 {sha256}"
    return _run(options, work, told)


def _restore(options: argparse.Namespace) -> int:
    _set_up()
    from opportune.operations.backup.restoring import check, restore
    from opportune.operations.starting import bring_restored_up_to_date

    given = {"passphrase": _passphrase(options), "digest": options.sha256}

    def work() -> dict[str, Any]:
        if options.check:
            return check(options.file, **given).as_json()
        done = restore(options.file, **given, progress=_progress(options))
        bring_restored_up_to_date()
        return done.as_json()

    what = "is whole" if options.check else "has been restored"
    told = f"The backup of {{made_at}} by Opportune {{version}} {what}: {{rows}} rows and {{files}} files"
    return _run(options, work, told)


def _set_up() -> None:
    import django

    django.setup()


def _passphrase(options: argparse.Namespace) -> str:
    from django.conf import settings

    if options.passphrase_file is None:
        return str(settings.BACKUP_PASSPHRASE)
    if options.passphrase_file == ASK:
        return getpass.getpass("Passphrase: ")
    with open(options.passphrase_file, encoding="utf-8") as file:
        return file.readline().rstrip("\r\n")


def _progress(options: argparse.Namespace) -> Callable[[str, int], None]:
    if options.json or not os.isatty(sys.stderr.fileno()):
        return lambda table, rows: None
    return lambda table, rows: print(f"{table}: {rows}", file=sys.stderr)  # noqa: T201


def _run(options: argparse.Namespace, work: Callable[[], dict[str, Any]], told: str) -> int:
    from django.conf import settings

    from opportune.cli.running import EXIT_CODES
    from opportune.kernel.errors import Refused
    from opportune.schemas.language import spoken

    try:
        done = work()
    except Refused as refusal:
        said = spoken(refusal.message, settings.LANGUAGE_CODE)
        answer = json.dumps({"code": refusal.code, "detail": said}, ensure_ascii=False)
        sys.stderr.write(f"{answer if options.json else f'opportune: {said}'}\n")
        return EXIT_CODES[Refused]
    sys.stdout.write(f"{json.dumps(done, ensure_ascii=False) if options.json else told.format_map(done)}\n")
    return 0
