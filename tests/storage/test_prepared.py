"""Reads whose SQL is kept give what their querysets give, for whatever values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.backends.base.operations import BaseDatabaseOperations
from django.db.models import F, Q, QuerySet, Value
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext

from opportune.identity.models import Grant, Membership, Team, User
from opportune.identity.permissions import VERBS, Depth
from opportune.identity.visibility import verbs_reaching
from opportune.opportunities.models import Opportunity, OpportunityQuerySet
from opportune.opportunities.queries import opportunity
from opportune.storage import prepared as storage
from opportune.storage.prepared import Prepared, prepared, prepared_to_lock
from tests.deals import Trade, id_of
from tests.people import Company


def mates(team_id: int) -> QuerySet[Membership, Any]:
    return (
        Membership.objects.filter(team_id=team_id).order_by("user__name").values_list("user__name", "team_id")
    )


def people(ids: Sequence[int]) -> QuerySet[User]:
    return (
        User.objects.filter(pk__in=ids)
        .select_related("unit")
        .annotate(of_unit=F("unit__name"))
        .order_by("id")
    )


def test_it_gives_what_its_queryset_gives_for_any_value(company: Company) -> None:
    read = prepared(mates)
    for team in (company.hunters, company.farmers, company.hunters):
        assert read(team.pk) == list(mates(team.pk))
    assert read(0) == []


def test_the_sql_is_written_once(company: Company) -> None:
    asked: list[int] = []

    def counted(team_id: int) -> QuerySet[Membership, Any]:
        asked.append(team_id)
        return mates(team_id)

    read = prepared(counted)
    read(company.hunters.pk)
    written = len(asked)
    with CaptureQueriesContext(connection) as seen:
        read(company.farmers.pk)
    assert len(asked) == written
    assert len(seen) == 1


@pytest.mark.parametrize("several", [0, 1, 2, 3, 5])
def test_several_values_are_found_however_many(company: Company, several: int) -> None:
    ids = [id_of(each) for each in (company.alice, company.bob, company.carol, company.dan, company.rita)][
        :several
    ]
    assert prepared(people)(ids) == list(people(ids))


def test_objects_come_with_what_belongs_to_them(company: Company) -> None:
    read = prepared(people)
    [found] = read([id_of(company.alice)])
    with CaptureQueriesContext(connection) as seen:
        assert found.unit.name == found.of_unit == company.sales.name
    assert not seen
    assert not found._state.adding


def test_dicts_and_single_values_come_as_asked(company: Company) -> None:
    named = prepared(lambda name: Team.objects.filter(name=name).values("id", "name"))
    assert named("Hunters") == [{"id": company.hunters.pk, "name": "Hunters"}]
    alone = prepared(lambda name: Team.objects.filter(name=name).values_list("name", flat=True))
    assert (alone("Hunters"), alone.first("Nobody")) == (["Hunters"], None)


@pytest.mark.parametrize("name", ["x' OR '1'='1", "%", "\ue000stands in for value 0\ue001"])
def test_a_value_is_never_sql(company: Company, name: str) -> None:
    read = prepared(lambda name: Team.objects.filter(name=name).values_list("name", flat=True))
    assert read(name) == []


def test_a_value_that_does_not_reach_the_sql_as_it_is_is_refused(company: Company) -> None:
    with pytest.raises(TypeError, match="does not reach its SQL"):
        prepared(lambda word: Team.objects.filter(name__contains=word))("Hunt")


@pytest.mark.parametrize("number", [2**31, 2**63, -(2**63) - 1, 10**30])
def test_a_number_that_no_column_holds_is_found_nowhere(company: Company, number: int) -> None:
    assert prepared(lambda number: Team.objects.filter(pk=number))(number) == []


def test_what_can_find_nothing_asks_nothing(company: Company) -> None:
    read = prepared(lambda number: Team.objects.filter(pk__in=()).filter(pk=number))
    with CaptureQueriesContext(connection) as seen:
        assert read(1) == read(2) == []
    assert not seen


def test_each_reader_has_a_plan_of_their_own(trade: Trade) -> None:
    deal = trade.deal()
    for actor in (trade.company.alice, trade.company.dan, trade.company.ada, trade.company.bob):
        live = OpportunityQuerySet(Opportunity).live
        verbs = verbs_reaching(live, actor, "opportunity", deal.pk)
        for verb in VERBS:
            reached = OpportunityQuerySet(Opportunity).reached_by(actor, verb).filter(pk=deal.pk).exists()
            assert (verb in verbs) == reached, (actor.label, verb)


def test_keywords_of_the_same_values_have_plans_of_their_own(company: Company) -> None:
    read: Prepared = prepared(
        lambda *, name=None, email=None: User.objects.filter(
            **({"name": name} if name else {"email": email})
        ).values_list("name", flat=True)
    )
    assert read(name="Alice") == ["Alice"]
    assert read(email="Alice") == []


def test_a_keyword_of_another_type_has_a_plan_of_its_own(company: Company) -> None:
    read: Prepared = prepared(
        lambda *, wanted: Team.objects.annotate(sort=Value(type(wanted).__name__)).values_list(
            "sort", flat=True
        )[:1]
    )
    assert (read(wanted=1), read(wanted=True), read(wanted=1)) == (["int"], ["bool"], ["int"])


def test_one_value_and_a_list_of_one_have_plans_of_their_own(company: Company) -> None:
    def either(team: int | Sequence[int]) -> QuerySet[Team, Any]:
        rows = Team.objects.filter(pk=team) if isinstance(team, int) else Team.objects.exclude(pk__in=team)
        return rows.order_by("pk").values_list("pk", flat=True)

    read = prepared(either)
    one = company.hunters.pk
    assert read(one) == [one]
    assert read([one]) == list(either([one]))


def test_a_value_of_a_small_column_is_found(company: Company) -> None:
    read = prepared(
        lambda depth: Grant.objects.filter(depth=depth).order_by("pk").values_list("pk", flat=True)
    )
    for depth in (Depth.OWN, Depth.ORGANISATION):
        found = Grant.objects.filter(depth=depth).order_by("pk").values_list("pk", flat=True)
        assert read(int(depth)) == list(found) != []
    assert read(40_000) == read(2**40) == []
    upto = prepared(
        lambda most, role: Grant.objects.filter(Q(depth__lt=most) | Q(role=role)).values_list("pk")
    )
    assert len(upto(40_000, 0)) == Grant.objects.count() > len(upto(Depth.ORGANISATION, 0)) > 0


@pytest.mark.parametrize("number", [2**63, 10**30])
def test_a_number_that_no_column_holds_is_found_nowhere_in_a_list_either(
    company: Company, number: int
) -> None:
    read = prepared(lambda ids: Team.objects.filter(pk__in=ids).values_list("pk", flat=True))
    assert read([company.hunters.pk, number]) == [company.hunters.pk]


@pytest.mark.parametrize(
    "rows",
    [
        lambda: User.objects.prefetch_related("memberships"),
        lambda: User.objects.values_list("name", named=True),
        lambda: User.objects.select_for_update(),
        lambda: Team.objects.order_by("pk")[0].memberships.all(),
    ],
)
def test_what_a_plan_would_leave_out_is_refused(
    company: Company, rows: Callable[[], QuerySet[Any, Any]]
) -> None:
    with transaction.atomic(), pytest.raises(TypeError, match="cannot be kept"):
        prepared(rows)()


def test_what_locks_is_asked_in_a_transaction_only(company: Company) -> None:
    read = prepared_to_lock(lambda number: User.objects.filter(pk=number).select_for_update())
    with CaptureQueriesContext(connection) as asked:
        [alice] = read(company.alice.id or 0)
    assert alice.name == "Alice"
    is_locked = asked.captured_queries[0]["sql"].endswith("FOR UPDATE")
    assert is_locked == connection.features.has_select_for_update


@pytest.mark.django_db(transaction=True)
def test_what_locks_is_refused_outside_of_a_transaction() -> None:
    read = prepared_to_lock(lambda number: User.objects.filter(pk=number).select_for_update())
    with pytest.raises(TransactionManagementError):
        read.first(1)


def test_what_is_to_lock_and_does_not_is_refused(company: Company) -> None:
    with pytest.raises(TypeError, match="nothing is locked"):
        prepared_to_lock(lambda number: User.objects.filter(pk=number))(1)


def test_the_plan_asked_least_lately_goes_first(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "KEPT", 2)
    written: list[str] = []

    def named(*, name: str) -> QuerySet[User, Any]:
        written.append(name)
        return User.objects.filter(name=name).values_list("name", flat=True)

    read = prepared(named)
    for name in ("Alice", "Bob", "Alice", "Carol"):
        read(name=name)
    written.clear()
    assert read(name="Alice") == ["Alice"]
    assert not written


def test_a_plan_reads_by_the_connection_that_asks(company: Company) -> None:
    read = prepared(lambda number: User.objects.filter(pk=number).values_list("is_active", "name"))
    alice = id_of(company.alice)
    read(alice)
    [plan] = read._plans.values()
    assert plan is not None
    assert storage._converters(plan, connection) is storage._converters(plan, connection)
    another = connection.copy()
    bound = [
        convert.__self__.connection  # type: ignore[attr-defined]
        for _, converts, _ in storage._converters(plan, another)
        for convert in converts
        if isinstance(getattr(convert, "__self__", None), BaseDatabaseOperations)
    ]
    assert all(each is another for each in bound)
    assert bool(bound) == (connection.vendor == "sqlite")


def test_no_more_plans_are_kept_than_fit(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "KEPT", 2)
    read: Prepared = prepared(
        lambda number, *, names: User.objects.filter(Q(pk=number) | Q(name__in=names)).values_list(
            "name", flat=True
        )
    )
    for _ in range(2):
        for names in (("Alice",), ("Bob",), ("Carol",)):
            assert read(0, names=names) == list(names)
    assert len(read._plans) == 2


def test_a_record_read_so_is_what_the_ledger_has(trade: Trade) -> None:
    deal = trade.deal()
    record = opportunity(trade.company.alice, deal.pk)
    fresh = Opportunity.objects.get(pk=deal.pk)
    assert record.fields == {name: getattr(fresh, name) for name in fresh.recorded_fields()}
