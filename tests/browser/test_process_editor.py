"""The editor of processes by mouse and by keyboard alone: ordering, editing in place, and what comes back."""

import pytest
from playwright.sync_api import Locator, Page, expect

from opportune.process import actions
from opportune.process.queries import StagePicture, process_by_key
from tests.browser.conftest import Seat
from tests.browser.screens import answered
from tests.people import Company

pytestmark = [pytest.mark.browser, pytest.mark.long, pytest.mark.django_db(transaction=True)]


def stages() -> tuple[StagePicture, ...]:
    return process_by_key("sales").stages


def names(page: Page) -> list[str]:
    """The stages as the page shows them, from the top."""
    return page.locator(".stc h2").all_inner_texts()


def steps_of(page: Page, stage: StagePicture) -> Locator:
    return page.locator(f"#stage-{stage.id} .stp")


def editor(seat: Seat, company: Company, *opened: StagePicture, phone: bool = False) -> Page:
    """An administrator at the editor, some stages unfolded."""
    page = seat(company.ada, path="/settings/process/", phone=phone)
    if opened:
        page.goto("/settings/process/?process=sales" + "".join(f"&open={stage.id}" for stage in opened))
    return page


def over(page: Page, target: Locator, part: float = 0.8) -> None:
    """Move the pointer over a target: near its end, or over another part of its height."""
    box = target.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 60, box["y"] + box["height"] * part, steps=8)
    page.wait_for_timeout(120)
    page.mouse.move(box["x"] + 63, box["y"] + box["height"] * part, steps=2)


def take(page: Page, grip: Locator) -> None:
    """Take hold of a thing by its grip."""
    box = grip.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 8, box["y"] + 8)
    page.mouse.down()
    page.mouse.move(box["x"] + 8, box["y"] + 20, steps=4)


def drag(page: Page, grip: Locator, target: Locator) -> None:
    """Drag by a grip over the end of a target, and let go."""
    take(page, grip)
    over(page, target)
    page.wait_for_timeout(120)
    page.mouse.up()


def test_a_stage_is_dragged_and_taken_back(company: Company, seat: Seat) -> None:
    first, _, third, _ = stages()
    page = editor(seat, company)
    drag(page, page.locator(f"#stage-{first.id}-grip"), page.locator(f"#stage-{third.id}"))
    expect(page.locator(".toast")).to_contain_text("“Qualify” moved to place 3.")
    assert names(page) == ["Develop", "Propose", "Qualify", "Close"]
    assert [stage.key for stage in stages()] == ["develop", "propose", "qualify", "close"]
    page.keyboard.press("Control+z")
    expect(page.locator(".toast")).to_contain_text("Undone.")
    assert names(page) == ["Qualify", "Develop", "Propose", "Close"]


def test_a_step_is_dragged_into_a_stage_that_unfolds_under_it(company: Company, seat: Seat) -> None:
    first, second, *_ = stages()
    page = editor(seat, company, first)
    page.set_viewport_size({"width": 1280, "height": 1300})
    step = first.steps[5]
    take(page, page.locator(f"#step-{step.id}-grip"))
    over(page, page.locator(f"#stage-{second.id}-head"))
    expect(page.locator(f"#step-{second.steps[0].id}")).to_be_visible()
    over(page, page.locator(f"#step-{second.steps[0].id}"), 0.5)
    over(page, page.locator(f"#step-{second.steps[1].id}"), 0.9)
    page.wait_for_timeout(120)
    page.mouse.up()
    expect(page.locator(".toast")).to_contain_text("of Develop.")
    expect(steps_of(page, second)).to_have_count(5)
    assert step.id in [each.id for each in stages()[1].steps]
    assert step.id not in [each.id for each in stages()[0].steps]


def test_escape_leaves_a_dragged_stage_where_it_was(company: Company, seat: Seat) -> None:
    first, _, third, _ = stages()
    page = editor(seat, company)
    take(page, page.locator(f"#stage-{first.id}-grip"))
    over(page, page.locator(f"#stage-{third.id}"))
    page.keyboard.press("Escape")
    page.mouse.up()
    assert names(page) == ["Qualify", "Develop", "Propose", "Close"]
    assert [stage.key for stage in stages()] == ["qualify", "develop", "propose", "close"]


def test_a_colleague_who_was_first_is_named_and_their_order_shown(company: Company, seat: Seat) -> None:
    first, _, third, last = stages()
    page = editor(seat, company)
    actions.shift_stage(company.ada, last.id, -3)
    drag(page, page.locator(f"#stage-{first.id}-grip"), page.locator(f"#stage-{third.id}"))
    expect(page.locator(".toast[role=alert]")).to_contain_text("Ada changed the order first.")
    assert names(page) == ["Close", "Qualify", "Develop", "Propose"]


