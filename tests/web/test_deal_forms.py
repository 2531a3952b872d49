"""The forms of a deal: all its fields, where saving leads, what is sent twice, and the dialogs about it."""

import json
import re
from datetime import UTC, datetime
from decimal import Decimal
from html import unescape

import pytest
from django.test import Client

from opportune.identity.actor import system_actor
from opportune.identity.models import Grant, Share
from opportune.kernel import clock
from opportune.ledger.lasting import new_edition
from opportune.opportunities import actions
from opportune.opportunities.models import Opportunity, Rival, TeamMember
from opportune.process.actions import add_step
from opportune.process.queries import process_by_key
from tests.doors.callers import MARK, Market
from tests.web.conftest import SignIn

HTMX = {"HX-Request": "true"}
FILTERED = "http://testserver/opportunities/?status=open&sort=value"


@pytest.fixture
def alice(market: Market, sign_in: SignIn) -> Client:
    return sign_in(market.alice)


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of a page's form."""
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page)
    return {name: unescape(value) for name, value in found}


def page_of(client: Client, address: str, **headers: str) -> str:
    return client.get(address, headers=headers).content.decode()


def shown_in_form(page: str) -> dict[str, str]:
    """What a browser would send of the edit form, unchanged."""
    was = re.search(r'name="was" value="([^"]*)"', page)
    assert was is not None
    return {**json.loads(unescape(was[1])), **hidden(page)}


def test_of_several_faults_the_first_has_the_focus_and_no_other(alice: Client, market: Market) -> None:
    here = f"/opportunities/{market.deal.pk}/"
    forms: tuple[tuple[str, dict[str, str], str], ...] = (
        ("/opportunities/new/", {"subject": " ", "customer": "", "estimated_value": "much"}, "subject"),
        ("/opportunities/new/", {"subject": "Pump", "customer": "", "estimated_value": "much"}, ""),
        (f"{here}clone/", {"subject": " "}, "subject"),
        (f"{here}competitors/", {"name": " ", "price": "much"}, ""),
        ("/accounts/new/", {"name": " ", "account": "account:999999", "email": "none"}, ""),
        ("/accounts/new/", {"name": "Globex", "account": "account:999999"}, "account"),
    )
    for address, given, field in forms:
        answer = alice.post(address, given)
        assert answer.status_code == 422
        focused = re.findall(r"<(?:input|select|textarea) [^>]*autofocus[^>]*>", answer.content.decode())
        assert (address, [tag.count("autofocus") for tag in focused]) == (address, [1])
        assert 'aria-invalid="true"' in focused[0]
        assert not field or f'id="f-{field}"' in focused[0]


def test_an_id_longer_than_any_is_said_beside_its_field(alice: Client, market: Market) -> None:
    address = f"/opportunities/{market.deal.pk}/edit/"
    form = {name: value or "" for name, value in shown_in_form(page_of(alice, address)).items()}
    for field in ("owner_id", "campaign_id"):
        refused = alice.post(address, {**form, field: "9" * 5000})
        assert refused.status_code == 422
        assert f'id="err-{field}"' in refused.content.decode()


def test_saving_leads_to_the_record_back_or_to_a_blank_form(alice: Client, market: Market) -> None:
    address = f"/opportunities/{market.deal.pk}/edit/"
    form = {
        name: value or "" for name, value in shown_in_form(page_of(alice, address, Referer=FILTERED)).items()
    }
    targets = {
        "": f"/opportunities/{market.deal.pk}/",
        "close": "/opportunities/?status=open&sort=value",
        "new": "/opportunities/new/",
    }
    for then, target in targets.items():
        answer = alice.post(address, {**form, "then": then})
        assert (answer.status_code, answer["Location"]) == (302, target)


def test_nobody_is_led_to_another_site(alice: Client, market: Market) -> None:
    address = f"/opportunities/{market.deal.pk}/edit/"
    assert hidden(page_of(alice, address, Referer="https://evil.example/x"))["back"] == "/opportunities/"
    answer = alice.post(address, {"then": "close", "back": "https://evil.example/x"})
    assert answer["Location"] == "/opportunities/"


def test_a_form_sent_twice_makes_one_deal(alice: Client, market: Market) -> None:
    form = {**hidden(page_of(alice, "/opportunities/new/")), "subject": "Twice", "currency": "EUR"}
    form["customer"] = f"account:{market.account.pk}"
    for _ in range(2):
        assert alice.post("/opportunities/new/", {**form, "then": "new"}).status_code == 302
    assert Opportunity.objects.filter(subject="Twice").count() == 1
    blank = hidden(page_of(alice, "/opportunities/new/"))
    assert blank["once"] != form["once"]


