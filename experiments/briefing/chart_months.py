"""The monthly course of a difference, a panel a regime, with the dates on which the law changed."""

from __future__ import annotations

import datetime as dt

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from experiments.briefing.results import Results
from experiments.briefing.writer import Writer
from experiments.charts import bars
from experiments.contrasts import interval
from experiments.language import Language, places
from experiments.style import BASELINE, FAINT, RC, colours, wrapped
from model.faults import BadInput
from model.law import load_timeline
from model.ordinance import load_regime

OUTCOME = "reporting_undocumented"
WIDTH, COLUMNS, ROW = 7.4, 4, 0.78
HEAD, FOOT = 0.72, 0.4


def months_figure(write: Writer, results: Results) -> tuple[Figure, str, tuple[str, ...]] | None:
    """The chart, its text, and its policy dates; None where too few months may be shown."""
    say, told = write.language, results.told
    courses = {regime: _course(results, regime) for regime in told.others}
    shown = {regime: one for regime, one in courses.items() if one["estimate"].notna().any()}
    if not shown or len(next(iter(shown.values()))) < 2:
        return None
    months = list(next(iter(shown.values())).index)
    dates = policy_dates(results)
    title = _title(say, results, shown)
    width = 3 if len(shown) in (3, 5, 6) else min(COLUMNS, len(shown))
    rows = -(-len(shown) // width)
    heading = wrapped(title, 12, bold=True)
    head = HEAD + 0.19 * heading.count("\n")
    height = head + rows * ROW + (rows - 1) * 0.3 + FOOT
    palette = colours(told.regimes, told.baseline)
    slots = {"base": told.regime(told.baseline, say)}
    with mpl.rc_context({**RC, "axes.grid.axis": "y"}):
        figure = Figure(figsize=(WIDTH, height))
        axes_of = figure.subplots(rows, width, sharex=True, sharey=True, squeeze=False)
        figure.subplots_adjust(
            left=0.065, right=0.985, top=1 - head / height, bottom=(FOOT + 0.12) / height,
            hspace=0.3, wspace=0.08,
        )
        for axes, (regime, course) in zip(axes_of.flat, shown.items(), strict=False):
            axes.set_title(told.regime(regime, say))
            _panel(axes, course, palette[regime], dates, say)
        for axes in axes_of.flat[len(shown) :]:
            axes.set_visible(False)
        every = max(1, -(-len(months) // 4))
        labels = [say.month(month) for month in months[::every]]
        axes_of[0][0].set_xticks(range(0, len(months), every), labels)
        figure.text(0.0, 1 - 0.06 / height, heading, fontsize=12, fontweight="bold", va="top")
        below = 0.3 + 0.19 * heading.count("\n")
        figure.text(
            0.0, 1 - below / height, wrapped(say("chart.months_axis", **slots), 8.5), fontsize=8.5,
            color=FAINT, va="top",
        )
        small = f"{bars(len(told.seeds), True, say)}. {told.source(say.code)}"
        figure.text(0.0, 0.05 / height, wrapped(small, 7), fontsize=7, color=FAINT, va="bottom")
    return figure, f"{title}.", tuple(f"{say.date(date)}: {name}" for date, name in dates)


def _course(results: Results, regime: str) -> pd.DataFrame:
    """Mean and 95% interval of the paired difference in each month; NaN where one is hidden."""
    frame = results.outcomes.frame
    rows = frame[(frame["outcome"] == OUTCOME) & (frame["by"] == "all")]
    wide = rows.assign(month=rows["month"].astype(str)).pivot(
        index="month", columns=["regime", "replicate"], values="value"
    )
    pairs = (wide[regime] - wide[results.told.baseline]).to_numpy(float)
    # A month that is hidden in one replicate would be averaged over others: leave it out.
    pairs = np.where(np.isnan(pairs).any(axis=1, keepdims=True), np.nan, pairs)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean, low, high, _ = interval(pairs)
    return pd.DataFrame({"estimate": mean, "low": low, "high": high}, index=wide.index)


def _title(say: Language, results: Results, shown: dict[str, pd.DataFrame]) -> str:
    """The regime with most months that leave out zero, if they are more than chance gives."""
    told = results.told
    clear = {
        regime: int(((one["low"] > 0) | (one["high"] < 0)).sum()) for regime, one in shown.items()
    }
    regime = max(clear, key=lambda name: clear[name])
    total = int(shown[regime]["estimate"].notna().sum())
    if clear[regime] <= max(1, 0.1 * total):
        return say("chart.months_plain")
    return say(
        "chart.months_finding", count=str(clear[regime]), total=str(total),
        regime=told.regime(regime, say), base=told.regime(told.baseline, say),
    )


def _panel(
    axes: Axes, course: pd.DataFrame, colour: str, dates: list[tuple[dt.date, str]], say: Language
) -> None:
    x = np.arange(len(course))
    axes.axhline(0, color=BASELINE, linewidth=0.9)
    axes.fill_between(x, course["low"], course["high"], color=colour, alpha=0.22, linewidth=0)
    axes.plot(x, course["estimate"], color=colour, linewidth=1.6, marker="o", markersize=2.6)
    first = dt.date.fromisoformat(f"{course.index[0]}-01")
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
