"""Scenarios of lists, close reasons, categories and numbers, through the actions and through the API."""

from datetime import date

import pytest

from opportune.kernel import clock
from opportune.kernel.errors import Invalid, NotFound, Refused
from opportune.ledger.undo import undo
from opportune.opportunities import actions as deals
from opportune.opportunities.filters import OpportunityFilter
from opportune.opportunities.models import Opportunity
from opportune.opportunities.queries import opportunities
from opportune.reference import actions
from opportune.reference.lists import LISTS
from opportune.reference.queries import categories_of, choices, offered_reasons, reason_by_code, used_reasons
from tests.deals import SYSTEM, Trade, last_change_set
from tests.doors.callers import Caller, Market, caller

TODAY = clock.today("Europe/Paris").isoformat()


@pytest.fixture
def ada(market: Market) -> Caller:
    """The API as the administrator."""
    return caller(market.company.ada)


def test_bc_b1_a_new_code_is_won_by_default(trade: Trade) -> None:
    actions.add_close_reason(SYSTEM, code="NEW1")
    made = reason_by_code("NEW1")
    assert (made.outcome, made.name_en, made.is_offered) == ("won", "NEW1", True)
    assert made.code in {reason.code for reason in offered_reasons("won")}


def test_bc_b1_through_the_api(ada: Caller) -> None:
    made = ada.post("/close-reasons", {"code": "NEW1"})
    assert (made.status, made.json["outcome"]) == (201, "won")
    assert made.json in ada.get("/close-reasons?outcome=won").json["items"]
    assert ada.post("/close-reasons", {"code": "new1", "name": "Another"}).status == 422
    assert ada.post("/close-reasons", {"code": "  "}).json["errors"].keys() == {"name"}
    assert ada.post("/close-reasons", {"code": "A/B"}).json["errors"].keys() == {"code"}


def test_bc_b3_an_unused_code_is_deleted_and_a_used_one_is_not(trade: Trade) -> None:
    change_set = last_change_set(actions.remove_close_reason, SYSTEM, "RELATION_W")
    with pytest.raises(NotFound):
        reason_by_code("RELATION_W")
    undo(SYSTEM, change_set)
    assert reason_by_code("RELATION_W").name_en == "Relationship"
    trade.won(trade.deal(), reason="RELATION_W")
    with pytest.raises(Refused) as refused:
        actions.remove_close_reason(SYSTEM, "RELATION_W")
    assert (refused.value.code, refused.value.data["uses"]) == ("reason_used", 1)
    with pytest.raises(Refused) as refused:
        actions.remove_close_reason(SYSTEM, "NOT_RECORDED")
    assert refused.value.code == "built_in"


def test_bc_b3_through_the_api(ada: Caller, alice: Caller, market: Market) -> None:
    assert ada.ask("delete", "/close-reasons/RELATION_W").status == 204
    assert ada.ask("delete", "/close-reasons/RELATION_W").status == 404
    closed = {"outcome": "lost", "reason": "PRICE_L", "on": TODAY}
    assert alice.post(f"/opportunities/{market.deal.pk}/closure", closed).status == 200
    refused = ada.ask("delete", "/close-reasons/PRICE_L")
    assert (refused.status, refused.json["code"], refused.json["data"]["uses"]) == (422, "reason_used", 1)
    uses = {each["code"]: each["uses"] for each in ada.get("/close-reasons/all").json["items"]}
    assert (uses["PRICE_L"], uses["PRICE_W"]) == (1, 0)
    withdrawn = ada.patch("/close-reasons/PRICE_L", {"is_offered": False, "name_en": "Too dear"})
    assert (withdrawn.json["is_offered"], withdrawn.json["name_en"]) == (False, "Too dear")
    assert alice.get(f"/opportunities/{market.deal.pk}").json["close_reason_name"] == "Too dear"


def test_bc_e25_a_reason_of_the_other_type_closes_nothing(trade: Trade) -> None:
    deal = trade.deal()
    with pytest.raises(Invalid) as invalid:
        trade.won(deal, reason="PRICE_L")
    assert set(invalid.value.fields) == {"reason"}
    assert Opportunity.objects.get(pk=deal.pk).is_open


def test_bc_e25_through_the_api(alice: Caller, market: Market) -> None:
    wrong = {"outcome": "won", "reason": "PRICE_L", "on": TODAY}
    refused = alice.post(f"/opportunities/{market.deal.pk}/closure", wrong)
    assert (refused.status, set(refused.json["errors"])) == (422, {"reason"})
    assert alice.get(f"/opportunities/{market.deal.pk}").json["status"] == "in_progress"


def test_bc_e40_a_missing_series_and_a_typed_number_are_refused(trade: Trade) -> None:
    with pytest.raises(Refused) as refused:
        actions.take_numbers("nonsense", date(2026, 3, 2))
    assert refused.value.code == "series_missing"
    with pytest.raises(Invalid) as invalid:
        trade.deal(number="OPP-1999-0001")
    assert set(invalid.value.fields) == {"number"}
    deal = trade.deal()
    with pytest.raises(Invalid):
        deals.edit(trade.alice, deal.pk, {"number": "OPP-1999-0001"})


