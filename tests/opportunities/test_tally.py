"""The tally adds up to what a recount finds, whatever is done to deals and by whom it is asked."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from opportune.identity.actions import share
from opportune.identity.actor import Actor
from opportune.kernel.errors import OpportuneError
from opportune.ledger.undo import undo
from opportune.operations.doctor.deals import deals
from opportune.opportunities import actions, tallying
from opportune.opportunities.filters import OpportunityFilter
from opportune.opportunities.models import Opportunity, Tally
from opportune.opportunities.queries import Sum, totals
from opportune.opportunities.queries.totals import visible_deals
from tests.deals import SYSTEM, TODAY, Trade, id_of, last_change_set
from tests.meanwhile import meanwhile
from tests.people import Company
from tests.properties.profiles import few, forgotten

pytestmark = pytest.mark.django_db
TODAY_AT_NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
FILTERS: tuple[dict[str, Any], ...] = (
    {},
    {"status": "open"},
    {"status": "closed"},
    {"owner_ids": "alice and dan"},
    {"text": "deal"},
)


def recount(actor: Actor, wanted: OpportunityFilter) -> dict[tuple[Any, ...], Sum]:
    """What the deals add up to, one by one."""
    sums: dict[tuple[Any, ...], Sum] = defaultdict(Sum)
    for deal in visible_deals(actor).filter(wanted.condition(actor)):
        part = Sum(1, deal.value_base or Decimal(0), deal.expected_base or Decimal(0))
        sums[deal.process_id, deal.stage_id] += part
    return dict(sums)


def demand_right(company: Company) -> None:
    """Everybody sees the sums of what they see, by any filter."""
    for asked in FILTERS:
        if "owner_ids" in asked:
            asked = {"owner_ids": (id_of(company.alice), id_of(company.dan))}
        wanted = OpportunityFilter(**asked)
        for actor in (*company.everybody, SYSTEM):
            found = totals(actor, wanted)
            assert found.by_stage == recount(actor, wanted)
            assert found.all == sum(found.by_stage.values(), Sum())


DOING: dict[str, Any] = {
    "move": lambda trade, deal: actions.move(SYSTEM, deal, wish="next"),
    "value": lambda trade, deal: actions.edit(SYSTEM, deal, {"estimated_value": Decimal("7.25")}),
    "currency": lambda trade, deal: actions.edit(SYSTEM, deal, {"currency": "GBP"}),
    "close": lambda trade, deal: actions.close(SYSTEM, deal, outcome="won", reason="PRICE_W", on=TODAY),
    "reopen": lambda trade, deal: actions.reopen(SYSTEM, deal),
    "assign": lambda trade, deal: actions.assign(SYSTEM, deal, owner_id=id_of(trade.company.dan)),
    "bin": lambda trade, deal: actions.delete_opportunity(SYSTEM, deal),
    "restore": lambda trade, deal: actions.restore_opportunity(SYSTEM, deal),
    "fold": lambda trade, deal: tallying.fold(),
}


@few(10)
@given(st.lists(st.tuples(st.sampled_from(sorted(DOING)), st.integers(0, 2)), max_size=8))
def test_the_tally_is_what_a_recount_finds(trade: Trade, done: list[tuple[str, int]]) -> None:
    with forgotten(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(tallying, "SPARE", 0)
        owners = (trade.company.alice, trade.company.dan, trade.company.bob)
        deals = [trade.company.deal(f"Deal {n}", owner=owner) for n, owner in enumerate(owners)]
        for what, which in done:
            try:
                DOING[what](trade, deals[which].pk)
            except OpportuneError:
                continue  # a refusal changes nothing, and the tally neither
        demand_right(trade.company)


def test_undo_and_deletion_for_good_are_told_to_the_tally(trade: Trade) -> None:
    deal = trade.company.deal(estimated_value=Decimal(100))
    other = trade.company.deal("Other", estimated_value=Decimal(30))
    change_set = last_change_set(actions.edit, SYSTEM, deal.pk, {"estimated_value": Decimal(500)})
    assert totals(SYSTEM, OpportunityFilter()).all.value == 530
    undo(SYSTEM, change_set)
    assert totals(SYSTEM, OpportunityFilter()).all.value == 130
    Opportunity.objects.filter(pk=other.pk).update(deleted_at=TODAY_AT_NOON)
    Opportunity.objects.filter(pk=other.pk).delete()
    demand_right(trade.company)
    assert totals(SYSTEM, OpportunityFilter()).all.value == 100


def test_what_is_shared_is_added_once_whoever_owns_it(trade: Trade) -> None:
    company = trade.company
    own, foreign = company.deal(estimated_value=Decimal(10)), company.deal("Dan's", owner=company.dan)
    actions.edit(SYSTEM, foreign.pk, {"estimated_value": Decimal(32)})
    assert totals(company.alice, OpportunityFilter()).all.value == 10
    for deal in (own, foreign):
        share(SYSTEM, deal.ref, user_id=id_of(company.alice))
    assert totals(company.alice, OpportunityFilter()).all.value == 42
    demand_right(company)


def test_more_than_a_column_holds_is_added_up_to_the_cent(trade: Trade) -> None:
    most = Decimal("999999999999.99")
    deal = trade.company.deal(estimated_value=most)
    Tally.objects.bulk_create(Tally(**{**row, "id": None}) for row in list(Tally.objects.values()) * 999)
    assert totals(SYSTEM, OpportunityFilter()).all.value == most * 1000
    tallying.fold()
    assert Tally.objects.count() == 1
    assert totals(SYSTEM, OpportunityFilter()).all.value == most * 1000
    assert totals(SYSTEM, OpportunityFilter()).all.expected == (deal.expected_base or Decimal(0)) * 1000


def test_folding_waits_until_it_is_worth_it(trade: Trade) -> None:
    trade.company.deal(estimated_value=Decimal(7))
    rows = list(Tally.objects.values())
    assert tallying.fold() == 0
    Tally.objects.bulk_create(Tally(**{**row, "id": None}) for row in rows * (tallying.SPARE + 1))
    assert tallying.fold() > tallying.SPARE
    assert Tally.objects.count() == 1


def test_the_tally_of_no_deal_is_left_out(trade: Trade) -> None:
    deal = trade.company.deal()
    actions.assign(SYSTEM, deal.pk, owner_id=id_of(trade.company.dan))
    assert Tally.objects.filter(owner_id=id_of(trade.alice)).count() == 2
    assert totals(trade.alice, OpportunityFilter()).by_stage == {}


def test_sums_are_not_read_from_the_deals(trade: Trade) -> None:
    trade.company.deal()
    with CaptureQueriesContext(connection) as queries:
        totals(trade.company.ada, OpportunityFilter(status="open"))
    assert [Opportunity._meta.db_table in query["sql"] for query in queries.captured_queries] == [False]


@pytest.mark.django_db(transaction=True)
def test_deals_from_before_the_tally_are_counted_by_its_migration(trade: Trade) -> None:
    trade.company.deal(estimated_value=Decimal(70))
    trade.company.deal("Binned", estimated_value=Decimal(9))
    Opportunity.objects.filter(subject="Binned").update(deleted_at=TODAY_AT_NOON)
    call_command("migrate", "opportunities", "0005", verbosity=0)
    Opportunity.objects.filter(subject="Two pumps").update(value_base=Decimal(71))
    call_command("migrate", "opportunities", verbosity=0)
    demand_right(trade.company)
    assert totals(SYSTEM, OpportunityFilter()).all.value == 71


def test_rows_of_a_place_meet_however_many_places_there_are(
    trade: Trade, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tallying, "SPARE", 0)
    trade.company.deal(estimated_value=Decimal(1))
    row = Tally.objects.values().get()
    places = [Tally(**{**row, "id": None, "owner_id": 10_000 + place}) for place in range(700)]
    for _ in range(3):
        Tally.objects.bulk_create(Tally(**{**row, "id": None, "owner_id": one.owner_id}) for one in places)
    assert tallying.fold() == 1400
    assert Tally.objects.count() == 701
    assert tallying.fold() == 0


@pytest.mark.django_db(transaction=True)
def test_what_is_wrong_is_found_and_counted_anew(trade: Trade) -> None:
    trade.company.deal(estimated_value=Decimal(70))
    Tally.objects.update(owner_id=id_of(trade.company.dan))
    assert [found.code for found in deals()] == ["totals_differ"]
    tallying.make_anew()
    assert list(deals()) == []
    demand_right(trade.company)
    trade.company.deal("Other", estimated_value=Decimal(1))
    demand_right(trade.company)


@pytest.mark.django_db(transaction=True)
def test_emptying_all_tables_leaves_no_tally(trade: Trade) -> None:
    trade.company.deal()
    call_command("flush", interactive=False, verbosity=0, reset_sequences=False)
    assert not Tally.objects.exists()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_what_is_not_committed_yet_outlives_the_folding(
    trade: Trade, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tallying, "SPARE", -1)
    deal = trade.company.deal(estimated_value=Decimal(5))
    with meanwhile(tallying.fold, waiting=False):
        actions.edit(SYSTEM, deal.pk, {"estimated_value": Decimal(9)})
    demand_right(trade.company)
    assert totals(SYSTEM, OpportunityFilter()).all.value == 9
