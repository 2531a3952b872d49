"""Two people save the same form: the second is told what the first wrote, in words, and saves over it knowingly."""

import re
from datetime import date
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.test import Client

from opportune.campaigns import actions as campaigns
from opportune.campaigns.models import Campaign
from opportune.customers import actions as customers
from opportune.customers.models import Account
from opportune.opportunities import actions
from opportune.opportunities.models import Competitor, Opportunity
from tests.doors.callers import Market
from tests.web.conftest import SignIn
from tests.web.test_deal_forms import hidden, shown_in_form

HTMX = {"HX-Request": "true"}


@pytest.fixture
def alice(market: Market, sign_in: SignIn) -> Client:
    return sign_in(market.alice)


def form_of(answer: Any) -> dict[str, str]:
    """What a browser would send of the form in a page, every field with what stands in it."""
    page = answer.content.decode()
    form = {name: value or "" for name, value in shown_in_form(page).items()}
    for tag in re.findall(r'<input class="inp[^>]*>', page):
        name, value = re.search(r' name="(\w+)"', tag), re.search(r' value="([^"]*)"', tag)
        if name and value:
            form[name[1]] = unescape(value[1])
    for name, inside in re.findall(r'<select[^>]* name="(\w+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', inside)
        form[name] = unescape(chosen[1]) if chosen else ""
    for name, text in re.findall(r'<textarea[^>]* name="(\w+)"[^>]*>(.*?)</textarea>', page, re.DOTALL):
        form[name] = unescape(text).replace("\n", "\r\n")
    for tag in re.findall(r'<input type="checkbox"[^>]*>', page):
        ticked = re.search(r' name="(\w+)"', tag)
        if ticked:
            form.pop(ticked[1], None)
            form |= {ticked[1]: "on"} if " checked" in tag else {}
    return {**form, **hidden(page)}


def told(answer: Any) -> str:
    """What the box about a conflict says, as it reads."""
    found = re.search(
        r'<div class="notice late wide" role="alert">(.*?)</div></div>', answer.content.decode(), re.DOTALL
    )
    assert found is not None
    return re.sub(r"\s+", " ", unescape(re.sub(r"<svg.*?</svg>|<[^>]+>", "", found[1]))).strip()


def edit_of(deal: Opportunity) -> str:
    return f"/opportunities/{deal.pk}/edit/"


def now(deal: Opportunity) -> Opportunity:
    return Opportunity.objects.get(pk=deal.pk)


def theirs(market: Market, **changes: Any) -> None:
    actions.edit(market.company.carol, market.deal.pk, changes)


def test_saving_again_keeps_mine_over_what_was_shown(alice: Client, market: Market) -> None:
    form = form_of(alice.get(edit_of(market.deal)))
    theirs(market, estimated_value=Decimal(77000))
    refused = alice.post(edit_of(market.deal), {**form, "estimated_value": "80000"})
    assert refused.status_code == 409
    assert now(market.deal).estimated_value == 77000
    again = form_of(refused)
    assert again["estimated_value"] == "80000"
    assert alice.post(edit_of(market.deal), again).status_code == 302
    assert now(market.deal).estimated_value == 80000


def test_a_third_change_in_between_is_a_conflict_again(alice: Client, market: Market) -> None:
    form = form_of(alice.get(edit_of(market.deal)))
    theirs(market, estimated_value=Decimal(77000))
    again = form_of(alice.post(edit_of(market.deal), {**form, "estimated_value": "80000"}))
    theirs(market, estimated_value=Decimal(78000))
    refused = alice.post(edit_of(market.deal), again)
    assert refused.status_code == 409
    assert "Estimated value €78,000 (yours: €80,000)" in told(refused)
    assert now(market.deal).estimated_value == 78000
    assert alice.post(edit_of(market.deal), form_of(refused)).status_code == 302
    assert now(market.deal).estimated_value == 80000


def test_what_i_did_not_change_is_theirs_when_i_save_again(alice: Client, market: Market) -> None:
    actions.edit(market.alice, market.deal.pk, {"comments": "One\nTwo"})
    form = form_of(alice.get(edit_of(market.deal)))
    theirs(market, priority="low", comments="One\nThree", primary_contact_id=market.contact.pk)
    refused = alice.post(edit_of(market.deal), {**form, "priority": "high"})
    again = form_of(refused)
    assert again["comments"] == "One\r\nThree"
    assert alice.post(edit_of(market.deal), again).status_code == 302
    deal = now(market.deal)
    assert (deal.priority, deal.comments) == ("high", "One\nThree")
    assert deal.primary_contact_id == market.contact.pk


