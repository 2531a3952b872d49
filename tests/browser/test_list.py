"""The list of deals by mouse and by keyboard: choosing, editing where a field stands, the menu of a row."""

from decimal import Decimal

import pytest
from playwright.sync_api import expect

from opportune.activities.actions import create_task
from opportune.opportunities import actions
from opportune.opportunities.models import Opportunity
from tests.browser.conftest import Seat
from tests.browser.screens import cell_of
from tests.people import Company

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def deals(company: Company) -> list[Opportunity]:
    """Four deals of Alice's."""
    account = company.account()
    return [
        actions.create(
            company.alice,
            {
                "subject": f"Pump {number}",
                "account_id": account.pk,
                "estimated_value": Decimal(1000 * number),
            },
        )
        for number in range(1, 5)
    ]


def test_a_value_is_edited_by_keyboard_alone_and_taken_back(
    company: Company, deals: list[Opportunity], seat: Seat
) -> None:
    page = seat(company.alice, path="/opportunities/?sort=subject")
    expect(page.locator("#rows tr")).to_have_count(4)
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("e")
    value = page.get_by_label("Estimated value, Pump 2")
    expect(value).to_be_focused()
    value.fill("-1")
    page.keyboard.press("Enter")
    expect(page.get_by_text("An amount cannot be negative.")).to_be_visible()
    expect(value).to_be_focused()
    value.fill("2500")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Probability, Pump 2")).to_be_focused()
    expect(cell_of(page, deals[1], "value")).to_have_text("€2,500")
    expect(page.locator("#list-sums")).to_contain_text("€10,500")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+z")
    expect(cell_of(page, deals[1], "value")).to_have_text("€2,000")


def test_a_colleagues_change_is_shown_before_ones_own(
    company: Company, deals: list[Opportunity], seat: Seat
) -> None:
    page = seat(company.alice, path="/opportunities/?sort=subject")
    cell = cell_of(page, deals[0], "value")
    cell.click()
    value = page.get_by_label("Estimated value, Pump 1")
    expect(value).to_be_focused()
    actions.edit(company.carol, deals[0].pk, {"estimated_value": Decimal(7000)})
    value.fill("8000")
    page.keyboard.press("Enter")
    expect(cell.get_by_role("alert")).to_contain_text("Carol")
    page.get_by_role("button", name="Keep theirs").click()
    expect(cell).to_have_text("€7,000")
    cell.click()
    value.fill("9000")
    page.keyboard.press("Enter")
    expect(cell).to_have_text("€9,000")


def test_rows_are_chosen_by_range_and_all_that_match_by_ctrl_a(
    company: Company, deals: list[Opportunity], seat: Seat
) -> None:
    page = seat(company.alice, path="/opportunities/?sort=subject")
    bar = page.get_by_role("toolbar", name="What to do with those chosen")
    expect(bar).to_be_hidden()
    page.get_by_role("checkbox", name="Pump 1").check()
    page.get_by_role("checkbox", name="Pump 3").click(modifiers=["Shift"])
    expect(bar).to_contain_text("3 chosen")
    page.locator("#rows td.t a").first.focus()
    page.keyboard.press("Escape")
    expect(bar).to_be_hidden()
    page.keyboard.press("Control+a")
    expect(bar).to_contain_text("All 4 chosen")
    bar.get_by_role("button", name="Close as lost").click()
    dialog = page.locator("#dialog")
    expect(dialog).to_contain_text("4 opportunities")
    dialog.get_by_label("Reason").select_option(index=1)
    dialog.get_by_role("button", name="Close as lost").click()
    expect(page.locator("#rows tr .badge", has_text="Lost")).to_have_count(4)


def test_a_row_is_moved_by_its_menu_and_keeps_the_focus(
    company: Company, deals: list[Opportunity], seat: Seat
) -> None:
    page = seat(company.alice, path="/opportunities/?sort=subject")
    expect(page.locator("#rows tr")).to_have_count(4)
    page.keyboard.press("j")
    page.keyboard.press("m")
    page.locator("#menu").get_by_role("menuitem", name="Develop").press("Enter")
    row = page.locator(f"#row-{deals[0].pk}")
    expect(row.locator(".c-stage")).to_have_text("Develop")
    expect(row.locator(".mv")).to_be_focused()


def test_columns_are_chosen_and_ordered(company: Company, deals: list[Opportunity], seat: Seat) -> None:
    page = seat(company.alice, path="/opportunities/")
    page.get_by_role("button", name="Columns").click()
    form = page.locator("#columns")
    form.get_by_label("Number", exact=True).check()
    form.get_by_label("Owner", exact=True).uncheck()
    for _ in range(8):
        form.get_by_role("button", name="Move up: Number").press("Enter")
    form.get_by_role("button", name="Apply").click()
    expect(page.locator("thead th").nth(2)).to_have_text("Number")
    expect(page.locator("thead")).not_to_contain_text("Owner")


def test_other_lists_show_their_rows_on_a_phone(
    company: Company, deals: list[Opportunity], seat: Seat
) -> None:
    page = seat(company.alice, path="/accounts/")
    page.set_viewport_size({"width": 390, "height": 844})
    name = page.locator("tbody td.t").first
    expect(name).to_be_visible()
    page.goto("/opportunities/")
    expect(page.locator("tbody td.t").first).to_be_visible()


