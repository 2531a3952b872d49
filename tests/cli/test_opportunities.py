"""Opportunities on the command line."""

import json
from datetime import UTC, datetime

import pytest

from opportune.kernel import clock
from opportune.ledger.models import ChangeSet
from tests.doors.callers import MARK, CommandLine, Market

TODAY = str(clock.today("Europe/Paris"))
ALICE = ("--actor", "alice@example.com")


def test_an_opportunity_is_created_for_an_account_by_its_name(
    command_line: CommandLine, market: Market
) -> None:
    made = command_line(
        "opportunities", "create", "Two pumps", "--account", f"{MARK} Line", "--value", "12.5",
        "--close", "2027-01-31", "--set", "customer_need=Water", "--set", "on_hold=no", *ALICE, "--json",
    )  # fmt: skip
    assert made.code == 0, made.err
    assert (made.json["subject"], made.json["estimated_value"], made.json["stage"]) == (
        "Two pumps",
        "12.5000",
        "qualify",
    )
    assert (made.json["owner_name"], made.json["customer_need"], made.json["on_hold"]) == (
        "Alice",
        "Water",
        False,
    )
    written = ChangeSet.objects.get(pk=made.json["change_set_id"])
    assert (written.door, written.actor_kind, written.actor_label) == ("cli", "person", "Alice")


def test_who_installs_says_who_is_responsible(command_line: CommandLine, market: Market) -> None:
    words = ("opportunities", "create", "Idea", "--account", market.account.pk, "--not-started", "--json")
    refused = command_line(*words)
    assert (refused.code, list(json.loads(refused.err)["errors"])) == (5, ["owner_id"])
    made = command_line(*words, "--owner", "bob@example.com")
    assert (made.json["owner_name"], made.json["status"]) == ("Bob", "not_started")
    written = ChangeSet.objects.get(pk=made.json["change_set_id"])
    assert (written.door, written.actor_kind, written.actor_label) == ("cli", "system", "command line")


@pytest.mark.parametrize(
    ("option", "field"),
    [
        (("--account", "Nobody Ltd"), "account_id"),
        (("--contact", "Zoé"), "contact_id"),
        (("--owner", "nobody@example.com"), "owner_id"),
        (("--close", "soon"), "estimated_close_on"),
        (("--stage", "nowhere"), "stage"),
        (("--set", "colour=blue"), "colour"),
        (("--value", "-1"), "estimated_value"),
    ],
)
def test_what_does_not_fit_is_refused_by_its_field(
    command_line: CommandLine, market: Market, option: tuple[str, str], field: str
) -> None:
    customer = () if field in ("account_id", "contact_id") else ("--account", f"{MARK} Line")
    refused = command_line("opportunities", "create", "Pump", *customer, *option, *ALICE, "--json")
    assert (refused.code, list(json.loads(refused.err)["errors"])) == (5, [field])


def test_the_list_is_a_table_for_people_and_pages_for_machines(
    command_line: CommandLine, market: Market
) -> None:
    market.another("Blue [red]pump\x1b[2J")
    shown = command_line("opportunities", "list", *ALICE)
    assert shown.code == 0
    assert f"{MARK} turbines" in shown.out
    assert "Blue [red]pump [2J" in shown.out
    assert "\x1b" not in shown.out
    first = command_line("opportunities", "list", "--limit", 1, "--sort", "subject", *ALICE, "--json").json
    assert len(first["items"]) == 1
    rest = command_line(
        "opportunities", "list", "--sort", "subject", "--after", first["next"], *ALICE, "--json"
    ).json
    assert [row["subject"] for row in rest["items"]] == [f"{MARK} turbines"]


def test_the_list_takes_its_own_filters(command_line: CommandLine, market: Market) -> None:
    found = command_line("opportunities", "list", "--status", "won", *ALICE, "--json")
    assert found.json == {"items": [], "next": None}
    refused = command_line("opportunities", "list", "--status", "splendid", *ALICE)
    assert (refused.code, refused.out) == (5, "")
    assert refused.err.startswith("opportune: status: ")


def test_the_summary_is_that_of_any_day(command_line: CommandLine, market: Market) -> None:
    with clock.stopped_at(datetime(2026, 1, 1, 9, tzinfo=UTC)):
        market.another(estimated_value="40")
    now = command_line("opportunities", "summary", "--json").json
    assert (now["count"], now["value"]) == (2, "1040.5000")
    then = command_line("opportunities", "summary", "--as-of", "2026-01-01", "--json").json
    assert (then["count"], then["value"], set(then["by_status"])) == (
        1,
        "40.0000",
        {"not_started", "in_progress", "won", "lost"},
    )
    assert command_line("opportunities", "summary", "--as-of", "2025-12-31", "--json").json["count"] == 0
    assert "€1,040.50" in command_line("opportunities", "summary").out


def test_fields_are_edited_and_emptied(command_line: CommandLine, market: Market) -> None:
    edited = command_line("opportunities", "edit", market.deal.pk, "--set", "budget=5", *ALICE, "--json")
    assert edited.json["budget"] == "5.0000"
    emptied = command_line("opportunities", "edit", market.deal.pk, "--set", "budget=", *ALICE, "--json")
    assert emptied.json["budget"] is None


def test_a_deal_is_moved_closed_and_reopened(command_line: CommandLine, market: Market) -> None:
    moved = command_line(
        "opportunities", "move", market.deal.pk, "--stage", "develop", "--chance", "55", *ALICE, "--json"
    )
    assert (moved.json["stage"], moved.json["chance"]) == ("develop", "55.0000")
    closed = command_line(
        "opportunities", "close", market.deal.pk, "--outcome", "won", "--reason", "PRICE_W", "--on", TODAY,
        "--value", "900", *ALICE, "--json",
    )  # fmt: skip
    assert (closed.json["status"], closed.json["value"]) == ("won", "900.0000")
    reopened = command_line("opportunities", "reopen", market.deal.pk, *ALICE, "--json")
    assert (reopened.json["status"], reopened.json["chance"]) == ("in_progress", "55.0000")


def test_a_deal_is_shown_to_people_with_its_steps(command_line: CommandLine, market: Market) -> None:
    shown = command_line("opportunities", "show", market.deal.pk, *ALICE)
    assert "€1,000.50" in shown.out
    assert "Purchase timeframe" in shown.out


def test_a_stranger_does_not_find_it(command_line: CommandLine, market: Market) -> None:
    for verb in (("show",), ("edit", "--set", "budget=1"), ("move", "--move", "next"), ("reopen",)):
        refused = command_line(
            "opportunities", verb[0], market.deal.pk, *verb[1:], "--actor", "dan@example.com"
        )
        assert (refused.code, refused.out) == (3, "")
        assert MARK not in refused.err
    listed = command_line("opportunities", "list", "--actor", "dan@example.com", "--json")
    assert listed.json["items"] == []
