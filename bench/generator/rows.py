"""The rows of the product's tables, out of the plan of `staging`: for each table its columns and where they come from.

What is not named here is what the model says it is by default.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection, models

from bench.generator.dialects import Dialect, drawn
from bench.generator.staging import ENTRIES, account_name, first_name, last_name
from bench.generator.words import CITIES, among
from opportune.activities.models import Task
from opportune.customers.models import Account, Contact
from opportune.identity.models import Share
from opportune.ledger.models import Change, ChangeSet
from opportune.opportunities.models import Entry, Opportunity
from opportune.search.models import SearchEntry
from opportune.search.sources import entry_id

ONE = 10_000
"""One unit, or one per cent, as amounts and percentages are kept."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rows need to know: ids that exist already, and today's noon in seconds since 1970."""

    dialect: Dialect
    seed: int
    size: int
    noon: int
    process_id: int
    first_user: int
    reasons: Mapping[str, int]
    change_sets: int
    changes: int

    def drawn(self, name: str, below: int | str, n: str = "n") -> str:
        """A number of row `n`."""
        return drawn(self.seed, name, n, below)


def inserts(facts: Facts) -> Iterator[str]:
    """One statement for each table."""
    yield from _customers(facts)
    life = _life(facts)
    yield _insert(facts, ChangeSet, _change_sets(facts), life)
    yield _insert(facts, Opportunity, _deals(facts), f"{life} WHERE j = {ENTRIES}")
    yield _insert(facts, Entry, _entries(facts), life)
    yield _insert(facts, Change, _changes(facts), life)
    yield from _search(facts)
    yield _insert(facts, Task, _tasks(facts), f"{life} WHERE j = {ENTRIES} AND n % 10 IN (1, 4, 7)")
    yield _insert(facts, Share, _shares(facts), f"bench_number WHERE n <= {max(20, facts.size // 1000)}")
    for place, model in enumerate((Account, Contact, Task, Share)):
        yield _insert(facts, Change, _made(facts, place, model.kind), f"{model._meta.db_table} AS record")


def _insert(facts: Facts, model: type[models.Model], columns: Mapping[str, str], source: str) -> str:
    written: dict[Any, str] = {**columns}
    for field in model._meta.concrete_fields:
        if field.column in written or field.primary_key:
            continue
        default: Any = field.get_db_prep_save(field.get_default(), connection)
        written[field.column] = facts.dialect.typed(default)
    names = ", ".join(f'"{name}"' for name in written)
    return f"INSERT INTO {model._meta.db_table} ({names}) SELECT {', '.join(written.values())} FROM {source}"


def _customers(facts: Facts) -> Iterator[str]:
    n = "n"
    city = among(CITIES, facts.drawn("city", len(CITIES)))
    shared = {
        "id": n,
        "owner_id": f"{facts.first_user} + {facts.drawn('customer owner', 20)}",
        "city": city,
        "city_key": f"lower({city})",
        "created_at": facts.dialect.instant(f"{facts.noon} - 800 * 86400 + n"),
    }
    name = account_name(facts.seed, n)
    yield _insert(
        facts,
        Account,
        {**shared, "name": name, "sort_key": f"lower({name})"},
        f"bench_number WHERE n <= {facts.size // 5}",
    )
    first, last = first_name(facts.seed, n), last_name(facts.seed, n)
    employer = f"1 + {facts.drawn('employer', facts.size // 5)}"
    yield _insert(
        facts,
        Contact,
        {
            **shared,
            "first_name": first,
            "last_name": last,
            "sort_key": f"{last} || ' ' || {first}",
            "account_id": f"CASE WHEN {facts.drawn('employed', 4)} = 0 THEN NULL ELSE {employer} END",
        },
        f"bench_number WHERE n <= {2 * facts.size // 5}",
    )


def _life(facts: Facts) -> str:
    """Every entry with its deal, its stage and what it was before."""
    likely = f"""CASE life.status WHEN 'won' THEN {100 * ONE} WHEN 'lost' THEN 0 ELSE stage.chance END"""
    done = f"""CASE WHEN life.status IN ('won', 'lost') THEN {100 * ONE} ELSE stage.completed END"""
    return f"""(SELECT life.*, deal.outcome, deal.account, deal.contact, deal.customer, deal.currency, deal.rate,
            deal.close, deal.subject, deal.begun, deal.owner + {facts.first_user} AS owner, stage.id AS stage,
            {likely} AS chance, {done} AS completed, stage.chance AS stage_chance,
            stage.completed AS stage_completed, life.cents * coalesce({likely}, 0) / {ONE} AS weighted,
            {facts.change_sets} + (life.n - 1) * {ENTRIES} + life.j AS step,
            earlier.id AS stage_before, earlier.chance AS chance_before, earlier.completed AS completed_before
        FROM bench_life AS life JOIN bench_deal AS deal ON deal.n = life.n
        LEFT JOIN bench_stage AS stage ON stage.place = life.place
        LEFT JOIN bench_stage AS earlier ON earlier.place = life.place - 1) AS lived"""


