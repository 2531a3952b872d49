"""Commands on competitors, and on what is known of each on a deal (C-041, D-047)."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from opportune.customers.values import website
from opportune.identity.actor import Actor
from opportune.kernel.checking import Check, Faults, day, sorted_out, text
from opportune.kernel.errors import Invalid, NotFound, Refused
from opportune.kernel.sentences import sentence
from opportune.kernel.text import fold
from opportune.ledger.binning import put_into_bin, take_out_of_bin
from opportune.ledger.merging import check_version
from opportune.ledger.models import LIVE
from opportune.ledger.recording import action, recording
from opportune.opportunities.models import Competitor, Opportunity, Rival
from opportune.opportunities.values import amount, checked_by
from opportune.opportunities.writing import demand_open, obtain_open_deal, touch

_COMPETITOR: Mapping[str, Check] = {
    "name": text(100, required=True),
    "website": text(250),
    "strengths": text(),
    "weaknesses": text(),
}
_RIVAL: Mapping[str, Check] = {"price": amount, "checked_on": day, "note": text()}


@action("create_competitor")
def known_competitor(actor: Actor, name: str) -> Competitor:
    """The competitor of a name, however it is written; made if nobody has named it yet (C-041).

    Raises NotPermitted without the right to change opportunities, Invalid for no name.
    """
    actor.demand(Opportunity.kind, "write")
    kept = checked_by({"name": _COMPETITOR["name"]}, {"name": " ".join(str(name or "").split())})["name"]
    known = Competitor.objects.filter(LIVE, sort_key=_key(kept)).first()
    if known is None:
        known = Competitor(name=kept)
        recording().create(known)
    return known


@action("create_competitor")
def create_competitor(actor: Actor, fields: Mapping[str, Any]) -> Competitor:
    """Add a competitor with what is known of it. Raises NotPermitted, or Invalid if one has this name already."""
    actor.demand(Opportunity.kind, "write")
    found = Faults()
    kept = _kept({"name": "", **fields}, found)
    with found.gathered():
        _demand_free_name(Competitor(), kept.get("name", ""))
    found.demand()
    competitor = Competitor(**kept)
    recording().create(competitor)
    return competitor


@action("edit_competitor")
def edit_competitor(
    actor: Actor, competitor_id: int, changes: Mapping[str, Any], *, version: int | None = None
) -> Competitor:
    """Change a competitor's name, website, strengths or weaknesses; who may change deals may change these.

    Two never share a name. Raises NotFound, NotPermitted, Invalid, Conflict.
    """
    competitor = _obtain_competitor(actor, competitor_id)
    found = Faults()
    kept = _kept(changes, found)
    differing = {field: value for field, value in kept.items() if getattr(competitor, field) != value}
    if found.by_field:
        with found.gathered():
            _demand_free_name(competitor, differing.get("name", ""))
        found.demand()
    if differing:
        check_version(competitor, version, differing)
        _demand_free_name(competitor, differing.get("name", ""))
        recording().update(competitor, differing)
    return competitor


@action("remove_competitor")
def remove_competitor(actor: Actor, competitor_id: int) -> Competitor:
    """Put a competitor into the bin. Refused `in_use` while a deal names it."""
    competitor = _obtain_competitor(actor, competitor_id)
    if is_named(competitor):
        raise Refused(
            "in_use",
            sentence("{name} stands on opportunities. Take it off those first.", name=competitor.name),
        )
    put_into_bin(competitor)
    return competitor


@action("restore_competitor")
def restore_competitor(actor: Actor, competitor: Competitor, values: Mapping[str, Any]) -> None:
    """Give a locked competitor former values. Raises Invalid if another has its name now."""
    _demand_free_name(competitor, values.get("name", ""))
    recording().update(competitor, dict(values))


@action("bring_back_competitor")
def bring_back_competitor(actor: Actor, competitor: Competitor) -> None:
    """Take a locked competitor out of the bin. Raises Invalid if another has its name now."""
    _demand_free_name(competitor, competitor.name)
    take_out_of_bin(competitor)


@action("add_rival")
def add_rival(
    actor: Actor,
    opportunity_id: int,
    *,
    name: str = "",
    competitor_id: int | None = None,
    price: Decimal | str | None = None,
    checked_on: date | str | None = None,
    note: str = "",
) -> Rival:
    """Name a competitor on an open deal, by its id or by typing its name; the price is in the deal's currency.

    Raises NotFound, NotPermitted, Invalid, Conflict `closed`, or Refused `named_already`.
    """
    deal = obtain_open_deal(actor, opportunity_id)
    found = Faults()
    kept = _known({"price": price, "checked_on": checked_on, "note": note}, found)
    competitor = Competitor()
    with found.gathered():
        competitor = known_competitor(actor, name) if competitor_id is None else _given(competitor_id)
    found.demand()
    if Rival.objects.filter(LIVE, opportunity=deal, competitor=competitor).exists():
        raise Refused(
            "named_already", sentence("{name} is on this opportunity already.", name=competitor.name)
        )
    rival = Rival(opportunity=deal, competitor=competitor, **kept)
    recording().create(rival)
    touch(deal)
    return rival


@action("change_rival")
def change_rival(
    actor: Actor,
    opportunity_id: int,
    competitor_id: int,
    changes: Mapping[str, Any],
    *,
    version: int | None = None,
) -> Rival:
    """Change the price a competitor asks on an open deal, when it was checked, or the note.

    `version` is the one of the competitor on this deal. Raises NotFound, NotPermitted, Invalid, Conflict.
    """
    rival = _obtain_rival(actor, opportunity_id, competitor_id)
    found = Faults()
    kept = _known(changes, found)
    found.demand()
    differing = {field: value for field, value in kept.items() if getattr(rival, field) != value}
    if differing:
        check_version(rival, version, differing)
        recording().update(rival, differing)
        touch(rival.opportunity)
    return rival


@action("remove_rival")
def remove_rival(actor: Actor, opportunity_id: int, competitor_id: int) -> Rival:
    """Take a competitor off an open deal. Raises NotFound, NotPermitted, Conflict `closed`."""
    rival = _obtain_rival(actor, opportunity_id, competitor_id)
    put_into_bin(rival)
    touch(rival.opportunity)
    return rival


@action("bring_back_rival")
def bring_back_rival(actor: Actor, rival: Rival) -> None:
    """Put a locked one back on its deal. Raises Conflict `closed`, or Refused if it was named again, or is gone."""
    demand_open(rival.opportunity)
    again = Rival.objects.filter(LIVE, opportunity_id=rival.opportunity_id, competitor_id=rival.competitor_id)
    if again.exclude(pk=rival.pk).exists():
        raise Refused(
            "named_already",
            sentence("{name} is on this opportunity already.", name=rival.competitor.name),
        )
    if rival.competitor.deleted_at is not None:
        raise Refused(
            "competitor_gone",
            sentence("{name} is in the bin. Bring that back first.", name=rival.competitor.name),
        )
    take_out_of_bin(rival)


def is_named(competitor: Competitor) -> bool:
    """Whether a deal outside the bin has it as a competitor, or was lost to it."""
    named = Rival.objects.filter(LIVE, competitor=competitor, opportunity__deleted_at=None)
    return named.exists() or Opportunity.objects.filter(lost_to=competitor, deleted_at=None).exists()


def _key(name: str) -> str:
    return fold(name)[:100]


def _kept(fields: Mapping[str, Any], found: Faults) -> dict[str, Any]:
    kept, wrong = sorted_out(_COMPETITOR, fields)
    found.add(wrong)
    if "website" in kept:
        with found.gathered():
            kept["website"] = _site(kept["website"])
    return kept


def _site(typed: str) -> str:
    try:
        return website(typed)
    except ValueError as refusal:
        raise Invalid({"website": getattr(refusal, "why", sentence("Enter text."))}) from None


def _demand_free_name(competitor: Competitor, name: str) -> None:
    others = Competitor.objects.filter(LIVE, sort_key=_key(name)).exclude(pk=competitor.pk)
    if name and others.exists():
        raise Invalid({"name": sentence("There is already a competitor called “{name}”.", name=name)})


def _obtain_competitor(actor: Actor, competitor_id: int) -> Competitor:
    if not actor.may(Opportunity.kind, "read"):
        raise NotFound("competitor")
    actor.demand(Opportunity.kind, "write")
    competitor = Competitor.objects.filter(LIVE, pk=competitor_id).select_for_update().first()
    if competitor is None:
        raise NotFound("competitor")
    return competitor


def _given(competitor_id: int) -> Competitor:
    competitor = Competitor.objects.filter(LIVE, pk=competitor_id).first()
    if competitor is None:
        raise Invalid({"competitor_id": sentence("This competitor does not exist.")})
    return competitor


def _known(given: Mapping[str, Any], found: Faults) -> dict[str, Any]:
    kept, wrong = sorted_out(_RIVAL, given)
    found.add(wrong)
    return kept


def _obtain_rival(actor: Actor, opportunity_id: int, competitor_id: int) -> Rival:
    deal = obtain_open_deal(actor, opportunity_id)
    rival = (
        Rival.objects.filter(LIVE, opportunity=deal, competitor_id=competitor_id)
        .select_related("competitor", "opportunity")
        .select_for_update(of=("self",))
        .first()
    )
    if rival is None:
        raise NotFound("rival")
    return rival
