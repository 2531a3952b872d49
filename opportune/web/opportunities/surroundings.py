"""What hangs on a deal: competitors, the sales team, shares, the reminder, comments; and making a copy."""

from functools import partial
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from opportune.campaigns.queries import find_campaigns
from opportune.customers.queries import find_customers
from opportune.identity.queries import people, shares_of, teams
from opportune.kernel.errors import Conflict, NotFound
from opportune.kernel.records import RecordRef
from opportune.opportunities import actions
from opportune.opportunities.actions.cloning import proposed_subject
from opportune.opportunities.queries import (
    MemberRow,
    OpportunityRecord,
    RivalRow,
    competitor_names,
    opportunity,
)
from opportune.reference.queries import choices
from opportune.web.back import safe
from opportune.web.conflicts import Meanwhile, Reading, as_shown, meanwhile, names_of
from opportune.web.formats import typed_amount
from opportune.web.opportunities.deal_form import DealForm
from opportune.web.opportunities.record import ROLES
from opportune.web.pages import SignedIn, go, page, signed_in, tell
from opportune.web.settings.forms import Fields
from opportune.web.typed import Typed

RIVAL = ("name", "price", "checked_on", "note")
RIVAL_READING = Reading(days=("checked_on",), money=("price",))
MEMBER = ("user_id", "role", "may_write")
PLACE = Fields(("role",), ("may_write",), Reading(names=partial(names_of, ("may_write",), {"role": ROLES})))


@require_http_methods(["GET", "POST"])
@signed_in
def rivals(request: SignedIn, opportunity_id: int) -> HttpResponse:
    """Name a competitor on the deal."""
    record = opportunity(request.actor, opportunity_id)
    typed = Typed(request.POST.dict())

    def add() -> None:
        actions.add_rival(request.actor, opportunity_id, name=typed.text("name"), **_rival_fields(typed))

    form = DealForm(
        request, record, "opportunities/rival_form.html", {"names": competitor_names(), "rival": None}
    )
    return form.answer(add, typed.values(RIVAL), gettext("Competitor added."))


@require_http_methods(["GET", "POST"])
@signed_in
def rival(request: SignedIn, opportunity_id: int, competitor_id: int) -> HttpResponse:
    """Change what is known of a competitor on the deal."""
    record = opportunity(request.actor, opportunity_id)
    shown = _rival_of(record, competitor_id)
    whole = Typed(request.POST.dict())
    typed = whole.only_changed()

    def change() -> None:
        known, version = _rival_fields(typed), typed.whole("version")
        typed.demand()
        actions.change_rival(request.actor, opportunity_id, competitor_id, known, version=version)

    def anew(conflict: Conflict) -> Meanwhile:
        now = _rival_of(opportunity(request.actor, opportunity_id), competitor_id)
        return meanwhile(conflict, whole.given, _rival_values(now, record.row.currency), RIVAL_READING)

    values = whole.given if request.method == "POST" else _rival_values(shown, record.row.currency)
    form = DealForm(request, record, "opportunities/rival_form.html", {"names": (), "rival": shown})
    return form.answer(change, values, gettext("Saved."), anew=anew)


def _rival_of(record: OpportunityRecord, competitor_id: int) -> RivalRow:
    found = next((one for one in record.rivals if one.competitor_id == competitor_id), None)
    if found is None:
        raise NotFound("rival")
    return found


def _rival_values(shown: RivalRow, currency: str) -> dict[str, Any]:
    day = shown.checked_on.isoformat() if shown.checked_on else ""
    values = {"price": typed_amount(shown.price), "checked_on": day, "note": shown.note}
    return as_shown({**values, "currency": currency}, shown.version)


def _rival_fields(typed: Typed) -> dict[str, Any]:
    read: dict[str, Any] = {"price": typed.figure("price")} if "price" in typed.given else {}
    return read | {name: typed.text(name) for name in ("checked_on", "note") if name in typed.given}


@require_POST
@signed_in
def remove_rival(request: SignedIn, opportunity_id: int, competitor_id: int) -> HttpResponse:
    """Take a competitor off the deal."""
    actions.remove_rival(request.actor, opportunity_id, competitor_id)
    return _back(request, opportunity_id, gettext("Competitor removed."))


@require_http_methods(["GET", "POST"])
@signed_in
def sales_team(request: SignedIn, opportunity_id: int) -> HttpResponse:
    """Put a colleague on the sales team."""
    record = opportunity(request.actor, opportunity_id)
    typed = Typed(request.POST.dict())

    def add() -> None:
        actions.add_member(
            request.actor,
            opportunity_id,
            user_id=typed.whole("user_id") or 0,
            role=typed.text("role"),
            may_write=typed.ticked("may_write"),
        )

    values = (
        {"user_id": "", "role": "", "may_write": "on"} if request.method == "GET" else typed.values(MEMBER)
    )
    lists = {"people": people(), "roles": choices(ROLES), "member": None}
    form = DealForm(request, record, "opportunities/member_form.html", lists)
    return form.answer(add, values, gettext("Added to the sales team."))


