"""Importing, refusing, importing again, being cut short."""

import csv
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from opportune.activities.models import Task
from opportune.customers.models import Account
from opportune.identity.actions import create_user
from opportune.identity.actor import Actor, system_actor
from opportune.importing.actions import import_opportunities
from opportune.importing.maps import parse_map
from opportune.importing.runs import ImportReport
from opportune.kernel import clock
from opportune.kernel.errors import Invalid, NotPermitted, Refused
from opportune.ledger.jobs import LARGEST_CHUNK, SMALLEST_CHUNK, paced
from opportune.ledger.models import Change, ChangeSet, Job
from opportune.opportunities import actions, entries
from opportune.opportunities.filters import OpportunityFilter
from opportune.opportunities.models import Entry, Opportunity
from opportune.opportunities.queries import totals
from opportune.process.queries import process_by_key
from opportune.reference.actions import change_setting
from tests.importing.files import LOST, MAP, NEW, OPEN, ROWS, WON, open_deals, write
from tests.people import Company

NOW = datetime(2024, 6, 1, 9, 30, tzinfo=UTC)


def take_in(
    actor: Actor,
    file: Path,
    *,
    written: str = MAP,
    default_account: str | None = None,
    rejects: Path | None = None,
) -> ImportReport:
    return import_opportunities(
        actor, file, parse_map(written), default_account=default_account, rejects=rejects
    )


def deal(external_id: str) -> Opportunity:
    return Opportunity.objects.get(external_id=external_id, deleted_at=None)


def refusals(company: Company, tmp_path: Path, *rows: str, written: str = MAP) -> list[str]:
    """The reasons in the file of refused rows."""
    rejects = tmp_path / "rejects.csv"
    report = take_in(company.ada, write(tmp_path, *rows), written=written, rejects=rejects)
    assert report.rejects == rejects
    with rejects.open(encoding="utf-8", newline="") as opened:
        return [row["reason"] for row in csv.DictReader(opened)]


def test_rows_become_opportunities_with_their_past(company: Company, tmp_path: Path) -> None:
    with clock.stopped_at(NOW):
        report = take_in(company.ada, write(tmp_path, *ROWS))
    assert (report.imported, report.skipped, report.refused, report.rejects) == (4, 0, 0, None)
    won, develop = deal("A1"), process_by_key("sales").stages[1]
    assert (won.subject, won.status, won.stage_id) == ("Pump, Northwind", "won", develop.id)
    assert (won.estimated_value, won.actual_value) == (None, Decimal(1200))
    assert won.closed_on == date(2024, 3, 20)
    assert (won.close_reason and won.close_reason.code, won.owner_id) == (
        "NOT_RECORDED",
        company.alice.person_id,
    )
    assert (won.number, won.stage_since) == ("OPP-2024-0001", date(2024, 3, 1))
    happened = Entry.objects.filter(opportunity=won).order_by("at")
    assert [(entry.move, entry.status, entry.on) for entry in happened] == [
        ("created", "not_started", date(2024, 3, 1)),
        ("start", "in_progress", date(2024, 3, 1)),
        ("won", "won", date(2024, 3, 20)),
    ]
    assert deal("A2").status == "lost"
    assert deal("A2").estimated_value is None
    assert (deal("A3").status, deal("A3").stage_since) == ("in_progress", date(2024, 3, 10))


def test_a_row_without_dates_begins_with_the_import(company: Company, tmp_path: Path) -> None:
    with clock.stopped_at(NOW):
        take_in(company.ada, write(tmp_path, NEW))
    new = deal("A4")
    assert (new.status, new.stage_id, new.created_at) == ("not_started", None, NOW)


def test_what_happened_today_did_not_happen_later_than_now(company: Company, tmp_path: Path) -> None:
    with clock.stopped_at(datetime(2024, 3, 20, 5, 0, tzinfo=UTC)):
        take_in(company.ada, write(tmp_path, WON))
    last = Entry.objects.get(opportunity=deal("A1"), is_current=True)
    assert (last.on, last.at) == (date(2024, 3, 20), datetime(2024, 3, 20, 5, 0, tzinfo=UTC))


def test_the_summary_of_a_past_day_is_that_of_the_file(company: Company, tmp_path: Path) -> None:
    take_in(company.ada, write(tmp_path, *ROWS))

    def counts(day: date) -> dict[str, int]:
        found = totals(company.ada, OpportunityFilter(), as_of=day).by_status
        return {status: part.count for status, part in found.items() if part.count}

    assert counts(date(2024, 2, 29)) == {}
    assert counts(date(2024, 3, 5)) == {"in_progress": 2}
    assert counts(date(2024, 3, 20)) == {"in_progress": 2, "won": 1}
    assert counts(date(2024, 4, 2)) == {"in_progress": 1, "won": 1, "lost": 1}


