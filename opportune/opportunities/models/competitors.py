"""Competitors, and what is known of each on a deal, as facts."""

from django.db import models

from opportune.kernel.text import fold
from opportune.ledger.models import LIVE, Binnable
from opportune.storage.sorting import SortKeyField


class Competitor(Binnable):
    """Somebody who sells to our customers, too."""

    kind = "competitor"
    taken_away = ~LIVE
    derived = frozenset({"sort_key"})

    name = models.CharField(max_length=100)
    sort_key = SortKeyField(max_length=100, editable=False)
    website = models.URLField(max_length=250, blank=True)
    strengths = models.TextField(blank=True)
    weaknesses = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint("sort_key", condition=LIVE, name="competitor_once")]

    def __str__(self) -> str:
        return self.name

    def derive(self) -> None:
        self.sort_key = fold(self.name)[:100]
