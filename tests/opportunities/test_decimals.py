"""An amount has no more decimals than its currency: it would be shown other than it was typed."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from opportune.campaigns.actions import create_campaign
from opportune.customers.actions import edit_account
from opportune.kernel.errors import Invalid
from opportune.opportunities import actions
from opportune.opportunities.models import Opportunity
from opportune.reference.actions import add_currency, set_rate
from tests.deals import NOON, SYSTEM, TODAY, Trade

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("march")]

FINE = Decimal("12345.678")
COARSE = Decimal("12345.67")


@pytest.fixture
def deal(trade: Trade) -> Opportunity:
    return trade.deal(estimated_value="10.25")


@pytest.fixture
def yen(trade: Trade) -> str:
    """A currency without decimals."""
    add_currency(SYSTEM, code="JPY", digits=0)
    set_rate(SYSTEM, code="JPY", rate=Decimal(160), valid_from=date(2026, 1, 1))
    return "JPY"


def told(command: Callable[..., Any], *args: Any, **how: Any) -> dict[str, str]:
    """What a command says is wrong, by field."""
    with pytest.raises(Invalid) as invalid:
        command(*args, **how)
    return {name: str(why) for name, why in invalid.value.fields.items()}


def test_a_new_deal_says_how_many_decimals_its_currency_has(trade: Trade) -> None:
    given = {"subject": "Two pumps", "account_id": trade.account.pk, "estimated_value": "12,345.678"}
    why = "Amounts in EUR have at most 2 decimals."
    assert told(actions.create, trade.alice, {**given, "budget": FINE}) == {
        "estimated_value": why,
        "budget": why,
    }
    assert actions.create(trade.alice, {**given, "estimated_value": "12,345.67"}).estimated_value == COARSE


def test_zeros_at_the_end_are_no_decimals(trade: Trade) -> None:
    assert trade.deal(estimated_value="12.5000").estimated_value == Decimal("12.5")


def test_a_currency_may_have_none_at_all(trade: Trade, yen: str) -> None:
    given = {"subject": "Two pumps", "account_id": trade.account.pk, "currency": yen}
    why = {"estimated_value": "Amounts in JPY have no decimals."}
    assert told(actions.create, trade.alice, {**given, "estimated_value": "10.5"}) == why
    assert actions.create(trade.alice, {**given, "estimated_value": "10"}).estimated_value == 10


def test_an_edit_is_held_to_the_currency(trade: Trade, deal: Opportunity) -> None:
    assert set(told(actions.edit, trade.alice, deal.pk, {"budget": FINE})) == {"budget"}
    assert actions.edit(trade.alice, deal.pk, {"budget": COARSE}).budget == COARSE


def test_another_currency_must_fit_the_amounts_there_are(trade: Trade, deal: Opportunity, yen: str) -> None:
    assert set(told(actions.edit, trade.alice, deal.pk, {"currency": yen})) == {"estimated_value"}
    assert actions.edit(trade.alice, deal.pk, {"currency": yen, "estimated_value": 10}).currency == yen


def test_a_value_typed_along_a_move_is_held_to_it(trade: Trade, deal: Opportunity) -> None:
    assert set(told(actions.move, trade.alice, deal.pk, wish="update", estimated_value=FINE)) == {
        "estimated_value"
    }
    assert actions.move(trade.alice, deal.pk, wish="update", estimated_value=COARSE).estimated_value == COARSE


def test_the_actual_value_is_held_to_it(trade: Trade, deal: Opportunity) -> None:
    how: dict[str, Any] = {"outcome": "won", "reason": "PRICE_W", "on": TODAY}
    assert set(told(actions.close, trade.alice, deal.pk, **how, actual_value=FINE)) == {"actual_value"}
    assert actions.close(trade.alice, deal.pk, **how, actual_value=COARSE).actual_value == COARSE


def test_what_a_competitor_asks_is_held_to_it(trade: Trade, deal: Opportunity) -> None:
    assert set(told(actions.add_rival, trade.alice, deal.pk, name="Rival", price=FINE)) == {"price"}
    rival = actions.add_rival(trade.alice, deal.pk, name="Rival", price=COARSE)
    assert set(told(actions.change_rival, trade.alice, deal.pk, rival.competitor_id, {"price": FINE})) == {
        "price"
    }


def test_a_past_that_is_taken_in_is_held_to_it(trade: Trade) -> None:
    fields = {"subject": "Two pumps", "account_id": trade.account.pk}
    past = [
        actions.Happening("won", NOON, TODAY, reason_code="PRICE_W", actual_value=value)
        for value in (FINE, COARSE)
    ]
    drafts = [actions.Draft(fields, created_at=NOON, created_on=TODAY, history=(one,)) for one in past]
    with_at = [
        actions.Draft(d.fields, created_at=NOON.replace(hour=1), created_on=TODAY, history=d.history)
        for d in drafts
    ]
    wrong, made = actions.create_many(trade.alice, with_at)
    assert isinstance(wrong, Invalid)
    assert set(wrong.fields) == {"actual_value"}
    assert getattr(made, "actual_value", None) == COARSE


def test_what_is_in_base_currency_is_held_to_that(trade: Trade) -> None:
    assert set(told(create_campaign, trade.company.carol, {"name": "Fair", "actual_cost": FINE})) == {
        "actual_cost"
    }
    assert set(told(edit_account, trade.alice, trade.account.pk, {"annual_revenue": FINE})) == {
        "annual_revenue"
    }
    assert edit_account(trade.alice, trade.account.pk, {"annual_revenue": COARSE}).annual_revenue == COARSE
