"""How far rights reach: by depth, by the owner's present teams and unit, by shares, narrowed by tokens."""

from dataclasses import replace
from itertools import product
from types import MappingProxyType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opportune.customers.models import Account
from opportune.identity.actions import create_unit, create_user, join_team, share
from opportune.identity.actor import Actor, actor_for, system_actor, units_below
from opportune.identity.models import Membership, User
from opportune.identity.permissions import VERBS, Depth
from opportune.identity.visibility import obtain, scope
from opportune.kernel.errors import NotFound, NotPermitted
from tests.people import Company, again, by_token


def reaching(actor: Actor, depth: Depth, *verbs: str) -> Actor:
    """The actor with one depth for some verbs on accounts (all verbs unless said) and no other right."""
    return replace(actor, depths=MappingProxyType({("account", verb): depth for verb in verbs or VERBS}))


def reached(actor: Actor, verb: str = "read") -> set[str]:
    """The names of the accounts a verb reaches."""
    return set(Account.objects.filter(scope(actor, "account", verb)).values_list("name", flat=True))


@pytest.fixture
def accounts(company: Company) -> dict[str, Account]:
    """An account of each person who sells, by the owner's name."""
    owners = {"alice": company.alice, "bob": company.bob, "carol": company.carol, "dan": company.dan}
    return {name: company.account(name, owner=owner) for name, owner in owners.items()}


@pytest.mark.usefixtures("accounts")
@pytest.mark.parametrize(
    ("depth", "names"),
    [
        (Depth.NONE, set()),
        (Depth.OWN, {"alice"}),
        (Depth.TEAM, {"alice", "bob"}),
        (Depth.UNIT, {"alice", "bob", "carol"}),
        (Depth.ORGANISATION, {"alice", "bob", "carol", "dan"}),
    ],
)
def test_each_depth_reaches_further(company: Company, depth: Depth, names: set[str]) -> None:
    assert reached(reaching(company.alice, depth)) == names


@pytest.mark.usefixtures("accounts")
def test_a_right_on_one_verb_or_kind_is_none_on_another(company: Company) -> None:
    reader = reaching(company.alice, Depth.ORGANISATION, "read")
    assert reached(reader, "write") == set()
    assert not Account.objects.filter(scope(reader, "contact")).exists()


@pytest.mark.usefixtures("accounts")
def test_a_unit_includes_the_units_below_it(company: Company) -> None:
    system = system_actor("tests")
    below = create_unit(system, name="North", parent_id=company.sales.pk)
    deep = create_unit(system, name="Far north", parent_id=below.pk)
    user = create_user(system, email="eva@example.com", name="Eva", roles=["salesperson"], unit_id=deep.pk)
    company.account("eva", owner=actor_for(user, "web"))
    assert "eva" in reached(again(company.carol))
    assert "eva" not in reached(again(company.alice))
    found = units_below([company.sales.pk])[company.sales.pk]
    assert (found[0], set(found)) == (company.sales.pk, {company.sales.pk, below.pk, deep.pk})
    assert units_below([]) == {}


@pytest.mark.usefixtures("accounts")
def test_teams_and_units_are_those_the_owner_has_now(company: Company) -> None:
    dan = User.objects.get(pk=company.dan.id or 0)
    join_team(company.ada, user_id=dan.pk, team_id=company.hunters.pk)
    assert reached(company.alice) == {"alice", "bob", "dan"}
    Membership.objects.filter(user=dan, team=company.hunters).delete()
    assert reached(company.alice) == {"alice", "bob"}
    User.objects.filter(pk=dan.pk).update(unit=company.sales)
    assert "dan" in reached(company.carol)


@pytest.mark.usefixtures("accounts")
def test_without_a_team_or_a_unit_one_reaches_ones_own(company: Company) -> None:
    for depth in (Depth.OWN, Depth.TEAM, Depth.UNIT):
        alone = replace(reaching(company.alice, depth), team_ids=(), unit_ids=())
        assert reached(alone) == {"alice"}


def test_a_share_with_a_person_grants_that_record_alone(
    company: Company, accounts: dict[str, Account]
) -> None:
    share(company.alice, accounts["alice"].ref, user_id=company.dan.id)
    assert reached(company.dan) == {"alice", "dan"}
    assert reached(company.dan, "append") >= {"alice"}
    assert reached(company.dan, "write") == {"dan"}


def test_a_share_to_write_gives_neither_deletion_nor_ownership(
    company: Company, accounts: dict[str, Account]
) -> None:
    share(company.alice, accounts["alice"].ref, user_id=company.dan.id, may_write=True)
    assert reached(company.dan, "write") == {"alice", "dan"}
    for verb in ("delete", "assign", "share"):
        assert reached(company.dan, verb) == {"dan"}


