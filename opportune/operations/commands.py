"""The commands that run an installation: start, serve, migrate, demo, doctor, manage.

Nothing here imports Django before a command needs it: `serve` is the supervisor and must stay small.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from opportune.kernel.sentences import Sentence
from opportune.operations.backup import commands as backups
from opportune.operations.web_server import Room, usual_processes

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

WITHOUT_DATA = frozenset(
    {
        "start",
        "serve",
        "web",
        "worker",
        "migrate",
        "demo",
        "doctor",
        "recount",
        "manage",
        "catalogue",
        "exposure",
        "rotate-key",
        "--version",
        *backups.NAMES,
    }
)
UNAVAILABLE = 8
DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8000
LAST_PORT = 65535


def runs_without_data(words: Sequence[str]) -> bool:
    """Whether the command line names a command of this module, so that the data commands need not load."""
    return bool(words) and words[0] in WITHOUT_DATA


def set_up_django() -> None:
    """Load settings and applications. Doing it again does nothing."""
    import django

    django.setup()


def outage_said(error: Exception) -> str | None:
    """What is the matter with the machine, with what the system says of it; none if the error is of another kind."""
    from django.conf import settings

    from opportune.schemas.language import spoken
    from opportune.storage.outages import outage_of

    found = outage_of(error)
    return None if found is None else f"{spoken(found.message, settings.LANGUAGE_CODE)} ({error})"


def add_commands(commands: Commands) -> None:
    """Add the commands of this module."""
    start = commands.add_parser("start", help="prepare what is missing, then serve")
    _add_address(start)
    start.add_argument("--data", type=Path, metavar="DIR", help="data directory (default ./data)")
    start.add_argument("--empty", action="store_true", help="begin without the demo company")
    start.set_defaults(run=_start)

    serve = commands.add_parser("serve", help="run the web server and the worker until told to stop")
    _add_address(serve)
    serve.add_argument("--prepared", action="store_true", help="do not look for migrations that have not run")
    serve.set_defaults(run=_serve)

    web = commands.add_parser("web", help="run the web server alone")
    _add_address(web)
    web.add_argument("--parent", type=int, help="end with the process of this id")
    web.set_defaults(run=_web)

    worker = commands.add_parser("worker", help="run the worker and the schedule alone")
    worker.add_argument("--parent", type=int, help="end with the process of this id")
    worker.add_argument("--name", help="the name under which tasks are claimed")
    worker.set_defaults(run=_worker)

    exposure = commands.add_parser("exposure", help="say whether it is safe to listen on an address")
    exposure.add_argument("--host", default=DEFAULT_HOST, help="the address")
    exposure.set_defaults(run=_exposure)

    migrate = commands.add_parser("migrate", help="bring database, translations and static files up to date")
    migrate.add_argument(
        "--no-backup",
        action="store_true",
        help="do not back up before migrating, as is done where there are data",
    )
    migrate.set_defaults(run=_migrate)

    demo = commands.add_parser("demo", help="load the demo company where nobody has an account yet")
    demo.set_defaults(run=_demo)

    backups.add_commands(commands)

    doctor = commands.add_parser("doctor", help="look for what is wrong, without changing anything")
    doctor.add_argument("--json", action="store_true", help="answer as JSON")
    doctor.set_defaults(run=_doctor)

    recount = commands.add_parser(
        "recount", help="add up all opportunities anew, when the doctor finds totals wrong"
    )
    recount.set_defaults(run=_recount)

    catalogue = commands.add_parser("catalogue", help="check, compile or bring up to date the translations")
    task = catalogue.add_mutually_exclusive_group(required=True)
    task.add_argument("--check", action="store_true", help="say what is missing, unused or contradictory")
    task.add_argument("--compile", action="store_true", help="write what the program reads")
    task.add_argument("--update", action="store_true", help="add new sentences, drop unused ones")
    catalogue.set_defaults(run=_catalogue)

    rotate = commands.add_parser(
        "rotate-key", help="sign with a new secret key from now on; restart afterwards"
    )
    rotate.add_argument(
        "--forget-old", action="store_true", help="instead: believe the present key only, no earlier one"
    )
    rotate.set_defaults(run=_rotate_key)

    manage = commands.add_parser("manage", help="run a management command of Django", add_help=False)
    manage.add_argument("words", nargs=argparse.REMAINDER, metavar="…")
    manage.set_defaults(run=_manage)


def _add_address(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default=DEFAULT_HOST, help=f"address to listen on (default {DEFAULT_HOST})")
    parser.add_argument(
        "--port", type=_port, default=DEFAULT_PORT, help=f"port to listen on (default {DEFAULT_PORT})"
    )
    parser.add_argument(
        "--processes",
        type=_at_least_one,
        default=usual_processes(),
        help="processes that answer requests (default one for each core, two at most)",
    )
    parser.add_argument(
        "--threads",
        type=_at_least_one,
        default=4,
        help="requests that each of them works on at the same time (default 4)",
    )


def _at_least_one(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"“{text}” is not a number of at least 1")
    return int(text)


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= LAST_PORT:
        raise argparse.ArgumentTypeError(f"“{text}” is not a port; write a number from 1 to {LAST_PORT}")
    return int(text)


def _start(options: argparse.Namespace) -> int:
    if options.data is not None:
        os.environ["OPPORTUNE_DATA"] = str(options.data.resolve())
    set_up_django()
    from opportune.operations.starting import prepare

    def tell() -> None:
        for line in prepare(empty=options.empty, port=options.port):
            _say(line)

    refused = _unless_refused(tell)
    if not refused:
        # A new program in the same process gives back the memory that preparing has taken.
        address = ["--host", options.host, "--port", str(options.port)]
        at_once = ["--processes", str(options.processes), "--threads", str(options.threads)]
        words = [sys.executable, "-m", "opportune", "serve", "--prepared", *address, *at_once]
        os.execv(sys.executable, words)
    return refused


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _serve(options: argparse.Namespace) -> int:
    from opportune.operations.serving import bring_up_to_date, serve

    if not options.prepared and (refused := bring_up_to_date()):
        return refused
    return serve(options.host, options.port, room=_room(options), stop_seconds=options.stop_seconds)


def _room(options: argparse.Namespace) -> Room:
    return Room(processes=options.processes, threads=options.threads)


def _exposure(options: argparse.Namespace) -> int:
    set_up_django()
    from opportune.operations.exposure import exposure_refusal

    refusal = exposure_refusal(options.host)
    if refusal:
        _say(refusal)
    return 1 if refusal else 0


def _web(options: argparse.Namespace) -> int:
    from opportune.operations.web_server import run_web_server

    return run_web_server(
        options.host,
        options.port,
        room=_room(options),
        stop_seconds=options.stop_seconds,
        parent=options.parent,
    )


def _worker(options: argparse.Namespace) -> int:
    set_up_django()
    from opportune.operations.worker import run_worker

    return run_worker(name=options.name, parent=options.parent)


def _migrate(options: argparse.Namespace) -> int:
    set_up_django()
    from opportune.operations.starting import bring_up_to_date

    return _unless_refused(lambda: bring_up_to_date(back_up=not options.no_backup))


def _demo(options: argparse.Namespace) -> int:
    set_up_django()
    from opportune.identity.queries import anybody_exists
    from opportune.operations.starting import bring_up_to_date, database_is_new, load_demo

    def load() -> None:
        if database_is_new() or not anybody_exists():
            bring_up_to_date()
        for line in load_demo():
            _say(line)

    return _unless_refused(load)


def _unless_refused(work: Callable[[], None]) -> int:
    """Do a piece of work; 0, or the exit code of its refusal, which is said."""
    from django.conf import settings

    from opportune.cli.running import EXIT_CODES
    from opportune.kernel.errors import Refused
    from opportune.schemas.language import spoken

    try:
        work()
    except Refused as refusal:
        sys.stderr.write(f"opportune: {spoken(refusal.message, settings.LANGUAGE_CODE)}\n")
        return EXIT_CODES[Refused]
    return 0


def _recount(options: argparse.Namespace) -> int:
    set_up_django()
    from opportune.opportunities.tallying import make_anew

    make_anew()
    _say("Added up anew.")
    return 0


def _doctor(options: argparse.Namespace) -> int:
    set_up_django()
    from django.conf import settings

    from opportune.operations.doctor import examine
    from opportune.schemas.language import spoken

    diagnosis = examine()

    def say(message: Sentence) -> str:
        return spoken(message, settings.LANGUAGE_CODE)

    if options.json:
        _say(json.dumps(diagnosis.as_json(say), ensure_ascii=False))
    else:
        for line in diagnosis.lines(say):
            _say(line)
    return 0 if diagnosis.well else 1


def _catalogue(options: argparse.Namespace) -> int:
    from opportune.operations.catalogue import compile_catalogues, complaints, update_catalogues

    if options.check:
        found = complaints()
        for complaint in found:
            _say(complaint)
        return 1 if found else 0
    for file in update_catalogues() if options.update else compile_catalogues():
        _say(str(file))
    return 0


def _rotate_key(options: argparse.Namespace) -> int:
    set_up_django()
    from opportune.operations.keys import rotate_key

    return rotate_key(_say, forget_old=options.forget_old)


def _manage(options: argparse.Namespace) -> int:
    from django.core.management import execute_from_command_line

    execute_from_command_line(["opportune manage", *options.words])
    return 0
