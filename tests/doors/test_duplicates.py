"""Every door refuses what seems to be there already, names it, and saves it once that is confirmed (D-019)."""

import html
import json

import pytest
from django.test import Client

from opportune.customers.models import Account, Contact
from opportune.identity.models import User
from tests.doors.callers import MARK, Caller, CommandLine, Market

NAME = f"{MARK} Line"


@pytest.fixture
def pages(market: Market) -> Client:
    """The pages as Alice."""
    client = Client()
    client.force_login(User.objects.get(pk=market.alice.person_id or 0))
    return client


def test_the_api_refuses_an_account_with_those_that_are_there(market: Market, alice: Caller) -> None:
    body = {"name": NAME, "city": "lyon"}
    refused = alice.post("/accounts", body)
    assert (refused.status, refused.json["code"]) == (422, "duplicates_found")
    [found] = refused.json["data"]["duplicates"]
    assert (found["id"], found["alike"]) == (market.account.pk, ["name"])
    made = alice.post("/accounts", {**body, "confirm_duplicates": True})
    assert (made.status, made.json["name"]) == (201, NAME)


def test_the_api_refuses_a_change_that_makes_a_duplicate(market: Market, alice: Caller) -> None:
    other = market.company.contact("Petit")
    address = f"/contacts/{other.pk}"
    body = {"last_name": f"{MARK}-Durand", "first_name": "Zoé"}
    assert alice.patch(address, body).json["code"] == "duplicates_found"
    assert alice.patch(address, {**body, "confirm_duplicates": True}).json["version"] == 2


def test_the_command_line_refuses_an_account_and_takes_a_flag(
    market: Market, command_line: CommandLine
) -> None:
    words = ["accounts", "create", NAME, "--actor", "alice@example.com", "--json"]
    refused = command_line(*words)
    assert (refused.code, json.loads(refused.err)["code"]) == (6, "duplicates_found")
    assert command_line(*words, "--confirm-duplicates").code == 0
    assert Account.objects.filter(name=NAME).count() == 2


def test_the_command_line_refuses_a_change_and_takes_a_flag(
    market: Market, command_line: CommandLine
) -> None:
    other = market.company.account("Other")
    words = ["accounts", "edit", other.pk, "--set", f"name={NAME}", "--actor", "alice@example.com"]
    assert command_line(*words).code == 6
    assert command_line(*words, "--confirm-duplicates").code == 0


def test_the_form_shows_what_is_there_and_keeps_what_was_typed(market: Market, pages: Client) -> None:
    typed = {"name": NAME, "street": "1 quai Neuf"}
    answer = pages.post("/accounts/new/", typed)
    said = html.unescape(answer.content.decode())
    assert answer.status_code == 422
    assert f'<a class="link" href="/accounts/{market.account.pk}/">{NAME}</a>' in said
    assert 'value="1 quai Neuf"' in said
    assert "Create anyway" in said
    made = pages.post("/accounts/new/", {**typed, "confirm_duplicates": "on"})
    assert made.status_code == 302
    assert Account.objects.filter(street="1 quai Neuf").count() == 1


def test_the_form_of_a_change_asks_too_and_in_french(market: Market, pages: Client) -> None:
    other = market.company.contact("Petit")
    User.objects.filter(pk=market.alice.person_id or 0).update(language="fr")
    typed = {"last_name": f"{MARK}-Durand", "first_name": "Zoé", "version": "1", "was": "{}"}
    answer = pages.post(f"/contacts/{other.pk}/edit/", typed)
    said = html.unescape(answer.content.decode())
    assert answer.status_code == 422
    assert "Enregistrer quand même" in said
    assert "Cela semble déjà exister" in said
    pages.post(f"/contacts/{other.pk}/edit/", {**typed, "confirm_duplicates": "on"})
    assert Contact.objects.get(pk=other.pk).last_name == f"{MARK}-Durand"


def test_a_customer_made_in_place_can_be_the_one_that_is_there(market: Market, pages: Client) -> None:
    address, typed = "/pick/customers/new/account/", {"name": NAME, "city": "", "email": "", "phone": ""}
    answer = pages.post(address, typed, headers={"HX-Request": "true"})
    said = html.unescape(answer.content.decode())
    assert answer.status_code == 422
    assert f'data-take data-value="account:{market.account.pk}"' in said
    assert 'data-confirm="confirm_duplicates"' in said
    made = pages.post(address, {**typed, "confirm_duplicates": "on"}, headers={"HX-Request": "true"})
    assert made.status_code == 201
