"""Plain edits of an open deal: fields, owner, ticks, comments."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from opportune.identity.actor import Actor
from opportune.identity.queries import known_people
from opportune.identity.visibility import scope
from opportune.kernel import clock
from opportune.kernel.checking import Faults
from opportune.kernel.errors import Invalid, NotFound, NotPermitted
from opportune.kernel.registries import react
from opportune.kernel.sentences import sentence
from opportune.ledger.merging import check_version
from opportune.ledger.recording import action, recording
from opportune.opportunities.chances import demand_typable, likelihood_fields
from opportune.opportunities.events import PrimaryContactsNamed
from opportune.opportunities.models import Opportunity, StepMark
from opportune.opportunities.origins import Named, sole_segment_seen_by, with_campaign, wrong_origins
from opportune.opportunities.probability import (
    back_to_process,
    typed_chance,
    typed_probability,
)
from opportune.opportunities.references import INITIATOR, as_columns, wrong_references
from opportune.opportunities.values import checked, sorted_values
from opportune.opportunities.writing import (
    obtain_deal,
    obtain_open_deal,
    organisation_today,
    touch,
    write,
    zone_of,
)
from opportune.process.queries import process_by_id
from opportune.reference.queries import currency_digits, organisation_settings, rate_on

CUSTOMER = ("account_id", "contact_id")


@action("edit_opportunity")
def edit(
    actor: Actor, opportunity_id: int, changes: Mapping[str, Any], *, version: int | None = None
) -> Opportunity:
    """Change fields of an open deal; `version` is the one the caller looked at.

    Giving one kind of customer takes the other away. Raises NotFound, NotPermitted, Invalid, or Conflict:
    `closed`, or someone changed the same since that version.
    """
    deal = obtain_open_deal(actor, opportunity_id)
    faults = Faults()
    kept, wrong = sorted_values(changes)
    faults.add(wrong)
    kept = _one_customer(as_columns(kept, actor, organisation_settings()), faults)
    kept = with_campaign(kept, deal.campaign_id, sole_segment_seen_by(actor))
    differing = {name: value for name, value in kept.items() if getattr(deal, name) != value}
    if not differing and not faults.by_field:
        return deal
    if not faults.by_field:
        check_version(deal, version, differing)
    with faults.gathered():
        if "owner_id" in differing:
            demand_assignable(actor, deal, differing["owner_id"])
    _note_references(actor, deal, kept, differing, faults)
    with faults.gathered():
        differing = _with_likelihood(deal, differing)
    with faults.gathered():
        if "currency" in differing:
            currency_digits(differing["currency"])
    faults.demand()
    differing = _with_rate(deal, differing)
    write(deal, differing)
    if differing.get("primary_contact_id") or differing.get("decision_maker_identified"):
        react(actor, PrimaryContactsNamed.by([deal]))
    return deal


def _one_customer(kept: dict[str, Any], faults: Faults) -> dict[str, Any]:
    given = [name for name in CUSTOMER if kept.get(name)]
    if len(given) == 2:
        faults.add({"customer": sentence("Choose an account or a contact as the customer, not both.")})
    elif given:
        return {**kept, **{name: None for name in CUSTOMER if name not in given}}
    elif any(name in kept for name in CUSTOMER) and faults.by_field.keys().isdisjoint(CUSTOMER):
        faults.add({"customer": sentence("Choose the customer: an account or a contact.")})
    return kept


def _note_references(
    actor: Actor,
    deal: Opportunity,
    kept: Mapping[str, Any],
    differing: Mapping[str, Any],
    faults: Faults,
) -> None:
    named = dict(differing)
    if not named.keys().isdisjoint(INITIATOR):
        named |= {name: kept[name] for name in INITIATOR}
    [wrong] = wrong_references(actor, [named])
    created_on = clock.day_of(deal.created_at, organisation_settings().time_zone)
    [incoherent] = wrong_origins([Named({**vars(deal), **differing}, differing.keys(), created_on)])
    faults.add({**incoherent, **wrong})


def _with_likelihood(deal: Opportunity, differing: dict[str, Any]) -> dict[str, Any]:
    if "chance" not in differing and "probability" not in differing:
        return differing
    process = process_by_id(deal.process_id)
    now = deal.likelihood
    if "chance" in differing:
        now = typed_chance(now, differing["chance"], process.method)
    if "probability" in differing:
        demand_typable(process)
        now = typed_probability(now, differing["probability"], process.method)
    return {**differing, **likelihood_fields(now)}


def _with_rate(deal: Opportunity, differing: dict[str, Any]) -> dict[str, Any]:
    if "currency" not in differing and "estimated_value" not in differing:
        return differing
    currency = differing.get("currency", deal.currency)
    return {**differing, "rate": rate_on(currency, organisation_today())}


def demand_assignable(actor: Actor, deal: Opportunity, owner_id: int | None) -> None:
    """Raise NotPermitted unless the actor may give the deal away, Invalid unless that person can be its owner."""
    if not Opportunity.objects.filter(scope(actor, Opportunity.kind, "assign"), pk=deal.pk).exists():
        raise NotPermitted(sentence("You do not have the right to give this record to someone else."))
    if owner_id is None or owner_id not in known_people({owner_id}):
        raise Invalid({"owner_id": sentence("This person cannot be responsible: unknown or deactivated.")})


@action("assign_opportunity")
def assign(actor: Actor, opportunity_id: int, *, owner_id: int, version: int | None = None) -> Opportunity:
    """Give a deal another owner. A closed one only an administrator hands over (domain.md §2)."""
    deal = obtain_deal(actor, opportunity_id, "assign")
    if deal.is_open or "administer" not in actor.rights:
        return edit(actor, opportunity_id, {"owner_id": owner_id}, version=version)
    check_version(deal, version, ["owner_id"])
    demand_assignable(actor, deal, owner_id)
    write(deal, {"owner_id": owner_id})
    return deal


@action("use_process_chance")
def use_process_chance(actor: Actor, opportunity_id: int) -> Opportunity:
    """Let the process decide the chance again instead of what was typed."""
    deal = obtain_open_deal(actor, opportunity_id)
    process = process_by_id(deal.process_id)
    stage = process.stage(deal.stage_id)
    likelihood = back_to_process(deal.likelihood, stage.chance if stage else None, process.method)
    write(deal, likelihood_fields(likelihood))
    return deal


@action("mark_step")
def mark_step(actor: Actor, opportunity_id: int, step_id: int, *, is_done: bool = True) -> StepMark:
    """Tick a step of an open deal, or take the tick away (D-063). Raises NotFound for a step that is no tick."""
    deal = obtain_open_deal(actor, opportunity_id)
    if not process_by_id(deal.process_id).has_tick(step_id):
        raise NotFound("step")
    touch(deal)
    # who undoes the tick locks it alone; a tick that is there already must stay until this command ends
    mark = StepMark.objects.select_for_update().filter(opportunity=deal, step_id=step_id).first()
    if mark is not None:
        recording().update(mark, {"is_done": is_done})
        return mark
    mark = StepMark(opportunity=deal, step_id=step_id, is_done=is_done)
    if is_done:
        recording().create(mark)
    return mark


@action("comment_opportunity")
def comment(actor: Actor, opportunity_id: int, *, text: str) -> Opportunity:
    """Add to the comments of an open deal, with the date, the time and the name of who says so (C-053).

    Who may add to the deal may, without changing it otherwise: a sales team member (D-002, domain.md §7).
    Raises NotFound, NotPermitted, Conflict `closed`, Invalid for nothing said.
    """
    deal = obtain_open_deal(actor, opportunity_id, "append")
    said = checked({"comments": text})["comments"]
    if not said:
        raise Invalid({"comments": sentence("This field is required.")})
    stamped = stamp(actor.label, clock.now(), zone_of(actor), actor.language) + said
    with recording().adding(deal.ref):
        write(deal, {"comments": f"{deal.comments}\n\n{stamped}".lstrip()})
    return deal


def stamp(name: str, at: datetime, zone: str, language: str) -> str:
    """What stands before a comment: 21/11/2026 16:06 — Marie Durand: (C-053)."""
    colon = "\u00a0:" if language.startswith("fr") else ":"
    return f"{at.astimezone(ZoneInfo(zone)):%d/%m/%Y %H:%M} — {name}{colon} "
