"""Putting sentences into a reader's language, which only a door knows."""

from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header

from opportune.kernel.sentences import Sentence

LANGUAGES = ("en", "fr")


def spoken(message: Sentence, language: str) -> str:
    """A sentence in a language; in English where it is not translated."""
    with translation.override(language):
        return message.in_language(_translated, language)


def _translated(pattern: str, plural: str | None, count: int) -> str:
    if plural is None:
        return translation.gettext(pattern)
    return translation.ngettext(pattern, plural, count)


def asked_language(accepted: str) -> str | None:
    """The language that an `Accept-Language` header prefers among those Opportune speaks; none if it names none."""
    for name, _ in parse_accept_lang_header(accepted):
        language = name.partition("-")[0]
        if language in LANGUAGES:
            return language
    return None
