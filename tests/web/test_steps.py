"""The flyout of a stage: each step is saved on its own, its fault stands at it, and the page says what changed."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from html import unescape

import pytest
from django.test import Client

from opportune.ledger.models import ChangeSet
from opportune.ledger.recording import command
from opportune.opportunities import actions
from opportune.opportunities.actions import Draft, Happening
from opportune.opportunities.models import Opportunity
from opportune.opportunities.writing import organisation_today
from opportune.process.actions import add_step, require_step
from opportune.process.queries import StagePicture, StepPicture, process_by_key
from opportune.reference.actions import set_rate
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


def typed(step: StepPicture, text: str, **more: str) -> dict[str, str]:
    """What the form sends of a step's row."""
    name = step.field or "done"
    return {f"step{step.id}_{key}": value for key, value in {name: text, **more}.items()}


def sent(page: str) -> dict[str, str]:
    """What a browser sends of the form of the steps, untouched."""
    form = page.split('<form id="steps"')[1].split("</form>")[0]
    found = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r' name="(\w+)"', tag), re.search(r' value="([^"]*)"', tag)
        if name and 'type="checkbox"' not in tag:
            found[name[1]] = unescape(value[1]) if value else ""
        elif name and " checked" in tag:
            found[name[1]] = "on"
    for name, inside in re.findall(r'<select[^>]* name="(\w+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', inside)
        found[name] = unescape(chosen[1]) if chosen else ""
    for name, text in re.findall(r'<textarea[^>]* name="(\w+)"[^>]*>(.*?)</textarea>', form, re.DOTALL):
        found[name] = unescape(text).replace("\n", "\r\n")
    return found


def item(page: str, step: StepPicture) -> str:
    """What the flyout shows of a step, with how it begins."""
    return page.split(f'<li id="step-{step.id}-item"')[1].split("</li>")[0]


def test_a_saved_step_brings_the_bar_the_fields_the_timeline_and_its_undo(
    alice: Client, deal: Opportunity, stage: StagePicture
) -> None:
    budget = asking(stage, "budget")
    done = sum(1 for step in stage.steps if step.field == "customer")
    answer = alice.post(at(deal, budget), typed(budget, "1,500"), headers=HTMX)
    assert answer["HX-Retarget"] == "#record-head"
    page = answer.content.decode()
    assert f"{done + 1} of {len(stage.steps)}" in page.split('class="flyout"')[0]
    fields = page.split("innerHTML:#details")[1].split('id="moments"')[0]
    assert "€1,500" in fields.split("<dt>Budget</dt>")[1].split("</dd>")[0]
    assert "changed: Budget" in page.split('id="moments"')[1]
    assert "Saved." in page
    assert f"/undo/{ChangeSet.objects.latest('pk').pk}/" in page


def panel(alice: Client, deal: Opportunity, stage: StagePicture) -> str:
    """The flyout of a stage as it is opened."""
    return alice.get(f"/opportunities/{deal.pk}/stages/{stage.id}/", headers=HTMX).content.decode()


def test_the_other_steps_stay_as_they_are_typed(
    alice: Client, deal: Opportunity, stage: StagePicture
) -> None:
    budget = asking(stage, "budget")
    opened = panel(alice, deal, stage)
    assert "hx-preserve" not in opened
    given = {**sent(opened), **typed(budget, "1500")}
    page = alice.post(at(deal, budget), given, headers=HTMX).content.decode()
    for step in stage.steps:
        assert ("hx-preserve" in item(page, step)) == (step != budget)


def test_a_colleagues_text_is_shown_beside_ones_own_and_can_be_saved_over(
    company: Company, alice: Client, deal: Opportunity, stage: StagePicture
) -> None:
    budget = asking(stage, "budget")
    given = {**sent(panel(alice, deal, stage)), **typed(budget, "1500")}
    actions.edit(company.carol, deal.pk, {"budget": 700, "rating": "hot"})
    refused = alice.post(at(deal, budget), given, headers=HTMX)
    shown = item(refused.content.decode(), budget)
    assert refused.status_code == 409
    assert "Carol changed this first." in shown
    assert "Theirs: €700" in shown
    assert 'value="1500"' in shown
    assert Opportunity.objects.get(pk=deal.pk).budget == 700
    again = sent(refused.content.decode())
    assert alice.post(at(deal, budget), again, headers=HTMX).status_code == 200
    now = Opportunity.objects.get(pk=deal.pk)
    assert (now.budget, now.rating) == (Decimal(1500), "hot")


