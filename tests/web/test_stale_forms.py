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

from opportune.activities import actions as tasks
from opportune.campaigns import actions as campaigns
from opportune.campaigns.models import Campaign, Segment, SegmentMember
from opportune.customers import actions as customers
from opportune.customers.models import Account, Connection, Contact
from opportune.identity.actor import Actor
from opportune.opportunities import actions
from opportune.opportunities.models import Competitor, Opportunity, Rival, TeamMember
from opportune.process import actions as processes
from opportune.process.models import Process, Stage, Step
from opportune.reference import actions as reference
from opportune.reference.models import Category, CloseReason, ListItem
from opportune.reference.queries import organisation_settings
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

    @property
    def fields(self) -> tuple[str, ...]:
        """What the colleague changes: where the thing has nothing else, what both write."""
        return (self.field, self.other) if self.other else (self.field,)

    def write(self, market: Market, *names: str) -> None:
        """What the colleague changes."""
        values = {self.field: self.theirs} | ({self.other: self.elsewhere(market)} if self.other else {})
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


def campaign_of(market: Market) -> Any:
    return _one(Campaign, lambda: campaigns.create_campaign(market.company.ada, {"name": "Fair"}))


def segment_of(market: Market) -> Any:
    return _one(Segment, lambda: campaigns.create_segment(market.company.ada, {"name": "South"}))


def _competitor(market: Market) -> Any:
    return _one(Competitor, lambda: actions.create_competitor(market.company.ada, {"name": "Rival"}))


def _deal_at(what: str) -> Callable[[Market], str]:
    return lambda market: f"/opportunities/{market.deal.pk}/{what}"


def _member(market: Market) -> TeamMember:
    found = TeamMember.objects.filter(opportunity=market.deal).first()
    return found or actions.add_member(market.alice, market.deal.pk, user_id=market.company.bob.id or 0)


def settler_of(market: Market) -> Actor:
    """Somebody who settles things besides Ada."""
    return market.company.ada


def stage_of(market: Market) -> int:
    return market.process.stages[0].id


def step_of(market: Market) -> int:
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
        lambda market: f"/campaigns/{campaign_of(market).pk}/edit/",
        lambda market, changes: campaigns.edit_campaign(market.company.ada, campaign_of(market).pk, changes),
        "name",
        "Show",
        "Spring",
        "Name Show (yours: Spring)",
        "description",
        lambda market: "By the sea",
        campaign_of,
    ),
    "segment_edit": Form(
        lambda market: f"/segments/{segment_of(market).pk}/edit/",
        lambda market, changes: campaigns.edit_segment(market.company.ada, segment_of(market).pk, changes),
        "name",
        "North",
        "West",
        "Name North (yours: West)",
        "description",
        lambda market: "By the sea",
        segment_of,
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
        lambda market: f"/settings/stages/{stage_of(market)}/edit/",
        lambda market, changes: processes.change_stage(market.company.ada, stage_of(market), changes),
        "chance",
        "35",
        "45",
        "Chances of success, in percent 35% (yours: 45%)",
        "allow_skip",
        lambda market: True,
        lambda market: Stage.objects.get(pk=stage_of(market)),
    ),
    "stage_fields": Form(
        lambda market: f"/settings/stages/{stage_of(market)}/fields/",
        lambda market, changes: processes.change_stage(market.company.ada, stage_of(market), changes),
        "chance",
        "35",
        "45",
        "Chances, % 35% (yours: 45%)",
        "expected_days",
        lambda market: "99",
        lambda market: Stage.objects.get(pk=stage_of(market)),
    ),
    "step_edit": Form(
        lambda market: f"/settings/steps/{step_of(market)}/edit/",
        lambda market, changes: processes.change_step(market.company.ada, step_of(market), changes),
        "field",
        "budget",
        "decision_on",
        "Field Budget (yours: Decision date)",
        "is_required",
        lambda market: True,
        lambda market: Step.objects.get(pk=step_of(market)),
    ),
    "choice_name": Form(
        lambda market: "/settings/lists/source/items/web/name/",
        lambda market, changes: reference.change_choice(market.company.ada, "source", "web", **changes),
        "name_en",
        "Web site",
        "Our site",
        "Name, in English Web site (yours: Our site)",
        "is_active",
        lambda market: False,
        lambda market: ListItem.objects.get(list_key="source", code="web"),
    ),
    "close_reason_name": Form(
        lambda market: "/settings/close-reasons/PRICE_W/name/",
        lambda market, changes: reference.change_close_reason(market.company.ada, "PRICE_W", **changes),
        "name_fr",
        "Prix juste",
        "Tarif",
        "Name, in French Prix juste (yours: Tarif)",
        "is_offered",
        lambda market: False,
        lambda market: CloseReason.objects.get(code="PRICE_W"),
    ),
    "category_name": Form(
        lambda market: "/settings/categories/red/name/",
        lambda market, changes: reference.rename_category(market.company.ada, "red", **changes),
        "name_en",
        "Key customer",
        "Urgent",
        "Name, in English Key customer (yours: Urgent)",
        "",
        lambda market: None,
        lambda market: Category.objects.get(color="red"),
    ),
    "organisation": Form(
        lambda market: "/settings/organisation/",
        lambda market, changes: reference.change_settings(settler_of(market), changes),
        "organisation",
        "North",
        "South",
        "Name of the organisation North (yours: South)",
        "reminder_time",
        lambda market: "10:30",
        lambda market: organisation_settings(),
    ),
    "opportunity_member": Form(
        lambda market: f"/opportunities/{market.deal.pk}/sales-team/{_member(market).user_id}/",
        lambda market, changes: actions.change_member(
            market.company.carol, market.deal.pk, _member(market).user_id, changes
        ),
        "role",
        "sponsor",
        "delivery",
        "Role Sponsor (yours: Delivery)",
        "may_write",
        lambda market: False,
        lambda market: _member(market),
    ),
}


