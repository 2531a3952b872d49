"""Many writers at once on the same few deals, on both engines: whoever wins, nothing is lost and all agrees."""

from collections import Counter
from random import Random

import pytest
from django.db import connection

from opportune.identity.actor import Actor
from opportune.ledger.recording import noting_change_sets
from opportune.opportunities import actions
from tests.properties.writers import (
    BEGINNINGS,
    DONE,
    ORDERS,
    Scene,
    Scenes,
    assert_all_is_well,
    at_once,
    ending,
)

pytestmark = pytest.mark.django_db(transaction=True)

REFUSED = {
    "already_undone",
    "closed",
    "conflict",
    "invalid",
    "no_next_stage",
    "no_previous_stage",
    "not_closed",
    "not_found",
    "not_permitted",
    "nothing_to_undo",
    "steps_missing",
    "task_ended",
}


def write(scenes: list[Scene], actor: Actor, chance: Random, count: int) -> Counter[str]:
    """Give so many commands on deals as they come; how they ended."""
    ends: Counter[str] = Counter()
    for _ in range(count):
        scene, order = chance.choice(scenes), chance.choice(sorted(ORDERS))
        if chance.random() < 0.5:
            scene.look()
        with noting_change_sets() as noted:
            ends[ending(order, scene, actor).split()[0]] += 1
        scene.change_sets += noted
        if chance.random() < 0.1:
            actions.create(scene.company.ada, {"subject": "One more", "account_id": scene.account})
    return ends


def storm(scenes: Scenes, seed: int, count: int) -> Counter[str]:
    """Four people, each with a connection, on three deals."""
    company, chance = scenes.company, Random(seed)
    deals = [scenes.new(*chance.choice(BEGINNINGS)) for _ in range(3)]
    people = (company.alice, company.ada, company.carol, company.bob)
    chances = [Random(f"{seed}/{number}") for number in range(4)]
    works = [
        lambda actor=actor, own=own: write(deals, actor, own, count)
        for actor, own in zip(people, chances, strict=True)
    ]
    return sum(at_once(*works), Counter())


@pytest.mark.parametrize("seed", range(2))
def test_many_writers_leave_everything_well(scenes: Scenes, seed: int) -> None:
    ends = storm(scenes, seed, 20)
    assert set(ends) <= {DONE, *REFUSED}
    assert ends[DONE] > 10
    assert_all_is_well()


@pytest.mark.long
@pytest.mark.parametrize("seed", range(2, 12))
def test_many_writers_leave_everything_well_for_long(scenes: Scenes, seed: int) -> None:
    ends = storm(scenes, seed, 120)
    assert set(ends) <= {DONE, *REFUSED}
    assert_all_is_well()


def test_each_writer_has_a_connection_of_its_own(scenes: Scenes) -> None:
    """Else nothing here would be at once."""
    company = scenes.company
    theirs = at_once(*[lambda: (company.account(), connection.connection)[1]] * 3)
    assert len({id(one) for one in (connection.connection, *theirs)}) == 4
