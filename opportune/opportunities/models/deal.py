"""The opportunity and its entries, as facts."""

from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import Q

from opportune.campaigns.models import Campaign, Segment
from opportune.customers.models import Account, Contact
from opportune.identity.models import User
from opportune.identity.visibility import ScopedQuerySet
from opportune.kernel.errors import Invalid
from opportune.kernel.money import LIMIT, ZERO, expected_revenue, in_base
from opportune.kernel.records import RecordRef
from opportune.kernel.sentences import sentence
from opportune.kernel.text import fold
from opportune.ledger.models import ChangeSet, Recorded
from opportune.opportunities.models.competitors import Competitor
from opportune.opportunities.probability import Likelihood
from opportune.opportunities.values import INITIATORS
from opportune.process.models import Process, Stage
from opportune.reference.models import CloseReason
from opportune.storage.numbers import MoneyField, PercentField, RateField
from opportune.storage.sorting import SortKeyField


class Status(models.TextChoices):
    """Where a deal stands. Won and lost are statuses, not stages (domain.md §2)."""

    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    WON = "won"
    LOST = "lost"


OPEN = (Status.NOT_STARTED, Status.IN_PROGRESS)
CLOSED = (Status.WON, Status.LOST)
STILL_OPEN = Q(closed_on__isnull=True)
"""What is open, by the date it has none of: written without a value, so that an index of open ones is used for it.

Such an index has the columns of its own condition at its end, or SQLite believes that it must look at the rows.
"""


class OpportunityQuerySet(ScopedQuerySet["Opportunity"]):
    """Opportunities; deleted ones are in the bin and in no list."""


def exactly_one_customer() -> Q:
    """An account or a contact, never both, never none (C-004, C-022)."""
    return Q(account__isnull=True, contact__isnull=False) | Q(account__isnull=False, contact__isnull=True)


class Valued(models.Model):
    """The state of a deal that numbers are made of; shared by the deal as it is and its entries as it was.

    `rate` is units of `currency` per base unit, `base_digits` the decimals base amounts are rounded to.
    """

    class Source(models.TextChoices):
        PROCESS = "process"
        TYPED = "typed"

    status = models.CharField(max_length=11, choices=Status.choices, default=Status.NOT_STARTED)
    process = models.ForeignKey(Process, models.PROTECT, related_name="+")
    stage = models.ForeignKey(Stage, models.PROTECT, null=True, related_name="+")
    close_reason = models.ForeignKey(CloseReason, models.PROTECT, null=True, related_name="+")
    account = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    contact = models.ForeignKey(Contact, models.PROTECT, null=True, related_name="+")
    owner = models.ForeignKey(User, models.PROTECT, related_name="+")
    currency = models.CharField(max_length=3)
    rate = RateField(default=Decimal(1))
    base_digits = models.PositiveSmallIntegerField(default=2)
    estimated_value = MoneyField(null=True)
    actual_value = MoneyField(null=True)
    chance = PercentField(null=True)
    completed = PercentField(null=True)
    probability = PercentField(null=True)
    probability_source = models.CharField(max_length=7, choices=Source.choices, default=Source.PROCESS)
    forecast_category = models.CharField(max_length=12, default="pipeline")
    estimated_close_on = models.DateField(null=True)
    closed_on = models.DateField(null=True)
    value = MoneyField(null=True)
    expected = MoneyField(null=True)
    value_base = MoneyField(default=ZERO)
    expected_base = MoneyField(default=ZERO)

    class Meta:
        abstract = True

    def weigh(self) -> None:
        """Value, expected revenue and both in base currency (domain.md §2): blank counts as zero in sums.

        Raises Invalid for a base amount too large to be kept exactly.
        """
        self.value = self.actual_value if self.status == Status.WON else self.estimated_value
        if self.value is None:
            self.expected, self.value_base, self.expected_base = None, ZERO, ZERO
            return
        self.expected = expected_revenue(self.value, self.probability or ZERO)
        self.value_base = in_base(self.value, self.rate, self.base_digits)
        self.expected_base = in_base(self.expected, self.rate, self.base_digits)
        if self.value_base > LIMIT:
            raise Invalid(
                {
                    "estimated_value": sentence(
                        "In the base currency, an amount must stay within a million millions, too."
                    )
                }
            )

    @property
    def likelihood(self) -> Likelihood:
        """C, K, P and their source, for calculating the next ones."""
        return Likelihood(self.chance, self.completed, self.probability, self.probability_source)


