"""The description of the API."""

from collections import Counter
from typing import Any

import pytest
from pydantic import BaseModel

from opportune.opportunities.filters import OpportunityFilter
from opportune.schemas.shapes import Given, Shown
from tests.doors.callers import Caller


@pytest.fixture
def description(db: None) -> Any:
    found = Caller(None).get("/openapi.json")
    assert found.status == 200
    return found.json


def references(part: Any) -> set[str]:
    """Every `$ref` within a part of the description."""
    if isinstance(part, dict):
        own = {part["$ref"]} if isinstance(part.get("$ref"), str) else set()
        return own.union(*(references(value) for value in part.values()))
    return set().union(*(references(value) for value in part)) if isinstance(part, list) else set()


def test_it_is_openapi_3_1_and_refers_to_what_is_there(description: Any) -> None:
    assert description["openapi"].startswith("3.1.")
    known = {f"#/components/schemas/{name}" for name in description["components"]["schemas"]}
    assert references(description) <= known


def test_every_operation_has_a_name_of_its_own_and_says_what_it_does(description: Any) -> None:
    operations = [each for path in description["paths"].values() for each in path.values()]
    names = [each["operationId"] for each in operations]
    assert len(set(names)) == len(names)
    for operation in operations:
        assert operation["description"].endswith(".")
        assert operation["security"] == [{"BearerToken": []}]
        assert {"401", "403", "404", "422"} <= operation["responses"].keys()


def test_lists_are_described_with_their_filters(description: Any) -> None:
    parameters = description["paths"]["/api/v1/opportunities"]["get"]["parameters"]
    names = {each["name"] for each in parameters if each["in"] == "query"}
    assert names == {*OpportunityFilter.PARAMETERS, "after", "limit"}


def test_if_match_is_described_where_it_counts(description: Any) -> None:
    takers = {
        operation["operationId"]
        for path in description["paths"].values()
        for operation in path.values()
        if any(each["name"] == "If-Match" for each in operation["parameters"])
    }
    assert takers == {
        "change_opportunity",
        "move_opportunity",
        "switch_process",
        "put_into_month",
        "close_opportunity",
        "reopen_opportunity",
        "assign_opportunity",
        "change_account",
        "change_contact",
        "change_connection",
        "delete_account",
        "delete_contact",
        "change_competitor",
        "change_rival",
        "change_process",
        "change_stage",
        "change_step",
        "change_campaign",
        "activate_campaign",
        "deactivate_campaign",
        "delete_campaign",
        "change_segment",
        "delete_segment",
        "change_line",
    }


def test_there_is_no_page_that_loads_scripts(db: None) -> None:
    assert Caller(None).get("/docs").status == 404


def test_shapes_have_names_of_their_own() -> None:
    names = Counter(shape.__name__ for kind in (Shown, Given) for shape in below(kind))
    assert [name for name, count in names.items() if count > 1] == []


def below(kind: type[BaseModel]) -> set[type[BaseModel]]:
    """Every shape made of a kind, however far below. Two of one name would be one in the description."""
    return {kind}.union(*(below(shape) for shape in kind.__subclasses__() if shape.__module__ != "tests"))
