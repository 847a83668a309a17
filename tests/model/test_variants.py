"""Ordinances that nobody passed are made of those that somebody did."""

import pytest

from model.faults import BadInput
from model.layer_files import load_regime, regime_names
from model.variants import as_text, varied


@pytest.mark.parametrize("name", regime_names())
def test_a_regime_as_text_is_the_regime(name):
    layer = load_regime(name)
    assert load_regime(as_text(layer)) == layer


def test_a_text_that_is_no_layer_is_bad_input():
    with pytest.raises(BadInput):
        load_regime("{}")
    with pytest.raises(BadInput):
        load_regime("{nonsense")


def test_without_classes_the_limits_have_no_exception():
    made = varied(load_regime("welcoming-2012"), {"carve_outs": []}, "none")
    assert made.clauses.carve_outs is None
    assert made.clauses.detainers.value == "judicial warrant only"
    assert made.clauses.information_sharing.value == "lawful order only"


def test_who_is_bound_follows_the_clause_on_agencies():
    made = varied(load_regime("welcoming-2012"), {"all_agencies": "police only"}, "police")
    assert "city_agencies" not in made.binds


@pytest.mark.parametrize(
    ("clauses", "said"),
    [
        ({"detainer": "honour all"}, "did you mean detainers"),
        ({"detainers": "never"}, "found 'never'"),
        ({"database_access": {"ice": "open", "dhs": "closed", "federal": "open"}}, "of which ICE"),
    ],
)
def test_a_variant_that_cannot_be_is_refused(clauses, said):
    with pytest.raises(BadInput, match=said):
        varied(load_regime("welcoming-2012"), clauses, "x")
