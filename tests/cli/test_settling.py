"""Lists, close reasons, categories, settings and currencies on the command line."""

import pytest

from opportune.reference.queries import choices, organisation_settings
from tests.doors.callers import CommandLine, Market

pytestmark = pytest.mark.usefixtures("market")
REFUSED, INVALID = 6, 5


def test_a_list_is_edited_and_taken_back(command_line: CommandLine) -> None:
    added = command_line("lists", "add", "source", "Fair", "--french", "Foire", "--json").json
    assert {"fair"} == {each["code"] for each in added["items"] if each["name_fr"] == "Foire"}
    assert command_line("lists", "edit", "source", "fair", "--position", "0", "--retire").code == 0
    assert choices("source")[0].code != "fair"
    assert command_line("lists", "edit", "source", "fair", "--offer").code == 0
    assert choices("source")[0].code == "fair"
    gone = command_line("lists", "remove", "source", "fair")
    assert (gone.code, "fair" in gone.out) == (0, False)
    change_set = int(gone.out.rsplit(maxsplit=1)[-1])
    assert command_line("undo", change_set).code == 0
    assert "Fair" in command_line("lists", "show", "source").out


def test_a_used_choice_asks_what_its_records_get(command_line: CommandLine, market: Market) -> None:
    deal = market.another(source="web")
    refused = command_line("lists", "remove", "source", "web")
    assert (refused.code, "1 record has" in refused.err) == (REFUSED, True)
    assert command_line("lists", "remove", "source", "web", "--replacement", "other").code == 0
    deal.refresh_from_db()
    assert deal.source == "other"


def test_close_reasons_are_edited(command_line: CommandLine) -> None:
    assert command_line("reasons", "add", "--code", "NEW1", "--json").json["code"] == "NEW1"
    assert command_line("reasons", "edit", "NEW1", "--english", "New", "--withdraw").code == 0
    assert "NEW1" in command_line("reasons", "show").out
    assert command_line("reasons", "remove", "NEW1").code == 0
    assert "NEW1" not in command_line("reasons", "show").out
    assert command_line("reasons", "remove", "NOT_RECORDED").code == REFUSED


def test_settings_and_presets_are_set(command_line: CommandLine) -> None:
    assert command_line("settings", "set", "allow_deleting_open", "yes").code == 0
    assert organisation_settings().allow_deleting_open is True
    assert command_line("settings", "set", "time_zone", "Mars/Olympus").code == INVALID
    assert command_line("settings", "set", "nonsense", "1").code == INVALID
    assert command_line("preset", "contact_manager").code == 0
    shown = {each["key"]: each["value"] for each in command_line("settings", "show", "--json").json["items"]}
    assert (shown["default_process"], shown["allow_deleting_open"]) == ("contact_manager", True)


def test_currencies_and_rates_are_set(command_line: CommandLine) -> None:
    assert command_line("currencies", "add", "JPY", "--digits", "0").code == 0
    assert command_line("currencies", "set-rate", "JPY", "161.25", "2026-01-01").code == 0
    assert "161.25" in command_line("currencies", "rates", "JPY").out
    assert command_line("currencies", "set-rate", "JPY", "much", "2026-01-01").code == INVALID
    assert command_line("currencies", "remove-rate", "JPY", "2026-01-01").code == 0
    assert command_line("currencies", "retire", "JPY").code == 0
    offered = {
        each["code"]: each["is_active"] for each in command_line("currencies", "show", "--json").json["items"]
    }
    assert (offered["JPY"], offered["EUR"]) == (False, True)
    assert command_line("currencies", "retire", "EUR").code == REFUSED


def test_a_number_that_is_no_id_is_not_called_one(command_line: CommandLine) -> None:
    for words in (("currencies", "add", "JPY", "--digits"), ("opportunities", "delete", "1", "--version")):
        for given in ("two", "1_0", "9" * 5000):
            refused = command_line(*words, given)
            assert (refused.code, "is not a whole number" in refused.err) == (2, True)
            assert "record" not in refused.err


def test_records_are_categorised(command_line: CommandLine, market: Market) -> None:
    assert "Hot" in command_line("categories", "rename", "red", "Hot").out
    assert "Hot" in command_line("categories", "mark", market.deal.ref, "red").out
    listed = command_line("opportunities", "list", "--category", "red", "--json").json["items"]
    assert [row["id"] for row in listed] == [market.deal.pk]
    assert command_line("categories", "unmark", market.deal.ref, "red", "--json").json["items"] == []
    assert command_line("categories", "show", "nonsense").code == INVALID