# Forms of an existing thing that are tried elsewhere.
ELSEWHERE = {
    "opportunity_cell": "test_conflicts.py",
    "opportunity_stage": "test_steps.py",
    "opportunity_step": "test_steps.py",
    "opportunity_month": "test_forecast.py",
    "opportunity_move": "test_screens.py",
    "opportunity_switch": "test_moving.py",
    "opportunity_close": "below",
    "task_owner": "below",
    **dict.fromkeys(
        (
            "opportunity_delete",
            "account_delete",
            "contact_delete",
            "campaign_delete",
            "segment_delete",
            "process_delete",
            "stage_delete",
            "step_delete",
            "choice_removal",
        ),
        "test_stale_deletions.py",
    ),
}

# What needs no version, by the reason why.
WITHOUT = {
    "It only adds: what others added stands beside it.": (
        "opportunity_new opportunity_task opportunity_stage_tasks opportunity_clone opportunity_comment"
        " opportunity_rivals opportunity_team opportunity_shares competitor_new campaign_new segment_new"
        " segment_deals segment_lines account_new contact_new customer_in_place connection_new process_new"
        " process_comment stage_new stage_comment step_new currency_new rate_new close_reason_add"
        " close_reason_new choice_new token_new set_up"
    ),
    "It says which of two states is wanted, and nothing else; who was first wanted the same or is seen.": (
        "opportunity_reopen opportunity_share campaign_activate process_retire process_default stage_skipping"
        " stage_default step_required sign_in_everybody sign_in_role currency_use close_reason_use choice_use"
        " categorise task_end"
    ),
    "It takes away a line that stands beside its button, and its undo brings it back whole.": (
        "opportunity_rival_removal opportunity_member_removal opportunity_unshare segment_line_remove"
        " connection_remove competitor_remove rate_removal close_reason_removal"
    ),
    "It is put in an order, and sends the order that was seen, or one step of it.": (
        "process_shift stage_place stage_shift step_place step_move step_shift close_reason_place choice_place"
    ),
    "It is a command on many things, of which each is looked at when it is done.": (
        "opportunities_do opportunities_deletion preset revaluation"
    ),
    "The ledger compares what is there with what it takes back, or what is in the bin.": (
        "undo undo_last bin_restore bin_purge account_restore contact_restore job_stop job_continue job_undo"
    ),
    "It is one's own, and nobody else changes it.": (
        "session_end token_removal preferences opportunities_columns opportunity_snooze opportunity_dismissal"
        " sign_in_reset"
    ),
}


class Versioned(HTMLParser):
    """The forms of a page that say what they show, by the name of where they are sent."""

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
        elif self.name and tag == "input" and (given.get("name") or "").endswith(("version", "was")):
            self.found.add(self.name)
        elif tag == "button" and self.name in self.found and given.get("formaction"):
            self.found.add(resolve(given["formaction"] or "").url_name or "")


