"""One run of an import, from the first look at the file to the report."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from pathlib import Path
from time import monotonic

from django.db import IntegrityError

from opportune.identity.actor import Actor
from opportune.importing.accounts import AccountBook, make_accounts
from opportune.importing.drafts import Drafter, stages_of
from opportune.importing.maps import ImportMap
from opportune.importing.people import Staff, enrol, staff
from opportune.importing.rejects import Rejects
from opportune.importing.rows import RowReader, list_prices
from opportune.importing.tables import Line, Table
from opportune.kernel import clock
from opportune.kernel.errors import Conflict, Invalid, NotFound, OpportuneError
from opportune.kernel.sentences import Sentence, sentence
from opportune.ledger.jobs import (
    LARGEST_CHUNK,
    SMALLEST_CHUNK,
    chunk_of,
    next_chunk,
    paced,
    report,
    start_job,
    unfinished_job,
)
from opportune.ledger.models import Job
from opportune.opportunities.actions import Draft, create_many
from opportune.opportunities.queries.external_ids import known_external_ids
from opportune.reference.queries import organisation_settings, reason_by_code

KIND = "import_opportunities"

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class ImportReport:
    """How an import ended: its job, rows taken in, rows that were there already, rows refused.

    `rejects` is the file with the refused rows, if there are any; `reasons` say why, most frequent first.
    """

    job_id: int
    imported: int
    skipped: int
    refused: int
    rejects: Path | None
    reasons: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Survey:
    """What a first look at the file tells: how many rows, the owners they name, and the accounts with their owners."""

    total: int
    accounts: Mapping[str, tuple[str, ...]]
    owners: tuple[str, ...]


class Run:
    """What one run looks up once, and how far it is.

    Making one starts its job, or takes up the one that was cut short. Raises Invalid for a file or a map without sense.
    """

    def __init__(self, actor: Actor, table: Table, map: ImportMap, default_account: str) -> None:
        self.actor, self.table, self.map = actor, table, map
        self.directory = table.file.parent
        prices = list_prices(map.list_price, self.directory) if map.list_price else {}
        self.reader = RowReader(map, default_account, prices)
        self.process, self.stages = stages_of(map)
        demand_reason(map.reason)
        self.survey = survey(table, self.reader)
        about = {"digest": _digest(table, map, default_account)}
        self.job = unfinished_job(actor, KIND, **about) or start_job(
            actor, KIND, total=self.survey.total, file=table.file.name, **about
        )
        self.next_chunk = next_chunk(self.job)
        self.chunk_size = SMALLEST_CHUNK
        self.done = self.imported = self.skipped = 0

    def through(self, refused: Rejects, progress: Progress) -> ImportReport:
        """All the way to the report. Whatever ends it early leaves whole chunks, and the job as failed."""
        state = Job.State.FAILED
        try:
            drafter = self._drafter()
            lines = self.table.lines()
            while several := list(islice(lines, self.chunk_size)):
                self._take_in(several, drafter, refused)
                report(self.job, done=self.done, refused=refused.count)
                progress(self.done, self.survey.total)
            state = Job.State.DONE
        finally:
            report(self.job, done=self.done, refused=refused.count, state=state)
        reasons = tuple(refused.reasons.most_common())
        return ImportReport(self.job.pk, self.imported, self.skipped, refused.count, refused.written, reasons)

    def _drafter(self) -> Drafter:
        if self.map.create_people:
            with self._chunk():
                enrol(self.actor, self.map, self.directory, self.survey.owners)
        people = staff()
        return Drafter(
            process=self.process,
            stages=self.stages,
            currency=self.map.currency,
            zone=organisation_settings().time_zone,
            now=clock.now(),
            accounts=self._accounts(people),
            people=people,
        )

    def _accounts(self, people: Staff) -> AccountBook:
        return make_accounts(self.actor, self.map, self.directory, self.survey.accounts, people, self._chunk)

    def _take_in(self, lines: Sequence[Line], drafter: Drafter, refused: Rejects) -> None:
        """Make what is new and sound among some rows, in one chunk; then note what was refused."""
        ids = {line.number: self.reader.external_id(line) for line in lines}
        present = known_external_ids(self.actor, {external_id for external_id in ids.values() if external_id})
        faulty: list[tuple[Line, Sequence[Sentence]]] = []
        sound: list[tuple[Line, Draft]] = []
        for line in lines:
            try:
                row = self.reader.read(line)
                if row.external_id not in present:
                    sound.append((line, drafter.draft_of(row)))
            except Invalid as problem:
                if ids[line.number] not in present or "external_id" in problem.fields:
                    faulty.append((line, _reasons(problem)))
        outcomes = self._make([draft for _, draft in sound])
        for (line, _), refusal in zip(sound, outcomes, strict=True):
            if refusal is not None:
                faulty.append((line, _reasons(refusal)))
        for line, reasons in sorted(faulty, key=lambda one: one[0].number):
            refused.add(line, reasons)
        made = outcomes.count(None)
        self.imported += made
        self.skipped += len(lines) - made - len(faulty)
        self.done += len(lines)

    def _make(self, drafts: Sequence[Draft]) -> list[OpportuneError | None]:
        if not drafts:
            self.chunk_size = LARGEST_CHUNK
            return []
        begun = monotonic()
        with self._chunk():
            outcomes = create_many(self.actor, drafts, inactive_owners=True)
        self.chunk_size = paced(len(drafts), monotonic() - begun)
        return [outcome if isinstance(outcome, OpportuneError) else None for outcome in outcomes]

    @contextmanager
    def _chunk(self) -> Iterator[None]:
        try:
            with chunk_of(self.actor, self.job, self.next_chunk):
                yield
        except IntegrityError:
            raise Conflict(
                sentence("Somebody else is importing the same rows. Run this again when they have finished.")
            ) from None
        self.next_chunk += 1


def survey(table: Table, reader: RowReader) -> Survey:
    """Look through a file once. Raises Invalid where it is no CSV, so that nothing is made of its first half."""
    total = 0
    accounts: dict[str, dict[str, None]] = {}
    owners: dict[str, None] = {}
    for line in table.lines():
        total += 1
        if not line.cells:
            continue
        texts = reader.texts(reader.cells(line))
        account, owner = texts["account"], texts.get("owner", "")
        named = accounts.setdefault(account, {}) if account else {}
        if owner:
            owners.setdefault(owner)
            named.setdefault(owner)
    return Survey(total, {account: tuple(named) for account, named in accounts.items()}, tuple(owners))


def demand_reason(code: str) -> None:
    """Raise Invalid if there is no close reason of a code."""
    try:
        reason_by_code(code)
    except NotFound:
        raise Invalid({"reason": sentence("There is no close reason “{code}”.", code=code)}) from None


def _digest(table: Table, map: ImportMap, default_account: str) -> str:
    said = f"{table.digest()} {map!r} {default_account}"
    return sha256(said.encode()).hexdigest()


def _reasons(problem: OpportuneError) -> Sequence[Sentence]:
    return list(problem.fields.values()) if isinstance(problem, Invalid) else [problem.message]
