"""What the changes of a record were, in values that its reader may have: names for ids, choices for codes.

Names are looked up for a whole page of changes at once, in one query for each kind of what is named. Whom or what the
reader may not see is not named (domain.md §7), as in `hiding.py`.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import ForeignKey, Q, TextField

from opportune.customers.queries.hiding import HIDDEN, known_names, named_by
from opportune.customers.roles import CUSTOMERS
from opportune.identity.actor import Actor
from opportune.identity.models import User
from opportune.identity.queries import names
from opportune.identity.visibility import ScopedQuerySet, scope
from opportune.kernel.records import RecordRef
from opportune.kernel.registries import facts
from opportune.kernel.sentences import Named, Sentence, sentence
from opportune.ledger.models import Recorded, recorded_models
from opportune.ledger.queries import HistoryItem, history_of
from opportune.reference.lists import DRAWING
from opportune.reference.queries import names_of_choices
from opportune.storage.numbers import MoneyField, PercentField

Value = str | int | Decimal | date | Named | Sentence | None
"""A value in words; none is blank. `bool` and `datetime` are among them."""
Values = Mapping[str, Any]

_UNSEEN: Mapping[str, Sentence] = {
    **dict.fromkeys(CUSTOMERS, HIDDEN),
    "campaign": sentence("a campaign you cannot see"),
    "segment": sentence("a segment you cannot see"),
}
_GONE = sentence("something that is gone")
_CUSTOMER, _INITIATOR = ("account_id", "contact_id"), ("initiated_by_kind", "initiated_by_id")
_TOGETHER: Mapping[str, tuple[str, ...]] = {"customer": _CUSTOMER, "initiated_by": _INITIATOR}
_NAMED_BY = (*CUSTOMERS, User.kind)


@dataclass(frozen=True, slots=True)
class Told:
    """A field of a change before and after it. `kind` is money, in the `currencies` of then, percent, long or nothing.

    `is_said` is false where the ledger does not tell of what kind the record was that the field named.
    """

    field: str
    before: Value
    after: Value
    kind: str = ""
    currencies: tuple[str, str] = ("", "")
    is_said: bool = True


@dataclass(frozen=True, slots=True)
class _Code:
    list_key: str
    code: str


@dataclass(frozen=True, slots=True)
class _Raw:
    """A field of a change as the ledger has it, read, and not yet named."""

    field: str
    sides: tuple[Any, Any]
    kind: str
    currencies: tuple[str, str]


class _Unsaid:
    """What a reference is whose kind is not known."""


def told(
    actor: Actor, kind: str, items: Sequence[HistoryItem], now: Values, fields: Collection[str]
) -> Sequence[Sequence[Told]]:
    """What each of these changes of one record did to these fields; `items` are the newest first.

    `now` are the record's fields after the first of them; whom those name is no secret, but for the initiator.
    `customer` and `initiated_by` are fields that two columns hold. The caller has checked that the record may be seen.
    """
    model = recorded_models()[kind]
    raw = list(_raw(model, items, now, fields))
    sides = [side for change in raw for each in change for side in each.sides]
    said = _named(actor, {side for side in sides if isinstance(side, RecordRef)}, _shown(model, now))
    said |= _chosen({side for side in sides if isinstance(side, _Code)})
    return [tuple(_told(each, said) for each in change) for change in raw]


def told_of_customer(
    actor: Actor, ref: RecordRef, *, limit: int = 100
) -> Sequence[tuple[HistoryItem, Sequence[Told]]]:
    """The latest changes of an account or contact, each with what it did to all its fields. Raises NotFound."""
    now = named_by(actor, ref)
    items = history_of(ref, limit=limit)
    changes = told(actor, ref.kind, items, now, recorded_models()[ref.kind].recorded_fields())
    return list(zip(items, changes, strict=True))


def _told(raw: _Raw, said: Mapping[Any, Value]) -> Told:
    if any(isinstance(side, _Unsaid) for side in raw.sides):
        return Told(raw.field, None, None, is_said=False)
    before, after = (_in_words(side, said) for side in raw.sides)
    return Told(raw.field, before, after, raw.kind, raw.currencies)


def _in_words(side: Any, said: Mapping[Any, Value]) -> Any:
    if isinstance(side, RecordRef):
        return said.get(side) or _UNSEEN.get(side.kind, _GONE)
    if isinstance(side, _Code):
        return said.get(side) or side.code
    return side


def _raw(
    model: type[Recorded], items: Sequence[HistoryItem], now: Values, fields: Collection[str]
) -> Iterator[Sequence[_Raw]]:
    columns = {one.attname: one for one in model._meta.concrete_fields}
    lists = _lists_of(model)
    # a change notes only what differs: what else a value depends on stands in a newer one
    beside = {name: now.get(name) or "" for name in ("currency", _INITIATOR[0])}
    for item in items:
        after = {**beside, **{name: item.after[name] for name in beside if name in item.after}}
        before = {**after, **{name: item.before[name] for name in beside if name in item.before}}
        beside = before
        change = []
        for field in fields if item.operation == "update" else ():
            holding = _TOGETHER.get(field, (field,))
            if not any(name in item.after for name in holding):
                continue
            one = columns[holding[-1]]
            sides = (
                _read(model, one, holding, {**before, **item.before}, lists),
                _read(model, one, holding, {**after, **item.after}, lists),
            )
            change.append(_Raw(field, sides, _kind(one), (before["currency"], after["currency"])))
        yield change


def _read(
    model: type[Recorded], column: Any, holding: tuple[str, ...], values: Values, lists: Mapping[str, str]
) -> Any:
    if holding == _CUSTOMER:
        kinds = [(kind, values.get(name)) for kind, name in zip(CUSTOMERS, holding, strict=True)]
        return next((RecordRef(kind, record_id) for kind, record_id in kinds if record_id), None)
    value = values.get(column.attname)
    if value in (None, ""):
        return None
    if holding == _INITIATOR:
        kind = values.get(_INITIATOR[0])
        return RecordRef(kind, value) if kind else _Unsaid()
    if isinstance(column, ForeignKey):
        return RecordRef(_kind_led_to(column), value)
    if column.attname in lists:
        return _Code(lists[column.attname], value)
    return model.read_fact(column.attname, value)


def _kind(column: Any) -> str:
    kinds = {MoneyField: "money", PercentField: "percent", TextField: "long"}
    return next((kind for field, kind in kinds.items() if isinstance(column, field)), "")


def _lists_of(model: type[Recorded]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for ask in (facts[name] for name in DRAWING if name in facts):
        found |= ask(model())
    return found


def _shown(model: type[Recorded], now: Values) -> set[RecordRef]:
    keys = [one for one in model._meta.concrete_fields if isinstance(one, ForeignKey)]
    return {RecordRef(_kind_led_to(one), now[one.attname]) for one in keys if now.get(one.attname)}


def _kind_led_to(key: Any) -> str:
    return str(key.related_model.kind)


def _named(actor: Actor, refs: Iterable[RecordRef], shown: set[RecordRef]) -> dict[Any, Value]:
    ids: dict[str, set[int]] = defaultdict(set)
    for ref in refs:
        ids[ref.kind].add(ref.id)
    customers = [RecordRef(kind, one) for kind in CUSTOMERS for one in ids.get(kind, ())]
    found: dict[Any, Value] = {**known_names(actor, customers, shown=shown)} if customers else {}
    if User.kind in ids:
        found |= {RecordRef(User.kind, pk): name for pk, name in names(ids[User.kind]).items()}
    for kind in ids.keys() - set(_NAMED_BY):
        rows: Any = recorded_models()[kind]._default_manager.filter(pk__in=ids[kind])
        reached = scope(actor, kind, "read") if isinstance(rows, ScopedQuerySet) else Q()
        if reached:  # no condition reaches all of them
            rows = rows.filter(reached | Q(pk__in=[one.id for one in shown if one.kind == kind]))
        found |= {RecordRef(kind, row.pk): _name_of(row) for row in rows}
    return found


def _name_of(row: Any) -> Value:
    return Named(row.name_en, row.name_fr) if hasattr(row, "name_en") else str(row.name)


def _chosen(codes: Collection[_Code]) -> dict[Any, Value]:
    if not codes:
        return {}
    known = names_of_choices({one.list_key for one in codes})
    return {one: known[one.list_key, one.code] for one in codes if (one.list_key, one.code) in known}
