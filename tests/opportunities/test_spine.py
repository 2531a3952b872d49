"""A deal's whole road, once: created, moved, closed, reopened, undone."""

from decimal import Decimal

import pytest

from opportune.customers.actions import create_account
from opportune.identity.actions import create_user, install_roles
from opportune.identity.actor import Actor, actor_for, system_actor
from opportune.kernel import clock
from opportune.kernel.errors import Conflict, Refused
from opportune.ledger.models import Change
from opportune.ledger.recording import noting_change_sets
from opportune.ledger.undo import undo
from opportune.opportunities import actions, entries
from opportune.opportunities.filters import OpportunityFilter
from opportune.opportunities.models import Entry
from opportune.opportunities.queries import board, opportunities, opportunity, totals
from opportune.process.actions import install_processes, require_step
from opportune.process.queries import process_by_key
from opportune.reference.actions import install_reference

pytestmark = pytest.mark.django_db


@pytest.fixture
def seller() -> Actor:
    system = system_actor("tests")
    install_roles(system)
    install_reference(system)
    install_processes(system)
    user = create_user(system, email="alice@example.org", name="Alice Martin", roles=["salesperson"])
    return actor_for(user, "web")


def test_a_deal_is_won_reopened_and_that_is_undone(seller: Actor) -> None:
    account = create_account(seller, {"name": "Nordlicht"})
    deal = actions.create(
        seller, {"subject": "Two pumps", "account_id": account.pk, "estimated_value": Decimal("1000")}
    )
    process = process_by_key("sales")
    need = next(s for s in process.stages[0].steps if s.field == "budget")
    require_step(system_actor("tests"), need.id, is_required=True)
    with pytest.raises(Refused) as refusal:
        actions.move(seller, deal.pk, wish="next")
    assert refusal.value.code == "steps_missing"
    assert refusal.value.data["missing"][0]["field"] == "budget"
    actions.edit(seller, deal.pk, {"budget": "900"})
    moved = actions.move(seller, deal.pk, wish="next")
    assert (moved.probability, moved.expected) == (Decimal(45), Decimal("450.0000"))
    actions.close(
        seller,
        deal.pk,
        outcome="won",
        reason="PRICE_W",
        on=clock.today("Europe/Paris"),
        actual_value=Decimal(1100),
    )
    with pytest.raises(Conflict):
        actions.edit(seller, deal.pk, {"subject": "Three pumps"})
    assert totals(seller, OpportunityFilter()).by_status["won"].value == Decimal(1100)
    with noting_change_sets() as noted:
        reopened = actions.reopen(seller, deal.pk)
    assert (reopened.status, reopened.probability) == ("in_progress", Decimal(45))
    undo(seller, noted[-1])
    record = opportunity(seller, deal.pk)
    assert record.row.status == "won"
    assert board(seller, process, OpportunityFilter()).sum.count == 0
    assert [row.subject for row in opportunities(seller, OpportunityFilter()).rows] == ["Two pumps"]
    changes = Change.objects.filter(kind="opportunity", record_id=deal.pk).select_related("change_set")
    rebuilt = entries.rebuilt(deal.pk, changes.order_by("version"))
    stored = list(Entry.objects.filter(opportunity_id=deal.pk).order_by("at"))
    columns = [*entries.VALUED_FIELDS, "move", "at", "on", "ended_at", "is_current", "change_set_id"]
    assert [[getattr(e, c) for c in columns] for e in rebuilt] == [
        [getattr(e, c) for c in columns] for e in stored
    ]
