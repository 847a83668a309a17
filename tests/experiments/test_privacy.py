"""Nothing leaves but through the gate: held for every kind of output."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from experiments import privacy
from experiments.cli import main
from experiments.contrasts import contrasts
from experiments.outcomes import OUTCOMES, PARTITIONS
from experiments.store import write_table
from tests.experiments.conftest import SMALL

FORBIDDEN = {"household", "address", "latitude", "longitude", "block", "resident", "district"}


def outcome_rows(cells: list[tuple[str, str, str, float, float]]) -> pd.DataFrame:
    table = pd.DataFrame(cells, columns=["outcome", "by", "group", "numerator", "denominator"])
    return table.assign(replicate=0, seed=0, regime="a", month="2022-01")


def test_a_cell_of_fewer_than_twenty_events_is_empty_and_a_citywide_zero_is_not():
    rows = outcome_rows([
        ("hand_overs", "all", "all", 19, 5_000), ("encounters", "all", "all", 20, 5_000),
        ("encounters_no_class", "all", "all", 0, 5_000),
    ])
    out = privacy.release_outcomes(rows, 31).frame
    assert out["suppressed"].tolist() == [True, False, False]
    assert np.isnan(out["value"][0]) and np.isnan(out["numerator"][0])
    assert out["value"][2] == 0


def test_a_share_is_empty_when_its_complement_is_small():
    cells = [("reporting", "all", "all", 95, 100), ("clearance", "all", "all", 50, 100)]
    rows = outcome_rows(cells)
    assert privacy.release_outcomes(rows, 31).frame["suppressed"].tolist() == [True, False]


def test_a_rate_over_fewer_than_twenty_persons_is_empty():
    years = 19 * 31 / 365
    rows = outcome_rows([("stops", "status", "protected", 40, years),
                         ("stops", "status", "us_born", 40, 100.0)])
    assert privacy.release_outcomes(rows, 31).frame["suppressed"][0]


def test_a_single_empty_cell_takes_the_smallest_other_with_it():
    rows = outcome_rows([
        ("encounters", "channel", "jail", 7, 5_000), ("encounters", "channel", "prison", 90, 5_000),
        ("encounters", "channel", "lock_up", 40, 5_000),
        ("encounters", "channel", "courthouse", 0, 5_000),
    ])
    out = privacy.release_outcomes(rows, 31).frame.set_index("group")["suppressed"]
    assert out.to_dict() == {"jail": True, "prison": False, "lock_up": True, "courthouse": False}


def test_a_single_empty_month_takes_the_smallest_other_with_it():
    rows = outcome_rows([("encounters", "all", "all", n, 5_000) for n in (7, 60, 40, 0)])
    rows["month"] = ["2022-01", "2022-02", "2022-03", "2022-04"]
    out = privacy.release_outcomes(rows, 31).frame
    assert out["suppressed"].tolist() == [True, False, True, False]


def test_replicates_of_ten_events_are_not_given_singly_though_their_mean_is():
    rows = pd.DataFrame(
        [
            (replicate, regime, "own", "2022-01", "encounters", "all", "all", 10.0, 900.0)
            for replicate in range(4)
            for regime in ("a", "b")
        ],
        columns=["replicate", "regime", "belief", "month", "outcome", "by", "group",
                 "numerator", "denominator"],
    )
    out = privacy.release_contrasts(contrasts(rows, "a"), 31).frame
    assert len(out) == 3 and not out["suppressed"].any()
    assert all(np.isnan(values).all() for values in out["paired"])
    less = rows[rows["replicate"] == 0]
    assert privacy.release_contrasts(contrasts(less, "a"), 31).frame["suppressed"].all()


def test_by_area_only_rates_are_given_and_a_zero_is_empty():
    rows = outcome_rows([("area_encounters", "area", "1", 0, 5_000),
                         ("area_encounters", "area", "2", 0, 5_000),
                         ("area_encounters", "area", "3", 60, 5_000),
                         ("area_encounters", "area", "4", 90, 5_000)])
    out = privacy.release_outcomes(rows, 31).frame
    assert out["numerator"].isna().all() and out["denominator"].isna().all()
    # The two zeros alone would be told by the city's sum: the smallest other area goes, too.
    assert out["value"].isna().tolist() == [True, True, True, False]


def test_an_outcome_of_one_status_by_area_is_refused(monkeypatch):
    from experiments.outcomes import UNDOCUMENTED, Column, Outcome

    wrong = Outcome("wrong", "W", "%", "W.", Column("people_area", "stops", UNDOCUMENTED),
                    Column("people_area", "person_years"), by=("area",))
    monkeypatch.setitem(OUTCOMES, "wrong", wrong)
    with pytest.raises(TypeError, match="by area"):
        privacy.release_outcomes(outcome_rows([("wrong", "area", "1", 50, 9_000)]), 31)


def test_what_has_not_passed_the_gate_cannot_be_written_or_made_up(tmp_path):
    with pytest.raises(TypeError, match="privacy"):
        write_table(tmp_path / "x.parquet", pd.DataFrame({"a": [1]}))
    with pytest.raises(TypeError, match="privacy"):
        privacy.Released(pd.DataFrame(), "outcomes")
    assert not list(tmp_path.iterdir())


def hold(frame: pd.DataFrame) -> None:
    """The rules that any released table of rates must meet."""
    assert not FORBIDDEN & set(frame.columns)
    by_area = frame[frame["by"] == "area"]
    groups = set(by_area["group"].astype(str))
    assert all(group.isdigit() for group in groups)
    assert set(by_area["outcome"]) <= {n for n, o in OUTCOMES.items() if o.by == ("area",)}
    if "numerator" in frame:
        counted = frame[frame["outcome"].map(lambda name: OUTCOMES[name].counts).astype(bool)]
        numbers = counted["numerator"].dropna()
        assert len(numbers) and ((numbers == 0) | (numbers >= privacy.FLOOR)).all()
        assert by_area[["numerator", "denominator"]].isna().all().all()
        hidden = frame[frame["suppressed"]]
        assert hidden[["value", "numerator", "denominator"]].isna().all().all()
        parts = frame[frame["by"].isin(PARTITIONS)]
        keys = ["replicate", "regime", "month", "outcome", "by"]
        sums = parts.groupby(keys, observed=True)
        lonely = sums["suppressed"].sum().eq(1) & (sums["numerator"].max() > 0)
        assert not lonely.any()
        months = frame.groupby(["replicate", "regime", "outcome", "by", "group"], observed=True)
        lonely = months["suppressed"].sum().eq(1) & (months["numerator"].max() > 0)
        assert not lonely.any()
    else:
        hidden = frame[frame["suppressed"]]
        assert hidden[["estimate", "low", "high"]].isna().all().all()
        assert all(np.isnan(list(values)).all() for values in hidden["paired"])


def hold_events(frame: pd.DataFrame) -> None:
    assert len(frame) > 100
    assert not ({"area"} | FORBIDDEN) & set(frame.columns)
    assert frame["person"].str.fullmatch(r"synthetic person [0-9]+-[0-9]{6}").all()


def test_a_run_has_cells_of_both_kinds_so_that_the_rules_are_tried(small):
    assert small.outcomes["suppressed"].any() and not small.outcomes["suppressed"].all()
    assert small.contrasts["suppressed"].any() and not small.contrasts["suppressed"].all()


def test_every_file_and_frame_of_a_comparison_keeps_the_rules(small, tmp_path):
    hold(small.outcomes)
    hold(small.contrasts)
    hold_events(small.events)
    out = small.save(tmp_path / "out")
    tables = {path.stem: pd.read_parquet(path) for path in out.glob("*.parquet")}
    assert set(tables) == {"outcomes", "contrasts", "events"}
    hold(tables["outcomes"])
    hold(tables["contrasts"])
    hold_events(tables["events"])
    summary = json.loads((out / "manifest.json").read_text())
    assert "area" not in json.dumps(summary["charts"])


def test_json_and_screen_show_no_small_cell(small, capsys):
    contrasts = pd.DataFrame(small.summary()["contrasts"])
    hold(contrasts)
    assert "area" not in set(contrasts["by"])
    small.print()
    screen = capsys.readouterr().out
    hidden = small.contrasts.query("by == 'all' and measure == 'level' and suppressed")
    assert len(hidden)
    assert "< 20" in screen


def test_charts_draw_no_small_cell(small):
    from matplotlib.text import Annotation

    for figure in (small.figure_reporting(), small.figure_encounters()):
        for axes in figure.axes:
            notes = [text for text in axes.texts if isinstance(text, Annotation)]
            dots = [line for line in axes.lines if line.get_marker() == "o"]
            hidden = [text for text in notes if text.get_text() == "too few to show"]
            assert len(dots) + len(hidden) <= len(notes) or not axes.get_visible()
    drawn = {line.get_xdata()[0] for axes in small.figure_encounters().axes
             for line in axes.lines if line.get_marker() == "o"}
    shown = small.contrasts.query("outcome == 'encounters' and measure == 'difference'")["estimate"]
    assert drawn <= set(shown.dropna())


def test_a_synthetic_persons_name_is_the_same_in_both_regimes_and_not_the_row():
    people = np.arange(1_000)
    logs = [pd.DataFrame({"seed": 7, "regime": regime, "person": order, "event": "arrest"})
            for regime, order in (("a", people), ("b", people[::-1]))]
    log = privacy.release_events(logs).frame
    first, second = (log.loc[log["regime"] == regime, "person"].tolist() for regime in "ab")
    assert first == second[::-1] and len(set(first)) == 1_000
    ranks = [int(name.rpartition("-")[2]) for name in first]
    assert sorted(ranks) == [*range(1, 1_001)]
    assert abs(np.corrcoef(ranks, people)[0, 1]) < 0.1


def test_one_row_of_two_seeds_is_two_persons():
    log = privacy.release_events([pd.DataFrame({"seed": [1, 2], "person": [5, 5]})]).frame
    assert log["person"].tolist() == ["synthetic person 1-000001", "synthetic person 2-000002"]


def test_cells_hidden_together_that_are_few_together_take_another_with_them():
    rows = outcome_rows([
        ("encounters", "channel", "jail", 3, 5_000), ("encounters", "channel", "prison", 90, 5_000),
        ("encounters", "channel", "lock_up", 4, 5_000),
        ("encounters", "channel", "courthouse", 60, 5_000),
    ])
    out = privacy.release_outcomes(rows, 31).frame.set_index("group")["suppressed"]
    assert out.to_dict() == {"jail": True, "prison": False, "lock_up": True, "courthouse": True}


def test_by_area_values_have_two_significant_digits(small):
    rows = outcome_rows([("area_encounters", "area", str(n), 61 + n, 5_432) for n in range(3)])
    value = privacy.release_outcomes(rows, 31).frame["value"]
    assert [float(f"{each:.2g}") for each in value] == pytest.approx(list(value), rel=1e-12)
    exact = np.array([0.0, 123.4, -0.01267, np.nan, 9.96])
    assert privacy.two_digits(exact) == pytest.approx([0, 120, -0.013, np.nan, 10], nan_ok=True)
    columns = small.contrasts.query("by == 'area'")[["estimate", "low", "high"]]
    told = columns.to_numpy().ravel()
    told = np.concatenate([told, *small.contrasts.query("by == 'area'")["paired"]])
    told = told[np.isfinite(told)]
    assert len(told)
    assert [float(f"{each:.2g}") for each in told] == pytest.approx(list(told), rel=1e-12)


def test_the_population_command_gives_no_count_of_a_status_by_area(capsys):
    assert main(["population", "--city", "littletown", "--scale", "1", "--json"]) == 0
    margins = pd.DataFrame(json.loads(capsys.readouterr().out)["margins"])
    by_area = margins[margins["area"] != "city"]
    of_status = by_area[by_area["quantity"].str.contains("born|citizen|documented")]
    assert len(of_status) and "persons" not in margins
    assert of_status["made"].isna().all() and of_status["difference"].isna().all()
    shares = by_area.loc[by_area["unit"] == "share", "made"].dropna().astype(float)
    assert len(shares) and np.allclose(shares * 100, (shares * 100).round())


def test_run_passes_the_gate_too(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    words = ["run", "no-contact", "--city", SMALL["city"], "--scale", "1", "--years", "0.1",
             "--replicates", "1", "--events", "--quiet", "--out", "o"]
    assert main(words) == 0
    hold(pd.read_parquet("o/outcomes.parquet"))
    hold_events(pd.read_parquet("o/events.parquet"))
