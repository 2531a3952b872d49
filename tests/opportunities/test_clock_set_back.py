"""The clock of the server is set back by three hours in the midst of work; what happened keeps its order."""

from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from django.test import Client

from opportune.identity.models import User
from opportune.kernel import clock
from opportune.ledger.models import Change
from opportune.ledger.undo import undo
from opportune.operations.doctor import examine
from opportune.opportunities import actions
from opportune.opportunities.models import Opportunity
from tests.deals import NOON, Trade, entries_of, last_change_set

pytestmark = pytest.mark.django_db

BACK = NOON - timedelta(hours=3)


@pytest.fixture
def deal(trade: Trade) -> Opportunity:
    """A deal begun at noon, moved and edited when the clock shows nine, closed when it shows nine still."""
    with clock.stopped_at(NOON):
        made = trade.deal(estimated_value=Decimal(10))
        actions.move(trade.alice, made.pk, wish="next")
    with clock.stopped_at(BACK):
        actions.edit(trade.alice, made.pk, {"estimated_value": Decimal(20)})
        undo(
            trade.alice, last_change_set(actions.edit, trade.alice, made.pk, {"estimated_value": Decimal(30)})
        )
        trade.won(made, on=NOON.date())
    return made


def test_each_entry_begins_strictly_after_the_one_before(deal: Opportunity) -> None:
    entries = entries_of(deal)
    assert len(entries) >= 5
    assert all(earlier.at < later.at for earlier, later in pairwise(entries))
    assert all(earlier.ended_at == later.at for earlier, later in pairwise(entries))
    assert [entry.is_current for entry in entries] == [False] * (len(entries) - 1) + [True]
    assert min(entry.at for entry in entries) == NOON


def test_the_ledger_tells_the_same_and_every_total_is_right(deal: Opportunity) -> None:
    versions = Change.objects.filter(kind="opportunity", record_id=deal.pk).order_by("id")
    assert list(versions.values_list("version", flat=True)) == list(range(1, versions.count() + 1))
    assert examine().findings == ()


def test_the_deal_is_what_was_done_last(deal: Opportunity) -> None:
    deal.refresh_from_db()
    assert (deal.status, deal.estimated_value) == ("won", Decimal(20))


def test_who_is_signed_in_stays_so_and_who_signs_in_can(trade: Trade, client: Client) -> None:
    alice = User.objects.get(email="alice@example.com")
    with clock.stopped_at(NOON):
        client.force_login(alice)
    with clock.stopped_at(BACK):
        assert client.get("/tasks/").status_code == 200
        other = Client()
        other.force_login(alice)
        assert other.get("/tasks/").status_code == 200
