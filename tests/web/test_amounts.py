"""Amounts on the screens, right to the cent: as they are shown, and as people of either language type them."""

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client

from opportune.opportunities.models import Opportunity
from opportune.process.queries import stage_by_id
from opportune.reference.actions import add_currency, set_rate
from opportune.reference.queries import rates
from tests.deals import SYSTEM, TODAY, Trade
from tests.web.conftest import SignIn
from tests.web.test_deal_forms import hidden
from tests.web.test_record import HTMX

pytestmark = pytest.mark.django_db
CENTS = Decimal("12500.50")


@pytest.fixture
def alice(trade: Trade, sign_in: SignIn) -> Client:
    return sign_in(trade.alice)


@pytest.fixture
def jean(trade: Trade, sign_in: SignIn) -> Client:
    """Alice, once she reads French."""
    return french(sign_in(trade.alice))


def french(client: Client) -> Client:
    """The same person, reading French from now on."""
    client.post("/preferences/", {"language": "fr"})
    return client


def page_at(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def type_value(client: Client, deal: Opportunity, typed: str) -> str:
    """The header of a deal once somebody typed its value there."""
    given = {
        "estimated_value": typed,
        "place": "record",
        "version": Opportunity.objects.get(pk=deal.pk).version,
    }
    answer = client.post(f"/opportunities/{deal.pk}/cells/value/", given, headers=HTMX)
    assert answer.status_code == 200, answer.content.decode()
    return answer.content.decode()


@pytest.mark.parametrize(
    "address",
    ["/opportunities/", "/pipeline/", "/opportunities/{deal}/", "/accounts/{account}/", "/palette/?q=pumps"],
)
def test_an_amount_shows_the_cents_it_has(trade: Trade, alice: Client, address: str) -> None:
    deal = trade.deal(estimated_value=CENTS, stage_id=trade.sales.stages[0].id)
    page = page_at(alice, address.format(deal=deal.pk, account=trade.account.pk))
    assert "€12,500.50" in page


def test_a_whole_amount_shows_none(trade: Trade, alice: Client) -> None:
    deal = trade.deal(estimated_value=Decimal("12500.00"))
    page = page_at(alice, f"/opportunities/{deal.pk}/")
    assert "€12,500" in page
    assert "€12,500." not in page


@pytest.mark.parametrize(
    ("code", "digits", "value", "shown"),
    [
        ("JPY", 0, "12500", "JPY\u00a012,500<"),
        ("KWD", 3, "12500.125", "KWD\u00a012,500.125<"),
        ("KWD", 3, "12500.5", "KWD\u00a012,500.500<"),
        ("USD", 2, "12500.5", "USD\u00a012,500.50<"),
    ],
)
def test_an_amount_has_the_digits_of_its_currency(
    trade: Trade, alice: Client, code: str, digits: int, value: str, shown: str
) -> None:
    if code != "USD":
        add_currency(SYSTEM, code=code, digits=digits)
    set_rate(SYSTEM, code=code, rate=Decimal(1), valid_from=TODAY.replace(year=2020))
    deal = trade.deal(currency=code, estimated_value=Decimal(value))
    assert shown in page_at(alice, f"/opportunities/{deal.pk}/")


def test_what_is_computed_is_rounded_to_the_digits_of_its_currency(trade: Trade, alice: Client) -> None:
    stage = trade.sales.stages[0]
    deal = trade.deal(estimated_value=Decimal("3739.00"), chance=Decimal("35.5"), stage_id=stage.id)
    assert "€1,327.35" in page_at(alice, f"/opportunities/{deal.pk}/")


def test_a_sum_is_short_and_says_its_cents_when_it_is_pointed_at(trade: Trade, alice: Client) -> None:
    for _ in range(2):
        trade.deal(estimated_value=Decimal("0.35"), stage_id=trade.sales.stages[0].id)
        trade.deal(estimated_value=Decimal(100), stage_id=trade.sales.stages[0].id)
    assert '<b><span title="€200.70">€201</span></b>' in page_at(alice, "/pipeline/")


def test_the_sums_below_the_list_are_exact(trade: Trade, alice: Client) -> None:
    for _ in range(3):
        trade.deal(estimated_value=Decimal("1000.35"))
    assert '<b class="num">€3,001.05</b>' in page_at(alice, "/opportunities/")


@pytest.mark.parametrize(
    ("typed", "kept", "shown"),
    [
        ("12,500", "12500", "€12,500<"),
        ("12.500", "12.5", "€12.50<"),
        ("€12,500.50", "12500.5", "€12,500.50<"),
        ("12 500,00", "12500", "€12,500<"),
    ],
)
def test_who_reads_english_types_as_in_english(
    trade: Trade, alice: Client, typed: str, kept: str, shown: str
) -> None:
    deal = trade.deal()
    assert shown in type_value(alice, deal, typed)
    assert Opportunity.objects.get(pk=deal.pk).estimated_value == Decimal(kept)


@pytest.mark.parametrize(
    ("typed", "kept", "shown"),
    [
        ("12,500", "12.5", "12,50\u00a0€"),
        ("12.500", "12500", "12\u202f500\u00a0€"),
        ("12\u202f500,50\u00a0€", "12500.5", "12\u202f500,50\u00a0€"),
        ("12.5", "12.5", "12,50\u00a0€"),
    ],
)
def test_who_reads_french_types_as_in_french(
    trade: Trade, jean: Client, typed: str, kept: str, shown: str
) -> None:
    deal = trade.deal()
    assert shown in type_value(jean, deal, typed)
    assert Opportunity.objects.get(pk=deal.pk).estimated_value == Decimal(kept)


@pytest.mark.parametrize(("typed", "kept"), [("12,500", "12.5"), ("12.500", "12500")])
def test_a_form_reads_what_is_typed_as_a_cell_does(trade: Trade, jean: Client, typed: str, kept: str) -> None:
    deal = trade.deal()
    answer = jean.post(f"/opportunities/{deal.pk}/edit/", {"estimated_value": typed, "version": deal.version})
    assert answer.status_code == 302, answer.content.decode()
    assert Opportunity.objects.get(pk=deal.pk).estimated_value == Decimal(kept)


def test_a_field_holds_the_exact_amount_and_gives_it_back(trade: Trade, jean: Client) -> None:
    deal = trade.deal(estimated_value=Decimal("1.125"))
    form = page_at(jean, f"/opportunities/{deal.pk}/cells/value/")
    assert 'value="1,125"' in form
    type_value(jean, deal, "1,125")
    assert Opportunity.objects.get(pk=deal.pk).estimated_value == Decimal("1.125")


def test_more_decimals_than_are_kept_are_refused_and_what_was_typed_stays(trade: Trade, jean: Client) -> None:
    deal = trade.deal()
    answer = jean.post(f"/opportunities/{deal.pk}/cells/value/", {"estimated_value": "1,23456"}, headers=HTMX)
    assert answer.status_code == 422
    assert "Il y a place pour 4 décimales au plus." in answer.content.decode()
    assert 'value="1,23456"' in answer.content.decode()


@pytest.mark.parametrize(
    ("typed", "rate"), [("1,085", "1.085"), ("1,085 $", "1.085"), ("1,0850", "1.085"), ("1085", "1085")]
)
def test_a_rate_is_read_as_its_language_writes_it(
    trade: Trade, sign_in: SignIn, typed: str, rate: str
) -> None:
    ada = french(sign_in(trade.company.ada))
    given = {"currency": "USD", "rate": typed, "valid_from": "2026-03-01"}
    assert ada.post("/settings/currencies/rates/", given).status_code in (200, 302)
    [kept] = [row.rate for row in rates("USD") if row.valid_from == date(2026, 3, 1)]
    assert kept == Decimal(rate)


@pytest.mark.parametrize("written", ["1.085", "1.085 $"])
def test_a_rate_that_may_be_read_in_two_ways_is_asked_about(
    trade: Trade, sign_in: SignIn, written: str
) -> None:
    ada = french(sign_in(trade.company.ada))
    given = {"currency": "USD", "rate": written, "valid_from": "2026-03-01"}
    answer = ada.post("/settings/currencies/rates/", given)
    assert answer.status_code == 422
    assert "1,085" in answer.content.decode()
    assert not [row for row in rates("USD") if row.valid_from == date(2026, 3, 1)]


def test_a_percentage_of_a_stage_is_read_as_its_language_writes_it(trade: Trade, sign_in: SignIn) -> None:
    ada = french(sign_in(trade.company.ada))
    first = trade.sales.stages[0]
    address = f"/settings/stages/{first.id}/edit/"
    given = hidden(page_at(ada, address))
    saved = ada.post(address, {**given, "name_en": first.name_en, "completed": "12,125 %"})
    assert saved.status_code in (200, 302)
    assert stage_by_id(first.id)[1].completed == Decimal("12.13")
