"""The registry: every parameter has a range and a source, and nothing wrong gets in."""

import pickle

import pytest

from model.evidence import ASSUMPTION, load_evidence
from model.faults import BadInput
from model.registry import load_parameters

ENTRY = {
    "default": "0.6",
    "unit": '"logit"',
    "low": "0.0",
    "high": "3.0",
    "distribution": '"truncated normal(0.6, 0.6)"',
    "status": '"assumed"',
    "source": '"GJW_REP"',
    "meaning": '"A slope."',
}


def folder(tmp_path, text=None, **changes):
    fields = ENTRY | changes
    body = "\n".join(f"{key} = {value}" for key, value in fields.items() if value is not None)
    (tmp_path / "one.toml").write_text(text if text is not None else f"[beta]\n{body}\n")
    return tmp_path


def faults(tmp_path, text=None, **changes):
    with pytest.raises(BadInput) as error:
        load_parameters(folder=folder(tmp_path, text, **changes))
    return error.value.faults


def test_the_models_own_parameters_load_each_with_a_known_source():
    parameters = load_parameters()
    assert len(parameters) > 20
    for name in parameters:
        entry = parameters.entry(name)
        assert entry.low <= parameters[name] <= entry.high
        for source in entry.source.split(","):
            assert source.strip() == ASSUMPTION or source.strip() in load_evidence()


def test_parameters_are_values_frozen_hashable_and_picklable(tmp_path):
    parameters = load_parameters({"beta": 1}, folder(tmp_path))
    assert parameters.beta == parameters["beta"] == 1.0
    assert isinstance(parameters.beta, float)
    copy = pickle.loads(pickle.dumps(parameters))
    assert copy == parameters
    assert hash(copy) == hash(parameters)
    assert copy.entry("beta").unit == "logit"
    with pytest.raises(AttributeError, match="frozen"):
        parameters.beta = 2.0
    with pytest.raises(AttributeError, match="frozen"):
        del parameters.beta
    with pytest.raises(AttributeError, match="did you mean beta"):
        parameters.betta  # noqa: B018


def test_but_changes_a_copy_and_checks_it(tmp_path):
    parameters = load_parameters(folder=folder(tmp_path))
    assert parameters.but(beta=2.0).beta == 2.0
    assert parameters.beta == 0.6
    with pytest.raises(BadInput, match="from 0 to 3"):
        parameters.but(beta=4.0)


@pytest.mark.parametrize("value", [3.5, -0.1, float("nan"), float("inf"), "1", True, None])
def test_an_override_that_is_out_of_range_or_no_number_is_refused(tmp_path, value):
    with pytest.raises(BadInput, match="beta: found .*; allowed: a number from 0 to 3"):
        load_parameters({"beta": value}, folder(tmp_path))


def test_an_unknown_override_is_refused_with_the_nearest_name(tmp_path):
    with pytest.raises(BadInput, match="betta: unknown parameter.*did you mean beta"):
        load_parameters({"betta": 1.0}, folder(tmp_path))


@pytest.mark.parametrize(
    ("changes", "line", "key", "words"),
    [
        ({"default": "3.5"}, 2, "beta.default", "from low = 0 to high = 3"),
        ({"default": '"0.6"'}, 2, "beta.default", "allowed: a number"),
        ({"default": "true"}, 2, "beta.default", "allowed: a number"),
        ({"low": "nan"}, 4, "beta.low", "a finite number"),
        ({"high": "inf"}, 5, "beta.high", "a finite number"),
        ({"distribution": '"unifrom(0, 1)"'}, 6, "beta.distribution", "did you mean uniform"),
        ({"distribution": '"uniform(0)"'}, 6, "beta.distribution", "uniform"),
        ({"status": '"measurd"'}, 7, "beta.status", "did you mean measured"),
        ({"source": '"GJW_RP"'}, 8, "beta.source", "did you mean GJW_REP"),
        ({"source": '""'}, 8, "beta.source", "at least 1 character"),
        ({"source": None}, 1, "beta.source", "evidence ids"),
        ({"meening": '"x"'}, 10, "beta.meening", "did you mean meaning"),
    ],
)
def test_a_wrong_entry_is_told_by_file_line_and_key(tmp_path, changes, line, key, words):
    (fault,) = faults(tmp_path, **changes)
    assert (fault.file, fault.line, fault.key) == (str(tmp_path / "one.toml"), line, key)
    assert words in str(fault)


def test_every_fault_of_every_file_is_told_at_once(tmp_path):
    folder(tmp_path, default="9.0", source='"NOBODY"')
    (tmp_path / "two.toml").write_text("[gamma]\ndefault = 1\n")
    with pytest.raises(BadInput) as error:
        load_parameters(folder=tmp_path)
    keys = {fault.key for fault in error.value.faults}
    assert {"beta.default", "beta.source", "gamma.unit", "gamma.meaning"} <= keys


def test_a_parameter_stated_in_two_files_is_refused_and_both_places_are_named(tmp_path):
    text = (folder(tmp_path) / "one.toml").read_text()
    (tmp_path / "two.toml").write_text(f"# again\n{text}")
    with pytest.raises(BadInput) as error:
        load_parameters(folder=tmp_path)
    (fault,) = error.value.faults
    assert (fault.file, fault.line) == (str(tmp_path / "two.toml"), 2)
    assert f"{tmp_path / 'one.toml'}:1" in fault.found


@pytest.mark.parametrize("name", ["entry", "keys", "_hidden", "two-words"])
def test_a_name_that_cannot_be_an_attribute_is_refused(tmp_path, name):
    (fault,) = faults(tmp_path, f"['{name}']\ndefault = 1\n")
    assert "another name" in str(fault)


def test_evidence_keeps_the_mark_of_what_was_not_checked():
    evidence = load_evidence()
    assert len(evidence) > 150
    assert evidence["NCVS17_P_ROB"].is_checked
    assert evidence["NCVS19_P_TYPES"].checked == "no"
    assert not evidence["GANG_N"].is_checked, "its exact count is from memory, as its note says"