def test_past_entries_can_be_rebuilt_from_the_ledger(company: Company, tmp_path: Path) -> None:
    take_in(company.ada, write(tmp_path, *ROWS))
    for external_id in ("A1", "A2", "A3", "A4"):
        one = deal(external_id)
        changes = Change.objects.filter(kind="opportunity", record_id=one.pk).order_by("version")
        columns = [*entries.VALUED_FIELDS, "move", "at", "on", "ended_at", "is_current"]
        stored = Entry.objects.filter(opportunity=one).order_by("at")
        rebuilt = entries.rebuilt(one.pk, changes.select_related("change_set"))
        assert [[getattr(e, c) for c in columns] for e in rebuilt] == [
            [getattr(e, c) for c in columns] for e in stored
        ]


def test_the_past_makes_no_tasks(company: Company, tmp_path: Path) -> None:
    written = MAP.replace('"sales"', '"contact_manager"').replace('"develop"', '"proposal"')
    take_in(company.ada, write(tmp_path, *ROWS), written=written)
    assert deal("A3").stage is not None
    assert not Task.objects.exists()


def test_winning_makes_a_customer_since_the_first_deal(company: Company, tmp_path: Path) -> None:
    earlier = WON.replace("A1", "A9").replace("3/20/2024", "3/18/2024")
    take_in(company.ada, write(tmp_path, WON, earlier, OPEN))
    assert Account.objects.get(name="Northwind").customer_since == date(2024, 3, 18)
    assert Account.objects.get(name="Südwind").customer_since is None


def test_a_second_run_skips_what_is_there(company: Company, tmp_path: Path) -> None:
    file = write(tmp_path, *ROWS)
    first, second = take_in(company.ada, file), take_in(company.ada, file)
    assert (second.imported, second.skipped, second.refused) == (0, 4, 0)
    assert second.job_id != first.job_id
    assert not ChangeSet.objects.filter(job_id=second.job_id).exists()
    assert Opportunity.objects.count() == 4


def test_refused_rows_get_in_once_they_are_sound(company: Company, tmp_path: Path) -> None:
    file = write(tmp_path, WON, OPEN.replace("Südwind", ""))
    assert take_in(company.ada, file).refused == 1
    again = take_in(company.ada, file, default_account="Walk-in")
    assert (again.imported, again.skipped, again.refused) == (1, 1, 0)
    found = deal("A3").account
    assert found is not None
    assert found.name == "Walk-in"


def test_the_file_of_refused_rows_can_be_put_right_and_imported(company: Company, tmp_path: Path) -> None:
    rejects = tmp_path / "rejects.csv"
    take_in(company.ada, write(tmp_path, WON, OPEN.replace("Open", "Opne"), NEW), rejects=rejects)
    written = rejects.read_text(encoding="utf-8")
    assert written.splitlines() == [
        "id,what,who,seller,state,from,until,worth,row,reason",
        "A3,Valve,Südwind,Alice,Opne,3/10/2024,,,3,The map does not say what “Opne” means.",
    ]
    rejects.write_text(written.replace("Opne,", "Open,"), encoding="utf-8")
    assert take_in(company.ada, rejects).imported == 1
    rejects.write_text(written, encoding="utf-8")
    take_in(company.ada, rejects, rejects=tmp_path / "more.csv")
    assert not (tmp_path / "more.csv").exists()


def test_rows_refused_twice_keep_one_reason(company: Company, tmp_path: Path) -> None:
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    take_in(company.ada, write(tmp_path, WON.replace("Won", "Wno")), rejects=first)
    take_in(company.ada, first, rejects=second)
    header, row = second.read_text(encoding="utf-8").splitlines()
    assert header.endswith(",worth,row,reason")
    assert row.endswith(",2,The map does not say what “Wno” means.")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (WON.replace("Alice", "Nobody"), "Nobody is called “Nobody” here."),
        (WON.replace("Northwind", ""), "There is no customer."),
        (
            WON.replace("3/1/2024", "3/21/2024"),
            "20 March 2024 lies before the last change, on 21 March 2024.",
        ),
        (WON.replace("3/20/2024", "3/20/2124"), "20 March 2124 lies in the future."),
        (OPEN.replace("3/10/2024", "3/10/2124"), "10 March 2124 lies in the future."),
        (WON.replace("1200", "-5"), "An amount cannot be negative."),
        (WON.replace("1200", "1000000000000"), "An amount must stay below a million millions."),
        (WON.replace("Pump", "P" * 300), "At most 300 characters fit here."),
        (WON.replace("A1", "A" * 101), "At most 100 characters fit here."),
        (WON.replace("Northwind", "N" * 161), "At most 160 characters fit here."),
    ],
)
def test_a_row_is_refused_by_the_rules_of_everybody(
    company: Company, tmp_path: Path, row: str, reason: str
) -> None:
    [told] = refusals(company, tmp_path, OPEN.replace("A3", "A8"), row)
    assert reason in told
    assert list(Opportunity.objects.values_list("external_id", flat=True)) == ["A8"]


