"""A row is drawn once for what it shows, and anew as soon as any of it differs."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import date
from typing import Any

import pytest
from django.test import Client
from markupsafe import Markup

from opportune.activities.actions import complete_task
from opportune.identity.actions import change_preferences
from opportune.kernel import clock
from opportune.opportunities import actions
from opportune.process.actions import change_stage
from opportune.reference.actions import categorise
from opportune.web import drawings
from opportune.web.drawings import Drawings
from opportune.web.viewer import Viewer
from tests.deals import SYSTEM
from tests.doors.callers import Market
from tests.web.conftest import SignIn

COLUMNS = "customer,stage,value,probability,close,next_task,in_stage,owner,number,phase,forecast,categories"


@pytest.fixture(autouse=True)
def nothing_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawings, "_drawings", drawings._Kept(drawings.MOST))


@pytest.fixture
def alice(market: Market, sign_in: SignIn) -> Client:
    return sign_in(market.alice)


def rows(client: Client) -> list[str]:
    page = client.get("/opportunities/", {"columns": COLUMNS}).content.decode()
    return re.findall(r"<tr id=row-.*?</tr>", page, re.DOTALL)


def cards(client: Client) -> list[str]:
    page = client.get("/pipeline/sales/").content.decode()
    return re.findall(r"<li id=\"card-.*?</article>", page, re.DOTALL)


def in_french(market: Market) -> None:
    change_preferences(market.alice, language="fr")


def of_a_renamed_stage(market: Market) -> None:
    change_stage(SYSTEM, market.process.stages[0].id, {"name_en": "Sound out"})


def done(market: Market) -> None:
    complete_task(market.alice, market.task.pk)


def moved(market: Market) -> None:
    actions.move(market.alice, market.deal.pk, wish="next")


def worth_more(market: Market) -> None:
    actions.edit(market.alice, market.deal.pk, {"estimated_value": "123456.78"})


def marked(market: Market) -> None:
    categorise(market.alice, market.deal.ref, "red")


def less_patient(market: Market) -> None:
    change_stage(SYSTEM, market.process.stages[0].id, {"expected_days": 77})


@pytest.mark.parametrize(
    ("drawn", "change"),
    [
        *((rows, change) for change in (in_french, of_a_renamed_stage, done, moved, worth_more, marked)),
        *((cards, change) for change in (in_french, less_patient, done, worth_more, marked)),
    ],
)
def test_what_differs_is_drawn_anew(
    alice: Client,
    market: Market,
    drawn: Callable[[Client], list[str]],
    change: Callable[[Market], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = drawn(alice)
    assert before
    assert drawn(alice) == before
    change(market)
    again = drawn(alice)
    assert again != before
    monkeypatch.setattr(drawings, "_drawings", drawings._Kept(drawings.MOST))
    assert drawn(alice) == again


OTHER = Viewer("fr", "USD", "Asia/Tokyo", date(2026, 3, 2), "Else", True, True, {"EUR": 3})


@pytest.mark.parametrize("name", [each.name for each in fields(Viewer)])
def test_nothing_is_shown_that_was_drawn_for_other_eyes(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = Viewer(today=date(2026, 3, 1))
    other = replace(mine, **{name: getattr(OTHER, name)})
    monkeypatch.setattr(drawings, "viewer", lambda: mine)
    Drawings("row", 1).keep(Markup("<tr>"), "deal")
    assert Drawings("row", 1).of("deal") == Markup("<tr>")
    assert not Drawings("row", 2).of("deal")
    assert not Drawings("card", 1).of("deal")
    monkeypatch.setattr(drawings, "viewer", lambda: other)
    assert not Drawings("row", 1).of("deal")


def test_what_was_not_asked_for_long_is_forgotten() -> None:
    kept: drawings._Kept[int] = drawings._Kept(2)
    for each in range(5):
        kept.keep(each, each)
        assert kept.find(0) == 0
    assert [each for each in range(1, 5) if kept.find(each) is None] == [1, 2]


def test_a_row_that_may_be_edited_is_not_shown_to_who_only_reads(market: Market, sign_in: SignIn) -> None:
    assert "data-open" in rows(sign_in(market.alice))[0]
    assert "data-open" not in rows(sign_in(market.company.rita))[0]


def test_other_columns_draw_another_row(alice: Client) -> None:
    whole = rows(alice)
    page = alice.get("/opportunities/", {"columns": "number"}).content.decode()
    assert whole[0] not in page
    assert "c-stage" not in page.split("<tbody")[1]


def test_a_card_of_a_past_day_is_not_one_that_moves(alice: Client, market: Market) -> None:
    assert "data-move" in cards(alice)[0]
    past = alice.get(f"/pipeline/sales/?as_of={clock.today('Europe/Paris')}").content.decode()
    assert f'id="card-{market.deal.pk}"' in past
    assert "data-move" not in past.split("<main")[1]


@pytest.mark.parametrize("shown", [rows, cards])
def test_what_was_drawn_before_is_not_drawn_again(
    alice: Client, shown: Callable[[Client], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[Markup] = []
    keep = Drawings.keep

    def counted(self: Drawings, drawing: Markup, *shown: Any) -> Markup:
        drawn.append(drawing)
        return keep(self, drawing, *shown)

    monkeypatch.setattr(Drawings, "keep", counted)
    first = shown(alice)
    number = len(drawn)
    assert number == len(first) > 0
    assert shown(alice) == first
    assert len(drawn) == number
