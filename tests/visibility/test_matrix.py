"""Who may do what with what, through every door: one table of verdicts (`matrix.py`), the same at each of them."""

import argparse
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from opportune import cli
from opportune.activities.actions import complete_task, create_task
from opportune.campaigns.actions import (
    add_line,
    create_campaign,
    create_segment,
    delete_campaign,
    delete_segment,
)
from opportune.customers.actions import create_account, delete_account, delete_contact
from opportune.identity.actions import create_user, set_active, share
from opportune.identity.actor import Actor, actor_for
from opportune.identity.models import User
from opportune.identity.queries import person_actor
from opportune.kernel import clock
from opportune.kernel.errors import NotFound, NotPermitted, OpportuneError
from opportune.kernel.records import RecordRef
from opportune.opportunities import actions
from opportune.process.actions import add_step
from opportune.process.queries import process_by_key
from tests.deals import SYSTEM, id_of, last_change_set
from tests.doors.callers import CommandLine, Market, caller
from tests.doors.test_commands import COMMANDS, leaves
from tests.doors.test_routes import FOR_ADMINISTRATORS, ROUTES, Route
from tests.people import by_token
from tests.visibility.matrix import DONE, LINES, NOT_FOUND, NOT_PERMITTED, OUT, RIGHTS, VIEWERS, Line, World
from tests.web.test_guards import ROUTES as PAGES

