"""Competitors, sales team, shares, reminders, comments and copies by REST."""

from opportune.opportunities.models import Opportunity
from tests.doors.callers import MARK, Caller, Market, caller


def test_a_competitor_is_named_on_an_opportunity_by_typing(alice: Caller, market: Market) -> None:
    here = f"/opportunities/{market.deal.pk}/competitors"
    named = alice.post(here, {"name": "Borealis", "price": "900", "checked_on": "2026-03-02"})
    assert named.status == 201
    [rival] = named.json["items"]
    assert (rival["name"], rival["price"], rival["checked_on"]) == ("Borealis", "900.0000", "2026-03-02")
    again = alice.post(here, {"competitor_id": rival["competitor_id"]})
    assert (again.status, again.json["code"]) == (422, "named_already")
    one = f"{here}/{rival['competitor_id']}"
    changed = alice.patch(one, {"note": "Slow", "version": 1})
    assert changed.json["items"][0]["note"] == "Slow"
    stale = alice.patch(one, {"note": "Fast"}, If_Match='"1"')
    assert (stale.status, stale.json["code"]) == (409, "conflict")
    assert alice.ask("delete", one).json["items"] == []
    assert alice.ask("delete", one).status == 404


def test_competitors_have_a_list_a_record_and_their_opportunities(alice: Caller, market: Market) -> None:
    made = alice.post("/competitors", {"name": "Borealis", "strengths": "Price"})
    where = made.header("Location").removeprefix("/api/v1")
    assert (made.status, made.json["strengths"]) == (201, "Price")
    assert alice.post("/competitors", {"name": "boréalis"}).json["errors"].keys() == {"name"}
    alice.post(f"/opportunities/{market.deal.pk}/competitors", {"competitor_id": made.json["id"]})
    found = alice.get("/competitors?text=bor").json["items"]
    assert [(one["name"], one["open_count"]) for one in found] == [("Borealis", 1)]
    assert [one["id"] for one in alice.get(f"{where}/opportunities").json["items"]] == [market.deal.pk]
    refused = alice.ask("delete", where)
    assert (refused.status, refused.json["code"]) == (422, "in_use")
    assert alice.patch(where, {"website": "borealis.example"}).json["website"] == "https://borealis.example"


def test_a_stranger_counts_no_opportunities_of_others(alice: Caller, market: Market) -> None:
    alice.post(f"/opportunities/{market.deal.pk}/competitors", {"name": "Borealis"})
    [seen] = caller(market.company.dan).get("/competitors").json["items"]
    assert (seen["name"], seen["open_count"]) == ("Borealis", 0)


def test_the_sales_team_grants_access_and_takes_it_back(alice: Caller, market: Market) -> None:
    here, dan = f"/opportunities/{market.deal.pk}/sales-team", caller(market.company.dan)
    person = market.company.dan.person_id
    added = alice.post(here, {"user_id": person, "role": "sponsor", "may_write": False})
    assert (added.status, added.json["items"][0]["role"]) == (201, "sponsor")
    assert dan.patch(f"/opportunities/{market.deal.pk}", {"budget": 1}).status == 403
    assert alice.patch(f"{here}/{person}", {"may_write": True}).status == 200
    assert dan.patch(f"/opportunities/{market.deal.pk}", {"budget": 1}).status == 200
    assert alice.patch(f"{here}/{person}", {"role": "mascot"}).json["errors"].keys() == {"role"}
    [share] = alice.get(f"/opportunities/{market.deal.pk}/shares").json["items"]
    refused = alice.ask("delete", f"/opportunities/{market.deal.pk}/shares/{share['id']}")
    assert (refused.status, refused.json["code"]) == (422, "by_sales_team")
    assert alice.ask("delete", f"{here}/{person}").json["items"] == []
    assert dan.get(f"/opportunities/{market.deal.pk}").status == 404


def test_a_repeated_request_makes_one_opportunity(alice: Caller, market: Market) -> None:
    body = {"subject": "Once", "account_id": market.account.pk}
    first = alice.post("/opportunities", body, Idempotency_Key="k-1")
    again = alice.post("/opportunities", body, Idempotency_Key="k-1")
    assert (first.status, again.status, first.json["id"]) == (201, 201, again.json["id"])
    assert Opportunity.objects.filter(subject="Once").count() == 1
    assert alice.post("/opportunities", body, Idempotency_Key="x" * 101).status == 422


def test_an_opportunity_is_copied(alice: Caller, market: Market) -> None:
    copy = alice.post(f"/opportunities/{market.deal.pk}/clone")
    assert (copy.status, copy.json["subject"]) == (201, f"{MARK} turbines (copy)")
    named = alice.post(f"/opportunities/{market.deal.pk}/clone", {"subject": "Other"})
    assert (named.json["subject"], named.json["status"]) == ("Other", "in_progress")
    assert alice.post(f"/opportunities/{market.deal.pk}/clone", {"subject": ""}).status == 422


def test_a_reminder_is_put_off_and_away(alice: Caller, market: Market) -> None:
    here = f"/opportunities/{market.deal.pk}"
    assert alice.post(f"{here}/reminder/snooze", {"until": "1h"}).json["code"] == "no_reminder"
    alice.patch(here, {"reminder_at": "2020-01-01T09:00"})
    assert [one["subject"] for one in alice.get("/reminders").json["items"]] == [market.deal.subject]
    assert alice.post(f"{here}/reminder/snooze", {"until": "later"}).json["errors"].keys() == {"until"}
    assert alice.post(f"{here}/reminder/snooze", {"until": "15m"}).status == 200
    assert alice.get("/reminders").json["items"] == []
    assert alice.ask("delete", f"{here}/reminder").json["reminder_at"] is None


def test_an_opportunity_tells_where_it_comes_from_and_what_is_odd(alice: Caller, market: Market) -> None:
    changes = {
        "initiated_by": f"contact:{market.contact.pk}",
        "payment_terms": "net_30",
        "expires_on": "2020-01-01",
    }
    shown = alice.patch(f"/opportunities/{market.deal.pk}", changes, Accept_Language="fr").json
    assert (shown["initiated_by"], shown["initiated_by_name"]) == (
        f"contact:{market.contact.pk}",
        f"Zoé {MARK}-Durand",
    )
    assert shown["payment_terms"] == "net_30"
    assert [(sign["code"], sign["field"]) for sign in shown["warnings"]] == [("offer_expired", "expires_on")]
    assert shown["is_stale"] is False
