"""Settings, currencies, series, close reasons, lists and categories, as facts."""

from django.db import models
from django.db.models import Q

from opportune.kernel.records import RecordRef
from opportune.ledger.models import LIVE, Binnable, Recorded
from opportune.storage.numbers import RateField


class Setting(Binnable):
    """One setting that differs from its default (`settings.py` declares them all)."""

    kind = "setting"
    is_lasting = True
    key = models.CharField(max_length=60)
    value = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint("key", condition=LIVE, name="setting_once")]

    def __str__(self) -> str:
        return self.key


class Currency(Binnable):
    """A currency in use, with the digits its amounts are shown in."""

    kind = "currency"
    is_lasting = True
    code = models.CharField(max_length=3)
    digits = models.PositiveSmallIntegerField(default=2)
    is_active = models.BooleanField(default=True)

    class Meta:
        verbose_name_plural = "currencies"
        constraints = [models.UniqueConstraint("code", condition=LIVE, name="currency_once")]

    def __str__(self) -> str:
        return self.code


class Rate(Binnable):
    """Units of a currency per one base unit, from a day on."""

    kind = "rate"
    currency = models.ForeignKey(Currency, models.CASCADE, related_name="rates")
    valid_from = models.DateField()
    rate = RateField()

    class Meta:
        constraints = [
            models.UniqueConstraint("currency", "valid_from", condition=LIVE, name="one_rate_a_day"),
            models.CheckConstraint(condition=Q(rate__gt=0), name="rate_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.currency_id} from {self.valid_from}"


class SeriesCounter(models.Model):
    """The last number given out in a series and year. Numbers are never given out again."""

    series = models.CharField(max_length=20)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["series", "year"], name="one_counter_a_year")]

    def __str__(self) -> str:
        return f"{self.series} {self.year}: {self.last}"


class CloseReason(Binnable):
    """Why a deal was won or lost (BC close code, DS status reason). `both` fits either outcome."""

    kind = "close_reason"
    taken_away = ~LIVE

    class Outcome(models.TextChoices):
        WON = "won"
        LOST = "lost"
        BOTH = "both"

    class StatusReason(models.TextChoices):
        WON = "won"
        OUT_SOLD = "out_sold"
        CANCELED = "canceled"
        NONE = "none"

    code = models.CharField(max_length=20)
    outcome = models.CharField(max_length=4, choices=Outcome.choices)
    status_reason = models.CharField(max_length=10, choices=StatusReason.choices)
    name_en = models.CharField(max_length=100)
    name_fr = models.CharField(max_length=100)
    position = models.PositiveSmallIntegerField(default=0)
    is_offered = models.BooleanField(default=True)
    asks_competitor = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint("code", condition=LIVE, name="reason_code_once")]

    def __str__(self) -> str:
        return self.code

    def fits(self, outcome: str) -> bool:
        """Whether this reason may close a deal with an outcome."""
        return self.outcome in (outcome, CloseReason.Outcome.BOTH)


class ListItem(Binnable):
    """One choice of a list such as *type* or *source*."""

    kind = "list_item"
    is_lasting = True
    list_key = models.CharField(max_length=30)
    code = models.CharField(max_length=40)
    name_en = models.CharField(max_length=100)
    name_fr = models.CharField(max_length=100)
    position = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint("list_key", "code", condition=LIVE, name="code_once_a_list")]

    def __str__(self) -> str:
        return f"{self.list_key}/{self.code}"


class Category(Recorded):
    """A colour that records are marked with; unnamed, it is called by its colour (C-104j)."""

    class Color(models.TextChoices):
        RED = "red"
        ORANGE = "orange"
        YELLOW = "yellow"
        GREEN = "green"
        BLUE = "blue"
        PURPLE = "purple"

    kind = "category"
    is_lasting = True
    color = models.CharField(max_length=10, choices=Color.choices, unique=True)
    name_en = models.CharField(max_length=100, blank=True)
    name_fr = models.CharField(max_length=100, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name_plural = "categories"

    def __str__(self) -> str:
        return self.color


class CategoryMark(Binnable):
    """That a record is in a category."""

    kind = "category_mark"
    category = models.ForeignKey(Category, models.PROTECT, related_name="marks")
    record_kind = models.CharField(max_length=30)
    record_id = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "record_kind", "record_id", "category", condition=LIVE, name="category_once_a_record"
            )
        ]
        indexes = [
            models.Index("category", "record_kind", "record_id", condition=LIVE, name="marks_of_category")
        ]

    def __str__(self) -> str:
        return f"{self.record_kind}:{self.record_id} in {self.category_id}"

    @property
    def marked(self) -> RecordRef:
        """The record that is marked."""
        return RecordRef(self.record_kind, self.record_id)
