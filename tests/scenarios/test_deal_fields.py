"""Scenarios of the three products about the fields of a deal and who works on it, by actions and by REST."""

import csv
import io
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from opportune.activities.actions import create_task
from opportune.activities.queries import my_tasks
from opportune.identity.actions import create_user
from opportune.identity.actor import Actor, actor_for
from opportune.identity.models import Grant, Holder, Role
from opportune.identity.permissions import Depth
from opportune.kernel import clock
from opportune.kernel.errors import Conflict, Invalid, NotFound, NotPermitted
from opportune.opportunities import actions
from opportune.opportunities.models import Opportunity
from opportune.opportunities.queries import due, opportunity
from tests.deals import SYSTEM, Trade
from tests.doors.callers import Caller, CommandLine, caller
from tests.people import Company


@dataclass(frozen=True)
class Scene:
    """Olivia, Marc and Nadia sell; Zoé has no access. Marc's account and a contact of none."""

    olivia: Actor
    marc: Actor
    nadia: Actor
    zoe: Actor
    durand: int
    ines: int

    def deal(self, subject: str = "Network", **fields: object) -> Opportunity:
        """A deal of Marc's with Durand SA."""
        return actions.create(self.marc, {"subject": subject, "account_id": self.durand, **fields})


@pytest.fixture
def scene(trade: Trade) -> Scene:
    company: Company = trade.company
    team = [company.hunters.pk]

    def person(name: str, role: str, *, is_active: bool = True) -> Actor:
        user = create_user(
            SYSTEM,
            email=f"{name.lower()}@scene.example",
            name=name,
            roles=[role],
            unit_id=company.sales.pk,
            team_ids=team,
            is_active=is_active,
        )
        return actor_for(user, "web") if is_active else Actor("person", user.pk, name, "web", user.pk)

    olivia, marc = person("Olivia", "administrator"), person("Marc", "salesperson")
    nadia, zoe = person("Nadia", "sales_manager"), person("Zoe", "salesperson", is_active=False)
    durand = company.account("Durand SA", owner=marc).pk
    ines = company.contact("Roche", first_name="Ines", owner=marc).pk
    return Scene(olivia, marc, nadia, zoe, durand, ines)


@pytest.fixture
def marc(scene: Scene) -> Caller:
    return caller(scene.marc)


def test_cm_s_01_a_blank_title_is_refused(scene: Scene, marc: Caller) -> None:
    with pytest.raises(Invalid) as refusal:
        scene.deal("   ")
    assert set(refusal.value.fields) == {"subject"}
    answer = marc.post("/opportunities", {"subject": "   ", "account_id": scene.durand})
    assert (answer.status, set(answer.json["errors"])) == (422, {"subject"})
    assert Opportunity.objects.count() == 0


def test_cm_s_03_exactly_one_account_or_contact(scene: Scene, marc: Caller) -> None:
    both = {"subject": "Network", "account_id": scene.durand, "contact_id": scene.ines}
    with pytest.raises(Invalid):
        actions.create(scene.marc, both)
    assert marc.post("/opportunities", both).status == 422
    made = marc.post("/opportunities", {"subject": "Network", "contact_id": scene.ines})
    assert made.status == 201
    listed = marc.get(f"/contacts/{scene.ines}/opportunities").json["items"]
    assert [deal["id"] for deal in listed] == [made.json["id"]]


def test_cm_s_07_only_those_with_access_can_be_responsible(scene: Scene, marc: Caller) -> None:
    offered = {person["name"] for person in marc.get("/people").json["items"]}
    assert {"Olivia", "Marc", "Nadia"} <= offered
    assert "Zoe" not in offered
    deal = scene.deal()
    with pytest.raises(Invalid) as refusal:
        actions.assign(scene.marc, deal.pk, owner_id=scene.zoe.person_id or 0)
    assert set(refusal.value.fields) == {"owner_id"}
    answer = marc.patch(f"/opportunities/{deal.pk}", {"owner_id": scene.zoe.person_id})
    assert (answer.status, set(answer.json["errors"])) == (422, {"owner_id"})


