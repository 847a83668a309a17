"""Charts: equal bytes for equal data, a finding as title only where chance is ruled out, a dot
filled only where every interval leaves out zero."""

from __future__ import annotations

import datetime as dt
import io
import math
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from PIL import Image

from experiments.analysis.charts import mark as mark_of
from experiments.briefing.chart_map import _clear
from experiments.briefing.chart_months import _course
from experiments.charts import (
    CLASSES,
    ENCOUNTERS,
    REPORTING,
    chart_alt,
    classes_figure,
    encounters_figure,
    finding,
    reporting_figure,
)
from experiments.contrasts import interval
from experiments.forest import Panel, forest
from experiments.language import LANGUAGES, few_digits, language
from experiments.marks import CHANCE, CLEAR, LEVEL, PARAMETERS, UNCLEAR, Mark, alike
from experiments.outcomes import GROUPS
from experiments.privacy import Released, reread
from experiments.provenance import Provenance
from experiments.style import _few_colours, as_bytes, label, save, wrapped

TOLD = Provenance(
    ("a", "b", "c"), "a", (0, 1), 1.0, 1.0, dt.date(2022, 1, 1), "E3", "2017-2019", {}
)
GRIDS = {
    REPORTING: reporting_figure, ENCOUNTERS: encounters_figure, CLASSES: classes_figure,
}
NONE = (math.nan, math.nan)
GRIDS_LAST = GROUPS["channel"][-1]
#: Estimate, interval of chance, interval of the parameters; whether it is clear.
CASES = {
    "clear": ((2.0, 1.0, 3.0, *NONE), True),
    "clear, with parameters": ((2.0, 1.0, 3.0, 0.5, 5.0), True),
    "chance holds zero": ((2.0, -1.0, 5.0, 1.5, 2.5), False),
    "parameters hold zero": ((2.0, 1.0, 3.0, -0.5, 5.0), False),
    "an end at zero": ((2.0, 0.0, 4.0, *NONE), False),
    "one replicate": ((2.0, *NONE, *NONE), False),
    "no difference at all": ((0.0, 0.0, 0.0, *NONE), False),
}


def contrasts(
    outcome: str, by: str, change: tuple[float, ...], *, small: float = 1.0, base: float = 40.0
) -> Released:
    """Levels of all texts and one difference for b and c in all groups; `small` scales those of the
    last group."""
    rows: list[dict[str, Any]] = []
    groups = [("all", "all"), *((by, name) for name in GROUPS[by])]
    for part, group in groups:
        scale = small if group == GROUPS[by][-1] else 1.0
        for regime in TOLD.regimes:
            for measure in ("level", "difference"):
                if measure == "difference" and regime == "a":
                    continue
                values = (base,) * 5 if measure == "level" else [scale * x for x in change]
                columns = ("estimate", "low", "high", "par_low", "par_high")
                rows.append({
                    "regime": regime, "baseline": "a", "measure": measure, "outcome": outcome,
                    "by": part, "group": group, "unit": "", "n": 2, "paired": [1.0, 1.0],
                    "suppressed": False, **dict(zip(columns, values, strict=True)),
                })
    frame = pd.DataFrame(rows)
    if math.isnan(change[3]):
        frame = frame.drop(columns=["par_low", "par_high"])
    return reread(frame, "contrasts")


def panels(figure: Figure) -> Iterator[Axes]:
    return (axes for axes in figure.axes if axes.get_visible() and axes.lines)


def drawn(axes: Axes, what: str) -> list[Line2D]:
    return [line for line in axes.lines if line.get_label() == what]


def dots(axes: Axes) -> list[Line2D]:
    return [line for line in axes.lines if line.get_marker() == "o"]


def filled(dot: Line2D) -> bool:
    return dot.get_markerfacecolor() == dot.get_color()


def title(
    low: float, high: float, *, suppressed: bool = False, code: str = "en", level: float = 50
) -> str:
    row = {"estimate": (low + high) / 2, "low": low, "high": high, "suppressed": suppressed}
    cells = [("difference", "b"), ("difference", "c"), ("level", TOLD.baseline)]
    index = pd.MultiIndex.from_tuples(
        [("all", *cell) for cell in cells], names=["group", "measure", "regime"]
    )
    rows = [row, {**row, "suppressed": True}, {**row, "estimate": level}]
    return finding(pd.DataFrame(rows, index=index), TOLD, ENCOUNTERS, language(code))


