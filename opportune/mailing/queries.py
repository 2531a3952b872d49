"""Reading mail that has not been sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from opportune.identity.actor import Actor
from opportune.kernel import clock
from opportune.mailing.models import SECRETS_LAST, Mail


@dataclass(frozen=True, slots=True)
class UnsentMail:
    """A mail an administrator may copy and pass on, and why it was not sent if that was tried."""

    id: int
    to: str
    subject: str
    body: str
    link: str
    created_at: datetime
    error: str


def unsent(actor: Actor, *, limit: int = 100) -> Sequence[UnsentMail]:
    """The mails of the last day that nobody got, newest first. Raises NotPermitted."""
    actor.demand_right("administer")
    since = clock.now() - SECRETS_LAST
    waiting = Mail.objects.filter(sent_at__isnull=True, created_at__gt=since).order_by("-created_at", "-id")
    columns = ("id", "to", "subject", "body", "link", "created_at", "error")
    return [UnsentMail(*row) for row in waiting.values_list(*columns)[:limit]]
