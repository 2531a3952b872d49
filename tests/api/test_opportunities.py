"""Opportunities through the API: list, summary, record, create, change."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from opportune.kernel import clock
from opportune.opportunities import actions
from tests.doors.callers import MARK, Caller, Market, caller

NEW_YEAR = datetime(2026, 1, 1, 9, tzinfo=UTC)


def test_an_opportunity_is_created_where_the_answer_says(alice: Caller, market: Market) -> None:
    made = alice.post(
        "/opportunities",
        {"subject": "Two pumps", "account_id": market.account.pk, "estimated_value": 1000.1},
    )
    assert made.status == 201, made.text
    assert made.header("ETag") == '"1"'
    assert int(made.header("Change-Set")) > 0
    found = alice.get(made.header("Location"))
    assert found.json == made.json
    assert found.json["estimated_value"] == "1000.1000"
    assert (found.json["process"], found.json["stage"]) == ("sales", "qualify")
    assert found.json["owner_name"] == "Alice"


def test_json_numbers_are_read_exactly(alice: Caller, market: Market) -> None:
    body = f'{{"subject": "Exact", "account_id": {market.account.pk}, "estimated_value": 99999999999.99}}'
    assert alice.post("/opportunities", body).json["estimated_value"] == "99999999999.9900"


@pytest.mark.parametrize(
    ("place", "stage"),
    [
        ({"stage": None}, None),
        ({"stage": "develop"}, "develop"),
        ({"process": "sales", "stage": "propose"}, "propose"),
        ({"process": "contact_manager"}, "prospecting"),
    ],
)
def test_an_opportunity_begins_where_it_is_put(
    alice: Caller, market: Market, place: dict[str, object], stage: str | None
) -> None:
    made = alice.post("/opportunities", {"subject": "Pump", "account_id": market.account.pk, **place})
    assert made.status == 201, made.text
    assert made.json["stage"] == stage


@pytest.mark.parametrize(
    ("place", "field"),
    [({"stage": "nowhere"}, "stage"), ({"stage": -1}, "stage"), ({"process": 99}, "process")],
)
def test_an_unknown_place_is_refused_by_its_field(
    alice: Caller, market: Market, place: dict[str, object], field: str
) -> None:
    made = alice.post("/opportunities", {"subject": "Pump", "account_id": market.account.pk, **place})
    assert made.status == 422
    assert list(made.json["errors"]) == [field]


def test_the_list_has_pages_that_join_without_a_gap(alice: Caller, market: Market) -> None:
    for number in range(4):
        market.another(f"{MARK} {number}")
    first = alice.get("/opportunities?limit=3&sort=subject").json
    second = alice.get(f"/opportunities?limit=3&sort=subject&after={first['next']}").json
    assert [row["subject"] for row in first["items"] + second["items"]] == [
        *[f"{MARK} {number}" for number in range(4)],
        f"{MARK} turbines",
    ]
    assert second["next"] is None


def test_the_list_takes_its_own_filters(alice: Caller, market: Market) -> None:
    other = market.another("A blue one")
    assert [row["id"] for row in alice.get("/opportunities?text=blue").json["items"]] == [other.pk]
    assert alice.get("/opportunities?status=won").json == {"items": [], "next": None}


@pytest.mark.parametrize(
    "query",
    ["colour=blue", "status=splendid", "limit=0", "limit=1000", "limit=many", "after=nonsense", "sort=luck"],
)
def test_a_parameter_that_makes_no_sense_is_refused_by_name(alice: Caller, query: str) -> None:
    found = alice.get(f"/opportunities?{query}")
    assert found.status == 422
    assert list(found.json["errors"]) == [query.partition("=")[0]]


def test_a_parameter_given_twice_is_refused(alice: Caller) -> None:
    found = alice.get("/opportunities?status=won&status=lost")
    assert (found.status, list(found.json["errors"])) == (422, ["status"])


def test_a_parameter_with_a_nul_is_refused(alice: Caller) -> None:
    assert alice.get("/opportunities?text=a%00b").status == 422


def test_fields_are_changed_and_the_others_stay(alice: Caller, market: Market) -> None:
    changed = alice.patch(f"/opportunities/{market.deal.pk}", {"budget": "12.5", "customer_need": "Water"})
    assert changed.status == 200, changed.text
    assert changed.json["budget"] == "12.5000"
    assert changed.json["subject"] == market.deal.subject
    assert changed.header("ETag") == f'"{changed.json["version"]}"'
    emptied = alice.patch(f"/opportunities/{market.deal.pk}", {"budget": None})
    assert emptied.json["budget"] is None


def test_a_field_that_is_not_declared_is_refused(alice: Caller, market: Market) -> None:
    refused = alice.patch(f"/opportunities/{market.deal.pk}", {"value_base": 1, "subject": "New"})
    assert (refused.status, list(refused.json["errors"])) == (422, ["value_base"])
    assert alice.get(f"/opportunities/{market.deal.pk}").json["subject"] == market.deal.subject


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("subject", ""),
        ("subject", 7),
        ("subject", "a\0b"),
        ("subject", "\ud800"),
        ("estimated_value", "much"),
        ("estimated_value", True),
        ("estimated_value", -1),
        ("estimated_value", "1e30"),
        ("estimated_value", "NaN"),
        ("chance", 101),
        ("estimated_close_on", "31/12/2026"),
        ("estimated_close_on", 0),
        ("estimated_close_on", "2026-02-30"),
        ("owner_id", True),
        ("owner_id", 10**30),
        ("owner_id", 10**12),
        ("currency", "XXX"),
        ("source", "rumour"),
        ("on_hold", "perhaps"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_by_its_field(
    alice: Caller, market: Market, field: str, value: object
) -> None:
    refused = alice.patch(f"/opportunities/{market.deal.pk}", {field: value})
    assert refused.status == 422, refused.text
    assert list(refused.json["errors"]) == [field]


def test_two_writers_of_different_fields_both_win(alice: Caller, market: Market) -> None:
    address = f"/opportunities/{market.deal.pk}"
    seen = alice.get(address).header("ETag")
    assert alice.patch(address, {"budget": 5}, If_Match=seen).status == 200
    assert alice.patch(address, {"customer_need": "Water"}, If_Match=seen).status == 200


def test_the_second_writer_of_one_field_is_shown_the_first_ones_change(alice: Caller, market: Market) -> None:
    address = f"/opportunities/{market.deal.pk}"
    seen = alice.get(address).json["version"]
    alice.patch(address, {"budget": 5})
    refused = alice.patch(address, {"budget": 6, "version": seen})
    assert refused.status == 409
    assert refused.json["code"] == "conflict"
    assert refused.json["data"]["version"] == seen + 1
    assert refused.json["data"]["changes"] == {"budget": "5"}
    assert "Alice" in refused.json["detail"]


@pytest.mark.parametrize("tag", ["7", '"seven"', '"1", "2"'])
def test_a_tag_of_another_kind_is_refused(alice: Caller, market: Market, tag: str) -> None:
    refused = alice.patch(f"/opportunities/{market.deal.pk}", {"budget": 5}, If_Match=tag)
    assert (refused.status, list(refused.json["errors"])) == (422, ["If-Match"])


def test_header_and_body_must_agree_on_the_version(alice: Caller, market: Market) -> None:
    refused = alice.patch(f"/opportunities/{market.deal.pk}", {"budget": 5, "version": 1}, If_Match='"2"')
    assert (refused.status, list(refused.json["errors"])) == (422, ["version"])


def test_the_summary_has_the_whole_and_its_parts(alice: Caller, market: Market) -> None:
    lost = market.another(estimated_value="10")
    market.another(estimated_value="7.25", probability=None)
    actions.close(market.alice, lost.pk, outcome="lost", reason="PRICE_L", on=clock.today("Europe/Paris"))
    found = alice.get("/opportunities/summary").json
    assert found == {
        "count": 3,
        "value": "1017.7500",
        "expected": found["expected"],
        "by_status": {
            "not_started": {"count": 0, "value": "0.0000", "expected": "0.0000"},
            "in_progress": {"count": 2, "value": "1007.7500", "expected": found["expected"]},
            "won": {"count": 0, "value": "0.0000", "expected": "0.0000"},
            "lost": {"count": 1, "value": "10.0000", "expected": "0.0000"},
        },
        "by_stage": {
            "sales/qualify": {"count": 3, "value": "1017.7500", "expected": found["expected"]},
        },
    }
    assert Decimal(found["expected"]) > 0


def test_the_summary_names_those_in_no_stage(alice: Caller, market: Market) -> None:
    actions.create(
        market.alice,
        {"subject": "Idea", "account_id": market.account.pk, "estimated_value": 3},
        stage_id=None,
    )
    assert alice.get("/opportunities/summary?status=not_started").json["by_stage"] == {
        "sales/-": {"count": 1, "value": "3.0000", "expected": "0.0000"}
    }


def test_the_summary_as_of_a_day_is_that_of_its_end(alice: Caller, market: Market) -> None:
    with clock.stopped_at(NEW_YEAR):
        market.another(estimated_value="40")
    assert alice.get("/opportunities/summary?as_of=2025-12-31").json["count"] == 0
    then = alice.get("/opportunities/summary?as_of=2026-01-01").json
    assert (then["count"], then["value"]) == (1, "40.0000")
    assert alice.get("/opportunities/summary").json["count"] == 2


@pytest.mark.parametrize("day", ["yesterday", "2026-13-01", "20260101", "0"])
def test_a_day_that_is_none_is_refused(alice: Caller, day: str) -> None:
    refused = alice.get(f"/opportunities/summary?as_of={day}")
    assert (refused.status, list(refused.json["errors"])) == (422, ["as_of"])


def test_entries_tell_a_deals_life_the_newest_first(alice: Caller, market: Market) -> None:
    alice.patch(f"/opportunities/{market.deal.pk}", {"estimated_value": 5})
    entries = alice.get(f"/opportunities/{market.deal.pk}/entries").json["items"]
    assert [(entry["move"], entry["stage"], entry["value"]) for entry in entries] == [
        ("edited", "qualify", "5.0000"),
        ("created", "qualify", "1000.5000"),
    ]


def test_the_history_tells_before_and_after(alice: Caller, market: Market) -> None:
    alice.patch(f"/opportunities/{market.deal.pk}", {"budget": 5})
    newest = alice.get(f"/opportunities/{market.deal.pk}/history").json["items"][0]
    assert (newest["door"], newest["before"], newest["after"]) == ("api", {"budget": None}, {"budget": "5"})


def test_names_are_in_the_language_that_is_accepted(market: Market) -> None:
    asker = caller(market.alice)
    address = f"/opportunities/{market.deal.pk}"
    assert asker.get(address).json["stage_name"] == "Qualify"
    assert asker.get(address, Accept_Language="fr-CA, en;q=0.5").json["stage_name"] == "Qualification"
    assert asker.get(address, Accept_Language="fr").header("Content-Language") == "fr"


def test_a_board_has_the_sums_and_the_first_of_each_stage(alice: Caller, market: Market) -> None:
    address = f"/processes/{market.process.id}/board"
    shown = alice.get(address).json
    [column] = [column for column in shown["columns"] if column["count"]]
    assert (shown["count"], shown["value"], column["stage"]) == (1, "1000.5000", "qualify")
    assert [item["subject"] for item in column["items"]] == [f"{MARK} turbines"]
    assert alice.get(f"{address}?limit=0").status == 422


def test_a_board_as_of_a_day_is_that_of_its_end(alice: Caller, market: Market) -> None:
    address = f"/processes/{market.process.id}/board"
    assert alice.get(f"{address}?as_of={clock.today('Europe/Paris')}").json["value"] == "1000.5000"
    assert alice.get(f"{address}?as_of=2020-01-31").json["count"] == 0
    assert alice.get(f"{address}?as_of=yesterday").status == 422
