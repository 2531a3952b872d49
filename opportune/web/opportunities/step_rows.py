"""The rows of a stage's panel: one form, each row with what it showed, so that none is lost when another is saved."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from opportune.identity.actor import Actor
from opportune.kernel.errors import NotFound
from opportune.kernel.sentences import Sentence
from opportune.opportunities.queries import OpportunityRecord, StageState, StepState
from opportune.process.queries import StepPicture
from opportune.web.conflicts import as_shown
from opportune.web.opportunities.fields import PICKERS, READING, values_of
from opportune.web.picked import read_picked
from opportune.web.typed import Kept, Typed, same_text

TICK = "done"


@dataclass(frozen=True, slots=True)
class Row:
    """A row that is not saved: what was typed there, what is wrong with it, or who was first and what they wrote."""

    typed: Mapping[str, Any]
    errors: Mapping[str, Any] = field(default_factory=Kept)
    message: Sentence | None = None
    theirs: str = ""


@dataclass(slots=True)
class OwnSaves:
    """How far a deal came by one's own saves alone, from the version `seen` before them.

    A row that showed that version is not behind them: nobody else wrote anything since.
    """

    seen: int
    now: int = 0

    def __post_init__(self) -> None:
        self.now = self.now or self.seen

    def saved(self, version: int) -> None:
        """One's own save made this version. Where somebody else came between, all that was seen is behind."""
        is_alone = version == self.now + 1
        self.seen, self.now = (self.seen, version) if is_alone else (version, version)

    def version_of(self, shown: int | None) -> int | None:
        """The version that a form which showed one is compared with."""
        return self.now if shown == self.seen else shown


def shown_in_rows(record: OpportunityRecord) -> dict[int, dict[str, Any]]:
    """What the row of each step shows and sends back, by step."""
    values, version = values_of(record), record.row.version
    return {
        one.step.id: as_shown(_shown(one, record, values), version)
        for state in record.stages
        for one in state.steps
    }


def field_values(record: OpportunityRecord) -> dict[str, Any]:
    """What steps show of a deal, by field."""
    return {**{name: _text(value) for name, value in record.fields.items()}, **values_of(record)}


def _shown(one: StepState, record: OpportunityRecord, values: Mapping[str, Any]) -> dict[str, Any]:
    name = one.step.field
    if not name:
        return {TICK: "on" if one.is_done else ""}
    shown = {name: values[name] if name in values else _text(record.fields.get(name))}
    label = f"{name}_name"
    return shown | ({label: values[label] or ""} if label in values else {})


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def typed_in(actor: Actor, given: Mapping[str, str], step: StepPicture) -> Typed:
    """What was sent of the row of a step; pickers hold what was meant by a name typed."""
    own = f"step{step.id}_"
    sent = {name.removeprefix(own): value for name, value in given.items() if name.startswith(own)}
    return read_picked(actor, sent, PICKERS)


def is_unsaved(typed: Typed) -> bool:
    """Whether a row holds something else than what it showed."""
    shown = typed.shown()
    if "was" not in typed.given:
        return bool(typed.given)
    return any(not same_text(text, typed.given.get(name)) for name, text in shown.items())


def kept_rows(actor: Actor, given: Mapping[str, str], record: OpportunityRecord, stage_id: int) -> list[int]:
    """The steps whose rows stay as the browser has them: unsaved, or showing what still is there."""
    now = shown_in_rows(record)
    kept = []
    for one in stage_of(record, stage_id).steps:
        typed = typed_in(actor, given, one.step)
        if not typed.given or is_unsaved(typed) or typed.given.get("was") == now[one.step.id]["was"]:
            kept.append(one.step.id)
    return kept


def brought_along(
    actor: Actor, given: Mapping[str, str], record: OpportunityRecord, kept: Collection[int], own: OwnSaves
) -> list[int]:
    """The rows among those that stay in the browser which one's own saves alone have left behind."""
    if own.now == own.seen:
        return []
    now = shown_in_rows(record)
    found = []
    for one in (one for state in record.stages for one in state.steps if one.step.id in kept):
        sent = typed_in(actor, given, one.step)
        is_behind = own.version_of(sent.whole("version")) == own.now and sent.whole("version") != own.now
        if is_behind and sent.given.get("was") == now[one.step.id]["was"]:
            found.append(one.step.id)
    return found


def stage_of(record: OpportunityRecord, stage_id: int | None) -> StageState:
    """A stage of a deal. Raises NotFound."""
    found = next((state for state in record.stages if state.stage.id == stage_id), None)
    if found is None:
        raise NotFound("stage")
    return found


def in_words(record: OpportunityRecord, step: StepPicture) -> str:
    """What a step's field holds by now, as people write it."""
    return READING.of(step.field, values_of(record), READING.names())


def step_changes(typed: Typed, name: str) -> dict[str, Any]:
    """The change a field step's input asks for."""
    if name == "customer":
        return typed.customer()
    if name == "primary_contact_id":
        return {name: typed.customer(name)["contact_id"]}
    if name in ("budget", "estimated_value", "chance"):
        return {name: typed.figure(name)}
    return {name: typed.text(name)}
