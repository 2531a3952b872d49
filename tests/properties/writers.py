"""Several writers at once, each with a connection of its own; and what must hold whatever they do."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Barrier, Thread
from typing import Any

from django.apps import apps
from django.db import connection

from opportune.activities.actions import cancel_task, complete_task, create_task, reopen_task
from opportune.activities.models import Task
from opportune.customers.actions import edit_account
from opportune.customers.models import Account
from opportune.identity.actor import Actor
from opportune.identity.models import Share
from opportune.kernel import clock
from opportune.kernel.errors import OpportuneError
from opportune.ledger.models import Change, Recorded
from opportune.ledger.recording import noting_change_sets
from opportune.ledger.undo import undo
from opportune.operations.doctor.deals import deals as faults_of_deals
from opportune.operations.doctor.references import orphans
from opportune.opportunities import actions, stays
from opportune.opportunities.filters import OpportunityFilter
from opportune.opportunities.models import Opportunity, StepMark
from opportune.opportunities.queries import totals
from opportune.opportunities.writing import entries_of
from opportune.process.queries import ProcessPicture
from opportune.search.index import rebuild_index
from opportune.search.models import SearchEntry
from tests.deals import SYSTEM, id_of
from tests.people import Company
from tests.properties.adding import added_up

DONE = "done"
Work = Callable[[], object]
Order = Callable[["Scene", Actor], object]
UNTOLD = {"number", "created_at", "account_id", "deleted_at", "external_id"}


def at_once(*works: Work) -> list[Any]:
    """Run each work in a thread of its own, all starting together; what each returned, or the error it raised.

    An error that is none of the domain's fails the test.
    """
    barrier, ends = Barrier(len(works)), list[Any](works)

    def run(number: int) -> None:
        barrier.wait()
        try:
            ends[number] = works[number]()
        except Exception as error:
            ends[number] = error
        finally:
            connection.close()

    threads = [Thread(target=run, args=(number,)) for number in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for end in ends:
        if isinstance(end, Exception) and not isinstance(end, OpportuneError):
            raise end
    return ends


@dataclass
class Scene:
    """A deal of Alice's, its own account, and what has happened to it; `seen` is the version that was looked at."""

    company: Company
    process: ProcessPicture
    contact: int
    name: str
    account: int = 0
    deal: int = 0
    seen: int = 0
    change_sets: list[int] = field(default_factory=list)

    def prepare(self, *orders: str) -> "Scene":
        """Make the deal, and give these commands one after the other."""
        self.account = self.company.account(self.name).pk
        with noting_change_sets() as self.change_sets:
            fields = {"subject": "Two pumps", "account_id": self.account, "estimated_value": 100}
            self.deal = actions.create(self.company.alice, fields, process_id=self.process.id).pk
            self.look()
            for order in orders:
                ORDERS[order](self, self.company.alice)
                self.look()
        return self

    def look(self) -> None:
        """See the deal as it is now."""
        self.seen = Opportunity.objects.values_list("version", flat=True).get(pk=self.deal)

    @property
    def tick(self) -> int:
        """The tick that must be done before the first stage is left."""
        return next(step.id for step in self.process.stages[0].steps if step.what == "tick")

    @property
    def task(self) -> int:
        """The first of the deal's tasks."""
        return Task.objects.filter(about_id=self.deal).order_by("id").values_list("id", flat=True)[0]

    def told(self) -> dict[str, Any]:
        """How everything stands, but for what differs from deal to deal: ids, numbers, instants."""
        deal = Opportunity.objects.get(pk=self.deal)
        facts = {name: value for name, value in deal.facts().items() if name not in UNTOLD}
        entries = [
            (
                entry.move,
                entry.status,
                entry.stage_id,
                entry.value,
                entry.probability,
                entry.owner_id,
                entry.on,
            )
            for entry in deal.entries.order_by("at")
        ]
        tasks = Task.objects.filter(about_id=self.deal).values_list(
            "subject", "state", "owner_id", "due_on", "version"
        )
        return {
            "facts": facts,
            "is binned": deal.deleted_at is not None,
            "has its account": deal.account_id == self.account,
            "version": deal.version,
            "stage since": deal.stage_since,
            "entries": entries,
            "ticks": set(StepMark.objects.filter(opportunity=deal).values_list("step_id", "is_done")),
            "tasks": sorted(tasks, key=str),
            "shares": set(Share.objects.filter(record_id=deal.pk).values_list("user_id", "may_write")),
            "account": Account.objects.values_list("customer_since", "city", "version").get(pk=self.account),
        }


class Scenes:
    """As many deals alike as are asked for, in one process."""

    def __init__(self, company: Company, process: ProcessPicture) -> None:
        self.company, self.process, self.contact, self.count = company, process, company.contact().pk, 0

    def new(self, *beginning: str) -> Scene:
        """One more deal, to which this has happened."""
        self.count += 1
        return Scene(self.company, self.process, self.contact, f"Customer {self.count}").prepare(*beginning)


def _closing(outcome: str, *, is_seen: bool = False) -> Order:
    reason = "PRICE_W" if outcome == "won" else "PRICE_L"

    def close(scene: Scene, actor: Actor) -> object:
        given: dict[str, Any] = {"version": scene.seen} if is_seen else {}
        today = clock.today("Europe/Paris")
        return actions.close(actor, scene.deal, outcome=outcome, reason=reason, on=today, **given)

    return close


def _undone(back: int) -> Order:
    def take_back(scene: Scene, actor: Actor) -> object:
        answer = undo(actor, scene.change_sets[max(back, -len(scene.change_sets))])
        return sorted(f"{ref.kind}: {facet}" for ref, facet in answer.restored)

    return take_back


