"""What somebody may do with a record, and why: one rule with `scope`."""

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from opportune.activities.actions import create_task
from opportune.activities.queries import tasks_seen_by
from opportune.customers.models import Account
from opportune.identity.access import Access, access, access_of_people
from opportune.identity.actions import create_unit, create_user, set_active, share
from opportune.identity.actor import Actor, actor_for
from opportune.identity.models import User
from opportune.identity.visibility import scope
from opportune.kernel.errors import Invalid, NotFound, NotPermitted
from opportune.kernel.records import RecordRef
from opportune.opportunities import actions
from opportune.opportunities.queries.totals import visible_deals
from tests.deals import SYSTEM, Trade, id_of
from tests.people import Company, again, by_token
from tests.properties.profiles import few, forgotten
from tests.visibility.test_random_rights import READERS, TEAMS, WARES, Reader, Ware, hired, made


def reasons(found: Access, verb: str = "read") -> tuple[bool, list[str]]:
    """Whether a verb may be used, and the codes of why."""
    [each] = [each for each in found.verbs if each.verb == verb]
    return each.may, [reason.code for reason in each.reasons]


def said(found: Access, verb: str = "read") -> str:
    return " ".join(
        str(reason.message) for each in found.verbs if each.verb == verb for reason in each.reasons
    )


@pytest.fixture
def ref(company: Company) -> RecordRef:
    return company.account().ref


@pytest.mark.parametrize(
    ("who", "verb", "may", "codes"),
    [
        ("alice", "read", True, ["owner"]),
        ("alice", "share", True, ["owner"]),
        ("bob", "read", True, ["team"]),
        ("bob", "write", False, ["out_of_reach"]),
        ("carol", "write", True, ["unit"]),
        ("rita", "read", True, ["unit"]),
        ("rita", "write", False, ["no_right"]),
        ("dan", "read", False, ["out_of_reach"]),
        ("dan", "write", False, ["out_of_reach"]),
        ("ada", "delete", True, ["organisation"]),
    ],
)
def test_everybody_has_their_reasons(
    company: Company, ref: RecordRef, who: str, verb: str, may: bool, codes: list[str]
) -> None:
    found = access(company.ada, ref, id_of(getattr(company, who)))
    assert reasons(found, verb) == (may, codes)


def test_the_reasons_are_sentences_with_names(company: Company, ref: RecordRef) -> None:
    bob, carol = (access(company.ada, ref, id_of(who)) for who in (company.bob, company.carol))
    assert said(bob) == "Alice is responsible, and in the team Hunters together with Bob; role: Salesperson."
    assert said(carol) == "Alice is responsible, in Sales, the unit of Carol; role: Sales manager."


def test_a_unit_above_is_told_from_ones_own(company: Company) -> None:
    below = create_unit(SYSTEM, name="North", parent_id=company.sales.pk)
    user = create_user(SYSTEM, email="e@example.com", name="Eva", roles=["salesperson"], unit_id=below.pk)
    ref = company.account("North", owner=actor_for(user, "web")).ref
    found = access(company.ada, ref, id_of(company.carol))
    assert reasons(found) == (True, ["unit_below"])
    assert "North" in said(found)


def test_a_share_says_who_gave_it_and_what_it_leaves_out(company: Company, ref: RecordRef) -> None:
    share(company.alice, ref, user_id=id_of(company.dan))
    found = access(company.alice, ref, id_of(company.dan))
    assert (reasons(found), said(found)) == ((True, ["shared"]), "Alice shared it with Dan.")
    assert reasons(found, "write") == (False, ["share_too_narrow"])


def test_a_share_to_a_team_and_a_place_on_the_sales_team_are_named(trade: Trade) -> None:
    deal, company = trade.deal(), trade.company
    actions.share_deal(trade.alice, deal.pk, team_id=company.farmers.pk)
    actions.add_member(trade.alice, deal.pk, user_id=id_of(company.dan), may_write=True)
    found = access(trade.alice, deal.ref, id_of(company.dan))
    assert reasons(found) == (True, ["shared_with_team", "sales_team"])
    assert reasons(found, "write") == (True, ["sales_team"])


def test_a_token_knows_what_its_scopes_leave_out(company: Company, ref: RecordRef) -> None:
    found = access(by_token(company.alice, "*:read"), ref)
    assert (reasons(found), reasons(found, "write")) == ((True, ["owner"]), (False, ["token"]))
    rita = access(by_token(company.rita, "*:read"), ref)
    assert reasons(rita, "write") == (False, ["no_right"])


