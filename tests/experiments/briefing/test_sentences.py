"""Sentences say what the numbers carry, never more, and the same for either direction."""

from __future__ import annotations

import dataclasses
import math
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.briefing.document import plain
from experiments.briefing.findings import TOPICS, sentence, topic
from experiments.briefing.mind import settings_say
from experiments.briefing.rules import Verdict, chance_of_sign, mirrored, verdict, word
from experiments.briefing.tables import change_cell
from experiments.briefing.writer import change_digits
from experiments.language import LANGUAGES, language
from tests.experiments.briefing.known import BASE, LEVEL, OTHERS, results, writer

NEW, OLD = OTHERS
UNCLEAR = {"en": "no clear difference", "es": "ninguna diferencia clara"}


def said(outcome, changes, code="en", **more):
    found = results(outcome, changes, **more)
    write = writer(found, code)
    one = topic(write, outcome, BASE, [name for name in changes])
    return plain(sentence(write, one, BASE)), one


numbers = st.floats(-30, 30, allow_nan=False).map(lambda x: round(x, 6))
intervals = st.tuples(numbers, numbers, numbers).map(sorted).map(lambda x: (x[1], x[0], x[2]))
codes, outcomes = st.sampled_from(LANGUAGES), st.sampled_from(TOPICS)


@given(intervals, codes, outcomes)
@settings(max_examples=60, deadline=None)
def test_only_an_interval_without_zero_is_told_as_a_difference(interval, code, outcome):
    text, found = said(outcome, {NEW: interval}, code)
    estimate, low, high = interval
    clear = low > 0 or high < 0
    assert found.verdicts[NEW].clear == clear
    if estimate == low == high == 0:
        assert found.verdicts[NEW] is Verdict.SAME
    elif not clear:
        assert re.search(UNCLEAR[code], text)
    else:
        assert not re.search(UNCLEAR[code], text)
        right, wrong = words_of(code) if estimate > 0 else words_of(code)[::-1]
        change = text.partition(": ")[2].partition(". ")[0]
        assert re.search(rf"\b{right}\b", change) and not re.search(rf"\b{wrong}\b", change)


@given(intervals, intervals, codes, outcomes)
@settings(max_examples=60, deadline=None)
def test_turned_signs_give_the_mirrored_sentence(one, two, code, outcome):
    def turned(interval):
        estimate, low, high = interval
        return (-estimate, -high, -low)

    text, found = said(outcome, {NEW: one, OLD: two}, code)
    other, opposite = said(outcome, {NEW: turned(one), OLD: turned(two)}, code)
    assert {name: mirrored(state) for name, state in found.verdicts.items()} == opposite.verdicts
    assert shape(text, code) == shape(other, code)
    assert sides(text, code) == sides(other, code, swapped=True)


def words_of(code):
    return {"en": ("more", "fewer"), "es": ("más", "menos")}[code]


def shape(text, code):
    """A sentence without its numbers and without which way they go."""
    more, fewer = words_of(code)
    return re.sub(r"[\d.,\u202f]*\d", "#", re.sub(rf"\b({more}|{fewer})\b", "WAY", text))


def sides(text, code, *, swapped=False):
    """Every number that goes one way, with the way, whatever the order."""
    more, fewer = words_of(code)
    ways = {more: fewer, fewer: more} if swapped else {more: more, fewer: fewer}
    found = re.findall(rf"([\d.,\u202f]*\d) ({more}|{fewer})\b", text)
    return sorted((number, ways[way]) for number, way in found if float_of(number))


def float_of(text):
    return any(digit in text for digit in "123456789")


