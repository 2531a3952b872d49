"""Signing in by an OpenID Connect provider that runs beside the test and is asked over HTTP."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

import oidc_provider_mock as provider
import pytest
import requests
from allauth.socialaccount.models import SocialAccount
from django.test import Client

from opportune.config.env import BadSetting, Environment
from opportune.config.providers import provider_of
from opportune.identity.actions import set_active
from opportune.identity.models import User
from opportune.identity.sign_in.actions import reset_sign_in
from opportune.ledger.models import Change, ChangeSet
from tests.deals import id_of
from tests.people import PASSWORD, Company
from tests.security.proofs import code_of, with_app

LOGIN = "/sign/oidc/sso/login/"
PEOPLE = (
    provider.User(sub="alice", claims={"email": "Alice@example.com", "email_verified": True}),
    provider.User(sub="alice-again", claims={"email": "alice@example.com", "email_verified": True}),
    provider.User(sub="eve", claims={"email": "eve@example.com", "email_verified": True}),
    provider.User(sub="bob-unverified", claims={"email": "bob@example.com", "email_verified": False}),
    provider.User(sub="bob-so-to-speak", claims={"email": "bob@example.com", "email_verified": "false"}),
    provider.User(sub="nobody", claims={}),
)


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """The address of the running provider."""
    with provider.run_server_in_thread(user_claims=PEOPLE) as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture
def connected(issuer: str, settings: Any, company: Company) -> Company:
    """The company, with the provider set up as its environment would."""
    given = {"CLIENT_ID": "opportune", "CLIENT_SECRET": "a secret", "ISSUER": issuer, "NAME": "Acme"}
    found = Environment({f"OPPORTUNE_OIDC_{name}": value for name, value in given.items()}).single_sign_on()
    settings.SINGLE_SIGN_ON = found
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [provider_of(found or {})]}}
    return company


def to_provider(client: Client, **query: str) -> str:
    """Where the page between sends somebody."""
    answer = client.post(LOGIN, query_params=query)
    assert answer.status_code == 200
    found = re.search(r'http-equiv="refresh" content="0;url=([^"]*)"', answer.content.decode())
    assert found is not None
    return html.unescape(found[1])


def back_from(address: str, sub: str) -> str:
    """Where the provider sends somebody who says there who they are."""
    answer = requests.post(address, data={"sub": sub}, allow_redirects=False, timeout=10)
    back = urlsplit(answer.headers["Location"])
    return f"{back.path}?{back.query}"


def come(sub: str, client: Client | None = None, **query: str) -> tuple[Client, Any]:
    """Somebody goes to the provider and comes back."""
    browser = client or Client()
    return browser, browser.get(back_from(to_provider(browser, **query), sub))


def test_whom_the_provider_vouches_for_signs_in(connected: Company) -> None:
    client, answer = come("alice")
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client.get("/pipeline/").status_code == 200
    assert SocialAccount.objects.get().user_id == connected.alice.person_id
    assert User.objects.get(pk=id_of(connected.alice)).check_password(PASSWORD)


def test_the_login_page_offers_the_provider_only_where_there_is_one(
    connected: Company, settings: Any
) -> None:
    assert "Sign in with Acme" in Client().get("/sign/login/").content.decode()
    settings.SINGLE_SIGN_ON = None
    assert "Sign in with Acme" not in Client().get("/sign/login/").content.decode()


def test_the_link_and_the_session_are_in_the_ledger(connected: Company) -> None:
    come("alice")
    sets = ChangeSet.objects.filter(person_id=id_of(connected.alice)).order_by("id")
    assert list(sets.values_list("verb", flat=True)) == ["link_sign_in", "sign_in"]
    link = Change.objects.get(kind="linked_sign_in")
    assert link.after == {"user_id": connected.alice.person_id, "provider": "sso", "uid": "alice"}


def test_the_second_time_the_identifier_alone_counts(connected: Company) -> None:
    come("alice")
    User.objects.filter(pk=id_of(connected.alice)).update(email="alice.new@example.com")
    client, _ = come("alice")
    assert client.get("/pipeline/").status_code == 200
    assert SocialAccount.objects.count() == 1


@pytest.mark.parametrize("sub", ["eve", "bob-unverified", "bob-so-to-speak", "nobody"])
def test_who_is_not_known_here_is_made_up_by_nobody(connected: Company, sub: str) -> None:
    people = User.objects.count()
    client, answer = come(sub)
    assert answer.status_code == 403
    assert "Nobody here has this address" in answer.content.decode()
    assert client.get("/pipeline/").status_code == 302
    assert (User.objects.count(), SocialAccount.objects.count()) == (people, 0)


def test_an_address_given_to_somebody_else_later_opens_nothing(connected: Company) -> None:
    come("alice")
    client, answer = come("alice-again")
    assert answer.status_code == 403
    assert client.get("/pipeline/").status_code == 302
    reset_sign_in(connected.ada, id_of(connected.alice))
    client, _ = come("alice-again")
    assert client.get("/pipeline/").status_code == 200


def test_somebody_deactivated_does_not_come_in(connected: Company) -> None:
    set_active(connected.ada, id_of(connected.alice), is_active=False)
    client, answer = come("alice")
    assert answer["Location"] == "/sign/inactive/"
    assert client.get("/pipeline/").status_code == 302
    assert not SocialAccount.objects.exists()


def test_the_second_factor_of_here_is_asked_for_all_the_same(connected: Company) -> None:
    _, key = with_app(connected.alice)
    client, answer = come("alice")
    assert answer["Location"] == "/sign/factor/"
    assert client.get("/pipeline/").status_code == 302
    client.post("/sign/factor/", {"code": code_of(key, steps=1)})
    assert client.get("/pipeline/").status_code == 200


def test_the_request_carries_a_state_and_a_proof_of_its_sender(connected: Company) -> None:
    asked = parse_qs(urlsplit(to_provider(Client())).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert len(asked["state"][0]) >= 16
    assert set(asked["scope"][0].split()) == {"openid", "profile", "email"}


def test_an_answer_to_somebody_elses_request_is_refused(connected: Company) -> None:
    victim, attacker = Client(), Client()
    to_provider(victim)
    answer = victim.get(back_from(to_provider(attacker), "alice"))
    assert answer.status_code in (200, 401, 403)
    assert "Signing in did not work" in answer.content.decode()
    assert victim.get("/pipeline/").status_code == 302


def test_whoever_stops_at_the_provider_is_told_so(connected: Company) -> None:
    client = Client()
    state = parse_qs(urlsplit(to_provider(client)).query)["state"][0]
    answer = client.get(f"{LOGIN}callback/?error=access_denied&state={state}", follow=True)
    assert "You have not signed in" in answer.content.decode()


def test_a_provider_that_does_not_answer_is_said(connected: Company, settings: Any) -> None:
    silent = {**settings.SINGLE_SIGN_ON, "issuer": "http://localhost:9"}
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [provider_of(silent)]}}
    answer = Client().post(LOGIN)
    assert answer.status_code == 502
    assert "did not answer as it should" in answer.content.decode()


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example"])
def test_signing_in_there_leads_nowhere_else_afterwards(connected: Company, elsewhere: str) -> None:
    _, answer = come("alice", next=elsewhere)
    assert answer["Location"] == "/"
    _, answer = come("alice", next="/accounts/")
    assert answer["Location"] == "/accounts/"


def test_asking_to_be_sent_there_takes_a_click(connected: Company) -> None:
    answer = Client().get(LOGIN)
    assert answer.status_code == 200
    assert "refresh" not in answer.content.decode()


def test_a_provider_nobody_set_up_is_not_there(connected: Company) -> None:
    assert Client().post("/sign/oidc/other/login/").status_code == 404


@pytest.mark.parametrize(
    ("given", "advice"),
    [
        ({"ISSUER": "http://sso.example.com"}, "https://"),
        ({"ISSUER": "sso.example.com"}, "https://"),
        ({"ISSUER": "https://sso.example.com"}, "CLIENT_ID"),
        ({"ISSUER": "https://sso.example.com", "CLIENT_ID": "x"}, "CLIENT_SECRET"),
    ],
)
def test_half_a_provider_is_refused_at_the_start(given: dict[str, str], advice: str) -> None:
    with pytest.raises(BadSetting, match=advice):
        Environment({f"OPPORTUNE_OIDC_{name}": value for name, value in given.items()}).check()


class Redirecting(BaseHTTPRequestHandler):
    """A provider that sends whoever asks somewhere else."""

    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_response(302)
        self.send_header("Location", "/secrets-of-the-inside")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def test_the_provider_is_asked_where_it_is_and_nowhere_it_redirects_to(
    connected: Company, settings: Any
) -> None:
    server = HTTPServer(("localhost", 0), Redirecting)
    Thread(target=server.serve_forever, daemon=True).start()
    elsewhere = {**settings.SINGLE_SIGN_ON, "issuer": f"http://localhost:{server.server_port}"}
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [provider_of(elsewhere)]}}
    try:
        assert Client().post(LOGIN).status_code == 502
    finally:
        server.shutdown()
        server.server_close()
    assert Redirecting.asked == ["/.well-known/openid-configuration"]
