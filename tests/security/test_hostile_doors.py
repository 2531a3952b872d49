"""The corpus through every field of the API, the command line and a file: stored or refused, never broken."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from opportune.customers.models import Account
from opportune.opportunities.models import Opportunity
from tests.doors.callers import Caller, CommandLine, Market, caller
from tests.doors.test_commands import COMMANDS
from tests.doors.test_routes import DESCRIPTION, ROUTES, Route
from tests.importing.files import HEADER, MAP
from tests.security import corpus
from tests.web.conftest import SignIn

REFUSALS = {0, 2, 3, 4, 5, 6, 7}


@contextmanager
def taken_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def ada(market: Market) -> Caller:
    """The API as Ada, who may do everything; what breaks is an answer."""
    return Caller(caller(market.company.ada).secret, Client(raise_request_exception=False))


def fields_of(route: Route) -> list[str]:
    """The names that a body may have."""
    operation = DESCRIPTION["paths"][f"/api/v1{route.address}"][route.method]
    body = operation.get("requestBody")
    if body is None:
        return []
    shape = body["content"]["application/json"]["schema"]
    named = [each["$ref"] for each in shape.get("anyOf", [shape]) if "$ref" in each]
    return sorted({name for each in named for name in properties(each)})


def properties(reference: str) -> list[str]:
    return list(DESCRIPTION["components"]["schemas"][reference.rpartition("/")[2]].get("properties", {}))


def parameters_of(route: Route) -> list[str]:
    operation = DESCRIPTION["paths"][f"/api/v1{route.address}"][route.method]
    return [each["name"] for each in operation["parameters"] if each["in"] == "query"]


def broken_fields(ada: Caller, market: Market, *, each: int) -> list[str]:
    """The fields of bodies and the values that broke something; `each` field is tried with so many of the values."""
    broken, turn = [], 0
    for route in ROUTES:
        for name in fields_of(route):
            for _ in range(each):
                turn += 1
                value = corpus.VALUES[turn % len(corpus.VALUES)]
                rest = {field: given for field, given in (route.body or {}).items() if field != name}
                body = json.dumps(rest)[:-1] + (", " if rest else "") + f"{json.dumps(name)}: {value}}}"
                with taken_back():
                    answer = Route(route.method, route.address, route.parameters, body).ask(ada, market)
                if answer.status >= 500 or (answer.text and not is_json(answer.text)):
                    broken.append(f"{route} {name} {value[:40]} {answer.status}")
    return broken


def is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


@pytest.mark.long
def test_no_field_of_the_api_breaks(ada: Caller, market: Market) -> None:
    assert broken_fields(ada, market, each=1) == []


@pytest.mark.long
def test_no_field_of_the_api_breaks_by_any_value(ada: Caller, market: Market) -> None:
    assert broken_fields(ada, market, each=len(corpus.VALUES)) == []


@pytest.mark.long
def test_no_body_that_is_none_breaks_the_api(ada: Caller, market: Market) -> None:
    broken = []
    for turn, route in enumerate(route for route in ROUTES if route.method != "get"):
        for body in (
            corpus.BODIES[turn % len(corpus.BODIES)],
            corpus.BODIES[(turn + 5) % len(corpus.BODIES)],
        ):
            with taken_back():
                answer = Route(route.method, route.address, route.parameters, body).ask(ada, market)
            if answer.status >= 500:
                broken.append((str(route), body[:40], answer.status))
    assert broken == []


@pytest.mark.parametrize("encoded", [b"\xff\xfe{}", b'{"a": "\xff"}', "{}".encode("utf-16"), b"\x00"])
def test_bytes_that_are_no_text_are_refused(ada: Caller, encoded: bytes) -> None:
    assert ada.post("/opportunities", encoded).status == 422


def broken_parameters(ada: Caller, market: Market, *, each: int) -> list[tuple[str, str, str]]:
    """The parameters of addresses and the values that broke something."""
    broken: list[tuple[str, str, str]] = []
    turn = 0
    for route in (route for route in ROUTES if route.method == "get"):
        for name in parameters_of(route):
            for _ in range(each):
                turn += 1
                value = corpus.ALL[turn % len(corpus.ALL)]
                written = "".join(f"%{byte:02x}" for byte in value.encode(errors="surrogatepass")[:6000])
                asked = Route(route.method, f"{route.address}?{name}={written}", route.parameters, None)
                if asked.ask(ada, market).status >= 500:
                    broken.append((str(route), name, value[:30]))
    return broken


@pytest.mark.long
def test_no_parameter_of_the_api_breaks(ada: Caller, market: Market) -> None:
    assert broken_parameters(ada, market, each=1) == []


@pytest.mark.long
def test_no_parameter_of_the_api_breaks_by_any_text(ada: Caller, market: Market) -> None:
    assert broken_parameters(ada, market, each=len(corpus.ALL)) == []


@pytest.mark.parametrize(
    "name", ["If-Match", "Accept-Language", "Authorization", "Content-Type", "Cookie", "Referer"]
)
def test_no_header_breaks_the_api_or_a_page(ada: Caller, market: Market, sign_in: SignIn, name: str) -> None:
    browser = sign_in(market.company.ada)
    browser.raise_request_exception = False
    for value in corpus.ALL:
        sent = {name: value.encode(errors="ignore").decode("latin-1").replace("\n", "").replace("\r", "")}
        for answer in (
            ada.client.patch(
                f"/api/v1/opportunities/{market.deal.pk}", "{}", "application/json", headers=sent
            ),
            browser.get("/accounts/", headers=sent),
            Client(raise_request_exception=False).get("/sign/login/", headers=sent),
        ):
            assert answer.status_code < 500, value[:40]


def test_what_the_api_keeps_it_gives_back_as_it_was(ada: Caller, market: Market) -> None:
    for text in (
        corpus.SCRIPT,
        corpus.TEMPLATE,
        corpus.SQL,
        corpus.FORMULA,
        corpus.LOOK_ALIKES,
        corpus.EMOJI,
    ):
        made = ada.post("/accounts", {"name": text[:100], "description": text, "confirm_duplicates": True})
        assert made.status == 201, text
        assert ada.get(f"/accounts/{made.json['id']}").json["description"] == text
    assert Opportunity.objects.count() == 1


def words_of(template: str, market: Market) -> list[str]:
    names = {
        "deal": market.deal.pk,
        "account": market.account.pk,
        "contact": market.contact.pk,
        "connection": market.connection,
        "step": market.process.stages[0].steps[0].id,
        "token": 1,
        "task": market.task.pk,
        "change_set": market.change_set,
        "job": 1,
        "map": "none.toml",
        "file": "none.csv",
    }
    return [
        word.format_map({**names, **dict.fromkeys(("folder", "tmp"), "none")}) for word in template.split()
    ]


def broken_words(market: Market, command_line: CommandLine, *, each: int) -> list[str]:
    """The words of commands and the values that broke something."""
    broken, turn = [], 0
    for command, (template, _) in COMMANDS.items():
        try:
            words = words_of(template, market)
        except KeyError:
            continue
        places = [place for place, word in enumerate(words) if not word.startswith("--")]
        for place in places if each > 1 else places[turn % len(places or [0]) :][:1]:
            word = words[place]
            for _ in range(each):
                turn += 1
                value = corpus.ALL[turn % len(corpus.ALL)]
                named = f"{word.split('=')[0]}={value}" if "=" in word else value
                typed = [*command.split(), *words[:place], named, *words[place + 1 :]]
                with taken_back():
                    try:
                        code = command_line(*typed, "--actor", "ada@example.com").code
                    except Exception as fault:
                        code = -1
                        broken.append(
                            f"{command} {place} {value[:30]!r}: {type(fault).__name__} {fault}"[:200]
                        )
                if code not in REFUSALS and code != -1:
                    broken.append(f"{command} {place} {value[:30]!r}: {code}")
    return broken


@pytest.mark.long
def test_no_word_of_a_command_breaks_it(market: Market, command_line: CommandLine) -> None:
    assert broken_words(market, command_line, each=1) == []


@pytest.mark.long
def test_no_word_of_a_command_breaks_it_by_any_value(market: Market, command_line: CommandLine) -> None:
    assert broken_words(market, command_line, each=len(corpus.ALL)) == []


@pytest.fixture
def in_its_own_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Refused rows go to a file in the directory one is in."""
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("in_its_own_directory")
@pytest.mark.parametrize("number", range(len(corpus.FILES)))
def test_no_file_breaks_the_import(
    market: Market, command_line: CommandLine, tmp_path: Path, number: int
) -> None:
    table, map_file = tmp_path / "deals.csv", tmp_path / "map.toml"
    table.write_bytes(corpus.FILES[number])
    map_file.write_text(MAP)
    assert command_line("import", "opportunities", table, "--map", map_file).code in REFUSALS - {0} | {0}
    assert Opportunity.objects.count() == 1