@given(intervals, outcomes)
@settings(max_examples=40, deadline=None)
def test_a_clear_interval_never_seems_to_touch_zero(interval, outcome):
    estimate, low, high = interval
    if min(abs(low), abs(high)) < 1e-4 or not (low > 0 or high < 0):
        return
    text, _ = said(outcome, {NEW: interval})
    assert all(float_of(number) for number, _ in sides(text, "en"))


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize(
    ("found", "n", "state"),
    [
        (None, 8, Verdict.HIDDEN),
        ((math.nan,) * 3, 8, Verdict.NONE),
        ((3.0, math.nan, math.nan), 1, Verdict.SINGLE),
        ((0.0, 0.0, 0.0), 8, Verdict.SAME),
        ((1.0, -1.0, 3.0), 8, Verdict.UNCLEAR),
    ],
)
def test_what_cannot_be_said_is_named_and_gives_no_size(found, n, state, code):
    text, one = said("encounters", {NEW: found}, code, n=n)
    assert one.verdicts[NEW] is state
    say = language(code)
    if state is not Verdict.UNCLEAR:
        name = say(f"regimes.{NEW}")
        assert say(f"change.{state}", regimes=name) in text
        assert not sides(text, code)


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_level_that_is_hidden_or_of_nobody_gives_no_number(code):
    text, _ = said("encounters", {NEW: None}, code, level=None)
    assert "20" in text and "40" not in text
    text, _ = said("encounters", {NEW: None}, code, level=(math.nan,) * 3)
    assert "40" not in text and "nan" not in text


def test_few_events_are_said_and_many_are_not():
    few, _ = said("encounters", {NEW: (3.0, 1.0, 5.0)}, events=50)
    many, _ = said("encounters", {NEW: (3.0, 1.0, 5.0)}, events=5000)
    assert "few events: about 50 simulated" in few and "few events" not in many


def test_a_difference_that_is_clear_but_small_is_called_small():
    small, _ = said("victimisations", {NEW: (0.1, 0.05, 0.15)})
    large, _ = said("victimisations", {NEW: (4.0, 3.0, 5.0)})
    assert "smaller than 1% of that number" in small and "smaller" not in large


def test_doubt_about_parameters_can_take_a_difference_back():
    change = {NEW: (3.0, 1.0, 5.0)}
    _, sure = said("encounters", change, draws={NEW: (3.0, 0.5, 6.0)})
    _, unsure = said("encounters", change, draws={NEW: (3.0, -1.0, 7.0)})
    assert sure.verdicts[NEW] is Verdict.MORE and unsure.verdicts[NEW] is Verdict.UNCLEAR


@given(intervals, st.integers(2, 50))
@settings(max_examples=40, deadline=None)
def test_words_for_chance_keep_their_scale(interval, n):
    found = topic(writer(results("encounters", {NEW: interval}, n=n)), "encounters", BASE, [NEW])
    estimate, low, high = interval
    half = (high - low) / 2
    centred = dataclasses.replace(
        found.changes[NEW], estimate=estimate, low=estimate - half, high=estimate + half
    )
    chance = chance_of_sign(centred)
    if verdict(centred).clear:
        assert chance >= 0.975 - 1e-9 and word(chance) in ("certain", "very_likely")
    assert (word(0.995), word(0.95), word(0.7), word(0.6)) == (
        "certain", "very_likely", "likely", ""
    )


def test_what_turns_round_under_another_setting_says_so():
    main = results("encounters", {NEW: (3.0, 1.0, 5.0)})
    for change, expected in (
        ((-3.0, -5.0, -1.0), "is reversed under"),
        ((0.5, -1.0, 2.0), "is no longer clear under"),
        ((2.0, 1.0, 3.0), "keeps its sign there, too"),
    ):
        other = results("encounters", {NEW: change}, environment="E0")
        both = dataclasses.replace(main, variants={"E0": other})
        write = writer(both)
        found = topic(write, "encounters", BASE, [NEW])
        text = " ".join(plain(item) for item in settings_say(write, both, found))
        assert expected in text, text


@pytest.mark.parametrize("code", LANGUAGES)
def test_differences_that_may_be_nothing_share_a_clause_with_the_largest_end(code):
    text, found = said("encounters", {NEW: (0.5, -1.0, 2.0), OLD: (-1.0, -3.5, 1.5)}, code)
    assert not found.clear and len(re.findall(UNCLEAR[code], text)) == 1
    bound = language(code).number(3.5, 1)
    assert bound in text and not sides(text, code)


