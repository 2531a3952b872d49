"""The table of machine codes has every code that the source raises, with its data, and no other (D-025)."""

import ast
import re
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest

from opportune.api.problems import OF_THE_DOOR
from opportune.api.urls import door
from opportune.cli.running import EXIT_CODES
from opportune.kernel.errors import Conflict, Invalid, NotFound, NotPermitted, OpportuneError, Refused
from opportune.kernel.sentences import sentence
from opportune.schemas.problem import problem_of
from opportune.schemas.refusal import refusals_shown
from opportune.schemas.refusals import REFUSALS, Cause
from tests.doors.callers import ROOT, Market, caller

HERE = Path(__file__).parents[2]
PAGE = HERE / "docs" / "refusals.md"
ROW = re.compile(r"^\| `(\w+)` \| (\w+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
DEFAULTS = {
    "Conflict": "conflict",
    "Invalid": "invalid",
    "NotFound": "not_found",
    "NotPermitted": "not_permitted",
}
CLASSES = {"Refused", "Outage", *DEFAULTS}
SAID_BY_THE_DOOR = {"method_not_allowed": {"api/door.py"}, "too_many_requests": {"api/problems.py"}} | {
    code: {"api/problems.py"} for _, code, _ in OF_THE_DOOR.values()
}


@dataclass(frozen=True)
class Found:
    """Where each code is raised, with which data; and the places whose code is no literal."""

    places: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set, SAID_BY_THE_DOOR))
    data: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    unread: list[str] = field(default_factory=list)


@cache
def raised() -> Found:
    """What the source itself says, by its syntax."""
    found = Found()
    for file in sorted((HERE / "opportune").rglob("*.py")):
        module = str(file.relative_to(HERE / "opportune"))
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CLASSES:
                read(node, node.func.id, module, found)
    return found


def read(call: ast.Call, name: str, module: str, found: Found) -> None:
    named = {word.arg: word.value for word in call.keywords if word.arg}
    code = call.args[0] if name in ("Refused", "Outage") else named.get("code")
    said = DEFAULTS.get(name) if code is None else getattr(code, "value", None)
    if not isinstance(said, str):
        found.unread.append(module)
        return
    found.places[said].add(module)
    found.data[said] |= named.keys() - {"code"} | ({"kind"} if name == "NotFound" else set())


def test_every_code_stands_where_it_is_raised() -> None:
    """Only the doors say the codes of their own table, and of outages, by a name."""
    assert raised().unread == ["api/problems.py", "cli/running.py"]


def test_the_table_has_every_code_that_is_raised_and_no_other() -> None:
    assert raised().places.keys() == REFUSALS.keys()


def test_the_table_names_the_data_of_each_code() -> None:
    in_source = {code: data for code, data in raised().data.items() if data}
    assert {code: set(each.data) for code, each in REFUSALS.items() if each.data} == in_source


def test_the_page_says_what_the_table_and_the_source_say() -> None:
    text = PAGE.read_text(encoding="utf-8")
    expected = [
        (
            code,
            str(each.cause),
            str(each.meaning),
            ", ".join(f"`{name}`" for name in each.data) or "–",
            ", ".join(f"`{place}`" for place in sorted(raised().places[code])),
        )
        for code, each in sorted(REFUSALS.items())
    ]
    assert ROW.findall(text) == expected


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (NotPermitted(), Cause.RIGHT),
        (Refused("switched_off", sentence("Off.")), Cause.OFF),
        (Conflict(code="closed"), Cause.STATE),
        (Refused("steps_missing", sentence("Missing.")), Cause.STATE),
        (Conflict(), Cause.CONFLICT),
        (Invalid({}), Cause.VALUES),
        (NotFound(), Cause.FOUND),
    ],
)
def test_a_problem_says_which_it_is(error: OpportuneError, cause: Cause) -> None:
    assert problem_of(error, "en").cause == cause


def test_every_class_of_refusal_has_an_exit_code() -> None:
    assert {each.__name__ for each in EXIT_CODES} == CLASSES - {"Outage"}


def test_the_api_tells_the_codes_in_both_languages(market: Market) -> None:
    alice = caller(market.alice)
    english, french = (alice.get("/problems", Accept_Language=each).json["items"] for each in ("en", "fr"))
    assert [each["code"] for each in english] == sorted(REFUSALS)
    assert [a["code"] for a, b in zip(english, french, strict=True) if a["meaning"] == b["meaning"]] == []
    assert english == [each.model_dump(mode="json") for each in refusals_shown("en").items]


def test_the_description_of_the_api_lists_the_codes() -> None:
    shapes = door.get_openapi_schema(path_prefix=f"{ROOT}/")["components"]["schemas"]
    assert shapes["Problem"]["properties"]["code"]["enum"] == sorted(REFUSALS)
    assert "cause" in shapes["Problem"]["required"]
