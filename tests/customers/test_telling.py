"""What the changes of a record are told as: names as far as their reader may know them."""

from dataclasses import replace
from decimal import Decimal

import pytest

from opportune.campaigns.actions import create_campaign
from opportune.customers.queries import Told, told
from opportune.identity.actor import Actor
from opportune.kernel.records import RecordRef
from opportune.kernel.sentences import Named, sentence
from opportune.ledger.queries import history_of
from opportune.opportunities import actions
from opportune.opportunities.models import Opportunity
from tests.deals import Trade

pytestmark = pytest.mark.django_db


@pytest.fixture
def blind(trade: Trade) -> Actor:
    """Carol, without a right on campaigns."""
    carol = trade.company.carol
    return replace(carol, depths={key: depth for key, depth in carol.depths.items() if key[0] != "campaign"})


def newest(actor: Actor, deal: Opportunity, field: str, **now: object) -> Told:
    """What the latest change of a deal did to a field."""
    items = history_of(RecordRef("opportunity", deal.pk))
    [found] = told(actor, "opportunity", items, now, [field])[0]
    return found


def test_a_campaign_that_the_reader_may_not_see_is_named_only_while_the_deal_has_it(
    trade: Trade, blind: Actor
) -> None:
    secret = create_campaign(trade.alice, {"name": "Secret spring", "is_activated": True})
    deal = trade.deal()
    actions.edit(trade.alice, deal.pk, {"campaign_id": secret.pk})
    assert newest(blind, deal, "campaign_id", campaign_id=secret.pk).after == "Secret spring"
    actions.edit(trade.alice, deal.pk, {"campaign_id": None})
    hidden = newest(blind, deal, "campaign_id")
    assert (hidden.before, hidden.after) == (sentence("a campaign you cannot see"), None)
    assert newest(trade.alice, deal, "campaign_id").before == "Secret spring"


def test_codes_are_told_by_the_names_of_their_choices(trade: Trade) -> None:
    deal = trade.deal(rating="warm")
    actions.edit(trade.alice, deal.pk, {"rating": "hot"})
    change = newest(trade.alice, deal, "rating")
    assert (change.before, change.after) == (Named("Warm", "Tiède"), Named("Hot", "Chaud"))


def test_amounts_come_with_the_currency_of_then(trade: Trade) -> None:
    deal = trade.deal(estimated_value=100)
    actions.edit(trade.alice, deal.pk, {"estimated_value": "200.50"})
    change = newest(trade.alice, deal, "estimated_value", currency="EUR")
    assert (change.before, change.after, change.kind) == (Decimal(100), Decimal("200.50"), "money")
    assert change.currencies == ("EUR", "EUR")


def test_an_initiator_whose_kind_is_not_known_is_left_unsaid(trade: Trade) -> None:
    """A change notes only what differs: the kind stands in one that is not on the page."""
    deal = trade.deal(initiated_by=f"account:{trade.account.pk}")
    actions.edit(trade.alice, deal.pk, {"initiated_by": f"account:{trade.company.account('Harbour').pk}"})
    assert not newest(trade.alice, deal, "initiated_by").is_said
    said = newest(trade.alice, deal, "initiated_by", initiated_by_kind="account")
    assert (said.before, said.after) == (trade.account.name, "Harbour")
