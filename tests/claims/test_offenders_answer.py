"""Offenders answer to what they see of reporting: boundedly, and to nothing else."""

import datetime as dt

import numpy as np
import pytest

from model import custody, ice
from model.ledger import CONTACTS
from model.schema import ETHNICITIES
from tests.claims.worlds import UNMOVED, events, lively, model_of, tables

#: As strong as the ranges of the parameters allow.
STRONG = {"epsilon": 1.2, "beta": 3.0, "symbolic_weight": 1.0, "awareness": 1.0, "sigma": 1.2}


def months(setting):
    """The model, and its offenders' multipliers after every month: (n_months, n_groups)."""
    model = model_of(setting)
    series = []
    while model.running:
        model.step()
        if model._month_days == 0:
            series.append(model.response.multiplier.copy())
    return model, np.array(series)


def test_the_multiplier_is_exactly_one_under_the_baseline_with_nothing_heard():
    quiet = {"gamma": 0.0, "alarm_size": 0.0, "epsilon": 1.2}
    model, series = months(lively(parameters=quiet, posture="2025-surge"))
    assert (series == 1.0).all()
    assert (model.response.seen > 0).any()
    assert all(month["largest_offending_change"] == 0.0 for month in model.ledger.closed_months())


def test_the_multiplier_stays_within_a_half_and_two():
    for regime in ("no-contact", "full-cooperation"):
        _, series = months(lively(regime=regime, parameters=STRONG, posture="2025-surge"))
        assert series.min() >= 0.5
        assert series.max() <= 2.0
        assert np.ptp(series) > 0.05


def test_offending_rises_where_reporting_falls_and_the_other_way_round():
    # Nobody hears of anything, so that the law alone moves what residents report.
    quiet = STRONG | {"gamma": 0.0, "alarm_size": 0.0, "phi": 0.0}
    latino = slice(ETHNICITIES["latino"], None, len(ETHNICITIES))
    for regime, direction in (("no-contact", -1), ("full-cooperation", 1)):
        model, series = months(lively(regime=regime, parameters=quiet))
        change = direction * (series[-1] - 1)
        moved = np.abs(change) > 1e-9
        assert moved.sum() > 50
        assert (change[moved] > 0).all()
        reported, at_base = model.response.seen[:2]
        assert (np.sign(at_base - reported)[moved] == direction).all()
        # Where many undocumented residents live, more than elsewhere.
        assert change[latino].mean() > change.mean()


def test_without_elasticity_offending_answers_to_nothing():
    _, series = months(lively(regime="full-cooperation", parameters=STRONG | {"epsilon": 0.0}))
    assert (series == 1.0).all()


def test_the_largest_change_of_offending_in_a_month_is_logged_and_small():
    for regime in ("no-contact", "full-cooperation"):
        model, series = months(lively(regime=regime, posture="2025-surge"))
        steps = np.abs(np.diff(series, axis=0, prepend=1.0)).max(axis=1)
        logged = [month["largest_offending_change"] for month in model.ledger.closed_months()]
        assert logged == steps.tolist()
        assert 0 < max(logged) < 0.25


def test_more_crime_does_not_move_what_offenders_see():
    """The loop's inner gain: at twice the hazard of crime, the multiplier hardly moves."""
    ends = []
    for factor in (1.0, 2.0):
        # More crime brings more hand-overs to hear of: the law alone is to move reporting here.
        quiet = {"gamma": 0.0, "alarm_size": 0.0, "exposure": 20.0 * factor}
        setting = lively(regime="full-cooperation", parameters=quiet)
        model, series = months(setting)
        n = np.bincount(
            (model.population.area.astype(int) * len(ETHNICITIES) + model.population.ethnicity),
            minlength=series.shape[1],
        )
        ends.append(np.average(series[-1], weights=n))
    assert ends[0] > 1.0
    assert abs(ends[1] - ends[0]) < 0.5 * (ends[0] - 1)


@pytest.mark.parametrize("regime", ["full-cooperation"])
def test_who_is_transferred_commits_no_crime_here(regime, monkeypatch):
    """Incapacitation: with the same reports, crimes prevented are those that no longer happen."""
    parameters = UNMOVED | {"return_share": 0.0, "trust_slope": 0.0}
    setting = lively(regime=regime, posture="2025-surge", parameters=parameters)
    with_transfers = model_of(setting)
    with_transfers.run()
    prevented = tables(with_transfers.ledger)["city"]["prevented_by_incapacitation"].sum()
    for room in (custody, ice):
        monkeypatch.setattr(room, "transfer", lambda model, who: None)
    nobody_leaves = model_of(setting)
    nobody_leaves.run()
    in_custody = tables(nobody_leaves.ledger)["city"]["prevented_by_incapacitation"].sum()
    assert prevented > in_custody > 0
    fewer = len(events(nobody_leaves.ledger, "incident")) - len(
        events(with_transfers.ledger, "incident")
    )
    assert fewer > 0


def test_who_is_away_is_not_stopped_or_booked():
    for_good = {"return_share": 0.0}
    model = model_of(
        lively(regime="full-cooperation", posture="2025-surge", parameters=for_good)
    )
    model.run()
    met = events(model.ledger, "encounter")
    gone = {who: day for day, who, _, arrested, _ in met.tolist() if arrested}
    contact = events(model.ledger, "contact")
    kinds = [CONTACTS.index(kind) for kind in ("stops", "arrests")]
    later = [
        (day, who)
        for day, who, kind in contact.tolist()
        if kind in kinds and who in gone and day > gone[who]
    ]
    assert len(gone) > 50
    assert later == []


def test_a_posture_that_changes_in_mid_year_brings_its_own_operations(tmp_path):
    dates = {}
    for name, (first, then) in {
        "calm": ("low", "low"),
        "turns": ("low", "2025-surge"),
        "surge": ("2025-surge", "2025-surge"),
    }.items():
        path = tmp_path / f"{name}.toml"
        path.write_text(
            f'name = "{name}"\ntitle = "{name}"\nsummary = "Postures."\n'
            f'[[steps]]\ndate = 2022-01-01\nposture = "{first}"\n'
            f'[[steps]]\ndate = 2022-07-01\nposture = "{then}"\n',
            encoding="utf-8",
        )
        model = model_of(lively(timeline=str(path), days=2))
        model.step()
        dates[name] = [one.begins for one in model.operations]
    assert dates["calm"] == []
    assert len(dates["surge"]) == 12
    july = dt.date(2022, 7, 1)
    assert dates["turns"] == [begins for begins in dates["surge"] if begins >= july]
    assert 0 < len(dates["turns"]) < 12
