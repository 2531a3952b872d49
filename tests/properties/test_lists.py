"""Every list in every order, in pages of any length: complete, in order, nothing twice."""

import base64
import json
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opportune.kernel.errors import Invalid
from opportune.kernel.text import fold
from opportune.opportunities.filters import SORTS, OpportunityFilter
from opportune.opportunities.models import Opportunity
from opportune.opportunities.queries import board, board_column, every_opportunity, opportunities
from tests.deals import NOON, SYSTEM, Trade
from tests.properties.profiles import few, forgotten

pytestmark = pytest.mark.django_db

ROWS = 9
INSTANTS = st.sampled_from([NOON, NOON + timedelta(microseconds=1), NOON + timedelta(3)])
COLUMNS = st.fixed_dictionaries(
    {
        "subject": st.sampled_from(["Été", "ete", "Zoo", "a_b", "a%b", "", "été 2"]),
        "value_base": st.sampled_from([Decimal(0), Decimal("0.01"), Decimal("999999999999.99"), Decimal(7)]),
        "estimated_close_on": st.none()
        | st.sampled_from([date(1900, 1, 1), date(2026, 3, 1), date(2200, 12, 31)]),
        "probability": st.none() | st.sampled_from([Decimal(0), Decimal("33.3333"), Decimal(100)]),
        "touched_at": INSTANTS,
        "created_at": INSTANTS,
    }
)
COLUMN = {
    "touched": "touched_at",
    "subject": "subject_key",
    "value": "value_base",
    "close": "estimated_close_on",
    "probability": "probability",
    "created": "created_at",
}


@pytest.fixture
def deals(trade: Trade) -> list[int]:
    """Some deals, all alike."""
    return [trade.deal().pk for _ in range(ROWS)]


def spread(deals: list[int], rows: list[dict[str, Any]]) -> None:
    """Give the deals these columns."""
    for pk, columns in zip(deals, rows, strict=True):
        Opportunity.objects.filter(pk=pk).update(**columns, subject_key=fold(columns["subject"]))


def in_order(sort: str, *, descending: bool) -> list[int]:
    """The ids as the list should have them: what is empty comes last either way."""
    column = COLUMN[sort]
    rows = list(Opportunity.objects.values("id", column))
    filled = [row for row in rows if row[column] is not None]
    empty = [row for row in rows if row[column] is None]
    by_value = sorted(filled, key=lambda row: (_key(row[column]), row["id"]), reverse=descending)
    by_id = sorted(empty, key=lambda row: row["id"], reverse=descending)
    return [row["id"] for row in [*by_value, *by_id]]


def _key(value: Any) -> Any:
    return value.encode() if isinstance(value, str) else value


def paged(wanted: OpportunityFilter, limit: int) -> list[int]:
    """The ids of all pages, one after the other."""
    found: list[int] = []
    after: str | None = None
    while True:
        page = opportunities(SYSTEM, wanted, after=after, limit=limit)
        assert len(page.rows) <= limit
        found += [row.id for row in page.rows]
        assert len(found) <= ROWS, "pages without end"
        if page.next is None:
            return found
        after = page.next


@few(2)
@given(
    rows=st.lists(COLUMNS, min_size=ROWS, max_size=ROWS),
    sort=st.sampled_from(SORTS),
    descending=st.booleans(),
    limit=st.integers(1, ROWS + 1),
)
def test_pages_are_the_list(
    deals: list[int], rows: list[dict[str, Any]], sort: str, descending: bool, limit: int
) -> None:
    with forgotten():
        spread(deals, rows)
        wanted = OpportunityFilter(sort=sort, descending=descending)
        expected = in_order(sort, descending=descending)
        assert paged(wanted, limit) == expected
        assert [row.id for row in every_opportunity(SYSTEM, wanted)] == expected


@few(4)
@given(rows=st.lists(COLUMNS, min_size=ROWS, max_size=ROWS), limit=st.integers(1, ROWS + 1))
def test_pages_of_a_column_are_the_column(
    trade: Trade, deals: list[int], rows: list[dict[str, Any]], limit: int
) -> None:
    with forgotten():
        spread(deals, rows)
        stage, wanted = trade.sales.stages[0], OpportunityFilter()
        [column] = [c for c in board(SYSTEM, trade.sales, wanted, limit=limit).columns if c.stage == stage]
        found, after = [card.deal.id for card in column.cards], column.next
        while after is not None:
            column = board_column(SYSTEM, trade.sales, stage.id, wanted, after=after, limit=limit)
            found += [card.deal.id for card in column.cards]
            after = column.next
        assert found == in_order("close", descending=False)
        assert column.sum.count == ROWS


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("descending", [True, False])
def test_what_appears_between_two_pages_neither_repeats_nor_hides_a_row(
    trade: Trade, deals: list[int], sort: str, descending: bool
) -> None:
    wanted = OpportunityFilter(sort=sort, descending=descending)
    first = opportunities(SYSTEM, wanted, limit=4)
    trade.deal(estimated_value=5, estimated_close_on="2026-03-01")
    seen = [row.id for row in first.rows]
    after = first.next
    while after is not None:
        page = opportunities(SYSTEM, wanted, after=after, limit=2)
        seen += [row.id for row in page.rows]
        after = page.next
    assert len(seen) == len(set(seen))
    assert set(deals) <= set(seen)


ODD_KEYS = [
    "",
    "x",
    "NaN",
    "Infinity",
    "1e30",
    "-1e30",
    "2026-13-01",
    "0001-01-01",
    "9" * 400,
    "0001-01-01T00:00:00+23:00",
    "a\x00b",
    "\ud800",
    None,
]


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("key", ODD_KEYS)
def test_a_cursor_that_was_tampered_with_finds_a_page_or_is_refused(
    deals: list[int], sort: str, key: str | None
) -> None:
    after = base64.urlsafe_b64encode(json.dumps([key, 2**62]).encode()).decode().rstrip("=")
    for descending in (True, False):
        try:
            page = opportunities(SYSTEM, OpportunityFilter(sort=sort, descending=descending), after=after)
        except Invalid as invalid:
            fields = set(invalid.fields)
        else:
            fields = {"after"} if len(page.rows) <= len(deals) else set()
        assert fields == {"after"}
