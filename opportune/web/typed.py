"""What people type into forms, read before it is handed to an action: amounts and dates of their language."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from opportune.kernel.checking import day, sorted_out
from opportune.kernel.errors import Invalid
from opportune.kernel.money import looks_grouped, parse_amount
from opportune.kernel.parameters import record_id
from opportune.kernel.records import RecordRef
from opportune.kernel.sentences import Sentence, sentence
from opportune.kernel.text import storable
from opportune.web.formats import decimal_mark


class Kept(dict[str, Any]):
    """A form's values or errors for a template: a field nobody named is blank."""

    def __missing__(self, name: str) -> str:
        return ""


@dataclass(frozen=True, slots=True)
class Namesake:
    """One of several records that have the name typed into a picker: how its field says it, and what tells it apart."""

    value: str
    name: str
    subtitle: str


def same_text(shown: Any, sent: Any) -> bool:
    """Whether a form sent what it showed: browsers send every end of a line as two characters, and nothing as blank."""
    one, other = (str(value or "").replace("\r\n", "\n") for value in (shown, sent))
    return one == other


class Typed:
    """A form's values as typed (`given`), and what cannot be read in them (`errors`).

    `namesakes` are those who may be meant by a name typed into a picker, by field.
    """

    def __init__(self, given: Mapping[str, str]) -> None:
        self.given = {name: storable(value) for name, value in given.items()}
        self.errors: dict[str, Sentence] = {}
        self.namesakes: dict[str, Sequence[Namesake]] = {}

    def text(self, name: str) -> str:
        """A field's text."""
        return self.given.get(name, "").strip()

    def figure(self, name: str) -> str:
        """A field's amount or percentage for an action that reads it itself, as the reader's language has it.

        What is no number stays as it was typed.
        """
        text = self._unsigned(name)
        try:
            return format(parse_amount(text, decimal_mark()), "f")
        except ValueError:
            return text

    def amount(self, name: str) -> Decimal | None:
        """A field's amount or percentage, none if blank, as the reader's language has it: 12,500 or 12.500."""
        text = self._unsigned(name)
        if not text:
            return None
        try:
            return parse_amount(text, decimal_mark())
        except ValueError:
            self.errors[name] = sentence("This is not a number.")
            return None

    def rate(self, name: str) -> Decimal | None:
        """A field's rate of a currency, none if blank.

        A mark of another language is asked about where it may be either: a thousandth of a rate looks like one.
        """
        text = self._unsigned(name)
        if looks_grouped(text) and decimal_mark() not in text:
            self.errors[name] = sentence(
                "This can be read in two ways. Write {one} or {other}.",
                one="".join(text.split()).replace(",", ".").replace(".", decimal_mark()),
                other=text.replace(",", "").replace(".", ""),
            )
            return None
        return self.amount(name)

    def _unsigned(self, name: str) -> str:
        """A field's text without the sign before or after its number."""
        return self.text(name).strip("%€$£¥ \u00a0")

    def day(self, name: str) -> date | None:
        """A field's date, none if blank."""
        days, faulty = sorted_out({name: day}, {name: self.text(name)})
        self.errors |= faulty
        return days.get(name)

    def whole(self, name: str) -> int | None:
        """A field's id or version, none if blank."""
        text = self.text(name)
        number = record_id(text)
        if text and number is None:
            self.errors[name] = sentence("This is not a number.")
        return number

    def ticked(self, name: str) -> bool:
        """Whether a box is ticked."""
        return name in self.given

    def customer(self, name: str = "customer") -> dict[str, Any]:
        """A picked customer as the two columns it may fill."""
        text = self.text(name)
        picked = None
        if text:
            try:
                picked = RecordRef.parse(text)
            except ValueError:
                self.errors[name] = sentence("This record does not exist, or you cannot see it.")
        return {
            f"{kind}_id": picked.id if picked is not None and picked.kind == kind else None
            for kind in ("account", "contact")
        }

    def only_changed(self) -> "Typed":
        """What a person changed since the form was shown, so that a stale form overwrites nothing else.

        The form carries what it showed in the field `was`.
        """
        shown = self.shown()
        changed = {n: v for n, v in self.given.items() if n not in shown or not same_text(shown[n], v)}
        typed = Typed(changed)
        typed.errors |= self.errors
        return typed

    def shown(self) -> dict[str, Any]:
        """What the form showed, by field, as its field `was` says."""
        try:
            was = json.loads(self.given.get("was", "{}"))
        except (ValueError, RecursionError):
            was = None
        return was if isinstance(was, dict) else {}

    def demand(self, *, except_for: Iterable[str] = ()) -> None:
        """Raise Invalid for what could not be read, unless it is only fields that an action will miss."""
        if self.errors.keys() - set(except_for):
            raise Invalid(self.errors)

    def values(self, names: Iterable[str]) -> dict[str, Any]:
        """The text of some fields, to be shown again, with the namesakes to choose from."""
        return {**{name: self.given.get(name, "") for name in names}, **self._offered()}

    def all_values(self) -> dict[str, Any]:
        """All that was typed, to be shown again, with the namesakes to choose from."""
        return {**self.given, **self._offered()}

    def _offered(self) -> dict[str, Any]:
        return {f"{name}_namesakes": found for name, found in self.namesakes.items()}
