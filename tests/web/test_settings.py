"""The settings pages: lists in place, close reasons, the organisation, currencies, categories."""

import pytest
from django.test import Client

from opportune.identity.actions import make_setup_link
from opportune.ledger.models import ChangeSet
from opportune.operations.starting import install
from opportune.opportunities import actions
from opportune.opportunities.writing import organisation_today
from opportune.reference.actions import add_choice, offer_choice
from opportune.reference.queries import (
    categories,
    categories_of,
    choices,
    every_currency,
    offered_reasons,
    organisation_settings,
    rates,
    reason_by_code,
)
from tests.deals import SYSTEM
from tests.doors.callers import Market
from tests.people import PASSWORD
from tests.web.conftest import SignIn

HTMX = {"HX-Request": "true"}
PAGES = (
    "/settings/",
    "/settings/organisation/",
    "/settings/currencies/",
    "/settings/lists/",
    "/settings/lists/source/",
    "/settings/lists/forecast_category/",
    "/settings/lists/source/items/web/removal/",
    "/settings/close-reasons/",
    "/settings/categories/",
)


@pytest.fixture
def ada(market: Market, sign_in: SignIn) -> Client:
    """A browser in which the administrator has signed in."""
    return sign_in(market.company.ada)


@pytest.mark.parametrize("page", PAGES)
def test_settings_are_for_administrators(market: Market, sign_in: SignIn, ada: Client, page: str) -> None:
    assert ada.get(page).status_code == 200
    assert sign_in(market.alice).get(page).status_code == 403


def test_the_settings_lead_to_each_area(ada: Client) -> None:
    said = ada.get("/settings/").content.decode()
    for page in ("organisation", "currencies", "lists", "close-reasons", "categories"):
        assert f'href="/settings/{page}/"' in said


def test_a_choice_is_added_renamed_moved_and_retired(market: Market, ada: Client) -> None:
    here = "/settings/lists/source/"
    assert ada.post(f"{here}items/", {"name_en": "Fair", "name_fr": "Foire"}).status_code == 302
    assert ada.post(f"{here}items/fair/name/", {"name_en": "Big fair", "name_fr": "Foire"}).status_code == 302
    assert ada.post(f"{here}items/fair/place/", {"position": "0"}).status_code == 302
    assert choices("source")[0].name_en == "Big fair"
    assert ada.post(f"{here}items/fair/use/", {"offered": "no"}).status_code == 302
    assert choices("source")[0].code != "fair"
    assert ada.post(f"{here}items/fair/use/", {"offered": "yes"}).status_code == 302
    assert choices("source")[0].code == "fair"


def test_a_name_that_is_there_is_refused_and_stays_typed(ada: Client) -> None:
    for address in ("/settings/lists/source/items/", "/settings/lists/source/items/web/name/"):
        refused = ada.post(address, {"name_en": "OTHER", "name_fr": "Divers"})
        assert refused.status_code == 422
        said = refused.content.decode()
        assert "is there already" in said
        assert 'value="Divers"' in said


def test_deleting_a_used_choice_asks_what_its_records_get(market: Market, ada: Client) -> None:
    market.another(source="web")
    here = "/settings/lists/source/items/web/removal/"
    assert "1 record has it" in ada.get(here).content.decode()
    refused = ada.post(here, {})
    assert refused.status_code == 422
    assert "Say what it gets instead" in refused.content.decode()
    assert ada.post(here, {"instead": "other", "replacement": "nonsense"}).status_code == 422
    assert ada.post(here, {"instead": "other", "replacement": "partner"}).status_code == 302
    change_set = ChangeSet.objects.get(verb="remove_choice")
    assert ada.post(f"/undo/{change_set.pk}/").status_code == 302
    assert "web" in {choice.code for choice in choices("source")}


