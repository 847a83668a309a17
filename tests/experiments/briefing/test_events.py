"""A difference that comes of another denominator alone is no effect, and is told as what it is."""

from __future__ import annotations

import dataclasses
import math

import duckdb
import numpy as np
import pandas as pd
import pytest

from experiments.briefing.document import Number, plain
from experiments.briefing.facts import Facts
from experiments.briefing.findings import sentence, topic
from experiments.briefing.rules import Verdict, ends, losses, mirrored, verdict
from experiments.briefing.tables import change_cell
from experiments.language import LANGUAGES, language
from experiments.outcomes import OUTCOMES
from tests.experiments.briefing.known import BASE, OTHERS, results, row, writer

NEW, OLD = OTHERS
PAIRS = 6
CLEAR = (0.0003, 0.0001, 0.0005)


def turned(interval):
    estimate, low, high = interval
    return (-estimate, -high, -low)


@pytest.mark.parametrize("interval", [CLEAR, turned(CLEAR)])
@pytest.mark.parametrize(
    ("differing", "state"),
    [(0, Verdict.SAME_EVENTS), (1, Verdict.FEW_PAIRS), (3, Verdict.FEW_PAIRS), (4, None),
     (8, None)],
)
def test_events_that_differ_in_few_pairs_are_no_difference(interval, differing, state):
    found = results("encounters", {NEW: interval}, differing={NEW: differing})
    change = writer(found).facts.estimate("difference", NEW, "encounters")
    assert change.differing == differing
    expected = state or (Verdict.MORE if interval[0] > 0 else Verdict.FEWER)
    assert verdict(change) is expected
    back = results("encounters", {NEW: turned(interval)}, differing={NEW: differing})
    mirror = verdict(writer(back).facts.estimate("difference", NEW, "encounters"))
    assert mirror is mirrored(expected)


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("named", [None, ()])
@pytest.mark.parametrize(("differing", "key"), [(0, "same_events"), (1, "few_pairs")])
def test_sentence_and_cell_say_so_and_give_no_number(code, named, differing, key):
    found = results("encounters", {NEW: CLEAR}, differing={NEW: differing})
    write = writer(found, code)
    one = topic(write, "encounters", BASE, [NEW])
    text, say = plain(sentence(write, one, BASE, named=named)), language(code)
    assert say(f"change.{key}", regimes=say(f"regimes.{NEW}")) in text
    cell = change_cell(write, one.changes[NEW], one.digits(write))
    assert plain(cell) == say(f"cell.{key}")
    assert not any(isinstance(part, Number) or part.style == "strong" for part in cell)


def test_a_difference_elsewhere_is_lost_where_it_may_be_nothing_and_none_without_its_events():
    for state in Verdict:
        lost, ended = (rule(Verdict.MORE, {"E0": state}) for rule in (losses, ends))
        assert lost == ["E0"] * (state is Verdict.UNCLEAR)
        assert ended == ["E0"] * (state in (Verdict.SAME, Verdict.SAME_EVENTS, Verdict.FEW_PAIRS))


def tables(
    outcome: str, counts: dict[str, list[float]], exposure: dict[str, float], *,
    hidden: bool = False, beside: str | None = None,
) -> Facts:
    """Facts of one outcome with these numerators in every pair; if `hidden`, months are empty.

    `beside` is another outcome over the same exposure, whose counts are shown.
    """
    per, months, levels = OUTCOMES[outcome].per, [], {}
    for regime, numbers in counts.items():
        levels[regime] = [per * number / exposure[regime] for number in numbers]
        for replicate, number in enumerate(numbers):
            cell = {"replicate": replicate, "regime": regime, "month": "2022-01", "by": "all",
                    "group": "all", "denominator": exposure[regime], "suppressed": False}
            gone = {"numerator": np.nan, "denominator": np.nan} if hidden else {}
            months.append({**cell, "outcome": outcome, "numerator": number, **gone})
            if beside:
                months.append({**cell, "outcome": beside, "numerator": 5.0})
    pairs = {regime: [a - b for a, b in zip(levels[regime], levels[BASE], strict=True)]
             for regime in counts if regime != BASE}
    rows = [row("level", regime, outcome, (1, 1, 1), PAIRS, paired=values)
            for regime, values in levels.items()]
    rows += [row("difference", regime, outcome, CLEAR, PAIRS, paired=values)
             for regime, values in pairs.items()]
    manifest = {"baseline": BASE, "regimes": dict.fromkeys(counts, "")}
    return Facts(pd.DataFrame(rows), pd.DataFrame(months), manifest)


