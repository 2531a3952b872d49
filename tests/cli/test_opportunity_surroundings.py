"""Competitors, sales team, shares, reminders, comments and copies on the command line."""

from opportune.opportunities import actions
from tests.doors.callers import MARK, CommandLine, Market

ALICE = ("--actor", "alice@example.com")


def test_a_competitor_is_named_changed_and_taken_off(command_line: CommandLine, market: Market) -> None:
    deal = market.deal.pk
    named = command_line("opportunities", "add-competitor", deal, "Borealis", "--set", "price=900", *ALICE)
    assert (named.code, "Borealis" in named.out) == (0, True), named.err
    [rival] = command_line("opportunities", "show", deal, "--json", *ALICE).json["competitors"]
    assert (rival["name"], rival["price"]) == ("Borealis", "900.0000")
    competitor = rival["competitor_id"]
    changed = command_line(
        "opportunities", "change-competitor", deal, competitor, "--set", "note=Slow", "--json", *ALICE
    )
    assert changed.json["competitors"][0]["note"] == "Slow"
    assert command_line("competitors", "remove", competitor, *ALICE).code == 6
    gone = command_line("opportunities", "remove-competitor", deal, competitor, "--json", *ALICE)
    assert gone.json["competitors"] == []
    assert command_line("undo", gone.json["change_set_id"], *ALICE).code == 0
    assert command_line("opportunities", "list", "--competitor", competitor, *ALICE).out.count(MARK) > 0


def test_competitors_are_administered(command_line: CommandLine, market: Market) -> None:
    made = command_line("competitors", "create", "Borealis", "--set", "strengths=Price", "--json", *ALICE)
    pk = made.json["id"]
    assert command_line("competitors", "create", "BOREALIS", *ALICE).code == 5
    edited = command_line("competitors", "edit", pk, "--set", "weaknesses=Slow", *ALICE)
    assert "Slow" in edited.out
    assert command_line("competitors", "show", pk, "--json", *ALICE).json["strengths"] == "Price"
    assert "Borealis" in command_line("competitors", "list", "--text", "bor", *ALICE).out
    assert command_line("competitors", "remove", pk, *ALICE).code == 0
    assert command_line("competitors", "show", pk, *ALICE).code == 3


def test_the_sales_team_is_changed(command_line: CommandLine, market: Market) -> None:
    deal, dan = market.deal.pk, "dan@example.com"
    added = command_line("opportunities", "add-member", deal, dan, "--role", "sponsor", "--json", *ALICE)
    assert [member["role"] for member in added.json["sales_team"]] == ["sponsor"]
    assert command_line("opportunities", "add-member", deal, dan, *ALICE).code == 6
    changed = command_line("opportunities", "change-member", deal, dan, "--read-only", "--json", *ALICE)
    assert [(m["role"], m["may_write"]) for m in changed.json["sales_team"]] == [("sponsor", False)]
    assert command_line("opportunities", "list", "--member", "me", "--actor", dan).out.count(MARK) > 0
    assert command_line("opportunities", "remove-member", deal, dan, *ALICE).code == 0
    assert command_line("opportunities", "show", deal, "--actor", dan).code == 3


def test_a_deal_is_shared_and_no_longer(command_line: CommandLine, market: Market) -> None:
    deal, dan = market.deal.pk, "dan@example.com"
    assert command_line("opportunities", "share", deal, "--user", dan, *ALICE).code == 0
    [share] = command_line("opportunities", "shares", deal, "--json", *ALICE).json["items"]
    assert (share["name"], share["may_write"]) == ("Dan", False)
    assert "Dan" in command_line("opportunities", "shares", deal, *ALICE).out
    assert command_line("opportunities", "change-share", deal, share["id"], "--write", *ALICE).code == 0
    assert command_line("opportunities", "edit", deal, "--set", "budget=1", "--actor", dan).code == 0
    assert command_line("opportunities", "unshare", deal, share["id"], *ALICE).code == 0
    assert command_line("opportunities", "show", deal, "--actor", dan).code == 3


def test_reminders_are_shown_put_off_and_dismissed(command_line: CommandLine, market: Market) -> None:
    deal = market.deal.pk
    assert command_line("opportunities", "snooze", deal, "--until", "1h", *ALICE).code == 6
    actions.edit(market.alice, deal, {"reminder_at": "2020-01-01"})
    assert MARK in command_line("reminders", *ALICE).out
    assert len(command_line("reminders", "--json", *ALICE).json["items"]) == 1
    assert command_line("opportunities", "snooze", deal, "--until", "tomorrow", *ALICE).code == 0
    assert MARK not in command_line("reminders", *ALICE).out
    dismissed = command_line("opportunities", "dismiss", deal, "--json", *ALICE)
    assert dismissed.json["reminder_at"] is None


def test_a_deal_is_copied_and_commented(command_line: CommandLine, market: Market) -> None:
    copy = command_line("opportunities", "clone", market.deal.pk, "--json", *ALICE)
    assert (copy.json["subject"], copy.json["id"] != market.deal.pk) == (f"{MARK} turbines (copy)", True)
    said = command_line("opportunities", "comment", market.deal.pk, "They agree.", "--json", *ALICE)
    assert said.json["comments"].endswith("Alice: They agree.")
    warned = command_line("opportunities", "edit", market.deal.pk, "--set", "expires_on=2020-01-01", *ALICE)
    assert "The offer has expired." in warned.out
