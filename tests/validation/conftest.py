"""A few findings of a small city, held against the model once."""

from __future__ import annotations

from pathlib import Path

import pytest

from experiments.validation.validate import Validation, validate

ROWS = """\
[[rows]]
id = "chill"
contrast = "no-contact + E0 -> full-cooperation + E0"
city = "littletown"
parameters = "beta=3, awareness=1"
outcome = "reporting"
group = "ethnicity=latino, crime=burglary|theft"
period = "1-3"
unit = "points"
estimate = -30
low = -60
high = 0

[[rows]]
id = "no-chill"
contrast = "no-contact + E0 -> full-cooperation + E0"
city = "littletown"
parameters = "chilling=0, epsilon=0, status_question_trust_loss=0, abuse_trust_loss=0"
outcome = "reporting"
group = "crime=motor_vehicle_theft"
period = "1-3"
unit = "percent"
estimate = -40
low = -50
high = -30

[[rows]]
id = "level"
role = "calibration"
discrepancy = 10
city = "littletown"
regime = "full-cooperation"
environment = "E0"
outcome = "reporting"
period = "1-3"
unit = "points"
estimate = 40
low = 20
high = 60

[[rows]]
id = "between-groups"
contrast = "no-contact + E0 -> full-cooperation + E0"
city = "littletown"
parameters = "beta=3, awareness=1"
outcome = "recorded_crime"
group = "ethnicity=latino"
minus_group = "ethnicity=non_latino"
period = "1-3"
unit = "percent"
estimate = "negative"

[[rows]]
id = "years-apart"
city = "littletown"
environment = "E0"
outcome = "victimisations"
period_a = "1-2"
period_b = "3"
unit = "ratio"
estimate = 1.0
low = 0.5
high = 2.0

[[rows]]
id = "environment"
contrast = "full-cooperation + E0 -> full-cooperation + E3"
city = "littletown"
parameters = "beta=3"
outcome = "survey_reporting"
group = "status=noncitizens"
period = "1-3"
unit = "log points"
estimate = "positive"

[[rows]]
id = "nothing-like-it"
not_comparable = "the model has no such thing"
"""


@pytest.fixture(scope="session")
def rows_file(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("findings") / "rows.toml"
    path.write_text(ROWS)
    return path


@pytest.fixture(scope="session")
def made(rows_file) -> Validation:
    return validate(rows_file, scale=1, replicates=3, seed=3, processes=1, progress=False,
                    draws=0)
