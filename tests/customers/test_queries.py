"""Lists, records and pickers of accounts and contacts: what they show, to whom, at what price."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from opportune.customers import actions, queries
from opportune.customers.filters import AccountFilter, ContactFilter
from opportune.customers.models import Account, Contact
from opportune.identity.actions import share
from opportune.identity.actor import Actor
from opportune.kernel import clock
from opportune.kernel.errors import Invalid, NotFound
from opportune.kernel.records import RecordRef
from tests.people import Company, by_token

EVERYTHING = AccountFilter()


def all_pages(actor: Actor, wanted: AccountFilter, limit: int = 2) -> list[str]:
    """The names of all accounts of a list, read page by page."""
    names: list[str] = []
    after = None
    for _ in range(50):
        page = queries.accounts(actor, wanted, after=after, limit=limit)
        assert len(page.rows) <= limit
        names += [row.name for row in page.rows]
        after = page.next
        if after is None:
            return names
    raise AssertionError("the pages do not end")


def test_accounts_are_sorted_by_name_without_accents_or_case(company: Company) -> None:
    for name in ("zeta", "Éclair", "alpha", "Eclat", "Écho"):
        company.account(name)
    assert all_pages(company.alice, EVERYTHING) == ["alpha", "Écho", "Éclair", "Eclat", "zeta"]
    assert all_pages(company.alice, AccountFilter(descending=True)) == [
        "zeta",
        "Eclat",
        "Éclair",
        "Écho",
        "alpha",
    ]


def test_accounts_of_one_name_are_neither_lost_nor_repeated(company: Company) -> None:
    made = [company.account("Same").pk for _ in range(7)]
    seen: list[int] = []
    after = None
    while True:
        page = queries.accounts(company.alice, EVERYTHING, after=after, limit=3)
        seen += [row.id for row in page.rows]
        after = page.next
        if after is None:
            break
    assert seen == made


def test_accounts_without_a_city_come_last_in_both_directions(company: Company) -> None:
    for name, city in (("A", ""), ("B", "Lyon"), ("C", "Arles"), ("D", ""), ("E", "Nîmes"), ("F", "")):
        company.account(name, city=city)
    assert all_pages(company.alice, AccountFilter(sort="city")) == ["C", "B", "E", "A", "D", "F"]
    assert all_pages(company.alice, AccountFilter(sort="city", descending=True)) == [
        "E",
        "B",
        "C",
        "F",
        "D",
        "A",
    ]


def test_accounts_are_sorted_by_creation(company: Company) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    for days, name in ((3, "Third"), (1, "First"), (2, "Second")):
        with clock.stopped_at(start + timedelta(days=days)):
            company.account(name)
    assert all_pages(company.alice, AccountFilter(sort="created"), limit=1) == ["First", "Second", "Third"]


@pytest.mark.parametrize("cursor", ["", "x", "!!", "W10", "eyJhIjoxfQ", "WyJ6IiwgMV0" * 9])
def test_a_cursor_nobody_gave_is_refused(company: Company, cursor: str) -> None:
    with pytest.raises(Invalid):
        queries.accounts(company.alice, AccountFilter(sort="created"), after=cursor)


def test_the_text_of_a_filter_is_found_in_any_spelling(company: Company) -> None:
    company.account("Équipement Durand", city="Saint-Étienne")
    company.account("Other")
    for text in ("equip", "DURAND équi", "etienne durand"):
        assert all_pages(company.alice, AccountFilter(text=text)) == ["Équipement Durand"]


def test_signs_of_patterns_in_a_text_stand_for_themselves(company: Company) -> None:
    company.account("Plain")
    company.account("100% Juice_Bar")
    assert all_pages(company.alice, AccountFilter(text="%")) == ["100% Juice_Bar"]
    assert all_pages(company.alice, AccountFilter(text="juice_bar")) == ["100% Juice_Bar"]
    assert all_pages(company.alice, AccountFilter(text="j_ice")) == []


def test_lists_can_be_of_some_owners(company: Company) -> None:
    company.account("Mine")
    company.account("Bob's", owner=company.bob)
    wanted = AccountFilter(owner_ids=(company.bob.id or 0,))
    assert all_pages(company.carol, wanted) == ["Bob's"]
    assert queries.count_accounts(company.carol, wanted) == 1


def test_contacts_can_be_of_one_account(company: Company) -> None:
    account = company.account()
    company.contact("Inside", account_id=account.pk)
    company.contact("Outside")
    page = queries.contacts(company.alice, ContactFilter(account_id=account.pk))
    assert [(row.name, row.account_name, row.account_visible) for row in page.rows] == [
        ("Inside", "Northwind", True)
    ]


def test_contacts_are_sorted_by_last_name(company: Company) -> None:
    company.contact("Zola", first_name="Anne")
    company.contact("Arnaud", first_name="Zoé")
    page = queries.contacts(company.alice, ContactFilter())
    assert [row.name for row in page.rows] == ["Zoé Arnaud", "Anne Zola"]


def test_list_count_record_picker_and_reference_agree_on_what_is_seen(company: Company) -> None:
    of_alice, of_dan = company.account("Of Alice"), company.account("Of Dan", owner=company.dan)
    shared = company.account("Shared", owner=company.carol)
    share(company.carol, shared.ref, user_id=company.dan.id)
    expected = [
        (company.alice, {of_alice.pk}),
        (company.bob, {of_alice.pk}),
        (company.carol, {of_alice.pk, shared.pk}),
        (company.dan, {of_dan.pk, shared.pk}),
        (company.rita, {of_alice.pk, shared.pk}),
        (company.ada, {of_alice.pk, of_dan.pk, shared.pk}),
        (by_token(company.alice, "account:read"), {of_alice.pk}),
        (by_token(company.alice, "contact:read"), set()),
    ]
    every = [of_alice, of_dan, shared]
    for actor, seen in expected:
        assert {row.id for row in queries.accounts(actor, EVERYTHING).rows} == seen
        assert queries.count_accounts(actor, EVERYTHING) == len(seen)
        assert {choice.ref.id for choice in queries.find_customers(actor, "")} == seen
        assert {ref.id for ref in queries.visible_customers(actor, [a.ref for a in every])} == seen
        assert set(queries.accounts_by_name(actor, [a.name for a in every]).values()) == seen
        assert {account.pk for account in every if _opens(actor, account.pk)} == seen


def test_what_is_in_the_bin_is_in_no_list(company: Company) -> None:
    account, contact = company.account(), company.contact()
    actions.remove_customer(company.alice, account)
    actions.remove_customer(company.alice, contact)
    assert queries.accounts(company.alice, EVERYTHING).rows == []
    assert queries.contacts(company.alice, ContactFilter()).rows == []
    assert queries.find_customers(company.alice, "") == []
    assert not _opens(company.alice, account.pk)
    with pytest.raises(NotFound):
        queries.contact_record(company.alice, contact.pk)


def test_a_record_says_what_may_be_done_with_it(company: Company) -> None:
    account = company.account(website="northwind.example")
    own = queries.account_record(company.alice, account.pk)
    assert (own.name, own.website, own.owner_name, own.version) == (
        "Northwind",
        "https://northwind.example",
        "Alice",
        1,
    )
    assert own.may == {"write", "delete", "assign", "share"}
    assert queries.account_record(company.bob, account.pk).may == frozenset()


def test_a_shared_record_may_be_changed_but_not_given_away(company: Company) -> None:
    contact = company.contact()
    share(company.alice, contact.ref, user_id=company.dan.id, may_write=True)
    assert queries.contact_record(company.dan, contact.pk).may == {"write"}


def test_the_name_of_an_unseen_account_above_is_shown_but_cannot_be_opened(company: Company) -> None:
    hidden = company.account("Group", owner=company.dan)
    contact = actions.create_contact(
        company.ada, {"last_name": "Durand", "account_id": hidden.pk, "owner_id": company.alice.id}
    )
    record = queries.contact_record(company.alice, contact.pk)
    assert (record.account_name, record.account_visible) == ("Group", False)


def test_a_picker_offers_beginnings_first_and_stops_at_its_limit(company: Company) -> None:
    company.account("The North", city="Lille")
    company.account("North & South")
    company.contact("Northcote", first_name="Eva")
    company.contact("Southcote")
    found = queries.find_customers(company.alice, "north")
    assert [choice.name for choice in found] == ["North & South", "Eva Northcote", "The North"]
    assert [choice.subtitle for choice in found] == ["", "", "Lille"]
    assert len(queries.find_customers(company.alice, "north", limit=2)) == 2
    assert [c.name for c in queries.find_customers(company.alice, "north", kind="contact")] == [
        "Eva Northcote"
    ]


def test_a_person_is_found_by_the_names_in_either_order(company: Company) -> None:
    company.contact("Durand", first_name="Zoé")
    for text in ("zoe durand", "durand zoe"):
        assert [c.name for c in queries.find_customers(company.alice, text)] == ["Zoé Durand"]


def test_customers_of_a_name_are_those_that_have_all_of_it_and_are_seen(company: Company) -> None:
    account = company.account("Zoé de Vries", city="Lyon")
    company.account("Zoé de Vries", owner=company.dan)
    company.account("Zoé de Vries & Co")
    contact = company.contact("de Vries", first_name="Zoé")
    company.contact("Vries Zoé", first_name="de")
    found = queries.customers_named(company.alice, " ZOE  de vries")
    assert [(one.ref, one.subtitle) for one in found] == [(account.ref, "Lyon"), (contact.ref, "")]
    assert [one.ref for one in queries.customers_named(company.alice, "de Vries Zoé", kind="account")] == []
    assert queries.customers_named(company.alice, " ") == []
    assert len(queries.customers_named(company.ada, "zoé de vries", kind="account", limit=1)) == 1


def test_names_are_told_whoever_asks(company: Company) -> None:
    account = company.account("Hidden", owner=company.dan)
    contact = company.contact("Durand", owner=company.dan, first_name="Zoé")
    gone = RecordRef("account", 999_999)
    assert queries.customer_names([account.ref, contact.ref, gone]) == {
        account.ref: "Hidden",
        contact.ref: "Zoé Durand",
    }


def test_an_account_is_found_by_its_name_in_any_spelling(company: Company) -> None:
    first, _ = company.account("Épicerie"), company.account("épicerie")
    assert queries.accounts_by_name(company.alice, ["EPICERIE", "Unknown"]) == {"EPICERIE": first.pk}


def test_ids_are_found_by_external_ids(company: Company) -> None:
    account = company.account(external_id="A-1")
    company.contact(external_id="A-1")
    assert queries.ids_by_external_id(company.alice, "account", ["A-1", "A-2", ""]) == {"A-1": account.pk}
    assert queries.ids_by_external_id(company.dan, "account", ["A-1"]) == {}


def reading_accounts(company: Company) -> object:
    return queries.accounts(company.bob, AccountFilter(text="a"), limit=200)


def reading_contacts(company: Company) -> object:
    return queries.contacts(company.bob, ContactFilter(sort="city"), limit=200)


def picking(company: Company) -> object:
    return queries.find_customers(company.bob, "a", limit=200)


def naming(company: Company) -> object:
    refs = [c.ref for model in (Account, Contact) for c in model.objects.all()]
    return queries.customer_names(refs)


@pytest.mark.parametrize("read", [reading_accounts, reading_contacts, picking, naming])
def test_the_number_of_queries_does_not_grow_with_the_rows(
    company: Company, read: Callable[[Company], object], django_assert_num_queries: Any
) -> None:
    _fill(company, 2)
    with CaptureQueriesContext(connection) as few:
        read(company)
    _fill(company, 40)
    with django_assert_num_queries(len(few)):
        read(company)


def _fill(company: Company, number: int) -> None:
    accounts = [company.account(f"Account {n}", city="Lyon") for n in range(number)]
    for n, account in enumerate(accounts):
        company.contact(f"Arnaud {n}", account_id=account.pk, city="" if n % 2 else "Arles")


def _opens(actor: Actor, account_id: int) -> bool:
    try:
        return queries.account_record(actor, account_id).id == account_id
    except NotFound:
        return False
