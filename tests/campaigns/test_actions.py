"""Campaigns and segments: writing them, the bin, undo, rights; and what deals let go of."""

from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Any

import pytest

from opportune.campaigns import actions, queries
from opportune.campaigns.filters import CampaignFilter, SegmentFilter
from opportune.campaigns.models import Campaign, Segment
from opportune.customers.actions import delete_account
from opportune.deleted.actions import delete_for_good, restore_from_bin
from opportune.identity.actions import install_roles
from opportune.identity.actor import Actor
from opportune.identity.models import Grant
from opportune.identity.permissions import Depth
from opportune.kernel.errors import Conflict, Invalid, NotFound, NotPermitted, Refused
from opportune.kernel.records import RecordRef
from opportune.ledger.lasting import new_edition
from opportune.ledger.undo import undo
from opportune.opportunities import actions as deals
from opportune.opportunities.models import Opportunity
from opportune.opportunities.queries import brought_by, opportunity
from opportune.reference.actions import add_choice, remove_choice
from opportune.search.queries import find
from tests.deals import SYSTEM, Trade, id_of, last_change_set, parts
from tests.people import again

NAMED: dict[str, Any] = {"name": "Spring fair", "type": "trade_show", "is_activated": True}


def campaign(trade: Trade, actor: Actor | None = None, **fields: Any) -> Campaign:
    """A campaign that is under way, Alice's unless said otherwise."""
    return actions.create_campaign(actor or trade.alice, {**NAMED, **fields})


def segment(trade: Trade, of: Campaign | None = None, **fields: Any) -> Segment:
    """A segment of Alice's."""
    given = {"name": "Mills", "campaign_id": of.pk if of else None, **fields}
    return actions.create_segment(trade.alice, given)


def own_only(actor: Actor) -> Actor:
    """The actor, who sees but their own campaigns and segments."""
    narrowed = {(kind, "read"): Depth.OWN for kind in ("campaign", "segment")}
    return replace(actor, depths=MappingProxyType({**actor.depths, **narrowed}))


