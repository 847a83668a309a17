"""Every count has its denominator: what must add up adds up, in every month of every table."""

import numpy as np
import pandas as pd
import pytest

from model.ledger import AREA_OUTCOMES, CLEARED, DETAINER_OUTCOMES, FOUND, REPORTED
from model.schema import CHANNELS, HAND_OVER_CHANNELS, STATUSES
from model.state import NEVER
from tests.claims.worlds import city_sum, events, history, lively, model_of, tables

REGIMES = ("full-cooperation", "welcoming-2012", "no-contact")
HANDED_OVER = [CHANNELS.names[code] for code in HAND_OVER_CHANNELS]
CITIZENS = ("us_born", "naturalized")


@pytest.fixture(params=REGIMES)
def ledger(request):
    # From mid-January: the first month is not whole.
    return history(lively(regime=request.param, posture="2025-surge", start="2022-01-16", days=120))


def by_month(table: pd.DataFrame, *outcomes: str) -> pd.DataFrame:
    return table.groupby("month")[list(outcomes)].sum()


def test_victimisations_are_reported_or_unreported(ledger):
    crime = tables(ledger)["crime"]
    assert crime["unreported"].sum() > 1000 < crime["reported"].sum()
    assert (crime["victimisations"] == crime["reported"] + crime["unreported"]).all()


def test_reports_are_a_union_of_their_origins(ledger):
    crime = tables(ledger)["crime"]
    origins = crime[["reported_by_victim", "reported_by_bystander", "found_by_police"]]
    assert (origins.sum() > 0).all()
    assert (origins.le(crime["reported"], axis=0)).all(axis=None)
    assert (crime["reported"] <= origins.sum(axis=1)).all()
    # Some reach the police by two ways: else the union would be a sum.
    assert crime["reported"].sum() < origins.sum().sum()


def test_only_reported_crimes_are_cleared(ledger):
    crime = tables(ledger)["crime"]
    assert crime["cleared"].sum() > 0
    assert (crime["cleared"] <= crime["reported"]).all()


def test_the_survey_hears_of_a_part_of_what_happened(ledger):
    crime = tables(ledger)["crime"]
    assert 0 < crime["survey_victimisations"].sum() < crime["victimisations"].sum()
    assert (crime["survey_victimisations"] <= crime["victimisations"]).all()
    assert (crime["survey_reported"] <= crime["survey_victimisations"]).all()
    assert (crime["survey_reported"] <= crime["reported"]).all()


def test_crimes_by_area_are_crimes_by_group(ledger):
    frames = tables(ledger)
    for keys in ("month", "crime"):
        area, group = (
            frames[name].groupby(keys)[list(AREA_OUTCOMES)].sum()
            for name in ("crime_area", "crime")
        )
        pd.testing.assert_frame_equal(area, group, check_dtype=False)


def test_residents_and_contacts_by_area_are_those_by_group(ledger):
    frames = tables(ledger)
    same = ("residents", "person_days", "stops", "arrests")
    area, group = (by_month(frames[name], *same) for name in ("people_area", "people"))
    assert (group > 0).all(axis=None)
    pd.testing.assert_frame_equal(area, group, check_dtype=False)


def test_encounters_by_channel_are_those_by_area(ledger):
    frames = tables(ledger)
    by_channel = by_month(frames["encounters"], "met")["met"]
    by_area = by_month(frames["people_area"], "encounters")["encounters"]
    assert by_area.gt(0).all()
    assert by_channel.to_dict() == by_area.to_dict()
    assert (frames["encounters"]["arrested"] <= frames["encounters"]["met"]).all()


def test_detainers_are_honoured_lapsed_declined_or_pending(ledger):
    by = by_month(tables(ledger)["detainers"], "lodged", "honoured", "lapsed", "declined").cumsum()
    pending = tables(ledger)["city"].set_index("month")["detainers_pending"].cumsum()
    assert by["lodged"].iloc[-1] > 10
    assert by[["honoured", "declined"]].iloc[-1].max() > 5
    assert (by["lodged"] == by["honoured"] + by["lapsed"] + by["declined"] + pending).all()
    assert (pending >= 0).all()


