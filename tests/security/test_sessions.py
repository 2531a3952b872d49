"""How long a session lasts, and what somebody is told whose session has ended."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import DatabaseError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from opportune.identity.sign_in import sessions
from opportune.identity.sign_in.queries import own_sign_in, people_signing_in
from opportune.kernel import clock
from tests.people import Company
from tests.security.proofs import signed_in

PAGE = "/opportunities/?status=open"
HTMX = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{PAGE}"}
UNATTENDED = {"X-Unattended": "true"}


@pytest.fixture(autouse=True)
def limits(settings: Any) -> None:
    """Two hours without use, three days in all."""
    settings.SESSION_IDLE_SECONDS = 2 * 3600
    settings.SESSION_COOKIE_AGE = 3 * 24 * 3600


@contextmanager
def later(**much: float) -> Iterator[None]:
    with clock.stopped_at(clock.now() + timedelta(**much)):
        yield


def is_in(client: Client) -> bool:
    return client.get(PAGE).status_code == 200


def said_at_the_entrance(client: Client) -> str:
    return client.get(PAGE, follow=True).content.decode()


def test_a_session_that_is_not_used_ends(company: Company) -> None:
    alice = signed_in(company.alice)
    with later(minutes=119):
        assert Session.objects.count() == 1
        assert signed_in(company.bob).get(PAGE).status_code == 200
    with later(minutes=121):
        assert not is_in(alice)
        assert "because you had not used Opportune for 2 hours" in said_at_the_entrance(alice)


def test_use_puts_the_end_off(company: Company) -> None:
    alice = signed_in(company.alice)
    for hours in (1.5, 3, 4.5):
        with later(hours=hours):
            assert is_in(alice)
    with later(hours=6.6):
        assert not is_in(alice)


def test_what_a_page_asks_by_itself_is_no_use(company: Company) -> None:
    alice = signed_in(company.alice)
    with later(hours=1.5):
        assert alice.get(reverse("bell"), headers=UNATTENDED).status_code == 200
    with later(hours=2.1):
        assert alice.get(reverse("bell"), headers=UNATTENDED).status_code == 302
        assert "because you had not used Opportune for 2 hours" in said_at_the_entrance(alice)


def test_a_session_ends_in_the_end_however_much_it_is_used(company: Company) -> None:
    alice = signed_in(company.alice)
    for hours in range(1, 72):
        with later(hours=hours):
            assert is_in(alice)
    with later(hours=72.1):
        assert not is_in(alice)
        assert "because you had signed in 3 days ago" in said_at_the_entrance(alice)


def test_signing_in_again_begins_anew(company: Company) -> None:
    alice = signed_in(company.alice)
    with later(hours=71):
        again = signed_in(company.alice)
    with later(hours=72.5):
        assert is_in(again)
        assert not is_in(alice)


def test_the_limits_need_no_query_and_use_is_noted_now_and_then(company: Company) -> None:
    alice = signed_in(company.alice)

    def about_sessions() -> list[str]:
        with CaptureQueriesContext(connection) as seen:
            assert is_in(alice)
        return [each["sql"] for each in seen if "django_session" in each["sql"]]

    assert len(about_sessions()) == 1
    with later(minutes=10):
        assert len(about_sessions()) == 2
        assert len(about_sessions()) == 1


def test_what_cannot_be_noted_stops_nobody_from_reading(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = signed_in(company.alice)

    def refuse() -> Any:
        raise DatabaseError("attempt to write a readonly database")

    monkeypatch.setattr(sessions, "live_sessions", refuse)
    with later(minutes=30):
        assert is_in(alice)


def test_who_was_signed_out_elsewhere_is_told(company: Company) -> None:
    alice = signed_in(company.alice)
    UserSession.objects.get(user_id=company.alice.person_id).end()
    assert "your session was ended" in said_at_the_entrance(alice)


def test_a_visitor_who_was_never_here_is_told_nothing(company: Company) -> None:
    said = said_at_the_entrance(Client())
    assert "signed out" not in said


def test_signing_in_leads_back_to_the_page_with_its_filters(company: Company) -> None:
    alice = signed_in(company.alice)
    with later(hours=3):
        entrance = alice.get(PAGE)["Location"]
    assert parse_qs(urlsplit(entrance).query)["next"] == [PAGE]


def test_what_was_sent_too_late_leads_back_to_its_form(company: Company) -> None:
    alice = signed_in(company.alice)
    with later(hours=3):
        answer = alice.post(
            "/tasks/1/complete/", headers={"Referer": "http://testserver/accounts/?q=x"}, follow=False
        )
    assert parse_qs(urlsplit(answer["Location"]).query)["next"] == ["/accounts/?q=x"]


@pytest.mark.parametrize("referer", ["https://evil.example/accounts/", "//evil.example"])
def test_nobody_is_led_elsewhere_by_it(company: Company, referer: str) -> None:
    answer = Client().post("/tasks/1/complete/", headers={"Referer": referer})
    assert parse_qs(urlsplit(answer["Location"]).query)["next"] == ["/"]


def test_a_part_of_a_page_keeps_what_was_typed_under_a_dialog(company: Company) -> None:
    alice = signed_in(company.alice)
    with later(hours=3):
        answer = alice.post("/opportunities/new/", {"subject": "Typed"}, headers=HTMX)
    said = answer.content.decode()
    assert answer["HX-Reswap"] == "none"
    assert "because you had not used Opportune for 2 hours" in said
    assert 'href="/sign/login/?next=/opportunities/%3Fstatus%3Dopen"' in said
    assert answer.status_code == 422


def test_a_part_of_a_page_asked_by_who_is_signed_in_comes_as_ever(company: Company) -> None:
    answer = signed_in(company.alice).get("/opportunities/new/", headers=HTMX)
    assert "sign-in-again" not in answer.content.decode()


def test_the_token_of_forms_is_given_to_who_is_signed_in_only(company: Company) -> None:
    alice = Client(enforce_csrf_checks=True)
    alice.cookies = signed_in(company.alice).cookies
    token = alice.get("/sign/form-token/").content.decode()
    assert (
        alice.post(reverse("preferences"), {"theme": "dark", "csrfmiddlewaretoken": token}).status_code == 302
    )
    assert Client().get("/sign/form-token/").status_code == 302


def test_lists_count_the_sessions_that_can_be_used(company: Company) -> None:
    signed_in(company.alice)
    with later(hours=1):
        second = signed_in(company.alice)
        assert own_sign_in(company.alice).sessions == 2
    with later(hours=2.5):
        assert own_sign_in(company.alice).sessions == 1
        counted = {row.name: row.sessions for row in people_signing_in(company.ada)}
        assert counted[company.alice.label] == 1
        assert second.get("/sign/sessions/").content.decode().count("/end/") <= 1


def test_a_session_from_before_the_limits_ends_when_it_would_have(company: Company) -> None:
    alice = signed_in(company.alice)
    kept = Session.objects.get()
    data = kept.get_decoded()
    del data[sessions.BEGAN]
    Session.objects.update(
        session_data=sessions.SessionStore().encode(data), expire_date=clock.now() + timedelta(hours=1)
    )
    with later(minutes=50):
        assert is_in(alice)
    with later(minutes=61):
        assert not is_in(alice)
