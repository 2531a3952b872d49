"""Whom a deal was sold to before, and where it came from, is told to those who may see them (domain.md §7)."""

import html
import json
import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from opportune.customers.actions import delete_account
from opportune.customers.models import Account
from opportune.identity.actions import share
from opportune.opportunities import actions
from opportune.opportunities.models import Opportunity
from tests.deals import last_change_set
from tests.doors.callers import MARK, CommandLine, Market, caller
from tests.visibility.doors import Viewer, person

UNSEEN = {"en": "a customer you cannot see", "fr": "un client que vous ne pouvez pas voir"}


@dataclass(frozen=True)
class Passed:
    """A deal that went from an account by the secret word to one that Dan sees, and came from the first one."""

    market: Market
    deal: Opportunity
    now: Account
    dan: Viewer


@pytest.fixture
def passed(market: Market, command_line: CommandLine) -> Passed:
    company = market.company
    now = company.account("Harbour")
    deal = company.deal("Two pumps", account_id=market.account.pk)
    actions.edit(market.alice, deal.pk, {"initiated_by": f"contact:{market.contact.pk}"})
    actions.edit(market.alice, deal.pk, {"account_id": now.pk})
    actions.share_deal(market.alice, deal.pk, user_id=company.dan.id, may_write=True)
    share(market.alice, now.ref, user_id=company.dan.id)
    return Passed(market, deal, now, person(company.dan, command_line))


def said_by_the_api(viewer: Viewer, passed: Passed) -> str:
    assert viewer.api is not None
    deal, account = f"/opportunities/{passed.deal.pk}", f"/accounts/{passed.now.pk}"
    found = [
        viewer.api.get(each) for each in (deal, f"{deal}/entries", f"{deal}/history", f"{account}/history")
    ]
    assert {each.status for each in found} == {200}
    return "".join(each.text for each in found)


def said_on_the_pages(viewer: Viewer, passed: Passed) -> str:
    assert viewer.browser is not None
    deal = f"/opportunities/{passed.deal.pk}"
    found = [
        viewer.browser.get(each) for each in (f"{deal}/", f"{deal}/edit/", f"/accounts/{passed.now.pk}/")
    ]
    assert {each.status_code for each in found} == {200}
    return "".join(each.content.decode() for each in found)


def said_on_the_command_line(viewer: Viewer, passed: Passed) -> str:
    assert viewer.command_line is not None
    said = ""
    for words in (("opportunities", "show", passed.deal.pk), ("accounts", "history", passed.now.pk)):
        for form in ((), ("--json",)):
            ran = viewer.command_line(*words, *form)
            assert ran.code == 0
            said += ran.out
    return said


Door = Callable[[Viewer, Passed], str]
DOORS: list[Door] = [said_by_the_api, said_on_the_pages, said_on_the_command_line]


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)
def test_who_may_not_see_them_reads_of_a_customer_without_a_name(passed: Passed, door: Door) -> None:
    said = door(passed.dan, passed)
    assert MARK not in said
    assert UNSEEN["en"] in said


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)
def test_who_may_see_them_reads_their_names(passed: Passed, command_line: CommandLine, door: Door) -> None:
    said = door(person(passed.market.alice, command_line), passed)
    assert passed.market.account.name in said
    assert f"Zoé {MARK}-Durand" in said
    assert UNSEEN["en"] not in said


def test_the_past_of_a_deal_says_which_fields_it_leaves_out(passed: Passed) -> None:
    assert passed.dan.api is not None
    items = passed.dan.api.get(f"/opportunities/{passed.deal.pk}/history").json["items"]
    told = [
        (item["operation"], item["before"].get("account_id"), item["after"].get("account_id"))
        for item in items
    ]
    assert told == [("update", None, passed.now.pk), ("update", None, None), ("create", None, None)]
    assert [item["hidden"] for item in items] == [["account_id"], ["initiated_by_id"], ["account_id"]]


def test_an_initiator_changed_for_another_of_its_kind_is_left_out_as_well(passed: Passed) -> None:
    """A change notes only what differs, so the kind stands in an older one."""
    market = passed.market
    second = market.company.contact(f"{MARK}-Martin")
    actions.edit(market.alice, passed.deal.pk, {"initiated_by": f"contact:{second.pk}"})
    assert passed.dan.api is not None
    newest = passed.dan.api.get(f"/opportunities/{passed.deal.pk}/history").json["items"][0]
    assert (newest["before"], newest["after"]) == ({"initiated_by_id": None}, {"initiated_by_id": None})
    assert newest["hidden"] == ["initiated_by_id"]


def test_the_current_customer_is_named_to_who_sees_the_deal(
    passed: Passed, command_line: CommandLine
) -> None:
    """Also on the page of the customer it came from: who sees the deal sees its customer's name."""
    share(passed.market.alice, passed.market.account.ref, user_id=passed.market.company.dan.id)
    hidden = passed.market.company.account("Quay")
    actions.edit(passed.market.alice, passed.deal.pk, {"account_id": hidden.pk})
    assert passed.dan.api is not None
    came, left = passed.dan.api.get(f"/accounts/{passed.now.pk}/history").json["opportunities"][::-1]
    assert (came["other_name"], left["other_name"]) == (passed.market.account.name, "Quay")


def test_the_words_are_french_for_who_reads_french(passed: Passed) -> None:
    assert passed.dan.api is not None
    shown = passed.dan.api.get(f"/opportunities/{passed.deal.pk}", Accept_Language="fr").json
    assert (shown["initiated_by"], shown["initiated_by_name"]) == ("", UNSEEN["fr"])


def test_saving_the_form_keeps_an_initiator_that_was_not_shown(passed: Passed) -> None:
    assert passed.dan.browser is not None
    address = f"/opportunities/{passed.deal.pk}/edit/"
    page = passed.dan.browser.get(address).content.decode()
    found = re.search(r'name="was" value="([^"]*)"', page)
    assert found is not None
    was = html.unescape(found[1])
    sent = {**json.loads(was), "was": was, "subject": "Three pumps"}
    passed.dan.browser.post(address, {name: value or "" for name, value in sent.items()})
    deal = Opportunity.objects.get(pk=passed.deal.pk)
    assert (deal.subject, deal.initiated_by_id) == ("Three pumps", passed.market.contact.pk)


def test_a_refused_undo_names_no_former_customer_that_cannot_be_seen(
    market: Market, command_line: CommandLine
) -> None:
    company = market.company
    former, now = company.account(f"{MARK} Quay"), company.account("Harbour")
    deal = company.deal("Two pumps", account_id=former.pk)
    change = last_change_set(actions.edit, market.alice, deal.pk, {"account_id": now.pk})
    actions.share_deal(market.alice, deal.pk, user_id=company.dan.id, may_write=True)
    delete_account(market.alice, former.pk)
    for actor, is_named in ((company.dan, False), (market.alice, True)):
        refused = caller(actor).post(f"/change-sets/{change}/undo")
        assert (refused.status, refused.json["code"]) == (422, "customer_gone")
        assert (MARK in refused.text, "data" in refused.json) == (is_named, is_named)
