"""How a page says what it shows, as `js/news.js` does."""

from string import ascii_lowercase, digits

from opportune.opportunities.models import Opportunity

SIGNS = digits + ascii_lowercase


def short(number: int) -> str:
    """A number of base 36."""
    rest, last = divmod(number, 36)
    return (short(rest) if rest else "") + SIGNS[last]


def naming(lane: object, *shown: Opportunity) -> str:
    """A lane and the deals in it."""
    return f"{lane}_" + ".".join(f"{short(one.pk)}-{short(one.version)}" for one in shown)
