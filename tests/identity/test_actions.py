"""People, roles, passwords, tokens and the set-up link."""

from datetime import timedelta
from typing import Any

import pytest

from opportune.identity import actions, queries
from opportune.identity.actor import actor_for, system_actor
from opportune.identity.models import Grant, Membership, Role, Share, Team, Token, User
from opportune.identity.permissions import KINDS, READY_ROLES, RIGHTS, VERBS, Depth
from opportune.kernel import clock
from opportune.kernel.errors import Invalid, NotFound, NotPermitted, Refused
from opportune.kernel.records import RecordRef
from opportune.ledger.models import Change
from tests.deals import id_of
from tests.people import PASSWORD, Company, again, by_token

GOOD = "a long enough phrase"


def test_the_ready_roles_are_made_once(company: Company) -> None:
    grants = Grant.objects.count()
    actions.install_roles(system_actor("tests"))
    assert set(Role.objects.values_list("key", flat=True)) == {role.key for role in READY_ROLES}
    assert Grant.objects.count() == grants


def test_a_person_is_found_by_id_among_those_asked_only(company: Company) -> None:
    assert User.objects.get(pk=id_of(company.alice)).name == "Alice"
    assert company.sales.users.get(pk=id_of(company.alice)).name == "Alice"
    with pytest.raises(User.DoesNotExist):
        company.elsewhere.users.get(pk=id_of(company.alice))
    with pytest.raises(User.DoesNotExist):
        User.objects.get(pk=0)


def test_an_administrator_may_do_everything(company: Company) -> None:
    assert all(company.ada.depth(kind, verb) == Depth.ORGANISATION for kind in KINDS for verb in VERBS)
    assert company.ada.rights == set(RIGHTS)


def test_the_widest_of_several_roles_counts(company: Company) -> None:
    user = actions.create_user(
        company.ada,
        email="eva@example.com",
        name="Eva",
        roles=["salesperson", "read_only", "sales_team_member"],
    )
    eva = actor_for(user, "web")
    assert eva.depth("account", "read") == Depth.UNIT
    assert eva.depth("account", "write") == Depth.OWN
    assert eva.rights == {"add_close_reasons"}


