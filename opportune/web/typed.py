"""What people type into forms, read before it is handed to an action: amounts and dates of their language."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from opportune.kernel.errors import Invalid
from opportune.kernel.money import parse_amount
from opportune.kernel.sentences import Sentence, sentence


class Kept(dict[str, Any]):
    """A form's values or errors for a template: a field nobody named is blank."""

    def __missing__(self, name: str) -> str:
        return ""


class Typed:
    """A form's values as typed (`values`), and what cannot be read in them (`errors`)."""

    def __init__(self, given: Mapping[str, str]) -> None:
        self.given = given
        self.errors: dict[str, Sentence] = {}

    def text(self, name: str) -> str:
        """A field's text."""
        return self.given.get(name, "").strip()

    def amount(self, name: str) -> Decimal | None:
        """A field's amount or percentage, none if blank."""
        text = self.text(name).rstrip("%€$£ \u00a0")
        if not text:
            return None
        try:
            return parse_amount(text)
        except ValueError:
            self.errors[name] = sentence("This is not a number.")
            return None

    def day(self, name: str) -> date | None:
        """A field's date, none if blank."""
        text = self.text(name)
        if not text:
            return None
        try:
            return date.fromisoformat(text)
        except ValueError:
            self.errors[name] = sentence("This is not a date. Write it as 2026-12-31.")
            return None

    def whole(self, name: str) -> int | None:
        """A field's id or version, none if blank or no number."""
        text = self.text(name)
        return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None

    def ticked(self, name: str) -> bool:
        """Whether a box is ticked."""
        return name in self.given

    def customer(self, name: str = "customer") -> dict[str, Any]:
        """A picked customer as the two columns it may fill."""
        kind, _, number = self.text(name).partition(":")
        record_id = int(number) if number.isascii() and number.isdigit() else None
        return {
            "account_id": record_id if kind == "account" else None,
            "contact_id": record_id if kind == "contact" else None,
        }

    def demand(self) -> None:
        """Raise Invalid for what could not be read."""
        if self.errors:
            raise Invalid(self.errors)

    def values(self, names: Iterable[str]) -> dict[str, str]:
        """The text of some fields, to be shown again."""
        return {name: self.given.get(name, "") for name in names}
