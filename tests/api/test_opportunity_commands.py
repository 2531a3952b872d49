"""The verbs of opportunities through the API."""

import pytest

from opportune.identity.actor import system_actor
from opportune.identity.models import Grant
from opportune.kernel import clock
from opportune.kernel.sentences import day_in_full
from opportune.process.actions import add_step, require_step
from tests.doors.callers import Caller, Market, caller

TODAY = str(clock.today("Europe/Paris"))


@pytest.mark.parametrize("move", [{"move": "next"}, {"stage": "develop"}])
def test_a_deal_moves_by_name_or_to_a_stage(alice: Caller, market: Market, move: dict[str, str]) -> None:
    moved = alice.post(f"/opportunities/{market.deal.pk}/stage", move)
    assert moved.status == 200, moved.text
    assert moved.json["stage"] == "develop"
    assert moved.header("ETag") == f'"{moved.json["version"]}"'


def test_a_deal_moves_to_a_stage_by_its_id_with_values_typed_along(alice: Caller, market: Market) -> None:
    stage = market.process.stages[1]
    body = {
        "stage": stage.id,
        "chance": "55.5",
        "estimated_value": "2000",
        "estimated_close_on": "2027-06-30",
        "on": TODAY,
        "cancel_open_tasks": True,
    }
    moved = alice.post(f"/opportunities/{market.deal.pk}/stage", body).json
    assert (moved["chance"], moved["value"], moved["estimated_close_on"]) == (
        "55.5000",
        "2000.0000",
        "2027-06-30",
    )
    assert alice.get(f"/tasks/{market.task.pk}").json["state"] == "cancelled"


def test_a_missing_step_is_refused_and_named(alice: Caller, market: Market) -> None:
    step = next(step for step in market.process.stages[0].steps if step.field == "budget")
    require_step(system_actor("tests"), step.id, is_required=True)
    refused = alice.post(f"/opportunities/{market.deal.pk}/stage", {"move": "next"})
    assert (refused.status, refused.json["code"]) == (422, "steps_missing")
    assert refused.json["data"]["missing"] == [
        {
            "step": step.id,
            "stage": market.process.stages[0].id,
            "what": "field",
            "field": "budget",
            "name": {"en": step.name_en, "fr": step.name_fr},
        }
    ]
    alice.patch(f"/opportunities/{market.deal.pk}", {"budget": 1})
    assert alice.post(f"/opportunities/{market.deal.pk}/stage", {"move": "next"}).status == 200


@pytest.mark.parametrize(
    ("move", "code"),
    [
        ({"stage": "nowhere"}, "unknown_stage"),
        ({"stage": 99999}, "unknown_stage"),
        ({"move": "previous"}, "no_previous_stage"),
        ({"move": "start"}, "already_started"),
        ({"move": "finish"}, "not_last_stage"),
        ({"stage": "won"}, "close_instead"),
        ({"process": "contact_manager"}, "invalid"),
        ({}, "not_a_move"),
        ({"move": "fly"}, "invalid"),
    ],
)
def test_a_move_that_does_not_exist_is_refused(
    alice: Caller, market: Market, move: dict[str, object], code: str
) -> None:
    refused = alice.post(f"/opportunities/{market.deal.pk}/stage", move)
    assert (refused.status, refused.json["code"]) == (422, code)


def test_a_move_from_an_older_version_is_a_conflict(alice: Caller, market: Market) -> None:
    address = f"/opportunities/{market.deal.pk}"
    seen = alice.get(address).header("ETag")
    alice.post(f"{address}/stage", {"move": "next"})
    refused = alice.post(f"{address}/stage", {"move": "next"}, If_Match=seen)
    assert (refused.status, refused.json["code"]) == (409, "conflict")
    assert alice.get(address).json["stage"] == "develop"


