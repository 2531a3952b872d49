"""Accounts and contacts, as facts."""

from typing import Any, ClassVar, TypeVar

from django.db import models
from django.db.models import F, Q

from opportune.customers.likeness import email_key, phone_key, website_key
from opportune.identity.models import User
from opportune.identity.visibility import ScopedQuerySet
from opportune.kernel.text import fold
from opportune.ledger.models import LIVE, Recorded
from opportune.storage.numbers import MoneyField
from opportune.storage.sorting import SortKeyField

WITH_EXTERNAL_ID = LIVE & ~Q(external_id="")


def _for_likeness(kind: str, column: str) -> models.Index:
    """An index that finds those alike; most records have no such key."""
    filled = LIVE & Q(**{f"{column}__isnull": False})
    return models.Index(column, condition=filled, name=f"{kind}_alike_by_{column.removesuffix('_key')}")


AnyCustomer = TypeVar("AnyCustomer", bound="Customer")


class CustomerQuerySet(ScopedQuerySet[AnyCustomer]):
    """Accounts or contacts."""


class Customer(Recorded):
    """What an account and a contact have in common.

    `type` and `contact_method` are codes of lists; the three flags say how not to get in touch.
    `customer_since` says since when it has bought; `required` names the field without which there is no
    record, `above` the one that points at the account it belongs to. The keys of e-mail, phone, mobile and
    website are what duplicates are found by.
    """

    derived: ClassVar[frozenset[str]] = frozenset({"sort_key", "city_key", "email_key", "phone_key"})
    required: ClassVar[str]
    above: ClassVar[str]
    objects: ClassVar[CustomerQuerySet[Any]]

    owner = models.ForeignKey(User, models.PROTECT, related_name="+")
    sort_key = SortKeyField(max_length=160, editable=False)
    type = models.CharField(max_length=40, blank=True)
    phone = models.CharField(max_length=50, blank=True)
    phone_key = SortKeyField(max_length=9, null=True, editable=False)
    email = models.EmailField(blank=True)
    email_key = SortKeyField(max_length=254, null=True, editable=False)
    contact_method = models.CharField(max_length=40, blank=True)
    do_not_call = models.BooleanField(default=False)
    do_not_email = models.BooleanField(default=False)
    do_not_write = models.BooleanField(default=False)
    street = models.CharField(max_length=250, blank=True)
    postal_code = models.CharField(max_length=20, blank=True)
    city = models.CharField(max_length=80, blank=True)
    city_key = SortKeyField(max_length=80, null=True, editable=False)
    country = models.CharField(max_length=80, blank=True)
    description = models.TextField(blank=True)
    customer_since = models.DateField(null=True)
    external_id = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        """The name as it is shown."""
        raise NotImplementedError

    def derive(self) -> None:
        self.city_key = fold(self.city)[:80] or None
        self.email_key, self.phone_key = email_key(self.email), phone_key(self.phone)


class Account(Customer):
    """An organisation we sell to; `parent` is the organisation it belongs to.

    `industry` is a code of its list, or whatever was typed instead. `account_number` is what the organisation
    is called in other books. The second address is where goods go, if not to the first.
    """

    kind = "account"
    derived: ClassVar[frozenset[str]] = Customer.derived | {"website_key"}
    required = "name"
    above = "parent_id"

    name = models.CharField(max_length=160)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    account_number = models.CharField(max_length=20, blank=True)
    website = models.URLField(max_length=250, blank=True)
    website_key = SortKeyField(max_length=250, null=True, editable=False)
    industry = models.CharField(max_length=80, blank=True)
    employees = models.PositiveIntegerField(null=True)
    annual_revenue = MoneyField(null=True)
    payment_terms = models.CharField(max_length=40, blank=True)
    delivery_street = models.CharField(max_length=250, blank=True)
    delivery_postal_code = models.CharField(max_length=20, blank=True)
    delivery_city = models.CharField(max_length=80, blank=True)
    delivery_country = models.CharField(max_length=80, blank=True)

    objects: ClassVar[CustomerQuerySet["Account"]] = CustomerQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        indexes = [
            models.Index("sort_key", "id", condition=LIVE, name="account_by_name"),
            models.Index("city_key", "id", condition=LIVE, name="account_by_city"),
            models.Index("created_at", "id", condition=LIVE, name="account_by_creation"),
            *(_for_likeness("account", column) for column in ("email_key", "phone_key", "website_key")),
        ]
        constraints = [
            models.UniqueConstraint("external_id", condition=WITH_EXTERNAL_ID, name="account_external_id"),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="account_not_own_parent"),
            models.CheckConstraint(condition=~Q(name=""), name="account_has_name"),
        ]

    @property
    def full_name(self) -> str:
        return self.name

    def derive(self) -> None:
        super().derive()
        self.sort_key = fold(self.name)[:160]
        self.website_key = website_key(self.website)


class Contact(Customer):
    """A person we sell to, of an account or on their own."""

    kind = "contact"
    derived: ClassVar[frozenset[str]] = Customer.derived | {"mobile_key"}
    required = "last_name"
    above = "account_id"

    first_name = models.CharField(max_length=60, blank=True)
    last_name = models.CharField(max_length=80)
    job_title = models.CharField(max_length=100, blank=True)
    account = models.ForeignKey(Account, models.PROTECT, null=True, related_name="contacts")
    mobile = models.CharField(max_length=50, blank=True)
    mobile_key = SortKeyField(max_length=9, null=True, editable=False)

    objects: ClassVar[CustomerQuerySet["Contact"]] = CustomerQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        indexes = [
            models.Index("sort_key", "id", condition=LIVE, name="contact_by_name"),
            models.Index("city_key", "id", condition=LIVE, name="contact_by_city"),
            models.Index("created_at", "id", condition=LIVE, name="contact_by_creation"),
            *(_for_likeness("contact", column) for column in ("email_key", "phone_key", "mobile_key")),
        ]
        constraints = [
            models.UniqueConstraint("external_id", condition=WITH_EXTERNAL_ID, name="contact_external_id"),
            models.CheckConstraint(condition=~Q(last_name=""), name="contact_has_name"),
        ]

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    def derive(self) -> None:
        super().derive()
        self.sort_key = fold(f"{self.last_name} {self.first_name}")[:160]
        self.mobile_key = phone_key(self.mobile)
