"""What a token opens: no more than its person may, and no more than its scopes."""

from datetime import UTC, datetime, timedelta

import pytest

from opportune.identity.actions import issue_token, revoke_token, set_active
from opportune.identity.actor import system_actor
from opportune.kernel import clock
from tests.doors.callers import Caller, Market, caller

READ = {
    "opportunity": "/opportunities/{deal}",
    "account": "/accounts/{account}",
    "contact": "/contacts/{contact}",
    "activity": "/tasks/{task}",
}
WRITE = {
    "opportunity": ("patch", "/opportunities/{deal}", {"budget": 1}),
    "account": ("patch", "/accounts/{account}", {"city": "Lyon"}),
    "contact": ("patch", "/contacts/{contact}", {"city": "Lyon"}),
    "activity": ("post", "/tasks/{task}/completion", None),
}


def address(pattern: str, market: Market) -> str:
    return pattern.format(
        deal=market.deal.pk, account=market.account.pk, contact=market.contact.pk, task=market.task.pk
    )


@pytest.mark.parametrize("kind", READ)
def test_a_reading_scope_opens_reading_of_its_kind_alone(market: Market, kind: str) -> None:
    asker = caller(market.alice, f"{kind}:read")
    found = {each: asker.get(address(pattern, market)).status for each, pattern in READ.items()}
    assert found == {each: 200 if each == kind else 404 for each in READ}
    method, pattern, body = WRITE[kind]
    assert asker.ask(method, address(pattern, market), body).status == 403


@pytest.mark.parametrize("kind", WRITE)
def test_a_writing_scope_opens_its_kind_alone(market: Market, kind: str) -> None:
    asker = caller(market.alice, f"{kind}:write")
    found = {
        each: asker.ask(method, address(pattern, market), body).status
        for each, (method, pattern, body) in WRITE.items()
    }
    assert found == {each: 200 if each == kind else 404 for each in WRITE}


@pytest.mark.parametrize("scope", ["*:read", "*:write"])
def test_a_star_stands_for_every_kind(market: Market, scope: str) -> None:
    asker = caller(market.alice, scope)
    assert {asker.get(address(pattern, market)).status for pattern in READ.values()} == {200}


def test_a_reading_token_creates_nothing(market: Market) -> None:
    asker = caller(market.alice, "*:read")
    deal = {"subject": "Pump", "account_id": market.account.pk}
    assert asker.post("/opportunities", deal).status == 403
    assert asker.post("/accounts", {"name": "Nordlicht"}).status == 403
    assert asker.post("/contacts", {"last_name": "Petit"}).status == 403
    assert asker.post(f"/opportunities/{market.deal.pk}/tasks", {"subject": "Call"}).status == 403


def test_a_token_never_reaches_further_than_its_person(market: Market) -> None:
    assert caller(market.company.rita).patch(f"/opportunities/{market.deal.pk}", {"budget": 1}).status == 403


def test_a_revoked_token_opens_nothing(market: Market) -> None:
    token, secret = issue_token(market.alice, name="script", scopes=["*:read"])
    assert Caller(secret).get("/opportunities").status == 200
    revoke_token(market.alice, token.pk)
    assert Caller(secret).get("/opportunities").status == 401


def test_an_expired_token_opens_nothing(market: Market) -> None:
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    _, secret = issue_token(market.alice, name="script", scopes=["*:read"], expires_at=tomorrow)
    assert Caller(secret).get("/opportunities").status == 200
    with clock.stopped_at(tomorrow):
        assert Caller(secret).get("/opportunities").status == 401


def test_a_deactivated_persons_token_opens_nothing(market: Market) -> None:
    asker = caller(market.alice)
    set_active(
        system_actor("tests"), market.alice.id or 0, is_active=False, successor_id=market.company.bob.id
    )
    assert asker.get("/opportunities").status == 401
