"""Headlines are held against law, structure and the ends of what no figure tells."""

import numpy as np
import pytest

from experiments.analysis.headlines import ENVIRONMENTS, SWITCHES, UNTOLD, conditions, headlines


def test_conditions_are_the_environments_the_switches_and_both_ends():
    found = conditions()
    assert set(ENVIRONMENTS) < set(found)
    assert len(found) == len(ENVIRONMENTS) + len(SWITCHES) + 2 * len(UNTOLD)
    assert found["E0, tau 0.2"] == ("E0", {"tau": 0.2})
    assert found["E0, no chilling"] == ("E0", {"chilling": 0.0})


@pytest.fixture(scope="module")
def small():
    return headlines(
        city="littletown", scale=1.0, years=0.1, replicates=2, processes=1,
        only=("E0", "E0, no chilling"), outcomes=("reporting_latino", "victimisations"),
    )  # fmt: skip


def test_law_and_switches_have_both_uncertainties_and_an_end_has_chance_alone():
    made = headlines(
        city="littletown", scale=1.0, years=0.05, replicates=2, processes=1, draws=2,
        only=("E0", "E0, no chilling", "E0, tau 0.2"), outcomes=("reporting",),
    ).table().set_index("condition")  # fmt: skip
    assert made["draws"].to_dict() == {"E0": 2, "E0, no chilling": 2, "E0, tau 0.2": 0}
    assert made["par_low"].notna().tolist() == [True, True, False]


def test_without_chilling_a_full_cooperation_lowers_reporting_much_less(small):
    rows = small.table().set_index(["condition", "outcome"])["estimate"]
    plain, without = (rows[name, "reporting_latino"] for name in ("E0", "E0, no chilling"))
    assert plain < -1 and abs(without) < 0.5 * abs(plain)


def test_a_reversal_is_one_that_chance_does_not_explain(small):
    turned = small.reversed()
    assert (np.sign(turned["low"]) == np.sign(turned["high"])).all()
    assert len(small.figure().axes) == 2
    assert small.manifest["command"].startswith("carveout headlines full-cooperation")
