"""Layers as files: every shipped one is complete, every wrong one refused where it is wrong."""

import re
import tomllib
from pathlib import Path

import pytest

from model.faults import BadInput
from model.layer import (
    ACTIONS,
    ACTORS,
    LEVELS,
    RECIPIENTS,
    TIERS,
    Action,
    Actor,
    CarveOut,
    Layer,
    Level,
    Recipient,
    Tier,
)
from model.layer_files import FOLDER
from model.ordinance import (
    describe,
    difference,
    law_names,
    layer_schema,
    load_law,
    load_regime,
    regime_names,
)
from model.schema import CARVE_OUTS

REGIMES = {
    "full-cooperation",
    "welcoming-2012",
    "ice-ban-2019",
    "dhs-ban",
    "welcoming-2021",
    "no-contact",
    "proposal-2025",
    "aurora-2019",
    "oak-lawn-2019",
}
TEXT_2012 = (FOLDER / "ordinances" / "welcoming-2012.toml").read_text()


def refused(tmp_path, *edits, text=TEXT_2012):
    """Faults of the 2012 text after some edits, each of which must find its place."""
    for old, new in edits:
        assert old in text, f"nothing to edit: {old!r}"
        text = text.replace(old, new, 1)
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(BadInput) as error:
        load_regime(path)
    for fault in error.value.faults:
        assert fault.file == str(path)
    return error.value.faults, text.splitlines()


def test_all_regimes_of_the_specification_are_there():
    assert set(regime_names()) >= REGIMES


@pytest.mark.parametrize("name", sorted(REGIMES))
def test_every_regime_loads_and_each_clause_names_its_text(name):
    regime = load_regime(name)
    assert (regime.name, regime.level) == (name, "city")
    raw = tomllib.loads((FOLDER / "ordinances" / f"{name}.toml").read_text())["clauses"]
    assert len(raw) >= 9
    for clause in raw.values():
        assert clause["text"].strip()
        assert clause["says"].strip()
    assert len(describe(regime)) >= 2 + len(raw)


@pytest.mark.parametrize("name", ["cook-county-2011", "trust-2017", "way-forward-2021"])
def test_state_and_county_layers_state_cells_with_their_texts(name):
    layer = load_law(name)
    assert name in law_names()
    assert layer.level in ("state", "county")
    assert layer.cells
    assert all(cell.text and cell.says for cell in layer.cells)


def test_the_words_of_a_layer_are_those_of_the_schema():
    assert CarveOut.__args__ == CARVE_OUTS.names
    assert Actor.__args__ == ACTORS.names
    assert Action.__args__ == ACTIONS.names
    assert Recipient.__args__ == RECIPIENTS.names
    assert Level.__args__ == LEVELS.names
    assert Tier.__args__ == TIERS.names


def test_the_2012_carve_outs_are_the_four_of_the_ordinance():
    assert load_regime("welcoming-2012").clauses.carve_outs.value == CARVE_OUTS.names[:4]


def test_someone_elses_ordinance_is_a_file_given_by_path(tmp_path, monkeypatch):
    path = tmp_path / "mine.toml"
    path.write_text(TEXT_2012.replace('name = "welcoming-2012"', 'name = "mine"'))
    assert load_regime(path).name == "mine"
    monkeypatch.chdir(tmp_path)
    assert load_regime("mine.toml").name == load_regime("./mine.toml").name == "mine"


def test_an_unknown_regime_is_refused_with_the_nearest_name():
    with pytest.raises(BadInput, match="did you mean welcoming-2012"):
        load_regime("welcome-2012")


def test_a_state_layer_is_no_regime():
    with pytest.raises(BadInput, match="a state layer; allowed: a city's ordinance"):
        load_regime(FOLDER / "laws" / "trust-2017.toml")


@pytest.mark.parametrize(
    ("old", "new", "key", "words"),
    [
        ("[clauses.detainers]", "[clauses.detainer]", "clauses.detainer", "mean detainers"),
        ("checked =", "cheked =", "clauses.detainers.cheked", "mean checked"),
        ('"carve-out classes only"', '"carve-outs only"', "clauses.detainers.value", "mean carve"),
        ('"felony_pending"', '"felony_pendin"', "clauses.carve_outs.value.2", "mean felony_p"),
        ('"felony_pending"', "7", "clauses.carve_outs.value.2", "found 7"),
        ('ice = "open"', 'ice = "opened"', "clauses.database_access.value.ice", "mean open"),
        ('ice = "open"', "ice = true", "clauses.database_access.value.ice", "found True"),
        ("dhs =", "dhss =", "clauses.database_access.value.dhss", "mean dhs"),
        ('"records"', '"record"', "binds.2", "mean records"),
        ('level = "city"', 'level = "town"', "level", "federal, state, county, city"),
        ("in_force = 2012-09-12", 'in_force = "2012"', "in_force", "a date as 2022-01-01"),
        ("title =", "titel =", "titel", "mean title"),
    ],
)
def test_a_misspelling_is_told_at_its_line_with_the_nearest_name(tmp_path, old, new, key, words):
    faults, lines = refused(tmp_path, (old, new))
    fault = next(fault for fault in faults if fault.key == key)
    assert words in str(fault)
    assert new in lines[fault.line - 1]
    assert re.match(rf"{re.escape(str(tmp_path))}.*:{fault.line}: {key}: ", str(fault))


