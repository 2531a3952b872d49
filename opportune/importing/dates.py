"""Dates as somebody else wrote them: M/D/YYYY, DD.MM.YYYY, YYYY-MM-DD."""

import re
from dataclasses import dataclass
from datetime import date

_PARTS = {
    "YYYY": r"(?P<year>\d{4})",
    "MM": r"(?P<month>\d{2})",
    "M": r"(?P<month>\d{1,2})",
    "DD": r"(?P<day>\d{2})",
    "D": r"(?P<day>\d{1,2})",
}
_TOKEN = re.compile("YYYY|MM|M|DD|D")


@dataclass(frozen=True, slots=True)
class DateFormat:
    """A way to write dates, made of YYYY, MM or M, DD or D, and what stands between them."""

    pattern: str
    _expression: re.Pattern[str]

    @classmethod
    def of(cls, pattern: str) -> "DateFormat":
        """The format that a pattern describes. Raises ValueError unless it has a year, a month and a day, once each."""
        between = _TOKEN.split(pattern)
        tokens = _TOKEN.findall(pattern)
        if sorted(token[0] for token in tokens) != ["D", "M", "Y"]:
            raise ValueError(f"not a date format: {pattern!r}")
        if any(character.isalnum() for text in between for character in text):
            raise ValueError(f"not a date format: {pattern!r}")
        expression = re.escape(between[0])
        for token, text in zip(tokens, between[1:], strict=True):
            expression += _PARTS[token] + re.escape(text)
        return cls(pattern, re.compile(expression, re.ASCII))

    def read(self, text: str) -> date:
        """The day a text names. Raises ValueError if it names none in this format."""
        found = self._expression.fullmatch(text.strip())
        if found is None:
            raise ValueError(f"not a date as {self.pattern}: {text!r}")
        return date(int(found["year"]), int(found["month"]), int(found["day"]))
