"""The pages that delete deals, and the bin."""

from typing import Any

import pytest
from django.test import Client

from opportune.customers.actions import delete_account
from opportune.identity.tasks import work_through
from opportune.kernel import clock
from opportune.opportunities import actions
from opportune.opportunities.actions import many
from opportune.opportunities.models import Opportunity
from tests.doors.callers import MARK, Market
from tests.web.conftest import SignIn

HTMX = {"HX-Request": "true"}
TODAY = clock.today("Europe/Paris")
BATCH = "/opportunities/deletion/"


@pytest.fixture
def client(market: Market, sign_in: SignIn) -> Client:
    """A browser in which Alice has signed in."""
    return sign_in(market.alice)


def lost(market: Market, deal: Opportunity | None = None) -> Opportunity:
    """A deal that is lost."""
    pk = (deal or market.deal).pk
    return actions.close(market.alice, pk, outcome="lost", reason="PRICE_L", on=TODAY)


def is_gone(deal: Opportunity) -> bool:
    """Whether a deal is in the bin."""
    return Opportunity.objects.get(pk=deal.pk).deleted_at is not None


def test_a_closed_deal_is_deleted_from_its_page_and_taken_back(market: Market, client: Client) -> None:
    lost(market)
    address = f"/opportunities/{market.deal.pk}/"
    assert f'href="{address}deletion/"' in client.get(address).content.decode()
    form = client.get(f"{address}deletion/", headers=HTMX).content.decode()
    assert "<html" not in form
    done = client.post(f"{address}deletion/", follow=True)
    assert is_gone(market.deal)
    page = done.content.decode()
    assert "Deleted." in page
    assert "/undo/" in page


def test_an_open_deal_says_why_not_and_how(market: Market, client: Client) -> None:
    address = f"/opportunities/{market.deal.pk}/deletion/"
    page = client.get(address).content.decode()
    assert "Allow deleting open opportunities" in page
    assert f"/opportunities/{market.deal.pk}/close/?outcome=lost" in page
    assert client.post(address).status_code == 422
    assert not is_gone(market.deal)


def test_the_batch_is_previewed_and_then_done(market: Market, client: Client) -> None:
    lost(market)
    still_open = market.another()
    wanted = {"customer": f"account:{market.account.pk}", "owner": str(market.alice.id), "number": "OPP-*"}
    first = client.get(BATCH).content.decode()
    assert "Delete 1" not in first
    page = client.get(BATCH, {**wanted, "preview": "1"}).content.decode()
    assert "Delete 1 opportunity" in page
    assert market.account.name in page
    done = client.post(BATCH, wanted, follow=True)
    assert "1 deleted." in done.content.decode()
    assert (is_gone(market.deal), is_gone(still_open)) == (True, False)
    assert client.get(BATCH, {"campaign": "x", "preview": "1"}).status_code == 422


def test_a_customer_one_may_not_know_is_not_named(market: Market, sign_in: SignIn) -> None:
    dan = sign_in(market.company.dan)
    page = dan.get(BATCH, {"customer": f"account:{market.account.pk}", "preview": "1"}).content.decode()
    assert MARK not in page


def test_a_large_batch_is_a_job_and_taken_back_as_one(
    market: Market, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(many, "MOST", 1)
    two = [lost(market), lost(market, market.another())]
    job = client.post(BATCH, {})["Location"]
    work_through(int(job.rstrip("/").rpartition("/")[2]))
    assert [is_gone(deal) for deal in two] == [True, True]
    undoing = client.post(f"{job}undo/")["Location"]
    work_through(int(undoing.rstrip("/").rpartition("/")[2]))
    assert [is_gone(deal) for deal in two] == [False, False]


def test_chosen_deals_are_deleted_from_the_list(market: Market, client: Client) -> None:
    lost(market)
    still_open = market.another()
    chosen: dict[str, Any] = {"what": "delete", "id": [market.deal.pk, still_open.pk]}
    form = client.get("/opportunities/selected/", chosen)
    assert form.status_code == 200
    done = client.post("/opportunities/selected/delete/", chosen).content.decode()
    assert "1 deleted, 1 skipped (open)." in done
    assert (is_gone(market.deal), is_gone(still_open)) == (True, False)


def test_the_address_of_a_deleted_deal_offers_the_bin_to_who_may_see_it(
    market: Market, sign_in: SignIn, client: Client
) -> None:
    lost(market)
    actions.delete_opportunity(market.alice, market.deal.pk)
    address = f"/opportunities/{market.deal.pk}/"
    page = client.get(address)
    assert page.status_code == 404
    assert f"/bin/opportunity:{market.deal.pk}/restoration/" in page.content.decode()
    as_bob = sign_in(market.company.bob).get(address)
    assert as_bob.status_code == 404
    assert 'href="/bin/"' in as_bob.content.decode()
    assert "/restoration/" not in as_bob.content.decode()
    as_dan = sign_in(market.company.dan).get(address)
    assert as_dan.status_code == 404
    assert MARK not in as_dan.content.decode()
    assert "was deleted by" not in as_dan.content.decode()


def test_the_bin_brings_back_a_deal_with_its_customer(market: Market, client: Client) -> None:
    lost(market)
    actions.delete_opportunity(market.alice, market.deal.pk)
    delete_account(market.alice, market.account.pk)
    page = client.get("/bin/").content.decode()
    assert market.deal.number in page
    assert market.account.name in page
    assert "Alice" in page
    restoring = f"/bin/opportunity:{market.deal.pk}/restoration/"
    refused = client.post(restoring)
    assert refused.status_code == 422
    assert "Restore both" in refused.content.decode()
    assert client.post(restoring, {"with_customer": "1"}).status_code == 302
    assert not is_gone(market.deal)
    assert market.deal.number not in client.get("/bin/?kind=opportunity").content.decode()


def test_only_administrators_see_and_use_the_way_to_delete_for_good(
    market: Market, sign_in: SignIn, client: Client
) -> None:
    lost(market)
    actions.delete_opportunity(market.alice, market.deal.pk)
    address = f"/bin/opportunity:{market.deal.pk}/purge/"
    assert address not in client.get("/bin/").content.decode()
    assert client.post(address).status_code == 403
    ada = sign_in(market.company.ada)
    assert address in ada.get("/bin/").content.decode()
    assert "Nothing brings it back" in ada.get(address).content.decode()
    assert ada.post(address).status_code == 302
    assert not Opportunity.objects.filter(pk=market.deal.pk).exists()
    assert ada.get(address).status_code == 404


def test_data_administration_leads_to_the_batch(market: Market, sign_in: SignIn, client: Client) -> None:
    assert f'href="{BATCH}"' in sign_in(market.company.ada).get("/settings/").content.decode()
    assert f'href="{BATCH}"' in client.get("/opportunities/?status=closed").content.decode()
    assert sign_in(market.company.rita).get(BATCH).status_code == 403


def test_the_bins_of_accounts_and_contacts_are_parts_of_the_one(client: Client) -> None:
    assert client.get("/accounts/bin/")["Location"] == "/bin/?kind=account"
    assert client.get("/contacts/bin/")["Location"] == "/bin/?kind=contact"
