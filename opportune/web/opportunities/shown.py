"""What a screen of deals says that it shows, when it asks whether anything has changed.

`shown=12_7-3.9-1*13_8-2` names the lanes of a board, and in each the deals by id and version, as numbers of base 36: an
address must stay short. A list has one lane, without a name.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from django.http import HttpResponse, HttpResponseNotModified

from opportune.kernel.errors import Invalid
from opportune.kernel.sentences import sentence
from opportune.opportunities.queries import News
from opportune.opportunities.queries.board import CARDS
from opportune.storage.keyset import instant
from opportune.web.pages import SignedIn

ABOUT_NEWS = frozenset({"since", "first", "shown", "most"})
MOST = 600
"""How many deals a screen may name: the same as in `news.js`."""
MOST_CARDS = 1000
_MARK = re.compile(r"\b[0-9a-f]{8}\b")
_NUMBER = re.compile(r"[0-9a-z]{1,12}")


@dataclass(frozen=True, slots=True)
class Shown:
    """The versions of the deals shown and the lanes they lie in; since when, when the page was read, and what it knows.

    `limit` is how many cards its lanes have.
    """

    versions: Mapping[int, int]
    lanes: Mapping[int, str]
    since: datetime
    first: datetime
    told: frozenset[str]
    limit: int

    @classmethod
    def read(cls, request: SignedIn) -> Self:
        """What a request says. Raises Invalid for what no screen says."""
        versions, lanes = {}, {}
        try:
            since = instant(request.GET.get("since", ""))
            first = instant(request.GET.get("first") or request.GET.get("since", ""))
            for part in filter(None, request.GET.get("shown", "").split("*")):
                lane, _, deals = part.partition("_")
                for one in filter(None, deals.split(".")):
                    deal, _, version = one.partition("-")
                    versions[_number(deal)], lanes[_number(deal)] = _number(version), lane
            if len(versions) > MOST:
                raise ValueError("more than a screen names")
        except (ValueError, ArithmeticError):
            raise Invalid(
                {"shown": sentence("This page cannot be brought up to date. Load it again.")}
            ) from None
        told = frozenset(_MARK.findall(request.headers.get("If-None-Match", "")))
        return cls(versions, lanes, since, first, told, cards_in(request.GET.get("most", "")))


def cards_in(most: str) -> int:
    """How many cards a lane is drawn with anew, if the fullest one shows so many."""
    shown = int(most) if most.isascii() and most.isdecimal() and len(most) < 6 else 0
    return min(max(CARDS, shown), MOST_CARDS)


def unchanged(found: News, now: datetime) -> HttpResponse:
    """The answer while there is nothing to tell. Its tag says what need not be looked at again."""
    return marked(HttpResponseNotModified(), found, now)


def marked(response: HttpResponse, found: News, now: datetime) -> HttpResponse:
    """An answer with what it tells of as its tag, and when it was read."""
    response["ETag"] = f'"{".".join(sorted(found.marks))}"'
    response["Opportune-Read-At"], response["Cache-Control"] = now.isoformat(), "no-store"
    return response


def _number(text: str) -> int:
    if not _NUMBER.fullmatch(text):
        raise ValueError(text)
    return int(text, 36)