ORDERS: dict[str, Order] = {
    "value": lambda s, a: actions.edit(a, s.deal, {"estimated_value": 300}),
    "other value, seen": lambda s, a: actions.edit(a, s.deal, {"estimated_value": 400}, version=s.seen),
    "subject, seen": lambda s, a: actions.edit(a, s.deal, {"subject": "Three"}, version=s.seen),
    "chance": lambda s, a: actions.edit(a, s.deal, {"chance": 77}),
    "sell to a contact": lambda s, a: actions.edit(a, s.deal, {"contact_id": s.contact}),
    "next": lambda s, a: actions.move(a, s.deal, wish="next"),
    "next, seen": lambda s, a: actions.move(a, s.deal, wish="next", version=s.seen),
    "previous": lambda s, a: actions.move(a, s.deal, wish="previous"),
    "to the last": lambda s, a: actions.move(a, s.deal, stage_id=s.process.stages[-1].id),
    "update": lambda s, a: actions.move(a, s.deal, wish="update", estimated_value=500),  # type: ignore[arg-type]
    "next without tasks": lambda s, a: actions.move(a, s.deal, wish="next", cancel_open_tasks=True),
    "win": _closing("won"),
    "lose, seen": _closing("lost", is_seen=True),
    "reopen": lambda s, a: actions.reopen(a, s.deal),
    "hand over": lambda s, a: actions.assign(a, s.deal, owner_id=id_of(s.company.bob)),
    "tick": lambda s, a: actions.mark_step(a, s.deal, s.tick),
    "untick": lambda s, a: actions.mark_step(a, s.deal, s.tick, is_done=False),
    "tick and go on": lambda s, a: actions.complete_and_move(
        a, s.deal, fields={"budget": 5}, ticked=[s.tick], wish="next"
    ),
    "undo the last": _undone(-1),
    "undo the one before": _undone(-2),
    "undo the creation": _undone(0),
    "plan": lambda s, a: create_task(a, s.deal, subject="Call"),
    "do the task": lambda s, a: complete_task(a, s.task),
    "give the task up": lambda s, a: cancel_task(a, s.task),
    "take the task up": lambda s, a: reopen_task(a, s.task),
    "share": lambda s, a: actions.share_deal(a, s.deal, user_id=s.company.dan.id),
    "share to write": lambda s, a: actions.share_deal(a, s.deal, user_id=s.company.dan.id, may_write=True),
    "name of the customer": lambda s, a: edit_account(a, s.account, {"name": f"{s.name} and sons"}),
    "city of the customer": lambda s, a: edit_account(a, s.account, {"city": "Lyon"}),
}


BEGINNINGS: list[tuple[str, ...]] = [
    (),
    ("value", "tick"),
    ("tick", "next"),
    ("tick and go on", "next"),
    ("value", "win"),
    ("tick and go on", "lose, seen"),
]
"""What may have happened to a deal before two writers come."""


def end_of(answer: object) -> str:
    """How a command ended: done, with what an undo restored; or refused, by its code."""
    if isinstance(answer, OpportuneError):
        return answer.code
    return f"{DONE} {answer}" if isinstance(answer, list) else DONE


def ending(order: str, scene: Scene, actor: Actor) -> str:
    """Give one command; how it ended."""
    try:
        return end_of(ORDERS[order](scene, actor))
    except OpportuneError as refusal:
        return end_of(refusal)


def assert_all_is_well() -> None:
    """Whatever was done, by however many: entries, ledger, versions, totals, numbers, index agree."""
    assert [str(finding.message) for finding in (*faults_of_deals(), *orphans())] == []
    for kind, model in _recorded().items():
        ids = Change.objects.filter(kind=kind).values_list("record_id", flat=True).distinct()
        for record in model._default_manager.filter(pk__in=list(ids)):
            assert_the_ledger_tells(record)
    for deal in Opportunity.objects.all():
        assert deal.stage_since == stays.stage_since(entries_of(deal))
        customer = deal.account or deal.contact
        assert customer is not None
        assert deal.deleted_at is not None or customer.deleted_at is None
    live = Opportunity.objects.filter(deleted_at=None)
    assert totals(SYSTEM, OpportunityFilter()) == added_up(live)
    assert_numbers_follow_each_other()
    assert_the_index_is_right()


def assert_the_ledger_tells(record: Recorded) -> None:
    """Versions without a gap, each step begins where the one before ended, and the last one is what is stored."""
    changes = Change.objects.filter(kind=record.kind, record_id=record.pk).order_by("version")
    steps = list(changes)
    assert [change.version for change in steps] == list(range(1, record.version + 1)), record
    standing: dict[str, Any] = {}
    for change in steps:
        lost = {
            name: value for name, value in change.before.items() if standing.get(name, "") != (value or "")
        }
        assert {name: value for name, value in lost.items() if standing.get(name) != value} == {}, record
        standing |= change.after
    stored = record.facts()
    differing = {
        n: (standing.get(n), v) for n, v in stored.items() if (standing.get(n) or None) != (v or None)
    }
    assert differing == {}, record


def assert_numbers_follow_each_other() -> None:
    """No number twice, and none left out: a refused creation gives its number back."""
    numbers = sorted(int(number.rpartition("-")[2]) for number in _numbers())
    assert numbers == list(range(1, len(numbers) + 1))


def assert_the_index_is_right() -> None:
    """What the search knows is what it would know, were it made anew."""
    known = _index()
    rebuild_index()
    assert known == _index()


def _index() -> set[tuple[str, int, str]]:
    return set(SearchEntry.objects.values_list("record_kind", "record_id", "text"))


def _numbers() -> Sequence[str]:
    return list(Opportunity.objects.values_list("number", flat=True))


def _recorded() -> dict[str, type[Recorded]]:
    return {model.kind: model for model in apps.get_models() if issubclass(model, Recorded)}
