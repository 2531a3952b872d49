"""Competitors, by their names, and what is known of each on a deal (C-041, D-047)."""

from datetime import date
from decimal import Decimal

import pytest

from opportune.kernel.errors import Conflict, Invalid, NotFound, NotPermitted, Refused
from opportune.ledger.undo import undo
from opportune.opportunities import actions
from opportune.opportunities.models import Competitor, Rival
from tests.deals import Trade, last_change_set


def test_a_name_is_known_however_it_is_written(trade: Trade) -> None:
    first = actions.known_competitor(trade.alice, " Équipements  Nord ")
    assert (first.name, actions.known_competitor(trade.alice, "equipements nord")) == (
        "Équipements Nord",
        first,
    )
    with pytest.raises(Invalid) as refusal:
        actions.known_competitor(trade.alice, "  ")
    assert set(refusal.value.fields) == {"name"}


def test_naming_a_competitor_takes_the_right_to_change_deals(trade: Trade) -> None:
    with pytest.raises(NotPermitted):
        actions.known_competitor(trade.company.rita, "Borealis")
    assert not Competitor.objects.exists()


def test_two_competitors_never_share_a_name(trade: Trade) -> None:
    borealis = actions.known_competitor(trade.alice, "Borealis")
    actions.known_competitor(trade.alice, "Zephyr")
    actions.edit_competitor(trade.alice, borealis.pk, {"name": "BOREALIS", "strengths": "Price"})
    with pytest.raises(Invalid) as refusal:
        actions.edit_competitor(trade.alice, borealis.pk, {"name": "zéphyr"})
    assert set(refusal.value.fields) == {"name"}
    borealis.refresh_from_db()
    assert (borealis.name, borealis.strengths) == ("BOREALIS", "Price")


def test_a_competitor_has_a_web_address_or_none(trade: Trade) -> None:
    borealis = actions.known_competitor(trade.alice, "Borealis")
    actions.edit_competitor(trade.alice, borealis.pk, {"website": "borealis.example"})
    with pytest.raises(Invalid):
        actions.edit_competitor(trade.alice, borealis.pk, {"website": "javascript:alert(1)"})
    borealis.refresh_from_db()
    assert borealis.website == "https://borealis.example"


def test_a_deal_names_a_competitor_with_its_price_once(trade: Trade) -> None:
    deal = trade.deal()
    rival = actions.add_rival(
        trade.alice, deal.pk, name="Borealis", price=Decimal("900"), checked_on=date(2026, 3, 2)
    )
    assert (rival.competitor.name, rival.price, rival.checked_on) == (
        "Borealis",
        Decimal("900.0000"),
        date(2026, 3, 2),
    )
    with pytest.raises(Refused) as refusal:
        actions.add_rival(trade.alice, deal.pk, name="BOREALIS")
    assert refusal.value.code == "named_already"
    with pytest.raises(Invalid):
        actions.change_rival(trade.alice, deal.pk, rival.competitor_id, {"price": Decimal(-1)})
    actions.change_rival(trade.alice, deal.pk, rival.competitor_id, {"price": Decimal(850)})
    rival.refresh_from_db()
    assert rival.price == Decimal(850)


def test_a_competitor_that_does_not_exist_is_refused(trade: Trade) -> None:
    deal = trade.deal()
    with pytest.raises(Invalid) as refusal:
        actions.add_rival(trade.alice, deal.pk, competitor_id=99)
    assert set(refusal.value.fields) == {"competitor_id"}
    with pytest.raises(NotFound):
        actions.change_rival(trade.alice, deal.pk, 99, {"note": "x"})


def test_a_closed_deal_keeps_its_competitors_as_they_are(trade: Trade) -> None:
    deal = trade.deal()
    rival = actions.add_rival(trade.alice, deal.pk, name="Borealis")
    trade.lost(deal)
    with pytest.raises(Conflict) as refusal:
        actions.add_rival(trade.alice, deal.pk, name="Zephyr")
    assert refusal.value.code == "closed"
    with pytest.raises(Conflict):
        actions.change_rival(trade.alice, deal.pk, rival.competitor_id, {"note": "x"})
    with pytest.raises(Conflict):
        actions.remove_rival(trade.alice, deal.pk, rival.competitor_id)
    assert not Competitor.objects.filter(name="Zephyr").exists()


def test_who_only_sees_a_deal_names_nobody_on_it(trade: Trade) -> None:
    deal = trade.deal()
    with pytest.raises(NotPermitted):
        actions.add_rival(trade.company.bob, deal.pk, name="Borealis")
    with pytest.raises(NotFound):
        actions.add_rival(trade.company.dan, deal.pk, name="Borealis")


def test_undoing_takes_the_name_off_and_puts_it_on_again(trade: Trade) -> None:
    deal = trade.deal()
    added = last_change_set(actions.add_rival, trade.alice, deal.pk, name="Borealis")
    undone = undo(trade.alice, added)
    assert Rival.objects.get().deleted_at is not None
    assert Competitor.objects.get().deleted_at is not None
    undo(trade.alice, undone.change_set_id or 0)
    rival = Rival.objects.get()
    assert (rival.deleted_at, Competitor.objects.get().deleted_at) == (None, None)
    changed = last_change_set(
        actions.change_rival, trade.alice, deal.pk, rival.competitor_id, {"note": "Cheap"}
    )
    undo(trade.alice, changed)
    rival.refresh_from_db()
    assert rival.note == ""
    removed = last_change_set(actions.remove_rival, trade.alice, deal.pk, rival.competitor_id)
    actions.add_rival(trade.alice, deal.pk, name="Borealis")
    with pytest.raises(Refused) as refusal:
        undo(trade.alice, removed)
    assert refusal.value.code == "named_already"


def test_undoing_the_first_naming_keeps_a_competitor_others_name(trade: Trade) -> None:
    first, second = trade.deal(), trade.deal("Three pumps")
    added = last_change_set(actions.add_rival, trade.alice, first.pk, name="Borealis")
    actions.add_rival(trade.alice, second.pk, name="Borealis")
    undone = undo(trade.alice, added)
    assert [ref.kind for ref, _ in undone.kept] == ["competitor"]
    assert Competitor.objects.get().deleted_at is None


def test_a_competitor_goes_once_no_deal_names_it(trade: Trade) -> None:
    deal = trade.deal()
    rival = actions.add_rival(trade.alice, deal.pk, name="Borealis")
    with pytest.raises(Refused) as refusal:
        actions.remove_competitor(trade.alice, rival.competitor_id)
    assert refusal.value.code == "in_use"
    actions.remove_rival(trade.alice, deal.pk, rival.competitor_id)
    gone = last_change_set(actions.remove_competitor, trade.alice, rival.competitor_id)
    assert Competitor.objects.get().deleted_at is not None
    undo(trade.alice, gone)
    assert Competitor.objects.get().deleted_at is None


def test_undoing_an_edit_gives_a_competitor_its_former_words(trade: Trade) -> None:
    borealis = actions.known_competitor(trade.alice, "Borealis")
    edited = last_change_set(
        actions.edit_competitor, trade.alice, borealis.pk, {"name": "Boreal", "weaknesses": "Slow"}
    )
    undo(trade.alice, edited)
    borealis.refresh_from_db()
    assert (borealis.name, borealis.weaknesses) == ("Borealis", "")
