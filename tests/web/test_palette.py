"""The command palette, the keys and the shell around every page."""

import re

import pytest
from django.test import Client

from opportune.activities.actions import create_task
from opportune.identity.actions import change_preferences
from opportune.identity.queries import person_actor
from opportune.kernel import clock
from opportune.opportunities import actions
from opportune.opportunities.models import Opportunity
from opportune.opportunities.writing import organisation_today
from opportune.process.queries import process_by_key
from tests.doors.callers import MARK, Market
from tests.people import Company
from tests.web.conftest import SignIn

KINDS = ("opportunity", "account", "contact")


def commands(client: Client, kind: str, record_id: int) -> list[str]:
    """What the palette offers to do with a record, by its names for keys."""
    answer = client.get(f"/palette/{kind}/{record_id}/")
    assert answer.status_code == 200
    return re.findall(r'data-does="(\w+)"', answer.content.decode())


def test_the_palette_finds_deals_accounts_and_contacts(market: Market, sign_in: SignIn) -> None:
    text = sign_in(market.alice).get("/palette/", {"q": MARK}).content.decode()
    assert f'data-href="/opportunities/{market.deal.pk}/"' in text
    assert f'data-href="/accounts/{market.account.pk}/"' in text
    assert f'data-href="/contacts/{market.contact.pk}/"' in text


def test_the_palette_finds_nothing_for_a_stranger(market: Market, sign_in: SignIn) -> None:
    stranger = sign_in(market.company.dan)
    assert "option" not in stranger.get("/palette/", {"q": MARK}).content.decode()
    for kind in KINDS:
        record = {"opportunity": market.deal, "account": market.account, "contact": market.contact}[kind]
        answer = stranger.get(f"/palette/{kind}/{record.pk}/")
        assert answer.status_code == 404
        assert MARK not in answer.content.decode()


def test_nothing_is_asked_for_no_words(market: Market, sign_in: SignIn) -> None:
    assert "option" not in sign_in(market.alice).get("/palette/").content.decode()


def test_an_at_sign_finds_people_and_leads_to_their_deals(market: Market, sign_in: SignIn) -> None:
    text = sign_in(market.alice).get("/palette/", {"q": "@carol"}).content.decode()
    assert text.count('role="option"') == 1
    assert f"owner={market.company.carol.person_id}" in text


def test_an_open_deal_offers_the_moves_that_can_be_made_now(market: Market, sign_in: SignIn) -> None:
    alice = sign_in(market.alice)
    qualify, develop, *_ = process_by_key("sales").stages
    actions.move(market.alice, market.deal.pk, stage_id=qualify.id)
    text = alice.get(f"/palette/opportunity/{market.deal.pk}/").content.decode()
    assert f"Move to {develop.name_en}" in text
    assert f"Move to {qualify.name_en}" not in text
    assert {"won", "lost", "update", "edit"} <= set(commands(alice, "opportunity", market.deal.pk))
    assert not {"reopen", "delete"} & set(commands(alice, "opportunity", market.deal.pk))


def test_the_last_stage_offers_to_finish_before_it_offers_to_go_back(market: Market, sign_in: SignIn) -> None:
    *_, before, last = process_by_key("sales").stages
    Opportunity.objects.filter(pk=market.deal.pk).update(stage_id=last.id)
    text = sign_in(market.alice).get(f"/palette/opportunity/{market.deal.pk}/").content.decode()
    moves = re.findall(r'data-does="move".*?<span class="grow ell">(.*?)</span>', text)
    assert moves[:2] == ["Finish the process", f"Move back to {before.name_en}"]


def test_a_closed_deal_offers_reopening_and_no_move(market: Market, sign_in: SignIn) -> None:
    actions.close(market.alice, market.deal.pk, outcome="lost", reason="PRICE_L", on=organisation_today())
    offered = set(commands(sign_in(market.alice), "opportunity", market.deal.pk))
    assert "reopen" in offered
    assert not {"move", "won", "lost", "update", "edit", "assign"} & offered


def test_who_may_only_read_is_offered_no_change(market: Market, sign_in: SignIn) -> None:
    rita = sign_in(market.company.rita)
    for kind, record in (("opportunity", market.deal), ("account", market.account)):
        assert commands(rita, kind, record.pk) == []


def test_a_kind_that_is_none_is_not_found(market: Market, sign_in: SignIn) -> None:
    assert sign_in(market.alice).get("/palette/process/1/").status_code == 404


def test_single_keys_are_turned_off_and_on(market: Market, sign_in: SignIn) -> None:
    alice = sign_in(market.alice)
    assert b"data-single-keys" not in alice.get("/tasks/").content
    alice.post("/preferences/", {"single_keys": "off"})
    assert b'data-single-keys="off"' in alice.get("/tasks/").content
    assert not person_actor(market.alice.person_id or 0, "web").single_keys
    alice.post("/preferences/", {"single_keys": "on"})
    assert b"data-single-keys" not in alice.get("/tasks/").content


def test_the_keys_are_a_page_without_script(market: Market, sign_in: SignIn) -> None:
    assert b"Keyboard shortcuts</h1>" in sign_in(market.alice).get("/keys/").content


def test_the_bell_tells_how_many_tasks_are_late(market: Market, sign_in: SignIn) -> None:
    alice = sign_in(market.alice)
    before = alice.get("/reminders/bell/").json()["tasks"]
    create_task(market.alice, market.deal.pk, subject="Call", due_on=clock.today("UTC").replace(year=2020))
    after = alice.get("/reminders/bell/").json()["tasks"]
    assert after == {"late": before["late"] + 1, "label": f"{before['late'] + 1} late"}


def test_settings_stand_in_the_sidebar_for_those_who_may(company: Company, sign_in: SignIn) -> None:
    assert b'href="/settings/" data-command' in sign_in(company.ada).get("/tasks/").content
    assert b'href="/settings/"' not in sign_in(company.alice).get("/tasks/").content


def test_who_may_create_nothing_has_no_menu_for_it(company: Company, sign_in: SignIn) -> None:
    assert b'id="create"' in sign_in(company.alice).get("/tasks/").content
    assert b'id="create"' not in sign_in(company.rita).get("/tasks/").content


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_search_field_is_a_form_without_script(market: Market, sign_in: SignIn, language: str) -> None:
    change_preferences(market.alice, language=language)
    text = sign_in(market.alice).get("/tasks/").content.decode()
    assert 'role="search" action="/search/"' in text
    assert ("Rechercher ou lancer une commande" in text) == (language == "fr")
