"""The accounts of a file."""

from decimal import Decimal
from pathlib import Path

from opportune.customers.models import Account
from opportune.identity.actor import Actor, system_actor
from opportune.importing.actions import import_opportunities
from opportune.importing.maps import parse_map
from opportune.importing.runs import ImportReport
from opportune.opportunities.models import Opportunity
from tests.importing.files import MAP, OPEN, WON, write
from tests.people import Company

ACCOUNTS = (
    MAP
    + """
[accounts]
file = "accounts.csv"
[accounts.fields]
name = "name"
parent = "above"
industry = "sector"
annual_revenue = "millions"
employees = "staff"
owner = "owner"
description = "Founded in {year}."
[accounts.times]
annual_revenue = 1_000_000
[accounts.aliases.sector]
technolgy = "technology"
"""
)
HEADER = "name,above,sector,millions,staff,owner,year"


def take_in(actor: Actor, directory: Path, accounts: list[str], *rows: str) -> ImportReport:
    write(directory, *accounts, name="accounts.csv", header=HEADER)
    rejects = directory / "rejects.csv"
    return import_opportunities(actor, write(directory, *rows), parse_map(ACCOUNTS), rejects=rejects)


def reason(directory: Path) -> str:
    return (directory / "rejects.csv").read_text(encoding="utf-8").splitlines()[1]


def test_accounts_come_with_what_their_file_says(company: Company, tmp_path: Path) -> None:
    take_in(company.ada, tmp_path, ["Northwind,,technolgy,1100.04,2822,Bob,1996"], WON)
    account = Account.objects.get()
    assert (account.name, account.industry, account.employees) == ("Northwind", "technology", 2822)
    assert (account.annual_revenue, account.description) == (Decimal("1100040000"), "Founded in 1996.")
    assert account.owner_id == company.bob.person_id


def test_what_stands_above_is_made_first(company: Company, tmp_path: Path) -> None:
    take_in(company.ada, tmp_path, ["Northwind,Middle,,,,,", "Middle,Top,,,,,"], WON)
    northwind = Account.objects.get(name="Northwind")
    assert northwind.parent is not None
    assert northwind.parent.name == "Middle"
    assert northwind.parent.parent is not None
    assert northwind.parent.parent.name == "Top"


def test_accounts_in_a_circle_are_refused(company: Company, tmp_path: Path) -> None:
    accounts = ["Northwind,Middle,,,,,", "Middle,Northwind,,,,,"]
    report = take_in(company.ada, tmp_path, accounts, WON, OPEN)
    assert (report.imported, report.refused) == (1, 1)
    assert "The account “Northwind” was not created: it stands above itself." in reason(tmp_path)


def test_an_account_that_is_not_sound_is_refused_with_its_rows(company: Company, tmp_path: Path) -> None:
    report = take_in(company.ada, tmp_path, ["Northwind,,,much,,,", "Other,Northwind,,,,,"], WON, OPEN)
    assert (report.imported, report.refused) == (1, 1)
    assert "“Northwind” was not created: Enter an amount" in reason(tmp_path)
    assert not Account.objects.filter(name="Other").exists()


def test_an_account_belongs_to_the_first_of_its_sellers_who_is_known(
    company: Company, tmp_path: Path
) -> None:
    rows = [WON.replace("Alice", "Nobody"), WON.replace("A1", "A9").replace("Alice", "Bob"), OPEN]
    report = take_in(system_actor("command line"), tmp_path, ["Far away,,,,,,"], *rows)
    assert (report.imported, report.refused) == (2, 1)
    assert Account.objects.get(name="Northwind").owner_id == company.bob.person_id
    assert Account.objects.get(name="Far away").owner_id == company.bob.person_id


def test_an_account_nobody_sells_to_belongs_to_who_imports(company: Company, tmp_path: Path) -> None:
    take_in(company.ada, tmp_path, ["Far away,,,,,,"], OPEN)
    assert Account.objects.get(name="Far away").owner_id == company.ada.person_id


def test_an_account_is_found_whatever_its_case_and_accents(company: Company, tmp_path: Path) -> None:
    account = company.account("SUDWIND", owner=company.ada)
    take_in(company.ada, tmp_path, ["südwind,,retail,,,,"], OPEN)
    assert Opportunity.objects.get().account_id == account.pk
    account.refresh_from_db()
    assert (account.industry, Account.objects.count()) == ("", 1)


def test_accounts_are_made_only_if_the_map_says_so(company: Company, tmp_path: Path) -> None:
    plan = parse_map(MAP.replace("create_accounts = true", ""))
    rejects = tmp_path / "rejects.csv"
    report = import_opportunities(
        company.ada, write(tmp_path, OPEN), plan, default_account="Walk-in", rejects=rejects
    )
    assert (report.imported, report.refused) == (0, 1)
    assert "There is no account called “Südwind”." in reason(tmp_path)
    assert not Account.objects.exists()