def test_the_title_is_a_finding_only_when_the_interval_leaves_out_zero():
    assert title(-1, 3).endswith("no clear difference of the total")
    assert title(0, 0).endswith("no clear difference of the total")
    assert title(np.nan, np.nan) == ""
    assert title(1, 3, suppressed=True) == ""
    assert title(1, 3).startswith("2.0 more encounters")
    assert title(-3, -1).startswith("2.0 fewer encounters")


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("ends", [(1, 3), (-3, -1)])
def test_a_title_does_not_hide_that_single_channels_differ(code, ends):
    cells = [
        {"group": group, "measure": "difference", "regime": regime, "estimate": 1.0, "low": -1.0,
         "high": 3.0, "suppressed": False}
        for group in ("all", "jail") for regime in TOLD.others
    ]
    table = pd.DataFrame(cells).set_index(["group", "measure", "regime"]).sort_index()
    for found, words in ((ends, "shift"), ((-1, 3), "none")):
        table.loc["jail", ["low", "high"]] = found
        told = language(code)(f"chart.encounters_{words}")
        assert finding(table, TOLD, ENCOUNTERS, language(code)) == told


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("ends", [(0.5, 0.7), (-0.7, -0.5)])
def test_a_title_makes_no_finding_of_a_difference_below_1_percent_of_the_level(code, ends):
    small = language(code)("chart.encounters_small")
    assert title(*ends, code=code, level=61) == small != title(*ends, code=code, level=59)


@pytest.mark.parametrize("code", LANGUAGES)
def test_titles_of_turned_signs_differ_in_one_word(code):
    up, down = title(1, 3, code=code), title(-3, -1, code=code)
    say = language(code)
    assert up and up.replace(say("chart.more"), say("chart.fewer")) == down


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("grid", GRIDS, ids=lambda grid: grid.words)
def test_a_dot_is_filled_only_where_every_interval_leaves_out_zero(case, grid):
    change, clear = CASES[case]
    figure = GRIDS[grid](TOLD, contrasts(grid.outcome, grid.by, change))
    found = [dot for axes in panels(figure) for dot in dots(axes)]
    levels = grid is CLASSES and not clear  # where no text changes any class, levels are drawn
    assert found and {filled(dot) for dot in found} == {clear or levels}
    assert {dot.get_color() for dot in found} == {LEVEL if levels else CLEAR if clear else UNCLEAR}
    # A title that claims a difference is held to the same intervals.
    kinds = ("plain", "alike" if levels else "none")
    words = (language("en")(f"chart.{grid.words}_{kind}", base="a") for kind in kinds)
    titles = {wrapped(title, 12, bold=True) for title in words}
    assert titles.isdisjoint(text.get_text() for text in figure.texts) == clear


def test_classes_of_one_replicate_are_not_said_to_be_alike_under_every_text():
    made = contrasts(CLASSES.outcome, CLASSES.by, CASES["one replicate"][0])
    words = " ".join(" ".join(one.get_text().split()) for one in GRIDS[CLASSES](TOLD, made).texts)
    assert "no text changes" not in words and language("en")("chart.classes_plain") in words


@pytest.mark.parametrize("case", CASES)
def test_analyses_judge_a_dot_by_the_same_rule(case):
    change, clear = CASES[case]
    columns = ("estimate", "low", "high", "par_low", "par_high")
    found = mark_of(SimpleNamespace(**dict(zip(columns, change, strict=True))))
    assert found.clear == clear and not found.note


@pytest.mark.parametrize("case", CASES)
def test_each_interval_is_drawn_where_there_is_one_and_named_in_the_key(case):
    change, _ = CASES[case]
    figure = reporting_figure(TOLD, contrasts("reporting", "status", change))
    words = {text.get_text() for text in figure.texts}
    for what, ends in ((CHANCE, change[1:3]), (PARAMETERS, change[3:])):
        there = not math.isnan(ends[0])
        assert (language("en")(f"chart.key_{what}") in words) == there
        for axes in panels(figure):
            found = {tuple(line.get_xdata()) for line in drawn(axes, what)}
            assert found == ({ends} if there else set())


