"""What axe finds on the screens: nothing, in any theme, language or size."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Page

from opportune.activities.actions import create_task
from opportune.campaigns.actions import add_line, create_campaign, create_segment
from opportune.opportunities import actions
from opportune.opportunities.writing import organisation_today
from opportune.process.actions import add_step, require_step
from tests.browser.conftest import Seat, Visit
from tests.browser.screens import new_opportunity, sales_stages
from tests.people import Company

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

[AXE] = Path(__file__).parent.glob("vendor/axe-core-*/axe.min.js")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LOOK = """
async (tags) => {
  const found = await axe.run(document, { runOnly: { type: "tag", values: tags } });
  return found.violations.flatMap((broken) =>
    broken.nodes.map((node) => `${broken.id}: ${node.target.join(" ")}: ${node.failureSummary}`));
}
"""


@dataclass(frozen=True)
class Shown:
    """The records that the screens show."""

    deal: int
    won: int
    account: int
    contact: int
    campaign: int
    segment: int
    stage: int


Way = Callable[[Page, Shown], object]


def address(path: str) -> Way:
    """The screen at an address, in which a name in braces is a record's id."""
    return lambda page, shown: page.goto(path.format(**asdict(shown)))


def opened(path: str, press: str, awaited: str) -> Way:
    """What opens on a screen when something is pressed."""

    def way(page: Page, shown: Shown) -> None:
        address(path)(page, shown)
        page.locator(press).first.click()
        page.locator(awaited).first.wait_for()

    return way


def new_in_a_dialog(page: Page, shown: Shown) -> None:
    """The form of a new deal, over the board."""
    page.goto("/pipeline/")
    new_opportunity(page)
    page.locator("#dialog[open] #dialog-title").wait_for()


def palette(page: Page, shown: Shown) -> None:
    """Search and commands on a deal's record, with something found."""
    page.goto(f"/opportunities/{shown.deal}/")
    page.keyboard.press("Control+k")
    page.keyboard.type("pump")
    page.locator("#palette [role=option][data-href]").first.wait_for()


def columns(page: Page, _: Shown) -> None:
    """The columns of the list, which are not chosen on a phone."""
    page.goto("/opportunities/")
    button = page.locator("[popovertarget=columns]")
    if button.is_visible():
        button.click()
        page.locator("#columns:popover-open op-columns button").first.wait_for()


SCREENS: dict[str, Way] = {
    "board": address("/pipeline/"),
    "forecast": address("/forecast/"),
    "move menu": opened("/pipeline/", "[data-menu]", "#menu:popover-open [role=menuitem]"),
    "filters": opened("/pipeline/", "[popovertarget=filter]", "#filter:popover-open #q-owner"),
    "columns": columns,
    "filters without script": address("/opportunities/filter/"),
    "columns without script": address("/opportunities/columns/"),
    "list": address("/opportunities/"),
    "empty list": address("/opportunities/?text=nothing+has+this+name"),
    "record": address("/opportunities/{deal}/"),
    "steps": opened("/opportunities/{deal}/", ".proc > a.now:visible, .procs:visible", ".flyout"),
    "closed record": address("/opportunities/{won}/"),
    "who can see it": address("/access/opportunity:{deal}/"),
    "editing": address("/opportunities/{deal}/edit/"),
    "planning a stage": opened(
        "/opportunities/{deal}/", "a[href$='/stage-tasks/']", "#dialog[open] #dialog-title"
    ),
    "closing": address("/opportunities/{deal}/close/?outcome=lost"),
    "new": address("/opportunities/new/"),
    "new in a dialog": new_in_a_dialog,
    "palette": palette,
    "keys": address("/keys/"),
    "tasks": address("/tasks/"),
    "accounts": address("/accounts/"),
    "account": address("/accounts/{account}/"),
    "new account": address("/accounts/new/"),
    "contacts": address("/contacts/"),
    "contact": address("/contacts/{contact}/"),
    "campaigns": address("/campaigns/"),
    "campaign": address("/campaigns/{campaign}/"),
    "editing a campaign": address("/campaigns/{campaign}/edit/"),
    "segments": address("/segments/"),
    "segment": address("/segments/{segment}/"),
    "opening deals": opened(
        "/segments/{segment}/", ".acts a[href$='/opportunities/']", "#dialog[open] #dialog-title"
    ),
    "search": address("/search/?q=pump"),
    "nothing here": address("/opportunities/999999/"),
}


