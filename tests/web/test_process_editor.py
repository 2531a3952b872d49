"""The editor of processes: what is done to stages and steps where they stand, and what other people did first."""

from typing import Any

import pytest
from django.test import Client

from opportune.process import actions
from opportune.process.queries import ProcessPicture, process_by_key
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


def sales() -> ProcessPicture:
    return process_by_key("sales")


def seen(things: Any) -> str:
    return ",".join(str(thing.id) for thing in things)


def test_a_stage_lands_where_it_is_dropped_and_can_be_taken_back(market: Market, ada: Client) -> None:
    first, *_ = sales().stages
    dropped = ada.post(
        f"/settings/stages/{first.id}/place/", {"position": "2", "seen": seen(sales().stages)}, headers=HTMX
    )
    assert "“Qualify” moved to place 3." in text_of(dropped)
    assert "/undo/" in text_of(dropped)
    assert [stage.key for stage in sales().stages] == ["develop", "propose", "qualify", "close"]


def test_a_drop_into_an_order_that_is_gone_shows_the_order_and_says_who(market: Market, ada: Client) -> None:
    stages = sales().stages
    actions.shift_stage(market.company.ada, stages[3].id, -3)
    refused = ada.post(
        f"/settings/stages/{stages[0].id}/place/", {"position": "2", "seen": seen(stages)}, headers=HTMX
    )
    assert (refused.status_code, "Ada changed the order first." in text_of(refused)) == (409, True)
    assert 'id="tree"' in text_of(refused)
    assert [stage.key for stage in sales().stages] == ["close", "qualify", "develop", "propose"]


def test_what_somebody_deleted_meanwhile_is_gone_from_the_answer(market: Market, ada: Client) -> None:
    stage = sales().stages[0]
    step = stage.steps[0]
    actions.delete_step(market.company.ada, step.id)
    refused = ada.post(
        f"/settings/steps/{step.id}/place/",
        {"position": "2", "into": str(stage.id), "seen": seen(stage.steps)},
        headers=HTMX,
    )
    assert refused.status_code == 409
    assert f'id="step-{step.id}"' not in text_of(refused)
    assert 'id="tree"' in text_of(refused)


def test_a_step_lands_in_another_stage_at_its_place(market: Market, ada: Client) -> None:
    first, second, *_ = sales().stages
    step = first.steps[0]
    dropped = ada.post(
        f"/settings/steps/{step.id}/place/",
        {"position": "1", "into": str(second.id), "seen": seen(second.steps)},
        headers=HTMX,
    )
    assert f"“{step.name_en}” moved to place 2 of Develop." in text_of(dropped)
    assert [each.id for each in sales().stages[1].steps][1] == step.id


def test_menus_move_without_dragging_and_without_script(market: Market, ada: Client) -> None:
    first, second, *_ = sales().stages
    step = first.steps[0]
    shown = text_of(ada.get(f"/settings/steps/{step.id}/menu/"))
    assert f'action="/settings/steps/{step.id}/stage/{second.id}/"' in shown
    assert "<html" in shown
    menu = text_of(ada.get(f"/settings/stages/{first.id}/menu/", headers=HTMX))
    assert f'action="/settings/stages/{first.id}/shift/down/"' in menu
    assert "Delete the stage" in menu
    assert "Delete the stage" not in text_of(
        ada.get(f"/settings/stages/{first.id}/menu/?order=1", headers=HTMX)
    )


def test_a_field_of_a_stage_is_saved_where_it_stands(market: Market, ada: Client) -> None:
    stage = sales().stages[0]
    shown = {"name_en": "Qualify", "name_fr": "Qualification", "chance": "20", "expected_days": "14"}
    saved = ada.post(
        f"/settings/stages/{stage.id}/fields/",
        {**shown, "chance": "30 %", "version": str(stage.version), "was": '{"chance": "20"}'},
        headers=HTMX,
    )
    assert "30%" in text_of(saved)
    assert f'name="version" value="{stage.version + 1}"' in text_of(saved)
    assert sales().stages[0].chance == 30


def test_a_field_that_cannot_be_saved_says_why_and_keeps_what_was_typed(market: Market, ada: Client) -> None:
    stage = sales().stages[0]
    refused = ada.post(
        f"/settings/stages/{stage.id}/fields/",
        {"chance": "200", "expected_days": "soon", "version": str(stage.version), "was": "{}"},
        headers=HTMX,
    )
    assert refused.status_code == 422
    assert refused["HX-Retarget"] == f"#stage-{stage.id}-fields"
    assert text_of(refused).count('aria-invalid="true"') == 2
    assert 'value="200"' in text_of(refused)


