"""The fields of a deal's forms: what they show, what they read, what their selects offer."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext

from opportune.identity.queries import people
from opportune.opportunities.queries import OpportunityRecord
from opportune.opportunities.values import CHOICE_LISTS
from opportune.reference.queries import currencies, every_choice_of
from opportune.web.conflicts import Names, Reading, names_of
from opportune.web.formats import typed_amount
from opportune.web.picked import CAMPAIGN, CONTACT, CUSTOMER, INITIATOR, SEGMENT
from opportune.web.templating import named
from opportune.web.typed import Typed
from opportune.web.viewer import viewer

TEXTS = (
    "subject",
    "description",
    "comments",
    "customer_need",
    "proposed_solution",
    "currency",
    "initiated_by",
    *CHOICE_LISTS,
)
AMOUNTS = ("estimated_value", "budget", "chance")
DAYS = ("estimated_close_on", "decision_on", "expires_on", "delivery_on")
RECORDS = ("campaign_id", "segment_id", "owner_id")
FLAGS = ("on_hold", "decision_maker_identified")
REMINDER = ("reminder_on", "reminder_time")
PICKERS = {
    "customer": CUSTOMER,
    "primary_contact_id": CONTACT,
    "initiated_by": INITIATOR,
    "campaign_id": CAMPAIGN,
    "segment_id": SEGMENT,
}
PICKED = ("customer", "primary_contact_id", *(f"{name}_name" for name in PICKERS))
TOGETHER = (REMINDER, ("campaign_id", "segment_id"))
NAMES = (*TEXTS, *AMOUNTS, *DAYS, *RECORDS, *FLAGS, *REMINDER, *PICKED)


def around(record: OpportunityRecord) -> dict[str, str]:
    """What the form of a move or a closing shows around its fields: where the deal stands, and in what currency."""
    stands = named(record.stage) if record.stage else gettext("Not started")
    return {"stands": stands, "currency": record.row.currency}


def values_of(record: OpportunityRecord) -> dict[str, Any]:
    """A deal's fields as its form shows them."""
    fields = {**record.fields, "initiated_by": record.origin.initiated_by}
    values: dict[str, Any] = {name: fields[name] for name in TEXTS}
    values |= {name: typed_amount(fields[name]) for name in AMOUNTS}
    values |= {name: fields[name].isoformat() if fields[name] else "" for name in DAYS}
    values |= {name: str(fields[name] or "") for name in RECORDS}
    values |= {name: "yes" if fields[name] else "no" for name in FLAGS}
    at = fields["reminder_at"]
    local = at.astimezone(ZoneInfo(viewer().zone)) if at else None
    values["reminder_on"] = local.date().isoformat() if local else ""
    values["reminder_time"] = f"{local:%H:%M}" if local else ""
    return {
        **values,
        "customer": _ref("account", fields["account_id"]) or _ref("contact", fields["contact_id"]),
        "customer_name": record.row.customer_name,
        "primary_contact_id": _ref("contact", fields["primary_contact_id"]),
        "primary_contact_id_name": record.primary_contact_name,
        "initiated_by_name": record.origin.initiated_by_name,
        "campaign_id_name": record.origin.campaign_name,
        "segment_id_name": record.origin.segment_name,
    }


def _names() -> Names:
    return {
        **names_of(lists={name: name for name in CHOICE_LISTS}),
        "on_hold": {"no": gettext("In progress"), "yes": gettext("On hold")},
        "decision_maker_identified": {"no": gettext("No"), "yes": gettext("Yes")},
    }


READING = Reading(
    days=(*DAYS, "reminder_on"),
    money=("estimated_value", "budget"),
    percents=("chance", "probability"),
    names=_names,
)


def read_fields(typed: Typed, whole: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The fields a form has, read; `whole` is all of the form where `typed` has only what was changed."""
    read: dict[str, Any] = {name: typed.text(name) for name in (*TEXTS, *FLAGS) if name in typed.given}
    read |= {name: typed.figure(name) for name in AMOUNTS if name in typed.given}
    read |= {name: typed.text(name) for name in DAYS if name in typed.given}
    read |= {name: typed.text(name) for name in RECORDS if name in typed.given and name != "owner_id"}
    if "campaign_id" in typed.given and whole is not None:
        # the form shows the segment that goes with the campaign, changed or not
        read["segment_id"] = Typed(whole).text("segment_id")
    if "primary_contact_id" in typed.given:
        read["primary_contact_id"] = typed.customer("primary_contact_id")["contact_id"]
    if typed.text("owner_id"):
        read["owner_id"] = typed.text("owner_id")
    if not typed.given.keys().isdisjoint(REMINDER):
        form = typed if whole is None else Typed(whole)
        on, time = form.text("reminder_on"), form.text("reminder_time")
        read["reminder_at"] = f"{on}T{time}" if time else on
    return read


def form_lists() -> dict[str, Any]:
    """What the selects of a deal's forms offer."""
    return {
        "lists": every_choice_of(CHOICE_LISTS),
        "currencies": currencies(),
        "people": people(),
    }


def _ref(kind: str, record_id: int | None) -> str:
    return f"{kind}:{record_id}" if record_id else ""