def test_cm_s_49_a_reminder_reaches_the_owner_and_goes_when_unticked_or_closed(
    scene: Scene, marc: Caller
) -> None:
    deal = scene.deal(reminder_at="2026-11-23T09:00")
    nine = datetime(2026, 11, 23, 8, tzinfo=UTC)
    assert marc.get(f"/opportunities/{deal.pk}").json["reminder_at"] == "2026-11-23T08:00:00Z"

    def reminded() -> list[str]:
        with clock.stopped_at(nine):
            by_rest = [one["subject"] for one in marc.get("/reminders").json["items"]]
        assert by_rest == [one.subject for one in due(scene.marc, nine)]
        return by_rest

    assert due(scene.marc, datetime(2026, 11, 23, 7, 59, tzinfo=UTC)) == []
    assert reminded() == ["Network"]
    assert due(scene.nadia, nine) == []
    assert marc.patch(f"/opportunities/{deal.pk}", {"reminder_at": None}).status == 200
    assert reminded() == []
    actions.edit(scene.marc, deal.pk, {"reminder_at": "2026-11-23T09:00"})
    assert reminded() == ["Network"]
    closed = {"outcome": "lost", "reason": "PRICE_L", "on": str(clock.today("Europe/Paris"))}
    assert marc.post(f"/opportunities/{deal.pk}/closure", closed).status == 200
    assert reminded() == []


def test_cm_s_59_a_stale_save_of_the_same_is_refused_with_what_changed(scene: Scene, marc: Caller) -> None:
    deal, nadia = scene.deal(), caller(scene.nadia)
    seen = deal.version
    saved = marc.patch(f"/opportunities/{deal.pk}", {"comments": "Marc’s", "version": seen})
    assert saved.status == 200
    with pytest.raises(Conflict) as refusal:
        actions.edit(scene.nadia, deal.pk, {"comments": "Nadia’s"}, version=seen)
    assert refusal.value.data["changes"] == {"comments": "Marc’s"}
    answer = nadia.patch(f"/opportunities/{deal.pk}", {"comments": "Nadia’s", "version": seen})
    assert (answer.status, answer.json["code"], answer.json["data"]["changes"]) == (
        409,
        "conflict",
        {"comments": "Marc’s"},
    )
    assert nadia.patch(f"/opportunities/{deal.pk}", {"priority": "high", "version": seen}).status == 200
    shown = marc.get(f"/opportunities/{deal.pk}").json
    assert (shown["comments"], shown["priority"]) == ("Marc’s", "high")


def test_ds_s_27_a_budget_is_no_estimated_revenue(scene: Scene, marc: Caller) -> None:
    deal = scene.deal(estimated_value=Decimal(90000))
    actions.edit(scene.marc, deal.pk, {"budget": Decimal(75000)})
    deal.refresh_from_db()
    assert (deal.estimated_value, deal.budget) == (Decimal(90000), Decimal(75000))
    shown = marc.patch(f"/opportunities/{deal.pk}", {"budget": "75000.50"}).json
    assert (shown["estimated_value"], shown["budget"]) == ("90000.0000", "75000.5000")


def test_ds_s_101_a_share_lets_one_read_and_goes_when_revoked(
    scene: Scene, trade: Trade, marc: Caller
) -> None:
    deal, tom = scene.deal(), trade.company.dan
    shared = actions.share_deal(scene.marc, deal.pk, user_id=tom.person_id)
    assert opportunity(tom, deal.pk).row.subject == "Network"
    with pytest.raises(NotPermitted):
        actions.edit(tom, deal.pk, {"budget": 1})
    actions.unshare_deal(scene.marc, deal.pk, shared.pk)
    with pytest.raises(NotFound):
        opportunity(tom, deal.pk)
    by_rest = caller(tom)
    share = marc.post(f"/opportunities/{deal.pk}/shares", {"user_id": tom.person_id}).json["items"][0]
    assert by_rest.get(f"/opportunities/{deal.pk}").status == 200
    assert by_rest.patch(f"/opportunities/{deal.pk}", {"budget": 1}).status == 403
    assert marc.ask("delete", f"/opportunities/{deal.pk}/shares/{share['id']}").json["items"] == []
    assert by_rest.get(f"/opportunities/{deal.pk}").status == 404


