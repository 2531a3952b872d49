"""The doctor finds each thing that is broken, by its code, and nothing in a company that is well."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import F

from opportune.__main__ import main
from opportune.activities.actions import create_task
from opportune.activities.models import Task
from opportune.customers.models import Account, Connection
from opportune.identity.actions import share
from opportune.identity.models import Share, User
from opportune.kernel import clock
from opportune.kernel.sentences import counted
from opportune.ledger.models import Change, ChangeSet
from opportune.ledger.undo import undo
from opportune.operations.backup.keeping import BY_HAND, REGULAR, kept_name
from opportune.operations.doctor import examine
from opportune.operations.doctor import surroundings as around
from opportune.operations.doctor.database import structure_of
from opportune.operations.doctor.findings import Diagnosis, Finding, Severity
from opportune.operations.snapshots import snapshot
from opportune.opportunities import actions
from opportune.opportunities.models import Entry, Opportunity
from opportune.reference.models import Category, CategoryMark
from opportune.search.index import entry_of
from opportune.search.models import SearchEntry
from tests.deals import Trade, id_of, last_change_set

NOWHERE = 987_654


@pytest.fixture
def deal(trade: Trade) -> Opportunity:
    """A deal with a life behind it: started, valued, won, reopened, and an undone edit; with a task and a share."""
    deal = trade.deal(estimated_value=Decimal(1000))
    actions.move(trade.alice, deal.pk, wish="next")
    edited = last_change_set(actions.edit, trade.alice, deal.pk, {"estimated_value": Decimal(900)})
    undo(trade.alice, edited)
    trade.won(deal)
    actions.reopen(trade.alice, deal.pk)
    binned = last_change_set(trade.deal, "A mistake")
    undo(trade.alice, binned)
    create_task(trade.alice, deal.pk, subject="Call them")
    share(trade.alice, deal.ref, user_id=id_of(trade.company.dan), may_write=False)
    return deal


def found() -> dict[str, int]:
    """The codes of what the doctor finds, with their counts."""
    return {finding.code: finding.count for finding in examine().findings}


def test_a_company_that_works_is_well(deal: Opportunity) -> None:
    diagnosis = examine()
    assert diagnosis.findings == ()
    assert diagnosis.well
    assert diagnosis.engine.startswith(("SQLite 3.", "PostgreSQL 1"))


def test_an_imported_past_is_well(trade: Trade) -> None:
    began = trade.sales.stages[0]
    past = [
        actions.Happening("enter", at := _ago(30), at.date(), stage_id=began.id),
        actions.Happening("won", at := _ago(3), at.date(), reason_code="PRICE_W"),
    ]
    draft = actions.Draft(
        {"subject": "Pumps", "account_id": trade.account.pk, "estimated_value": Decimal(70)},
        process_id=trade.sales.id,
        stage_id=None,
        created_at=_ago(40),
        created_on=_ago(40).date(),
        history=tuple(past),
    )
    actions.create_many(trade.alice, [draft])
    assert Opportunity.objects.get().status == "won"
    assert found() == {}


def connected_to_nothing(deal: Opportunity) -> None:
    Connection.objects.create(
        first_kind="opportunity",
        first_id=deal.pk,
        second_kind="contact",
        second_id=NOWHERE,
        second_category="stakeholder",
    )


BROKEN: dict[str, tuple[str, Callable[[Opportunity], object]]] = {
    "a task of no deal": ("task_of_nothing", lambda deal: Task.objects.update(about_id=NOWHERE)),
    "a task of no kind": ("task_of_nothing", lambda deal: Task.objects.update(about_kind="parcel")),
    "a share of no deal": ("share_of_nothing", lambda deal: Share.objects.update(record_id=NOWHERE)),
    "a connection to no deal": ("connection_of_nothing", connected_to_nothing),
    "a category on no deal": (
        "mark_on_nothing",
        lambda deal: CategoryMark.objects.create(
            category=Category.objects.get(color="red"), record_kind="opportunity", record_id=NOWHERE
        ),
    ),
    "a deal begun by no account": (
        "initiated_by_nothing",
        lambda deal: Opportunity.objects.filter(pk=deal.pk).update(
            initiated_by_kind="account", initiated_by_id=NOWHERE
        ),
    ),
    "a deal that was never purged": (
        "bin_overdue",
        lambda deal: Opportunity.objects.filter(pk=deal.pk).update(deleted_at=_ago(40)),
    ),
    "a change of no kind": (
        "change_of_unknown_kind",
        lambda deal: Change.objects.filter(kind="share").update(kind="parcel"),
    ),
    "a search entry of nothing": (
        "search_entry_of_nothing",
        lambda deal: entry_of("account", NOWHERE, " gone").save(),
    ),
    "a deal that cannot be found": (
        "search_entry_missing",
        lambda deal: SearchEntry.objects.filter(record_kind="opportunity").delete(),
    ),
    "an amount beside its entry": (
        "deal_other_than_entry",
        lambda deal: Opportunity.objects.filter(pk=deal.pk).update(estimated_value=Decimal(7)),
    ),
    "an entry that was rewritten": (
        "entries_other_than_ledger",
        lambda deal: Entry.objects.filter(move="won").update(actual_value=Decimal(7)),
    ),
    "an entry at another time": (
        "entries_other_than_ledger",
        lambda deal: Entry.objects.filter(move="won").update(at=_ago(1)),
    ),
    "a change that was rewritten": (
        "entries_other_than_ledger",
        lambda deal: Change.objects.filter(record_id=deal.pk, kind="opportunity", version=2).update(after={}),
    ),
    "a change that cannot be read": (
        "entries_other_than_ledger",
        lambda deal: Change.objects.filter(record_id=deal.pk, kind="opportunity", version=2).update(
            after={"stage_id": "nowhere"}
        ),
    ),
    "a command that was written down by half": (
        "change_set_empty",
        lambda deal: ChangeSet.objects.create(
            at=_ago(0), verb="move", actor_kind="system", actor_label="tests", door="cli"
        ),
    ),
    "a record without its last change": (
        "version_other_than_ledger",
        lambda deal: Account.objects.update(version=9),
    ),
    "a change without its record": (
        "version_other_than_ledger",
        lambda deal: Change.objects.filter(kind="opportunity", record_id=deal.pk).update(
            version=F("version") + 100
        ),
    ),
    "a sum that does not follow": (
        "totals_differ",
        lambda deal: Opportunity.objects.filter(pk=deal.pk).update(value_base=Decimal(7)),
    ),
}


@pytest.mark.parametrize("what", BROKEN)
def test_what_is_broken_is_found(deal: Opportunity, what: str) -> None:
    code, break_it = BROKEN[what]
    break_it(deal)
    assert found().get(code) == 1
    assert not examine().well


def test_a_deal_without_a_current_entry_is_found(deal: Opportunity) -> None:
    Entry.objects.filter(opportunity=deal, is_current=True).update(is_current=False, ended_at=_ago(0))
    assert found()["current_entry"] == 1


def test_a_deal_with_two_current_entries_is_found(deal: Opportunity) -> None:
    connection.check_constraints()  # PostgreSQL drops no index of a table with deferred checks
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX one_current_entry")
    former = Entry.objects.filter(opportunity=deal, is_current=False).order_by("at")[0]
    Entry.objects.filter(pk=former.pk).update(is_current=True, ended_at=None)
    assert found()["current_entry"] == 1


def test_each_broken_deal_counts(trade: Trade) -> None:
    for subject in ("One", "Two", "Three"):
        trade.deal(subject, estimated_value=Decimal(10))
    Opportunity.objects.filter(subject__in=["One", "Two"]).update(probability=Decimal(99))
    assert found()["deal_other_than_entry"] == 2


def test_a_migration_that_has_not_run_is_found(deal: Opportunity) -> None:
    MigrationRecorder.Migration.objects.filter(app="search", name="0004_parts").delete()
    SearchEntry.objects.all().delete()
    assert found() == {"migrations_pending": 1}


def test_a_database_of_a_newer_version_is_found(deal: Opportunity) -> None:
    MigrationRecorder(connection).record_applied("opportunities", "9999_of_the_future")
    assert found() == {"migrations_unknown": 1}


def test_a_secret_that_others_may_read_is_found(db: None, settings: LazySettings, tmp_path: Path) -> None:
    settings.DATA = tmp_path
    secret = tmp_path / "secret.key"
    secret.write_text("s" * 40)
    secret.chmod(0o600)
    assert "secret_readable" not in found()
    secret.chmod(0o640)
    assert found()["secret_readable"] == 1


def test_a_data_directory_that_others_may_look_into_is_found(
    db: None, settings: LazySettings, tmp_path: Path
) -> None:
    settings.DATA = tmp_path
    tmp_path.chmod(0o700)
    assert "data_open_to_others" not in found()
    tmp_path.chmod(0o755)
    assert found()["data_open_to_others"] == 1


def test_regular_backups_that_do_not_come_are_found(db: None, settings: LazySettings, tmp_path: Path) -> None:
    settings.BACKUPS, settings.BACKUP_HOURS = tmp_path, 24
    with clock.stopped_at(_ago(3)):
        kept_name(REGULAR).touch(mode=0o600)
    assert found() == {"backup_overdue": 1}
    kept_name(REGULAR).touch(mode=0o600)
    assert found() == {}


def test_backups_that_others_may_read_are_found(db: None, settings: LazySettings, tmp_path: Path) -> None:
    settings.BACKUPS = tmp_path
    kept_name(BY_HAND).touch()
    kept_name(BY_HAND).chmod(0o644)
    assert found() == {"backup_readable": 1}


@pytest.mark.postgres
def test_an_index_that_does_not_hold_is_found(deal: Opportunity) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'deal_close'::regclass")
    assert found()["constraint_not_held"] == 1


@pytest.mark.postgres
def test_indexes_are_checked_where_amcheck_is_installed(deal: Opportunity) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE EXTENSION IF NOT EXISTS amcheck")
    assert found() == {}


def test_a_data_directory_that_is_gone_is_found(db: None, settings: LazySettings, tmp_path: Path) -> None:
    settings.DATA = tmp_path / "gone"
    assert found()["data_not_writable"] == 1


def test_a_disk_nearly_full_is_a_warning(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(around, "LEAST_FREE_MEGABYTES", 10**12)
    [finding] = [finding for finding in examine().findings if finding.code == "disk_nearly_full"]
    assert finding.severity == Severity.WARNING


def test_demo_passwords_are_noted_and_do_no_harm(deal: Opportunity) -> None:
    User.objects.filter(email="alice@example.com").update(has_demo_password=True)
    diagnosis = examine()
    assert [finding.code for finding in diagnosis.findings] == ["demo_passwords"]
    assert diagnosis.well


def test_a_damaged_database_is_found() -> None:
    database = sqlite3.connect(":memory:")
    cursor = database.cursor()
    cursor.executescript(
        "CREATE TABLE deal (id INTEGER PRIMARY KEY, value INTEGER CHECK (value >= 0));"
        "CREATE TABLE entry (deal_id INTEGER REFERENCES deal (id));"
        "INSERT INTO deal VALUES (1, 5); INSERT INTO entry VALUES (1);"
    )
    assert list(structure_of(cursor)) == []
    cursor.executescript("PRAGMA ignore_check_constraints = ON; INSERT INTO deal VALUES (2, -5);")
    cursor.executescript("PRAGMA ignore_check_constraints = OFF")
    cursor.executescript("INSERT INTO entry VALUES (77), (78);")
    assert {(one.code, one.count) for one in structure_of(cursor)} == {
        ("database_damaged", 1),
        ("foreign_key_broken", 2),
    }
    database.close()


@pytest.mark.django_db(transaction=True)
def test_nothing_can_be_written_while_the_doctor_looks() -> None:
    with pytest.raises(Exception, match=r"readonly|read-only"), snapshot():
        ChangeSet.objects.create(
            at=_ago(0), verb="spoil", actor_kind="system", actor_label="doctor", door="cli"
        )
    assert not ChangeSet.objects.exists()
    ChangeSet.objects.create(at=_ago(0), verb="work", actor_kind="system", actor_label="tests", door="cli")
    assert ChangeSet.objects.count() == 1


def test_where_there_is_no_installation_none_is_made(
    db: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    if connection.vendor == "sqlite":
        monkeypatch.setitem(connection.settings_dict, "NAME", str(tmp_path / "none.sqlite3"))
        assert found() == {"no_installation": 1}
        assert list(tmp_path.iterdir()) == []
    else:
        assert "no_installation" not in found()


def test_people_are_told_line_by_line(deal: Opportunity, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == 0
    assert "is well" in capsys.readouterr().out
    Task.objects.update(about_id=NOWHERE)
    assert main(["doctor"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split()[:3] == ["error", "task_of_nothing", "1"]
    assert lines[-1].endswith("is not well.")


def test_machines_are_told_as_json(deal: Opportunity, capsys: pytest.CaptureFixture[str]) -> None:
    entry_of("account", NOWHERE, " gone").save()
    assert main(["doctor", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["well"] is False
    assert [(one["code"], one["severity"], one["count"]) for one in told["findings"]] == [
        ("search_entry_of_nothing", "warning", 1)
    ]


def test_several_are_told_as_several() -> None:
    finding = Finding("x", Severity.ERROR, counted("{count} row", "{count} rows", 3), 3)
    assert next(Diagnosis("1", "SQLite", (finding,)).lines()).endswith("3 rows")


def test_the_demo_company_is_loaded_where_nobody_is(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo"]) == 0
    said = capsys.readouterr().out
    assert User.objects.count() == 6
    assert all(user.email in said for user in User.objects.all())
    assert found() == {"demo_passwords": 1}


def test_the_demo_company_is_refused_where_somebody_is(
    deal: Opportunity, capsys: pytest.CaptureFixture[str]
) -> None:
    people = User.objects.count()
    assert main(["demo"]) == 6
    assert "only for an empty installation" in capsys.readouterr().err
    assert User.objects.count() == people


def _ago(days: int) -> datetime:
    return clock.now() - timedelta(days=days)
