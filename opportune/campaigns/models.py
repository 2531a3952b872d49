"""Campaigns, and the segments of customers they address, as facts."""

from typing import Any, ClassVar, TypeVar

from django.db import models
from django.db.models import F, Q

from opportune.customers.models import Account, Contact
from opportune.identity.models import User
from opportune.identity.visibility import ScopedQuerySet
from opportune.kernel.records import RecordRef
from opportune.kernel.text import fold
from opportune.ledger.models import LIVE, Binnable
from opportune.storage.numbers import MoneyField
from opportune.storage.sorting import SortKeyField

AnyAddressing = TypeVar("AnyAddressing", bound="Addressing")


class AddressingQuerySet(ScopedQuerySet[AnyAddressing]):
    """Campaigns or segments."""


class Addressing(Binnable):
    """What campaigns and segments have in common: they address customers, by a name, and somebody answers for them."""

    derived: ClassVar[frozenset[str]] = frozenset({"sort_key"})
    objects: ClassVar[AddressingQuerySet[Any]]

    owner = models.ForeignKey(User, models.PROTECT, related_name="+")
    name = models.CharField(max_length=160)
    sort_key = SortKeyField(max_length=160, editable=False)
    description = models.TextField(blank=True)
    created_at = models.DateTimeField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    def derive(self) -> None:
        self.sort_key = fold(self.name)[:160]


class Campaign(Addressing):
    """Something done to win customers, from one day to another. Deals may come from it once it is activated.

    `type` is a code of its list, `code` what it is called in other books; the costs are in base currency.
    """

    kind = "campaign"

    code = models.CharField(max_length=20, blank=True)
    type = models.CharField(max_length=40, blank=True)
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    is_activated = models.BooleanField(default=False)
    budgeted_cost = MoneyField(null=True)
    actual_cost = MoneyField(null=True)

    objects: ClassVar[AddressingQuerySet["Campaign"]] = AddressingQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="campaign_has_name"),
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True)
                | Q(ends_on__isnull=True)
                | Q(starts_on__lte=F("ends_on")),
                name="campaign_ends_after_start",
            ),
        ]
        indexes = [
            models.Index("sort_key", "id", condition=LIVE, name="campaign_by_name"),
            models.Index("starts_on", "id", condition=LIVE, name="campaign_by_start"),
            models.Index("created_at", "id", condition=LIVE, name="campaign_by_creation"),
        ]


class Segment(Addressing):
    """A list of customers to address, of one campaign or of none yet."""

    kind = "segment"

    campaign = models.ForeignKey(Campaign, models.PROTECT, null=True, related_name="segments")

    objects: ClassVar[AddressingQuerySet["Segment"]] = AddressingQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="segment_has_name")]
        indexes = [
            models.Index("sort_key", "id", condition=LIVE, name="segment_by_name"),
            models.Index("created_at", "id", condition=LIVE, name="segment_by_creation"),
        ]


class SegmentMember(Binnable):
    """One line of a segment: an account or a contact; a line without either is still to be filled in."""

    kind = "segment_member"
    segment = models.ForeignKey(Segment, models.CASCADE, related_name="members")
    account = models.ForeignKey(Account, models.CASCADE, null=True, related_name="+")
    contact = models.ForeignKey(Contact, models.CASCADE, null=True, related_name="+")
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(account__isnull=True) | Q(contact__isnull=True), name="member_is_one_customer"
            ),
            models.UniqueConstraint("segment", "account", condition=LIVE, name="segment_account_once"),
            models.UniqueConstraint("segment", "contact", condition=LIVE, name="segment_contact_once"),
        ]

    def __str__(self) -> str:
        return f"{self.segment_id}: {self.account_id or self.contact_id}"

    @property
    def customer(self) -> RecordRef | None:
        """The account or contact; none on a blank line."""
        if self.account_id is not None:
            return RecordRef(Account.kind, self.account_id)
        return None if self.contact_id is None else RecordRef(Contact.kind, self.contact_id)
