"""What of an address, a number or a site is compared when two accounts or contacts are held to be the same."""

import re
from urllib.parse import urlsplit

from opportune.kernel.text import fold

_COMPARED_DIGITS = 9
"""National and international ways to write a number agree in these last ones."""
_FEWEST_DIGITS = 6
_EXTENSION = re.compile(r"[^\W\d_]")


def email_key(email: str) -> str | None:
    """An e-mail address without case; none for a blank one."""
    return fold(email)[:254] or None


def phone_key(phone: str) -> str | None:
    """The last digits of a number, without an extension; none for one too short to tell apart."""
    digits = "".join(filter(str.isdecimal, _EXTENSION.split(fold(phone))[0]))
    return digits[-_COMPARED_DIGITS:] if len(digits) >= _FEWEST_DIGITS else None


def website_key(website: str) -> str | None:
    """The host of a site without `www`, and its path; none for a blank one."""
    try:
        parts = urlsplit(website)
        host = fold(parts.hostname or "").removeprefix("www.")
    except ValueError:
        return None
    return f"{host}{parts.path.rstrip('/')}"[:250] if host else None
