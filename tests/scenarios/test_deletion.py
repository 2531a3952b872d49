"""What the three products promise of deleting opportunities, through the actions and the API."""

import pytest

from opportune.identity.models import Grant, Holder, Role
from opportune.identity.permissions import Depth
from opportune.kernel import clock
from opportune.kernel.errors import NotPermitted, Refused
from opportune.ledger.lasting import new_edition
from opportune.opportunities import actions
from opportune.opportunities.deletion_filter import DeletionFilter
from opportune.opportunities.models import Entry, Opportunity
from opportune.reference.actions import change_setting
from tests.deals import id_of
from tests.doors.callers import Caller, Market, caller
from tests.people import again

TODAY = clock.today("Europe/Paris")


def lost(market: Market, deal: Opportunity, on: str = str(TODAY)) -> Opportunity:
    """The deal, closed as lost on a day."""
    closed = actions.close(market.alice, deal.pk, outcome="lost", reason="PRICE_L", on=TODAY)
    Opportunity.objects.filter(pk=deal.pk).update(closed_on=on)
    Entry.objects.filter(opportunity=deal, is_current=True).update(closed_on=on)
    return closed


def five(market: Market) -> dict[str, int]:
    """Two won deals, a lost one, one in progress and one not started, and no other; all with a comment."""
    made = {name: market.another(name) for name in ("won 1", "won 2", "lost", "in progress")}
    made["not started"] = actions.create(
        market.alice, {"subject": "not started", "account_id": market.account.pk}, stage_id=None
    )
    for deal in made.values():
        actions.edit(market.alice, deal.pk, {"comments": f"About {deal.subject}"})
    for name in ("won 1", "won 2"):
        actions.close(
            market.alice, made[name].pk, outcome="won", reason="PRICE_W", on=TODAY, confirm_zero=True
        )
    Opportunity.objects.filter(pk=made["won 1"].pk).update(closed_on="2026-01-31")
    lost(market, made["lost"])
    return {name: deal.pk for name, deal in made.items()}


@pytest.fixture
def deals(market: Market) -> dict[str, int]:
    """The five deals."""
    return five(market)


def left(alice: Caller, deals: dict[str, int]) -> set[str]:
    """The names of the deals that are still to be found."""
    found = {row["id"] for row in alice.get("/opportunities?limit=200").json["items"]}
    return {name for name, pk in deals.items() if pk in found}


def test_bc_j2_a_lost_opportunity_is_deleted_with_its_entries(market: Market, alice: Caller) -> None:
    address = f"/opportunities/{market.deal.pk}"
    lost(market, market.deal)
    before = alice.get("/opportunities/summary").json["count"]
    assert alice.get(f"{address}/deletion").json["refusal"] == ""
    assert alice.delete(address).status == 204
    assert [alice.get(f"{address}{part}").status for part in ("", "/entries", "/history")] == [404] * 3
    assert alice.get("/opportunities/summary").json["count"] == before - 1
    assert alice.get(f"/opportunities/summary?as_of={TODAY}").json["count"] == before - 1
    assert alice.get("/search?q=turbines").json["items"] == []
    [row] = alice.get("/bin").json["items"]
    assert (row["id"], row["deleted_by"], row["may_restore"]) == (market.deal.pk, "Alice (script)", True)


def test_bc_j2_it_is_brought_back_within_thirty_days_and_purged_after(market: Market, alice: Caller) -> None:
    lost(market, market.deal)
    record = f"/bin/opportunity:{market.deal.pk}"
    alice.delete(f"/opportunities/{market.deal.pk}")
    assert alice.post(f"{record}/restoration").status == 204
    assert alice.get(f"/opportunities/{market.deal.pk}").status == 200
    again_there = alice.post(f"{record}/restoration")
    assert (again_there.status, again_there.json["code"]) == (422, "not_in_bin")
    alice.delete(f"/opportunities/{market.deal.pk}")
    assert alice.delete(record).status == 403
    assert caller(market.company.ada).delete(record).status == 204
    assert not Entry.objects.filter(opportunity_id=market.deal.pk).exists()
    assert alice.post(f"{record}/restoration").status == 404


