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


def test_a_picture_of_few_colours_keeps_the_colours_of_its_fills():
    import io

    import numpy as np
    from PIL import Image

    from experiments.style import _few_colours

    shades = np.stack([np.arange(240)] * 3, axis=1).astype(np.uint8)
    picture = np.repeat(np.repeat(shades[:, None], 40, axis=1), 4, axis=0)
    picture[0, :, 0] = np.arange(40)  # forty rare colours more than a palette holds
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, format="png", dpi=(160, 160))
    buffer.seek(0)
    with Image.open(io.BytesIO(_few_colours(buffer))) as small:
        assert small.mode == "P"
        assert (np.asarray(small.convert("RGB"))[4:] == picture[4:]).all()


def test_words_are_wrapped_by_their_own_width():
    from experiments.style import wrapped

    assert wrapped("one two", 10, width=5) == "one two"
    thin, wide = wrapped("i " * 60, 10, width=2), wrapped("W " * 60, 10, width=2)
    assert wide.count("\n") > 2 * thin.count("\n") > 0
    assert wrapped("a" * 400, 10, width=1) == "a" * 400
