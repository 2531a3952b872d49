"""The command-line door: one module a noun, each adding its commands to `opportune`.

No rule lives here: a command reads its shape, calls one action or one query, and shows a fresh shape. It acts as
the one who installs, or as a person (`--actor`); `--json` answers machines in the shapes of the API.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from opportune.cli import (
    access,
    bin,
    categories,
    change_sets,
    competitors,
    connections,
    customers,
    export,
    importing,
    jobs,
    lists,
    opportunities,
    opportunity_surroundings,
    organisation,
    people,
    processes,
    tokens,
)

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def add_commands(commands: Commands) -> None:
    """Add every command that works with data; Django is set up by then.

    A command's parser names its function: `parser.set_defaults(run=function)`, which takes the parsed
    arguments and returns the exit code.
    """
    people.add_commands(commands)
    tokens.add_commands(commands)
    opportunities.add_commands(commands)
    opportunity_surroundings.add_commands(commands)
    competitors.add_commands(commands)
    customers.add_commands(commands)
    connections.add_commands(commands)
    access.add_commands(commands)
    bin.add_commands(commands)
    processes.add_commands(commands)
    lists.add_commands(commands)
    categories.add_commands(commands)
    organisation.add_commands(commands)
    change_sets.add_commands(commands)
    jobs.add_commands(commands)
    importing.add_commands(commands)
    export.add_commands(commands)
