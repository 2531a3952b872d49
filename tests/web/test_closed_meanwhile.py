"""A deal that a colleague closes while one fills in a form about it: what was typed stays, beside why it is unsaved."""

from collections.abc import Callable

import pytest
from django.test import Client

from opportune.opportunities import actions
from opportune.opportunities.models import Opportunity, Rival, TeamMember
from opportune.opportunities.writing import organisation_today
from tests.doors.callers import Market
from tests.web.conftest import SignIn
from tests.web.test_conflicts import form_of
from tests.web.test_deal_forms import hidden
from tests.web.test_guards import hang

HTMX = {"HX-Request": "true"}


@pytest.fixture
def alice(market: Market, sign_in: SignIn) -> Client:
    return sign_in(market.alice)


def close(market: Market) -> None:
    today = organisation_today()
    actions.close(market.company.carol, market.deal.pk, outcome="lost", reason="PRICE_L", on=today)


FORMS: dict[str, tuple[Callable[[Market], str], str, str]] = {
    "edit": (lambda market: "edit/", "customer_need", "A second shift"),
    "rival": (
        lambda market: f"competitors/{Rival.objects.get(opportunity=market.deal).competitor_id}/",
        "note",
        "A second offer",
    ),
    "member": (
        lambda market: f"sales-team/{TeamMember.objects.get(opportunity=market.deal).user_id}/",
        "role",
        "sponsor",
    ),
}


@pytest.mark.parametrize("headers", [HTMX, {}])
@pytest.mark.parametrize("name", FORMS)
def test_what_is_typed_stays_and_can_be_saved_after_reopening(
    alice: Client, market: Market, name: str, headers: dict[str, str]
) -> None:
    below, field, text = FORMS[name]
    hang(market)
    address = f"/opportunities/{market.deal.pk}/{below(market)}"
    given = {**form_of(alice.get(address, headers=headers)), field: text}
    close(market)
    refused = alice.post(address, given, headers=headers)
    assert refused.status_code == 409
    assert "This opportunity is closed. Reopen it to change it." in refused.content.decode()
    again = form_of(refused)
    assert (again[field], again["version"]) == (text, given["version"])
    assert Opportunity.objects.get(pk=market.deal.pk).status == "lost"
    actions.reopen(market.company.carol, market.deal.pk)
    assert alice.post(address, again, headers=headers).status_code in (200, 204, 302)
    assert text in alice.get(address, headers=headers).content.decode()


def test_what_is_typed_stays_in_its_cell(alice: Client, market: Market) -> None:
    address = f"/opportunities/{market.deal.pk}/cells/subject/"
    given = {**hidden(alice.get(address, headers=HTMX).content.decode()), "subject": "Three pumps"}
    close(market)
    refused = alice.post(address, given, headers=HTMX)
    page = refused.content.decode()
    assert (refused.status_code, refused["HX-Retarget"]) == (409, "closest [data-cell]")
    assert "This opportunity is closed. Reopen it to change it." in page
    assert 'value="Three pumps"' in page
    actions.reopen(market.company.carol, market.deal.pk)
    assert alice.post(address, {**hidden(page), "subject": "Three pumps"}, headers=HTMX).status_code == 200
    assert Opportunity.objects.get(pk=market.deal.pk).subject == "Three pumps"


def test_what_is_typed_stays_in_the_form_that_closes_it(alice: Client, market: Market) -> None:
    address = f"/opportunities/{market.deal.pk}/close/"
    given = {**form_of(alice.get(f"{address}?outcome=won", headers=HTMX)), "description": "They trust us"}
    close(market)
    refused = alice.post(address, {**given, "reason": "PRICE_W"}, headers=HTMX)
    assert refused.status_code == 409
    assert "What you typed is not saved. It stays here." in refused.content.decode()
    assert form_of(refused)["description"] == "They trust us"
    market.deal.refresh_from_db()
    assert market.deal.status == "lost"


def test_an_update_that_comes_too_late_is_told_above_what_is_typed(alice: Client, market: Market) -> None:
    address = f"/opportunities/{market.deal.pk}/update/"
    shown = alice.get(address, headers=HTMX)
    assert 'class="told"' in shown.content.decode()
    given = form_of(shown)
    close(market)
    refused = alice.post(address, given, headers=HTMX)
    assert (refused.status_code, refused["HX-Retarget"]) == (409, "#dialog-body .told")
    assert "This opportunity is closed. Reopen it to change it." in refused.content.decode()