SETTINGS: dict[str, Way] = {
    "settings": address("/settings/"),
    "process": address("/settings/process/"),
    "stage unfolded": opened("/settings/process/", ".fold", ".stb:not([hidden])"),
    "menu of a stage": opened("/settings/process/", ".stc .gr", "#menu:popover-open [role=menuitem]"),
    "menu of the process": opened("/settings/process/", "#process-menu", "#menu-process:popover-open"),
    "deleting a stage": address("/settings/stages/{stage}/delete/"),
    "editing a step": opened(
        "/settings/process/?process=sales&open={stage}", ".stp .nm", ".editing-step input:focus"
    ),
    "close reasons": address("/settings/close-reasons/"),
    "menu of a reason": opened("/settings/close-reasons/", ".orow .gr", ".pop:popover-open [role=menuitem]"),
    "lists": address("/settings/lists/"),
    "a list": address("/settings/lists/source/"),
    "categories": address("/settings/categories/"),
    "organisation": address("/settings/organisation/"),
    "currencies": address("/settings/currencies/"),
    "signing in": address("/settings/sign-in/"),
    "data administration": address("/opportunities/deletion/"),
}


@pytest.fixture
def shown(company: Company) -> Shown:
    """A deal under way with a task, steps of which one is required; another one won; a contact."""
    account = company.account("Northwind")
    contact = company.contact("Durand", account_id=account.pk)
    deal = company.deal(
        "Two pumps",
        account_id=account.pk,
        estimated_value=Decimal(1000),
        estimated_close_on=date(2031, 1, 31),
    )
    create_task(company.alice, deal.pk, subject="Call back", due_on=date(2026, 1, 2))
    won = company.deal("Spare parts", account_id=account.pk, estimated_value=Decimal(500))
    actions.close(company.alice, won.pk, outcome="won", reason="PRICE_W", on=organisation_today())
    budget = next(step for step in sales_stages()[0].steps if step.field == "budget")
    require_step(company.ada, budget.id, is_required=True)
    add_step(company.ada, sales_stages()[1].id, what="task", name_en="Call", name_fr="Appeler")
    campaign = create_campaign(
        company.alice, {"name": "Spring fair", "type": "trade_show", "is_activated": True}
    )
    segment = create_segment(company.alice, {"name": "Mills", "campaign_id": campaign.pk})
    for line in ({"account_id": account.pk}, {"contact_id": contact.pk}, {"note": "Somebody"}):
        add_line(company.alice, segment.pk, line)
    return Shown(deal.pk, won.pk, account.pk, contact.pk, campaign.pk, segment.pk, sales_stages()[0].id)


def faults(page: Page) -> list[str]:
    """What axe has to say of the page as it stands."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[str] = page.evaluate(LOOK, RULES)
    return found


def faults_of_all(page: Page, shown: Shown, screens: Mapping[str, Way] = SCREENS) -> str:
    """The faults of every screen, a line each."""
    found = []
    for name, way in screens.items():
        way(page, shown)
        found += [f"{name}: {fault}" for fault in faults(page)]
    return "\n".join(found)


def test_signing_in_is_without_fault(visit: Visit, company: Company) -> None:
    page = visit()
    page.goto("/sign/login/")
    assert faults(page) == []


def test_every_screen_is_without_fault(seat: Seat, company: Company, shown: Shown) -> None:
    assert faults_of_all(seat(company.alice), shown) == ""


def test_every_setting_is_without_fault(seat: Seat, company: Company, shown: Shown) -> None:
    assert faults_of_all(seat(company.ada), shown, SETTINGS) == ""


@pytest.mark.long
@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_screen_is_without_fault_for_everybody(
    seat: Seat, company: Company, shown: Shown, theme: str, language: str, phone: bool
) -> None:
    page = seat(company.alice, phone=phone, theme=theme, language=language)
    assert faults_of_all(page, shown) == ""
    page = seat(company.ada, phone=phone, theme=theme, language=language)
    assert faults_of_all(page, shown, SETTINGS) == ""
