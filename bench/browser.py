"""How fast it feels, measured in Chromium: `bin/bench --browser`.

The demo company, and a company of the size that is asked for. Times are milliseconds, medians of several goes; pages
are looked at with a processor four times slower, as a cheap laptop has it.
"""

from __future__ import annotations

import gzip
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Response, sync_playwright

from bench.generator.addresses import ACTORS, PASSWORD
from bench.places import ROOT, environment_of, place, say
from bench.served import running

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
DEMO_ACTOR = ("tom@demo.example", "opportune-demo")
SLOWER = 4
GOES = 5
PAGES = {
    "board": "/pipeline/",
    "list": "/opportunities/?status=open",
    "record": "",
    "accounts": "/accounts/",
    "contacts": "/contacts/",
    "tasks": "/tasks/",
}
# What a page notes of itself; what the palette and the board do is timed from the key or the pointer on.
NOTING = """
window.felt = { paint: 0, shift: 0 };
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) felt.paint = entry.startTime;
}).observe({ type: "largest-contentful-paint", buffered: true });
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) felt.shift += entry.value;
}).observe({ type: "layout-shift", buffered: true });
window.timed = (event, done) => {
  felt.took = null;
  addEventListener(event, ({ timeStamp }) => {
    const look = () => {
      if (!done()) return requestAnimationFrame(look);
      requestAnimationFrame(() => setTimeout(() => { felt.took = performance.now() - timeStamp; }));
    };
    look();
  }, { capture: true, once: true });
};
"""
TOOK = """new Promise((done) => {
  const look = () => felt.took === null ? setTimeout(look, 5) : done(felt.took);
  look();
})"""
PALETTE_OPEN = "timed('keydown', () => document.querySelector('#palette dialog[open]'))"
CARD_SETTLED = """([card, stage, count]) => timed("pointerup", () => {
  const column = document.querySelector(`.kcol[data-stage="${stage}"]`);
  const found = column.querySelector(`#${card}`);
  return found && !found.ariaBusy && column.querySelector(".cnt").textContent.trim() !== count;
})"""


@dataclass(frozen=True, slots=True)
class Felt:
    """A page: its HTML in bytes before compression, its largest paint, and how far anything moved while loading."""

    html_bytes: int
    paint_ms: float
    shift: float


