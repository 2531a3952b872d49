"""Adding campaigns and segments and changing their fields; what undo asks of them."""

from collections.abc import Mapping
from typing import Any

from opportune.campaigns import values
from opportune.campaigns.models import Addressing, AnyAddressing, Campaign, Segment
from opportune.campaigns.surroundings import demand_sound
from opportune.customers.values import sorted_values
from opportune.identity.actor import Actor
from opportune.identity.visibility import obtain
from opportune.kernel import clock
from opportune.kernel.checking import Check, Faults
from opportune.kernel.errors import NotPermitted
from opportune.kernel.sentences import sentence
from opportune.ledger.binning import put_into_bin, take_out_of_bin
from opportune.ledger.merging import check_version
from opportune.ledger.recording import action, recording

Fields = Mapping[str, Any]


@action("create_campaign")
def create_campaign(actor: Actor, fields: Fields) -> Campaign:
    """Add a campaign; its owner is the actor unless `owner_id` says who. Raises NotPermitted, Invalid."""
    return _create(actor, Campaign, fields, values.CAMPAIGN)


@action("create_segment")
def create_segment(actor: Actor, fields: Fields) -> Segment:
    """Add a segment, of a campaign or of none yet. Raises NotPermitted, Invalid."""
    return _create(actor, Segment, fields, values.SEGMENT)


@action("edit_campaign")
def edit_campaign(actor: Actor, campaign_id: int, changes: Fields, *, version: int | None = None) -> Campaign:
    """Change fields of a campaign; deals that come from it keep it, whatever its dates become.

    Raises NotFound, NotPermitted, Invalid, or Conflict if someone changed the same since `version`.
    """
    actor.demand(Campaign.kind, "write")
    campaign = obtain(Campaign, actor, campaign_id, "write")
    return _edit(actor, campaign, changes, values.CAMPAIGN, version)


@action("activate_campaign")
def activate_campaign(actor: Actor, campaign_id: int, *, version: int | None = None) -> Campaign:
    """From now on deals may be said to come from the campaign, within its dates (E-15).

    Raises NotFound, NotPermitted, Conflict.
    """
    return edit_campaign(actor, campaign_id, {"is_activated": True}, version=version)


@action("deactivate_campaign")
def deactivate_campaign(actor: Actor, campaign_id: int, *, version: int | None = None) -> Campaign:
    """No further deal may be said to come from the campaign. Raises NotFound, NotPermitted, Conflict."""
    return edit_campaign(actor, campaign_id, {"is_activated": False}, version=version)


@action("edit_segment")
def edit_segment(actor: Actor, segment_id: int, changes: Fields, *, version: int | None = None) -> Segment:
    """Change fields of a segment, or attach it to another campaign.

    Raises NotFound, NotPermitted, Invalid, or Conflict if someone changed the same since `version`.
    """
    actor.demand(Segment.kind, "write")
    segment = obtain(Segment, actor, segment_id, "write")
    return _edit(actor, segment, changes, values.SEGMENT, version)


@action("restore_fields")
def restore_fields(actor: Actor, record: Addressing, former: Fields) -> None:
    """Give a locked campaign or segment former values back. Raises NotPermitted, Invalid."""
    _write(actor, record, dict(former), restoring=True)


@action("remove_addressing")
def remove(actor: Actor, record: Addressing) -> None:
    """Put a locked campaign or segment into the bin because its making is undone."""
    put_into_bin(record)


@action("bring_back_addressing")
def bring_back(actor: Actor, record: Addressing) -> None:
    """Take a locked campaign or segment out of the bin."""
    take_out_of_bin(record)


def _create(
    actor: Actor, model: type[AnyAddressing], fields: Fields, checks: Mapping[str, Check]
) -> AnyAddressing:
    actor.demand(model.kind, "create")
    faults = Faults()
    kept, wrong = sorted_values({"name": "", **fields}, checks)
    faults.add(wrong)
    kept["owner_id"] = kept.get("owner_id") or actor.person_id
    if kept["owner_id"] != actor.person_id:
        actor.demand(model.kind, "assign")
    with faults.gathered():
        demand_sound(actor, {}, kept)
    faults.demand()
    made = model(created_at=clock.now(), **kept)
    recording().create(made)
    return made


def _edit(
    actor: Actor,
    record: AnyAddressing,
    changes: Fields,
    checks: Mapping[str, Check],
    version: int | None,
) -> AnyAddressing:
    kept, wrong = sorted_values(changes, checks)
    differing = {name: value for name, value in kept.items() if getattr(record, name) != value}
    if wrong:
        faults = Faults()
        faults.add(wrong)
        with faults.gathered():
            demand_sound(actor, _now(record), differing)
        faults.demand()
    if differing:
        check_version(record, version, differing)
        _write(actor, record, differing)
    return record


def _write(actor: Actor, record: Addressing, changes: dict[str, Any], *, restoring: bool = False) -> None:
    assignable = type(record).objects.reached_by(actor, "assign").filter(pk=record.pk)
    if "owner_id" in changes and not assignable.exists():
        raise NotPermitted(sentence("You do not have the right to give this record to someone else."))
    demand_sound(actor, _now(record), changes, inactive_owners=restoring, whatever_seen=restoring)
    recording().update(record, changes)


def _now(record: Addressing) -> dict[str, Any]:
    return {name: getattr(record, name) for name in record.recorded_fields()}
