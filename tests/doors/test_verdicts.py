"""The same verdict through every door: code, sentence, fields and data."""

import html
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from opportune.activities.actions import plan_stage_tasks
from opportune.identity.actor import Actor, system_actor
from opportune.identity.models import User
from opportune.kernel import clock
from opportune.kernel.errors import OpportuneError
from opportune.opportunities import actions
from opportune.opportunities.filters import OpportunityFilter
from opportune.opportunities.queries import opportunity
from opportune.process.actions import change_stage, require_step
from opportune.process.queries import process_by_key
from opportune.schemas.opportunity_commands import ClosureGiven, MoveGiven, stage_id_of
from opportune.schemas.problem import problem_of
from tests.doors.callers import Answer, CommandLine, Market, caller

Verdict = dict[str, Any]
TODAY = clock.today("Europe/Paris")
MANNERS = ("code", "cause", "detail", "errors", "data")


@dataclass(frozen=True)
class Case:
    """A verb on Alice's deal that is refused: by whom it is tried, how, and what comes of it."""

    name: str
    verb: str
    given: dict[str, Any]
    code: str
    status: int
    exit_code: int
    who: str = "alice"
    before: Callable[[Market], object] = field(default=lambda market: None)

    def __str__(self) -> str:
        return self.name


def require_budget(market: Market) -> None:
    step = next(step for step in market.process.stages[0].steps if step.field == "budget")
    require_step(system_actor("tests"), step.id, is_required=True)


def lose(market: Market) -> None:
    actions.close(market.alice, market.deal.pk, outcome="lost", reason="PRICE_L", on=TODAY)


def change_budget(market: Market) -> None:
    actions.edit(market.alice, market.deal.pk, {"budget": 7})


def ask_for_a_quote(market: Market) -> None:
    change_stage(system_actor("tests"), market.process.stages[1].id, {"quote_required": True})


def go_to_the_end(market: Market) -> None:
    for _ in market.process.stages[1:]:
        actions.move(market.alice, market.deal.pk, wish="next")


def finish(market: Market) -> None:
    go_to_the_end(market)
    actions.move(market.alice, market.deal.pk, wish="finish")


def go_to_develop(market: Market) -> None:
    actions.move(market.alice, market.deal.pk, wish="next")


