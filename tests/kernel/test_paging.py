"""Cursors: opaque, safe in an address, and read back or refused."""

import base64
import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opportune.kernel.paging import Cursor

KEYS = st.none() | st.text(st.characters(codec="utf-8", exclude_characters="\x00"))  # what a column holds
IDS = st.integers(min_value=1, max_value=2**63 - 1)


@given(KEYS, IDS)
def test_a_cursor_is_read_back(key: str | None, number: int) -> None:
    assert Cursor.decode(Cursor(key, number).encode()) == Cursor(key, number)


@given(KEYS, IDS)
def test_a_cursor_is_safe_in_an_address(key: str | None, number: int) -> None:
    written = Cursor(key, number).encode()
    assert written.isascii()
    assert all(letter.isalnum() or letter in "-_" for letter in written)


def written(plain: str) -> str:
    """Some text as a cursor is written."""
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "é",
        "!!!!",
        *map(written, ["7", "[1]", "[1,2]", '["a",true]', '["a","b"]', '["a",0]', '["a",-1]']),
    ],
)
def test_what_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a cursor"):
        Cursor.decode(text)


def test_an_id_no_row_can_have_is_refused() -> None:
    with pytest.raises(ValueError, match="not a cursor"):
        Cursor.decode(written(f'["a",{2**63}]'))


@given(st.text())
def test_nothing_but_a_cursor_or_a_refusal_comes_of_any_text(text: str) -> None:
    with contextlib.suppress(ValueError):
        assert isinstance(Cursor.decode(text), Cursor)
