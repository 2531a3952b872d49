"""What can be found of each kind of record, and how it is shown among the hits."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import QuerySet

from opportune.campaigns.models import Campaign, Segment
from opportune.customers.models import Account, Contact
from opportune.identity.actor import Actor
from opportune.kernel.records import RecordRef
from opportune.opportunities.models import Opportunity, OpportunityQuerySet
from opportune.storage.prepared import prepared


class Label(NamedTuple):
    """How a record is shown among the hits."""

    title: str
    subtitle: str


def _nothing(refs: Collection[RecordRef]) -> Collection[int]:
    return ()


@dataclass(frozen=True, slots=True)
class Source:
    """A kind of record that can be found.

    Its `title` is made of fields of the `records` themselves. `visible` gives the records an actor may see, `texts` the
    words of those of the ids that can be found at all (one in the bin cannot), `labels` how they are shown, and
    `followers` the ids of the records whose words include those of other ones, as a deal's include its customer's name.
    Of the record's own `fields` its words are made, and whether it can be found. The `number` is the upper part of the
    ids of its entries; since it is stored, a kind keeps it for ever.
    """

    number: int
    records: Callable[[], QuerySet[Any]]
    title: tuple[str, ...]
    visible: Callable[[Actor], QuerySet[Any]]
    texts: Callable[[Collection[int]], Mapping[int, str]]
    labels: Callable[[Collection[int]], Mapping[int, Label]]
    fields: frozenset[str]
    followers: Callable[[Collection[RecordRef]], Collection[int]] = _nothing


_ROOM = 2**40


def entry_id(kind: str, record_id: int) -> int:
    """The id of a record's search entry."""
    return SOURCES[kind].number * _ROOM + record_id


def entry_ids(kind: str) -> tuple[int, int]:
    """The first and the last id that the entries of a kind can have."""
    return entry_id(kind, 0), entry_id(kind, _ROOM - 1)


def _words(parts: Iterable[str | None]) -> str:
    return " ".join(part for part in parts if part)


_ACCOUNT_WORDS = ("name", "city", "postal_code", "email", "website", "phone", "external_id")
_CONTACT_WORDS = ("job_title", "city", "email", "phone", "mobile", "external_id")


def _account_texts(ids: Collection[int]) -> Mapping[int, str]:
    rows = Account.objects.live().filter(pk__in=ids).values_list("id", *_ACCOUNT_WORDS)
    return {row[0]: _words(row[1:]) for row in rows}


def _account_labels(ids: Collection[int]) -> Mapping[int, Label]:
    return {pk: Label(name, city) for pk, name, city in _accounts_shown(list(ids))}


@prepared
def _accounts_shown(ids: Sequence[int]) -> QuerySet[Account, Any]:
    return Account.objects.filter(pk__in=ids).values_list("id", "name", "city")


def _contact_texts(ids: Collection[int]) -> Mapping[int, str]:
    names = ("first_name", "last_name", "account__name")
    columns = ("id", *names, *_CONTACT_WORDS)
    rows = Contact.objects.live().filter(pk__in=ids).values_list(*columns)
    return {row[0]: _words(row[1:]) for row in rows}


def _contact_labels(ids: Collection[int]) -> Mapping[int, Label]:
    rows = _contacts_shown(list(ids))
    return {pk: Label(f"{first} {last}".strip(), account or "") for pk, first, last, account in rows}


@prepared
def _contacts_shown(ids: Sequence[int]) -> QuerySet[Contact, Any]:
    return Contact.objects.filter(pk__in=ids).values_list("id", "first_name", "last_name", "account__name")


def _contacts_of(refs: Collection[RecordRef]) -> Collection[int]:
    account_ids = [ref.id for ref in refs if ref.kind == "account"]
    return list(Contact.objects.filter(account_id__in=account_ids).values_list("id", flat=True))


def _campaign_texts(ids: Collection[int]) -> Mapping[int, str]:
    rows = Campaign.objects.live().filter(pk__in=ids).values_list("id", "name", "code")
    return {row[0]: _words(row[1:]) for row in rows}


def _campaign_labels(ids: Collection[int]) -> Mapping[int, Label]:
    rows = Campaign.objects.filter(pk__in=ids).values_list("id", "name", "code")
    return {pk: Label(name, code) for pk, name, code in rows}


