"""Making deals: customer, owner, process and stage, chances, currency, numbers (domain.md §2, B-044)."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from opportune.identity.actions import set_active
from opportune.identity.actor import Actor
from opportune.kernel import clock
from opportune.kernel.errors import Invalid, NotPermitted, OpportuneError, Refused
from opportune.ledger.lasting import new_edition
from opportune.ledger.models import Change
from opportune.ledger.undo import undo
from opportune.opportunities import actions
from opportune.opportunities.actions import Draft, Happening
from opportune.opportunities.models import Opportunity, StepMark
from opportune.process.models import Process
from opportune.reference.actions import add_currency, change_setting, set_rate
from tests.deals import (
    NOON,
    SYSTEM,
    Trade,
    entries_of,
    id_of,
    last_change_set,
    parts,
    process_with,
    stage,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("march")]


def make(trade: Trade, actor: Actor | None = None, **fields: Any) -> Opportunity:
    """Alice, or somebody else, makes a deal with exactly these fields beside its subject."""
    return actions.create(actor or trade.alice, {"subject": "Two pumps", **fields})


def wrong(trade: Trade, actor: Actor | None = None, **fields: Any) -> set[str]:
    """The fields that making a deal finds fault with."""
    with pytest.raises(Invalid) as invalid:
        make(trade, actor, **fields)
    return set(invalid.value.fields)


def test_a_deal_begins_in_the_default_stage_of_the_default_process(trade: Trade) -> None:
    deal = make(trade, account_id=trade.account.pk)
    assert parts(deal, "status", "process_id", "stage_id") == (
        "in_progress",
        trade.sales.id,
        trade.sales.stages[0].id,
    )
    assert parts(deal, "chance", "completed", "probability", "probability_source") == (20, 10, 20, "process")


def test_a_process_without_a_default_stage_leaves_a_deal_not_started(trade: Trade) -> None:
    deal = trade.deal(process_id=process_with(stage("a", 10)).id)
    assert parts(deal, "status", "stage_id", "chance") == ("not_started", None, None)


def test_a_deal_may_begin_without_a_stage(trade: Trade) -> None:
    assert trade.deal(stage_id=None).status == "not_started"


def test_a_deal_may_begin_in_any_stage_of_its_process(trade: Trade) -> None:
    assert trade.deal(stage_id=trade.sales.stages[2].id).probability == 65


def test_a_stage_of_another_process_is_refused(trade: Trade) -> None:
    elsewhere = process_with(stage("a", 10))
    with pytest.raises(Invalid) as invalid:
        trade.deal(stage_id=elsewhere.stages[0].id)
    assert set(invalid.value.fields) == {"stage"}


def test_a_retired_or_unknown_process_is_refused(trade: Trade) -> None:
    retired = process_with(stage("a", 10))
    Process.objects.filter(pk=retired.id).update(is_retired=True)
    new_edition()
    for process_id in (retired.id, 10**6):
        with pytest.raises(Invalid) as invalid:
            trade.deal(process_id=process_id)
        assert set(invalid.value.fields) == {"process"}


def test_a_deal_has_exactly_one_customer(trade: Trade) -> None:
    contact = trade.company.contact()
    assert make(trade, account_id=trade.account.pk).customer_ref == trade.account.ref
    assert make(trade, contact_id=contact.pk).customer_ref == contact.ref
    assert wrong(trade) == {"customer"}
    assert wrong(trade, account_id=trade.account.pk, contact_id=contact.pk) == {"customer"}


def test_a_customer_one_cannot_see_does_not_exist(trade: Trade) -> None:
    assert wrong(trade, trade.company.dan, account_id=trade.account.pk) == {"customer"}
    assert wrong(trade, account_id=10**6) == {"customer"}


def test_a_primary_contact_one_cannot_see_does_not_exist(trade: Trade) -> None:
    hidden = trade.company.contact(owner=trade.company.dan)
    assert wrong(trade, account_id=trade.account.pk, primary_contact_id=hidden.pk) == {"primary_contact_id"}
    seen = trade.company.contact()
    assert make(trade, account_id=trade.account.pk, primary_contact_id=seen.pk).primary_contact_id == seen.pk


def test_a_subject_is_required(trade: Trade) -> None:
    assert wrong(trade, subject=" ", account_id=trade.account.pk) == {"subject"}


def test_the_owner_is_who_makes_it(trade: Trade) -> None:
    assert make(trade, account_id=trade.account.pk).owner_id == id_of(trade.alice)


def test_another_owner_needs_the_right_to_assign(trade: Trade) -> None:
    bob = id_of(trade.company.bob)
    assert make(trade, account_id=trade.account.pk, owner_id=bob).owner_id == bob
    with pytest.raises(NotPermitted):
        make(trade, trade.company.rita, account_id=trade.account.pk, owner_id=bob)


def test_who_left_or_never_was_cannot_own(trade: Trade) -> None:
    bob = id_of(trade.company.bob)
    set_active(trade.company.ada, bob, is_active=False)
    assert wrong(trade, account_id=trade.account.pk, owner_id=bob) == {"owner_id"}
    assert wrong(trade, account_id=trade.account.pk, owner_id=10**6) == {"owner_id"}


def test_a_program_without_a_person_says_who_owns(trade: Trade) -> None:
    assert wrong(trade, SYSTEM, account_id=trade.account.pk) == {"owner_id"}


def test_a_reader_makes_no_deals(trade: Trade) -> None:
    with pytest.raises(NotPermitted):
        make(trade, trade.company.rita, account_id=trade.account.pk)


def test_a_typed_chance_counts_from_the_beginning(trade: Trade) -> None:
    deal = trade.deal(chance="16.5", estimated_value=100)
    assert parts(deal, "chance", "probability", "probability_source", "expected") == (
        Decimal("16.5"),
        Decimal("16.5"),
        "typed",
        Decimal("16.5"),
    )


def test_a_typed_probability_is_a_chance_where_it_is_one(trade: Trade) -> None:
    assert parts(trade.deal(probability="35.5"), "chance", "probability") == (Decimal("35.5"),) * 2


def test_a_probability_that_is_calculated_cannot_be_typed(trade: Trade) -> None:
    process = process_with(stage("a", 50, 40, is_default=True), method="multiply")
    assert trade.deal(process_id=process.id, chance=10).probability == 4
    assert trade.deal(process_id=process.id, probability=20).probability == 20, "as calculated"
    with pytest.raises(Invalid) as invalid:
        trade.deal(process_id=process.id, probability=30)
    assert set(invalid.value.fields) == {"probability"}


def test_the_currency_is_the_base_unless_given(trade: Trade) -> None:
    assert parts(trade.deal(estimated_value=7), "currency", "rate", "value_base") == ("EUR", 1, 7)


def test_a_foreign_amount_counts_at_the_rate_of_the_day_rounded_half_up(trade: Trade) -> None:
    set_rate(SYSTEM, code="USD", rate=Decimal("1.6"), valid_from=date(2026, 3, 10))
    set_rate(SYSTEM, code="USD", rate=Decimal(2), valid_from=date(2026, 3, 11))
    deal = trade.deal(currency="USD", estimated_value="100.04", chance=50)
    assert parts(deal, "rate", "value_base", "expected_base") == (
        Decimal("1.6"),
        Decimal("62.53"),
        Decimal("31.26"),
    )


def test_a_currency_without_a_rate_is_refused(trade: Trade) -> None:
    set_rate(SYSTEM, code="USD", rate=Decimal(2), valid_from=date(2026, 3, 11))
    with pytest.raises(Refused) as refused:
        trade.deal(currency="USD", estimated_value=1)
    assert (refused.value.code, refused.value.data["currency"]) == ("missing_rate", "USD")


def test_an_unknown_currency_is_refused(trade: Trade) -> None:
    assert wrong(trade, account_id=trade.account.pk, currency="XXX") == {"currency"}


def test_base_amounts_have_the_digits_of_the_base_currency(trade: Trade) -> None:
    add_currency(SYSTEM, code="JPY", digits=0)
    change_setting(SYSTEM, "base_currency", "JPY")
    set_rate(SYSTEM, code="EUR", rate=Decimal(1), valid_from=date(2026, 1, 1))
    assert parts(trade.deal(currency="EUR", estimated_value="10.5"), "value", "value_base") == (
        Decimal("10.5"),
        11,
    )


def test_an_amount_too_large_in_base_currency_is_refused(trade: Trade) -> None:
    set_rate(SYSTEM, code="USD", rate=Decimal("0.00000001"), valid_from=date(2026, 1, 1))
    assert trade.deal(currency="USD", estimated_value=100).value_base == 10**10
    assert wrong(trade, account_id=trade.account.pk, currency="USD", estimated_value=10**11) == {
        "estimated_value"
    }


def test_a_negative_value_is_refused(trade: Trade) -> None:
    assert wrong(trade, account_id=trade.account.pk, estimated_value=-1) == {"estimated_value"}


def test_every_deal_gets_the_next_number_of_its_year(trade: Trade) -> None:
    assert [trade.deal().number, trade.deal().number] == ["OPP-2026-0001", "OPP-2026-0002"]
    with clock.stopped_at(datetime(2026, 12, 31, 23, 30, tzinfo=UTC)):
        assert trade.deal().number == "OPP-2027-0001"


def test_a_refused_deal_takes_no_number(trade: Trade) -> None:
    wrong(trade)
    assert trade.deal().number == "OPP-2026-0001"


def test_the_number_of_a_deal_in_the_bin_is_not_given_again(trade: Trade) -> None:
    undo(trade.alice, last_change_set(trade.deal))
    assert trade.deal().number == "OPP-2026-0002"


def test_an_external_id_is_given_once(trade: Trade) -> None:
    trade.deal(external_id="A-1")
    assert wrong(trade, account_id=trade.account.pk, external_id="A-1") == {"external_id"}
    assert trade.deal(external_id="A-2").external_id == "A-2"


def test_a_new_deal_has_one_entry_and_one_change(trade: Trade) -> None:
    deal = trade.deal(estimated_value=100)
    [entry] = entries_of(deal)
    assert parts(entry, "move", "is_current", "value", "expected", "at", "on") == (
        "created",
        True,
        100,
        20,
        NOON,
        date(2026, 3, 10),
    )
    assert Change.objects.filter(kind="opportunity").count() == 1
    assert deal.stage_since == date(2026, 3, 10)


def test_many_are_made_by_the_same_rules_each_for_itself(trade: Trade) -> None:
    good, bad, twice, same = actions.create_many(
        trade.alice,
        [
            Draft({"subject": "One", "account_id": trade.account.pk, "external_id": "A-1"}),
            Draft({"subject": "Two"}),
            Draft({"subject": "Three", "account_id": trade.account.pk, "external_id": "A-1"}),
            Draft({"subject": "Four", "account_id": trade.account.pk}),
        ],
    )
    assert isinstance(good, Opportunity)
    assert isinstance(same, Opportunity)
    assert (good.number, same.number) == ("OPP-2026-0001", "OPP-2026-0002")
    assert isinstance(bad, Invalid)
    assert set(bad.fields) == {"customer"}
    assert isinstance(twice, Invalid)
    assert set(twice.fields) == {"external_id"}


def day(number: int) -> datetime:
    """Nine in the morning of a day of February 2026, two hours ahead of UTC."""
    return datetime(2026, 2, number, 9, tzinfo=timezone(timedelta(hours=2)))


def imported(trade: Trade, *history: Happening, **fields: Any) -> Opportunity | OpportuneError:
    """A deal of the first of February with a past."""
    given = {"subject": "Past", "account_id": trade.account.pk, "estimated_value": 100, **fields}
    [made] = actions.create_many(
        trade.alice,
        [Draft(given, stage_id=None, created_at=day(1), created_on=day(1).date(), history=history)],
    )
    return made


def test_a_past_is_imported_ungated_with_its_own_times(trade: Trade) -> None:
    deal = imported(
        trade,
        Happening("enter", day(3), day(3).date(), trade.sales.stages[3].id),
        Happening("won", day(8), day(8).date(), reason_code="NOT_RECORDED", actual_value=Decimal(90)),
    )
    assert isinstance(deal, Opportunity)
    assert parts(deal, "status", "value", "closed_on", "number", "version") == (
        "won",
        90,
        date(2026, 2, 8),
        "OPP-2026-0001",
        3,
    )
    assert [parts(entry, "move", "at", "on", "is_current") for entry in entries_of(deal)] == [
        ("created", day(1), date(2026, 2, 1), False),
        ("start", day(3), date(2026, 2, 3), False),
        ("won", day(8), date(2026, 2, 8), True),
    ]


def test_an_import_with_times_of_another_zone_can_be_undone(trade: Trade) -> None:
    made = last_change_set(
        imported, trade, Happening("enter", day(3), day(3).date(), trade.sales.stages[1].id)
    )
    undo(trade.alice, made)
    assert Opportunity.objects.get().deleted_at is not None


def test_a_past_has_its_ticks_with_their_own_times(trade: Trade) -> None:
    entered = trade.sales.stages[0]
    tick = next(step.id for step in entered.steps if step.what == "tick")
    deal = imported(
        trade,
        Happening("enter", day(3), day(3).date(), entered.id),
        Happening("tick", day(5), day(5).date(), step_id=tick),
    )
    assert isinstance(deal, Opportunity)
    assert list(StepMark.objects.values_list("opportunity_id", "step_id", "is_done")) == [
        (deal.pk, tick, True)
    ]
    change = Change.objects.get(kind=StepMark.kind)
    assert (change.at, change.on) == (day(5), date(2026, 2, 5))
    assert deal.touched_at == day(5)


def test_a_past_ticks_no_step_of_another_kind_or_process(trade: Trade) -> None:
    field = next(step.id for step in trade.sales.stages[0].steps if step.what == "field")
    for step_id in (field, 10**6, None):
        problem = imported(trade, Happening("tick", day(5), day(5).date(), step_id=step_id))
        assert isinstance(problem, Invalid)
        assert set(problem.fields) == {"step"}
    assert not StepMark.objects.exists()


@pytest.mark.parametrize("value", [Decimal(-1), Decimal(10**12)])
def test_a_past_has_no_impossible_amounts(trade: Trade, value: Decimal) -> None:
    problem = imported(trade, Happening("won", day(8), day(8).date(), None, "PRICE_W", value))
    assert isinstance(problem, Invalid)
    assert set(problem.fields) == {"actual_value"}