# What no line of the table is about, and where it is shown instead.
OTHER_ROUTES = {
    "post /opportunities/deletion",  # deletes what it finds: opportunities/test_deleting.py
    "post /opportunities/revaluation",  # administrators alone: opportunities/test_revaluing.py
    "post /jobs/{job_id}/stop",  # one's own: web/test_jobs.py, api/test_jobs.py
    "post /jobs/{job_id}/continue",
    "post /jobs/{job_id}/undo",
    "post /competitors",  # names shared by all: opportunities/test_competitors.py
    "patch /competitors/{competitor_id}",
    "delete /competitors/{competitor_id}",
    "post /segments/{segment_id}/opportunities",  # for customers one sees: campaigns/test_actions.py
    "post /close-reasons",  # by a setting: reference/test_actions.py
    "post /{kind}/{record_id}/connections",  # reached from either side: customers/test_connections.py
    "patch /{kind}/{record_id}/connections/{connection_id}",
    "delete /{kind}/{record_id}/connections/{connection_id}",
}
READING_COMMANDS = {
    f"{noun} {verb}"
    for noun, verbs in {
        "token": "list",
        "opportunities": "list summary show moves shares",
        "bin": "list",
        "jobs": "list show",
        "competitors": "list show",
        "campaigns": "list show",
        "segments": "list show lines",
        "accounts": "list show bin history",
        "contacts": "list show bin history",
        "connections": "list",
        "access": "show people",
        "processes": "list statistics",
        "lists": "show",
        "reasons": "show",
        "categories": "show",
        "settings": "show",
        "currencies": "show rates",
        "export": "opportunities",
    }.items()
    for verb in verbs.split()
} | {"reminders"}
OTHER_COMMANDS = {
    "createuser",  # people, tokens, imports: cli/test_people_and_tokens.py, importing/test_actions.py
    "token create",
    "token revoke",
    "import opportunities",
    "import undo",
    "opportunities delete-closed",
    "opportunities revalue",
    "reset-sign-in",  # by who installs: security/test_second_factors.py
    "jobs stop",
    "jobs continue",
    "jobs undo",
    "competitors create",
    "competitors edit",
    "competitors remove",
    "segments open",
    "connections add",
    "connections change",
    "connections remove",
    "reasons add",
}
STATUSES = {401: OUT, 403: NOT_PERMITTED, 404: NOT_FOUND}
NOT_PERMITTED_CODE = 4
CODES = {3: NOT_FOUND, NOT_PERMITTED_CODE: NOT_PERMITTED}
SKIPPED = {"not_found": NOT_FOUND, "not_permitted": NOT_PERMITTED}
AT_DOORS = [viewer for viewer in VIEWERS if viewer != "narrow token"]
# Every action is tried by everybody; of each other door all lines are tried by some, and by the rest in the long run.
FEW = ("team mate", "sharee write", "narrow token")
REST = [viewer for viewer in VIEWERS if viewer not in FEW]
ONE = ("team mate",)
CUSTOMISING = {"processes", "lists", "reasons", "settings", "preset", "currencies", "categories"}
# Lists, what is picked from, one's own preferences, a stage's flyout; and forms of what `OTHER_ROUTES` has, or of many
# records at once or of one field in a list. The guards of web/test_guards.py find each of them by themselves.
OTHER_PAGES = {
    "keys/", "opportunities/<int:opportunity_id>/head/", "palette/", "palette/<str:kind>/<int:record_id>/",
    "sign/mine/", "sign/sessions/<int:session_id>/end/", "sign/tokens/", "sign/tokens/<int:token_id>/removal/",
    "sign/tokens/new/", "sign/form-token/", "sign/ways/",
    "opportunities/<int:opportunity_id>/destinations/", "opportunities/news/", "pipeline/<str:key>/news/",
    "opportunities/filter/", "pipeline/<str:key>/filter/", "forecast/<str:key>/filter/",
    "forecast/", "forecast/<str:key>/", "forecast/<str:key>/lanes/<str:month>/", "forecast/<str:key>/news/",
    "opportunities/<int:opportunity_id>/months/",
    "opportunities/columns/", "opportunities/<int:opportunity_id>/row/",
    "opportunities/<int:opportunity_id>/cells/<str:name>/",
    "", "access/<str:record>/", "accounts/", "accounts/bin/", "bin/", "campaigns/", "competitors/",
    "competitors/<int:competitor_id>/", "competitors/<int:competitor_id>/edit/",
    "competitors/<int:competitor_id>/removal/", "competitors/new/",
    "connections/<str:kind>/<int:record_id>/<int:connection_id>/",
    "connections/<str:kind>/<int:record_id>/<int:connection_id>/removal/",
    "connections/<str:kind>/<int:record_id>/new/", "contacts/", "contacts/bin/", "mails/", "opportunities/",
    "opportunities/<int:opportunity_id>/stages/<int:stage_id>/", "opportunities/<int:opportunity_id>/update/",
    "opportunities/deletion/",
    "jobs/", "jobs/<int:job_id>/", "jobs/<int:job_id>/stop/", "jobs/<int:job_id>/continuation/",
    "jobs/<int:job_id>/undo/", "opportunities/selected/",
    "opportunities/selected/<str:what>/", "pick/campaigns/", "pick/customers/", "pick/customers/new/<str:kind>/",
    "pick/initiators/", "pick/segments/",
    "pipeline/", "pipeline/<str:key>/", "pipeline/<str:key>/column/<str:stage>/", "preferences/", "reminders/bell/",
    "search/", "segments/", "segments/<int:segment_id>/opportunities/", "set-up/<str:secret>/", "tasks/", "undo/",
}  # fmt: skip
Verdicts = dict[str, str]


