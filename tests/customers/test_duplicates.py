"""Saving an account or a contact looks for what seems to be the same already (D-019)."""

from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from opportune.customers import actions
from opportune.customers.likeness import phone_key, website_key
from opportune.customers.models import Account, Contact
from opportune.identity.actor import Actor
from opportune.kernel.errors import Invalid, NotPermitted, Refused
from tests.people import Company


def found_by(actor: Actor, kind: str, **fields: Any) -> Refused:
    """The refusal of one more account or contact."""
    create = actions.create_account if kind == "account" else actions.create_contact
    with pytest.raises(Refused) as refusal:
        create(actor, fields)
    assert refusal.value.code == "duplicates_found"
    return refusal.value


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("name", {"name": "  epices & cie", "city": "lyon"}),
        ("name", {"name": "ÉPICES & CIE"}),
        ("email", {"name": "Other", "email": "INFO@epices.example"}),
        ("phone", {"name": "Other", "phone": "04.72.00.00.01"}),
        ("website", {"name": "Other", "website": "http://epices.example/"}),
    ],
)
def test_an_account_that_is_there_is_named_with_what_is_alike(
    company: Company, field: str, fields: dict[str, Any]
) -> None:
    there = company.account(
        "Épices & Cie",
        city="Lyon",
        email="info@epices.example",
        phone="+33 4 72 00 00 01",
        website="www.epices.example",
    )
    refusal = found_by(company.alice, "account", **fields)
    assert refusal.data == {
        "duplicates": [
            {
                "kind": "account",
                "id": there.pk,
                "name": "Épices & Cie",
                "detail": "Lyon",
                "alike": [field],
            }
        ],
        "hidden": False,
    }
    assert "Épices & Cie (Lyon)" in str(refusal.message)
    assert Account.objects.count() == 1


def test_an_account_of_the_same_name_in_another_city_is_another_one(company: Company) -> None:
    company.account("Northwind", city="Lyon")
    assert actions.create_account(company.alice, {"name": "Northwind", "city": "Paris"}).pk


def test_blank_fields_are_not_alike(company: Company) -> None:
    company.account("Northwind", email="", phone="", website="")
    assert actions.create_account(company.alice, {"name": "Contoso"}).pk


def test_what_is_in_the_bin_is_no_duplicate(company: Company) -> None:
    there = company.account("Northwind")
    actions.delete_account(company.ada, there.pk)
    assert actions.create_account(company.alice, {"name": "Northwind"}).pk


@pytest.mark.parametrize(
    ("alike", "fields"),
    [
        (["name"], {"last_name": "durand", "first_name": "zoe"}),
        (["email"], {"last_name": "Petit", "email": "zoe@durand.example"}),
        (["mobile"], {"last_name": "Petit", "mobile": "0033 612345678"}),
        (["name", "phone"], {"last_name": "Durand", "first_name": "Zoé", "phone": "04 72 00 00 01 poste 12"}),
    ],
)
def test_a_contact_that_is_there_is_named_with_what_is_alike(
    company: Company, alike: list[str], fields: dict[str, Any]
) -> None:
    company.contact(
        "Durand",
        first_name="Zoé",
        email="zoe@durand.example",
        mobile="06 12 34 56 78",
        phone="04 72 00 00 01",
    )
    [found] = found_by(company.alice, "contact", **fields).data["duplicates"]
    assert found["alike"] == alike


def test_colleagues_share_a_switchboard_and_namesakes_work_for_two_accounts(company: Company) -> None:
    one, other = company.account("One"), company.account("Other")
    company.contact("Martin", account_id=one.pk, phone="04 72 00 00 01")
    given = {"last_name": "Petit", "account_id": one.pk, "phone": "04 72 00 00 01"}
    assert actions.create_contact(company.alice, given).pk
    assert actions.create_contact(company.alice, {"last_name": "Martin", "account_id": other.pk}).pk


def test_who_confirms_saves_it_anyway(company: Company) -> None:
    company.account("Northwind")
    made = actions.create_account(company.alice, {"name": "Northwind"}, confirm_duplicates=True)
    assert Account.objects.filter(name="Northwind").count() == 2
    assert made.version == 1


