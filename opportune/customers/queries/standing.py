"""What stands on an account or contact, so that it cannot simply go; and what goes with it if it may."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import QuerySet

from opportune.customers.models import Account, Contact, Customer
from opportune.identity.actor import Actor
from opportune.kernel.errors import NotFound, NotPermitted, OpportuneError, Refused
from opportune.kernel.records import RecordRef
from opportune.kernel.registries import facts
from opportune.kernel.sentences import counted, sentence
from opportune.reference.queries import organisation_settings

_NAMED = 5
KINDS: dict[str, type[Account] | type[Contact]] = {"account": Account, "contact": Contact}


class DealName(NamedTuple):
    """A deal as a refusal names it."""

    id: int
    number: str
    subject: str


@dataclass(frozen=True, slots=True)
class CustomerDeals:
    """The deals whose customer somebody is, as one reader may know them.

    `open` and `closed` are those the reader sees; `is_more_open` that there are further open ones, and
    `is_out_of_reach` that the reader may not delete all. `named` counts the open ones that name the contact only.
    """

    open: tuple[DealName, ...] = ()
    closed: int = 0
    named: int = 0
    is_more_open: bool = False
    is_out_of_reach: bool = False


@dataclass(frozen=True, slots=True)
class SegmentsWith:
    """The segments with somebody on a line: the names of those one reader sees, and whether there are others."""

    names: tuple[str, ...] = ()
    are_more: bool = False


@dataclass(frozen=True, slots=True)
class Deletion:
    """What deleting an account or contact would do, and with what it is refused, if it is."""

    ref: RecordRef
    name: str
    deals: CustomerDeals
    contacts: int
    accounts: int
    version: int
    refusal: OpportuneError | None = None


@dataclass(frozen=True, slots=True)
class Binned:
    """An account or contact in the bin."""

    id: int
    name: str
    deleted_at: datetime


def is_depended_upon(customer: Customer) -> bool:
    """Whether records that are not in the bin belong to it: contacts, accounts below it, lines, opportunities."""
    if isinstance(customer, Account) and (
        Account.objects.live().filter(parent_id=customer.pk).exists()
        or Contact.objects.live().filter(account_id=customer.pk).exists()
    ):
        return True
    on_segment = facts.get("is_on_segment")
    if on_segment is not None and on_segment(customer.ref):
        return True
    has_opportunities = facts.get("customer_has_opportunities")
    return has_opportunities is not None and bool(has_opportunities(customer.ref))


def deletion(actor: Actor, ref: RecordRef) -> Deletion:
    """What deleting an account or contact would take along, as counts to be shown before. Raises NotFound."""
    rows: QuerySet[Any] = KINDS[ref.kind].objects.visible_to(actor)
    customer = rows.filter(pk=ref.id).first()
    if customer is None:
        raise NotFound(ref.kind)
    deals = deals_of(actor, ref)
    refusal = why_not_deletable(customer.full_name, deals, segments_with(actor, ref))
    contacts = accounts = 0
    if ref.kind == "account":
        contacts = Contact.objects.visible_to(actor).filter(account_id=ref.id).count()
        accounts = Account.objects.visible_to(actor).filter(parent_id=ref.id).count()
    return Deletion(ref, customer.full_name, deals, contacts, accounts, customer.version, refusal)


def deals_of(actor: Actor, ref: RecordRef) -> CustomerDeals:
    """The deals of a customer, as the package that has them says."""
    ask = facts.get("deals_of_customer")
    found: CustomerDeals = ask(actor, ref) if ask else CustomerDeals()
    return found


def segments_with(actor: Actor, ref: RecordRef) -> SegmentsWith:
    """The segments with a customer on a line, as the package that has them says."""
    ask = facts.get("segments_with_customer")
    found: SegmentsWith = ask(actor, ref) if ask else SegmentsWith()
    return found


def why_not_deletable(name: str, deals: CustomerDeals, segments: SegmentsWith) -> OpportuneError | None:
    """What refuses a deletion, none if nothing does (E-35, domain.md §2)."""
    if (deals.open or deals.is_more_open) and not organisation_settings().allow_deleting_open:
        return Refused(
            "open_deals",
            sentence(
                "{name} has open opportunities: {deals}. Close them or give them another customer first.",
                name=name,
                deals=_listed([f"{deal.number} {deal.subject}" for deal in deals.open], deals.is_more_open),
            ),
        )
    if deals.is_out_of_reach:
        return NotPermitted(
            sentence("{name} has opportunities that you do not have the right to delete.", name=name)
        )
    if segments.names or segments.are_more:
        return Refused(
            "on_segments",
            sentence(
                "{name} is on segments: {segments}. Take it off them first.",
                name=name,
                segments=_listed(segments.names, segments.are_more),
            ),
        )
    return None


def _listed(names: Sequence[str], are_more: bool) -> tuple[object, ...]:
    """Names as a refusal lists them: the first few, how many more, and that others are hidden."""
    listed: list[object] = list(names[:_NAMED])
    if len(names) > _NAMED:
        listed.append(counted("{count} more", "{count} more", len(names) - _NAMED))
    if are_more:
        listed.append(sentence("others that you cannot see"))
    return tuple(listed)


def bin_of(actor: Actor, kind: str, *, limit: int = 200) -> Sequence[Binned]:
    """The accounts or contacts in the bin that the actor could bring back, the latest first."""
    rows: QuerySet[Any] = KINDS[kind].objects.reached_by(actor, "read").reached_by(actor, "delete")
    gone = rows.filter(deleted_at__isnull=False).order_by("-deleted_at", "-id")[:limit]
    return [Binned(row.pk, row.full_name, row.deleted_at) for row in gone]
