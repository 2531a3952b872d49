"""Run as a program in an installation: a seller with a token and some open deals; tells of them as JSON."""

import json
import sys
from decimal import Decimal

import django

django.setup()

from opportune.customers.actions import create_account
from opportune.identity.actions import create_user, issue_token
from opportune.identity.actor import actor_for, system_actor
from opportune.kernel.errors import OpportuneError
from opportune.ledger.recording import command
from opportune.opportunities.actions import Draft, create_many

SCOPES = ("opportunity:read", "opportunity:write", "account:read")
PASSWORD = "correct horse battery"


def main(deals: int) -> None:
    user = create_user(
        system_actor("tests"),
        email="alice@example.com",
        name="Alice",
        password=PASSWORD,
        roles=["salesperson"],
    )
    alice = actor_for(user, "cli")
    account = create_account(alice, {"name": "Northwind"})
    drafts = [
        Draft({"subject": f"Pump {n}", "account_id": account.pk, "estimated_value": Decimal(n)})
        for n in range(deals)
    ]
    with command(alice, "found"):
        made = create_many(alice, drafts)
    _, token = issue_token(alice, name="tests", scopes=SCOPES)
    ids = [deal.pk for deal in made if not isinstance(deal, OpportuneError)]
    print(json.dumps({"token": token, "deals": ids, "account": account.pk}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
