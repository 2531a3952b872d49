"""A job is whole or absent by chunks, counted by key, and undone as one."""

import pytest
from django.db import IntegrityError, transaction

from opportune.customers.actions import create_accounts, edit_account
from opportune.customers.models import Account
from opportune.kernel.errors import NotFound, NotPermitted
from opportune.ledger.jobs import chunk_of, report, start_job, undo_job
from opportune.ledger.models import ChangeSet, Job
from opportune.ledger.queries import last_undoable
from tests.people import Company


def imported(company: Company, chunks: int = 3, size: int = 2) -> Job:
    """A job that made accounts, some a chunk."""
    job = start_job(company.alice, "import", total=chunks * size, file="accounts.csv")
    for number in range(chunks):
        with chunk_of(company.alice, job, number):
            create_accounts(company.alice, [{"name": f"Account {number}.{row}"} for row in range(size)])
        report(job, done=(number + 1) * size)
    report(job, done=chunks * size, state=Job.State.DONE)
    return job


def live() -> int:
    """How many accounts there are."""
    return Account.objects.live().count()


def test_each_chunk_is_a_change_set_of_the_job(company: Company) -> None:
    job = imported(company)
    sets = ChangeSet.objects.filter(job=job).order_by("chunk")
    assert [(one.chunk, one.verb, one.changes.count()) for one in sets] == [
        (0, "import", 2),
        (1, "import", 2),
        (2, "import", 2),
    ]


def test_a_job_says_how_far_it_is(company: Company) -> None:
    job = Job.objects.get(pk=imported(company).pk)
    assert (job.state, job.done, job.total, job.actor_label, job.about) == (
        "done",
        6,
        6,
        "Alice",
        {"file": "accounts.csv"},
    )
    assert job.finished_at is not None


def test_a_chunk_that_fails_is_absent_and_those_before_stay(company: Company) -> None:
    job = start_job(company.alice, "import")
    with chunk_of(company.alice, job, 0):
        create_accounts(company.alice, [{"name": "One"}])
    with pytest.raises(NotPermitted):
        _fail_halfway(company, job)
    assert list(Account.objects.values_list("name", flat=True)) == ["One"]
    assert list(ChangeSet.objects.filter(job=job).values_list("chunk", flat=True)) == [0]


def test_a_chunk_is_done_once(company: Company) -> None:
    job = imported(company)
    with pytest.raises(IntegrityError), transaction.atomic(), chunk_of(company.alice, job, 1):
        create_accounts(company.alice, [{"name": "Again"}])
    assert live() == 6


def test_a_job_is_undone_as_one(company: Company) -> None:
    job = imported(company)
    undone = undo_job(company.alice, job.pk)
    assert (len(undone.restored), undone.kept, live()) == (6, [], 0)


def test_what_changed_since_a_job_is_kept(company: Company) -> None:
    job = imported(company)
    changed = Account.objects.get(name="Account 1.0")
    edit_account(company.alice, changed.pk, {"city": "Nice"})
    undone = undo_job(company.alice, job.pk)
    assert (len(undone.restored), undone.kept, live()) == (5, [(changed.ref, "record")], 1)


def test_a_chunk_of_which_nothing_can_be_undone_is_passed_over(company: Company) -> None:
    job = imported(company, size=1)
    changed = Account.objects.get(name="Account 1.0")
    edit_account(company.alice, changed.pk, {"city": "Nice"})
    assert len(undo_job(company.alice, job.pk).restored) == 2
    assert live() == 1


def test_undoing_a_job_again_undoes_nothing(company: Company) -> None:
    job = imported(company)
    undo_job(company.alice, job.pk)
    again = undo_job(company.alice, job.pk)
    assert (again.restored, again.kept) == ([], [])


def test_a_job_nobody_started_cannot_be_undone(company: Company) -> None:
    with pytest.raises(NotFound):
        undo_job(company.alice, 999_999)


def test_others_cannot_undo_a_job_they_do_not_see(company: Company) -> None:
    job = imported(company)
    with pytest.raises(NotFound):
        undo_job(company.dan, job.pk)
    assert live() == 6


def test_a_job_is_not_the_last_command_to_undo(company: Company) -> None:
    imported(company)
    assert last_undoable(company.alice.id or 0) is None


def _fail_halfway(company: Company, job: Job) -> None:
    with chunk_of(company.alice, job, 1):
        create_accounts(company.alice, [{"name": "Two"}])
        create_accounts(company.rita, [{"name": "Three"}])