@pytest.mark.usefixtures("in_its_own_directory")
@pytest.mark.parametrize(
    "written",
    ["", "[" * 3000, "a = ", "dates = 5", 'process = "\\u0000"', "\ufeffx = 1", "opportunities = 5"],
)
def test_no_map_breaks_the_import(
    market: Market, command_line: CommandLine, tmp_path: Path, written: str
) -> None:
    table, map_file = tmp_path / "deals.csv", tmp_path / "map.toml"
    table.write_text(f"{HEADER}\n")
    map_file.write_text(written)
    assert command_line("import", "opportunities", table, "--map", map_file).code in REFUSALS - {0}


@pytest.mark.usefixtures("in_its_own_directory")
def test_no_cell_breaks_the_import(market: Market, command_line: CommandLine, tmp_path: Path) -> None:
    columns = HEADER.split(",")
    usual = ["A", "Pump", "Northwind", "Alice", "Open", "3/1/2024", "", "5"]
    rows = []
    for place in range(len(columns)):
        for number, text in enumerate(corpus.ALL):
            row = [*usual]
            row[0] = f"A{place}-{number}"
            row[place] = text.replace("\x00", "").encode(errors="ignore").decode()
            rows.append(row)
    table, map_file = tmp_path / "deals.csv", tmp_path / "map.toml"
    with table.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([columns, *rows])
    map_file.write_text(MAP)
    ran = command_line("import", "opportunities", table, "--map", map_file, "--json")
    assert ran.code in REFUSALS
    done = json.loads(ran.out or ran.err)
    assert done["imported"] + done["refused"] == len(rows)
    kept = set(Opportunity.objects.values_list("subject", flat=True))
    assert any(corpus.SCRIPT in subject for subject in kept)


