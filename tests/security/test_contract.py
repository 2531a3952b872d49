"""The API against its own description: everything it allows and much that it does not, asked by several actors.

No answer is a 500, and none is undocumented: its status, its form and its headers are those that the description names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from django.http import HttpResponse
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.failures import FailureGroup
from schemathesis.errors import SchemathesisError

from opportune.api.urls import door
from opportune.identity.actor import Actor
from tests.doors.callers import EVERYTHING, ROOT, Caller, Market, caller

DESCRIPTION: Any = door.get_openapi_schema(path_prefix=f"{ROOT}/")
TAGS = sorted({op["tags"][0] for path in DESCRIPTION["paths"].values() for op in path.values()})
load_all_checks()
HELD: Any = CHECKS.get_by_names(
    [
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_headers_conformance",
        "response_schema_conformance",
    ]
)
IDS: Mapping[str, Callable[[Market], object]] = {
    "opportunity_id": lambda market: market.deal.pk,
    "account_id": lambda market: market.account.pk,
    "contact_id": lambda market: market.contact.pk,
    "task_id": lambda market: market.task.pk,
    "process_id": lambda market: market.process.id,
    "stage_id": lambda market: market.process.stages[0].id,
    "step_id": lambda market: market.process.stages[0].steps[0].id,
    "connection_id": lambda market: market.connection,
    "competitor_id": lambda market: market.competitor.pk,
    "person_id": lambda market: market.alice.id,
    "change_set_id": lambda market: market.change_set,
    "list_key": lambda market: "source",
    "choice": lambda market: "web",
    "reason": lambda market: "PRICE_W",
    "color": lambda market: "red",
    "currency": lambda market: "USD",
    "record": lambda market: str(market.deal.ref),
    "kind": lambda market: "opportunities",
    "record_id": lambda market: market.deal.pk,
}


@cache
def schema() -> Any:
    """The description as schemathesis reads it, over the application itself."""
    return schemathesis.openapi.from_wsgi(f"{ROOT}/openapi.json", get_wsgi_application())


@contextmanager
def taken_back() -> Iterator[None]:
    """Whatever is done within is taken back, so that each request meets the same company."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def actors(market: Market) -> dict[str, Caller]:
    """Who asks: an administrator, a seller, a reader, a stranger, a narrow token and nobody."""
    company = market.company

    def everything(actor: Actor) -> Caller:
        return caller(actor, *EVERYTHING)

    return {
        "administrator": everything(company.ada),
        "seller": everything(market.alice),
        "reader": everything(company.rita),
        "stranger": everything(company.dan),
        "narrow": caller(market.alice, "account:read"),
        "nobody": Caller(None),
    }


def asked(case: Case[Any], who: str, secret: str | None) -> str | None:
    """What is wrong with an actor's answer, if anything."""
    headers = {} if secret is None else {"Authorization": f"Bearer {secret}"}
    case.headers.pop("Authorization", None)
    with taken_back():
        response = case.call(headers=headers)
    try:
        case.validate_response(response, checks=HELD)
    except (FailureGroup, AssertionError) as fault:
        return f"{who}: {case.method} {case.formatted_path} {response.status_code}: {fault}"[:1500]
    return None


def faults(market: Market, tag: str, *, examples: int, people: Sequence[str], made_up: bool) -> list[str]:
    """Everything that is wrong with the operations of a tag, asked about records that are there, and made-up ones."""
    found: list[str] = []
    asking = {who: ways for who, ways in actors(market).items() if who in people}
    for result in schema().get_all_operations():
        operation = result.ok()
        if operation.tags != [tag]:
            continue
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):

            @settings(
                max_examples=examples,
                deadline=None,
                database=None,
                derandomize=True,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(case=operation.as_strategy(generation_mode=mode))
            def each(case: Case[Any]) -> None:
                for is_made_up in (True, False) if made_up else (False,):
                    if not is_made_up:
                        known = {name: IDS[name](market) for name in case.path_parameters if name in IDS}
                        case.path_parameters.update(known)
                    answers = [asked(case, who, ways.secret) for who, ways in asking.items()]
                    found.extend(answer for answer in answers if answer is not None)

            with suppress(Unsatisfiable, SchemathesisError):  # of some operations nothing can be wrong
                each()
            if found:
                return found[:3]
    return found


@pytest.fixture(autouse=True)
def one_connection() -> Iterator[None]:
    """The application keeps the connection of the test, as it does under Django's own client."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.parametrize("tag", TAGS)
def test_every_answer_is_one_that_the_description_names(market: Market, tag: str) -> None:
    people = ["administrator", "seller", "narrow"]
    assert faults(market, tag, examples=1, people=people, made_up=False) == []


@pytest.mark.long
@pytest.mark.parametrize("tag", TAGS)
def test_every_answer_is_one_that_the_description_names_however_it_is_asked(market: Market, tag: str) -> None:
    everybody = list(actors(market))
    assert faults(market, tag, examples=25, people=everybody, made_up=True) == []


def test_what_the_description_does_not_name_is_noticed(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("opportune.api.tasks.answer", lambda *_, **__: HttpResponse("{}", status=299))
    assert faults(market, "tasks", examples=1, people=["administrator"], made_up=False) != []
