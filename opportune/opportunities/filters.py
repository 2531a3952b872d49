"""Which deals are wanted, and in which order: one filter for board, list, summary, export and API.

Written as parameters: `status=open`, `owner=me`, `process=1`, `stage=3`, `account=12` (or `customer=account:12`),
`text=pump`, `close_from=2026-01-01`, `close_to=…`, `sort=-value`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, Self

from django.db.models import Q

from opportune.customers.models import Account, Contact
from opportune.identity.actor import Actor
from opportune.identity.models import Membership
from opportune.kernel.errors import Invalid
from opportune.kernel.parameters import given, parts, record_id, written_day
from opportune.kernel.sentences import Sentence, sentence
from opportune.kernel.text import fold
from opportune.opportunities.models import CLOSED, OPEN, Opportunity, Status
from opportune.reference.queries import COLORS, marked_with

SORTS = ("touched", "subject", "value", "close", "probability", "created")
STATUSES: Mapping[str, tuple[str, ...]] = {
    "open": OPEN,
    "closed": CLOSED,
    **{status.value: (status.value,) for status in Status},
}
_MANY = 200


@dataclass(frozen=True, slots=True)
class OpportunityFilter:
    """What is asked for; a field left at its default asks for nothing."""

    PARAMETERS: ClassVar[tuple[str, ...]] = (
        "text", "status", "owner", "team", "process", "stage", "account", "contact", "customer", "source",
        "type", "forecast_category", "category", "close_from", "close_to", "sort",
    )  # fmt: skip

    text: str = ""
    status: str = ""
    owner_ids: tuple[int, ...] = ()
    team_id: int | None = None
    process_id: int | None = None
    stage_id: int | None = None
    account_id: int | None = None
    contact_id: int | None = None
    source: str = ""
    type: str = ""
    forecast_category: str = ""
    category: str = ""
    close_from: date | None = None
    close_to: date | None = None
    sort: str = "touched"
    descending: bool = True

    @classmethod
    def read(cls, parameters: Mapping[str, str], actor: Actor) -> Self:
        """The filter that parameters ask for. Raises Invalid, by parameter; empty ones ask for nothing."""
        asked = given(parameters)
        wrong: dict[str, Sentence] = {
            name: sentence("There is no filter “{name}” here.", name=name)
            for name in asked
            if name not in cls.PARAMETERS
        }
        wrong |= _spread_customer(asked)
        order = asked.get("sort", "-touched")
        if order.removeprefix("-") not in SORTS:
            wrong["sort"] = sentence("Sort by one of: {names}.", names=", ".join(SORTS))
        if asked.get("status", "open") not in STATUSES:
            wrong["status"] = sentence("Choose a status: {names}.", names=", ".join(STATUSES))
        owners = [actor.person_id if part == "me" else record_id(part) for part in parts(asked.get("owner"))]
        if None in owners or len(owners) > _MANY:
            wrong["owner"] = sentence("Give people by their ids, or “me”.")
        ids: dict[str, Any] = {}
        for name in ("team", "process", "stage", "account", "contact"):
            ids[f"{name}_id"] = record_id(asked[name]) if name in asked else None
            if name in asked and ids[f"{name}_id"] is None:
                wrong[name] = sentence("Give the record by its id.")
        days: dict[str, Any] = {}
        for name in ("close_from", "close_to"):
            days[name] = _day(asked[name]) if name in asked else None
            if name in asked and days[name] is None:
                wrong[name] = sentence("This is not a date. Write it as 2026-12-31.")
        if asked.get("category", "red") not in COLORS:
            wrong["category"] = sentence("Choose a category by its colour: {names}.", names=", ".join(COLORS))
        if wrong:
            raise Invalid(wrong)
        return cls(
            text=asked.get("text", "")[:_MANY].strip(),
            status=asked.get("status", ""),
            owner_ids=tuple(owner for owner in owners if owner is not None),
            source=asked.get("source", ""),
            type=asked.get("type", ""),
            forecast_category=asked.get("forecast_category", ""),
            category=asked.get("category", ""),
            sort=order.removeprefix("-"),
            descending=order.startswith("-"),
            **ids,
            **days,
        )

    def parameters(self) -> dict[str, str]:
        """The inverse of `read`, without what is left at its default: a view is its URL."""
        order = ("-" if self.descending else "") + self.sort
        written: dict[str, Any] = {
            "text": self.text,
            "status": self.status,
            "owner": ",".join(map(str, self.owner_ids)),
            "team": self.team_id,
            "process": self.process_id,
            "stage": self.stage_id,
            "account": self.account_id,
            "contact": self.contact_id,
            "source": self.source,
            "type": self.type,
            "forecast_category": self.forecast_category,
            "category": self.category,
            "close_from": self.close_from,
            "close_to": self.close_to,
            "sort": "" if order == "-touched" else order,
        }
        return {name: str(value) for name, value in written.items() if value not in (None, "")}

    def condition(self, actor: Actor, *, of_entries: bool = False) -> Q:
        """The rows that match: deals, or the entries that say how deals stood, whose other fields are today's.

        An account's deals are its own and its contacts' (B-006), of those whose employer the actor may know.
        """
        asked = Q()
        if self.status:
            asked &= Q(status__in=STATUSES[self.status])
        if self.owner_ids:
            asked &= Q(owner_id__in=self.owner_ids)
        if self.team_id is not None:
            asked &= Q(owner_id__in=Membership.objects.filter(team_id=self.team_id).values("user_id"))
        if self.process_id is not None:
            asked &= Q(process_id=self.process_id)
        if self.stage_id is not None:
            asked &= Q(stage_id=self.stage_id)
        if self.account_id is not None:
            asked &= Q(account_id=self.account_id) | _staff(actor, self.account_id)
        if self.contact_id is not None:
            asked &= Q(contact_id=self.contact_id)
        if self.forecast_category in CLOSED:
            asked &= Q(status=self.forecast_category)
        elif self.forecast_category:
            asked &= Q(forecast_category=self.forecast_category, status__in=OPEN)
        if self.close_from is not None:
            asked &= Q(estimated_close_on__gte=self.close_from)
        if self.close_to is not None:
            asked &= Q(estimated_close_on__lte=self.close_to)
        today = "opportunity__" if of_entries else ""
        if self.source:
            asked &= Q(**{f"{today}source": self.source})
        if self.type:
            asked &= Q(**{f"{today}type": self.type})
        if self.category:
            asked &= Q(**{f"{today}pk__in": marked_with(self.category, Opportunity.kind)})
        for word in fold(self.text).split():
            asked &= (
                Q(**{f"{today}subject_key__contains": word})
                | Q(**{f"{today}number__icontains": word})
                | Q(account__sort_key__contains=word)
                | Q(contact__sort_key__contains=word)
            )
        return asked


def _spread_customer(asked: dict[str, str]) -> dict[str, Sentence]:
    """Write a customer as the account or the contact it is; what is wrong with it otherwise."""
    written = asked.pop("customer", "")
    if not written:
        return {}
    kind, _, number = written.partition(":")
    if kind not in ("account", "contact") or record_id(number) is None:
        return {"customer": sentence("Name the customer by its kind and id, such as account:7.")}
    if asked.keys() & {"account", "contact"}:
        return {"customer": sentence("Ask for one customer only.")}
    asked[kind] = number
    return {}


def _staff(actor: Actor, account_id: int) -> Q:
    """The deals of an account's contacts, where the actor sees these or the account: a deal shows a name alone."""
    known = Contact.objects.visible_to(actor).filter(account_id=account_id)
    all_of_them = Contact.objects.filter(account__in=Account.objects.visible_to(actor).filter(pk=account_id))
    return Q(contact_id__in=known.values("id")) | Q(contact_id__in=all_of_them.values("id"))


def _day(text: str) -> date | None:
    try:
        return written_day(text)
    except ValueError:
        return None