def test_who_holds_no_role_may_do_nothing(company: Company) -> None:
    user = actions.create_user(company.ada, email="eva@example.com", name="Eva")
    eva = actor_for(user, "web")
    assert not any(eva.may(kind, verb) for kind in KINDS for verb in VERBS)
    with pytest.raises(NotPermitted):
        eva.demand("account", "read")
    with pytest.raises(NotPermitted):
        eva.demand_right("administer")


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"email": "no address"}, "email"),
        ({"email": "ALICE@example.com"}, "email"),
        ({"name": "  "}, "name"),
        ({"password": "short"}, "password"),
        ({"password": "0123456789"}, "password"),
        ({"roles": ["salesperson", "emperor"]}, "roles"),
    ],
)
def test_a_person_with_a_bad_value_is_refused_by_field(
    company: Company, changed: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        actions.create_user(company.ada, **{"email": "eva@example.com", "name": "Eva", **changed})
    assert set(refusal.value.fields) == {field}
    assert not User.objects.filter(name="Eva").exists()


def test_a_demo_password_may_be_weak_and_is_known_as_one(company: Company) -> None:
    assert not queries.demo_passwords_exist()
    user = actions.create_user(
        company.ada, email="eva@example.com", name="Eva", password="demo", demo_password=True
    )
    assert queries.demo_passwords_exist()
    actions.change_password(actor_for(user, "web"), user.pk, password=GOOD)
    assert not queries.demo_passwords_exist()


def test_a_person_without_a_password_cannot_sign_in_by_one(company: Company) -> None:
    user = actions.create_user(company.ada, email="eva@example.com", name="Eva")
    assert not user.has_usable_password()


@pytest.mark.parametrize(
    "command", ["create_user", "create_unit", "create_team", "set_active", "install_roles"]
)
def test_only_administrators_manage_people(company: Company, command: str) -> None:
    commands: dict[str, dict[str, Any]] = {
        "create_user": {"email": "eva@example.com", "name": "Eva"},
        "create_unit": {"name": "North"},
        "create_team": {"name": "Others"},
        "set_active": {"user_id": company.bob.id, "is_active": False},
        "install_roles": {},
    }
    arguments = commands[command]
    for actor in (company.carol, company.alice, by_token(company.ada, "*:write")):
        with pytest.raises(NotPermitted):
            getattr(actions, command)(actor, **arguments)
    getattr(actions, command)(by_token(company.ada, "right:administer"), **arguments)


def test_two_teams_do_not_share_a_name(company: Company) -> None:
    with pytest.raises(Invalid):
        actions.create_team(company.ada, name="Hunters")
    assert Team.objects.filter(name="Hunters").count() == 1


def test_joining_a_team_twice_is_joining_it(company: Company) -> None:
    for _ in range(2):
        actions.join_team(company.ada, user_id=company.dan.id or 0, team_id=company.hunters.pk)
    assert Membership.objects.filter(user_id=company.dan.id or 0, team=company.hunters).count() == 1


def test_someone_deactivated_is_no_actor_and_may_return(company: Company) -> None:
    actions.set_active(company.ada, company.dan.id or 0, is_active=False)
    with pytest.raises(NotPermitted):
        again(company.dan)
    with pytest.raises(NotPermitted):
        queries.person_by_email("dan@example.com", "cli")
    assert "Dan" not in {person.name for person in queries.people()}
    assert "Dan" in {person.name for person in queries.people(active_only=False)}
    actions.set_active(company.ada, company.dan.id or 0, is_active=True)
    assert again(company.dan).id == company.dan.id


def test_nobody_locks_themselves_out(company: Company) -> None:
    with pytest.raises(Refused):
        actions.set_active(company.ada, company.ada.id or 0, is_active=False)


def test_a_deactivated_person_cannot_sign_in(company: Company, client: Any) -> None:
    assert client.login(email="dan@example.com", password=PASSWORD)
    actions.set_active(company.ada, company.dan.id or 0, is_active=False)
    assert not client.login(email="dan@example.com", password=PASSWORD)


def test_one_changes_ones_own_password(company: Company) -> None:
    actions.change_password(company.alice, company.alice.id or 0, password=GOOD)
    assert User.objects.get(pk=company.alice.id or 0).check_password(GOOD)
    latest = Change.objects.filter(kind="user", record_id=company.alice.id or 0).latest("version")
    assert GOOD not in str([latest.before, latest.after, latest.detail])
    assert "argon2" not in str(list(Change.objects.filter(kind="user").values_list("after", flat=True)))


def test_a_weak_password_is_refused(company: Company) -> None:
    with pytest.raises(Invalid):
        actions.change_password(company.alice, company.alice.id or 0, password="short")
    assert User.objects.get(pk=company.alice.id or 0).check_password(PASSWORD)


def test_only_administrators_change_another_password(company: Company) -> None:
    with pytest.raises(NotPermitted):
        actions.change_password(company.carol, company.alice.id or 0, password=GOOD)
    actions.change_password(company.ada, company.alice.id or 0, password=GOOD)
    assert User.objects.get(pk=company.alice.id or 0).check_password(GOOD)


def test_a_token_does_not_change_its_persons_password(company: Company) -> None:
    with pytest.raises(NotPermitted):
        actions.change_password(by_token(company.alice, "*:write"), company.alice.id or 0, password=GOOD)


def test_preferences_are_ones_own(company: Company) -> None:
    actions.change_preferences(
        company.alice, language="fr", theme="dark", time_zone="Europe/Paris", name="Alice M"
    )
    alice = again(company.alice)
    assert (alice.language, alice.time_zone, alice.label) == ("fr", "Europe/Paris", "Alice M")
    with pytest.raises(NotPermitted):
        actions.change_preferences(by_token(company.alice, "*:write"), language="en")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("language", "tlh"),
        ("theme", "pink"),
        ("time_zone", "Mars/Base"),
        ("name", " "),
        ("is_active", ""),
        ("single_keys", "off"),
    ],
)
def test_a_bad_preference_is_refused(company: Company, name: str, value: str) -> None:
    with pytest.raises(Invalid) as refusal:
        actions.change_preferences(company.alice, **{name: value})
    assert set(refusal.value.fields) == {name}