def test_a_list_is_edited_beside_a_form(market: Market, sign_in: SignIn, ada: Client) -> None:
    form = f"/opportunities/{market.deal.pk}/edit/"
    assert 'hx-get="/settings/lists/source/"' not in sign_in(market.alice).get(form).content.decode()
    add = {"owner_id": market.company.ada.id, "account_id": market.account.pk}
    own = actions.create(SYSTEM, {"subject": "Hers", **add})
    assert 'hx-get="/settings/lists/source/"' in ada.get(f"/opportunities/{own.pk}/edit/").content.decode()
    dialog = ada.get("/settings/lists/source/", headers={**HTMX, "HX-Target": "side-body"})
    assert 'id="side-title"' in dialog.content.decode()
    assert "<html" not in dialog.content.decode()
    added = ada.post("/settings/lists/source/items/", {"name_en": "Fair"}, headers=HTMX)
    assert added.headers["HX-Trigger"] == '{"list:changed": {"key": "source"}}'
    assert 'value="Fair"' in added.content.decode()
    options = sign_in(market.alice).get("/settings/lists/source/options/?chosen=web", headers=HTMX)
    assert '<option value="fair">Fair</option>' in options.content.decode()
    assert '<option value="web" selected>Web</option>' in options.content.decode()


def test_a_retired_choice_stays_on_the_records_that_have_it(market: Market, sign_in: SignIn) -> None:
    deal = market.another(source="web")
    offer_choice(SYSTEM, "source", "web", is_active=False)
    alice = sign_in(market.alice)
    assert "Web" in alice.get(f"/opportunities/{deal.pk}/").content.decode()
    form = alice.get(f"/opportunities/{deal.pk}/edit/").content.decode()
    assert '<option value="web" selected>Web</option>' in form
    other = alice.get(f"/opportunities/{market.deal.pk}/edit/").content.decode()
    assert '<option value="web"' not in other


def test_a_name_shows_as_text(ada: Client) -> None:
    add_choice(SYSTEM, "source", name_en='"><script>alert(1)</script>')
    for page in ("/settings/lists/source/", "/settings/lists/source/options/"):
        assert "<script>alert" not in ada.get(page).content.decode()


def test_close_reasons_are_added_renamed_withdrawn_and_deleted(ada: Client) -> None:
    here = "/settings/close-reasons/"
    made = {"outcome": "lost", "name": "Too slow", "name_fr": "Trop lent", "code": "SLOW_L"}
    assert ada.post(f"{here}add/", made).status_code == 302
    assert ada.post(f"{here}add/", made).status_code == 422
    assert ada.post(f"{here}SLOW_L/name/", {"name_en": "Slow", "name_fr": "Lent"}).status_code == 302
    assert reason_by_code("SLOW_L").name_en == "Slow"
    assert ada.post(f"{here}SLOW_L/use/", {"offered": "no"}).status_code == 302
    assert "SLOW_L" not in {reason.code for reason in offered_reasons()}
    assert ada.post(f"{here}SLOW_L/removal/").status_code == 302
    assert ada.post(f"{here}SLOW_L/removal/").status_code == 404
    refused = ada.post(f"{here}NOT_RECORDED/removal/")
    assert (refused.status_code, "built in" in refused.content.decode()) == (422, True)


def test_close_reasons_are_put_in_order_within_their_outcome(market: Market, ada: Client) -> None:
    def lost() -> list[str]:
        return [reason.code for reason in offered_reasons("lost") if reason.outcome == "lost"]

    here, before = (
        "/settings/close-reasons/",
        [one for one in offered_reasons("lost") if one.outcome == "lost"],
    )
    seen = ",".join(str(one.id) for one in before)
    place = f"{here}{before[0].code}/place/"
    moved = ada.post(place, {"position": "1", "seen": seen}, headers=HTMX)
    assert (moved.status_code, "/undo/" in moved.content.decode()) == (200, True)
    assert lost()[:2] == [before[1].code, before[0].code]
    late = ada.post(place, {"position": "3", "seen": seen}, headers=HTMX)
    assert (late.status_code, "Ada changed the order first." in late.content.decode()) == (409, True)
    assert lost()[:2] == [before[1].code, before[0].code]


