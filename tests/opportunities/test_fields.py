"""Where a deal comes from, what is odd about its dates, whether it is stuck, comments, and making it once."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opportune.campaigns.actions import create_campaign, create_segment
from opportune.campaigns.models import Campaign, Segment
from opportune.kernel import clock
from opportune.kernel.errors import Conflict, Invalid, NotPermitted
from opportune.ledger.undo import undo
from opportune.opportunities import actions
from opportune.opportunities.filters import OpportunityFilter
from opportune.opportunities.models import Opportunity
from opportune.opportunities.queries import opportunities, opportunity
from opportune.opportunities.staleness import is_stale
from opportune.opportunities.warning_signs import warning_signs
from opportune.process.models import Stage
from tests.deals import NOON, TODAY, Trade, days, id_of, last_change_set, parts
from tests.people import without


def campaign(trade: Trade, name: str = "Spring") -> Campaign:
    """A campaign of Alice's that is under way."""
    return create_campaign(trade.alice, {"name": name, "is_activated": True})


def segment(trade: Trade, of: Campaign) -> Segment:
    """A segment of a campaign."""
    return create_segment(trade.alice, {"name": "Mills", "campaign_id": of.pk})


def found(trade: Trade, **parameters: str) -> set[str]:
    """The subjects of the deals Alice finds."""
    wanted = OpportunityFilter.read(parameters, trade.alice)
    return {row.subject for row in opportunities(trade.alice, wanted).rows}


def wrong(trade: Trade, **fields: Any) -> set[str]:
    """The fields for which a deal is refused, created or edited."""
    with pytest.raises(Invalid) as creating:
        trade.deal("Refused", **fields)
    deal = trade.deal("Edited")
    with pytest.raises(Invalid) as editing:
        actions.edit(trade.alice, deal.pk, fields)
    assert set(creating.value.fields) == set(editing.value.fields)
    return set(editing.value.fields)


def test_an_account_a_contact_or_a_campaign_initiated_it(trade: Trade) -> None:
    contact, spring = trade.company.contact("Petit", first_name="Paul"), campaign(trade)
    deal = trade.deal(initiated_by=f"account:{trade.account.pk}")
    names = [opportunity(trade.alice, deal.pk).origin.initiated_by_name]
    for ref in (f"contact:{contact.pk}", f"campaign:{spring.pk}", ""):
        actions.edit(trade.alice, deal.pk, {"initiated_by": ref})
        origin = opportunity(trade.alice, deal.pk).origin
        assert origin.initiated_by == ref
        names.append(origin.initiated_by_name)
    assert names == ["Northwind", "Paul Petit", "Spring", ""]


@pytest.mark.parametrize(
    "typed", ["opportunity:1", "account", "account:0", "campaign:999", "7", "contact:999"]
)
def test_nothing_else_initiates_a_deal(trade: Trade, typed: str) -> None:
    assert wrong(trade, initiated_by=typed) == {"initiated_by"}


def test_what_one_does_not_see_initiates_nothing(trade: Trade) -> None:
    hidden = trade.company.account("Hidden", owner=trade.company.dan)
    assert wrong(trade, initiated_by=f"account:{hidden.pk}") == {"initiated_by"}


def test_the_initiating_campaign_fills_an_empty_campaign(trade: Trade) -> None:
    spring, autumn = campaign(trade), campaign(trade, "Autumn")
    assert trade.deal(initiated_by=f"campaign:{spring.pk}").campaign_id == spring.pk
    deal = trade.deal(campaign_id=autumn.pk, initiated_by=f"campaign:{spring.pk}")
    assert deal.campaign_id == autumn.pk
    later = trade.deal()
    edited = last_change_set(actions.edit, trade.alice, later.pk, {"initiated_by": f"campaign:{spring.pk}"})
    later.refresh_from_db()
    assert later.campaign_id == spring.pk
    undo(trade.alice, edited)
    later.refresh_from_db()
    assert parts(later, "campaign_id", "initiated_by_kind", "initiated_by_id") == (None, "", None)


def test_campaign_and_segment_exist(trade: Trade) -> None:
    spring = campaign(trade)
    mills = segment(trade, spring)
    deal = trade.deal(campaign_id=spring.pk, segment_id=mills.pk)
    origin = opportunity(trade.alice, deal.pk).origin
    assert (origin.campaign_name, origin.segment_name) == ("Spring", "Mills")
    assert found(trade, campaign=str(spring.pk)) == found(trade, segment=str(mills.pk)) == {"Two pumps"}
    Campaign.objects.update(deleted_at=NOON)
    assert wrong(trade, campaign_id=spring.pk) == {"campaign_id"}
    assert wrong(trade, segment_id=999) == {"segment_id"}