def test_a_campaign_is_the_creators_and_keeps_what_is_typed(trade: Trade) -> None:
    made = campaign(
        trade, starts_on="2026-03-01", ends_on="2026-03-31", budgeted_cost="1,500.50", code="SF26"
    )
    record = queries.campaign_record(trade.alice, made.pk)
    assert (record.owner_id, record.code, str(record.budgeted_cost)) == (
        id_of(trade.alice),
        "SF26",
        "1500.5000",
    )
    assert record.may == {"write", "delete", "assign"}


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"name": "  "}, "name"),
        ({"starts_on": "2026-03-02", "ends_on": "2026-03-01"}, "ends_on"),
        ({"type": "nonsense"}, "type"),
        ({"owner_id": 999}, "owner_id"),
        ({"budgeted_cost": "-1"}, "budgeted_cost"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_makes_no_campaign_is_named(trade: Trade, fields: dict[str, Any], wrong: str) -> None:
    made = campaign(trade)
    with pytest.raises(Invalid) as creating:
        campaign(trade, **fields)
    with pytest.raises(Invalid) as editing:
        actions.edit_campaign(trade.alice, made.pk, fields)
    assert set(creating.value.fields) == set(editing.value.fields) == {wrong}


def test_whoever_sells_reads_every_campaign_and_changes_none_of_others(trade: Trade) -> None:
    made, dan = campaign(trade), trade.company.dan
    assert queries.campaign_record(dan, made.pk).may == set()
    for command in (actions.activate_campaign, actions.delete_campaign):
        with pytest.raises(NotPermitted):
            command(dan, made.pk)
    with pytest.raises(NotPermitted):
        actions.create_campaign(trade.company.rita, NAMED)


def test_a_narrower_role_sees_only_its_own_campaigns(trade: Trade) -> None:
    made, bob = campaign(trade), own_only(trade.company.bob)
    with pytest.raises(NotFound):
        queries.campaign_record(bob, made.pk)
    assert queries.campaigns(bob, CampaignFilter()).rows == []
    assert queries.find_campaigns(bob, "spring") == []
    assert find(bob, "spring") == []
    account = trade.company.account(owner=bob)
    with pytest.raises(Invalid, match="cannot see"):
        deals.create(bob, {"subject": "Pump", "account_id": account.pk, "campaign_id": made.pk})


def test_two_people_change_one_campaign(trade: Trade) -> None:
    made = campaign(trade)
    actions.edit_campaign(trade.alice, made.pk, {"starts_on": "2026-03-01"})
    actions.edit_campaign(trade.alice, made.pk, {"code": "SF"}, version=1)
    with pytest.raises(Conflict):
        actions.edit_campaign(trade.alice, made.pk, {"ends_on": "2026-04-01"}, version=1)


def test_undo_takes_a_campaign_back_unless_something_came_from_it(trade: Trade) -> None:
    alone = last_change_set(campaign, trade)
    undo(trade.alice, alone)
    assert not queries.campaigns(trade.alice, CampaignFilter()).rows
    made = last_change_set(campaign, trade, name="Autumn fair")
    autumn = Campaign.objects.get(name="Autumn fair")
    trade.deal(campaign_id=autumn.pk)
    with pytest.raises(Refused, match="Nothing was undone"):
        undo(trade.alice, made)


def test_a_deleted_campaign_leaves_deals_and_segments_and_comes_back_with_them(trade: Trade) -> None:
    made = campaign(trade)
    mills = segment(trade, made)
    opened = trade.deal(initiated_by=f"campaign:{made.pk}")
    won = trade.won(trade.deal("Sold", campaign_id=made.pk, estimated_value=100))
    trade_other = trade.deal("Elsewhere")
    actions.delete_campaign(trade.alice, made.pk)
    for deal in (opened, won):
        deal.refresh_from_db()
        assert (deal.campaign_id, deal.initiated_by_kind, deal.initiated_by_id) == (None, "", None)
    assert Segment.objects.get(pk=mills.pk).campaign_id is None
    restore_from_bin(trade.alice, made.ref)
    for deal in (opened, won):
        deal.refresh_from_db()
        assert deal.campaign_id == made.pk
    opened.refresh_from_db()
    assert opened.initiated_by_id == made.pk
    assert Segment.objects.get(pk=mills.pk).campaign_id == made.pk
    trade_other.refresh_from_db()
    assert trade_other.campaign_id is None


def test_a_deal_that_found_another_campaign_keeps_it(trade: Trade) -> None:
    made, other = campaign(trade), campaign(trade, name="Other")
    deal = trade.deal(campaign_id=made.pk)
    actions.delete_campaign(trade.alice, made.pk)
    deals.edit(trade.alice, deal.pk, {"campaign_id": other.pk})
    actions.restore_campaign(trade.alice, made.pk)
    deal.refresh_from_db()
    assert deal.campaign_id == other.pk


def test_undo_gives_no_deal_a_campaign_that_is_in_the_bin(trade: Trade) -> None:
    made = campaign(trade)
    deal = trade.deal(campaign_id=made.pk)
    cleared = last_change_set(deals.edit, trade.alice, deal.pk, {"campaign_id": None})
    actions.delete_campaign(trade.alice, made.pk)
    with pytest.raises(Refused) as refusal:
        undo(trade.alice, cleared)
    assert refusal.value.code == "origin_gone"
    actions.restore_campaign(trade.alice, made.pk)
    undo(trade.alice, cleared)
    deal.refresh_from_db()
    assert deal.campaign_id == made.pk


def test_what_is_in_the_bin_goes_for_good_and_what_is_not_is_not_restored(trade: Trade) -> None:
    made, mills = campaign(trade), segment(trade)
    actions.add_line(trade.alice, mills.pk, {"account_id": trade.account.pk})
    for ref, delete in ((made.ref, actions.delete_campaign), (mills.ref, actions.delete_segment)):
        with pytest.raises(Refused) as refusal:
            restore_from_bin(trade.alice, ref)
        assert refusal.value.code == "not_in_bin"
        delete(trade.alice, ref.id)
        delete_for_good(trade.company.ada, ref)
    assert not Campaign.objects.exists()
    assert not Segment.objects.exists()


def test_a_line_is_a_customer_once_or_blank_and_is_filled_in_later(trade: Trade) -> None:
    mills, contact = segment(trade), trade.company.contact("Petit")
    line = actions.add_line(trade.alice, mills.pk, {"account_id": trade.account.pk})
    blank = actions.add_line(trade.alice, mills.pk, {"note": "the buyer of Northwind"})
    with pytest.raises(Refused) as refusal:
        actions.change_line(trade.alice, mills.pk, blank.pk, {"account_id": trade.account.pk})
    assert refusal.value.code == "line_twice"
    actions.change_line(trade.alice, mills.pk, blank.pk, {"contact_id": contact.pk})
    shown = queries.lines(trade.alice, mills.pk).rows
    assert [row.customer for row in shown] == [trade.account.ref, contact.ref]
    removed = last_change_set(actions.remove_line, trade.alice, mills.pk, line.pk)
    actions.add_line(trade.alice, mills.pk, {"account_id": trade.account.pk})
    with pytest.raises(Refused, match="already"):
        undo(trade.alice, removed)


def test_a_line_names_one_customer_that_is_seen(trade: Trade) -> None:
    mills, hidden = segment(trade), trade.company.account("Hidden", owner=trade.company.dan)
    for fields in (
        {"account_id": hidden.pk},
        {"account_id": trade.account.pk, "contact_id": trade.company.contact("Petit").pk},
    ):
        with pytest.raises(Invalid) as refusal:
            actions.add_line(trade.alice, mills.pk, fields)
        assert set(refusal.value.fields) == {"customer"}
    refs = [hidden.ref, trade.account.ref, trade.account.ref]
    assert len(actions.add_lines(trade.alice, mills.pk, refs)) == 1
    assert queries.lines(trade.company.dan, mills.pk).rows == []
    assert queries.segment_record(trade.company.dan, mills.pk).lines == 0


def test_e35_a_customer_on_a_segment_is_not_deleted(trade: Trade) -> None:
    mills = segment(trade)
    line = actions.add_line(trade.alice, mills.pk, {"account_id": trade.account.pk})
    with pytest.raises(Refused, match="Mills") as refusal:
        delete_account(trade.alice, trade.account.pk)
    assert refusal.value.code == "on_segments"
    actions.remove_line(trade.alice, mills.pk, line.pk)
    delete_account(trade.alice, trade.account.pk)


def test_a_removed_type_is_replaced_and_comes_back(trade: Trade) -> None:
    add_choice(trade.company.ada, "campaign_type", name_en="Podcast", name_fr="Podcast")
    made = campaign(trade, type="podcast")
    removed = last_change_set(
        remove_choice, trade.company.ada, "campaign_type", "podcast", replacement="email"
    )
    made.refresh_from_db()
    assert made.type == "email"
    undo(trade.company.ada, removed)
    made.refresh_from_db()
    assert made.type == "podcast"


def test_what_a_campaign_brought_is_exact_and_what_the_reader_sees(trade: Trade) -> None:
    made = campaign(trade, actual_cost=50)
    trade.deal(campaign_id=made.pk, estimated_value="0.01")
    trade.won(trade.deal(campaign_id=made.pk, estimated_value="100.02"))
    trade.lost(trade.deal(campaign_id=made.pk, estimated_value="7"))
    trade.deal("Not from it", estimated_value="1000")
    found = brought_by(trade.alice, "campaign", [made.pk])[made.pk]
    assert (found.all.count, str(found.all.value)) == (3, "107.0300")
    assert (found.won.count, str(found.won.value), found.open.count, found.lost.count) == (
        1,
        "100.0200",
        1,
        1,
    )
    assert str(found.return_on(made.actual_cost)) == "100.0400"
    assert found.return_on(None) is None
    assert brought_by(trade.company.dan, "campaign", [made.pk])[made.pk].all.count == 0


def test_lists_are_filtered_sorted_and_paged(trade: Trade, march: date) -> None:
    draft = campaign(trade, name="Draft", is_activated=False)
    over = campaign(trade, name="Over", ends_on="2026-03-09")
    running = campaign(trade, name="Running", starts_on="2026-03-10")
    planned = campaign(trade, name="Planned", starts_on="2026-03-11", type="email")

    def names(**asked: str) -> list[str]:
        wanted = CampaignFilter.read(asked, trade.alice)
        assert CampaignFilter.read(wanted.parameters(), trade.alice) == wanted
        found, after = [], None
        while True:
            page = queries.campaigns(trade.alice, wanted, after=after, limit=1)
            found += [row.name for row in page.rows]
            after = page.next
            if after is None:
                assert queries.count_campaigns(trade.alice, wanted) == len(found)
                return found

    assert names() == ["Draft", "Over", "Planned", "Running"]
    assert names(sort="-starts") == ["Planned", "Running", "Over", "Draft"]
    for made, state in ((draft, "draft"), (over, "over"), (running, "running"), (planned, "planned")):
        assert names(state=state) == [made.name]
        assert queries.campaign_record(trade.alice, made.pk).state == state
    assert names(type="email", owner="me") == ["Planned"]
    assert names(valid_on="2026-03-09") == ["Over"]
    for wrong in ({"state": "x"}, {"valid_on": "x"}, {"sort": "x"}, {"owner": "x"}, {"nonsense": "x"}):
        with pytest.raises(Invalid):
            CampaignFilter.read(wrong, trade.alice)


def test_segments_are_found_by_campaign_customer_and_words(trade: Trade) -> None:
    made = campaign(trade)
    mills, _other = segment(trade, made), segment(trade, name="Forges")
    actions.add_line(trade.alice, mills.pk, {"account_id": trade.account.pk})

    def names(**asked: str) -> list[str]:
        wanted = SegmentFilter.read(asked, trade.alice)
        assert SegmentFilter.read(wanted.parameters(), trade.alice) == wanted
        return [row.name for row in queries.segments(trade.alice, wanted).rows]

    assert names(sort="-created") == ["Forges", "Mills"]
    assert (
        names(campaign=str(made.pk))
        == names(customer=str(trade.account.ref))
        == names(text="mill")
        == ["Mills"]
    )
    assert {hit.kind for hit in find(trade.alice, "spring fair")} == {"campaign", "segment"}
    with pytest.raises(Invalid):
        SegmentFilter.read({"customer": "campaign:1"}, trade.alice)


def test_choosing_a_campaign_brings_its_only_segment_or_none(trade: Trade) -> None:
    one, two = campaign(trade), campaign(trade, name="Two")
    mills = segment(trade, one)
    segment(trade, two, name="A"), segment(trade, two, name="B")
    deal = trade.deal(campaign_id=one.pk)
    assert parts(deal, "segment_id") == (mills.pk,)
    chosen = last_change_set(deals.edit, trade.alice, deal.pk, {"campaign_id": two.pk})
    deal.refresh_from_db()
    assert parts(deal, "campaign_id", "segment_id") == (two.pk, None)
    undo(trade.alice, chosen)
    deal.refresh_from_db()
    assert (deal.campaign_id, deal.segment_id) == (one.pk, mills.pk)
    deals.edit(trade.alice, deal.pk, {"campaign_id": None})
    deal.refresh_from_db()
    assert deal.segment_id is None


def test_a_campaign_that_led_to_a_deal_fills_it_in_whenever_it_was(trade: Trade) -> None:
    over = campaign(trade, ends_on="2020-01-01")
    assert trade.deal(initiated_by=f"campaign:{over.pk}").campaign_id == over.pk
    with pytest.raises(Invalid):
        trade.deal(campaign_id=over.pk)


def test_a_copy_leaves_out_a_campaign_that_is_over(trade: Trade) -> None:
    made = campaign(trade)
    segment(trade, made)
    deal = trade.deal(campaign_id=made.pk)
    assert deals.clone(trade.alice, deal.pk).campaign_id == made.pk
    actions.edit_campaign(trade.alice, made.pk, {"ends_on": "2020-01-01"})
    copied = deals.clone(trade.alice, deal.pk)
    assert (copied.campaign_id, copied.segment_id) == (None, None)
    deals.edit(trade.alice, deal.pk, {"budget": 1})
    assert opportunity(trade.alice, deal.pk).origin.campaign_name == made.name


def test_e02_deals_are_opened_for_the_customers_of_a_segment_once(trade: Trade) -> None:
    made = campaign(trade)
    mills = segment(trade, made)
    with pytest.raises(Refused) as refusal:
        deals.create_from_segment(trade.alice, mills.pk)
    assert refusal.value.code == "segment_empty"
    lines = [
        actions.add_line(trade.alice, mills.pk, {"account_id": trade.company.account(name).pk})
        for name in ("One", "Two")
    ]
    first = deals.create_from_segment(trade.alice, mills.pk, line_ids=[lines[0].pk])
    rest = deals.create_from_segment(trade.alice, mills.pk, subject="Pumps", is_started=True)
    assert (len(first.made), len(rest.made), rest.covered) == (1, 1, 1)
    started = Opportunity.objects.get(pk=rest.made[0])
    assert (started.subject, started.status, started.campaign_id) == ("Pumps", "in_progress", made.pk)
    with pytest.raises(Refused) as covered:
        deals.create_from_segment(trade.alice, mills.pk)
    assert covered.value.code == "segment_covered"
    everyone = deals.create_from_segment(trade.alice, mills.pk, again=True)
    assert len(everyone.made) == 2


def test_opening_deals_needs_the_right_and_a_campaign_under_way(trade: Trade) -> None:
    made = campaign(trade, is_activated=False)
    mills = segment(trade, made)
    actions.add_line(trade.alice, mills.pk, {"account_id": trade.account.pk})
    with pytest.raises(Invalid) as refusal:
        deals.create_from_segment(trade.alice, mills.pk)
    assert set(refusal.value.fields) == {"campaign_id"}
    with pytest.raises(NotPermitted):
        deals.create_from_segment(trade.company.rita, mills.pk)
    with pytest.raises(NotFound):
        deals.create_from_segment(trade.alice, 999)


def test_roles_that_were_there_before_campaigns_get_what_ships(trade: Trade) -> None:
    Grant.objects.filter(record_kind__in=("campaign", "segment")).delete()
    new_edition()
    assert not again(trade.alice).may("campaign", "read")
    install_roles(SYSTEM)
    assert again(trade.alice).depth("campaign", "read") == Depth.ORGANISATION
    assert again(trade.alice).depth("campaign", "write") == Depth.OWN
    Grant.objects.filter(record_kind="campaign", role__key="salesperson").delete()
    new_edition()
    install_roles(SYSTEM)
    assert not again(trade.alice).may("campaign", "read")


def test_the_ref_of_a_line_is_its_customer(trade: Trade) -> None:
    mills = segment(trade)
    line = actions.add_line(trade.alice, mills.pk, {"account_id": trade.account.pk})
    assert queries.customers_on(trade.alice, mills.pk) == [RecordRef("account", trade.account.pk)]
    assert queries.line(trade.alice, mills.pk, line.pk).customer_name == "Northwind"
