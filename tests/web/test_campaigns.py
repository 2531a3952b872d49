"""The pages of campaigns and segments: adding, changing, activating, lines, opening deals, deleting, picking."""

import json
import re

import pytest
from django.test import Client

from opportune.campaigns import actions
from opportune.campaigns.models import Campaign, Segment, SegmentMember
from opportune.opportunities.models import Opportunity
from tests.doors.callers import MARK, Market
from tests.web.conftest import SignIn


@pytest.fixture
def alice(market: Market, sign_in: SignIn) -> Client:
    """Alice at her screen."""
    return sign_in(market.alice)


def fair(market: Market, **fields: object) -> Campaign:
    """A campaign of Alice's that is under way."""
    return actions.create_campaign(market.alice, {"name": f"{MARK} fair", "is_activated": True, **fields})


def mills(market: Market, of: Campaign | None = None) -> Segment:
    """A segment of Alice's."""
    given = {"name": f"{MARK} mills", "campaign_id": of.pk if of else None}
    return actions.create_segment(market.alice, given)


def test_a_campaign_is_added_changed_and_activated(alice: Client, market: Market) -> None:
    typed = {"name": "Spring", "type": "seminar", "budgeted_cost": "1,500.50", "starts_on": "2026-03-01"}
    assert alice.get("/campaigns/new/").status_code == 200
    wrong = alice.post("/campaigns/new/", {**typed, "ends_on": "2026-02-01"})
    assert wrong.status_code == 422
    assert 'value="Spring"' in wrong.content.decode()
    added = alice.post("/campaigns/new/", typed)
    campaign = Campaign.objects.get()
    assert added.headers["Location"] == f"/campaigns/{campaign.pk}/"
    assert (str(campaign.budgeted_cost), campaign.is_activated) == ("1500.5000", False)
    alice.post(f"/campaigns/{campaign.pk}/activation/", {"activated": "yes"})
    shown = alice.get(f"/campaigns/{campaign.pk}/edit/").content.decode()
    was = re.search(r'name="was" value="([^"]*)"', shown)
    assert was is not None
    kept = {"was": was[1].replace("&#34;", '"'), "version": "2", "name": "Summer"}
    alice.post(f"/campaigns/{campaign.pk}/edit/", kept)
    campaign.refresh_from_db()
    assert (campaign.name, campaign.is_activated, str(campaign.starts_on)) == ("Summer", False, "2026-03-01")
    stale = alice.post(
        f"/campaigns/{campaign.pk}/edit/", {"was": json.dumps({"name": "Spring"}), **kept, "name": "X"}
    )
    assert stale.status_code == 409


def test_a_campaign_shows_what_it_brought_and_begins_a_deal(alice: Client, market: Market) -> None:
    campaign = fair(market)
    market.another("Pumps", campaign_id=campaign.pk, estimated_value="1234.00")
    listed = alice.get("/campaigns/?state=running").content.decode()
    page = alice.get(f"/campaigns/{campaign.pk}/").content.decode()
    assert "1,234" in listed
    assert "Pumps" in page
    assert f"/opportunities/new/?campaign_id={campaign.pk}" in page
    form = alice.get(f"/opportunities/new/?campaign_id={campaign.pk}").content.decode()
    assert f'name="campaign_id" value="{campaign.pk}"' in form
    customer = str(market.account.ref)
    alice.post(
        "/opportunities/new/",
        {"subject": "New", "customer": customer, "campaign_id": campaign.pk, "currency": "EUR"},
    )
    assert Opportunity.objects.get(subject="New").campaign_id == campaign.pk


def test_the_pickers_offer_what_the_rules_allow(alice: Client, market: Market) -> None:
    running, over = fair(market), fair(market, name="Past", ends_on="2020-01-01")
    mine, other = mills(market, running), mills(market, over)
    campaigns = alice.get("/pick/campaigns/?q=").content.decode()
    assert (f'data-value="{running.pk}"' in campaigns, f'data-value="{over.pk}"' in campaigns) == (
        True,
        False,
    )
    then = alice.get("/pick/campaigns/?q=&on=2019-12-31").content.decode()
    assert f'data-value="{over.pk}"' in then
    segments = alice.get(f"/pick/segments/?q=&campaign_id={running.pk}").content.decode()
    assert (f'data-value="{mine.pk}"' in segments, f'data-value="{other.pk}"' in segments) == (True, False)
    assert alice.get("/pick/campaigns/?on=nonsense").status_code == 422