def test_a_sentence_gives_chance_and_doubt_side_by_side_by_name():
    text, found = said("encounters", {NEW: (3.0, 2.0, 4.0)}, draws={NEW: (3.0, -1.0, 7.0)})
    assert found.verdicts[NEW] is Verdict.UNCLEAR
    assert "between 1.0 fewer and 7.0 more" in text and "2.0" not in text
    text, found = said("encounters", {NEW: (3.0, 2.0, 4.0)}, draws={NEW: (3.0, 1.2, 7.0)})
    assert found.verdicts[NEW] is Verdict.MORE
    assert "(chance 2.0 to 4.0, parameters 1.2 to 7.0)" in text
    text, found = said("encounters", {NEW: (-3.0, -4.0, -2.0)}, draws={NEW: (-3.0, -7.0, -1.2)})
    assert found.verdicts[NEW] is Verdict.FEWER
    assert "3.0 fewer" in text and "(chance 2.0 to 4.0, parameters 1.2 to 7.0)" in text


def test_draws_that_spread_no_more_than_chance_are_said_not_to():
    text, found = said("encounters", {NEW: (3.0, 2.0, 4.0)}, draws={NEW: (3.0, 3.0, 3.0)})
    assert found.verdicts[NEW] is Verdict.MORE
    assert "(chance 2.0 to 4.0, parameters no wider than chance)" in text


THREE = {NEW: (3.0, 2.0, 4.0), OLD: (-1.0, -1.5, -0.5), "no-contact": (0.5, 0.2, 0.8)}


def shortened(changes, code="en", **more):
    found = results("encounters", changes, **more)
    write = writer(found, code)
    one = topic(write, "encounters", BASE, list(changes))
    return plain(sentence(write, one, BASE, named=()))


#: Five differences that are clear: three the one way, two the other.
FIVE = THREE | {"ice-ban-2019": (1.3, 1.1, 1.5), "dhs-ban": (-0.4, -0.6, -0.2)}


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("sign", [1, -1])
def test_page_one_gives_the_largest_difference_each_way_and_the_ends_of_the_rest(code, sign):
    say = language(code)

    def told(changes):
        turned = {name: (sign * mean, *sorted((sign * low, sign * high)))
                  for name, (mean, low, high) in changes.items()}
        return shortened(turned, code)

    def rest(way, size, count):
        way = ("fewer", "more")[(way == "more") == (sign > 0)]
        return say(f"change.rest_{way}", size=size, count=str(count))

    few = told(THREE)
    assert say("regimes.no-contact") in few and rest("more", say.number(0.5, 1), 1) not in few
    many = told(FIVE)
    between = say("change.range", low=say.number(0.5, 1), high=say.number(1.3, 1))
    assert rest("more", between, 2) in many and rest("fewer", say.number(0.4, 1), 1) in many
    for name in ("no-contact", "ice-ban-2019", "dhs-ban"):
        assert say(f"regimes.{name}") not in many
    assert say(f"regimes.{NEW}") in many and say(f"regimes.{OLD}") in many


