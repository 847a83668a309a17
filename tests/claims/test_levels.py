"""Levels: what is solved comes out of a run, and scale moves no rate beyond noise."""

import numpy as np
import pytest

from model.city import load_city
from model.intercepts import recorded_by_type
from model.rates import simulated_share
from model.registry import load_parameters
from model.schema import CRIMES, STATUSES
from tests.claims.worlds import history, scenario, tables, world

#: A tenth of the city for a year, under the baseline; and smaller ones.
TENTH = scenario({"scale": 0.1, "seed": 3, "environment": "E0"})
SCALES = (0.02, 0.05, 0.1)
#: Percent that reaches the police, by type (`NCVS17_P_*`; partner violence `NCVS17_P_IPV`).
SURVEY = {
    "sexual_assault": 40.4,
    "robbery": 49.0,
    "aggravated_assault": 57.2,
    "simple_assault": 41.3,
    "partner_violence": 47.5,
    "burglary": 49.1,
    "motor_vehicle_theft": 79.0,
    "theft": 30.2,
}
#: Variance over mean of a count: a course of partner violence has several episodes.
DISPERSION = {"partner_violence": 3.0}
FAR = 4.0


def counts(scale):
    """Events of a year by kind, for a city of some scale, and its residents."""
    run = history(TENTH.but(scale=scale))
    crime = tables(run)["crime"]
    people = tables(run)["people"]
    found = crime.groupby("crime")["victimisations"].sum().to_dict()
    found |= {f"reported {k}": n for k, n in crime.groupby("crime")["reported"].sum().items()}
    found |= people[["stops", "arrests", "calls_needed"]].sum().to_dict()
    found["detainers"] = tables(run)["detainers"]["lodged"].sum()
    return found, world(TENTH.but(scale=scale)).population.n


def test_scale_changes_no_rate_beyond_noise():
    made = {scale: counts(scale) for scale in SCALES}
    compared = 0
    for one, other in ((0.02, 0.05), (0.05, 0.1), (0.02, 0.1)):
        (first, n), (second, m) = made[one], made[other]
        for kind in first:
            spread = next((d for name, d in DISPERSION.items() if name in kind), 1.0)
            a, b = first[kind], second[kind]
            z = (a / n - b / m) / np.sqrt(spread * (a / n**2 + b / m**2))
            assert abs(z) < FAR, (kind, one, other, a / n, b / m)
            compared += a > 100
    assert compared > 40


@pytest.mark.parametrize("crime", CRIMES.names)
def test_reporting_by_type_meets_the_crime_survey_under_the_baseline(crime):
    crimes = tables(history(TENTH))["crime"].loc[lambda t: t["crime"] == crime]
    n, reported = crimes["victimisations"].sum(), crimes["reported"].sum()
    wanted = SURVEY[crime] / 100
    error = np.sqrt(DISPERSION.get(crime, 1.0) * wanted * (1 - wanted) / n)
    assert n > 300
    assert abs(reported / n - wanted) < FAR * error, (reported / n, wanted, error)


def recorded():
    """Recorded crimes of a run and of the city's tables, by area and type: (77, 8) each."""
    table = tables(history(TENTH))["crime_area"]
    table = table.pivot_table(index="area", columns="crime", values="reported", aggfunc="sum")
    city = load_city("chicago")
    here = simulated_share(world(TENTH).population)[:, None]
    wanted = recorded_by_type(city, load_parameters()) * here
    return table.loc[list(city.numbers), list(CRIMES)].to_numpy(), wanted


def test_recorded_crime_by_type_meets_the_citys_tables():
    run, wanted = (table.sum(axis=0) for table in recorded())
    spread = np.array([DISPERSION.get(name, 1.0) for name in CRIMES])
    z = (run - wanted) / np.sqrt(spread * wanted)
    assert (np.abs(z) < FAR).all(), dict(zip(CRIMES, z, strict=True))
    assert run.sum() > 10_000


def test_recorded_crime_by_area_meets_the_citys_tables():
    run, wanted = recorded()
    enough = wanted > 5
    enough[:, CRIMES["partner_violence"]] = False
    square = (run - wanted)[enough] ** 2 / wanted[enough]
    assert enough.sum() > 200
    # Chi-squared over its degrees of freedom is 1; its standard error is sqrt(2 / n).
    assert abs(square.mean() - 1) < FAR * np.sqrt(2 / enough.sum())
    by_area = run.sum(axis=1), wanted.sum(axis=1)
    assert np.corrcoef(*by_area)[0, 1] > 0.99


def test_the_jail_hands_over_as_many_under_full_cooperation_as_in_2010():
    # At five times the rates, for a narrower interval: percent of undocumented residents a year.
    exposure = 5.0
    setting = TENTH.but(
        regime="full-cooperation",
        posture="2011-secure-communities",
        start="2012-01-01",
        parameters={"exposure": exposure},
    )
    met = tables(history(setting))["encounters"]
    met = met[met["status"] == "undocumented"].groupby("channel")["arrested"].sum()
    undocumented = (world(setting).population.status == STATUSES["undocumented"]).sum()
    percent = 100 * met / undocumented / exposure
    assert met["jail"] > 200
    assert 0.34 < percent["jail"] < 0.54, percent
    # Police lock-ups and prisons add little to what was counted in the jail (`CPD_ICE_LOG`).
    assert 0 < percent["lock_up"] + percent["prison"] < 0.3 * percent["jail"], percent


def test_offending_hardly_moves_under_the_baseline():
    changes = tables(history(TENTH))["city"]["largest_offending_change"]
    assert len(changes) == 12
    assert 0 < changes.max() < 0.1
