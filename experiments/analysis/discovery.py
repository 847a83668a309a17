"""Scenario discovery: under which conditions one regime's outcome is above, or below, another's.

PRIM (Friedman & Fisher 1999, doi:10.1023/A:1008894516817; Bryant & Lempert 2010,
doi:10.1016/j.techfore.2009.08.002) and classification trees, from the EMA workbench.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import t

from experiments.analysis.result import Analysis
from experiments.analysis.values import Values, read_values, source_text, study_manifest
from experiments.forest import SMALL, TITLE, WIDTH
from experiments.privacy import release_estimates
from experiments.style import COLOURS, FAINT, INK, RC, wrapped
from model.faults import BadInput, Fault, unknown

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Between a category's name and its value in the name of an indicator.
IS = "="

#: Told apart in greyscale too.
MARKERS = "osD^v"
WHEN = {"higher": 1.0, "lower": -1.0}
#: Fewer states than this make no box that could be told from chance.
LEAST_STATES = 20
#: Where the sign is unsure in so large a share of states, the sentence says so.
MUCH = 0.5


@dataclass(frozen=True)
class Discovery(Analysis):
    """Boxes of conditions. Columns: method (prim, cart), box, rule, coverage (of the cases of
    interest, those inside), density (of the states inside, those of interest), cases, n (states
    inside), of (states in all), share_worse (of interest in all).

    ``trade_off`` is PRIM's trajectory: coverage, density, restricted (number of conditions).
    """

    kind = "discovery"
    values: Values
    claim: str
    trade_off: pd.DataFrame = field(repr=False)
    unsure: float

    def sentence(self) -> str:
        """The best box in words, or that there is none; and whether it may all be chance."""
        table = self.table()
        share, of = float(table["share_worse"].iloc[0]), int(table["of"].iloc[0])
        head = f"{self.claim} in {share:.0%} of {of} states"
        box = table[(table["method"] == "prim") & (table["rule"] != "")]
        if box.empty:
            text = f"{head}; no condition on the parameters makes it much likelier."
        else:
            best = box.iloc[0]
            text = (
                f"{head}; of those, {best['coverage']:.0%} have {best['rule']}, where it is so in "
                f"{best['density']:.0%} of {int(best['n'])} states."
            )
        if self.unsure >= MUCH:
            text += f" It may be chance: {self._noise()}."
        return text

    def _noise(self) -> str:
        return (
            f"in {self.unsure:.0%} of states the sign of the difference is within the Monte Carlo "
            "error of its replicates"
        )

    def shown(self) -> pd.DataFrame:
        """Boxes in rows."""
        table = self.table()
        return pd.DataFrame({
            "found by": table["method"].map({"prim": "PRIM", "cart": "tree"}),
            "conditions": table["rule"].replace("", "(all states)"),
            "coverage": [f"{value:.0%}" for value in table["coverage"]],
            "density": [f"{value:.0%}" for value in table["density"]],
            "states": table["n"].astype(int),
        })

    def notes(self) -> list[str]:
        """What the words mean, and how sure the cases are."""
        return [
            "Coverage: of the states in question, those that the box holds. Density: of the box's "
            "states, those in question. Boxes are found and judged on the same states, which "
            "flatters them.",
            f"I{self._noise()[1:]}." if not np.isnan(self.unsure) else
            "One replicate a state: some signs are chance.",
        ]

    def figure(self) -> Figure:
        """PRIM's trade-off: coverage against density, the chosen box marked."""
        from matplotlib.figure import Figure
        from matplotlib.lines import Line2D
        from matplotlib.ticker import PercentFormatter

        title = wrapped(self.sentence().rstrip("."), 12, bold=True)
        small = wrapped(f"{' '.join(self.notes())} Source: {source_text(self.values)}.", 7)
        head = 0.2 + TITLE * (title.count("\n") + 1)
        foot = 0.55 + SMALL * (small.count("\n") + 1)
        height = head + 2.7 + foot
        with mpl.rc_context(RC):
            figure = Figure(figsize=(WIDTH, height))
            axes = figure.add_axes((0.085, foot / height, 0.56, 2.7 / height))
            rows = self.trade_off
            for place, (number, some) in enumerate(rows.groupby("restricted")):
                style: dict[str, Any] = {
                    "marker": MARKERS[int(number) % len(MARKERS)], "markersize": 5,
                    "color": COLOURS[int(number) % len(COLOURS)], "linestyle": "none",
                }
                axes.plot(some["coverage"], some["density"], **style)
                y = 1 - (head + 0.12 + 0.2 * place) / height
                figure.add_artist(Line2D([0.685], [y], **style))
                told = f"{int(number)} condition{'s' * (number != 1)}"
                figure.text(0.7, y, told, fontsize=8.5, va="center_baseline")
            box = self.table().iloc[0]
            axes.plot(box["coverage"], box["density"], "o", markersize=12, color=INK,
                      markerfacecolor="none", markeredgewidth=1.4)
            axes.grid(True, axis="both")
            axes.set_xlim(-0.03, 1.06)
            axes.set_ylim(-0.03, 1.06)
            axes.set_xlabel("coverage: of the states in question, those inside", color=FAINT)
            axes.set_ylabel("density: of those inside, in question", color=FAINT)
            for axis in (axes.xaxis, axes.yaxis):
                axis.set_major_formatter(PercentFormatter(1, decimals=0))
            rule = box["rule"].replace(" and ", "\nand ") or "all states"
            below = head + 0.3 + 0.2 * rows["restricted"].nunique()
            figure.text(0.68, 1 - below / height, f"Ringed box:\n{rule}", fontsize=8.5, va="top")
            figure.text(0, 1 - 0.06 / height, title, fontsize=12, fontweight="bold", va="top")
            figure.text(0, 0.04 / height, small, fontsize=7, color=FAINT, va="bottom")
        return figure


