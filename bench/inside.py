"""What needs the database itself, run as a program with its environment: filling it, and finding what to work with."""

from __future__ import annotations

import json
import os
import sys
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opportune.config.settings")
django.setup()

from django.db import connection  # noqa: E402

from bench.generator.addresses import ACTORS  # noqa: E402
from bench.generator.company import PROCESS, tokens  # noqa: E402
from bench.generator.filling import fill  # noqa: E402
from opportune.customers.models import Account  # noqa: E402
from opportune.identity.models import User  # noqa: E402
from opportune.identity.queries import person_by_email  # noqa: E402
from opportune.operations.starting import bring_up_to_date  # noqa: E402
from opportune.opportunities.models import Opportunity, OpportunityQuerySet  # noqa: E402
from opportune.process.queries import process_by_key  # noqa: E402

MANY = 400


def generate(size: int) -> None:
    """Make a database of a size, from nothing."""
    bring_up_to_date()
    fill(size, lambda line: print(f"  {line}", file=sys.stderr, flush=True))


def ground(who: str) -> dict[str, Any]:
    """What the operations of an actor work with: deals spread over the whole, each for one use."""
    actor = person_by_email(ACTORS[who], "web")
    process = process_by_key(PROCESS)
    sees_all = who == "admin"
    owned = Opportunity.objects.filter(status="in_progress", process_id=process.id)
    if not sees_all:
        owned = owned.filter(owner_id=actor.person_id)
    rows = _spread(list(owned.order_by("id").values_list("id", "stage_id")), 4 * MANY)
    # the floor puts deals back where they were, whichever way the product is to move them next
    ends = {process.stages[0].id, process.stages[-1].id}
    movable = [row for row in rows if row[1] not in ends]
    quarter = len(rows) // 4
    some = {row[0] for row in movable[:quarter]}
    rest = [row[0] for row in rows if row[0] not in some]
    accounts = Account.objects.all() if sees_all else Account.objects.filter(owner_id=actor.person_id)
    seen = OpportunityQuerySet(Opportunity).visible_to(actor).order_by("id").values_list("id", flat=True)
    return {
        "token": tokens()[who],
        "sees_all": sees_all,
        "process_id": process.id,
        "stages": [stage.id for stage in process.stages],
        "owner_id": User.objects.get(email=ACTORS["seller"]).pk,
        "accounts": _spread(list(accounts.order_by("id").values_list("id", flat=True)), MANY),
        "seen": _spread(list(seen), MANY),
        "editable": rest[:quarter],
        "movable": movable[:quarter],
        "closable": rest[quarter:],
        "today": datetime.now(ZoneInfo("Europe/Paris")).date().isoformat(),
        "engine": connection.vendor,
    }


def _spread(found: list[Any], at_most: int) -> list[Any]:
    step = max(1, len(found) // at_most)
    return found[::step][:at_most]


if __name__ == "__main__":
    if sys.argv[1] == "generate":
        generate(int(sys.argv[2]))
    else:
        print(json.dumps(ground(sys.argv[2])))