def _change_sets(facts: Facts) -> dict[str, str]:
    verb = "CASE move WHEN 'created' THEN 'create' WHEN 'next' THEN 'move' WHEN 'edited' THEN 'edit' ELSE 'close' END"
    return {
        "id": "step",
        "at": facts.dialect.instant("at"),
        "verb": f"({verb}) || '_opportunity'",
        "actor_kind": "'person'",
        "actor_id": "owner",
        "person_id": "owner",
        "actor_label": f"'Person ' || (owner - {facts.first_user} + 1)",
        "door": "'web'",
    }


def _valued(facts: Facts) -> dict[str, str]:
    """The columns that a deal and its entries share."""
    day = facts.dialect.day
    is_closed = "status IN ('won', 'lost')"
    won, lost = facts.reasons["won"], facts.reasons["lost"]
    return {
        "status": "status",
        "process_id": str(facts.process_id),
        "stage_id": "stage",
        "close_reason_id": f"CASE status WHEN 'won' THEN {won} WHEN 'lost' THEN {lost} END",
        "account_id": "account",
        "contact_id": "contact",
        "owner_id": "owner",
        "currency": "currency",
        "rate": "rate",
        "estimated_value": "cents * 100",
        "actual_value": "CASE WHEN status = 'won' THEN cents * 100 END",
        "chance": "chance",
        "completed": "completed",
        "probability": "chance",
        "estimated_close_on": day("close"),
        "closed_on": f"CASE WHEN {is_closed} THEN {day('at')} END",
        "value": "cents * 100",
        "expected": "weighted",
        "value_base": "(cents * 200000000 + rate) / (2 * rate) * 100",
        "expected_base": "(weighted * 2000000 + rate) / (2 * rate) * 100",
    }


def _deals(facts: Facts) -> dict[str, str]:
    return {
        **_valued(facts),
        "id": "n",
        "version": str(ENTRIES),
        "number": "'OPP-BENCH-' || n",
        "subject": "subject",
        "subject_key": "lower(subject)",
        "pipeline_phase_id": "stage",
        "created_at": facts.dialect.instant("begun"),
        "touched_at": facts.dialect.instant("at"),
        "stage_since": facts.dialect.day("since"),
    }


def _entries(facts: Facts) -> dict[str, str]:
    gap = "(at - begun) / (j - 1)"
    following = f"at + CASE WHEN j = 1 THEN (SELECT gap FROM bench_deal WHERE n = lived.n) ELSE {gap} END"
    return {
        **_valued(facts),
        "id": f"(n - 1) * {ENTRIES} + j",
        "opportunity_id": "n",
        "change_set_id": "step",
        "move": "move",
        "at": facts.dialect.instant("at"),
        "on": facts.dialect.day("at"),
        "ended_at": f"CASE WHEN j < {ENTRIES} THEN {facts.dialect.instant(following)} END",
        "is_current": facts.dialect.truth(f"j = {ENTRIES}"),
    }


def _changes(facts: Facts) -> dict[str, str]:
    return {
        "id": f"{facts.changes} + step",
        "change_set_id": "step",
        "kind": f"'{Opportunity.kind}'",
        "record_id": "n",
        "version": "j",
        "operation": "CASE j WHEN 1 THEN 'create' ELSE 'update' END",
        "at": facts.dialect.instant("at"),
        "on": facts.dialect.day("at"),
        "before": facts.dialect.json(_before()),
        "after": facts.dialect.json(_after(facts)),
        "detail": facts.dialect.json(
            """CASE move WHEN 'edited' THEN '{}' ELSE '{"move": "' || move || '"}' END"""
        ),
    }


def _made(facts: Facts, place: int, kind: str) -> dict[str, str]:
    """That a record was made, and no more of its life."""
    return {
        "id": f"{facts.changes + facts.change_sets + facts.size * (ENTRIES + place)} + record.id",
        "change_set_id": str(facts.change_sets),
        "kind": f"'{kind}'",
        "record_id": "record.id",
        "version": "record.version",
        "operation": "'create'",
        "at": facts.dialect.instant(str(facts.noon)),
        "on": facts.dialect.day(str(facts.noon)),
        "before": facts.dialect.json("'{}'"),
        "after": facts.dialect.json("'{}'"),
        "detail": facts.dialect.json("'{}'"),
    }


def _amount(cents: str) -> str:
    fraction = f"CASE ({cents}) % 100 WHEN 0 THEN '' ELSE '.' || (({cents}) % 100) END"
    return f"'\"' || (({cents}) / 100) || {fraction} || '\"'"


def _percent(scaled: str) -> str:
    return f"coalesce('\"' || (({scaled}) / {ONE}) || '\"', 'null')"


def _object(**parts: str) -> str:
    return (
        "'{' || "
        + " || ', ' || ".join(f"'\"{name}\": ' || {part}" for name, part in parts.items())
        + " || '}'"
    )