class Opportunity(Valued, Recorded):
    """A deal.

    `pipeline_phase` is the stage that the last stage change entered, of whichever of its processes (D-033).
    `is_finished` says that its active process was run to the end (D-061). `initiated_by` is an account, a
    contact or a campaign.
    """

    kind = "opportunity"
    derived: ClassVar[frozenset[str]] = frozenset(
        {"subject_key", "value", "expected", "value_base", "expected_base", "stage_since", "touched_at"}
    )

    number = models.CharField(max_length=30, unique=True)
    subject = models.CharField(max_length=300)
    subject_key = SortKeyField(max_length=300, editable=False)
    description = models.TextField(blank=True)
    comments = models.TextField(blank=True)
    primary_contact = models.ForeignKey(Contact, models.PROTECT, null=True, related_name="+")
    on_hold = models.BooleanField(default=False)
    is_finished = models.BooleanField(default=False)
    pipeline_phase = models.ForeignKey(Stage, models.PROTECT, null=True, related_name="+")
    close_description = models.TextField(blank=True)
    lost_to = models.ForeignKey(Competitor, models.PROTECT, null=True, related_name="+")
    type = models.CharField(max_length=40, blank=True)
    source = models.CharField(max_length=40, blank=True)
    campaign = models.ForeignKey(Campaign, models.PROTECT, null=True, related_name="+")
    segment = models.ForeignKey(Segment, models.PROTECT, null=True, related_name="+")
    initiated_by_kind = models.CharField(max_length=30, blank=True)
    initiated_by_id = models.BigIntegerField(null=True)
    payment_terms = models.CharField(max_length=40, blank=True)
    rating = models.CharField(max_length=40, blank=True, default="warm")
    priority = models.CharField(max_length=40, blank=True, default="normal")
    budget = MoneyField(null=True)
    purchase_timeframe = models.CharField(max_length=40, blank=True)
    purchase_process = models.CharField(max_length=40, blank=True)
    decision_maker_identified = models.BooleanField(default=False)
    customer_need = models.TextField(blank=True)
    proposed_solution = models.TextField(blank=True)
    decision_on = models.DateField(null=True)
    expires_on = models.DateField(null=True)
    delivery_on = models.DateField(null=True)
    reminder_at = models.DateTimeField(null=True)
    external_id = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField()
    touched_at = models.DateTimeField()
    stage_since = models.DateField(null=True)
    deleted_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager["Opportunity"]] = OpportunityQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "opportunities"
        constraints = [
            models.CheckConstraint(condition=exactly_one_customer(), name="one_customer"),
            models.CheckConstraint(
                condition=~Q(status=Status.NOT_STARTED) | Q(stage__isnull=True),
                name="not_started_has_no_stage",
            ),
            models.CheckConstraint(
                condition=Q(status__in=OPEN, closed_on__isnull=True)
                | Q(status__in=CLOSED, closed_on__isnull=False, close_reason__isnull=False),
                name="closed_has_date_and_reason",
            ),
            models.CheckConstraint(condition=~Q(estimated_value__lt=0), name="value_not_negative"),
            models.CheckConstraint(
                condition=Q(initiated_by_kind="", initiated_by_id__isnull=True)
                | Q(initiated_by_kind__in=INITIATORS, initiated_by_id__isnull=False),
                name="initiated_by_one_record",
            ),
            models.UniqueConstraint(
                fields=["external_id"],
                condition=Q(deleted_at__isnull=True) & ~Q(external_id=""),
                name="deal_external_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["process", "stage", "status", "owner", "value_base", "expected_base", "deleted_at"],
                condition=Q(deleted_at__isnull=True),
                name="deal_totals",
            ),
            models.Index(
                fields=[
                    "process",
                    "stage",
                    "owner",
                    "value_base",
                    "expected_base",
                    "deleted_at",
                    "closed_on",
                ],
                condition=Q(deleted_at__isnull=True) & STILL_OPEN,
                name="deal_open",
            ),
            models.Index(
                fields=["process", "stage", "estimated_close_on", "id"],
                condition=Q(deleted_at__isnull=True) & STILL_OPEN,
                name="deal_board",
            ),
            models.Index(fields=["touched_at", "id"], name="deal_touched"),
            models.Index(fields=["subject_key", "id"], name="deal_subject"),
            models.Index(fields=["value_base", "id"], name="deal_value"),
            models.Index(fields=["estimated_close_on", "id"], name="deal_close"),
            models.Index(fields=["deleted_at"], condition=Q(deleted_at__isnull=False), name="deal_in_bin"),
            models.Index(
                fields=["reminder_at"], condition=Q(reminder_at__isnull=False), name="deal_reminder"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.subject}"

    def derive(self) -> None:
        self.subject_key = fold(self.subject)[:300]
        self.weigh()

    @property
    def customer_ref(self) -> RecordRef:
        """The account or contact it is sold to."""
        if self.account_id is not None:
            return RecordRef(Account.kind, self.account_id)
        return RecordRef(Contact.kind, self.contact_id or 0)

    @property
    def is_open(self) -> bool:
        """Whether it can still be won or lost."""
        return self.status in OPEN


class Entry(Valued):
    """One interval of a deal's life: what held from `at` until `ended_at` (domain.md §3).

    `on` is the business date of the change, by which days and periods count.
    """

    opportunity = models.ForeignKey(Opportunity, models.CASCADE, related_name="entries")
    change_set = models.ForeignKey(ChangeSet, models.PROTECT, related_name="+")
    move = models.CharField(max_length=12)
    at = models.DateTimeField()
    on = models.DateField()
    ended_at = models.DateTimeField(null=True)
    is_current = models.BooleanField(default=True)

    class Meta:
        verbose_name_plural = "entries"
        constraints = [
            models.UniqueConstraint(
                fields=["opportunity"], condition=Q(is_current=True), name="one_current_entry"
            ),
            models.CheckConstraint(
                condition=Q(is_current=True, ended_at__isnull=True)
                | Q(is_current=False, ended_at__isnull=False),
                name="current_has_no_end",
            ),
        ]
        indexes = [
            models.Index(fields=["opportunity", "at"], name="entry_history"),
            models.Index(fields=["at", "ended_at"], name="entry_as_of"),
            models.Index(
                fields=[
                    "process",
                    "stage",
                    "at",
                    "ended_at",
                    "estimated_close_on",
                    "opportunity",
                    "value_base",
                    "expected_base",
                    "closed_on",
                ],
                condition=STILL_OPEN,
                name="entry_board",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.opportunity_id} {self.move} {self.at:%Y-%m-%d}"

    @property
    def undoes_id(self) -> int | None:
        """The change set that its own took back, if it is an undo."""
        return self.change_set.undoes_id
