"""Calibration finds what the data tell, says what they do not, and loses nothing when stopped."""

import numpy as np
import pandas as pd
import pytest

from experiments.calibration import load_posterior
from experiments.calibration.calibrate import calibrate
from experiments.calibration.charts import posterior_figure, predictive_figure, recovery_figure
from experiments.calibration.design import Space
from experiments.calibration.emulator import fit
from experiments.calibration.inference import Evidence, implausibility, not_ruled_out
from experiments.calibration.statistics import RUNS, STATISTICS
from experiments.calibration.targets import load_targets
from model.faults import BadInput
from tests.calibration.conftest import NAMES, PLAN, stand_in


def test_a_parameter_that_the_data_tell_contracts_and_one_that_they_do_not_stays(fitted):
    told = fitted.manifest["parameters"]
    for name in ("epsilon", "alarm_size", "field_capacity", "sigma", "beta"):
        assert told[name]["contraction"] > 0.2, name
        assert told[name]["says"] == "learnt"
    assert abs(told["gamma"]["contraction"]) < 0.1
    assert told["gamma"]["says"] == "stays at its prior"
    # A tenth less reporting raises offending by 7.9%: an elasticity of 0.72.
    assert told["epsilon"]["median"] == pytest.approx(0.72, abs=0.12)
    assert told["alarm_size"]["median"] == pytest.approx(7 / 8, abs=0.1)


def test_hidden_parameters_lie_in_their_intervals_as_often_as_the_intervals_say(fitted):
    rows = fitted.manifest["recovery"]
    assert {row["data"] for row in rows} == {"emulated", "simulated"}
    for row in rows:
        # Six parameters of a trial are not independent: three standard errors of its trials.
        assert abs(row["coverage"] - row["level"]) < 3 * row["error"] + 0.02, row
    p = [row["uniform_p"] for row in fitted.manifest["recovery_by_parameter"]]
    assert min(p) > 1e-4


def test_the_chain_agrees_with_importance_sampling(fitted):
    sampler = fitted.manifest["sampler"]
    assert sampler["r_hat"] < 1.1
    assert sampler["importance_effective"] > 100
    assert sampler["largest_difference_of_means"] < 0.06


def test_predictive_checks_tell_a_figure_that_the_model_cannot_give(fitted):
    rows = {row["target"]: row for row in fitted.manifest["predictive"]}
    assert rows["level"]["outside"] and rows["level"]["p"] < 0.001
    assert all(0 <= row["p_error"] < 0.5 for row in rows.values() if row["p"] is not None)
    assert not any(row["outside"] for name, row in rows.items() if name != "level")


def test_a_calibration_that_was_stopped_goes_on_and_ends_the_same(tmp_path, target_file, fitted):
    calls = []

    def stops(values, seed, scale, names=None):
        if len(calls) == 25:
            raise KeyboardInterrupt
        calls.append(seed)
        return stand_in(values, seed, scale)

    out = tmp_path / "calibration"
    options = dict(targets=target_file, processes=1, names=NAMES)
    with pytest.raises(KeyboardInterrupt):
        calibrate(out, PLAN, simulator=stops, **options)
    assert len(list((out / "runs").glob("*.parquet"))) == 25
    damaged = out / "runs" / "wave-1-00003.parquet"
    damaged.write_bytes(b"cut")
    again = calibrate(out, PLAN, simulator=stand_in, **options)
    pd.testing.assert_frame_equal(again.draws, fitted.draws)
    assert not list((out / "runs").glob("*.partial"))


def test_a_folder_with_another_calibration_is_refused(tmp_path, target_file, fitted):
    with pytest.raises(BadInput, match="other seed.*or another --out"):
        calibrate(
            fitted.path.parent, type(PLAN)(**{**vars(PLAN), "seed": 6}), targets=target_file,
            processes=1, simulator=stand_in, names=NAMES,
        )  # fmt: skip


def test_too_few_runs_for_the_parameters_are_refused(tmp_path, target_file):
    with pytest.raises(BadInput, match="runs: found 10 runs"):
        calibrate(tmp_path / "x", type(PLAN)(runs=10), targets=target_file, names=NAMES)


def test_history_matching_rules_out_what_two_targets_contradict(target_file):
    space, targets = Space(NAMES), load_targets(target_file)[:5]
    points = space.sample(64, 1)
    made = [stand_in(space.named(point), 1, 0.1) for point in points]
    outputs = np.array([[one[target.statistic] for target in targets] for one in made])
    emulators = [fit(points, column) for column in outputs.T]
    evidence = Evidence(targets, emulators, np.full(5, 0.1))
    fine, absurd = np.full((1, 6), 0.5), np.full((1, 6), 0.5)
    absurd[0, [2, 4]] = 0.01  # no alarm and no capacity at all
    fine[0, 2] = 7 / 12
    assert not_ruled_out(evidence, fine)[0] and not not_ruled_out(evidence, absurd)[0]
    assert implausibility(evidence, absurd).shape == (1, 5)


def test_an_emulator_separates_chance_from_the_expected_value():
    space = Space(("beta", "sigma"))
    points = space.sample(128, 3)
    rng = np.random.default_rng(1)
    emulator = fit(points, np.sin(4 * points[:, 0]) + rng.normal(0, 0.3, 128))
    there = np.column_stack([np.linspace(0.1, 0.9, 9), np.full(9, 0.5)])
    mean, variance = emulator.predict(there)
    assert np.sqrt(emulator.noise) == pytest.approx(0.3, rel=0.25)
    assert np.abs(mean - np.sin(4 * there[:, 0])).max() < 0.2
    assert (np.sqrt(variance) < 0.2).all()


def test_charts_show_every_parameter_target_and_interval(fitted):
    figure = posterior_figure(fitted)
    titles = {axes.get_title(loc="left") for axes in figure.axes if axes.get_visible()}
    assert titles == set(NAMES)
    assert len(predictive_figure(fitted).axes[0].get_yticks()) == 6
    assert len(recovery_figure(fitted).axes) == 2


def test_every_statistic_names_one_of_the_runs_and_is_used_by_a_target():
    assert {run for _, run in STATISTICS.values()} <= set(RUNS)
    assert {target.statistic for target in load_targets()} == set(STATISTICS)


def test_the_projects_posterior_fits_the_registry_and_its_manifest():
    posterior = load_posterior()
    assert len(posterior.draws) >= 200
    assert set(posterior.manifest["parameters"]) == set(posterior.draws)
    assert posterior.manifest["sampler"]["r_hat"] < 1.1
    for row in posterior.manifest["recovery"]:
        assert abs(row["coverage"] - row["level"]) < 3 * row["error"]
