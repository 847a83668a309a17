"""No small count can be worked out from what is released: attacked by linear algebra."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest

from experiments import privacy
from experiments.contrasts import CELL, contrasts
from experiments.outcomes import GROUPS, OUTCOMES, Column

DIMENSIONS = {
    "crime": ("status", "ethnicity", "crime"),
    "people": ("status", "ethnicity"),
    "encounters": ("channel", "status", "conviction"),
    "detainers": ("place",),
}
COLUMNS = ["replicate", "regime", "belief", "month", "outcome", "by", "group",
           "numerator", "denominator"]


def table(cells, replicates=1, regime="a", belief="own", month="2022-01") -> pd.DataFrame:
    """Rows of counts; a cell's counts may be a list, one a replicate."""
    rows = [
        (one, regime, belief, month, *name, *(np.broadcast_to(n, replicates)[one] for n in counts))
        for *name, upper, lower in cells
        for counts in [(upper, lower)]
        for one in range(replicates)
    ]
    return pd.DataFrame(rows, columns=COLUMNS).astype({"numerator": float, "denominator": float})


def outcomes(rows: pd.DataFrame) -> pd.DataFrame:
    return privacy.release_outcomes(rows.assign(seed=0), 31).frame


def test_a_replicate_that_is_hidden_cannot_be_had_from_the_mean_of_all():
    rows = table([("encounters", "all", "all", [15, 40, 50, 60], 900.0)], replicates=4)
    level = privacy.release_contrasts(contrasts(rows, "a"), 31).frame.iloc[0]
    assert level["estimate"] * 4 * 900 / 10_000 == pytest.approx(165)
    assert np.isnan(level["paired"]).all()
    assert outcomes(rows)["suppressed"].all()


def test_single_replicates_of_one_group_cannot_be_had_from_those_of_all_and_of_the_others():
    cells = [("encounters", "all", "all", [165, 190], 900.0),
             ("encounters", "channel", "jail", [15, 40], 900.0),
             ("encounters", "channel", "prison", [50, 50], 900.0),
             ("encounters", "channel", "lock_up", [100, 100], 900.0)]
    told = privacy.release_contrasts(contrasts(table(cells, 2), "a"), 31).frame
    singly = told.set_index("group")["paired"].map(lambda values: not np.isnan(values).any())
    assert not told["suppressed"].any()
    assert singly.to_dict() == {"all": True, "jail": False, "prison": False, "lock_up": True}


def test_an_interval_of_two_replicates_that_are_not_given_singly_is_not_given():
    for n in (2, 3):
        rows = table([("encounters", "all", "all", [15, 40, 50][:n], 900.0)], replicates=n)
        level = privacy.release_contrasts(contrasts(rows, "a"), 31).frame.iloc[0]
        assert not level["suppressed"] and np.isnan(level["low"]) == (n == 2)


def test_the_small_rest_of_a_share_cannot_be_had_from_other_outcomes():
    """Of 100 crimes 95 are reported: the 5 are told by recorded crime beside victimisations."""
    told = outcomes(table([
        ("reporting", "all", "all", 95, 100), ("recorded_crime", "all", "all", 95, 9e3),
        ("victimisations", "all", "all", 100, 9e3), ("clearance", "all", "all", 50, 95),
    ])).set_index("outcome")["suppressed"]
    assert told.to_dict() == {"reporting": True, "recorded_crime": True, "victimisations": False,
                              "clearance": True}


def test_a_group_of_one_outcome_cannot_be_had_from_another_outcome():
    """Of 67 citizens met 60 are US-born: the other 7 follow, whatever else is hidden by status."""
    met = [("encounters_by_status", "status", name, n, 9e3) for name, n in
           (("us_born", 60), ("naturalized", 7), ("permanent_resident", 30), ("undocumented", 90))]
    told = outcomes(table([*met, ("citizens_met", "all", "all", 67, 1.0),
                           ("encounters", "all", "all", 90, 900.0)]))
    hidden = told.set_index(["outcome", "group"])["suppressed"]
    assert hidden["encounters_by_status", "naturalized"]
    assert hidden["encounters_by_status", "us_born"] or hidden["citizens_met", "all"]
    assert not hidden["encounters", "all"]


def test_a_level_cannot_be_had_from_a_difference_and_the_baseline():
    channels = ("jail", "prison", "lock_up", "courthouse")
    parts = []
    for regime, counts in (("a", (90, 7, 60, 80)), ("b", (7, 95, 50, 85))):
        cells = [("encounters", "channel", name, n, 900.0)
                 for name, n in zip(channels, counts, strict=True)]
        parts.append(table([*cells, ("encounters", "all", "all", sum(counts), 900.0)], 1, regime))
    told = privacy.release_contrasts(contrasts(pd.concat(parts), "a"), 31).frame
    empty = {(measure, regime): set(rows.loc[rows["suppressed"], "group"])
             for (measure, regime), rows in told.groupby(["measure", "regime"])}
    assert empty["level", "b"] == {"jail", "lock_up"} and empty["level", "a"] == {
        "prison", "lock_up"}
    assert empty["difference", "b"] == empty["level", "a"] | empty["level", "b"]


