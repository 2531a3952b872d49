"""Business Central’s scenarios of campaigns and segments, by the actions and through the API."""

from typing import Any

import pytest

from opportune.campaigns import actions
from opportune.opportunities.models import Opportunity
from tests.deals import Trade
from tests.doors.callers import Caller, caller
from tests.scenarios.hands import Hand, refused


def campaign(trade: Trade, name: str, starts: str, ends: str, **fields: Any) -> int:
    """An activated campaign of Alice's."""
    given = {"name": name, "starts_on": starts, "ends_on": ends, "is_activated": True, **fields}
    return actions.create_campaign(trade.alice, given).pk


def segment(trade: Trade, name: str, campaign_id: int) -> int:
    """A segment of a campaign."""
    return actions.create_segment(trade.alice, {"name": name, "campaign_id": campaign_id}).pk


@pytest.fixture
def two(trade: Trade, workday: None) -> tuple[int, int]:
    """CA1 until 3 March and CA2 from then on; it is 2 March."""
    first = campaign(trade, "CA1", "2026-03-01", "2026-03-03")
    return first, campaign(trade, "CA2", "2026-03-03", "2026-03-04")


def deal(hand: Hand, trade: Trade, **fields: Any) -> int:
    """A new deal."""
    return hand.create(subject="Pumps", account_id=trade.account.pk, **fields)


def names(api: Caller, address: str) -> list[str]:
    """The names a list of the API has."""
    return [row["name"] for row in api.get(address).json["items"]]


def test_bc_c6c_new_from_a_campaigns_list(hand: Hand, trade: Trade, two: tuple[int, int]) -> None:
    made = deal(hand, trade, campaign_id=two[0])
    assert (hand.see(made)["campaign_id"], hand.see(made)["campaign_name"]) == (two[0], "CA1")
    listed = caller(trade.alice).get(f"/campaigns/{two[0]}/opportunities").json["items"]
    assert [row["id"] for row in listed] == [made]


def test_bc_d1_the_lookup_shows_campaigns_valid_on_the_creation_date(
    hand: Hand, trade: Trade, two: tuple[int, int]
) -> None:
    campaign(trade, "CA3", "2026-03-01", "2026-03-03", is_activated=False)
    assert names(caller(trade.alice), "/campaigns?valid_on=2026-03-02") == ["CA1"]
    made = deal(hand, trade)
    assert hand.edit(made, campaign_id=two[0])["campaign_id"] == two[0]


def test_bc_d2_a_campaign_outside_its_dates_or_not_activated_is_refused(
    hand: Hand, trade: Trade, two: tuple[int, int]
) -> None:
    idle = campaign(trade, "CA3", "2026-03-01", "2026-03-03", is_activated=False)
    made = deal(hand, trade)
    for wrong in (two[1], idle):
        assert refused(hand.edit, made, campaign_id=wrong) == ("invalid", {"campaign_id"})
        assert refused(deal, hand, trade, campaign_id=wrong) == ("invalid", {"campaign_id"})
    actions.activate_campaign(trade.alice, idle)
    assert hand.edit(made, campaign_id=idle)["campaign_name"] == "CA3"


def test_bc_d3_the_lookup_shows_segments_of_the_campaign(
    hand: Hand, trade: Trade, two: tuple[int, int]
) -> None:
    first, second = segment(trade, "S1", two[0]), segment(trade, "S2", two[1])
    assert names(caller(trade.alice), f"/segments?campaign={two[0]}") == ["S1"]
    made = deal(hand, trade, campaign_id=two[0], segment_id=first)
    assert refused(hand.edit, made, segment_id=second) == ("invalid", {"segment_id"})


def test_bc_d5_the_segments_name_follows_the_segment(hand: Hand, trade: Trade, two: tuple[int, int]) -> None:
    first = segment(trade, "S1", two[0])
    made = deal(hand, trade)
    assert hand.edit(made, segment_id=first)["segment_name"] == "S1"
    cleared = hand.edit(made, segment_id=None)
    assert (cleared["segment_id"], cleared["segment_name"]) == (None, "")


def test_bc_d7_an_opportunity_from_one_line_has_the_segment(trade: Trade, two: tuple[int, int]) -> None:
    api, first = caller(trade.alice), segment(trade, "S1", two[0])
    line = api.post(f"/segments/{first}/lines", {"account_id": trade.account.pk}).json
    api.post(f"/segments/{first}/lines", {"contact_id": trade.company.contact("Petit").pk})
    opened = api.post(f"/segments/{first}/opportunities", {"lines": [line["id"]]}).json
    [made] = opened["opportunities"]
    shown = api.get(f"/opportunities/{made}").json
    assert (shown["segment_id"], shown["campaign_id"], shown["account_id"]) == (
        first,
        two[0],
        trade.account.pk,
    )
    assert [row["opportunities"] for row in api.get(f"/segments/{first}/lines").json["items"]] == [1, 0]


@pytest.mark.parametrize("by", ["actions", "api"])
def test_bc_d9_a_segment_opens_deals_for_lines_with_a_customer(
    trade: Trade, two: tuple[int, int], by: str
) -> None:
    api, first, empty = caller(trade.alice), segment(trade, "S1", two[0]), segment(trade, "S0", two[0])
    for given in ({"account_id": trade.account.pk}, {"contact_id": trade.company.contact("Petit").pk}, {}):
        if by == "api":
            assert api.post(f"/segments/{first}/lines", given).status == 201
        else:
            actions.add_line(trade.alice, first, given)
    opened = api.post(f"/segments/{first}/opportunities", {})
    assert opened.status == 201
    made = Opportunity.objects.filter(pk__in=opened.json["opportunities"])
    assert [(each.status, each.segment_id, each.subject) for each in made] == [
        ("not_started", first, "S1")
    ] * 2
    refusal = api.post(f"/segments/{empty}/opportunities", {})
    assert (refusal.status, refusal.json["code"]) == (422, "segment_empty")


def test_cm_c039_and_c040_the_initiating_campaign_counts_its_deals(
    hand: Hand, trade: Trade, two: tuple[int, int]
) -> None:
    made = deal(hand, trade, initiated_by=f"campaign:{two[0]}", estimated_value=1000)
    assert hand.see(made)["campaign_id"] == two[0]
    shown = caller(trade.alice).get(f"/campaigns/{two[0]}").json
    assert (shown["opportunities"], shown["value"], shown["won_value"]) == (1, "1000.0000", "0.0000")
