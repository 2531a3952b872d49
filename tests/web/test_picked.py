"""What is typed into pickers and sent without choosing, as forms do without script: one meant, none, or several."""

import re

import pytest
from django.test import Client

from opportune.campaigns.actions import create_campaign, create_segment
from opportune.campaigns.models import Segment
from opportune.customers.models import Account, Contact
from opportune.opportunities.models import Opportunity
from opportune.process.actions import add_step
from opportune.process.models import Step
from opportune.process.queries import process_by_key
from tests.people import Company
from tests.web.conftest import SignIn
from tests.web.test_deal_forms import page_of, shown_in_form

NEW = "/opportunities/new/"
NOBODY = "Nothing that you can see has this name."
SEVERAL = "Several have this name. Choose which one is meant."


@pytest.fixture
def alice(company: Company, sign_in: SignIn) -> Client:
    return sign_in(company.alice)


def typed(name: str, **more: str) -> dict[str, str]:
    """A new deal whose customer was typed, but not chosen."""
    return {"subject": "Pumps", "currency": "EUR", "customer": "", "customer_name": name, **more}


@pytest.mark.parametrize("name", ["Épicerie du Nord", " epicerie  DU nord "])
def test_the_only_customer_of_the_name_typed_is_taken(company: Company, alice: Client, name: str) -> None:
    account = company.account("Épicerie du Nord")
    company.account("Épicerie du Nord-Est")
    assert alice.post(NEW, typed(name)).status_code == 302
    assert Opportunity.objects.get().account_id == account.pk


@pytest.mark.parametrize("name", ["zoe de vries", "De Vries Zoé"])
def test_a_person_is_taken_by_the_names_in_either_order(company: Company, alice: Client, name: str) -> None:
    contact = company.contact("de Vries", first_name="Zoé")
    company.contact("de Vries", first_name="Zoé Jan")
    assert alice.post(NEW, typed(name)).status_code == 302
    assert Opportunity.objects.get().contact_id == contact.pk


@pytest.mark.parametrize("name", ["North", "Nobody", "\u0000", "x " * 5000])
def test_a_name_that_nobody_has_is_refused_and_kept(company: Company, alice: Client, name: str) -> None:
    company.account("Northwind")
    answer = alice.post(NEW, typed(name))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert Opportunity.objects.count() == 0
    if name.strip("\0"):
        assert NOBODY in page
        assert f'value="{name}"' in page


def test_all_that_is_wrong_is_said_with_the_name_nobody_has(alice: Client) -> None:
    page = alice.post(NEW, typed("Nobody", subject="", estimated_value="much")).content.decode()
    assert "3 values cannot be saved." in page
    assert NOBODY in page