def test_other_fields_of_a_stage_merge_and_the_same_field_shows_both(market: Market, ada: Client) -> None:
    stage = sales().stages[0]
    was = '{"name_en": "Qualify", "name_fr": "Qualification", "chance": "20", "expected_days": "14"}'
    given = {"name_en": "Qualify", "name_fr": "Qualification", "chance": "20", "expected_days": "14"}
    given |= {"version": str(stage.version), "was": was}
    actions.change_stage(market.company.ada, stage.id, {"name_en": "Check"})
    address = f"/settings/stages/{stage.id}/fields/"
    assert ada.post(address, {**given, "chance": "35"}, headers=HTMX).status_code == 200
    assert (sales().stages[0].name_en, str(sales().stages[0].chance)[:2]) == ("Check", "35")
    refused = ada.post(address, {**given, "name_en": "Sound out"}, headers=HTMX)
    assert refused.status_code == 409
    assert "Ada changed this first." in text_of(refused)
    assert "Name in English</a> <b>Check</b> (yours: Sound out)" in text_of(refused)
    assert 'value="Sound out"' in text_of(refused)
    again = {**given, "name_en": "Sound out", "version": str(sales().stages[0].version)}
    assert ada.post(address, again, headers=HTMX).status_code == 200
    assert sales().stages[0].name_en == "Sound out"


def test_a_step_is_edited_in_its_row(market: Market, ada: Client) -> None:
    step = sales().stages[0].steps[0]
    address = f"/settings/steps/{step.id}/edit/"
    form = text_of(ada.get(f"{address}?row=1", headers=HTMX))
    assert f'<li class="stp editing-step" id="step-{step.id}"' in form
    given = {"row": "1", "what": step.what, "field": step.field, "version": str(step.version)}
    refused = ada.post(address, {**given, "name_en": "", "name_fr": "Contact"}, headers=HTMX)
    assert (refused.status_code, "This field is required." in text_of(refused)) == (422, True)
    saved = ada.post(address, {**given, "name_en": "Who", "name_fr": "Qui"}, headers=HTMX)
    assert 'data-name="Who"' in text_of(saved)
    stale = ada.post(address, {**given, "name_en": "Whom", "name_fr": "Qui"}, headers=HTMX)
    assert (stale.status_code, "<b>Who</b> (yours: Whom)" in text_of(stale)) == (409, True)
    assert f'name="version" value="{step.version + 1}"' in text_of(stale)


def test_switches_require_a_step_and_let_a_stage_be_skipped(market: Market, ada: Client) -> None:
    stage = sales().stages[0]
    step = stage.steps[0]
    ada.post(f"/settings/steps/{step.id}/required/", {"is_required": "on"}, headers=HTMX)
    ada.post(f"/settings/stages/{stage.id}/skipping/", {"allow_skip": "on"}, headers=HTMX)
    stage = sales().stages[0]
    assert (stage.steps[0].is_required, stage.allow_skip) == (True, True)
    ada.post(f"/settings/steps/{step.id}/required/", {})
    assert not sales().stages[0].steps[0].is_required


def test_what_is_unfolded_stays_so(market: Market, ada: Client) -> None:
    first, second, *_ = sales().stages
    address = f"{PAGE}?process=sales&open={second.id}"
    assert f'<li class="stc open" id="stage-{second.id}"' in text_of(ada.get(address))
    moved = ada.post(
        f"/settings/stages/{first.id}/shift/down/",
        headers={**HTMX, "HX-Current-URL": f"http://testserver{address}"},
    )
    assert f'<li class="stc open" id="stage-{second.id}"' in text_of(moved)
    assert f'<li class="stc" id="stage-{first.id}"' in text_of(moved)


def test_deleting_a_stage_offers_the_next_one_and_says_what_it_is_worth(market: Market, ada: Client) -> None:
    first, second, *_ = sales().stages
    asked = text_of(ada.get(f"/settings/stages/{first.id}/delete/", headers=HTMX))
    assert "1 open opportunity, worth €1,000.50, is in this stage." in asked
    assert f'<option value="{second.id}" selected>' in asked
    assert "Delete and move 1" in asked


def test_nobody_else_moves_anything(market: Market, sign_in: SignIn) -> None:
    stage = sales().stages[0]
    alice = sign_in(market.alice)
    before = sales()
    for address in (
        f"stages/{stage.id}/place/",
        f"stages/{stage.id}/fields/",
        f"stages/{stage.id}/skipping/",
        f"steps/{stage.steps[0].id}/place/",
        f"steps/{stage.steps[0].id}/required/",
    ):
        given = {"position": "2", "into": str(stage.id), "name_en": "Mine", "version": "1"}
        assert alice.post(f"/settings/{address}", given).status_code == 403, address
    assert sales() == before