def test_a_token_stands_for_its_person_within_its_scopes(company: Company) -> None:
    _, secret = actions.issue_token(company.alice, name="script", scopes=["account:read"])
    actor = queries.actor_of_token(secret)
    assert actor is not None
    assert (actor.kind, actor.person_id, actor.label) == ("token", company.alice.id, "Alice (script)")
    assert actor.may("account", "read")
    assert not actor.may("account", "write")
    assert actor.rights == frozenset()


def test_a_named_right_goes_with_a_token_only_if_its_scopes_say_so(company: Company) -> None:
    _, secret = actions.issue_token(company.ada, name="script", scopes=["*:write", "right:import"])
    actor = queries.actor_of_token(secret)
    assert actor is not None
    assert actor.rights == {"import"}


def test_a_secret_is_kept_nowhere(company: Company) -> None:
    token, secret = actions.issue_token(company.alice, name="script", scopes=["*:read"])
    stored = Token.objects.filter(pk=token.pk).values().get()
    written = Change.objects.filter(kind="token", record_id=token.pk).values_list("after", flat=True)
    assert secret not in str(stored) + str(list(written))
    assert stored["digest"] not in str(list(written))


def test_a_token_dies_by_revocation_expiry_and_departure(company: Company) -> None:
    revoked, one = actions.issue_token(company.alice, name="one", scopes=["*:read"])
    _, two = actions.issue_token(
        company.alice, name="two", scopes=["*:read"], expires_at=clock.now() + timedelta(days=1)
    )
    _, three = actions.issue_token(company.dan, name="three", scopes=["*:read"])
    actions.revoke_token(company.alice, revoked.pk)
    assert queries.actor_of_token(one) is None
    assert queries.actor_of_token(two) is not None
    with clock.stopped_at(clock.now() + timedelta(days=1, seconds=1)):
        assert queries.actor_of_token(two) is None
    actions.set_active(company.ada, company.dan.id or 0, is_active=False)
    assert queries.actor_of_token(three) is None
    assert queries.actor_of_token("opp_nonsense") is None


def test_tokens_are_issued_to_oneself_or_by_an_administrator(company: Company) -> None:
    with pytest.raises(NotPermitted):
        actions.issue_token(company.carol, name="x", scopes=[], user_id=company.alice.id)
    with pytest.raises(NotPermitted):
        actions.issue_token(by_token(company.alice, "*:write"), name="x", scopes=["*:write"])
    token, _ = actions.issue_token(company.ada, name="x", scopes=[], user_id=company.alice.id)
    assert token.user_id == company.alice.id


def test_a_token_is_revoked_by_its_person_or_an_administrator(company: Company) -> None:
    token, secret = actions.issue_token(company.alice, name="x", scopes=["*:read"])
    with pytest.raises(NotFound):
        actions.revoke_token(company.carol, token.pk)
    assert queries.actor_of_token(secret) is not None
    actions.revoke_token(company.ada, token.pk)
    assert queries.actor_of_token(secret) is None


def test_sharing_twice_is_one_share(company: Company) -> None:
    ref = RecordRef("account", 1)
    actions.share(company.alice, ref, user_id=company.dan.id)
    actions.share(company.alice, ref, user_id=company.dan.id, may_write=True)
    [granted] = Share.objects.all()
    assert granted.may_write


def test_sharing_needs_one_person_or_one_team(company: Company) -> None:
    ref = RecordRef("account", 1)
    with pytest.raises(Invalid):
        actions.share(company.alice, ref)
    with pytest.raises(Invalid):
        actions.share(company.alice, ref, user_id=company.dan.id, team_id=company.hunters.pk)
    assert not Share.objects.exists()


@pytest.fixture
def empty(db: None) -> str:
    """An installation without people: the secret of its set-up link."""
    actions.install_roles(system_actor("tests"))
    return actions.make_setup_link(system_actor("tests"))


