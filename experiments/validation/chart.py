"""The forest plot: published and model effects side by side, a row a finding, a panel a unit."""

from __future__ import annotations

import math
from textwrap import wrap
from typing import Any

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.privacy import Released, gated
from experiments.style import BASELINE, COLOURS, FAINT, RC
from experiments.validation.report import unit_text
from experiments.validation.verdict import AGREES, INTERVAL, NOT_COMPARABLE

MODEL = COLOURS[0]
WIDTH, ROW, PANEL, HEAD, FOOT = 10.0, 0.52, 0.7, 1.2, 0.05
LEFT, RIGHT = 0.40, 0.84
OFFSET = 0.16
CALIBRATION = "\N{DAGGER}"


def forest(released: Released) -> Figure:
    """Findings with a model's value, by unit; those without are named below the chart."""
    frame = gated(released)
    shown = frame[frame["model"].notna()]
    panels = _panels(shown)
    rows = sum(len(part) for _, part in panels)
    height = HEAD + FOOT + rows * ROW + len(panels) * PANEL
    with mpl.rc_context(RC):
        figure = Figure(figsize=(WIDTH, max(height, 2.5)))
        height = figure.get_figheight()
        figure.text(0.02, 1 - 0.38 / height, _finding(frame), fontsize=12, fontweight="bold",
                    va="center")
        second = 1 - 0.8 / height
        figure.text(0.02, second, "black: published, with its interval", va="center")
        figure.text(0.27, second, "grey: widened by the discrepancy", color=FAINT, va="center")
        figure.text(0.51, second, "blue: model, 95% interval", color=MODEL, va="center")
        top = height - HEAD
        for unit, part in panels:
            size = len(part) * ROW
            axes = figure.add_axes((LEFT, (top - size) / height, RIGHT - LEFT, size / height))
            _panel(axes, unit, part)
            top -= size + PANEL
        foot = []
        if (shown["role"] == "calibration").any():
            foot.append(f"{CALIBRATION}: helped to choose the model's numbers, proves nothing.")
        if left_out := int(frame["model"].isna().sum()):
            foot.append(f"{left_out} findings that the model cannot answer are in the table only.")
        foot.append("Source: the studies named; Carveout model, synthetic residents.")
        figure.text(0.02, 0.16 / height, "  ".join(foot), color=FAINT, fontsize=8)
    return figure


def _finding(frame: pd.DataFrame) -> str:
    """How often the model agrees, of the findings that it was not fitted to and can answer."""
    told = frame[(frame["role"] != "calibration") & (frame["verdict"] != NOT_COMPARABLE)]
    if told.empty:
        return "Published effects and the model's"
    agrees = told[told["verdict"] == AGREES]
    within = int((agrees["basis"] == INTERVAL).sum())
    return (
        f"Of {len(told)} published findings that the model was not fitted to and can answer, it "
        f"agrees with {len(agrees)}:\n{within} within the study's own interval, the others within "
        "the discrepancy or on a sign alone"
    )


def _panels(shown: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    """Findings by unit; those that helped to choose the model's numbers last."""
    units = [unit_text(row) for row in shown.itertuples()]
    labelled = shown.assign(shown_unit=units, last=shown["role"] == "calibration")
    parts = labelled.sort_values("last", kind="stable").groupby(["last", "shown_unit"], sort=False)
    return [(str(key[1]), part) for key, part in parts]


def _panel(axes: Axes, unit: str, part: pd.DataFrame) -> None:
    """One unit's findings, from the top."""
    places = range(len(part) - 1, -1, -1)
    for place, row in zip(places, part.itertuples(), strict=True):
        if not isinstance(row.published, str):
            if row.discrepancy:
                axes.plot([row.claim_low, row.claim_high], [place + OFFSET] * 2, color=FAINT,
                          linewidth=0.8, zorder=1)
            _bar(axes, place + OFFSET, row.published, row.low, row.high, BASELINE, "o")
        _bar(axes, place - OFFSET, row.model, row.model_low, row.model_high, MODEL, "s")
        told = str(row.verdict)
        if isinstance(row.published, str):
            told += f"\n(published: {row.published})"
        axes.annotate(told, (1.02, place), xycoords=("axes fraction", "data"), va="center",
                      fontsize=8)
    labels = ["\n".join(wrap(_name(row), 52)[:3]) for row in part.itertuples()]
    axes.set_yticks(list(places), labels, fontsize=8)
    axes.set_ylim(-0.6, len(part) - 0.4)
    ratio = part["effect"].isin(["ratio", "odds ratio"]).all()
    if not (part["effect"] == "level").all():
        axes.axvline(1.0 if ratio else 0.0, color=FAINT, linewidth=0.8, zorder=1)
    axes.margins(x=0.08)
    axes.set_xlabel(unit, fontsize=8)


def _name(row: Any) -> str:
    return f"{row.finding} {CALIBRATION}" if row.role == "calibration" else str(row.finding)


def _bar(
    axes: Axes, y: float, value: Any, low: Any, high: Any, colour: str, marker: str
) -> None:
    if value is None or math.isnan(value):
        return
    if low is not None and not math.isnan(low):
        axes.plot([low, high], [y, y], color=colour, linewidth=1.6, solid_capstyle="butt")
    axes.plot([value], [y], marker, color=colour, markersize=5)
