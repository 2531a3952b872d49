"""Every door that shows deals, and which ones it shows a viewer.

Deals are worth powers of two, so that a sum says which ones are in it as surely as a list does.
"""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.test import Client

from opportune.identity.actor import Actor
from opportune.identity.models import User
from opportune.kernel import clock
from opportune.kernel.errors import NotFound, NotPermitted
from opportune.opportunities import queries
from opportune.opportunities.filters import OpportunityFilter
from opportune.process.queries import processes
from opportune.search.queries import find
from tests.doors.callers import MARK, Answer, Caller, CommandLine, Ran, caller

EVERYTHING = OpportunityFilter()
FEW = 3
HIDDEN, NOT_PERMITTED = 3, 4
Seen = set[int] | int
Sights = Iterator[tuple[str, Seen]]


@dataclass(frozen=True)
class Deals:
    """All deals there are, those in the bin too: the n-th is worth two to the n-th."""

    ids: tuple[int, ...]

    def worth(self, amount: Decimal | str | int) -> set[int]:
        """The deals whose values add up to an amount."""
        exact = Decimal(amount)
        whole = int(exact)
        assert exact == whole
        assert 0 <= whole < 2 ** len(self.ids)
        return {pk for number, pk in enumerate(self.ids) if whole >> number & 1}


@dataclass(frozen=True)
class Viewer:
    """Somebody who looks, and the doors that are open to them."""

    actor: Actor
    browser: Client | None = None
    api: Caller | None = None
    command_line: Callable[..., Ran] | None = None


def person(actor: Actor, command_line: CommandLine) -> Viewer:
    """Somebody at every door: signed in, with a token of every scope, by name on the command line."""
    user = User.objects.get(pk=actor.person_id or 0)
    browser = Client()
    browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return Viewer(actor, browser, caller(actor), lambda *words: command_line(*words, "--actor", user.email))


def seen(viewer: Viewer, deals: Deals) -> Sights:
    """What each door shows, by the name of the place: the deals, or how many they are."""
    yield from _read(viewer.actor, deals)
    if viewer.browser is not None:
        yield from _on_pages(viewer.browser, deals)
    if viewer.api is not None:
        yield from _through_api(viewer.api, deals)
    if viewer.command_line is not None:
        yield from _on_command_line(viewer.command_line, deals)


def differing(sights: Sights, expected: set[int]) -> dict[str, Seen]:
    """The places that show other deals than those expected, or another number of them."""
    return {
        where: shown
        for where, shown in sights
        if shown != (len(expected) if isinstance(shown, int) else expected)
    }


def taken_out(viewer: Viewer) -> Sights:
    """What may be taken out of Opportune at each door that does that."""
    try:
        yield "every_opportunity", {row.id for row in queries.every_opportunity(viewer.actor, EVERYTHING)}
    except NotPermitted:
        yield "every_opportunity", set()
    if viewer.command_line is None:
        return
    for form, read in (("json", json.loads), ("csv", _rows_of_csv)):
        ran = viewer.command_line("export", "opportunities", "--format", form)
        assert ran.code in (0, NOT_PERMITTED), ran.err
        yield f"export {form}", {int(row["id"]) for row in read(ran.out)} if ran.code == 0 else set()