def test_pending_detainers_are_those_of_persons_in_custody():
    model = model_of(lively(regime="no-contact", posture="2025-surge", days=40))
    ledger = model.run()
    inside = [booking for places in model.state.custody.values() for booking in places]
    assert city_sum(ledger, "detainers_pending") == sum(b.lodged.sum() for b in inside) > 0


def test_hand_overs_of_noncitizens_are_their_honoured_detainers(ledger):
    frames = tables(ledger)
    met = frames["encounters"].loc[lambda t: t["channel"].isin(HANDED_OVER)]
    met = met.rename(columns={"channel": "place"})
    honoured = frames["detainers"].loc[lambda t: t["honoured"] > 0]
    assert honoured["honoured"].sum() > 5
    keys = ["month", "place", "status", "conviction", "carve_out"]
    one, other = (
        table.groupby(keys)[column].sum()
        for table, column in ((met, "met"), (honoured, "honoured"))
    )
    assert one.to_dict() == other.to_dict()
    citizen = met["status"].isin(CITIZENS)
    assert (met.loc[~citizen, "arrested"] == met.loc[~citizen, "met"]).all()
    assert (met.loc[citizen, "arrested"] == 0).all()


def test_no_citizen_is_ever_arrested_by_ice(ledger):
    table = tables(ledger)["encounters"]
    citizen = table["status"].isin(CITIZENS)
    assert table.loc[citizen, "met"].sum() > 10
    assert table.loc[citizen, "arrested"].sum() == 0


def test_a_citizen_who_is_held_by_mistake_is_met_and_let_go():
    often = {"exposure": 60.0, "hand_over_percent": 1.0}
    model = model_of(lively(regime="full-cooperation", scale=0.02, days=60, parameters=often))
    met = events(model.run(), "encounter")
    status = model.population.status[met[:, 1]]
    held = np.isin(met[:, 2], HAND_OVER_CHANNELS)
    citizen = status <= STATUSES["naturalized"]
    assert (held & citizen).sum() > 0 == met[citizen, 3].sum()
    assert met[held & ~citizen, 3].all()


def test_what_police_alone_found_can_be_cleared(ledger):
    fate = events(ledger, "incident")[:, 3]
    alone = (fate & REPORTED) == FOUND
    assert 0 < (fate[alone] & CLEARED > 0).sum() < alone.sum()


def test_calls_made_are_among_those_needed(ledger):
    people = tables(ledger)["people"]
    assert 0 < people["calls_made"].sum() < people["calls_needed"].sum()
    assert (people["calls_made"] <= people["calls_needed"]).all()


def test_residents_and_those_away_are_all():
    model = model_of(lively(regime="full-cooperation", posture="2025-surge", days=59))
    seen = 0
    while model.running:
        model.step()
        if model._month_days == 0:
            away = int((model.state.away_until > model.today.day).sum())
            month = model.ledger.closed_months()[-1]
            assert month["residents"] + away == model.population.n
            seen += away > 10
    assert seen == 2
    assert (model.state.away_until == NEVER).any()


def test_person_days_are_residents_by_the_simulated_days_of_the_month(ledger):
    people = tables(ledger)["people"]
    days = people["month"].map({"2022-01": 16, "2022-02": 28, "2022-03": 31, "2022-04": 30})
    days = days.fillna(15)  # mid-May ends the run
    assert (people["person_days"] == people["residents"] * days).all()
    assert people["month"].nunique() == 5


def test_the_tables_count_the_events_of_the_log(ledger):
    frames = tables(ledger)
    counted = {
        "incident": frames["crime"]["victimisations"].sum(),
        "contact": frames["people"][
            ["stops", "arrests", "status_questions", "calls_needed", "calls_made"]
        ].to_numpy().sum(),
        "detainer": frames["detainers"][list(DETAINER_OUTCOMES)].to_numpy().sum(),
        "encounter": frames["encounters"]["met"].sum(),
    }
    assert counted == {kind: len(events(ledger, kind)) for kind in counted}


def test_nobody_is_taken_twice_in_a_day(ledger):
    met = events(ledger, "encounter")
    taken = met[met[:, 3] == 1][:, :2]
    assert len(taken) > 20
    assert len(np.unique(taken, axis=0)) == len(taken)
