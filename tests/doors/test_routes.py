"""Every route of the API, as those who may not: without a token, without scopes, reading only, a stranger.

The routes are those of the API's own description, so that a new one is covered as soon as it is there.
"""

from dataclasses import dataclass
from functools import partial
from typing import Any

from opportune.api.urls import door
from opportune.ledger.models import Change
from tests.doors.callers import MARK, ROOT, Answer, Caller, Market, WhenNamed, caller, without_scopes

DESCRIPTION: Any = door.get_openapi_schema(path_prefix=f"{ROOT}/")
CUSTOMISED = {"processes", "stages", "steps"}
SETTLED = {
    "list_key": "source",
    "choice": "web",
    "reason": "PRICE_W",
    "color": "red",
    "preset": "dynamics",
    "currency": "USD",
    "day": "2026-01-01",
}
NOT_HIDDEN = {"person_id", "process_id", "stage_id", "step_id", *SETTLED}
FOR_ADMINISTRATORS = {
    "get /lists/{list_key}/items",
    "post /lists/{list_key}/items",
    "patch /lists/{list_key}/items/{choice}",
    "delete /lists/{list_key}/items/{choice}",
    "get /close-reasons/all",
    "patch /close-reasons/{reason}",
    "delete /close-reasons/{reason}",
    "get /settings",
    "patch /settings",
    "get /settings/presets",
    "post /settings/presets/{preset}",
    "get /currencies/all",
    "post /currencies",
    "patch /currencies/{currency}",
    "post /currencies/{currency}/rates",
    "delete /currencies/{currency}/rates/{day}",
    "patch /categories/{color}",
    "post /opportunities/revaluation",
}


@dataclass(frozen=True)
class Route:
    """A method at an address, `{record_id}` in it, and a body of the least that it takes."""

    method: str
    address: str
    parameters: tuple[str, ...]
    body: Any

    def __str__(self) -> str:
        return f"{self.method} {self.address}"

    @property
    def is_about_a_hidden_record(self) -> bool:
        return bool(set(self.parameters) - NOT_HIDDEN)

    @property
    def customises(self) -> bool:
        return self.address.split("/")[1] in CUSTOMISED and (
            self.method != "get" or self.address.endswith("/deletion")
        )

    def ask(self, who: Caller, market: Market) -> Answer:
        records = WhenNamed(
            opportunity_id=lambda: market.deal.pk,
            step_id=lambda: market.process.stages[0].steps[0].id,
            process_id=lambda: market.process.id,
            stage_id=lambda: market.process.stages[0].id,
            account_id=lambda: market.account.pk,
            contact_id=lambda: market.contact.pk,
            kind=lambda: "opportunities",
            record_id=lambda: market.deal.pk,
            connection_id=lambda: market.connection,
            task_id=lambda: market.task.pk,
            job_id=lambda: market.job,
            change_set_id=lambda: market.change_set,
            person_id=lambda: market.alice.id,
            competitor_id=lambda: 99,
            campaign_id=lambda: 99,
            segment_id=lambda: 99,
            line_id=lambda: 99,
            share_id=lambda: 1,
            record=lambda: market.deal.ref,
            **{name: partial(str, value) for name, value in SETTLED.items()},
        )
        address = self.address.format_map(records)
        query = "?q=a" if address == "/search" else ""
        return who.ask(self.method, address + query, self.body)


def least(body: Any) -> Any:
    """The least that a body must hold, from its shape."""
    if body is None:
        return None
    shape = body["content"]["application/json"]["schema"]
    options = shape.get("anyOf", [shape])
    name = next(option["$ref"] for option in options if "$ref" in option).rpartition("/")[2]
    fields = DESCRIPTION["components"]["schemas"][name]
    return {each: sample(fields["properties"][each]) for each in fields.get("required", ())}


def sample(field: Any) -> Any:
    """A value that a field takes."""
    one = field.get("anyOf", [field])[0]
    if one.get("format") == "date":
        return "2026-01-01"
    return {"string": "won", "integer": 1, "number": 1, "boolean": False, "array": [1]}[one["type"]]


ROUTES = [
    Route(
        method,
        address.removeprefix(ROOT),
        tuple(each["name"] for each in operation["parameters"] if each["in"] == "path"),
        least(operation.get("requestBody")),
    )
    for address, operations in DESCRIPTION["paths"].items()
    for method, operation in operations.items()
]


def asked(who: Caller, market: Market, routes: list[Route]) -> dict[str, int]:
    """What becomes of asking every route; none of the answers has Alice's word in it."""
    answers = {str(route): route.ask(who, market) for route in routes}
    assert [route for route, answer in answers.items() if MARK in answer.text] == []
    return {route: answer.status for route, answer in answers.items()}


def except_for(statuses: dict[str, int], *expected: int) -> dict[str, int]:
    """The routes with another status than those expected."""
    return {route: status for route, status in statuses.items() if status not in expected}


def test_nothing_opens_without_a_token(market: Market) -> None:
    assert except_for(asked(Caller(None), market, ROUTES), 401) == {}


def test_a_token_without_scopes_opens_nothing_but_itself(market: Market) -> None:
    assert except_for(asked(without_scopes(market.alice), market, ROUTES), 403, 404) == {"get /me": 200}


def test_a_stranger_finds_no_hidden_record_and_changes_none(market: Market) -> None:
    dan = caller(market.company.dan)
    before = set(Change.objects.values_list("id", flat=True))
    hidden = [route for route in ROUTES if route.is_about_a_hidden_record]
    assert except_for(asked(dan, market, hidden), 404) == {}
    assert set(Change.objects.values_list("id", flat=True)) == before


def test_a_stranger_sees_nothing_of_it_in_any_list(market: Market) -> None:
    dan = caller(market.company.dan)
    others = [route for route in ROUTES if not route.is_about_a_hidden_record and not route.customises]
    statuses = asked(dan, market, others)
    assert except_for(statuses, 200, 201, 403) == {
        "post /opportunities": 422,
        "post /opportunities/stage": 422,
        "post /opportunities/closure": 422,
        "put /opportunities/owner": 422,
        "post /opportunities/deletion": 422,
        "post /close-reasons": 422,
    }
    assert {route for route, status in statuses.items() if status == 403} == FOR_ADMINISTRATORS


def test_a_reading_token_writes_nothing(market: Market) -> None:
    reader = caller(market.alice, "*:read")
    before = Change.objects.count()
    writing = [route for route in ROUTES if route.method != "get"]
    # her own words may be in the answers to her; what counts is that nothing is written
    statuses = {str(route): route.ask(reader, market).status for route in writing}
    assert except_for(statuses, 403) == {}
    assert Change.objects.count() == before


def test_only_who_customises_reaches_what_customises(market: Market) -> None:
    routes = [route for route in ROUTES if route.customises]
    assert len(routes) > 15
    narrow = caller(market.company.ada, "*:read", "*:write", "right:administer")
    callers = [caller(market.alice), caller(market.company.carol), narrow]
    before = Change.objects.count()
    for who in callers:
        assert except_for(asked(who, market, routes), 403) == {}
    assert Change.objects.count() == before
