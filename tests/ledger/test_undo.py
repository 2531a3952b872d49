"""Undo takes back what has not changed since, with the actor's rights now; undoing that is redo."""

import pytest

from opportune.customers.actions import create_account, create_contact, edit_account
from opportune.customers.models import Account, Contact
from opportune.identity.actions import create_team, set_active, share
from opportune.identity.actor import Actor
from opportune.kernel.errors import NotFound, NotPermitted, Refused
from opportune.ledger.models import Change, ChangeSet
from opportune.ledger.queries import history_of, last_undoable
from opportune.ledger.recording import action, noting_change_sets
from opportune.ledger.undo import Undone, undo
from opportune.opportunities.actions import create as create_deal
from opportune.opportunities.models import Opportunity
from tests.people import Company, again


def edited(actor: Actor, account: Account, **changes: object) -> int:
    """Edit an account; the id of the change set."""
    with noting_change_sets() as noted:
        edit_account(actor, account.pk, changes)
    return noted[0]


def facets_of(undone: Undone) -> tuple[list[str], list[str]]:
    """What was restored and what was kept, without the records."""
    return [facet for _, facet in undone.restored], [facet for _, facet in undone.kept]


def now(account: Account) -> Account:
    """The account as it is stored."""
    return Account.objects.get(pk=account.pk)


def test_an_undo_gives_former_values_back_as_a_new_change_set(company: Company) -> None:
    account = company.account(city="Lyon", annual_revenue="10.5", phone="1")
    change_set = edited(company.alice, account, city="Nice", annual_revenue=None, phone="", name="N")
    undone = undo(company.alice, change_set)
    stored = now(account)
    assert (stored.name, stored.city, stored.city_key, stored.version) == ("Northwind", "Lyon", "lyon", 3)
    assert (str(stored.annual_revenue), stored.phone) == ("10.5000", "1")
    assert facets_of(undone) == (["address", "annual_revenue", "name", "phone"], [])
    assert ChangeSet.objects.get(undoes_id=change_set).pk == undone.change_set_id
    assert [item.undone for item in history_of(account.ref)] == [False, True, False]


def test_undoing_an_undo_is_redo_and_so_on(company: Company) -> None:
    account = company.account(city="Lyon")
    change_set = edited(company.alice, account, city="Nice")
    for expected in ("Lyon", "Nice", "Lyon"):
        undone = undo(company.alice, change_set)
        assert now(account).city == expected
        change_set = undone.change_set_id or 0


def test_a_change_set_is_undone_once(company: Company) -> None:
    account = company.account()
    change_set = edited(company.alice, account, city="Nice")
    undo(company.alice, change_set)
    with pytest.raises(Refused) as refusal:
        undo(company.alice, change_set)
    assert refusal.value.code == "already_undone"


def test_what_changed_since_is_kept_and_listed(company: Company) -> None:
    account = company.account(city="Lyon", phone="1")
    change_set = edited(company.alice, account, city="Nice", phone="2")
    edited(company.carol, account, phone="3")
    assert facets_of(undo(company.alice, change_set)) == (["address"], ["phone"])
    assert (now(account).city, now(account).phone) == ("Lyon", "3")


def test_an_address_is_kept_whole_if_another_part_of_it_changed_since(company: Company) -> None:
    account = company.account(street="1 rue Neuve", city="Lyon", phone="1")
    change_set = edited(company.alice, account, street="2 rue Neuve", phone="2")
    edited(company.carol, account, city="Nice")
    assert facets_of(undo(company.alice, change_set)) == (["phone"], ["address"])
    assert (now(account).street, now(account).city) == ("2 rue Neuve", "Nice")


def test_edits_are_undone_one_after_the_other(company: Company) -> None:
    account = company.account(street="1", city="Lyon")
    first = edited(company.alice, account, street="2")
    second = edited(company.alice, account, city="Nice")
    undo(company.alice, second)
    undo(company.alice, first)
    assert (now(account).street, now(account).city) == ("1", "Lyon")


def test_what_changed_and_changed_back_has_not_changed_since(company: Company) -> None:
    account = company.account(city="Lyon")
    change_set = edited(company.alice, account, city="Nice")
    edited(company.carol, account, city="Metz")
    edited(company.carol, account, city="Nice")
    undo(company.alice, change_set)
    assert now(account).city == "Lyon"


def test_nothing_is_written_when_nothing_can_be_undone(company: Company) -> None:
    account = company.account(city="Lyon")
    change_set = edited(company.alice, account, city="Nice")
    edited(company.carol, account, city="Metz")
    sets = ChangeSet.objects.count()
    with pytest.raises(Refused) as refusal:
        undo(company.alice, change_set)
    assert refusal.value.code == "nothing_to_undo"
    assert refusal.value.data["kept"] == [(str(account.ref), "address")]
    assert (now(account).city, ChangeSet.objects.count()) == ("Metz", sets)


