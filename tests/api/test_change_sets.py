"""Undo through the API."""

from tests.doors.callers import Caller, Market, caller


def test_what_a_write_did_can_be_undone_by_its_header(alice: Caller, market: Market) -> None:
    address = f"/opportunities/{market.deal.pk}"
    moved = alice.post(f"{address}/stage", {"move": "next"})
    undone = alice.post(f"/change-sets/{moved.header('Change-Set')}/undo")
    assert undone.status == 200, undone.text
    assert {"kind": "opportunity", "id": market.deal.pk, "facet": "progress"} in undone.json["restored"]
    assert undone.json["kept"] == []
    assert undone.header("Change-Set") == str(undone.json["change_set_id"])
    assert alice.get(address).json["stage"] == "qualify"
    again = alice.post(f"/change-sets/{moved.header('Change-Set')}/undo")
    assert (again.status, again.json["code"]) == (422, "already_undone")
    alice.post(f"/change-sets/{undone.json['change_set_id']}/undo")
    assert alice.get(address).json["stage"] == "develop"


def test_reading_writes_no_change_set(alice: Caller, market: Market) -> None:
    assert "Change-Set" not in alice.get("/opportunities").response.headers


def test_a_refusal_names_no_change_set(alice: Caller, market: Market) -> None:
    refused = alice.patch(f"/opportunities/{market.deal.pk}", {"budget": -1})
    assert "Change-Set" not in refused.response.headers


def test_what_one_may_not_change_one_may_not_undo(alice: Caller, market: Market) -> None:
    changed = alice.patch(f"/opportunities/{market.deal.pk}", {"budget": 1}).header("Change-Set")
    assert caller(market.company.rita).post(f"/change-sets/{changed}/undo").status == 403
    assert caller(market.company.dan).post(f"/change-sets/{changed}/undo").status == 404


def test_a_change_set_that_does_not_exist_is_not_found(alice: Caller) -> None:
    assert alice.post("/change-sets/999999/undo").status == 404