def test_theirs_is_kept_where_one_says_so(
    company: Company, alice: Client, deal: Opportunity, stage: StagePicture
) -> None:
    budget, purchase = asking(stage, "budget"), asking(stage, "purchase_process")
    given = {**sent(panel(alice, deal, stage)), **typed(budget, "1500"), **typed(purchase, "individual")}
    actions.edit(company.carol, deal.pk, {"budget": 700})
    refused = alice.post(at(deal, budget), given)
    assert refused.status_code == 409
    given = sent(refused.content.decode())
    assert given[f"step{purchase.id}_purchase_process"] == "individual"
    page = alice.post(at(deal, budget), {**given, "theirs": "yes"}).content.decode()
    assert sent(page)[f"step{budget.id}_budget"] == "700"
    assert sent(page)[f"step{purchase.id}_purchase_process"] == "individual"


def test_a_stale_panel_overwrites_nothing_that_was_not_typed_in_it(
    company: Company, alice: Client, deal: Opportunity, stage: StagePicture
) -> None:
    budget, purchase = asking(stage, "budget"), asking(stage, "purchase_process")
    given = {**sent(panel(alice, deal, stage)), **typed(purchase, "individual")}
    actions.edit(company.carol, deal.pk, {"budget": 700})
    for step in (budget, purchase):
        assert alice.post(at(deal, step), given, headers=HTMX).status_code == 200
    now = Opportunity.objects.get(pk=deal.pk)
    assert (now.budget, now.purchase_process) == (Decimal(700), "individual")


def test_without_script_what_is_typed_in_other_steps_is_still_there(
    alice: Client, deal: Opportunity, stage: StagePicture
) -> None:
    budget, purchase, tick = asking(stage, "budget"), asking(stage, "purchase_process"), ticking(stage)
    given = {**sent(panel(alice, deal, stage)), **typed(budget, "1500"), **typed(purchase, "individual")}
    saved = alice.post(at(deal, budget), {**given, **typed(tick, "on")})
    page = saved.content.decode()
    assert "Saved." in page
    assert sent(page)[f"step{purchase.id}_purchase_process"] == "individual"
    assert sent(page)[f"step{tick.id}_done"] == "on"
    assert Opportunity.objects.get(pk=deal.pk).purchase_process == ""
    refused = alice.post(at(deal, budget), {**given, **typed(budget, "a lot")})
    assert sent(refused.content.decode())[f"step{purchase.id}_purchase_process"] == "individual"


def test_enter_without_script_saves_all_that_is_typed_in_a_stage(
    company: Company, alice: Client, deal: Opportunity, stage: StagePicture
) -> None:
    budget, purchase, tick = asking(stage, "budget"), asking(stage, "purchase_process"), ticking(stage)
    given = {**sent(panel(alice, deal, stage)), **typed(budget, "a lot"), **typed(purchase, "individual")}
    address = f"/opportunities/{deal.pk}/stages/{stage.id}/"
    refused = alice.post(address, {**given, **typed(tick, "on")})
    assert refused.status_code == 422
    now = Opportunity.objects.get(pk=deal.pk)
    assert (now.purchase_process, now.budget) == ("individual", None)
    assert 'value="a lot"' in item(refused.content.decode(), budget)
    mended = {**sent(refused.content.decode()), **typed(budget, "1500")}
    assert alice.post(address, mended).status_code == 302
    assert Opportunity.objects.get(pk=deal.pk).budget == 1500


def test_a_figure_of_the_header_leaves_the_panel_open_with_what_is_typed(
    alice: Client, deal: Opportunity, stage: StagePicture
) -> None:
    budget, purchase = asking(stage, "budget"), asking(stage, "purchase_process")
    given = {**sent(panel(alice, deal, stage)), **typed(budget, "1500")}
    cell = {"estimated_value": "4000", "place": "record", "version": str(deal.version)}
    page = alice.post(
        f"/opportunities/{deal.pk}/cells/value/", {**given, **cell}, headers=HTMX
    ).content.decode()
    assert 'class="flyout"' in page
    for step in (budget, purchase):
        assert "hx-preserve" in item(page, step)
    back = alice.get(f"/opportunities/{deal.pk}/head/?opened={stage.id}", headers=HTMX).content.decode()
    assert "hx-preserve" in item(back, budget)
    assert 'class="flyout"' not in alice.get(f"/opportunities/{deal.pk}/head/", headers=HTMX).content.decode()


