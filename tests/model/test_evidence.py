"""The table of evidence: every row has its use, and no interval leaves out its figure."""

import shutil

import pytest

from model.evidence import EVIDENCE_FILE, ROLES, load_evidence
from model.faults import BadInput
from model.references import bibtex, works
from model.registry import load_parameters


def test_every_row_is_input_target_validation_or_context():
    roles = {row.role for row in load_evidence().values()}
    assert roles == set(ROLES)


@pytest.mark.parametrize(
    ("old", "new", "key", "words"),
    [
        ("-30,-47,-13", "-30,-20,-13", "GJW_REP.value", "-20 to -13 leaves out -30"),
        ("2024,yes,calibration", "2024,yes,calibrate", "GJW_REP.role", "did you mean calibration"),
    ],
)
def test_a_wrong_row_is_told_by_file_line_and_key(tmp_path, old, new, key, words):
    copy = tmp_path / "evidence.csv"
    shutil.copy(EVIDENCE_FILE, copy)
    text = copy.read_text()
    assert old in text
    copy.write_text(text.replace(old, new, 1))
    with pytest.raises(BadInput) as error:
        load_evidence(copy)
    (fault,) = error.value.faults
    assert fault.key == key and fault.line > 1 and "evidence.csv" in fault.file
    assert words in str(fault)


def test_every_figure_that_a_parameter_names_has_a_citation():
    registry, table = load_parameters(), load_evidence()
    named = {s.strip() for n in registry for s in registry.entry(n).source.split(",")}
    rows = [table[name] for name in sorted(named & set(table))]
    text = bibtex(rows)
    assert len(rows) > 30
    assert text.count("{") == text.count("}") and text.count("\n@") + 1 <= len(rows)
    for row in rows:
        assert f"{{{row.id}," in text or row.id.split("_")[0] in works(), row.id


def test_a_work_entered_by_hand_stands_for_its_row():
    assert "Weisburst" in bibtex([load_evidence()["GJW_REP"]])
