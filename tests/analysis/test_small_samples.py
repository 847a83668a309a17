"""Small samples get honest intervals or a refusal, never a figure that only looks sure."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import qmc

from experiments.analysis.discovery import unsure_share
from experiments.analysis.index_estimators import LEAST_DRAWS, Sample, rbd
from experiments.analysis.values import Values
from model.faults import BadInput

PROBLEM = {"num_vars": 4, "names": list("abcd"), "bounds": [[0, 1]] * 4}
#: First indices of 4a + 2b + c with noise of a third of the variance.
TRUTH = np.array([16.0, 4.0, 1.0, 0.0]) / 31.5


def linear(draws, seed):
    points = qmc.LatinHypercube(4, seed=seed).random(draws)
    noise = np.random.default_rng(seed).normal(scale=np.sqrt(21 / 24), size=draws)
    value = points @ [4.0, 2.0, 1.0, 0.0] + noise
    return Sample(PROBLEM, points, value, float("nan"))


@pytest.mark.parametrize("draws", [LEAST_DRAWS, 40])
def test_balance_designs_of_few_draws_cover_the_known_indices(draws):
    inside = []
    for seed in range(8):
        rows = rbd(linear(draws, seed))
        assert (rows["high"] - rows["low"] > 0.02).all()
        inside.append((rows["low"] <= TRUTH) & (rows["high"] >= TRUTH))
    assert np.mean(inside) >= 0.9


def test_balance_designs_of_fewer_draws_are_refused():
    with pytest.raises(BadInput, match="31 draws done; allowed: at least 32"):
        rbd(linear(LEAST_DRAWS - 1, 0))


def test_signs_of_pure_noise_are_called_unsure_with_two_replicates_a_state():
    values = np.random.default_rng(0).normal(size=(300, 2))
    frame = pd.DataFrame({"mean": values.mean(1), "var": values.var(1, ddof=1), "count": 2})
    assert unsure_share(frame) > 0.9
    assert unsure_share(frame.assign(mean=frame["mean"] + 5)) < 0.1
    assert np.isnan(unsure_share(frame.assign(count=1)))


def test_a_group_and_the_title_above_stand_in_the_sentence():
    none = pd.DataFrame()
    told = Values(none, "reporting", (), (), {}, by="status", group="undocumented").title
    assert told == "crimes that reach the police, status undocumented (% of victimisations)"
    told = Values(none, "reporting_undocumented", (), (), {}).title
    assert told.startswith("crimes that reach the police, of undocumented victims (")
