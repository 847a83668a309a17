"""A target that contradicts itself, and a posterior that does not fit, are refused by line."""

import numpy as np
import pandas as pd
import pytest

from experiments.calibration.posterior import load_posterior
from experiments.calibration.targets import Z, load_targets
from model.evidence import load_evidence
from model.faults import BadInput
from tests.calibration.conftest import TARGETS, target_text


def faults(path, text):
    path.write_text(text)
    with pytest.raises(BadInput) as error:
        load_targets(path)
    return error.value.faults


def test_the_projects_targets_lie_in_their_intervals_and_cite_the_evidence():
    targets = load_targets()
    assert len([target for target in targets if target.kind == "calibration"]) >= 8
    for target in targets:
        assert target.variance > 0
        assert {one.strip() for one in target.evidence.split(",")} <= set(load_evidence())


def test_the_effect_of_fingerprint_sharing_is_the_published_one():
    (target,) = [one for one in load_targets() if one.name == "reporting_after_fingerprints"]
    row = load_evidence()["GJW_REP"]
    assert target.estimate == float(row.value)
    assert target.sd == pytest.approx((float(row.high) - float(row.low)) / (2 * Z))


@pytest.mark.parametrize(
    ("old", "new", "key", "words"),
    [
        ("low = 4.0", "low = 9.0", "offending.estimate", "9 to 12 leaves out 7.9"),
        ("high = 12.0", "high = 5.0", "offending.estimate", "leaves out 7.9"),
        ('"latino_ladder"', '"latino_lader"', "ladder.statistic", "did you mean latino_ladder"),
        ("low = 4.0\nhigh = 12.0", "", "offending", "low and high, or sd"),
        ("sd = 0.05", "sd = -1.0", "ladder.sd", "more than 0"),
        ('kind = "validation"', 'kind = "valid"', "level.kind", "calibration, validation, solved"),
    ],
)
def test_a_wrong_target_is_told_by_file_line_and_key(tmp_path, old, new, key, words):
    path = tmp_path / "targets.toml"
    (fault,) = faults(path, target_text(TARGETS.replace(old, new)))
    assert fault.file == str(path) and fault.line and fault.key == key
    assert words in str(fault)


def test_an_unknown_source_is_told_with_the_nearest(tmp_path):
    (fault, *_) = faults(tmp_path / "t.toml", target_text().replace("GJW_REP", "GJW_REPP", 1))
    assert fault.key == "reports.evidence" and fault.nearest == "GJW_REP"


@pytest.mark.parametrize(
    ("text", "line", "key", "words"),
    [
        ("beta,gama\n0.5,0.1\n", 1, "gama", "did you mean gamma"),
        ("beta,chilling\n0.5,1\n", 1, "chilling", "fixed parameter"),
        ("beta,beta\n0.5,1\n", 1, "beta", "found twice"),
        ("beta,gamma\n0.5,0.1\n0.5,1.1\n", 3, "gamma", "from 0 to 1"),
        ("beta,gamma\n0.5,nan\n", 2, "gamma", "found 'nan'"),
        ("beta,gamma\n0.5,\n", 2, "gamma", "from 0 to 1"),
        ("beta,gamma\n0.5\n", 2, "", "1 cells"),
        ("beta,gamma\n", 1, "", "0 draws"),
        ("\n\n\n", 1, "", "no parameter names"),
    ],
)
def test_a_posterior_that_does_not_fit_is_told_by_line(tmp_path, text, line, key, words):
    path = tmp_path / "posterior.csv"
    path.write_text(text)
    with pytest.raises(BadInput) as error:
        load_posterior(path)
    (fault,) = error.value.faults
    assert (fault.file, fault.line, fault.key) == (str(path), line, key)
    assert words in str(fault)


def test_every_fault_of_a_posterior_is_told_at_once(tmp_path):
    path = tmp_path / "posterior.csv"
    path.write_text("beta,gama\n9,0.1\n0.5\n")
    path.with_suffix(".json").write_text("{")
    with pytest.raises(BadInput) as error:
        load_posterior(path)
    assert [(fault.line, fault.key) for fault in error.value.faults] == [
        (1, "gama"), (2, "beta"), (3, ""), (None, ""),
    ]


def test_a_missing_posterior_and_more_draws_than_there_are_are_refused(tmp_path):
    with pytest.raises(BadInput, match="no such file"):
        load_posterior(tmp_path / "none.csv")
    path = tmp_path / "posterior.csv"
    path.write_text("beta\n0.5\n0.7\n")
    posterior = load_posterior(path)
    assert posterior.take(2) == [{"beta": 0.5}, {"beta": 0.7}] and posterior.manifest == {}
    with pytest.raises(BadInput, match="at most the 2 of .*posterior.csv"):
        posterior.take(3)


def rows_taken(posterior, n):
    """Where the draws that are taken stand in the file."""
    taken = pd.DataFrame(posterior.take(n))
    return [(posterior.draws == one).all(axis=1).idxmax() for _, one in taken.iterrows()]


@pytest.mark.parametrize(("n", "middle", "reach"), [(8, 0.07, 0.25), (20, 0.04, 0.18)])
def test_the_draws_that_are_taken_stand_for_all(n, middle, reach):
    """Of no parameter do the first eight lie to one side, as eight at random would (0.2)."""
    posterior = load_posterior()
    ranks = posterior.draws.rank() / len(posterior.draws)
    rows = rows_taken(posterior, n)
    assert len(set(rows)) == n
    assert (ranks.loc[rows].mean() - 0.5).abs().max() < middle
    assert ranks.loc[rows].min().max() < reach and ranks.loc[rows].max().min() > 1 - reach


def test_the_range_of_eight_draws_holds_four_fifths_of_a_mixture_of_parameters():
    """As docs/compare.md says: no 95% interval, and of one mixture in twenty less than 0.6."""
    posterior = load_posterior()
    ranks = posterior.draws.rank().to_numpy()
    rows = rows_taken(posterior, 8)
    mixed = ranks @ np.random.default_rng(0).normal(size=(ranks.shape[1], 2000))
    low, high = mixed[rows].min(axis=0), mixed[rows].max(axis=0)
    share = ((low <= mixed) & (mixed <= high)).mean(axis=0)
    assert 0.79 < share.mean() < 0.83 and 0.55 < np.quantile(share, 0.05) < 0.6
    assert np.abs(np.tril(np.corrcoef(ranks.T), -1)).max() < 0.16


def test_fewer_draws_begin_more_and_the_files_order_decides_nothing(tmp_path):
    posterior = load_posterior()
    assert posterior.take(20)[:8] == posterior.take(8)
    path = tmp_path / "turned.csv"
    posterior.draws.iloc[::-1].to_csv(path, index=False)
    assert load_posterior(path).take(20) == posterior.take(20)
