"""Whatever is typed into a form or an address is answered, never a broken page: each nasty value in each field."""

import base64
import json
from collections.abc import Iterator, Sequence
from itertools import count

import pytest
from django.test import Client

from opportune.kernel.paging import Cursor
from tests.doors.callers import Market
from tests.security.corpus import ALL, EVERYWHERE, HALF
from tests.web.conftest import SignIn

HTMX = {"HX-Request": "true"}
NUMBERS = ("NaN", "Infinity", "-Infinity", "1e400", "0." + "0" * 500 + "1", "999999999999.99999", "٣", "0")
DAYS = ("9999-12-31", "0001-01-01", "2026-02-30", "20261231")
RECORDS = ("account:" + "9" * 30, "account:²", "contact:-1", "account:1_0", "account:", "9" * 18)
KEPT = ("null", "5", "[[", '{"subject": {}}', "[" * 3000)
ELSEWHERE = ("//evil.example", "/\r\nX-Evil: 1", "/é")
IN_ADDRESSES = ("\x00a", "x" * 2000, "{0}%s", "-1", "9" * 19, "9" * 4400, "²", "NaN", *DAYS[:2], *RECORDS[:4])
PARTICULAR = {
    "estimated_value": NUMBERS,
    "actual_value": NUMBERS,
    "annual_revenue": NUMBERS,
    "employees": NUMBERS,
    "budget": NUMBERS,
    "chance": NUMBERS,
    "version": NUMBERS,
    "estimated_close_on": DAYS,
    "on": DAYS,
    "due_on": DAYS,
    "customer": RECORDS,
    "account": RECORDS,
    "primary_contact_id": RECORDS,
    "owner_id": RECORDS,
    "stage": RECORDS,
    "process": RECORDS,
    "was": KEPT,
    "price": NUMBERS,
    "checked_on": DAYS,
    "reminder_on": DAYS,
    "reminder_time": ("24:00", "9", "09:00+25:00", "T"),
    "initiated_by": (*RECORDS, "campaign:999", "opportunity:1"),
    "campaign_id": RECORDS,
    "holder": ("user:999", "team:999", *RECORDS),
    "user_id": RECORDS,
    "back": ELSEWHERE,
    "next": ELSEWHERE,
    "reason": ("+", "NOT_RECORDED"),
}
DEAL = {
    "subject": "Pumps",
    "description": "",
    "customer_need": "",
    "proposed_solution": "",
    "currency": "EUR",
    "type": "",
    "source": "",
    "rating": "warm",
    "priority": "normal",
    "purchase_timeframe": "",
    "purchase_process": "",
    "forecast_category": "pipeline",
    "estimated_value": "10",
    "budget": "",
    "chance": "",
    "estimated_close_on": "",
    "decision_on": "",
    "expires_on": "",
    "delivery_on": "",
    "primary_contact_id": "",
    "owner_id": "",
    "comments": "",
    "payment_terms": "",
    "initiated_by": "",
    "campaign_id": "",
    "segment_id": "",
    "reminder_on": "",
    "reminder_time": "",
    "on_hold": "no",
    "decision_maker_identified": "no",
    "once": "",
    "then": "",
    "back": "",
}
CUSTOMER = {
    "type": "",
    "phone": "",
    "email": "",
    "contact_method": "",
    "do_not_call": "",
    "street": "",
    "postal_code": "",
    "city": "",
    "country": "",
    "description": "",
    "owner_id": "",
    "account": "",
}
ACCOUNT = {
    **CUSTOMER,
    "name": "North",
    "account_number": "",
    "website": "",
    "industry": "",
    "employees": "",
    "annual_revenue": "",
    "payment_terms": "",
    "delivery_street": "",
    "delivery_postal_code": "",
    "delivery_city": "",
    "delivery_country": "",
}
CONTACT = {**CUSTOMER, "last_name": "Durand", "first_name": "", "job_title": "", "mobile": ""}

CONNECTION = {
    "role": "business:partner",
    "own_role": "",
    "description": "",
    "started_on": "",
    "ended_on": "",
}


