"""The flyout of a stage: each step is saved on its own, its fault stands at it, and the page says what changed."""

import pytest
from django.test import Client

from opportune.ledger.models import ChangeSet
from opportune.opportunities import actions
from opportune.opportunities.models import Opportunity
from opportune.process.actions import require_step
from opportune.process.queries import StagePicture, StepPicture, process_by_key
from tests.deals import SYSTEM
from tests.people import Company
from tests.web.conftest import SignIn

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def deal(company: Company) -> Opportunity:
    return company.deal("Two pumps")


@pytest.fixture
def alice(company: Company, sign_in: SignIn) -> Client:
    return sign_in(company.alice)


@pytest.fixture
def stage() -> StagePicture:
    """The first of the process that ships."""
    return process_by_key("sales").stages[0]


def asking(stage: StagePicture, field: str) -> StepPicture:
    return next(step for step in stage.steps if step.field == field)


def ticking(stage: StagePicture) -> StepPicture:
    return next(step for step in stage.steps if step.what == "tick")


def at(deal: Opportunity, step: StepPicture) -> str:
    return f"/opportunities/{deal.pk}/steps/{step.id}/"


def item(page: str, step: StepPicture) -> str:
    """What the flyout shows of a step, with how it begins."""
    return page.split(f'<li id="step-{step.id}-item"')[1].split("</li>")[0]


def test_a_saved_step_brings_the_bar_the_fields_the_timeline_and_its_undo(
    alice: Client, deal: Opportunity, stage: StagePicture
) -> None:
    budget = asking(stage, "budget")
    done = sum(1 for step in stage.steps if step.field == "customer")
    answer = alice.post(at(deal, budget), {"budget": "1,500"}, headers=HTMX)
    assert answer["HX-Retarget"] == "#record-head"
    page = answer.content.decode()
    assert f"{done + 1} of {len(stage.steps)}" in page.split('class="flyout"')[0]
    fields = page.split("innerHTML:#details")[1].split('id="moments"')[0]
    assert "€1,500" in fields.split("<dt>Budget</dt>")[1].split("</dd>")[0]
    assert "changed: Budget" in page.split('id="moments"')[1]
    assert "Saved." in page
    assert f"/undo/{ChangeSet.objects.latest('pk').pk}/" in page


def test_the_other_steps_stay_as_they_are_typed(
    alice: Client, deal: Opportunity, stage: StagePicture
) -> None:
    budget = asking(stage, "budget")
    page = alice.post(at(deal, budget), {"budget": "1500"}, headers=HTMX).content.decode()
    for step in stage.steps:
        assert ("hx-preserve" in item(page, step)) == (step != budget)
    opened = alice.get(f"/opportunities/{deal.pk}/stages/{stage.id}/", headers=HTMX).content.decode()
    assert "hx-preserve" not in opened


def test_a_step_that_changes_nothing_says_nothing(
    alice: Client, deal: Opportunity, stage: StagePicture
) -> None:
    page = alice.post(at(deal, asking(stage, "budget")), {"budget": ""}, headers=HTMX).content.decode()
    assert "Saved." not in page
    assert 'class="flyout"' in page


def test_a_fault_stands_at_its_step_with_what_was_typed(
    alice: Client, deal: Opportunity, stage: StagePicture
) -> None:
    budget = asking(stage, "budget")
    answer = alice.post(at(deal, budget), {"budget": "a lot"}, headers=HTMX)
    shown = item(answer.content.decode(), budget)
    assert answer.status_code == 422
    assert 'value="a lot"' in shown
    assert f'aria-invalid="true" aria-describedby="err-budget-{budget.id}"' in shown
    assert "This is not a number." in shown.split(f'id="err-budget-{budget.id}"')[1]
    assert answer.content.decode().count("This is not a number.") == 1
    assert Opportunity.objects.get(pk=deal.pk).budget is None


def test_without_script_a_fault_is_shown_on_the_page_of_the_deal(
    alice: Client, deal: Opportunity, stage: StagePicture
) -> None:
    budget = asking(stage, "budget")
    answer = alice.post(at(deal, budget), {"budget": "a lot"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "<h1>Two pumps</h1>" in page
    assert 'value="a lot"' in item(page, budget)
    saved = alice.post(at(deal, budget), {"budget": "1500"}, follow=True).content.decode()
    assert "Saved." in saved
    assert 'value="1500"' in item(saved, budget)


def test_ticks_are_told_in_the_timeline(
    company: Company, alice: Client, deal: Opportunity, stage: StagePicture
) -> None:
    """A tick is not the field of a like name: that one stays as it is."""
    tick = ticking(stage)
    actions.edit(company.alice, deal.pk, {"rating": "hot"})
    page = alice.post(at(deal, tick), {"done": "on"}, headers=HTMX).content.decode()
    moments = page.split('id="moments"')[1]
    assert moments.index(f"ticked: {tick.name_en}") < moments.index("changed: Rating")
    assert "Saved." in page
    assert not Opportunity.objects.get(pk=deal.pk).decision_maker_identified
    alice.post(f"/undo/{ChangeSet.objects.latest('pk').pk}/", headers=HTMX)
    undone = alice.get(f"/opportunities/{deal.pk}/").content.decode().split('id="moments"')[1]
    assert undone.index(f"unticked: {tick.name_en}") < undone.index(f">ticked: {tick.name_en}")
    assert undone.count('<span class="badge">undone</span>') == 1


def test_each_page_of_the_timeline_has_the_ticks_of_its_time(
    company: Company, alice: Client, deal: Opportunity, stage: StagePicture
) -> None:
    tick = ticking(stage)
    for number in range(40):
        actions.edit(company.alice, deal.pk, {"rating": ("hot", "warm")[number % 2]})
        if number in (2, 5, 38):
            actions.mark_step(company.alice, deal.pk, tick.id, is_done=number != 5)
    first = alice.get(f"/opportunities/{deal.pk}/").content.decode()
    older = first.split('class="older"')[1].split('hx-get="')[1].split('"')[0]
    second = alice.get(older, headers=HTMX).content.decode()
    assert [page.count(f">ticked: {tick.name_en}") for page in (first, second)] == [1, 1]
    assert [page.count(f"unticked: {tick.name_en}") for page in (first, second)] == [0, 1]


def test_a_refused_move_keeps_what_is_typed_in_the_steps(
    alice: Client, deal: Opportunity, stage: StagePicture
) -> None:
    require_step(SYSTEM, asking(stage, "budget").id, is_required=True)
    answer = alice.post(f"/opportunities/{deal.pk}/move/", {"move": "next", "from": "record"}, headers=HTMX)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Required before the next stage" in page
    assert page.count("hx-preserve") == len(stage.steps)


def test_the_way_on_is_still_there_after_a_step_was_saved(
    company: Company, alice: Client, deal: Opportunity, stage: StagePicture
) -> None:
    company.deal("Three pumps", account_id=deal.account_id)
    referer = f"http://testserver/opportunities/{deal.pk}/?from=%2Fopportunities%2F"
    tick = at(deal, ticking(stage))
    page = alice.post(tick, {"done": "on"}, headers={**HTMX, "Referer": referer}).content.decode()
    assert 'data-step="' in page


def test_a_gate_keeps_an_amount_that_is_none(alice: Client, deal: Opportunity, stage: StagePicture) -> None:
    require_step(SYSTEM, asking(stage, "budget").id, is_required=True)
    answer = alice.post(f"/opportunities/{deal.pk}/move/", {"move": "next", "budget": "a lot"}, headers=HTMX)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="a lot"' in page
    assert 'aria-invalid="true" aria-describedby="err-budget"' in page
