"""Mail, as facts."""

from datetime import timedelta

from django.db import models
from django.db.models import Q

SECRETS_LAST = timedelta(days=1)


class Mail(models.Model):
    """A mail to one address. It is no recorded model: what it says may be a secret, which a ledger would keep.

    `link` is the one thing in it worth copying. Both it and the body are emptied once the mail is sent, handed
    over, or a day old. `claimed_at` is when somebody last began to send it.
    """

    to = models.EmailField()
    subject = models.CharField(max_length=200)
    body = models.TextField(blank=True)
    link = models.CharField(max_length=1000, blank=True)
    created_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        indexes = [models.Index(fields=["created_at"], condition=Q(sent_at__isnull=True), name="mail_unsent")]

    def __str__(self) -> str:
        return f"“{self.subject}” to {self.to}"
