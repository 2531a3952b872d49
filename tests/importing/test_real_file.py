"""A real company's 8,800 opportunities, read where they lie beside the repository (domain.md §8)."""

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_django import DjangoDbBlocker

from opportune.customers.models import Account
from opportune.identity.actor import Actor, system_actor
from opportune.identity.models import Membership, Team, User
from opportune.importing.actions import import_opportunities, undo_import
from opportune.importing.maps import read_map
from opportune.importing.runs import ImportReport
from opportune.kernel import clock
from opportune.operations.starting import install
from opportune.opportunities import actions
from opportune.opportunities.filters import OpportunityFilter
from opportune.opportunities.models import Entry, Opportunity
from opportune.opportunities.queries import totals
from opportune.reference.queries import organisation_settings

ROOT = Path(__file__).resolve().parents[2]
DATA = next(
    (
        found
        for above in (ROOT.parent, ROOT.parent.parent)
        if (found := above / "shared/data/crm-sales-opportunities").is_dir()
    ),
    ROOT.parent / "shared/data/crm-sales-opportunities",
)
FILE = DATA / "sales_pipeline.csv"
MAP = ROOT / "examples" / "crm-sales-opportunities.toml"
STATUSES = {"Prospecting": "not_started", "Engaging": "in_progress", "Won": "won", "Lost": "lost"}

pytestmark = [
    pytest.mark.skipif(not FILE.exists(), reason=f"the real company's files are not there: {DATA}"),
    pytest.mark.django_db,
]


@dataclass(frozen=True)
class Imported:
    """Both passes: without a default account, and with one."""

    actor: Actor
    first: ImportReport
    second: ImportReport
    rejects: Path


@pytest.fixture(scope="module")
def imported(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Imported]:
    """The file taken in once for all tests here, which change nothing or take back what they change."""
    rejects = tmp_path_factory.mktemp("import") / "rejects.csv"
    with django_db_blocker.unblock(), transaction.atomic():
        install()
        actor = system_actor("command line")
        first = import_opportunities(actor, FILE, read_map(MAP), rejects=rejects)
        second = import_opportunities(actor, FILE, read_map(MAP), default_account="Not recorded")
        connection.check_constraints()  # once for all tests, each of which would have it done at its end
        yield Imported(actor, first, second, rejects)
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    """The file as it is, read by nothing of ours."""
    with FILE.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def day(text: str) -> date | None:
    if not text:
        return None
    month, of_month, year = map(int, text.split("/"))
    return date(year, month, of_month)


def counted(rows: list[dict[str, str]], on: date, undated_from: date) -> dict[str, tuple[int, Decimal]]:
    """How many rows have each status at the end of a day, and what those over by then have brought."""
    numbers: Counter[str] = Counter()
    values: Counter[str] = Counter()
    for row in rows:
        begun, closed = day(row["engage_date"]) or undated_from, day(row["close_date"])
        if begun > on:
            continue
        is_over = closed is not None and closed <= on
        status = STATUSES[row["deal_stage"]] if is_over or closed is None else "in_progress"
        numbers[status] += 1
        values[status] += int(row["close_value"]) if is_over else 0
    return {status: (numbers[status], Decimal(values[status])) for status in STATUSES.values()}


def summarised(actor: Actor, on: date | None) -> dict[str, tuple[int, Decimal]]:
    found = totals(actor, OpportunityFilter(), as_of=on).by_status
    return {status: (found[status].count, found[status].value) for status in STATUSES.values()}


def test_the_first_pass_refuses_rows_without_customer(imported: Imported) -> None:
    first = imported.first
    assert (first.imported, first.skipped, first.refused) == (7375, 0, 1425)
    with imported.rejects.open(encoding="utf-8", newline="") as opened:
        refused = list(csv.DictReader(opened))
    assert len(refused) == 1425
    assert {row["account"] for row in refused} == {""}
    assert {row["reason"] for row in refused} == {
        "There is no customer. Fill in the account, or import with a default account."
    }


def test_the_second_pass_brings_the_rest(imported: Imported) -> None:
    assert (imported.second.imported, imported.second.skipped, imported.second.refused) == (1425, 7375, 0)


def test_the_totals_are_right(imported: Imported) -> None:
    found = totals(imported.actor, OpportunityFilter())
    assert (found.all.count, found.all.value) == (8800, Decimal(10_005_534))
    assert {status: part.count for status, part in found.by_status.items()} == {
        "won": 4238,
        "lost": 2473,
        "in_progress": 1589,
        "not_started": 500,
    }
    assert found.by_status["won"].value == Decimal(10_005_534)