def test_bc_j4_the_batch_without_filters_deletes_exactly_the_closed_ones(
    market: Market, alice: Caller, deals: dict[str, int]
) -> None:
    asked: dict[str, object] = {"filter": {}}
    preview = alice.post("/opportunities/deletion", {**asked, "preview": True}).json["preview"]
    assert (preview["won"], preview["lost"], preview["open"]) == (2, 1, 3)
    assert left(alice, deals) == set(deals)
    done = alice.post("/opportunities/deletion", asked)
    assert len(done.json["done"]) == 3
    assert left(alice, deals) == {"in progress", "not started"}
    assert "About" not in alice.get("/bin").text
    undone = alice.post(f"/change-sets/{done.header('Change-Set')}/undo")
    assert undone.status == 200
    assert left(alice, deals) == set(deals)
    comments = alice.get(f"/opportunities/{deals['lost']}").json["comments"]
    assert comments == "About lost"


def test_bc_j4_the_batch_until_a_day_deletes_only_those_closed_by_then(
    market: Market, alice: Caller, deals: dict[str, int]
) -> None:
    wanted = DeletionFilter.read({"closed_until": "2026-01-31"}, market.alice)
    assert actions.delete_matching(market.alice, wanted).done == (deals["won 1"],)
    assert left(alice, deals) == set(deals) - {"won 1"}
    refused = alice.post("/opportunities/deletion", {"filter": {"closed_until": "soon"}})
    assert (refused.status, set(refused.json["errors"])) == (422, {"closed_until"})


def test_bc_j4_the_filter_never_reaches_open_ones(
    market: Market, alice: Caller, deals: dict[str, int]
) -> None:
    change_setting(market.company.ada, "allow_deleting_open", True)
    alice.post("/opportunities/deletion", {"filter": {"owner": "me", "process": str(market.process.id)}})
    assert left(alice, deals) == {"in progress", "not started"}


@pytest.mark.parametrize("name", ["in progress", "not started"])
def test_bc_e01_an_active_opportunity_is_not_deleted(
    market: Market, alice: Caller, deals: dict[str, int], name: str
) -> None:
    with pytest.raises(Refused) as refusal:
        actions.delete_opportunity(market.alice, deals[name])
    assert refusal.value.code == "switched_off"
    address = f"/opportunities/{deals[name]}"
    refused = alice.delete(address)
    assert (refused.status, refused.json["code"]) == (422, "switched_off")
    assert refused.json["data"] == {"setting": "allow_deleting_open"}
    french = alice.delete(address, Accept_Language="fr").json["detail"]
    assert "est ouverte" in french
    several = alice.post("/opportunities/deletion", {"ids": [deals[name], deals["lost"]]}).json
    assert several["done"] == [deals["lost"]]
    assert [one["code"] for one in several["skipped"]] == ["switched_off"]
    change_setting(market.company.ada, "allow_deleting_open", True)
    assert alice.delete(address).status == 204


def test_ds_s99_a_role_without_the_right_and_one_with_it_delete_ones_own_only(market: Market) -> None:
    company = market.company
    own, bobs = market.deal, market.another(owner=company.bob)
    for deal in (own, bobs):
        actions.close(company.ada, deal.pk, outcome="lost", reason="PRICE_L", on=TODAY)
    salesperson = Role.objects.get(key="salesperson")
    Grant.objects.filter(role=salesperson, record_kind="opportunity", verb="delete").delete()
    new_edition()
    for ask in (own, bobs):
        with pytest.raises(NotPermitted):
            actions.delete_opportunity(again(market.alice), ask.pk)
    deleting = Role.objects.create(key="deleting", name_en="Deleting", name_fr="Suppression")
    Grant.objects.create(role=deleting, record_kind="opportunity", verb="delete", depth=Depth.OWN)
    Holder.objects.create(user_id=id_of(market.alice), role=deleting)
    new_edition()
    alice = caller(again(market.alice))
    assert alice.delete(f"/opportunities/{bobs.pk}").status == 403
    assert alice.delete(f"/opportunities/{own.pk}").status == 204