CLASSES_ONLY = '"carve-out classes only"'
NO_CLASSES = re.compile(r"\[clauses\.carve_outs\]\n(.+\n)+\n")
CELL = '\n[[cells]]\nactors = ["patrol"]\nactions = ["join"]\ntext = "x"\nsays = "x"\n'
CELL += 'checked = "memory"\nlevel = '


@pytest.mark.parametrize(
    ("edits", "key", "words"),
    [
        (
            [(CLASSES_ONLY, '"honour all"'), (CLASSES_ONLY, '"unrestricted"')],
            "clauses.carve_outs.value",
            "no clause refers to them",
        ),
        ([('dhs = "open"', 'dhs = "closed"')], "clauses.database_access.value", "is a part"),
        ([(', "city_agencies"]', "]")], "clauses.all_agencies.value", "every city agency"),
        ([('"felony_pending"', '"felony_conviction"')], "clauses.carve_outs.value.2", "twice"),
        ([('"patrol", "records"', '"patrol", "jail"')], "binds.2", "a city layer binds jail"),
        (
            [("The city does not impede", "Joint operations are banned:")],
            "clauses.stated_only.value.0",
            "the clause joint_operations",
        ),
    ],
)
def test_a_contradiction_is_refused_at_its_line(tmp_path, edits, key, words):
    faults, lines = refused(tmp_path, *edits)
    fault = next(fault for fault in faults if fault.key == key)
    assert words in str(fault)
    assert lines[fault.line - 1].split("=")[0].strip() in {*key.split("."), "value"}


def test_classes_that_a_clause_needs_must_be_listed(tmp_path):
    faults, _ = refused(tmp_path, text=NO_CLASSES.sub("", TEXT_2012))
    keys = {fault.key for fault in faults}
    assert keys == {"clauses.detainers.value", "clauses.information_sharing.value"}


@pytest.mark.parametrize(
    ("level", "words"),
    [
        ('"prohibited"\n', "allowed by joint_operations"),
        ('"carve_outs"\n', "with classes"),
        (f'"allowed"\n{CELL}"prohibited"\n', "patrol join is allowed above and prohibited here"),
    ],
)
def test_a_cell_that_denies_its_clause_or_another_cell_is_refused(tmp_path, level, words):
    faults, _ = refused(tmp_path, text=TEXT_2012 + CELL + level)
    assert any(words in fault.found for fault in faults)
    assert all(fault.key.startswith("cells.") for fault in faults)


def test_a_cell_of_an_institution_that_is_not_bound_is_refused(tmp_path):
    text = TEXT_2012 + CELL.replace("patrol", "jail") + '"prohibited"\n'
    faults, _ = refused(tmp_path, text=text)
    assert any("jail is not bound" in fault.found for fault in faults)


def test_a_difference_is_told_in_plain_words():
    told = difference(load_regime("welcoming-2012"), load_regime("welcoming-2021"))
    assert "Detainers: honoured for four classes -> only on a judge's warrant" in told
    assert "Joint operations: allowed -> prohibited" in told
    assert not any(line.startswith("Asking for status") for line in told)


@pytest.mark.parametrize("name", sorted(REGIMES))
def test_a_regime_does_not_differ_from_itself_and_differs_from_the_others(name):
    assert difference(load_regime(name), load_regime(name)) == []
    for other in REGIMES - {name}:
        assert difference(load_regime(name), load_regime(other)), other


def test_the_json_schema_knows_every_key_of_every_shipped_layer():
    schema = layer_schema()
    clauses = schema["$defs"]["Clauses"]["properties"]
    assert schema["additionalProperties"] is False
    assert set(clauses) == set(Layer.model_fields["clauses"].annotation.__args__[0].model_fields)
    for path in (FOLDER / "ordinances").glob("*.toml"):
        raw = tomllib.loads(Path(path).read_text())
        assert set(raw) <= set(schema["properties"])
        assert set(raw["clauses"]) <= set(clauses)
