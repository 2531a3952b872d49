"""Who can see a record, and why; what one may do with it oneself."""

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from opportune.customers.queries import names_of
from opportune.identity.access import access, access_of_people, may_ask_about_others
from opportune.identity.queries import people
from opportune.kernel.errors import Invalid, NotFound
from opportune.kernel.records import RecordRef
from opportune.kernel.sentences import Sentence
from opportune.web.pages import SignedIn, page, signed_in
from opportune.web.typed import Typed

PAGES = {"opportunity", "account", "contact"}


@require_GET
@signed_in
def show(request: SignedIn, record: str) -> HttpResponse:
    """Everybody who sees the record, for who may know; `?person=` asks about one of them, else it is oneself."""
    try:
        ref = RecordRef.parse(record)
    except ValueError:
        raise NotFound("record") from None
    errors: dict[str, Sentence] = {}
    typed = Typed(request.GET.dict())
    try:
        person = typed.whole("person")
        typed.demand()
        asked = access(request.actor, ref, person)
    except Invalid as invalid:
        asked, errors = access(request.actor, ref), invalid.fields
    context: dict[str, Any] = {
        "ref": ref,
        "name": names_of(request.actor, [ref]).get(ref, ""),
        "has_page": ref.kind in PAGES,
        "asked": asked,
        "errors": errors,
        "values": {"person": str(asked.person_id)},
        "verbs": verb_names(),
        "others": None,
    }
    if may_ask_about_others(request.actor, ref):
        context["others"] = access_of_people(request.actor, ref, after=typed.text("after") or None)
        context["people"] = people(active_only=False)
    return page(request, "access/page.html", context, status=422 if errors else 200)


def verb_names() -> dict[str, str]:
    """What can be done with a record, as headings say it."""
    return {
        "read": gettext("See"),
        "append": gettext("Add to"),
        "write": gettext("Change"),
        "assign": gettext("Assign"),
        "share": gettext("Share"),
        "delete": gettext("Delete"),
        "export": gettext("Export"),
    }