LOST_IN_JANUARY = {"outcome": "lost", "reason": "PRICE_L", "on": "2020-01-01"}
CASES = [
    Case("missing quote", "move", {"move": "next"}, "quote_missing", 422, 6, before=ask_for_a_quote),
    Case("nothing after the last", "move", {"move": "next"}, "no_next_stage", 422, 6, before=go_to_the_end),
    Case("nothing before the first", "move", {"move": "previous"}, "no_previous_stage", 422, 6),
    Case("a leap over stages", "move", {"stage": "close"}, "not_skippable", 422, 6),
    Case("a second start", "move", {"move": "start"}, "already_started", 422, 6),
    Case("finishing in the midst", "move", {"move": "finish"}, "not_last_stage", 422, 6),
    Case("finishing twice", "move", {"move": "finish"}, "already_finished", 422, 6, before=finish),
    Case("winning by a move", "move", {"move": "won"}, "close_instead", 422, 6),
    Case(
        "date before the last move",
        "move",
        {"move": "next", "on": "2020-01-01"},
        "invalid",
        422,
        5,
        before=go_to_develop,
    ),
    Case("closing before the last move", "close", LOST_IN_JANUARY, "invalid", 422, 5, before=go_to_develop),
    Case("closing of a closed deal", "close", LOST_IN_JANUARY, "closed", 409, 7, before=lose),
    Case("switching to the same process", "switch", {"process": "sales"}, "same_process", 422, 6),
    Case(
        "switching of a closed deal", "switch", {"process": "contact_manager"}, "closed", 409, 7, before=lose
    ),
    Case("a month that is over", "put-into-month", {"month": "2020-01"}, "invalid", 422, 5),
    Case("a month for a closed deal", "put-into-month", {"month": "none"}, "closed", 409, 7, before=lose),
    Case("tasks of a stage without any", "plan-stage-tasks", {"stage": "qualify"}, "nothing_to_plan", 422, 6),
    Case("tasks of a stage there is not", "plan-stage-tasks", {"stage": "nowhere"}, "invalid", 422, 5),
    Case("tasks of a stage of a closed deal", "plan-stage-tasks", {}, "closed", 409, 7, before=lose),
    Case("tasks of a stage by who only reads", "plan-stage-tasks", {}, "not_permitted", 403, 4, who="rita"),
    Case("tasks of a stage of what is invisible", "plan-stage-tasks", {}, "not_found", 404, 3, who="dan"),
    Case("reopening of an open deal", "reopen", {}, "not_closed", 422, 6),
    Case("reopening of what is only visible", "reopen", {}, "not_permitted", 403, 4, who="bob"),
    Case("dismissing no reminder", "dismiss", {}, "no_reminder", 422, 6),
    Case("deletion of an open deal", "delete", {}, "switched_off", 422, 6),
    Case("missing step", "move", {"move": "next"}, "steps_missing", 422, 6, before=require_budget),
    Case("last stage", "move", {"stage": "nowhere"}, "unknown_stage", 422, 6),
    Case("date in the future", "move", {"move": "next", "on": "2199-01-01"}, "invalid", 422, 5),
    Case("edit of a closed deal", "edit", {"budget": "1"}, "closed", 409, 7, before=lose),
    Case("move of a closed deal", "move", {"move": "next"}, "closed", 409, 7, before=lose),
    Case("stale version", "edit", {"budget": "1", "version": "1"}, "conflict", 409, 7, before=change_budget),
    Case("edit of what is invisible", "edit", {"budget": "1"}, "not_found", 404, 3, who="dan"),
    Case("move of what is invisible", "move", {"stage": "develop"}, "not_found", 404, 3, who="dan"),
    Case("edit of what is only visible", "edit", {"budget": "1"}, "not_permitted", 403, 4, who="bob"),
    Case("closing of what is only visible", "close", {"outcome": "won"}, "not_permitted", 403, 4, who="rita"),
    Case("closing without reason and date", "close", {"outcome": "won"}, "invalid", 422, 5),
    Case(
        "closing for a reason of the other outcome",
        "close",
        {"outcome": "won", "reason": "PRICE_L", "on": str(TODAY)},
        "invalid",
        422,
        5,
    ),
    Case(
        "win worth nothing",
        "close",
        {"outcome": "won", "reason": "PRICE_W", "on": str(TODAY), "value": "0"},
        "confirm_zero",
        422,
        6,
    ),
    Case("negative amount", "edit", {"estimated_value": "-1"}, "invalid", 422, 5),
    Case("text for an amount", "edit", {"estimated_value": "much"}, "invalid", 422, 5),
    Case("unknown choice", "edit", {"source": "rumour"}, "invalid", 422, 5),
]
OF_THE_API = {"value": "actual_value"}
ROUTES = {
    "edit": ("patch", ""),
    "move": ("post", "/stage"),
    "close": ("post", "/closure"),
    "switch": ("post", "/process"),
    "put-into-month": ("put", "/month"),
    "plan-stage-tasks": ("post", "/stage-tasks"),
    "reopen": ("post", "/reopening"),
    "dismiss": ("delete", "/reminder"),
    "delete": ("delete", ""),
}
FORMS = {
    "put-into-month": "month",
    "plan-stage-tasks": "stage-tasks",
    "edit": "edit",
    "move": "move",
    "close": "close",
    "switch": "process",
    "reopen": "reopening",
    "dismiss": "reminder/dismissal",
    "delete": "deletion",
}
NO_STAGE = 999_999_999
WITHOUT_FIELDS = {
    "reopen": actions.reopen,
    "dismiss": actions.dismiss,
    "delete": actions.delete_opportunity,
}


def act(market: Market, actor: Actor, case: Case) -> None:
    """Call the action itself."""
    given = {OF_THE_API.get(name, name): value for name, value in case.given.items()}
    if case.verb == "edit":
        version = int(given.pop("version", 0)) or None
        actions.edit(actor, market.deal.pk, given, version=version)
    elif case.verb == "move":
        shaped = MoveGiven.model_validate(given)
        stage = market.process.stage_named(shaped.stage) if shaped.stage else None
        aimed_at = (stage.id if stage else 0) if shaped.stage else None
        actions.move(actor, market.deal.pk, wish=shaped.move, stage_id=aimed_at, on=shaped.on)
    elif case.verb == "switch":
        actions.switch_process(actor, market.deal.pk, process_by_key(given["process"]).id)
    elif case.verb == "put-into-month":
        actions.put_into_month(actor, market.deal.pk, given["month"])
    elif case.verb == "plan-stage-tasks":
        plan_stage_tasks(
            actor, market.deal.pk, stage_id=stage_id_of(actor, market.deal.pk, given.get("stage"))
        )
    elif case.verb in WITHOUT_FIELDS:
        WITHOUT_FIELDS[case.verb](actor, market.deal.pk)
    else:
        actions.close(actor, market.deal.pk, **ClosureGiven.model_validate(given).model_dump())


def by_action(market: Market, actor: Actor, case: Case) -> Verdict:
    """What the action itself raises."""
    with pytest.raises(OpportuneError) as refusal:
        act(market, actor, case)
    problem = json.loads(problem_of(refusal.value, "en").model_dump_json(exclude_none=True))
    return {name: problem[name] for name in MANNERS if name in problem}


