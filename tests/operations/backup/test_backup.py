"""A backup: whole, of one instant, without secrets, and taken back on either engine with the same digests."""

from __future__ import annotations

import json
import resource
import signal
import stat
import threading
import tracemalloc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from zipfile import ZipFile

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection, models
from django.db.migrations.loader import MigrationLoader

from opportune.deleted.actions import delete_for_good
from opportune.identity.actions import issue_token
from opportune.kernel import clock
from opportune.kernel.errors import Refused
from opportune.ledger.models import ChangeSet
from opportune.ledger.undo import undo
from opportune.mailing.models import Mail
from opportune.operations.backup.archives import Archive
from opportune.operations.backup.making import Backup, back_up
from opportune.operations.backup.restoring import fill
from opportune.operations.backup.tables import ROWS_AT_ONCE, Table, applied_migrations, tables_at
from opportune.opportunities import actions
from opportune.opportunities.models import Opportunity
from opportune.search.index import entry_of
from opportune.search.models import SearchEntry
from opportune.storage.numbers import ScaledField
from tests.deals import SYSTEM, Trade, last_change_set
from tests.operations.installations import elsewhere

KNOWN = (
    models.BooleanField,
    models.IntegerField,
    models.CharField,
    models.TextField,
    models.DateField,
    models.UUIDField,
    models.JSONField,
    models.ForeignKey,
    ScaledField,
)


@pytest.fixture
def busy(trade: Trade, files: Path) -> Opportunity:
    """A deal with a life behind it, a file, and a purged deal whose number is never to be given again."""
    deal = trade.deal("Élan für „Ünï“ 💶", estimated_value=Decimal("1234.56"))
    actions.move(trade.alice, deal.pk, wish="next")
    undo(trade.alice, last_change_set(actions.edit, trade.alice, deal.pk, {"estimated_value": Decimal(900)}))
    trade.won(deal)
    gone = trade.deal("Never to be seen again")
    trade.won(gone)
    actions.delete_opportunity(SYSTEM, gone.pk)
    delete_for_good(SYSTEM, gone.ref)
    return deal


@pytest.fixture
def made(busy: Opportunity, tmp_path: Path) -> Backup:
    return back_up(tmp_path / "one.zip")


def digests(file: Path) -> dict[str, str]:
    with file.open("rb") as content:
        archive = Archive(content)
        return {name: part.sha256 for name, part in {**archive.tables, **archive.files}.items()}


@pytest.mark.long
def test_a_backup_is_restored_on_either_engine_to_the_same_digests(
    made: Backup, busy: Opportunity, tmp_path: Path
) -> None:
    last = Opportunity.objects.order_by("-pk").values_list("pk", flat=True)[0]
    kept, file = digests(made.file), made.file
    for engine in ["sqlite"] if connection.vendor == "sqlite" else ["sqlite", "postgresql"]:
        with elsewhere(tmp_path / f"on {engine}", engine) as target:
            done = target.told("restore", str(file))
            assert (done["rows"], done["files"]) == (made.rows, 1)
            file = Path(target.told("backup", str(tmp_path / f"{engine}.zip"))["file"])
            assert digests(file) == kept
            assert (target.data / "files" / "2026" / "offer.pdf").read_bytes() == b"%PDF of an offer"
            assert target.told("doctor")["findings"] == []
            shown = target.told("opportunities", "list", "--text", "unï")
            assert [row["id"] for row in shown["items"]] == [busy.pk], "the search knows it at once"
            customer = ("--account", str(busy.account_id), "--owner", "alice@example.com")
            created = target.told("opportunities", "create", "Next", *customer)
            assert created["id"] > last + 1, "the purged deal's number is not given again"


def test_what_signs_and_what_opens_is_in_no_backup(trade: Trade, files: Path, tmp_path: Path) -> None:
    (files.parent / "secret.key").write_text("the secret that signs sessions, fifty letters long")
    session = SessionStore()
    session["who"] = "alice"
    session.create()
    _, token = issue_token(trade.alice, name="mine", scopes=["*:read"])
    mail = {"subject": "Reset", "body": "Open /reset/sesame", "link": "/reset/sesame"}
    Mail.objects.create(to="a@example.com", created_at=clock.now(), **mail)
    with ZipFile(back_up(tmp_path / "one.zip").file) as archive:
        everything = b"".join(archive.read(name) for name in archive.namelist())
    assert b"Northwind" in everything
    for secret in ("the secret that signs", str(session.session_key), token, "sesame"):
        assert secret.encode() not in everything


