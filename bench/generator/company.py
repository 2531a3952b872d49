"""Who works there and how they sell: made by the actions that people use, since that is little."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from bench.generator.addresses import ACTORS, PASSWORD
from opportune.identity.actions import create_team, create_unit, create_user, issue_token
from opportune.identity.actor import actor_for, system_actor
from opportune.identity.models import User
from opportune.kernel import clock
from opportune.process.actions import StageInput, add_step, create_process
from opportune.process.queries import process_by_key
from opportune.reference.actions import change_setting, set_rate, use_currency

PROCESS = "bench"
TEAMS, MEMBERS = 4, 5
RATE = Decimal("1.08")
STAGES = (
    ("contacted", 10, 10),
    ("qualified", 20, 25),
    ("needs", 35, 45),
    ("proposal", 50, 60),
    ("negotiation", 70, 80),
    ("agreed", 90, 95),
)


def found(today: date) -> None:
    """Two units, four teams of five, a process of six stages that is the default, and a second currency."""
    system = system_actor("bench")
    units = [create_unit(system, name=name) for name in ("North", "South")]
    number = 0
    for place in range(TEAMS):
        unit = units[place % 2]
        team = create_team(system, name=f"Team {place + 1}", unit_id=unit.pk)
        for _ in range(MEMBERS):
            number += 1
            role = {1: "administrator", 2: "sales_manager"}.get(number, "salesperson")
            create_user(
                system,
                email=f"p{number}@bench.example",
                name=f"Person {number}",
                password=PASSWORD,
                roles=[role],
                unit_id=unit.pk,
                team_ids=[team.pk],
                time_zone="Europe/Paris",
            )
    stages = [
        StageInput(key, key.title(), key.title(), Decimal(chance), Decimal(completed), expected_days=14)
        for key, chance, completed in STAGES
    ]
    create_process(system, key=PROCESS, name_en="Bench sales", name_fr="Vente du banc", stages=stages)
    for stage in process_by_key(PROCESS).stages:
        field = {"what": "field", "name_en": "Budget", "name_fr": "Budget", "field": "budget"}
        tick = {"what": "tick", "name_en": "Agreed", "name_fr": "Convenu"}
        for step in (field, tick):
            add_step(system, stage.id, **step)
    change_setting(system, "default_process", PROCESS)
    use_currency(system, "USD", in_use=True)
    set_rate(system, code="USD", rate=RATE, valid_from=date(today.year - 5, 1, 1))


def tokens() -> dict[str, str]:
    """A fresh bearer token of everything for each actor."""
    scopes = ("*:read", "*:write")
    made = {}
    for name, email in ACTORS.items():
        actor = actor_for(User.objects.get(email=email), "system")
        made[name] = issue_token(actor, name=f"bench {clock.now():%H:%M:%S.%f}", scopes=scopes)[1]
    return made
