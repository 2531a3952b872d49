"""Every screen, as a seller sees it, as a stranger does not, and in French."""

import re
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client

from opportune.identity.actions import create_user
from opportune.identity.actor import actor_for
from opportune.kernel import clock
from opportune.opportunities import actions
from opportune.opportunities.models import Opportunity
from opportune.process.actions import require_step
from opportune.process.queries import process_by_key
from tests.deals import SYSTEM
from tests.doors.callers import MARK, Market
from tests.people import Company
from tests.web.conftest import SignIn
from tests.web.test_deal_forms import hidden

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def deal(company: Company) -> Opportunity:
    return company.deal("Two pumps", estimated_value=Decimal(1000), estimated_close_on=date(2030, 1, 31))


@pytest.fixture
def alice(company: Company, sign_in: SignIn) -> Client:
    return sign_in(company.alice)


@pytest.mark.parametrize(
    "address", ["/pipeline/", "/opportunities/", "/opportunities/new/", "/tasks/", "/accounts/"]
)
def test_a_visitor_is_asked_to_sign_in(client: Client, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign/login/")


@pytest.mark.parametrize(
    "address",
    [
        "/pipeline/",
        "/pipeline/contact_manager/",
        "/opportunities/",
        "/opportunities/?status=open&sort=value",
        "/opportunities/new/",
        "/opportunities/{deal}/",
        "/opportunities/{deal}/edit/",
        "/opportunities/{deal}/move/",
        "/opportunities/{deal}/close/?outcome=won",
        "/opportunities/{deal}/close/?outcome=lost",
        "/opportunities/{deal}/competitors/",
        "/opportunities/{deal}/sales-team/",
        "/opportunities/{deal}/shares/",
        "/opportunities/{deal}/clone/",
        "/opportunities/{deal}/stage-tasks/",
        "/competitors/",
        "/competitors/new/",
        "/opportunities/?competitor=&stale=yes&member=me&on_hold=no&rating=warm",
        "/tasks/",
        "/accounts/",
        "/accounts/new/",
        "/accounts/{account}/",
        "/accounts/{account}/edit/",
        "/contacts/",
        "/contacts/new/",
    ],
)
@pytest.mark.parametrize("fragment", [False, True])
def test_a_seller_sees_each_screen(alice: Client, deal: Opportunity, address: str, fragment: bool) -> None:
    path = address.format(deal=deal.pk, account=deal.account_id)
    answer = alice.get(path, headers=HTMX if fragment else {})
    assert answer.status_code == 200
    assert "style=" not in answer.content.decode()


@pytest.mark.parametrize("fragment", [False, True])
def test_a_seller_sees_what_hangs_on_a_deal(
    alice: Client, company: Company, deal: Opportunity, fragment: bool
) -> None:
    rival = actions.add_rival(company.alice, deal.pk, name="Borealis", price=Decimal(900))
    actions.add_member(company.alice, deal.pk, user_id=company.dan.id or 0, role="sponsor")
    past = clock.now()
    actions.edit(
        company.alice, deal.pk, {"reminder_at": past, "expires_on": "2020-01-01", "comments": "Two\nlines"}
    )
    for address in (
        f"/opportunities/{deal.pk}/",
        f"/opportunities/{deal.pk}/edit/",
        f"/opportunities/{deal.pk}/competitors/{rival.competitor_id}/",
        f"/opportunities/{deal.pk}/sales-team/{company.dan.id}/",
        f"/opportunities/{deal.pk}/shares/",
        f"/competitors/{rival.competitor_id}/",
        f"/competitors/{rival.competitor_id}/edit/",
        f"/opportunities/?competitor={rival.competitor_id}&member={company.dan.id}",
        "/tasks/",
    ):
        answer = alice.get(address, headers=HTMX if fragment else {})
        assert answer.status_code == 200, address
        assert "style=" not in answer.content.decode(), address
    page = alice.get(f"/opportunities/{deal.pk}/").content.decode()
    assert all(text in page for text in ("Borealis", "€900", "Sponsor", "Offer expired", "Two\nlines"))
    assert "Two pumps" in alice.get("/tasks/").content.decode()
    bell = alice.get("/reminders/bell/").json()
    assert (bell["count"], bell["label"]) == (1, "1 reminder is due")


@pytest.mark.parametrize(
    "address", ["", "edit/", "move/", "close/", "stages/1/", "shares/", "clone/", "stage-tasks/"]
)
def test_a_stranger_finds_nothing(company: Company, sign_in: SignIn, deal: Opportunity, address: str) -> None:
    assert sign_in(company.dan).get(f"/opportunities/{deal.pk}/{address}").status_code == 404


def test_the_board_shows_exact_sums(alice: Client, deal: Opportunity) -> None:
    page = alice.get("/pipeline/").content.decode()
    assert "Two pumps" in page
    assert "€1,000" in page
    assert "€200 weighted" in page


def test_a_deal_is_created(company: Company, alice: Client) -> None:
    account = company.account()
    answer = alice.post(
        "/opportunities/new/",
        {
            "subject": "New pumps",
            "customer": f"account:{account.pk}",
            "estimated_value": "1,250.50",
            "currency": "EUR",
        },
    )
    made = Opportunity.objects.get()
    assert answer["Location"] == f"/opportunities/{made.pk}/"
    assert made.estimated_value == Decimal("1250.5000")


def test_what_was_typed_is_kept_when_a_field_is_missing(company: Company, alice: Client) -> None:
    answer = alice.post("/opportunities/new/", {"subject": "New pumps", "estimated_value": "twelve"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="New pumps"' in page
    assert 'value="twelve"' in page
    assert not Opportunity.objects.exists()


def test_a_move_from_the_board_answers_with_both_columns_and_the_sum(
    alice: Client, deal: Opportunity
) -> None:
    develop = process_by_key("sales").stages[1]
    answer = alice.post(
        f"/opportunities/{deal.pk}/move/",
        {"stage": develop.id, "version": deal.version, "query": ""},
        headers=HTMX,
    )
    page = answer.content.decode()
    assert answer.status_code == 200
    assert page.count('hx-swap-oob="true"') == 5
    assert 'id="board-sum" hx-swap-oob="true">1 open deal' in page
    assert "Moved to Develop." in page


def test_a_gate_asks_in_place_and_completes_the_move(
    company: Company, alice: Client, deal: Opportunity
) -> None:
    stages = process_by_key("sales").stages
    budget = next(step for step in stages[0].steps if step.field == "budget")
    require_step(company.ada, budget.id, is_required=True)
    address = f"/opportunities/{deal.pk}/move/"
    refused = alice.post(address, {"stage": stages[1].id, "query": ""}, headers=HTMX)
    assert refused.status_code == 422
    assert 'name="budget"' in refused.content.decode()
    assert (
        alice.post(address, {"stage": stages[1].id, "query": "", "budget": "900"}, headers=HTMX).status_code
        == 200
    )
    moved = Opportunity.objects.get(pk=deal.pk)
    assert (moved.stage_id, moved.budget) == (stages[1].id, Decimal(900))


def test_a_gate_shows_what_a_colleague_filled_in_and_can_be_sent_then(
    company: Company, alice: Client, deal: Opportunity
) -> None:
    stages = process_by_key("sales").stages
    budget = next(step for step in stages[0].steps if step.field == "budget")
    require_step(company.ada, budget.id, is_required=True)
    address = f"/opportunities/{deal.pk}/move/"
    asked = alice.post(address, {"stage": stages[1].id, "query": ""}, headers=HTMX)
    form = {**hidden(asked.content.decode()), "budget": "900"}
    actions.edit(company.carol, deal.pk, {"budget": 700, "rating": "hot"})
    refused = alice.post(address, form, headers=HTMX)
    assert refused.status_code == 409
    assert "€700</b> (yours: €900)" in refused.content.decode()
    assert 'value="900"' in refused.content.decode()
    again = {**hidden(refused.content.decode()), "budget": "900"}
    assert alice.post(address, again, headers=HTMX).status_code == 200
    moved = Opportunity.objects.get(pk=deal.pk)
    assert (moved.stage_id, moved.budget, moved.rating) == (stages[1].id, Decimal(900), "hot")


def test_a_stale_move_from_a_deals_page_shows_it_anew_and_works_then(
    company: Company, alice: Client, deal: Opportunity
) -> None:
    stages = process_by_key("sales").stages
    form = {"move": "next", "from": "record", "opened": str(stages[0].id), "version": str(deal.version)}
    actions.move(company.carol, deal.pk, wish="next")
    refused = alice.post(f"/opportunities/{deal.pk}/move/", form, headers=HTMX)
    page = refused.content.decode()
    assert refused.status_code == 409
    assert refused["HX-Retarget"] == "#record-head"
    assert "Carol changed this first." in page.split('class="flyout"')[1]
    now = Opportunity.objects.get(pk=deal.pk)
    assert f'name="version" value="{now.version}"' in page
    again = {**form, "version": str(now.version)}
    assert alice.post(f"/opportunities/{deal.pk}/move/", again, headers=HTMX).status_code == 204


def test_a_stale_move_is_a_conflict(company: Company, alice: Client, deal: Opportunity) -> None:
    stages = process_by_key("sales").stages
    actions.move(company.alice, deal.pk, wish="next")
    answer = alice.post(
        f"/opportunities/{deal.pk}/move/", {"stage": stages[1].id, "version": 1, "query": ""}, headers=HTMX
    )
    assert answer.status_code == 409


def test_closing_and_reopening_and_undoing_that(alice: Client, deal: Opportunity) -> None:
    address = f"/opportunities/{deal.pk}/"
    missing = alice.post(f"{address}close/", {"outcome": "won", "on": ""})
    assert missing.status_code == 422
    assert "Choose the reason." in missing.content.decode()
    today = clock.today("Europe/Paris").isoformat()
    alice.post(
        f"{address}close/", {"outcome": "won", "on": today, "reason": "PRICE_W", "actual_value": "1,100"}
    )
    page = alice.get(address).content.decode()
    assert "Closed as won" in page
    assert "Close as lost" not in page
    reopened = alice.post(f"{address}reopening/", follow=True).content.decode()
    [change_set] = re.findall(r'action="/undo/(\d+)/"', reopened)
    alice.post(f"/undo/{change_set}/")
    assert Opportunity.objects.get(pk=deal.pk).status == "won"


def test_a_stale_form_overwrites_nothing_else(company: Company, alice: Client, deal: Opportunity) -> None:
    address = f"/opportunities/{deal.pk}/edit/"
    page = alice.get(address)
    was = page.content.decode().split('name="was" value="')[1].split('"')[0].replace("&#34;", '"')
    actions.edit(company.alice, deal.pk, {"subject": "Three pumps"})
    alice.post(
        address, {"version": deal.version, "was": was, "subject": "Two pumps", "customer_need": "Water"}
    )
    fresh = Opportunity.objects.get(pk=deal.pk)
    assert (fresh.subject, fresh.customer_need) == ("Three pumps", "Water")
    clash = alice.post(address, {"version": deal.version, "was": was, "subject": "Four pumps"})
    assert clash.status_code == 409
    assert "Four pumps" in clash.content.decode()


def test_a_seller_reads_french(alice: Client, deal: Opportunity) -> None:
    alice.post("/preferences/", {"language": "fr"})
    page = alice.get("/pipeline/").content.decode()
    assert '<html lang="fr"' in page
    assert "1\u202f000\u00a0€" in page or "1 000\u00a0€" in page


def test_another_site_is_no_way_to_go_on(alice: Client) -> None:
    answer = alice.post("/preferences/", {"theme": "dark", "next": "https://elsewhere.example/"})
    assert answer["Location"] == "/"


def test_the_sign_in_page_is_there_for_visitors(client: Client, db: None) -> None:
    answer = client.get("/sign/login/")
    assert answer.status_code == 200
    assert 'name="login"' in answer.content.decode()


def test_an_unknown_address_is_a_page(client: Client, db: None) -> None:
    answer = client.get("/nowhere/")
    assert answer.status_code == 404
    assert "does not exist" in answer.content.decode()


def test_unsent_mail_is_for_administrators(company: Company, sign_in: SignIn) -> None:
    assert sign_in(company.ada).get("/mails/").status_code == 200
    assert sign_in(company.alice).get("/mails/").status_code == 403


def test_the_board_of_a_past_day_is_to_be_looked_at_only(market: Market, sign_in: SignIn) -> None:
    alice = sign_in(market.alice)
    today = alice.get("/pipeline/").content.decode()
    past = alice.get("/pipeline/?as_of=2020-01-31").content.decode()
    assert "<op-board" in today
    assert MARK in today
    assert "<op-board" not in past
    assert MARK not in past
    assert "31 January 2020" in past
    assert '<span class="v">31 Jan 2020</span>' in past
    assert ">2020-01-31<" not in past


def test_who_may_read_no_deal_sees_an_empty_board_of_a_past_day(company: Company, sign_in: SignIn) -> None:
    nobody = create_user(SYSTEM, email="new@example.com", name="New", roles=(), language="en")
    page = sign_in(actor_for(nobody, "web")).get("/pipeline/?as_of=2020-01-31")
    assert page.status_code == 200
    assert "0 open deals" in page.content.decode()


def test_a_day_to_come_is_refused_as_a_board_of_the_past(market: Market, sign_in: SignIn) -> None:
    alice = sign_in(market.alice)
    for wrong in ("2999-01-01", "yesterday"):
        assert alice.get(f"/pipeline/?as_of={wrong}").status_code == 422


@pytest.mark.parametrize(
    ("address", "title"),
    [
        ("/opportunities/999999/", "Not found"),
        ("/mails/", "Not permitted"),
        ("/accounts/?after=x", "Not possible"),
    ],
)
def test_the_title_of_a_refusal_says_what_it_is(alice: Client, address: str, title: str) -> None:
    page = alice.get(address).content.decode()
    assert f"<title>{title} · Opportune</title>" in page
    assert f"<h1>{title}</h1>" in page


def test_deleting_many_is_a_setting_in_the_navigation_too(company: Company, sign_in: SignIn) -> None:
    page = sign_in(company.ada).get("/opportunities/deletion/").content.decode()
    current = re.findall(r'<a href="([^"]*)"[^>]*data-go[^>]*aria-current="page"', page)
    assert current == ["/settings/"]


def test_views_of_several_deals_are_named_in_the_plural(company: Company, sign_in: SignIn) -> None:
    alice = sign_in(company.alice)
    alice.post("/preferences/", {"language": "fr"})
    tabs = alice.get("/opportunities/").content.decode()
    assert ">Gagnées</a>" in tabs
    assert ">Perdues</a>" in tabs
