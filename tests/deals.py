"""The deals of the tests: a company that sells, with the reasons, lists and processes that ship. A pytest plugin.

`trade` is the company at work; `march` stops the clock, so that dates can be written down.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from opportune.customers.models import Account
from opportune.identity.actor import Actor, system_actor
from opportune.kernel import clock
from opportune.ledger.recording import noting_change_sets
from opportune.opportunities import actions
from opportune.opportunities.models import Entry, Opportunity
from opportune.process.actions import StageInput, create_process
from opportune.process.queries import ProcessPicture, process_by_id, process_by_key
from tests.founding import COMPANY, Founded
from tests.people import Company

SYSTEM = system_actor("tests")
TODAY = date(2026, 3, 10)
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Trade:
    """The people, an account of Alice's, and the process that ships as the default."""

    company: Company
    account: Account
    sales: ProcessPicture

    @property
    def alice(self) -> Actor:
        """Who owns what is tested."""
        return self.company.alice

    def deal(self, subject: str = "Two pumps", *, owner: Actor | None = None, **given: Any) -> Opportunity:
        """A deal of Alice's, or of another owner's; `process_id` and `stage_id` apart from the fields."""
        where = {name: given.pop(name) for name in ("process_id", "stage_id") if name in given}
        if not given.get("contact_id"):
            given.setdefault("account_id", self.account.pk)
        if owner is not None and owner is not self.alice:
            given.setdefault("owner_id", owner.person_id)
            return actions.create(SYSTEM, {"subject": subject, **given}, **where)
        return actions.create(self.alice, {"subject": subject, **given}, **where)

    def won(self, deal: Opportunity, **given: Any) -> Opportunity:
        """The deal, won for its price today unless said otherwise."""
        return self.closed(deal, **{"outcome": "won", "reason": "PRICE_W", **given})

    def lost(self, deal: Opportunity, **given: Any) -> Opportunity:
        """The deal, lost for its price today unless said otherwise."""
        return self.closed(deal, **{"outcome": "lost", "reason": "PRICE_L", **given})

    def closed(self, deal: Opportunity, **given: Any) -> Opportunity:
        """The deal, closed by Alice."""
        given = {"on": clock.today("Europe/Paris"), "confirm_zero": True, **given}
        return actions.close(self.alice, deal.pk, **given)


def stage(
    key: str, chance: object = None, completed: object = 0, *, skip: bool = False, **more: Any
) -> StageInput:
    """A stage to make; its names are its key."""
    likely = None if chance is None else Decimal(str(chance))
    return StageInput(key, key.title(), key.title(), likely, Decimal(str(completed)), allow_skip=skip, **more)


def process_with(*stages: StageInput, key: str = "short", **more: Any) -> ProcessPicture:
    """A process of these stages."""
    made = create_process(SYSTEM, key=key, name_en=key.title(), name_fr=key.title(), stages=stages, **more)
    return process_by_id(made.pk)


def entries_of(deal: Opportunity) -> Sequence[Entry]:
    """A deal's entries as stored, in order."""
    return list(Entry.objects.filter(opportunity=deal).select_related("change_set").order_by("at"))


def last_change_set(command: Any, *args: Any, **kwargs: Any) -> int:
    """Run a command; the id of the change set it wrote."""
    with noting_change_sets() as noted:
        command(*args, **kwargs)
    return noted[-1]


def parts(record: object, *names: str) -> tuple[Any, ...]:
    """Some attributes of a record, to compare with what they should be."""
    return tuple(getattr(record, name) for name in names)


def id_of(actor: Actor) -> int:
    """The id of the person an actor is."""
    assert actor.person_id is not None
    return actor.person_id


def days(count: int) -> timedelta:
    """A number of days."""
    return timedelta(days=count)


def _at_work() -> Trade:
    company = COMPANY.made
    return Trade(company, company.account(), process_by_key("sales"))


TRADE = Founded("trade", _at_work, upon=COMPANY)


@pytest.fixture
def trade(company: Company) -> Trade:
    """The company at work."""
    return replace(TRADE.copied(), company=company)


@pytest.fixture
def march() -> Iterator[date]:
    """It is noon on 10 March 2026, and stays so."""
    with clock.stopped_at(NOON):
        yield TODAY
