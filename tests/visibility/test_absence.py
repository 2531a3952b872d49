"""What one may not see does not exist: to ask for it is answered as if it never had been (domain.md §7)."""

import re
from dataclasses import dataclass
from typing import Any

import pytest

from opportune.customers.models import Account, Contact
from opportune.identity.actions import share
from opportune.kernel.records import RecordRef
from opportune.opportunities import actions
from opportune.opportunities.models import Opportunity
from tests.doors.callers import MARK, Answer, CommandLine, Market, Ran
from tests.doors.test_commands import COMMANDS, MAP
from tests.doors.test_routes import ROUTES, Route
from tests.people import Company
from tests.visibility.doors import Viewer, person
from tests.web.test_guards import ABOUT_A_RECORD, HTMX, POSTED, filled

NEVER = 10**9
FILTERED = ("/opportunities", "/opportunities/summary", "/accounts", "/contacts")
ABOUT_RECORDS = [route for route in ROUTES if route.is_about_a_hidden_record]


@dataclass(frozen=True)
class Never:
    """A record that never was."""

    pk: int = NEVER

    @property
    def ref(self) -> RecordRef:
        return RecordRef("opportunity", self.pk)


@dataclass(frozen=True)
class Nothing(Market):
    """A market whose records never were; the process is there."""

    @property
    def change_set(self) -> int:
        return NEVER

    @property
    def connection(self) -> int:
        return NEVER


def nothing(market: Market) -> Market:
    """The market, but none of its records."""
    never: Any = Never()
    return Nothing(market.company, never, never, never, never, market.process)


@pytest.fixture
def dan(market: Market, command_line: CommandLine) -> Viewer:
    """A stranger with a deal, an account and a contact of his own."""
    return person(market.company.dan, command_line)


@pytest.fixture
def his(market: Market) -> Opportunity:
    """His deal."""
    return market.company.deal("Two pumps", owner=market.company.dan)


def shown(answer: Any, address: str) -> tuple[Any, ...]:
    """An answer without what is random, or repeats the address."""
    text = re.sub(r'(?<=")\w{64}(?=")|(?<=nonce=")[^"]+', "", answer.content.decode())
    headers = {name: answer.headers.get(name) for name in ("Location", "Content-Type", "ETag", "HX-Redirect")}
    return answer.status_code, text.replace(address, "…"), headers


def told(answer: Answer) -> dict[str, str]:
    """The headers of an answer, but for the one that tells each request apart."""
    return {name: value for name, value in answer.response.headers.items() if name != "X-Request-ID"}


@pytest.mark.parametrize("route", ABOUT_RECORDS, ids=str)
def test_every_route_of_the_api_answers_as_if_it_never_had_been(
    market: Market, dan: Viewer, route: Route
) -> None:
    assert dan.api is not None
    hidden, never = (route.ask(dan.api, there) for there in (market, nothing(market)))
    assert (hidden.status, hidden.text, told(hidden)) == (never.status, never.text, told(never))
    assert hidden.status == 404


@pytest.mark.parametrize("route", ABOUT_A_RECORD)
def test_every_page_answers_as_if_it_never_had_been(market: Market, dan: Viewer, route: str) -> None:
    browser = dan.browser
    assert browser is not None
    for headers in ({}, HTMX):
        for method, given in (("get", {}), ("post", POSTED)):
            hidden, never = (
                shown(
                    getattr(browser, method)(filled(route, there), given, headers=headers),
                    filled(route, there),
                )
                for there in (market, nothing(market))
            )
            assert hidden == never


@pytest.mark.parametrize("command", [name for name, (words, _) in COMMANDS.items() if "{" in words])
def test_every_command_answers_as_if_it_never_had_been(market: Market, dan: Viewer, command: str) -> None:
    assert dan.command_line is not None
    records = {
        "deal": market.deal.pk,
        "account": market.account.pk,
        "contact": market.contact.pk,
        "connection": market.connection,
        "job": market.job,
        "change_set": market.change_set,
        "step": NEVER,
        "token": NEVER,
        "map": MAP,
    }
    words = [*command.split(), *COMMANDS[command][0].split()]
    hidden = dan.command_line(*(word.format(**records) for word in words))
    never = dan.command_line(*(word.format(**dict.fromkeys(records, NEVER) | {"map": MAP}) for word in words))
    assert aligned(hidden) == aligned(never)


def aligned(ran: Ran) -> tuple[int, list[str], list[str]]:
    """What a command said, whatever the width of its columns and the ids that it was given and repeats."""
    out, err = (re.sub(r"\b\d+ ", "", text).split() for text in (ran.out, ran.err))
    return ran.code, out, err


# what a body may name, with the kind of record it names
NAMED = [
    ("post", "/opportunities", "account_id", "account"),
    ("post", "/opportunities", "contact_id", "contact"),
    ("post", "/opportunities", "primary_contact_id", "contact"),
    ("patch", "/opportunities/{own}", "account_id", "account"),
    ("patch", "/opportunities/{own}", "contact_id", "contact"),
    ("patch", "/opportunities/{own}", "primary_contact_id", "contact"),
    ("post", "/accounts", "parent_id", "account"),
    ("patch", "/accounts/{account}", "parent_id", "account"),
    ("post", "/contacts", "account_id", "account"),
]


