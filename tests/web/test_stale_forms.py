"""Every form of an existing thing: what a colleague wrote since is shown beside one's own, and then it can be saved."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import resolve

from opportune.campaigns import actions as campaigns
from opportune.campaigns.models import Campaign, Segment, SegmentMember
from opportune.customers import actions as customers
from opportune.customers.models import Account, Connection, Contact
from opportune.opportunities import actions
from opportune.opportunities.models import Competitor, Opportunity, Rival
from opportune.opportunities.writing import organisation_today
from opportune.process import actions as processes
from opportune.process.models import Process, Stage, Step
from tests.doors.callers import Market
from tests.web.conftest import SignIn
from tests.web.test_conflicts import form_of, told
from tests.web.test_deal_forms import hidden
from tests.web.test_guards import ROUTES, filled, hang

HTMX = {"HX-Request": "true"}
SAVED = (200, 204, 302)
Change = Callable[[Market, dict[str, Any]], Any]


@dataclass(frozen=True)
class Form:
    """A form, what of its thing both write (`field`: theirs, mine, and how theirs is told), and what only they do."""

    address: Callable[[Market], str]
    change: Change
    field: str
    theirs: Any
    mine: str
    said: str
    other: str
    elsewhere: Callable[[Market], Any]
    kept: Callable[[Market], Any]

    def write(self, market: Market, *names: str) -> None:
        """What the colleague changes."""
        values = {self.field: self.theirs, self.other: self.elsewhere(market)}
        self.change(market, {name: values[name] for name in names})

    def stands(self, market: Market, name: str) -> str:
        """What is kept in a field by now."""
        value = getattr(self.kept(market), name)
        return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _rival(market: Market) -> Rival:
    found = Rival.objects.filter(opportunity=market.deal).first()
    return found or actions.add_rival(market.alice, market.deal.pk, name="Borealis", price="5")


def _line(market: Market) -> SegmentMember:
    found = SegmentMember.objects.first()
    if found is not None:
        return found
    segment = campaigns.create_segment(market.company.ada, {"name": "South"})
    return campaigns.add_line(market.company.ada, segment.pk, {"note": "To be filled in"})


def _one(model: Any, make: Callable[[], Any]) -> Any:
    return model.objects.first() or make()


def _campaign(market: Market) -> Any:
    return _one(Campaign, lambda: campaigns.create_campaign(market.company.ada, {"name": "Fair"}))


def _segment(market: Market) -> Any:
    return _one(Segment, lambda: campaigns.create_segment(market.company.ada, {"name": "South"}))


def _competitor(market: Market) -> Any:
    return _one(Competitor, lambda: actions.create_competitor(market.company.ada, {"name": "Rival"}))


def _deal_at(what: str) -> Callable[[Market], str]:
    return lambda market: f"/opportunities/{market.deal.pk}/{what}"


def _stage(market: Market) -> int:
    return market.process.stages[0].id


def _step(market: Market) -> int:
    return next(step.id for step in market.process.stages[0].steps if step.what == "field")


def _edit_deal(market: Market, changes: dict[str, Any]) -> None:
    actions.edit(market.company.carol, market.deal.pk, changes)


FORMS = {
    "opportunity_edit": Form(
        _deal_at("edit/"),
        _edit_deal,
        "estimated_value",
        Decimal(77000),
        "80000",
        "Estimated value €77,000 (yours: €80,000)",
        "subject",
        lambda market: "Other",
        lambda market: Opportunity.objects.get(pk=market.deal.pk),
    ),
    "opportunity_update": Form(
        _deal_at("update/"),
        _edit_deal,
        "estimated_value",
        Decimal(77000),
        "80000",
        "Estimated value €77,000 (yours: €80,000)",
        "subject",
        lambda market: "Other",
        lambda market: Opportunity.objects.get(pk=market.deal.pk),
    ),
    "opportunity_rival": Form(
        lambda market: f"/opportunities/{market.deal.pk}/competitors/{_rival(market).competitor_id}/",
        lambda market, changes: actions.change_rival(
            market.company.carol, market.deal.pk, _rival(market).competitor_id, changes
        ),
        "price",
        Decimal(70),
        "80",
        "Their price, in EUR €70 (yours: €80)",
        "note",
        lambda market: "Fast",
        _rival,
    ),
    "account_edit": Form(
        lambda market: f"/accounts/{market.account.pk}/edit/",
        lambda market, changes: customers.edit_account(market.company.carol, market.account.pk, changes),
        "phone",
        "1",
        "2",
        "Phone 1 (yours: 2)",
        "city",
        lambda market: "Nantes",
        lambda market: Account.objects.get(pk=market.account.pk),
    ),
    "contact_edit": Form(
        lambda market: f"/contacts/{market.contact.pk}/edit/",
        lambda market, changes: customers.edit_contact(market.company.carol, market.contact.pk, changes),
        "phone",
        "1",
        "2",
        "Phone 1 (yours: 2)",
        "city",
        lambda market: "Nantes",
        lambda market: Contact.objects.get(pk=market.contact.pk),
    ),
    "campaign_edit": Form(
        lambda market: f"/campaigns/{_campaign(market).pk}/edit/",
        lambda market, changes: campaigns.edit_campaign(market.company.ada, _campaign(market).pk, changes),
        "name",
        "Show",
        "Spring",
        "Name Show (yours: Spring)",
        "description",
        lambda market: "By the sea",
        _campaign,
    ),
    "segment_edit": Form(
        lambda market: f"/segments/{_segment(market).pk}/edit/",
        lambda market, changes: campaigns.edit_segment(market.company.ada, _segment(market).pk, changes),
        "name",
        "North",
        "West",
        "Name North (yours: West)",
        "description",
        lambda market: "By the sea",
        _segment,
    ),
    "segment_line": Form(
        lambda market: f"/segments/{_line(market).segment_id}/lines/{_line(market).pk}/",
        lambda market, changes: campaigns.change_line(
            market.company.ada, _line(market).segment_id, _line(market).pk, changes
        ),
        "note",
        "Call them",
        "Write to them",
        "Note Call them (yours: Write to them)",
        "account_id",
        lambda market: market.account.pk,
        _line,
    ),
    "connection_change": Form(
        lambda market: f"/connections/opportunity/{market.deal.pk}/{market.connection}/",
        lambda market, changes: customers.change_connection(
            market.company.carol, market.deal.ref, market.connection, changes
        ),
        "description",
        "Decides",
        "Advises",
        "Description Decides (yours: Advises)",
        "started_on",
        lambda market: "2026-01-31",
        lambda market: Connection.objects.get(pk=market.connection),
    ),
    "competitor_edit": Form(
        lambda market: f"/competitors/{_competitor(market).pk}/edit/",
        lambda market, changes: actions.edit_competitor(market.company.ada, _competitor(market).pk, changes),
        "strengths",
        "Fast",
        "Cheap",
        "Strengths Fast (yours: Cheap)",
        "weaknesses",
        lambda market: "Late",
        _competitor,
    ),
    "process_edit": Form(
        lambda market: f"/settings/process/{market.process.id}/edit/",
        lambda market, changes: processes.change_process(market.company.ada, market.process.id, changes),
        "method",
        "add",
        "typed",
        "Probability Mean of chances and completed (yours: Typed by hand)",
        "estimates_required",
        lambda market: True,
        lambda market: Process.objects.get(pk=market.process.id),
    ),
    "stage_edit": Form(
        lambda market: f"/settings/stages/{_stage(market)}/edit/",
        lambda market, changes: processes.change_stage(market.company.ada, _stage(market), changes),
        "chance",
        "35",
        "45",
        "Chances of success, in percent 35% (yours: 45%)",
        "allow_skip",
        lambda market: True,
        lambda market: Stage.objects.get(pk=_stage(market)),
    ),
    "stage_fields": Form(
        lambda market: f"/settings/stages/{_stage(market)}/fields/",
        lambda market, changes: processes.change_stage(market.company.ada, _stage(market), changes),
        "chance",
        "35",
        "45",
        "Chances, % 35% (yours: 45%)",
        "expected_days",
        lambda market: "99",
        lambda market: Stage.objects.get(pk=_stage(market)),
    ),
    "step_edit": Form(
        lambda market: f"/settings/steps/{_step(market)}/edit/",
        lambda market, changes: processes.change_step(market.company.ada, _step(market), changes),
        "field",
        "budget",
        "decision_on",
        "Field Budget (yours: Decision date)",
        "is_required",
        lambda market: True,
        lambda market: Step.objects.get(pk=_step(market)),
    ),
}


# Forms of an existing thing that are tried elsewhere, and those that only carry a command out, with nothing typed.
ELSEWHERE = {
    "opportunity_cell": "test_conflicts.py",
    "opportunity_stage": "test_steps.py",
    "opportunity_close": "below",
    "opportunity_delete": "below",
    "opportunity_move": "test_screens.py",
    "opportunity_switch": "test_moving.py",
}


class Versioned(HTMLParser):
    """The forms of a page that say which version they show, by the name of where they are sent."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.name = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self.name = ""
            if given.get("method") == "post" and "data-forget" not in given:
                self.name = resolve(urlsplit(given["action"] or "").path).url_name or ""
        elif self.name and tag == "input" and (given.get("name") or "").endswith("version"):
            self.found.add(self.name)