def test_a_third_pass_changes_nothing(imported: Imported) -> None:
    third = import_opportunities(imported.actor, FILE, read_map(MAP), default_account="Not recorded")
    assert (third.imported, third.skipped, third.refused) == (0, 8800, 0)


@pytest.mark.parametrize(
    "on", ["2016-10-19", "2016-10-20", "2017-03-01", "2017-06-30", "2017-10-28", "2017-12-31", "2018-02-14"]
)
def test_the_summary_of_a_day_is_that_of_the_file(
    imported: Imported, rows: list[dict[str, str]], on: str
) -> None:
    asked = date.fromisoformat(on)
    assert summarised(imported.actor, asked) == counted(rows, asked, clock.today("UTC"))


def test_the_summary_of_any_day_is_that_of_the_file(imported: Imported, rows: list[dict[str, str]]) -> None:
    @settings(max_examples=15, deadline=None, database=None)
    @given(st.dates(date(2016, 10, 1), date(2018, 1, 31)))
    def agree(asked: date) -> None:
        assert summarised(imported.actor, asked) == counted(rows, asked, date.max)

    agree()


def test_undated_rows_begin_with_the_import(imported: Imported, rows: list[dict[str, str]]) -> None:
    today = clock.today(organisation_settings().time_zone)
    assert summarised(imported.actor, today) == summarised(imported.actor, None)
    first = Opportunity.objects.filter(status="not_started").earliest("created_at").created_at
    before = clock.day_of(first, organisation_settings().time_zone) - timedelta(days=1)
    assert summarised(imported.actor, before)["not_started"] == (0, Decimal(0))


def test_every_row_is_what_the_file_says(imported: Imported, rows: list[dict[str, str]]) -> None:
    columns = (
        "external_id",
        "subject",
        "account__name",
        "owner__name",
        "status",
        "closed_on",
        "actual_value",
    )
    expected = {
        (
            row["opportunity_id"],
            f"{row['product'].replace('GTXPro', 'GTX Pro')}, {row['account'] or 'Not recorded'}",
            row["account"] or "Not recorded",
            row["sales_agent"],
            STATUSES[row["deal_stage"]],
            day(row["close_date"]),
            Decimal(row["close_value"]) if row["deal_stage"] == "Won" else None,
        )
        for row in rows
    }
    assert set(Opportunity.objects.values_list(*columns)) == expected


def test_each_opportunity_has_one_current_entry(imported: Imported) -> None:
    assert Entry.objects.filter(is_current=True).count() == 8800
    assert Entry.objects.count() == 8800 + (8800 - 500) + 4238 + 2473


def test_accounts_come_with_their_facts(imported: Imported) -> None:
    assert Account.objects.count() == 86
    bluth = Account.objects.get(name="Bluth Company")
    assert (bluth.industry, bluth.annual_revenue, bluth.employees) == (
        "technology",
        Decimal(1_242_320_000),
        3027,
    )
    assert (bluth.country, bluth.description) == ("United States", "Established in 1993.")
    assert bluth.parent is not None
    assert bluth.parent.name == "Acme Corporation"
    assert Account.objects.get(name="Bioholding").country == "Philippines"


def test_sellers_sit_in_the_teams_of_their_managers(imported: Imported) -> None:
    assert User.objects.filter(is_active=True).count() == 0
    assert User.objects.count() == 35 + 6
    assert Team.objects.count() == 6
    team = Team.objects.get(name="Celia Rouche")
    assert team.unit is not None
    assert team.unit.name == "West"
    assert Membership.objects.filter(team=team).count() == 1 + 6


def test_both_passes_can_be_taken_back(imported: Imported) -> None:
    begun = transaction.savepoint()
    changed = Opportunity.objects.filter(status="in_progress").exclude(account__name="Not recorded").first()
    assert changed is not None
    actions.edit(imported.actor, changed.pk, {"comments": "Called back"})
    kept = {
        ref
        for job in (imported.second, imported.first)
        for ref, _ in undo_import(imported.actor, job.job_id).kept
    }
    assert {ref for ref in kept if ref.kind == "opportunity"} == {changed.ref}
    assert totals(imported.actor, OpportunityFilter()).all.count == 1
    needed, above = set(), changed.account
    while above is not None:
        needed.add(above.name)
        above = above.parent
    assert set(Account.objects.live().values_list("name", flat=True)) == needed
    transaction.savepoint_rollback(begun)