@pytest.mark.parametrize(("method", "address", "field", "kind"), NAMED)
def test_naming_it_in_a_body_is_refused_as_if_it_never_had_been(
    market: Market, dan: Viewer, his: Opportunity, method: str, address: str, field: str, kind: str
) -> None:
    assert dan.api is not None
    records = {"account": market.account.pk, "contact": market.contact.pk}
    filled_in = address.format(own=his.pk, account=his.account_id)
    rest = {
        "/opportunities": {"subject": "Pumps"},
        "/accounts": {"name": "A"},
        "/contacts": {"last_name": "B"},
    }
    given: dict[str, Any] = rest.get(address, {})
    if field == "primary_contact_id" and method == "post":
        given = {**given, "account_id": his.account_id}
    answers = [dan.api.ask(method, filled_in, {**given, field: named}) for named in (records[kind], NEVER)]
    hidden, never = ((each.status, each.text) for each in answers)
    assert hidden == never
    assert hidden[0] == 422


@pytest.mark.parametrize("address", FILTERED)
@pytest.mark.parametrize("kind", ["account", "contact"])
def test_asking_for_what_belongs_to_it_finds_as_much_as_if_it_never_had_been(
    market: Market, dan: Viewer, his: Opportunity, address: str, kind: str
) -> None:
    assert dan.api is not None
    records = {"account": market.account.pk, "contact": market.contact.pk}
    hidden, never = (dan.api.get(f"{address}?{kind}={named}").text for named in (records[kind], NEVER))
    assert hidden == never


@pytest.mark.parametrize(
    "address",
    ["/opportunities/", "/pipeline/", "/accounts/", "/contacts/", "/opportunities/new/", "/contacts/new/"],
)
def test_a_page_that_is_asked_to_fill_it_in_is_the_same(market: Market, dan: Viewer, address: str) -> None:
    assert dan.browser is not None
    for name, template, record in (
        ("account", "{}", market.account),
        ("contact", "{}", market.contact),
        ("customer", "account:{}", market.account),
        ("account", "account:{}", market.account),
        ("primary_contact_id", "contact:{}", market.contact),
    ):
        answers = []
        for pk in (record.pk, NEVER):
            asked = template.format(pk)
            answer = shown(dan.browser.get(address, {name: asked}), "…")
            # what was asked for stands in the form again, whatever it is
            answers.append(
                (answer[0], re.sub(rf"(?<!\d){pk}(?!\d)", "…", answer[1]) if pk == NEVER else answer[1])
            )
        hidden, never = answers
        assert hidden[0] == never[0], name
        assert MARK not in hidden[1], name


@pytest.mark.parametrize("words", [MARK, f"{MARK} turbines", "Zoé", "info@zanzibar.example", "Zan"])
def test_its_words_find_as_much_as_words_that_stand_nowhere(market: Market, dan: Viewer, words: str) -> None:
    assert dan.browser is not None
    assert dan.api is not None
    nowhere = "qqqqqqqq"
    for address, name in (("/search/", "q"), ("/pick/customers/", "q"), ("/opportunities/", "text")):
        hidden, never = (
            shown(dan.browser.get(address, {name: asked}), "…")[1].replace(asked, "…")
            for asked in (words, nowhere)
        )
        assert len(re.findall("<li|<tr", hidden)) == len(re.findall("<li|<tr", never)), address
    for address in ("/search?q=", "/opportunities?text=", "/opportunities/summary?text=", "/accounts?text="):
        assert dan.api.get(f"{address}{words}").text == dan.api.get(f"{address}{nowhere}").text, address


def test_a_deal_shows_no_more_of_its_customer_than_the_name(market: Market, dan: Viewer) -> None:
    assert dan.api is not None
    contact = Contact.objects.get(pk=market.contact.pk)
    deal = market.another(account_id=None, contact_id=contact.pk)
    actions.share_deal(market.alice, deal.pk, user_id=market.company.dan.id)
    said = dan.api.get(f"/opportunities/{deal.pk}").text
    assert contact.full_name in said
    for secret in (market.account.name, market.account.email, market.account.city):
        assert secret
        assert secret not in said


def test_who_sees_a_deal_but_not_its_customer_learns_not_whom_the_customer_works_for(
    market: Market, dan: Viewer
) -> None:
    """The filter by an account includes the deals of its contacts, whose employer is not theirs to know."""
    assert dan.api is not None
    deal = market.another(account_id=None, contact_id=market.contact.pk)
    actions.share_deal(market.alice, deal.pk, user_id=market.company.dan.id)
    hidden, never = (
        dan.api.get(f"/opportunities?account={named}").json for named in (market.account.pk, NEVER)
    )
    assert hidden == never


def test_once_it_is_shared_it_is_there(market: Market, dan: Viewer) -> None:
    assert dan.api is not None
    company: Company = market.company
    account = Account.objects.get(pk=market.account.pk)
    addresses = (f"/accounts/{account.pk}", f"/opportunities/{market.deal.pk}")
    assert [dan.api.get(address).status for address in addresses] == [404, 404]
    share(company.alice, account.ref, user_id=company.dan.id)
    actions.share_deal(company.alice, market.deal.pk, user_id=company.dan.id)
    assert [dan.api.get(address).status for address in addresses] == [200, 200]
