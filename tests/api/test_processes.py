"""Processes, stages and steps through the API, as somebody who may customise."""

from typing import Any

import pytest

from opportune.process.queries import process_by_key
from tests.doors.callers import Caller, Market, caller

NAMES = {"name_en": "Demo", "name_fr": "Démonstration"}


@pytest.fixture
def ada(market: Market) -> Caller:
    """An administrator with every scope."""
    return caller(market.company.ada)


def keys(seen: Any) -> list[str]:
    return [one["key"] for one in seen["stages"]]


def test_a_process_is_made_changed_retired_and_deleted(ada: Caller) -> None:
    made = ada.post("/processes", {**NAMES, "method": "add"})
    assert (made.status, made.json["key"], made.json["method"], made.json["stages"]) == (
        201,
        "demo",
        "add",
        [],
    )
    where = made.header("Location").removeprefix("/api/v1")
    assert ada.get(where).header("ETag") == '"1"'
    changed = ada.patch(where, {"name_en": "Shown"}, If_Match='"1"')
    assert (changed.json["name_en"], changed.header("ETag")) == ("Shown", '"2"')
    assert ada.patch(where, {"name_en": "Late"}, If_Match='"1"').status == 409
    assert ada.put(f"{where}/retirement").json["is_retired"]
    assert not ada.ask("delete", f"{where}/retirement").json["is_retired"]
    assert "Ada (script): Why" in ada.post(f"{where}/comments", {"text": "Why"}).json["comments"]
    deleted = ada.ask("delete", where)
    assert (deleted.status, deleted.text) == (204, "")
    assert ada.get(where).status == 404
    assert ada.post(f"/change-sets/{deleted.header('Change-Set')}/undo").status == 200
    assert ada.get(where).status == 200


def test_a_used_process_is_not_deleted(ada: Caller, market: Market) -> None:
    ada.ask("delete", f"/processes/{process_by_key('new').id}")
    refused = ada.ask("delete", f"/processes/{market.process.id}")
    assert (refused.status, refused.json["code"]) == (422, "process_is_default")


def test_stages_are_added_changed_ordered_and_deleted(ada: Caller, market: Market) -> None:
    where = f"/processes/{market.process.id}"
    made = ada.post(f"{where}/stages", {**NAMES, "chance": "33.5", "close_date_formula": "+1m"})
    stage = made.json["stages"][-1]
    assert (made.status, stage["key"], stage["chance"], stage["close_date_formula"]) == (
        201,
        "demo",
        "33.5000",
        "1M",
    )
    refused = ada.post(f"{where}/stages", {**NAMES, "close_date_formula": "soon"})
    assert (refused.status, set(refused.json["errors"])) == (422, {"close_date_formula"})
    changed = ada.patch(f"/stages/{stage['id']}", {"quote_required": True, "version": stage["version"]})
    assert changed.json["stages"][-1]["quote_required"]
    ids = [one["id"] for one in changed.json["stages"]]
    assert keys(ada.put(f"{where}/stages/order", {"order": ids[::-1]}).json)[0] == "demo"
    set_default = ada.put(f"{where}/default-stage", {"stage": "demo"}).json
    assert [one["key"] for one in set_default["stages"] if one["is_default"]] == ["demo"]
    assert not any(one["is_default"] for one in ada.ask("delete", f"{where}/default-stage").json["stages"])
    assert "Ada (script): Why" in ada.post(f"/stages/{stage['id']}/comments", {"text": "Why"}).text
    assert ada.ask("delete", f"/stages/{stage['id']}").json["stages"][0]["key"] == "close"


@pytest.mark.parametrize("replacement", ["nowhere", "0", "qualify"])
def test_a_stage_is_replaced_by_another_of_its_process(ada: Caller, market: Market, replacement: str) -> None:
    address = f"/stages/{market.process.stages[0].id}"
    refused = ada.ask("delete", f"{address}?replacement={replacement}")
    assert (refused.status, set(refused.json["errors"])) == (422, {"replacement"})
    assert ada.get(f"{address}/deletion").json == {"open": 1, "all": 1, "done": 0}
    assert ada.ask("delete", f"{address}?replacement=propose&move_steps=true").status == 200
    market.deal.refresh_from_db()
    assert market.deal.stage_id == market.process.stages[2].id


def test_steps_are_added_changed_ordered_moved_and_deleted(ada: Caller, market: Market) -> None:
    first, second, *_ = market.process.stages
    given = {"what": "task", "name_en": "Call", "name_fr": "Appeler", "delay_days": 2}
    made = ada.post(f"/stages/{first.id}/steps", given).json["stages"][0]["steps"][-1]
    assert (made["what"], made["delay_days"], made["reminder_days"]) == ("task", 2, None)
    changed = ada.patch(f"/steps/{made['id']}", {"reminder_days": 1, "is_required": True})
    assert (changed.json["stages"][0]["steps"][-1]["reminder_days"]) == 1
    ids = [one["id"] for one in changed.json["stages"][0]["steps"]]
    ordered = ada.put(f"/stages/{first.id}/steps/order", {"order": ids[::-1]})
    assert ordered.json["stages"][0]["steps"][0]["id"] == made["id"]
    moved = ada.put(f"/steps/{made['id']}/stage", {"stage": "develop"})
    assert moved.json["stages"][1]["steps"][-1]["id"] == made["id"]
    assert ada.get(f"/steps/{made['id']}/deletion").json == {"open": 0, "all": 0, "done": 0}
    assert len(ada.ask("delete", f"/steps/{made['id']}").json["stages"][1]["steps"]) == len(second.steps)


def test_processes_are_ordered(ada: Caller) -> None:
    ids = [one["id"] for one in ada.get("/processes").json["items"]]
    assert [one["id"] for one in ada.put("/processes/order", {"order": ids[::-1]}).json["items"]] == ids[::-1]
    assert ada.put("/processes/order", {"order": ids[1:]}).status == 422


def test_statistics_are_those_of_the_reader(market: Market) -> None:
    address = f"/processes/{market.process.id}/statistics"
    seen = caller(market.alice).get(address).json
    assert (seen["process"], seen["count"], seen["value"]) == ("sales", 1, "1000.5000")
    assert seen["stages"][0] == {
        "stage": "qualify",
        "name": "Qualify",
        "count": 1,
        "value": "1000.5000",
        "expected": "200.1000",
        "average_days": None,
    }
    assert caller(market.company.dan).get(address).json["count"] == 0
