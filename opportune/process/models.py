"""Processes, stages and steps, as facts."""

from decimal import Decimal

from django.db import models
from django.db.models import Q

from opportune.ledger.models import LIVE, Binnable
from opportune.storage.numbers import PercentField


class Process(Binnable):
    """An ordered list of stages, and how probability follows from them (`probability.py`)."""

    kind = "process"
    is_lasting = True

    class Method(models.TextChoices):
        STAGE = "stage"
        MULTIPLY = "multiply"
        ADD = "add"
        COMPLETED = "completed"
        TYPED = "typed"

    key = models.CharField(max_length=30)
    name_en = models.CharField(max_length=100)
    name_fr = models.CharField(max_length=100)
    method = models.CharField(max_length=10, choices=Method.choices, default=Method.STAGE)
    estimates_required = models.BooleanField(default=False)
    is_retired = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=0)
    comments = models.TextField(blank=True)

    class Meta:
        verbose_name_plural = "processes"
        constraints = [models.UniqueConstraint("key", condition=LIVE, name="process_key_once")]

    def __str__(self) -> str:
        return self.key


class Stage(Binnable):
    """One phase of a process. The order is `position`, then id; names may repeat elsewhere, code compares ids.

    `close_date_formula` says how long after the date of change the close is to be expected (`formulas.py`).
    A stage in the bin stays for the entries that name it; `replaced_by` says where those went who stood on it.
    """

    kind = "stage"
    is_lasting = True
    process = models.ForeignKey(Process, models.CASCADE, related_name="stages")
    key = models.CharField(max_length=30)
    position = models.PositiveSmallIntegerField()
    name_en = models.CharField(max_length=100)
    name_fr = models.CharField(max_length=100)
    chance = PercentField(null=True)
    completed = PercentField(default=Decimal(0))
    allow_skip = models.BooleanField(default=False)
    quote_required = models.BooleanField(default=False)
    is_default = models.BooleanField(default=False)
    expected_days = models.PositiveSmallIntegerField(null=True)
    stale_days = models.PositiveSmallIntegerField(null=True)
    close_date_formula = models.CharField(max_length=30, blank=True)
    guidance_en = models.TextField(blank=True)
    guidance_fr = models.TextField(blank=True)
    comments = models.TextField(blank=True)
    replaced_by = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint("process", "key", condition=LIVE, name="stage_key_once"),
            models.UniqueConstraint("process", condition=LIVE & Q(is_default=True), name="one_default_stage"),
        ]

    def __str__(self) -> str:
        return self.key


class Step(Binnable):
    """Something to do inside a stage: a field to fill in, a tick, or a task (domain.md §1)."""

    kind = "step"
    is_lasting = True

    class What(models.TextChoices):
        FIELD = "field"
        TICK = "tick"
        TASK = "task"

    stage = models.ForeignKey(Stage, models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    what = models.CharField(max_length=5, choices=What.choices)
    name_en = models.CharField(max_length=100)
    name_fr = models.CharField(max_length=100)
    field = models.CharField(max_length=40, blank=True)
    is_required = models.BooleanField(default=False)
    delay_days = models.PositiveSmallIntegerField(null=True)
    reminder_days = models.PositiveSmallIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(what="field", field=""), name="field_step_names_field"),
        ]

    def __str__(self) -> str:
        return self.name_en

    def name(self, language: str) -> str:
        """The step's name in a language."""
        return str(self.name_fr if language.startswith("fr") else self.name_en)
