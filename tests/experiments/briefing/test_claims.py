"""Published claims are answered in their own unit, in the law that they speak of, and by rows."""

from __future__ import annotations

import dataclasses
import json
import math

import duckdb
import numpy as np
import pandas as pd
import pytest

from experiments.briefing.claims import evidence_table
from experiments.briefing.document import plain
from experiments.briefing.facts import Facts
from experiments.briefing.relative import percent
from experiments.briefing.rules import Verdict, verdict
from experiments.briefing.validated import validation, validation_text
from experiments.contrasts import interval
from experiments.language import LANGUAGES, language
from experiments.uncertainty import two_levels
from model.faults import BadInput
from tests.experiments.briefing.known import BASE, OTHERS, results, row, writer

NEW, FULL = OTHERS
REPLICATES = 5


def facts(sign: float, draws: int = 1, spread: float = 1.0) -> Facts:
    """Reporting of Latino victims, 3% more or less under full cooperation in the mean."""
    chance = np.random.default_rng(7)
    level = 40 + chance.normal(0, 2, (REPLICATES, draws))
    by_draw = spread * np.linspace(-0.3, 0.3, draws) if draws > 1 else 0.0
    change = sign * (1.2 + by_draw + chance.normal(0, 0.1, (REPLICATES, draws)))
    rows = [
        row("level", BASE, "reporting_latino", (40, 38, 42), REPLICATES, paired=level.ravel()),
        row("difference", FULL, "reporting_latino", (sign * 1.2, 1, 1.4), REPLICATES,
            paired=change.ravel()),
    ]
    months = results("reporting_undocumented", {}).facts.outcomes
    manifest = {"baseline": BASE, "draws": [{}] * draws if draws > 1 else []}
    return Facts(pd.DataFrame(rows), months, manifest)


@pytest.mark.parametrize("sign", [1.0, -1.0])
@pytest.mark.parametrize("draws", [1, 6, 45])
@pytest.mark.parametrize("spread", [0.0, 1.0])
def test_a_percentage_is_the_ratio_pair_by_pair_and_its_query_gives_the_same(sign, draws, spread):
    found = facts(sign, draws, spread)
    told = percent(found, FULL, "reporting_latino")
    base, change = (np.array(pairs) for pairs in found.contrasts["paired"])
    ratio = (100 * change / base).reshape(1, REPLICATES, draws)
    mean, low, high, _ = (float(one[0]) for one in interval(ratio.mean(axis=2)))
    assert (told.estimate, told.low, told.high) == pytest.approx((mean, low, high), abs=1e-6)
    assert verdict(told) is (Verdict.MORE if sign > 0 else Verdict.FEWER)
    if draws > 1:
        wide = two_levels(ratio).iloc[0]
        assert (told.par_low, told.par_high) == pytest.approx(
            (wide["par_low"], wide["par_high"]), abs=1e-6
        )
    with duckdb.connect() as tables:
        contrasts = found.contrasts  # noqa: F841 - the query's table
        tables.execute('CREATE TABLE "contrasts.parquet" AS SELECT * FROM contrasts')
        again = tables.execute(found.asked[told.fact].query).fetchdf().iloc[0].to_dict()
    assert again == dict(found.asked[told.fact].rows[0])