def test_without_a_server_a_stage_goes_back_and_it_is_said(company: Company, seat: Seat) -> None:
    first, _, third, _ = stages()
    page = editor(seat, company)
    page.context.set_offline(True)
    drag(page, page.locator(f"#stage-{first.id}-grip"), page.locator(f"#stage-{third.id}"))
    expect(page.locator(".toast")).to_contain_text("The order is as it was")
    assert names(page) == ["Qualify", "Develop", "Propose", "Close"]
    page.context.set_offline(False)


def test_stages_and_steps_are_moved_by_keyboard_alone(company: Company, seat: Seat) -> None:
    first, *_ = stages()
    page = editor(seat, company, first)
    page.locator(f"#stage-{first.id}-grip").focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    assert names(page) == ["Qualify", "Develop", "Propose", "Close"]
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    expect(page.locator("op-order > [aria-live]")).to_have_text("Place 2 of 4.")
    page.keyboard.press("Space")
    expect(page.locator(".toast")).to_contain_text("“Qualify” moved to place 2.")
    expect(page.locator(f"#stage-{first.id}-grip")).to_be_focused()
    page.keyboard.press("Control+z")
    expect(page.locator(".toast")).to_contain_text("Undone.")

    last = first.steps[-1]
    page.locator(f"#step-{last.id}-grip").focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    expect(page.locator("op-order > [aria-live]")).to_have_text("Develop, place 1 of 5.")
    page.keyboard.press("Space")
    expect(page.locator(".toast")).to_contain_text("moved to place 1 of Develop.")
    assert stages()[1].steps[0].id == last.id
    expect(page.locator(f"#step-{last.id}-grip")).to_be_focused()

    page.keyboard.press("Enter")
    page.get_by_role("menuitem", name="Move to Qualify").press("Enter")
    expect(page.locator(".toast")).to_contain_text("moved to place 6 of Qualify.")
    assert stages()[0].steps[-1].id == last.id


def test_a_stage_is_edited_where_it_stands_by_keyboard(company: Company, seat: Seat) -> None:
    first, *_ = stages()
    page = editor(seat, company)
    page.locator(f"#stage-{first.id}-fold").focus()
    page.keyboard.press("Enter")
    name = page.locator(f"#f-name_en-{first.id}")
    name.fill("Develop")
    page.keyboard.press("Tab")
    expect(page.get_by_text("Another stage of this process is called “Develop”.")).to_be_visible()
    name = page.locator(f"#f-name_en-{first.id}")
    name.fill("Sound out")
    page.keyboard.press("Tab")
    expect(page.locator(f"#stage-{first.id}-head h2")).to_have_text("Sound out")
    page.keyboard.type("Sondage")
    with answered(page, f"**/stages/{first.id}/**"):
        page.keyboard.press("Tab")
    page.reload()
    expect(page.locator(f"#f-name_fr-{first.id}")).to_have_value("Sondage")


def test_a_step_is_edited_in_its_row_by_keyboard(company: Company, seat: Seat) -> None:
    first, *_ = stages()
    step = first.steps[-1]
    page = editor(seat, company, first)
    page.locator(f"#step-{step.id}-name").press("Enter")
    name = page.locator(f"#f-name_en-step-{step.id}")
    expect(name).to_be_focused()
    name.fill("Something else")
    page.keyboard.press("Escape")
    expect(page.locator(f"#step-{step.id}-name")).to_be_focused()
    page.keyboard.press("Enter")
    expect(name).to_have_value(step.name_en)
    name.fill("Meet who decides")
    page.keyboard.press("Enter")
    expect(page.locator(f"#step-{step.id}-name")).to_contain_text("Meet who decides")
    expect(page.locator(f"#step-{step.id}-name")).to_be_focused()
    with answered(page, "**/required/"):
        page.locator(f"#step-{step.id}-required").press("Space")
    expect(page.locator(f"#step-{step.id}-required")).to_be_checked()
    expect(page.locator(f"#step-{step.id}-required")).to_be_focused()
    assert stages()[0].steps[-1].is_required


def test_deleting_a_stage_says_what_becomes_of_its_deals(company: Company, seat: Seat) -> None:
    first, *_ = stages()
    company.deal("Pump")
    page = editor(seat, company)
    page.locator(f"#stage-{first.id}-menu").click()
    page.get_by_role("menuitem", name="Delete the stage").click()
    expect(page.locator("#dialog")).to_contain_text("1 open opportunity")
    page.get_by_label("Move them to").select_option(label="No stage")
    expect(page.get_by_role("button", name="Delete", exact=True)).to_be_visible()
    page.get_by_label("Move them to").select_option(label="Develop")
    page.get_by_role("button", name="Delete and move 1").click()
    expect(page.locator(".toast")).to_contain_text("Stage deleted.")
    assert [stage.key for stage in stages()] == ["develop", "propose", "close"]
    assert stages()[0].steps[0].id == first.steps[0].id