def test_payment_terms_are_of_their_list(trade: Trade) -> None:
    assert trade.deal(payment_terms="net_30").payment_terms == "net_30"
    assert wrong(trade, payment_terms="never") == {"payment_terms"}
    assert found(trade, payment_terms="net_30") == {"Two pumps"}


def test_a_deal_is_on_hold_or_in_progress(trade: Trade) -> None:
    trade.deal(on_hold=True)
    trade.deal("Valves", rating="hot", priority="low")
    assert (found(trade, on_hold="yes"), found(trade, on_hold="no")) == ({"Two pumps"}, {"Valves"})
    assert found(trade, rating="hot") == found(trade, priority="low") == {"Valves"}


@pytest.mark.parametrize(
    ("dates", "codes"),
    [
        ({}, []),
        ({"estimated_close_on": TODAY, "expires_on": TODAY, "delivery_on": TODAY}, []),
        ({"estimated_close_on": TODAY - days(1)}, ["past_due"]),
        ({"expires_on": TODAY - days(1)}, ["offer_expired"]),
        ({"estimated_close_on": TODAY + days(1), "delivery_on": TODAY}, ["delivery_before_close"]),
        ({"delivery_on": TODAY - days(9)}, []),
    ],
)
def test_odd_dates_are_warned_of(dates: dict[str, date], codes: list[str]) -> None:
    every = dict.fromkeys(("estimated_close_on", "expires_on", "delivery_on"))
    assert [sign.code for sign in warning_signs(**{**every, **dates}, today=TODAY)] == codes


def test_odd_dates_are_kept_and_a_closed_deal_warns_of_nothing(trade: Trade) -> None:
    deal = trade.deal(expires_on="2020-01-01")
    assert [sign.code for sign in opportunity(trade.alice, deal.pk).warnings] == ["offer_expired"]
    trade.won(deal)
    assert opportunity(trade.alice, deal.pk).warnings == ()


def stuck(trade: Trade, deal: Opportunity, at: datetime) -> bool:
    """Whether a deal is stale at an instant, by list, record and filter alike."""
    with clock.stopped_at(at):
        said = opportunity(trade.alice, deal.pk).row.is_stale
        assert (deal.subject in found(trade, stale="yes")) == said
        assert (deal.subject in found(trade, stale="no")) != said
        return said


@pytest.mark.usefixtures("march")
def test_a_deal_is_stale_after_one_and_a_half_times_the_days_expected(trade: Trade) -> None:
    deal = trade.deal()
    assert trade.sales.stages[0].expected_days == 14
    assert not stuck(trade, deal, NOON + timedelta(days=21))
    assert stuck(trade, deal, NOON + timedelta(days=22))


@pytest.mark.usefixtures("march")
def test_another_threshold_applies_at_once(trade: Trade) -> None:
    deal, later = trade.deal(), NOON + timedelta(days=5)
    assert not stuck(trade, deal, later)
    Stage.objects.filter(pk=deal.stage_id or 0).update(stale_days=3)
    assert stuck(trade, deal, later)


@pytest.mark.usefixtures("march")
def test_touching_a_deal_or_what_hangs_on_it_frees_it(trade: Trade) -> None:
    deal, later = trade.deal(), NOON + timedelta(days=30)
    assert stuck(trade, deal, later)
    with clock.stopped_at(later):
        actions.add_rival(trade.alice, deal.pk, name="Borealis")
    assert not stuck(trade, deal, later)


@pytest.mark.usefixtures("march")
def test_what_is_closed_or_in_no_stage_is_never_stale(trade: Trade) -> None:
    later = NOON + timedelta(days=300)
    assert not stuck(trade, trade.deal("Not started", stage_id=None), later)
    assert not stuck(trade, trade.won(trade.deal("Won")), later)


@given(
    threshold=st.none() | st.integers(0, 400),
    touched=st.timedeltas(timedelta(0), timedelta(days=500)),
    entered=st.integers(0, 500),
)
def test_nothing_is_stale_within_its_days(threshold: int | None, touched: timedelta, entered: int) -> None:
    said = is_stale(
        "in_progress",
        threshold,
        touched_at=NOON - touched,
        stage_since=TODAY - days(entered),
        now=NOON.astimezone(UTC),
    )
    assert said == (threshold is not None and touched > timedelta(days=threshold) and entered > threshold)