def test_of_several_of_a_name_one_is_chosen(company: Company, alice: Client) -> None:
    company.account("Northwind", city="Lyon")
    meant = company.account("Northwind", city="Lille")
    answer = alice.post(NEW, typed("northwind"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert SEVERAL in page
    offered = re.findall(r'<input type="radio" name="customer" value="(account:\d+)"', page)
    assert len(offered) == 2
    assert "Lille" in page
    assert "Lyon" in page
    chosen = typed("northwind", customer=f"account:{meant.pk}")
    assert alice.post(NEW, chosen).status_code == 302
    assert Opportunity.objects.get().account_id == meant.pk


def test_another_name_typed_over_a_customer_counts(company: Company, alice: Client) -> None:
    """The hidden input still holds whom a link filled in."""
    first, second = company.account("Northwind"), company.account("Contoso")
    alice.post(NEW, typed("Contoso", customer=f"account:{first.pk}"))
    assert Opportunity.objects.get().account_id == second.pk
    assert alice.post(NEW, typed("", customer=f"account:{first.pk}")).status_code == 422


def test_customers_that_cannot_be_seen_never_count(company: Company, alice: Client, sign_in: SignIn) -> None:
    seen, hidden = company.account("Northwind"), company.account("Northwind", owner=company.dan, city="Brest")
    company.account("Secret", owner=company.dan)
    assert alice.post(NEW, typed("Northwind")).status_code == 302
    assert Opportunity.objects.get().account_id == seen.pk
    secret, nothing = (alice.post(NEW, typed(name)).content.decode() for name in ("Secret", "Nothing"))
    assert NOBODY in secret
    assert NOBODY in nothing
    # whether a name fits a customer one cannot see is not told either
    guessed = [
        alice.post(NEW, typed(name, customer=f"account:{hidden.pk}")).content.decode().count(NOBODY)
        for name in ("Northwind", "Nothing")
    ]
    assert guessed == [0, 0]
    assert Opportunity.objects.count() == 1


def test_a_deal_is_edited_by_typing_names(company: Company, alice: Client) -> None:
    deal, account, contact = company.deal(), company.account("Contoso"), company.contact("Durand")
    spring = create_campaign(company.alice, {"name": "Spring fair", "is_activated": True})
    segment = create_segment(company.alice, {"name": "Mills", "campaign_id": spring.pk})
    address = f"/opportunities/{deal.pk}/edit/"
    form = {name: value or "" for name, value in shown_in_form(page_of(alice, address)).items()}
    names = {
        "customer_name": "contoso",
        "primary_contact_id_name": "durand",
        "campaign_id_name": "spring FAIR",
        "segment_id_name": "mills",
        "initiated_by_name": "Spring fair",
    }
    assert alice.post(address, {**form, **names}).status_code == 302
    deal.refresh_from_db()
    assert (deal.account_id, deal.primary_contact_id) == (account.pk, contact.pk)
    assert (deal.campaign_id, deal.segment_id) == (spring.pk, segment.pk)
    assert (deal.initiated_by_kind, deal.initiated_by_id) == ("campaign", spring.pk)
    form = {name: value or "" for name, value in shown_in_form(page_of(alice, address)).items()}
    assert alice.post(address, {**form, "primary_contact_id_name": ""}).status_code == 302
    refused = alice.post(address, {**form, "primary_contact_id_name": "Nobody", "subject": "Kept"})
    assert refused.status_code == 422
    assert NOBODY in refused.content.decode()
    assert 'value="Kept"' in refused.content.decode()
    deal.refresh_from_db()
    assert (deal.account_id, deal.primary_contact_id) == (account.pk, None)


@pytest.mark.parametrize("field", ["customer", "primary_contact_id"])
def test_a_step_looks_where_the_form_looks(company: Company, alice: Client, field: str) -> None:
    deal = company.deal()
    stage = process_by_key("sales").stages[0]
    step = add_step(company.ada, stage.id, what="field", name_en="Who", name_fr="Qui", field=field)
    asked, form = (
        page_of(alice, f"/opportunities/{deal.pk}/{page}") for page in (f"stages/{stage.id}/", "edit/")
    )
    own = f'" data-name="step{step.pk}_{field}"'
    looks = asked.split(own)[0].rsplit('data-url="', 1)[1]
    assert f'data-url="{looks}" data-name="{field}"' in form


def test_the_customer_of_a_deal_that_cannot_be_seen_stays(company: Company, alice: Client) -> None:
    hidden = company.account("Secret", owner=company.dan)
    deal = company.deal()
    Opportunity.objects.filter(pk=deal.pk).update(account_id=hidden.pk)
    address = f"/opportunities/{deal.pk}/edit/"
    form = {name: value or "" for name, value in shown_in_form(page_of(alice, address)).items()}
    assert form["customer_name"] == "Secret"
    assert alice.post(address, {**form, "subject": "Valves"}).status_code == 302
    deal.refresh_from_db()
    assert (deal.account_id, deal.subject) == (hidden.pk, "Valves")


def test_the_account_of_a_contact_is_named(company: Company, alice: Client) -> None:
    account = company.account("Contoso")
    company.contact("Contoso")
    form = {"last_name": "Durand", "account": "", "account_name": "contoso"}
    assert alice.post("/contacts/new/", form).status_code == 302
    assert Contact.objects.get(last_name="Durand").account_id == account.pk
    refused = alice.post("/accounts/new/", {"name": "North", "account": "", "account_name": "Nobody"})
    assert refused.status_code == 422
    assert NOBODY in refused.content.decode()
    assert not Account.objects.filter(name="North").exists()


def test_the_campaign_of_a_segment_is_named(company: Company, alice: Client) -> None:
    for code in ("S1", "S2"):
        create_campaign(company.alice, {"name": "Spring", "code": code})
    autumn = create_campaign(company.alice, {"name": "Autumn"})
    several = alice.post("/segments/new/", {"name": "Mills", "campaign_id": "", "campaign_id_name": "spring"})
    assert several.status_code == 422
    assert len(re.findall('type="radio" name="campaign_id"', several.content.decode())) == 2
    assert alice.post("/segments/new/", {"name": "Mills", "campaign_id_name": "autumn"}).status_code == 302
    assert Segment.objects.get().campaign_id == autumn.pk


def test_whom_a_record_is_connected_to_is_named(company: Company, alice: Client) -> None:
    account, _ = company.account("North"), company.contact("Durand")
    form = {"to": "", "to_name": "durand", "role": "business:partner"}
    assert alice.post(f"/connections/account/{account.pk}/new/", form).status_code == 302
    refused = alice.post(f"/connections/account/{account.pk}/new/", {**form, "to_name": "Nobody"})
    assert refused.status_code == 422
    assert NOBODY in refused.content.decode()


def test_a_deletion_is_not_wider_than_the_name_that_was_typed(company: Company, sign_in: SignIn) -> None:
    company.account("Contoso")
    ada = sign_in(company.ada)
    address = "/opportunities/deletion/?preview=1&customer=&customer_name="
    found = ada.get(f"{address}contoso")
    assert found.status_code == 200
    assert 'name="customer" value="account:' in found.content.decode()
    refused = ada.get(f"{address}Nobody")
    assert refused.status_code == 422
    assert NOBODY in refused.content.decode()


def test_a_step_and_a_gate_take_the_contact_that_is_named(company: Company, alice: Client) -> None:
    first, second = process_by_key("sales").stages[:2]
    add_step(
        company.ada,
        first.id,
        what="field",
        name_en="Whom",
        name_fr="Qui",
        field="primary_contact_id",
        is_required=True,
    )
    step = Step.objects.get(name_en="Whom")
    contact = company.contact("Durand")
    for name in ("Petit", "Petit"):
        company.contact(name)
    given = {"primary_contact_id": "", "primary_contact_id_name": "petit"}
    deal = company.deal()
    own = f"step{step.pk}_"
    in_row = {f"{own}{name}": value for name, value in given.items()}
    several = alice.post(f"/opportunities/{deal.pk}/steps/{step.pk}/", in_row, headers={"HX-Request": "true"})
    assert several.status_code == 422
    assert f'type="radio" name="{own}primary_contact_id"' in several.content.decode()
    gate = alice.post(f"/opportunities/{deal.pk}/move/", {**given, "stage": str(second.id)})
    assert gate.status_code == 422
    assert SEVERAL in gate.content.decode()
    assert gate.content.decode().count('type="radio" name="primary_contact_id"') == 2
    named = {**in_row, f"{own}primary_contact_id_name": "durand"}
    alice.post(f"/opportunities/{deal.pk}/steps/{step.pk}/", named)
    deal.refresh_from_db()
    assert deal.primary_contact_id == contact.pk
