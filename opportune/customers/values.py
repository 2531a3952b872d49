"""What may be written into the fields of an account or a contact, and how it is tidied up first.

A check takes what was typed or sent and answers with the value to keep; it raises `NotAcceptable` with the
sentence to show beside the field.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from opportune.kernel.checking import Check, NotAcceptable, day, sorted_out, storable_amount, truth
from opportune.kernel.errors import Invalid
from opportune.kernel.money import LIMIT, parse_amount
from opportune.kernel.parameters import record_id
from opportune.kernel.sentences import Sentence, sentence
from opportune.kernel.text import storable

_ADDRESS = re.compile(r"[^@\s<>()\[\],;:\\\"]+@(?:[^\W_](?:[\w-]*[^\W_])?\.)+[^\W\d_](?:[\w-]*[^\W_])")
_HOST = re.compile(r"(?:[^\W_](?:[\w-]*[^\W_])?\.)+[^\W_](?:[\w-]*[^\W_])")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:(?!\d)", re.IGNORECASE)
_LARGEST_COUNT = 2**31 - 1
_LARGEST_ID = 2**63
_CODE = 40


def sorted_values(
    values: Mapping[str, Any], checks: Mapping[str, Check]
) -> tuple[dict[str, Any], dict[str, Sentence]]:
    """The values to keep, and by field why the others cannot be kept."""
    return sorted_out(checks, values, _no_such_field)


def checked(values: Mapping[str, Any], checks: Mapping[str, Check]) -> dict[str, Any]:
    """The values to keep. Raises Invalid with a sentence for every field that has none."""
    kept, wrong = sorted_values(values, checks)
    if wrong:
        raise Invalid(wrong)
    return kept


def _no_such_field(name: str) -> Sentence:
    return sentence("There is no field “{field}” to write here.", field=name)


def text(limit: int, *, required: bool = False, lines: bool = False) -> Check:
    """Text of at most `limit` characters, without blanks around it; on one line unless `lines`."""

    def check(value: Any) -> str:
        if not isinstance(value, str | None):
            raise NotAcceptable(sentence("Enter text."))
        kept = storable(value or "").strip()
        if not lines:
            kept = " ".join(kept.split())
        if required and not kept:
            raise NotAcceptable(sentence("This field is required."))
        if len(kept) > limit:
            raise NotAcceptable(sentence("At most {limit} characters fit here.", limit=limit))
        return kept

    return check


def email(value: Any) -> str:
    """An e-mail address, or nothing."""
    kept: str = text(254)(value)
    if kept and not _ADDRESS.fullmatch(kept):
        raise NotAcceptable(sentence("“{email}” is not an e-mail address.", email=kept))
    return kept


def website(value: Any) -> str:
    """The http or https address of a site, or nothing; without a scheme, https is meant."""
    typed: str = text(242)(value)
    if not typed:
        return ""
    address = typed if _SCHEME.match(typed) else f"https://{typed}"
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host, parts = "", urlsplit("")
    is_plain = parts.scheme in ("http", "https") and "@" not in parts.netloc and " " not in address
    if not is_plain or not _HOST.fullmatch(host):
        raise NotAcceptable(
            sentence("“{website}” is not a web address; it looks like https://example.com.", website=typed)
        )
    return address


def count(value: Any) -> int | None:
    """A whole number from zero up, or nothing."""
    if value is None or value == "":
        return None
    try:
        kept = int("".join(value.split())) if isinstance(value, str) else value
    except ValueError:
        kept = None
    if not isinstance(kept, int) or isinstance(kept, bool) or not 0 <= kept <= _LARGEST_COUNT:
        raise NotAcceptable(sentence("Enter a whole number, zero or more."))
    return kept


def amount(value: Any) -> Decimal | None:
    """An amount of money from zero up, or nothing."""
    if value is None or value == "":
        return None
    try:
        kept = parse_amount(value) if isinstance(value, str) else Decimal(value)
    except (ValueError, TypeError):
        raise NotAcceptable(sentence("Enter an amount, such as 1,234.50.")) from None
    if isinstance(value, float | bool) or not kept.is_finite():
        raise NotAcceptable(sentence("Enter an amount, such as 1,234.50."))
    if not 0 <= kept < LIMIT:
        raise NotAcceptable(sentence("Enter an amount from zero to less than a thousand billion."))
    return storable_amount(kept)


def reference(value: Any) -> int | None:
    """The id of another record, or nothing."""
    if value is None or value == "":
        return None
    kept = record_id(value.strip()) if isinstance(value, str) else value
    if type(kept) is not int or not 0 < kept < _LARGEST_ID:
        raise NotAcceptable(sentence("Choose one from the list."))
    return kept


SHARED: Mapping[str, Check] = {
    "owner_id": reference,
    "type": text(_CODE),
    "phone": text(50),
    "email": email,
    "contact_method": text(_CODE),
    "do_not_call": truth,
    "do_not_email": truth,
    "do_not_write": truth,
    "street": text(250, lines=True),
    "postal_code": text(20),
    "city": text(80),
    "country": text(80),
    "description": text(100_000, lines=True),
    "external_id": text(100),
}
ACCOUNT: Mapping[str, Check] = {
    "name": text(160, required=True),
    "parent_id": reference,
    "account_number": text(20),
    "website": website,
    "industry": text(80),
    "employees": count,
    "annual_revenue": amount,
    "payment_terms": text(_CODE),
    "delivery_street": text(250, lines=True),
    "delivery_postal_code": text(20),
    "delivery_city": text(80),
    "delivery_country": text(80),
    **SHARED,
}
CONTACT: Mapping[str, Check] = {
    "first_name": text(60),
    "last_name": text(80, required=True),
    "job_title": text(100),
    "account_id": reference,
    "mobile": text(50),
    **SHARED,
}
CONNECTION: Mapping[str, Check] = {
    "role": text(60),
    "own_role": text(60),
    "description": text(10_000, lines=True),
    "started_on": day,
    "ended_on": day,
}
