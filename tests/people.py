"""The people of the tests, and the company they work for.

Alice owns what is tested. Bob is in her team. Carol manages their unit. Dan sells in another unit and is a
stranger to it all. Rita may only read, in Alice's unit. Ada administers.
"""

from dataclasses import dataclass, replace
from typing import Any

from opportune.customers.actions import create_account, create_contact
from opportune.customers.models import Account, Contact
from opportune.identity.actions import create_team, create_unit, create_user, install_roles
from opportune.identity.actor import Actor, actor_for, system_actor, token_actor
from opportune.identity.models import Team, Unit, User
from opportune.opportunities.actions import create as create_deal
from opportune.opportunities.models import Opportunity
from opportune.process.actions import install_processes
from opportune.reference.actions import install_reference

PASSWORD = "correct horse battery"


@dataclass(frozen=True, slots=True)
class Company:
    """The actors, by first name, and where they sit. Actors are as they were when the company was founded."""

    alice: Actor
    bob: Actor
    carol: Actor
    dan: Actor
    rita: Actor
    ada: Actor
    sales: Unit
    elsewhere: Unit
    hunters: Team
    farmers: Team

    @property
    def everybody(self) -> tuple[Actor, ...]:
        """All six, Alice first."""
        return self.alice, self.bob, self.carol, self.dan, self.rita, self.ada

    def account(self, name: str = "Northwind", *, owner: Actor | None = None, **fields: Any) -> Account:
        """An account of Alice's, or of another owner's."""
        return create_account(owner or self.alice, {"name": name, **fields}, confirm_duplicates=True)

    def deal(self, subject: str = "Two pumps", *, owner: Actor | None = None, **fields: Any) -> Opportunity:
        """A deal of Alice's, or of another owner's; with an account of theirs unless a customer is given."""
        if not fields.keys() & {"account_id", "contact_id"}:
            fields["account_id"] = self.account(owner=owner).pk
        return create_deal(owner or self.alice, {"subject": subject, **fields})

    def contact(self, last_name: str = "Durand", *, owner: Actor | None = None, **fields: Any) -> Contact:
        """A contact of Alice's, or of another owner's."""
        named = {"last_name": last_name, **fields}
        return create_contact(owner or self.alice, named, confirm_duplicates=True)


def found_company() -> Company:
    """Install what ships, and make the units, the teams and the people."""
    system = system_actor("tests")
    install_roles(system)
    install_reference(system)
    install_processes(system)
    sales, elsewhere = create_unit(system, name="Sales"), create_unit(system, name="Elsewhere")
    hunters = create_team(system, name="Hunters", unit_id=sales.pk)
    farmers = create_team(system, name="Farmers", unit_id=elsewhere.pk)

    def person(name: str, role: str, unit: Unit, *teams: Team) -> Actor:
        user = create_user(
            system,
            email=f"{name.lower()}@example.com",
            name=name,
            password=PASSWORD,
            roles=[role],
            unit_id=unit.pk,
            team_ids=[team.pk for team in teams],
        )
        return actor_for(user, "web")

    return Company(
        alice=person("Alice", "salesperson", sales, hunters),
        bob=person("Bob", "salesperson", sales, hunters),
        carol=person("Carol", "sales_manager", sales),
        dan=person("Dan", "salesperson", elsewhere, farmers),
        rita=person("Rita", "read_only", sales),
        ada=person("Ada", "administrator", elsewhere),
        sales=sales,
        elsewhere=elsewhere,
        hunters=hunters,
        farmers=farmers,
    )


def again(actor: Actor) -> Actor:
    """A person's actor as it is now, after rights, teams or units have changed."""
    return actor_for(User.objects.get(pk=actor.person_id or 0), actor.door)


def by_token(actor: Actor, *scopes: str) -> Actor:
    """A person's actor behind a token with these scopes."""
    return token_actor(actor, 1, "script", frozenset(scopes))


def without(actor: Actor, verb: str) -> Actor:
    """The actor, but for one verb."""
    return replace(actor, depths={key: depth for key, depth in actor.depths.items() if key[1] != verb})


def through(actor: Actor, door: str) -> Actor:
    """The actor at another door."""
    return replace(actor, door=door)
