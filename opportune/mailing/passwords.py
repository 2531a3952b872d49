"""Passwords that somebody would guess who knows where they are (ASVS 6.1.2, 6.2.11)."""

import re
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from opportune.reference.queries import organisation_settings

SHORTEST_WORD, LEAST_BESIDES = 4, 8
PRODUCT = ("opportune", "password", "motdepasse", "pipeline", "sales", "vente", "ventes")


class WordsOfHere:
    """Refuses a password that is little more than words of this place: the organisation, its address, the product."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raises ValidationError when fewer than eight characters are left besides such words."""
        whole = rest = password.casefold()
        for word in sorted(words_of_here(), key=len, reverse=True):
            rest = rest.replace(word, "")
        if rest != whole and len(rest) < LEAST_BESIDES:
            raise ValidationError(self.get_help_text(), code="password_of_here")

    def get_help_text(self) -> str:
        """What to do instead."""
        return gettext("Choose words that have nothing to do with your organisation or with Opportune.")


def words_of_here() -> set[str]:
    """The words that anybody would try first at this installation, folded."""
    organisation = organisation_settings().organisation.casefold()
    host = urlsplit(settings.BASE_URL).hostname or ""
    parts = {*re.split(r"[\W_]+", f"{organisation} {host}"), re.sub(r"[\W_]+", "", organisation)}
    return {part for part in parts if len(part) >= SHORTEST_WORD} | set(PRODUCT)
