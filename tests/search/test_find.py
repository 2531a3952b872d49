"""What is found by words, by whom, and that the index keeps step."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opportune.customers.actions import edit_account, remove_customer
from opportune.customers.models import Account
from opportune.identity.actions import share
from opportune.kernel.text import fold
from opportune.ledger.recording import noting_change_sets
from opportune.ledger.undo import undo
from opportune.search.index import rebuild_index
from opportune.search.models import SearchEntry
from opportune.search.queries import find
from tests.people import Company, by_token


def titles(*asked: Any, **named: Any) -> list[str]:
    """The titles of what is found."""
    return [hit.title for hit in find(*asked, **named)]


@pytest.mark.parametrize(
    "text", ["Équipement", "equip", "EQUIPEMENT", "ipem", "œuvre equip", "oeuvr", "eq", "eq oe", "n", "0612"]
)
def test_words_are_found_in_any_spelling(company: Company, text: str) -> None:
    company.account("Équipement Œuvré Nord", phone="06 12 34 0612")
    company.account("Something else")
    assert titles(company.alice, text) == ["Équipement Œuvré Nord"]


@pytest.mark.parametrize("text", ["", "   ", "equip zzz", "qui pe", "ui", "zz", '"', "\0", "%", "_"])
def test_nothing_is_found_by_what_is_not_there(company: Company, text: str) -> None:
    company.account("Équipement Nord")
    assert titles(company.alice, text) == []


@pytest.mark.parametrize(
    "name",
    ['The "Quoted" One', "100% OR nothing", "a AND b NOT c", "under_score", "star* near(x y)", "back\\slash"],
)
def test_signs_of_query_languages_are_plain_letters(company: Company, name: str) -> None:
    company.account("Plain")
    company.account(name)
    assert titles(company.alice, name) == [name]
    for word in name.split():
        assert name in titles(company.alice, word)


def test_each_kind_is_found_with_its_label(company: Company) -> None:
    account = company.account("Nordlicht", city="Kiel")
    contact = company.contact("Nordmann", first_name="Eva", account_id=account.pk)
    deal = company.deal("North pumps", account_id=account.pk)
    hits = find(company.alice, "nord")
    assert [(hit.kind, hit.id, hit.title, hit.subtitle) for hit in hits] == [
        ("opportunity", deal.pk, "North pumps", f"{deal.number} · Nordlicht"),
        ("account", account.pk, "Nordlicht", "Kiel"),
        ("contact", contact.pk, "Eva Nordmann", "Nordlicht"),
    ]
    assert titles(company.alice, "nord", kinds=["contact"]) == ["Eva Nordmann"]
    assert titles(company.alice, deal.number) == ["North pumps"]


def test_only_what_may_be_seen_is_found(company: Company) -> None:
    deal, account, contact = company.deal("Needle"), company.account("Needle"), company.contact("Needle")
    for actor in (company.alice, company.bob, company.carol, company.rita, company.ada):
        assert len(find(actor, "needle")) == 3
    assert find(company.dan, "needle") == []
    share(company.alice, account.ref, user_id=company.dan.id)
    assert [(hit.kind, hit.id) for hit in find(company.dan, "needle")] == [("account", account.pk)]
    token = by_token(company.alice, "contact:read")
    assert [(hit.kind, hit.id) for hit in find(token, "needle")] == [("contact", contact.pk)]
    assert deal.pk in {hit.id for hit in find(by_token(company.alice, "*:read"), "needle")}


def test_hidden_records_do_not_use_up_the_limit(company: Company) -> None:
    seen = company.account("Needle of Alice")
    for n in range(15):
        company.account(f"Needle {n}", owner=company.dan)
    assert [hit.id for hit in find(company.alice, "needle", limit=2)] == [seen.pk]


def test_beginnings_come_first_and_every_kind_gets_its_share(company: Company) -> None:
    exact = company.account("Nord")
    for n in range(8):
        company.account(f"Le Nord {n}")
        company.contact(f"Nord {n}")
    hits = find(company.alice, "nord", limit=6)
    assert [hit.kind for hit in hits] == ["account"] * 3 + ["contact"] * 3
    assert hits[0].id == exact.pk


def test_a_new_name_is_found_and_the_old_one_is_not(company: Company) -> None:
    account = company.account("Oldname")
    company.deal("Pumps", account_id=account.pk)
    company.contact("Durand", account_id=account.pk)
    edit_account(company.alice, account.pk, {"name": "Freshname"})
    assert titles(company.alice, "oldname") == []
    assert titles(company.alice, "freshname") == ["Pumps", "Freshname", "Durand"]


def test_what_is_undone_or_binned_is_not_found_until_it_is_back(company: Company) -> None:
    with noting_change_sets() as noted:
        company.account("Needle")
    undone = undo(company.alice, noted[0])
    assert titles(company.alice, "needle") == []
    undo(company.alice, undone.change_set_id or 0)
    assert titles(company.alice, "needle") == ["Needle"]
    remove_customer(company.alice, Account.objects.get(name="Needle"))
    assert titles(company.alice, "needle") == []


def test_a_rebuilt_index_is_the_one_kept(company: Company) -> None:
    account = company.account("Nordlicht")
    company.contact("Durand", account_id=account.pk)
    company.deal("Pumps", account_id=account.pk)
    remove_customer(company.alice, company.account("Gone"))
    columns = ("record_kind", "record_id", "text")
    kept = set(SearchEntry.objects.values_list(*columns))
    SearchEntry.objects.filter(record_kind="contact").delete()
    SearchEntry.objects.filter(record_kind="account").update(text=" stale")
    assert rebuild_index() == len(kept) == 3
    assert set(SearchEntry.objects.values_list(*columns)) == kept
    assert titles(company.alice, "nordlicht pumps") == ["Pumps"]
    assert titles(company.alice, "stale") == []


def test_the_number_of_queries_does_not_grow_with_the_hits(company: Company) -> None:
    def read() -> int:
        with CaptureQueriesContext(connection) as queries:
            find(company.bob, "needle", limit=50)
        return len(queries)

    company.deal("Needle")
    company.account("Needle")
    company.contact("Needle")
    few = read()
    for n in range(15):
        company.account(f"Needle {n}")
        company.contact(f"Needle {n}")
    assert read() == few


WORDS = st.text(alphabet="abcdé %_\"'-", min_size=1, max_size=12)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.lists(WORDS.filter(str.strip), min_size=1, max_size=4), text=WORDS)
def test_search_agrees_with_looking_at_every_name(company: Company, names: list[str], text: str) -> None:
    Account.objects.all().delete()
    SearchEntry.objects.all().delete()
    made = [company.account(name) for name in names]

    def matches(name: str) -> bool:
        whole = f" {fold(name)}"
        words = fold(text).split()
        return bool(words) and all((word if len(word) > 2 else f" {word}") in whole for word in words)

    expected = {account.pk for account in made if matches(account.name)}
    assert {hit.id for hit in find(company.alice, text)} == expected