def test_their_values_are_told_as_the_form_labels_and_people_write_them(
    alice: Client, market: Market
) -> None:
    alice.post("/preferences/", {"language": "fr"})
    form = form_of(alice.get(edit_of(market.deal)))
    theirs(
        market,
        estimated_value=Decimal(77000),
        priority="low",
        chance=Decimal(60),
        estimated_close_on=date(2027, 12, 24),
        on_hold=True,
    )
    refused = alice.post(edit_of(market.deal), {**form, "priority": "high", "estimated_value": "80 000,50"})
    said = told(refused)
    assert "Carol a modifié cela avant vous." in said
    shown = said.split("les siennes sont : ")[1].split("Enregistrez de nouveau")[0].strip()
    assert shown == (
        "Statut En attente Priorité Basse (la vôtre : Haute) "
        "Montant estimé 77 000 € (la vôtre : 80 000,50 €) Chances de succès, en pour cent 60 % "
        "Clôture prévue 24 déc. 2027"
    )
    assert all(raw not in said for raw in ("estimated_", "probability_source", "low", "2027-"))


def test_what_was_changed_and_changed_back_is_told_and_may_be_overwritten(
    alice: Client, market: Market
) -> None:
    form = form_of(alice.get(edit_of(market.deal)))
    theirs(market, priority="low")
    theirs(market, priority=market.deal.priority)
    refused = alice.post(edit_of(market.deal), {**form, "priority": "high"})
    assert "Priority Normal (yours: High)" in told(refused)
    assert alice.post(edit_of(market.deal), form_of(refused)).status_code == 302


def test_lines_that_a_browser_ends_otherwise_are_no_change(alice: Client, market: Market) -> None:
    actions.edit(market.alice, market.deal.pk, {"comments": "One\nTwo"})
    form = form_of(alice.get(edit_of(market.deal)))
    theirs(market, comments="Three")
    assert alice.post(edit_of(market.deal), {**form, "priority": "high"}).status_code == 302
    assert now(market.deal).comments == "Three"


def test_an_account_is_saved_over_knowingly(alice: Client, market: Market) -> None:
    address, carol = f"/accounts/{market.account.pk}/edit/", market.company.carol
    form = form_of(alice.get(address))
    customers.edit_account(carol, market.account.pk, {"annual_revenue": "1500000", "do_not_call": True})
    refused = alice.post(address, {**form, "annual_revenue": "2000000", "do_not_write": "on"})
    assert refused.status_code == 409
    assert "No calls Yes Annual revenue €1,500,000 (yours: €2,000,000)" in told(refused)
    assert alice.post(address, form_of(refused)).status_code == 302
    account = Account.objects.get(pk=market.account.pk)
    assert (account.annual_revenue, account.do_not_call, account.do_not_write) == (
        Decimal(2000000),
        True,
        True,
    )


def test_a_campaign_is_saved_over_knowingly_with_its_box(alice: Client, market: Market) -> None:
    fair = campaigns.create_campaign(market.alice, {"name": "Fair", "is_activated": True})
    address = f"/campaigns/{fair.pk}/edit/"
    form = form_of(alice.get(address))
    campaigns.edit_campaign(market.company.ada, fair.pk, {"starts_on": date(2027, 3, 1), "name": "Show"})
    form.pop("is_activated")
    refused = alice.post(address, {**form, "name": "Spring"})
    assert "Name Show (yours: Spring) Starts on 1 Mar 2027" in told(refused)
    assert alice.post(address, form_of(refused)).status_code == 302
    fair = Campaign.objects.get(pk=fair.pk)
    assert (fair.name, fair.is_activated, fair.starts_on) == ("Spring", False, date(2027, 3, 1))


def test_a_competitor_is_saved_over_knowingly(alice: Client, market: Market) -> None:
    rival = actions.create_competitor(market.alice, {"name": "Rival"})
    address = f"/competitors/{rival.pk}/edit/"
    form = form_of(alice.get(address))
    actions.edit_competitor(market.company.ada, rival.pk, {"strengths": "Fast"})
    refused = alice.post(address, {**form, "strengths": "Cheap"})
    assert "Strengths Fast (yours: Cheap)" in told(refused)
    assert alice.post(address, form_of(refused)).status_code == 302
    assert Competitor.objects.get(pk=rival.pk).strengths == "Cheap"


@pytest.mark.parametrize(
    ("cell", "field", "wrote", "typed", "said"),
    [
        ("value", "estimated_value", Decimal(77000), "80000", "Theirs: €77,000"),
        ("close", "estimated_close_on", date(2027, 12, 24), "2027-12-31", "Theirs: 24 Dec 2027"),
        ("forecast", "forecast_category", "committed", "omitted", "Theirs: Committed"),
        ("probability", "probability", Decimal(60), "70", "Theirs: 60%"),
    ],
)
def test_a_cell_shows_their_value_and_then_may_overwrite_it(
    alice: Client, market: Market, cell: str, field: str, wrote: object, typed: str, said: str
) -> None:
    address = f"/opportunities/{market.deal.pk}/cells/{cell}/"
    form = {**hidden(alice.get(address, headers=HTMX).content.decode()), field: typed}
    theirs(market, **{field: wrote})
    refused = alice.post(address, form, headers=HTMX)
    page = refused.content.decode()
    assert refused.status_code == 409
    assert said in page
    again = {**form, **hidden(page)}
    theirs(market, subject="Something else")
    assert alice.post(address, again, headers=HTMX).status_code == 200
    assert str(getattr(now(market.deal), field)).startswith(typed)
