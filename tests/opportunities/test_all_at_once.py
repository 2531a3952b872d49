"""Whatever is wrong with one submission is said at once, by field."""

from collections.abc import Callable
from typing import Any

import pytest

from opportune.campaigns.actions import create_campaign, edit_campaign
from opportune.customers.actions import connect, create_account, edit_account
from opportune.kernel.errors import Invalid
from opportune.kernel.records import RecordRef
from opportune.opportunities import actions
from tests.deals import Trade, process_with, stage

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("march")]


def faults(command: Callable[..., Any], *args: Any, **how: Any) -> set[str]:
    """The fields a command finds fault with."""
    with pytest.raises(Invalid) as invalid:
        command(*args, **how)
    return set(invalid.value.fields)


def test_all_that_is_wrong_with_a_new_deal_is_said(trade: Trade) -> None:
    wrong = {
        "subject": "",
        "estimated_value": "much",
        "estimated_close_on": "soon",
        "currency": "QQQ",
        "owner_id": 987654,
        "primary_contact_id": 987654,
        "source": "nowhere",
    }
    assert faults(actions.create, trade.company.ada, wrong, process_id=99) == {*wrong, "customer", "process"}


def test_what_a_process_asks_for_is_said_along_with_the_rest(trade: Trade) -> None:
    demanding = process_with(stage("first", chance=10), key="demanding", estimates_required=True)
    first = demanding.stages[0].id
    wrong = faults(actions.create, trade.alice, {"subject": ""}, process_id=demanding.id, stage_id=first)
    assert {"subject", "customer", "estimated_value", "estimated_close_on"} <= wrong


def test_a_sound_deal_is_made_beside_the_wrong_one(trade: Trade) -> None:
    sound = {"subject": "Two pumps", "account_id": trade.account.pk}
    drafts = [
        actions.Draft({"subject": "", "external_id": "A1"}),
        actions.Draft({**sound, "external_id": "A1"}),
    ]
    wrong, made = actions.create_many(trade.alice, drafts)
    assert isinstance(wrong, Invalid)
    assert set(wrong.fields) == {"subject", "customer"}
    assert getattr(made, "external_id", None) == "A1"


def test_all_that_is_wrong_with_an_edit_is_said_and_nothing_is_changed(trade: Trade) -> None:
    deal = trade.deal(estimated_value=5)
    wrong = {
        "subject": "",
        "budget": "-1",
        "currency": "QQQ",
        "campaign_id": 987654,
        "estimated_close_on": "soon",
    }
    assert faults(actions.edit, trade.alice, deal.pk, {**wrong, "estimated_value": 7}) == set(wrong)
    deal.refresh_from_db()
    assert deal.estimated_value == 5


def test_all_that_is_wrong_with_a_move_is_said(trade: Trade) -> None:
    deal = trade.deal()
    wrong = {"on": "2036-01-01", "chance": "101", "estimated_value": "much", "estimated_close_on": "soon"}
    assert faults(actions.move, trade.alice, deal.pk, wish="update", **wrong) == set(wrong)


def test_all_that_is_wrong_with_a_competitor_on_a_deal_is_said(trade: Trade) -> None:
    deal = trade.deal()
    wrong = {"name": "", "price": "-1", "checked_on": "soon"}
    assert faults(actions.add_rival, trade.alice, deal.pk, **wrong) == set(wrong)


def test_all_that_is_wrong_with_a_competitor_is_said(trade: Trade) -> None:
    assert faults(actions.create_competitor, trade.alice, {"name": "", "website": "no site"}) == {
        "name",
        "website",
    }


def test_all_that_is_wrong_with_an_account_is_said(trade: Trade) -> None:
    wrong = {"name": "", "email": "nobody", "parent_id": 987654, "type": "none"}
    assert faults(create_account, trade.alice, wrong) == set(wrong)
    assert faults(edit_account, trade.alice, trade.account.pk, wrong) == set(wrong)


def test_all_that_is_wrong_with_a_campaign_is_said(trade: Trade) -> None:
    carol = trade.company.carol
    wrong = {"name": "", "budgeted_cost": "much", "owner_id": 987654, "type": "none"}
    assert faults(create_campaign, trade.company.ada, wrong) == set(wrong)
    campaign = create_campaign(carol, {"name": "Fair"})
    dates = {"name": "", "starts_on": "2026-05-02", "ends_on": "2026-05-01"}
    assert faults(edit_campaign, carol, campaign.pk, dates) == {"name", "ends_on"}


def test_all_that_is_wrong_with_a_connection_is_said(trade: Trade) -> None:
    deal = trade.deal()
    wrong = {"started_on": "soon", "role": "nonsense:nothing"}
    named = faults(connect, trade.alice, deal.ref, RecordRef("contact", 987654), wrong)
    assert named == {"to", *wrong}