def test_cm_s35_a_renamed_choice_shows_everywhere_and_a_deleted_one_is_replaced(trade: Trade) -> None:
    made = [trade.deal(source="web").pk for _ in range(9)]
    trade.lost(Opportunity.objects.get(pk=made[0]))
    actions.rename_choice(SYSTEM, "source", "web", name_en="Website", name_fr="Site web")
    names = {choice.code: choice.name_en for choice in choices("source")}
    held = Opportunity.objects.filter(pk__in=made)
    assert [names[source] for source in held.values_list("source", flat=True)] == ["Website"] * 9
    actions.remove_choice(SYSTEM, "source", "web", replacement="other")
    assert set(held.values_list("source", flat=True)) == {"other"}
    with pytest.raises(Invalid):
        actions.add_choice(SYSTEM, "source", name_en="other")


def test_cm_s35_through_the_api(ada: Caller, alice: Caller, market: Market) -> None:
    made = [market.another(source="web").pk for _ in range(9)]
    renamed = ada.patch("/lists/source/items/web", {"name_en": "Website"})
    [shown] = [each for each in renamed.json["items"] if each["code"] == "web"]
    assert (shown["name_en"], shown["name_fr"], shown["uses"]) == ("Website", "Site web", 9)
    sources = next(each for each in alice.get("/lists").json["items"] if each["key"] == "source")
    assert {"Website"} == {each["name_en"] for each in sources["choices"] if each["code"] == "web"}
    asked = ada.ask("delete", "/lists/source/items/web")
    assert (asked.status, asked.json["code"], asked.json["data"]["uses"]) == (422, "choice_used", 9)
    gone = ada.ask("delete", "/lists/source/items/web?replacement=other")
    assert gone.status == 200, gone.text
    assert {each["code"]: each["uses"] for each in gone.json["items"]}["other"] == 9
    assert {alice.get(f"/opportunities/{pk}").json["source"] for pk in made} == {"other"}
    refused = ada.post("/lists/source/items", {"name_en": "other"})
    assert (refused.status, "name_en" in refused.json["errors"]) == (422, True)
    assert alice.post(f"/change-sets/{gone.header('Change-Set')}/undo").status == 403
    assert ada.post(f"/change-sets/{gone.header('Change-Set')}/undo").status == 200
    assert {alice.get(f"/opportunities/{pk}").json["source"] for pk in made} == {"web"}


def test_cm_s45_the_categories_of_a_deal_are_its_own(trade: Trade) -> None:
    actions.rename_category(SYSTEM, "red", name_en="Hot")
    actions.rename_category(SYSTEM, "blue", name_en="Q4")
    deal, other = trade.deal(), trade.deal("Three pumps")
    for color in ("red", "blue"):
        actions.categorise(trade.alice, deal.ref, color)
    found = opportunities(trade.alice, OpportunityFilter.read({"category": "red"}, trade.alice)).rows
    assert [row.id for row in found] == [deal.pk]
    marks = categories_of("opportunity", [deal.pk, other.pk])
    assert [category.name_en for category in marks[deal.pk]] == ["Hot", "Q4"]
    assert other.pk not in marks
    assert categories_of("account", [trade.account.pk]) == {}


def test_cm_s45_through_the_api(ada: Caller, alice: Caller, market: Market) -> None:
    other = market.another()
    named = ada.patch("/categories/red", {"name_en": "Hot", "name_fr": "Chaud"})
    assert (named.json["color"], named.json["name"]) == ("red", "Hot")
    assert [each["name"] for each in alice.get("/categories").json["items"]][:2] == ["Hot", "Orange"]
    marked = alice.put(f"/records/{market.deal.ref}/categories/red")
    assert [each["color"] for each in marked.json["items"]] == ["red"]
    assert [row["id"] for row in alice.get("/opportunities?category=red").json["items"]] == [market.deal.pk]
    assert alice.get("/opportunities?category=pink").status == 422
    assert alice.get(f"/records/{market.account.ref}/categories").json["items"] == []
    assert alice.get(f"/records/{other.ref}/categories").json["items"] == []
    closed = {"outcome": "lost", "reason": "PRICE_L", "on": TODAY}
    assert alice.post(f"/opportunities/{market.deal.pk}/closure", closed).status == 200
    assert alice.put(f"/records/{market.deal.ref}/categories/blue").status == 200
    left = alice.ask("delete", f"/records/{market.deal.ref}/categories/red")
    assert [each["color"] for each in left.json["items"]] == ["blue"]


def test_cm_c063_the_form_s_lists_are_customisable(trade: Trade) -> None:
    assert {"type", "payment_terms", "source"} <= set(LISTS)
    assert all(choices(key) for key in LISTS)


def test_bc_b015_the_count_of_each_reason_is_kept(trade: Trade) -> None:
    for _ in range(2):
        trade.lost(trade.deal(), reason="WALKED")
    uses = {used.reason.code: used.uses for used in used_reasons(SYSTEM)}
    assert (uses["WALKED"], uses["PRICE_L"]) == (2, 0)
