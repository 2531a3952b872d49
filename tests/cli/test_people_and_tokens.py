"""People and tokens on the command line."""

import io
import json

import pytest

from opportune.identity.models import User
from tests.doors.callers import Caller, CommandLine, Market


def test_a_person_is_added_who_can_sign_in(
    command_line: CommandLine, market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("a long enough one\n"))
    made = command_line(
        "createuser", "Eve@Example.com", "Eve", "--role", "salesperson", "--team", "Hunters",
        "--language", "fr", "--password-stdin", "--json",
    )  # fmt: skip
    assert made.code == 0, made.err
    assert (made.json["email"], made.json["teams"]) == ("eve@example.com", ["Hunters"])
    user = User.objects.get(email="eve@example.com")
    assert user.check_password("a long enough one")
    assert user.language == "fr"


@pytest.mark.parametrize(
    ("words", "field"),
    [
        (("alice@example.com", "Alice", "--role", "salesperson"), "email"),
        (("eve", "Eve", "--role", "salesperson"), "email"),
        (("eve@example.com", "Eve", "--role", "queen"), "roles"),
        (("eve@example.com", "Eve", "--role", "salesperson", "--team", "Nobody"), "team"),
    ],
)
def test_a_person_that_cannot_be_is_refused(
    command_line: CommandLine, market: Market, words: tuple[str, ...], field: str
) -> None:
    refused = command_line("createuser", *words, "--no-password", "--json")
    assert (refused.code, list(json.loads(refused.err)["errors"])) == (5, [field])
    assert not User.objects.filter(name="Eve").exists()


def test_a_weak_password_is_refused(
    command_line: CommandLine, market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("12345\n"))
    refused = command_line(
        "createuser", "eve@example.com", "Eve", "--role", "salesperson", "--password-stdin", "--json"
    )
    assert (refused.code, list(json.loads(refused.err)["errors"])) == (5, ["password"])


def test_two_different_passwords_are_refused(
    command_line: CommandLine, market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = iter(["a long enough one", "another long one"])
    monkeypatch.setattr("opportune.cli.people.getpass", lambda _: next(typed))
    refused = command_line("createuser", "eve@example.com", "Eve", "--role", "salesperson")
    assert (refused.code, refused.err) == (5, "opportune: password: These are two different passwords.\n")


def test_only_an_administrator_adds_people(command_line: CommandLine, market: Market) -> None:
    refused = command_line(
        "createuser", "eve@example.com", "Eve", "--role", "salesperson", "--no-password",
        "--actor", "carol@example.com",
    )  # fmt: skip
    assert refused.code == 4


def test_a_token_opens_the_api_until_it_is_revoked(command_line: CommandLine, market: Market) -> None:
    made = command_line(
        "token", "create", "script", "--person", "alice@example.com", "--scope", "*:read",
        "--expires", "2099-12-31", "--json",
    )  # fmt: skip
    assert made.code == 0, made.err
    api = Caller(made.json["secret"])
    assert api.get("/me").json["person_id"] == market.alice.id
    listed = command_line("token", "list", "--json")
    assert [token["scopes"] for token in listed.json["items"]] == [["*:read"]]
    assert made.json["secret"] not in listed.out
    revoked = command_line("token", "revoke", made.json["id"], "--json")
    assert revoked.json["revoked_at"] is not None
    assert api.get("/me").status == 401


def test_ones_own_tokens_are_ones_own(command_line: CommandLine, market: Market) -> None:
    made = command_line(
        "token", "create", "mine", "--scope", "*:read", "--actor", "alice@example.com", "--json"
    ).json
    bob = ("--actor", "bob@example.com")
    assert command_line("token", "list", *bob, "--json").json == {"items": []}
    assert command_line("token", "revoke", made["id"], *bob).code == 3
    refused = command_line("token", "create", "x", "--person", "alice@example.com", "--scope", "*:read", *bob)
    assert refused.code == 4


def test_a_scope_that_does_not_exist_is_refused(command_line: CommandLine, market: Market) -> None:
    refused = command_line(
        "token", "create", "x", "--person", "alice@example.com", "--scope", "opportunity:rule", "--json"
    )
    assert (refused.code, list(json.loads(refused.err)["errors"])) == (5, ["scopes"])
