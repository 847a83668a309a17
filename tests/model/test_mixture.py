"""Mixed ordinances: whole texts at both ends, contradictions read as a court would."""

from itertools import combinations, product

import pytest

from model.contradictions import contradictions
from model.faults import BadInput
from model.layer import ACTIONS, ACTORS, RECIPIENTS, Clauses
from model.layer_files import load_regime, regime_names
from model.mixture import PARTS, differing_parts, mix, mixture_name, split_name
from model.scenario import Scenario
from model.stack import Stack
from model.toml_source import parse_toml

PAIRS = list(combinations(regime_names(), 2))
EMPTY = parse_toml("name = 'mixture'", "mixture.toml")


def law(layer):
    """What a text says by itself: every cell that weighs, and the clauses that the model asks."""
    stack = Stack((layer,))
    found = [stack.permission(*key) for key in product(ACTORS, ACTIONS, RECIPIENTS)]
    cells = [(each.level, each.classes) for each in found]
    return cells, stack.survivor_support, stack.conduct, stack.codification, set(layer.binds)


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_all_parts_taken_make_the_other_text_and_none_the_first(one, other):
    first, second = load_regime(one), load_regime(other)
    assert differing_parts(first, second) == differing_parts(second, first) != ()
    assert law(mix(first, second, differing_parts(first, second))) == law(second)
    assert law(mix(first, second, ())) == law(first)


def test_no_mixture_of_clauses_contradicts_itself():
    seen = 0
    for one, other in (pair for pair in PAIRS if "no-contact" not in pair):
        first, second = load_regime(one), load_regime(other)
        parts = [part for part in differing_parts(first, second) if part != "cells"]
        for size in range(1, min(len(parts), 3)):
            for taken in combinations(parts, size):
                assert list(contradictions(EMPTY, mix(first, second, taken))) == [], (one, taken)
                seen += 1
    assert seen > 100


def test_an_exception_for_classes_of_which_none_is_listed_excepts_nobody():
    mixed = load_regime("welcoming-2012+carve_outs@welcoming-2021")
    assert mixed.clauses.detainers.value == "judicial warrant only"
    assert mixed.clauses.information_sharing.value == "lawful order only"
    assert mixed.clauses.detainers.text == load_regime("welcoming-2012").clauses.detainers.text


def test_a_list_of_classes_that_no_clause_refers_to_means_nothing():
    assert load_regime(
        "welcoming-2012+detainers,information_sharing@welcoming-2021"
    ).clauses.carve_outs is None
    kept = load_regime("welcoming-2012+detainers@welcoming-2021").clauses.carve_outs
    assert kept == load_regime("welcoming-2012").clauses.carve_outs


def test_of_a_stated_cell_and_its_clause_the_stricter_stands():
    strict = load_regime("full-cooperation+cells@no-contact")
    assert Stack((strict,)).permission("lock_up", "hold").level == "prohibited"
    assert Stack((strict,)).permission("records", "access", "federal").level == "prohibited"
    # City agencies are not bound by full-cooperation's text, and so by none of the cells.
    assert {actor for cell in strict.cells for actor in cell.actors} == set(strict.binds)
    loose = load_regime("no-contact").model_copy(update={"cells": tuple(
        cell.model_copy(update={"level": "allowed"}) for cell in load_regime("no-contact").cells
    )})
    left = mix(load_regime("no-contact"), loose, ("cells",))
    assert law(left)[0] == law(load_regime("welcoming-2021+database_access@no-contact"))[0]


def test_names_of_mixtures_are_read_back_and_run():
    name = mixture_name("a", {"conduct", "detainers"}, "b@c.toml")
    assert name == "a+detainers,conduct@b@c.toml"
    assert split_name(name) == ("a", ("detainers", "conduct"), "b@c.toml")
    assert mixture_name("a", (), "b") == "a" and split_name("welcoming-2012") is None
    assert Scenario(regime="welcoming-2012+detainers@welcoming-2021").regime.endswith("2021")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("welcoming-2012+detainer@welcoming-2021", "did you mean detainers"),
        ("welcoming-2012+detainers@welcoming-2022", "did you mean welcoming-2021"),
        ("welcoming-2011+detainers@welcoming-2021", "unknown regime 'welcoming-2011'"),
    ],
)
def test_unknown_clauses_and_texts_are_named(name, said):
    with pytest.raises(BadInput, match=said):
        load_regime(name)


def test_every_clause_but_the_one_without_effect_can_be_taken():
    assert {*PARTS} == {*Clauses.model_fields, "binds", "cells"} - {"stated_only"}