def test_a_subject_is_read_whole_beside_the_usual_columns(
    company: Company, deals: list[Opportunity], seat: Seat
) -> None:
    Opportunity.objects.filter(pk=deals[0].pk).update(subject="Leak detection on the ring main")
    page = seat(company.alice, path="/opportunities/")
    name = page.get_by_role("link", name="Leak detection on the ring main")
    cell = name.locator("xpath=ancestor::td")
    expect(name).to_be_visible()
    assert cell.evaluate("cell => cell.scrollWidth <= cell.clientWidth")
    assert page.locator(".scroll").evaluate("region => region.scrollWidth <= region.clientWidth")


def test_a_cell_that_cannot_be_opened_says_so_and_stays(
    company: Company, deals: list[Opportunity], seat: Seat
) -> None:
    page = seat(company.alice, path="/opportunities/?sort=subject")
    value = cell_of(page, deals[1], "value")
    page.context.set_offline(True)
    value.click()
    expect(page.get_by_role("status").get_by_text("That did not reach Opportune.")).to_be_visible()
    expect(value).to_have_text("€2,000")
    page.context.set_offline(False)
    page.get_by_role("button", name="Dismiss").click()
    value.click()
    expect(page.get_by_label("Estimated value, Pump 2")).to_be_focused()


def test_the_words_of_a_task_are_read_in_full_by_pointing_at_them(
    company: Company, deals: list[Opportunity], seat: Seat
) -> None:
    create_task(company.alice, deals[0].pk, subject="Call back about the offer")
    page = seat(company.alice, path="/opportunities/?sort=subject")
    task = page.locator(f"#row-{deals[0].pk} .next")
    expect(task).not_to_have_attribute("title", "Call back about the offer")
    task.hover()
    expect(task).to_have_attribute("title", "Call back about the offer")


def test_a_box_is_hit_beside_its_edge(company: Company, deals: list[Opportunity], seat: Seat) -> None:
    page = seat(company.alice, path="/opportunities/?sort=subject")
    box = page.get_by_role("checkbox", name="Pump 1")
    at = box.bounding_box()
    assert at is not None
    page.mouse.click(at["x"] - 4, at["y"] - 4)
    expect(box).to_be_checked()


def test_a_filter_that_finds_nothing_by_mistake_says_so_where_it_is_typed(
    company: Company, deals: list[Opportunity], seat: Seat
) -> None:
    page = seat(company.alice, path="/opportunities/?status=open")
    page.get_by_role("button", name="Filter", exact=True).click()
    form = page.locator("#filter")
    form.get_by_label("Closes from").fill("2027-02-01")
    last = form.get_by_label("Closes until")
    last.fill("2027-01-31")
    form.get_by_role("button", name="Apply").click()
    expect(form.get_by_text("Swap the two days, or leave one out.")).to_be_visible()
    expect(last).to_be_focused()
    expect(last).to_have_value("2027-01-31")
    last.fill("2027-02-28")
    form.get_by_role("button", name="Apply").click()
    page.wait_for_url("**/opportunities/?status=open&close_from=2027-02-01&close_to=2027-02-28")


def test_the_filter_of_a_phone_is_a_sheet_with_a_way_out(
    company: Company, deals: list[Opportunity], seat: Seat
) -> None:
    page = seat(company.alice, path="/opportunities/", phone=True)
    opener = page.get_by_role("button", name="Filter", exact=True)
    for _ in range(2):
        opener.tap()
        expect(page.locator("#filter").get_by_label("Closes from")).to_be_visible()
        expect(opener).to_have_attribute("aria-expanded", "true")
        page.get_by_role("button", name="Close the filter").tap()
        expect(page.locator("#filter")).to_be_hidden()
        expect(opener).to_have_attribute("aria-expanded", "false")
        expect(opener).to_be_focused()


IS_WHOLE = "cell => cell.scrollWidth <= cell.clientWidth && cell.getClientRects().length > 0"


@pytest.mark.parametrize("width", [390, 820, 1024, 1280])
def test_numbers_and_customers_are_read_whole_at_any_width(
    company: Company, deals: list[Opportunity], seat: Seat, width: int
) -> None:
    deal = company.deal("Ovens", account_id=company.account(name="Imprimerie Castellane").pk)
    page = seat(company.alice, path="/opportunities/?columns=number,customer,stage,value,close,owner")
    page.set_viewport_size({"width": width, "height": 844})
    row = page.locator(f"#row-{deal.pk}")
    for cell in (row.locator(".c-number"), row.locator(".c-customer"), row.locator("td.t")):
        assert cell.evaluate(IS_WHOLE)


def test_a_phone_shows_the_columns_that_were_chosen(
    company: Company, deals: list[Opportunity], seat: Seat
) -> None:
    columns = "number,customer,phase,value,expected,forecast,created,touched"
    page = seat(company.alice, path=f"/opportunities/?sort=subject&columns={columns}", phone=True)
    row = page.locator(f"#row-{deals[0].pk}")
    for name in columns.split(","):
        expect(row.locator(f".c-{name}")).to_be_visible()
    named = row.locator(".c-created").evaluate("cell => getComputedStyle(cell, '::before').content")
    assert named == '"Created "'
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_what_is_cut_in_a_cell_is_read_in_full_by_pointing_at_it(
    company: Company, deals: list[Opportunity], seat: Seat
) -> None:
    name = "Société des papeteries et imprimeries de la vallée"
    deal = company.deal("Ovens", account_id=company.account(name=name).pk)
    page = seat(company.alice, path="/opportunities/")
    customer = page.locator(f"#row-{deal.pk} .c-customer")
    customer.hover()
    expect(customer).to_have_attribute("title", name)
