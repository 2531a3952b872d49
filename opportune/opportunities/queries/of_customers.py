"""Deals as their customers see them: which came and went, and whom somebody lately sold to."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import OuterRef, Q, Subquery

from opportune.customers.queries import known_names
from opportune.identity.actor import Actor
from opportune.kernel.records import RecordRef
from opportune.opportunities.models import Entry
from opportune.opportunities.queries.totals import visible_deals

_LOOKED_AT = 60


@dataclass(frozen=True, slots=True)
class CustomerChange:
    """A deal that got a customer, or lost it to another one, and who did that.

    `other` is none, and without a name, if it is neither the deal's customer now nor one that the reader may see.
    """

    opportunity_id: int
    subject: str
    at: datetime
    by: str
    change_set_id: int
    came: bool
    other: RecordRef | None
    other_name: str


def customer_changes(actor: Actor, ref: RecordRef, *, limit: int = 50) -> Sequence[CustomerChange]:
    """The deals the actor may see that changed hands, as the history of one of the customers tells it (C-112).

    The newest first. The caller has checked that the customer may be seen.
    """
    column, former = f"{ref.kind}_id", f"from_{ref.kind}"
    previous = Entry.objects.filter(opportunity_id=OuterRef("opportunity_id"), ended_at=OuterRef("at"))
    ever = Entry.objects.filter(**{column: ref.id}).values("opportunity_id")
    visible = Entry.objects.filter(
        opportunity_id__in=visible_deals(actor).filter(pk__in=ever).values("id")
    ).annotate(
        from_account=Subquery(previous.values("account_id")[:1]),
        from_contact=Subquery(previous.values("contact_id")[:1]),
    )
    is_now, was = Q(**{column: ref.id}), Q(**{former: ref.id})
    had_one = Q(from_account__isnull=False) | Q(from_contact__isnull=False)
    came = is_now & had_one & (~was | Q(**{f"{former}__isnull": True}))
    left = was & (~is_now | Q(**{f"{column}__isnull": True}))
    rows = visible.filter(came | left).order_by("-at", "-id")[:limit]
    columns = (
        "opportunity_id", "opportunity__subject", "at", "change_set__actor_label", "change_set_id",
        "account_id", "contact_id", "from_account", "from_contact",
        "opportunity__account_id", "opportunity__contact_id",
    )  # fmt: skip
    found, customers = [], set()
    for row in rows.values_list(*columns):
        deal, subject, at, by, change_set = row[:5]
        account, contact, from_account, from_contact, account_now, contact_now = row[5:]
        then = _ref(account, contact)
        customers.add(_ref(account_now, contact_now))
        other = _ref(from_account, from_contact) if then == ref else then
        found.append(CustomerChange(deal, subject, at, by, change_set, then == ref, other, ""))
    names = known_names(actor, {change.other for change in found if change.other}, shown=customers)
    return [
        replace(change, other_name=names[change.other])
        if change.other in names
        else replace(change, other=None)
        for change in found
    ]


def lately_sold_to(actor: Actor, *, limit: int = 12) -> Sequence[RecordRef]:
    """The customers of the actor's own deals that were changed last."""
    own = visible_deals(actor).filter(owner_id=actor.person_id).order_by("-touched_at", "-id")
    pairs = own.values_list("account_id", "contact_id")[:_LOOKED_AT]
    return list(dict.fromkeys(_ref(account, contact) for account, contact in pairs))[:limit]


def _ref(account_id: int | None, contact_id: int | None) -> RecordRef:
    return RecordRef("account", account_id) if account_id else RecordRef("contact", contact_id or 0)