def test_the_parameters_are_seen_within_the_bar_of_chance():
    figure = reporting_figure(TOLD, contrasts("reporting", "status", (2.0, 0.5, 5.0, 1.0, 3.0)))
    (bar, *_), (thin, *_) = (drawn(next(panels(figure)), what) for what in (CHANCE, PARAMETERS))
    assert thin.get_zorder() > bar.get_zorder() and thin.get_color() != bar.get_color()
    assert thin.get_marker() == "|"


def test_panels_share_a_scale_but_one_too_small_to_see_says_it_has_its_own():
    say = language("en")

    def of(small: float) -> tuple[Figure, set[tuple[float, float]]]:
        figure = reporting_figure(
            TOLD, contrasts("reporting", "status", (2.0, 1.0, 3.0, *NONE), small=small)
        )
        return figure, {axes.get_xlim() for axes in panels(figure)}

    words = say("chart.own_scale")
    figure, limits = of(0.5)
    assert len(limits) == 1
    assert not any(words in text.get_text() for axes in panels(figure) for text in axes.texts)
    figure, limits = of(0.01)
    assert len(limits) == 2
    assert sum(words in text.get_text() for axes in panels(figure) for text in axes.texts) == 1


def test_too_few_to_show_stands_as_words_and_without_a_dot():
    mark = Mark(math.nan, math.nan, math.nan, False, "too few to show")
    say = language("en")
    seen = Mark(2.0, 1.0, 3.0, True)
    figure = forest("T", "R", ["a", "b"], [Panel("P", "unit", (mark, seen))], "S", say)
    (axes,) = panels(figure)
    assert len(dots(axes)) == 1
    assert "too few to show" in {text.get_text() for text in axes.texts}


@pytest.mark.parametrize("case", [one for one in CASES if one != "one replicate"])
def test_figures_have_the_digits_of_sentences(case):
    (estimate, *ends), _ = CASES[case]
    known = [end for end in ends if not math.isnan(end)]
    mark = Mark(estimate, *ends[:2], True, "", *ends[2:])
    say = language("en")
    digits = few_digits(estimate, min(known), max(known))
    assert mark.text(say, signed=True) == say.change(estimate, digits)


def test_figures_of_one_unit_have_their_digits_in_common_and_no_filled_dot_beside_a_nought():
    marks = alike([
        Mark(0.9, 0.8, 1.0, True), Mark(0.04, 0.01, 0.07, True), Mark(0.0001, 5e-5, 2e-4, True),
        Mark(math.nan, math.nan, math.nan, False, "too few to show"),
    ])
    say = language("en")
    assert [mark.text(say, signed=True) for mark in marks] == ["+0.90", "+0.04", "≈ 0", ""]
    assert [mark.clear for mark in marks] == [True, True, False, False]


def test_groups_without_a_difference_are_named_with_their_levels_and_not_drawn():
    grid, words = ENCOUNTERS, label(GRIDS_LAST, "en").lower()
    wide = contrasts(grid.outcome, grid.by, (2.0, 1.0, 3.0, *NONE))
    still = contrasts(grid.outcome, grid.by, (2.0, 1.0, 3.0, *NONE), small=1e-5)
    for found, there in ((wide, True), (still, False)):
        figure = encounters_figure(TOLD, found)
        names = {text.get_text().replace("\n", " ") for axes in panels(figure)
                 for text in axes.texts}
        small = " ".join(text.get_text().replace("\n", " ") for text in figure.texts)
        assert (label(GRIDS_LAST, "en") in names) is there
        assert (f"{words} (40.0)" in small) is not there


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("grid", GRIDS, ids=lambda grid: grid.words)
def test_no_word_lies_outside_the_chart_or_on_another(code, grid):
    change = (2.0, -1.0, 3.0, -0.5, 5.0)
    figure = GRIDS[grid](TOLD, contrasts(grid.outcome, grid.by, change, small=0.01), code)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    texts = [*figure.texts, *(text for axes in panels(figure) for text in axes.texts)]
    texts += [name for axes in panels(figure) for name in axes.get_yticklabels()]
    boxes = [text.get_window_extent(canvas.get_renderer()) for text in texts if text.get_text()]
    for box in boxes:
        assert box.x0 >= -1 and box.y0 >= -1
        assert box.x1 <= figure.bbox.x1 + 1 and box.y1 <= figure.bbox.y1 + 1
    lie = [one for place, one in enumerate(boxes) if one.shrunk(0.8, 0.6).count_overlaps(
        [other.shrunk(0.8, 0.6) for other in boxes[place + 1 :]])]
    assert not lie


