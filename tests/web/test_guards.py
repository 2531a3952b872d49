"""Who may do what through the pages: strangers, readers, those who have left, and forged requests."""

import re

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.db.models import Model
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver

from opportune.activities.models import Task
from opportune.identity.actions import change_password, set_active
from opportune.identity.actor import system_actor
from opportune.identity.models import Share
from opportune.ledger.models import Change
from opportune.opportunities import actions
from opportune.opportunities.actions import edit
from opportune.opportunities.models import Rival, TeamMember
from opportune.web.pages import go
from tests.deals import id_of
from tests.doors.callers import MARK, Market, WhenNamed, caller
from tests.web.conftest import SignIn

SYSTEM = system_actor("tests")
HTMX = {"HX-Request": "true"}
OUR_VIEWS = "opportune.web."
NO_SIGN_IN = {"set-up/<str:secret>/"}


def routes() -> list[str]:
    """The pattern of every address of the web door."""

    def below(patterns: list[URLPattern | URLResolver], before: str) -> list[str]:
        found = []
        for each in patterns:
            where = before + str(each.pattern)
            if isinstance(each, URLResolver):
                found += below(each.url_patterns, where)
            elif each.callback.__module__.startswith(OUR_VIEWS):
                found.append(where)
        return found

    return below(get_resolver().url_patterns, "")


def first_id(model: type[Model], column: str) -> int:
    """What hangs on Alice's deal, if something does."""
    return model._default_manager.order_by("pk").values_list(column, flat=True).first() or 1


def hang(market: Market) -> None:
    """Something of each kind that hangs on a deal."""
    actions.share_deal(market.alice, market.deal.pk, user_id=market.company.bob.id)
    actions.add_member(market.alice, market.deal.pk, user_id=market.company.bob.id or 0)
    actions.add_rival(market.alice, market.deal.pk, name="Borealis")


NOWHERE = 999_999_999  # no record has it, however far the numbers have gone on


def filled(route: str, market: Market) -> str:
    """A route's address with Alice's records in it."""
    values = WhenNamed(
        opportunity_id=lambda: market.deal.pk,
        account_id=lambda: market.account.pk,
        contact_id=lambda: market.contact.pk,
        task_id=lambda: market.task.pk,
        job_id=lambda: NOWHERE,
        record_id=lambda: market.contact.pk,
        connection_id=lambda: market.connection,
        kind=lambda: "contact",
        change_set_id=lambda: market.change_set,
        stage_id=lambda: market.process.stages[0].id,
        step_id=lambda: market.process.stages[0].steps[0].id,
        competitor_id=lambda: first_id(Rival, "competitor_id"),
        campaign_id=lambda: NOWHERE,
        segment_id=lambda: NOWHERE,
        line_id=lambda: NOWHERE,
        person_id=lambda: first_id(TeamMember, "user_id"),
        share_id=lambda: first_id(Share, "pk"),
        process_id=lambda: market.process.id,
        way=lambda: "up",
        what=lambda: "lost",
        how=lambda: "complete",
        key=lambda: "sales",
        stage=lambda: "none",
        month=lambda: "none",
        secret=lambda: "unknown",
        name=lambda: "subject",
        list_key=lambda: "source",
        choice=lambda: "web",
        reason=lambda: "PRICE_W",
        currency=lambda: "USD",
        color=lambda: "red",
        record=lambda: str(market.deal.ref),
        session_id=lambda: NOWHERE,
        token_id=lambda: NOWHERE,
        role=lambda: "salesperson",
    )
    return "/" + re.sub(r"<\w+:(\w+)>", lambda named: str(values[named[1]]), route)


ROUTES = routes()
ABOUT_A_RECORD = [
    route
    for route in ROUTES
    if "<str:record>" in route
    or any(
        f"{kind}_id>" in route
        for kind in ("opportunity", "account", "contact", "record", "task", "change_set")
    )
]
POSTED = {
    "subject": f"{MARK} taken",
    "name": "x",
    "last_name": "x",
    "move": "next",
    "outcome": "lost",
    "due_on": "",
    "color": "red",
    "marked": "yes",
}


def test_there_are_routes_to_guard() -> None:
    assert len(ROUTES) > 25
    assert len(ABOUT_A_RECORD) > 12


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_visitor_gets_nothing(market: Market, client: Client, method: str) -> None:
    before = Change.objects.count()
    for route in set(ROUTES) - NO_SIGN_IN:
        answer = getattr(client, method)(filled(route, market))
        assert answer.status_code in (302, 405), route
        if answer.status_code == 302:
            assert answer["Location"].startswith("/sign/login/"), route
    assert Change.objects.count() == before


def test_a_stranger_finds_no_record_and_changes_none(market: Market, sign_in: SignIn) -> None:
    hang(market)
    dan, before = sign_in(market.company.dan), Change.objects.count()
    for route in ABOUT_A_RECORD:
        address = filled(route, market)
        for answer in (dan.get(address), dan.post(address, POSTED), dan.post(address, POSTED, headers=HTMX)):
            assert answer.status_code in (404, 405, 422), route
            assert MARK not in answer.content.decode(), route
    assert Change.objects.count() == before


