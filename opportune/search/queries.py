"""Finding records by words."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from opportune.identity.actor import Actor
from opportune.kernel.text import fold, storable
from opportune.search.models import SearchEntry
from opportune.search.sources import SOURCES, Label, Source

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
    ranked = [_ranked(kind, SOURCES[kind], actor, words, limit) for kind in asked]
    in_turn = chain.from_iterable(zip_longest(*ranked))
    chosen = [hit for hit in in_turn if hit is not None][:limit]
    return sorted(chosen, key=lambda hit: asked.index(hit.kind))


def _ranked(kind: str, source: Source, actor: Actor, words: Sequence[str], limit: int) -> Sequence[Hit]:
    visible = source.visible(actor).filter(pk=OuterRef("record_id"))
    entries = _matching(SearchEntry.objects.filter(record_kind=kind), words).filter(Exists(visible))
    ids = list(entries.values_list("record_id", flat=True)[: limit * _CANDIDATES])
    if not ids:
        return []
    labels = source.labels(ids)
    ids.sort(key=lambda record_id: _rank(labels[record_id], words))
    return [Hit(kind, record_id, *labels[record_id]) for record_id in ids[:limit]]


def _rank(label: Label, words: Sequence[str]) -> int:
    title, asked = fold(label.title), " ".join(words)
    if title == asked:
        return 0
    return 1 if title.startswith(asked) else 2


def _matching(entries: QuerySet[SearchEntry], words: Sequence[str]) -> QuerySet[SearchEntry]:
    """The entries with all the words, the newest first.

    On SQLite long words go to the trigrams by a join, which the planner begins with; a subquery it would run
    for every entry.
    """
    long = [word for word in words if len(word) >= _SHORTEST_TRIGRAM]
    newest: Any = "-id"
    if connection.vendor == "sqlite" and long:
        phrases = " ".join('"{}"'.format(word.replace('"', '""')) for word in long)
        entries = entries.filter(trigrams__text__fts_match=phrases)
        newest = "-trigrams__entry_id"
    else:
        for word in long:
            entries = entries.filter(text__contains=word)
    for word in words:
        if len(word) < _SHORTEST_TRIGRAM:
            entries = entries.filter(text__contains=f" {word}")
    return entries.order_by(newest)
