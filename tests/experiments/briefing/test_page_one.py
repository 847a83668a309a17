"""Page one says in plain words what changes, how sure that is, and where it holds."""

from __future__ import annotations

import dataclasses
import re

import numpy as np
import pandas as pd
import pytest

from experiments.briefing.document import Box, Mark, Number, inlines_of, plain
from experiments.briefing.facts import Facts
from experiments.briefing.ids import letters
from experiments.briefing.page_one import (
    answer,
    direction,
    found_topics,
    titles,
    words_used,
)
from experiments.briefing.writer import Writer
from experiments.language import LANGUAGES, language
from tests.experiments.briefing.known import BASE, OTHERS, results, row, writer

NEW, OLD = OTHERS
THREE = {NEW: (3.0, 2.0, 4.0), OLD: (-1.0, -1.5, -0.5), "no-contact": (0.5, 0.2, 0.8)}


def first_page(found, code="en"):
    write = writer(found, code)
    return plain(inlines_of(answer(write, found, found_topics(write, found))))


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(("turned", "same"), [(1, 3), (-1, 2)])
def test_page_one_says_how_sure_the_direction_is_the_same_for_either(code, sign, turned, same):
    """By chance in the scale's word, and at how many draws: the least sure of what is told."""
    pairs = sign * np.array([[2.0, 4.0, 1.0 * turned], [2.5, 3.5, 1.5 * turned]])
    ends = sorted((sign * 2.9, sign * 3.1))
    rows = [row("level", BASE, "encounters", (40, 39, 41), 2)]
    for name, paired in ((NEW, pairs), (OLD, sign * abs(pairs))):
        found = (sign * 3.0, *ends)
        rows.append(row("difference", name, "encounters", found, 2, paired=paired.ravel()))
    months = results("encounters", {NEW: (1, 1, 1)}).facts.outcomes
    facts = Facts(pd.DataFrame(rows), months, {"baseline": BASE, "draws": [{}] * 3})
    changes = [facts.estimate("difference", name, "encounters") for name in (OLD, NEW)]
    say = language(code)
    told = plain(direction(Writer(say, facts), changes))
    assert say("sureness.draws", same=str(same), draws="3") in told
    assert say("sureness.certain") in told


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("sign", [1, -1])
def test_page_one_says_what_comes_from_fear_and_what_from_the_law_alike(code, sign):
    def both(law, belief):
        ways = {part: (sign * mean, *sorted((sign * (mean - 0.5), sign * (mean + 0.5))))
                for part, mean in (("legal_exposure", law), ("belief", belief))}
        parts = {(part, NEW): one if one[0] else (0.0, 0.0, 0.0) for part, one in ways.items()}
        change = (sign * 3.0, *sorted((sign * 2.0, sign * 4.0)))
        return first_page(results("encounters", {NEW: change}, parts=parts), code)

    say = language(code)
    name = say(f"regimes.{NEW}")

    def sized(mean):
        way = ("more", "fewer")[sign * mean < 0]
        ends = [say.number(abs(mean) + end, 1) for end in (-0.5, 0.5)]
        within = say("change.range", low=ends[0], high=ends[1])
        return f"{say(f'change.side_{way}', size=say.number(abs(mean), 1))} ({within})"

    for law, belief in ((2.0, 1.0), (-1.0, 4.0)):
        said = say("parts.both", regime=name, belief=sized(belief), legal_exposure=sized(law))
        assert say("parts.rests", list=said) in both(law, belief)
    keys = {
        (0.0, 3.0): "all_belief", (3.0, 0.0): "all_legal_exposure",
        (0.3, 2.7): "only_belief", (2.7, 0.3): "only_legal_exposure",
    }
    for (law, belief), key in keys.items():
        told = say("parts.rests", list=say(f"parts.{key}", regimes=name))
        assert told in both(law, belief)
    assert say("parts.rests", list="").strip(" .") not in both(0.3, 0.3)


