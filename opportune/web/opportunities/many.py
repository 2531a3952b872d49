"""Commands on deals chosen in the list: what is asked is asked once, then what became of each is shown."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from opportune.identity.queries import people
from opportune.kernel.errors import Invalid, NotFound, Refused
from opportune.kernel.parameters import record_id
from opportune.opportunities import actions
from opportune.opportunities.actions import Outcomes
from opportune.opportunities.filters import OpportunityFilter
from opportune.opportunities.queries import count
from opportune.process.queries import processes
from opportune.reference.queries import offered_reasons
from opportune.web.pages import SignedIn, go, is_htmx, page, signed_in, tell
from opportune.web.templating import said
from opportune.web.typed import Typed
from opportune.web.urls_of import with_parameters
from opportune.web.viewer import viewer

VALUES = ("to_reason", "to_on", "to_lost_to", "to_description", "to_owner", "to_stage", "to_cancel_tasks")


@dataclass(frozen=True, slots=True)
class Chosen:
    """The deals that were ticked, or the filter whose matches are meant."""

    ids: Sequence[int] | None
    wanted: OpportunityFilter | None

    @classmethod
    def read(cls, request: SignedIn, given: QueryDict) -> "Chosen":
        """What the list sends. Raises Invalid for a filter that is none."""
        if given.get("all"):
            return cls(None, OpportunityFilter.read(_filter(given), request.actor))
        return cls([one for each in given.getlist("id") if (one := record_id(each))], None)

    def arguments(self) -> dict[str, Any]:
        """The arguments of a command on many."""
        return {"ids": self.ids, "wanted": self.wanted}


@require_GET
@signed_in
def choose(request: SignedIn) -> HttpResponse:
    """The form of a command on the chosen deals."""
    what = _known(request.GET.get("what", ""))
    request.actor.demand("opportunity", _RIGHTS.get(what, "write"))
    chosen = Chosen.read(request, request.GET)
    if chosen.ids is not None and not chosen.ids:
        tell(request, gettext("Choose opportunities first."))
        return go(request, with_parameters(reverse("opportunities"), _filter(request.GET)))
    values = {"to_on": viewer().today.isoformat() if what in ("won", "lost") else ""}
    reasons = offered_reasons(what) if what in ("won", "lost") else []
    if len(reasons) == 1:
        values["to_reason"] = reasons[0].code
    values["to_cancel_tasks"] = "on" if what in ("won", "lost") else ""
    return _form(request, what, chosen, values, {})


@require_POST
@signed_in
def do(request: SignedIn, what: str) -> HttpResponse:
    """The command on the chosen deals, and what became of each."""
    chosen, typed = Chosen.read(request, request.POST), Typed(request.POST.dict())
    values = typed.values(VALUES)
    try:
        found = _COMMANDS[_known(what)](request, chosen, typed)
    except Invalid as invalid:
        return _form(request, what, chosen, values, invalid.fields)
    except Refused as refusal:
        return _form(request, what, chosen, values, {"ids": refusal.message})
    if found.job_id is not None:
        return go(request, reverse("job", args=[found.job_id]))
    parameters = chosen.wanted.parameters() if chosen.wanted else {}
    message = said(found.message)
    if not found.skipped:
        tell(request, message)
        return go(request, with_parameters(reverse("opportunities"), parameters))
    context = {
        "message": message,
        "skipped": found.skipped,
        "undo": request.change_sets[-1] if request.change_sets else 0,
        "parameters": parameters,
    }
    return page(request, "opportunities/many_done.html", context)


def _close(outcome: str) -> Callable[[SignedIn, Chosen, Typed], Outcomes]:
    def close(request: SignedIn, chosen: Chosen, typed: Typed) -> Outcomes:
        return actions.close_many(
            request.actor,
            **chosen.arguments(),
            outcome=outcome,
            reason=typed.text("to_reason"),
            on=typed.text("to_on"),
            lost_to=typed.text("to_lost_to") or None,
            description=typed.text("to_description"),
            cancel_open_tasks=typed.ticked("to_cancel_tasks"),
            confirm_zero=typed.ticked("to_confirm_zero"),
        )

    return close


def _assign(request: SignedIn, chosen: Chosen, typed: Typed) -> Outcomes:
    owner_id = typed.whole("to_owner")
    typed.demand()
    return actions.assign_many(request.actor, **chosen.arguments(), owner_id=owner_id)


def _move(request: SignedIn, chosen: Chosen, typed: Typed) -> Outcomes:
    stage_id = typed.whole("to_stage")
    typed.demand()
    return actions.move_many(
        request.actor,
        **chosen.arguments(),
        stage_id=stage_id,
        on=typed.text("to_on"),
        cancel_open_tasks=typed.ticked("to_cancel_tasks"),
    )


def _delete(request: SignedIn, chosen: Chosen, typed: Typed) -> Outcomes:
    return actions.delete_many(request.actor, **chosen.arguments())


_RIGHTS = {"owner": "assign", "delete": "delete"}
_COMMANDS: Mapping[str, Callable[[SignedIn, Chosen, Typed], Outcomes]] = {
    "won": _close("won"),
    "lost": _close("lost"),
    "owner": _assign,
    "stage": _move,
    "delete": _delete,
}


def _known(what: str) -> str:
    if what not in _COMMANDS:
        raise NotFound()
    return what


def _filter(given: QueryDict) -> dict[str, str]:
    return {name: str(given[name]) for name in OpportunityFilter.PARAMETERS if name in given}


def _form(
    request: SignedIn, what: str, chosen: Chosen, values: Mapping[str, str], errors: Mapping[str, Any]
) -> HttpResponse:
    wanted = chosen.wanted
    context = {
        "what": what,
        "ids": chosen.ids or (),
        "wanted": None if wanted is None else wanted.parameters(),
        "count": len(chosen.ids or ()) if wanted is None else count(request.actor, wanted),
        "values": values,
        "errors": errors,
        "reasons": offered_reasons(what) if what in ("won", "lost") else (),
        "people": [(person.id, person.name) for person in people()] if what == "owner" else (),
        "processes": processes(with_retired=False) if what == "stage" else (),
    }
    template = "opportunities/many_form.html" if is_htmx(request) else "opportunities/many.html"
    return page(request, template, context, status=422 if errors else 200)
