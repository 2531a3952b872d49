"""Two hundred deals with a year behind them: some won, some lost, some under way, stuck or late."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import zip_longest
from typing import Any

from opportune.activities.actions import create_task
from opportune.kernel import clock
from opportune.kernel.errors import OpportuneError
from opportune.ledger.recording import command
from opportune.operations.demo.campaigns import DemoCampaign
from opportune.operations.demo.customers import DemoCustomer
from opportune.operations.demo.people import Colleague
from opportune.operations.demo.words import NEEDS, SOLUTIONS, SUBJECTS, TASKS
from opportune.opportunities.actions import Draft, Happening, create_many
from opportune.opportunities.models import Opportunity
from opportune.process.queries import ProcessPicture, process_by_key

COUNT = 200
_ZONE = "Europe/Paris"
_WON = ("PRODUCT_W", "PRODUCT_W", "PRICE_W", "RELATION_W", "DELIVERY_W", "BUSINESS_W")
_LOST = ("PRICE_L", "PRICE_L", "COMPETITOR_L", "PRODUCT_L", "POSTPND", "POSTPND", "WALKED")


@dataclass(frozen=True, slots=True)
class _Plan:
    seller: int
    draft: Draft
    is_open: bool


def make_deals(
    people: Sequence[Colleague], customers: Sequence[DemoCustomer], campaigns: Sequence[DemoCampaign]
) -> int:
    """Make the deals, each as its seller; then tasks for those still open. How many were made."""
    draw = random.Random(200)
    processes = {key: process_by_key(key) for key in ("sales", "contact_manager")}
    plans = [
        _from_campaign(_plan(draw, people, draw.choice(customers), processes, number), campaigns)
        for number in range(COUNT)
    ]
    made = 0
    for seller, person in enumerate(people):
        mine = [plan for plan in plans if plan.seller == seller]
        if not mine:
            continue
        with command(person.actor, "load_demo"):
            deals = create_many(person.actor, [plan.draft for plan in mine])
            for plan, deal in zip(mine, deals, strict=True):
                if isinstance(deal, OpportuneError):
                    raise deal
                made += 1
                if plan.is_open:
                    _plan_task(draw, person, deal)
    return made


def _plan(
    draw: random.Random,
    people: Sequence[Colleague],
    customer: DemoCustomer,
    processes: dict[str, ProcessPicture],
    number: int,
) -> _Plan:
    process = processes["contact_manager" if number % 9 == 0 else "sales"]
    language = people[customer.seller].actor.language
    subject, low, high = SUBJECTS[language][number % len(SUBJECTS[language])]
    began = clock.today(_ZONE) - timedelta(days=_age(draw, number))
    started = _working_moment(draw, began)
    history, reached, is_open = _history(draw, process, started)
    history = _with_ticks(random.Random(number), process, history)
    value = Decimal(round(draw.triangular(low, high, low * 1.3), -2))
    open_for = timedelta(days=draw.randrange(-8, 95)) if is_open else timedelta(days=draw.randrange(50, 100))
    fields: dict[str, Any] = {
        "subject": subject,
        "account_id": customer.id,
        "primary_contact_id": draw.choice(customer.contact_ids),
        "currency": customer.currency,
        "estimated_value": value,
        "estimated_close_on": (clock.today(_ZONE) if is_open else began) + open_for,
        "source": draw.choice(
            ("trade_show", "web", "partner", "word_of_mouth", "employee_referral", "telemarketing")
        ),
        "type": draw.choice(("new", "new", "existing", "renewal", "upgrade")),
        "rating": draw.choice(("hot", "warm", "warm", "cold")),
        "priority": draw.choice(("normal", "normal", "normal", "high", "low")),
        "forecast_category": _category(reached, len(process.stages)),
        "on_hold": is_open and number % 23 == 5,
        **_qualification(draw, value, reached, language),
    }
    return _Plan(
        customer.seller,
        Draft(
            fields,
            process_id=process.id,
            stage_id=None,
            created_at=started,
            created_on=clock.day_of(started, _ZONE),
            history=history,
        ),
        is_open,
    )


def _from_campaign(plan: _Plan, campaigns: Sequence[DemoCampaign]) -> _Plan:
    """The plan with the campaign that was under way for its source, and with its segment if that has the customer."""
    fields, day = plan.draft.fields, plan.draft.created_on
    brought = (each for each in campaigns if day is not None and each.brings(fields["source"], day))
    campaign = next(brought, None)
    if campaign is None:
        return plan
    segment_id = campaign.segment_id if fields["account_id"] in campaign.addressed else None
    origin = {"campaign_id": campaign.id, "segment_id": segment_id}
    return replace(plan, draft=replace(plan.draft, fields={**fields, **origin}))


def _age(draw: random.Random, number: int) -> int:
    """Days since a deal began: a third of them in the last ten weeks, so that the board is full."""
    return draw.randrange(2, 70) if number % 3 == 0 else draw.randrange(60, 365)


def _working_moment(draw: random.Random, day: date) -> datetime:
    weekday = day - timedelta(days=max(0, day.weekday() - 4))
    return clock.start_of(weekday, _ZONE) + timedelta(hours=draw.randrange(8, 18), minutes=draw.randrange(60))


def _history(
    draw: random.Random, process: ProcessPicture, started: datetime
) -> tuple[tuple[Happening, ...], int | None, bool]:
    """What happened until today, the stage reached, and whether the deal is still open."""
    if draw.random() < 0.04:
        return (), None, True
    happened: list[Happening] = []
    moment = started + timedelta(minutes=draw.randrange(5, 300))
    for stage in process.stages:
        if moment > clock.now():
            break
        happened.append(Happening("enter", moment, clock.day_of(moment, _ZONE), stage_id=stage.id))
        spent = timedelta(days=max(1, round((stage.expected_days or 14) * draw.uniform(0.4, 1.9))))
        left = _working_moment(draw, clock.day_of(moment + spent, _ZONE))
        left = max(left, moment + timedelta(minutes=30))
        if draw.random() < 0.07 and left < clock.now():
            happened.append(_closed("lost", left, draw.choice(_LOST)))
            return tuple(happened), stage.order, False
        moment = left
    reached = max(0, len(happened) - 1)
    if len(happened) < len(process.stages) or moment > clock.now():
        return tuple(happened), reached, True
    won = draw.random() < 0.8
    happened.append(_closed("won" if won else "lost", moment, draw.choice(_WON if won else _LOST)))
    return tuple(happened), reached, False


def _with_ticks(
    draw: random.Random, process: ProcessPicture, history: tuple[Happening, ...]
) -> tuple[Happening, ...]:
    """The history with the steps ticked on the way: all in the stages left, some in the one that was reached last."""
    ticked: list[Happening] = []
    for happened, following in zip_longest(history, history[1:]):
        ticked.append(happened)
        stage = process.stage(happened.stage_id)
        steps = [step for step in stage.steps if step.what == "tick"] if stage else []
        at, end = happened.at, following.at if following else clock.now()
        for place, step in enumerate(steps, start=1):
            around = happened.at + (end - happened.at) * place / (len(steps) + 1)
            at = min(max(at, _working_moment(draw, clock.day_of(around, _ZONE))), end)
            if (following is not None and following.what == "enter") or draw.random() < 0.5:
                ticked.append(Happening("tick", at, clock.day_of(at, _ZONE), step_id=step.id))
    return tuple(ticked)


def _closed(outcome: str, moment: datetime, reason: str) -> Happening:
    return Happening(outcome, moment, clock.day_of(moment, _ZONE), reason_code=reason)


def _category(reached: int | None, stages: int) -> str:
    if reached is None or reached < stages // 2:
        return "pipeline"
    return "committed" if reached == stages - 1 else "best_case"


def _qualification(draw: random.Random, value: Decimal, reached: int | None, language: str) -> dict[str, Any]:
    """The later a deal is, the more is known of it."""
    if not reached:
        return {"purchase_timeframe": draw.choice(("", "this_quarter", "unknown"))}
    return {
        "purchase_timeframe": draw.choice(("this_quarter", "next_quarter", "this_year")),
        "purchase_process": draw.choice(("individual", "committee")),
        "budget": (value * Decimal("1.05")).quantize(Decimal(100)),
        "customer_need": draw.choice(NEEDS[language]),
        "proposed_solution": draw.choice(SOLUTIONS[language]) if reached > 1 else "",
    }


def _plan_task(draw: random.Random, person: Colleague, deal: Opportunity) -> None:
    due = draw.choice((None, -6, -2, 0, 0, 1, 3, 5, 9, 14))
    if due is not None:
        subject = draw.choice(TASKS[person.actor.language])
        create_task(person.actor, deal.pk, subject=subject, due_on=clock.today(_ZONE) + timedelta(days=due))
