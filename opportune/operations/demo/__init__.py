"""A small company that sells energy monitoring, so that a new installation has something to show.

Everything is dated relative to today, drawn by a generator with a fixed seed, and made by the same actions
that people use.
"""

from dataclasses import dataclass

from django.db import transaction

from opportune.identity.actor import Actor
from opportune.identity.queries import anybody_exists
from opportune.kernel.errors import Refused
from opportune.kernel.sentences import sentence
from opportune.ledger.recording import command
from opportune.operations.demo.campaigns import make_campaigns
from opportune.operations.demo.customers import make_customers
from opportune.operations.demo.deals import make_deals
from opportune.operations.demo.people import PASSWORD, SignIn, make_people
from opportune.operations.demo.rates import make_rates


@dataclass(frozen=True, slots=True)
class DemoCompany:
    """What was made, and who can sign in with the published password."""

    sign_ins: tuple[SignIn, ...]
    password: str
    accounts: int
    contacts: int
    deals: int


@transaction.atomic
def load(actor: Actor) -> DemoCompany:
    """Make the demo company, whole or not at all. Refused once somebody exists: it never mixes with real data."""
    if anybody_exists():
        raise Refused("not_empty", sentence("The demo company is only for an empty installation."))
    with command(actor, "load_demo"):
        people = make_people(actor)
        make_rates(actor)
    customers = make_customers(people)
    deals = make_deals(people, customers, make_campaigns(people, customers))
    return DemoCompany(
        tuple(person.sign_in for person in people),
        PASSWORD,
        len(customers),
        sum(len(customer.contact_ids) for customer in customers),
        deals,
    )
