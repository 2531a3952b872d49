"""Two writers at once: what comes of it is what one after the other would have done (domain.md §9)."""

from collections.abc import Callable
from itertools import combinations_with_replacement
from random import Random
from typing import Any

import pytest

from opportune.customers.actions import create_account, create_contact, edit_account
from opportune.identity.actor import Actor
from opportune.kernel.errors import Conflict, Invalid
from opportune.ledger.models import ChangeSet
from opportune.ledger.recording import noting_change_sets
from opportune.ledger.undo import undo
from opportune.opportunities import actions
from opportune.opportunities.models import Opportunity, StepMark
from tests.deals import id_of
from tests.people import Company
from tests.properties.writers import (
    BEGINNINGS,
    DONE,
    ORDERS,
    Scene,
    Scenes,
    assert_all_is_well,
    at_once,
    end_of,
    ending,
)

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

PAIRS = list(combinations_with_replacement(sorted(ORDERS), 2))
TIMES = 2


def one_by_one(scene: Scene, orders: list[tuple[str, Actor]]) -> tuple[list[str], dict[str, Any]]:
    """How commands end one after the other, and how everything stands then."""
    return [ending(order, scene, actor) for order, actor in orders], scene.told()


def together(scene: Scene, orders: list[tuple[str, Actor]]) -> tuple[list[str], dict[str, Any]]:
    """How commands end that are given at once, and how everything stands then."""
    works = [lambda order=order, actor=actor: ORDERS[order](scene, actor) for order, actor in orders]
    return [end_of(answer) for answer in at_once(*works)], scene.told()


def assert_as_one_after_the_other(scenes: Scenes, pair: tuple[str, str], *beginning: str) -> None:
    """Two commands at once do what they do in one order or in the other."""
    first, second = [(pair[0], scenes.company.alice), (pair[1], scenes.company.ada)]
    forth = one_by_one(scenes.new(*beginning), [first, second])
    ends, state = one_by_one(scenes.new(*beginning), [second, first])
    back = ends[::-1], state
    for _ in range(TIMES):
        both = together(scenes.new(*beginning), [first, second])
        assert both in (forth, back), (pair, beginning, unlike(both, forth), unlike(both, back))


def unlike(one: tuple[list[str], dict[str, Any]], other: tuple[list[str], dict[str, Any]]) -> dict[str, Any]:
    """Where two endings differ."""
    differing = {name: (one[1][name], value) for name, value in other[1].items() if one[1][name] != value}
    return {"ends": (one[0], other[0]), **differing}


@pytest.mark.parametrize("seed", range(4))
def test_two_commands_on_one_deal_do_what_one_after_the_other_does(scenes: Scenes, seed: int) -> None:
    chance = Random(seed)
    for pair in chance.sample(PAIRS, 6):
        assert_as_one_after_the_other(scenes, pair, *chance.choice(BEGINNINGS))
    assert_all_is_well()


@pytest.mark.long
@pytest.mark.parametrize("beginning", BEGINNINGS, ids=" and ".join)
def test_many_pairs_of_commands_on_one_deal_do_what_one_after_the_other_does(
    scenes: Scenes, beginning: tuple[str, ...]
) -> None:
    for pair in Random(str(beginning)).sample(PAIRS, 60):
        assert_as_one_after_the_other(scenes, pair, *beginning)
    assert_all_is_well()


def test_of_two_who_looked_at_the_same_version_one_is_told_what_the_other_did(scenes: Scenes) -> None:
    company = scenes.company

    def give(scene: Scene, actor: Actor, value: int) -> Callable[[], object]:
        return lambda: actions.edit(actor, scene.deal, {"estimated_value": value}, version=scene.seen)

    for _ in range(4):
        scene = scenes.new()
        answers = at_once(give(scene, company.alice, 300), give(scene, company.ada, 400))
        assert sorted(map(end_of, answers)) == ["conflict", DONE]
        [conflict] = [answer for answer in answers if isinstance(answer, Conflict)]
        stored = Opportunity.objects.get(pk=scene.deal)
        assert conflict.data["changes"]["estimated_value"] == str(int(stored.estimated_value or 0))
        assert conflict.data["by"] == ("Alice" if stored.estimated_value == 300 else "Ada")


def test_changes_of_other_facets_at_once_are_all_kept(scenes: Scenes) -> None:
    scene, company = scenes.new("tick"), scenes.company
    changes: list[dict[str, Any]] = [
        {"estimated_value": 700},
        {"subject": "Three pumps"},
        {"contact_id": scene.contact},
        {"budget": 9},
        {"description": "Blue"},
        {"source": "web"},
    ]
    works = [
        lambda change=change: actions.edit(company.alice, scene.deal, change, version=scene.seen)
        for change in changes
    ]
    answers = at_once(*works, lambda: actions.move(company.ada, scene.deal, wish="next", version=scene.seen))
    assert list(map(end_of, answers)) == [DONE] * 7
    stored = Opportunity.objects.get(pk=scene.deal)
    assert all(getattr(stored, name) == value for change in changes for name, value in change.items())
    assert stored.stage_id == scene.process.stages[1].id
    assert stored.version == scene.seen + 7
    assert_all_is_well()