def test_of_what_one_cannot_see_one_learns_only_that_it_exists(company: Company) -> None:
    company.account("Northwind", owner=company.dan, city="Brest", email="hidden@northwind.example")
    refusal = found_by(company.alice, "account", name="Other", email="hidden@northwind.example")
    assert refusal.data == {"duplicates": [], "hidden": True}
    assert "Northwind" not in str(refusal.message)
    assert "Brest" not in str(refusal.message)


def test_what_is_seen_is_named_beside_what_is_not(company: Company) -> None:
    company.account("Northwind", owner=company.dan)
    own = company.account("Northwind")
    refusal = found_by(company.alice, "account", name="Northwind")
    assert [one["id"] for one in refusal.data["duplicates"]] == [own.pk]
    assert refusal.data["hidden"]


def test_values_and_rights_are_looked_at_first(company: Company) -> None:
    company.account("Northwind")
    with pytest.raises(Invalid):
        actions.create_account(company.alice, {"name": "Northwind", "email": "nobody"})
    with pytest.raises(NotPermitted):
        actions.create_account(company.rita, {"name": "Northwind"})


def test_a_change_that_makes_a_duplicate_asks(company: Company) -> None:
    company.account("Northwind", email="info@northwind.example")
    other = company.account("Contoso")
    with pytest.raises(Refused) as refusal:
        actions.edit_account(company.alice, other.pk, {"email": "info@northwind.example"})
    assert refusal.value.code == "duplicates_found"
    assert Account.objects.get(pk=other.pk).email == ""
    changes = {"email": "info@northwind.example"}
    actions.edit_account(company.alice, other.pk, changes, confirm_duplicates=True)
    assert Account.objects.get(pk=other.pk).email == "info@northwind.example"


def test_what_was_confirmed_before_is_not_asked_again(company: Company) -> None:
    company.account("Northwind")
    other = company.account("Northwind")
    edited = actions.edit_account(company.alice, other.pk, {"phone": "04 72 00 00 01", "name": "NORTHWIND"})
    assert edited.name == "NORTHWIND"


def test_a_change_of_a_contact_asks_too(company: Company) -> None:
    company.contact("Durand", mobile="06 12 34 56 78")
    other = company.contact("Petit")
    with pytest.raises(Refused):
        actions.edit_contact(company.alice, other.pk, {"mobile": "+33 6 12 34 56 78"})


def test_many_at_once_are_not_looked_for(company: Company) -> None:
    company.account("Northwind")
    [made] = actions.create_accounts(company.alice, [{"name": "Northwind"}])
    assert isinstance(made, Account)


def test_looking_takes_two_queries_however_many_are_found(company: Company) -> None:
    def asked(count: int) -> int:
        for number in range(count):
            company.account("Northwind", email=f"n{number}@northwind.example", phone="04 72 00 00 01")
        fields = {"name": "Northwind", "email": "n0@northwind.example", "phone": "0472000001"}
        with (
            CaptureQueriesContext(
                connection,
            ) as queries,
            pytest.raises(Refused),
        ):
            actions.create_account(company.alice, fields)
        return len(queries)

    assert asked(2) == asked(9)


def test_numbers_and_sites_are_compared_by_what_tells_them_apart() -> None:
    assert phone_key("+33 (0)4 72 00 00 01") == phone_key("0472000001") == "472000001"
    assert phone_key("12") is None
    assert website_key("https://www.Épices.example/fr/") == website_key("http://epices.example/fr")
    assert website_key("https://a.example/one") != website_key("https://a.example/two")
    assert website_key("") is None


def test_records_from_before_get_what_they_are_compared_by(company: Company) -> None:
    account = company.account(
        email="Info@Northwind.example", phone="04 72 00 00 01", website="northwind.example"
    )
    contact = company.contact(mobile="06 12 34 56 78")
    Account.objects.update(email_key=None, phone_key=None, website_key=None)
    Contact.objects.update(mobile_key=None)
    migration = import_module("opportune.customers.migrations.0003_what_duplicates_are_found_by")
    migration.fill_keys(apps, None)
    filled = Account.objects.get(pk=account.pk)
    assert (filled.email_key, filled.phone_key) == ("info@northwind.example", "472000001")
    assert filled.website_key == "northwind.example"
    assert Contact.objects.get(pk=contact.pk).mobile_key == "612345678"
