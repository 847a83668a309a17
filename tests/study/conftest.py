"""A small study run once in this process: what every other way to run it is held against."""

from __future__ import annotations

import pytest

from experiments.study import Machine, run_study

QUIET = Machine(processes=1, progress=False)

TEXT = """\
name = "small"
title = "A small study"
question = "Do the parts of a study fit together?"

[run]
city = "littletown"
scale = 1.0
years = 0.1
replicates = 2
seed = 3
posture = "2025-surge"
environment = "E0"

[levers]
regime = ["welcoming-2012", "full-cooperation"]

[uncertainties]
sampler = "latin hypercube"
draws = 2

[uncertainties.parameters]
beta = "prior"
sigma = [0.2, 0.8]
"""


@pytest.fixture(scope="session")
def text():
    """The small study's file."""
    return TEXT


@pytest.fixture(scope="session")
def small_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("file") / "small.toml"
    path.write_text(TEXT)
    return path


@pytest.fixture(scope="session")
def small(own_cache, small_file, tmp_path_factory):
    """The small study, run. Read only: tests that change a folder copy it."""
    return run_study(small_file, tmp_path_factory.mktemp("study") / "out", machine=QUIET)
