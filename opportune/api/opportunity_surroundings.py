"""Opportunities: competitors, sales team, shares, reminder, comments, copies."""

from django.http import HttpResponse
from ninja import Router

from opportune.api.answers import answer, made
from opportune.api.asking import Request, version_seen
from opportune.api.opportunities import one
from opportune.identity.queries import shares_of
from opportune.kernel import clock
from opportune.opportunities import actions, queries
from opportune.schemas.opportunity import MemberList, MemberShown, OpportunityShown, RivalList, RivalShown
from opportune.schemas.opportunity_commands import (
    CloneGiven,
    CommentGiven,
    MemberChanges,
    MemberGiven,
    RivalChanges,
    RivalGiven,
    SnoozeGiven,
)
from opportune.schemas.person import ShareChanges, ShareGiven, ShareList, ShareShown
from opportune.schemas.reminder import ReminderList, ReminderShown

router = Router(tags=["opportunities"])
reminders = Router(tags=["reminders"])


@router.post("{int:opportunity_id}/clone", response={201: OpportunityShown})
def clone_opportunity(request: Request, opportunity_id: int, given: CloneGiven | None = None) -> HttpResponse:
    """Make an open opportunity like this one, which may be closed, in the default stage."""
    copy = actions.clone(request.auth, opportunity_id, subject=given.subject if given else None)
    return made(one(request, copy.pk), f"opportunities/{copy.pk}")


@router.post("{int:opportunity_id}/comments", response=OpportunityShown)
def comment_opportunity(request: Request, opportunity_id: int, given: CommentGiven) -> HttpResponse:
    """Add to the comments, under the date, the time and one's name."""
    actions.comment(request.auth, opportunity_id, text=given.text)
    return one(request, opportunity_id)


@router.post("{int:opportunity_id}/reminder/snooze", response=OpportunityShown)
def snooze_reminder(request: Request, opportunity_id: int, given: SnoozeGiven) -> HttpResponse:
    """Put the reminder off: 15 minutes, an hour, until tomorrow."""
    actions.snooze(request.auth, opportunity_id, until=given.until)
    return one(request, opportunity_id)


@router.delete("{int:opportunity_id}/reminder", response=OpportunityShown)
def dismiss_reminder(request: Request, opportunity_id: int) -> HttpResponse:
    """Take the reminder away."""
    actions.dismiss(request.auth, opportunity_id)
    return one(request, opportunity_id)


@reminders.get("", response=ReminderList)
def list_due_reminders(request: Request) -> HttpResponse:
    """The reminders of one's own open opportunities whose time has come, the oldest first."""
    request.auth.demand("opportunity", "read")
    found = queries.due(request.auth, clock.now())
    return answer(ReminderList(items=[ReminderShown.model_validate(each) for each in found]))


@router.get("{int:opportunity_id}/competitors", response=RivalList)
def list_rivals(request: Request, opportunity_id: int) -> HttpResponse:
    """The competitors on an opportunity."""
    return _rivals(request, opportunity_id)


@router.post("{int:opportunity_id}/competitors", response={201: RivalList})
def add_rival(request: Request, opportunity_id: int, given: RivalGiven) -> HttpResponse:
    """Name a competitor on an opportunity, by its id or by a name; nobody has to add it first."""
    actions.add_rival(request.auth, opportunity_id, **given.given())
    return made(_rivals(request, opportunity_id))


@router.patch("{int:opportunity_id}/competitors/{int:competitor_id}", response=RivalList)
def change_rival(
    request: Request, opportunity_id: int, competitor_id: int, given: RivalChanges
) -> HttpResponse:
    """Change the price a competitor asks, when it was checked, or the note."""
    seen = version_seen(request, given.version)
    actions.change_rival(request.auth, opportunity_id, competitor_id, given.given("version"), version=seen)
    return _rivals(request, opportunity_id)


@router.delete("{int:opportunity_id}/competitors/{int:competitor_id}", response=RivalList)
def remove_rival(request: Request, opportunity_id: int, competitor_id: int) -> HttpResponse:
    """Take a competitor off an opportunity."""
    actions.remove_rival(request.auth, opportunity_id, competitor_id)
    return _rivals(request, opportunity_id)


@router.get("{int:opportunity_id}/sales-team", response=MemberList)
def list_sales_team(request: Request, opportunity_id: int) -> HttpResponse:
    """The sales team of an opportunity."""
    return _team(request, opportunity_id)


@router.post("{int:opportunity_id}/sales-team", response={201: MemberList})
def add_team_member(request: Request, opportunity_id: int, given: MemberGiven) -> HttpResponse:
    """Put a colleague on the sales team, which grants access to this one opportunity."""
    actions.add_member(request.auth, opportunity_id, **given.model_dump())
    return made(_team(request, opportunity_id))


@router.patch("{int:opportunity_id}/sales-team/{int:person_id}", response=MemberList)
def change_team_member(
    request: Request, opportunity_id: int, person_id: int, given: MemberChanges
) -> HttpResponse:
    """Give a member of the sales team another role, or another access."""
    actions.change_member(request.auth, opportunity_id, person_id, given.given())
    return _team(request, opportunity_id)


@router.delete("{int:opportunity_id}/sales-team/{int:person_id}", response=MemberList)
def remove_team_member(request: Request, opportunity_id: int, person_id: int) -> HttpResponse:
    """Take a colleague off the sales team, and exactly the access that came with it."""
    actions.remove_member(request.auth, opportunity_id, person_id)
    return _team(request, opportunity_id)


@router.get("{int:opportunity_id}/shares", response=ShareList)
def list_shares(request: Request, opportunity_id: int) -> HttpResponse:
    """Whom an opportunity is shared with, the sales team included."""
    return _shares(request, opportunity_id)


@router.post("{int:opportunity_id}/shares", response={201: ShareList})
def share_opportunity(request: Request, opportunity_id: int, given: ShareGiven) -> HttpResponse:
    """Share an opportunity with one person or one team, to read or also to change it."""
    actions.share_deal(request.auth, opportunity_id, **given.model_dump())
    return made(_shares(request, opportunity_id))


@router.patch("{int:opportunity_id}/shares/{int:share_id}", response=ShareList)
def change_share(request: Request, opportunity_id: int, share_id: int, given: ShareChanges) -> HttpResponse:
    """Let those it is shared with change it, too, or only read it."""
    actions.change_share(request.auth, opportunity_id, share_id, may_write=given.may_write)
    return _shares(request, opportunity_id)


@router.delete("{int:opportunity_id}/shares/{int:share_id}", response=ShareList)
def unshare_opportunity(request: Request, opportunity_id: int, share_id: int) -> HttpResponse:
    """Take a share back. One that came with the sales team goes with the place on it."""
    actions.unshare_deal(request.auth, opportunity_id, share_id)
    return _shares(request, opportunity_id)


def _rivals(request: Request, opportunity_id: int) -> HttpResponse:
    record = queries.opportunity(request.auth, opportunity_id)
    return answer(RivalList(items=[RivalShown.model_validate(rival) for rival in record.rivals]))


def _team(request: Request, opportunity_id: int) -> HttpResponse:
    record = queries.opportunity(request.auth, opportunity_id)
    return answer(MemberList(items=[MemberShown.model_validate(member) for member in record.team]))


def _shares(request: Request, opportunity_id: int) -> HttpResponse:
    record = queries.opportunity(request.auth, opportunity_id)
    found = shares_of("opportunity", record.row.id)
    return answer(ShareList(items=[ShareShown.model_validate(share) for share in found]))
