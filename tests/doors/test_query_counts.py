"""How many queries each reading route makes: a committed number, the same for few rows and for many."""

import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from opportune.activities.actions import create_task
from opportune.api.urls import door
from opportune.campaigns.actions import add_lines, create_campaign, create_segment
from opportune.campaigns.models import Campaign, Segment
from opportune.customers.actions import connect, create_accounts, create_contacts
from opportune.identity.actions import create_user
from opportune.identity.actor import system_actor
from opportune.kernel import clock
from opportune.kernel.errors import Invalid
from opportune.kernel.records import RecordRef
from opportune.opportunities import actions
from opportune.opportunities.actions import Draft
from tests.doors.callers import MARK, ROOT, Caller, Market, caller
from tests.doors.test_routes import FOR_ADMINISTRATORS

COMMITTED = tomllib.loads(Path(__file__).with_name("query_counts.toml").read_text(encoding="utf-8"))
DESCRIPTION: Any = door.get_openapi_schema(path_prefix=f"{ROOT}/")
FEW, MANY = 5, 50


def fill(market: Market, first: int, last: int) -> None:
    """Rows of every kind, and a longer life of the one deal."""
    numbers = range(first, last)
    create_accounts(market.alice, [{"name": f"{MARK} {number}", "city": f"C{number}"} for number in numbers])
    contacts = create_contacts(
        market.alice,
        [{"last_name": f"{MARK} {number}", "account_id": market.account.pk} for number in numbers],
    )
    customers: list[dict[str, Any]] = [{"account_id": market.account.pk}] * len(contacts)
    customers[::2] = [{"contact_id": market.contact.pk} for _ in customers[::2]]
    actions.create_many(
        market.alice, [Draft({"subject": f"{MARK} {number}", **who}) for number, who in enumerate(customers)]
    )
    for number in numbers:
        create_task(market.alice, market.deal.pk, subject=f"Task {number}")
        actions.edit(market.alice, market.deal.pk, {"estimated_value": number + 1})
        user = create_user(
            system_actor("tests"), email=f"p{number}@example.com", name=f"P{number}", roles=["read_only"]
        )
        actions.share_deal(market.alice, market.deal.pk, user_id=user.pk)
        actions.add_member(market.alice, market.deal.pk, user_id=user.pk)
        actions.add_rival(market.alice, market.deal.pk, name=f"{MARK} rival {number}")
    for contact in contacts:
        assert not isinstance(contact, Invalid)
        connect(market.alice, market.account.ref, contact.ref, {"role": "business:partner"})
        connect(market.alice, market.deal.ref, contact.ref, {"role": "stakeholder:champion"})
        connect(market.alice, market.contact.ref, contact.ref, {"role": "social:friend"})
    remind(market, first, last)
    address(market, [contact.ref for contact in contacts if not isinstance(contact, Invalid)])


def address(market: Market, customers: list[RecordRef]) -> None:
    """Campaigns with segments, and more lines and deals on the first ones."""
    for _ in customers:
        campaign = create_campaign(market.alice, {"name": f"{MARK} fair", "is_activated": True})
        create_segment(market.alice, {"name": f"{MARK} guests", "campaign_id": campaign.pk})
    segment = Segment.objects.earliest("pk")
    add_lines(market.alice, segment.pk, customers)
    actions.create_from_segment(market.alice, segment.pk)


def remind(market: Market, first: int, last: int) -> None:
    """Deals whose reminder is due."""
    past = clock.now() - timedelta(days=1)
    for number in range(first, last):
        market.another(f"{MARK} call {number}", reminder_at=past)


def counts(who: Caller, market: Market) -> dict[str, int]:
    """The number of queries of every reading route."""
    records = {
        "opportunity_id": market.deal.pk,
        "process_id": market.process.id,
        "stage_id": market.process.stages[0].id,
        "step_id": market.process.stages[0].steps[0].id,
        "account_id": market.account.pk,
        "contact_id": market.contact.pk,
        "kind": "accounts",
        "record_id": market.account.pk,
        "task_id": market.task.pk,
        "job_id": market.job,
        "person_id": market.alice.id,
        "competitor_id": market.competitor.pk,
        "campaign_id": Campaign.objects.earliest("pk").pk,
        "segment_id": Segment.objects.earliest("pk").pk,
        "record": market.deal.ref,
        "list_key": "source",
        "currency": "USD",
    }
    found = {}
    administrator = caller(market.company.ada)
    for path, operations in DESCRIPTION["paths"].items():
        if "get" not in operations:
            continue
        address = path.removeprefix(ROOT)
        query = f"?q={MARK}" if address == "/search" else ""
        for_administrators = address.endswith("/deletion") or f"get {address}" in FOR_ADMINISTRATORS
        asking = administrator if for_administrators else who
        address_asked = address.format(**records) + query
        asking.get(address_asked)  # what seldom changes is kept from here on
        with CaptureQueriesContext(connection) as queries:
            answer = asking.get(address_asked)
        assert answer.status == 200, answer.text
        found[address] = len(queries)
    return found


def test_reading_makes_as_many_queries_as_are_committed_for_few_rows_and_for_many(market: Market) -> None:
    who = caller(market.alice)
    fill(market, 0, FEW)
    assert counts(who, market) == COMMITTED
    fill(market, FEW, MANY)
    assert counts(who, market) == COMMITTED
