"""The form of somebody whom another person was first to save before: what changed, in words, and the form anew.

The form then carries what it showed of it, so that saving again overwrites that knowingly, and nothing newer
(domain.md §9).
"""

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext

from opportune.identity.queries import people
from opportune.kernel.errors import Conflict
from opportune.kernel.sentences import Sentence
from opportune.reference.queries import every_choice_of
from opportune.web.formats import BLANK, day_typed, money, percent
from opportune.web.templating import named
from opportune.web.typed import Typed, same_text

CARRIED = ("version", "was", "back")
SHORT = 80
Names = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Reading:
    """How people write what stands in a form: its days, its money in the form's currency, its percentages.

    `names` gives what values are called, by field; whatever is in none of these stands as it is.
    """

    days: Collection[str] = ()
    money: Collection[str] = ()
    percents: Collection[str] = ()
    names: Callable[[], Names] = dict

    def of(self, name: str, values: Mapping[str, Any], names: Names) -> str:
        """A field of these values in words; `names` are those that `names()` gave."""
        value = str(values.get(name) or "")
        amount = self._amount(name, value)
        if amount is not None and name in self.money:
            return money(amount, str(values.get("currency") or ""))
        if amount is not None:
            return percent(amount)
        if name in names:
            return names[name].get(value, value) or BLANK
        if name in self.days:
            return day_typed(value) or BLANK
        return str(values.get(f"{name}_name") or value) or BLANK

    def _amount(self, name: str, value: str) -> Decimal | None:
        figures = name in self.money or name in self.percents
        return Typed({name: value}).amount(name) if figures else None


@dataclass(frozen=True, slots=True)
class Difference:
    """What another person wrote in a field, and what this one typed there: blank if nothing, or if it is long."""

    theirs: str
    mine: str


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """Who was first, what that changed, and the values of the form anew: mine where I changed them, else theirs."""

    message: Sentence
    differences: Mapping[str, Difference]
    values: Mapping[str, Any]


def status_of(wrong: object, conflict: object = None) -> int:
    """The status of a form: somebody was first, something is wrong with it, or neither."""
    return 409 if conflict else 422 if wrong else 200


def version_of(request: HttpRequest) -> int | None:
    """The version that a form without any fields was shown of. Raises Invalid."""
    typed = Typed(request.POST.dict())
    version = typed.whole("version")
    typed.demand()
    return version


def as_shown(values: Mapping[str, Any], version: int) -> dict[str, Any]:
    """The values of a form that changes an existing thing, with what it sends back of them (`was`) and the version."""
    return {**values, "was": json.dumps(dict(values)), "version": str(version)}


def names_of(
    boxes: Iterable[str] = (), lists: Mapping[str, str] | None = None
) -> dict[str, Mapping[str, str]]:
    """What owners, boxes, and the choices of fields are called in the reader's language; `lists` are keys by field."""
    chosen = lists or {}
    offered = every_choice_of(list(chosen.values()))
    return {
        "owner_id": {str(person.id): person.name for person in people(active_only=False)},
        **{name: {"on": gettext("Yes"), "": gettext("No")} for name in boxes},
        **{name: {one.code: named(one) for one in offered[key]} for name, key in chosen.items()},
    }


def meanwhile(
    conflict: Conflict,
    given: Mapping[str, str],
    present: Mapping[str, Any],
    reading: Reading,
    *,
    flags: Iterable[str] = (),
    together: Iterable[Collection[str]] = (),
) -> Meanwhile:
    """The form that was `given`, after the record became what `present` would show of it.

    `flags` are its boxes, which are not sent unless ticked. Fields `together` are all mine if one of them is.
    """
    shown = Typed(given).shown()
    sent = dict.fromkeys(flags, "") | dict(given)
    fields = [name for name in present if name not in CARRIED and not _is_label(name, present)]
    mine = {name for name in fields if name in sent and not same_text(shown.get(name), sent[name])}
    for group in together:
        mine |= set(group) if mine & set(group) else set()
    labels = {f"{name}_name" for name in mine}
    values = sent | {name: value for name, value in present.items() if name not in mine | labels}
    theirs = [name for name in fields if name in shown and not same_text(shown[name], present[name])]
    differing = [name for name in theirs if name not in mine or not same_text(present[name], sent[name])]
    names = reading.names()

    def of_mine(name: str) -> str:
        text = reading.of(name, values, names) if name in mine else ""
        return "" if len(text) > SHORT or "\n" in text else text

    differences = {
        # what was changed and changed back is told, too: it is what the form may not overwrite unseen
        name: Difference(reading.of(name, present, names), of_mine(name))
        for name in differing or [name for name in fields if name in mine]
    }
    return Meanwhile(conflict.message, differences, {**values, "back": given.get("back", "")})


def _is_label(name: str, present: Mapping[str, Any]) -> bool:
    return name.endswith("_name") and name.removesuffix("_name") in present
