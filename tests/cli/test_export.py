"""Taking everything out of Opportune on the command line."""

import csv
import io
import json

import pytest

from opportune.identity.models import Grant
from opportune.kernel.spreadsheets import as_meant, harmless
from tests.doors.callers import CommandLine, Market

ALICE = ("--actor", "alice@example.com")


def test_csv_has_every_row_and_is_read_back_as_it_was(command_line: CommandLine, market: Market) -> None:
    for number in range(60):
        market.another(f'Pump "{number}", blue\nand green')
    ran = command_line("export", "opportunities", "--text", "pump", *ALICE)
    rows = list(csv.DictReader(io.StringIO(ran.out)))
    assert len(rows) == 60
    assert {row["subject"] for row in rows} == {f'Pump "{n}", blue\nand green' for n in range(60)}
    assert {row["stage"] for row in rows} == {"qualify"}


def test_json_is_one_array_of_the_lists_rows(command_line: CommandLine, market: Market) -> None:
    market.another("Pump")
    ran = command_line("export", "opportunities", "--format", "json", "--sort", "subject", *ALICE)
    page = command_line("opportunities", "list", "--sort", "subject", *ALICE, "--json").json
    assert json.loads(ran.out) == page["items"]
    nothing = command_line("export", "opportunities", "--status", "won", "--format", "json", *ALICE)
    assert json.loads(nothing.out) == []


@pytest.mark.parametrize(
    "cell", ["=1+1", "+CMD", "-cmd|' /C calc'!A0", "@SUM(A1)", "\t=1", "\r=1", "＝1", "+33 1 23 45", "--1"]
)
def test_a_cell_that_begins_like_a_formula_is_disarmed(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"
    assert as_meant(harmless(cell)) == cell


@pytest.mark.parametrize("cell", ["-12.5000", "+7", "12", "", "a=b", "Zoé"])
def test_numbers_and_other_text_stay_as_they_are(cell: str) -> None:
    assert harmless(cell) == cell


def test_a_formula_typed_as_a_subject_comes_out_disarmed(command_line: CommandLine, market: Market) -> None:
    market.another('=HYPERLINK("http://example.com")')
    ran = command_line("export", "opportunities", "--text", "hyperlink", *ALICE)
    [row] = csv.DictReader(io.StringIO(ran.out))
    assert row["subject"] == '\'=HYPERLINK("http://example.com")'


def test_a_stranger_takes_out_nothing(command_line: CommandLine, market: Market) -> None:
    ran = command_line("export", "opportunities", "--actor", "dan@example.com")
    assert (ran.code, list(csv.DictReader(io.StringIO(ran.out)))) == (0, [])


def test_reading_is_not_exporting(command_line: CommandLine, market: Market) -> None:
    refused = command_line("export", "opportunities", "--actor", "rita@example.com")
    assert (refused.code, refused.out) == (4, "")


def test_one_may_take_out_less_than_one_sees(command_line: CommandLine, market: Market) -> None:
    Grant.objects.filter(role__key="salesperson", record_kind="opportunity", verb="export").update(depth=1)
    market.another("By Bob", owner=market.company.bob)
    ran = command_line("export", "opportunities", "--actor", "bob@example.com")
    assert [row["subject"] for row in csv.DictReader(io.StringIO(ran.out))] == ["By Bob"]
