"""What a browser is told, whom the server believes, how much it reads, and what it notes."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.test import Client, RequestFactory

from opportune.config.env import BadSetting, Environment
from opportune.kernel.redaction import NoSecrets, without_secrets
from tests.deals import id_of
from tests.doors.callers import Market, caller
from tests.people import Company
from tests.security.proofs import signed_in

NETWORKS = Environment({"OPPORTUNE_TRUSTED_PROXIES": "10.0.0.0/8, ::1"}).trusted_proxies()
ADDRESSES = ("/sign/login/", "/pipeline/", "/api/v1/me", "/nowhere/", "/static/img/icon.svg")


def policy(answer: Any) -> dict[str, str]:
    parts = [part.split(None, 1) for part in answer["Content-Security-Policy"].split(";")]
    return {part[0]: part[1] for part in parts}


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_answer_tells_browsers_to_be_strict(db: None, address: str) -> None:
    answer = Client().get(address)
    assert policy(answer)["default-src"] == "'none'"
    assert policy(answer)["script-src"] == policy(answer)["style-src"] == "'self'"
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert policy(answer)["form-action"] == "'self'"
    assert policy(answer)["frame-ancestors"] == policy(answer)["base-uri"] == "'none'"
    told = {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    assert {name: answer.headers.get(name) for name in told} == told
    assert "camera=()" in answer["Permissions-Policy"]


OVER_TLS = """
import django, json, sys
django.setup()
from django.test import Client
from django.conf import settings
answer = Client(headers={"X-Forwarded-Proto": sys.argv[1]}, SERVER_NAME="crm.example.com").get("/sign/logout/")
cookies = [settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME]
flags = [settings.SESSION_COOKIE_SECURE, settings.CSRF_COOKIE_SECURE, settings.SESSION_COOKIE_HTTPONLY]
print(json.dumps([answer.headers.get("Strict-Transport-Security"), cookies, flags, answer.status_code]))
"""


def over_tls(tmp_path: Path, said: str, **variables: str) -> Any:
    """What an installation behind TLS answers, by its own settings."""
    environment = {
        **{name: value for name, value in os.environ.items() if name != "DATABASE_URL"},
        "DJANGO_SETTINGS_MODULE": "opportune.config.settings",
        "OPPORTUNE_BASE_URL": "https://crm.example.com",
        "OPPORTUNE_DATA": str(tmp_path),
        **variables,
    }
    command = [sys.executable, "-c", OVER_TLS, said]
    return json.loads(subprocess.run(command, env=environment, capture_output=True, check=True).stdout)


def test_behind_tls_browsers_stay_with_it_and_cookies_travel_in_it_only(tmp_path: Path) -> None:
    hsts, cookies, flags, _ = over_tls(tmp_path, "https")
    assert hsts == "max-age=31536000"
    assert cookies == ["__Host-opportune_session", "__Host-opportune_csrf"]
    assert flags == [True, True, True]


def test_only_a_trusted_proxy_says_that_there_is_tls(tmp_path: Path) -> None:
    hsts, *_ = over_tls(tmp_path, "https", OPPORTUNE_TRUSTED_PROXIES="10.9.9.9")
    assert hsts is None


@pytest.mark.parametrize(
    ("peer", "forwarded", "visitor"),
    [
        ("203.0.113.9", "198.51.100.7", "203.0.113.9"),
        ("10.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("10.0.0.1", "1.2.3.4, 198.51.100.7", "198.51.100.7"),
        ("10.0.0.1", "1.2.3.4, 198.51.100.7, 10.0.0.2", "198.51.100.7"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.7, nonsense", "10.0.0.1"),
        ("::1", "2001:db8::7", "2001:db8::7"),
        ("", "198.51.100.7", ""),
    ],
)
def test_the_visitor_is_whom_trusted_proxies_name(
    rf: RequestFactory, settings: Any, peer: str, forwarded: str, visitor: str
) -> None:
    from opportune.config.proxies import trusted_proxies

    settings.TRUSTED_PROXIES = NETWORKS
    seen = []
    answer = trusted_proxies(lambda request: seen.append(request.META["REMOTE_ADDR"]))  # type: ignore[arg-type, return-value]
    answer(rf.get("/", REMOTE_ADDR=peer, headers={"X-Forwarded-For": forwarded}))
    assert seen == [visitor]


def test_limits_count_by_the_visitor_and_not_by_what_visitors_claim(company: Company, settings: Any) -> None:
    settings.TRUSTED_PROXIES = NETWORKS
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "2/m/ip"}

    def tries(**claim: str) -> str:
        form = {"login": "nobody@example.com", "password": "x"}
        return (
            Client(REMOTE_ADDR=claim.pop("peer")).post("/sign/login/", form, headers=claim).content.decode()
        )

    said = [tries(peer="203.0.113.9", **{"X-Forwarded-For": f"198.51.100.{number}"}) for number in range(3)]
    assert "Too many" in said[-1]
    said = [tries(peer="10.0.0.1", **{"X-Forwarded-For": f"198.51.100.{number}"}) for number in range(3)]
    assert "Too many" not in said[-1]


def test_networks_that_are_none_are_refused() -> None:
    with pytest.raises(BadSetting, match="TRUSTED_PROXIES"):
        Environment({"OPPORTUNE_TRUSTED_PROXIES": "the proxy"}).check()


def test_a_host_that_is_not_listed_is_refused(db: None, settings: Any) -> None:
    settings.ALLOWED_HOSTS = Environment({"OPPORTUNE_ALLOWED_HOSTS": "crm.example.com"}).allowed_hosts()
    assert Client().get("/sign/login/", headers={"Host": "evil.example"}).status_code == 400
    assert Client().get("/sign/login/", headers={"Host": "crm.example.com"}).status_code == 200


def test_a_request_that_is_too_large_is_refused_before_it_is_read(db: None, settings: Any) -> None:
    settings.LARGEST_REQUEST = 1000
    for address in ("/sign/login/", "/api/v1/opportunities", "/csp-report/"):
        answer = Client().post(address, "x" * 1001, content_type="text/plain")
        assert answer.status_code == 413, address
    assert Client().post("/sign/login/", {"login": "x"}).status_code == 200


@pytest.mark.parametrize("length", ["-1", "x", "1e3", "9" * 30, "²"])
def test_a_length_that_is_none_is_refused(db: None, length: str) -> None:
    answer = Client().generic("POST", "/sign/login/", "a=b", CONTENT_LENGTH=length)
    assert answer.status_code in (400, 413)


def test_files_are_kept_nowhere(company: Company) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    form = {"login": "x", "password": "y", "file": SimpleUploadedFile("a.bin", b"x" * 3_000_000)}
    answer = Client().post("/sign/login/", form)
    assert answer.status_code == 200
    assert not answer.wsgi_request.FILES


REPORT = json.dumps(
    {
        "csp-report": {
            "document-uri": "https://crm.example.com/opportunities/7/?text=Zanzibar",
            "effective-directive": "script-src-elem",
            "blocked-uri": "https://evil.example/x.js?token=secret",
            "script-sample": "alert('Zanzibar')",
        }
    }
)


def test_what_a_browser_stopped_is_noted_without_a_word_of_people(
    db: None, caplog: pytest.LogCaptureFixture
) -> None:
    assert (
        Client(enforce_csrf_checks=True).post("/csp-report/", REPORT, "application/csp-report").status_code
        == 204
    )
    [line] = [record.getMessage() for record in caplog.records if record.name == "opportune.security"]
    assert line == "The Content-Security-Policy stopped script-src-elem from https://evil.example"


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[[[", b"null", b"[null, 5]", b'{"csp-report": 5}', b"\xff", b"[" * 10_000, b"x" * 30_000],
)
def test_a_report_that_is_none_is_passed_over(
    db: None, caplog: pytest.LogCaptureFixture, body: bytes
) -> None:
    answer = Client().generic("POST", "/csp-report/", body, content_type="application/json")
    assert answer.status_code == 204
    assert [record for record in caplog.records if record.name == "opportune.security"] == []


def test_a_report_cannot_write_lines_of_its_own(db: None, caplog: pytest.LogCaptureFixture) -> None:
    forged = {
        "csp-report": {"effective-directive": "x\nERROR root: all is lost", "blocked-uri": "http://a\nb/"}
    }
    Client().post("/csp-report/", forged, "application/json")
    assert "lost" not in caplog.text
    assert all("\n" not in record.getMessage() for record in caplog.records)


def test_only_a_few_reports_a_minute_are_noted(db: None, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(15):
        Client().post("/csp-report/", REPORT, "application/csp-report")
    noted = [record for record in caplog.records if record.name == "opportune.security"]
    assert len(noted) == 10


SECRETS = [
    "GET /set-up/setup_AbCdEfGhIjKlMnOpQrStUvWxYz0123456789/ 404",
    "Not Found: /sign/password/reset/key/1-c9x3-0123456789abcdef/",
    "Authorization: Bearer opp_AbCdEfGhIjKlMnOpQrStUvWxYz0123456789",
    "cannot reach postgres://sales:hunter2@db.example/crm",
    "GET /sign/oidc/sso/login/callback/?code=abcdef&state=xyz",
]


@pytest.mark.parametrize("line", SECRETS)
def test_no_secret_gets_into_the_log(line: str, caplog: pytest.LogCaptureFixture) -> None:
    kept = without_secrets(line)
    assert "[secret]" in kept
    for secret in ("AbCdEf", "c9x3", "hunter2", "abcdef", "0123456789"):
        assert secret not in kept


def test_the_handler_of_the_log_takes_secrets_out_of_tracebacks_too() -> None:
    try:
        raise ValueError("Bearer opp_AbCdEfGhIjKlMnOpQrStUvWxYz0123456789")
    except ValueError:
        record = logging.getLogger("x").makeRecord("x", 40, "f", 1, "%s failed", ("it",), sys.exc_info())
    assert NoSecrets().filter(record)
    assert "AbCdEf" not in logging.Formatter().format(record)
    assert "it failed" in logging.Formatter().format(record)


def test_what_is_logged_has_the_filter(settings: Any) -> None:
    for handler in settings.LOGGING["handlers"].values():
        assert "no_secrets" in handler["filters"]


def test_a_failed_sign_in_is_noted_without_what_was_typed(
    company: Company, caplog: pytest.LogCaptureFixture
) -> None:
    Client().post("/sign/login/", {"login": "mistake@example.com", "password": "hunter2"})
    assert "A sign-in failed, from 127.0.0.1" in caplog.text
    assert "hunter2" not in caplog.text
    assert "mistake" not in caplog.text


def test_no_password_is_in_what_the_page_of_a_refused_sign_in_says(company: Company) -> None:
    said = (
        Client()
        .post("/sign/login/", {"login": "a@b.example", "password": "hunter2 hunter2"})
        .content.decode()
    )
    assert "hunter2" not in said


def test_what_people_are_told_next_is_kept_on_the_server(company: Company) -> None:
    alice = signed_in(company.alice)
    account = company.account()
    answer = alice.post(f"/accounts/{account.pk}/edit/", {"name": "Zanzibar", "version": "1", "was": ""})
    assert answer.status_code == 302
    assert "messages" not in answer.cookies
    assert id_of(company.alice)


def test_pages_are_kept_by_their_reader_alone(company: Company) -> None:
    assert signed_in(company.alice).get("/pipeline/")["Cache-Control"] == "private, no-cache"
    assert "private" not in Client().get("/static/img/icon.svg").headers.get("Cache-Control", "")


def test_signing_out_clears_what_the_browser_keeps(company: Company) -> None:
    alice = signed_in(company.alice)
    assert "Clear-Site-Data" not in alice.get("/pipeline/")
    assert alice.post("/sign/logout/")["Clear-Site-Data"] == '"cache", "storage"'


def refusals_of(caplog: pytest.LogCaptureFixture) -> list[tuple[str, int | None]]:
    told = [
        each for each in caplog.records if each.name == "opportune.requests" and each.levelname == "WARNING"
    ]
    return [(each.refused, each.actor) for each in told]  # type: ignore[attr-defined]


def test_what_somebody_may_not_do_is_noted_with_who_asked(
    market: Market, caplog: pytest.LogCaptureFixture
) -> None:
    reader = market.company.rita
    address = f"/opportunities/{market.deal.pk}/edit/"
    signed_in(reader).post(address, {"subject": "x"})
    signed_in(reader).post(address, {"subject": "x"}, headers={"HX-Request": "true"})
    caller(reader).patch(f"/opportunities/{market.deal.pk}", {"subject": "x"})
    assert [code for code, _ in refusals_of(caplog)] == ["not_permitted"] * 3
    assert refusals_of(caplog)[0][1] == reader.person_id


def test_what_somebody_may_do_is_no_warning(market: Market, caplog: pytest.LogCaptureFixture) -> None:
    caller(market.alice).patch(f"/opportunities/{market.deal.pk}", {"subject": "x"})
    assert caller(market.alice).get("/opportunities/0").status == 404
    assert refusals_of(caplog) == []


def test_a_token_that_is_none_is_noted_with_where_it_came_from(
    db: None, caplog: pytest.LogCaptureFixture
) -> None:
    Client(REMOTE_ADDR="192.0.2.9").get("/api/v1/me", headers={"Authorization": "Bearer opp_hush"})
    assert refusals_of(caplog) == [("unauthenticated", None)]
    assert [each.address for each in caplog.records if each.name == "opportune.requests"] == ["192.0.2.9"]  # type: ignore[attr-defined]
    assert "hush" not in caplog.text


def test_a_page_and_its_part_are_kept_apart(company: Company) -> None:
    alice = signed_in(company.alice)
    for headers in ({}, {"HX-Request": "true"}):
        answer = alice.get("/opportunities/filter/", headers=headers)
        assert "HX-Request" in answer["Vary"].split(", ")
    assert "HX-Request" not in Client().get("/static/img/icon.svg").headers.get("Vary", "")
