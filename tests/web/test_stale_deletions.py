"""Every deletion that is asked about: who changed the thing since is named, and then it can be deleted."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from opportune.campaigns import actions as campaigns
from opportune.campaigns.models import Campaign, Segment
from opportune.customers import actions as customers
from opportune.customers.models import Account, Contact
from opportune.opportunities import actions
from opportune.opportunities.models import Opportunity
from opportune.opportunities.writing import organisation_today
from opportune.process import actions as processes
from opportune.process.models import Process, Stage, Step
from opportune.reference import actions as reference
from opportune.reference.models import ListItem
from tests.doors.callers import Market
from tests.web.conftest import SignIn
from tests.web.test_deal_forms import hidden
from tests.web.test_stale_forms import HTMX, SAVED, campaign_of, segment_of, settler_of, stage_of, step_of


@pytest.fixture
def ada(market: Market, sign_in: SignIn) -> Client:
    return sign_in(market.company.ada)


def _spare(market: Market) -> int:
    """A process that nothing uses."""
    found = Process.objects.filter(key="spare").first()
    return (
        found or processes.create_process(settler_of(market), key="spare", name_en="Spare", name_fr="Réserve")
    ).pk


@dataclass(frozen=True)
class Deletion:
    """A deletion that is asked about, and what a colleague changes of the thing before it is confirmed."""

    address: Callable[[Market], str]
    change: Callable[[Market], object]
    is_gone: Callable[[Market], bool]
    sent: dict[str, str]


def _deletion(address: str, change: Callable[[Market], object], gone: Any, **sent: str) -> Deletion:
    return Deletion(lambda market: address.format(market=market), change, gone, sent)


def _closed(market: Market) -> None:
    actions.close(
        market.company.carol, market.deal.pk, outcome="lost", reason="PRICE_L", on=organisation_today()
    )


def _closed_again(market: Market) -> None:
    actions.reopen(market.company.carol, market.deal.pk)
    _closed(market)


def _is_binned(model: Any, pk: Callable[[Market], int]) -> Callable[[Market], bool]:
    return lambda market: model._default_manager.get(pk=pk(market)).deleted_at is not None


DELETIONS = {
    "opportunity": _deletion(
        "/opportunities/{market.deal.pk}/deletion/",
        _closed_again,
        _is_binned(Opportunity, lambda market: market.deal.pk),
    ),
    "account": _deletion(
        "/accounts/{market.account.pk}/deletion/",
        lambda market: customers.edit_account(market.company.carol, market.account.pk, {"phone": "1"}),
        _is_binned(Account, lambda market: market.account.pk),
    ),
    "contact": _deletion(
        "/contacts/{market.contact.pk}/deletion/",
        lambda market: customers.edit_contact(market.company.carol, market.contact.pk, {"phone": "1"}),
        _is_binned(Contact, lambda market: market.contact.pk),
    ),
    "campaign": Deletion(
        lambda market: f"/campaigns/{campaign_of(market).pk}/deletion/",
        lambda market: campaigns.edit_campaign(settler_of(market), campaign_of(market).pk, {"name": "Show"}),
        lambda market: Campaign.objects.get().deleted_at is not None,
        {},
    ),
    "segment": Deletion(
        lambda market: f"/segments/{segment_of(market).pk}/deletion/",
        lambda market: campaigns.edit_segment(settler_of(market), segment_of(market).pk, {"name": "North"}),
        lambda market: Segment.objects.get().deleted_at is not None,
        {},
    ),
    "process": Deletion(
        lambda market: f"/settings/process/{_spare(market)}/delete/",
        lambda market: processes.change_process(settler_of(market), _spare(market), {"name_en": "Theirs"}),
        lambda market: Process.objects.get(key="spare").deleted_at is not None,
        {},
    ),
    "stage": Deletion(
        lambda market: f"/settings/stages/{stage_of(market)}/delete/",
        lambda market: processes.change_stage(settler_of(market), stage_of(market), {"chance": "35"}),
        lambda market: Stage.objects.get(pk=market.process.stages[0].id).deleted_at is not None,
        {"replacement": ""},
    ),
    "step": Deletion(
        lambda market: f"/settings/steps/{step_of(market)}/delete/",
        lambda market: processes.change_step(settler_of(market), step_of(market), {"is_required": True}),
        lambda market: Step.objects.get(pk=step_of(market)).deleted_at is not None,
        {},
    ),
    "choice": Deletion(
        lambda market: "/settings/lists/source/items/web/removal/",
        lambda market: reference.change_choice(settler_of(market), "source", "web", name_en="Web site"),
        lambda market: ListItem.objects.get(list_key="source", code="web").deleted_at is not None,
        {"instead": "blank"},
    ),
}


@pytest.mark.parametrize("name", DELETIONS)
def test_a_deletion_says_who_was_first_and_can_be_done_then(ada: Client, market: Market, name: str) -> None:
    deletion = DELETIONS[name]
    if name in ("opportunity", "account", "contact"):
        _closed(market)
    address = deletion.address(market)
    shown = hidden(ada.get(address, headers=HTMX).content.decode()) | deletion.sent
    deletion.change(market)
    refused = ada.post(address, shown, headers=HTMX)
    assert refused.status_code == 409
    said = refused.content.decode()
    assert "changed this first." in said
    assert "Nothing was deleted." in said
    assert not deletion.is_gone(market)
    again = hidden(said) | deletion.sent
    assert ada.post(address, again, headers=HTMX).status_code in SAVED
    assert deletion.is_gone(market)
