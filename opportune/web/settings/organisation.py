"""The organisation's settings and presets; its currencies and their rates."""

import json
from collections.abc import Callable, Mapping
from typing import Any
from zoneinfo import available_timezones

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from opportune.kernel.errors import Conflict, Invalid, Refused
from opportune.kernel.sentences import sentence
from opportune.opportunities import actions as deal_actions
from opportune.process.queries import processes
from opportune.reference import actions, queries
from opportune.reference.presets import PRESETS
from opportune.reference.settings import MEANINGS, SETTINGS
from opportune.web.conflicts import Meanwhile, Reading, meanwhile, status_of
from opportune.web.pages import SignedIn, go, page, signed_in, tell
from opportune.web.templating import named, said
from opportune.web.typed import Typed


@require_http_methods(["GET", "POST"])
@signed_in
def show(request: SignedIn) -> HttpResponse:
    """Every setting with what it means."""
    request.actor.demand_right("administer")
    if request.method == "GET":
        return _form(request, _values(), {})
    typed = Typed(request.POST.dict())
    wanted, seen = _read(typed.only_changed().given), _read(typed.shown())
    try:
        actions.change_settings(request.actor, wanted, seen=seen)
    except Invalid as invalid:
        return _form(request, {**_values(), **typed.given}, invalid.fields)
    except Refused as refusal:
        return _form(request, {**_values(), **typed.given}, {"base_currency": refusal.message})
    except Conflict as conflict:
        theirs = meanwhile(conflict, typed.given, _values(), READING)
        return _form(request, theirs.values, {}, conflict=theirs)
    return _settled(request, gettext("Saved."), "organisation")


@require_POST
@signed_in
def preset(request: SignedIn) -> HttpResponse:
    """Settle things as one of the products people come from does."""
    request.actor.demand_right("administer")
    try:
        actions.apply_preset(request.actor, Typed(request.POST.dict()).text("preset"))
    except Invalid as invalid:
        return _form(request, _values(), {"preset": invalid.message})
    return _settled(request, gettext("Settled."), "organisation")


@require_GET
@signed_in
def currencies(request: SignedIn) -> HttpResponse:
    """Currencies and their rates."""
    request.actor.demand_right("administer")
    return _currencies(request, {}, {})


@require_POST
@signed_in
def add_currency(request: SignedIn) -> HttpResponse:
    """Put a currency to use."""
    typed = Typed(request.POST.dict())
    digits = typed.whole("digits")

    def command() -> None:
        typed.demand()
        actions.add_currency(
            request.actor, code=typed.text("code").upper(), digits=2 if digits is None else digits
        )

    return _done(request, typed, command, gettext("Added."))


@require_POST
@signed_in
def use_currency(request: SignedIn, currency: str) -> HttpResponse:
    """Offer a currency, or no longer."""
    typed = Typed(request.POST.dict())
    in_use = typed.text("offered") == "yes"
    return _done(
        request,
        typed,
        lambda: actions.use_currency(request.actor, currency, in_use=in_use),
        gettext("Offered again.") if in_use else gettext("It is offered no more."),
    )


@require_POST
@signed_in
def set_rate(request: SignedIn) -> HttpResponse:
    """Say what a currency is worth from a day on."""
    typed = Typed(request.POST.dict())
    rate, valid_from = typed.rate("rate"), typed.day("valid_from")
    if rate is None:
        typed.errors.setdefault("rate", sentence("This field is required."))
    if valid_from is None:
        typed.errors.setdefault("valid_from", sentence("This field is required."))

    def command() -> None:
        typed.demand()
        if rate is not None and valid_from is not None:
            actions.set_rate(request.actor, code=typed.text("currency"), rate=rate, valid_from=valid_from)

    return _done(request, typed, command, gettext("Saved."))


@require_POST
@signed_in
def remove_rate(request: SignedIn, currency: str) -> HttpResponse:
    """Take away a rate that was set by mistake."""
    typed = Typed(request.POST.dict())
    day = typed.day("valid_from")

    def command() -> None:
        typed.demand()
        if day is not None:
            actions.remove_rate(request.actor, code=currency, valid_from=day)

    return _done(request, typed, command, gettext("Deleted."))


@require_POST
@signed_in
def revalue(request: SignedIn) -> HttpResponse:
    """Have open opportunities in other currencies count at today's rates."""
    outcomes = deal_actions.revalue(request.actor, currency=request.POST.get("only", ""))
    if outcomes.job_id is not None:
        return go(request, reverse("job", args=[outcomes.job_id]))
    return _settled(request, said(outcomes.message), "currencies")


def _done(request: SignedIn, typed: Typed, command: Callable[[], object], text: str) -> HttpResponse:
    request.actor.demand_right("administer")
    try:
        command()
    except Invalid as invalid:
        where = {"code": "currency"} if "rate" in typed.given else {}
        faults = {where.get(name, name): why for name, why in invalid.fields.items()}
        return _currencies(request, typed.given, faults)
    except Refused as refusal:
        return _currencies(request, typed.given, {"whole": refusal.message})
    return _settled(request, text, "currencies")


def _settled(request: SignedIn, text: str, where: str) -> HttpResponse:
    tell(request, text)
    return go(request, reverse(where))


def _values() -> dict[str, Any]:
    """Every setting as its field shows it, with what is sent back of it: a setting has no version until it is set."""
    settled = queries.organisation_settings()
    shown = {key: _text(getattr(settled, key)) for key in SETTINGS}
    return {**shown, "was": json.dumps(shown)}


def _text(value: Any) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _read(given: Mapping[str, str]) -> dict[str, Any]:
    """The settings among what was sent, as they are kept."""
    return {
        key: given[key].strip() == "yes" if isinstance(default, bool) else given[key].strip()
        for key, default in SETTINGS.items()
        if isinstance(given.get(key), str)
    }


def _names() -> dict[str, dict[str, str]]:
    answers = {"yes": gettext("Yes"), "no": gettext("No")}
    return {
        "default_process": {process.key: named(process) for process in processes()},
        **{key: answers for key, default in SETTINGS.items() if isinstance(default, bool)},
    }


READING = Reading(names=_names)


def _form(
    request: SignedIn, values: Mapping[str, Any], errors: object, *, conflict: Meanwhile | None = None
) -> HttpResponse:
    context = {
        "values": values,
        "errors": errors,
        "conflict": conflict,
        "meanings": MEANINGS,
        "switches": [key for key, default in SETTINGS.items() if isinstance(default, bool)],
        "presets": PRESETS.values(),
        "zones": sorted(available_timezones()),
        "processes": processes(with_retired=False),
        "currencies": queries.currencies(),
    }
    return page(request, "settings/organisation.html", context, status=status_of(errors, conflict))


def _currencies(request: SignedIn, values: dict[str, Any], errors: object) -> HttpResponse:
    context = {
        "currencies": queries.every_currency(),
        "rates": queries.rates(),
        "base": queries.organisation_settings().base_currency,
        "values": values,
        "errors": errors,
    }
    return page(request, "settings/currencies.html", context, status=422 if errors else 200)
