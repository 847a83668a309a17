"""How long a visitor waits: ``python -m tests.browser.measure``; figures for docs/dashboard.md."""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.browser.conftest import QUICK, Served, chromium

VISITS, CLICKS = 7, 12
#: Milliseconds from an event to the frame after the page has answered it.
CLICK = """([selector, value]) => new Promise((done) => {
  const field = document.querySelector(selector), panel = document.querySelector(".co-area")
  const before = panel.innerText, begun = performance.now()
  const seen = new MutationObserver(() => {
    if (panel.innerText !== before) {
      seen.disconnect()
      requestAnimationFrame(() => setTimeout(() => done(performance.now() - begun)))
    }
  })
  seen.observe(panel, { subtree: true, childList: true, characterData: true })
  field.value = value
  field.dispatchEvent(new Event("change"))
})"""


def first_paint(page: Page, url: str) -> float:
    """Seconds until the heading and the controls of the first page are there."""
    begun = time.perf_counter()
    page.goto(url)
    page.get_by_role("button", name="Compare").wait_for()
    return time.perf_counter() - begun


def main() -> None:
    """Measure, and print a line each."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        served = Served(Path(folder))
        path = chromium(playwright.chromium.executable_path)
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        paints = []
        for _ in range(VISITS):
            context = browser.new_context()  # nothing cached
            paints.append(first_paint(context.new_page(), served.url))
            context.close()
        page = browser.new_page()
        page.set_default_timeout(300_000)
        page.goto(f"{served.url}/?{QUICK}&b=full-cooperation")
        page.wait_for_selector("text=Finished")
        clicks = [page.evaluate(CLICK, ["#explorer-area", str(1 + turn % 6)])
                  for turn in range(CLICKS)]
        page.goto(served.url)
        begun = time.perf_counter()
        page.wait_for_selector("svg.co-map")
        first = time.perf_counter() - begun
        page.wait_for_selector("text=Finished")
        last = time.perf_counter() - begun
        browser.close()
        served.close()
    print(f"first useful paint, nothing cached: first visit {paints[0]:.2f} s, median of "
          f"{VISITS} {statistics.median(paints):.2f} s")
    print(f"click on a finished comparison: median of {CLICKS} {statistics.median(clicks):.0f} ms, "
          f"longest {max(clicks):.0f} ms")
    print(f"whole city, 4 replicates, new server: first results {first:.0f} s, all {last:.0f} s")


if __name__ == "__main__":
    main()
