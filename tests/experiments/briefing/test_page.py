"""The web page of a briefing is for everyone: axe finds nothing, and it fits a telephone."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from experiments.briefing.reference import FOLDER, KEPT

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.mark.parametrize("width", [1100, 390])
@pytest.mark.parametrize("code", KEPT)
def test_axe_finds_nothing_and_nothing_is_cut_off(browser, code, width):
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto((FOLDER / f"briefing-{code}" / "briefing.html").as_uri())
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}}).response
    said = [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in found["violations"]]
    assert said == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("document.documentElement.lang") == code
    # What axe could not tell by itself is not more than this: text over a chart's own shapes.
    assert {one["id"] for one in found["incomplete"]} <= {"color-contrast"}
    page.close()
