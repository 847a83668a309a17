"""How long a visitor waits: ``python -m tests.browser.measure``; figures for docs/dashboard.md.

``--runs`` also times the comparison of the first page, and ``--whole`` that of the whole city,
which takes some minutes.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.conftest import QUICK, Served, chromium

SERVERS, VISITS, CLICKS = 3, 7, 12
#: Milliseconds from an event to the frame after the page has answered it.
ANSWER = """([selector, value, shown]) => new Promise((done) => {
  const field = document.querySelector(selector), panel = document.querySelector(shown)
  const before = panel.innerHTML, begun = performance.now()
  setTimeout(() => done(NaN), 20000)
  const seen = new MutationObserver(() => {
    if (panel.innerHTML !== before) {
      seen.disconnect()
      requestAnimationFrame(() => setTimeout(() => done(performance.now() - begun)))
    }
  })
  seen.observe(panel, { subtree: true, childList: true, characterData: true, attributes: true })
  field.value = value
  field.dispatchEvent(new Event(field.type === "range" ? "input" : "change"))
})"""
#: What is clicked on a finished comparison: the field, and what then changes.
FIELDS = {
    "an area": ("#explorer-area", ".co-area"),
    "an outcome on the maps": ("#explorer-map", ".co-maps"),
    "an outcome by month": ("#explorer-line", ".co-lines"),
    "a month": ("#explorer-period", "label[for=explorer-period]"),
}
#: Values of a field that differ from the one it has, in turn.
VALUES = """(selector) => {
  const field = document.querySelector(selector)
  const all = field.options ? [...field.options].map((one) => one.value) : ["1", "2"]
  return [...all.filter((one) => one && one !== field.value).slice(0, 3), field.value || all[1]]
}"""


def first_paint(page: Page, url: str) -> float:
    """Seconds until the heading and the controls of the first page are there."""
    begun = time.perf_counter()
    page.goto(url)
    page.get_by_role("button", name="Compare", exact=True).wait_for()
    return time.perf_counter() - begun


def paints(browser: Browser) -> tuple[list[float], list[float]]:
    """Of several servers the first visit, and later ones; nothing cached in any."""
    first, later = [], []
    for _ in range(SERVERS):
        with tempfile.TemporaryDirectory() as folder:
            served = Served(Path(folder))
            for visit in range(VISITS):
                context = browser.new_context()
                (later if visit else first).append(first_paint(context.new_page(), served.url))
                context.close()
            served.close()
    return first, later


def clicks(browser: Browser, url: str) -> dict[str, list[float]]:
    """Milliseconds of each kind of click on a finished comparison."""
    page = browser.new_page()
    page.set_default_timeout(300_000)
    page.goto(f"{url}/?{QUICK}&b=full-cooperation")
    page.wait_for_selector("text=Finished")
    page.wait_for_timeout(2_000)
    took = {}
    for what, (field, shown) in FIELDS.items():
        values = page.evaluate(VALUES, field)
        took[what] = []
        for turn in range(1, CLICKS + 1):  # the first value is what is chosen already
            asked = [field, values[turn % len(values)], shown]
            took[what].append(page.evaluate(ANSWER, asked))
            page.wait_for_timeout(300)
    page.close()
    return took


def runs(browser: Browser, url: str) -> tuple[float, float]:
    """Seconds until the first results of a page that compares, and until all."""
    page = browser.new_page()
    page.set_default_timeout(1_800_000)
    page.goto(url)
    page.wait_for_selector("h1")
    begun = time.perf_counter()
    page.get_by_role("button", name="Compare", exact=True).click()
    page.wait_for_selector("svg.co-map")
    first = time.perf_counter() - begun
    page.wait_for_selector("text=Finished")
    whole = time.perf_counter() - begun
    page.close()
    return first, whole


def main() -> None:
    """Measure, and print a line each."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = chromium(playwright.chromium.executable_path)
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        browser.new_page().close()  # the browser's own start is not the dashboard's
        print(f"load before: {os.getloadavg()[0]:.1f} of {os.cpu_count()} processors")
        first, later = paints(browser)
        print(f"first useful paint, nothing cached: first visit of a new server, median of "
              f"{SERVERS} {statistics.median(first):.2f} s; later visits, median of {len(later)} "
              f"{statistics.median(later):.2f} s")
        served = Served(Path(folder))
        for what, took in clicks(browser, served.url).items():
            print(f"click on {what}: median of {CLICKS} {statistics.median(took):.0f} ms, longest "
                  f"{max(took):.0f} ms")
        for option, path, what in (
            ("--runs", "/", "the first page"), ("--runs", "/timeline", "the timeline's page"),
            ("--whole", "/?scale=1", "the first page, whole city"),
        ):
            if option in sys.argv:
                some, all_ = runs(browser, served.url + path)
                print(f"{what}: first results {some:.0f} s, all {all_:.0f} s")
        browser.close()
        served.close()
        print(f"load after: {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
