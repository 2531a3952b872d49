"""The pages of accounts and contacts: fields, connections, pickers."""

import json

import pytest
from django.test import Client

from opportune.customers import actions
from opportune.customers.models import Account, Connection, Contact
from opportune.opportunities.models import Opportunity
from tests.people import Company
from tests.web.conftest import SignIn

HTMX = {"HX-Request": "true"}


@pytest.fixture
def alice(company: Company, sign_in: SignIn) -> Client:
    return sign_in(company.alice)


def text_of(client: Client, address: str) -> str:
    """A page's text."""
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def test_every_field_of_an_account_is_typed_and_shown(company: Company, alice: Client) -> None:
    alice.post(
        "/accounts/new/",
        {
            "name": "Contoso",
            "type": "partner",
            "account_number": "4711",
            "industry": "Énergie",
            "payment_terms": "net_30",
            "contact_method": "letter",
            "do_not_call": "on",
            "delivery_city": "Marseille",
        },
    )
    account = Account.objects.get()
    assert (account.industry, account.do_not_call, account.do_not_email) == ("energy", True, False)
    page = text_of(alice, f"/accounts/{account.pk}/")
    for shown in ("Partner", "4711", "Energy", "Net 30", "Letter", "No calls", "Marseille"):
        assert shown in page


def test_a_box_is_unticked_and_a_stale_form_leaves_the_others_alone(company: Company, alice: Client) -> None:
    contact = company.contact(do_not_call=True, do_not_email=True)
    was = json.dumps({"do_not_call": "on", "do_not_email": "on", "do_not_write": ""})
    actions.edit_contact(company.carol, contact.pk, {"do_not_email": False})
    form = {"last_name": "Durand", "do_not_email": "on", "version": "1", "was": was}
    answer = alice.post(f"/contacts/{contact.pk}/edit/", form)
    stored = Contact.objects.get(pk=contact.pk)
    assert answer.status_code == 302
    assert (stored.do_not_call, stored.do_not_email) == (False, False)


def test_a_stakeholder_is_added_changed_and_taken_away_on_the_deal(company: Company, alice: Client) -> None:
    deal, lea = company.deal(), company.contact("Léa")
    at = f"/connections/opportunity/{deal.pk}"
    assert "Stakeholder" in text_of(alice, f"{at}/new/")
    alice.post(f"{at}/new/", {"to": str(lea.ref), "role": "stakeholder:champion", "own_role": ""})
    made = Connection.objects.get()
    assert "Champion" in text_of(alice, f"/opportunities/{deal.pk}/")
    assert "Champion" in text_of(alice, f"{at}/{made.pk}/")
    alice.post(f"{at}/{made.pk}/", {"role": "social:friend", "version": "1", "started_on": "2026-01-31"})
    page = text_of(alice, f"/opportunities/{deal.pk}/")
    assert "Friend" in page
    assert "Nobody yet" in page
    assert "Two pumps" in text_of(alice, f"/contacts/{lea.pk}/")
    alice.post(f"{at}/{made.pk}/removal/")
    assert "Friend" not in text_of(alice, f"/opportunities/{deal.pk}/")


@pytest.mark.parametrize("fragment", [False, True])
def test_what_is_wrong_with_a_connection_is_said_beside_the_field(
    company: Company, alice: Client, fragment: bool
) -> None:
    account = company.account()
    answer = alice.post(
        f"/connections/account/{account.pk}/new/",
        {"to": "contact:999", "role": "business:partner", "started_on": "soon"},
        headers=HTMX if fragment else {},
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "This is not a date. Write it as" in page
    assert ("<html" in page) is not fragment


def test_a_connection_of_what_is_hidden_is_not_found(company: Company, sign_in: SignIn) -> None:
    account, contact = company.account(), company.contact()
    made = actions.connect(company.alice, account.ref, contact.ref, {"role": "business:partner"})
    dan = sign_in(company.dan)
    for address in ("new/", f"{made.pk}/"):
        assert dan.get(f"/connections/account/{account.pk}/{address}").status_code == 404
    assert dan.post(f"/connections/account/{account.pk}/{made.pk}/removal/").status_code == 404
    assert dan.get("/connections/team/1/new/").status_code == 404


def test_the_picker_begins_with_whom_one_lately_sold_to(company: Company, alice: Client) -> None:
    early, late = company.account("Early"), company.account("Late")
    company.contact("Person")
    company.deal("One", account_id=late.pk)
    company.deal("Two", account_id=early.pk)
    page = text_of(alice, "/pick/customers/")
    assert page.index(">Early<") < page.index(">Late<") < page.index(">Person<")
    assert "Lately used" in page
    of_people = text_of(alice, "/pick/customers/?kind=contact")
    assert "Early" not in of_people
    assert "Person" in of_people
    assert "Hidden" not in page


def test_the_picker_finds_by_typing_and_offers_a_new_one(company: Company, alice: Client) -> None:
    company.account("Électricité du Nord")
    page = text_of(alice, "/pick/customers/?q=elec")
    assert "Électricité du Nord" in page
    assert "New account “elec”…" in page
    assert "New contact" not in text_of(alice, "/pick/customers/?q=elec&kind=account")


def test_who_may_add_nobody_is_offered_no_new_one(company: Company, sign_in: SignIn) -> None:
    rita = sign_in(company.rita)
    assert "New account" not in text_of(rita, "/pick/customers/?q=elec")
    assert rita.get("/pick/customers/new/account/").status_code == 403


def test_a_customer_is_made_in_place_and_chosen(company: Company, alice: Client) -> None:
    at = "/pick/customers/new/contact/"
    asked = alice.get(f"{at}?q=Anne+de+Vries", headers=HTMX).content.decode()
    assert 'value="Anne de"' in asked
    assert 'value="Vries"' in asked
    refused = alice.post(at, {"last_name": "", "email": "nobody"}, headers=HTMX)
    assert refused.status_code == 422
    assert 'value="nobody"' in refused.content.decode()
    made = alice.post(at, {"first_name": "Anne", "last_name": "Vries"}, headers=HTMX)
    contact = Contact.objects.get()
    assert made.status_code == 201
    assert f'data-value="contact:{contact.pk}" data-label="Anne Vries"' in made.content.decode()
    assert alice.get("/pick/customers/new/user/").status_code == 404


def test_no_form_loses_the_picker_by_type(company: Company, alice: Client) -> None:
    deal: Opportunity = company.deal()
    for address in ("/opportunities/new/", f"/opportunities/{deal.pk}/edit/"):
        assert "data-kind" in text_of(alice, address)
