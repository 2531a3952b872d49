"""Resetting a password, from the form to the new password."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from opportune.identity.models import User
from opportune.ledger.models import Change
from opportune.mailing.models import Mail
from opportune.mailing.queries import unsent
from tests.people import PASSWORD, Company

FRESH = "another horse battery"


@pytest.fixture(autouse=True)
def served(settings: Any) -> None:
    """A known public address, and no mail server."""
    settings.BASE_URL = "https://crm.example"
    settings.SMTP = None


def ask(client: Client, email: str) -> None:
    """Ask for a new password."""
    response = client.post(reverse("account_reset_password"), {"email": email})
    assert response.status_code == 302


def test_somebody_who_asks_gets_a_link_at_the_configured_address(company: Company, client: Client) -> None:
    ask(client, "Alice@example.com")
    [mail] = unsent(company.ada)
    assert mail.to.lower() == "alice@example.com"
    assert mail.link.startswith("https://crm.example/")
    assert mail.link in mail.body
    assert "Hello Alice" in mail.body


def test_the_link_sets_a_password_once_and_the_ledger_notes_it(company: Company, client: Client) -> None:
    ask(client, "alice@example.com")
    [mail] = unsent(company.ada)
    path = mail.link.removeprefix("https://crm.example")
    form = client.get(path)
    assert form.status_code == 302
    response = client.post(form["Location"], {"password1": FRESH, "password2": FRESH})
    assert response.status_code == 302
    alice = User.objects.get(pk=company.alice.id or 0)
    assert alice.check_password(FRESH)
    change = Change.objects.filter(kind="user", record_id=alice.pk).latest("version")
    assert (change.change_set.verb, change.change_set.actor_label) == ("change_password", "Alice")
    assert FRESH not in str((change.before, change.after, change.detail))
    again = Client().get(path)
    assert again.status_code == 200


def test_a_weak_password_is_refused(company: Company, client: Client) -> None:
    ask(client, "alice@example.com")
    [mail] = unsent(company.ada)
    form = client.get(mail.link.removeprefix("https://crm.example"))
    client.post(form["Location"], {"password1": "short", "password2": "short"})
    assert User.objects.get(pk=company.alice.id or 0).check_password(PASSWORD)


def test_an_unknown_address_gets_nothing_and_learns_nothing(company: Company, client: Client) -> None:
    ask(client, "nobody@example.com")
    assert not Mail.objects.exists()


def test_someone_who_left_gets_nothing(company: Company, client: Client) -> None:
    User.objects.filter(pk=company.dan.id or 0).update(is_active=False)
    ask(client, "dan@example.com")
    assert not Mail.objects.exists()


def test_nobody_signs_up(company: Company, client: Client) -> None:
    people = User.objects.count()
    form = {"email": "new@example.com", "password1": FRESH, "password2": FRESH}
    client.post(reverse("account_signup"), form)
    assert User.objects.count() == people
