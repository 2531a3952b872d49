"""Accounts and contacts on the command line."""

import json

import pytest

from tests.doors.callers import MARK, CommandLine, Market

ALICE = ("--actor", "alice@example.com")


def test_an_account_and_its_contact_are_added(command_line: CommandLine, market: Market) -> None:
    account = command_line("accounts", "create", "Nordlicht", "--set", "city=Lyon", *ALICE, "--json")
    assert (account.code, account.json["name"], account.json["city"]) == (0, "Nordlicht", "Lyon")
    contact = command_line(
        "contacts", "create", "Petit", "--first-name", "Anne", "--account", "nordlicht", *ALICE, "--json"
    )
    assert (contact.json["name"], contact.json["account_id"]) == ("Anne Petit", account.json["id"])
    assert command_line("undo", contact.json["change_set_id"], *ALICE).code == 0
    assert command_line("contacts", "list", "--text", "petit", *ALICE, "--json").json["items"] == []


@pytest.mark.parametrize("words", [("accounts", "create", " "), ("contacts", "create", " ")])
def test_a_name_is_needed(command_line: CommandLine, market: Market, words: tuple[str, ...]) -> None:
    assert command_line(*words, *ALICE).code == 5


@pytest.mark.parametrize("noun", ["accounts", "contacts"])
def test_lists_are_tables_for_people_and_pages_for_machines(
    command_line: CommandLine, market: Market, noun: str
) -> None:
    shown = command_line(noun, "list", *ALICE)
    assert MARK in shown.out
    found = command_line(noun, "list", *ALICE, "--json").json
    assert len(found["items"]) == 1
    assert command_line(noun, "list", "--actor", "dan@example.com", "--json").json["items"] == []
    refused = command_line(noun, "list", "--sort", "luck", *ALICE, "--json")
    assert (refused.code, list(json.loads(refused.err)["errors"])) == (5, ["sort"])


def test_a_history_tells_values_before_and_after(command_line: CommandLine, market: Market) -> None:
    words = ("accounts", "edit", market.account.pk, "--set", "city=Brest", "--set", "annual_revenue=1000.50")
    assert command_line(*words, *ALICE).code == 0
    told = command_line("accounts", "history", market.account.pk, *ALICE).out
    assert "→ Brest" in told
    assert "annual_revenue: – → €1,000.50" in " ".join(told.split())