@pytest.fixture
def ada(market: Market, sign_in: SignIn) -> Client:
    return sign_in(market.company.ada)


@pytest.mark.parametrize("name", FORMS)
def test_a_colleagues_value_is_told_and_can_be_saved_over(ada: Client, market: Market, name: str) -> None:
    form = FORMS[name]
    address = form.address(market)
    shown = form_of(ada.get(address, headers=HTMX))
    form.write(market, form.field, form.other)
    refused = ada.post(address, {**shown, form.field: form.mine}, headers=HTMX)
    assert refused.status_code == 409
    assert form.said in told(refused)
    assert form.stands(market, form.field).startswith(str(form.theirs))
    again = form_of(refused)
    assert again[form.field] == form.mine
    assert ada.post(address, again, headers=HTMX).status_code in SAVED
    assert form.stands(market, form.field).startswith(form.mine)
    assert form.stands(market, form.other) == str(form.elsewhere(market))


@pytest.mark.parametrize("name", FORMS)
def test_what_a_colleague_wrote_elsewhere_stays(ada: Client, market: Market, name: str) -> None:
    form = FORMS[name]
    address = form.address(market)
    shown = form_of(ada.get(address, headers=HTMX))
    form.write(market, form.other)
    assert ada.post(address, {**shown, form.field: form.mine}, headers=HTMX).status_code in SAVED
    assert form.stands(market, form.field).startswith(form.mine)
    assert form.stands(market, form.other) == str(form.elsewhere(market))