def test_the_form_of_a_deal_keeps_a_refused_campaign_and_says_why(alice: Client, market: Market) -> None:
    over = fair(market, ends_on="2020-01-01")
    answer = alice.post(f"/opportunities/{market.deal.pk}/edit/", {"campaign_id": over.pk, "segment_id": ""})
    assert answer.status_code == 422
    assert "was not under way" in answer.content.decode()
    running = fair(market)
    mine = mills(market, running)
    given = {"campaign_id": running.pk, "segment_id": mine.pk}
    alice.post(f"/opportunities/{market.deal.pk}/edit/", given)
    market.deal.refresh_from_db()
    assert (market.deal.campaign_id, market.deal.segment_id) == (running.pk, mine.pk)
    page = alice.get(f"/opportunities/{market.deal.pk}/").content.decode()
    assert f'href="/campaigns/{running.pk}/"' in page


def test_lines_are_added_filled_in_and_open_deals(alice: Client, market: Market) -> None:
    segment = mills(market, fair(market))
    here = f"/segments/{segment.pk}"
    alice.post(f"{here}/lines/", {"customer": "", "note": "somebody"})
    alice.post(f"{here}/lines/", {"customer": str(market.contact.ref)})
    blank = SegmentMember.objects.get(note="somebody")
    twice = alice.post(
        f"{here}/lines/{blank.pk}/", {"customer": str(market.contact.ref), "note": "", "version": "1"}
    )
    assert (twice.status_code, "already" in twice.content.decode()) == (422, True)
    alice.post(f"{here}/lines/{blank.pk}/", {"customer": str(market.account.ref), "note": "", "version": "1"})
    assert alice.get(f"{here}/opportunities/").status_code == 200
    opened = alice.post(f"{here}/opportunities/", {"subject": "Offer", "started": "no"})
    assert opened.headers["Location"] == f"/opportunities/?segment={segment.pk}"
    assert Opportunity.objects.filter(segment_id=segment.pk, subject="Offer").count() == 2
    again = alice.post(f"{here}/opportunities/", {"subject": "Offer"})
    assert (again.status_code, "already" in again.content.decode()) == (422, True)
    alice.post(f"{here}/lines/{blank.pk}/removal/")
    assert "1 opportunity" in alice.get(f"{here}/").content.decode()


def test_a_segment_is_attached_to_a_campaign(alice: Client, market: Market) -> None:
    campaign = fair(market)
    form = alice.get(f"/segments/new/?campaign={campaign.pk}").content.decode()
    assert f'name="campaign_id" value="{campaign.pk}"' in form
    alice.post("/segments/new/", {"name": "Guests", "campaign_id": campaign.pk})
    segment = Segment.objects.get()
    assert segment.campaign_id == campaign.pk
    alice.post(f"/segments/{segment.pk}/edit/", {"campaign_id": "", "name": "Guests"})
    segment.refresh_from_db()
    assert segment.campaign_id is None
    listed = alice.get("/segments/?text=guests").content.decode()
    assert "Guests" in listed


@pytest.mark.parametrize("kind", ["campaign", "segment"])
def test_deleting_says_what_stays_and_the_bin_brings_it_back(
    alice: Client, market: Market, kind: str
) -> None:
    record = fair(market) if kind == "campaign" else mills(market)
    here = f"/{kind}s/{record.pk}"
    assert "stay" in alice.get(f"{here}/deletion/").content.decode()
    assert alice.post(f"{here}/deletion/").headers["Location"] == f"/{kind}s/"
    gone = alice.get(f"{here}/")
    assert gone.status_code == 404
    assert f"{MARK}" in alice.get(f"/bin/?kind={kind}").content.decode()
    alice.post(f"/bin/{kind}:{record.pk}/restoration/")
    assert alice.get(f"{here}/").status_code == 200


def test_who_may_only_read_sees_no_way_to_change(market: Market, sign_in: SignIn) -> None:
    campaign, segment = fair(market), mills(market)
    rita = sign_in(market.company.rita)
    for address in (f"/campaigns/{campaign.pk}/", f"/segments/{segment.pk}/", "/campaigns/"):
        page = rita.get(address).content.decode()
        assert "/edit/" not in page
        assert "/campaigns/new/" not in page
    assert rita.post(f"/campaigns/{campaign.pk}/activation/", {"activated": "no"}).status_code == 403
    assert rita.get(f"/segments/{segment.pk}/lines/").status_code == 403
