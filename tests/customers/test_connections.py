"""Connections of any two records: who may make, see, change and take them away, and how that is undone."""

from datetime import date

import pytest

from opportune.customers import actions, queries
from opportune.customers.models import Connection
from opportune.kernel.errors import Conflict, Invalid, NotFound, NotPermitted, Refused
from opportune.kernel.records import RecordRef
from opportune.ledger.models import LIVE
from opportune.ledger.undo import undo
from opportune.opportunities import actions as deals
from opportune.reference.actions import remove_choice
from tests.deals import Trade, last_change_set
from tests.people import Company, by_token

PARTNER = {"role": "business:partner"}


def roles_seen(trade: Trade, ref: RecordRef) -> list[tuple[str, str, str]]:
    """Each connection of a record as Alice sees it: the other's name, its role, the record's own."""
    found = queries.connections_of(trade.alice, ref)
    return [(row.other_name, str(row.role), str(row.own_role)) for row in found]


def test_a_connection_is_seen_from_both_sides(trade: Trade) -> None:
    contact = trade.company.contact("Durand")
    fields = {"role": "business:employee", "own_role": "business:employer", "description": "Since forever"}
    actions.connect(trade.alice, trade.account.ref, contact.ref, fields)
    assert roles_seen(trade, trade.account.ref) == [("Durand", "business:employee", "business:employer")]
    assert roles_seen(trade, contact.ref) == [("Northwind", "business:employer", "business:employee")]


def test_who_is_connected_to_a_deal_becomes_a_stakeholder_from_either_side(trade: Trade) -> None:
    deal, one, other = trade.deal(), trade.company.contact("One"), trade.company.contact("Other")
    actions.connect(trade.alice, deal.ref, one.ref, {})
    actions.connect(trade.alice, other.ref, deal.ref, {})
    found = queries.connections_of(trade.alice, deal.ref, category="stakeholder")
    assert [(row.other_name, row.is_stakeholder) for row in found] == [("One", True), ("Other", True)]


