"""Callers of the doors: the company of `tests.people` with something to sell, and ways to ask for it. A pytest plugin.

All that belongs to Alice carries the word of `MARK`, so that a test can see it leak.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from opportune.__main__ import main
from opportune.activities.actions import create_task
from opportune.activities.models import Task
from opportune.customers.models import Account, Connection, Contact
from opportune.identity.actions import issue_token
from opportune.identity.actor import Actor
from opportune.ledger.models import ChangeSet
from opportune.ledger.working import begin_job
from opportune.opportunities import actions
from opportune.opportunities.models import Competitor, Opportunity
from opportune.process.queries import ProcessPicture, process_by_key
from tests.founding import COMPANY, Founded
from tests.people import Company

MARK = "Zanzibar"
ROOT = "/api/v1"
EVERYTHING = (
    "*:read",
    "*:write",
    "right:administer",
    "right:add_close_reasons",
    "right:customise",
    "right:import",
)


@dataclass(frozen=True)
class Answer:
    """What the API answered."""

    response: HttpResponse

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def text(self) -> str:
        return self.response.content.decode()

    @property
    def json(self) -> Any:
        return self.response.json()  # type: ignore[attr-defined]  # the test client adds it

    def header(self, name: str) -> str:
        return self.response.headers[name]


@dataclass(frozen=True)
class Caller:
    """Somebody who calls the API with a token, or without."""

    secret: str | None
    client: Client = field(default_factory=Client)

    def ask(self, method: str, address: str, body: object = None, **headers: str) -> Answer:
        """Send a request; `body` becomes JSON unless it is text already."""
        if self.secret is not None:
            headers.setdefault("Authorization", f"Bearer {self.secret}")
        content: dict[str, Any] = {}
        if method.lower() != "get":
            content = {"data": "" if body is None else body, "content_type": "application/json"}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        where = address if address.startswith("/api/") else f"{ROOT}{address}"
        return Answer(getattr(self.client, method.lower())(where, headers=named, **content))

    def get(self, address: str, **headers: str) -> Answer:
        return self.ask("get", address, **headers)

    def post(self, address: str, body: object = None, **headers: str) -> Answer:
        return self.ask("post", address, body, **headers)

    def patch(self, address: str, body: object = None, **headers: str) -> Answer:
        return self.ask("patch", address, body, **headers)

    def delete(self, address: str, body: object = None, **headers: str) -> Answer:
        return self.ask("delete", address, body, **headers)

    def put(self, address: str, body: object = None, **headers: str) -> Answer:
        return self.ask("put", address, body, **headers)


class WhenNamed(dict[str, Callable[[], object]]):
    """What stands behind names, found out when it is named: for `format_map`."""

    def __getitem__(self, name: str) -> Any:
        return super().__getitem__(name)()


@dataclass(frozen=True)
class Market:
    """What Alice has: an account, a contact of it, a deal with them, a task; and the process it is in."""

    company: Company
    account: Account
    contact: Contact
    deal: Opportunity
    task: Task
    process: ProcessPicture

    @property
    def connection(self) -> int:
        """The connection by which the contact is a stakeholder of the deal."""
        return Connection.objects.get(second_kind="contact", second_id=self.contact.pk).pk

    @property
    def alice(self) -> Actor:
        return self.company.alice

    @property
    def competitor(self) -> Competitor:
        """A competitor by the word that only Alice knows."""
        return actions.known_competitor(self.alice, f"{MARK} Inc.")

    @property
    def change_set(self) -> int:
        """The change set that created the deal."""
        return (
            ChangeSet.objects.filter(changes__kind="opportunity", changes__record_id=self.deal.pk)
            .earliest("id")
            .pk
        )

    @property
    def job(self) -> int:
        """A job of Alice's that is to give her deal to her."""
        how = {"owner_id": self.alice.person_id}
        return begin_job(self.alice, "assign_opportunities", [self.deal.pk], how=how).pk

    def another(
        self, subject: str = f"{MARK} pumps", *, owner: Actor | None = None, **fields: Any
    ) -> Opportunity:
        """One more deal with Alice's account, hers or of an owner who sees it."""
        given = {"subject": subject, "account_id": self.account.pk, **fields}
        return actions.create(owner or self.alice, given)


@dataclass(frozen=True)
class Ran:
    """What a command ended with and said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True)
class CommandLine:
    """The command line, as if typed."""

    capsys: pytest.CaptureFixture[str]

    def __call__(self, *words: object) -> Ran:
        self.capsys.readouterr()
        try:
            code = main([str(word) for word in words])
        except SystemExit as usage:
            code = int(usage.code or 0)
        said = self.capsys.readouterr()
        return Ran(code, said.out, said.err)


def caller(actor: Actor, *scopes: str) -> Caller:
    """The API as somebody with a token of these scopes, every one unless some are given."""
    return Caller(issue_token(actor, name="script", scopes=scopes or EVERYTHING)[1])


def without_scopes(actor: Actor) -> Caller:
    """The API as somebody whose token has no scope at all."""
    return Caller(issue_token(actor, name="script", scopes=())[1])


def _opened() -> Market:
    company = COMPANY.made
    account = company.account(f"{MARK} Line", city="Lyon", email="info@zanzibar.example")
    contact = company.contact(f"{MARK}-Durand", first_name="Zoé", account_id=account.pk)
    deal = actions.create(
        company.alice,
        {
            "subject": f"{MARK} turbines",
            "account_id": account.pk,
            "primary_contact_id": contact.pk,
            "estimated_value": "1000.50",
            "estimated_close_on": date(2027, 3, 31),
        },
    )
    task = create_task(company.alice, deal.pk, subject=f"Call {MARK}", due_on=date(2027, 1, 15))
    return Market(company, account, contact, deal, task, process_by_key("sales"))


MARKET = Founded("market", _opened, upon=COMPANY)


@pytest.fixture
def market(company: Company) -> Market:
    """The company with Alice's records."""
    return replace(MARKET.copied(), company=company)


@pytest.fixture
def alice(market: Market) -> Caller:
    """The API as Alice with every scope."""
    return caller(market.alice)


@pytest.fixture
def command_line(capsys: pytest.CaptureFixture[str]) -> CommandLine:
    """The command line."""
    return CommandLine(capsys)