def by_api(market: Market, actor: Actor, case: Case) -> tuple[Answer, Verdict]:
    """What the API answers."""
    method, address = ROUTES[case.verb]
    body = {OF_THE_API.get(name, name): value for name, value in case.given.items()}
    answer = caller(actor).ask(
        method, f"/opportunities/{market.deal.pk}{address}", body if body or method != "delete" else None
    )
    return answer, {name: answer.json[name] for name in MANNERS if name in answer.json}


def words_of(market: Market, who: str, case: Case) -> list[object]:
    """The command line that does the same."""
    options: list[object] = []
    for name, value in case.given.items():
        options += (
            ["--set", f"{name}={value}"]
            if case.verb == "edit" and name != "version"
            else [value]
            if case.verb == "put-into-month"
            else [f"--{name}", value]
        )
    return ["opportunities", case.verb, market.deal.pk, *options, "--actor", f"{who}@example.com", "--json"]


def fields_of(market: Market, case: Case) -> dict[str, object]:
    """What the form of the verb sends."""
    sent: dict[str, object] = {OF_THE_API.get(name, name): value for name, value in case.given.items()}
    if "stage" in sent:
        stage = market.process.stage_named(str(sent["stage"]))
        sent["stage"] = stage.id if stage else NO_STAGE
    if "process" in sent:
        sent["process"] = process_by_key(str(sent["process"])).id
    return sent


def by_web(market: Market, actor: Actor, case: Case) -> tuple[int, str]:
    """The status of the page that answers, and all it says."""
    client = Client()
    client.force_login(User.objects.get(pk=actor.person_id or 0))
    # the form of an update is the one that asks for a date
    form = "update" if case.verb == "move" and "on" in case.given else FORMS[case.verb]
    answer = client.post(f"/opportunities/{market.deal.pk}/{form}/", fields_of(market, case))
    return answer.status_code, html.unescape(answer.content.decode())


@pytest.mark.parametrize("case", CASES, ids=str)
def test_every_door_gives_the_same_verdict(market: Market, command_line: CommandLine, case: Case) -> None:
    case.before(market)
    actor: Actor = getattr(market.company, case.who)
    before = opportunity(market.alice, market.deal.pk)
    verdict = by_action(market, actor, case)
    assert verdict["code"] == case.code
    answer, of_api = by_api(market, actor, case)
    assert (answer.status, of_api) == (case.status, verdict)
    ran = command_line(*words_of(market, case.who, case))
    assert (ran.code, json.loads(ran.err)) == (case.exit_code, verdict)
    status, said = by_web(market, actor, case)
    assert status == case.status
    for told in (verdict["detail"], *verdict.get("errors", {}).values()):
        assert told in said
    assert opportunity(market.alice, market.deal.pk) == before


def test_every_door_moves_the_same_way(market: Market, command_line: CommandLine) -> None:
    other, third, fourth = market.another("B"), market.another("C"), market.another("D")
    actions.move(market.alice, market.deal.pk, wish="next")
    caller(market.alice).post(f"/opportunities/{other.pk}/stage", {"move": "next"})
    command_line("opportunities", "move", third.pk, "--move", "next", "--actor", "alice@example.com")
    client = Client()
    client.force_login(User.objects.get(pk=market.alice.person_id or 0))
    client.post(f"/opportunities/{fourth.pk}/move/", {"move": "next"})
    rows = [opportunity(market.alice, deal.pk).row for deal in (market.deal, other, third, fourth)]
    assert len({(row.stage_id, row.status, row.probability, row.version) for row in rows}) == 1


def test_a_filter_is_refused_alike_by_every_door(
    market: Market, command_line: CommandLine, client: Client
) -> None:
    asked = {"close_from": "2027-02-01", "close_to": "2027-01-31"}
    with pytest.raises(OpportuneError) as refusal:
        OpportunityFilter.read(asked, market.alice)
    wanted = json.loads(problem_of(refusal.value, "en").model_dump_json(exclude_none=True))
    for address in ("", "/summary"):
        told = caller(market.alice).get(f"/opportunities{address}?{urlencode(asked)}")
        assert told.status == 422
        assert {name: told.json.get(name) for name in wanted} == wanted
    options = [word for name, day in asked.items() for word in (f"--{name.replace('_', '-')}", day)]
    for words in (("opportunities", "list"), ("opportunities", "summary"), ("export", "opportunities")):
        ran = command_line(*words, *options, "--actor", "alice@example.com", "--json")
        assert ran.code == 5
        assert json.loads(ran.err) == wanted
    client.force_login(User.objects.get(email="alice@example.com"))
    page = client.get("/opportunities/", asked)
    assert page.status_code == 422
    assert wanted["detail"] in html.unescape(page.content.decode())