def test_a_creation_is_undone_unless_changed_since(company: Company) -> None:
    with noting_change_sets() as noted:
        kept, gone = company.account("Kept"), company.account("Gone")
    edited(company.alice, kept, city="Nice")
    undo(company.alice, noted[1])
    with pytest.raises(Refused):
        undo(company.alice, noted[0])
    assert (now(gone).deleted_at is None, now(kept).deleted_at is None) == (False, True)


def test_a_creation_edited_and_edited_back_can_be_undone(company: Company) -> None:
    with noting_change_sets() as noted:
        account = company.account(city="Lyon")
    edited(company.alice, account, city="Nice")
    edited(company.alice, account, city="Lyon")
    undo(company.alice, noted[0])
    assert now(account).deleted_at is not None


@action("make_all")
def make_all(actor: Actor) -> Account:
    """An account, its contact and a deal with it, in one command."""
    account = create_account(actor, {"name": "Northwind"})
    create_contact(actor, {"last_name": "Durand", "account_id": account.pk})
    create_deal(actor, {"subject": "Pumps", "account_id": account.pk})
    return account


def test_what_was_made_together_goes_and_comes_back_together(company: Company) -> None:
    with noting_change_sets() as noted:
        make_all(company.alice)

    def live() -> tuple[int, int, int]:
        models = (Account, Contact, Opportunity)
        return tuple(model.objects.filter(deleted_at=None).count() for model in models)  # type: ignore[return-value]

    undone = undo(company.alice, noted[0])
    assert [facet for _, facet in undone.restored] == ["record"] * 3
    assert live() == (0, 0, 0)
    undo(company.alice, undone.change_set_id or 0)
    assert live() == (1, 1, 1)


def test_what_something_stands_on_is_kept_while_the_rest_goes(company: Company) -> None:
    with noting_change_sets() as noted:
        account = make_all(company.alice)
    company.contact("Martin", account_id=account.pk)
    undone = undo(company.alice, noted[0])
    assert undone.kept == [(account.ref, "record")]
    assert set(Contact.objects.live().values_list("last_name", flat=True)) == {"Martin"}


def test_a_binning_undone_after_the_record_came_back_is_kept(company: Company) -> None:
    with noting_change_sets() as noted:
        account = company.account()
    first = undo(company.alice, noted[0])
    edited_back = undo(company.alice, first.change_set_id or 0)
    with pytest.raises(Refused) as refusal:
        undo(company.alice, first.change_set_id or 0)
    assert refusal.value.code == "already_undone"
    undo(company.alice, edited_back.change_set_id or 0)
    assert now(account).deleted_at is not None


def test_rights_are_those_of_now(company: Company) -> None:
    account = company.account()
    change_set = edited(company.alice, account, city="Nice")
    with pytest.raises(NotPermitted):
        undo(company.bob, change_set)
    share(company.alice, account.ref, user_id=company.bob.id, may_write=True)
    undo(company.bob, change_set)
    assert now(account).city == ""


def test_who_gave_a_record_away_cannot_take_it_back_but_the_manager_can(company: Company) -> None:
    account = company.account()
    change_set = edited(company.alice, account, owner_id=company.bob.id)
    with pytest.raises(NotPermitted):
        undo(company.alice, change_set)
    undo(company.carol, change_set)
    assert now(account).owner_id == company.alice.id


def test_a_record_does_not_go_back_to_somebody_who_left(company: Company) -> None:
    account = company.account()
    change_set = edited(company.alice, account, owner_id=company.bob.id)
    set_active(company.ada, company.alice.id or 0, is_active=False)
    with pytest.raises(Refused, match="Alice") as refusal:
        undo(company.carol, change_set)
    assert (refusal.value.code, refusal.value.data["kind"]) == ("named_gone", "user")
    assert now(account).owner_id == company.bob.id
    set_active(company.ada, company.alice.id or 0, is_active=True)
    undo(company.carol, change_set)
    assert now(account).owner_id == company.alice.id


def test_what_a_stranger_cannot_see_does_not_exist(company: Company) -> None:
    account = company.account()
    change_set = edited(company.alice, account, city="Nice")
    for missing in (change_set, 999_999):
        with pytest.raises(NotFound):
            undo(again(company.dan), missing)


def test_what_no_handler_can_take_back_is_refused(company: Company) -> None:
    with noting_change_sets() as noted:
        create_team(company.ada, name="Others")
    with pytest.raises(NotFound):
        undo(company.ada, noted[0])


def test_an_undo_is_not_the_last_command_to_undo(company: Company) -> None:
    first = company.account("First")
    second = edited(company.alice, first, city="Nice")
    undo(company.alice, second)
    created = Change.objects.get(kind="account", record_id=first.pk, version=1)
    assert last_undoable(company.alice.id or 0) == created.change_set_id