def forms(market: Market) -> dict[str, dict[str, str]]:
    """Every form by its address, with values it takes and the fields it reads."""
    deal, account, contact = market.deal.pk, market.account.pk, market.contact.pk
    task, change_set = market.task.pk, market.change_set
    tick, field = step_ids(market)
    seen = {"version": "", "was": ""}
    return {
        "/opportunities/new/": {
            **DEAL,
            "customer": f"account:{account}",
            "stage": "",
            "process": "",
            "owner_id": "",
        },
        f"/opportunities/{deal}/edit/": {**DEAL, **seen, "customer": f"account:{account}"},
        f"/opportunities/{deal}/move/": {
            "stage": "",
            "move": "update",
            "version": "",
            "query": "",
            "from": "",
            "budget": "",
            "customer": "",
        },
        f"/opportunities/{deal}/close/": {
            "outcome": "lost",
            "reason": "",
            "on": "",
            "actual_value": "",
            "description": "",
            "new_reason": "",
            "version": "",
        },
        f"/opportunities/{deal}/steps/{tick}/": {f"step{tick}_done": ""},
        f"/opportunities/{deal}/steps/{field}/": {
            f"step{field}_{name}": "" for name in ("budget", "customer", "primary_contact_id")
        },
        f"/opportunities/{deal}/tasks/": {"subject": "Call", "due_on": ""},
        f"/opportunities/{deal}/competitors/": {
            "name": "Borealis",
            "price": "",
            "checked_on": "",
            "note": "",
        },
        f"/opportunities/{deal}/sales-team/": {"user_id": "", "role": ""},
        f"/opportunities/{deal}/shares/": {"holder": "", "may_write": ""},
        f"/opportunities/{deal}/clone/": {"subject": "Pumps"},
        f"/opportunities/{deal}/stage-tasks/": {"stage": ""},
        f"/opportunities/{deal}/comments/": {"text": "", "next": ""},
        f"/opportunities/{deal}/reminder/snooze/": {"until": "", "next": ""},
        "/competitors/new/": {"name": "", "website": "", "strengths": "", "weaknesses": ""},
        f"/tasks/{task}/reopen/": {"next": ""},
        "/preferences/": {"theme": "dark", "language": "en", "next": "/"},
        "/accounts/new/": ACCOUNT,
        f"/accounts/{account}/edit/": {**ACCOUNT, **seen},
        "/contacts/new/": CONTACT,
        f"/contacts/{contact}/edit/": {**CONTACT, **seen},
        f"/undo/{change_set}/": {"next": ""},
        "/pick/customers/new/account/": {"name": "North", "city": "", "email": "", "phone": ""},
        "/pick/customers/new/contact/": {"last_name": "Durand", "first_name": "", "email": "", "phone": ""},
        f"/connections/account/{account}/new/": {"to": f"contact:{contact}", **CONNECTION},
        f"/connections/contact/{contact}/{market.connection}/": {**CONNECTION, "version": ""},
    }


def step_ids(market: Market) -> tuple[int, int]:
    """A step to tick and one that asks for a field, or the first step for either."""
    steps = [step for stage in market.process.stages for step in stage.steps]
    by_kind = {step.what: step.id for step in steps}
    return by_kind.get("tick", steps[0].id), by_kind.get("field", steps[0].id)


def addresses() -> Iterator[str]:
    """Every address with a parameter that somebody may write by hand, `{}` for what is written."""
    for number in ("opportunities", "accounts", "contacts"):
        yield f"/{number}/{{}}/"
        yield f"/{number}/{{}}/edit/"
    for verb in ("move", "close", "stages/1"):
        yield f"/opportunities/{{}}/{verb}/"
    yield "/pipeline/{}/"
    yield "/pipeline/sales/column/{}/"
    yield "/set-up/{}/"
    for name in ("text", "status", "owner", "team", "process", "stage", "account", "contact", "source"):
        yield f"/opportunities/?{name}={{}}"
    for name in ("type", "forecast_category", "close_from", "close_to", "sort", "after", "unknown"):
        yield f"/opportunities/?{name}={{}}"
    for name in ("competitor", "campaign", "segment", "member", "stale", "on_hold", "rating"):
        yield f"/opportunities/?{name}={{}}"
    yield "/competitors/?text={}"
    yield "/competitors/?after={}"
    yield "/competitors/{}/"
    yield "/opportunities/{}/competitors/1/"
    yield "/pick/initiators/?q={}"
    for name in ("text", "owner", "team", "close_from", "process", "stage"):
        yield f"/pipeline/?{name}={{}}"
    for name in ("text", "owner", "account", "sort", "after"):
        yield f"/accounts/?{name}={{}}"
        yield f"/contacts/?{name}={{}}"
    for name in ("customer", "primary_contact_id", "stage", "process", "subject"):
        yield f"/opportunities/new/?{name}={{}}"
    yield "/contacts/new/?account={}"
    yield "/search/?q={}"
    yield "/pick/customers/?q={}"
    yield "/pick/customers/?kind={}"
    yield "/pick/customers/new/{}/"
    yield "/pick/customers/new/account/?q={}"
    yield "/pick/customers/new/contact/?q={}"
    yield "/connections/{}/1/new/"
    yield "/connections/account/{}/new/"
    yield "/connections/account/1/{}/"


@pytest.fixture
def ada(market: Market, sign_in: SignIn) -> Client:
    """The browser of Ada, who may do everything; what breaks is an answer of 500 rather than an exception."""
    client = sign_in(market.company.ada)
    client.raise_request_exception = False
    return client


