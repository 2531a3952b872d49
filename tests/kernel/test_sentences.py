"""Sentences: one pattern, values kept apart, put into the reader's language at the door."""

import json
from datetime import date

from opportune.kernel.sentences import Named, counted, from_kept, sentence, to_keep

FRENCH = {
    "Hello {name}.": "Bonjour {name}.",
    "{count} deal": "{count} affaire",
    "{count} deals": "{count} affaires",
    "soon": "bientôt",
    "Closed on {day}.": "Close le {day}.",
}


def in_french(pattern: str, plural: str | None, count: int) -> str:
    """A small catalogue: French counts zero as one."""
    return FRENCH[pattern if plural is None or count < 2 else plural]


def test_a_sentence_is_english_by_itself() -> None:
    assert str(sentence("Hello {name}.", name="Alice")) == "Hello Alice."


def test_a_sentence_is_put_into_the_language_of_the_reader() -> None:
    assert sentence("Hello {name}.", name="Alice").in_language(in_french, "fr") == "Bonjour Alice."


def test_names_and_sentences_inside_follow() -> None:
    greeting = sentence("Hello {name}.", name=(Named("Close", "Conclusion"), sentence("soon")))
    assert str(greeting) == "Hello Close, soon."
    assert greeting.in_language(in_french, "fr-CA") == "Bonjour Conclusion, bientôt."


def test_braces_in_values_are_left_alone() -> None:
    assert str(sentence("Hello {name}.", name="{0} {x}")) == "Hello {0} {x}."


def test_the_count_chooses_the_wording_as_the_language_does() -> None:
    assert [str(counted("{count} deal", "{count} deals", count)) for count in (0, 1, 2)] == [
        "0 deals",
        "1 deal",
        "2 deals",
    ]
    said = [
        counted("{count} deal", "{count} deals", count).in_language(in_french, "fr") for count in (0, 1, 2)
    ]
    assert said == ["0 affaire", "1 affaire", "2 affaires"]


def test_a_day_is_written_as_the_reader_writes_it() -> None:
    closed = sentence("Closed on {day}.", day=date(2026, 11, 29))
    assert str(closed) == "Closed on 29 November 2026."
    assert closed.in_language(in_french, "fr") == "Close le 29 novembre 2026."


def test_a_kept_day_is_still_a_day() -> None:
    kept = json.loads(json.dumps(to_keep(sentence("Closed on {day}.", day=date(2026, 11, 29)))))
    assert from_kept(kept).in_language(in_french, "fr") == "Close le 29 novembre 2026."