@pytest.mark.django_db(transaction=True)
def test_what_is_written_meanwhile_is_in_it_wholly_or_not_at_all(
    trade: Trade, files: Path, tmp_path: Path
) -> None:
    before = ChangeSet.objects.count()
    written: list[str] = []

    def write() -> None:
        trade.deal("Meanwhile")
        connection.close()

    def write_meanwhile(table: str, rows: int) -> None:
        if not written:
            thread = threading.Thread(target=write)
            thread.start()
            thread.join(20)
            assert not thread.is_alive(), "nobody waits for a backup"
        written.append(table)

    made = back_up(tmp_path / "one.zip", progress=write_meanwhile)
    assert ChangeSet.objects.count() == before + 1
    with ZipFile(made.file) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        assert manifest["tables"]["ledger_changeset"]["rows"] == before
        assert all(b"Meanwhile" not in archive.read(name) for name in archive.namelist())


def test_a_file_that_exists_is_not_overwritten(db: None, files: Path, tmp_path: Path) -> None:
    (tmp_path / "one.zip").write_text("precious")
    with pytest.raises(Refused, match="exists already"):
        back_up(tmp_path / "one.zip")
    assert (tmp_path / "one.zip").read_text() == "precious"


def test_a_backup_is_for_its_owner_alone(made: Backup) -> None:
    assert stat.S_IMODE(made.file.stat().st_mode) == 0o600


def test_a_backup_that_cannot_be_written_leaves_nothing(trade: Trade, files: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Refused, match="cannot be written"):
        back_up(tmp_path / "file" / "one.zip")
    full = tmp_path / "full"
    with limited_files(20_000), pytest.raises(Refused, match="cannot be written"):
        back_up(full / "one.zip")
    assert list(full.iterdir()) == []
    assert back_up(full / "one.zip").rows > 0


def test_every_column_there_is_can_be_kept(db: None) -> None:
    loader = MigrationLoader(connection)
    tables = tables_at(loader, loader.graph.nodes)
    kinds = {type(field) for table in tables for field in table.fields}
    assert {kind for kind in kinds if not issubclass(kind, KNOWN)} == set()
    assert len(tables) > 40


def test_nothing_that_is_kept_refers_to_what_is_left_out(db: None) -> None:
    loader = MigrationLoader(connection)
    tables = tables_at(loader, loader.graph.nodes)
    kept = {table.model for table in tables}
    referred = {field.related_model for table in tables for field in table.fields if field.related_model}
    assert referred <= kept


@pytest.mark.long
def test_memory_does_not_grow_with_rows(db: None, files: Path, tmp_path: Path) -> None:
    def peak(rows: int) -> tuple[int, int]:
        SearchEntry.objects.all().delete()
        SearchEntry.objects.bulk_create(
            [entry_of("account", n, f" number {n}" * 9) for n in range(rows)],
            500,
        )
        with measured() as making:
            made = back_up(tmp_path / f"{rows}.zip")
        SearchEntry.objects.all().delete()
        [table] = [one for one in tables_now() if one.name == "search_searchentry"]
        with made.file.open("rb") as file, measured() as taking_back:
            archive = Archive(file)
            archive.verify()
            fill(table, archive.lines(table.name))
        assert SearchEntry.objects.count() == rows
        return making[0], taking_back[0]

    few, many = peak(2 * ROWS_AT_ONCE), peak(8 * ROWS_AT_ONCE)
    assert many[0] < few[0] * 1.5
    assert many[1] < few[1] * 1.5


def tables_now() -> Sequence[Table]:
    loader = MigrationLoader(connection)
    return tables_at(loader, applied_migrations(loader))


@contextmanager
def measured() -> Iterator[list[int]]:
    """Yields a list that ends up with the most bytes Python held within the block."""
    peak: list[int] = []
    tracemalloc.start()
    try:
        yield peak
        peak.append(tracemalloc.get_traced_memory()[1])
    finally:
        tracemalloc.stop()


@contextmanager
def limited_files(size: int) -> Iterator[None]:
    """Within this block no file can grow beyond `size` bytes: a stand-in for a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)