@pytest.mark.parametrize("name", FORMS)
def test_a_fault_keeps_what_the_form_was_compared_with(ada: Client, market: Market, name: str) -> None:
    """Who mends a fault after a colleague wrote the same is told of that, too."""
    form = FORMS[name]
    address = form.address(market)
    shown = form_of(ada.get(address, headers=HTMX))
    form.write(market, form.field)
    refused = ada.post(address, {**shown, form.field: form.mine, "version": "x"}, headers=HTMX)
    assert refused.status_code == 422
    again = {**form_of(refused), "version": shown["version"]}
    assert again["was"] == shown["was"]
    assert form.said in told(ada.post(address, again, headers=HTMX))


def test_every_form_of_an_existing_thing_is_among_them(ada: Client, market: Market) -> None:
    """A new one that sends a version is covered on birth: by the table, or by a name and a reason above."""
    hang(market)
    addresses = [filled(route, market) for route in ROUTES] + [
        form.address(market) for form in FORMS.values()
    ]
    found = set()
    for address in addresses:
        answer = ada.get(address, headers=HTMX)
        if answer.status_code == 200 and "text/html" in answer["Content-Type"]:
            found |= Versioned(answer.content.decode()).found
    assert found == set(FORMS) | set(ELSEWHERE)


def test_a_closing_shows_that_the_deal_was_moved_and_keeps_what_is_typed(ada: Client, market: Market) -> None:
    address = f"/opportunities/{market.deal.pk}/close/"
    shown = form_of(ada.get(f"{address}?outcome=lost", headers=HTMX))
    actions.move(market.company.carol, market.deal.pk, wish="next")
    typed = {**shown, "reason": "PRICE_L", "description": "Too dear"}
    refused = ada.post(address, typed, headers=HTMX)
    assert refused.status_code == 409
    assert "Carol changed this first." in told(refused)
    assert "Stage Develop" in told(refused)
    again = {**form_of(refused), "reason": "PRICE_L"}
    assert again["description"] == "Too dear"
    assert ada.post(address, again, headers=HTMX).status_code == 204
    market.deal.refresh_from_db()
    assert (market.deal.status, market.deal.close_description) == ("lost", "Too dear")


def test_a_deletion_says_who_was_first_and_can_be_done_then(ada: Client, market: Market) -> None:
    actions.close(market.alice, market.deal.pk, outcome="lost", reason="PRICE_L", on=organisation_today())
    address = f"/opportunities/{market.deal.pk}/deletion/"
    shown = hidden(ada.get(address, headers=HTMX).content.decode())
    actions.reopen(market.company.carol, market.deal.pk)
    actions.close(
        market.company.carol, market.deal.pk, outcome="lost", reason="PRICE_L", on=organisation_today()
    )
    refused = ada.post(address, shown, headers=HTMX)
    assert refused.status_code == 409
    assert "Carol changed this first." in refused.content.decode()
    assert ada.post(address, hidden(refused.content.decode()), headers=HTMX).status_code == 204
    market.deal.refresh_from_db()
    assert market.deal.deleted_at is not None


def test_the_stage_that_was_chosen_stays_chosen_after_a_conflict(market: Market, sign_in: SignIn) -> None:
    stages = market.process.stages
    for _ in range(3):
        actions.move(market.alice, market.deal.pk, wish="next")
    alice, address = sign_in(market.alice), f"/opportunities/{market.deal.pk}/update/"
    shown = alice.get(address, {"move": "jump_back"}).content.decode()
    given = hidden(shown)
    actions.move(market.alice, market.deal.pk, wish="previous")
    again = alice.post(address, {**given, "move": "jump_back", "stage": str(stages[0].id)})
    assert again.status_code == 409
    assert f'<option value="{stages[0].id}" selected' in again.content.decode()
