"""The forest plot: published and model effects side by side, a row a finding, a panel a unit."""

from __future__ import annotations

import math
from typing import Any

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from experiments.forest import KEY, SMALL, TITLE, TITLE_TYPE, WIDTH
from experiments.language import language, places
from experiments.marks import CLEAR, DOT, THIN, Mark, draw_key, draw_mark, key_to
from experiments.privacy import Released, gated
from experiments.style import BASELINE, FAINT, RC, wrapped
from experiments.terminal import number
from experiments.validation.report import unit_text
from experiments.validation.verdict import AGREES, BASES, NOT_COMPARABLE

PUBLISHED = {"color": BASELINE, "marker": "o", "markersize": DOT, "linewidth": THIN}
ALLOWED = {"color": FAINT, "linewidth": 0.7}
OURS = {"color": CLEAR, "marker": "o", "markersize": DOT}
#: Inches: a finding's row, the axis of a panel, between panels; the names on the left, the verdicts
#: on the right.
ROW, AXIS, BETWEEN, NAMES, VERDICTS = 0.34, 0.3, 0.1, 2.75, 1.3
#: Published above, model below, in parts of a row.
OFFSET = 0.17
CALIBRATION = "\N{DAGGER}"


def forest(released: Released) -> Figure:
    """Findings with a model's value, by unit; those without are named below the chart."""
    frame = gated(released)
    shown = frame[frame["model"].notna()]
    panels = _panels(shown)
    heading, small = wrapped(_finding(frame), TITLE_TYPE, bold=True), wrapped(_foot(frame), 7)
    marks = [_model(row) for row in shown.itertuples()]
    above = 0.06 + TITLE * (heading.count("\n") + 1)
    head = above + KEY + 0.12
    rows = sum(len(part) for _, part in panels)
    height = head + rows * ROW + len(panels) * (AXIS + BETWEEN) + SMALL * (small.count("\n") + 1)
    height += 0.08
    with mpl.rc_context(RC):
        figure = Figure(figsize=(WIDTH, height))
        figure.text(0, 1 - 0.06 / height, heading, fontsize=TITLE_TYPE, fontweight="bold", va="top")
        # Of levels there is nothing to tell from zero, so the key begins with the two sources.
        key = [("published", PUBLISHED)]
        key += [("with the discrepancy", ALLOWED), ("model", OURS)]
        key += [one for one in key_to(marks, language()) if one[1].get("markerfacecolor")
                or one[1].get("marker") != "o"]
        draw_key(figure, key, above + 0.03 + KEY / 2)
        top = head
        for unit, part in panels:
            size = len(part) * ROW
            axes = figure.add_axes((
                NAMES / WIDTH, 1 - (top + size) / height,
                (WIDTH - NAMES - VERDICTS) / WIDTH, size / height,
            ))
            _panel(axes, unit, part)
            top += size + AXIS + BETWEEN
        figure.text(0, 0.04 / height, small, color=FAINT, fontsize=7, va="bottom")
    return figure


def _foot(frame: pd.DataFrame) -> str:
    foot = []
    if (frame.loc[frame["model"].notna(), "role"] == "calibration").any():
        foot.append(f"{CALIBRATION}: helped to choose the model's numbers, proves nothing.")
    if left_out := int(frame["model"].isna().sum()):
        foot.append(f"{left_out} findings that the model cannot answer are in the table only.")
    foot.append("Source: the studies named; Carveout model, synthetic residents.")
    return " ".join(foot)


def _finding(frame: pd.DataFrame) -> str:
    """How often the model agrees, of the findings that it was not fitted to and can decide."""
    told = frame[(frame["role"] != "calibration") & (frame["verdict"] != NOT_COMPARABLE)]
    if told.empty:
        return "Published effects and the model's"
    agrees = told[told["verdict"] == AGREES]
    of = agrees["basis"].value_counts()
    within, near, sign, rule = (int(of.get(one, 0)) for one in BASES)
    return (
        f"The model agrees with {len(agrees)} of {len(told)} published findings that it was not "
        f"fitted to and can decide:\n{within} within the study's own interval, {near} only within "
        f"the discrepancy, {sign} on a sign alone, {rule} on a sign that its rules give in any case"
    )


def _panels(shown: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    """Findings by unit; those that helped to choose the model's numbers last."""
    units = [unit_text(row) for row in shown.itertuples()]
    labelled = shown.assign(shown_unit=units, last=shown["role"] == "calibration")
    parts = labelled.sort_values("last", kind="stable").groupby(["last", "shown_unit"], sort=False)
    return [(str(key[1]), part) for key, part in parts]


def _panel(axes: Axes, unit: str, part: pd.DataFrame) -> None:
    """One unit's findings, from the top."""
    for place, row in enumerate(part.itertuples()):
        if not isinstance(row.published, str) and not math.isnan(row.published):
            if row.discrepancy:
                axes.plot([row.claim_low, row.claim_high], [place - OFFSET] * 2, color=FAINT,
                          linewidth=ALLOWED["linewidth"], zorder=1)
            if not math.isnan(row.low):
                axes.plot([row.low, row.high], [place - OFFSET] * 2, color=BASELINE,
                          linewidth=THIN, solid_capstyle="butt")
            axes.plot(row.published, place - OFFSET, "o", color=BASELINE, markersize=DOT)
        draw_mark(axes, _model(row), place + OFFSET)
        told = str(row.verdict)
        if isinstance(row.published, str):
            told += f"\n(published: {row.published})"
        axes.annotate(told, (1.04, place), xycoords=("axes fraction", "data"), va="center",
                      fontsize=8)
    labels = [wrapped(_name(row), 8, width=NAMES - 0.15) for row in part.itertuples()]
    axes.set_yticks(range(len(part)), labels, fontsize=8)
    axes.set_ylim(len(part) - 0.4, -0.6)
    ratio = part["effect"].isin(["ratio", "odds ratio"]).all()
    if not (part["effect"] == "level").all():
        axes.axvline(1.0 if ratio else 0.0, color=BASELINE, linewidth=0.9, zorder=1)
    axes.margins(x=0.08)
    axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: number(x, places(x))))
    axes.set_xlabel(unit, fontsize=8, color=FAINT, labelpad=1)


def _name(row: Any) -> str:
    return f"{row.finding}{CALIBRATION}" if row.role == "calibration" else str(row.finding)


def _model(row: Any) -> Mark:
    """The model's value with its interval; a level is not held against zero, a ratio against 1."""
    none = 1.0 if row.effect in ("ratio", "odds ratio") else 0.0
    away = row.model_low > none or row.model_high < none
    chance = (row.chance_low, row.chance_high)
    drawn = (row.par_low, row.par_high)
    return Mark(row.model, *chance, bool(away or row.effect == "level"), "", *drawn)