def test_a_deal_is_won_and_then_read_only_until_it_is_reopened(alice: Caller, market: Market) -> None:
    address = f"/opportunities/{market.deal.pk}"
    body = {"outcome": "won", "reason": "PRICE_W", "on": TODAY, "actual_value": "900.25"}
    won = alice.post(f"{address}/closure", body)
    assert won.status == 200, won.text
    assert (won.json["status"], won.json["value"], won.json["close_reason"]) == ("won", "900.2500", "PRICE_W")
    for refused in (
        alice.patch(address, {"budget": 1}),
        alice.post(f"{address}/stage", {"move": "next"}),
        alice.post(f"{address}/closure", body),
    ):
        assert (refused.status, refused.json["code"]) == (409, "closed")
    reopened = alice.post(f"{address}/reopening")
    assert reopened.status == 200, reopened.text
    assert (reopened.status, reopened.json["status"], reopened.json["value"]) == (
        200,
        "in_progress",
        "1000.5000",
    )


def test_a_closing_names_all_that_is_missing(alice: Caller, market: Market) -> None:
    refused = alice.post(f"/opportunities/{market.deal.pk}/closure", {"outcome": "lost"})
    assert refused.status == 422
    assert set(refused.json["errors"]) == {"reason", "on"}


def test_a_win_worth_nothing_asks_to_confirm(alice: Caller, market: Market) -> None:
    address = f"/opportunities/{market.deal.pk}/closure"
    body = {"outcome": "won", "reason": "PRICE_W", "on": TODAY, "actual_value": 0}
    refused = alice.post(address, body)
    assert (refused.status, refused.json["code"]) == (422, "confirm_zero")
    assert alice.post(address, {**body, "confirm_zero": True}).json["value"] == "0.0000"


def test_an_open_deal_is_not_reopened(alice: Caller, market: Market) -> None:
    refused = alice.post(f"/opportunities/{market.deal.pk}/reopening", {"version": 1})
    assert (refused.status, refused.json["code"]) == (422, "not_closed")


def test_a_step_is_ticked_and_the_tick_taken_away(alice: Caller, market: Market) -> None:
    step = add_step(
        system_actor("tests"), market.process.stages[0].id, what="tick", name_en="Asked", name_fr="Demandé"
    )
    address = f"/opportunities/{market.deal.pk}/steps/{step.pk}"

    def is_done(found: dict[str, list[dict[str, list[dict[str, object]]]]]) -> object:
        steps = [each for stage in found["stages"] for each in stage["steps"]]
        return next(each["is_done"] for each in steps if each["id"] == step.pk)

    assert is_done(alice.put(address).json) is True
    assert is_done(alice.ask("delete", address).json) is False


def test_a_step_that_is_no_tick_is_not_found(alice: Caller, market: Market) -> None:
    step = next(step for step in market.process.stages[0].steps if step.what == "field")
    assert alice.put(f"/opportunities/{market.deal.pk}/steps/{step.id}").status == 404


def test_a_manager_gives_a_deal_to_someone_else(market: Market) -> None:
    carol = caller(market.company.carol)
    given = carol.put(f"/opportunities/{market.deal.pk}/owner", {"owner_id": market.company.bob.id})
    assert (given.status, given.json["owner_name"]) == (200, "Bob")


def test_a_team_mate_may_not_take_a_deal(market: Market) -> None:
    bob = caller(market.company.bob)
    refused = bob.put(f"/opportunities/{market.deal.pk}/owner", {"owner_id": market.company.bob.id})
    assert (refused.status, refused.json["code"]) == (403, "not_permitted")


def test_a_task_is_planned_about_a_deal(alice: Caller, market: Market) -> None:
    planned = alice.post(
        f"/opportunities/{market.deal.pk}/tasks", {"subject": "Write", "due_on": "2027-02-01"}
    )
    assert planned.status == 201, planned.text
    assert alice.get(planned.header("Location")).json == planned.json
    subjects = [task["subject"] for task in alice.get(f"/opportunities/{market.deal.pk}/tasks").json["items"]]
    assert "Write" in subjects


def test_no_task_is_planned_about_a_closed_deal(alice: Caller, market: Market) -> None:
    here = f"/opportunities/{market.deal.pk}"
    assert alice.post(f"{here}/closure", {"outcome": "lost", "reason": "PRICE_L", "on": TODAY}).status == 200
    refused = alice.post(f"{here}/tasks", {"subject": "Write"})
    assert (refused.status, refused.json["code"]) == (409, "closed")


