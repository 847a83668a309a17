"""Pages say titles where results hold names, and what there is where nothing is."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pandas as pd
import pytest
from starlette.requests import Request

from dashboards.folders import Found
from dashboards.nowhere import nowhere
from dashboards.sentences import finding
from dashboards.studies import saved_rows
from dashboards.titles import heading, regime_title
from experiments.comparison import compare


def test_a_saved_table_is_told_in_words_and_its_numbers_stay(tmp_path):
    path = tmp_path / "contrasts.csv"
    pd.DataFrame({
        "regime": ["no-contact", "mine"], "outcome": ["reporting_undocumented", "mine_too"],
        "by": ["status", "area"], "group": ["us_born", "Near North Side"], "estimate": [1.5, -2],
    }).to_csv(path, index=False)
    columns, rows, whole = saved_rows(path)
    assert columns == ["regime", "outcome", "by", "group", "estimate"] and whole == 2
    assert rows == [
        ["No contact", "Crimes that reach the police: of undocumented victims", "Status",
         "US-born citizens", "1.5"],
        ["mine", "mine_too", "Area", "Near North Side", "\N{MINUS SIGN}2"],
    ]


@pytest.mark.parametrize(("manifest", "said"), [
    ({"title": "Ladder"}, "Ladder"),
    ({"regimes": {"a": "An ordinance", "b": "Another"}}, "An ordinance beside Another"),
    ({"regimes": {"a": "A", "b": "B", "c": "C"}}, "A beside B and 1 more"),
    ({}, "folder"),
    ({"title": 3, "regimes": []}, "folder"),
])
def test_results_are_headed_by_what_they_are_of(manifest, said, tmp_path):
    assert heading(Found("folder", tmp_path, manifest)) == said


def test_a_regime_that_is_not_the_projects_keeps_its_name():
    assert regime_title("welcoming-2012") == "Welcoming City Ordinance, 2012"
    assert regime_title("mine") == "mine"


def not_found(path: str, accept: str) -> tuple[int, str]:
    scope = {"type": "http", "method": "GET", "path": path, "query_string": b"",
             "server": ("127.0.0.1", 80), "headers": [(b"accept", accept.encode())]}
    # In a thread of its own: Playwright's loop may run in this one.
    with ThreadPoolExecutor(1) as pool:
        made = pool.submit(asyncio.run, nowhere(Request(scope), LookupError())).result()
    return made.status_code, made.body.decode()


def test_where_nothing_is_the_pages_that_there_are_are_listed():
    status, page = not_found("/<script>", "text/html,*/*")
    assert status == 404
    assert "/&lt;script&gt;" in page and "/<script>" not in page
    for place, label in (("/", "Compare"), ("/studies", "Studies"), ("/evidence", "Evidence")):
        assert f'<a href="{place}">{label}</a>' in page
    assert not_found("/file.csv", "*/*") == (404, "Not found")


def test_what_is_found_speaks_of_crime_too():


    sides = ("welcoming-2012", "no-contact")
    made = compare(list(sides), city="littletown", scale=0.1, years=0.1, replicates=1,
                   progress=False)
    said = finding(made, sides)
    assert len(said) == 3 and said[2].startswith("Crimes (reported or not)")
