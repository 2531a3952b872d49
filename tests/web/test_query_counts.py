"""How many queries each page makes: a committed number, the same for few rows and for many."""

import tomllib
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from opportune.campaigns.models import Campaign, Segment, SegmentMember
from opportune.kernel import clock
from opportune.opportunities import actions
from opportune.opportunities.actions import Draft
from opportune.opportunities.models import Opportunity
from tests.doors.callers import MARK, Market
from tests.doors.test_query_counts import FEW, MANY, fill
from tests.web.conftest import SignIn
from tests.web.news import short
from tests.web.test_guards import ROUTES, filled

WRITTEN = tomllib.loads(Path(__file__).with_name("query_counts.toml").read_text(encoding="utf-8"))
COMMITTED: dict[str, int] = WRITTEN["addresses"]
EVERY_PAGE: dict[str, int] = WRITTEN["pages of an administrator"]


def counts(client: Client, market: Market) -> dict[str, int]:
    """The number of queries of every page that is committed."""
    deal, stage, competitor = market.deal.pk, market.process.stages[0].id, market.competitor.pk
    now, found = quote(clock.now().isoformat()), {}
    for page in COMMITTED:
        address = page.format(
            deal=deal,
            stage=stage,
            account=market.account.pk,
            contact=market.contact.pk,
            competitor=competitor,
            campaign=Campaign.objects.earliest("pk").pk,
            segment=Segment.objects.earliest("pk").pk,
            line=SegmentMember.objects.earliest("pk").pk,
            word=MARK,
            now=now,
            shown=f"{short(deal)}-1",
        )
        client.get(address)  # what seldom changes is kept from here on
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(address)
        assert answer.status_code in (200, 304), address
        found[page] = len(queries)
    return found


def counts_of_pages(client: Client, market: Market) -> dict[str, int]:
    """The number of queries of every page that can be asked for, by its route."""
    found = {}
    for route in ROUTES:
        address = filled(route, market)
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(address)
        if answer.status_code == 200:
            found[route] = len(queries)
    return found


def spread(market: Market, many: int) -> None:
    """Deals in every stage and status, so that each column and chip has some."""
    drafts = [
        Draft({"subject": f"{MARK} {number}", "account_id": market.account.pk}, stage_id=stage.id)
        for stage in market.process.stages
        for number in range(many)
    ]
    made = actions.create_many(market.alice, drafts)
    assert len(made) == len(drafts)


def age(*, but: int) -> None:
    """All deals but a few were touched an hour ago: of very many changes no page is told."""
    kept = list(Opportunity.objects.order_by("-pk").values_list("pk", flat=True)[:but])
    Opportunity.objects.exclude(pk__in=kept).update(touched_at=clock.now() - timedelta(hours=1))


def test_pages_make_as_many_queries_as_are_committed_for_few_rows_and_for_many(
    market: Market, sign_in: SignIn
) -> None:
    alice = sign_in(market.alice)
    fill(market, 0, FEW)
    spread(market, 1)
    assert counts(alice, market) == COMMITTED
    fill(market, FEW, MANY)
    spread(market, 4)
    age(but=100)
    assert counts(alice, market) == COMMITTED


def test_every_page_there_is_makes_as_many_queries_as_are_committed_for_few_rows_and_for_many(
    market: Market, sign_in: SignIn
) -> None:
    ada = sign_in(market.company.ada)
    fill(market, 0, FEW)
    spread(market, 1)
    assert counts_of_pages(ada, market) == EVERY_PAGE
    fill(market, FEW, FEW * 3)
    spread(market, 4)
    assert counts_of_pages(ada, market) == EVERY_PAGE