def test_a_share_with_a_team_counts_for_its_members(company: Company, accounts: dict[str, Account]) -> None:
    share(company.dan, accounts["dan"].ref, team_id=company.hunters.pk)
    assert "dan" in reached(company.alice)
    assert "dan" in reached(company.bob)
    assert "dan" not in reached(company.carol)


def test_a_share_of_another_kind_with_the_same_id_grants_nothing(
    company: Company, accounts: dict[str, Account]
) -> None:
    contact = company.contact(owner=company.alice)
    share(company.alice, replace(contact.ref, id=accounts["alice"].pk), user_id=company.dan.id)
    assert reached(company.dan) == {"dan"}


def test_a_share_gives_no_verb_the_person_lacks_altogether(
    company: Company, accounts: dict[str, Account]
) -> None:
    share(company.alice, accounts["alice"].ref, user_id=company.rita.id, may_write=True)
    assert reached(company.rita, "write") == set()


def test_nobody_in_particular_reaches_nothing_by_shares(
    company: Company, accounts: dict[str, Account]
) -> None:
    share(company.alice, accounts["alice"].ref, team_id=company.hunters.pk)
    link = Actor(kind="link", id=1, label="link", door="web")
    for depth in (Depth.NONE, Depth.OWN, Depth.TEAM, Depth.UNIT):
        assert reached(reaching(link, depth)) == set()


@pytest.mark.usefixtures("accounts")
def test_a_token_is_narrowed_to_its_scopes(company: Company) -> None:
    assert reached(by_token(company.alice, "account:read")) == {"alice", "bob"}
    assert reached(by_token(company.alice, "account:read"), "write") == set()
    assert reached(by_token(company.alice, "account:write"), "write") == {"alice"}
    assert reached(by_token(company.alice, "account:write")) == {"alice", "bob"}
    assert reached(by_token(company.alice, "*:read")) == {"alice", "bob"}
    assert reached(by_token(company.alice, "contact:write")) == set()
    assert reached(by_token(company.alice)) == set()


def test_what_cannot_be_seen_is_not_found_and_what_can_only_be_seen_is_not_permitted(
    company: Company, accounts: dict[str, Account]
) -> None:
    of_bob = accounts["bob"].pk
    assert obtain(Account, company.alice, of_bob).name == "bob"
    with pytest.raises(NotPermitted):
        obtain(Account, company.alice, of_bob, "write")
    with pytest.raises(NotFound):
        obtain(Account, company.dan, of_bob, "write")
    with pytest.raises(NotFound):
        obtain(Account, company.ada, 999_999)


def test_list_and_check_agree_for_everybody_and_every_verb(
    company: Company, accounts: dict[str, Account]
) -> None:
    share(company.alice, accounts["alice"].ref, user_id=company.dan.id, may_write=True)
    share(company.dan, accounts["dan"].ref, team_id=company.hunters.pk)
    actors = [*company.everybody, by_token(company.alice, "account:read"), by_token(company.carol, "*:write")]
    for actor, verb, account in product(actors, VERBS, accounts.values()):
        listed = {account.name} <= reached(actor, verb) & reached(actor, "read")
        assert listed == _obtains(actor, account, verb)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    depth=st.sampled_from(Depth),
    teams=st.sets(st.sampled_from(["hunters", "farmers"])),
    unit=st.sampled_from(["sales", "elsewhere", None]),
    shared=st.sets(st.sampled_from(["alice", "bob", "carol", "dan"])),
)
def test_scope_is_what_the_contract_says(
    company: Company, depth: Depth, teams: set[str], unit: str | None, shared: set[str]
) -> None:
    Account.objects.all().delete()
    owners = {"alice": company.alice, "bob": company.bob, "carol": company.carol, "dan": company.dan}
    accounts = {name: company.account(name, owner=owner) for name, owner in owners.items()}
    reader = create_user(
        system_actor("tests"),
        email=f"reader{User.objects.count()}@example.com",
        name="Reader",
        unit_id=getattr(company, unit).pk if unit else None,
        team_ids=[getattr(company, team).pk for team in sorted(teams)],
    )
    for name in shared:
        share(company.ada, accounts[name].ref, user_id=reader.pk)
    expected: set[str] = set()
    if depth > Depth.NONE:
        expected |= shared
    if depth >= Depth.TEAM:
        expected |= {"alice", "bob"} if "hunters" in teams else set()
        expected |= {"dan"} if "farmers" in teams else set()
    if depth >= Depth.UNIT and unit:
        expected |= {"alice", "bob", "carol"} if unit == "sales" else {"dan"}
    if depth == Depth.ORGANISATION:
        expected = set(owners)
    assert reached(reaching(actor_for(reader, "web"), depth)) == expected


def _obtains(actor: Actor, account: Account, verb: str) -> bool:
    try:
        obtain(Account, actor, account.pk, verb)
    except (NotFound, NotPermitted):
        return False
    return True
