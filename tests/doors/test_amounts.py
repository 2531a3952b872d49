"""Every door refuses an amount with more decimals than its currency, naming the field and how many there may be."""

import json
from pathlib import Path

from django.test import Client

from opportune.identity.models import User
from opportune.opportunities.models import Opportunity
from tests.doors.callers import Caller, CommandLine, Market
from tests.importing.files import OPEN, WON
from tests.importing.test_actions import refusals

BACKEND = "django.contrib.auth.backends.ModelBackend"
WHY = "Amounts in EUR have at most 2 decimals."


def test_the_api_refuses_it(alice: Caller, market: Market) -> None:
    given = {"subject": "Pumps", "account_id": market.account.pk, "estimated_value": "12345.678"}
    refused = alice.post("/opportunities", given)
    assert (refused.status, refused.json["errors"]) == (422, {"estimated_value": WHY})
    assert alice.post("/opportunities", {**given, "estimated_value": "12345.67"}).status == 201


def test_the_command_line_refuses_it(command_line: CommandLine, market: Market) -> None:
    words = ("opportunities", "edit", market.deal.pk, "--actor", "alice@example.com", "--json", "--set")
    refused = command_line(*words, "estimated_value=12345.678")
    assert (refused.code, json.loads(refused.err)["errors"]) == (5, {"estimated_value": WHY})
    assert command_line(*words, "estimated_value=12345.67").code == 0


def test_the_pages_refuse_it_and_keep_what_was_typed(market: Market, client: Client) -> None:
    client.force_login(
        User.objects.get(pk=market.alice.person_id or 0), backend="django.contrib.auth.backends.ModelBackend"
    )
    form = {"subject": "Pumps", "customer": f"account:{market.account.pk}", "estimated_value": "12,345.678"}
    answer = client.post("/opportunities/new/", form)
    assert answer.status_code == 422
    shown = answer.content.decode()
    assert WHY in shown
    assert 'value="12,345.678"' in shown


def test_an_import_refuses_the_row(market: Market, tmp_path: Path) -> None:
    [told] = refusals(market.company, tmp_path, OPEN.replace("A3", "A8"), WON.replace("1200", "1200.125"))
    assert WHY in told
    assert Opportunity.objects.filter(external_id="A8").exists()
