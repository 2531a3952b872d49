"""Commands on the organisation's settings, one by one, several at once, or by a preset."""

import re
from collections.abc import Mapping
from typing import Any
from zoneinfo import available_timezones

from opportune.identity.actor import Actor
from opportune.kernel.errors import Conflict, Invalid, Refused
from opportune.kernel.registries import facts
from opportune.kernel.sentences import Sentence, sentence
from opportune.kernel.text import storable
from opportune.ledger.merging import changed_first
from opportune.ledger.models import LIVE, Change
from opportune.ledger.recording import action, recording
from opportune.reference.models import Currency, Setting
from opportune.reference.presets import PRESETS
from opportune.reference.queries import organisation_settings
from opportune.reference.settings import MEANINGS, SETTINGS

LONGEST = 100
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


@action("change_setting")
def change_setting(actor: Actor, key: str, value: Any) -> None:
    """Set one of the organisation's settings. Raises as `change_settings`."""
    change_settings(actor, {key: value})


@action("change_settings")
def change_settings(
    actor: Actor, changes: Mapping[str, Any], *, seen: Mapping[str, Any] | None = None
) -> None:
    """Set several of the organisation's settings, all or none.

    `seen` are the values that the caller saw. Raises NotPermitted, Invalid for an unknown key or a value that does not
    fit, Refused `base_currency_frozen`, or Conflict for a setting that somebody changed since to something else.
    """
    actor.demand_right("administer")
    tidied = {key: _tidied(value) for key, value in changes.items()}
    wrong = {key: fault for key, value in tidied.items() if (fault := _fault(key, value)) is not None}
    if wrong:
        raise Invalid(wrong)
    demand_base_currency_free(tidied.get("base_currency"))
    kept = {each.key: each for each in Setting.objects.select_for_update().filter(LIVE, key__in=tidied)}
    _demand_as_seen(tidied, kept, seen or {})
    for key, value in tidied.items():
        if key in kept:
            recording().update(kept[key], {"value": value})
        elif value != SETTINGS[key]:
            recording().create(Setting(key=key, value=value))


def _demand_as_seen(wanted: Mapping[str, Any], kept: Mapping[str, Setting], seen: Mapping[str, Any]) -> None:
    present = {key: kept[key].value if key in kept else SETTINGS[key] for key in wanted}
    changed = [key for key in wanted if key in seen and present[key] not in (seen[key], wanted[key])]
    if not changed:
        return
    # a setting that is at its default again is in the bin
    ids = Setting.objects.filter(key__in=changed).values("pk")
    later = Change.objects.filter(kind=Setting.kind, record_id__in=ids).select_related("change_set")
    last = later.order_by("-pk").first()
    if last is None:
        raise Conflict()  # nobody did: what ships is another one now
    raise changed_first(last.change_set, {key: present[key] for key in changed})


@action("apply_preset")
def apply_preset(actor: Actor, preset: str) -> None:
    """Settle things as one of the products people come from does. Raises NotPermitted, Invalid."""
    actor.demand_right("administer")
    if preset not in PRESETS:
        raise Invalid({"preset": sentence("Choose one of: {names}.", names=", ".join(PRESETS))})
    change_settings(actor, PRESETS[preset].settings)


def demand_base_currency_free(wanted: str | None) -> None:
    """Raise Refused `base_currency_frozen` if another base currency comes after the first amount (domain.md §2)."""
    ask = facts.get("amounts_exist")
    if wanted not in (None, organisation_settings().base_currency) and ask and ask():
        raise Refused(
            "base_currency_frozen",
            sentence("The base currency cannot change once amounts have been recorded."),
        )


def demand_default_process(key: str) -> None:
    """Raise Refused `default_process_gone` for a default process that new deals cannot get (E-14)."""
    if not _is_offered(key):
        raise Refused("default_process_gone", _not_offered(key), process=key)


def _is_offered(key: str) -> bool:
    offered = facts.get("can_be_default")
    return offered is None or bool(offered(key))


def _not_offered(key: str) -> Sentence:
    return sentence("There is no process “{key}” in use.", key=key)


def _tidied(value: Any) -> Any:
    return storable(value).strip() if isinstance(value, str) else value


def _fault(key: str, value: Any) -> Sentence | None:
    if key not in SETTINGS:
        return sentence("There is no setting “{key}”.", key=key)
    if type(value) is not type(SETTINGS[key]):
        return sentence("This value does not fit the setting “{key}”.", key=MEANINGS[key].name)
    if key == "organisation" and not 0 < len(value) <= LONGEST:
        return sentence("Give it a name of at most {longest} characters.", longest=LONGEST)
    if key == "time_zone" and value not in available_timezones():
        return sentence("There is no time zone “{zone}”.", zone=value)
    if key == "reminder_time" and not _TIME.fullmatch(value):
        return sentence("Write a time as 09:00.")
    if key == "base_currency" and not Currency.objects.filter(LIVE, code=value, is_active=True).exists():
        return sentence("There is no currency “{code}”. Add it in the settings.", code=value)
    if key == "default_process" and not _is_offered(value):
        return _not_offered(value)
    return None
