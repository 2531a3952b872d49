"""What board and list are told every few seconds: only what is others now, and nothing while nothing is."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from opportune.kernel import clock
from opportune.ledger.lasting import new_edition
from opportune.opportunities import actions
from opportune.opportunities.models import Opportunity
from opportune.process.queries import process_by_key
from tests.people import Company
from tests.web.conftest import SignIn
from tests.web.news import naming, short

pytestmark = pytest.mark.django_db
BOARD, LIST = "/pipeline/sales/news/", "/opportunities/news/"
ADDRESSES = pytest.mark.parametrize("address", [BOARD, LIST])


@pytest.fixture
def deal(company: Company) -> Opportunity:
    """A deal that nobody has touched for a minute."""
    with clock.stopped_at(clock.now() - timedelta(minutes=1)):
        return company.deal("Two pumps", estimated_value=Decimal(1000), estimated_close_on=date(2030, 1, 31))


@pytest.fixture
def alice(company: Company, sign_in: SignIn) -> Client:
    return sign_in(company.alice)


@pytest.fixture(autouse=True)
def now(deal: Opportunity) -> Iterator[str]:
    """The instant at which the page was read, at which the clock stands."""
    with clock.stopped_at(clock.now()):
        yield clock.now().isoformat()


def ask(client: Client, address: str, now: str, *shown: Opportunity, told: str = "", **asked: str) -> Any:
    """What a page that shows these deals is told."""
    stage = process_by_key("sales").stages[0].id if "pipeline" in address else ""
    parameters = {"since": now, "shown": naming(stage, *shown) if shown else "", **asked}
    return client.get(address, parameters, headers={"If-None-Match": told} if told else {})


@ADDRESSES
def test_nothing_is_said_while_nothing_changes(
    alice: Client, deal: Opportunity, now: str, address: str
) -> None:
    answer = ask(alice, address, now, deal)
    assert (answer.status_code, answer.content) == (304, b"")
    assert answer["Opportune-Read-At"] == now


@ADDRESSES
def test_a_change_is_told_once(
    company: Company, alice: Client, deal: Opportunity, now: str, address: str
) -> None:
    actions.edit(company.carol, deal.pk, {"estimated_value": Decimal(7000)})
    answer = ask(alice, address, now, deal)
    said = answer.content.decode()
    assert answer.status_code == 200
    assert "€7,000" in said
    assert "Changed by Carol" in said
    deal.refresh_from_db()
    assert ask(alice, address, now, deal, told=answer["ETag"]).status_code == 304


@ADDRESSES
def test_ones_own_change_is_nobodys(
    company: Company, alice: Client, deal: Opportunity, now: str, address: str
) -> None:
    actions.edit(company.alice, deal.pk, {"estimated_value": Decimal(7000)})
    said = ask(alice, address, now, deal).content.decode()
    assert "€7,000" in said
    assert "Changed by" not in said


@ADDRESSES
def test_a_stranger_gets_the_same_answer_whatever_happens(
    company: Company, sign_in: SignIn, deal: Opportunity, now: str, address: str
) -> None:
    dan = sign_in(company.dan)
    assert ask(dan, address, now).status_code == 304
    before = ask(dan, address, now, deal)
    actions.edit(company.alice, deal.pk, {"estimated_value": Decimal(7000)})
    assert ask(dan, address, now).status_code == 304
    after = ask(dan, address, now, deal)
    assert (after.status_code, after.content, after["ETag"]) == (200, before.content, before["ETag"])
    assert "pumps" not in after.content.decode()


def test_a_board_gets_the_lanes_of_before_and_after_and_no_other(
    company: Company, alice: Client, deal: Opportunity, now: str
) -> None:
    first, second, third, _ = process_by_key("sales").stages
    actions.move(company.carol, deal.pk, stage_id=second.id)
    said = ask(alice, BOARD, now, deal).content.decode()
    assert f'data-lane="{first.id}"' in said
    assert f'data-lane="{second.id}"' in said
    assert f'data-lane="{third.id}"' not in said
    assert "1 open deal · <b>€1,000</b> · €450 weighted" in said


def test_what_a_filter_hides_is_not_told_to_a_board(
    company: Company, alice: Client, deal: Opportunity, now: str
) -> None:
    actions.edit(company.carol, deal.pk, {"estimated_value": Decimal(7000)})
    assert ask(alice, BOARD, now, owner=str(company.carol.person_id)).status_code == 304
    assert ask(alice, BOARD, now, text="pumps").status_code == 200


def test_a_row_that_is_gone_is_named_and_a_new_one_is_counted(
    company: Company, alice: Client, deal: Opportunity, now: str
) -> None:
    actions.edit(company.ada, deal.pk, {"owner_id": company.dan.person_id})
    company.deal("Spare parts")
    said = ask(alice, LIST, now, deal, sort="value").content.decode()
    assert f'data-gone="{deal.pk}"' in said
    assert "1 more opportunity has been changed and matches." in said
    assert 'href="/opportunities/?sort=value"' in said
    assert "<td" in said  # the sums
    assert "id=row-" not in said


@ADDRESSES
@pytest.mark.parametrize(
    "wrong",
    [
        {"shown": "a_b-C"},
        {"shown": "1_٣-1"},
        {"shown": "_" + ".".join(f"{short(one)}-1" for one in range(601))},
        {"since": "yesterday"},
        {"since": ""},
        {"first": "once"},
    ],
)
def test_what_no_page_says_is_refused(
    alice: Client, deal: Opportunity, now: str, address: str, wrong: dict[str, str]
) -> None:
    assert alice.get(address, {"since": now, "shown": "", **wrong}).status_code == 422


@ADDRESSES
@pytest.mark.parametrize("since", ["0001-01-01T00:00:00+00:00", "2000-01-01T00:00:00Z"])
def test_a_page_of_long_ago_is_to_be_loaded_anew(
    alice: Client, deal: Opportunity, address: str, since: str
) -> None:
    answer = ask(alice, address, since, deal, first=since, text="pumps")
    said = answer.content.decode()
    assert answer.status_code == 200
    assert "Much may have changed since this page was loaded." in said
    assert f'href="{address.removesuffix("news/")}?text=pumps"' in said
    assert "Two pumps" not in said
    assert ask(alice, address, since, deal, told=answer["ETag"]).status_code == 304


@ADDRESSES
def test_of_very_many_changes_none_is_drawn_and_all_of_it_is_said_once(
    company: Company, alice: Client, deal: Opportunity, now: str, address: str
) -> None:
    new_edition()
    assert ask(alice, address, now, deal).status_code == 304
    account = company.account()
    for number in range(151):
        company.deal(f"Pump {number}", account_id=account.pk)
    with CaptureQueriesContext(connection) as queries:
        answer = ask(alice, address, now, deal)
    assert "Much may have changed" in answer.content.decode()
    assert len(queries) <= 11  # three of them look for the stage
    again = ask(alice, address, now, deal, told=answer["ETag"])
    assert (again.status_code, again["ETag"]) == (304, answer["ETag"])


def test_what_does_not_concern_a_page_is_looked_at_once(
    company: Company, alice: Client, deal: Opportunity, now: str
) -> None:
    actions.edit(company.carol, deal.pk, {"estimated_value": Decimal(7000)})
    asked = {"owner": str(company.carol.person_id)}
    answer = ask(alice, BOARD, now, **asked)
    assert answer.status_code == 304
    assert len(answer["ETag"]) > 2

    def queries_of(told: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert ask(alice, BOARD, now, told=told, **asked).status_code == 304
        return len(queries)

    assert queries_of(answer["ETag"]) < queries_of("")


def test_what_has_come_is_counted_from_when_the_page_was_loaded(
    company: Company, alice: Client, deal: Opportunity, now: str
) -> None:
    company.deal("Spare parts")
    with clock.stopped_at(clock.now() + timedelta(minutes=5)):
        since = clock.now().isoformat()
        assert ask(alice, LIST, since, deal, first=now).status_code == 304
        company.deal("Seals")
        said = ask(alice, LIST, since, deal, first=now).content.decode()
    assert "2 more opportunities have been changed and match." in said


def test_the_address_of_a_full_board_stays_below_what_servers_take() -> None:
    lanes = [range(30_000_000 + 100 * lane, 30_000_000 + 100 * lane + 100) for lane in range(6)]
    shown = "*".join(
        f"{lane}_" + ".".join(f"{short(one)}-{short(40)}" for one in ids) for lane, ids in enumerate(lanes)
    )
    assert len(urlencode({"since": "2026-03-10T12:00:00.123456+00:00", "shown": shown})) < 6000


@ADDRESSES
def test_a_page_says_how_to_ask(alice: Client, deal: Opportunity, now: str, address: str) -> None:
    page = alice.get(address.replace("news/", "").replace("sales/", "")).content.decode()
    assert f'data-news="{address}" data-since="{now}"' in page
    assert "data-news" not in alice.get("/pipeline/?as_of=2026-01-31").content.decode()