@pytest.fixture
def ada(market: Market, sign_in: SignIn) -> Client:
    return sign_in(market.company.ada)


@pytest.mark.parametrize("name", FORMS)
def test_a_colleagues_value_is_told_and_can_be_saved_over(ada: Client, market: Market, name: str) -> None:
    form = FORMS[name]
    address = form.address(market)
    shown = form_of(ada.get(address, headers=HTMX))
    form.write(market, *form.fields)
    refused = ada.post(address, {**shown, form.field: form.mine}, headers=HTMX)
    assert refused.status_code == 409
    assert form.said in told(refused)
    assert form.stands(market, form.field).startswith(str(form.theirs))
    again = form_of(refused)
    assert again[form.field] == form.mine
    assert ada.post(address, again, headers=HTMX).status_code in SAVED
    assert form.stands(market, form.field).startswith(form.mine)
    if form.other:
        assert form.stands(market, form.other) == str(form.elsewhere(market))


@pytest.mark.parametrize("name", [name for name, form in FORMS.items() if form.other])
def test_what_a_colleague_wrote_elsewhere_stays(ada: Client, market: Market, name: str) -> None:
    form = FORMS[name]
    address = form.address(market)
    shown = form_of(ada.get(address, headers=HTMX))
    form.write(market, form.other)
    assert ada.post(address, {**shown, form.field: form.mine}, headers=HTMX).status_code in SAVED
    assert form.stands(market, form.field).startswith(form.mine)
    assert form.stands(market, form.other) == str(form.elsewhere(market))


@pytest.mark.parametrize("name", [name for name in FORMS if name != "organisation"])
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


def test_whatever_can_be_sent_says_what_it_saw_or_there_is_a_reason_why_not(
    client: Client, market: Market
) -> None:
    """A new form is asked for on birth: it is in the table, or named with a reason."""
    sent = set()
    for address in (filled(route, market) for route in ROUTES):
        refused = client.put(address)
        if "POST" in refused.get("Allow", ""):
            sent.add(resolve(address).url_name or address)
    reasoned = [name for names in WITHOUT.values() for name in names.split()]
    assert len(reasoned) == len(set(reasoned))
    assert sorted(sent) == sorted({*FORMS, *ELSEWHERE, *reasoned})


def test_every_form_in_the_tables_sends_what_it_saw(ada: Client, market: Market) -> None:
    hang(market)
    addresses = [filled(route, market) for route in ROUTES] + [
        form.address(market) for form in FORMS.values()
    ]
    addresses += [
        f"/campaigns/{campaign_of(market).pk}/deletion/",
        f"/segments/{segment_of(market).pk}/deletion/",
    ]
    found = set()
    for address in addresses:
        answer = ada.get(address, headers=HTMX)
        if answer.status_code == 200 and "text/html" in answer["Content-Type"]:
            found |= Versioned(answer.content.decode()).found
    # the forecast's columns send what is dropped on them by script
    assert found == (set(FORMS) | set(ELSEWHERE)) - {"opportunity_month"}


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


def test_a_task_that_somebody_handed_over_first_stays_theirs_until_one_says_so(
    ada: Client, market: Market
) -> None:
    carol, bob, alice = (actor.id or 0 for actor in (market.company.carol, market.company.bob, market.alice))
    address = f"/tasks/{market.task.pk}/owner/"
    shown = form_of(ada.get(address, headers=HTMX))
    assert shown["owner_id"] == str(alice)
    tasks.assign_task(market.company.carol, market.task.pk, owner_id=bob)
    refused = ada.post(address, {**shown, "owner_id": str(carol)}, headers=HTMX)
    assert refused.status_code == 409
    assert "Owner Bob (yours: Carol)" in told(refused)
    again = form_of(refused)
    assert again["owner_id"] == str(carol)
    assert ada.post(address, again, headers=HTMX).status_code == 204
    market.task.refresh_from_db()
    assert market.task.owner_id == carol


def test_a_fault_in_a_setting_keeps_what_the_form_was_compared_with(ada: Client) -> None:
    shown = form_of(ada.get("/settings/organisation/"))
    refused = ada.post("/settings/organisation/", {**shown, "reminder_time": "late"})
    assert refused.status_code == 422
    again = form_of(refused)
    assert (again["was"], again["reminder_time"]) == (shown["was"], "late")


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
