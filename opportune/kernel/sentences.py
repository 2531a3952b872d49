"""Sentences for people: written once in English, put into the reader's language at the door.

The domain raises and records sentences without knowing who will read them. A sentence keeps its English
pattern and its values apart, so that a door can look the pattern up in its catalogue. A day among the values is handed
over as a `date`, and written as the reader's language does.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from babel.dates import format_date

Translate = Callable[[str, str | None, int], str]


@dataclass(frozen=True, slots=True)
class Named:
    """A name kept in both languages, such as a stage's, inside a sentence."""

    en: str
    fr: str

    def in_language(self, language: str) -> str:
        """The name in a language, English unless French."""
        return self.fr if language.startswith("fr") else self.en


@dataclass(frozen=True, slots=True)
class Sentence:
    """An English pattern with named values; `plural` and `count` choose between two patterns."""

    pattern: str
    values: Mapping[str, Any] = field(default_factory=dict)
    plural: str | None = None
    count: int = 1

    def in_language(self, translate: Translate, language: str = "en") -> str:
        """The sentence in a reader's language; nested sentences and names are put into it as well."""
        values = {name: _shown(value, translate, language) for name, value in self.values.items()}
        return translate(self.pattern, self.plural, self.count).format(**values)

    def __str__(self) -> str:
        return self.in_language(in_english)


def to_keep(said: Sentence) -> dict[str, Any]:
    """A sentence as JSON keeps it, to be shown later to readers of either language."""
    return {
        "pattern": said.pattern,
        "values": {name: _kept(value) for name, value in said.values.items()},
        "plural": said.plural,
        "count": said.count,
    }


def from_kept(kept: Mapping[str, Any]) -> Sentence:
    """The inverse of `to_keep`."""
    values = {name: _unkept(value) for name, value in kept["values"].items()}
    return Sentence(kept["pattern"], values, kept["plural"], kept["count"])


def _kept(value: Any) -> Any:
    if isinstance(value, Sentence):
        return {"sentence": to_keep(value)}
    if isinstance(value, Named):
        return {"named": [value.en, value.fr]}
    if type(value) is date:
        return {"day": value.isoformat()}
    if isinstance(value, tuple | list):
        return [_kept(part) for part in value]
    return value if isinstance(value, int | None) else str(value)


def _unkept(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_unkept(part) for part in value)
    if isinstance(value, dict) and "day" in value:
        return date.fromisoformat(value["day"])
    if isinstance(value, dict):
        return from_kept(value["sentence"]) if "sentence" in value else Named(*value["named"])
    return value


def _shown(value: Any, translate: Translate, language: str) -> Any:
    if isinstance(value, Sentence):
        return value.in_language(translate, language)
    if isinstance(value, Named):
        return value.in_language(language)
    if type(value) is date:
        return day_in_full(value, language)
    if isinstance(value, tuple):
        return ", ".join(str(_shown(part, translate, language)) for part in value)
    return value


def day_in_full(day: date, language: str) -> str:
    """A day with the name of its month and its year: 29 November 2026, 29 novembre 2026."""
    locale = "fr" if language.startswith("fr") else "en_GB"
    return str(format_date(day, "d MMMM y", locale=locale))


def in_english(pattern: str, plural: str | None, count: int) -> str:
    """The catalogue of the language the patterns are written in."""
    return pattern if plural is None or count == 1 else plural


def sentence(pattern: str, /, **values: Any) -> Sentence:
    """Mark a pattern for translation and bind its values: `sentence("{name} is required.", name=…)`."""
    return Sentence(pattern, values)


def counted(pattern: str, plural: str, count: int, /, **values: Any) -> Sentence:
    """A sentence whose wording depends on a count, which it may show as `{count}`."""
    return Sentence(pattern, {"count": count, **values}, plural, count)
