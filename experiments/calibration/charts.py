"""Charts of a calibration: prior to posterior, targets against the fitted model, recovery."""

from __future__ import annotations

from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from experiments.calibration.posterior import Posterior
from experiments.language import MINUS
from experiments.style import COLOURS, FAINT, INK, RC, save
from model.registry import load_parameters

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BLUE, ORANGE = COLOURS[0], COLOURS[1]
COLUMNS = 4


def save_charts(posterior: Posterior, folder: Path) -> list[Path]:
    """Write all charts as PNG and SVG."""
    figures = {
        "posterior": posterior_figure(posterior),
        "predictive": predictive_figure(posterior),
        "recovery": recovery_figure(posterior),
    }
    return [path for stem, figure in figures.items() for path in save(figure, folder, stem)]


def posterior_figure(posterior: Posterior) -> Figure:
    """Prior density and posterior draws of every parameter, most learnt first."""
    registry, told = load_parameters(), posterior.manifest["parameters"]
    names = sorted(told, key=lambda name: -told[name]["contraction"])
    rows = -(-len(names) // COLUMNS)
    height = 1.25 + 1.35 * rows
    with mpl.rc_context(RC):
        figure = Figure(figsize=(10, height))
        grid = figure.subplots(rows, COLUMNS, squeeze=False)
        figure.subplots_adjust(
            left=0.03, right=0.98, top=1 - 0.95 / height, bottom=0.55 / height,
            hspace=0.85, wspace=0.16,
        )  # fmt: skip
        for axes, name in zip(grid.flat, names, strict=False):
            prior, draws = registry.entry(name).prior, posterior.draws[name].to_numpy()
            # Only where either has anything: the tails of a range are empty axis.
            ends = np.concatenate([prior.ppf([0.002, 0.998]), draws])
            low, high = float(ends.min()), float(ends.max())
            x = np.linspace(low, high, 200)
            axes.hist(draws, bins=20, range=(low, high), density=True, color=BLUE, alpha=0.45)
            axes.plot(x, prior.pdf(x), color=INK, linewidth=1.2)
            axes.set_xlim(low, high)
            axes.set_ylim(bottom=0)
            axes.set_yticks([])
            axes.grid(False)
            axes.locator_params(axis="x", nbins=4)
            axes.set_title(name, fontsize=9, pad=12)
            row = told[name]
            learnt = row["says"]
            if learnt == "learnt":
                learnt = f"contraction {row['contraction']:.2f}"
            axes.text(
                0, 1.02, learnt, transform=axes.transAxes, fontsize=7.5, va="bottom",
                color=FAINT if row["says"].startswith("stays") else BLUE,
            )  # fmt: skip
        for axes in grid.flat[len(names) :]:
            axes.set_visible(False)
        learnt_count = sum(row["says"] == "learnt" for row in told.values())
        _head(
            figure, height,
            f"The published figures teach {learnt_count} of {len(names)} parameters something",
            "Line: prior. Bars: posterior. Contraction is the share of prior variance that went; "
            "below 0.1 a parameter is said to stay at its prior.",
        )  # fmt: skip
        _foot(figure, height, posterior)
    return figure


def predictive_figure(posterior: Posterior) -> Figure:
    """Every target and what the fitted model gives, in standard deviations of the target."""
    rows = posterior.manifest["predictive"]
    order = {"calibration": 0, "validation": 1, "solved": 2}
    rows = sorted(rows, key=lambda row: order[row["kind"]])
    height = 1.7 + 0.3 * len(rows)
    with mpl.rc_context(RC):
        figure = Figure(figsize=(10, height))
        axes = figure.subplots()
        figure.subplots_adjust(
            left=0.34, right=0.8, top=1 - 0.95 / height, bottom=0.75 / height
        )
        axes.axvspan(-1.96, 1.96, color="#EEEEEE", zorder=0)
        axes.axvline(0, color=FAINT, linewidth=0.8)
        for place, row in enumerate(rows):
            _target(axes, place, row)
        axes.set_ylim(len(rows) - 0.4, -0.6)
        axes.set_yticks(range(len(rows)), [row["title"] for row in rows])
        axes.set_xlabel("standard deviations of the target: observation and discrepancy")
        outside = sum(row["outside"] for row in rows)
        checked = sum(row["p"] is not None for row in rows)
        _head(
            figure, height,
            f"{checked - outside} of {checked} published figures are within what the fitted model "
            "gives",
            "Dot and bar: model, mean and 95% of runs. Grey: the target's 95%, with its "
            "discrepancy. On the right: published, model, predictive p-value.",
        )  # fmt: skip
        _foot(figure, height, posterior)
    return figure


def _target(axes: Axes, place: int, row: dict[str, Any]) -> None:
    spread = (row["high"] - row["estimate"]) / 1.96
    x, low, high = ((row[key] - row["estimate"]) / spread for key in
                    ("model", "model_low", "model_high"))  # fmt: skip
    colour = {"calibration": BLUE, "validation": ORANGE, "solved": FAINT}[row["kind"]]
    axes.plot([low, high], [place, place], color=colour, linewidth=2, alpha=0.55)
    axes.plot(x, place, "o", color=colour, markersize=5)
    p = "" if row["p"] is None else f"p {row['p']:.2f}, "
    axes.annotate(
        f"{row['estimate']:.3g}, {row['model']:.3g}, {p}{row['kind']}".replace("-", MINUS),
        (1.01, place),
        xycoords=("axes fraction", "data"), va="center", fontsize=7.5, annotation_clip=False,
        color=ORANGE if row["outside"] else FAINT, fontweight="bold" if row["outside"] else None,
    )  # fmt: skip


def recovery_figure(posterior: Posterior) -> Figure:
    """Coverage of hidden values by parameter, against the interval's name."""
    rows = posterior.manifest["recovery_by_parameter"]
    names = list(dict.fromkeys(row["parameter"] for row in rows))
    kinds = list(dict.fromkeys(row["data"] for row in rows))
    levels = sorted({row["level"] for row in rows})
    height = 1.9 + 0.2 * len(names)
    with mpl.rc_context(RC):
        figure = Figure(figsize=(10, height))
        grid = figure.subplots(1, len(kinds), sharey=True, squeeze=False)[0]
        figure.subplots_adjust(
            left=0.17, right=0.98, top=1 - 1.15 / height, bottom=0.75 / height, wspace=0.06
        )
        for axes, kind in zip(grid, kinds, strict=True):
            for level, colour in zip(levels, COLOURS, strict=False):
                some = [r for r in rows if r["data"] == kind and r["level"] == level]
                error = some[0]["error"]
                axes.axvspan(level - 2 * error, level + 2 * error, color=colour, alpha=0.12)
                axes.axvline(level, color=colour, linewidth=0.8)
                cover = [row["coverage"] for row in some]
                axes.plot(cover, range(len(some)), "o", color=colour, markersize=4)
            axes.set_xlim(0.35, 1.02)
            axes.set_title(f"{kind.capitalize()} data, {some[0]['n']} hidden sets")
            axes.set_ylim(len(names) - 0.4, -0.6)
            axes.set_xlabel("share of hidden values inside the 50, 80 and 95% interval")
        grid[0].set_yticks(range(len(names)), names)
        covered = np.mean([row["coverage"] for row in rows if row["level"] == max(levels)])
        _head(
            figure, height,
            f"{covered:.0%} of hidden parameters lie within their 95% intervals",
            "Lines: the interval's name. Bands: two binomial standard errors.",
        )  # fmt: skip
        _foot(figure, height, posterior)
    return figure


def _head(figure: Figure, height: float, title: str, reading: str) -> None:
    figure.text(0.015, 1 - 0.12 / height, title, fontsize=12.5, fontweight="bold", va="top")
    figure.text(0.015, 1 - 0.4 / height, reading, color=FAINT, va="top")


def _foot(figure: Figure, height: float, posterior: Posterior) -> None:
    fit = posterior.manifest["fit"]
    words = (
        f"Source: Carveout model, synthetic residents; {fit['runs']} points of the priors at "
        f"{fit['scale']:g} of the city, {len(posterior.draws)} posterior draws, "
        f"{posterior.manifest['command']}"
    )
    figure.text(0.015, 0.08 / height, fill(words, 185), fontsize=7.5, color=FAINT, va="bottom")
