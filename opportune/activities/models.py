"""Tasks, as facts."""

from django.db import models

from opportune.identity.models import User
from opportune.kernel.records import RecordRef
from opportune.ledger.models import Recorded
from opportune.process.models import Step


class Task(Recorded):
    """Something a person is to do about a record; made by hand or by a step of a stage."""

    kind = "task"

    class State(models.TextChoices):
        OPEN = "open"
        COMPLETED = "completed"
        CANCELLED = "cancelled"

    subject = models.CharField(max_length=300)
    owner = models.ForeignKey(User, models.PROTECT, related_name="+")
    about_kind = models.CharField(max_length=30)
    about_id = models.BigIntegerField()
    step = models.ForeignKey(Step, models.SET_NULL, null=True, related_name="+")
    due_on = models.DateField(null=True)
    state = models.CharField(max_length=9, choices=State.choices, default=State.OPEN)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["about_kind", "about_id", "state", "due_on"], name="task_about"),
            models.Index(fields=["owner", "state", "due_on", "id"], name="task_of_owner"),
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def about(self) -> RecordRef:
        """The record it is about."""
        return RecordRef(self.about_kind, self.about_id)