def differing(facts: Facts, outcome: str) -> int | None:
    """What the facts say, after the query behind it has said the same."""
    fact = facts.differing(NEW, outcome)
    if fact is None:
        return None
    with duckdb.connect() as tables:
        contrasts, outcomes = facts.contrasts, facts.outcomes  # noqa: F841 - the query's tables
        tables.execute('CREATE TABLE "contrasts.parquet" AS SELECT * FROM contrasts')
        tables.execute('CREATE TABLE "outcomes.parquet" AS SELECT * FROM outcomes')
        again = tables.execute(fact.query).fetchone()
    assert again == (fact.value("pairs"), fact.value("differing")) and again[0] == PAIRS
    return int(again[1])


FEWER_DAYS = {BASE: 45_000.0, NEW: 44_950.0}
MORE_DAYS = {BASE: 45_000.0, NEW: 45_050.0}


@pytest.mark.parametrize("exposure", [FEWER_DAYS, MORE_DAYS])
@pytest.mark.parametrize("hidden", [False, True])
@pytest.mark.parametrize("more", [1.0, -1.0])
@pytest.mark.parametrize("apart", range(3))
def test_one_event_is_seen_and_another_exposure_is_not(exposure, hidden, more, apart):
    base = [420.0, 431, 398, 405, 440, 417]
    other = [number + more * (place < apart) for place, number in enumerate(base)]
    facts = tables("encounters", {BASE: base, NEW: other}, exposure, hidden=hidden,
                   beside="work_days_lost")
    assert differing(facts, "encounters") == apart


@pytest.mark.parametrize("hidden", [False, True])
def test_a_sum_of_floats_is_the_same_up_to_rounding(hidden):
    base = [53_000.123 + place / 7 for place in range(PAIRS)]
    same = [number * (1 + 1e-15) for number in base]
    moved = [*base[:-1], base[-1] + 0.06]
    for other, expected in ((same, 0), (moved, 1)):
        facts = tables("work_days_lost", {BASE: base, NEW: other}, FEWER_DAYS, hidden=hidden,
                       beside="encounters")
        assert differing(facts, "work_days_lost") == expected


def test_a_share_differs_where_its_denominator_does():
    base = [300.0] * PAIRS
    shown = tables("reporting", {BASE: base, NEW: base}, {BASE: 700.0, NEW: 699.0})
    assert differing(shown, "reporting") == PAIRS
    for one, expected in ((700.0, 0), (699.0, PAIRS)):
        hidden = tables("reporting", {BASE: base, NEW: base}, {BASE: 700.0, NEW: one}, hidden=True)
        assert differing(hidden, "reporting") == expected


def test_where_neither_counts_nor_exposure_are_shown_the_intervals_decide():
    base = [420.0] * PAIRS
    facts = tables("encounters", {BASE: base, NEW: base}, FEWER_DAYS, hidden=True)
    assert differing(facts, "encounters") is None
    assert verdict(facts.estimate("difference", NEW, "encounters")) is Verdict.MORE


@pytest.mark.parametrize("interval", [CLEAR, turned(CLEAR)])
def test_of_a_difference_whose_pairs_are_too_small_to_show_nothing_is_told(interval):
    found = results("encounters", {NEW: interval}).facts.estimate("difference", NEW, "encounters")
    assert verdict(found).clear
    hidden = dataclasses.replace(found, paired=(math.nan,) * found.n)
    assert verdict(hidden) is Verdict.UNCLEAR


def test_a_part_is_judged_as_the_whole_only_where_the_other_part_is_nothing():
    base = [420.0] * PAIRS
    facts = tables("encounters", {BASE: base, NEW: base}, FEWER_DAYS)
    pairs = list(facts.contrasts.query("measure == 'difference'")["paired"].iloc[0])
    for belief, state in (([0.0] * PAIRS, Verdict.SAME_EVENTS), ([0.1] * PAIRS, Verdict.MORE)):
        more = [
            row("legal_exposure", NEW, "encounters", CLEAR, PAIRS, paired=pairs),
            row("belief", NEW, "encounters", (0, 0, 0), PAIRS, paired=belief),
        ]
        both = dataclasses.replace(
            facts, contrasts=pd.concat([facts.contrasts, pd.DataFrame(more)]), _differing={}
        )
        assert verdict(both.estimate("legal_exposure", NEW, "encounters")) is state
