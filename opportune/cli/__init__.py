"""The command-line door: one module a noun, each adding its commands to `opportune`."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def add_commands(commands: Commands) -> None:
    """Add every command that works with data; Django is set up by then.

    A command's parser names its function: `parser.set_defaults(run=function)`, which takes the parsed
    arguments and returns the exit code.
    """
    from opportune.cli import importing

    importing.add_commands(commands)
