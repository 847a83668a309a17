"""A cached population is the population, and a damaged file is made again."""

from __future__ import annotations

import numpy as np
import pytest

from experiments import cache
from model.city import load_city
from model.population import synthesise
from model.registry import load_parameters


@pytest.fixture
def made(tmp_path, monkeypatch):
    monkeypatch.setenv("CARVEOUT_CACHE", str(tmp_path))
    city, parameters = load_city("littletown"), load_parameters()

    def make(seed: int = 3):
        return cache.population(city, parameters, seed=seed, scale=1.0)

    return make


def same(one, other) -> bool:
    columns, others = one.columns(), other.columns()
    assert columns.keys() == others.keys()
    return all(np.array_equal(columns[name], others[name]) for name in columns)


def test_the_second_call_reads_what_the_first_made(made, monkeypatch):
    first = made()
    monkeypatch.setattr("model.population.synthesise", lambda *a, **k: pytest.fail("made again"))
    assert same(first, made())


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 nonsense", None])
def test_a_damaged_file_is_made_again(made, tmp_path, damage):
    first = made()
    (file,) = tmp_path.rglob("*.npz")
    whole = file.read_bytes()
    flipped = bytearray(whole)
    flipped[len(whole) // 2] ^= 0xFF
    file.write_bytes(bytes(flipped) if damage is None else damage)
    assert same(first, made())
    assert file.read_bytes() == whole


@pytest.mark.parametrize("spoil", [
    lambda columns: {"x": np.arange(3)},
    lambda columns: {name: column[:-1] for name, column in columns.items()},
    lambda columns: {name: column for name, column in columns.items() if name != "status"},
])
def test_a_whole_file_of_other_columns_is_made_again(made, tmp_path, spoil):
    first = made()
    (file,) = tmp_path.rglob("*.npz")
    whole = file.read_bytes()
    np.savez(file, **spoil(first.columns()))
    assert same(first, made())
    assert file.read_bytes() == whole


def test_another_seed_is_another_file(made, tmp_path):
    made(3), made(4)
    assert len(list(tmp_path.rglob("*.npz"))) == 2


def test_only_the_parameters_of_the_key_change_a_population():
    """The key leaves out all but a population's own parameters: none of them may matter."""
    city, p = load_city("littletown"), load_parameters()
    others = [name for name in p if name not in cache.population_parameters()]
    assert len(others) > 20
    changed = p.but(**{name: p.entry(name).high for name in others})
    one, other = (synthesise(city, seed=1, scale=1.0, parameters=q) for q in (p, changed))
    assert same(one, other)


def test_a_folder_that_cannot_be_written_is_done_without(made, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("x")
    monkeypatch.setenv("CARVEOUT_CACHE", str(tmp_path / "file"))
    assert made().n > 0
