"""Saving what is filled in for the steps of a stage: each on its own, and what stood in the way of the others."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from opportune.kernel.errors import Conflict, Invalid
from opportune.opportunities import actions
from opportune.opportunities.queries import OpportunityRecord, opportunity
from opportune.process.queries import StepPicture
from opportune.web.opportunities.record import demand_changeable
from opportune.web.opportunities.step_rows import (
    TICK,
    OwnSaves,
    Row,
    in_words,
    is_unsaved,
    shown_in_rows,
    stage_of,
    step_changes,
    typed_in,
)
from opportune.web.pages import SignedIn
from opportune.web.typed import Kept, Typed

_OF_A_ROW = re.compile(r"step\d+_")


@dataclass(frozen=True, slots=True)
class Outcome:
    """The rows that hold something unsaved, whether one that was asked for was refused, and one's own saves."""

    rows: Mapping[int, Row]
    is_refused: bool
    own: OwnSaves


def without_rows(given: Mapping[str, str]) -> dict[str, str]:
    """What a form sent besides the rows of a stage's panel."""
    return {name: value for name, value in given.items() if not _OF_A_ROW.match(name)}


def save_rows(
    request: SignedIn, record: OpportunityRecord, stage_id: int, asked: Collection[StepPicture]
) -> Outcome:
    """Save the rows of a stage that are asked for; the others stay as they are typed.

    Raises NotPermitted, or Conflict `closed`.
    """
    demand_changeable(request.actor, record)
    given = request.POST.dict()
    rows: dict[int, Row] = {}
    own, is_refused = OwnSaves(record.row.version), False
    for one in stage_of(record, stage_id).steps:
        typed = typed_in(request.actor, given, one.step)
        if one.step in asked:
            row = None if "theirs" in given else _save_row(request, own, record.row.id, one.step, typed)
            is_refused |= row is not None
        else:
            row = Row(typed.all_values()) if is_unsaved(typed) else None
        if row is not None:
            rows[one.step.id] = row
    return Outcome(rows, is_refused, own)


def typed_rows(request: SignedIn, record: OpportunityRecord, stage_id: int) -> dict[int, Row]:
    """The rows of a stage in which something is typed and not saved."""
    given = request.POST.dict()
    found = ((one, typed_in(request.actor, given, one.step)) for one in stage_of(record, stage_id).steps)
    return {one.step.id: Row(typed.all_values()) for one, typed in found if is_unsaved(typed)}


def _save_row(
    request: SignedIn, own: OwnSaves, opportunity_id: int, asked: StepPicture, typed: Typed
) -> Row | None:
    """Save what is filled in for one step; what stands in the way, if something does."""
    try:
        is_typed = is_unsaved(typed) or "was" not in typed.given
        if asked.what == "tick" and is_typed:
            actions.mark_step(request.actor, opportunity_id, asked.id, is_done=typed.ticked(TICK))
        elif asked.what == "field" and is_typed:
            changes, version = step_changes(typed, asked.field), own.version_of(typed.whole("version"))
            typed.demand()
            before = len(request.change_sets)
            deal = actions.edit(request.actor, opportunity_id, changes, version=version)
            if len(request.change_sets) > before:
                own.saved(deal.version)
    except Invalid as invalid:
        why = invalid.fields.get(asked.field) or next(iter(invalid.fields.values()))
        return Row(typed.all_values(), Kept({asked.field: why}))
    except Conflict as conflict:
        if conflict.code != "conflict":
            raise
        now = opportunity(request.actor, opportunity_id)
        # saving again overwrites knowingly what is shown, and nothing newer
        seen = {name: shown_in_rows(now)[asked.id][name] for name in ("version", "was")}
        return Row(typed.all_values() | seen, message=conflict.message, theirs=in_words(now, asked))
    return None
