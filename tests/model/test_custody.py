"""Where a booked person is held, and on whom detainers are lodged."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.custody import JAIL, LOCK_UP, PRISON, custody_place, detainer_chance
from model.schema import ETHNICITIES, STATUSES
from tests.claims.worlds import lively, model_of

SHARE = st.floats(0, 1)


@given(SHARE, st.booleans(), SHARE, SHARE)
def test_only_felons_go_to_prison(u, felon, jail, prison):
    place = custody_place(np.array([u]), np.array([felon]), jail, prison)[0]
    assert place in (LOCK_UP, JAIL, PRISON)
    assert felon or place != PRISON


def test_places_have_their_shares():
    u = (np.arange(10_000) + 0.5) / 10_000
    felons = custody_place(u, np.ones(10_000, bool), 0.3, 0.1)
    others = custody_place(u, np.zeros(10_000, bool), 0.3, 0.1)
    assert np.bincount(felons).tolist() == [6000, 3000, 1000]
    assert np.bincount(others).tolist() == [7000, 3000]


@pytest.fixture(scope="module")
def model():
    made = model_of(lively(days=1, posture="2017-2019"))
    made.step()
    return made


def test_no_detainer_is_lodged_without_a_federal_match(model, monkeypatch):
    everyone = np.arange(model.population.n)
    assert detainer_chance(model, everyone).sum() > 0
    blind = model.posture.model_copy(update={"fingerprint_match": False})
    monkeypatch.setattr(model, "posture", blind)
    assert detainer_chance(model, everyone).sum() == 0.0


def test_a_citizen_meets_a_detainer_by_mistake_only(model):
    people = model.population
    chance = detainer_chance(model, np.arange(people.n))
    assert ((chance >= 0) & (chance <= 1)).all()
    native = people.status == STATUSES["us_born"]
    latino = people.ethnicity == ETHNICITIES["latino"]
    assert (chance[native & ~latino] == 0).all()
    mistaken = (native & latino) | (people.status == STATUSES["naturalized"])
    assert mistaken.any()
    assert (chance[mistaken] == model.values.mistaken_citizen).all()


def test_the_undocumented_face_the_chances_of_the_posture(model):
    people = model.population
    undocumented = np.flatnonzero(people.status == STATUSES["undocumented"])
    expected = np.array(model.posture.lodge)[people.conviction[undocumented]]
    expected = expected * model.rates.pursued
    assert detainer_chance(model, undocumented).tolist() == expected.tolist()
    assert len(set(expected)) > 1
