"""What all deals add up to, kept by the database as they are written (decision 39)."""

from django.db import models

PLACE = ("process_id", "stage_id", "status", "owner_id")
ADDED = ("number", "value_high", "value_low", "expected_high", "expected_low")


class Tally(models.Model):
    """What deals that are not in the bin add to the sums of their place, or take from them.

    Triggers write a row for each place that a written deal leaves or takes; what they add up to is exact. Now and then
    the rows of a place are folded into one. Amounts are in base currency, in ten-thousandths, and in two halves
    (`storage/numbers`).
    """

    process_id = models.BigIntegerField()
    stage_id = models.BigIntegerField(null=True)
    status = models.CharField(max_length=11)
    owner_id = models.BigIntegerField()
    number = models.BigIntegerField()
    value_high = models.BigIntegerField()
    value_low = models.BigIntegerField()
    expected_high = models.BigIntegerField()
    expected_low = models.BigIntegerField()

    class Meta:
        verbose_name_plural = "tallies"

    def __str__(self) -> str:
        return f"{self.number} {self.status} in {self.process_id}/{self.stage_id}"
