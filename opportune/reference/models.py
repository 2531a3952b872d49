"""Settings, currencies, series, close reasons and lists, as facts."""

from django.db import models
from django.db.models import Q

from opportune.ledger.models import Recorded
from opportune.storage.numbers import RateField


class Setting(Recorded):
    """One setting that differs from its default (`settings.py` declares them all)."""

    kind = "setting"
    key = models.CharField(max_length=60, unique=True)
    value = models.JSONField()

    def __str__(self) -> str:
        return self.key


class Currency(Recorded):
    """A currency in use, with the digits its amounts are shown in."""

    kind = "currency"
    code = models.CharField(max_length=3, unique=True)
    digits = models.PositiveSmallIntegerField(default=2)
    is_active = models.BooleanField(default=True)

    class Meta:
        verbose_name_plural = "currencies"

    def __str__(self) -> str:
        return self.code


class Rate(Recorded):
    """Units of a currency per one base unit, from a day on."""

    kind = "rate"
    currency = models.ForeignKey(Currency, models.CASCADE, related_name="rates")
    valid_from = models.DateField()
    rate = RateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["currency", "valid_from"], name="one_rate_a_day"),
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


class CloseReason(Recorded):
    """Why a deal was won or lost (BC close code, DS status reason). `both` fits either outcome."""

    kind = "close_reason"

    class Outcome(models.TextChoices):
        WON = "won"
        LOST = "lost"
        BOTH = "both"

    class StatusReason(models.TextChoices):
        WON = "won"
        OUT_SOLD = "out_sold"
        CANCELED = "canceled"
        NONE = "none"

    code = models.CharField(max_length=20, unique=True)
    outcome = models.CharField(max_length=4, choices=Outcome.choices)
    status_reason = models.CharField(max_length=10, choices=StatusReason.choices)
    name_en = models.CharField(max_length=100)
    name_fr = models.CharField(max_length=100)
    position = models.PositiveSmallIntegerField(default=0)
    is_offered = models.BooleanField(default=True)
    asks_competitor = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.code

    def fits(self, outcome: str) -> bool:
        """Whether this reason may close a deal with an outcome."""
        return self.outcome in (outcome, CloseReason.Outcome.BOTH)


class ListItem(Recorded):
    """One choice of a list such as *type* or *source*."""

    kind = "list_item"
    list_key = models.CharField(max_length=30)
    code = models.CharField(max_length=40)
    name_en = models.CharField(max_length=100)
    name_fr = models.CharField(max_length=100)
    position = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["list_key", "code"], name="code_once_a_list")]

    def __str__(self) -> str:
        return f"{self.list_key}/{self.code}"
