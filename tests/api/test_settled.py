"""What the organisation has settled, and people, through the API."""

from opportune.identity.actor import system_actor
from opportune.reference.actions import change_setting
from tests.doors.callers import EVERYTHING, Caller, Market, caller


def test_processes_come_with_stages_and_steps(alice: Caller) -> None:
    processes = alice.get("/processes", Accept_Language="fr").json["items"]
    sales = next(process for process in processes if process["key"] == "sales")
    first = sales["stages"][0]
    assert (first["key"], first["name"], first["name_en"]) == ("qualify", "Qualification", "Qualify")
    assert {step["what"] for step in first["steps"]} >= {"field"}


def test_close_reasons_are_those_a_form_offers(alice: Caller) -> None:
    codes = {reason["code"] for reason in alice.get("/close-reasons?outcome=won").json["items"]}
    assert "PRICE_W" in codes
    assert codes.isdisjoint({"PRICE_L", "NOT_RECORDED"})
    assert alice.get("/close-reasons?outcome=both").status == 422


def test_a_close_reason_is_added_in_place(alice: Caller) -> None:
    made = alice.post("/close-reasons", {"outcome": "lost", "name": "Too slow", "name_fr": "Trop lent"})
    assert made.status == 201, made.text
    assert (made.json["name"], made.json["name_fr"]) == ("Too slow", "Trop lent")
    assert made.json in alice.get("/close-reasons?outcome=lost").json["items"]


def test_a_close_reason_is_not_added_where_that_is_switched_off(alice: Caller, market: Market) -> None:
    change_setting(system_actor("tests"), "people_may_add_close_reasons", False)
    refused = alice.post("/close-reasons", {"outcome": "lost", "name": "Too slow"})
    assert (refused.status, refused.json["code"]) == (422, "switched_off")
    made = caller(market.company.ada).post("/close-reasons", {"outcome": "lost", "name": "Too slow"})
    assert made.status == 201


def test_a_token_adds_a_close_reason_only_with_that_right(market: Market) -> None:
    narrow = caller(market.alice, "*:read", "*:write")
    assert narrow.post("/close-reasons", {"outcome": "lost", "name": "Too slow"}).status == 403


def test_lists_and_currencies_are_there(alice: Caller) -> None:
    lists = {each["key"]: each["choices"] for each in alice.get("/lists").json["items"]}
    assert [choice["code"] for choice in lists["rating"]] == ["hot", "warm", "cold"]
    currencies = {each["code"]: each for each in alice.get("/currencies").json["items"]}
    assert currencies["EUR"] == {"code": "EUR", "digits": 2, "is_base": True, "is_active": True}
    assert currencies["USD"]["is_base"] is False


def test_colleagues_and_teams_are_there(alice: Caller, market: Market) -> None:
    people = {each["name"]: each for each in alice.get("/people").json["items"]}
    assert people["Bob"]["teams"] == ["Hunters"]
    assert {"id": market.company.hunters.pk, "name": "Hunters"} in alice.get("/teams").json["items"]


def test_a_persons_opportunities_are_those_they_own(alice: Caller, market: Market) -> None:
    bobs = market.another("By Bob", owner=market.company.bob)
    found = alice.get(f"/people/{market.company.bob.id}/opportunities").json["items"]
    assert [row["id"] for row in found] == [bobs.pk]


def test_a_token_says_what_it_may_do(market: Market) -> None:
    me = caller(market.alice, "opportunity:read").get("/me").json
    assert (me["kind"], me["person_id"], me["label"]) == ("token", market.alice.id, "Alice (script)")
    assert me["reach"] == {"opportunity": {"read": "team", "export": "team"}}
    assert me["rights"] == []
    assert caller(market.company.ada, *EVERYTHING).get("/me").json["rights"] == [
        "add_close_reasons",
        "administer",
        "customise",
        "import",
    ]
