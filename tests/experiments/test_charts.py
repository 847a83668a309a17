"""Charts: equal bytes for equal data, and a finding as title only where chance is ruled out."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from experiments.charts import ENCOUNTERS, finding
from experiments.language import LANGUAGES, language
from experiments.provenance import Provenance
from experiments.style import save

TOLD = Provenance(
    ("a", "b"), "a", (0, 1), 1.0, 1.0, dt.date(2022, 1, 1), "E3", "2017-2019", {}
)


def title(low: float, high: float, *, suppressed: bool = False, code: str = "en") -> str:
    row = {"estimate": (low + high) / 2, "low": low, "high": high, "suppressed": suppressed}
    index = pd.MultiIndex.from_tuples([("all", "difference", "b")])
    return finding(pd.DataFrame([row], index=index), TOLD, ENCOUNTERS, language(code))


def test_the_title_is_a_finding_only_when_the_interval_leaves_out_zero():
    assert title(-1, 3) == ""
    assert title(0, 0) == ""
    assert title(np.nan, np.nan) == ""
    assert title(1, 3, suppressed=True) == ""
    assert title(1, 3).startswith("2.00 more encounters")
    assert title(-3, -1).startswith("2.00 fewer encounters")


@pytest.mark.parametrize("code", LANGUAGES)
def test_titles_of_turned_signs_differ_in_one_word(code):
    up, down = title(1, 3, code=code), title(-3, -1, code=code)
    say = language(code)
    assert up and up.replace(say("chart.more"), say("chart.fewer")) == down


@pytest.mark.parametrize("chart", ["figure_reporting", "figure_encounters"])
def test_equal_data_give_equal_bytes(small, tmp_path, chart):
    (tmp_path / "a").mkdir(), (tmp_path / "b").mkdir()
    first = save(getattr(small, chart)(), tmp_path / "a", "chart")
    second = save(getattr(small, chart)(), tmp_path / "b", "chart")
    assert [path.suffix for path in first] == [".png", ".svg"]
    for one, other in zip(first, second, strict=True):
        assert one.read_bytes() == other.read_bytes()
        assert one.stat().st_size > 10_000
    assert b"<dc:date>" not in first[1].read_bytes()


def test_a_dot_stands_where_the_level_is(small):
    figure = small.figure_reporting()
    shown = small.contrasts.query(
        "outcome == 'reporting' and by == 'status' and measure == 'level' and not suppressed"
    )
    drawn = {line.get_xdata()[0] for axes in figure.axes for line in axes.lines
             if line.get_marker() == "o"}
    assert len(shown) and drawn == set(shown["estimate"])