@pytest.fixture
def world(market: Market) -> World:
    """The records, and the viewers beside the six of the company."""
    company = market.company

    def person(name: str, role: str, unit: Any, *teams: Any) -> Actor:
        places = {"unit_id": unit.pk, "team_ids": [team.pk for team in teams]}
        user = create_user(SYSTEM, email=f"{name}@example.com", name=name, roles=[role], **places)
        return actor_for(user, "web")

    actors = {
        "owner": company.alice,
        "team mate": company.bob,
        "manager": company.carol,
        "other unit": person("olga", "sales_manager", company.elsewhere),
        "sharee read": person("sam", "salesperson", company.elsewhere),
        "sharee write": person("wes", "salesperson", company.elsewhere),
        "sales team": person("tess", "sales_team_member", company.elsewhere),
        "read-only": company.rita,
        "narrow token": by_token(company.alice, "*:read"),
        "stranger": company.dan,
        "administrator": company.ada,
        "deactivated": person("dora", "salesperson", company.sales, company.hunters),
    }
    known = person("nora", "salesperson", company.elsewhere)
    ids = records(market, known) | {"other": company.bob.person_id}
    for viewer, actor in actors.items():
        ids[f"own {viewer}"] = create_account(SYSTEM, {"name": f"Own {viewer}", "owner_id": id_of(actor)}).pk
    for kind, names in GRANTED.items():
        for name in names:
            for viewer, may_write in (("sharee read", False), ("sharee write", True)):
                whom = id_of(actors[viewer])
                share(market.alice, RecordRef(kind, ids[name]), user_id=whom, may_write=may_write)
    for name in GRANTED["opportunity"]:
        ref = RecordRef("opportunity", ids[name])
        share(market.alice, ref, user_id=id_of(actors["sales team"]), reason="sales_team")
    actions.delete_opportunity(market.alice, ids["binned"])
    delete_account(market.alice, ids["binned_account"])
    delete_contact(market.alice, ids["binned_contact"])
    delete_campaign(market.alice, ids["binned_campaign"])
    delete_segment(market.alice, ids["binned_segment"])
    return World(ids, actors)


GRANTED = {
    "opportunity": ("deal", "closed", "binned"),
    "account": ("account", "loose_account", "binned_account"),
    "contact": ("contact", "loose_contact", "binned_contact"),
    "campaign": ("campaign", "binned_campaign"),
    "segment": ("segment", "binned_segment"),
}


def records(market: Market, known: Actor) -> dict[str, Any]:
    """Alice's records; Nora is on the sales team of the deal, which is shared with her too."""
    company, today = market.company, clock.today("Europe/Paris")
    lost: dict[str, Any] = {"outcome": "lost", "reason": "PRICE_L", "on": today}
    deal = market.another(estimated_value=100, reminder_at=clock.now() - timedelta(days=1))
    actions.add_member(market.alice, deal.pk, user_id=id_of(known))
    rival = actions.add_rival(market.alice, deal.pk, name="Borealis")
    ended = create_task(market.alice, deal.pk, subject="Ended")
    complete_task(market.alice, ended.pk)
    segment = create_segment(market.alice, {"name": "Mills"})
    planned = market.process.stages[-1].id
    add_step(SYSTEM, planned, what="task", name_en="Thank", name_fr="Remercier")
    return {
        "today": today,
        "campaign": create_campaign(market.alice, {"name": "Fair"}).pk,
        "binned_campaign": create_campaign(market.alice, {"name": "Binned"}).pk,
        "segment": segment.pk,
        "line": add_line(market.alice, segment.pk).pk,
        "binned_segment": create_segment(market.alice, {"name": "Binned"}).pk,
        "deal": deal.pk,
        "closed": actions.close(market.alice, market.another().pk, **lost).pk,
        "binned": actions.close(market.alice, market.another().pk, **lost).pk,
        "account": market.account.pk,
        "loose_account": company.account("Loose").pk,
        "binned_account": company.account("Binned").pk,
        "contact": market.contact.pk,
        "loose_contact": company.contact("Loose").pk,
        "binned_contact": company.contact("Binned").pk,
        "member": known.person_id,
        "person": known.person_id,
        "share": actions.share_deal(market.alice, deal.pk, user_id=known.person_id).pk,
        "competitor": rival.competitor_id,
        "task": create_task(market.alice, deal.pk, subject="Call").pk,
        "ended": ended.pk,
        "planned": planned,
        "step": next(s.id for stage in market.process.stages for s in stage.steps if s.what == "tick"),
        "change_set": last_change_set(actions.edit, market.alice, deal.pk, {"description": "Blue"}),
        "other_process": process_by_key("contact_manager").id,
        "color": "red",
    }


