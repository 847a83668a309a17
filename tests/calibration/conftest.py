"""A stand-in for the simulator: quick, with effects of known size and with chance in them."""

import numpy as np
import pytest

from experiments.calibration.calibrate import Fit, calibrate

NAMES = ("beta", "sigma", "alarm_size", "epsilon", "field_capacity", "gamma")


def stand_in(values, seed, scale, names=None):
    """Statistics that depend on five parameters; `gamma` is in none of them."""
    key = [seed, *(abs(int(1e6 * values[name])) for name in NAMES)]
    chance = np.random.default_rng(key).normal(size=3)
    return {
        "reporting_change": -20 * values["beta"] * (0.3 + 0.5 * values["sigma"]) + chance[0],
        "partner_calls_two_weeks": -8 * values["alarm_size"] + chance[1],
        "offending_response": 100 * (0.9 ** -values["epsilon"] - 1),
        "latino_ladder": 0.3 * values["sigma"],
        "arrests_at_large": 0.3 * values["field_capacity"] + 0.02 * chance[2],
        "violent_reporting": 46.0,
    }


TARGETS = """
[reports]
statistic = "reporting_change"
estimate = -15.0
sd = 3.0
[alarm]
statistic = "partner_calls_two_weeks"
estimate = -7.0
sd = 1.0
[offending]
statistic = "offending_response"
estimate = 7.9
low = 4.0
high = 12.0
[ladder]
statistic = "latino_ladder"
estimate = 0.2
sd = 0.05
[arrests]
statistic = "arrests_at_large"
estimate = 0.3
sd = 0.03
[level]
kind = "validation"
statistic = "violent_reporting"
estimate = 80.0
sd = 5.0
"""


def target_text(text=TARGETS):
    """The stand-in's targets with the fields that all share."""
    parts = []
    for block in text.strip().split("\n["):
        kind = "" if "kind" in block else 'kind = "calibration"\n'
        block = block if block.startswith("[") else f"[{block}"
        parts.append(
            f'{block}\n{kind}title = "A title"\nevidence = "GJW_REP"\nunit = "%"\n'
            'discrepancy = 0.0\nnote = "A stand-in."\n'
        )
    return "\n".join(parts)


@pytest.fixture(scope="session")
def target_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("targets") / "targets.toml"
    path.write_text(target_text())
    return path


PLAN = Fit(runs=60, waves=2, draws=60, checks=12, recover=120, seed=5, steps=1500)


@pytest.fixture(scope="session")
def fitted(tmp_path_factory, target_file):
    """A whole calibration of the stand-in."""
    out = tmp_path_factory.mktemp("fitted") / "calibration"
    return calibrate(
        out, PLAN, targets=target_file, processes=1, simulator=stand_in, names=NAMES
    )
