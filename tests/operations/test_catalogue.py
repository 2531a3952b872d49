"""The catalogues: nothing marked for translation is missing, unused, fuzzy, empty or about other values."""

from __future__ import annotations

import gettext
import os
import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from opportune.operations.catalogue import compile_catalogues, complaints, extract, update_catalogues

PACKAGE = Path(__file__).resolve().parents[2] / "opportune"
AMERICAN = re.compile(
    r"\b(cancel(ed|ing)|organiz|customiz|recogniz|categoriz|summariz|analyz|label(ed|ing)|travel(ed|ing)"
    r"|colors?\b|favorite|behavior|center\b|fulfill\b|catalogs?\b)",
    re.IGNORECASE,
)
CODE = """
from opportune.kernel.sentences import counted, sentence
sentence("{name} is required.", name="Subject")
counted("{count} deal", "{count} deals", 2)
"""
PAGE = "<h1>{% trans %}Board{% endtrans %}</h1> {{ _('Sign in') }}"
HEADER = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n > 1);\\n"
"""
WHOLE = """
msgid "Board"
msgstr "Tableau"

msgid "Sign in"
msgstr "Se connecter"

msgid "{name} is required."
msgstr "{name} est obligatoire."

msgid "{count} deal"
msgid_plural "{count} deals"
msgstr[0] "{count} affaire"
msgstr[1] "{count} affaires"
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    (tmp_path / "locale" / "fr" / "LC_MESSAGES").mkdir(parents=True)
    (tmp_path / "web" / "templates").mkdir(parents=True)
    (tmp_path / "rules.py").write_text(CODE, encoding="utf-8")
    (tmp_path / "web" / "templates" / "board.html").write_text(PAGE, encoding="utf-8")
    write(tmp_path, WHOLE)
    return tmp_path


def catalogue_of(package: Path) -> Path:
    return package / "locale" / "fr" / "LC_MESSAGES" / "messages.po"


def write(package: Path, entries: str) -> None:
    catalogue_of(package).write_text(HEADER + entries, encoding="utf-8")


def test_sentences_of_code_and_templates_are_found(package: Path) -> None:
    found = [message.id for message in extract(package) if message.id]
    assert sorted(map(str, found)) == sorted(
        ["Board", "Sign in", "{name} is required.", "('{count} deal', '{count} deals')"]
    )


def test_a_whole_catalogue_gives_no_complaint(package: Path) -> None:
    assert complaints(package) == []


@pytest.mark.parametrize(
    ("instead_of", "write_this", "complaint"),
    [
        ('msgid "Board"\nmsgstr "Tableau"\n', "", "fr: “Board” is missing"),
        ('msgid "Board"', 'msgid "Old"\nmsgstr "Vieux"\n\nmsgid "Board"', "fr: “Old” is no longer used"),
        ('msgstr "Tableau"', 'msgstr ""', "fr: “Board” is not translated"),
        ('msgid "Board"', '#, fuzzy\nmsgid "Board"', "fr: “Board” is marked fuzzy"),
        ("{name} est", "{nom} est", "fr: “{name} is required.” and its translation name different values"),
        ("{count} affaires", "", "fr: “{count} deal” is not translated"),
    ],
)
def test_what_is_wrong_is_named(package: Path, instead_of: str, write_this: str, complaint: str) -> None:
    assert instead_of in WHOLE
    write(package, WHOLE.replace(instead_of, write_this))
    assert complaints(package) == [complaint]


def test_updating_adds_what_is_new_and_drops_what_is_unused(package: Path) -> None:
    write(package, 'msgid "Board"\nmsgstr "Tableau"\n\nmsgid "Old"\nmsgstr "Vieux"\n')
    assert update_catalogues(package) == [catalogue_of(package)]
    text = catalogue_of(package).read_text(encoding="utf-8")
    assert 'msgstr "Tableau"' in text
    assert "Old" not in text
    assert sorted(complaints(package)) == [
        "fr: “Sign in” is not translated",
        "fr: “{count} deal” is not translated",
        "fr: “{name} is required.” is not translated",
    ]


def test_a_catalogue_is_compiled_when_it_is_newer_than_what_was_compiled(package: Path) -> None:
    (compiled,) = compile_catalogues(package)
    with compiled.open("rb") as file:
        french = gettext.GNUTranslations(file)
    assert french.gettext("Board") == "Tableau"
    assert french.ngettext("{count} deal", "{count} deals", 0) == "{count} affaire"
    assert compile_catalogues(package) == []
    later = compiled.stat().st_mtime + 5
    os.utime(catalogue_of(package), (later, later))
    assert compile_catalogues(package) == [compiled]


def test_what_people_read_is_spelled_in_one_way() -> None:
    """British, as STYLE.md says: in the sentences, and in the names that ship as data."""
    with (PACKAGE / "locale/fr/LC_MESSAGES/messages.po").open("rb") as source:
        sentences = [str(message.id) for message in read_po(source, locale="fr")]
    shipped = [file.read_text() for file in PACKAGE.glob("*/defaults.py")]
    names = [name for text in shipped for name in re.findall(r'"([A-Z][^"]*)"', text)]
    assert len(sentences) > 1000
    assert [said for said in sentences + names if AMERICAN.search(said)] == []
    assert AMERICAN.search("Canceled")