def _likely(chance: str, completed: str) -> dict[str, str]:
    return {"chance": _percent(chance), "completed": _percent(completed), "probability": _percent(chance)}


def _before() -> str:
    moved = _object(
        stage_id="stage_before",
        pipeline_phase_id="stage_before",
        **_likely("chance_before", "completed_before"),
    )
    empty = dict.fromkeys(("closed_on", "close_reason_id"), "'null'")
    closed = _object(status="'\"in_progress\"'", **empty, **_likely("stage_chance", "stage_completed"))
    won = _object(
        status="'\"in_progress\"'",
        actual_value="'null'",
        **empty,
        **_likely("stage_chance", "stage_completed"),
    )
    edited = _object(estimated_value=_amount("cents - 25000"))
    return f"""CASE move WHEN 'created' THEN '{{}}' WHEN 'next' THEN {moved} WHEN 'edited' THEN {edited}
        WHEN 'won' THEN {won} ELSE {closed} END"""


def _after(facts: Facts) -> str:
    moved = _object(stage_id="stage", pipeline_phase_id="stage", **_likely("chance", "completed"))
    ended = {
        "status": "'\"' || status || '\"'",
        "closed_on": f"'\"' || {facts.dialect.day_text('at')} || '\"'",
        "close_reason_id": f"CASE status WHEN 'won' THEN {facts.reasons['won']} ELSE {facts.reasons['lost']} END",
        **_likely("chance", "completed"),
    }
    won = _object(actual_value=_amount("cents"), **ended)
    return f"""CASE move WHEN 'created' THEN {_created(facts)} WHEN 'next' THEN {moved}
        WHEN 'edited' THEN {_object(estimated_value=_amount("cents"))} WHEN 'won' THEN {won}
        ELSE {_object(**ended)} END"""


def _created(facts: Facts) -> str:
    words = {
        "currency": "currency",
        "number": "'OPP-BENCH-' || n",
        "subject": "subject",
        "created_at": facts.dialect.instant_text("begun"),
    }
    plain = {name: f"'\"' || {value} || '\"'" for name, value in words.items()}
    fixed = {
        "forecast_category": "pipeline",
        "probability_source": "process",
        "rating": "warm",
        "priority": "normal",
    }
    no = dict.fromkeys(("on_hold", "is_finished", "decision_maker_identified"), "'false'")
    sure = _object(
        status="'\"' || status || '\"'",
        process_id=f"'{facts.process_id}'",
        owner_id="owner",
        rate="CASE rate WHEN 108000000 THEN '\"1.08\"' ELSE '\"1\"' END",
        base_digits="'2'",
        estimated_value=_amount("cents"),
        **plain,
        **{name: f"'\"{value}\"'" for name, value in fixed.items()},
        **no,
    )
    customer = (
        "CASE WHEN account IS NULL THEN '\"contact_id\": ' || contact ELSE '\"account_id\": ' || account END"
    )
    close = f"coalesce(', \"estimated_close_on\": \"' || {facts.dialect.day_text('close')} || '\"', '')"
    placed = _object(stage_id="stage", pipeline_phase_id="stage", **_likely("chance", "completed"))
    begun = f"CASE WHEN stage IS NULL THEN '' ELSE ', ' || substr({placed}, 2, length({placed}) - 2) END"
    return f"substr({sure}, 1, length({sure}) - 1) || ', ' || {customer} || {close} || {begun} || '}}'"


def _search(facts: Facts) -> Iterator[str]:
    texts = {
        Opportunity.kind: (
            "lower(' ' || subject || ' OPP-BENCH-' || n || ' ' || customer)",
            "bench_deal",
        ),
        "account": (
            "lower(' ' || name || ' ' || city)",
            "(SELECT id AS n, * FROM customers_account) AS found",
        ),
        "contact": (
            """lower(' ' || found.first_name || ' ' || found.last_name || coalesce(' ' || employer.name, '') || ' '
                || found.city)""",
            """(SELECT id AS n, * FROM customers_contact) AS found
                LEFT JOIN customers_account AS employer ON employer.id = found.account_id""",
        ),
    }
    for kind, (text, source) in texts.items():
        columns = {
            "id": f"{entry_id(kind, 0)} + n",
            "record_kind": f"'{kind}'",
            "record_id": "n",
            "text": text,
        }
        yield _insert(facts, SearchEntry, columns, source)


def _tasks(facts: Facts) -> dict[str, str]:
    return {
        "subject": "'Call about ' || subject",
        "owner_id": "owner",
        "about_kind": f"'{Opportunity.kind}'",
        "about_id": "n",
        "due_on": facts.dialect.day(f"{facts.noon} + ({facts.drawn('due', 40)} - 10) * 86400"),
        "created_at": facts.dialect.instant("at"),
    }


def _shares(facts: Facts) -> dict[str, str]:
    return {
        "record_kind": f"'{Opportunity.kind}'",
        "record_id": f"1 + (n * 7) % {facts.size}",
        "user_id": f"{facts.first_user} + {facts.drawn('sharee', 20)}",
    }
