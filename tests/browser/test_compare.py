"""Two regimes compared in a real browser: choose, run, cancel, look, take away, share."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

from tests.browser.conftest import QUICK

TABLES = "table.co-intervals"


def query(page):
    return parse_qs(urlsplit(page.url).query)


def test_two_regimes_are_chosen_run_and_shown(visit):
    page = visit.open(f"/?{QUICK}")
    page.get_by_label("Regime B", exact=True).select_option("no-contact")
    page.wait_for_url("**b=no-contact**")
    page.get_by_role("button", name="Compare").click()
    page.wait_for_selector("text=Finished: 2 paired replicates")
    assert page.locator(TABLES).count() == 4
    heads = page.locator(f"{TABLES} >> nth=0").inner_text()
    assert "Welcoming City Ordinance, 2012" in heads and "No contact" in heads
    # Three maps of six areas, each area by its number.
    assert page.locator("svg.co-map").count() == 3
    assert page.locator("svg.co-map >> nth=0").locator("polygon.co-tile").count() == 6
    assert page.locator("section.co-finding li").count() == 3
    assert query(page)["b"] == ["no-contact"]


def test_both_uncertainties_are_drawn_and_told_beside_each_other(visit, finished):
    page = visit.open(finished)
    page.wait_for_selector("text=Finished: 2 paired replicates at 2 draws each")
    first = page.locator(f"{TABLES} >> nth=0 >> tbody tr >> nth=0")
    assert first.locator("svg line.co-bar-0").count() == first.locator(".co-range-0").count() == 1
    assert " to " in first.locator("small", has_text="[").inner_text()
    assert "of parameters" in first.locator("svg").get_attribute("aria-label")
    page.get_by_label("Doubt about the parameters", exact=True).select_option("0")
    page.wait_for_url("**draws=0**")
    page.get_by_role("button", name="Compare").click()
    page.wait_for_selector("text=Finished: 2 paired replicates. ")
    assert page.locator(".co-range").count() == 0
    assert "chance alone" in page.locator(".co-key").nth(1).inner_text()


def test_an_edited_clause_is_a_regime_of_its_own_told_in_plain_words(visit):
    page = visit.open(f"/?{QUICK}&b=welcoming-2012&b.survivor_support=supported&replicates=1")
    page.wait_for_selector("text=Finished: 1 paired replicate")
    told = page.locator("ul.co-clauses li")
    assert told.count() == 1
    assert "supported by police, with prompt certification" in told.inner_text()
    page.locator("summary", has_text="Edit the clauses of B").click()
    page.get_by_label("Asking for status").last.select_option("allowed")
    page.wait_for_url("**b.status_inquiry=allowed**")
    page.wait_for_selector("text=Settings have changed")


def test_a_long_run_is_cancelled_and_the_page_goes_on(visit):
    page = visit.open("/?city=littletown&years=4&replicates=3&seed=31&b=full-cooperation")
    page.get_by_role("button", name="Compare").click()
    page.get_by_role("button", name="Cancel").click()
    page.wait_for_selector("text=Cancelled.")
    assert page.locator("progress").count() == 0
    page.get_by_label("Years", exact=True).fill("2")
    page.get_by_label("Years", exact=True).press("Tab")
    page.wait_for_url("**years=2**")


def test_an_area_pointed_at_or_chosen_shows_its_figures_everywhere(visit, finished):
    page = visit.open(finished)
    page.wait_for_selector("svg.co-map")
    tiles = page.locator("svg.co-map >> nth=0").locator("[role=option]")
    tiles.nth(2).hover()
    assert page.locator(".co-area h3").inner_text() == "Mill Row"
    assert page.locator(".co-tile-chosen").count() == 3
    page.get_by_label("Area", exact=True).select_option(label="Harbour")
    page.mouse.move(0, 0)
    page.wait_for_url("**area=1**")
    assert page.locator(".co-area h3").inner_text() == "Harbour"
    assert page.locator(".co-area tbody tr").count() == 4


def test_months_are_played_and_stopped(visit, finished):
    page = visit.open(finished)
    page.wait_for_selector("svg.co-map")
    assert page.locator("label[for=explorer-period]").inner_text() == "Period: all of it"
    page.get_by_role("button", name="Play months").click()
    page.wait_for_selector("label:has-text('Period: January 2022')")
    page.get_by_role("button", name="Pause").click()
    page.wait_for_url("**month=2022-01**")


def test_days_are_played_and_a_link_shows_the_day(visit, finished):
    page = visit.open(finished)
    page.wait_for_selector("text=Finished")
    page.get_by_label("Step by").select_option("day")
    page.wait_for_selector("text=Day by day")
    page.get_by_role("button", name="Play days").click()
    page.wait_for_function(
        "/^Period: [0-9]+ January 2022$/.test("
        "document.querySelector('label[for=explorer-period]').innerText)"
    )
    page.get_by_role("button", name="Pause").click()
    page.wait_for_url("**month=2022-01-**")
    told = page.locator("label[for=explorer-period]").inner_text()
    page.goto(page.url)
    page.wait_for_selector("text=Day by day")
    assert page.locator("label[for=explorer-period]").inner_text() == told
    page.locator("summary", has_text="The same as a table").click()
    assert page.locator("text=2022-01-31").count() == 1


def test_a_shared_link_shows_the_same_and_back_goes_back(visit, finished, browser, served):
    page = visit.open(f"{finished}&map=area_stops&area=2")
    page.wait_for_selector("svg.co-map")
    told = page.locator(TABLES).all_inner_texts()
    link = page.locator(".co-copy pre").first.inner_text()
    # The link states every setting, so that no default that changes later can change it.
    assert parse_qs(urlsplit(link).query).items() >= query(page).items()
    assert {"a", "seed", "start", "scale"} <= parse_qs(urlsplit(link).query).keys()
    other = browser.new_context()
    theirs = other.new_page()
    theirs.goto(link)
    theirs.wait_for_selector("svg.co-map")
    assert theirs.locator(TABLES).all_inner_texts() == told
    assert theirs.locator("#explorer-map").input_value() == "area_stops"
    assert theirs.locator(".co-area h3").inner_text() == page.locator(".co-area h3").inner_text()
    theirs.get_by_label("Regime B", exact=True).select_option("no-contact")
    theirs.wait_for_url("**b=no-contact**")
    theirs.go_back()
    theirs.wait_for_function(
        "[...document.querySelectorAll('label')].find(one => one.innerText === 'Regime B')"
        ".control.value === 'full-cooperation'"
    )
    theirs.wait_for_selector(".co-stale", state="detached")
    other.close()


def test_charts_and_tables_are_taken_away_with_the_id_of_the_run(visit, finished):
    page = visit.open(finished)
    page.wait_for_selector("svg.co-map")
    run = page.locator(".co-progress-text").inner_text().split("Run ")[1].rstrip(".")
    hrefs = page.locator(".co-links a").evaluate_all("all => all.map(one => one.href)")
    kinds = {"png": b"\x89PNG", "svg": b"<?xml", "csv": b"", "json": b"{"}
    assert len(hrefs) >= 15
    seen = set()
    for href in hrefs:
        answer = page.request.get(href)
        kind = href.rpartition(".")[2]
        assert answer.ok, href
        assert answer.body().startswith(kinds[kind]), href
        assert run in answer.headers["content-disposition"]
        seen.add(kind)
    assert seen == set(kinds)
    manifest = json.loads(page.request.get(f"{visit.url}/files/{run}/manifest.json").body())
    assert manifest["run"] == run and manifest["city"] == "littletown"
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Download What changes as CSV").click()
    assert run in waiting.value.suggested_filename


def test_the_same_comparison_is_given_as_a_command_and_as_python(visit, finished):
    page = visit.open(finished)
    page.wait_for_selector("svg.co-map")
    texts = page.locator(".co-copy pre").all_inner_texts()
    assert texts[1].startswith("carveout compare welcoming-2012 full-cooperation ")
    assert "--city littletown" in texts[1]
    compile(texts[2], "the page", "exec")
    assert "environment='E0'" in texts[2]
