"""What a screen of deals says that it shows, when it asks whether anything has changed.

`shown=12:7.3,9.1;13:8.2` names the lanes of a board, and in each the deals by id and version; a list has one lane,
without a name.
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
from opportune.storage.keyset import instant
from opportune.web.pages import SignedIn

_MARK = re.compile(r"[0-9a-f]{12}")
_MOST = 200


@dataclass(frozen=True, slots=True)
class Shown:
    """The versions of the deals shown, the lanes they lie in, since when, and what was told already."""

    versions: Mapping[int, int]
    lanes: Mapping[int, str]
    since: datetime
    told: frozenset[str]

    @classmethod
    def read(cls, request: SignedIn) -> Self:
        """What a request says. Raises Invalid for what no screen says."""
        versions, lanes = {}, {}
        try:
            since = instant(request.GET.get("since", ""))
            for part in filter(None, request.GET.get("shown", "").split(";")):
                lane, _, deals = part.partition(":")
                for one in filter(None, deals.split(",")):
                    deal, _, version = one.partition(".")
                    versions[_id(deal)], lanes[_id(deal)] = _id(version), lane
        except (ValueError, ArithmeticError):
            raise Invalid(
                {"shown": sentence("This page cannot be brought up to date. Load it again.")}
            ) from None
        return cls(versions, lanes, since, frozenset(_MARK.findall(request.headers.get("If-None-Match", ""))))

    @property
    def most(self) -> int:
        """How many deals the fullest lane shows."""
        lanes = list(self.lanes.values())
        return max(map(lanes.count, set(lanes)), default=0)


def unchanged(now: datetime) -> HttpResponse:
    """The answer while there is nothing to tell."""
    return _read_at(HttpResponseNotModified(), now)


def marked(response: HttpResponse, found: News, now: datetime) -> HttpResponse:
    """An answer that tells something. The tag of it is all that may come again."""
    response["ETag"] = f'"{".".join(sorted(found.marks)[:_MOST])}"'
    return _read_at(response, now)


def _read_at(response: HttpResponse, now: datetime) -> HttpResponse:
    response["Opportune-Read-At"], response["Cache-Control"] = now.isoformat(), "no-store"
    return response


def _id(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > 18:
        raise ValueError(text)
    return int(text)