def columns_of(name: str) -> list[tuple[str, Column]]:
    """What an outcome counts, with the name under which a row has it."""
    outcome = OUTCOMES[name]
    pairs = [("numerator", outcome.numerator)] if outcome.counts else []
    return [*pairs, ("denominator", outcome.denominator)]


def atoms(column: Column, by: str, group: str) -> np.ndarray:
    """Which cells of its frame a count adds up, as noughts and ones."""
    where = {name: set(groups) for name, groups in column.where.items()}
    if by in DIMENSIONS[column.frame]:
        where[by] = where.get(by, {group}) & {group}
    cells = product(*(GROUPS[name] for name in DIMENSIONS[column.frame]))
    names = DIMENSIONS[column.frame]
    return np.array([
        all(group in where.get(name, {group}) for name, group in zip(names, cell, strict=True))
        for cell in cells
    ], float)


def worked_out(rows: pd.DataFrame, shown: np.ndarray, pooled: set) -> tuple[int, int]:
    """Small counts of one run, and how many follow from cells `shown` and from means.

    `pooled` are the cells whose mean rate over all replicates is known. Columns of the ledger are
    attacked one by one, since no equation joins two; denominators are given away.
    """
    rows = rows.assign(shown=shown)
    rows = rows[~rows["by"].isin(["area", "carve_out"])]
    years = rows.groupby(["outcome", "by", "group", "replicate"], observed=True)["denominator"]
    rows["weight"] = 1 / years.transform("sum").replace(0.0, np.inf)
    runs = {run: n for n, run in enumerate(rows.groupby(["replicate", "month"]).groups)}
    lines: dict[tuple[str, str], dict[str, dict[bytes, np.ndarray]]] = {}
    for cell, its_rows in rows.groupby(CELL, observed=True, sort=False):
        for role, column in columns_of(cell[0]):
            if column.frame not in DIMENSIONS or "carve_out" in column.where:
                continue
            if column.name == "person_years":
                continue  # how many live in the city is no secret: a table of the input says it
            vector = atoms(column, *cell[1:])
            kinds = lines.setdefault((column.frame, column.name), {"known": {}, "small": {}})
            mean = np.zeros((len(runs), len(vector)))
            for row in its_rows.itertuples():
                line = np.zeros_like(mean)
                line[runs[row.replicate, row.month]] = vector
                mean += line * row.weight
                small = 0 < getattr(row, role) < privacy.FLOOR
                if row.shown or small:
                    kinds["known" if row.shown else "small"][line.tobytes()] = line.ravel()
            if role == "numerator" and cell in pooled and mean.any():
                kinds["known"][mean.tobytes()] = mean.ravel() / np.linalg.norm(mean)
    number = found = 0
    for kinds in lines.values():
        number += len(kinds["small"])
        if all(kinds.values()):
            wanted, known = (np.stack([*kinds[kind].values()]) for kind in ("small", "known"))
            scale, vectors = np.linalg.eigh(known @ known.T)
            basis = vectors[:, scale > 1e-9] / np.sqrt(scale[scale > 1e-9])
            inside = ((wanted @ known.T @ basis) ** 2).sum(axis=1)
            found += int((inside > (wanted**2).sum(axis=1) * (1 - 1e-7)).sum())
    return number, found


def test_no_small_count_of_a_real_run_follows_from_what_is_released(small, small_rows):
    own = small_rows[small_rows["belief"] == "own"].reset_index(drop=True)
    regime = own["regime"] == "full-cooperation"
    levels = small.contrasts.query("measure == 'level' and regime == 'full-cooperation'")
    pooled = {tuple(map(str, cell)) for cell in
              levels.loc[~levels["suppressed"], CELL].itertuples(index=False)}
    told = small.outcomes
    assert (told[CELL].astype(str).to_numpy() == own[CELL].astype(str).to_numpy()).all()
    rows = own[regime].astype(dict.fromkeys([*CELL, "month"], str))
    number, found = worked_out(rows, ~told.loc[regime, "suppressed"].to_numpy(), pooled)
    assert number > 500 and found == 0
    # The attack is a real one: it gets through where only what is itself small is hidden.
    one = rows[rows["replicate"] == 0]
    bare = privacy.too_small(one, one["numerator"].to_numpy(), one["denominator"].to_numpy(), 31)
    assert worked_out(one, ~bare, set())[1] > 4
