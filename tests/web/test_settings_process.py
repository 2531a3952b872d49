"""The settings: processes, stages and steps through the pages (C-071…C-103)."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from opportune.process import actions
from opportune.process.queries import known_fields, process_by_id, process_by_key, processes
from opportune.web.opportunities.names import field_names
from tests.doors.callers import Market
from tests.web.conftest import SignIn

HTMX = {"HX-Request": "true"}
PAGE = "/settings/process/"


@pytest.fixture
def ada(market: Market, sign_in: SignIn) -> Client:
    """A browser of an administrator."""
    return sign_in(market.company.ada)


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def sales() -> Any:
    return process_by_key("sales")


def test_only_administrators_reach_the_settings(market: Market, sign_in: SignIn, ada: Client) -> None:
    for who in (market.alice, market.company.carol):
        for address in ("/settings/", PAGE, f"{PAGE}new/"):
            assert sign_in(who).get(address).status_code == 403
    assert PAGE in text_of(ada.get("/settings/"))


def test_links_to_the_settings_are_for_administrators(market: Market, sign_in: SignIn, ada: Client) -> None:
    addresses = [
        "/pipeline/",
        f"/opportunities/{market.deal.pk}/?stage={market.process.stages[0].id}",
        f"/opportunities/{market.deal.pk}/move/",
    ]
    link = "/settings/process/?process=sales"
    for address in addresses:
        assert link in text_of(ada.get(address, headers=HTMX if "move" in address else {})), address
        assert "/settings/process" not in text_of(sign_in(market.alice).get(address))
    assert 'href="/settings/"' in text_of(ada.get("/tasks/"))


def test_the_page_shows_stages_steps_and_figures(market: Market, ada: Client) -> None:
    shown = text_of(ada.get(PAGE))
    for stage in sales().stages:
        assert stage.name_en in shown
        for step in stage.steps:
            assert step.name_en in shown
    assert '1 open, <span title="€1,000.50">€1,001</span>' in shown
    assert "Contact Manager stages" in shown
    other = text_of(ada.get(f"{PAGE}?process=contact_manager"))
    assert "Needs analysis" in other
    assert "Identify account" not in other


def test_the_page_makes_as_many_queries_for_many_deals(market: Market, ada: Client) -> None:
    def spent() -> int:
        with CaptureQueriesContext(connection) as queries:
            ada.get(PAGE)
        return len(queries)

    few = spent()
    for number in range(5):
        market.another(f"Deal {number}")
        actions.add_stage(
            market.company.ada, market.process.id, {"name_en": f"S{number}", "name_fr": f"É{number}"}
        )
    assert spent() == few


def test_a_process_is_added_changed_and_deleted(ada: Client) -> None:
    assert ada.get(f"{PAGE}new/", headers=HTMX).status_code == 200
    refused = ada.post(f"{PAGE}new/", {"name_en": "", "name_fr": "Court", "method": "add"}, headers=HTMX)
    assert (refused.status_code, "This field is required." in text_of(refused)) == (422, True)
    ada.post(f"{PAGE}new/", {"name_en": "Short", "name_fr": "Court", "method": "add", "comments": ""})
    short = process_by_key("short")
    assert (short.method, short.estimates_required) == ("add", False)
    ada.post(
        f"{PAGE}{short.id}/edit/",
        {
            "name_en": "Shorter",
            "name_fr": "Court",
            "method": "add",
            "estimates_required": "on",
            "version": "1",
        },
    )
    assert (process_by_id(short.id).name_en, process_by_id(short.id).estimates_required) == ("Shorter", True)
    assert "Shorter" in text_of(ada.get(f"{PAGE}{short.id}/edit/"))
    ada.post(f"{PAGE}{short.id}/delete/")
    assert "short" not in {process.key for process in processes()}


def test_a_stale_form_is_answered_with_the_conflict(market: Market, ada: Client) -> None:
    address = f"{PAGE}{market.process.id}/edit/"
    given = {"name_en": "Mine", "name_fr": "Le mien", "method": "stage", "version": "1"}
    actions.change_process(market.company.ada, market.process.id, {"name_en": "Theirs"})
    refused = ada.post(address, given)
    assert (refused.status_code, "changed this first" in text_of(refused)) == (409, True)
    assert sales().name_en == "Theirs"


def test_a_used_process_is_retired_not_deleted(market: Market, ada: Client) -> None:
    address = f"{PAGE}{market.process.id}/"
    ada.post(f"{PAGE}{process_by_key('new').id}/default/")
    assert "1 open opportunity runs in it." in text_of(ada.get(f"{address}delete/", headers=HTMX))
    refused = ada.post(f"{address}delete/", headers=HTMX)
    assert (refused.status_code, "Retire it instead." in text_of(refused)) == (422, True)
    ada.post(f"{address}retire/", {"retired": "yes"})
    assert sales().is_retired
    ada.post(f"{address}retire/", {"retired": "no"})
    assert not sales().is_retired


def test_arrows_move_and_say_so(market: Market, ada: Client) -> None:
    stage = market.process.stages[0]
    moved = ada.post(f"/settings/stages/{stage.id}/shift/down/", headers=HTMX)
    assert f'id="stage-{stage.id}-grip"' in text_of(moved)
    assert "Order changed." in text_of(moved)
    assert "/undo/" in text_of(moved)
    assert [one.key for one in sales().stages] == ["develop", "qualify", "propose", "close"]
    ada.post(f"/settings/stages/{stage.id}/shift/up/")
    at_edge = ada.post(f"/settings/stages/{stage.id}/shift/up/", headers=HTMX)
    assert "It is at the edge already." in text_of(at_edge)
    step = stage.steps[0]
    ada.post(f"/settings/steps/{step.id}/shift/down/", headers=HTMX)
    assert sales().stages[0].steps[1].id == step.id
    ada.post(f"{PAGE}{market.process.id}/shift/down/", headers=HTMX)
    assert processes()[1].key == "sales"
    assert ada.post(f"{PAGE}{market.process.id}/shift/sideways/").status_code == 404


def test_a_stage_is_added_and_changed(market: Market, ada: Client) -> None:
    address = f"{PAGE}{market.process.id}/stages/new/"
    given = {
        "name_en": "Demo",
        "name_fr": "Démonstration",
        "chance": "33,5 %",
        "completed": "40",
        "expected_days": "10",
        "close_date_formula": "1m",
        "allow_skip": "on",
        "guidance_en": "Show\r\nit.",
    }
    refused = ada.post(address, {**given, "chance": "101", "close_date_formula": "soon"}, headers=HTMX)
    assert (refused.status_code, text_of(refused).count('aria-invalid="true"')) == (422, 2)
    ada.post(address, given)
    made = sales().stages[-1]
    assert (f"{made.chance:.2f}", made.close_date_formula, made.allow_skip) == ("33.50", "1M", True)
    assert made.guidance_en == "Show\nit."
    form = text_of(ada.get(f"/settings/stages/{made.id}/edit/"))
    assert 'value="33.5"' in form
    assert 'value="1M"' in form
    same = {
        **given,
        "chance": "33.5",
        "close_date_formula": "1M",
        "name_fr": "Démo",
        "version": str(made.version),
    }
    ada.post(f"/settings/stages/{made.id}/edit/", same)
    assert (sales().stages[-1].name_fr, sales().stages[-1].version) == ("Démo", made.version + 1)


def test_the_default_stage_is_set_and_cleared(market: Market, ada: Client) -> None:
    _first, second, *_ = market.process.stages
    ada.post(f"/settings/stages/{second.id}/default/")
    assert sales().default_stage.id == second.id
    ada.post(f"/settings/stages/{second.id}/default/")
    assert sales().default_stage is None


def test_a_stage_is_deleted_with_a_replacement(market: Market, ada: Client) -> None:
    first, second, *_ = market.process.stages
    address = f"/settings/stages/{first.id}/delete/"
    asked = text_of(ada.get(address, headers=HTMX))
    assert "1 open opportunity, worth €1,000.50, is in this stage." in asked
    assert "Move the 6 steps" in asked
    wrong = ada.post(address, {"replacement": str(first.id)}, headers=HTMX)
    assert (wrong.status_code, "Choose another stage" in text_of(wrong)) == (422, True)
    ada.post(address, {"replacement": str(second.id), "move_steps": "on"})
    market.deal.refresh_from_db()
    assert market.deal.stage_id == second.id
    assert len(sales().stages[0].steps) == 10


def test_a_step_is_added_changed_moved_and_deleted(market: Market, ada: Client) -> None:
    first, second, *_ = market.process.stages
    address = f"/settings/stages/{first.id}/steps/new/"
    assert "Budget" in text_of(ada.get(address, headers=HTMX))
    refused = ada.post(address, {"what": "field", "name_en": "Ask", "name_fr": "Demander"}, headers=HTMX)
    assert (refused.status_code, "Choose the field" in text_of(refused)) == (422, True)
    ada.post(address, {"what": "task", "name_en": "Call", "name_fr": "Appeler", "delay_days": "2"})
    made = sales().stages[0].steps[-1]
    assert (made.what, made.delay_days, made.is_required) == ("task", 2, False)
    form = f"/settings/steps/{made.id}/edit/"
    assert 'value="Appeler"' in text_of(ada.get(form))
    changes = {
        "name_en": "Call",
        "name_fr": "Appeler",
        "delay_days": "4",
        "reminder_days": "1",
        "is_required": "on",
    }
    ada.post(form, {**changes, "version": str(made.version)})
    made = sales().stages[0].steps[-1]
    assert (made.delay_days, made.reminder_days, made.is_required) == (4, 1, True)
    ada.post(f"/settings/steps/{made.id}/stage/{second.id}/")
    assert sales().stages[1].steps[-1].id == made.id
    asked = text_of(ada.get(f"/settings/steps/{made.id}/delete/", headers=HTMX))
    assert "0 open opportunities show it, 0 completed." in asked
    ada.post(f"/settings/steps/{made.id}/delete/")
    assert len(sales().stages[1].steps) == 4


def test_comments_are_added(market: Market, ada: Client) -> None:
    ada.post(f"{PAGE}{market.process.id}/comment/", {"text": "Agreed <b>."})
    ada.post(f"/settings/stages/{market.process.stages[0].id}/comment/", {"text": "First."})
    shown = text_of(ada.get(PAGE))
    assert "Ada: Agreed &lt;b&gt;." in shown
    assert "Ada: First." in shown
    assert ada.post(f"{PAGE}{market.process.id}/comment/", {"text": " "}).status_code == 422


def test_an_unknown_process_shows_the_first(market: Market, ada: Client) -> None:
    assert "Qualify" in text_of(ada.get(f"{PAGE}?process=absent"))


def test_every_field_a_step_may_ask_for_has_a_name() -> None:
    assert known_fields() - set(field_names()) == set()
