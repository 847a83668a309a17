"""The ledger counts what is logged, month by month."""

import datetime as dt

import numpy as np
import pytest

from model.ledger import (
    BY_BYSTANDER,
    BY_VICTIM,
    CLEARED,
    CONTACTS,
    FOUND,
    SURVEYED,
    Ledger,
    carve_out,
)
from model.schema import CARVE_OUTS, CHANNELS, CRIMES, STATUSES
from tests.claims.worlds import lively, world

DAY = dt.date(2022, 1, 31)
NOBODY = np.empty(0, np.int64)
THEFT = CRIMES["theft"]


@pytest.fixture(scope="module")
def people():
    return world(lively()).population


def closed(ledger, day=DAY, away=NOBODY, **flows):
    ledger.close_month(day, day.day, away, flows)
    return ledger.frames()


def many(value, n=2):
    return np.full(n, value, np.int64)


def test_a_fate_counts_under_every_outcome_that_it_has(people):
    ledger = Ledger(people)
    fates = np.array(
        [0, BY_VICTIM, BY_VICTIM | BY_BYSTANDER | CLEARED, FOUND | SURVEYED, SURVEYED]
    )
    ledger.log("incident", DAY.toordinal(), many(3, 5), many(THEFT, 5), fates)
    crime = closed(ledger)["crime"]
    counts = crime.drop(columns=["month", "status", "ethnicity", "crime"])
    assert counts.sum().to_dict() == {
        "victimisations": 5,
        "reported_by_victim": 2,
        "reported_by_bystander": 1,
        "found_by_police": 1,
        "reported": 3,
        "unreported": 2,
        "cleared": 1,
        "survey_victimisations": 2,
        "survey_reported": 1,
    }
    row = crime[crime["victimisations"] > 0]
    assert row["status"].tolist() == [STATUSES.names[people.status[3]]]
    assert row["crime"].tolist() == ["theft"]


def test_events_of_an_area_are_counted_there(people):
    ledger = Ledger(people)
    first = people.area_start[[4, 9]].astype(np.int64)
    ledger.log("contact", DAY.toordinal(), first, CONTACTS.index("stops"))
    table = closed(ledger)["people_area"]
    stopped = table[table["stops"] > 0]
    assert stopped["area"].tolist() == people.city.numbers[[4, 9]].tolist()
    assert table["residents"].sum() == people.n


def test_who_is_away_is_no_resident(people):
    ledger = Ledger(people)
    frames = closed(ledger, away=np.array([1, 7]))
    for name in ("people", "people_area"):
        assert frames[name]["residents"].sum() == people.n - 2
        assert frames[name]["person_days"].sum() == 31 * (people.n - 2)


def test_an_arrest_is_a_meeting_too(people):
    ledger = Ledger(people)
    channel = CHANNELS["raid_target"]
    arrested = np.array([True, False, True])
    ledger.log("encounter", 1, np.array([2, 2, 2]), many(channel, 3), arrested, 0)
    row = closed(ledger)["encounters"].iloc[0]
    assert (row["channel"], row["met"], row["arrested"]) == ("raid_target", 3, 2)
    month = ledger.closed_months()[0]
    assert (month["encounters"], month["ice_arrests"], month["hand_overs"]) == (3, 2, 0)


def test_a_month_starts_from_nothing(people):
    ledger = Ledger(people)
    ledger.log("incident", 1, many(3), many(THEFT), many(BY_VICTIM))
    ledger.add("families_separated", 2)
    ledger.weigh("trust", many(3), np.array([0.5, 0.25]))
    closed(ledger)
    frames = closed(ledger, dt.date(2022, 2, 28))
    by_month = frames["crime"].groupby("month")["victimisations"].sum()
    assert by_month.to_dict() == {"2022-01": 2, "2022-02": 0}
    assert frames["people"].groupby("month")["trust"].sum().tolist() == [0.75, 0.0]
    assert frames["city"]["families_separated"].tolist() == [2.0, 0.0]


def test_sums_that_come_in_parts_are_added(people):
    ledger = Ledger(people)
    for amount in (1, 2.5):
        ledger.add("homicide_hazard", amount)
    assert closed(ledger)["city"]["homicide_hazard"].tolist() == [3.5]
    assert ledger.total("city", "homicide_hazard") == 3.5


def test_the_log_gives_back_what_was_logged(people):
    ledger = Ledger(people, event_log=True)
    ledger.log("detainer", 8, np.array([4, 5]), 1, np.array([0, 2]), np.array([0, 4]))
    ledger.log("detainer", 9, NOBODY, 1, 0, NOBODY)
    closed(ledger)
    ledger.log("detainer", 40, np.array([6]), 2, 1, 1)
    assert ledger.events()["detainer"].to_dict("list") == {
        "day": [8, 8, 40],
        "person": [4, 5, 6],
        "place": [1, 1, 2],
        "outcome": [0, 2, 1],
        "flags": [0, 4, 1],
    }
    assert len(ledger.events()["incident"]) == 0


def test_without_a_log_events_are_let_go(people):
    ledger = Ledger(people)
    ledger.log("incident", 1, many(3), many(THEFT), many(0))
    closed(ledger)
    with pytest.raises(ValueError, match="event_log=True"):
        ledger.events()


def test_the_whole_citys_counts_are_the_sums_of_the_tables(people):
    ledger = Ledger(people)
    ledger.log("contact", 1, np.arange(5), CONTACTS.index("calls_needed"))
    ledger.log("incident", 1, many(3), many(THEFT), many(BY_VICTIM))
    frames = closed(ledger, work_days_lost=np.full(30, 0.5))
    month = ledger.closed_months()[0]
    assert month["residents"] == frames["people"]["residents"].sum()
    assert month["calls_needed"] == 5 == frames["people"]["calls_needed"].sum()
    assert month["reported"] == 2
    assert month["work_days_lost"] == 15.0 == frames["people"]["work_days_lost"].sum()


def test_carve_out_classes_are_named():
    assert carve_out(0) == "none"
    both = 1 << CARVE_OUTS["felony_pending"] | 1 << CARVE_OUTS["gang_database"]
    assert carve_out(both) == "felony_pending+gang_database"
