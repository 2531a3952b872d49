"""How the tests take hold of what the screens show."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Locator, Page, expect

from opportune.opportunities.models import Opportunity
from opportune.process.queries import StagePicture, process_by_key

BUSY = ".htmx-request, .htmx-swapping, .htmx-settling"


@contextmanager
def answered(page: Page, address: str) -> Iterator[None]:
    """What is done here asks the server for this address; afterwards the page shows the answer."""
    with page.expect_response(address):
        yield
    expect(page.locator(BUSY)).to_have_count(0)


def sales_stages() -> tuple[StagePicture, ...]:
    """The stages of the process that ships: Qualify, Develop, Propose, Close."""
    return process_by_key("sales").stages


def card_of(page: Page, deal: Opportunity) -> Locator:
    """A deal's card on the board."""
    return page.locator(f"#card-{deal.pk}")


def cell_of(page: Page, deal: Opportunity, name: str) -> Locator:
    """A cell of a deal's row in the list that can be edited."""
    return page.locator(f"#row-{deal.pk} [data-cell='{name}']")


def column_of(page: Page, stage: StagePicture) -> Locator:
    """A stage's column on the board."""
    return page.locator(f".kcol[data-lane='{stage.id}']")


def expect_column(page: Page, stage: StagePicture, count: int, value: str, weighted: str) -> None:
    """The head of a column counts its deals and sums their value and what is expected of them, exactly."""
    head = page.locator(f"#head-{stage.id}")
    expect(head.locator(".cnt")).to_have_text(str(count))
    expect(head.locator("p b")).to_have_text(value)
    expect(head.locator("p .mut")).to_have_text(f"{weighted} weighted")


def drag(page: Page, deal: Opportunity, stage: StagePicture, *, drop: bool = True) -> None:
    """Drag a card by the mouse over the middle of a column, and let go of it there."""
    start = card_of(page, deal).locator(".mo").bounding_box()
    end = column_of(page, stage).bounding_box()
    assert start is not None
    assert end is not None
    page.mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
    page.mouse.down()
    page.mouse.move(end["x"] + end["width"] / 2, end["y"] + 200, steps=8)
    if drop:
        page.mouse.up()


def expect_dialog(page: Page, title: str) -> Locator:
    """The dialog is open and has this title."""
    dialog = page.locator("#dialog[open]")
    expect(dialog.locator("#dialog-title")).to_have_text(title)
    return dialog


def expect_scripts(page: Page) -> None:
    """The scripts of the page run: what a page shows stands there a moment before its keys work."""
    page.wait_for_function("document.readyState === 'complete' && !!customElements.get('op-palette')")


def toast(page: Page) -> Locator:
    """The message shown at the bottom."""
    return page.locator("#toasts .toast")


def new_opportunity(page: Page) -> None:
    """Choose a new opportunity from the menu of what can be made."""
    page.locator("[popovertarget='create']:visible").click()
    page.locator("[data-quick-create]").click()
