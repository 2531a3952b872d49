"""What keeps an installation running: which workers live, and when a scheduled piece of work is next due."""

from __future__ import annotations

from django.db import models


class WorkerLease(models.Model):
    """A worker that lives, as far as is known: it says so again and again while it does."""

    name = models.CharField(max_length=64, primary_key=True)
    seen_at = models.DateTimeField()


class ScheduledRun(models.Model):
    """When a piece of work of the schedule is next due."""

    name = models.CharField(max_length=64, primary_key=True)
    next_at = models.DateTimeField()
