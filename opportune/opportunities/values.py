"""Which fields of a deal may be typed, and what each accepts. Checks take and give plain values."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from opportune.kernel.checking import (
    Check,
    NotAcceptable,
    day,
    near_enough,
    number,
    percentage,
    sorted_out,
    storable_amount,
    text,
    truth,
)
from opportune.kernel.clock import FIRST_DAY, LAST_DAY
from opportune.kernel.errors import Invalid
from opportune.kernel.money import LIMIT
from opportune.kernel.parameters import record_id, written_day
from opportune.kernel.records import RecordRef
from opportune.kernel.sentences import Sentence, sentence
from opportune.reference.queries import choices_of

CHOICE_LISTS = (
    "type",
    "source",
    "rating",
    "priority",
    "purchase_timeframe",
    "purchase_process",
    "payment_terms",
    "forecast_category",
)
INITIATORS = ("account", "contact", "campaign")
_CODE = 40
_LARGEST_ID = 2**63
_LONGEST_MOMENT = 40


def amount(value: Any) -> Decimal | None:
    """An amount of money: none for blank, never negative, below 10¹² (domain.md §2)."""
    if value in (None, ""):
        return None
    exact = number(value)
    if exact < 0:
        raise NotAcceptable(sentence("An amount cannot be negative."))
    if exact >= LIMIT:
        raise NotAcceptable(sentence("An amount must stay below a million millions."))
    return storable_amount(exact)


def moment(value: Any) -> date | datetime | None:
    """A day, or a day and time with or without its zone, or none for blank."""
    if isinstance(value, str):
        value = value.strip()
    if value in (None, "") or (type(value) is date and FIRST_DAY <= value <= LAST_DAY):
        return value or None
    try:
        typed = value if isinstance(value, datetime) else _written_moment(value)
    except ValueError:
        raise NotAcceptable(
            sentence("This is not a date and time. Write it as 2026-12-31 or 2026-12-31T09:00.")
        ) from None
    on = typed.date() if isinstance(typed, datetime) else typed
    if not FIRST_DAY < near_enough(on) < LAST_DAY:
        raise NotAcceptable(sentence("This date is too far away."))
    return typed


def _written_moment(value: Any) -> date | datetime:
    if not isinstance(value, str) or len(value) > _LONGEST_MOMENT:
        raise ValueError("not written as a moment")
    if "T" not in value and " " not in value:
        return written_day(value)
    written_day(value[:10])
    return datetime.fromisoformat(value)


def initiator(value: Any) -> RecordRef | None:
    """The account, contact or campaign a deal came from, written as `account:12`; none for blank (C-038)."""
    if value in (None, ""):
        return None
    try:
        ref = value if isinstance(value, RecordRef) else RecordRef.parse(str(value).strip())
    except ValueError:
        ref = None
    if ref is None or ref.kind not in INITIATORS or not 0 < ref.id < _LARGEST_ID:
        raise NotAcceptable(sentence("Choose an account, a contact or a campaign."))
    return ref


def category(value: Any) -> str:
    """A forecast category; the pipeline if none is given."""
    return str(text(_CODE)(value)) or "pipeline"


def reference(value: Any) -> int | None:
    """The id of another record, or none."""
    if value in (None, ""):
        return None
    known = record_id(value) if isinstance(value, str) else value
    if type(known) is not int or not 0 < known < _LARGEST_ID:
        raise NotAcceptable(sentence("This record does not exist, or you cannot see it."))
    return known


CHECKS: Mapping[str, Check] = {
    "subject": text(300, required=True),
    "description": text(),
    "comments": text(),
    "customer_need": text(),
    "proposed_solution": text(),
    "external_id": text(100),
    "account_id": reference,
    "contact_id": reference,
    "primary_contact_id": reference,
    "campaign_id": reference,
    "segment_id": reference,
    "initiated_by": initiator,
    "owner_id": reference,
    "currency": text(3, required=True),
    "estimated_value": amount,
    "budget": amount,
    "chance": percentage,
    "probability": percentage,
    "estimated_close_on": day,
    "decision_on": day,
    "expires_on": day,
    "delivery_on": day,
    "reminder_at": moment,
    "on_hold": truth,
    "decision_maker_identified": truth,
    **{name: text(_CODE) for name in CHOICE_LISTS},
    "forecast_category": category,
}


def sorted_values(given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Sentence]]:
    """A deal's typed values as they are kept, and by field why the others cannot be."""
    kept, wrong = sorted_out(CHECKS, given)
    wrong |= _unknown_choices(kept)
    return {name: value for name, value in kept.items() if name not in wrong}, wrong


def checked(given: Mapping[str, Any]) -> dict[str, Any]:
    """A deal's typed values as they are kept. Raises Invalid, naming every field that does not accept its value."""
    kept, wrong = sorted_values(given)
    if wrong:
        raise Invalid(wrong)
    return kept


def checked_by(checks: Mapping[str, Check], given: Mapping[str, Any]) -> dict[str, Any]:
    """As `checked`, of what hangs on a deal: each field by its own check."""
    kept, wrong = sorted_out(checks, given)
    if wrong:
        raise Invalid(wrong)
    return kept


def _unknown_choices(kept: Mapping[str, Any]) -> dict[str, Sentence]:
    asked = [name for name in CHOICE_LISTS if kept.get(name)]
    if not asked:
        return {}
    offered = choices_of(asked)
    return {
        name: sentence("“{value}” is not in this list.", value=kept[name])
        for name in asked
        if kept[name] not in {choice.code for choice in offered[name]}
    }