def discover(
    study: Any, outcome: str = "", *, position: str, baseline: str, when: str,
    lever: str = "regime", density: float = 0.8, **cell: Any,
) -> Discovery:
    """Conditions under which an outcome is higher (or lower) with `position` than with `baseline`.

    Parameters
    ----------
    study
        A folder or an `experiments.study.Study` that sampled parameters, or `Values`.
    when
        "higher" or "lower": what the user asks after. The model calls neither worse.
    density
        The box of largest coverage that is at least so dense is taken; else the densest.
    cell
        ``by``, ``group``, ``where``, as for `read_values`.

    Raises
    ------
    BadInput
        If there is no such study, outcome, position or direction, or too few states.
    """
    if when not in WHEN:
        raise BadInput(unknown("direction", when, WHEN, key="when"))
    if not 0 < density <= 1:
        raise BadInput(Fault(f"found {density!r}", "above 0, at most 1", key="density"))
    values = read_values(study, outcome, **cell)
    one, other = values.chosen(lever, position), values.chosen(lever, baseline)
    others = values.others(lever)
    states = ["draw", *others]
    pairs = values.differences(lever, one, other)
    grouped = pairs.groupby(states, sort=False)["value"].agg(["mean", "var", "count"])
    about = pairs.drop_duplicates(states).set_index(states, drop=False)
    conditions = about[[*values.parameters, *others]].loc[grouped.index].reset_index(drop=True)
    conditions = conditions.loc[:, conditions.nunique() > 1]
    if len(conditions) < LEAST_STATES or conditions.empty:
        found = f"{len(conditions)} states of {conditions.shape[1]} varying conditions"
        raise BadInput(Fault(found, f"{LEAST_STATES} states, sampled parameters", key="study"))
    interest = (WHEN[when] * grouped["mean"] > 0).to_numpy()
    rows, trade_off = boxes(conditions, interest, density)
    claim = f"{values.named[:1].upper()}{values.named[1:]}: {when} with {one} than with {other}"
    command = (
        f"carveout discover STUDY --outcome {values.outcome} --position {one} --baseline {other} "
        f"--when {when}"
    )
    return Discovery(
        release_estimates(rows.assign(outcome=values.outcome), "discovery"),
        study_manifest(values, command), values, claim, trade_off, unsure_share(grouped),
    )


def unsure_share(states: pd.DataFrame) -> float:
    """The share of states whose sign is within the Monte Carlo error of their replicates; NaN with
    one replicate a state.

    Parameters
    ----------
    states
        Mean, var and count of each state's replicates. Two or three replicates say little of a
        state's own spread: that of all states together is taken.
    """
    degrees = int((states["count"] - 1).sum())
    if not degrees:
        return float("nan")
    pooled = float((states["var"] * (states["count"] - 1)).sum()) / degrees
    half = float(t.ppf(0.975, degrees)) * np.sqrt(pooled / states["count"])
    return float((states["mean"].abs() < half).mean())


