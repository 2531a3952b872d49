"""How many queries each command on many deals makes: a committed number, hardly more for fifty deals than for five.

Writing fifty takes a few more than writing five where an engine takes so many values at once, and no more.
"""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from opportune.activities.actions import create_task
from opportune.customers.actions import create_accounts, create_contacts
from opportune.customers.models import Account, Contact
from opportune.identity.actions import set_active
from opportune.kernel import clock
from opportune.opportunities import actions
from opportune.opportunities.actions import Draft
from opportune.opportunities.models import Opportunity
from opportune.process.actions import add_step
from opportune.reference.actions import change_setting, set_rate
from tests.deals import NOON, SYSTEM, TODAY, Trade, days, id_of

pytestmark = pytest.mark.usefixtures("march")
FEW, MANY = 5, 50
BATCHES = 6
Command = Callable[[Trade, Sequence[int]], Any]


def deals(trade: Trade, count: int) -> list[int]:
    """Deals in the second stage, each with a customer, a contact and an open task of its own, in dollars."""
    accounts = create_accounts(trade.alice, [{"name": f"Account {count}.{one}"} for one in range(count)])
    contacts = create_contacts(
        trade.alice,
        [
            {"last_name": f"Contact {one}", "account_id": account.pk}
            for one, account in enumerate(accounts)
            if isinstance(account, Account)
        ],
    )
    drafts = [
        Draft(
            {
                "subject": f"Pump {one}",
                "account_id": contact.account_id,
                "primary_contact_id": contact.pk,
                "currency": "USD",
                "estimated_value": 10,
            },
            stage_id=trade.sales.stages[1].id,
        )
        for one, contact in enumerate(contacts)
        if isinstance(contact, Contact)
    ]
    made = [deal.pk for deal in actions.create_many(trade.alice, drafts) if isinstance(deal, Opportunity)]
    for one in made:
        create_task(trade.alice, one, subject="Call")
    return made


def _to_and_fro(trade: Trade, ids: Sequence[int]) -> Any:
    """Back to the first stage, with tasks of their own, and again to the second: its tasks are there already."""
    actions.move_many(trade.company.ada, ids=ids, wish="previous")
    return actions.move_many(trade.company.ada, ids=ids, wish="next")


COMMANDS: dict[str, tuple[Command, int]] = {
    "move": (lambda trade, ids: actions.move_many(trade.company.ada, ids=ids, wish="next"), 11),
    "move to and fro": (_to_and_fro, 25),
    "win": (
        lambda trade, ids: actions.close_many(
            trade.company.ada, ids=ids, outcome="won", reason="PRICE_W", on=TODAY
        ),
        16,
    ),
    "lose": (
        lambda trade, ids: actions.close_many(
            trade.company.ada, ids=ids, outcome="lost", reason="PRICE_L", on=TODAY
        ),
        13,
    ),
    "assign": (
        lambda trade, ids: actions.assign_many(trade.company.ada, ids=ids, owner_id=id_of(trade.company.bob)),
        12,
    ),
    "delete": (lambda trade, ids: actions.delete_many(trade.company.ada, ids=ids), 11),
    "revalue": (lambda trade, ids: actions.revalue_many(trade.company.ada, ids=ids), 10),
    "hand over": (
        lambda trade, ids: set_active(
            SYSTEM, id_of(trade.alice), is_active=False, successor_id=id_of(trade.company.bob)
        ),
        12,
    ),
}


def counted(command: Callable[[], Any]) -> int:
    """How many queries a command makes, the lock on the processes left out that PostgreSQL takes besides."""
    with CaptureQueriesContext(connection) as queries:
        command()
    beside = ("SAVEPOINT", "pg_advisory")
    return len([one for one in queries if not any(word in one["sql"] for word in beside)])


def prepared(trade: Trade) -> None:
    """Dollars, at another rate later; a task on entering the second stage; open deals may be deleted."""
    set_rate(SYSTEM, code="USD", rate=Decimal(2), valid_from=date(2026, 3, 1))
    set_rate(SYSTEM, code="USD", rate=Decimal(4), valid_from=date(2026, 3, 11))
    add_step(SYSTEM, trade.sales.stages[1].id, what="task", name_en="Call", name_fr="Appeler", delay_days=2)
    change_setting(SYSTEM, "allow_deleting_open", True)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_on_many_makes_as_many_queries_as_are_committed(trade: Trade, name: str) -> None:
    command, committed = COMMANDS[name]
    prepared(trade)
    ids = deals(trade, FEW)
    with clock.stopped_at(NOON + days(2)):
        assert counted(lambda: command(trade, ids)) == committed


@pytest.mark.parametrize("name", COMMANDS)
def test_it_makes_hardly_more_for_many_deals_than_for_few(trade: Trade, name: str) -> None:
    command, committed = COMMANDS[name]
    prepared(trade)
    ids = deals(trade, MANY)
    with clock.stopped_at(NOON + days(2)):
        assert counted(lambda: command(trade, ids)) <= committed + BATCHES
