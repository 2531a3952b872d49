"""Creating and editing accounts and contacts."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from opportune.customers import actions
from opportune.customers.models import Account, Contact
from opportune.identity.actions import set_active
from opportune.identity.actor import system_actor
from opportune.kernel.errors import Conflict, Invalid, NotFound, NotPermitted, Refused
from opportune.kernel.records import RecordRef
from opportune.ledger.models import Change, ChangeSet
from opportune.ledger.recording import noting_change_sets
from opportune.ledger.undo import undo
from tests.people import Company, again, by_token, without


def test_an_account_belongs_to_who_creates_it(company: Company) -> None:
    account = actions.create_account(company.alice, {"name": "  Épices & Cie ", "city": "Lyon"})
    stored = Account.objects.get(pk=account.pk)
    assert (stored.name, stored.owner_id, stored.sort_key) == (
        "Épices & Cie",
        company.alice.id,
        "epices & cie",
    )


def test_every_field_of_an_account_is_kept(company: Company) -> None:
    fields = {
        "name": "Contoso",
        "phone": "+33 1 23 45 67 89",
        "email": "info@contoso.example",
        "website": "www.contoso.example/fr",
        "street": "1 rue Neuve\nBâtiment B",
        "postal_code": "69001",
        "city": "Lyon",
        "country": "France",
        "industry": "Shipyards",
        "type": "partner",
        "account_number": "4711",
        "payment_terms": "net_30",
        "contact_method": "phone",
        "do_not_email": "yes",
        "delivery_street": "Quai 3",
        "delivery_postal_code": "13002",
        "delivery_city": "Marseille",
        "delivery_country": "France",
        "employees": "1 200",
        "annual_revenue": "1 234 567,89",
        "description": "Line one\n\nLine two",
        "external_id": "C-1",
    }
    stored = Account.objects.get(pk=actions.create_account(company.alice, fields).pk)
    assert stored.website == "https://www.contoso.example/fr"
    assert (stored.employees, stored.annual_revenue) == (1200, Decimal("1234567.89"))
    assert stored.street == "1 rue Neuve\nBâtiment B"
    kept = fields.keys() - {"website", "employees", "annual_revenue", "do_not_email"}
    assert {name: getattr(stored, name) for name in kept} == {name: fields[name] for name in kept}
    assert (stored.do_not_call, stored.do_not_email, stored.do_not_write) == (False, True, False)


def test_creating_is_one_change_set(company: Company) -> None:
    before = ChangeSet.objects.count()
    account = company.account("Contoso")
    assert ChangeSet.objects.count() == before + 1
    change = Change.objects.get(kind="account", record_id=account.pk)
    assert change.operation == Change.Operation.CREATE
    assert change.after["name"] == "Contoso"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "   "),
        ("name", "x" * 161),
        ("name", 7),
        ("email", "no address"),
        ("email", "a@b"),
        ("email", "a@b.fr\nBcc: x@y.fr"),
        ("website", "javascript:alert(1)"),
        ("website", "ftp://contoso.example"),
        ("website", "https://contoso.example@evil.example"),
        ("website", "just words"),
        ("website", "http://["),
        ("employees", "-1"),
        ("employees", 2.5),
        ("employees", 2**31),
        ("annual_revenue", "much"),
        ("annual_revenue", -1),
        ("annual_revenue", Decimal("NaN")),
        ("annual_revenue", 10**12),
        ("customer_since", "2026-02-03"),
        ("owner_id", "someone"),
        ("owner_id", 999_999),
        ("parent_id", 999_999),
        ("parent_id", 2**70),
        ("parent_id", "9" * 5000),
        ("owner_id", "1_0"),
        ("owner_id", "١٢"),
        ("owner_id", 1.0),
        ("version", 3),
        ("deleted_at", None),
        ("type", "business"),
        ("payment_terms", "never"),
        ("contact_method", "drum"),
        ("do_not_call", "perhaps"),
        ("nonsense", "x"),
    ],
)
def test_an_account_with_a_bad_value_is_refused_by_field(company: Company, field: str, value: object) -> None:
    with pytest.raises(Invalid) as refusal:
        actions.create_account(company.ada, {"name": "Contoso", field: value})
    assert set(refusal.value.fields) == {field}
    assert not Account.objects.exists()


def test_all_bad_values_are_named_at_once(company: Company) -> None:
    with pytest.raises(Invalid) as refusal:
        actions.create_contact(company.alice, {"email": "nobody", "customer_since": "soon"})
    assert set(refusal.value.fields) == {"last_name", "email", "customer_since"}


def test_the_read_only_may_not_create(company: Company) -> None:
    with pytest.raises(NotPermitted):
        actions.create_account(company.rita, {"name": "Contoso"})


def test_a_token_without_the_scope_may_not_create(company: Company) -> None:
    token = by_token(company.alice, "account:read", "contact:write")
    with pytest.raises(NotPermitted):
        actions.create_account(token, {"name": "Contoso"})
    assert actions.create_contact(token, {"last_name": "Martin"}).owner_id == company.alice.id


def test_who_may_assign_may_create_for_someone_else(company: Company) -> None:
    account = actions.create_account(company.alice, {"name": "Contoso", "owner_id": company.dan.id})
    assert account.owner_id == company.dan.id


def test_who_may_not_assign_may_not_create_for_someone_else(company: Company) -> None:
    with pytest.raises(NotPermitted):
        actions.create_account(
            without(company.alice, "assign"), {"name": "Contoso", "owner_id": company.bob.id}
        )


@pytest.mark.parametrize("typed", ["Technologies", "technology", "TECHNOLOGY"])
def test_an_industry_of_the_list_is_kept_by_its_code_whatever_the_language(
    company: Company, typed: str
) -> None:
    assert company.account(industry=typed).industry == "technology"


def test_an_industry_beyond_the_list_is_kept_as_typed(company: Company) -> None:
    account = company.account(industry="Shipyards")
    edited = actions.edit_account(company.alice, account.pk, {"industry": "Santé"})
    assert (account.industry, edited.industry) == ("Shipyards", "health")


def test_a_contact_moves_to_another_account_and_its_deals_stay_its_own(company: Company) -> None:
    former, later = company.account("Former"), company.account("Later")
    contact = company.contact(account_id=former.pk)
    deal = company.deal(contact_id=contact.pk)
    actions.edit_contact(company.alice, contact.pk, {"account_id": later.pk})
    change = Change.objects.get(kind="contact", record_id=contact.pk, version=2)
    assert (change.before, change.after) == ({"account_id": former.pk}, {"account_id": later.pk})
    kept = type(deal).objects.get(pk=deal.pk)
    assert (kept.contact_id, kept.account_id, kept.version) == (contact.pk, None, deal.version)


def test_a_delivery_address_is_undone_as_a_whole_and_apart_from_the_other(company: Company) -> None:
    account = company.account(city="Lyon", delivery_city="Nice")
    with noting_change_sets() as noted:
        actions.edit_account(company.alice, account.pk, {"delivery_city": "Brest", "delivery_street": "Quai"})
    actions.edit_account(company.alice, account.pk, {"city": "Paris"})
    undo(company.alice, noted[0])
    stored = Account.objects.get(pk=account.pk)
    assert (stored.city, stored.delivery_city, stored.delivery_street) == ("Paris", "Nice", "")


def test_an_owner_who_left_is_refused(company: Company) -> None:
    set_active(company.ada, company.dan.id or 0, is_active=False)
    with pytest.raises(Invalid) as refusal:
        actions.create_account(company.alice, {"name": "Contoso", "owner_id": company.dan.id})
    assert set(refusal.value.fields) == {"owner_id"}


def test_the_system_must_name_an_owner(company: Company) -> None:
    with pytest.raises(Invalid) as refusal:
        actions.create_account(system_actor("tests"), {"name": "Contoso"})
    assert set(refusal.value.fields) == {"owner_id"}


def test_a_contact_may_belong_to_an_account_its_creator_sees(company: Company) -> None:
    account = company.account(owner=company.bob)
    contact = actions.create_contact(company.alice, {"last_name": "Durand", "account_id": account.pk})
    assert contact.account_id == account.pk


def test_a_contact_cannot_belong_to_an_account_its_creator_does_not_see(company: Company) -> None:
    hidden = company.account(owner=company.dan)
    with pytest.raises(Invalid) as refusal:
        actions.create_contact(company.alice, {"last_name": "Durand", "account_id": hidden.pk})
    assert set(refusal.value.fields) == {"account_id"}


def test_an_external_id_is_given_once(company: Company) -> None:
    company.account("Contoso", external_id="C-1")
    with pytest.raises(Invalid) as refusal:
        company.account("Fabrikam", external_id="C-1")
    assert set(refusal.value.fields) == {"external_id"}
    assert company.contact(external_id="C-1").external_id == "C-1"


def test_many_accounts_take_few_queries(company: Company, django_assert_max_num_queries: Any) -> None:
    rows = [{"name": f"Account {n}", "external_id": str(n)} for n in range(300)]
    with django_assert_max_num_queries(25):
        made = actions.create_accounts(company.alice, rows)
    assert len(made) == Account.objects.count() == 300


def test_bad_rows_of_many_are_told_apart_from_good_ones(company: Company) -> None:
    rows: list[dict[str, Any]] = [
        {"name": "One", "external_id": "1"},
        {"name": ""},
        {"name": "Two", "external_id": "1"},
        {"name": "Three", "owner_id": 999_999},
        {"name": "Four", "external_id": "1x"},
    ]
    outcomes = actions.create_accounts(company.alice, rows)
    assert [list(made.fields) if isinstance(made, Invalid) else made.name for made in outcomes] == [
        "One",
        ["name"],
        ["external_id"],
        ["owner_id"],
        "Four",
    ]
    assert set(Account.objects.values_list("name", flat=True)) == {"One", "Four"}


def test_many_contacts_may_keep_an_owner_who_left(company: Company) -> None:
    set_active(company.ada, company.dan.id or 0, is_active=False)
    row = {"last_name": "Durand", "owner_id": company.dan.id}
    [refused] = actions.create_contacts(company.ada, [row])
    [made] = actions.create_contacts(company.ada, [row], inactive_owners=True)
    assert isinstance(refused, Invalid)
    assert isinstance(made, Contact)


def test_editing_changes_what_is_given_and_nothing_else(company: Company) -> None:
    account = company.account(city="Lyon")
    edited = actions.edit_account(company.alice, account.pk, {"city": "Nîmes"}, version=1)
    stored = Account.objects.get(pk=account.pk)
    assert (edited.version, stored.version, stored.city, stored.city_key) == (2, 2, "Nîmes", "nimes")
    assert stored.name == "Northwind"


def test_editing_to_the_same_values_leaves_no_trace(company: Company) -> None:
    account = company.account(city="Lyon")
    sets = ChangeSet.objects.count()
    actions.edit_account(company.alice, account.pk, {"name": "Northwind", "city": " Lyon "})
    assert ChangeSet.objects.count() == sets
    assert Account.objects.get(pk=account.pk).version == 1


def test_a_colleague_who_only_reads_may_not_edit(company: Company) -> None:
    account = company.account()
    with pytest.raises(NotPermitted):
        actions.edit_account(company.bob, account.pk, {"city": "Lyon"})


def test_a_stranger_cannot_find_what_to_edit(company: Company) -> None:
    contact = company.contact()
    with pytest.raises(NotFound):
        actions.edit_contact(company.dan, contact.pk, {"city": "Lyon"})


def test_the_manager_may_edit(company: Company) -> None:
    contact = company.contact()
    actions.edit_contact(company.carol, contact.pk, {"job_title": "Buyer"})
    assert Contact.objects.get(pk=contact.pk).job_title == "Buyer"


def test_two_people_may_edit_different_things(company: Company) -> None:
    account = company.account()
    actions.edit_account(company.carol, account.pk, {"phone": "1"}, version=1)
    actions.edit_account(company.alice, account.pk, {"city": "Lyon"}, version=1)
    stored = Account.objects.get(pk=account.pk)
    assert (stored.phone, stored.city, stored.version) == ("1", "Lyon", 3)


def test_two_people_cannot_edit_the_same_address(company: Company) -> None:
    account = company.account()
    actions.edit_account(company.carol, account.pk, {"street": "1 rue Neuve"}, version=1)
    with pytest.raises(Conflict) as conflict:
        actions.edit_account(company.alice, account.pk, {"city": "Lyon"}, version=1)
    assert conflict.value.data["by"] == "Carol"
    assert conflict.value.data["changes"] == {"street": "1 rue Neuve"}


def test_two_people_may_make_the_same_change(company: Company) -> None:
    account = company.account()
    actions.edit_account(company.carol, account.pk, {"city": "Lyon"}, version=1)
    actions.edit_account(company.alice, account.pk, {"city": "Lyon"}, version=1)
    assert Account.objects.get(pk=account.pk).version == 2


def test_an_account_can_be_put_below_another(company: Company) -> None:
    group, branch = company.account("Group"), company.account("Branch")
    actions.edit_account(company.alice, branch.pk, {"parent_id": group.pk})
    assert list(group.children.all()) == [branch]


def test_an_account_cannot_be_put_below_itself(company: Company) -> None:
    account = company.account()
    with pytest.raises(Invalid) as refusal:
        actions.edit_account(company.alice, account.pk, {"parent_id": account.pk})
    assert set(refusal.value.fields) == {"parent_id"}


def test_accounts_cannot_form_a_circle(company: Company) -> None:
    top = company.account("Top")
    middle = company.account("Middle", parent_id=top.pk)
    bottom = company.account("Bottom", parent_id=middle.pk)
    with pytest.raises(Invalid) as refusal:
        actions.edit_account(company.alice, top.pk, {"parent_id": bottom.pk})
    assert set(refusal.value.fields) == {"parent_id"}


def test_the_owner_may_give_an_account_away(company: Company) -> None:
    account = company.account()
    actions.edit_account(company.alice, account.pk, {"owner_id": company.dan.id})
    assert Account.objects.get(pk=account.pk).owner_id == company.dan.id


def test_who_may_write_but_not_assign_cannot_give_an_account_away(company: Company) -> None:
    account = company.account()
    with pytest.raises(NotPermitted):
        actions.edit_account(without(company.alice, "assign"), account.pk, {"owner_id": company.bob.id})


def test_a_required_field_cannot_be_emptied(company: Company) -> None:
    account, contact = company.account(), company.contact()
    with pytest.raises(Invalid):
        actions.edit_account(company.alice, account.pk, {"name": ""})
    with pytest.raises(Invalid):
        actions.edit_contact(company.alice, contact.pk, {"last_name": None})
    with pytest.raises(Invalid):
        actions.edit_account(company.alice, account.pk, {"owner_id": None})


def test_undoing_a_creation_puts_the_account_into_the_bin_and_redoing_takes_it_out(company: Company) -> None:
    with noting_change_sets() as noted:
        account = company.account()
    undone = undo(company.alice, noted[0])
    assert not Account.objects.visible_to(company.alice).exists()
    undo(company.alice, undone.change_set_id or 0)
    assert list(Account.objects.visible_to(company.alice)) == [account]


def test_an_account_others_stand_on_is_not_removed(company: Company) -> None:
    with noting_change_sets() as noted:
        account = company.account()
    company.contact(account_id=account.pk)
    with pytest.raises(Refused) as refusal:
        undo(company.alice, noted[0])
    assert refusal.value.code == "nothing_to_undo"
    with pytest.raises(Refused) as refusal:
        actions.remove_customer(company.alice, account)
    assert refusal.value.code == "depended_upon"


def test_an_account_does_not_come_back_over_a_taken_external_id(company: Company) -> None:
    with noting_change_sets() as noted:
        company.account("First", external_id="C-1")
    undone = undo(company.alice, noted[0])
    company.account("Second", external_id="C-1")
    with pytest.raises(Refused) as refusal:
        undo(company.alice, undone.change_set_id or 0)
    assert refusal.value.code == "external_id_taken"


def test_buying_makes_a_customer_once(company: Company) -> None:
    account, private = company.account(), company.contact("Private")
    actions.mark_as_customers(company.bob, {account.ref: date(2026, 3, 1), private.ref: date(2026, 4, 1)})
    actions.mark_as_customers(company.bob, {account.ref: date(2026, 5, 1)})
    assert Account.objects.get(pk=account.pk).customer_since == date(2026, 3, 1)
    assert Contact.objects.get(pk=private.pk).customer_since == date(2026, 4, 1)


def test_what_a_contact_of_an_account_buys_counts_for_the_account(company: Company) -> None:
    account = company.account()
    contact = company.contact(account_id=account.pk)
    actions.mark_as_customers(company.bob, {contact.ref: date(2026, 3, 1), account.ref: date(2026, 2, 1)})
    assert Account.objects.get(pk=account.pk).customer_since == date(2026, 2, 1)
    assert Contact.objects.get(pk=contact.pk).customer_since is None


def test_who_could_not_edit_a_customer_can_undo_what_made_it_one(company: Company) -> None:
    account = company.account()
    with noting_change_sets() as noted:
        actions.mark_as_customers(company.bob, {account.ref: date(2026, 3, 1)})
    undone = undo(company.bob, noted[0])
    assert Account.objects.get(pk=account.pk).customer_since is None
    undo(company.bob, undone.change_set_id or 0)
    assert Account.objects.get(pk=account.pk).customer_since == date(2026, 3, 1)


def test_undoing_an_edit_by_someone_without_the_right_is_refused(company: Company) -> None:
    account = company.account()
    with noting_change_sets() as noted:
        actions.edit_account(company.alice, account.pk, {"city": "Lyon"})
    with pytest.raises(NotPermitted):
        undo(company.bob, noted[0])
    with pytest.raises(NotFound):
        undo(again(company.dan), noted[0])


def test_the_bin_is_told_apart_in_the_ledger(company: Company) -> None:
    contact = company.contact()
    actions.remove_customer(company.alice, contact)
    actions.bring_back_customer(company.alice, contact)
    operations = Change.objects.filter(kind="contact", record_id=contact.pk).order_by("version")
    assert list(operations.values_list("operation", flat=True)) == ["create", "bin", "restore"]
    assert Contact.objects.get(pk=contact.pk).ref == RecordRef("contact", contact.pk)
