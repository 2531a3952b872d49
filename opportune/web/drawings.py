"""Rows and cards are drawn once for what they show.

Half of the time of a list goes into drawing rows that were drawn a moment ago, for the same or for another reader.
What was drawn is found again by the values of everything it was drawn from, never by an id or a version: what differs
in anything is drawn anew, and nobody gets to see what they could not have had drawn for themselves.
"""

from collections.abc import Hashable, Mapping
from itertools import count
from typing import Any, Generic, TypeVar, cast

from django.conf import settings
from django.utils.translation import get_language
from markupsafe import Markup

from opportune.web.viewer import viewer

Value = TypeVar("Value")

MOST = 1_500
"""Drawings of one generation; there are two, the elder goes when the younger is full."""
_NOTHING = Markup("")


class _Kept(Generic[Value]):
    """What was kept last, without a lock: at worst two threads make the same."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.young: dict[Hashable, Value] = {}
        self.old: dict[Hashable, Value] = {}

    def find(self, key: Hashable) -> Value | None:
        found = self.young.get(key)
        if found is None:
            found = self.old.get(key)
            if found is not None:
                self.keep(key, found)
        return found

    def keep(self, key: Hashable, value: Value) -> Value:
        if len(self.young) >= self.most:
            self.old, self.young = self.young, {}
        return self.young.setdefault(key, value)


_drawings: _Kept[Markup] = _Kept(MOST)
_grounds: _Kept[int] = _Kept(200)
_numbers = count(1)


def _frozen(part: Any) -> Hashable:
    if isinstance(part, Mapping):
        return tuple(part.items())
    return tuple(part) if isinstance(part, list) else cast(Hashable, part)


class Drawings:
    """The rows or cards of one page: `kind` says which, `ground` is all that they have in common and depend on.

    Who looks, in which language and on which day, is part of it. What each shows is hashable.
    """

    def __init__(self, kind: str, *ground: Any) -> None:
        whole = (kind, get_language(), viewer(), *map(_frozen, ground))
        self._ground = _grounds.find(whole) or _grounds.keep(whole, next(_numbers))

    def of(self, *shown: Hashable) -> Markup:
        """What was drawn of this before, or nothing. While templates are being worked on it always is nothing."""
        return _NOTHING if settings.DEBUG else _drawings.find((self._ground, shown)) or _NOTHING

    def keep(self, drawing: Markup, *shown: Hashable) -> Markup:
        """The drawing, kept for the next time."""
        return _drawings.keep((self._ground, shown), drawing)
