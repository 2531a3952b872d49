"""The catalogues of translated sentences: extracting, bringing up to date, checking and compiling them.

They are kept as `locale/<language>/LC_MESSAGES/messages.po`; Django reads the compiled `django.mo` beside each.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from string import Formatter

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

PACKAGE = Path(__file__).resolve().parent.parent
COMPILED = "django.mo"
METHODS = [("**/templates/**.html", "jinja2"), ("**/templates/**.txt", "jinja2"), ("**.py", "python")]
JINJA = {"extensions": "jinja2.ext.i18n,jinja2.ext.do", "silent": "false", "trimmed": "true"}
OPTIONS = {pattern: JINJA for pattern, method in METHODS if method == "jinja2"}
# How a sentence is marked beside gettext's own words: as the domain does, and as Django does when it postpones.
KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "sentence": None,
    "counted": (1, 2),
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
}
Key = tuple[str | None, str]


def catalogue_files(package: Path = PACKAGE) -> list[Path]:
    """The catalogue of every language Opportune is translated into."""
    return sorted((package / "locale").glob("*/LC_MESSAGES/messages.po"))


def compile_catalogues(package: Path = PACKAGE) -> list[Path]:
    """Compile each catalogue that is newer than what was compiled of it; return those written."""
    return [compiled for file in catalogue_files(package) if (compiled := _compile(file))]


def extract(package: Path = PACKAGE) -> Catalog:
    """Every sentence marked for translation in code and templates."""
    template = Catalog(project="Opportune", charset="utf-8", fuzzy=False)
    found = extract_from_dir(package, METHODS, OPTIONS, KEYWORDS, strip_comment_tags=True)
    for path, _, message, comments, context in found:
        template.add(message, None, [(f"opportune/{path}", 1)], auto_comments=comments, context=context)
    return template


def update_catalogues(package: Path = PACKAGE) -> list[Path]:
    """Add new sentences to each catalogue, untranslated, and drop those no longer used; return the files."""
    template = extract(package)
    files = catalogue_files(package)
    for file in files:
        catalogue = _read(file)
        catalogue.update(template, no_fuzzy_matching=True, update_creation_date=False)
        catalogue.obsolete.clear()
        with file.open("wb") as out:
            write_po(out, catalogue, width=110, sort_output=True, include_lineno=False)
    return files


def complaints(package: Path = PACKAGE) -> list[str]:
    """What is wrong with the catalogues, one sentence each; nothing when every text is translated."""
    template = {_key(message): message for message in _messages(extract(package))}
    return [
        f"{file.parent.parent.name}: {complaint}"
        for file in catalogue_files(package)
        for complaint in _complaints(_read(file), template)
    ]


def _complaints(catalogue: Catalog, template: dict[Key, Message]) -> Iterator[str]:
    known = {_key(message): message for message in _messages(catalogue)}
    for _, text in sorted(template.keys() - known.keys(), key=str):
        yield f"“{text}” is missing"
    for _, text in sorted(known.keys() - template.keys(), key=str):
        yield f"“{text}” is no longer used"
    for key, message in known.items():
        if message.fuzzy:
            yield f"“{key[1]}” is marked fuzzy"
        translated = _forms(message.string or "")
        if not all(translated):
            yield f"“{key[1]}” is not translated"
        elif _names(_forms(message.id)) != _names(translated):
            yield f"“{key[1]}” and its translation name different values"


def _compile(file: Path) -> Path | None:
    compiled = file.with_name(COMPILED)
    if compiled.exists() and compiled.stat().st_mtime_ns >= file.stat().st_mtime_ns:
        return None
    draft = compiled.with_name(f"{COMPILED}.{os.getpid()}")
    with draft.open("wb") as out:
        write_mo(out, _read(file))
    draft.replace(compiled)
    return compiled


def _read(file: Path) -> Catalog:
    with file.open("rb") as source:
        return read_po(source, locale=file.parent.parent.name)


def _messages(catalogue: Catalog) -> Iterable[Message]:
    return (message for message in catalogue if message.id)


def _key(message: Message) -> Key:
    return message.context, _forms(message.id)[0]


def _forms(text: str | Iterable[str]) -> list[str]:
    return [text] if isinstance(text, str) else list(text)


def _names(forms: Iterable[str]) -> set[str]:
    """The values a text mentions, as `{name}` or as `%(name)s`."""
    names: set[str] = set()
    for form in forms:
        names.update(part.split(")")[0] for part in form.split("%(")[1:])
        try:
            names.update(name for _, name, _, _ in Formatter().parse(form) if name)
        except ValueError:
            continue
    return names
