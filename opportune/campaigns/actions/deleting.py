"""Putting campaigns and segments into the bin, and bringing them back (C-040: the deals stay)."""

from typing import Any

from django.db.models import QuerySet

from opportune.campaigns.actions.writing import bring_back
from opportune.campaigns.events import OriginRemoved
from opportune.campaigns.models import Addressing, Campaign, Segment
from opportune.identity.actor import Actor
from opportune.identity.visibility import obtain
from opportune.kernel.errors import NotFound, NotPermitted, Refused
from opportune.kernel.records import RecordRef
from opportune.kernel.registries import react
from opportune.kernel.sentences import sentence
from opportune.ledger.binning import put_into_bin
from opportune.ledger.merging import check_version
from opportune.ledger.models import Change
from opportune.ledger.recording import action
from opportune.ledger.undo import undo
from opportune.process.holding import hold_processes
from opportune.reference.replacing import replace_values

DELETING = ("delete_campaign", "delete_segment")
MODELS: dict[str, type[Campaign] | type[Segment]] = {"campaign": Campaign, "segment": Segment}


@action("delete_campaign")
def delete_campaign(actor: Actor, campaign_id: int, *, version: int | None = None) -> Campaign:
    """Put a campaign into the bin. Its deals and segments stay, and belong to no campaign.

    Raises NotFound, NotPermitted, Conflict.
    """
    actor.demand(Campaign.kind, "delete")
    hold_processes()  # before the campaign is locked, as its deals are afterwards (decision 33)
    campaign = obtain(Campaign, actor, campaign_id, "delete")
    check_version(campaign, version, campaign.recorded_fields())
    react(actor, OriginRemoved(campaign.ref))
    replace_values(Segment._default_manager.all(), {"campaign_id": campaign.pk}, {"campaign_id": None})
    put_into_bin(campaign)
    return campaign


@action("delete_segment")
def delete_segment(actor: Actor, segment_id: int, *, version: int | None = None) -> Segment:
    """Put a segment with its lines into the bin. Its deals stay, and belong to no segment.

    Raises NotFound, NotPermitted, Conflict.
    """
    actor.demand(Segment.kind, "delete")
    hold_processes()
    segment = obtain(Segment, actor, segment_id, "delete")
    check_version(segment, version, segment.recorded_fields())
    react(actor, OriginRemoved(segment.ref))
    put_into_bin(segment)
    return segment


def restore_campaign(actor: Actor, campaign_id: int) -> None:
    """Take a campaign out of the bin; deals and segments that lost it have it again, unless they got another since.

    Raises NotFound, NotPermitted, Refused `not_in_bin`.
    """
    _restore(actor, RecordRef(Campaign.kind, campaign_id))


def restore_segment(actor: Actor, segment_id: int) -> None:
    """Take a segment out of the bin, as `restore_campaign` does.

    Raises NotFound, NotPermitted, Refused `not_in_bin`.
    """
    _restore(actor, RecordRef(Segment.kind, segment_id))


def _restore(actor: Actor, ref: RecordRef) -> None:
    actor.demand(ref.kind, "delete")
    model = MODELS[ref.kind]
    record: Addressing | None = model.objects.reached_by(actor, "read").filter(pk=ref.id).first()
    if record is None:
        raise NotFound(ref.kind)
    if not model.objects.reached_by(actor, "delete").filter(pk=ref.id).exists():
        raise NotPermitted(kind=ref.kind, verb="delete")
    if record.deleted_at is None:
        raise Refused("not_in_bin", sentence("{name} is not in the bin.", name=record.name))
    gone = Change.objects.filter(kind=ref.kind, record_id=ref.id, operation=Change.Operation.BIN)
    deleted = gone.select_related("change_set").latest("version").change_set
    if deleted.verb in DELETING:
        undo(actor, deleted.pk)
    else:
        _bring_back_alone(actor, ref)


@action("restore_addressing")
def _bring_back_alone(actor: Actor, ref: RecordRef) -> None:
    """What an undone creation put into the bin comes back by itself."""
    rows: QuerySet[Any] = MODELS[ref.kind].objects.select_for_update(of=("self",))
    bring_back(actor, rows.get(pk=ref.id))
