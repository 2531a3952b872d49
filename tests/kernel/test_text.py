"""Folding: text as it is compared, without case and accents."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opportune.kernel.text import fold


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Équipement Œuvré", "equipement oeuvre"),
        ("  Straße\t9 ", "strasse 9"),
        ("ÆØŁĐ", "aeold"),
        ("l’été", "l'ete"),
        ("İstanbul", "istanbul"),
        ("ﬁn", "fin"),
        ("ℌotel ①", "hotel 1"),
        ("", ""),
    ],
)
def test_case_accents_and_blanks_do_not_count(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet=st.characters(max_codepoint=0x17F)))
def test_upper_and_lower_case_fold_alike(text: str) -> None:
    assert fold(text.upper().lower()) == fold(text.lower().upper().lower())
