"""The commands `opportune import …`."""

import json
from pathlib import Path

import pytest
from django.conf import LazySettings

from opportune.__main__ import main
from opportune.operations.catalogue import compile_catalogues
from opportune.opportunities.models import Opportunity
from tests.importing.files import MAP, OPEN, ROWS, WON, write
from tests.people import Company


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The directory the command runs in, with the map."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "map.toml").write_text(MAP, encoding="utf-8")
    return tmp_path


def run(*words: str) -> int:
    return main(["import", *words])


def test_a_file_is_taken_in_and_back(
    company: Company, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(here, *ROWS)
    assert run("opportunities", "deals.csv", "--map", "map.toml", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    job = told.pop("job")
    assert told == {"imported": 4, "skipped": 0, "refused": 0, "rejects": None, "reasons": []}
    assert run("undo", str(job), "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"job": job, "restored": 6, "kept": []}
    assert not Opportunity.objects.filter(deleted_at=None).exists()


def test_refused_rows_go_into_a_file_in_this_directory(
    company: Company, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(here, WON, OPEN.replace("Südwind", ""))
    assert run("opportunities", "deals.csv", "--map", "map.toml") == 0
    told = capsys.readouterr().out.splitlines()
    assert told[:3] == [
        "1 opportunity was taken in.",
        "1 row was refused; it is in deals.rejected.csv.",
        "  1 × There is no customer. Fill in the account, or import with a default account.",
    ]
    assert told[3].startswith("To take it back: opportune import undo ")
    assert (here / "deals.rejected.csv").exists()
    assert run("opportunities", "deals.csv", "--map", "map.toml", "--default-account", "Walk-in") == 0
    assert capsys.readouterr().out.splitlines()[:2] == [
        "1 opportunity was taken in.",
        "1 was there already.",
    ]


def test_an_import_is_made_by_the_person_named(
    company: Company, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(here, WON.replace("Alice", ""))
    assert run("opportunities", "deals.csv", "--map", "map.toml", "--actor", "ada@example.com") == 0
    assert Opportunity.objects.get().owner_id == company.ada.person_id
    assert run("opportunities", "deals.csv", "--map", "map.toml", "--actor", "alice@example.com") == 4
    assert "You do not have the right" in capsys.readouterr().err


def test_what_an_undo_keeps_is_told(company: Company, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(here, WON)
    run("opportunities", "deals.csv", "--map", "map.toml", "--json")
    job = json.loads(capsys.readouterr().out)["job"]
    changed = Opportunity.objects.get()
    company_deal = company.deal(owner=company.ada, account_id=changed.account_id)
    assert run("undo", str(job)) == 0
    assert capsys.readouterr().out.splitlines() == [
        "1 record was taken back.",
        f"1 was kept, because it was changed since or is needed: account {company_deal.account_id}",
    ]


@pytest.mark.parametrize(
    ("words", "code", "complaint"),
    [
        (["opportunities", "absent.csv", "--map", "map.toml"], 5, "absent.csv cannot be read"),
        (["opportunities", "deals.csv", "--map", "absent.toml"], 5, "absent.toml cannot be read"),
        (["undo", "4711"], 3, "does not exist"),
    ],
)
def test_what_cannot_be_done_is_told_without_a_trace(
    company: Company,
    here: Path,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    code: int,
    complaint: str,
) -> None:
    write(here, WON)
    assert run(*words) == code
    assert complaint in capsys.readouterr().err


def test_reasons_are_told_in_the_language_of_the_installation(
    company: Company, here: Path, settings: LazySettings
) -> None:
    settings.LANGUAGE_CODE = "fr"
    compile_catalogues()
    write(here, WON.replace("Northwind", ""))
    run("opportunities", "deals.csv", "--map", "map.toml")
    assert "Il n’y a pas de client." in (here / "deals.rejected.csv").read_text(encoding="utf-8")
