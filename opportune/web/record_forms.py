"""The form of a record of any kind: adding one, and changing what differs from what the form showed."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext

from opportune.identity.queries import people
from opportune.kernel.errors import Conflict, Invalid, Refused
from opportune.web.conflicts import Meanwhile, Reading, meanwhile, status_of
from opportune.web.pages import SignedIn, go, page, tell
from opportune.web.picked import Picker, read_picked
from opportune.web.typed import Typed


@dataclass(frozen=True, slots=True)
class RecordForm:
    """What differs between the forms of kinds of records, of which `name` is also the name of a record's page.

    `blank` gives the values of a new one, `values` those of a record with its version and what the form shows (`was`),
    `read` what was typed, `reading` how people write what is in it, and `around` what else the template shows.
    `flags` are its boxes. `confirms` names, by the code of a refusal, the box that overrides it; `pickers` what its
    pickers look among.
    """

    name: str
    template: str
    create: Callable[..., Any]
    edit: Callable[..., Any]
    record: Callable[..., Any]
    blank: Callable[[SignedIn], Mapping[str, Any]]
    values: Callable[[Any], Mapping[str, Any]]
    read: Callable[[Typed], dict[str, Any]]
    around: Callable[[], Mapping[str, Any]]
    reading: Reading
    flags: tuple[str, ...] = ()
    confirms: Mapping[str, str] = field(default_factory=dict)
    pickers: Mapping[str, Picker] = field(default_factory=dict)

    def confirmed(self, typed: Typed) -> dict[str, bool]:
        """What was confirmed, as the actions take it."""
        return {name: typed.ticked(name) for name in self.confirms.values()}


def new(request: SignedIn, form: RecordForm, done: str) -> HttpResponse:
    """Add a record, say so, and lead to it. Raises NotPermitted."""
    request.actor.demand(form.name, "create")
    if request.method == "GET":
        own = {"owner_id": str(request.actor.person_id or "")}
        return _shown(request, form, {**own, **form.blank(request)})
    typed = read_picked(request.actor, request.POST.dict(), form.pickers)
    fields = form.read(typed) | {flag: typed.ticked(flag) for flag in form.flags}
    try:
        typed.demand()
        made = form.create(request.actor, fields, **form.confirmed(typed))
    except Invalid as invalid:
        return _shown(request, form, typed.all_values(), errors=invalid.fields)
    except Refused as refusal:
        return _to_confirm(request, form, typed.all_values(), refusal)
    tell(request, done)
    return go(request, reverse(form.name, args=[made.pk]))


def edit(request: SignedIn, form: RecordForm, record_id: int) -> HttpResponse:
    """Change a record's fields that a person changed in its form. Raises NotFound."""
    record = form.record(request.actor, record_id)
    if request.method == "GET":
        return _shown(request, form, form.values(record), record=record)
    whole = read_picked(request.actor, request.POST.dict(), form.pickers)
    typed, given = whole.only_changed(), whole.all_values()
    changes, version = form.read(typed) | _flags_changed(form, whole), typed.whole("version")
    try:
        typed.demand()
        form.edit(request.actor, record_id, changes, version=version, **form.confirmed(typed))
    except Invalid as invalid:
        return _shown(request, form, given, errors=invalid.fields, record=record)
    except Conflict as conflict:
        record = form.record(request.actor, record_id)
        seen = meanwhile(conflict, whole.given, form.values(record), form.reading, flags=form.flags)
        return _shown(request, form, seen.values, record=record, conflict=seen)
    except Refused as refusal:
        return _to_confirm(request, form, given, refusal, record=record)
    if request.change_sets:
        tell(request, gettext("Saved."))
    return go(request, reverse(form.name, args=[record_id]))


def texts(typed: Typed, names: Iterable[str]) -> dict[str, Any]:
    """The texts of a form, and the owner chosen in it, as far as they were sent."""
    read: dict[str, Any] = {name: typed.text(name) for name in names if name in typed.given}
    if typed.text("owner_id"):
        read["owner_id"] = typed.text("owner_id")
    return read


def _flags_changed(form: RecordForm, typed: Typed) -> dict[str, bool]:
    # a box that is not ticked is not sent
    was = typed.shown()
    return {flag: typed.ticked(flag) for flag in form.flags if typed.ticked(flag) != bool(was.get(flag))}


def _to_confirm(
    request: SignedIn, form: RecordForm, values: Mapping[str, Any], refusal: Refused, *, record: Any = None
) -> HttpResponse:
    if refusal.code not in form.confirms:
        raise refusal
    return _shown(request, form, values, record=record, refusal=refusal)


def _shown(
    request: SignedIn,
    form: RecordForm,
    values: Mapping[str, Any],
    *,
    errors: Mapping[str, Any] | None = None,
    record: Any = None,
    conflict: Meanwhile | None = None,
    refusal: Refused | None = None,
) -> HttpResponse:
    context = {
        "values": values,
        "errors": errors or {},
        "record": record,
        "conflict": conflict,
        "refusal": refusal,
        "people": people(),
        **form.around(),
    }
    status = status_of(errors or refusal, conflict)
    return page(request, form.template, context, status=status)
