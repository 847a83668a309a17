"""The event study of a design: estimates by periods since adoption beside the true effect."""

from __future__ import annotations

import matplotlib as mpl
from matplotlib.figure import Figure

from experiments.privacy import Released, gated
from experiments.replication.design import Design, Outcome
from experiments.replication.estimators import LAGS, LEADS
from experiments.style import BASELINE, COLOURS, FAINT, RC
from experiments.terminal import number

WIDTH, HEIGHT = 8.0, 4.8
#: Estimators stand beside one another within a period.
STEP = 0.16
MARKERS = "osD^v"


def event_study(design: Design, outcome: Outcome, released: Released) -> Figure | None:
    """One seed's event studies; None where there is none."""
    frame = gated(released)
    if "outcome" not in frame:
        return None
    frame = frame[(frame["design"] == design.name) & (frame["outcome"] == outcome.name)]
    names = [one for one in dict.fromkeys(frame["estimator"]) if one != "true"]
    if not names:
        return None
    with mpl.rc_context({**RC, "axes.grid.axis": "y"}):
        figure = Figure(figsize=(WIDTH, HEIGHT))
        top = 0.85 - 0.045 * (len(names) + 1)
        axes = figure.add_axes((0.09, 0.18, 0.88, top - 0.18))
        axes.axhline(0, color=FAINT, linewidth=0.8)
        axes.axvline(-0.5, color=FAINT, linewidth=0.8, linestyle=":")
        true = frame[frame["estimator"] == "true"].dropna(subset="estimate")
        for side in (true[true["since"] < 0], true[true["since"] >= 0]):
            axes.plot(side["since"], side["estimate"], color=BASELINE, linewidth=1.6, zorder=3,
                      label="True paired effect" if side["since"].min() >= 0 else None)
        for place, name in enumerate(names):
            rows = frame[frame["estimator"] == name]
            shift = STEP * (place - (len(names) - 1) / 2)
            colour = COLOURS[place % len(COLOURS)]
            x = rows["since"] + shift
            axes.vlines(x, rows["low"], rows["high"], color=colour, linewidth=1.4)
            axes.plot(x, rows["estimate"], MARKERS[place % len(MARKERS)], color=colour,
                      markersize=4, label=str(rows["title"].iloc[0]))
        ticks = range(-LEADS, LAGS + 1, 2)
        ends = {-LEADS: "\nand before", LAGS: "\nand later"}
        words = [number(one, 0, signed=True) + ends.get(one, "") for one in ticks]
        axes.set_xticks(list(ticks), words)
        axes.set_xlabel(f"{design.period}s since adoption (0: the first with it; −1: reference)")
        unit = "percentage points" if outcome.unit == "points" else "percent"
        axes.set_ylabel(unit)
        figure.text(0.02, 0.94, design.title, fontsize=12, fontweight="bold")
        figure.text(0.02, 0.895, outcome.title, color=FAINT)
        figure.text(0.02, 0.012, "Lines: 95% intervals of one seed's estimates, at one draw. "
                    "Source: Carveout model, synthetic residents.", fontsize=7, color=FAINT,
                    va="bottom")
        figure.legend(*axes.get_legend_handles_labels(), loc="upper left",
                      bbox_to_anchor=(0.012, 0.885), frameon=False, ncols=1, fontsize=8)
    return figure
