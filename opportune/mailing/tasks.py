"""Mail as work for the worker."""

from typing import Any

from django_tasks import task

from opportune.mailing import actions
from opportune.mailing.events import MailWritten


@task()
def deliver(mail_id: int) -> None:
    """Send one mail."""
    actions.deliver(mail_id)


def queue_delivery(actor: Any, event: MailWritten) -> None:
    """Have a mail sent by the worker; the queue is in the same database, hence in the same transaction."""
    deliver.enqueue(event.mail_id)
