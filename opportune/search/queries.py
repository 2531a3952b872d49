"""Finding records by words."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from opportune.identity.actor import Actor
from opportune.kernel.text import fold, storable
from opportune.search.models import SearchEntry
from opportune.search.sources import SOURCES, entry_ids, titles_of
from opportune.storage.prepared import prepared

_MOST_WORDS = 8
_SHORTEST_TRIGRAM = 3
_CANDIDATES = 5


@dataclass(frozen=True, slots=True)
class Hit:
    """A record that was found, and how to show it."""

    kind: str
    id: int
    title: str
    subtitle: str


def find(actor: Actor, text: str, *, kinds: Collection[str] | None = None, limit: int = 20) -> Sequence[Hit]:
    """The records the actor may see that have all the words, grouped by kind; every kind gets its share.

    A word of three letters or more is found anywhere, a shorter one at the beginning of a word. Within a kind
    titles that begin with the text come first, then the newest records; of very many only the newest are
    looked at.
    """
    words = fold(storable(text)).split()[:_MOST_WORDS]
    if not words:
        return []
    asked = [kind for kind in SOURCES if kinds is None or kind in kinds]
    ranked = [[(kind, pk) for pk in _ranked(kind, actor, words, limit)] for kind in asked]
    in_turn = chain.from_iterable(zip_longest(*ranked))
    chosen = [found for found in in_turn if found is not None][:limit]
    return [hit for kind in asked for hit in _shown(kind, [pk for one, pk in chosen if one == kind])]


def _ranked(kind: str, actor: Actor, words: Sequence[str], limit: int) -> Sequence[int]:
    phrases, patterns = asked_by(words)
    ids = _found(phrases, *patterns, kind=kind, actor=actor, limit=limit * _CANDIDATES)
    if ids:
        titles = titles_of(kind, ids)
        ids.sort(key=lambda record_id: _rank(titles[record_id], words))
    return ids[:limit]


def _rank(title: str, words: Sequence[str]) -> int:
    folded, asked = fold(title), " ".join(words)
    if folded == asked:
        return 0
    return 1 if folded.startswith(asked) else 2


def _shown(kind: str, ids: Sequence[int]) -> Sequence[Hit]:
    labels = SOURCES[kind].labels(ids) if ids else {}
    return [Hit(kind, record_id, *labels[record_id]) for record_id in ids]


def asked_by(words: Sequence[str]) -> tuple[str, Sequence[str]]:
    """The phrases to ask the trigrams for, if there are any, and the patterns that the text must have besides."""
    long = [word for word in words if len(word) >= _SHORTEST_TRIGRAM]
    short = [f"% {escaped(word)}%" for word in words if len(word) < _SHORTEST_TRIGRAM]
    if connection.vendor == "sqlite":
        return " ".join('"{}"'.format(word.replace('"', '""')) for word in long), short
    return "", [*(f"%{escaped(word)}%" for word in long), *short]


def escaped(word: str) -> str:
    """A word as it stands in a pattern of `LIKE`."""
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _found(phrases: str, *patterns: str, kind: str, actor: Actor, limit: int) -> list[int]:
    if phrases:
        return _by_trigrams(phrases, *patterns, kind=kind, actor=actor, limit=limit)
    return _by_patterns(*patterns, kind=kind, actor=actor, limit=limit)


@prepared
def _by_trigrams(
    phrases: str, *patterns: str, kind: str, actor: Actor, limit: int
) -> QuerySet[SearchEntry, int]:
    """On SQLite: by a join, which the planner begins with; a subquery it would run for every entry.

    The trigrams are walked through from the newest entry of the kind until there are enough.
    """
    first, last = entry_ids(kind)
    entries = _of_kind(kind, actor, patterns).filter(
        trigrams__text__fts_match=phrases, trigrams__entry_id__gte=first, trigrams__entry_id__lte=last
    )
    return entries.order_by("-trigrams__entry_id").values_list("record_id", flat=True)[:limit]


@prepared
def _by_patterns(*patterns: str, kind: str, actor: Actor, limit: int) -> QuerySet[SearchEntry, int]:
    entries = _of_kind(kind, actor, patterns).filter(id__range=entry_ids(kind))
    return entries.order_by("-id").values_list("record_id", flat=True)[:limit]


def _of_kind(kind: str, actor: Actor, patterns: Sequence[str]) -> QuerySet[SearchEntry]:
    visible = SOURCES[kind].visible(actor).filter(pk=OuterRef("record_id"))
    entries = SearchEntry.objects.all()
    for pattern in patterns:
        entries = entries.filter(text__like=pattern)
    return entries.filter(Exists(visible))
