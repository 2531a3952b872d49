"""What a record names must be there: nothing given back names what was taken away since (decision 34).

One rule for every kind of record: what a foreign key leads to says by `taken_away` when it is gone, and a list of
choices has the code or not. What lands elsewhere instead (a stage), or is told by a refusal of its own since not
everybody may hear its name (a customer), has no such condition.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from opportune.identity.models import User
from opportune.kernel.errors import Refused
from opportune.kernel.registries import facts
from opportune.kernel.sentences import Named, sentence
from opportune.ledger.events import ValuesGivenBack
from opportune.ledger.models import Recorded
from opportune.reference.lists import DRAWING
from opportune.reference.models import ListItem

Given = Iterable[tuple[Recorded, frozenset[str]]]


def demand_given_back_there(actor: Any, event: ValuesGivenBack) -> None:
    """Raise Refused `named_gone` if an undo gave values back that name something which was taken away."""
    demand_there(event.given)


def demand_there(given: Given) -> None:
    """Raise Refused `named_gone` if one of these fields names something that was taken away since.

    In one query for each kind of what is named, however many records name it.
    """
    keys: dict[type[Recorded], set[int]] = defaultdict(set)
    codes: dict[str, set[str]] = defaultdict(set)
    for record, names in given:
        for model, key in _led_to(record, names):
            keys[model].add(key)
        for list_key, code in _chosen(record, names):
            codes[list_key].add(code)
    for model, ids in sorted(keys.items(), key=lambda pair: pair[0].kind):
        for gone in model._default_manager.filter(model.taken_away, pk__in=ids).order_by("pk")[:1]:
            raise _refused(gone)
    if codes:
        _demand_choices(codes)


def _led_to(record: Recorded, names: frozenset[str]) -> Iterable[tuple[type[Recorded], int]]:
    for name, model in _keys_of(type(record)).items():
        if name in names and getattr(record, name) is not None:
            yield model, getattr(record, name)


def _keys_of(model: type[Recorded]) -> Mapping[str, type[Recorded]]:
    fields = (each for each in model._meta.concrete_fields if each.many_to_one or each.one_to_one)
    led: dict[str, Any] = {each.attname: each.related_model for each in fields}
    return {name: to for name, to in led.items() if getattr(to, "taken_away", None) is not None}


def _chosen(record: Recorded, names: frozenset[str]) -> Iterable[tuple[str, str]]:
    for ask in (facts[name] for name in DRAWING if name in facts):
        for name, list_key in ask(record).items():
            if name in names and getattr(record, name):
                yield list_key, getattr(record, name)


def _demand_choices(codes: Mapping[str, set[str]]) -> None:
    rows = list(ListItem.objects.filter(list_key__in=codes).order_by("-pk"))
    for list_key, asked in sorted(codes.items()):
        of_list = [row for row in rows if row.list_key == list_key]
        there = {row.code for row in of_list if row.deleted_at is None}
        for gone in (row for row in of_list if row.code in asked - there):
            raise _refused(gone)


def _refused(gone: Any) -> Refused:
    if isinstance(gone, User):
        why = sentence(
            "This gives something back to {name}, who is deactivated. Activate {name} first, or hand it over yourself.",
            name=gone.name,
        )
    else:
        why = sentence(
            "This gives back “{name}”, which was taken away since. Bring that back first, or change it yourself.",
            name=Named(gone.name_en, gone.name_fr) if hasattr(gone, "name_en") else gone.name,
        )
    return Refused("named_gone", why, kind=gone.kind, id=gone.pk)
