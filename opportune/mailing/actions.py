"""Commands on mail."""

import logging
from datetime import timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F, Q

from opportune.identity.actor import Actor
from opportune.kernel import clock
from opportune.kernel.errors import Invalid, NotFound
from opportune.kernel.registries import react
from opportune.kernel.sentences import sentence
from opportune.mailing.events import MailWritten
from opportune.mailing.models import SECRETS_LAST, Mail

TRACES_LAST = timedelta(days=30)
_CLAIM_LASTS = timedelta(minutes=5)
_MOST_ATTEMPTS = 5
_NOTHING_SECRET = {"body": "", "link": ""}

logger = logging.getLogger(__name__)


def smtp_is_set_up() -> bool:
    """Whether mail leaves the house; else administrators pass it on."""
    return bool(settings.SMTP)


@transaction.atomic
def send(actor: Actor | None, *, to: str, subject: str, body: str, link: str = "") -> Mail:
    """Write a mail, to be sent once the transaction is committed. Raises Invalid without an address.

    Nobody's rights are asked: those who may cause a mail are known to the command that sends it.
    """
    address, line = to.strip(), " ".join(subject.split())
    if not address:
        raise Invalid({"to": sentence("There is no address to write to.")})
    mail = Mail.objects.create(to=address, subject=line[:200], body=body, link=link, created_at=clock.now())
    if smtp_is_set_up():
        react(actor, MailWritten(mail.pk))
    return mail


@transaction.atomic
def send_to_nobody(address: str) -> None:
    """Write a mail and take it away again: what is asked for an unknown address takes as long as for a known one."""
    mail = Mail(to=address[:254], subject="", body="", link="", created_at=clock.now())
    mail.save()
    mail.delete()


def deliver(mail_id: int) -> bool:
    """Send a mail by SMTP; doing so again sends nothing. Returns whether it has been sent, now or before.

    The claim is committed before the server is spoken to: a transaction must not wait for a network.
    """
    now = clock.now()
    unclaimed = Q(claimed_at__isnull=True) | Q(claimed_at__lt=now - _CLAIM_LASTS)
    unclaimed |= Q(claimed_at__gt=now + _CLAIM_LASTS)  # the clock has been set back
    waiting = Mail.objects.filter(pk=mail_id, sent_at__isnull=True, attempts__lt=_MOST_ATTEMPTS).exclude(
        body=""
    )
    if not waiting.filter(unclaimed).update(claimed_at=now, attempts=F("attempts") + 1):
        return Mail.objects.filter(pk=mail_id, sent_at__isnull=False).exists()
    mail = Mail.objects.get(pk=mail_id)
    try:
        EmailMessage(mail.subject, mail.body, to=[mail.to]).send()
    except (SMTPException, OSError, ValueError) as failure:
        logger.warning("Mail %s could not be sent: %s", mail_id, failure)
        Mail.objects.filter(pk=mail_id).update(error=str(failure)[:500], claimed_at=None)
        return False
    Mail.objects.filter(pk=mail_id).update(sent_at=clock.now(), error="", **_NOTHING_SECRET)
    return True


def deliver_waiting() -> int:
    """Try again what could not be sent, a day long. Returns how many were sent."""
    if not smtp_is_set_up():
        return 0
    young = Mail.objects.filter(sent_at__isnull=True, created_at__gt=clock.now() - SECRETS_LAST)
    return sum(deliver(mail_id) for mail_id in list(young.order_by("pk").values_list("pk", flat=True)))


@transaction.atomic
def hand_over(actor: Actor, mail_id: int) -> None:
    """Note that an administrator passed a mail on; what it said is forgotten. Raises NotPermitted, NotFound."""
    actor.demand_right("administer")
    unsent = Mail.objects.filter(pk=mail_id, sent_at__isnull=True)
    if not unsent.update(sent_at=clock.now(), **_NOTHING_SECRET):
        raise NotFound("mail")


def forget_old_mail() -> None:
    """Empty what is a day old of its secrets, and delete what is a month old."""
    now = clock.now()
    Mail.objects.filter(created_at__lte=now - TRACES_LAST).delete()
    Mail.objects.filter(created_at__lte=now - SECRETS_LAST).exclude(body="", link="").update(
        **_NOTHING_SECRET
    )