def test_the_set_up_link_makes_the_first_administrator_once(empty: str) -> None:
    assert actions.setup_link_is_usable(empty)
    user = actions.set_up(empty, email="Ada@Example.com", name="Ada", password=GOOD, language="fr")
    assert "administer" in actor_for(user, "web").rights
    assert (user.email, user.language, user.check_password(GOOD)) == ("ada@example.com", "fr", True)
    assert not actions.setup_link_is_usable(empty)
    with pytest.raises(NotFound):
        actions.set_up(empty, email="eve@example.com", name="Eve", password=GOOD)


def test_an_unknown_set_up_link_is_worth_nothing(empty: str) -> None:
    assert not actions.setup_link_is_usable(empty + "x")
    with pytest.raises(NotFound):
        actions.set_up(empty + "x", email="eve@example.com", name="Eve", password=GOOD)
    assert not queries.anybody_exists()


def test_a_set_up_that_fails_leaves_the_link_usable(empty: str) -> None:
    with pytest.raises(Invalid):
        actions.set_up(empty, email="ada@example.com", name="Ada", password="short")
    assert actions.setup_link_is_usable(empty)


def test_a_new_set_up_link_replaces_the_one_before(empty: str) -> None:
    fresh = actions.make_setup_link(system_actor("tests"))
    assert (actions.setup_link_is_usable(empty), actions.setup_link_is_usable(fresh)) == (False, True)


def test_there_is_no_set_up_link_once_somebody_exists(company: Company) -> None:
    with pytest.raises(Refused):
        actions.make_setup_link(system_actor("tests"))


def test_people_are_shown_by_name_with_their_teams(company: Company) -> None:
    shown = [(person.name, person.teams) for person in queries.people()]
    assert shown[:2] == [("Ada", ()), ("Alice", ("Hunters",))]
    assert queries.names({company.bob.id or 0, 999_999}) == {company.bob.id: "Bob"}
    assert queries.known_people({company.bob.id or 0, 999_999}) == {company.bob.id}
    assert queries.teams() == [(company.farmers.pk, "Farmers"), (company.hunters.pk, "Hunters")]


def test_nobody_is_found_by_an_unknown_address_or_id(company: Company) -> None:
    assert queries.person_by_email("ALICE@example.com", "cli").id == company.alice.id
    with pytest.raises(NotFound):
        queries.person_by_email("nobody@example.com", "cli")
    with pytest.raises(NotFound):
        queries.person_actor(999_999, "cli")


def test_a_team_is_found_taken_without_its_blanks(company: Company) -> None:
    with pytest.raises(Invalid):
        actions.create_team(company.ada, name=" Hunters ")


@pytest.mark.parametrize("name", ["", "  ", "\0", "x" * 101])
def test_a_name_is_there_and_fits(company: Company, name: str) -> None:
    with pytest.raises(Invalid):
        actions.create_unit(company.ada, name=name)
    with pytest.raises(Invalid):
        actions.change_preferences(company.alice, name=name)
    assert actions.create_unit(company.ada, name="x" * 100).name == "x" * 100


@pytest.mark.parametrize(
    "wrong", [{"unit_id": 10**6}, {"team_ids": [10**6]}, {"language": "de"}, {"time_zone": "Mars"}]
)
def test_a_person_sits_where_there_is_something(company: Company, wrong: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        actions.create_user(company.ada, email="eva@example.com", name="Eva", **wrong)


def test_an_address_fits_its_column(company: Company) -> None:
    address = f"{'x' * 60}@{'y' * 60}.{'y' * 60}.{'y' * 60}.{'y' * 60}.example"
    with pytest.raises(Invalid):
        actions.create_user(company.ada, email=address, name="Eva")


def test_nobody_joins_a_team_that_is_not_there(company: Company) -> None:
    with pytest.raises(Invalid):
        actions.join_team(company.ada, user_id=company.alice.person_id or 0, team_id=10**6)
    with pytest.raises(NotFound):
        actions.join_team(company.ada, user_id=10**6, team_id=company.hunters.pk)