def test_a_deal_is_closed_by_one_of_many(scenes: Scenes) -> None:
    scene, company = scenes.new(), scenes.company
    orders = ["win", "lose, seen", "win", "lose, seen"]
    actors = [company.alice, company.ada, company.carol, company.alice]
    ends, _ = together(scene, list(zip(orders, actors, strict=True)))
    assert sorted(ends) == ["closed", "closed", "closed", DONE]
    assert_all_is_well()


def test_a_change_set_is_undone_once_and_redone_once(scenes: Scenes) -> None:
    scene, company = scenes.new("value"), scenes.company
    original = scene.change_sets[-1]
    answers = at_once(*[lambda: undo(company.alice, original)] * 3)
    assert sorted(map(end_of, answers)) == ["already_undone", "already_undone", DONE]
    [again] = ChangeSet.objects.filter(undoes_id=original).values_list("id", flat=True)
    answers = at_once(*[lambda: undo(company.ada, again)] * 2)
    assert sorted(map(end_of, answers)) == ["already_undone", DONE]
    assert Opportunity.objects.get(pk=scene.deal).estimated_value == 300
    assert_all_is_well()


def test_a_tick_by_two_is_one_tick(scenes: Scenes) -> None:
    scene, company = scenes.new(), scenes.company
    at_once(*[lambda: actions.mark_step(company.alice, scene.deal, scene.tick)] * 3)
    assert StepMark.objects.filter(opportunity_id=scene.deal).count() == 1
    assert_all_is_well()


def test_an_external_id_is_given_to_one_of_two(firm: Company) -> None:
    account = firm.account().pk
    fields = {"subject": "Pumps", "account_id": account, "external_id": "E-1"}
    answers = at_once(*[lambda: actions.create(firm.alice, fields)] * 3)
    assert sorted(map(end_of, answers)) == [DONE, "invalid", "invalid"]
    assert_all_is_well()


def test_a_form_sent_twice_at_the_same_moment_makes_one_deal(firm: Company) -> None:
    account = firm.account().pk
    for number in range(6):
        fields, once = {"subject": f"Pumps {number}", "account_id": account}, f"form {number}"
        made = at_once(*[lambda f=fields, o=once: actions.create(firm.alice, f, once=o)] * 2)
        assert made[0] == made[1], number
        assert Opportunity.objects.filter(subject=f"Pumps {number}").count() == 1
    assert_all_is_well()


def test_a_form_sent_again_twice_for_a_deal_that_is_gone_makes_one_more(firm: Company) -> None:
    account = firm.account().pk
    for number in range(4):
        fields, once = {"subject": f"Pumps {number}", "account_id": account}, f"form {number}"
        first = actions.create(firm.alice, fields, once=once)
        actions.assign(firm.ada, first.pk, owner_id=id_of(firm.dan))
        made = at_once(*[lambda f=fields, o=once: actions.create(firm.alice, f, once=o)] * 2)
        assert made[0] == made[1] != first
    assert_all_is_well()


def test_no_number_is_given_twice_and_none_is_left_out(firm: Company) -> None:
    accounts = [firm.account(f"Customer {number}").pk for number in range(3)]

    def make(account: int) -> list[str]:
        fields = {"subject": "Pumps", "account_id": account}
        made = [actions.create(firm.alice, fields).number for _ in range(4)]
        with pytest.raises(Invalid):
            actions.create(firm.alice, {**fields, "currency": "XXX"})
        return made

    numbers = [number for made in at_once(*[lambda pk=pk: make(pk) for pk in accounts]) for number in made]
    assert len(set(numbers)) == 12
    assert_all_is_well()


@pytest.mark.parametrize("kind", ["account", "contact"])
def test_nothing_is_sold_to_who_goes_to_the_bin_meanwhile(firm: Company, kind: str) -> None:
    make = create_account if kind == "account" else create_contact

    def quarrel() -> list[str]:
        with noting_change_sets() as noted:
            fields = {"name": "Fleeting"} if kind == "account" else {"last_name": "Fleeting"}
            customer = make(firm.alice, fields, confirm_duplicates=True).pk
        other = firm.deal("Other").pk
        answers = at_once(
            lambda: undo(firm.alice, noted[0]),
            lambda: actions.create(firm.alice, {"subject": "Pumps", f"{kind}_id": customer}),
            lambda: actions.edit(firm.alice, other, {f"{kind}_id": customer}),
        )
        return ["done" if isinstance(answer, list) else end_of(answer) for answer in answers]

    for _ in range(8):
        assert quarrel() in ([DONE, "invalid", "invalid"], ["nothing_to_undo", DONE, DONE])
    assert_all_is_well()


def test_the_search_knows_a_deal_by_its_new_subject_and_its_customers_new_name(firm: Company) -> None:
    def quarrel(number: int) -> None:
        account = firm.account("Northwind").pk
        deals = [firm.deal(f"Pump {each}", account_id=account).pk for each in range(4)]
        subject, name = {"subject": f"Turbine {number}"}, {"name": f"Southwind {number}"}
        works = [lambda pk=pk: actions.edit(firm.alice, pk, subject) for pk in deals]
        at_once(lambda: edit_account(firm.ada, account, name), *works)

    for number in range(8):
        quarrel(number)
    assert_all_is_well()
