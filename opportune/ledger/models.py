"""Change sets, changes, jobs and deliveries; and what every recorded model has in common."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, ClassVar

from django.apps import apps
from django.db import models
from django.db.models import Q

from opportune.kernel.records import RecordRef


class Job(models.Model):
    """A long command: a series of change sets, each whole or absent, undone as one.

    `moved_at` is when it last got on; `about` holds what it was asked for, and the sentence on which it failed.
    """

    class State(models.TextChoices):
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        STOPPED = "stopped"

    kind = models.CharField(max_length=40)
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.BigIntegerField(null=True)
    person_id = models.BigIntegerField(null=True)
    actor_label = models.CharField(max_length=200)
    door = models.CharField(max_length=20, default="system")
    started_at = models.DateTimeField()
    moved_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    about = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["person_id", "-id"]),
            models.Index(fields=["moved_at"], condition=Q(state="running"), name="job_running"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} job {self.pk}"


class JobRow(models.Model):
    """A record that a job was begun for, or that it left: which is fixed when it begins.

    `chunk` is the chunk that it was done in, none while it waits; `code` and `reason` say why it was left.
    """

    job = models.ForeignKey(Job, models.CASCADE, related_name="rows")
    kind = models.CharField(max_length=30)
    record_id = models.BigIntegerField()
    chunk = models.PositiveIntegerField(null=True)
    code = models.CharField(max_length=60, blank=True)
    reason = models.JSONField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["job", "kind", "record_id"], name="row_once_a_job"),
        ]
        indexes = [
            models.Index(fields=["job", "id"], condition=Q(chunk__isnull=True), name="job_row_waiting"),
            models.Index(fields=["job", "id"], condition=~Q(code=""), name="job_row_left"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}:{self.record_id} of {self.job_id}"

    @property
    def ref(self) -> RecordRef:
        return RecordRef(self.kind, self.record_id)


class ChangeSet(models.Model):
    """Everything one command changed: who, when, through which door."""

    at = models.DateTimeField()
    verb = models.CharField(max_length=60)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.BigIntegerField(null=True)
    person_id = models.BigIntegerField(null=True)
    actor_label = models.CharField(max_length=200)
    door = models.CharField(max_length=20)
    job = models.ForeignKey(Job, models.PROTECT, null=True, related_name="change_sets")
    chunk = models.PositiveIntegerField(null=True)
    undoes = models.OneToOneField("self", models.PROTECT, null=True, related_name="undone_by")

    class Meta:
        indexes = [
            models.Index(fields=["person_id", "-id"]),
            # The unique index holds those that undo nothing, too; once SQLite has counted them, it uses that no more.
            models.Index(fields=["undoes"], condition=Q(undoes__isnull=False), name="undone"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["job", "chunk"], condition=Q(job__isnull=False), name="chunk_once_a_job"
            )
        ]

    def __str__(self) -> str:
        return f"{self.verb} by {self.actor_label} at {self.at:%Y-%m-%d %H:%M}"


class Change(models.Model):
    """One step of one record: its version afterwards, and each field before and after.

    `at` is the instant the change took effect: the command's own for a live one, a past one for an import.
    `on` is the business date typed with it, `detail` what the record itself does not keep (the kind of move).
    """

    class Operation(models.TextChoices):
        CREATE = "create"
        UPDATE = "update"
        BIN = "bin"
        RESTORE = "restore"
        DELETE = "delete"

    change_set = models.ForeignKey(ChangeSet, models.PROTECT, related_name="changes")
    kind = models.CharField(max_length=30)
    record_id = models.BigIntegerField()
    version = models.PositiveIntegerField()
    operation = models.CharField(max_length=10, choices=Operation.choices)
    at = models.DateTimeField()
    on = models.DateField(null=True)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    detail = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "record_id", "version"], name="one_change_a_version"),
        ]

    def __str__(self) -> str:
        return f"{self.operation} {self.kind}:{self.record_id} v{self.version}"

    @property
    def ref(self) -> RecordRef:
        return RecordRef(self.kind, self.record_id)


class Delivery(models.Model):
    """A change set on its way to one consumer, at least once; written in the change set's transaction."""

    change_set = models.ForeignKey(ChangeSet, models.CASCADE, related_name="deliveries")
    consumer = models.CharField(max_length=60)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["change_set", "consumer"], name="one_delivery_a_consumer")
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(delivered_at__isnull=True), name="delivery_due")
        ]

    def __str__(self) -> str:
        return f"change set {self.change_set_id} to {self.consumer}"


class Edition(models.Model):
    """The one row that is written anew with every change of something lasting (`ledger/lasting.py`)."""

    name = models.CharField(max_length=32)

    def __str__(self) -> str:
        return self.name


class Recorded(models.Model):
    """A model whose every write is in the ledger. Its `kind` names it in a `RecordRef`.

    Fields in `derived` follow from the others and are not written down; `derive` computes them before a write.
    Those in `unrecorded` are nobody's business in a history (a password, the last sign-in).
    """

    kind: ClassVar[str]
    derived: ClassVar[frozenset[str]] = frozenset()
    unrecorded: ClassVar[frozenset[str]] = frozenset()
    is_lasting: ClassVar[bool] = False
    """Whether it changes so seldom that what is made of it is kept between requests (`ledger/lasting.py`)."""
    taken_away: ClassVar[Q | None] = None
    """Which of them nothing may be given back that names them; none if that has no matter here."""

    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        abstract = True

    @property
    def ref(self) -> RecordRef:
        return RecordRef(self.kind, self.pk)

    def derive(self) -> None:
        """Bring the derived fields in line with the others."""

    @classmethod
    def recorded_fields(cls) -> tuple[str, ...]:
        """The attribute names the ledger keeps: every column but the key, the version and what is derived."""
        if "_recorded" not in cls.__dict__:
            left_out = {"id", "version"} | cls.derived | cls.unrecorded
            names = tuple(f.attname for f in cls._meta.concrete_fields if f.attname not in left_out)
            cls._recorded = names  # type: ignore[attr-defined]
        return cls._recorded  # type: ignore[attr-defined, no-any-return]

    def facts(self) -> dict[str, Any]:
        """The record's fields as the ledger writes them."""
        return {name: plain(getattr(self, name)) for name in self.recorded_fields()}

    @classmethod
    def read_fact(cls, name: str, value: Any) -> Any:
        """The inverse of `plain` for one field."""
        [field] = [one for one in cls._meta.concrete_fields if one.attname == name]
        return field.to_python(value)


@cache
def recorded_models() -> Mapping[str, type[Recorded]]:
    """Every kind of record there is, with its model."""
    return {model.kind: model for model in apps.get_models() if issubclass(model, Recorded)}


class Binnable(Recorded):
    """A recorded model whose records are taken away into the bin, whence undo brings them back (`binning.py`).

    What is unique about it holds among those outside the bin only: use `LIVE` as the constraint's condition.
    """

    deleted_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        abstract = True


LIVE = Q(deleted_at__isnull=True)


def plain(value: Any) -> Any:
    """A field's value as JSON keeps it: amounts and dates as text."""
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, date | datetime):
        return value.isoformat()
    return value