def boxes(
    conditions: pd.DataFrame, interest: NDArray[np.bool_], density: float = 0.8
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """PRIM's box and the tree's leaves that hold more than their share, and PRIM's trade-off.

    Parameters
    ----------
    conditions : (n, k)
        Parameters, and levers as categories.
    interest : (n,) bool
    """
    of, share = len(interest), float(interest.mean())
    base = {"of": of, "share_worse": share}
    every = {"method": "prim", "box": 0, "rule": "", "coverage": 1.0, "density": share,
             "cases": int(interest.sum()), "n": of, **base}
    if share in (0.0, 1.0):
        flat = pd.DataFrame({"coverage": [1.0], "density": [share], "restricted": [0]})
        return pd.DataFrame([every]), flat
    x = conditions.copy()
    for name in x.select_dtypes(exclude="number"):
        x[name] = pd.Categorical(x[name])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the workbench speaks of engines that nothing here uses
        from ema_workbench.analysis import cart, prim

        box = prim.Prim(x, interest).find_box()
        # The workbench gives both sides of a category's split one box: indicators split rightly.
        indicators = pd.get_dummies(x, prefix_sep=IS, dtype=float)
        tree = cart.CART(indicators, interest.astype(int), mass_min=max(0.05, 5 / of))
        chance = np.random.get_state()
        np.random.seed(0)  # by which equally good splits are chosen: the same each time
        tree.build_tree()
        np.random.set_state(chance)
    path = box.peeling_trajectory
    trade_off = path.rename(columns={"res_dim": "restricted"})
    trade_off = trade_off[["coverage", "density", "restricted"]].reset_index(drop=True)
    dense = path[path["density"] >= density]
    at = dense["coverage"].idxmax() if len(dense) else path["density"].idxmax()
    chosen = path.loc[at]
    rows = [{
        "method": "prim", "box": 1, "rule": _rule(box.box_lims[int(at)], x),
        "coverage": chosen["coverage"], "density": chosen["density"],
        "cases": round(chosen["coverage"] * interest.sum()), "n": int(chosen["n"]), **base,
    }]
    for number, (limits, stats) in enumerate(zip(tree.boxes, tree.stats, strict=True), start=1):
        if stats["density"] > share:
            rows.append({
                "method": "cart", "box": number, "rule": _rule(_categories(limits, x), x),
                "coverage": float(stats["coverage"]), "density": float(stats["density"]),
                "cases": round(float(stats["coverage"]) * interest.sum()),
                "n": round(stats["mass"] * of), **base,
            })
    return pd.DataFrame(rows), trade_off


def _categories(limits: pd.DataFrame, x: pd.DataFrame) -> pd.DataFrame:
    """The limits of a box over indicators as limits over `x`, sets for categories."""
    told = {}
    for name in x:
        if not isinstance(x[name].dtype, pd.CategoricalDtype):
            told[name] = list(limits[name])
            continue
        ends = {one: limits[f"{name}{IS}{one}"].to_list() for one in x[name].cat.categories}
        is_one = {one for one, (low, _) in ends.items() if low >= 0.5}
        among = is_one or {one for one, (_, high) in ends.items() if high > 0.5}
        told[name] = [among, among]
    return pd.DataFrame(told)


def _rule(limits: pd.DataFrame, x: pd.DataFrame) -> str:
    """The conditions of a box in words; those that leave everything in are left out."""
    told = []
    for name in x:
        low, high = limits[name].iloc[0], limits[name].iloc[1]
        if isinstance(low, (set, frozenset)):
            if set(low) != set(x[name].cat.categories):
                told.append(f"{name} {' or '.join(sorted(map(str, low)))}")
            continue
        above, below = low > x[name].min(), high < x[name].max()
        if above and below:
            told.append(f"{name} from {low:.3g} to {high:.3g}")
        elif above or below:
            told.append(f"{name} {'above' if above else 'below'} {low if above else high:.3g}")
    return " and ".join(told)
