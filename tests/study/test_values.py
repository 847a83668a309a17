"""What a study gives: a row a task, paired within draw and replicate, the same as a comparison."""

import numpy as np
import pytest

from experiments import compare
from model.faults import BadInput


def test_every_finished_task_is_one_row_with_its_levers_and_parameters(small):
    values = small.values("reporting")
    assert len(values) == 2 * 2 * 2 == small.status()["total"]
    assert list(values.groupby(["draw", "replicate"]).size()) == [2] * 4
    assert values.groupby(["draw", "replicate"]).regime.nunique().eq(2).all()
    assert set(small.levers + small.parameters) <= set(values)
    drawn = values.drop_duplicates("draw").set_index("draw")[["beta", "sigma"]]
    assert drawn.equals(small.draws) and drawn.sigma.between(0.2, 0.8).all()
    assert values.value.between(0, 100).all()


def test_a_studys_numbers_are_those_of_a_comparison_with_the_same_settings(small):
    values = small.values("reporting").set_index(["draw", "replicate", "regime"]).value
    point = small.draws.loc[1].to_dict()
    direct = compare(
        ["welcoming-2012", "full-cooperation"], city="littletown", scale=1, years=0.1,
        replicates=2, seed=3, posture="2025-surge", environment="E0", parameters=point,
        decompose=False, draws=0, processes=1, progress=False,
    ).contrasts
    rows = direct[
        (direct.outcome == "reporting") & (direct["by"] == "all") & (direct.measure == "level")
    ]
    assert len(rows) == 2
    for regime, paired in zip(rows.regime, rows.paired, strict=True):
        for replicate, value in enumerate(paired):
            assert values[1, replicate, regime] == pytest.approx(value, rel=1e-12)


def test_parameters_of_a_draw_reach_the_model(small):
    values = small.values("reporting").pivot(
        index=["replicate", "regime"], columns="draw", values="value"
    )
    assert (values[0] != values[1]).all()


def test_a_small_cell_is_hidden_in_a_task_as_elsewhere(small):
    values = small.values("citizens_met")
    assert values.suppressed.any()
    assert np.isnan(values.value[values.suppressed]).all()


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        (("reportin",), "did you mean reporting"),
        (("reporting", "statuss"), "did you mean status"),
        (("reporting", "status", "us_bron"), "did you mean us_born"),
    ],
)
def test_an_unknown_cell_is_named_with_the_nearest_one(small, cell, said):
    with pytest.raises(BadInput, match=said):
        small.values(*cell)
