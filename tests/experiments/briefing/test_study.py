"""A study that ran to its end is a briefing, too; what is missing in it is said or refused."""

from __future__ import annotations

import pytest

from experiments import brief
from experiments.briefing.check import check
from experiments.briefing.document import inlines_of, plain
from experiments.study import Machine, run_study
from model.faults import BadInput

QUIET = Machine(processes=1, progress=False)
TEXT = """\
name = "small"
title = "A small study"
question = "Does a study become a briefing?"

[run]
city = "littletown"
scale = 1.0
years = 0.1
replicates = {replicates}
seed = 3
posture = "2025-surge"

[levers]
regime = ["welcoming-2012", "full-cooperation"]
environment = ["E0", "E3"]
"""


def study(place, replicates=2, text=TEXT):
    file = place / "small.toml"
    file.write_text(text.format(replicates=replicates))
    run_study(file, place / "study", machine=QUIET)
    return place / "study"


@pytest.fixture(scope="module")
def ran(own_cache, tmp_path_factory):
    return study(tmp_path_factory.mktemp("ran"))


def test_a_study_is_a_briefing_whose_numbers_can_be_had_again(ran, tmp_path):
    made = brief(ran, out=tmp_path / "briefing")
    text = plain(inlines_of(made.document.blocks))
    # Today's law is the briefing's own; the other setting is what would change our mind.
    assert "E3" in text and "E0: the ordinance alone" in text
    assert "keep no single months" in text
    found = check(tmp_path / "briefing")
    assert found.differences == () and found.numbers > 20
    again = brief(ran)
    assert again.files["briefing.pdf"] == made.files["briefing.pdf"]


def test_a_study_of_one_replicate_tells_no_difference(own_cache, tmp_path):
    text = plain(inlines_of(brief(study(tmp_path, replicates=1)).document.blocks))
    assert "One replicate was run" in text and "told from chance" in text


def test_a_study_without_its_baseline_is_refused_by_name(own_cache, tmp_path):
    other = TEXT.replace('"welcoming-2012"', '"no-contact"')
    with pytest.raises(BadInput, match="baseline"):
        brief(study(tmp_path, text=other))


def test_tasks_that_are_missing_are_said(ran, tmp_path):
    import json
    import shutil

    shutil.copytree(ran, tmp_path / "study")
    done = sorted((tmp_path / "study").rglob("*.parquet"))
    tasks = [path for path in done if "plan" not in path.name]
    assert tasks
    tasks[-1].unlink()
    made = brief(tmp_path / "study")
    told = json.loads(made.files["tables/manifest.json"])
    other = json.loads(made.files["tables/E0/manifest.json"]) if (
        "tables/E0/manifest.json" in made.files) else told
    assert told["partial"] or other["partial"]
