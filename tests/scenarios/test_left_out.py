"""Each case of the three products has a test named after it, or a reason why not in `left_out.toml`.

The pages of cases are no part of the repository. Where they lie beside it, in `shared/spec/`, they are compared.
"""

import re
import tomllib
from collections import Counter
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PRODUCTS = {"BC": "business-central", "CM": "contact-manager", "DS": "dynamics-sales"}
CASE = re.compile(r"^(?:\*\*)?([A-Z])-?(\d+)c?\b(?=[ *])", re.MULTILINE)
TESTED = re.compile(r"^def test_(bc(?=_[a-z][1-9])|cm|ds)_([a-z])_?(\d+)c?_", re.MULTILINE)
"""A name such as `bc_e01` is that of a requirement."""


def pages() -> dict[str, Path]:
    """The page of cases of each product, where they lie beside the repository."""
    for folder in ROOT.parents:
        found = {
            prefix: folder / "shared" / "spec" / f"scenarios-{name}.md" for prefix, name in PRODUCTS.items()
        }
        if all(page.is_file() for page in found.values()):
            return found
    return {}


def left_out() -> list[str]:
    """The cases that are given a reason."""
    table = tomllib.loads((HERE / "left_out.toml").read_text(encoding="utf-8"))
    return [case for entry in table["left_out"] for case in entry["cases"] if entry["reason"]]


def cases_tested() -> set[str]:
    """The cases that tests are named after."""
    return {
        f"{product.upper()}:{series.upper()}{int(number)}"
        for file in HERE.glob("test_*.py")
        for product, series, number in TESTED.findall(file.read_text(encoding="utf-8"))
    }


def test_no_case_is_left_out_twice_nor_has_a_test_and_a_reason() -> None:
    assert [case for case, times in Counter(left_out()).items() if times > 1] == []
    assert set(left_out()) & cases_tested() == set()


@pytest.mark.skipif(not pages(), reason="the pages of cases are not here")
def test_every_case_is_tested_or_left_out_for_a_reason() -> None:
    told = {
        f"{prefix}:{series}{int(number)}"
        for prefix, page in pages().items()
        for series, number in CASE.findall(page.read_text(encoding="utf-8"))
    }
    assert len(told) > 100
    assert sorted(told - cases_tested() - set(left_out())) == []
    assert sorted(set(left_out()) - told) == []
