"""Outcomes are ratios of ledger columns, and adding one is adding an entry."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from experiments.outcomes import GROUPS, OUTCOMES, PARTITIONS, Column, Outcome
from experiments.tabulate import tabulate
from experiments.worker import run_case
from model.scenario import scenario
from model.schema import CRIMES, STATUSES

YEAR = scenario({"days": 59, "scale": 0.5})


def frames() -> dict[str, pd.DataFrame]:
    """Two months of made-up counts in the form of `Ledger.frames`, few of each kind."""
    crime = pd.DataFrame(
        [
            (month, status, "latino", crime, 10 + place, 4 + place)
            for month in ("2022-01", "2022-02")
            for place, status in enumerate(STATUSES)
            for crime in CRIMES
        ],
        columns=["month", "status", "ethnicity", "crime", "victimisations", "reported"],
    )
    people = pd.DataFrame(
        [(m, s, "latino", 36_500) for m in ("2022-01", "2022-02") for s in STATUSES],
        columns=["month", "status", "ethnicity", "person_days"],
    )
    encounters = pd.DataFrame(
        [
            ("2022-01", "jail", "undocumented", "none", "felony_pending+gang_database", 3, 2),
            ("2022-01", "prison", "undocumented", "none", "none", 4, 4),
            ("2022-02", "jail", "permanent_resident", "none", "gang_database", 5, 5),
        ],
        columns=["month", "channel", "status", "conviction", "carve_out", "met", "arrested"],
    )
    city = pd.DataFrame({"month": ["2022-01", "2022-02"], "largest_offending_change": [0.0, 0.0]})
    areas = people.rename(columns={"status": "area"}).assign(area=1)
    return {"crime": crime, "people": people, "people_area": areas, "encounters": encounters,
            "city": city}


def value(table: pd.DataFrame, outcome: str, by: str = "all", group: str = "all") -> pd.Series:
    rows = table[(table["outcome"] == outcome) & (table["by"] == by) & (table["group"] == group)]
    assert len(rows)
    return rows[["numerator", "denominator"]].sum()


def test_a_rate_is_its_numerator_over_its_denominator():
    table = tabulate(frames(), YEAR, [OUTCOMES["reporting_undocumented"]])
    assert value(table, "reporting_undocumented").tolist() == [2 * 8 * 9, 2 * 8 * 15]


def test_encounters_count_undocumented_persons_over_their_own_years():
    table = tabulate(frames(), YEAR, [OUTCOMES["encounters"]])
    assert value(table, "encounters").tolist() == [7, 200]
    assert value(table, "encounters", "channel", "jail").tolist() == [3, 200]


def test_a_person_in_two_carve_out_classes_counts_in_both():
    table = tabulate(frames(), YEAR, [OUTCOMES["encounters"]])
    got = {group: value(table, "encounters", "carve_out", group)["numerator"]
           for group in GROUPS["carve_out"]}
    assert got["felony_pending"] == got["gang_database"] == 3
    assert got["none"] == 4
    assert sum(got.values()) == 10


def test_a_year_in_the_whole_city_is_scaled_by_days_and_by_scale():
    table = tabulate(frames(), YEAR, [OUTCOMES["citizens_met"]])
    assert value(table, "citizens_met")["denominator"] == pytest.approx(59 / 365 * 0.5)


def test_a_month_without_events_still_has_its_row_of_zero():
    table = tabulate(frames(), YEAR, [OUTCOMES["families_separated"]])
    assert table["month"].tolist() == ["2022-01", "2022-02"]
    assert table["numerator"].tolist() == [0, 0]


def test_adding_an_outcome_is_adding_an_entry():
    mine = Outcome("mine", "Mine", "%", "Arrested of those met.",
                   Column("encounters", "arrested"), Column("encounters", "met"), by=("channel",))
    table = tabulate(frames(), YEAR, [mine])
    assert value(table, "mine").tolist() == [11, 12]
    assert value(table, "mine", "channel", "jail").tolist() == [7, 8]


def test_a_column_that_the_ledger_does_not_have_is_no_silent_zero():
    wrong = Outcome("x", "X", "%", "X.", Column("crime", "reportd"), Column("crime", "reported"))
    with pytest.raises(KeyError, match="reportd"):
        tabulate(frames(), YEAR, [wrong])


def test_groups_of_a_partition_add_up_to_the_whole_in_a_real_run(small):
    """Before the gate, where no cell is empty: every breakdown of every outcome is tried."""
    rows = run_case(small.settings.cases()[0]).rows
    keys = ["month", "outcome"]
    whole = rows[rows["by"] == "all"].set_index(keys)["numerator"]
    parts = rows[rows["by"].isin(PARTITIONS - {"area"})]
    sums = parts.groupby([*keys, "by"], observed=True)["numerator"].sum()
    against = whole.reindex(sums.index.droplevel("by")).to_numpy()
    assert np.allclose(sums.to_numpy(), against, rtol=1e-12)
    tried = set(sums[sums > 0].index.droplevel("month"))
    offered = {(o.name, by) for o in OUTCOMES.values() for by in o.by if by in GROUPS}
    assert len(tried) > 0.8 * len([pair for pair in offered if pair[1] in PARTITIONS])


def test_every_outcome_has_a_title_a_unit_and_a_sentence():
    for outcome in OUTCOMES.values():
        assert outcome.title.strip() and outcome.unit and outcome.meaning.endswith(".")
        assert set(outcome.by) <= {*GROUPS, "area"}