def test_two_people_of_one_name_are_told_apart_by_address(company: Company, tmp_path: Path) -> None:
    create_user(system_actor("tests"), email="alice2@example.com", name="Alice")
    [told] = refusals(company, tmp_path, WON)
    assert told == "Several people are called “Alice”. Give the e-mail address instead."
    take_in(company.ada, write(tmp_path, WON.replace("Alice", "ALICE@example.com")))
    assert deal("A1").owner_id == company.alice.person_id


def test_a_row_without_owner_is_the_actors(company: Company, tmp_path: Path) -> None:
    take_in(company.ada, write(tmp_path, WON.replace("Alice", "")))
    assert deal("A1").owner_id == company.ada.person_id


def test_an_external_id_of_somebody_elses_deal_is_refused(company: Company, tmp_path: Path) -> None:
    actions.create(
        company.dan,
        {"subject": "Mine", "account_id": company.account(owner=company.dan).pk, "external_id": "A3"},
    )
    rejects = tmp_path / "rejects.csv"
    report = take_in(company.carol, write(tmp_path, OPEN), rejects=rejects)
    assert (report.imported, report.skipped, report.refused) == (0, 0, 1)
    assert "external id already" in rejects.read_text(encoding="utf-8")


def test_a_reason_that_does_not_fit_the_outcome_is_refused(company: Company, tmp_path: Path) -> None:
    written = MAP.replace('"sales"', '"sales"\nreason = "PRICE_L"')
    [told] = refusals(company, tmp_path, WON, LOST, written=written)
    assert told == "The close reason “PRICE_L” is for other outcomes."
    assert deal("A2").close_reason is not None


def test_a_reason_nobody_knows_is_refused(company: Company, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="no close reason “WHIM”"):
        take_in(company.ada, write(tmp_path, WON), written=MAP.replace('"sales"', '"sales"\nreason = "WHIM"'))
    written = MAP.replace("[opportunities.aliases", 'reason = "what"\n[opportunities.aliases')
    assert refusals(company, tmp_path, WON, written=written) == ["There is no close reason “Pump”."]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"sales"', '"sails"', "no process “sails”. There are: sales, contact_manager"),
        ('"develop"', '"dream"', "has no stage “dream”. It has: qualify, develop, propose, close"),
    ],
)
def test_a_map_of_unknown_stages_is_refused_before_anything_is_made(
    company: Company, tmp_path: Path, old: str, new: str, words: str
) -> None:
    with pytest.raises(Invalid, match=words):
        take_in(company.ada, write(tmp_path, WON), written=MAP.replace(old, new))
    assert not Job.objects.exists()


def test_a_file_that_breaks_off_is_refused_before_anything_is_made(company: Company, tmp_path: Path) -> None:
    file = write(tmp_path, *open_deals(3), 'B4,"Pump')
    with pytest.raises(Invalid, match="no valid CSV"):
        take_in(company.ada, file)
    assert not Job.objects.exists()
    assert not Account.objects.exists()


def test_amounts_in_another_currency_need_a_rate(company: Company, tmp_path: Path) -> None:
    written = MAP.replace('"sales"', '"sales"\ncurrency = "USD"')
    [told] = refusals(company, tmp_path, WON, written=written)
    assert told.startswith("There is no rate for USD on 1 March 2024.")


def test_the_base_currency_is_that_of_the_organisation(company: Company, tmp_path: Path) -> None:
    change_setting(company.ada, "base_currency", "CHF")
    take_in(company.ada, write(tmp_path, WON))
    assert (deal("A1").currency, deal("A1").value_base) == ("CHF", Decimal(1200))