def sold_to(viewer: Viewer, kind: str, customer: int, *, is_visible: bool) -> Sights:
    """The deals of an account or a contact at each door: its own list, and the list filtered by it.

    The list of a customer that cannot be seen is not found; the filter finds what can be seen anyway.
    """
    whose = {kind: str(customer)}
    wanted = OpportunityFilter.read(whose, viewer.actor)
    yield "list", {row.id for row in queries.opportunities(viewer.actor, wanted, limit=200).rows}
    yield "count", queries.count(viewer.actor, wanted)
    if viewer.api is not None:
        listed = viewer.api.get(f"/opportunities?{urlencode(whose)}")
        if listed.status == 200:
            yield "api list", {row["id"] for row in listed.json["items"]}
            yield "api summary", viewer.api.get(f"/opportunities/summary?{urlencode(whose)}").json["count"]
        own = viewer.api.get(f"/{kind}s/{customer}/opportunities")
        if is_visible and listed.status == 200:
            yield "api list of the customer", {row["id"] for row in own.json["items"]}
        else:
            assert own.status in (403, 404)
    if viewer.browser is not None:
        page = viewer.browser.get(f"/{kind}s/{customer}/")
        rows = viewer.browser.get("/opportunities/", whose)
        assert {page.status_code, rows.status_code} == {200 if is_visible else 404}
        if is_visible:
            text = page.content.decode()
            yield "page of the customer", _linked(text)
            yield "count on the page of the customer", _number(r'<span class="c">(.*?)</span>', text)
            yield "web list", _linked(rows.content.decode())
    if viewer.command_line is not None:
        ran = viewer.command_line("opportunities", "list", f"--{kind}", customer, "--json")
        yield "cli list", {row["id"] for row in ran.json["items"]}


def _read(actor: Actor, deals: Deals) -> Sights:
    """What the queries themselves answer."""

    def listed(**asked: Any) -> set[int]:
        found: set[int] = set()
        after: str | None = None
        while True:
            page = queries.opportunities(actor, OpportunityFilter(**asked), after=after, limit=FEW)
            found |= {row.id for row in page.rows}
            after = page.next
            if after is None:
                return found

    for sort in ("touched", "close", "probability"):
        yield f"list by {sort}", listed(sort=sort)
    yield "count", queries.count(actor, EVERYTHING)
    for day in (None, clock.today("Europe/Paris")):
        found = queries.totals(actor, EVERYTHING, as_of=day)
        then = f"as of {day}" if day else "now"
        yield f"count {then}", found.all.count
        yield f"sum {then}", deals.worth(found.all.value)
        yield f"sums by status {then}", set().union(*(deals.worth(s.value) for s in found.by_status.values()))
        yield f"sums by stage {then}", set().union(*(deals.worth(s.value) for s in found.by_stage.values()))
    closed = listed(status="closed")
    boards = [queries.board(actor, process, EVERYTHING, limit=200) for process in processes()]
    columns = [column for board in boards for column in board.columns]
    yield "cards", closed | {card.deal.id for column in columns for card in column.cards}
    yield "sums of columns", closed.union(*(deals.worth(column.sum.value) for column in columns))
    yield "counts of columns", len(closed) + sum(column.sum.count for column in columns)
    yield "search", {hit.id for hit in find(actor, MARK, limit=200) if hit.kind == "opportunity"}
    yield "subjects", set(queries.subjects(actor, set(deals.ids)))
    yield "record", {pk for pk in deals.ids if _has_record(actor, pk)}


def _has_record(actor: Actor, opportunity_id: int) -> bool:
    try:
        return queries.opportunity(actor, opportunity_id).row.id == opportunity_id
    except NotFound:
        return False


def _on_pages(browser: Client, deals: Deals) -> Sights:
    """What the screens show."""

    def text(address: str, **asked: str) -> str:
        answer = browser.get(address, asked)
        assert answer.status_code == 200
        return answer.content.decode()

    rows = text("/opportunities/")
    yield "web list", {int(pk) for pk in re.findall(r"id=row-(\d+)", rows)}
    foot = rows[rows.index("<tfoot>") :]
    yield "web list's count", _number(r"<b>(.*?)</b>", foot)
    yield "web list's sum", deals.worth(_number(r'<b class="num">(.*?)</b>', foot))
    closed = _linked(text("/opportunities/", status="closed"))
    boards = [text(f"/pipeline/{process.key}/") for process in processes()]
    heads = [head for board in boards for head in re.findall(r'<header id="head-.*?</header>', board, re.S)]
    yield "web cards", closed.union(*(map(int, re.findall(r'id="card-(\d+)"', board)) for board in boards))
    sums = [deals.worth(_number(r'<p class="num"><b>(.*?)</b>', head)) for head in heads]
    yield "web sums of columns", closed.union(*sums)
    counts = [_number(r'<span class="cnt num">(.*?)</span>', head) for head in heads]
    yield "web counts of columns", len(closed) + sum(counts)
    sumlines = [_number(r"(\S+) open deal", board) for board in boards]
    yield "web counts of boards", len(closed) + sum(sumlines)
    yield "web search", _linked(text("/search/", q=MARK))
    statuses = {pk: browser.get(f"/opportunities/{pk}/").status_code for pk in deals.ids}
    assert set(statuses.values()) <= {200, 404}
    yield "web record", {pk for pk, status in statuses.items() if status == 200}


