"""The people of a file."""

from dataclasses import replace
from pathlib import Path

import pytest

from opportune.identity.actions import create_user
from opportune.identity.actor import Actor, system_actor
from opportune.identity.models import Holder, Membership, Team, User
from opportune.identity.queries import Person
from opportune.importing.actions import import_opportunities, undo_import
from opportune.importing.maps import parse_map
from opportune.importing.people import Staff
from opportune.importing.runs import ImportReport
from opportune.kernel.errors import Invalid
from opportune.opportunities.models import Opportunity
from tests.importing.files import MAP, OPEN, WON, write
from tests.people import Company

PEOPLE = (
    "create_people = true\n"
    + MAP
    + """
[people]
file = "people.csv"
[people.fields]
name = "seller"
email = "address"
manager = "boss"
team = "boss"
unit = "office"
"""
)
HEADER = "seller,address,boss,office"


def take_in(actor: Actor, directory: Path, people: list[str], *rows: str) -> ImportReport:
    write(directory, *people, name="people.csv", header=HEADER)
    return import_opportunities(actor, write(directory, *rows), parse_map(PEOPLE))


def test_people_are_found_by_address_or_by_name() -> None:
    staff = Staff.of(
        [Person(1, "Zoé Niño", "zoe@example.com", True), Person(2, "Max", "max@example.com", False)]
    )
    assert [staff.id_of(written) for written in ("ZOE@example.com", "zoe nino", "Max")] == [1, 1, 2]
    assert staff.knows("max")
    assert not staff.knows("Moritz")


@pytest.mark.parametrize(("written", "words"), [("Moritz", "Nobody is called"), ("Max", "Several people")])
def test_one_person_has_to_be_meant(written: str, words: str) -> None:
    staff = Staff.of([Person(1, "Max", "a@example.com", True), Person(2, "Max", "b@example.com", True)])
    with pytest.raises(Invalid, match=words):
        staff.id_of(written)


def test_sellers_and_managers_are_made_in_their_teams(company: Company, tmp_path: Path) -> None:
    system = system_actor("command line")
    report = take_in(
        system,
        tmp_path,
        ["Ann Lee,,Mo Berg,East", "Éric Roy,eric@example.org,Mo Berg,East"],
        WON.replace("Alice", "Ann Lee"),
        OPEN.replace("Alice", "Éric Roy"),
    )
    assert (report.imported, report.refused) == (2, 0)
    ann, mo, eric = (User.objects.get(name=name) for name in ("Ann Lee", "Mo Berg", "Éric Roy"))
    assert [person.email for person in (ann, mo, eric)] == [
        "ann.lee@import.invalid",
        "mo.berg@import.invalid",
        "eric@example.org",
    ]
    team = Team.objects.get(name="Mo Berg")
    assert team.unit is not None
    assert team.unit.name == "East"
    for person in (ann, mo, eric):
        assert not person.is_active
        assert not person.has_usable_password()
        assert person.unit_id == team.unit_id
        assert Membership.objects.filter(user=person, team=team).exists()
    held = Holder.objects.filter(user__in=[ann, mo]).order_by("user__name", "role__key")
    assert list(held.values_list("user__name", "role__key")) == [
        ("Ann Lee", "salesperson"),
        ("Mo Berg", "sales_manager"),
        ("Mo Berg", "salesperson"),
    ]
    assert Opportunity.objects.get(external_id="A1").owner_id == ann.pk


def test_whoever_is_there_already_stays_as_they_are(company: Company, tmp_path: Path) -> None:
    take_in(system_actor("command line"), tmp_path, ["alice,,Mo Berg,East"], WON)
    assert User.objects.filter(name__iexact="alice").count() == 1
    assert User.objects.get(name="Alice").unit_id == company.sales.pk
    assert Opportunity.objects.get().owner_id == company.alice.person_id


def test_owners_the_file_of_people_lacks_are_made_without_a_team(company: Company, tmp_path: Path) -> None:
    take_in(replace(company.ada, door="cli"), tmp_path, [], WON.replace("Alice", "Zed"))
    zed = User.objects.get(name="Zed")
    assert (zed.is_active, zed.unit_id, Membership.objects.filter(user=zed).count()) == (False, None, 0)


def test_an_owner_given_by_an_unknown_address_is_refused(company: Company, tmp_path: Path) -> None:
    report = take_in(replace(company.ada, door="cli"), tmp_path, [], WON.replace("Alice", "zed@example.com"))
    assert (report.imported, report.refused) == (0, 1)
    assert not User.objects.filter(email="zed@example.com").exists()


def test_invented_addresses_differ(company: Company, tmp_path: Path) -> None:
    create_user(system_actor("tests"), email="ann.lee@import.invalid", name="Somebody else")
    take_in(replace(company.ada, door="cli"), tmp_path, ["Ann Lee,,,", "Ann-Lee,,,", "李雷,,,"], WON)
    made = User.objects.filter(email__endswith="@import.invalid").exclude(name="Somebody else")
    assert dict(made.values_list("name", "email")) == {
        "Ann Lee": "ann.lee.2@import.invalid",
        "Ann-Lee": "ann.lee.3@import.invalid",
        "李雷": "person@import.invalid",
    }


def test_a_file_of_people_that_is_not_there_is_refused(company: Company, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"people\.csv cannot be read"):
        import_opportunities(replace(company.ada, door="cli"), write(tmp_path, WON), parse_map(PEOPLE))


def test_people_stay_when_an_import_is_taken_back(company: Company, tmp_path: Path) -> None:
    ada = replace(company.ada, door="cli")
    report = take_in(ada, tmp_path, ["Ann Lee,,Mo Berg,East"], WON.replace("Alice", "Ann Lee"))
    undone = undo_import(ada, report.job_id)
    assert {"user", "team", "unit"} <= {ref.kind for ref, _ in undone.kept}
    assert User.objects.filter(name="Ann Lee").exists()
