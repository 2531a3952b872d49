"""Deals that are to be made, as they were asked for: read and checked, nothing written yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from opportune.identity.actor import Actor
from opportune.identity.queries import known_people
from opportune.kernel import clock
from opportune.kernel.checking import Faults
from opportune.kernel.errors import Invalid
from opportune.kernel.sentences import sentence
from opportune.opportunities.chances import first_likelihood
from opportune.opportunities.estimates import close_after, demand_estimates
from opportune.opportunities.origins import FIELDS as ORIGIN
from opportune.opportunities.origins import Named, sole_segment_seen_by, with_campaign, wrong_origins
from opportune.opportunities.queries.external_ids import taken_external_ids
from opportune.opportunities.references import as_columns, wrong_references
from opportune.opportunities.values import sorted_values
from opportune.process.queries import ProcessPicture, StagePicture, processes
from opportune.reference.queries import currency_digits, organisation_settings

DEFAULT_STAGE = -1


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happened to a deal in the past.

    It entered a stage (`enter`), was closed (`won`, `lost`), or a step of its process was ticked (`tick`).
    """

    what: str
    at: datetime
    on: date
    stage_id: int | None = None
    reason_code: str = ""
    actual_value: Decimal | None = None
    step_id: int | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A deal to be made: `fields` as `values.CHECKS` has them, customer and subject among them.

    `stage_id` is DEFAULT_STAGE for the process's default one, none for a deal that is not started. The rest
    serves imports: when it was created, and what happened since.
    """

    fields: Mapping[str, Any]
    process_id: int | None = None
    stage_id: int | None = DEFAULT_STAGE
    created_at: datetime | None = None
    created_on: date | None = None
    history: tuple[Happening, ...] = field(default=())


@dataclass(slots=True)
class ReadDraft:
    """A draft as far as it could be read: the deal's columns, its likelihood, where it stands, and what is wrong."""

    draft: Draft
    at: datetime
    on: date
    columns: dict[str, Any]
    likelihood: dict[str, Any] = field(default_factory=dict)
    process: ProcessPicture | None = None
    stage: StagePicture | None = None
    faults: Faults = field(default_factory=Faults)


class Reading:
    """The reading of many drafts; what it looks up is looked up once for all of them."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self.settings = organisation_settings()
        self.processes = {process.id: process for process in processes()}
        self.by_key = {process.key: process for process in self.processes.values()}
        self.digits = {self.settings.base_currency: currency_digits(self.settings.base_currency)}
        self.sole_segment = sole_segment_seen_by(actor)

    def read(self, draft: Draft) -> ReadDraft:
        """A draft with all that can be said of it alone; see `note_unknown` for the rest."""
        at = (draft.created_at or clock.now()).astimezone(UTC)
        on = draft.created_on or clock.day_of(at, self.settings.time_zone)
        kept, wrong = sorted_values({"subject": "", **draft.fields})
        columns = with_campaign(as_columns(kept, self.actor, self.settings), None, self.sole_segment)
        one = ReadDraft(draft, at, on, columns)
        one.faults.add(wrong)
        _note_customer(one)
        self._note_currency(one)
        columns["owner_id"] = columns.get("owner_id") or self.actor.person_id
        if columns["owner_id"] is None:
            one.faults.add({"owner_id": sentence("Choose who is responsible.")})
        self._place(one)
        return one

    def digits_of(self, currency: str) -> int:
        """A currency's decimals. Raises Invalid for an unknown one."""
        if currency not in self.digits:
            self.digits[currency] = currency_digits(currency)
        return self.digits[currency]

    def _note_currency(self, one: ReadDraft) -> None:
        currency = one.columns.get("currency") or self.settings.base_currency
        one.columns["currency"] = currency
        with one.faults.gathered():
            self.digits_of(currency)

    def _place(self, one: ReadDraft) -> None:
        given, chance = one.draft, one.columns.pop("chance", None)
        probability = one.columns.pop("probability", None)
        with one.faults.gathered():
            one.process = self._process(given.process_id)
            one.stage = _first_stage(one.process, given.stage_id)
            one.likelihood = first_likelihood(one.process, one.stage, chance, probability)
            if one.stage is not None and given.created_at is None:
                _start(one, one.process, one.stage, chance)

    def _process(self, process_id: int | None) -> ProcessPicture:
        process = (
            self.by_key.get(self.settings.default_process)
            if process_id is None
            else self.processes.get(process_id)
        )
        if process is None or (process_id is None and process.is_retired):
            raise Invalid({"process": sentence("Choose a sales process.")})
        if process.is_retired:
            raise Invalid({"process": sentence("This process is retired. Choose another.")})
        return process


def note_unknown(actor: Actor, drafts: Sequence[ReadDraft], *, inactive_owners: bool) -> None:
    """Note what drafts name that is not there, not seen or taken, in as many queries for many as for one."""
    columns = [one.columns for one in drafts]
    owners = known_people({each["owner_id"] for each in columns}, active_only=not inactive_owners)
    unseen = wrong_references(actor, columns)
    incoherent = wrong_origins([Named(one.columns, ORIGIN, one.on) for one in drafts])
    taken = taken_external_ids({each["external_id"] for each in columns if each.get("external_id")})
    for one, unseen_here, incoherent_here in zip(drafts, unseen, incoherent, strict=True):
        one.faults.add(unseen_here)
        one.faults.add(incoherent_here)
        if one.columns["owner_id"] not in owners:
            one.faults.add(
                {"owner_id": sentence("This person cannot be responsible: unknown or deactivated.")}
            )
        if one.columns.get("external_id") in taken:
            one.faults.add(external_id_taken())


def external_id_taken() -> dict[str, Any]:
    """What is wrong with an external id that another deal has."""
    return {"external_id": sentence("There is an opportunity with this external id already.")}


def _note_customer(one: ReadDraft) -> None:
    account, contact = one.columns.get("account_id"), one.columns.get("contact_id")
    if account and contact:
        one.faults.add({"customer": sentence("Choose an account or a contact as the customer, not both.")})
    if not account and not contact and one.faults.by_field.keys().isdisjoint({"account_id", "contact_id"}):
        one.faults.add({"customer": sentence("Choose the customer: an account or a contact.")})


def _first_stage(process: ProcessPicture, stage_id: int | None) -> StagePicture | None:
    if stage_id is None:
        return None
    if stage_id == DEFAULT_STAGE:
        return process.default_stage
    stage = process.stage(stage_id)
    if stage is None:
        raise Invalid({"stage": sentence("This stage is not one of the process.")})
    return stage


def _start(one: ReadDraft, process: ProcessPicture, stage: StagePicture, chance: Decimal | None) -> None:
    """What creating a deal in a stage asks of its estimates, as a move would (BC §3.8); imports are not asked."""
    close = close_after(one.columns.get("estimated_close_on"), stage.close_date_formula, one.on)
    one.columns["estimated_close_on"] = close
    if process.estimates_required:
        demand_estimates(
            value=one.columns.get("estimated_value"),
            chance=one.likelihood["chance"],
            given_chance=chance,
            close=close,
            on=one.on,
        )
