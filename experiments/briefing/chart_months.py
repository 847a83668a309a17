"""The monthly course of a difference, a panel a regime, with the dates on which the law changed.

Each month is drawn as every difference is (`experiments.marks`), upright.
"""

from __future__ import annotations

import datetime as dt
import math

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from experiments.briefing.results import Results
from experiments.briefing.writer import Writer
from experiments.charts import interval_words
from experiments.forest import AXIS, KEY, READING, SMALL, TITLE, WIDTH
from experiments.language import Language, places
from experiments.marks import BAR, Mark, draw_key, draw_mark, key_to
from experiments.style import BASELINE, FAINT, POINT, RC, wrapped
from experiments.uncertainty import leaves_out_zero, two_levels
from model.faults import BadInput
from model.law import load_timeline
from model.ordinance import load_regime

OUTCOME = "reporting_undocumented"
#: Panels side by side; inches of a panel's height, and between two of them.
COLUMNS, ROW, BETWEEN = 6, 0.74, 0.25


def months_figure(write: Writer, results: Results) -> tuple[Figure, str, tuple[str, ...]] | None:
    """The chart, its text, and its policy dates; None where too few months may be shown."""
    say, told = write.language, results.told
    courses = {regime: _course(results, regime, say) for regime in told.others}
    shown = {
        regime: one for regime, one in courses.items() if any(not m.note for m in one.values())
    }
    if not shown or len(next(iter(shown.values()))) < 2:
        return None
    dates = policy_dates(results)
    title = _title(say, results, shown)
    rows = -(-len(shown) // COLUMNS)
    columns = -(-len(shown) // rows)
    heading = wrapped(title, 12, bold=True)
    said = [say("chart.months_axis", base=told.regime(told.baseline, say))]
    said += [] if dates else [say("chart.months_no_dates")]
    reading = wrapped(" ".join(said), 8.5)
    marks = [mark for one in shown.values() for mark in one.values()]
    parameters = any(not math.isnan(mark.wide_low) for mark in marks)
    made = interval_words(len(told.seeds), True, told.draws * parameters, say)
    small = wrapped(f"{made} {told.source(say.code)}", 7)
    above = 0.06 + TITLE * _lines(heading) + READING * _lines(reading)
    head = above + KEY + 0.28
    foot = AXIS + 0.1 + SMALL * _lines(small)
    height = head + rows * ROW + (rows - 1) * BETWEEN + foot
    with mpl.rc_context({**RC, "axes.grid.axis": "y"}):
        figure = Figure(figsize=(WIDTH, height))
        axes_of = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
        figure.subplots_adjust(
            left=0.065, right=0.995, top=1 - head / height, bottom=foot / height,
            hspace=BETWEEN / ROW, wspace=0.06,
        )
        for number, (axes, (regime, course)) in enumerate(
            zip(axes_of.flat, shown.items(), strict=False)
        ):
            axes.set_title(told.regime(regime, say), fontsize=8.5)
            _panel(axes, course, dates, WIDTH * 0.93 / columns, say)
            axes.tick_params(labelbottom=number + columns >= len(shown))
        for axes in axes_of.flat[len(shown) :]:
            axes.set_visible(False)
        months = list(next(iter(shown.values())))
        every = max(1, -(-len(months) // (4 if columns < 5 else 2)))
        axes_of[0][0].set_xticks(range(0, len(months), every), [
            say.month(month) for month in months[::every]
        ])
        figure.text(0, 1 - 0.06 / height, heading, fontsize=12, fontweight="bold", va="top")
        figure.text(0, 1 - (0.09 + TITLE * _lines(heading)) / height, reading, fontsize=8.5,
                    color=FAINT, va="top")
        draw_key(figure, key_to(marks, say), above + 0.03 + KEY / 2)
        figure.text(0, 0.04 / height, small, fontsize=7, color=FAINT, va="bottom")
    return figure, f"{title}.", tuple(f"{say.date(date)}: {name}" for date, name in dates)


def _lines(text: str) -> int:
    return text.count("\n") + 1


def _course(results: Results, regime: str, say: Language) -> dict[str, Mark]:
    """The paired difference of each month; a month hidden in one run would be averaged over
    others, so it is left out."""
    frame = results.outcomes.frame
    rows = frame[(frame["outcome"] == OUTCOME) & (frame["by"] == "all")]
    if "draw" not in rows:
        rows = rows.assign(draw=0)
    wide = rows.assign(month=rows["month"].astype(str)).pivot(
        index="month", columns=["regime", "seed", "draw"], values="value"
    )
    base = results.told.baseline
    pairs = (wide[regime] - wide[base]).sort_index(axis=1)
    pairs = pairs.reindex(columns=pd.MultiIndex.from_product(pairs.columns.levels))
    values = pairs.to_numpy(float).reshape(len(pairs), *map(len, pairs.columns.levels))
    told = two_levels(values).rename(columns={"mc_low": "low", "mc_high": "high"})
    told = told.assign(estimate=values.mean(axis=(1, 2)), month=pairs.index)
    return {
        row.month: Mark(
            row.estimate, row.low, row.high, leaves_out_zero(pd.Series(row._asdict())),
            say("chart.too_few") if math.isnan(row.estimate) else "", row.par_low, row.par_high,
        )
        for row in told.itertuples(index=False)
    }


def _title(say: Language, results: Results, shown: dict[str, dict[str, Mark]]) -> str:
    """The regime with most months that leave out zero, of as many that whose are largest, if they
    are more than chance gives."""
    told = results.told
    clear = {regime: sum(mark.clear for mark in one.values()) for regime, one in shown.items()}
    regime = max(clear, key=lambda name: (clear[name], _mean_size(shown[name])))
    total = sum(not mark.note for mark in shown[regime].values())
    if clear[regime] <= max(1, 0.1 * total):
        return say("chart.months_plain")
    return say(
        "chart.months_finding", count=str(clear[regime]), total=str(total),
        regime=told.regime(regime, say),
    )


def _mean_size(course: dict[str, Mark]) -> float:
    """The mean size of a course's months; 0 where none can be shown."""
    sizes = [abs(mark.estimate) for mark in course.values() if not mark.note]
    return sum(sizes) / len(sizes) if sizes else 0.0


def _panel(
    axes: Axes, course: dict[str, Mark], dates: list[tuple[dt.date, str]], wide: float,
    say: Language,
) -> None:
    axes.axhline(0, color=BASELINE, linewidth=0.9, zorder=1)
    axes.plot([mark.estimate for mark in course.values()], color=FAINT, linewidth=0.6, zorder=1.5)
    # Points of room for a month; a bar takes no more than two thirds.
    size = min(1.0, wide * POINT / len(course) / BAR / 1.5)
    for at, mark in enumerate(course.values()):
        if not mark.note:
            draw_mark(axes, mark, at, upright=True, size=size)
    first = dt.date.fromisoformat(f"{next(iter(course))}-01")
    for date, _ in dates:
        place = (date.year - first.year) * 12 + date.month - first.month + (date.day - 1) / 31
        axes.axvline(place, color=FAINT, linewidth=0.9, linestyle=(0, (4, 2)))
    axes.yaxis.set_major_locator(MaxNLocator(4))
    axes.yaxis.set_major_formatter(
        FuncFormatter(lambda y, _: say.number(y, places(y), signed=True))
    )
    axes.tick_params(axis="y", labelsize=8)


def policy_dates(results: Results) -> list[tuple[dt.date, str]]:
    """What comes into force within the period: laws, texts, steps of a timeline."""
    manifest, told = results.manifest, results.told
    end = told.start + dt.timedelta(days=int(manifest["days"]))
    found: dict[dt.date, str] = {}
    try:
        if manifest.get("timeline"):
            timeline, _ = load_timeline(manifest["timeline"])
            for step in timeline.steps:
                names = [*step.layers, *([step.posture] if step.posture else [])]
                found[step.date] = ", ".join(names)
        for name in told.regimes:
            layer = load_regime(name)
            if layer.in_force:
                found.setdefault(layer.in_force, layer.title)
    except BadInput:  # a file of the user's own, which is not kept with the results
        pass
    return sorted((date, name) for date, name in found.items() if told.start < date < end)
