"""Commands on many deals at once: those chosen or all that match, and what became of each (C-128, C-129e)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from opportune.identity.actor import Actor
from opportune.kernel.errors import Conflict, Invalid, NotFound, OpportuneError
from opportune.kernel.sentences import Sentence, counted, sentence
from opportune.opportunities.filters import OpportunityFilter
from opportune.opportunities.models import Opportunity
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

    `job_id` is the job that did it, where they were too many for one step.
    """

    verb: str
    done: tuple[int, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    job_id: int | None = None

    @property
    def message(self) -> Sentence:
        """All of it in one sentence: 4 closed, 1 skipped (closed)."""
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


CLOSED, MOVED, ASSIGNED, DELETED = "closed", "moved", "assigned", "deleted"
_DONE: Mapping[str, Callable[[int], Sentence]] = {
    CLOSED: lambda count: counted("{count} closed", "{count} closed", count),
    MOVED: lambda count: counted("{count} moved", "{count} moved", count),
    ASSIGNED: lambda count: counted("{count} assigned", "{count} assigned", count),
    DELETED: lambda count: counted("{count} deleted", "{count} deleted", count),
}
_SHORT: Mapping[str, Sentence] = {
    "closed": sentence("closed"),
    "not_found": sentence("not found"),
    "not_permitted": sentence("no right"),
    "switched_off": sentence("open"),
    "steps_missing": sentence("required steps missing"),
    "quote_missing": sentence("quote missing"),
    "confirm_zero": sentence("no value"),
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


def obtain_many(
    actor: Actor, ids: Sequence[int] | None, wanted: OpportunityFilter | None, verb: str = "write"
) -> Found:
    """The deals of these ids, or all that match; locked, as far as the actor's verb reaches them.

    Raises NotPermitted without the verb, Invalid for neither or both, or for more than a thousand.
    """
    actor.demand(Opportunity.kind, verb)
    reached, missing = obtain_deals(actor, _chosen(actor, ids, wanted), verb)
    return Found(reached, missing)


def _chosen(actor: Actor, ids: Sequence[int] | None, wanted: OpportunityFilter | None) -> set[int]:
    if (ids is None) == (wanted is None):
        raise Invalid({"ids": sentence("Choose opportunities, or give a filter for all that match.")})
    if wanted is not None:
        matching = visible_deals(actor).filter(wanted.condition(actor))
        chosen = set(matching.values_list("pk", flat=True)[: MOST + 1])
    else:
        chosen = set(ids or ())
    if len(chosen) > MOST:
        raise Invalid({"ids": sentence("At most {most} opportunities at once. Choose fewer.", most=MOST)})
    return chosen


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