def test_a_comment_bears_date_time_and_name(trade: Trade) -> None:
    deal = trade.deal(comments="First")
    with clock.stopped_at(datetime(2026, 11, 21, 15, 6, tzinfo=UTC)):
        said = last_change_set(actions.comment, trade.alice, deal.pk, text=" They like it. ")
    deal.refresh_from_db()
    assert deal.comments == "First\n\n21/11/2026 16:06 — Alice: They like it."
    undo(trade.alice, said)
    deal.refresh_from_db()
    assert deal.comments == "First"


def test_who_may_add_to_a_deal_comments_it_and_changes_nothing_else(trade: Trade) -> None:
    deal = trade.deal()
    actions.comment(trade.company.bob, deal.pk, text="Hello")
    assert Opportunity.objects.get(pk=deal.pk).comments.endswith("Bob: Hello")
    with pytest.raises(NotPermitted):
        actions.edit(trade.company.bob, deal.pk, {"comments": "Hello"})


def test_who_may_only_add_takes_an_own_comment_back_and_says_it_again(trade: Trade) -> None:
    bob, deal = trade.company.bob, trade.deal(comments="First")
    said = last_change_set(actions.comment, bob, deal.pk, text="Hello")
    taken_back = undo(bob, said).change_set_id
    assert Opportunity.objects.get(pk=deal.pk).comments == "First"
    undo(bob, taken_back or 0)
    assert Opportunity.objects.get(pk=deal.pk).comments.endswith("Bob: Hello")


def test_who_may_only_add_takes_nothing_back_that_others_did(trade: Trade) -> None:
    bob, deal = trade.company.bob, trade.deal()
    said = last_change_set(actions.comment, trade.alice, deal.pk, text="Hello")
    edited = last_change_set(actions.edit, trade.alice, deal.pk, {"budget": 7})
    for change_set in (said, edited):
        with pytest.raises(NotPermitted):
            undo(bob, change_set)


def test_who_may_not_add_any_more_takes_no_comment_back(trade: Trade) -> None:
    bob, deal = trade.company.bob, trade.deal()
    said = last_change_set(actions.comment, bob, deal.pk, text="Hello")
    with pytest.raises(NotPermitted):
        undo(without(bob, "append"), said)


def test_who_only_reads_a_deal_comments_nothing(trade: Trade) -> None:
    deal = trade.deal()
    with pytest.raises(NotPermitted):
        actions.comment(trade.company.rita, deal.pk, text="Hello")
    with pytest.raises(Invalid):
        actions.comment(trade.alice, deal.pk, text=" ")
    trade.lost(deal)
    with pytest.raises(Conflict):
        actions.comment(trade.alice, deal.pk, text="Hello")


def test_what_is_sent_twice_is_made_once(trade: Trade) -> None:
    fields = {"subject": "Pumps", "account_id": trade.account.pk}
    first = actions.create(trade.alice, fields, once="form-1")
    assert actions.create(trade.alice, fields, once="form-1") == first
    assert actions.create(trade.alice, fields, once="form-2") != first
    assert actions.create(trade.company.ada, fields, once="form-1") != first
    assert Opportunity.objects.count() == 3
    with pytest.raises(Invalid):
        actions.create(trade.alice, fields, once="x" * 101)


def test_a_form_sent_again_shows_no_deal_that_went_to_somebody_else(trade: Trade) -> None:
    fields = {"subject": "Pumps", "account_id": trade.account.pk}
    first = actions.create(trade.alice, fields, once="form")
    actions.assign(trade.company.ada, first.pk, owner_id=id_of(trade.company.dan))
    assert actions.create(trade.alice, fields, once="form") != first


def test_what_was_refused_or_taken_back_may_be_sent_again(trade: Trade) -> None:
    fields = {"subject": "Pumps", "account_id": trade.account.pk}
    with pytest.raises(Invalid):
        actions.create(trade.alice, {**fields, "subject": ""}, once="form-1")
    made = last_change_set(actions.create, trade.alice, fields, once="form-1")
    undo(trade.alice, made)
    again = actions.create(trade.alice, fields, once="form-1")
    assert [deal.pk for deal in Opportunity.objects.filter(deleted_at=None)] == [again.pk]