def test_without_a_role_only_a_deal_is_connected(trade: Trade) -> None:
    with pytest.raises(Invalid) as refusal:
        actions.connect(trade.alice, trade.account.ref, trade.company.contact().ref, {})
    assert set(refusal.value.fields) == {"role"}


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"role": "business:emperor"}, "role"),
        ({"role": "partner"}, "role"),
        ({"role": "sales_team:sponsor"}, "role"),
        ({**PARTNER, "own_role": "x:y"}, "own_role"),
        ({**PARTNER, "started_on": "soon"}, "started_on"),
        ({**PARTNER, "started_on": "2026-02-01", "ended_on": "2026-01-31"}, "ended_on"),
        ({**PARTNER, "weight": 3}, "weight"),
    ],
)
def test_what_does_not_fit_is_refused_by_its_field(
    trade: Trade, fields: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        actions.connect(trade.alice, trade.account.ref, trade.company.contact().ref, fields)
    assert set(refusal.value.fields) == {field}
    assert not Connection.objects.exists()


def test_two_records_are_connected_once_in_a_role_whichever_comes_first(trade: Trade) -> None:
    contact = trade.company.contact()
    actions.connect(trade.alice, trade.account.ref, contact.ref, PARTNER)
    for first, second, given in (
        (trade.account.ref, contact.ref, PARTNER),
        (contact.ref, trade.account.ref, {"own_role": "business:partner"}),
    ):
        with pytest.raises(Refused) as refusal:
            actions.connect(trade.alice, first, second, given)
        assert refusal.value.code == "connected"
    actions.connect(trade.alice, trade.account.ref, contact.ref, {"role": "business:supplier"})
    assert Connection.objects.count() == 2


def test_no_record_is_connected_to_itself_or_to_what_is_invisible(trade: Trade) -> None:
    hidden = trade.company.account("Hidden", owner=trade.company.dan)
    for to in (trade.account.ref, hidden.ref, RecordRef("account", 10**9), RecordRef("user", 1)):
        with pytest.raises(Invalid) as refusal:
            actions.connect(trade.alice, trade.account.ref, to, PARTNER)
        assert set(refusal.value.fields) == {"to"}


def test_who_may_not_write_the_first_record_does_not_connect_it(trade: Trade) -> None:
    contact = trade.company.contact()
    for actor, error in (
        (trade.company.bob, NotPermitted),
        (trade.company.dan, NotFound),
        (by_token(trade.alice, "*:read"), NotPermitted),
    ):
        with pytest.raises(error):
            actions.connect(actor, trade.account.ref, contact.ref, PARTNER)
    actions.connect(trade.company.carol, trade.account.ref, contact.ref, PARTNER)


def test_a_connection_to_what_one_cannot_see_does_not_exist(company: Company, trade: Trade) -> None:
    hidden = company.account("Hidden", owner=company.dan)
    made = actions.connect(company.ada, trade.account.ref, hidden.ref, PARTNER)
    assert roles_seen(trade, trade.account.ref) == []
    assert len(queries.connections_of(company.ada, trade.account.ref)) == 1
    with pytest.raises(NotFound):
        actions.disconnect(trade.alice, trade.account.ref, made.pk)


def test_changing_needs_the_right_on_the_first_record(trade: Trade) -> None:
    contact = trade.company.contact(owner=trade.company.bob)
    made = actions.connect(trade.alice, trade.account.ref, contact.ref, PARTNER)
    with pytest.raises(NotPermitted):
        actions.change_connection(trade.company.bob, contact.ref, made.pk, {"description": "x"})
    actions.change_connection(trade.alice, contact.ref, made.pk, {"own_role": "business:supplier"})
    assert roles_seen(trade, trade.account.ref) == [("Durand", "business:supplier", "")]


def test_a_stale_change_of_the_same_role_is_a_conflict(trade: Trade) -> None:
    contact = trade.company.contact()
    made = actions.connect(trade.alice, trade.account.ref, contact.ref, PARTNER)
    change = {"role": "business:supplier"}
    actions.change_connection(trade.alice, trade.account.ref, made.pk, change, version=1)
    actions.change_connection(
        trade.alice, trade.account.ref, made.pk, {"started_on": date(2026, 1, 1)}, version=1
    )
    with pytest.raises(Conflict):
        actions.change_connection(
            trade.alice, trade.account.ref, made.pk, {"role": "business:customer"}, version=1
        )


def test_a_change_cannot_make_two_alike_or_take_every_role(trade: Trade) -> None:
    contact = trade.company.contact()
    actions.connect(trade.alice, trade.account.ref, contact.ref, PARTNER)
    other = actions.connect(trade.alice, trade.account.ref, contact.ref, {"role": "business:supplier"})
    with pytest.raises(Refused):
        actions.change_connection(trade.alice, trade.account.ref, other.pk, PARTNER)
    with pytest.raises(Invalid):
        actions.change_connection(trade.alice, trade.account.ref, other.pk, {"role": ""})


def test_each_verb_is_undone_and_done_again(trade: Trade) -> None:
    contact = trade.company.contact()
    ref, alice = trade.account.ref, trade.alice
    connected = last_change_set(actions.connect, alice, ref, contact.ref, PARTNER)
    made = Connection.objects.get()
    changed = last_change_set(
        actions.change_connection, alice, ref, made.pk, {"role": "business:supplier", "description": "x"}
    )
    undo(alice, changed)
    assert roles_seen(trade, ref) == [("Durand", "business:partner", "")]
    gone = last_change_set(actions.disconnect, alice, ref, made.pk)
    assert roles_seen(trade, ref) == []
    undo(alice, gone)
    assert roles_seen(trade, ref) == [("Durand", "business:partner", "")]
    undone = undo(alice, connected)
    assert roles_seen(trade, ref) == []
    undo(alice, undone.change_set_id or 0)
    assert roles_seen(trade, ref) == [("Durand", "business:partner", "")]


def test_an_undo_does_not_connect_twice_and_needs_the_right(trade: Trade) -> None:
    contact = trade.company.contact()
    made = actions.connect(trade.alice, trade.account.ref, contact.ref, PARTNER)
    gone = last_change_set(actions.disconnect, trade.alice, trade.account.ref, made.pk)
    with pytest.raises(NotPermitted):
        undo(trade.company.bob, gone)
    actions.connect(trade.alice, trade.account.ref, contact.ref, PARTNER)
    with pytest.raises(Refused) as refusal:
        undo(trade.alice, gone)
    assert refusal.value.code == "connected"


def test_a_closed_deals_stakeholders_are_read_only(trade: Trade) -> None:
    deal, contact = trade.deal(), trade.company.contact()
    made = actions.connect(trade.alice, deal.ref, contact.ref, {})
    trade.won(deal)
    for command in (
        lambda: actions.connect(trade.alice, deal.ref, trade.account.ref, {}),
        lambda: actions.connect(trade.alice, trade.account.ref, deal.ref, {}),
        lambda: actions.change_connection(trade.alice, deal.ref, made.pk, {"description": "x"}),
        lambda: actions.disconnect(trade.alice, contact.ref, made.pk),
    ):
        with pytest.raises(Conflict) as conflict:
            command()
        assert conflict.value.code == "closed"
    assert len(queries.connections_of(trade.alice, deal.ref)) == 1


def test_many_deals_name_their_contacts_in_few_queries(
    trade: Trade, django_assert_max_num_queries: object
) -> None:
    contact = trade.company.contact()
    drafts = [
        deals.Draft(
            {"subject": f"Deal {n}", "account_id": trade.account.pk, "primary_contact_id": contact.pk}
        )
        for n in range(60)
    ]
    with django_assert_max_num_queries(60):  # type: ignore[operator]  # a fixture without a type
        deals.create_many(trade.alice, drafts)
    assert Connection.objects.filter(second_id=contact.pk).count() == 60


def test_undoing_a_creation_takes_its_stakeholder_along_and_redoing_brings_both(trade: Trade) -> None:
    contact = trade.company.contact()
    created = last_change_set(trade.deal, primary_contact_id=contact.pk)
    undone = undo(trade.alice, created)
    assert not Connection.objects.filter(LIVE).exists()
    undo(trade.alice, undone.change_set_id or 0)
    assert Connection.objects.filter(LIVE).count() == 1


def test_a_removed_role_is_replaced_and_never_doubled(trade: Trade) -> None:
    one, other = trade.company.contact("One"), trade.company.contact("Other")
    for contact, role in ((one, "partner"), (one, "supplier"), (other, "partner")):
        actions.connect(trade.alice, trade.account.ref, contact.ref, {"role": f"business:{role}"})
    removed = last_change_set(
        remove_choice, trade.company.ada, "role_business", "partner", replacement="supplier"
    )
    both = [("One", "business:supplier", ""), ("Other", "business:supplier", "")]
    assert roles_seen(trade, trade.account.ref) == both
    undo(trade.company.ada, removed)
    assert len(roles_seen(trade, trade.account.ref)) == 3
