"""However long a run, its ledger stays small; events are kept on request only."""

import pickle

import pytest

from model.policy_model import simulate
from tests.claims.worlds import play, scenario, tables, world

TWO_YEARS = scenario({"scale": 0.01, "days": 730, "seed": 2, "environment": "E0"})
BYTES_A_MONTH = 60_000


@pytest.fixture(scope="module")
def ledger():
    population, rates = world(TWO_YEARS)
    return simulate(TWO_YEARS, population=population, rates=rates)


def test_a_month_of_the_ledger_takes_few_bytes_and_no_more_as_years_go_by(ledger):
    sizes = [len(pickle.dumps(month)) for month in ledger._months]
    assert len(sizes) == 24
    assert max(sizes) < BYTES_A_MONTH
    assert sum(sizes[12:]) < 1.1 * sum(sizes[:12])


def test_a_month_of_many_more_events_takes_hardly_more_bytes():
    one, ten = (
        play(TWO_YEARS.but(days=31, parameters={"exposure": exposure})) for exposure in (1.0, 10.0)
    )
    small, large = (len(pickle.dumps(run._months[0])) for run in (one, ten))
    counted = [tables(run)["crime"]["victimisations"].sum() for run in (one, ten)]
    assert counted[1] > 5 * counted[0] > 0
    assert large < 1.3 * small


def test_events_are_let_go_unless_asked_for(ledger):
    assert ledger._kept == ledger._today == []
    with pytest.raises(ValueError, match="event_log=True"):
        ledger.events()


def test_the_event_log_changes_no_count(ledger):
    short = TWO_YEARS.but(days=60)
    population, rates = world(short)
    without = simulate(short, population=population, rates=rates).frames()
    with_log = play(short)
    assert len(with_log.events()["incident"]) > 0
    assert all(without[name].equals(table) for name, table in with_log.frames().items())


def test_offenders_and_residents_turn_over_each_year(ledger):
    months = tables(ledger)["people"].groupby("month")["residents"].sum()
    assert months.index.tolist() == sorted(months.index)
    assert months.nunique() > 1
    assert months.min() > 0.97 * world(TWO_YEARS).population.n