@pytest.mark.usefixtures("in_its_own_directory")
def test_a_formula_goes_out_disarmed_and_comes_back_as_it_was(
    market: Market, command_line: CommandLine, tmp_path: Path
) -> None:
    texts = [corpus.FORMULA, "'=1+1", "''@x", "-1+1", "+33 1 23", "@SUM(A1)", "\t=1", "'tis", "-5"]
    for text in texts:
        Opportunity.objects.filter(pk=market.another("Formula").pk).update(subject=text)
    ran = command_line("export", "opportunities")
    rows = [row for row in csv.DictReader(io.StringIO(ran.out)) if row["id"] != str(market.deal.pk)]
    for row in rows:
        assert not row["subject"].startswith(("=", "+", "@", "\t")), row["subject"]
    table, map_file = tmp_path / "deals.csv", tmp_path / "map.toml"
    with table.open("w", newline="", encoding="utf-8") as file:
        lines = [
            [row["id"], row["subject"], "Northwind", "Alice", "Open", "3/1/2024", "", "5"] for row in rows
        ]
        csv.writer(file).writerows([HEADER.split(","), *lines])
    map_file.write_text(MAP.replace('"{what}, {who}"', '"what"'))
    assert command_line("import", "opportunities", table, "--map", map_file).code == 0
    read = Opportunity.objects.exclude(external_id="").values_list("subject", flat=True)
    assert sorted(text.strip() for text in read) == sorted(text.strip() for text in texts)


