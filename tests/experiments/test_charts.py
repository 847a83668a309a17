"""Charts: equal bytes for equal data, and a finding as title only where chance is ruled out."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from experiments.charts import ENCOUNTERS, headline
from experiments.style import save


def cells(low: float, high: float, *, suppressed: bool = False) -> pd.DataFrame:
    row = {"estimate": (low + high) / 2, "low": low, "high": high, "suppressed": suppressed}
    index = pd.MultiIndex.from_tuples([("all", "difference", "b")])
    return pd.DataFrame([row], index=index)


def test_the_title_is_a_finding_only_when_the_interval_leaves_out_zero():
    assert headline(cells(-1, 3), ["b"], "a", ENCOUNTERS) == ""
    assert headline(cells(0, 0), ["b"], "a", ENCOUNTERS) == ""
    assert headline(cells(np.nan, np.nan), ["b"], "a", ENCOUNTERS) == ""
    assert headline(cells(1, 3, suppressed=True), ["b"], "a", ENCOUNTERS) == ""
    assert "2.0 per 10,000 a year higher under b than under a" in headline(
        cells(1, 3), ["b"], "a", ENCOUNTERS
    )
    assert "lower" in headline(cells(-3, -1), ["b"], "a", ENCOUNTERS)


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
