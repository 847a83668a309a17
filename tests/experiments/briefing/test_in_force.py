"""Page one says which text is in force, and what every difference is told against."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pandas as pd
import pytest

from experiments.briefing.document import inlines_of, plain
from experiments.briefing.in_force import in_force
from experiments.briefing.page_one import answer, found_topics, titles
from experiments.briefing.split import Attribution, clauses_text
from experiments.briefing.tables import headline_tables
from experiments.language import LANGUAGES, language
from tests.experiments.briefing.known import BASE, OTHERS, results, writer

NOW = "welcoming-2021"
CHANGE = {OTHERS[0]: (3.0, 2.0, 4.0)}


def page(found, code):
    write = writer(found, code)
    return plain(inlines_of(answer(write, found, found_topics(write, found))))


def told_on(found, day):
    """The same results from another first day."""
    manifest = {**found.facts.manifest, "start": day}
    facts = dataclasses.replace(found.facts, manifest=manifest)
    told = dataclasses.replace(found.told, start=dt.date.fromisoformat(day))
    return dataclasses.replace(found, facts=facts, told=told)


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_baseline_that_was_replaced_is_said_to_be_with_what_is_in_force(code):
    found, say = results("encounters", CHANGE), language(code)
    slots = {"city": "Chicago", "base": say(f"regimes.{BASE}")}
    date = say.date(dt.date(2021, 2, 23))
    said = say("page.against_past", now=say(f"regimes.{NOW}"), date=date, **slots)
    assert said in page(found, code)
    _, title, _ = titles(writer(found, code), found)
    assert title == say("page.title_past", city="Chicago", base=say(f"titles.{BASE}"))


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_baseline_that_was_in_force_on_the_first_day_is_said_to_be(code):
    found, say = told_on(results("encounters", CHANGE), "2015-01-01"), language(code)
    date = say.date(dt.date(2012, 9, 12))
    said = say("page.against_now", city="Chicago", base=say(f"regimes.{BASE}"), date=date)
    assert in_force(found.told) == BASE and said in page(found, code)
    _, title, _ = titles(writer(found, code), found)
    assert title == say("page.title", city="Chicago", base=say(f"titles.{BASE}"))


def test_a_text_from_a_file_or_before_any_ordinance_has_none_in_force():
    told = results("encounters", CHANGE).told
    assert in_force(dataclasses.replace(told, baseline="mine")) is None
    assert in_force(dataclasses.replace(told, start=dt.date(2010, 1, 1))) is None


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_table_marks_the_text_in_force_and_no_other(code):
    found, mark = results("encounters", CHANGE), language(code)("page.in_force")
    table, = headline_tables(writer(found, code), BASE, list(CHANGE))
    assert [mark in plain(cell) for cell in table.header] == [False, False, True, False]
    table, = headline_tables(writer(told_on(found, "2015-01-01"), code), BASE, list(CHANGE))
    assert [mark in plain(cell) for cell in table.header] == [False, True, False, False]


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("first", [BASE, "full-cooperation"])
def test_a_split_of_another_change_says_so(code, first, tmp_path):
    found, say = results("encounters", CHANGE), language(code)
    table = pd.DataFrame([{
        "clause": "all", "title": "", "estimate": 1.0, "low": 0.5, "high": 1.5, "n": 4,
    }])
    told = dataclasses.replace(found.told, regimes=(first, NOW), baseline=first)
    split = Attribution(tmp_path, table, told, "encounters", {})
    said = plain(clauses_text(writer(found, code), split))
    other = say("text.clauses_other", a=say(f"regimes.{first}"), b=say(f"regimes.{NOW}"),
                base=say(f"regimes.{BASE}"))
    assert (other in said) is (first != BASE)
