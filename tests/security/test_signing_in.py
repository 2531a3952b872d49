"""Passwords, sessions, limits and what strangers can learn: signing in from outside."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from opportune.config.settings import PASSWORD_HASHERS
from opportune.identity.actions import change_password, set_active
from opportune.identity.models import User
from opportune.identity.sign_in.actions import end_session
from opportune.kernel.errors import NotFound
from opportune.ledger.models import Change, ChangeSet
from opportune.mailing.models import Mail
from opportune.reference.actions import change_settings
from tests.deals import id_of
from tests.people import PASSWORD, Company
from tests.security.proofs import proved, signed_in, with_app

LOGIN, RESET = "/sign/login/", "/sign/password/reset/"
ALICE = "alice@example.com"


def typed(login: str, password: str, **more: str) -> dict[str, str]:
    return {"login": login, "password": password, **more}


def test_passwords_are_hashed_with_argon2(company: Company, settings: Any) -> None:
    settings.PASSWORD_HASHERS = PASSWORD_HASHERS
    assert PASSWORD_HASHERS[0].endswith(Argon2PasswordHasher.__name__)
    change_password(company.alice, id_of(company.alice), password="four new words here")
    assert User.objects.get(email=ALICE).password.startswith("argon2$argon2id$")


@pytest.mark.parametrize("weak", ["short", "password123", "alice@example.com", "1234567890"])
def test_a_weak_password_is_refused_and_the_old_one_stays(company: Company, weak: str) -> None:
    alice = signed_in(company.alice)
    form = {"oldpassword": PASSWORD, "password1": weak, "password2": weak}
    answer = alice.post("/sign/password/change/", form)
    assert answer.status_code == 200
    assert 'class="err"' in answer.content.decode()
    assert User.objects.get(email=ALICE).check_password(PASSWORD)


def test_changing_the_password_ends_every_other_session(company: Company) -> None:
    here, there = signed_in(company.alice), signed_in(company.alice)
    form = {"oldpassword": PASSWORD, "password1": "four new words here", "password2": "four new words here"}
    assert here.post("/sign/password/change/", form).status_code == 302
    assert here.get("/pipeline/").status_code == 200
    assert there.get("/pipeline/").status_code == 302
    assert ChangeSet.objects.filter(verb="change_password", person_id=company.alice.person_id).exists()


def test_changing_the_password_needs_the_old_one(company: Company) -> None:
    form = {"oldpassword": "not it", "password1": "four new words here", "password2": "four new words here"}
    assert signed_in(company.alice).post("/sign/password/change/", form).status_code == 200
    assert User.objects.get(email=ALICE).check_password(PASSWORD)


def test_signing_in_and_out_are_in_the_ledger(company: Company) -> None:
    client = signed_in(company.alice)
    client.post("/sign/logout/")
    sets = ChangeSet.objects.filter(person_id=company.alice.person_id, verb__startswith="sign_")
    assert list(sets.order_by("id").values_list("verb", flat=True)) == ["sign_in", "sign_out"]
    steps = Change.objects.filter(kind="session").order_by("id")
    assert [each.operation for each in steps] == ["create", "delete"]
    assert steps[0].after["ip"] == "127.0.0.1"
    assert not UserSession.objects.exists()


def test_a_session_is_listed_and_can_be_ended_from_another(company: Company) -> None:
    here, there = (
        signed_in(company.alice),
        signed_in(company.alice, headers={"User-Agent": "Firefox Windows"}),
    )
    assert "Firefox · Windows" in here.get("/sign/sessions/").content.decode()
    other = UserSession.objects.get(user_agent="Firefox Windows")
    assert here.post(f"/sign/sessions/{other.pk}/end/").status_code == 302
    assert there.get("/pipeline/").status_code == 302
    assert here.get("/pipeline/").status_code == 200
    assert ChangeSet.objects.latest("id").verb == "end_session"


def test_all_other_sessions_can_be_ended_at_once(company: Company) -> None:
    here, others = signed_in(company.alice), [signed_in(company.alice) for _ in range(2)]
    assert here.post("/sign/sessions/").status_code == 302
    assert [each.get("/pipeline/").status_code for each in others] == [302, 302]
    assert here.get("/pipeline/").status_code == 200
    assert ChangeSet.objects.latest("id").verb == "end_sessions"


def test_nobody_ends_the_session_of_others(company: Company) -> None:
    alice = signed_in(company.alice)
    session = UserSession.objects.get()
    bob = signed_in(company.bob)
    assert bob.post(f"/sign/sessions/{session.pk}/end/").status_code == 404
    assert alice.get("/pipeline/").status_code == 200
    with pytest.raises(NotFound):
        end_session(company.carol, session.pk)
    end_session(company.ada, session.pk)
    assert alice.get("/pipeline/").status_code == 302


def test_trying_passwords_is_stopped_even_for_the_right_one(company: Company) -> None:
    client = Client()
    for number in range(5):
        client.post(LOGIN, typed(ALICE, f"wrong {number}"))
    said = client.post(LOGIN, typed(ALICE, PASSWORD)).content.decode()
    assert "Too many failed login attempts" in said
    assert Client().get("/pipeline/").status_code == 302


def test_asking_for_links_is_stopped(company: Company) -> None:
    statuses = [Client().post(RESET, {"email": ALICE}).status_code for _ in range(8)]
    assert statuses[0] == 302
    assert 429 in statuses


def test_limits_hold_for_every_process(company: Company) -> None:
    client = Client()
    with CaptureQueriesContext(connection) as queries:
        client.post(LOGIN, typed(ALICE, "wrong"))
    assert any('"cache"' in each["sql"] for each in queries)


def test_an_unknown_address_and_a_wrong_password_are_answered_alike(company: Company) -> None:
    known, unknown = (
        Client().post(LOGIN, typed(login, "wrong")).content.decode()
        for login in (ALICE, "nobody@example.com")
    )
    assert plain(known) == plain(unknown).replace("nobody@example.com", ALICE)


def test_a_link_for_an_unknown_address_is_answered_alike_and_not_written(company: Company) -> None:
    known, unknown = (Client().post(RESET, {"email": email}) for email in (ALICE, "nobody@example.com"))
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert list(Mail.objects.values_list("to", flat=True)) == [ALICE]


def test_somebody_deactivated_is_told_so_only_by_the_right_password(company: Company) -> None:
    set_active(company.ada, id_of(company.alice), is_active=False)
    wrong = Client().post(LOGIN, typed(ALICE, "wrong"))
    right = Client().post(LOGIN, typed(ALICE, PASSWORD), follow=True)
    assert "You cannot sign in any more" not in wrong.content.decode()
    assert "You cannot sign in any more" in right.content.decode()


def hashes_in(ask: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> int:
    """How often a password is hashed: that is what takes time."""
    from django.contrib.auth.hashers import MD5PasswordHasher

    counted, encode = [], MD5PasswordHasher.encode

    def encoded(self: MD5PasswordHasher, password: str, salt: str) -> str:
        counted.append(password)
        return encode(self, password, salt)

    with monkeypatch.context() as patched:
        patched.setattr(MD5PasswordHasher, "encode", encoded)
        ask()
    return len(counted)


def test_an_unknown_address_takes_as_many_hashes_as_a_wrong_password(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    known, unknown = (
        hashes_in(lambda login=login: Client().post(LOGIN, typed(login, "wrong")), monkeypatch)  # type: ignore[misc]
        for login in (ALICE, "nobody@example.com")
    )
    assert known == unknown > 0


def test_a_link_for_an_unknown_address_takes_as_many_writes(company: Company) -> None:
    writes = []
    for email in (ALICE, "nobody@example.com"):
        with CaptureQueriesContext(connection) as queries:
            Client().post(RESET, {"email": email})
        sent = [each["sql"] for each in queries if '"mailing_mail"' in each["sql"]]
        writes.append(len([sql for sql in sent if sql.startswith(("INSERT", "DELETE"))]))
    assert writes[0] >= 1
    assert writes[1] >= writes[0]


@pytest.mark.long
def test_the_clock_does_not_tell_who_is_known(company: Company, settings: Any) -> None:
    settings.PASSWORD_HASHERS = PASSWORD_HASHERS
    settings.ACCOUNT_RATE_LIMITS = False
    change_password(company.alice, id_of(company.alice), password="four new words here")

    def takes(login: str) -> float:
        begun = time.perf_counter()
        Client().post(LOGIN, typed(login, "wrong"))
        return time.perf_counter() - begun

    both = [(takes(ALICE), takes("nobody@example.com")) for _ in range(15)]
    known, unknown = (statistics.median(times) for times in zip(*both, strict=True))
    assert abs(known - unknown) < 0.35 * known


ELSEWHERE = [
    "https://evil.example/",
    "//evil.example",
    "/\\evil.example",
    "javascript:alert(1)",
    "\x00//evil",
]


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_signing_in_leads_nowhere_else(company: Company, elsewhere: str) -> None:
    answer = Client().post(LOGIN, typed(ALICE, PASSWORD, next=elsewhere))
    assert answer["Location"] == "/"
    assert Client().post(LOGIN, typed(ALICE, PASSWORD, next="/accounts/"))["Location"] == "/accounts/"


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_no_page_about_signing_in_leads_elsewhere(company: Company, elsewhere: str) -> None:
    client, _ = with_app(company.alice)
    for address, form in (
        ("/sign/reauthenticate/", {"password": PASSWORD}),
        ("/sign/logout/", {}),
    ):
        answer = client.post(address, {**form, "next": elsewhere})
        assert "evil" not in answer.headers.get("Location", ""), address
        assert not answer.headers.get("Location", "").startswith("javascript"), address


def test_nobody_signs_up_by_themselves(company: Company) -> None:
    people = User.objects.count()
    form = {"email": "eve@example.com", "password1": "four new words", "password2": "four new words"}
    answer = Client().post("/sign/signup/", form)
    assert "Nobody here has this address" in answer.content.decode()
    assert User.objects.count() == people


def test_pages_about_signing_in_are_kept_by_no_cache(company: Company) -> None:
    alice = proved(signed_in(company.alice))
    for address in ("/sign/app/", "/sign/sessions/", "/sign/passkeys/"):
        assert "no-store" in alice.get(address)["Cache-Control"], address
    assert "no-store" in Client().get(LOGIN)["Cache-Control"]


def plain(page: str) -> str:
    """A page without what differs every time."""
    import re

    return re.sub(r'(csrfmiddlewaretoken" value|X-CSRFToken": )"?="?[^"]*"|"X-CSRFToken": "[^"]*"', "", page)


@pytest.mark.parametrize("known", ["Opportune2026!", "northwind-2026", "crm.Example1", "NorthwindTraders"])
def test_a_password_of_words_of_the_place_is_refused(company: Company, settings: Any, known: str) -> None:
    settings.BASE_URL = "https://crm.example.com"
    change_settings(company.ada, {"organisation": "Northwind Traders"})
    alice = signed_in(company.alice)
    form = {"oldpassword": PASSWORD, "password1": known, "password2": known}
    assert (
        "nothing to do with your organisation" in alice.post("/sign/password/change/", form).content.decode()
    )
    assert User.objects.get(email=ALICE).check_password(PASSWORD)


def test_a_password_with_such_a_word_among_others_is_taken(company: Company) -> None:
    change_settings(company.ada, {"organisation": "Northwind Traders"})
    form = {
        "oldpassword": PASSWORD,
        "password1": "northwind eats biscuits",
        "password2": "northwind eats biscuits",
    }
    assert signed_in(company.alice).post("/sign/password/change/", form).status_code == 302
