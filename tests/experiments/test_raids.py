"""Raids written as text."""

import pytest

from experiments import compare
from experiments.raids import raid_of, raid_text
from model.faults import BadInput
from model.scenario import scenario


def test_a_raid_and_its_text_are_one():
    raid = raid_of("begins=2022-03-10, announced=2022-03-01, visits=300, leaked")
    assert (str(raid.begins), str(raid.announced)) == ("2022-03-10", "2022-03-01")
    assert (raid.visits, raid.leaked, raid.called_off) == (300, True, False)
    assert raid_of(raid_text(raid)) == raid


def test_a_raid_is_held_against_the_run_and_not_against_the_default_year():
    raid = raid_of("begins=2018-01-05")
    assert scenario({"start": "2018-01-01", "days": 30, "raids": [raid]}).raids == (raid,)
    with pytest.raises(BadInput, match="a day of it from 2022"):
        scenario({"raids": [raid]})


def test_a_raid_is_announced_when_it_begins_unless_told_otherwise():
    assert str(raid_of("begins=2022-03-10").announced) == "2022-03-10"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("announced=2022-03-01", "a raid as begins="),
        ("begins=2022-03-10,visit=3", "did you mean visits"),
        ("begins=tomorrow", "a date as"),
        ("begins=2022-03-10,visits=-1", "at least 0 and at most 100,000"),
        ("begins=2022-03-10,visits", "visits=VALUE"),
        ("begins=2022-03-10,begins=2022-03-11", "twice"),
        ("", "a raid as begins="),
    ],
)
def test_a_raid_that_is_none_is_told_in_a_line(text, says):
    with pytest.raises(BadInput) as caught:
        raid_of(text)
    assert says in str(caught.value)


def test_a_raid_alarms_and_stands_in_the_command_and_the_manifest():
    options = dict(city="littletown", scale=1, years=0.1, seed=3, replicates=1, progress=False,
                   environment="E0", posture="low",
                  processes=1)
    raid = "begins=2022-01-03,announced=2022-01-01,visits=60000"
    with_raid = compare(["welcoming-2012"], raids=[raid], decompose=False, **options)
    without = compare(["welcoming-2012"], decompose=False, **options)
    texts = with_raid.manifest["raids"]
    assert [raid_of(text) for text in texts] == [raid_of(raid)]
    assert f"--raid {texts[0]}" in with_raid.manifest["command"]

    def days_lost(done):
        levels = done.contrasts.query("outcome == 'work_days_lost' and by == 'all'")
        return levels["estimate"].item()

    assert days_lost(with_raid) > days_lost(without)