def test_an_import_needs_the_right_to_import(company: Company, tmp_path: Path) -> None:
    with pytest.raises(NotPermitted):
        take_in(company.alice, write(tmp_path, WON))


def test_a_manager_imports_with_a_managers_rights(company: Company, tmp_path: Path) -> None:
    report = take_in(company.carol, write(tmp_path, WON, OPEN.replace("Südwind", "Northwind")))
    assert (report.imported, report.refused) == (2, 0)


def test_refused_rows_cannot_overwrite_the_file(company: Company, tmp_path: Path) -> None:
    file = write(tmp_path, WON)
    with pytest.raises(Invalid, match="being read"):
        take_in(company.ada, file, rejects=file)
    assert file.read_text(encoding="utf-8").endswith(WON + "\n")


def test_refused_rows_need_a_directory_that_is_there(company: Company, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="no directory"):
        take_in(company.ada, write(tmp_path, WON), rejects=tmp_path / "absent" / "rejects.csv")
    assert not Job.objects.exists()


def test_more_rows_ask_no_more_questions(company: Company, tmp_path: Path) -> None:
    def questions(count: int) -> int:
        with CaptureQueriesContext(connection) as asked:
            take_in(
                company.ada, write(tmp_path, *(row.replace("B", f"B{count}.") for row in open_deals(count)))
            )
        return sum(query["sql"].startswith("SELECT") for query in asked)

    take_in(company.ada, write(tmp_path, WON))
    assert questions(40) == questions(45) == questions(49)


def test_an_import_tells_how_far_it_is(company: Company, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    import_opportunities(
        company.ada,
        write(tmp_path, *open_deals(60), WON.replace("Won", "")),
        parse_map(MAP),
        progress=lambda done, total: told.append((done, total)),
    )
    assert told == [(50, 61), (61, 61)]
    job = Job.objects.get()
    assert (job.state, job.done, job.refused, job.total) == ("done", 61, 1, 61)


class Cut(Exception):
    """Stands for a machine that goes down."""


def cut_after_first_chunk(actor: Actor, file: Path) -> None:
    def progress(done: int, total: int) -> None:
        raise Cut

    with pytest.raises(Cut):
        import_opportunities(actor, file, parse_map(MAP), progress=progress)


def test_an_import_cut_short_leaves_whole_chunks_and_is_taken_up_again(
    company: Company, tmp_path: Path
) -> None:
    file = write(tmp_path, *open_deals(120))
    cut_after_first_chunk(company.ada, file)
    assert Opportunity.objects.count() == SMALLEST_CHUNK
    cut = Job.objects.get()
    assert (cut.state, cut.done) == ("failed", SMALLEST_CHUNK)
    rest = take_in(company.ada, file)
    assert (rest.imported, rest.skipped, rest.job_id) == (120 - SMALLEST_CHUNK, SMALLEST_CHUNK, cut.pk)
    assert Opportunity.objects.count() == 120
    assert Job.objects.get().state == "done"
    chunks = ChangeSet.objects.filter(job=cut).order_by("id").values_list("chunk", flat=True)
    assert list(chunks) == list(range(1, len(chunks) + 1))


def test_somebody_elses_unfinished_import_is_theirs(company: Company, tmp_path: Path) -> None:
    file = write(tmp_path, *open_deals(60))
    cut_after_first_chunk(company.ada, file)
    report = take_in(company.carol, file)
    assert report.job_id != Job.objects.earliest("id").pk


def test_a_failing_chunk_is_absent(company: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise Cut

    with monkeypatch.context() as patch:
        patch.setattr("opportune.importing.runs.create_many", fail)
        with pytest.raises(Cut):
            take_in(company.ada, write(tmp_path, *open_deals(5)))
    assert not Opportunity.objects.exists()
    assert Account.objects.filter(name="Northwind").exists()


def test_chunks_take_as_long_as_others_can_wait() -> None:
    assert paced(100, 0.1) == 200
    assert paced(100, 0.4) == SMALLEST_CHUNK
    assert paced(500, 0.01) == LARGEST_CHUNK


def test_only_the_command_line_makes_people(company: Company, tmp_path: Path) -> None:
    written = "create_people = true\n" + MAP
    with pytest.raises(Refused) as refusal:
        take_in(company.ada, write(tmp_path, WON), written=written)
    assert refusal.value.code == "command_line_only"
    with pytest.raises(NotPermitted):
        take_in(replace(company.carol, door="cli"), write(tmp_path, WON), written=written)
    assert take_in(replace(company.ada, door="cli"), write(tmp_path, WON), written=written).imported == 1