def test_who_was_deactivated_sees_nothing_and_it_says_so(company: Company, ref: RecordRef) -> None:
    set_active(company.ada, id_of(company.bob), is_active=False)
    found = access(company.ada, ref, id_of(company.bob))
    assert (found.sees, reasons(found)) == (False, (False, ["deactivated"]))


def test_a_task_is_seen_by_who_has_it_and_who_sees_its_deal(trade: Trade) -> None:
    task = create_task(trade.alice, trade.deal().pk, subject="Call")
    owner, mate = (
        access(trade.company.ada, task.ref, id_of(who)) for who in (trade.alice, trade.company.bob)
    )
    assert (reasons(owner), reasons(mate)) == ((True, ["owner"]), (True, ["about"]))
    assert reasons(access(trade.company.ada, task.ref, id_of(trade.company.dan))) == (False, ["out_of_reach"])
    assert not tasks_seen_by(trade.company.dan).exists()


def test_nobody_asks_about_what_they_do_not_see(company: Company, ref: RecordRef) -> None:
    for asked in (None, id_of(company.dan), id_of(company.alice)):
        with pytest.raises(NotFound):
            access(company.dan, ref, asked)
    with pytest.raises(NotFound):
        access(company.ada, RecordRef("nothing", ref.id))


def test_about_others_only_who_may_share_it_asks_or_administers(company: Company, ref: RecordRef) -> None:
    assert access(company.bob, ref, id_of(company.bob)) == access(company.bob, ref)
    for who in (company.alice, company.carol, company.ada):
        assert access(who, ref, id_of(company.dan)).sees is False
    for who in (company.bob, company.rita):
        with pytest.raises(NotPermitted):
            access(who, ref, id_of(company.dan))
        with pytest.raises(NotPermitted):
            access_of_people(who, ref)


def test_a_person_must_be_named_and_exist(company: Company, ref: RecordRef) -> None:
    with pytest.raises(Invalid):
        access(SYSTEM, ref)
    with pytest.raises(Invalid):
        access(company.ada, ref, 10**9)


def test_everybody_is_listed_by_name_and_by_pages(company: Company, ref: RecordRef) -> None:
    first = access_of_people(company.alice, ref, limit=4)
    rest = access_of_people(company.alice, ref, after=first.next, limit=4)
    found = {each.name: each.sees for page in (first, rest) for each in page.rows}
    assert list(found) == ["Ada", "Alice", "Bob", "Carol", "Dan", "Rita"]
    assert [name for name, sees in found.items() if not sees] == ["Dan"]


@pytest.mark.django_db
@few(20)
@given(reader=READERS, wares=st.lists(WARES, min_size=1, max_size=4))
def test_access_agrees_with_scope_for_any_rights(trade: Trade, reader: Reader, wares: list[Ware]) -> None:
    """It says that somebody sees a record if and only if the record is among those visible to them."""
    with forgotten():
        company = trade.company
        actor = hired(company, reader)
        ids = []
        for number, ware in enumerate(wares):
            owner = actor if number in reader.owns else getattr(company, ware.owner)
            ids.append(made(trade, number, ware, id_of(owner)))
            for whom in sorted(ware.shared):
                if whom in TEAMS:
                    team = getattr(company, whom).pk
                    actions.share_deal(SYSTEM, ids[-1], team_id=team, may_write=whom == "farmers")
                else:
                    to = actor if whom == "reader" else company.bob
                    actions.share_deal(SYSTEM, ids[-1], user_id=id_of(to))
        everybody = [again(actor), *map(again, company.everybody)]
        for pk in ids:
            listed = {
                each.person_id: each for each in access_of_people(SYSTEM, RecordRef("opportunity", pk)).rows
            }
            for each in everybody:
                alone = access(SYSTEM, RecordRef("opportunity", pk), each.person_id)
                visible = visible_deals(each).filter(pk=pk)
                event(f"sees: {alone.sees}")
                assert alone.sees == listed[id_of(each)].sees == visible.exists()
                for verb in alone.verbs:
                    assert verb.may == visible.filter(scope(each, "opportunity", verb.verb)).exists()
                    assert verb.reasons


def test_a_token_and_a_person_of_the_same_rights_get_the_same_verdict(
    company: Company, ref: RecordRef
) -> None:
    whole: Actor = by_token(company.alice, "*:read", "*:write")
    mine = access(company.alice, ref)
    assert [(each.verb, each.may) for each in access(whole, ref).verbs] == [
        (e.verb, e.may) for e in mine.verbs
    ]
    assert Account.objects.filter(scope(whole, "account"), pk=ref.id).exists()
    assert User.objects.filter(pk=mine.person_id).exists()