@pytest.mark.parametrize("code", LANGUAGES)
def test_page_one_says_where_a_difference_can_be_told_that_cannot_be_here(code):
    own = results("encounters", {NEW: (0.5, -1.0, 2.0)})
    alone = results("encounters", {NEW: (3.0, 2.0, 4.0)}, environment="E0")
    say, both = language(code), dataclasses.replace(own, variants={"E0": alone})
    within = say("change.range", low=say.number(2, 1), high=say.number(4, 1))
    name = say(f"regimes.{NEW}")
    size = say("change.more", size=say.number(3, 1), regime=name, range=within)
    there = say("text.mind_elsewhere", name=say("settings.E0"), list=size)
    words = {slot: say(f"topic.encounters.{slot}") for slot in ("thing", "unit")}
    told = say("page.elsewhere", list=there, **words)
    plainly = re.sub(r"\)[a-z]+\.", ").", first_page(both, code))
    assert told in plainly
    assert there not in first_page(dataclasses.replace(own, variants={"E0": own}), code)


@pytest.mark.parametrize("code", LANGUAGES)
def test_page_one_names_its_legal_environment_and_tells_law_from_belief(code):
    parts = {("legal_exposure", NEW): (2.5, 1.0, 4.0), ("belief", NEW): (0.5, -0.5, 1.5)}
    found = results("encounters", {NEW: (3.0, 1.0, 5.0)}, parts=parts)
    write = writer(found, code)
    text = plain(inlines_of(answer(write, found, found_topics(write, found))))
    say = language(code)
    assert "E3" in text
    assert say("parts.only_legal_exposure", regimes=say(f"regimes.{NEW}")) in text
    assert say("page.sure_no_parameters") in text


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("drawn", [False, True])
def test_page_one_says_of_doubt_only_what_is_in_its_intervals(code, drawn):
    change = {NEW: (3.0, 2.0, 4.0)}
    found = results("encounters", change, draws=change if drawn else None)
    write, say = writer(found, code), language(code)
    words = plain(words_used(write, found).inlines)
    assert (say("page.sure_no_parameters") in first_page(found, code)) is not drawn
    reach = say("page.reach_range", draws="1")
    assert (say("words.parameters.means", reach=reach, share="0") in words) is drawn
    assert say("words.chance.means", n=str(len(found.told.seeds))) in words
    assert say("page.brackets_drawn" if drawn else "page.brackets") in first_page(found, code)


@pytest.mark.parametrize("code", LANGUAGES)
def test_letters_on_page_one_stand_beside_every_number_and_are_listed_with_its_id(code):
    parts = {(part, NEW): (1.0, 0.5, 1.5) for part in ("legal_exposure", "belief")}
    found = results("encounters", THREE, parts=parts)
    write = writer(found, code)
    *said, ids = answer(write, found, found_topics(write, found))
    assert ids.style == "ids" and any(isinstance(one, Box) for one in said)
    inlines = list(inlines_of(said))
    numbers = {one.fact for one in inlines if isinstance(one, Number)}
    marks = {one.fact: one.label for one in inlines if isinstance(one, Mark)}
    assert numbers <= set(marks) and len(numbers) >= 6
    assert list(marks.values()) == [letters(at) for at in range(len(marks))]
    listed = plain(ids.inlines).rpartition("): ")[2].split(", ")
    assert listed == [f"{letter} {fact}" for fact, letter in marks.items()]


def test_letters_go_on_after_z():
    assert [letters(at) for at in (0, 25, 26, 27, 51, 52)] == ["a", "z", "aa", "ab", "az", "ba"]


@pytest.mark.parametrize("code", LANGUAGES)
def test_one_text_is_spoken_of_as_one(code):
    found = results("encounters", {NEW: (3.0, 2.0, 4.0)})
    _, _, subtitle = titles(writer(found, code), found)
    assert not re.search(r"\beach\b|cada texto", subtitle)


@pytest.mark.parametrize("code", LANGUAGES)
def test_where_nothing_can_be_told_no_direction_is(code):
    nothing = language(code)("sureness.nothing")
    assert nothing in first_page(results("encounters", {NEW: (0.5, -1.0, 2.0)}), code)
    assert nothing not in first_page(results("encounters", {NEW: (1.5, 1.0, 2.0)}), code)
