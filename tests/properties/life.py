"""Random lives of deals: commands as they come, those refused passed over, undone and redone at will.

What happens is small on purpose, so that values come back to what they were before.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import currently_in_test_context, event
from hypothesis import strategies as st

from opportune.identity.actor import Actor
from opportune.kernel import clock
from opportune.kernel.errors import OpportuneError
from opportune.ledger.recording import noting_change_sets
from opportune.ledger.undo import Undone, undo
from opportune.opportunities import actions
from opportune.opportunities.models import Opportunity
from opportune.process.queries import ProcessPicture, process_by_key, processes
from opportune.reference.actions import set_rate
from tests.deals import NOON, SYSTEM, Trade, id_of, process_with, stage

Command = tuple[str, Any]

AMOUNTS = st.sampled_from(
    [None, Decimal(0), Decimal("0.01"), Decimal(100), Decimal("250.55"), Decimal("999999.9999")]
)
CHANCES = st.sampled_from([None, Decimal(0), Decimal("33.33"), Decimal(50), Decimal(100)])
DATES = st.sampled_from([None, date(2026, 4, 1), date(2026, 5, 31)])
EDITS: dict[str, st.SearchStrategy[Any]] = {
    "subject": st.sampled_from(["Two pumps", "Three pumps"]),
    "description": st.sampled_from(["", "Blue"]),
    "estimated_value": AMOUNTS,
    "currency": st.sampled_from(["EUR", "USD"]),
    "chance": CHANCES,
    "probability": CHANCES,
    "estimated_close_on": DATES,
    "forecast_category": st.sampled_from(["", "pipeline", "committed"]),
    "customer": st.sampled_from(["northwind", "southwind", "durand"]),
    "type": st.sampled_from(["", "new"]),
    "on_hold": st.booleans(),
    "decision_on": DATES,
    "budget": AMOUNTS,
}
ASIDE: dict[str, st.SearchStrategy[Any]] = {
    "days_ago": st.integers(0, 3),
    "chance": CHANCES,
    "estimated_value": AMOUNTS,
}
NAMED = {"wish": st.sampled_from(["next", "next", "next", "previous", "update", "finish"])}
MOVES = st.fixed_dictionaries(NAMED, optional=ASIDE) | st.fixed_dictionaries(
    {"at": st.integers(0, 2), "of": st.sampled_from(["sales", "sales", "other"])}, optional=ASIDE
)
SWITCHES = st.fixed_dictionaries({"to": st.sampled_from(["sales", "other"])})
CLOSINGS = st.fixed_dictionaries(
    {"outcome": st.sampled_from(["won", "lost"])},
    optional={"actual_value": AMOUNTS, "days_ago": st.integers(0, 3), "description": st.just("At last")},
)
WAITS = st.sampled_from(
    [timedelta(), timedelta(seconds=-1), timedelta(minutes=7), timedelta(2), timedelta(9)]
)
ON_ONE_DEAL: st.SearchStrategy[Command] = st.one_of(
    st.tuples(st.just("edit"), st.fixed_dictionaries({}, optional=EDITS)),
    st.tuples(
        st.just("edit"),
        st.sampled_from(sorted(EDITS)).flatmap(lambda n: st.fixed_dictionaries({n: EDITS[n]})),
    ),
    st.tuples(st.just("move"), MOVES),
    st.tuples(st.just("move"), MOVES),
    st.tuples(st.just("move"), MOVES),
    st.tuples(st.just("switch"), SWITCHES),
    st.tuples(st.just("close"), CLOSINGS),
    st.tuples(st.just("close"), CLOSINGS),
    st.tuples(st.just("reopen"), st.just({})),
    st.tuples(st.just("assign"), st.fixed_dictionaries({"to": st.sampled_from(["alice", "bob"])})),
    st.tuples(st.just("tick"), st.fixed_dictionaries({"is_done": st.booleans()})),
    st.tuples(st.just("tick_and_move"), st.just({})),
    st.tuples(st.just("use_process_chance"), st.just({})),
    st.tuples(st.just("wait"), st.fixed_dictionaries({"length": WAITS})),
    st.tuples(st.just("undo"), st.fixed_dictionaries({"back": st.integers(0, 5)})),
    st.tuples(st.just("undo"), st.fixed_dictionaries({"back": st.integers(0, 1)})),
    st.tuples(st.just("undo"), st.fixed_dictionaries({"back": st.integers(0, 20)})),
    st.tuples(st.just("undo_creation"), st.just({})),
)


@dataclass
class Life:
    """What an administrator does with one deal, one command after the other; the clock is its own."""

    trade: Trade
    now: datetime = NOON
    change_sets: list[int] = field(default_factory=list)
    deal_id: int = 0
    customers: dict[str, dict[str, int]] = field(default_factory=dict)

    @property
    def actor(self) -> Actor:
        """Ada may do everything."""
        return self.trade.company.ada

    @contextmanager
    def _noted(self) -> Iterator[None]:
        with clock.stopped_at(self.now), noting_change_sets() as noted:
            try:
                yield
            finally:
                self.change_sets += noted

    def begin(self, **fields: Any) -> None:
        """Prepare rates and customers, and make the deal."""
        for day, rate in ((1, "1.1"), (12, "1.3"), (20, "0.9")):
            set_rate(SYSTEM, code="USD", rate=Decimal(rate), valid_from=date(2026, 3, day))
        company = self.trade.company
        self.customers = {
            "northwind": {"account_id": self.trade.account.pk},
            "southwind": {"account_id": company.account("Southwind").pk},
            "durand": {"contact_id": company.contact().pk},
        }
        if not any(process.key == "other" for process in processes()):
            process_with(
                stage("a", 10, 5, skip=True),
                stage("b", None, 50),
                stage("c", 90, 80),
                key="other",
                method="multiply",
            )
        with self._noted():
            self.deal_id = self.trade.deal(**fields).pk
        self.now += timedelta(9)

    @property
    def deal(self) -> Opportunity:
        """The deal as it is stored."""
        return Opportunity.objects.get(pk=self.deal_id)

    def do(self, name: str, given: dict[str, Any]) -> OpportuneError | Undone | None:
        """Give one command; what it was refused with, or what an undo did."""
        try:
            with self._noted():
                return getattr(self, f"_{name}")(**given)  # type: ignore[no-any-return]
        except OpportuneError as refusal:
            return refusal

    def live(self, commands: list[Command]) -> None:
        """Give all commands."""
        for name, given in commands:
            said = self.do(name, given)
            if currently_in_test_context():
                event(f"{name}: {said.code if isinstance(said, OpportuneError) else 'ok'}")

    def _edit(self, customer: str = "", **fields: Any) -> None:
        actions.edit(self.actor, self.deal_id, {**fields, **self.customers.get(customer, {})})

    def _move(
        self, at: int | None = None, of: str = "sales", days_ago: int | None = None, **how: Any
    ) -> None:
        stage_id = None if at is None or "wish" in how else self._process(of).stages[at].id
        actions.move(self.actor, self.deal_id, stage_id=stage_id, on=self._day(days_ago), **how)

    def _process(self, name: str) -> ProcessPicture:
        return self.trade.sales if name == "sales" else process_by_key(name)

    def _switch(self, to: str) -> None:
        actions.switch_process(self.actor, self.deal_id, self._process(to).id)

    def _close(self, outcome: str, days_ago: int = 0, **how: Any) -> None:
        reason = "PRICE_W" if outcome == "won" else "PRICE_L"
        how = {"on": self._day(days_ago), "confirm_zero": True, **how}
        actions.close(self.actor, self.deal_id, outcome=outcome, reason=reason, **how)

    def _reopen(self) -> None:
        actions.reopen(self.actor, self.deal_id)

    def _assign(self, to: str) -> None:
        actions.assign(self.actor, self.deal_id, owner_id=id_of(getattr(self.trade.company, to)))

    def _tick(self, is_done: bool) -> None:
        actions.mark_step(self.actor, self.deal_id, self._step, is_done=is_done)

    def _tick_and_move(self) -> None:
        actions.complete_and_move(
            self.actor, self.deal_id, fields={"budget": 5}, ticked=[self._step], wish="next"
        )

    def _use_process_chance(self) -> None:
        actions.use_process_chance(self.actor, self.deal_id)

    def _wait(self, length: timedelta) -> None:
        self.now += length

    def _undo(self, back: int) -> Undone:
        later = self.change_sets[1:] or self.change_sets
        return undo(self.actor, later[-1 - back % len(later)])

    def _undo_creation(self) -> Undone:
        return undo(self.actor, self.change_sets[0])

    @property
    def _step(self) -> int:
        return next(step.id for step in self.trade.sales.stages[0].steps if step.what == "tick")

    def _day(self, days_ago: int | None) -> date | None:
        return None if days_ago is None else clock.day_of(self.now, "Europe/Paris") - timedelta(days_ago)