def test_page_one_bounds_what_may_be_nothing_by_the_widest_unless_others_are_clear():
    unclear = {OLD: (-1.0, -2.5, 0.5), "no-contact": (0.5, -0.2, 0.8)}
    text = shortened({NEW: (3.0, 2.0, 4.0)} | unclear)
    assert "no clear difference under Full cooperation and No contact." in text
    assert "2.5" not in text
    alone = shortened(THREE | {OLD: (-1.0, -2.5, 0.5)})
    possible = " (ranges reach {} either way)"
    assert f"under Full cooperation{possible.format(2.5)}" in alone
    nothing = {NEW: (0.5, -1.0, 2.0), OLD: (0.5, -3.0, 2.0), "no-contact": (0.0, -0.01, 0.01)}
    assert f"under any other text{possible.format('3.0')}" in shortened(nothing)
    four = nothing | {"ice-ban-2019": (0.1, -0.2, 0.3), "dhs-ban": (0.0, 0.0, 0.0)}
    assert f"under 4 of 5 texts{possible.format('3.0')}" in shortened(four)
    every, _ = said("encounters", nothing)
    assert (
        "under any other text (either way at most 2.0 under Welcoming 2021, 3.0 under Full "
        "cooperation and less than 0.1 under No contact)"
    ) in every


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(
    ("draws", "ends"),
    [
        (None, (2.0, 4.0)),
        ((3.0, 3.0, 3.0), (2.0, 4.0)),
        ((3.0, 2.5, 3.5), (2.0, 4.0)),
        ((3.0, 2.5, 9.0), (2.0, 9.0)),
        ((3.0, 1.5, 9.0), (1.5, 9.0)),
    ],
)
def test_page_one_gives_every_number_one_range_that_holds_chance_and_doubt(
    code, sign, draws, ends
):
    """An end is that of chance or of the parameters, whichever lies farther out."""
    def turned(interval):
        mean, *both = (sign * value for value in interval)
        return (mean, *sorted(both))

    say = language(code)
    text = shortened({NEW: turned((3.0, 2.0, 4.0))}, code, draws=draws and {NEW: turned(draws)})
    low, high = (say.number(end, 1) for end in ends)
    within = say("change.range", low=low, high=high)
    way, name = ("more", "fewer")[sign < 0], say(f"regimes.{NEW}")
    assert say(f"change.{way}", size=say.number(3, 1), regime=name, range=within) in text
    level = say("change.range", low=say.number(LEVEL - 1, 1), high=say.number(LEVEL + 1, 1))
    assert f"{say.number(LEVEL, 1)} ({level})" in text


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_level_has_its_interval(code):
    text, _ = said("encounters", {NEW: (3.0, 2.0, 4.0)}, code)
    say = language(code)
    ends = {"low": say.number(LEVEL - 1, 1), "high": say.number(LEVEL + 1, 1)}
    assert f"{say.number(LEVEL, 1)} ({say('change.range', **ends)})" in text


def test_differences_of_one_unit_have_their_digits_in_common():
    found = results("encounters", {NEW: (12.0, 9.0, 15.0), OLD: (-0.3, -0.5, -0.04)})
    one = topic(writer(found), "encounters", BASE, [NEW, OLD])
    text = plain(sentence(writer(found), one, BASE))
    assert "12.00 more" in text and "0.30 fewer" in text and "(0.04 to 0.50)" in text
    cells = [change_cell(writer(found), change, one.digits(writer(found)))
             for change in one.changes.values()]
    assert [cell[0].text for cell in cells] == ["+12.00", "−0.30"]


def test_ends_that_are_the_same_in_print_stand_once():
    found = results("encounters", {NEW: (3.0, 2.0, 4.0)}, draws={NEW: (3.0, 2.98, 3.01)})
    change = writer(found).facts.estimate("difference", NEW, "encounters")
    assert plain(change_cell(writer(found), change, 1)) == "+3.0\n(2.0…4.0) [3.0]"
    text, _ = said("encounters", {NEW: (3.0, 2.0, 4.0)}, draws={NEW: (3.0, 2.98, 3.01)})
    assert "(chance 2.0 to 4.0, parameters about 3.0)" in text


@pytest.mark.parametrize(
    ("years", "english", "spanish"),
    [
        (1.0, "one year", "un año"), (2.0, "2 years", "2 años"), (0.5, "6 months", "6 meses"),
        (1 / 12, "one month", "un mes"), (1.5, "18 months", "18 meses"),
        (0.1, "36 days", "36 días"),
    ],
)
def test_a_part_of_a_year_is_told_in_months_or_days(years, english, spanish):
    told = dataclasses.replace(results("encounters", {}).told, years=years)
    assert (told.length(language("en")), told.length(language("es"))) == (english, spanish)


@given(intervals, st.sampled_from([1.0, 10.0]))
def test_text_table_and_chart_give_a_difference_the_same_digits(interval, scale):
    found = results("encounters", {NEW: interval})
    change = writer(found).facts.estimate("difference", NEW, "encounters")
    digits = change_digits([change], scale)
    _, low, high = (round(end * scale, digits) for end in interval)
    if (interval[1] > 0 or interval[2] < 0) and min(map(abs, interval[1:])) > 1e-6:
        assert low and high  # no end of what is clear seems to touch zero
    assert 0 <= digits <= 6