class Visit:
    """Somebody signed in, in a browser that keeps what it has loaded."""

    def __init__(self, browser: Browser, address: str, actor: tuple[str, str]) -> None:
        self.context = browser.new_context(base_url=address, viewport={"width": 1280, "height": 800})
        self.page = self.context.new_page()
        self.page.add_init_script(NOTING)
        self.assets: dict[str, int] = {}
        self.page.on("response", self._weigh)
        email, password = actor
        self.page.goto("/sign/login/")
        self.page.fill("[name=login]", email)
        self.page.fill("[name=password]", password)
        self.page.press("[name=password]", "Enter")
        self.page.wait_for_url("**/pipeline/")

    def _weigh(self, response: Response) -> None:
        if response.request.resource_type in ("stylesheet", "script") and response.ok:
            self.assets[response.url] = len(gzip.compress(response.body(), 9))

    @contextmanager
    def slowed(self) -> Iterator[None]:
        """With a slower processor."""
        session = self.context.new_cdp_session(self.page)
        session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        yield
        session.send("Emulation.setCPUThrottlingRate", {"rate": 1})

    def felt(self, address: str) -> Felt:
        """How a page comes up, warm."""
        size, paints, shifts = 0, [], []
        with self.slowed():
            for _ in range(GOES + 1):
                answer = self.page.goto(address, wait_until="load")
                assert answer is not None
                assert answer.ok, address
                size = len(answer.body())
                self.page.evaluate("document.fonts.ready")
                self.page.wait_for_timeout(300)
                noted = self.page.evaluate("felt")
                paints.append(noted["paint"])
                shifts.append(noted["shift"])
        return Felt(size, round(statistics.median(paints[1:]), 1), round(max(shifts[1:]), 4))

    def palette_ms(self) -> float:
        """From the key to the open palette, painted."""
        taken = []
        self.page.goto(PAGES["list"])
        for _ in range(GOES):
            self.page.evaluate(PALETTE_OPEN)
            self.page.keyboard.press("Control+k")
            taken.append(self._took())
            self.page.keyboard.press("Escape")
            self.page.wait_for_timeout(200)
        return round(statistics.median(taken), 1)

    def drag_ms(self) -> float:
        """From letting go of a card to its settled place with its column's new count; cards go one stage back."""
        taken = []
        self.page.goto(PAGES["board"])
        for _ in range(GOES):
            source, target = self.page.locator(".kcol").nth(-2), self.page.locator(".kcol").nth(-3)
            card, stage = source.locator(".kc[data-move]").first, target.get_attribute("data-stage")
            start, end = card.locator(".mo").bounding_box(), target.bounding_box()
            assert start is not None
            assert end is not None
            count = target.locator(".cnt").inner_text().strip()
            self.page.mouse.move(start["x"] + 20, start["y"] + 5)
            self.page.mouse.down()
            self.page.mouse.move(end["x"] + end["width"] / 2, end["y"] + 200, steps=8)
            self.page.evaluate(CARD_SETTLED, [card.get_attribute("id"), stage, count])
            self.page.mouse.up()
            taken.append(self._took())
        return round(statistics.median(taken), 1)

    def back(self) -> dict[str, Any]:
        """Back from a record to the list: how long it takes, and whether the page was kept as it was."""
        self.page.goto(PAGES["list"])
        self.page.evaluate("window.keptAsItWas = true")
        self.page.locator("#rows a").first.click()
        self.page.wait_for_url("**/opportunities/*/**")
        self.page.wait_for_load_state()
        begun = time.perf_counter()
        self.page.evaluate("setTimeout(() => history.back())")
        self.page.wait_for_url("**/opportunities/?**", wait_until="commit")
        self.page.evaluate("new Promise(requestAnimationFrame)")
        ended = time.perf_counter()
        return {
            "ms": round((ended - begun) * 1000, 1),
            "kept": bool(self.page.evaluate("!!window.keptAsItWas")),
        }

    def first_record(self) -> str:
        """The address of the first deal of the list."""
        self.page.goto(PAGES["list"])
        address = self.page.locator("#rows a").first.get_attribute("href")
        assert address is not None
        return address

    def _took(self) -> float:
        took: float = self.page.evaluate(TOOK)  # asking again and again from here would need `eval`
        return took


def measured(size: int, engine: str, actor: str, port: int) -> dict[str, Any]:
    """Everything that is measured in the browser, of the demo company and of one of a size."""
    chromium = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if chromium is None:
        sys.exit("Chromium is missing: install it (Debian, Ubuntu: apt install chromium).")
    with sync_playwright() as playwright:
        # Pages one comes back to are kept, as they are when nobody drives the browser.
        browser = playwright.chromium.launch(
            executable_path=chromium,
            args=["--no-sandbox"],
            ignore_default_args=["--disable-back-forward-cache"],
        )
        with demo_company() as environment:
            found = {"demo": _of(browser, environment, port, DEMO_ACTOR, with_drag=True)}
        with place(engine, size) as copy:
            found[str(size)] = _of(
                browser, copy.environment, port, (ACTORS[actor], PASSWORD), with_drag=False
            )
        browser.close()
    return {"engine": engine, "actor": actor, "companies": found}


@contextmanager
def demo_company() -> Iterator[dict[str, str]]:
    """The environment of an installation with the demo company."""
    with tempfile.TemporaryDirectory(prefix="opportune-bench-demo-") as data:
        environment = environment_of(Path(data) / "data")
        for word in ("migrate", "demo"):
            command = [sys.executable, "-m", "opportune", word]
            subprocess.run(command, check=True, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL)
        yield environment


def _of(
    browser: Browser, environment: dict[str, str], port: int, actor: tuple[str, str], *, with_drag: bool
) -> dict[str, Any]:
    with running(environment, "serve", port):
        visit = Visit(browser, f"http://127.0.0.1:{port}", actor)
        pages = {}
        for name, address in PAGES.items():
            pages[name] = asdict(visit.felt(address or visit.first_record()))
            say(f"  {name}: {pages[name]}")
        found: dict[str, Any] = {"pages": pages, "palette_ms": visit.palette_ms(), "back": visit.back()}
        if with_drag:
            found["drag_ms"] = visit.drag_ms()
        found["assets_bytes"] = sum(visit.assets.values())
        visit.context.close()
        return found