def test_a_percentage_of_hidden_pairs_or_of_nothing_is_not_given():
    whole = facts(1.0)
    for level in ([math.nan] * REPLICATES, [0.0] * REPLICATES):
        contrasts = whole.contrasts.assign(paired=[level, whole.contrasts["paired"][1]])
        found = dataclasses.replace(whole, contrasts=contrasts)
        assert verdict(percent(found, FULL, "reporting_latino")) is Verdict.HIDDEN
    assert verdict(percent(whole, NEW, "reporting_latino")) is Verdict.MISSING


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_claim_about_an_ordinance_is_answered_where_it_alone_binds(code):
    here = results("recorded_crime", {FULL: (3.0, 2.0, 4.0)})
    alone = results("recorded_crime", {FULL: (-9.0, -9.5, -8.5)}, environment="E0")
    say = language(code)
    for found, setting, size, way in (
        (here, "E3", 3.0, "more"), (dataclasses.replace(here, variants={"E0": alone}), "E0", 9.0,
                                    "fewer"),
    ):
        cell = plain(evidence_table(writer(found, code), found).rows[0].cells[-1])
        assert cell.startswith(say(f"settings.{setting}")) and say.number(size, 1) in cell
        assert say("full.recorded_crime") in cell
        word = say(f"evidence.{way}", thing="", size="", a="", b="", range="").split()[1]
        assert word in cell


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize(
    ("ends", "words"),
    [((2, 6), "tenth"), ((2, 30), "half"), ((2, 60), "smaller"), ((2, 70), None),
     ((70, 90), "larger")],
)
def test_of_a_difference_in_a_claims_direction_it_is_said_how_its_size_compares(code, ends, words):
    """Of 65.4, for the whole of the model's interval."""
    change = (sum(ends) / 2, *map(float, ends))
    found = results("recorded_crime", {FULL: change})
    cell = plain(evidence_table(writer(found, code), found).rows[0].cells[-1])
    say = language(code)
    names = ("tenth", "half", "smaller", "larger")
    told = [name for name in names if say(f"evidence.{name}") in cell]
    assert told == ([words] if words else [])


ROWS = """id,finding,role,published,verdict
ONE,Crimes recorded are fewer in sanctuary counties,validation,negative,disagrees
TWO,What nobody translated,validation,3,disagrees
THREE,Something met,validation,3,agrees
FOUR,Something fitted,calibration,3,disagrees
"""


def counted(place, **more):
    kinds = {"agrees": 5, "right sign": 2, "disagrees": 3, "not comparable": 1}
    bases = {"interval": 1, "discrepancy": 2, "sign": 0, "rule": 2}
    manifest = {"kind": "carveout validation", "findings": 11, "verdicts": kinds,
                "agreements": bases} | more
    place.mkdir()
    (place / "manifest.json").write_text(json.dumps(manifest))
    (place / "validation.csv").write_text(ROWS)
    return place


FITTED = {"findings": 4, "verdicts": {
    "agrees": 3, "right sign": 0, "disagrees": 1, "not comparable": 0},
    "agreements": {"interval": 0, "discrepancy": 3, "sign": 0, "rule": 0}}


def test_findings_that_helped_to_choose_numbers_are_counted_apart(tmp_path):
    write = writer(results("encounters", {}))
    text = plain(validation_text(write, validation(counted(tmp_path / "v", calibration=FITTED))))
    assert "against 11 published" in text and "agrees with 5" in text
    assert "the study’s own interval 1, only within a margin that we set 2, on a sign" in text
    assert "Of 4 that were used, it agrees with 3" in text


def test_a_validation_that_mixes_them_is_refused_by_name(tmp_path):
    with pytest.raises(BadInput, match=r"v has no calibration\.findings"):
        validation(counted(tmp_path / "v"))


@pytest.mark.parametrize(("code", "said"), [
    ("en", "these: “Crimes recorded are fewer in sanctuary counties” (ONE); “What nobody "
           "translated” (TWO). Of 4"),
    ("es", "de «Hay menos delitos registrados en los condados santuario» (ONE); «What nobody "
           "translated» (TWO). De 4"),
])
def test_findings_that_the_model_disagrees_with_are_named(tmp_path, code, said):
    write = writer(results("encounters", {}), code)
    found = validation(counted(tmp_path / "v", calibration=FITTED))
    assert said in plain(validation_text(write, found))


def test_a_validation_without_its_table_is_refused_by_name(tmp_path):
    place = counted(tmp_path / "v", calibration=FITTED)
    (place / "validation.csv").unlink()
    with pytest.raises(BadInput, match=r"validation\.csv: with: v cannot be read"):
        validation(place)