def _segment_texts(ids: Collection[int]) -> Mapping[int, str]:
    rows = Segment.objects.live().filter(pk__in=ids).values_list("id", "name", "campaign__name")
    return {row[0]: _words(row[1:]) for row in rows}


def _segment_labels(ids: Collection[int]) -> Mapping[int, Label]:
    rows = Segment.objects.filter(pk__in=ids).values_list("id", "name", "campaign__name")
    return {pk: Label(name, campaign or "") for pk, name, campaign in rows}


def _segments_of(refs: Collection[RecordRef]) -> Collection[int]:
    campaign_ids = [ref.id for ref in refs if ref.kind == "campaign"]
    return list(Segment.objects.filter(campaign_id__in=campaign_ids).values_list("id", flat=True))


def _deals() -> OpportunityQuerySet:
    return OpportunityQuerySet(Opportunity)


_CUSTOMER = ("account__name", "contact__first_name", "contact__last_name")


def _deal_texts(ids: Collection[int]) -> Mapping[int, str]:
    columns = ("id", "subject", "number", "external_id", *_CUSTOMER)
    rows = _deals().live().filter(pk__in=ids).values_list(*columns)
    return {row[0]: _words(row[1:]) for row in rows}


def _deal_labels(ids: Collection[int]) -> Mapping[int, Label]:
    rows = _deals_shown(list(ids))
    return {pk: Label(subject, f"{number} · {_words(customer)}") for pk, subject, number, *customer in rows}


@prepared
def _deals_shown(ids: Sequence[int]) -> QuerySet[Opportunity, Any]:
    return _deals().filter(pk__in=ids).values_list("id", "subject", "number", *_CUSTOMER)


def _deals_of(refs: Collection[RecordRef]) -> Collection[int]:
    accounts = [ref.id for ref in refs if ref.kind == "account"]
    contacts = [ref.id for ref in refs if ref.kind == "contact"]
    found: list[int] = []
    if accounts:
        found += _deals().filter(account_id__in=accounts).values_list("id", flat=True)
    if contacts:
        found += _deals().filter(contact_id__in=contacts).values_list("id", flat=True)
    return found


SOURCES: Mapping[str, Source] = {
    "opportunity": Source(
        number=1,
        records=_deals,
        title=("subject",),
        visible=lambda actor: _deals().visible_to(actor),
        texts=_deal_texts,
        labels=_deal_labels,
        fields=frozenset({"subject", "number", "external_id", "account_id", "contact_id", "deleted_at"}),
        followers=_deals_of,
    ),
    "account": Source(
        number=2,
        records=Account.objects.all,
        title=("name",),
        visible=lambda actor: Account.objects.visible_to(actor),
        texts=_account_texts,
        labels=_account_labels,
        fields=frozenset({*_ACCOUNT_WORDS, "deleted_at"}),
    ),
    "contact": Source(
        number=3,
        records=Contact.objects.all,
        title=("first_name", "last_name"),
        visible=lambda actor: Contact.objects.visible_to(actor),
        texts=_contact_texts,
        labels=_contact_labels,
        fields=frozenset({*_CONTACT_WORDS, "first_name", "last_name", "account_id", "deleted_at"}),
        followers=_contacts_of,
    ),
    "campaign": Source(
        number=4,
        records=Campaign.objects.all,
        title=("name",),
        visible=lambda actor: Campaign.objects.visible_to(actor),
        texts=_campaign_texts,
        labels=_campaign_labels,
        fields=frozenset({"name", "code", "deleted_at"}),
    ),
    "segment": Source(
        number=5,
        records=Segment.objects.all,
        title=("name",),
        visible=lambda actor: Segment.objects.visible_to(actor),
        texts=_segment_texts,
        labels=_segment_labels,
        fields=frozenset({"name", "campaign_id", "deleted_at"}),
        followers=_segments_of,
    ),
}


def titles_of(kind: str, ids: Collection[int]) -> Mapping[int, str]:
    """The titles of the labels of some records, which are read from the records alone."""
    return {pk: _words(parts) for pk, *parts in _titles(list(ids), kind=kind)}


@prepared
def _titles(ids: Sequence[int], *, kind: str) -> QuerySet[Any, Any]:
    source = SOURCES[kind]
    return source.records().filter(pk__in=ids).values_list("id", *source.title)