def test_results_of_one_text_are_drawn_as_levels():
    alone = Provenance(
        ("a",), "a", (0, 1), 1.0, 1.0, dt.date(2022, 1, 1), "E3", "2017-2019", {}
    )
    figure = reporting_figure(alone, contrasts("reporting", "status", (2.0, 1.0, 3.0, *NONE)))
    (axes,) = panels(figure)
    assert {dot.get_xdata()[0] for dot in dots(axes)} == {40.0}
    assert {filled(dot) for dot in dots(axes)} == {True}


def test_the_words_for_a_chart_tell_what_can_be_told_from_zero():
    clear, unclear = (
        chart_alt(TOLD, contrasts("encounters", "channel", CASES[case][0]), "en", [ENCOUNTERS])
        for case in ("clear", "chance holds zero")
    )
    assert "b +2.0, c +2.0" in clear["encounters"]
    assert "not clear" not in clear["encounters"]
    assert "b +2.0 (not clear)" in unclear["encounters"]


@pytest.mark.parametrize("kind", ["png", "svg"])
def test_equal_data_give_equal_bytes_with_both_intervals(kind):
    change = CASES["clear, with parameters"][0]
    one, other = (
        as_bytes(reporting_figure(TOLD, contrasts("reporting", "status", change)), kind)
        for _ in range(2)
    )
    assert one == other


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


def test_a_dot_stands_where_the_difference_is(small):
    figure = small.figure_reporting()
    shown = small.contrasts.query(
        "outcome == 'reporting' and by == 'status' and measure == 'difference' and not suppressed"
    )
    found = {dot.get_xdata()[0] for axes in panels(figure) for dot in dots(axes)}
    assert len(shown) and found == set(shown["estimate"].dropna())


def test_a_picture_of_few_colours_keeps_the_colours_of_its_fills():
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
    assert wrapped("one two", 10, width=5) == "one two"
    thin, wide = wrapped("i " * 60, 10, width=2), wrapped("W " * 60, 10, width=2)
    assert wide.count("\n") > 2 * thin.count("\n") > 0
    assert wrapped("a" * 400, 10, width=1) == "a" * 400


@pytest.mark.parametrize("space", ["\u00a0", "\u202f"])
def test_no_line_ends_at_a_no_break_space(space):
    number = f"10{space}000"
    for words in range(1, 12):
        assert number in wrapped("per " * words + number, 10, width=1)


def runs(draws: int) -> pd.DataFrame:
    """Two months of three seeds at `draws` draws; text b is above a by what the draw says."""
    rows = [
        {"regime": regime, "month": month, "seed": seed, "draw": draw,
         "outcome": "reporting_undocumented", "by": "all",
         "value": 40 + seed + (regime == "b") * (1 + 0.1 * seed + draw - (draws - 1) / 2)}
        for regime in "ab" for month in ("2022-01", "2022-02") for seed in range(3)
        for draw in range(draws)
    ]
    return pd.DataFrame(rows)


@pytest.mark.parametrize("draws", [1, 5])
def test_a_month_tells_chance_from_parameters(draws):
    held = SimpleNamespace(outcomes=SimpleNamespace(frame=runs(draws)), told=TOLD)
    for found in _course(held, "b", language("en")).values():
        assert found.estimate == pytest.approx(1.1)
        # Draws are not replicates: however many there are, chance has three.
        assert (found.low, found.high) == pytest.approx(
            [end[0] for end in interval(np.array([[1.0, 1.1, 1.2]]))[1:3]]
        )
        if draws == 1:
            assert found.clear and math.isnan(found.wide_low)
        else:
            assert found.wide_low < 0 < found.low and not found.clear


def test_a_month_that_one_run_hides_has_no_mark():
    frame = runs(2)
    frame.loc[0, "value"] = np.nan
    held = SimpleNamespace(outcomes=SimpleNamespace(frame=frame), told=TOLD)
    first, second = _course(held, "b", language("en")).values()
    assert first.note and not second.note


def test_an_area_has_a_black_edge_only_where_every_interval_leaves_out_zero():
    columns = ["estimate", "low", "high", "par_low", "par_high"]
    found = pd.DataFrame([change for change, _ in CASES.values()], columns=columns)
    assert _clear(found).tolist() == [clear for _, clear in CASES.values()]