def test_a_reason_keeps_what_was_typed_where_its_name_is_refused(ada: Client) -> None:
    one, other, *_ = offered_reasons("won")
    given = {"name_en": other.name_en, "name_fr": "À part"}
    refused = ada.post(f"/settings/close-reasons/{one.code}/name/", given, headers=HTMX)
    said = refused.content.decode()
    assert (refused.status_code, refused["HX-Retarget"]) == (422, f"#reason-{one.id}-names")
    assert ("is there already" in said, 'value="À part"' in said) == (True, True)
    saved = ada.post(
        f"/settings/close-reasons/{one.code}/name/", {"name_en": "Own", "name_fr": "À part"}, headers=HTMX
    )
    assert "Saved." in saved.content.decode()


def test_a_used_reason_is_not_deleted_and_it_is_said_how_often(market: Market, ada: Client) -> None:
    actions.close(market.alice, market.deal.pk, outcome="won", reason="PRICE_W", on=organisation_today())
    for headers in ({}, HTMX):
        refused = ada.post("/settings/close-reasons/PRICE_W/removal/", headers=headers)
        assert (refused.status_code, "1 opportunity was closed" in refused.content.decode()) == (422, True)


def test_a_choice_is_not_moved_in_an_order_that_is_gone(ada: Client) -> None:
    seen = ",".join(str(choice.id) for choice in choices("source"))
    first, second, *_ = choices("source")
    place = f"/settings/lists/source/items/{first.code}/place/"
    assert ada.post(place, {"position": "1", "seen": seen}, headers=HTMX).status_code == 200
    refused = ada.post(place, {"position": "2", "seen": seen}, headers=HTMX)
    assert (refused.status_code, "changed the order first" in refused.content.decode()) == (409, True)
    assert [choice.code for choice in choices("source")][:2] == [second.code, first.code]


def test_a_category_is_called_by_its_new_name_at_once(ada: Client) -> None:
    here = "/settings/categories/red/name/"
    saved = ada.post(here, {"name_en": "Hot", "name_fr": "Chaud"}, headers=HTMX).content.decode()
    assert ('id="category-red" hx-swap-oob="true"' in saved, "Hot" in saved) == (True, True)
    refused = ada.post(
        "/settings/categories/blue/name/", {"name_en": "hot", "name_fr": "Froid"}, headers=HTMX
    )
    assert (refused.status_code, 'value="Froid"' in refused.content.decode()) == (422, True)


def test_a_reason_is_made_beside_the_close_form(market: Market, sign_in: SignIn) -> None:
    alice = sign_in(market.alice)
    form = alice.get(f"/opportunities/{market.deal.pk}/close/?outcome=lost", headers=HTMX).content.decode()
    assert 'hx-get="/settings/close-reasons/new/?outcome=lost"' in form
    dialog = alice.get("/settings/close-reasons/new/?outcome=lost", headers=HTMX).content.decode()
    assert '<option value="lost" selected>' in dialog
    given = {"outcome": "lost", "name": "Too slow", "code": "SLOW"}
    added = alice.post("/settings/close-reasons/new/", given, headers=HTMX).content.decode()
    assert 'hx-swap-oob="beforeend:#dialog-body .rs, #main .rs"' in added
    assert 'value="SLOW" checked' in added
    again = alice.post("/settings/close-reasons/new/", given, headers=HTMX)
    assert (again.status_code, 'value="SLOW"' in again.content.decode()) == (422, True)


def test_where_it_is_switched_off_the_close_form_offers_no_new_reason(
    market: Market, sign_in: SignIn, ada: Client
) -> None:
    assert ada.post("/settings/organisation/", {"people_may_add_close_reasons": "no"}).status_code == 302
    alice = sign_in(market.alice)
    form = alice.get(f"/opportunities/{market.deal.pk}/close/?outcome=lost").content.decode()
    assert "close-reasons/new" not in form
    refused = alice.post("/settings/close-reasons/new/", {"name": "Too slow"})
    assert (refused.status_code, "is off" in refused.content.decode()) == (422, True)


def test_settings_are_saved_and_explained(ada: Client) -> None:
    page = "/settings/organisation/"
    said = ada.get(page).content.decode()
    assert "It cannot change once an amount has been recorded." in said
    ada.post(page, {"organisation": "Nord SA", "allow_deleting_open": "yes", "time_zone": "Europe/Brussels"})
    settled = organisation_settings()
    assert (settled.organisation, settled.allow_deleting_open, settled.time_zone) == (
        "Nord SA",
        True,
        "Europe/Brussels",
    )
    assert "Nord SA" in ada.get("/pipeline/").content.decode()
    refused = ada.post(page, {"organisation": "", "time_zone": "Mars/Olympus"})
    assert (refused.status_code, "Mars/Olympus" in refused.content.decode()) == (422, True)
    frozen = ada.post(page, {"base_currency": "CHF"})
    assert (frozen.status_code, "base currency cannot change" in frozen.content.decode()) == (422, True)


