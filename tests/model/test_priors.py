"""Priors: the words of an entry as a distribution that never leaves the range."""

import numpy as np
import pytest
from scipy import stats

from model.faults import BadInput
from model.priors import Prior, parse
from model.registry import load_parameters
from tests.model.test_registry import folder

REGISTRY = load_parameters()
FREE = [name for name in REGISTRY if REGISTRY.entry(name).is_free]


def test_most_parameters_have_a_prior_and_every_prior_keeps_to_its_range():
    assert len(FREE) > 150
    grid = np.linspace(0, 1, 33)
    for name in FREE:
        entry, x = REGISTRY.entry(name), REGISTRY.entry(name).prior.ppf(grid)
        assert entry.low <= x.min() < x.max() <= entry.high, name
        assert (np.diff(x) >= 0).all(), name
        low, high = entry.bounds
        assert entry.low <= low < high <= entry.high, name


def test_quantiles_probabilities_and_densities_agree():
    prior = REGISTRY.entry("beta").prior
    known = stats.truncnorm(-1, 4, 0.6, 0.6)
    x = np.array([0.1, 0.5, 1.4])
    assert prior.cdf(x) == pytest.approx(known.cdf(x))
    assert prior.pdf(x) == pytest.approx(known.pdf(x))
    assert prior.ppf(prior.cdf(x)) == pytest.approx(x)
    assert prior.mean == pytest.approx(known.mean(), abs=1e-3)
    assert prior.variance == pytest.approx(known.var(), rel=1e-2)


def test_a_lognormal_has_its_median_and_its_middle_95_percent():
    prior = Prior(*parse("lognormal(median 14, 7-28)"), 0.1, 1000)
    assert prior.ppf([0.025, 0.5, 0.975]) == pytest.approx([7, 14, 28], rel=1e-3)


def test_bounds_are_the_ends_of_bounded_forms_and_the_middle_of_others():
    assert REGISTRY.entry("sigma").bounds == (0.1, 1.2)
    low, high = REGISTRY.entry("latino_logit").bounds
    assert (low, high) == pytest.approx((0.1 - 1.96 * 0.2, 0.1 + 1.96 * 0.2), abs=0.01)
    assert REGISTRY.entry("chilling").bounds == (1.0, 1.0)
    with pytest.raises(ValueError, match="fixed"):
        _ = REGISTRY.entry("chilling").prior


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("uniform(1, 0)", "two ascending numbers from low = 0"),
        ("uniform(0, 9)", "two ascending numbers from low = 0 to high = 3"),
        ("truncated normal(1, 0)", "a standard deviation above 0"),
        ("beta(2, 4)", "within 0-1"),
        ("triangular(0, 2, 1)", "lowest, likeliest, highest"),
        ("lognormal(median 1, 2-3)", "0 < least < median < most"),
        ("loguniform(0, 1)", "numbers above 0"),
    ],
)
def test_numbers_that_make_no_distribution_are_refused(tmp_path, text, words):
    with pytest.raises(BadInput) as error:
        load_parameters(folder=folder(tmp_path, distribution=f'"{text}"'))
    (fault,) = error.value.faults
    assert fault.key == "beta.distribution" and fault.line == 6 and words in str(fault)
