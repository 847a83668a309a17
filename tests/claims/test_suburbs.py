"""Suburbs are cities with ordinances of their own, from sourced rates and named assumptions."""

import numpy as np
import pytest

from experiments import compare
from experiments.places import notes
from experiments.settings import regimes_of, settings
from model.city import load_city
from model.city_check import check_city
from model.evidence import load_evidence
from model.layer_files import FOLDER
from model.ordinance import load_regime, regime_names
from tests.claims.worlds import city_sum, history, lively, tables

SUBURBS = {"aurora": 180_542, "oak-lawn": 58_362}


@pytest.mark.parametrize("name", SUBURBS)
def test_a_suburb_is_a_city_like_any_other(name):
    assert check_city(FOLDER / "data" / name) == []
    city = load_city(name)
    assert city.population.tolist() == [SUBURBS[name]]


def rate(name):
    return float(load_evidence()[name].value)


@pytest.mark.parametrize("name", SUBURBS)
def test_recorded_crime_of_a_suburb_is_what_the_nation_reports(name):
    city = load_city(name)
    persons, homes = city.population[0] * 0.864 / 1000, city.households[0] / 1000
    wanted = {
        "sexual_assault": persons * rate("NCVS17_R_RAPE") * rate("NCVS17_P_RAPE") / 100,
        "robbery": persons * rate("NCVS17_R_ROB") * rate("NCVS17_P_ROB") / 100,
        "motor_vehicle_theft": homes * rate("NCVS17_R_MVT") * rate("NCVS17_P_MVT") / 100,
        "burglary": homes * rate("NCVS17_R_BURG") * rate("NCVS17_P_BURG") / 100 / 0.8,
        "theft": homes * rate("NCVS17_R_THEFT") * rate("NCVS17_P_THEFT") / 100 / 0.7,
        "domestic": persons * rate("NCVS17_R_DV") * rate("NCVS17_P_DV") / 100,
        "assault_battery": persons * rate("NCVS17_R_AGG") * rate("NCVS17_P_AGG") / 100
        + persons * rate("NCVS17_R_SIMP") * rate("NCVS17_P_SIMP") / 100,
    }
    for kind, value in wanted.items():
        assert abs(city.recorded[kind][0] - value) <= 0.5, kind


def test_a_city_is_compared_under_its_own_texts_and_those_of_no_place():
    assert regimes_of("aurora") == ("aurora-2019", "full-cooperation", "no-contact")
    assert regimes_of("oak-lawn") == ("oak-lawn-2019", "full-cooperation", "no-contact")
    chicago = regimes_of("chicago")
    assert set(chicago) == set(regime_names()) - {"aurora-2019", "oak-lawn-2019"}
    assert chicago[0] == "welcoming-2012"
    # A town without texts of its own borrows Chicago's.
    assert regimes_of("littletown") == chicago


def test_a_text_of_another_city_is_told_on_the_screen_and_in_the_manifest(capsys):
    texts = ["welcoming-2012", "aurora-2019", "no-contact"]
    made = compare(texts, scale=0.02, years=0.1, replicates=1, decompose=False, progress=False)
    where = "aurora-2019 is a text of Aurora, run here in Chicago"
    said = f"{where}: residents, police and crime are Chicago's"
    assert made.manifest["notes"] == [said]
    assert capsys.readouterr().err == f"note: {said}\n"


@pytest.mark.parametrize(("city", "regimes", "foreign"), [
    ("aurora", None, []),
    ("chicago", None, []),
    ("littletown", ["welcoming-2012", "no-contact"], []),
    ("littletown", ["welcoming-2012", "oak-lawn-2019"], ["oak-lawn-2019"]),
    ("aurora", ["aurora-2019", "welcoming-2021"], ["welcoming-2021"]),
])
def test_a_city_without_texts_of_its_own_borrows_chicagos(city, regimes, foreign):
    asked = settings(
        regimes, baseline=None, years=1, replicates=1, seed=0, scale=1, environment="E3",
        posture="2017-2019", city=city, start=None, parameters=None, timeline=None,
        decompose=False, events=False,
    )
    assert [note.split()[0] for note in notes(asked)] == foreign


def test_every_place_of_a_text_is_a_city():
    for name in regime_names():
        place = load_regime(name).place
        assert place is None or load_city(place).name == place


def test_a_suburbs_statement_differs_from_no_contact_in_reporting_and_custody():
    runs = [
        history(lively(city="aurora", scale=0.1, regime=regime, baseline="aurora-2019"))
        for regime in ("aurora-2019", "no-contact")
    ]
    reported, victims, handed_over = np.array(
        [
            (
                tables(run)["crime"]["reported"].sum(),
                tables(run)["crime"]["victimisations"].sum(),
                tables(run)["detainers"].query("place == 'lock_up'")["honoured"].sum(),
            )
            for run in runs
        ]
    ).T
    assert reported[0] / victims[0] < reported[1] / victims[1]
    assert handed_over[0] > handed_over[1]
    assert all(city_sum(run, "partner_episodes") > 0 for run in runs)