def test_the_tasks_of_a_stage_are_planned_at_once(alice: Caller, market: Market) -> None:
    here = f"/opportunities/{market.deal.pk}/stage-tasks"
    for at, name in ((0, "Thank"), (0, "Call"), (1, "Write")):
        stage_id = market.process.stages[at].id
        add_step(system_actor("tests"), stage_id, what="task", name_en=name, name_fr=name, delay_days=3)
    planned = alice.post(here)
    assert (planned.status, [task["subject"] for task in planned.json["items"]]) == (201, ["Thank", "Call"])
    assert {task["step_id"] is None for task in planned.json["items"]} == {False}
    ids = [task["id"] for task in alice.get(planned.header("Location")).json["items"]]
    assert {task["id"] for task in planned.json["items"]} < set(ids)
    assert (alice.post(here).status, alice.post(here).json["code"]) == (422, "nothing_to_plan")
    named = alice.post(here, {"stage": market.process.stages[1].key})
    assert [task["subject"] for task in named.json["items"]] == ["Write"]
    taken_back = alice.post(f"/change-sets/{named.header('Change-Set')}/undo")
    assert taken_back.status == 200, taken_back.text


def test_who_may_make_tasks_and_not_read_them_is_told_what_was_made(market: Market) -> None:
    add_step(
        system_actor("tests"), market.process.stages[0].id, what="task", name_en="Call", name_fr="Appeler"
    )
    Grant.objects.filter(record_kind="activity", verb="read").delete()
    maker = caller(market.alice)
    planned = maker.post(f"/opportunities/{market.deal.pk}/stage-tasks")
    assert (planned.status, [task["owner_name"] for task in planned.json["items"]]) == (201, ["Alice"])
    by_hand = maker.post(f"/opportunities/{market.deal.pk}/tasks", {"subject": "Ring"})
    assert (by_hand.status, by_hand.json["subject"], by_hand.json["version"]) == (201, "Ring", 1)
    assert maker.get(f"/opportunities/{market.deal.pk}/tasks").status == 403


def test_a_task_without_a_subject_is_refused(alice: Caller, market: Market) -> None:
    refused = alice.post(f"/opportunities/{market.deal.pk}/tasks", {"subject": " "})
    assert (refused.status, list(refused.json["errors"])) == (422, ["subject"])


def test_a_share_lets_a_stranger_in(alice: Caller, market: Market) -> None:
    dan = caller(market.company.dan)
    assert dan.get(f"/opportunities/{market.deal.pk}").status == 404
    shared = alice.post(f"/opportunities/{market.deal.pk}/shares", {"user_id": market.company.dan.id})
    [share] = shared.json["items"]
    assert (shared.status, share) == (
        201,
        {
            "id": share["id"],
            "user_id": market.company.dan.id,
            "team_id": None,
            "name": "Dan",
            "may_write": False,
            "reason": "shared",
        },
    )
    assert dan.get(f"/opportunities/{market.deal.pk}").status == 200
    assert dan.patch(f"/opportunities/{market.deal.pk}", {"budget": 1}).status == 403


def test_a_share_is_with_one_person_or_one_team(alice: Caller, market: Market) -> None:
    refused = alice.post(f"/opportunities/{market.deal.pk}/shares", {})
    assert (refused.status, list(refused.json["errors"])) == (422, ["user_id"])


def test_who_gives_a_deal_out_of_sight_is_answered_with_nothing_of_it(market: Market) -> None:
    company = market.company
    dan = company.dan.person_id
    for giving in ("put", "patch"):
        deal = market.another()
        address = f"/opportunities/{deal.pk}" + ("/owner" if giving == "put" else "")
        # the manager gives it to another unit
        answer = getattr(caller(company.carol), giving)(address, {"owner_id": dan})
        assert answer.status == 204
        deal.refresh_from_db()
        assert deal.owner_id == dan


def test_a_refused_day_is_written_as_the_language_of_the_answer_does(alice: Caller, market: Market) -> None:
    day = clock.today("Europe/Paris")
    body = {"outcome": "won", "reason": "PRICE_W", "actual_value": "900", "on": "2001-02-03"}
    for language in ("en", "fr"):
        refused = alice.post(f"/opportunities/{market.deal.pk}/closure", body, Accept_Language=language)
        assert day_in_full(day, language) in refused.json["errors"]["on"]