@contextmanager
def undone() -> Iterator[None]:
    """What happens in this block holds, and is then undone; nobody looks at it as a whole."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


Ask = Callable[[str, Line, dict[str, Any]], str]


def named(line: Line, world: World, viewer: str) -> dict[str, Any]:
    """The records by the names that routes, commands and fields use, for one line."""
    ids = dict(world.ids)
    ids |= {name: ids.get(instead, instead) for name, instead in line.records}
    ids["own"] = world[f"own {viewer}"]
    return {
        **ids,
        **{f"{name}_id": value for name, value in ids.items()},
        "opportunity_id": ids["deal"],
        "record": f"opportunity:{ids['deal']}",
        "today": str(ids["today"]),
    }


def filled(given: Any, ids: dict[str, Any]) -> Any:
    """A body or a field with records in it; a name alone becomes the id as it is."""
    if isinstance(given, dict):
        return {name: filled(value, ids) for name, value in given.items()}
    if isinstance(given, list):
        return [filled(value, ids) for value in given]
    if not isinstance(given, str) or given == "{}" or "{" not in given:
        return given
    return ids[given[1:-1]] if given[0] + given[-1] == "{}" and given.count("{") == 1 else given.format(**ids)


def verdicts(world: World, ask: Ask, lines: Sequence[Line], viewers: Sequence[str]) -> dict[str, Verdicts]:
    """Where a door gives another verdict than the table: what it gives, by line and viewer."""
    differing: dict[str, Verdicts] = {}
    for line in lines:
        for viewer in viewers:
            with undone():
                found = ask(viewer, line, named(line, world, viewer))
            if found != RIGHTS[line.right][viewer]:
                differing.setdefault(f"{line} ({' '.join(line.right)})", {})[viewer] = found
    return differing


def leaving(world: World) -> None:
    """Somebody of the team is deactivated, after they got a token and a session."""
    set_active(world.actors["administrator"], id_of(world.actors["deactivated"]), is_active=False)


def test_every_action_gives_the_verdict_of_the_table(world: World) -> None:
    leaving(world)

    def ask(viewer: str, line: Line, ids: dict[str, Any]) -> str:
        assert line.action is not None
        instead = {name: ids[name] for name, _ in line.records} | {"own": ids["own"]}
        try:
            if viewer == "deactivated":
                return OUT if refused(person_actor, id_of(world.actors[viewer]), "web") else DONE
            line.action(world.actors[viewer], World(world.ids | instead, world.actors))
        except NotFound:
            return NOT_FOUND
        except NotPermitted:
            return NOT_PERMITTED
        except OpportuneError as error:
            return error.code
        return DONE

    assert verdicts(world, ask, [line for line in LINES if line.action], VIEWERS) == {}


def at_door(viewers: Sequence[str]) -> list[str]:
    """Those of the viewers who can sign in: a token cannot."""
    return [viewer for viewer in viewers if viewer in AT_DOORS]


def refused(call: Callable[..., object], *given: Any) -> bool:
    try:
        call(*given)
    except NotPermitted:
        return True
    return False


@pytest.mark.parametrize("viewers", [FEW, pytest.param(REST, marks=pytest.mark.long)], ids=["few", "rest"])
def test_every_route_gives_the_verdict_of_the_table(world: World, viewers: Sequence[str]) -> None:
    callers = {viewer: caller(world.actors[viewer]) for viewer in VIEWERS if viewer != "narrow token"}
    callers["narrow token"] = caller(world.actors["owner"], "*:read")
    leaving(world)

    def ask(viewer: str, line: Line, ids: dict[str, Any]) -> str:
        method, _, address = line.route.partition(" ")
        answer = callers[viewer].ask(method, address.format(**ids), filled(line.body, ids))
        if answer.status in STATUSES:
            return STATUSES[answer.status]
        if answer.status >= 400:
            return f"{answer.status} {answer.text}"
        skipped = answer.json.get("skipped") if answer.status == 200 else None
        return SKIPPED[skipped[0]["code"]] if skipped else DONE

    assert verdicts(world, ask, LINES, viewers) == {}


@pytest.mark.parametrize("viewers", [ONE, pytest.param(AT_DOORS, marks=pytest.mark.long)], ids=["one", "all"])
def test_every_command_gives_the_verdict_of_the_table(
    world: World, command_line: CommandLine, viewers: Sequence[str]
) -> None:
    leaving(world)
    mails = {viewer: User.objects.get(pk=id_of(world.actors[viewer])).email for viewer in AT_DOORS}

    def ask(viewer: str, line: Line, ids: dict[str, Any]) -> str:
        words = [word.format(**ids) for word in line.command.split()]
        ran = command_line(*words, "--actor", mails[viewer], "--json")
        if viewer == "deactivated" and ran.code == NOT_PERMITTED_CODE:
            return OUT
        if ran.code in CODES:
            return CODES[ran.code]
        if ran.code:
            return ran.err
        skipped = ran.json.get("skipped") if isinstance(ran.json, dict) else None
        return SKIPPED[skipped[0]["code"]] if skipped else DONE

    assert verdicts(world, ask, [line for line in LINES if line.command], viewers) == {}


@pytest.mark.parametrize("viewers", [FEW, pytest.param(REST, marks=pytest.mark.long)], ids=["few", "rest"])
def test_every_form_gives_the_verdict_of_the_table(world: World, viewers: Sequence[str]) -> None:
    browsers = {}
    for viewer in AT_DOORS:
        browsers[viewer] = Client()
        user = User.objects.get(pk=id_of(world.actors[viewer]))
        browsers[viewer].force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    leaving(world)

    def ask(viewer: str, line: Line, ids: dict[str, Any]) -> str:
        address = "/" + re.sub(r"<\w+:(\w+)>", lambda name: str(ids[name[1]]), line.form)
        method = "get" if line.fields is None else "post"
        fields = {name.format(**ids): str(value) for name, value in filled(line.fields or {}, ids).items()}
        answer = getattr(browsers[viewer], method)(address, fields)
        if answer.status_code == 302 and answer["Location"].startswith("/sign/login/"):
            return OUT
        if answer.status_code in STATUSES:
            return STATUSES[answer.status_code]
        return DONE if answer.status_code < 400 else f"{answer.status_code} {answer.content.decode()[-3000:]}"

    assert verdicts(world, ask, [line for line in LINES if line.form], at_door(viewers)) == {}


def customising() -> list[Route]:
    return [
        route
        for route in ROUTES
        if route.method != "get" and (route.customises or str(route) in FOR_ADMINISTRATORS)
    ]


def test_only_administrators_customise_by_any_route(world: World, market: Market) -> None:
    callers = {viewer: caller(world.actors[viewer]) for viewer in ("manager", "administrator")}
    assert len(customising()) > 30
    expected = RIGHTS["settings", "customise"]
    for route in customising():
        for viewer, who in callers.items():
            with undone():
                status = route.ask(who, market).status
            # with the right, it depends on what is asked for
            found = (
                DONE
                if viewer == "administrator" and status in (404, 409, 422)
                else STATUSES.get(status, DONE)
            )
            assert found == expected[viewer], f"{route}: {viewer}"


def test_every_route_that_writes_has_a_line(market: Market) -> None:
    """A new one is covered on birth: by the table, or by a name and a reason above."""
    writing = {str(route) for route in ROUTES if route.method != "get"}
    reads = {line.route for line in LINES if line.route.startswith("get ")}
    assert {line.route for line in LINES} - reads | OTHER_ROUTES | {str(r) for r in customising()} == writing


def test_every_command_that_writes_has_a_line() -> None:
    parser = argparse.ArgumentParser()
    cli.add_commands(parser.add_subparsers())
    lines = {" ".join(line.command.split()[:2]) for line in LINES if line.command}
    lines = {line if line in COMMANDS else line.split()[0] for line in lines}
    customised = {name for name in COMMANDS if name.split()[0] in CUSTOMISING}
    assert lines | READING_COMMANDS | OTHER_COMMANDS | customised == leaves(parser)


def test_every_form_has_a_line() -> None:
    forms = {line.form for line in LINES if line.form}
    assert forms <= set(PAGES)
    assert set(PAGES) - forms - {page for page in PAGES if page.startswith("settings/")} == OTHER_PAGES
