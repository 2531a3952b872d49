"""What every command has: who acts, exit codes, languages."""

import json

import pytest
from django.conf import LazySettings

from opportune.cli.running import EXIT_CODES
from opportune.identity.actions import set_active
from opportune.identity.actor import system_actor
from opportune.kernel.errors import OpportuneError
from tests.doors.callers import CommandLine, Market


def test_every_kind_of_error_has_an_exit_code_of_its_own() -> None:
    assert set(EXIT_CODES) == {
        kind for kind in OpportuneError.__subclasses__() if kind.__module__.startswith("opportune.")
    }
    assert len({0, 2, *EXIT_CODES.values()}) == len(EXIT_CODES) + 2


@pytest.mark.parametrize(
    "words",
    [
        ("opportunities",),
        ("opportunities", "dance"),
        ("opportunities", "show"),
        ("opportunities", "show", "first"),
        ("opportunities", "move", "1"),
        ("opportunities", "edit", "1", "--set", "budget"),
        ("opportunities", "summary", "--as-of", "20260101"),
        ("opportunities", "list", "--limit", "0"),
        ("opportunities", "list", "--colour", "blue"),
        ("export", "opportunities", "--format", "xml"),
    ],
)
def test_a_command_line_that_makes_no_sense_ends_with_2(
    command_line: CommandLine, db: None, words: tuple[str, ...]
) -> None:
    refused = command_line(*words)
    assert (refused.code, refused.out) == (2, "")
    assert "usage: opportune" in refused.err


def test_an_unknown_actor_is_refused(command_line: CommandLine, market: Market) -> None:
    refused = command_line("processes", "list", "--actor", "nobody@example.com", "--json")
    assert (refused.code, list(json.loads(refused.err)["errors"])) == (5, ["--actor"])


def test_a_deactivated_person_acts_no_more(command_line: CommandLine, market: Market) -> None:
    bob = market.company.bob.id
    set_active(system_actor("tests"), market.alice.id or 0, is_active=False, successor_id=bob)
    assert command_line("processes", "list", "--actor", "alice@example.com").code == 4


def test_names_are_in_the_installations_language(
    command_line: CommandLine, market: Market, settings: LazySettings
) -> None:
    settings.LANGUAGE_CODE = "fr"
    processes = command_line("processes", "list", "--json").json["items"]
    assert processes[0]["stages"][0]["name"] == "Qualification"


def test_processes_are_a_table_for_people(command_line: CommandLine, market: Market) -> None:
    shown = command_line("processes", "list")
    assert "contact_manager" in shown.out
    assert "Qualify" in shown.out


def test_undo_says_what_it_put_back(command_line: CommandLine, market: Market) -> None:
    alice = ("--actor", "alice@example.com")
    moved = command_line("opportunities", "move", market.deal.pk, "--move", "next", *alice, "--json")
    undone = command_line("undo", moved.json["change_set_id"], *alice)
    assert undone.code == 0, undone.err
    assert "put back" in undone.out
    again = command_line("undo", moved.json["change_set_id"], *alice, "--json")
    assert (again.code, json.loads(again.err)["code"]) == (6, "already_undone")
