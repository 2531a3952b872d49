"""Opportunities: what comes in. Which values are right is for the actions to say."""

from typing import Any

from opportune.identity.actor import Actor
from opportune.kernel.errors import Invalid
from opportune.kernel.sentences import sentence
from opportune.opportunities.queries import opportunity
from opportune.process.queries import ProcessPicture, processes
from opportune.reference.queries import organisation_settings
from opportune.schemas.shapes import Day, Given, Id, Name, Number, Text

UNKNOWN = 0
"""Instead of an id for a name that nothing has, so that the action refuses it in its own words."""


class OpportunityFields(Given):
    """What may be written on an opportunity; none empties a field. `account_id` or `contact_id` is the customer.

    `initiated_by` is an account, a contact or a campaign as `account:12`. `reminder_at` is a day, or a day and
    time; without an offset it is meant in the person's time zone, without a time at the time of the settings.
    """

    description: Text | None = None
    comments: Text | None = None
    customer_need: Text | None = None
    proposed_solution: Text | None = None
    external_id: Text | None = None
    account_id: Id | None = None
    contact_id: Id | None = None
    primary_contact_id: Id | None = None
    campaign_id: Id | None = None
    segment_id: Id | None = None
    initiated_by: Text | None = None
    owner_id: Id | None = None
    currency: Text | None = None
    estimated_value: Number | None = None
    budget: Number | None = None
    chance: Number | None = None
    probability: Number | None = None
    estimated_close_on: Day | None = None
    decision_on: Day | None = None
    expires_on: Day | None = None
    delivery_on: Day | None = None
    reminder_at: Text | None = None
    on_hold: bool = False
    decision_maker_identified: bool = False
    type: Text | None = None
    source: Text | None = None
    rating: Text | None = None
    priority: Text | None = None
    purchase_timeframe: Text | None = None
    purchase_process: Text | None = None
    payment_terms: Text | None = None
    forecast_category: Text | None = None


class OpportunityGiven(OpportunityFields):
    """An opportunity to create, in the default process and its default stage unless said otherwise.

    `stage` none creates it not started.
    """

    subject: Text
    process: Name | None = None
    stage: Name | None = None


class OpportunityChanges(OpportunityFields):
    """Fields of an opportunity to change; what is left out stays. `version` is the one that was looked at."""

    subject: Text | None = None
    version: Id | None = None


class MoveGiven(Given):
    """A move: by the stage aimed at, or by name (start, next, previous, skip, jump_back, update, finish).

    A stage is one of the opportunity's process, or of `process`, which it is switched to. `on` is the date of change,
    today unless given; a chance, value or close date may be typed along the way.
    """

    stage: Name | None = None
    process: Name | None = None
    move: Text | None = None
    on: Day | None = None
    chance: Number | None = None
    estimated_value: Number | None = None
    estimated_close_on: Day | None = None
    cancel_open_tasks: bool = False
    version: Id | None = None


class SwitchGiven(Given):
    """Another process to run, by its id or key; `on` is the date of change, today unless given."""

    process: Name
    on: Day | None = None
    version: Id | None = None


class ClosureGiven(Given):
    """Winning or losing: outcome (won, lost), the code of a reason and the date are needed.

    The actual value is the estimated one unless given; `confirm_zero` wins without any value. `lost_to` is the
    competitor who won it, by id or by name.
    """

    outcome: Text = ""
    reason: Text = ""
    on: Day | None = None
    actual_value: Number | None = None
    lost_to: Name | None = None
    description: Text = ""
    cancel_open_tasks: bool = True
    confirm_zero: bool = False
    version: Id | None = None


class MonthGiven(Given):
    """A month to close in, such as 2026-06, or `none` for no estimated close."""

    month: Text
    version: Id | None = None


class ReopeningGiven(Given):
    """Taking a closing back."""

    version: Id | None = None


class OwnerGiven(Given):
    """Who shall be responsible."""

    owner_id: Id
    version: Id | None = None


class CloneGiven(Given):
    """A copy to make; its subject is the original's, marked as a copy, unless another is given."""

    subject: Text | None = None


class CommentGiven(Given):
    """Something to add to the comments, under the date, the time and one's name."""

    text: Text


class SnoozeGiven(Given):
    """For how long to put a reminder off: `15m`, `1h`, or until `tomorrow`."""

    until: Text


class RivalFields(Given):
    """What may be written on a competitor of an opportunity; none empties a field."""

    price: Number | None = None
    checked_on: Day | None = None
    note: Text | None = None


class RivalGiven(RivalFields):
    """A competitor to name on an opportunity: by the id of one that is known, or by a name."""

    competitor_id: Id | None = None
    name: Text = ""


class RivalChanges(RivalFields):
    """Changes to what is known of a competitor on an opportunity; what is left out stays."""

    version: Id | None = None


class MemberGiven(Given):
    """A colleague to put on the sales team, who may see the opportunity and change it unless said otherwise."""

    user_id: Id
    role: Text = ""
    may_write: bool = True


class MemberChanges(Given):
    """Another role for a member of the sales team, or whether they may change the opportunity."""

    role: Text | None = None
    may_write: bool = True


def place_of(given: OpportunityGiven) -> dict[str, int | None]:
    """The arguments `process_id` and `stage_id` of `create`, as far as they are given by id or by key."""
    place: dict[str, int | None] = {}
    if given.process is None and given.stage is None:
        return {"stage_id": None} if "stage" in given.model_fields_set else {}
    wanted = given.process or organisation_settings().default_process
    process = named_process(wanted)
    if given.process is not None:
        place["process_id"] = process.id if process else UNKNOWN
    if "stage" in given.model_fields_set:
        stage = process.stage_named(given.stage) if process and given.stage is not None else None
        place["stage_id"] = None if given.stage is None else stage.id if stage else UNKNOWN
    return place


def move_asked(actor: Actor, opportunity_id: int, given: MoveGiven) -> dict[str, Any]:
    """The arguments of `move`: a stage by its key is one of the deal's process, or of the one named.

    Won and lost stand in pickers like stages; they are handed on as wishes, so that the action can say what to do.
    Raises NotFound, Invalid for a process without a stage.
    """
    asked = {"wish": given.move, **given.given("move", "stage", "process", "version")}
    if given.stage in ("won", "lost") and given.move is None:
        return {**asked, "wish": given.stage}
    if given.process is not None and given.stage is None:
        raise Invalid({"stage": sentence("Say which stage of the process to move to.")})
    if given.process is None or isinstance(given.stage, int) or given.stage is None:
        return {**asked, "stage_id": stage_id_of(actor, opportunity_id, given.stage)}
    process = named_process(given.process)
    stage = process.stage_named(given.stage) if process else None
    return {**asked, "stage_id": stage.id if stage else UNKNOWN}


def stage_id_of(actor: Actor, opportunity_id: int, name: int | str | None) -> int | None:
    """The id of a stage of a deal's process by its id or key; none for none. Raises NotFound for an invisible deal."""
    if name is None or isinstance(name, int):
        return name
    stage = opportunity(actor, opportunity_id).process.stage_named(name)
    return stage.id if stage else UNKNOWN


def named_process(name: int | str) -> ProcessPicture | None:
    """The process with an id or a key."""
    return next((known for known in processes() if name in (known.id, known.key)), None)


def process_id_of(name: int | str) -> int:
    """The id of a process named by id or key; for one that nothing has, an id that nothing has."""
    process = named_process(name)
    return process.id if process else UNKNOWN