def _through_api(api: Caller, deals: Deals) -> Sights:
    """What the API answers; a refusal shows nothing."""

    def json_of(answer: Answer) -> Any:
        assert answer.status in (200, 403, 404), answer.text
        return answer.json if answer.status == 200 else None

    def paged(address: str) -> set[int]:
        found: set[int] = set()
        after = ""
        while True:
            page = json_of(api.get(f"{address}?limit={FEW}{after}"))
            if page is None:
                return set()
            found |= {row["id"] for row in page["items"]}
            if page["next"] is None:
                return found
            after = f"&after={page['next']}"

    yield "api list", paged("/opportunities")
    everybody = json_of(api.get("/people")) or {"items": []}
    lists = [paged(f"/people/{each['id']}/opportunities") for each in everybody["items"]]
    yield "api lists of people", set().union(*lists)
    for asked in ("", f"?as_of={clock.today('Europe/Paris')}"):
        found = json_of(api.get(f"/opportunities/summary{asked}"))
        yield from _in_summary(f"api summary{asked}", found, deals)
    hits = json_of(api.get(f"/search?q={MARK}&limit=200")) or {"items": []}
    yield "api search", {hit["id"] for hit in hits["items"] if hit["kind"] == "opportunity"}
    for part in ("", "/entries", "/history"):
        answers = {pk: api.get(f"/opportunities/{pk}{part}") for pk in deals.ids}
        assert {answer.status for answer in answers.values()} <= {200, 404}
        yield f"api record{part}", {pk for pk, answer in answers.items() if answer.status == 200}


def _on_command_line(command_line: Callable[..., Ran], deals: Deals) -> Sights:
    """What the commands print."""

    def run(*words: object) -> Ran:
        ran = command_line(*words, "--json")
        assert ran.code in (0, HIDDEN, NOT_PERMITTED), ran.err
        return ran

    found: set[int] = set()
    after: tuple[str, ...] = ()
    while (page := run("opportunities", "list", "--limit", FEW, *after)).code == 0:
        found |= {row["id"] for row in page.json["items"]}
        if page.json["next"] is None:
            break
        after = ("--after", page.json["next"])
    yield "cli list", found
    for asked in ((), ("--as-of", clock.today("Europe/Paris"))):
        ran = run("opportunities", "summary", *asked)
        yield from _in_summary(f"cli summary {asked}", ran.json if ran.code == 0 else None, deals)
    shown = {pk: run("opportunities", "show", pk).code for pk in deals.ids}
    yield "cli record", {pk for pk, code in shown.items() if code == 0}


def _in_summary(where: str, summary: Any, deals: Deals) -> Sights:
    found = summary or {"count": 0, "value": "0", "by_status": {}, "by_stage": {}}
    yield f"{where}: count", found["count"]
    yield f"{where}: sum", deals.worth(found["value"])
    for parts in ("by_status", "by_stage"):
        yield f"{where}: {parts}", set().union(*(deals.worth(s["value"]) for s in found[parts].values()))


def _linked(page: str) -> set[int]:
    return {int(pk) for pk in re.findall(r'href="/opportunities/(\d+)/"', page)}


def _number(pattern: str, page: str) -> int:
    """The whole number a page shows at a place; zero may be shown as a dash."""
    found = re.search(pattern, page, re.S)
    assert found is not None, pattern
    return int(re.sub(r"\D", "", found[1]) or 0)


def _rows_of_csv(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))