def broken_forms(
    market: Market, ada: Client, texts: Sequence[str], *, one_in: int = 1
) -> list[tuple[str, str, str]]:
    """The forms, fields and values that broke something; each field in turn takes one in so many of the values."""
    broken, turn = [], count()
    for address, fields in forms(market).items():
        for name in fields:
            values = (*texts, *PARTICULAR.get(name, ()))[next(turn) % one_in :: one_in]
            for number, value in enumerate(values, next(turn)):
                headers = HTMX if number % 2 else {}
                answer = ada.post(address, {**fields, name: value}, headers=headers)
                if answer.status_code >= 500:
                    broken.append((address, name, value[:30]))
    return broken


def test_no_form_breaks_whatever_is_typed(market: Market, ada: Client) -> None:
    assert broken_forms(market, ada, EVERYWHERE, one_in=10) == []


@pytest.mark.long
def test_no_form_breaks_by_any_text(market: Market, ada: Client) -> None:
    texts = [text for text in ALL if text != HALF]  # no browser sends half a character
    assert broken_forms(market, ada, texts) == []


@pytest.mark.parametrize("value", EVERYWHERE)
def test_no_form_for_visitors_breaks_whatever_is_typed(db: None, value: str) -> None:
    client = Client(raise_request_exception=False)
    login = client.post("/sign/login/", {"login": value, "password": value, "next": value})
    reset = client.post("/sign/password/reset/", {"email": value})
    assert max(login.status_code, reset.status_code) < 500


@pytest.mark.parametrize("one_in", [5, pytest.param(1, marks=pytest.mark.long)])
def test_no_address_breaks_whatever_it_asks_for(market: Market, ada: Client, one_in: int) -> None:
    broken = []
    for number, address in enumerate(addresses()):
        for value in IN_ADDRESSES[number % one_in :: one_in]:
            written = "".join(f"%{byte:02x}" for byte in value.encode())
            answer = ada.get(address.format(written))
            if answer.status_code >= 500:
                broken.append((address, value[:30], answer.status_code))
    assert broken == []


@pytest.mark.parametrize("number", [0, 2**31, 2**63, 10**30, 10**4000], ids=["0", "31", "63", "30", "4000"])
@pytest.mark.parametrize(
    "address",
    [
        "/opportunities/{}/edit/",
        "/opportunities/{}/move/",
        "/opportunities/{}/close/",
        "/opportunities/{}/reopening/",
        "/opportunities/{}/tasks/",
        "/opportunities/{}/stage-tasks/",
        "/opportunities/{}/steps/1/",
        "/accounts/{}/edit/",
        "/contacts/{}/edit/",
        "/connections/account/{}/new/",
        "/connections/account/1/{}/",
        "/connections/account/1/{}/removal/",
        "/connections/account/{}/1/removal/",
        "/tasks/{}/complete/",
        "/undo/{}/",
    ],
)
def test_a_command_on_a_record_that_cannot_exist_is_not_found(ada: Client, address: str, number: int) -> None:
    written = str(number) if number < 10**40 else "9" * 4400
    assert ada.post(address.format(written)).status_code == 404


CURSORS = [
    Cursor(None, 1),
    Cursor("x", 1),
    Cursor("a\x00b", 1),
    Cursor("\ud800", 1),
    Cursor("NaN", 1),
    Cursor("Infinity", 1),
    Cursor("1e400", 1),
    Cursor("1" * 400, 1),
    Cursor("9999-12-31", 1),
    Cursor("9999-12-31T23:59:59-23:00", 1),
    Cursor("0001-01-01T00:00:00+23:00", 1),
    Cursor("2026-01-01T00:00:00", 1),
    Cursor("1", 2**63 - 1),
]


@pytest.mark.parametrize("sort", ["touched", "subject", "value", "close", "probability", "created"])
def test_no_list_breaks_whatever_its_cursor_says(ada: Client, sort: str) -> None:
    broken = []
    for cursor in CURSORS:
        written = json.dumps([cursor.key, cursor.id])
        address = f"/opportunities/?sort={sort}&after={encoded(written)}"
        if ada.get(address).status_code >= 500:
            broken.append(written)
    assert broken == []


@pytest.mark.parametrize("sort", ["name", "city", "created"])
@pytest.mark.parametrize("address", ["/accounts/", "/contacts/"])
def test_no_customer_list_breaks_whatever_its_cursor_says(ada: Client, address: str, sort: str) -> None:
    broken = []
    for cursor in CURSORS:
        written = json.dumps([cursor.key, cursor.id])
        if ada.get(f"{address}?sort={sort}&after={encoded(written)}").status_code >= 500:
            broken.append(written)
    assert broken == []


def encoded(written: str) -> str:
    """JSON as a cursor carries it, also what `Cursor.encode` would not write."""
    return base64.urlsafe_b64encode(written.encode()).decode().rstrip("=")
