"""How two records of any kind are connected, as facts (D-082…D-085)."""

from typing import NamedTuple

from django.db import models
from django.db.models import Q

from opportune.kernel.records import RecordRef
from opportune.ledger.models import LIVE, Binnable

STAKEHOLDER = "stakeholder"
CATEGORIES = (STAKEHOLDER, "business", "family", "social", "sales", "service", "other")


class End(NamedTuple):
    """One end of a connection: the record, and the role it plays for the record at the other end."""

    ref: RecordRef
    category: str
    role: str


class Connection(Binnable):
    """Two records that have to do with each other, each with the role it plays for the other.

    Who may change the first record may change the connection. An end that plays no role of its own has neither
    category nor role; one whose role was taken off its list keeps the category.
    """

    kind = "connection"
    first_kind = models.CharField(max_length=30)
    first_id = models.BigIntegerField()
    first_category = models.CharField(max_length=12, blank=True)
    first_role = models.CharField(max_length=40, blank=True)
    second_kind = models.CharField(max_length=30)
    second_id = models.BigIntegerField()
    second_category = models.CharField(max_length=12, blank=True)
    second_role = models.CharField(max_length=40, blank=True)
    description = models.TextField(blank=True)
    started_on = models.DateField(null=True)
    ended_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "first_kind",
                "first_id",
                "first_category",
                "first_role",
                "second_kind",
                "second_id",
                "second_category",
                "second_role",
                condition=LIVE,
                name="connected_once_a_role",
            ),
            models.CheckConstraint(
                condition=~Q(first_category="", second_category=""), name="connected_by_a_role"
            ),
            models.CheckConstraint(
                condition=~Q(first_kind=models.F("second_kind"), first_id=models.F("second_id")),
                name="not_connected_to_itself",
            ),
        ]
        indexes = [
            models.Index(fields=["first_kind", "first_id"], condition=LIVE, name="connection_from"),
            models.Index(fields=["second_kind", "second_id"], condition=LIVE, name="connection_to"),
        ]

    def __str__(self) -> str:
        return f"{self.first} and {self.second}"

    @property
    def first(self) -> RecordRef:
        """The record it was made from."""
        return RecordRef(self.first_kind, self.first_id)

    @property
    def second(self) -> RecordRef:
        """The record it was made to."""
        return RecordRef(self.second_kind, self.second_id)

    @property
    def ends(self) -> dict[RecordRef, End]:
        """Both ends by their records."""
        return {
            self.first: End(self.first, self.first_category, self.first_role),
            self.second: End(self.second, self.second_category, self.second_role),
        }

    def seen_from(self, ref: RecordRef) -> tuple[End, End]:
        """The end that is the record, and the other one."""
        own, other = self.ends.values()
        return (own, other) if ref == self.first else (other, own)

    def side_of(self, ref: RecordRef) -> str:
        """Whether the record is the `first` or the `second`, as the columns call them."""
        return "first" if ref == self.first else "second"
