"""From counts to effects: what a replicate adds, and what chance adds to the spread of draws."""

import numpy as np
import pytest

from experiments.uncertainty import two_levels
from experiments.validation.effects import _pseudo_values


def test_what_replicates_add_to_an_effect_is_their_jackknife_pseudo_value():
    """Of a mean they are the replicates' own values; of any effect their mean is the pooled one."""
    values = np.random.default_rng(1).normal(size=(5, 3))  # replicates, draws
    total = values.sum(axis=0)
    without = (total - values) / 4
    assert _pseudo_values(total / 5, without) == pytest.approx(values)
    ratios = np.exp(without)
    assert _pseudo_values(np.exp(total / 5), ratios).mean(axis=0) == pytest.approx(
        np.exp(total / 5))


def test_chance_is_taken_out_of_the_spread_over_draws():
    """Draws that differ by chance alone do not seem to differ by parameters."""
    dice = np.random.default_rng(2)
    without, shares = [], []
    for _ in range(200):
        noise = dice.normal(1.0, 0.1, (4, 8))
        loo = (noise.sum(axis=0) - noise) / 3
        told = two_levels(_pseudo_values(noise.mean(axis=0), loo)[None]).iloc[0]
        without.append(told["par_high"] - told["par_low"])
        shares.append(np.ptp(noise.mean(axis=0)))
    assert np.median(without) < 0.1 * np.median(shares)
