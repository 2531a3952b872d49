"""What must hold around a campaign or segment that is written: dates, owner, list, campaign."""

from collections.abc import Mapping
from typing import Any

from opportune.campaigns.models import Campaign
from opportune.identity.actor import Actor
from opportune.identity.queries import known_people
from opportune.kernel.errors import Invalid
from opportune.kernel.sentences import Sentence, sentence
from opportune.reference.queries import choices_of

TYPES = "campaign_type"
"""The list of choices that a campaign's type draws on."""
UNSEEN = sentence("This campaign does not exist, or you cannot see it.")


def demand_sound(
    actor: Actor,
    now: Mapping[str, Any],
    changes: Mapping[str, Any],
    *,
    inactive_owners: bool = False,
    whatever_seen: bool = False,
) -> None:
    """Raise Invalid for what is wrong with the fields about to be written; `now` are those of the record as it is.

    `whatever_seen` admits a campaign the actor cannot see and a choice that is gone, as an undo may restore them.
    """
    wrong: dict[str, Sentence] = {}
    after = {**now, **changes}
    starts, ends = after.get("starts_on"), after.get("ends_on")
    if starts is not None and ends is not None and ends < starts:
        wrong["ends_on"] = sentence("It cannot end before it starts.")
    if "owner_id" in changes:
        owner_id = changes["owner_id"]
        if owner_id is None or not known_people({owner_id}, active_only=not inactive_owners):
            wrong["owner_id"] = sentence("This person cannot be responsible: unknown or deactivated.")
    if changes.get("type") and not whatever_seen:
        offered = {choice.code for choice in choices_of([TYPES])[TYPES]}
        if changes["type"] not in offered:
            wrong["type"] = sentence("“{value}” is not in this list.", value=changes["type"])
    if changes.get("campaign_id") and not _is_held(actor, changes["campaign_id"], whatever_seen):
        wrong["campaign_id"] = UNSEEN
    if wrong:
        raise Invalid(wrong)


def _is_held(actor: Actor, campaign_id: int, whatever_seen: bool) -> bool:
    """Whether the campaign is there, locked, so that it does not go into the bin while something joins it."""
    rows = Campaign.objects.live() if whatever_seen else Campaign.objects.visible_to(actor)
    locked = rows.filter(pk=campaign_id).select_for_update(of=("self",), no_key=True)
    return bool(locked.values_list("pk", flat=True))