def test_a_stranger_sees_nothing_of_it_in_any_list(market: Market, sign_in: SignIn) -> None:
    dan = sign_in(market.company.dan)
    query = (
        f"?q={MARK.lower()}&text=a&customer=account:{market.account.pk}&account=account:{market.account.pk}"
    )
    for route in set(ROUTES) - set(ABOUT_A_RECORD) - NO_SIGN_IN:
        for asked in ("", query):
            said = dan.get(filled(route, market) + asked, follow=True).content.decode()
            assert MARK not in said, route + asked


def test_a_reader_changes_nothing(market: Market, sign_in: SignIn) -> None:
    hang(market)
    rita, before = sign_in(market.company.rita), Change.objects.count()
    for route in ABOUT_A_RECORD:
        answer = rita.post(filled(route, market), POSTED)
        assert answer.status_code in (403, 405), route
    assert Change.objects.count() == before


def test_only_administrators_read_unsent_mail(market: Market, sign_in: SignIn) -> None:
    assert sign_in(market.company.carol).get("/mails/").status_code == 403
    assert sign_in(market.company.ada).get("/mails/").status_code == 200


def test_a_colleague_ends_no_task_that_is_not_theirs(market: Market, sign_in: SignIn) -> None:
    answer = sign_in(market.company.bob).post(f"/tasks/{market.task.pk}/complete/")
    assert answer.status_code == 403
    assert Task.objects.get().state == Task.State.OPEN


def test_reopening_an_open_task_changes_nothing(market: Market, sign_in: SignIn) -> None:
    before = Change.objects.count()
    assert sign_in(market.alice).post(f"/tasks/{market.task.pk}/reopen/").status_code == 302
    assert Change.objects.count() == before


def test_every_posted_form_needs_its_token(market: Market, sign_in: SignIn) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = sign_in(market.alice).cookies
    before = Change.objects.count()
    for route in ROUTES:
        assert strict.post(filled(route, market), POSTED).status_code in (403, 405), route
    assert Change.objects.count() == before


def test_who_has_left_is_out_at_once(market: Market, sign_in: SignIn) -> None:
    alice, token = sign_in(market.alice), caller(market.alice)
    assert (alice.get("/opportunities/").status_code, token.get("/me").status) == (200, 200)
    set_active(
        market.company.ada, id_of(market.alice), is_active=False, successor_id=id_of(market.company.bob)
    )
    assert alice.get("/opportunities/").status_code == 302
    assert token.get("/me").status == 401


def test_a_new_password_ends_the_sessions_that_knew_the_old_one(market: Market, sign_in: SignIn) -> None:
    alice = sign_in(market.alice)
    change_password(market.company.ada, id_of(market.alice), password="another horse battery")
    assert alice.get("/opportunities/").status_code == 302


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "\x00//evil"],
)
@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "fragment"])
def test_nobody_is_sent_elsewhere(
    market: Market, sign_in: SignIn, elsewhere: str, headers: dict[str, str]
) -> None:
    alice = sign_in(market.alice)
    answer = alice.post(f"/tasks/{market.task.pk}/complete/", {"next": elsewhere}, headers=headers)
    assert answer.headers.get("Location", answer.headers.get("HX-Redirect")) == "/"


def test_an_address_with_a_line_break_adds_no_header(rf: RequestFactory) -> None:
    request: WSGIRequest = rf.post("/", headers=HTMX)
    assert go(request, "/\r\nX-Evil: 1")["HX-Redirect"] == "/%0D%0AX-Evil:%201"


@pytest.mark.parametrize(
    "name", ['"><script>alert(1)</script>', "' onfocus='alert(1)", "</textarea><script>"]
)
def test_names_are_shown_as_text_wherever_they_stand(market: Market, sign_in: SignIn, name: str) -> None:
    edit(market.alice, market.deal.pk, {"subject": name, "description": name})
    alice = sign_in(market.alice)
    deal = f"/opportunities/{market.deal.pk}"
    for address in (
        "/pipeline/",
        "/opportunities/",
        f"{deal}/",
        f"{deal}/edit/",
        f"{deal}/move/",
        f"{deal}/close/",
    ):
        said = alice.get(address).content.decode()
        assert "<script>alert" not in said, address
        assert "' onfocus='" not in said, address
        assert "<script></" not in said, address


def test_an_amount_that_cannot_be_read_makes_no_account(market: Market, sign_in: SignIn) -> None:
    answer = sign_in(market.alice).post("/accounts/new/", {"name": "South", "annual_revenue": "much"})
    assert answer.status_code == 422
    assert "Enter an amount, such as 1,234.50." in answer.content.decode()


def test_a_version_that_cannot_be_read_is_no_leave_to_overwrite(market: Market, sign_in: SignIn) -> None:
    form = {"subject": "Other", "version": "latest"}
    answer = sign_in(market.alice).post(f"/opportunities/{market.deal.pk}/edit/", form)
    assert answer.status_code == 422


def test_a_column_of_another_process_is_not_found(market: Market, sign_in: SignIn) -> None:
    stage = market.process.stages[0].id
    alice = sign_in(market.alice)
    assert alice.get(f"/pipeline/sales/column/{stage}/").status_code == 200
    assert alice.get(f"/pipeline/contact_manager/column/{stage}/").status_code == 404