def test_a_form_that_cannot_be_saved_keeps_its_values_and_its_token(alice: Client) -> None:
    form = {**hidden(page_of(alice, "/opportunities/new/")), "subject": "Pumps", "currency": "EUR"}
    answer = alice.post("/opportunities/new/", {**form, "then": "new"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="Pumps"' in page
    assert hidden(page)["once"] == form["once"]


def test_every_field_is_saved(alice: Client, market: Market) -> None:
    address = f"/opportunities/{market.deal.pk}/edit/"
    form = {name: value or "" for name, value in shown_in_form(page_of(alice, address)).items()}
    changes = {
        "payment_terms": "net_30",
        "comments": "Said",
        "on_hold": "yes",
        "decision_maker_identified": "yes",
        "initiated_by": f"contact:{market.contact.pk}",
        "reminder_on": "2026-11-23",
        "reminder_time": "17:30",
    }
    assert alice.post(address, {**form, **changes}).status_code == 302
    deal = Opportunity.objects.get(pk=market.deal.pk)
    assert (deal.payment_terms, deal.comments, deal.on_hold, deal.decision_maker_identified) == (
        "net_30",
        "Said",
        True,
        True,
    )
    assert (deal.initiated_by_kind, deal.initiated_by_id) == ("contact", market.contact.pk)
    assert deal.reminder_at == datetime(2026, 11, 23, 16, 30, tzinfo=UTC)
    form = {name: value or "" for name, value in shown_in_form(page_of(alice, address)).items()}
    assert (form["reminder_on"], form["reminder_time"]) == ("2026-11-23", "17:30")
    alice.post(address, {**form, "reminder_time": ""})
    assert Opportunity.objects.get(pk=market.deal.pk).reminder_at == datetime(2026, 11, 23, 8, tzinfo=UTC)
    answer = alice.post(address, {**form, "reminder_on": "", "reminder_time": "10:00"})
    assert answer.status_code == 422


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_competitor_is_named_changed_and_removed(
    alice: Client, market: Market, headers: dict[str, str]
) -> None:
    here = f"/opportunities/{market.deal.pk}/competitors/"
    refused = alice.post(here, {"name": ""}, headers=headers)
    assert refused.status_code == 422
    alice.post(here, {"name": "Borealis", "price": "1 234,50"}, headers=headers)
    rival = Rival.objects.get()
    assert rival.price == Decimal("1234.5")
    again = alice.post(here, {"name": "BOREALIS"}, headers=headers)
    assert (again.status_code, "already" in again.content.decode()) == (422, True)
    alice.post(f"{here}{rival.competitor_id}/", {"price": "", "note": "Slow"}, headers=headers)
    assert Rival.objects.filter(price=None, note="Slow").exists()
    alice.post(f"{here}{rival.competitor_id}/removal/", headers=headers)
    rival.refresh_from_db()
    assert rival.deleted_at is not None


def test_the_sales_team_is_changed_by_dialogs(alice: Client, market: Market) -> None:
    here, dan = f"/opportunities/{market.deal.pk}/sales-team/", market.company.dan.person_id
    assert alice.post(here, {"user_id": ""}).status_code == 422
    alice.post(here, {"user_id": dan, "role": "sponsor"})
    assert (TeamMember.objects.get().role, Share.objects.get().may_write) == ("sponsor", False)
    alice.post(f"{here}{dan}/", {"role": "", "may_write": "on"})
    assert (TeamMember.objects.get().role, Share.objects.get().may_write) == ("", True)
    alice.post(f"{here}{dan}/removal/")
    assert not Share.objects.filter(deleted_at=None).exists()


def test_a_deal_is_shared_with_people_and_teams_and_no_longer(alice: Client, market: Market) -> None:
    here, team = f"/opportunities/{market.deal.pk}/shares/", market.company.farmers.pk
    assert alice.post(here, {"holder": "opportunity:1"}).status_code == 422
    alice.post(here, {"holder": f"team:{team}"})
    share = Share.objects.get()
    assert (share.team_id, share.may_write) == (team, False)
    alice.post(f"{here}{share.pk}/", {"may_write": "yes"})
    share.refresh_from_db()
    assert share.may_write
    alice.post(f"{here}{share.pk}/removal/")
    share.refresh_from_db()
    assert share.deleted_at is not None


def test_a_copy_is_made_under_the_proposed_subject(alice: Client, market: Market) -> None:
    here = f"/opportunities/{market.deal.pk}/clone/"
    assert f'value="{MARK} turbines (copy)"' in page_of(alice, here)
    answer = alice.post(here, {"subject": "Once more"})
    copy = Opportunity.objects.get(subject="Once more")
    assert answer["Location"] == f"/opportunities/{copy.pk}/"
    assert alice.post(here, {"subject": " "}).status_code == 422


def test_the_tasks_of_a_stage_are_planned_by_a_dialog(alice: Client, market: Market) -> None:
    record, here = f"/opportunities/{market.deal.pk}/", f"/opportunities/{market.deal.pk}/stage-tasks/"
    assert here not in page_of(alice, record)
    assert "Every task of its stages is planned or done already." in page_of(alice, here)
    first, second = (each.id for each in market.process.stages[:2])
    for stage_id, name in ((first, "Call"), (second, "Write"), (second, "Thank")):
        add_step(system_actor("tests"), stage_id, what="task", name_en=name, name_fr=name)
    assert here in page_of(alice, record)
    offered = page_of(alice, here)
    assert re.findall(r'<option value="(\d+)"( selected)?>([^<]*)<', offered) == [
        (str(first), " selected", "Qualify · 1 task"),
        (str(second), "", "Develop · 2 tasks"),
    ]
    answer = alice.post(here, {"stage": second})
    assert (answer.status_code, answer["Location"]) == (302, record)
    assert ("Write" in page_of(alice, record), "Call" in page_of(alice, here)) == (True, False)
    again = alice.post(here, {"stage": second})
    assert (again.status_code, "planned or done already" in unescape(again.content.decode())) == (422, True)
    assert alice.post(here, {"stage": "0"}).status_code == 422


def test_no_tasks_of_a_stage_are_offered_where_they_could_not_be_planned(
    alice: Client, market: Market, sign_in: SignIn
) -> None:
    add_step(
        system_actor("tests"), market.process.stages[0].id, what="task", name_en="Ask", name_fr="Demander"
    )
    here = f"/opportunities/{market.deal.pk}/stage-tasks/"
    rita = sign_in(market.company.rita)
    assert here not in page_of(rita, f"/opportunities/{market.deal.pk}/")
    assert rita.get(here).status_code == 403
    actions.close(
        market.alice, market.deal.pk, outcome="lost", reason="PRICE_L", on=clock.today("Europe/Paris")
    )
    assert here not in page_of(alice, f"/opportunities/{market.deal.pk}/")
    assert alice.get(here).status_code == 409


def test_no_tasks_of_a_stage_are_offered_where_tasks_are_not_read(alice: Client, market: Market) -> None:
    stage = market.process.stages[0].id
    add_step(system_actor("tests"), stage, what="task", name_en="Ask", name_fr="Demander")
    record, here = f"/opportunities/{market.deal.pk}/", f"/opportunities/{market.deal.pk}/stage-tasks/"
    assert here in page_of(alice, record)
    Grant.objects.filter(record_kind="activity", verb="read").delete()
    new_edition()
    assert "Plan a task" in page_of(alice, record)
    assert here not in page_of(alice, record)
    assert alice.get(here).status_code == 403


def test_a_reminder_is_put_off_and_away(alice: Client, market: Market) -> None:
    actions.edit(market.alice, market.deal.pk, {"reminder_at": "2020-01-01"})
    here = f"/opportunities/{market.deal.pk}/reminder/"
    assert alice.get("/reminders/bell/").json()["count"] == 1
    answer = alice.post(f"{here}snooze/", {"until": "1h", "next": "/tasks/"})
    assert (answer["Location"], alice.get("/reminders/bell/").json()["count"]) == ("/tasks/", 0)
    alice.post(f"{here}dismissal/")
    assert Opportunity.objects.get(pk=market.deal.pk).reminder_at is None


def test_a_task_is_handed_over_by_a_dialog(alice: Client, market: Market) -> None:
    here, bob = f"/tasks/{market.task.pk}/owner/", market.company.bob.person_id
    assert f"Call {MARK}" in page_of(alice, here)
    assert alice.post(here, {"owner_id": "0"}).status_code == 422
    alice.post(here, {"owner_id": bob})
    market.task.refresh_from_db()
    assert market.task.owner_id == bob


def test_campaigns_accounts_and_contacts_are_offered_as_initiators(alice: Client, market: Market) -> None:
    page = page_of(alice, f"/pick/initiators/?q={MARK}")
    assert f'data-value="account:{market.account.pk}"' in page
    assert f'data-value="contact:{market.contact.pk}"' in page


def test_competitors_are_listed_added_changed_and_removed(alice: Client, market: Market) -> None:
    assert alice.post("/competitors/new/", {"name": "Borealis", "strengths": "Price"}).status_code == 302
    assert alice.post("/competitors/new/", {"name": "borealis"}).status_code == 422
    assert "Borealis" in page_of(alice, "/competitors/?text=BORE")
    assert "Borealis" not in page_of(alice, "/competitors/?text=zephyr")
    pk = actions.known_competitor(market.alice, "Borealis").pk
    answer = alice.post(f"/competitors/{pk}/edit/", {"weaknesses": "Slow"})
    assert answer["Location"] == f"/competitors/{pk}/"
    actions.add_rival(market.alice, market.deal.pk, competitor_id=pk)
    page = page_of(alice, f"/competitors/{pk}/")
    assert all(text in page for text in ("Price", "Slow", f"{MARK} turbines"))
    assert alice.post(f"/competitors/{pk}/removal/").status_code == 422
    actions.remove_rival(market.alice, market.deal.pk, pk)
    assert alice.post(f"/competitors/{pk}/removal/")["Location"] == "/competitors/"


def test_a_new_deal_is_told_all_that_is_wrong_with_it_and_keeps_what_was_typed(alice: Client) -> None:
    typed = {"subject": "", "estimated_value": "much", "estimated_close_on": "soon", "currency": "QQQ"}
    answer = alice.post("/opportunities/new/", {**typed, "customer": ""}, headers=HTMX)
    page = answer.content.decode()
    assert (answer.status_code, page.count('aria-invalid="true"')) == (422, 5)
    assert "5 values cannot be saved." in page
    assert [f'href="#f-{name}"' in page for name in (*typed, "customer")] == [True] * 5
    assert 'value="much"' in page


def test_what_the_form_does_not_show_is_said_above_it(alice: Client, market: Market) -> None:
    form = {"subject": "Pumps", "customer": f"account:{market.account.pk}", "segment_id": "987654"}
    page = alice.post("/opportunities/new/", {**form, "process": "99"}).content.decode()
    assert "Choose a sales process." in page


def test_the_edit_form_is_told_all_that_is_wrong_with_it(alice: Client, market: Market) -> None:
    address = f"/opportunities/{market.deal.pk}/edit/"
    form = {name: value or "" for name, value in shown_in_form(page_of(alice, address)).items()}
    wrong = {"subject": "", "budget": "much", "decision_on": "soon", "chance": "101"}
    answer = alice.post(address, {**form, **wrong})
    page = answer.content.decode()
    assert (answer.status_code, page.count('aria-invalid="true"')) == (422, 4)
    assert "4 values cannot be saved." in page


def test_the_close_form_is_told_all_that_is_wrong_with_it(alice: Client, market: Market) -> None:
    form = {"outcome": "won", "reason": "", "on": "soon", "actual_value": "much"}
    page = alice.post(f"/opportunities/{market.deal.pk}/close/", form).content.decode()
    assert [f'id="err-{name}"' in page for name in ("reason", "on", "actual_value")] == [True] * 3


def test_what_is_made_from_a_board_is_made_in_its_process(alice: Client, market: Market) -> None:
    new = process_by_key("new")
    address = f"/opportunities/new/?process={new.id}"
    assert f'href="{address}"' in page_of(alice, "/pipeline/new/")
    assert f'href="{address}"' in page_of(alice, "/forecast/new/")
    assert "/opportunities/new/?process" not in page_of(alice, "/opportunities/")
    assert f'name="process" value="{new.id}"' in page_of(alice, address)
    assert f'<optgroup label="{new.name_en}">' in page_of(alice, address)
    made = {
        "process": str(new.id),
        "stage": "",
        "subject": "Pumps",
        "customer": f"account:{market.account.pk}",
        "then": "new",
    }
    assert alice.post("/opportunities/new/", made).headers["Location"] == address
    assert Opportunity.objects.get(subject="Pumps").process_id == new.id
