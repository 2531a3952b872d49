"""A finger on the glass: touches of the browser's own, which a script cannot tell from real ones."""

from __future__ import annotations

from playwright.sync_api import CDPSession, Locator, Page

from opportune.opportunities.models import Opportunity
from tests.browser.screens import card_of

HOLD = 350
"""Longer than a card must be held before it is taken up, in milliseconds."""


class Finger:
    """One finger on a page, in CSS pixels."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.wire: CDPSession = page.context.new_cdp_session(page)
        self.at = (0.0, 0.0)

    def press(self, x: float, y: float) -> None:
        """Lay the finger down."""
        self.at = (x, y)
        self._send("touchStart")

    def slide(self, x: float, y: float, *, steps: int = 8) -> None:
        """Move it along, as a hand does: by and by."""
        from_x, from_y = self.at
        for step in range(1, steps + 1):
            self.at = (from_x + (x - from_x) * step / steps, from_y + (y - from_y) * step / steps)
            self._send("touchMove")
            self.page.wait_for_timeout(16)

    def lift(self) -> None:
        """Take it away."""
        self.wire.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    def lose(self) -> None:
        """The phone takes the touch away, for a call or a gesture of its own."""
        self.wire.send("Input.dispatchTouchEvent", {"type": "touchCancel", "touchPoints": []})

    def take_up(self, deal: Opportunity) -> None:
        """Hold a card until it is in the hand."""
        x, y = middle_of(card_of(self.page, deal).locator(".mo"))
        self.press(x, y)
        self.page.wait_for_timeout(HOLD)

    def _send(self, kind: str) -> None:
        x, y = self.at
        self.wire.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})


def middle_of(shown: Locator) -> tuple[float, float]:
    """The middle of what is shown."""
    box = shown.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
