"""The command palette: records and people found by words, and what can be done with one record now."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from opportune.customers.queries import account_record, contact_record
from opportune.identity.actor import Actor
from opportune.identity.queries import people_named
from opportune.kernel.errors import NotFound
from opportune.opportunities.moves import JUMP_BACK, PREVIOUS
from opportune.opportunities.queries import offered_moves, opportunity, rows_by_id
from opportune.process.queries import processes
from opportune.search.queries import find
from opportune.web.pages import SignedIn, page, signed_in
from opportune.web.templating import named

FOUND = 8
PEOPLE = "@"


@dataclass(frozen=True, slots=True)
class Command:
    """Something to do with a record: `go` to a page, open a `dialog`, or `send` its `values`.

    `does` is its name for the keys that stand for it.
    """

    does: str
    name: str
    icon: str
    how: str
    address: str
    values: Mapping[str, str] = field(default_factory=dict)


@require_GET
@signed_in
def found(request: SignedIn) -> HttpResponse:
    """The records that have all the words; behind an @ the people, each leading to the open deals they own."""
    query = request.GET.get("q", "").strip()
    if query.startswith(PEOPLE):
        people = people_named(query[len(PEOPLE) :], limit=FOUND)
        owned = {person_id: _deals_of(person_id) for person_id, _ in people}
        return page(request, "shell/palette_people.html", {"people": people, "owned": owned})
    hits = find(request.actor, query, limit=FOUND)
    deals = rows_by_id(request.actor, [hit.id for hit in hits if hit.kind == "opportunity"])
    stages = {stage.id: (stage, process) for process in processes() for stage in process.stages}
    return page(request, "shell/palette_found.html", {"hits": hits, "deals": deals, "stages": stages})


@require_GET
@signed_in
def commands(request: SignedIn, kind: str, record_id: int) -> HttpResponse:
    """What the reader may do with a record as it stands now. Not found where the record is not."""
    if kind not in _COMMANDS_OF:
        raise NotFound(kind)
    offered = list(_COMMANDS_OF[kind](request.actor, record_id))
    return page(request, "shell/palette_commands.html", {"commands": offered})


def _deals_of(person_id: int) -> str:
    return f"{reverse('opportunities')}?{urlencode({'status': 'open', 'owner': person_id})}"


def _of_deal(actor: Actor, deal_id: int) -> Iterator[Command]:
    record = opportunity(actor, deal_id)
    yield from _moves(actor, deal_id, record.row.version)

    def at(name: str) -> str:
        return reverse(name, args=[deal_id])

    if record.row.is_open and "write" in record.may:
        close = at("opportunity_close")
        yield Command("won", gettext("Close as won") + "…", "trophy", "dialog", f"{close}?outcome=won")
        yield Command("lost", gettext("Close as lost") + "…", "circle-x", "dialog", f"{close}?outcome=lost")
        yield Command("update", gettext("Update") + "…", "flag", "dialog", at("opportunity_update"))
        yield Command("edit", gettext("Edit"), "pencil", "go", at("opportunity_edit"))
    if "reopen" in record.may:
        yield Command("reopen", gettext("Reopen"), "undo-2", "send", at("opportunity_reopen"))
    if record.row.is_open and "assign" in record.may:
        chosen = f"{reverse('opportunities_selected')}?{urlencode({'what': 'owner', 'id': deal_id})}"
        yield Command("assign", gettext("Assign") + "…", "user-plus", "dialog", chosen)
    if "share" in record.may:
        yield Command("share", gettext("Sharing") + "…", "users", "dialog", at("opportunity_shares"))
    if actor.may("opportunity", "create"):
        yield Command("clone", gettext("Clone") + "…", "copy", "dialog", at("opportunity_clone"))
    if "delete" in record.may and not record.row.is_open:
        yield Command("delete", gettext("Delete") + "…", "trash-2", "dialog", at("opportunity_delete"))


def _moves(actor: Actor, deal_id: int, version: int) -> Iterator[Command]:
    address, told = reverse("opportunity_move", args=[deal_id]), {"version": str(version)}
    seen: set[int] = set()
    for offer in offered_moves(actor, deal_id):
        if offer.kind == "finish":
            send = {**told, "move": "finish"}
            yield Command("move", gettext("Finish the process"), "flag", "send", address, send)
        if offer.kind in ("finish", "update"):
            continue
        for stage in offer.stages:
            if stage.id in seen:
                continue
            seen.add(stage.id)
            is_back = offer.kind in (PREVIOUS, JUMP_BACK)
            text = gettext("Move back to {stage}") if is_back else gettext("Move to {stage}")
            icon = "chevron-left" if is_back else "arrow-right"
            send = {**told, "stage": str(stage.id)}
            yield Command("move", text.format(stage=named(stage)), icon, "send", address, send)


def _of_customer(kind: str, read: Callable[[Actor, int], Any]) -> Callable[[Actor, int], Iterator[Command]]:
    def offered(actor: Actor, record_id: int) -> Iterator[Command]:
        record = read(actor, record_id)
        if actor.may("opportunity", "create"):
            text = gettext("New opportunity for {name}").format(name=record.name)
            address = f"{reverse('opportunity_new')}?{urlencode({'customer': f'{kind}:{record_id}'})}"
            yield Command("sell", text, "target", "dialog", address)
        if kind == "account" and actor.may("contact", "create"):
            text = gettext("New contact of {name}").format(name=record.name)
            address = f"{reverse('contact_new')}?{urlencode({'account': f'account:{record_id}'})}"
            yield Command("contact", text, "contact", "go", address)
        if "write" in record.may:
            yield Command("edit", gettext("Edit"), "pencil", "go", reverse(f"{kind}_edit", args=[record_id]))
        if "delete" in record.may:
            address = reverse(f"{kind}_delete", args=[record_id])
            yield Command("delete", gettext("Delete") + "…", "trash-2", "dialog", address)

    return offered


_COMMANDS_OF: Mapping[str, Callable[[Actor, int], Iterator[Command]]] = {
    "opportunity": _of_deal,
    "account": _of_customer("account", account_record),
    "contact": _of_customer("contact", contact_record),
}
