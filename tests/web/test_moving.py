"""The forms of moves, switching and commands on many deals."""

import json
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client

from opportune.kernel import clock
from opportune.opportunities import actions
from opportune.opportunities.models import Opportunity
from opportune.process.actions import require_step
from opportune.process.queries import process_by_key
from tests.deals import SYSTEM, id_of, parts
from tests.people import Company
from tests.web.conftest import SignIn

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
TODAY = clock.today("Europe/Paris").isoformat()


@pytest.fixture
def deal(company: Company) -> Opportunity:
    return company.deal("Two pumps", estimated_value=Decimal(1000), estimated_close_on=date(2030, 1, 31))


@pytest.fixture
def alice(company: Company, sign_in: SignIn) -> Client:
    return sign_in(company.alice)


def now(deal: Opportunity) -> Opportunity:
    return Opportunity.objects.get(pk=deal.pk)


@pytest.mark.parametrize("fragment", [False, True])
def test_the_form_of_moves_proposes_the_next_stage(alice: Client, deal: Opportunity, fragment: bool) -> None:
    page = alice.get(f"/opportunities/{deal.pk}/update/", headers=HTMX if fragment else {}).content.decode()
    assert '<option value="next" selected>' in page
    assert 'name="chance" inputmode="decimal" autocomplete="off" value="45"' in page
    assert "style=" not in page


def test_another_action_proposes_its_chances_and_keeps_the_rest(alice: Client, deal: Opportunity) -> None:
    """BC:A9 in the form: a value typed before stays, the chances are those of the action."""
    page = alice.get(
        f"/opportunities/{deal.pk}/update/",
        {"move": "update", "chosen": "move", "chance": "45", "estimated_value": "1500", "was": "{}"},
        headers=HTMX,
    ).content.decode()
    assert '<option value="update" selected>' in page
    assert 'name="chance" inputmode="decimal" autocomplete="off" value="20"' in page
    assert 'value="1500"' in page


def test_a_move_with_all_that_is_typed(alice: Client, deal: Opportunity) -> None:
    develop = process_by_key("sales").stages[1]
    answer = alice.post(
        f"/opportunities/{deal.pk}/update/",
        {
            "move": "next",
            "stage": develop.id,
            "on": TODAY,
            "chance": "50",
            "estimated_value": "1,500",
            "estimated_close_on": "2031-01-31",
            "cancel_open_tasks": "on",
            "version": deal.version,
        },
    )
    moved = now(deal)
    assert answer["Location"] == f"/opportunities/{deal.pk}/"
    assert parts(moved, "stage_id", "chance", "estimated_value") == (develop.id, 50, 1500)
    assert moved.estimated_close_on == date(2031, 1, 31)


def test_what_was_only_proposed_is_left_to_the_move(
    company: Company, alice: Client, deal: Opportunity
) -> None:
    actions.edit(company.alice, deal.pk, {"chance": 33})
    proposed = {"on": TODAY, "chance": "33", "estimated_value": "1000", "estimated_close_on": "2030-01-31"}
    alice.post(f"/opportunities/{deal.pk}/update/", {"move": "next", "was": json.dumps(proposed), **proposed})
    assert parts(now(deal), "chance", "probability_source") == (33, "typed")


