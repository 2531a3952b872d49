"""Commands on many deals at once: those chosen or all that match, and what became of each (C-128, C-129e)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import update_wrapper
from typing import Any, TypeVar

from django.db.models import QuerySet

from opportune.identity.actor import Actor
from opportune.kernel.errors import Conflict, Invalid, NotFound, OpportuneError
from opportune.kernel.records import RecordRef
from opportune.kernel.registries import RowRefused
from opportune.kernel.sentences import Sentence, counted, sentence
from opportune.ledger.jobs import LARGEST_CHUNK, chunk_of
from opportune.ledger.models import Job, plain
from opportune.ledger.recording import action, tried_twice
from opportune.ledger.working import begin_job
from opportune.opportunities.filters import OpportunityFilter
from opportune.opportunities.models import Opportunity
from opportune.opportunities.queries.listing import subjects
from opportune.opportunities.queries.totals import visible_deals
from opportune.opportunities.writing import demand_open, obtain_deals

MOST = 1000
Plan = TypeVar("Plan")


@dataclass(frozen=True, slots=True)
class Skipped:
    """A deal that was left as it was, and why; the subject of one that may be seen."""

    id: int
    subject: str
    error: OpportuneError


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What became of each deal, in the order of their ids; `verb` says what was done.

    Where they were too many for one step, nothing has become of them yet: `job_id` is the job that does it to all
    the `total`.
    """

    verb: str
    done: tuple[int, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    job_id: int | None = None
    total: int = 0

    @property
    def message(self) -> Sentence:
        """All of it in one sentence: 4 closed, 1 skipped (closed)."""
        if self.job_id is not None:
            return counted(
                "{count} opportunity is being worked through.",
                "{count} opportunities are being worked through.",
                self.total,
            )
        done = _DONE[self.verb](len(self.done))
        if not self.skipped:
            return sentence("{done}.", done=done)
        reasons = {one.error.code: _SHORT.get(one.error.code, one.error.message) for one in self.skipped}
        return sentence(
            "{done}, {skipped}.",
            done=done,
            skipped=counted(
                "{count} skipped ({reasons})",
                "{count} skipped ({reasons})",
                len(self.skipped),
                reasons=tuple(reasons.values()),
            ),
        )


CLOSED, MOVED, ASSIGNED, DELETED, REVALUED = "closed", "moved", "assigned", "deleted", "revalued"
_DONE: Mapping[str, Callable[[int], Sentence]] = {
    CLOSED: lambda count: counted("{count} closed", "{count} closed", count),
    MOVED: lambda count: counted("{count} moved", "{count} moved", count),
    ASSIGNED: lambda count: counted("{count} assigned", "{count} assigned", count),
    DELETED: lambda count: counted("{count} deleted", "{count} deleted", count),
    REVALUED: lambda count: counted("{count} revalued", "{count} revalued", count),
}
_TITLES: Mapping[str, Sentence] = {
    CLOSED: sentence("Close opportunities"),
    MOVED: sentence("Move opportunities"),
    ASSIGNED: sentence("Assign opportunities"),
    DELETED: sentence("Delete opportunities"),
    REVALUED: sentence("Revalue open opportunities"),
}
_SHORT: Mapping[str, Sentence] = {
    "closed": sentence("closed"),
    "not_found": sentence("not found"),
    "not_permitted": sentence("no right"),
    "switched_off": sentence("open"),
    "steps_missing": sentence("required steps missing"),
    "quote_missing": sentence("quote missing"),
    "confirm_zero": sentence("no value"),
    "missing_rate": sentence("no rate"),
}


@dataclass(frozen=True, slots=True)
class Found:
    """The deals a command on many reaches, locked, and why it does not reach the others."""

    reached: Sequence[Opportunity]
    missing: Mapping[int, OpportuneError]

    @property
    def open(self) -> list[Opportunity]:
        """Those that are open."""
        return [deal for deal in self.reached if deal.is_open]

    def outcomes(
        self, verb: str, done: Iterable[Opportunity], refused: Mapping[int, OpportuneError]
    ) -> Outcomes:
        """What became of all of them; closed ones that nothing was done to say so."""
        changed = {deal.pk for deal in done}
        why: dict[int, OpportuneError] = {**self.missing, **refused}
        for deal in self.reached:
            if deal.pk not in changed and deal.pk not in why:
                why[deal.pk] = _closed(deal)
        subjects = {deal.pk: deal.subject for deal in self.reached}
        skipped = tuple(Skipped(one, subjects.get(one, ""), error) for one, error in sorted(why.items()))
        return Outcomes(verb, tuple(sorted(changed)), skipped)


SetForm = Callable[..., Outcomes]
Matching = Callable[[Actor, Any], QuerySet[Opportunity]]
ON_MANY: dict[str, "OnMany"] = {}


def _filtered(actor: Actor, wanted: OpportunityFilter) -> QuerySet[Opportunity]:
    return visible_deals(actor).filter(wanted.condition(actor))


class OnMany:
    """A command on many deals, made of what it does to some: a set form `(actor, found, …) -> Outcomes`.

    Called with `ids`, or with what is `wanted` for all that match. Up to a thousand deals are one change set, done at
    once; more are a job (`domain.md §1`), whose deals are fixed now, and whose outcomes carry its id. What concerns
    all of them is refused at once. Raises NotPermitted without the verb, Invalid for neither or both, and what the
    set form raises.
    """

    rows = Opportunity.kind
    largest_chunk = LARGEST_CHUNK

    def __init__(self, kind: str, done: str, right: str, matching: Matching, set_form: SetForm) -> None:
        self.kind, self.done, self.right, self.matching = kind, done, right, matching
        self.title, self.set_form = _TITLES[done], set_form
        self._at_once = action(kind)(self._on)
        update_wrapper(self, set_form)

    def __call__(
        self, actor: Actor, *, ids: Sequence[int] | None = None, wanted: Any = None, **how: Any
    ) -> Outcomes:
        actor.demand(Opportunity.kind, self.right)
        chosen = self._chosen(actor, ids, wanted)
        if len(chosen) <= MOST:
            return self._at_once(actor, chosen, how)
        asked = {name: plain(value) for name, value in how.items()}
        job = tried_twice(lambda: begin_job(actor, self.kind, chosen, how=asked))
        return Outcomes(self.done, job_id=job.pk, total=job.total)

    def do(self, actor: Actor, job: Job, number: int, ids: Sequence[int]) -> Sequence[RowRefused]:
        """Do some of the deals of a job."""
        with chunk_of(actor, job, number):
            outcomes = self._on(actor, ids, job.about["how"])
        return [RowRefused(RecordRef(self.rows, one.id), one.error) for one in outcomes.skipped]

    def names(self, actor: Actor, job: Job, refs: Iterable[RecordRef]) -> Mapping[RecordRef, str]:
        """The subjects of those deals that the actor may see."""
        found = subjects(actor, {ref.id for ref in refs if ref.kind == self.rows})
        return {RecordRef(self.rows, one): subject for one, subject in found.items()}

    def _on(self, actor: Actor, ids: Sequence[int], how: Mapping[str, Any]) -> Outcomes:
        actor.demand(Opportunity.kind, self.right)
        return self.set_form(actor, Found(*obtain_deals(actor, ids, self.right)), **how)

    def _chosen(self, actor: Actor, ids: Sequence[int] | None, wanted: Any) -> Sequence[int]:
        if (ids is None) == (wanted is None):
            raise Invalid({"ids": sentence("Choose opportunities, or give a filter for all that match.")})
        if wanted is None:
            return sorted(set(ids or ()))
        return list(self.matching(actor, wanted).order_by("pk").values_list("pk", flat=True))


def on_many(
    kind: str, done: str, *, right: str = "write", matching: Matching = _filtered
) -> Callable[[SetForm], OnMany]:
    """Make a set form a command on many, by the kind of its job and of its change sets."""

    def declare(set_form: SetForm) -> OnMany:
        ON_MANY[kind] = OnMany(kind, done, right, matching, set_form)
        return ON_MANY[kind]

    return declare


def each_of(
    deals: Iterable[Opportunity], plan: Callable[[Opportunity], Plan]
) -> tuple[list[Plan], dict[int, OpportuneError]]:
    """A plan for each deal, or why there is none. Plans only look; what is wrong with one leaves the others."""
    planned, refused = [], {}
    for deal in deals:
        try:
            planned.append(plan(deal))
        except OpportuneError as error:
            refused[deal.pk] = error
    return planned, refused


def _closed(deal: Opportunity) -> OpportuneError:
    try:
        demand_open(deal)
    except Conflict as closed:
        return closed
    return NotFound(Opportunity.kind)