SHOWN = (
    "/accounts/",
    "/accounts/{account}/",
    "/accounts/{account}/edit/",
    "/contacts/",
    "/contacts/{contact}/",
)
SHOWN_DEAL = (
    "/pipeline/",
    "/opportunities/",
    "/opportunities/{deal}/",
    "/opportunities/{deal}/edit/",
    "/opportunities/{deal}/close/",
    "/tasks/",
    "/search/?q=alert",
    "/competitors/",
    "/opportunities/new/?customer=account:{account}",
)


def spoil(ada: Caller, market: Market, text: str) -> None:
    """Write a text into every field of the deal, its account and its contact that takes it."""
    for noun, record in (
        ("opportunities", market.deal.pk),
        ("accounts", market.account.pk),
        ("contacts", market.contact.pk),
    ):
        route = next(
            each for each in ROUTES if each.method == "patch" and each.address.startswith(f"/{noun}/{{")
        )
        kept = 0
        for name in fields_of(route):
            kept += ada.patch(f"/{noun}/{record}", {name: text[:100]}).status == 200
        assert kept >= 2, noun
    ada.post(f"/opportunities/{market.deal.pk}/comments", {"text": text})
    ada.post(f"/opportunities/{market.deal.pk}/tasks", {"subject": text})
    ada.post("/competitors", {"name": text[:100]})


@pytest.mark.parametrize(
    "text",
    [
        f"{corpus.TEMPLATE[:10]}{corpus.SCRIPT}",
        pytest.param(corpus.TEMPLATE, marks=pytest.mark.long),
        pytest.param("' onfocus='alert(1)", marks=pytest.mark.long),
    ],
)
def test_whatever_is_kept_is_shown_as_text(ada: Caller, market: Market, sign_in: SignIn, text: str) -> None:
    spoil(ada, market, text)
    browser = sign_in(market.company.ada)
    ids = {"deal": market.deal.pk, "account": market.account.pk, "contact": market.contact.pk}
    seen = 0
    for address in (*SHOWN, *SHOWN_DEAL):
        said = browser.get(address.format(**ids)).content.decode()
        assert "<script>alert" not in said, address
        assert "<img src=x" not in said, address
        assert "' onfocus='" not in said, address
        assert corpus.CALCULATED not in said, address
        seen += "alert(1)" in said or "7191" in said
    assert seen >= 8


def test_no_link_is_made_of_an_address_that_runs_something(
    ada: Caller, market: Market, sign_in: SignIn
) -> None:
    ada.patch(f"/accounts/{market.account.pk}", {"website": corpus.SCHEME})
    said = sign_in(market.company.ada).get(f"/accounts/{market.account.pk}/").content.decode()
    assert 'href="javascript' not in said


def test_names_that_look_alike_stay_two(ada: Caller, market: Market) -> None:
    assert ada.post("/accounts", {"name": "Acme"}).status == 201
    assert ada.post("/accounts", {"name": "Аcme"}).status == 201
    assert Account.objects.filter(name__in=["Acme", "Аcme"]).count() == 2


def test_a_word_that_is_no_text_of_this_system_is_answered(market: Market, command_line: CommandLine) -> None:
    word: Any = os.fsdecode(b"\xff\xfe")
    assert command_line("accounts", "create", word).code in REFUSALS