def test_a_step_shows_what_was_written_elsewhere_unless_something_is_typed_in_it(
    company: Company, alice: Client, deal: Opportunity, stage: StagePicture
) -> None:
    budget, purchase = asking(stage, "budget"), asking(stage, "purchase_process")
    given = sent(panel(alice, deal, stage))
    actions.edit(company.carol, deal.pk, {"budget": 700})
    page = alice.post(at(deal, purchase), {**given, **typed(purchase, "individual")}, headers=HTMX)
    assert "hx-preserve" not in item(page.content.decode(), budget)
    assert 'value="700"' in item(page.content.decode(), budget)
    unsaved = {**given, **typed(budget, "900")}
    page = alice.post(at(deal, purchase), unsaved, headers=HTMX)
    assert "hx-preserve" in item(page.content.decode(), budget)


def test_a_step_that_changes_nothing_says_nothing(
    alice: Client, deal: Opportunity, stage: StagePicture
) -> None:
    budget = asking(stage, "budget")
    page = alice.post(at(deal, budget), typed(budget, ""), headers=HTMX).content.decode()
    assert "Saved." not in page
    assert 'class="flyout"' in page


def test_a_fault_stands_at_its_step_with_what_was_typed(
    alice: Client, deal: Opportunity, stage: StagePicture
) -> None:
    budget = asking(stage, "budget")
    answer = alice.post(at(deal, budget), typed(budget, "a lot"), headers=HTMX)
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
    answer = alice.post(at(deal, budget), typed(budget, "a lot"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "<h1>Two pumps</h1>" in page
    assert 'value="a lot"' in item(page, budget)
    saved = alice.post(at(deal, budget), typed(budget, "1500"), follow=True).content.decode()
    assert "Saved." in saved
    assert 'value="1500"' in item(saved, budget)


def test_ticks_are_told_in_the_timeline(
    company: Company, alice: Client, deal: Opportunity, stage: StagePicture
) -> None:
    """A tick is not the field of a like name: that one stays as it is."""
    tick = ticking(stage)
    actions.edit(company.alice, deal.pk, {"rating": "hot"})
    page = alice.post(at(deal, tick), typed(tick, "on"), headers=HTMX).content.decode()
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


def test_what_was_imported_lies_in_the_timeline_where_it_happened(
    company: Company, alice: Client, deal: Opportunity, stage: StagePicture
) -> None:
    """One command may bring what happened on many days, and do something today."""
    first, second = (ticking(one) for one in process_by_key("sales").stages[:2])
    then = datetime(2025, 10, 6, 9, tzinfo=UTC)
    past = (
        Happening("enter", then, then.date(), stage_id=stage.id),
        Happening("tick", then + timedelta(days=2), (then + timedelta(days=2)).date(), step_id=first.id),
        *(
            Happening(
                "enter", then + timedelta(days=day), (then + timedelta(days=day)).date(), stage_id=stage.id
            )
            for day in range(3, 40)
        ),
    )
    fields = {"subject": "Past", "account_id": deal.account_id}
    with command(company.alice, "bring"):
        [made] = actions.create_many(
            company.alice,
            [Draft(fields, stage_id=None, created_at=then, created_on=then.date(), history=past)],
        )
        assert isinstance(made, Opportunity)
        actions.mark_step(company.alice, made.pk, second.id)
    page = alice.get(f"/opportunities/{made.pk}/").content.decode()
    shown = page.split('id="moments"')[1].split('class="older"')
    older = alice.get(shown[1].split('hx-get="')[1].split('"')[0], headers=HTMX).content.decode()
    assert shown[0].index(">Today<") < shown[0].index(f"ticked: {second.name_en}") < shown[0].index("2025<")
    assert ">Today<" not in older
    assert [part.count(f">ticked: {first.name_en}") for part in (shown[0], older)] == [0, 1]


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
    tick = ticking(stage)
    page = alice.post(
        at(deal, tick), typed(tick, "on"), headers={**HTMX, "Referer": referer}
    ).content.decode()
    assert 'data-step="' in page


def test_a_gate_keeps_an_amount_that_is_none(alice: Client, deal: Opportunity, stage: StagePicture) -> None:
    require_step(SYSTEM, asking(stage, "budget").id, is_required=True)
    answer = alice.post(f"/opportunities/{deal.pk}/move/", {"move": "next", "budget": "a lot"}, headers=HTMX)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="a lot"' in page
    assert 'aria-invalid="true" aria-describedby="err-budget"' in page


def moving(deal: Opportunity) -> str:
    return f"/opportunities/{deal.pk}/move/"


def test_what_is_typed_in_a_stage_is_saved_with_the_move(
    company: Company, alice: Client, deal: Opportunity, stage: StagePicture
) -> None:
    """Also what the next stage asks for; what a colleague wrote in another field meanwhile stays."""
    budget, purchase = asking(stage, "budget"), asking(stage, "purchase_process")
    require_step(SYSTEM, budget.id, is_required=True)
    given = {**sent(panel(alice, deal, stage)), **typed(budget, "1500"), "move": "next"}
    actions.edit(company.carol, deal.pk, {"purchase_process": "individual"})
    moved = alice.post(moving(deal), given, headers=HTMX)
    assert moved.status_code == 204
    now = Opportunity.objects.get(pk=deal.pk)
    assert (now.budget, now.purchase_process) == (Decimal(1500), "individual")
    assert purchase.field == "purchase_process"
    assert now.stage_id != stage.id


@pytest.mark.parametrize("headers", [HTMX, {}])
def test_a_move_waits_for_what_cannot_be_saved(
    alice: Client, deal: Opportunity, stage: StagePicture, headers: dict[str, str]
) -> None:
    budget, purchase = asking(stage, "budget"), asking(stage, "purchase_process")
    given = {**sent(panel(alice, deal, stage)), **typed(budget, "a lot"), **typed(purchase, "individual")}
    refused = alice.post(moving(deal), {**given, "move": "next"}, headers=headers)
    page = refused.content.decode()
    assert refused.status_code == 422
    assert "The opportunity stays where it is until this is saved." in page
    assert 'value="a lot"' in item(page, budget)
    now = Opportunity.objects.get(pk=deal.pk)
    assert (now.stage_id, now.budget, now.purchase_process) == (stage.id, None, "individual")
    mended = {**sent(page), **typed(budget, "1500"), "move": "next"}
    assert alice.post(moving(deal), mended, headers=headers).status_code in (204, 302)
    now = Opportunity.objects.get(pk=deal.pk)
    assert (now.stage_id != stage.id, now.budget) == (True, Decimal(1500))


@pytest.mark.parametrize("headers", [HTMX, {}])
def test_a_move_shows_a_colleagues_text_beside_ones_own_first(
    company: Company, alice: Client, deal: Opportunity, stage: StagePicture, headers: dict[str, str]
) -> None:
    budget = asking(stage, "budget")
    given = {**sent(panel(alice, deal, stage)), **typed(budget, "1500"), "move": "next"}
    actions.edit(company.carol, deal.pk, {"budget": 700})
    refused = alice.post(moving(deal), given, headers=headers)
    page = refused.content.decode()
    assert refused.status_code == 409
    assert "Theirs: €700" in item(page, budget)
    assert 'value="1500"' in item(page, budget)
    now = Opportunity.objects.get(pk=deal.pk)
    assert (now.stage_id, now.budget) == (stage.id, Decimal(700))
    assert alice.post(moving(deal), {**sent(page), "move": "next"}, headers=headers).status_code in (204, 302)
    now = Opportunity.objects.get(pk=deal.pk)
    assert (now.stage_id != stage.id, now.budget) == (True, Decimal(1500))


def test_what_was_typed_is_saved_where_a_colleague_moved_the_deal_first(
    company: Company, alice: Client, deal: Opportunity, stage: StagePicture
) -> None:
    budget = asking(stage, "budget")
    given = {**sent(panel(alice, deal, stage)), **typed(budget, "1500"), "move": "next"}
    actions.move(company.carol, deal.pk, wish="next")
    standing = Opportunity.objects.get(pk=deal.pk).stage_id
    refused = alice.post(moving(deal), given, headers=HTMX)
    page = refused.content.decode()
    assert refused.status_code == 409
    assert "Carol changed this first." in page
    assert "hx-preserve" not in item(page, budget)
    assert 'value="1500"' in item(page, budget)
    now = Opportunity.objects.get(pk=deal.pk)
    assert (now.stage_id, now.budget) == (standing, Decimal(1500))


def test_a_gate_that_refuses_after_a_save_shows_what_was_saved(
    alice: Client, deal: Opportunity, stage: StagePicture
) -> None:
    budget, purchase = asking(stage, "budget"), asking(stage, "purchase_process")
    require_step(SYSTEM, purchase.id, is_required=True)
    given = {**sent(panel(alice, deal, stage)), **typed(budget, "1500"), "move": "next"}
    refused = alice.post(moving(deal), given, headers=HTMX)
    page = refused.content.decode()
    assert (refused.status_code, refused["HX-Retarget"]) == (422, "#record-head")
    assert "Required before the next stage" in page
    assert "€1,500" in page.split("innerHTML:#details")[1]
    assert sent(page)[f"step{budget.id}_budget"] == "1500"


def money_stage(company: Company) -> tuple[StagePicture, StepPicture, StepPicture]:
    """The first stage, which asks for the currency and the value, too."""
    set_rate(company.ada, code="USD", rate=Decimal(2), valid_from=date(2020, 1, 1))
    first = process_by_key("sales").stages[0]
    for field in ("currency", "estimated_value"):
        add_step(company.ada, first.id, name_en=field, name_fr=field, what="field", field=field)
    stage = process_by_key("sales").stages[0]
    return stage, asking(stage, "currency"), asking(stage, "estimated_value")


def brought(page: str, form: dict[str, str], *saved: StepPicture) -> dict[str, str]:
    """What the browser would send after an answer: its own rows but for those that were saved, and what came along."""
    own = {f"step{step.id}_" for step in saved}
    stay = {name: value for name, value in form.items() if not name.startswith(tuple(own))}
    fresh = {name: value for name, value in sent(page).items() if name.startswith(tuple(own))}
    along = re.findall(r'name="(step\d+_version)" value="(\d+)" hx-swap-oob="true"', page)
    return {**stay, **fresh, **dict(along)}


def test_ones_own_save_of_the_currency_is_no_conflict_with_the_value(
    company: Company, alice: Client, deal: Opportunity
) -> None:
    stage, currency, value = money_stage(company)
    given = {**sent(panel(alice, deal, stage)), **typed(currency, "USD"), **typed(value, "5000")}
    saved = alice.post(at(deal, currency), given, headers=HTMX)
    assert "hx-preserve" in item(saved.content.decode(), value)
    then = brought(saved.content.decode(), given, currency)
    assert alice.post(at(deal, value), then, headers=HTMX).status_code == 200
    now = Opportunity.objects.get(pk=deal.pk)
    assert (now.currency, now.estimated_value) == ("USD", Decimal(5000))


def test_both_are_saved_at_once_and_a_colleagues_currency_still_is_a_conflict(
    company: Company, alice: Client, deal: Opportunity
) -> None:
    stage, currency, value = money_stage(company)
    address = f"/opportunities/{deal.pk}/stages/{stage.id}/"
    given = {**sent(panel(alice, deal, stage)), **typed(currency, "USD"), **typed(value, "5000")}
    assert alice.post(address, given).status_code == 302
    given = {**sent(panel(alice, deal, stage)), **typed(value, "6000")}
    actions.edit(company.carol, deal.pk, {"currency": "EUR"})
    purchase = asking(stage, "purchase_process")
    saved = alice.post(at(deal, purchase), {**given, **typed(purchase, "individual")}, headers=HTMX)
    assert "Saved." in saved.content.decode()
    then = brought(saved.content.decode(), given, purchase)
    assert alice.post(at(deal, value), then, headers=HTMX).status_code == 409
    assert Opportunity.objects.get(pk=deal.pk).estimated_value == 5000


def test_ones_own_figure_in_the_header_is_no_conflict_with_a_step(
    company: Company, alice: Client, deal: Opportunity
) -> None:
    stage, currency, _ = money_stage(company)
    given = {**sent(panel(alice, deal, stage)), **typed(currency, "USD")}
    cell = {"estimated_value": "4000", "place": "record", "version": str(deal.version)}
    page = alice.post(f"/opportunities/{deal.pk}/cells/value/", {**given, **cell}, headers=HTMX)
    then = brought(page.content.decode(), given)
    assert alice.post(at(deal, currency), then, headers=HTMX).status_code == 200
    assert Opportunity.objects.get(pk=deal.pk).currency == "USD"


@pytest.mark.parametrize("headers", [HTMX, {}])
@pytest.mark.parametrize("how", ["save", "move"])
def test_what_is_typed_stays_where_a_colleague_closed_the_deal(
    company: Company, alice: Client, deal: Opportunity, stage: StagePicture, headers: dict[str, str], how: str
) -> None:
    budget = asking(stage, "budget")
    given = {**sent(panel(alice, deal, stage)), **typed(budget, "1500"), "move": "next"}
    actions.close(company.carol, deal.pk, outcome="lost", reason="PRICE_L", on=organisation_today())
    refused = alice.post(at(deal, budget) if how == "save" else moving(deal), given, headers=headers)
    page = refused.content.decode()
    assert refused.status_code == 409
    assert "This opportunity is closed. Reopen it to change it." in page
    assert "What you typed is not saved. It stays here." in page
    assert "hx-preserve" in item(page, budget) if headers else 'value="1500"' in item(page, budget)
    assert "Next stage" not in page.split('class="flyout"')[1]
    assert Opportunity.objects.get(pk=deal.pk).budget is None
    actions.reopen(company.carol, deal.pk)
    assert alice.post(at(deal, budget), given, headers=headers).status_code in (200, 302)
    assert Opportunity.objects.get(pk=deal.pk).budget == 1500