def test_bc_c4c_a_deal_is_created_on_the_day_of_work(scene: Scene, marc: Caller) -> None:
    with clock.stopped_at(datetime(2026, 3, 2, 9, tzinfo=UTC)):
        deal = scene.deal()
        made = marc.post("/opportunities", {"subject": "Cabling", "account_id": scene.durand}).json
    assert deal.created_at.date() == date(2026, 3, 2)
    assert made["created_at"] == "2026-03-02T09:00:00Z"
    entries = marc.get(f"/opportunities/{made['id']}/entries").json["items"]
    assert [(entry["move"], entry["on"]) for entry in entries] == [("created", "2026-03-02")]


def test_ds_s_99_the_widest_of_ones_roles_counts(scene: Scene, trade: Trade) -> None:
    company = trade.company
    user = create_user(
        SYSTEM, email="sam@scene.example", name="Sam", unit_id=company.sales.pk, team_ids=[company.hunters.pk]
    )
    everyday = {"create": Depth.OWN, "read": Depth.TEAM, "write": Depth.OWN}
    for key, depths in (("seller", everyday), ("deleter", {"delete": Depth.OWN})):
        role = Role.objects.create(key=key, name_en=key, name_fr=key)
        for verb, depth in depths.items():
            Grant.objects.create(role=role, record_kind="opportunity", verb=verb, depth=depth)
        Holder.objects.create(user=user, role=role)
    account = company.account("Own", owner=company.alice)
    sam = actor_for(user, "web")
    own = actions.create(SYSTEM, {"subject": "Own", "account_id": account.pk, "owner_id": user.pk})
    other = scene.deal()
    assert "delete" in opportunity(sam, own.pk).may
    assert opportunity(sam, other.pk).may == frozenset()


def test_bc_l2_a_task_is_found_under_its_new_owner_and_still_on_the_deal(scene: Scene, marc: Caller) -> None:
    deal, nadia = scene.deal(), caller(scene.nadia)
    task = create_task(scene.marc, deal.pk, subject="Call Paul")
    given = marc.put(f"/tasks/{task.pk}/owner", {"owner_id": scene.nadia.person_id})
    assert (given.status, given.json["owner_name"]) == (200, "Nadia")
    assert [row.subject for row in my_tasks(scene.nadia).rows] == ["Call Paul"]
    assert [row["subject"] for row in nadia.get("/tasks").json["items"]] == ["Call Paul"]
    assert marc.get("/tasks").json["items"] == []
    assert [row["id"] for row in marc.get(f"/opportunities/{deal.pk}/tasks").json["items"]] == [task.pk]


def test_bc_l4_a_comment_is_seen_on_the_record_with_its_date(scene: Scene, marc: Caller) -> None:
    deal = scene.deal()
    with clock.stopped_at(datetime(2026, 3, 2, 9, 30, tzinfo=UTC)):
        actions.comment(scene.marc, deal.pk, text="Called Paul.")
        said = marc.post(f"/opportunities/{deal.pk}/comments", {"text": "He agrees."}).json["comments"]
    assert said.splitlines()[0] == "02/03/2026 10:30 — Marc: Called Paul."
    assert "02/03/2026 10:30" in said.splitlines()[-1]
    assert said.endswith("He agrees.")


def test_ds_s93_an_export_is_not_cut(scene: Scene, command_line: CommandLine) -> None:
    drafts = [
        actions.Draft({"subject": f"Pump {number}", "account_id": scene.durand}) for number in range(1001)
    ]
    actions.create_many(scene.marc, drafts)
    ran = command_line("export", "opportunities", "--actor", "marc@scene.example")
    assert {row["subject"] for row in csv.DictReader(io.StringIO(ran.out))} == {
        f"Pump {number}" for number in range(1001)
    }
