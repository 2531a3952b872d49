"""Who may see and change one deal besides those whose role lets them: the sales team, and shares (D-021, D-049)."""

from collections.abc import Mapping
from typing import Any

from opportune.identity import actions as identity_actions
from opportune.identity import sharing
from opportune.identity.actor import Actor
from opportune.identity.models import Share
from opportune.identity.queries import known_people, teams
from opportune.kernel.checking import Check, text, truth
from opportune.kernel.errors import Invalid, NotFound, Refused
from opportune.kernel.sentences import sentence
from opportune.ledger.binning import put_into_bin, take_out_of_bin
from opportune.ledger.merging import check_version
from opportune.ledger.models import LIVE
from opportune.ledger.recording import action, recording
from opportune.opportunities.models import Opportunity, TeamMember
from opportune.opportunities.values import checked_by
from opportune.opportunities.writing import demand_open, obtain_deal, obtain_open_deal, touch
from opportune.reference.queries import choices

ROLES = "sales_team_role"
_MEMBER: Mapping[str, Check] = {"role": text(40), "may_write": truth}


@action("add_team_member")
def add_member(
    actor: Actor, opportunity_id: int, *, user_id: int, role: str = "", may_write: bool = True
) -> TeamMember:
    """Put a colleague on the sales team of an open deal, which lets them see it, and change it unless said otherwise.

    Takes the right to share the deal. Raises NotFound, NotPermitted, Conflict `closed`, Invalid, or Refused
    `member_already`.
    """
    deal = obtain_open_deal(actor, opportunity_id, "share")
    kept = _checked({"role": role, "may_write": may_write})
    if user_id not in known_people({user_id}):
        raise Invalid({"user_id": sentence("This person does not exist or is deactivated.")})
    if TeamMember.objects.filter(LIVE, opportunity=deal, user_id=user_id).exists():
        raise Refused("member_already", sentence("This person is on the sales team already."))
    member = TeamMember(opportunity=deal, user_id=user_id, **kept)
    recording().create(member)
    identity_actions.share(
        actor, deal.ref, user_id=user_id, may_write=kept["may_write"], reason=Share.Reason.SALES_TEAM
    )
    touch(deal)
    return member


@action("change_team_member")
def change_member(
    actor: Actor,
    opportunity_id: int,
    user_id: int,
    changes: Mapping[str, Any],
    *,
    version: int | None = None,
) -> TeamMember:
    """Change the role of a member of an open deal's sales team, or whether they may change the deal.

    Raises NotFound, NotPermitted, Invalid, Conflict `closed`, or Conflict where somebody changed the same after the
    version that was seen.
    """
    deal = obtain_open_deal(actor, opportunity_id, "share")
    member = _member(deal, user_id)
    kept = _checked(changes)
    check_version(member, version, kept)
    recording().update(member, kept)
    grant = sharing.team_grant_on(deal.ref, user_id)
    if grant is not None and "may_write" in kept:
        sharing.change_share(actor, grant, may_write=kept["may_write"])
    touch(deal)
    return member


@action("remove_team_member")
def remove_member(actor: Actor, opportunity_id: int, user_id: int) -> TeamMember:
    """Take a colleague off the sales team of an open deal, and exactly the access that came with it."""
    deal = obtain_open_deal(actor, opportunity_id, "share")
    member = _member(deal, user_id)
    grant = sharing.team_grant_on(deal.ref, user_id)
    if grant is not None:
        sharing.unshare(actor, grant)
    put_into_bin(member)
    touch(deal)
    return member


@action("bring_back_team_member")
def bring_back_member(actor: Actor, member: TeamMember) -> None:
    """Put a locked one on the team again. Raises Conflict `closed`, or Refused if they are on it anew."""
    demand_open(member.opportunity)
    anew = TeamMember.objects.filter(LIVE, opportunity_id=member.opportunity_id, user_id=member.user_id)
    if anew.exclude(pk=member.pk).exists():
        raise Refused("member_already", sentence("This person is on the sales team already."))
    take_out_of_bin(member)


@action("share_opportunity")
def share_deal(
    actor: Actor,
    opportunity_id: int,
    *,
    user_id: int | None = None,
    team_id: int | None = None,
    may_write: bool = False,
) -> Share:
    """Grant one deal to one person or team, to read or to change. Raises Invalid, NotFound, NotPermitted."""
    deal = obtain_deal(actor, opportunity_id, "share")
    if (user_id is None) == (team_id is None):
        raise Invalid({"user_id": sentence("Choose one person or one team.")})
    if user_id is not None and user_id not in known_people({user_id}):
        raise Invalid({"user_id": sentence("This person does not exist or is deactivated.")})
    if team_id is not None and team_id not in dict(teams()):
        raise Invalid({"team_id": sentence("This team does not exist.")})
    return identity_actions.share(actor, deal.ref, user_id=user_id, team_id=team_id, may_write=may_write)


@action("change_share")
def change_share(actor: Actor, opportunity_id: int, share_id: int, *, may_write: bool) -> Share:
    """Let those a deal is shared with change it, too, or only read it. Raises as `unshare_deal`."""
    grant = _shared(actor, opportunity_id, share_id)
    sharing.change_share(actor, grant, may_write=may_write)
    return grant


@action("unshare_opportunity")
def unshare_deal(actor: Actor, opportunity_id: int, share_id: int) -> Share:
    """Take a share of a deal back. Raises NotFound, NotPermitted, or Refused `by_sales_team`."""
    grant = _shared(actor, opportunity_id, share_id)
    sharing.unshare(actor, grant)
    return grant


def _shared(actor: Actor, opportunity_id: int, share_id: int) -> Share:
    deal = obtain_deal(actor, opportunity_id, "share")
    grant = sharing.grant_on(deal.ref, share_id)
    if grant.reason == Share.Reason.SALES_TEAM:
        raise Refused(
            "by_sales_team",
            sentence("This access comes with the sales team. Change the person’s place on it instead."),
        )
    return grant


def _checked(given: Mapping[str, Any]) -> dict[str, Any]:
    kept = checked_by(_MEMBER, given)
    if kept.get("role") and kept["role"] not in {choice.code for choice in choices(ROLES)}:
        raise Invalid({"role": sentence("“{value}” is not in this list.", value=kept["role"])})
    return kept


def _member(deal: Opportunity, user_id: int) -> TeamMember:
    found = TeamMember.objects.filter(LIVE, opportunity=deal, user_id=user_id)
    member = found.select_for_update(of=("self",)).first()
    if member is None:
        raise NotFound("team_member")
    return member
