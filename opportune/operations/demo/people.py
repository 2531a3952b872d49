"""The six people of the demo company."""

from dataclasses import dataclass

from opportune.identity.actions import create_team, create_unit, create_user
from opportune.identity.actor import Actor, actor_for

PASSWORD = "opportune-demo"  # published on purpose: an address others can reach is refused while it works


@dataclass(frozen=True, slots=True)
class SignIn:
    """Who can sign in, and as what."""

    email: str
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class Colleague:
    """A person of the demo company, as an actor."""

    actor: Actor
    sign_in: SignIn
    sells: bool


_PEOPLE = (
    # name, address, role, language, team, sells
    ("Nadia Benali", "nadia", "administrator", "fr", None, False),
    ("Hélène Moreau", "helene", "sales_manager", "fr", None, False),
    ("Léa Marchand", "lea", "salesperson", "fr", "North", True),
    ("Tom Okafor", "tom", "salesperson", "en", "North", True),
    ("Inês Duarte", "ines", "salesperson", "fr", "South", True),
    ("Jonas Weber", "jonas", "salesperson", "en", "South", True),
)


def make_people(actor: Actor) -> list[Colleague]:
    """A unit, two teams, an administrator, a manager and four sellers."""
    unit = create_unit(actor, name="Sales")
    teams = {name: create_team(actor, name=name, unit_id=unit.pk) for name in ("North", "South")}
    made = []
    for name, address, role, language, team, sells in _PEOPLE:
        user = create_user(
            actor,
            email=f"{address}@demo.example",
            name=name,
            password=PASSWORD,
            roles=[role],
            team_ids=[teams[team].pk] if team else [],
            unit_id=unit.pk,
            language=language,
            time_zone="Europe/Paris",
            demo_password=True,
        )
        made.append(Colleague(actor_for(user, "system"), SignIn(user.email, name, role), sells))
    return made
