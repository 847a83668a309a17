"""Federal postures: settings with their sources, and no cell of the law."""

import pytest

from model.faults import BadInput
from model.layer_files import FOLDER
from model.ordinance import Stack
from model.posture import load_posture, posture_names

POSTURES = ("low", "2011-secure-communities", "2015-priority", "2017-2019", "2025-surge")
TEXT = (FOLDER / "postures" / "2017-2019.toml").read_text()


def test_the_postures_of_the_specification_are_there():
    assert set(posture_names()) >= set(POSTURES)


@pytest.mark.parametrize("name", POSTURES)
def test_a_posture_seeks_graver_convictions_at_least_as_much(name):
    posture = load_posture(name)
    assert posture.name == name
    assert len(posture.lodge) == len(posture.target_weight) == 4
    assert list(posture.lodge) == sorted(posture.lodge)
    assert list(posture.target_weight) == sorted(posture.target_weight)
    assert all(0 <= chance <= 1 for chance in posture.lodge)


def test_capacity_at_large_orders_the_postures_and_meets_its_sources():
    at_large = {name: load_posture(name).at_large_percent for name in POSTURES}
    assert at_large["low"] == min(at_large.values())
    assert 0.1 <= at_large["2017-2019"] <= 0.4, "D_AOR_RATE, TRAC_SRC"
    assert 2 <= at_large["2025-surge"] <= 6, "MIDWAY_N"


@pytest.mark.parametrize("name", POSTURES)
def test_a_posture_is_a_federal_layer_that_limits_no_one(name):
    layer = load_posture(name).layer
    assert layer.level == "federal"
    assert Stack((layer,)).openness == 1.0


def test_courthouses_are_off_in_the_default_posture():
    assert not load_posture("2017-2019").courthouse
    assert load_posture("2017-2019") == load_posture("2017-2019")
    assert hash(load_posture("low")) != hash(load_posture("2025-surge"))


def test_someone_elses_posture_is_a_file_given_by_path(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(TEXT.replace('name = "2017-2019"', 'name = "mine"'))
    assert load_posture(path).name == "mine"


@pytest.mark.parametrize(
    ("old", "new", "key", "words"),
    [
        ("at_large_percent = 0.25", "at_large_percent = -1", "at_large_percent", "at least 0 and"),
        ("at_large_percent = 0.25", "at_large_percent = nan", "at_large_percent", "finite number"),
        ("at_large_percent = 0.25", 'at_large_percent = "1"', "at_large_percent", "a number, at"),
        ("lodge = [0.8", "lodge = [1.8", "lodge.0", "at least 0 and at most 1"),
        ("lodge = [0.8, ", "lodge = [", "lodge.3", "four numbers"),
        ("raids_per_year = 2", "raids_per_year = 2.5", "raids_per_year", "whole number"),
        ("courthouse = false", "courthouse = 0", "courthouse", "true or false"),
        ("courthouse", "court_house", "court_house", "mean courthouse"),
        ("ICE_CRIM17, ", "ICE_CRIM, ", "source", "mean ICE_CRIM17"),
        ("[1.0, 2.0, 4.0, 5.0]", "[0.0, 0.0, 0.0, 0.0]", "target_weight", "above 0"),
    ],
)
def test_a_wrong_posture_is_told_by_file_line_and_key(tmp_path, old, new, key, words):
    head, _, body = TEXT.partition("name =")
    assert old in body
    text = f"{head}name ={body.replace(old, new, 1)}"
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(BadInput) as error:
        load_posture(path)
    fault = next(fault for fault in error.value.faults if fault.key == key)
    assert fault.file == str(path)
    assert text.splitlines()[fault.line - 1].startswith(key.split(".")[0])
    assert words in str(fault)


def test_an_unknown_posture_is_refused_with_the_nearest_name():
    with pytest.raises(BadInput, match="did you mean 2025-surge"):
        load_posture("2025-surg")
