"""Mail is written in the transaction, sent once afterwards, and forgotten in time."""

from datetime import timedelta
from smtplib import SMTPServerDisconnected
from typing import Any

import pytest
from django.core import mail as outbox
from django.db import transaction
from django_tasks_db.models import DBTaskResult

from opportune.kernel import clock
from opportune.kernel.errors import Invalid, NotFound, NotPermitted
from opportune.mailing import actions
from opportune.mailing.models import Mail
from opportune.mailing.queries import unsent
from opportune.mailing.tasks import deliver as task
from tests.people import Company, by_token

LINK = "https://crm.example/secret"


@pytest.fixture
def smtp(settings: Any) -> None:
    """A mail server is set up; what is sent arrives in `outbox`."""
    settings.SMTP = {"EMAIL_HOST": "mail.example"}


@pytest.fixture
def no_smtp(settings: Any) -> None:
    """No mail server is set up."""
    settings.SMTP = None


def written(to: str = "eva@example.org") -> Mail:
    """A mail with a secret."""
    return actions.send(None, to=to, subject="Choose a\npassword", body=f"Open {LINK}", link=LINK)


@pytest.mark.usefixtures("smtp")
def test_a_mail_is_queued_and_sent_once(company: Company) -> None:
    mail = written()
    [queued] = DBTaskResult.objects.all()
    assert queued.args_kwargs == {"args": [mail.pk], "kwargs": {}}
    assert outbox.outbox == []
    task.func(mail.pk)
    task.func(mail.pk)
    [message] = outbox.outbox
    assert (message.to, message.subject, message.body) == (
        ["eva@example.org"],
        "Choose a password",
        f"Open {LINK}",
    )
    assert Mail.objects.get(pk=mail.pk).sent_at is not None


@pytest.mark.usefixtures("smtp")
def test_a_sent_mail_keeps_no_secret(company: Company) -> None:
    mail = written()
    assert actions.deliver(mail.pk)
    stored = Mail.objects.get(pk=mail.pk)
    assert (stored.body, stored.link) == ("", "")


@pytest.mark.usefixtures("smtp")
def test_a_command_that_fails_writes_no_mail(company: Company) -> None:
    with pytest.raises(ZeroDivisionError):
        _write_and_fail()
    assert not Mail.objects.exists()
    assert not DBTaskResult.objects.exists()


@pytest.mark.usefixtures("smtp")
def test_a_mail_that_could_not_be_sent_is_tried_again(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail = written()
    with monkeypatch.context() as broken:
        broken.setattr("django.core.mail.EmailMessage.send", _fail)
        assert not actions.deliver(mail.pk)
    assert "gone" in unsent(company.ada)[0].error
    assert actions.deliver_waiting() == 1
    assert len(outbox.outbox) == 1
    assert unsent(company.ada) == []


@pytest.mark.usefixtures("smtp")
def test_a_mail_is_not_tried_for_ever(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    mail = written()
    with monkeypatch.context() as broken:
        broken.setattr("django.core.mail.EmailMessage.send", _fail)
        for _ in range(9):
            actions.deliver(mail.pk)
    assert Mail.objects.get(pk=mail.pk).attempts == 5
    assert actions.deliver_waiting() == 0


@pytest.mark.usefixtures("smtp")
def test_after_the_clock_was_set_back_a_claim_does_not_last_until_it_has_caught_up(company: Company) -> None:
    mail = written()
    Mail.objects.filter(pk=mail.pk).update(claimed_at=clock.now() + timedelta(hours=3))
    assert actions.deliver(mail.pk)


@pytest.mark.usefixtures("smtp")
def test_a_mail_somebody_is_sending_is_left_to_them(company: Company) -> None:
    mail = written()
    Mail.objects.filter(pk=mail.pk).update(claimed_at=clock.now())
    assert not actions.deliver(mail.pk)
    assert outbox.outbox == []
    with clock.stopped_at(clock.now() + timedelta(minutes=6)):
        assert actions.deliver(mail.pk)


@pytest.mark.usefixtures("no_smtp")
def test_without_a_server_administrators_get_the_link(company: Company) -> None:
    written()
    assert not DBTaskResult.objects.exists()
    [waiting] = unsent(company.ada)
    assert (waiting.to, waiting.link, waiting.error) == ("eva@example.org", LINK, "")
    assert actions.deliver_waiting() == 0


@pytest.mark.usefixtures("no_smtp")
def test_nobody_but_administrators_sees_the_link(company: Company) -> None:
    mail = written()
    for actor in (company.alice, company.carol, by_token(company.ada, "*:read", "*:write")):
        with pytest.raises(NotPermitted):
            unsent(actor)
        with pytest.raises(NotPermitted):
            actions.hand_over(actor, mail.pk)


@pytest.mark.usefixtures("no_smtp")
def test_a_mail_handed_over_is_forgotten(company: Company) -> None:
    mail = written()
    actions.hand_over(company.ada, mail.pk)
    assert unsent(company.ada) == []
    assert Mail.objects.get(pk=mail.pk).link == ""
    with pytest.raises(NotFound):
        actions.hand_over(company.ada, mail.pk)


@pytest.mark.usefixtures("no_smtp")
def test_a_link_is_gone_after_a_day_and_its_trace_after_a_month(company: Company) -> None:
    mail, start = written(), clock.now()
    with clock.stopped_at(start + timedelta(hours=23)):
        actions.forget_old_mail()
        assert unsent(company.ada)[0].link == LINK
    with clock.stopped_at(start + timedelta(hours=25)):
        assert unsent(company.ada) == []
        actions.forget_old_mail()
        stored = Mail.objects.get(pk=mail.pk)
        assert (stored.body, stored.link) == ("", "")
    with clock.stopped_at(start + timedelta(days=31)):
        actions.forget_old_mail()
    assert not Mail.objects.exists()


def test_a_mail_to_nobody_is_refused(company: Company) -> None:
    with pytest.raises(Invalid):
        written(to=" ")


@transaction.atomic
def _write_and_fail() -> None:
    written()
    raise ZeroDivisionError


def _fail(*_: Any, **__: Any) -> None:
    raise SMTPServerDisconnected("gone")
