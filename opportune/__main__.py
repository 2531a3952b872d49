"""The command `opportune`, also `python -m opportune`.

Commands that run an installation come from `operations.commands`, those that work with its data from `cli`.
The former load Django themselves when they need it, because the supervisor must stay small.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from opportune import __version__
from opportune.config.env import BadSetting, read_environment
from opportune.operations import commands as platform


def build_parser(*, with_data: bool) -> argparse.ArgumentParser:
    """The parser of every command; with `with_data` Django is set up and the data commands are there too."""
    parser = argparse.ArgumentParser(prog="opportune", description="Opportune, a self-hosted sales CRM.")
    parser.add_argument("--version", action="version", version=f"opportune {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    platform.add_commands(commands)
    if with_data:
        platform.set_up_django()
        from opportune import cli

        cli.add_commands(commands)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 2 a command or a setting that makes no sense."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opportune.config.settings")
    try:
        environment = read_environment()
        environment.check()
        parser = build_parser(with_data=not platform.runs_without_data(words))
        # The supervisor loads no settings, since those are Django's.
        parser.set_defaults(stop_seconds=environment.count("OPPORTUNE_STOP_SECONDS", at_least=1))
        known = parser.parse_args(words)
        return int(known.run(known))
    except BadSetting as refusal:
        sys.stderr.write(f"opportune: {refusal}\n")
        return 2


if __name__ == "__main__":
    sys.exit(main())