def test_a_preset_is_applied(ada: Client) -> None:
    assert ada.post("/settings/organisation/preset/", {"preset": "contact_manager"}).status_code == 302
    assert organisation_settings().default_process == "contact_manager"
    assert ada.post("/settings/organisation/preset/", {"preset": "nonsense"}).status_code == 422


def test_currencies_and_rates_are_administered(ada: Client) -> None:
    here = "/settings/currencies/"
    assert ada.post(f"{here}new/", {"code": "jpy", "digits": "0"}).status_code == 302
    assert ada.post(f"{here}new/", {"code": "JPY", "digits": "0"}).status_code == 422
    rate = {"currency": "JPY", "rate": "161,25", "valid_from": "2026-01-01"}
    assert ada.post(f"{here}rates/", rate).status_code == 302
    assert [str(row.rate.normalize()) for row in rates("JPY")] == ["161.25"]
    assert ada.post(f"{here}rates/", {**rate, "rate": "much"}).status_code == 422
    assert ada.post(f"{here}rates/", {"currency": "JPY"}).status_code == 422
    assert ada.post(f"{here}JPY/rates/removal/", {"valid_from": "2026-01-01"}).status_code == 302
    assert list(rates("JPY")) == []
    assert ada.post(f"{here}JPY/use/", {"offered": "no"}).status_code == 302
    assert [row.is_active for row in every_currency() if row.code == "JPY"] == [False]
    assert ada.post(f"{here}EUR/use/", {"offered": "no"}).status_code == 422


def test_categories_are_named_and_records_marked(market: Market, sign_in: SignIn, ada: Client) -> None:
    named = ada.post("/settings/categories/red/name/", {"name_en": "Hot", "name_fr": "Chaud"})
    assert named.status_code == 302
    assert categories()[0].name_fr == "Chaud"
    assert ada.post("/settings/categories/blue/name/", {"name_en": "chaud"}).status_code == 422
    alice, deal = sign_in(market.alice), market.deal
    mark = f"/settings/records/{deal.ref}/categories/"
    assert alice.post(mark, {"color": "red", "marked": "yes"}).status_code == 302
    for page in (f"/opportunities/{deal.pk}/", "/pipeline/"):
        assert '<span class="cat" data-color="red">Hot</span>' in alice.get(page).content.decode()
    listed = alice.get("/opportunities/?category=red").content.decode()
    assert deal.subject in listed
    assert '<span class="v">Hot</span>' in listed
    assert deal.subject not in alice.get("/opportunities/?category=blue").content.decode()
    for ref, page in ((market.account.ref, "/accounts/"), (market.contact.ref, "/contacts/")):
        marked = alice.post(f"/settings/records/{ref}/categories/", {"color": "blue", "marked": "yes"})
        assert marked.status_code == 302
        assert f'href="{page}{ref.id}/"' in alice.get(f"{page}?category=blue").content.decode()
        assert f'href="{page}{ref.id}/"' not in alice.get(f"{page}?category=red").content.decode()
    assert alice.post(mark, {"color": "red", "marked": "no"}).status_code == 302
    assert categories_of("opportunity", [deal.pk]) == {}


def test_the_set_up_page_of_an_empty_installation_offers_the_presets(client: Client, db: None) -> None:
    install()
    page = f"/set-up/{make_setup_link(SYSTEM)}/"
    assert 'value="contact_manager"' in client.get(page).content.decode()
    given = {"name": "Eve", "email": "eve@example.com", "password": PASSWORD, "preset": "contact_manager"}
    assert client.post(page, given).status_code == 302
    assert organisation_settings().allow_deleting_open is True
    assert ChangeSet.objects.get(verb="apply_preset").actor_label == "Eve"
