"""What a row says, or why it says nothing."""

from contextlib import suppress
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opportune.importing.maps import Meaning, parse_map
from opportune.importing.rows import ImportedRow, RowReader, list_prices
from opportune.importing.tables import Line
from opportune.kernel.errors import Invalid
from tests.importing.files import HEADER, LOST, MAP, NEW, OPEN, WON, write

PRICED = (
    MAP
    + """
[list_price]
file = "prices.csv"
product = "product"
price = "price"
column = "what"
"""
)


def line(row: str, number: int = 2) -> Line:
    cells = row.split(",")
    header = HEADER.split(",")
    fits = len(cells) == len(header)
    return Line(number, tuple(cells), dict(zip(header, cells, strict=True)) if fits else {})


def read(row: str, *, written: str = MAP, default_account: str = "") -> ImportedRow:
    return RowReader(parse_map(written), default_account).read(line(row))


def reasons(row: str, *, written: str = MAP) -> dict[str, str]:
    with pytest.raises(Invalid) as refusal:
        read(row, written=written)
    return {name: str(reason) for name, reason in refusal.value.fields.items()}


def test_a_won_row_is_worth_what_it_brought() -> None:
    won = read(WON)
    assert won.meaning == Meaning("won", "develop")
    assert (won.started_on, won.closed_on) == (date(2024, 3, 1), date(2024, 3, 20))
    assert won.actual_value == Decimal(1200)
    assert "estimated_value" not in won.fields
    assert (won.external_id, won.account, won.owner, won.reason) == (
        "A1",
        "Northwind",
        "Alice",
        "NOT_RECORDED",
    )
    assert won.fields["subject"] == "Pump, Northwind"


def test_a_lost_row_worth_nothing_has_no_value() -> None:
    assert "estimated_value" not in read(LOST).fields


def test_an_alias_puts_a_value_right() -> None:
    assert read(LOST).fields["subject"] == "Pump, Northwind"


def test_an_open_row_has_no_value_and_no_end() -> None:
    opened = read(OPEN)
    assert (opened.closed_on, opened.actual_value) == (None, None)
    assert "estimated_value" not in opened.fields


def test_a_row_without_dates_has_none() -> None:
    new = read(NEW)
    assert (new.created_on, new.started_on, new.closed_on, new.meaning.stage) == (None, None, None, "")


def test_blank_cells_leave_fields_to_their_defaults() -> None:
    written = MAP.replace("[opportunities.aliases", 'source = "from"\n[opportunities.aliases')
    assert "source" not in read(NEW, written=written).fields


def test_a_default_fills_in_blank_cells() -> None:
    written = MAP + '[opportunities.defaults]\nsource = "web"\n'
    assert read(NEW, written=written).fields["source"] == "web"


def test_the_default_account_stands_in_for_none_in_the_subject_too() -> None:
    row = read(WON.replace("Northwind", " "), default_account="Walk-in")
    assert (row.account, row.fields["subject"]) == ("Walk-in", "Pump, Walk-in")


def test_a_file_without_accounts_goes_to_the_default_account() -> None:
    written = MAP.replace('account = "who"\n', "")
    assert read(WON, written=written, default_account="Walk-in").account == "Walk-in"


def test_without_a_status_column_nothing_is_started() -> None:
    written = MAP[: MAP.index("[opportunities.status")].replace('status = "state"\n', "")
    assert read(NEW, written=written).meaning == Meaning("not_started")


def test_an_open_row_may_be_worth_the_list_price(tmp_path: Path) -> None:
    write(tmp_path, "Valve,55.50", "Pump,4821", name="prices.csv", header="product,price")
    plan = parse_map(PRICED)
    assert plan.list_price is not None
    reader = RowReader(plan, prices=list_prices(plan.list_price, tmp_path))
    assert reader.read(line(OPEN)).fields["estimated_value"] == Decimal("55.50")
    assert "estimated_value" not in reader.read(line(WON)).fields
    assert "estimated_value" not in reader.read(line(LOST)).fields


def test_a_price_that_is_no_number_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "Valve,much", name="prices.csv", header="product,price")
    plan = parse_map(PRICED)
    assert plan.list_price is not None
    with pytest.raises(Invalid, match=r"prices\.csv, row 2: “much”"):
        list_prices(plan.list_price, tmp_path)


def test_amounts_may_be_written_as_people_do() -> None:
    assert read(WON.replace("1200", "1 200.50")).actual_value == Decimal("1200.50")


@pytest.mark.parametrize(
    ("row", "field", "words"),
    [
        (WON.replace("3/20/2024", "20/3/2024"), "closed_on", "“20/3/2024” is not a date written as M/D/YYYY"),
        (WON.replace("3/1/2024", "1/1/0001"), "started_on", "too far away"),
        (WON.replace("1200", "much"), "actual_value", "“much” is not a number"),
        (WON.replace("Won", "won"), "status", "does not say what “won” means"),
        (WON.replace("3/20/2024", ""), "closed_on", "no date of closing"),
        (OPEN.replace("3/10/2024,", "3/10/2024,4/1/2024"), "closed_on", "is open, yet"),
        (WON.replace("A1", ""), "external_id", "no external id"),
        (WON.replace("Northwind", ""), "account", "no customer"),
        (WON + ",more", "row", "9 cells"),
    ],
)
def test_a_row_is_refused_with_its_reason(row: str, field: str, words: str) -> None:
    found = reasons(row)
    assert list(found) == [field]
    assert words in found[field]


def test_all_that_is_wrong_with_a_row_is_told() -> None:
    assert set(reasons(",Pump,,Alice,Gone,x,y,z")) == {
        "external_id", "account", "status", "started_on", "closed_on", "actual_value",
    }  # fmt: skip


@given(
    st.lists(
        st.text() | st.sampled_from([WON, OPEN, "Won", "3/3/2024", "1e99", "nan"]), min_size=8, max_size=8
    )
)
def test_whatever_a_row_holds_it_is_understood_or_refused(cells: list[str]) -> None:
    read_by_map = RowReader(parse_map(MAP)).read
    with suppress(Invalid):
        row = read_by_map(Line(2, tuple(cells), dict(zip(HEADER.split(","), cells, strict=True))))
        assert row.external_id == cells[0].strip()


def test_an_external_id_occurs_once_in_a_file() -> None:
    reader = RowReader(parse_map(MAP))
    reader.read(line(WON, 2))
    with pytest.raises(Invalid, match="Row 2 has the external id “A1” already"):
        reader.read(line(WON, 7))
