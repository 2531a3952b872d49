"""What makes two accounts or two contacts the same, and looking for it before one is saved (D-019).

The fields that count are compared by keys that are stored beside them, so each rule is a search by an index.
"""

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from opportune.customers.models import Customer
from opportune.customers.queries import customer_choices
from opportune.identity.actor import Actor
from opportune.kernel.errors import Refused
from opportune.kernel.records import RecordRef
from opportune.kernel.sentences import Sentence, sentence

_LOOKED_AT = 50
_NAMED = 5


@dataclass(frozen=True, slots=True)
class Rule:
    """Two records are alike in `field` that have the same in all columns `same`, blanks aside.

    They are not if both have something in the column `apart`, and not the same.
    """

    field: str
    same: tuple[str, ...]
    apart: str | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns it looks at."""
        return (*self.same, self.apart) if self.apart else self.same

    def finds(self, one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
        """Whether two records, by their columns, are alike."""
        if any(not one[column] or one[column] != other[column] for column in self.same):
            return False
        return self.apart is None or not one[self.apart] or other[self.apart] in (None, one[self.apart])

    def condition(self, one: Mapping[str, Any]) -> Q:
        """The records that are alike to one, as a query asks for them."""
        alike = Q(**{column: one[column] for column in self.same})
        if self.apart is None or not one[self.apart]:
            return alike
        return alike & (Q(**{self.apart: one[self.apart]}) | Q(**{f"{self.apart}__isnull": True}))


RULES: Mapping[str, tuple[Rule, ...]] = {
    "account": (
        Rule("name", ("sort_key",), apart="city_key"),
        Rule("email", ("email_key",)),
        Rule("phone", ("phone_key",)),
        Rule("website", ("website_key",)),
    ),
    # colleagues share the number of their switchboard, so it counts with the name only
    "contact": (
        Rule("name", ("sort_key",), apart="account_id"),
        Rule("email", ("email_key",)),
        Rule("mobile", ("mobile_key",)),
        Rule("phone", ("phone_key", "sort_key")),
    ),
}


def demand_no_duplicates(actor: Actor, record: Customer, changes: Mapping[str, Any] | None = None) -> None:
    """Raise Refused `duplicates_found` if others are the same as a new record, or as one is after its changes.

    Of one that the actor cannot see it says only that it exists (domain.md §7, X-14). What `changes` leave as it was
    is not asked about again. Two queries, however many are found.
    """
    rules, before = RULES[record.kind], record
    after = copy(record)
    for name, value in (changes or {}).items():
        setattr(after, name, value)
    after.derive()
    if changes is not None:
        rules = tuple(
            rule for rule in rules if any(getattr(before, c) != getattr(after, c) for c in rule.columns)
        )
    alike = _alike(after, rules)
    if not alike:
        return
    choices = customer_choices(actor, alike)
    seen = [
        {
            "kind": choice.ref.kind,
            "id": choice.ref.id,
            "name": choice.name,
            "detail": choice.subtitle,
            "alike": alike[choice.ref],
        }
        for choice in choices
    ]
    names = [f"{choice.name} ({choice.subtitle})" if choice.subtitle else choice.name for choice in choices]
    hidden = len(choices) < len(alike)
    raise Refused("duplicates_found", _said(names, hidden), duplicates=seen, hidden=hidden)


def _alike(record: Customer, rules: Iterable[Rule]) -> dict[RecordRef, list[str]]:
    """The records that are alike, and the fields in which they are; the oldest first."""
    columns = list(dict.fromkeys(column for rule in RULES[record.kind] for column in rule.columns))
    own = {column: getattr(record, column) for column in columns}
    asked = [rule for rule in rules if all(own[column] for column in rule.same)]
    if not asked:
        return {}
    others: QuerySet[Any] = type(record).objects.live().exclude(pk=record.pk)
    first, *rest = [others.filter(rule.condition(own)).values("pk", *columns) for rule in asked]
    found = first.union(*rest).order_by("pk")[:_LOOKED_AT] if rest else first.order_by("pk")[:_LOOKED_AT]
    return {
        RecordRef(record.kind, row["pk"]): [rule.field for rule in RULES[record.kind] if rule.finds(own, row)]
        for row in found
    }


def _said(names: Sequence[str], hidden: bool) -> Sentence:
    if not names:
        return sentence(
            "This seems to be there already, where you cannot see it. Ask an administrator, or confirm that it is "
            "another one."
        )
    told = tuple(names[:_NAMED])
    if hidden or len(names) > _NAMED:
        return sentence(
            "This seems to be there already: {names} and others. Open what is there, or confirm that it is another "
            "one.",
            names=told,
        )
    return sentence(
        "This seems to be there already: {names}. Open what is there, or confirm that it is another one.",
        names=told,
    )
