"""What a deal names besides its owner: the account, contact or campaign it came from, campaign and segment.

What is typed as one value, such as `account:12` or a reminder without a time, becomes columns here. Whether campaign
and segment go together is in `origins.py`.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from opportune.campaigns.queries import visible_campaigns, visible_segments
from opportune.customers.queries import visible_customers
from opportune.customers.surroundings import held_customers
from opportune.identity.actor import Actor
from opportune.kernel.records import RecordRef
from opportune.kernel.sentences import Sentence, sentence
from opportune.reference.settings import OrganisationSettings

INITIATOR = ("initiated_by_kind", "initiated_by_id")
_CUSTOMER = {
    "account_id": "account",
    "contact_id": "contact",
    "primary_contact_id": "contact",
}
_GONE = sentence("This record does not exist, or you cannot see it.")


def as_columns(kept: Mapping[str, Any], actor: Actor, settings: OrganisationSettings) -> dict[str, Any]:
    """Checked values as the columns that keep them.

    A reminder is meant in the person's time zone; one without a time is for the time the settings say (C-049).
    """
    columns = dict(kept)
    if "initiated_by" in columns:
        ref: RecordRef | None = columns.pop("initiated_by")
        columns |= {"initiated_by_kind": ref.kind if ref else "", "initiated_by_id": ref.id if ref else None}
    if columns.get("reminder_at") is not None:
        zone = actor.time_zone or settings.time_zone
        columns["reminder_at"] = instant(columns["reminder_at"], zone, settings.reminder_time)
    return columns


def instant(typed: date | datetime, zone: str, hour: str) -> datetime:
    """A day, or a day and time, as an instant; `hour` is for a day without a time, such as 09:00."""
    if not isinstance(typed, datetime):
        typed = datetime.combine(typed, time.fromisoformat(hour))
    if typed.tzinfo is None:
        typed = typed.replace(tzinfo=ZoneInfo(zone))
    return typed.astimezone(UTC)


def customers_named(columns: Mapping[str, Any]) -> set[RecordRef]:
    """The accounts and contacts that columns of a deal name."""
    return set(_named_customers(columns).values())


def wrong_references(actor: Actor, deals: Sequence[Mapping[str, Any]]) -> list[dict[str, Sentence]]:
    """For the columns of each deal, what names a record that is not there or that the actor does not see."""
    named = {ref for columns in deals for ref in customers_named(columns)}
    seen = held_customers(visible_customers(actor, named)) if named else set()
    campaigns = visible_campaigns(actor, ids) if (ids := _named_campaigns(deals)) else {}
    asked = {columns["segment_id"] for columns in deals if columns.get("segment_id")}
    segments = visible_segments(actor, asked) if asked else {}
    return [_wrong(columns, seen, campaigns, segments) for columns in deals]


def _wrong(
    columns: Mapping[str, Any],
    seen: set[RecordRef],
    campaigns: Mapping[int, Any],
    segments: Mapping[int, Any],
) -> dict[str, Sentence]:
    wrong = {
        field: _GONE if field == "initiated_by" else _customer_gone()
        for field, ref in _named_customers(columns).items()
        if ref not in seen
    }
    if columns.get("campaign_id") and columns["campaign_id"] not in campaigns:
        wrong["campaign_id"] = sentence("This campaign does not exist, or you cannot see it.")
    if columns.get("initiated_by_kind") == "campaign" and columns["initiated_by_id"] not in campaigns:
        wrong["initiated_by"] = _GONE
        if columns.get("campaign_id") == columns["initiated_by_id"]:
            wrong.pop("campaign_id", None)
    if columns.get("segment_id") and columns["segment_id"] not in segments:
        wrong["segment_id"] = sentence("This segment does not exist, or you cannot see it.")
    return wrong


def _customer_gone() -> Sentence:
    return sentence("This customer does not exist, or you cannot see it.")


def _named_customers(columns: Mapping[str, Any]) -> dict[str, RecordRef]:
    named = {}
    for column, kind in _CUSTOMER.items():
        if columns.get(column):
            field = column if column == "primary_contact_id" else "customer"
            named[field] = RecordRef(kind, columns[column])
    if columns.get("initiated_by_kind") in _CUSTOMER.values():
        named["initiated_by"] = RecordRef(columns["initiated_by_kind"], columns["initiated_by_id"])
    return named


def _named_campaigns(deals: Sequence[Mapping[str, Any]]) -> set[int]:
    named = {columns["campaign_id"] for columns in deals if columns.get("campaign_id")}
    initiators = {
        columns["initiated_by_id"] for columns in deals if columns.get("initiated_by_kind") == "campaign"
    }
    return named | initiators
