"""Strangers at the door: hostile addresses and texts, several people at once, a closed browser."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from urllib.parse import quote

import pytest

from tests.browser.conftest import QUICK, Served, Visit

MARKUP = "<img src=x onerror=alert(1)>"


def test_markup_in_an_address_is_text(visit):
    page = visit.open(f"/?a={quote(MARKUP)}&area={quote(MARKUP)}&map={quote(MARKUP)}"
                      f"&raid={quote(MARKUP)}&years={quote(MARKUP)}")
    page.wait_for_selector("text=This cannot be run")
    assert MARKUP in page.locator(".co-alert").inner_text()
    assert page.locator("img[src=x]").count() == 0
    page = visit.open(f"/studies?item={quote('../../' + MARKUP)}&line={quote(MARKUP)}")
    assert page.locator("img[src=x]").count() == 0


def test_a_pasted_text_that_is_no_ordinance_does_no_harm(visit, finished):
    page = visit.open(finished)
    page.wait_for_selector("svg.co-map")
    page.locator("summary", has_text="Edit the clauses of B").click()
    box = page.get_by_role("textbox", name="Or paste the TOML file of an ordinance for B")
    box.fill(f"name = '{MARKUP}'\n[clauses.detainers]\nvalue = '=cmd()'")
    box.press("Tab")
    page.wait_for_selector("text=The text was not taken")
    told = page.locator(".co-alert").inner_text()
    assert "carveout-dashboard-" not in told and "Traceback" not in told
    assert page.locator("img[src=x]").count() == 0


def answer(url, **headers):
    request = urllib.request.Request(url, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=60) as found:
            return found.status, dict(found.headers), found.read()
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers), error.read()


@pytest.mark.parametrize(
    "path",
    ["/files/0000/manifest.json", "/files/../../etc/passwd", "/results/..%2f..%2fetc/passwd",
     "/results/%2e%2e/pyproject.toml", "/tables/..%2f..%2fpyproject.csv",
     "/briefings/0000/en/pdf", "/analyses/..%2f../contrasts.svg",
     "/_solara/cdn/../../../pyproject.toml", "/static/..%2f..%2f..%2fetc/passwd",
     "/_solara/cdn/not-there@1.0.0/x.js"],
)
def test_no_address_gives_a_file_that_is_not_offered(served, path):
    status, _, content = answer(served.url + path)
    assert status == 404 or b"<!doctype html>" in content.lower()
    assert b"root:" not in content and b"[project]" not in content


def test_asking_for_a_folder_of_scripts_takes_nothing_away(served):
    script = "/_solara/cdn/requirejs@2.3.6/require.js"
    assert answer(served.url + script)[0] == 200
    answer(served.url + "/_solara/cdn/requirejs@2.3.6")
    assert answer(served.url + script)[0] == 200


def test_another_name_for_this_server_is_refused(served):
    assert answer(served.url, Host="evil.example")[0] == 403
    status, headers, _ = answer(served.url)
    assert status == 200
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy and "http" not in policy


def test_it_says_that_it_listens_on_this_machine_alone(served):
    assert served.said.startswith("Carveout listens on http://127.0.0.1:")
    assert "this machine alone" in served.said


def test_two_visitors_neither_see_nor_stop_each_other(browser, served):
    visits = []
    titles = {"full-cooperation": "Full cooperation", "no-contact": "No contact"}
    for regime, seed in (("full-cooperation", 5), ("no-contact", 6)):
        one = Visit(browser.new_context(), served.url)
        one.open(f"/?{QUICK}&b={regime}&seed={seed}&replicates=1")
        visits.append((one, titles[regime]))
    for one, regime in visits:
        one.page.wait_for_selector("text=Finished: 1 paired replicate")
        heads = one.page.locator("table.co-intervals >> nth=0").inner_text()
        other = next(name for _, name in visits if name != regime)
        assert regime in heads and other not in heads
    first, second = (one for one, _ in visits)
    first.page.goto("about:blank")
    first.context.close()
    second.page.get_by_label("Area", exact=True).select_option("2")
    second.page.wait_for_url("**area=2**")
    second.context.close()


def kernels(served):
    return json.loads(answer(served.url + "/resourcez")[2])["kernels"]["total"]


@pytest.fixture
def alone(tmp_path):
    """A server that nobody else has visited: its pages can be counted."""
    one = Served(tmp_path, "--results", str(tmp_path / "results"))
    yield one
    one.close()


def test_closing_the_browser_frees_the_page_and_stops_its_runs(browser, alone):
    assert kernels(alone) == 0
    one = Visit(browser.new_context(), alone.url)
    page = one.open("/?city=littletown&years=4&replicates=3&seed=77&b=full-cooperation")
    page.get_by_role("button", name="Compare").click()
    page.get_by_role("button", name="Cancel").wait_for()
    assert kernels(alone) == 1
    page.close(run_before_unload=True)
    one.context.close()
    end = time.monotonic() + 60
    while kernels(alone) > 0:
        assert time.monotonic() < end, "the page's memory was not given back"
        time.sleep(0.5)
