"""Numbers, money, dates and days as people write them, in English and French.

English €83,416 and 4 Dec; French 83 416 € and 4 déc. Zero is –, blank is —, minus is U+2212. An amount shows the cents
that it has; a sum is short where much stands beside it, and says in full what it is when it is pointed at.
"""

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.core import Locale
from babel.dates import format_date, format_time
from markupsafe import Markup, escape

from opportune.kernel.money import rounded
from opportune.kernel.sentences import day_in_full
from opportune.web.viewer import viewer

BROWSERS = (("Edg", "Edge"), ("Firefox", "Firefox"), ("Chrom", "Chrome"), ("Safari", "Safari"))
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Mac OS", "macOS"),
    ("Windows", "Windows"),
    ("Linux", "Linux"),
)
BLANK = "—"
ZERO = "–"
NO_BREAK = "\u00a0"
_SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥"}


@lru_cache(maxsize=8)
def _locale(language: str) -> Locale:
    return Locale.parse("fr" if language.startswith("fr") else "en_GB")


@lru_cache(maxsize=8)
def _marks(language: str) -> dict[int, str]:
    """What stands in a language's numbers where Python writes a comma and a point."""
    symbols = _locale(language).number_symbols["latn"]
    return str.maketrans({",": symbols["group"], ".": symbols["decimal"]})


def number(value: Decimal | int, decimals: int = 0) -> str:
    """A number with its thousands grouped: 83,416 or 83 416 (U+202F)."""
    return _number(value, decimals, viewer().language)


@lru_cache(maxsize=8192)
def _number(value: Decimal | int, decimals: int, language: str) -> str:
    exact = rounded(Decimal(value), decimals)
    return ("\u2212" if exact < 0 else "") + f"{abs(exact):,}".translate(_marks(language))


def money(amount: Decimal | None, currency: str = "", *, short: bool = False) -> str:
    """An amount in a currency, the base one unless given; the code is shown where it is not the base one.

    It is rounded to the digits of its currency, and shows them unless it is whole: €12,500 and €12,500.50. A short one
    is rounded to whole units.
    """
    if amount is None:
        return BLANK
    seen_by = viewer()
    code = currency or seen_by.base_currency
    decimals = 0 if short else seen_by.digits.get(code, 2)
    return _money(amount, code, decimals, seen_by.base_currency, seen_by.language)


@lru_cache(maxsize=8192)
def _money(amount: Decimal, code: str, decimals: int, base: str, language: str) -> str:
    if amount == 0:
        return ZERO
    sign = _SYMBOLS.get(code, code) if code == base else code
    shown = rounded(amount, decimals)
    figures = _number(shown, 0 if shown == shown.to_integral_value() else decimals, language)
    if language.startswith("fr"):
        return f"{figures}{NO_BREAK}{sign}"
    minus = figures[:1] if figures.startswith("\u2212") else ""
    gap = "" if sign in _SYMBOLS.values() else NO_BREAK
    return f"{minus}{sign}{gap}{figures.removeprefix(minus)}"


def total(amount: Decimal | None) -> Markup:
    """A sum in base currency in whole units; where it has cents, they are said when it is pointed at."""
    short, exact = money(amount, short=True), money(amount)
    return escape(short) if short == exact else Markup('<span title="{}">{}</span>').format(exact, short)


def decimal_mark() -> str:
    """What stands before the decimals in the reader's language."""
    return "," if viewer().language.startswith("fr") else "."


def typed_amount(amount: Decimal | None) -> str:
    """An amount as it stands in an input: no grouping, a comma in French."""
    if amount is None:
        return ""
    text = format(rounded(amount, 4).normalize(), "f")
    return text.replace(".", decimal_mark())


def percent(value: Decimal | int | None) -> str:
    """A percentage with up to two decimals: 65% or 65 %."""
    return BLANK if value is None else _percent(value, viewer().language)


@lru_cache(maxsize=1024)
def _percent(value: Decimal | int, language: str) -> str:
    exact = rounded(Decimal(value), 2).normalize()
    decimals = max(0, -int(exact.as_tuple().exponent))
    gap = NO_BREAK if language.startswith("fr") else ""
    return f"{_number(exact, decimals, language)}{gap}%"


def day(value: date | None, *, full: bool = False) -> str:
    """A day, with its year only where it is not the current one: 4 Dec, 15 Jan 2027."""
    if value is None:
        return BLANK
    seen_by = viewer()
    if full:
        return day_in_full(value, seen_by.language)
    return _day(value, "d MMM" if value.year == seen_by.today.year else "d MMM y", seen_by.language)


def day_typed(value: str) -> str:
    """A day as it stands in an address, 2026-12-31, as a person reads it; what is no day stays as it is."""
    try:
        return day(date.fromisoformat(value))
    except ValueError:
        return value


@lru_cache(maxsize=4096)
def _day(value: date, pattern: str, language: str) -> str:
    return str(format_date(value, pattern, locale=_locale(language)))


def month(value: date) -> str:
    """A month as a title, with its year only where it is not the current one: November, Novembre 2025."""
    pattern = "LLLL" if value.year == viewer().today.year else "LLLL y"
    written = str(format_date(value, pattern, locale=_locale(viewer().language)))
    return written[:1].upper() + written[1:]


def clock_time(value: datetime) -> str:
    """The hour of an instant in the viewer's zone: 10:30."""
    local = value.astimezone(ZoneInfo(viewer().zone))
    return str(format_time(local, "HH:mm", locale=_locale(viewer().language)))


def moment(value: datetime | None, *, with_time: bool = True) -> str:
    """An instant in the viewer's zone: 4 Dec, 10:30."""
    if value is None:
        return BLANK
    written = day(value.astimezone(ZoneInfo(viewer().zone)).date())
    return f"{written}, {clock_time(value)}" if with_time else written


def days(count: int | None) -> str:
    """A number of days, short: 6 d or 6 j."""
    if count is None:
        return BLANK
    return f"{count}{NO_BREAK}{'j' if viewer().language.startswith('fr') else 'd'}"


def days_since(value: date | None) -> int | None:
    """Days from a day to the viewer's today."""
    return None if value is None else max(0, (viewer().today - value).days)


@lru_cache(maxsize=4096)
def initials(name: str) -> str:
    """Up to two letters for an avatar."""
    words = [word for word in name.split() if word[:1].isalnum()]
    letters = [words[0][0], words[-1][0]] if len(words) > 1 else [word[0] for word in words]
    return "".join(letters).upper() or "?"


@lru_cache(maxsize=4096)
def hue(name: str) -> int:
    """One of twelve hues for an avatar, the same for the same name."""
    return sum(name.encode()) * 7 % 12


@lru_cache(maxsize=4096)
def face(name: str, is_account: bool = False, size: str = "", is_alone: bool = False) -> Markup:
    """The avatar of a person (round) or of an account (square), whose name stands beside it or else is its own."""
    kind, letters = (" sq", initials(name)[:1]) if is_account else ("", initials(name))
    own = Markup(' role=img title="{}"').format(name) if is_alone else ""
    pattern = Markup('<i class="av{}{} h{}" data-text="{}"{}></i>')
    return pattern.format(kind, f" {size}" if size else "", hue(name), letters, own)


def browser(user_agent: str) -> str:
    """A browser and its system as people call them, from what it says of itself."""
    names = [name for mark, name in BROWSERS if mark in user_agent][:1] or [
        user_agent[:40].split("/")[0] or BLANK
    ]
    systems = [name for mark, name in SYSTEMS if mark in user_agent][:1]
    return " · ".join(names + systems)