@require_http_methods(["GET", "POST"])
@signed_in
def member(request: SignedIn, opportunity_id: int, person_id: int) -> HttpResponse:
    """Give a member of the sales team another role, or another access."""
    record = opportunity(request.actor, opportunity_id)
    shown = _member_of(record, person_id)
    typed = Typed(request.POST.dict())

    def change() -> None:
        place, version = PLACE.changed(typed, shown), typed.whole("version")
        typed.demand()
        actions.change_member(request.actor, opportunity_id, person_id, place, version=version)

    def anew(conflict: Conflict) -> Meanwhile:
        now = _member_of(opportunity(request.actor, opportunity_id), person_id)
        return PLACE.meanwhile(conflict, typed, now)

    values = PLACE.typed(typed) if request.method == "POST" else PLACE.values(shown)
    lists = {"people": (), "roles": choices(ROLES), "member": shown}
    form = DealForm(request, record, "opportunities/member_form.html", lists)
    return form.answer(change, values, gettext("Saved."), anew=anew)


def _member_of(record: OpportunityRecord, person_id: int) -> MemberRow:
    found = next((one for one in record.team if one.user_id == person_id), None)
    if found is None:
        raise NotFound("team_member")
    return found


@require_POST
@signed_in
def remove_member(request: SignedIn, opportunity_id: int, person_id: int) -> HttpResponse:
    """Take a colleague off the sales team."""
    actions.remove_member(request.actor, opportunity_id, person_id)
    return _back(request, opportunity_id, gettext("Removed from the sales team."))


@require_http_methods(["GET", "POST"])
@signed_in
def shares(request: SignedIn, opportunity_id: int) -> HttpResponse:
    """Whom the deal is shared with; share it with a person (`user:3`) or a team (`team:2`)."""
    record = opportunity(request.actor, opportunity_id)
    typed = Typed(request.POST.dict())

    def share() -> None:
        holder: dict[str, int] = {}
        try:
            ref = RecordRef.parse(typed.text("holder"))
            holder = {f"{ref.kind}_id": ref.id} if ref.kind in ("user", "team") else {}
        except ValueError:
            pass
        actions.share_deal(request.actor, opportunity_id, may_write=typed.ticked("may_write"), **holder)

    lists = {
        "shares": shares_of("opportunity", record.row.id),
        "people": people(),
        "teams": teams(),
        "may_share": "share" in record.may,
    }
    form = DealForm(request, record, "opportunities/shares_form.html", lists)
    return form.answer(share, typed.values(("holder", "may_write")), gettext("Shared."))


@require_POST
@signed_in
def change_share(request: SignedIn, opportunity_id: int, share_id: int) -> HttpResponse:
    """Let them change the deal, or only read it."""
    may_write = Typed(request.POST.dict()).text("may_write") == "yes"
    actions.change_share(request.actor, opportunity_id, share_id, may_write=may_write)
    return _back(request, opportunity_id, gettext("Saved."))


@require_POST
@signed_in
def unshare(request: SignedIn, opportunity_id: int, share_id: int) -> HttpResponse:
    """Take a share back."""
    actions.unshare_deal(request.actor, opportunity_id, share_id)
    return _back(request, opportunity_id, gettext("No longer shared."))


@require_http_methods(["GET", "POST"])
@signed_in
def clone(request: SignedIn, opportunity_id: int) -> HttpResponse:
    """Make a deal like this one, under a proposed subject."""
    record = opportunity(request.actor, opportunity_id)
    typed = Typed(request.POST.dict())
    made: list[int] = []

    def copy() -> None:
        made.append(actions.clone(request.actor, opportunity_id, subject=typed.text("subject")).pk)

    values = typed.values(("subject",))
    if request.method == "GET":
        request.actor.demand("opportunity", "create")
        values["subject"] = proposed_subject(record.row.subject, request.actor.language)
    form = DealForm(request, record, "opportunities/clone_form.html", {})
    return form.answer(copy, values, gettext("Opportunity cloned."), lambda: made[0])


@require_POST
@signed_in
def comment(request: SignedIn, opportunity_id: int) -> HttpResponse:
    """Add to the comments, under the date, the time and one's name."""
    actions.comment(request.actor, opportunity_id, text=Typed(request.POST.dict()).text("text"))
    return _back(request, opportunity_id, gettext("Comment added."))


@require_POST
@signed_in
def snooze(request: SignedIn, opportunity_id: int) -> HttpResponse:
    """Put the reminder off."""
    actions.snooze(request.actor, opportunity_id, until=Typed(request.POST.dict()).text("until"))
    return _back(request, opportunity_id, gettext("Put off."))


@require_POST
@signed_in
def dismiss(request: SignedIn, opportunity_id: int) -> HttpResponse:
    """Take the reminder away."""
    actions.dismiss(request.actor, opportunity_id)
    return _back(request, opportunity_id, gettext("Reminder dismissed."))


@require_GET
@signed_in
def pick_initiator(request: SignedIn) -> HttpResponse:
    """What the picker of “initiated by” offers for some letters: accounts, contacts, campaigns."""
    letters = request.GET.get("q", "").strip()
    found = [
        *find_campaigns(request.actor, letters, limit=4),
        *find_customers(request.actor, letters, kind=None, limit=12),
    ]
    return page(request, "customers/picks.html", {"found": found, "query": letters, "new": ()})


def _back(request: SignedIn, opportunity_id: int, done: str) -> HttpResponse:
    tell(request, done)
    otherwise = reverse("opportunity", args=[opportunity_id])
    return go(request, safe(request, request.POST.get("next", ""), otherwise))
