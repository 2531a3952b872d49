"""Taking an import back."""

from datetime import timedelta
from pathlib import Path

import pytest

from opportune.customers.models import Account
from opportune.importing.actions import undo_import
from opportune.kernel import clock
from opportune.kernel.errors import NotFound, NotPermitted, Refused
from opportune.ledger.jobs import start_job
from opportune.ledger.models import Change
from opportune.opportunities import actions
from opportune.opportunities.filters import OpportunityFilter
from opportune.opportunities.models import Opportunity
from opportune.opportunities.queries import totals
from tests.importing.files import OPEN, ROWS, open_deals, write
from tests.importing.test_actions import cut_after_first_chunk, deal, take_in
from tests.people import Company


def live_accounts() -> set[str]:
    return set(Account.objects.live().values_list("name", flat=True))


def test_an_import_is_taken_back_with_its_accounts(company: Company, tmp_path: Path) -> None:
    report = take_in(company.ada, write(tmp_path, *ROWS))
    undone = undo_import(company.ada, report.job_id)
    assert undone.kept == []
    assert {ref.kind for ref, facet in undone.restored if facet == "record"} == {"opportunity", "account"}
    assert totals(company.ada, OpportunityFilter()).all.count == 0
    assert live_accounts() == set()


def test_accounts_that_were_there_before_stay(company: Company, tmp_path: Path) -> None:
    company.account("Northwind")
    undo_import(company.ada, take_in(company.ada, write(tmp_path, *ROWS)).job_id)
    assert live_accounts() == {"Northwind"}
    assert Account.objects.get(name="Northwind").customer_since is None


def test_what_was_changed_since_is_kept_and_listed(company: Company, tmp_path: Path) -> None:
    report = take_in(company.ada, write(tmp_path, *ROWS))
    changed, account = deal("A3"), Account.objects.get(name="Südwind")
    actions.edit(company.alice, changed.pk, {"subject": "A valve of our own"})
    undone = undo_import(company.ada, report.job_id)
    assert {ref for ref, _ in undone.kept} == {changed.ref, account.ref}
    assert list(Opportunity.objects.filter(deleted_at=None)) == [changed]
    assert live_accounts() == {"Südwind"}


def test_a_chunk_of_which_all_was_changed_is_listed_too(company: Company, tmp_path: Path) -> None:
    report = take_in(company.ada, write(tmp_path, OPEN))
    changed = deal("A3")
    actions.edit(company.alice, changed.pk, {"subject": "A valve of our own"})
    undone = undo_import(company.ada, report.job_id)
    assert changed.ref in {ref for ref, _ in undone.kept}
    assert undone.restored == []


def test_an_account_something_was_made_for_since_is_kept(company: Company, tmp_path: Path) -> None:
    report = take_in(company.ada, write(tmp_path, *ROWS))
    account = Account.objects.get(name="Südwind")
    company.deal(owner=company.ada, account_id=account.pk)
    undone = undo_import(company.ada, report.job_id)
    assert undone.kept == [(account.ref, "record")]


def test_an_import_taken_back_can_be_made_again(company: Company, tmp_path: Path) -> None:
    file = write(tmp_path, *ROWS)
    first = take_in(company.ada, file)
    undo_import(company.ada, first.job_id)
    again = take_in(company.ada, file)
    assert (again.imported, again.skipped) == (4, 0)
    assert again.job_id != first.job_id
    assert totals(company.ada, OpportunityFilter()).all.count == 4


def test_undoing_twice_changes_nothing_more(company: Company, tmp_path: Path) -> None:
    report = take_in(company.ada, write(tmp_path, *ROWS))
    undo_import(company.ada, report.job_id)
    assert undo_import(company.ada, report.job_id).restored == []


def test_an_import_cut_short_can_be_taken_back(company: Company, tmp_path: Path) -> None:
    file = write(tmp_path, *open_deals(120))
    cut_after_first_chunk(company.ada, file)
    job_id = take_in(company.ada, file).job_id
    undo_import(company.ada, job_id)
    assert totals(company.ada, OpportunityFilter()).all.count == 0
    assert live_accounts() == set()


def test_an_import_undone_in_part_is_not_taken_up_again(company: Company, tmp_path: Path) -> None:
    file = write(tmp_path, *open_deals(120))
    cut_after_first_chunk(company.ada, file)
    cut = deal("B1")
    first_job = _job_of(cut)
    undo_import(company.ada, first_job)
    report = take_in(company.ada, file)
    assert report.job_id != first_job
    assert report.imported == 120


def _job_of(one: Opportunity) -> int:
    job_id = Change.objects.get(kind="opportunity", record_id=one.pk, version=1).change_set.job_id
    assert job_id is not None
    return job_id


def test_after_thirty_days_an_import_stays(company: Company, tmp_path: Path) -> None:
    report = take_in(company.ada, write(tmp_path, *ROWS))
    with clock.stopped_at(clock.now() + timedelta(days=31)), pytest.raises(Refused) as refusal:
        undo_import(company.ada, report.job_id)
    assert refusal.value.code == "too_late"


def test_taking_back_needs_the_right_to_import(company: Company, tmp_path: Path) -> None:
    report = take_in(company.ada, write(tmp_path, *ROWS))
    with pytest.raises(NotPermitted):
        undo_import(company.alice, report.job_id)


def test_only_imports_are_taken_back_as_such(company: Company) -> None:
    with pytest.raises(NotFound):
        undo_import(company.ada, 0)
    other = start_job(company.ada, "something_else")
    with pytest.raises(NotFound):
        undo_import(company.ada, other.pk)