def test_what_is_wrong_is_shown_in_the_form(alice: Client, deal: Opportunity) -> None:
    answer = alice.post(
        f"/opportunities/{deal.pk}/update/", {"move": "next", "on": "2199-01-01", "chance": "much"}
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="much"' in page
    step = next(step for step in process_by_key("sales").stages[0].steps if step.field == "budget")
    require_step(SYSTEM, step.id, is_required=True)
    refused = alice.post(f"/opportunities/{deal.pk}/update/", {"move": "next", "on": TODAY})
    assert refused.status_code == 422
    assert "Required before the next stage" in refused.content.decode()
    assert now(deal).stage_id == deal.stage_id


@pytest.mark.parametrize("outcome", ["won", "lost"])
def test_won_and_lost_among_the_actions_open_the_close_form(
    alice: Client, deal: Opportunity, outcome: str
) -> None:
    address = f"/opportunities/{deal.pk}/close/?outcome={outcome}"
    asked = alice.get(f"/opportunities/{deal.pk}/update/", {"move": outcome})
    assert asked["Location"] == address
    shown = alice.get(f"/opportunities/{deal.pk}/update/", {"move": outcome}, headers=HTMX)
    assert address in shown["HX-Location"]
    assert f'href="{address}"' in alice.get(f"/opportunities/{deal.pk}/move/").content.decode()


def test_a_finished_process_offers_won_and_lost(alice: Client, deal: Opportunity) -> None:
    close = process_by_key("sales").stages[-1]
    Opportunity.objects.filter(pk=deal.pk).update(stage_id=close.id)
    flyout = alice.get(f"/opportunities/{deal.pk}/stages/{close.id}/", headers=HTMX).content.decode()
    assert "Finish the process" in flyout
    alice.post(f"/opportunities/{deal.pk}/move/", {"move": "finish", "from": "record"})
    page = alice.get(f"/opportunities/{deal.pk}/").content.decode()
    assert "Was the opportunity won or lost?" in page
    assert "finished the process in" in page


def test_a_process_is_switched_and_the_place_kept_is_shown(alice: Client, deal: Opportunity) -> None:
    other = process_by_key("contact_manager")
    answer = alice.post(f"/opportunities/{deal.pk}/process/", {"process": other.id, "version": deal.version})
    assert answer["Location"] == f"/opportunities/{deal.pk}/"
    assert now(deal).process_id == other.id
    page = alice.get(f"/opportunities/{deal.pk}/").content.decode()
    assert "Switched to Contact Manager stages." in page
    assert "1-Qualify" in page
    assert "1-Qualify" in alice.get("/opportunities/?columns=phase").content.decode()
    assert alice.post(f"/opportunities/{deal.pk}/process/", {"process": other.id}).status_code == 422


def test_a_lost_deal_says_to_whom(alice: Client, deal: Opportunity) -> None:
    form = alice.get(f"/opportunities/{deal.pk}/close/?outcome=lost").content.decode()
    assert 'name="lost_to"' in form
    body = {"outcome": "lost", "reason": "COMPETITOR_L", "on": TODAY}
    refused = alice.post(f"/opportunities/{deal.pk}/close/", body)
    assert "This reason asks which competitor won it." in refused.content.decode()
    alice.post(f"/opportunities/{deal.pk}/close/", {**body, "lost_to": "Globex"})
    assert "Lost to Globex." in alice.get(f"/opportunities/{deal.pk}/").content.decode()


def test_many_are_chosen_in_the_list_and_closed(company: Company, alice: Client, deal: Opportunity) -> None:
    other = company.deal("Three pumps", account_id=deal.account_id)
    page = alice.get("/opportunities/?status=open").content.decode()
    assert page.count("name=id") == 2
    form = alice.get("/opportunities/selected/", {"what": "lost", "id": [str(deal.pk), str(other.pk)]})
    assert "2 opportunities" in form.content.decode()
    body = {"id": [deal.pk, other.pk], "to_on": TODAY}
    assert alice.post("/opportunities/selected/lost/", body).status_code == 422
    alice.post("/opportunities/selected/lost/", {**body, "to_reason": "PRICE_L"})
    assert {now(deal).status, now(other).status} == {"lost"}
    again = alice.post("/opportunities/selected/lost/", {**body, "to_reason": "PRICE_L"}).content.decode()
    assert "0 closed, 2 skipped (closed)." in again


def test_all_that_match_are_assigned_and_moved(company: Company, sign_in: SignIn, deal: Opportunity) -> None:
    carol = sign_in(company.carol)
    other = company.deal("Valve", account_id=deal.account_id)
    given = {"what": "owner", "all": "1", "text": "pumps"}
    assert "1 opportunity" in carol.get("/opportunities/selected/", given).content.decode()
    body = {"all": "1", "text": "pumps"}
    carol.post("/opportunities/selected/owner/", {**body, "to_owner": id_of(company.bob)})
    assert now(deal).owner_id == id_of(company.bob)
    assert now(other).owner_id == id_of(company.alice)
    develop = process_by_key("sales").stages[1]
    carol.post("/opportunities/selected/stage/", {**body, "to_stage": develop.id})
    assert (now(deal).stage_id, now(other).stage_id == develop.id) == (develop.id, False)


def test_nothing_chosen_is_said(alice: Client, deal: Opportunity) -> None:
    answer = alice.get("/opportunities/selected/", {"what": "lost", "status": "open"})
    assert answer["Location"] == "/opportunities/?status=open"
    assert alice.get("/opportunities/selected/", {"what": "bake"}).status_code == 404


def test_a_reader_changes_nothing(company: Company, sign_in: SignIn, deal: Opportunity) -> None:
    rita = sign_in(company.rita)
    assert 'name="what"' not in rita.get("/opportunities/").content.decode()
    assert rita.get(f"/opportunities/{deal.pk}/update/").status_code == 403
    assert rita.post(f"/opportunities/{deal.pk}/process/", {"process": 1}).status_code == 403
    assert rita.post("/opportunities/selected/lost/", {"id": [deal.pk]}).status_code == 403
    assert now(deal).version == deal.version
