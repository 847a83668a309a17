"""A face shows one row, holds nothing of its own, and is the same agent whenever it is made."""

from __future__ import annotations

import pickle
import tracemalloc

import mesa
import numpy as np
import pytest
from mesa.discrete_space import CellAgent

from model.agents import IceTeam, Officer, Resident
from model.faults import BadInput
from model.institutions import CountyJail, FieldOffice, PoliceDistrict
from model.policy_model import PolicyModel
from model.schema import CARVE_OUTS, STATUSES


@pytest.fixture(scope="module")
def model() -> PolicyModel:
    model = PolicyModel(city="littletown", posture="2025-surge", days=90, rng=1)
    model.run_for(40)
    return model


def test_a_resident_shows_names_and_python_scalars(model):
    people = model.population
    row = int(np.flatnonzero(people.flags)[0])
    resident = Resident(model, row)
    assert isinstance(resident, mesa.Agent)
    assert resident.status == STATUSES.names[people.status[row]]
    assert resident.area_name == people.city.names[people.area[row]]
    recorded = {name for name in CARVE_OUTS if getattr(resident, name)}
    assert set(resident.carve_outs) == recorded != set()
    assert type(resident.trust) is type(resident.threat) is type(resident.heard) is float
    assert type(resident.mixed) is type(resident.at_liberty) is bool
    assert type(resident.area) is type(resident.unique_id) is int


def test_household_members_live_together_and_agree_about_it(model):
    resident = Resident(model, 145)
    members = resident.household_members
    assert len(members) > 1 and resident in members
    assert {member.household for member in members} == {resident.household}
    assert all(member.household_members == members for member in members)


def test_faces_of_one_row_are_equal_and_of_others_are_not(model):
    other_model = PolicyModel(city="littletown", scale=0.1, days=2, rng=1)
    assert Resident(model, 3) == Resident(model, 3)
    assert len({Resident(model, 3), Resident(model, 3), Resident(model, 4)}) == 2
    assert Resident(model, 3) != Officer(model, 3)
    assert Resident(model, 3) != Resident(other_model, 3)


@pytest.mark.parametrize("row", [-1, 35_500])
def test_a_row_that_does_not_exist_is_refused(model, row):
    with pytest.raises(IndexError, match="35,500 residents"):
        Resident(model, row)


@pytest.mark.parametrize(("row", "found"), [((), "None"), ((1.5,), "1.5"), (("3",), "'3'")])
def test_a_face_without_a_row_says_where_the_agents_are(model, row, found):
    with pytest.raises(TypeError) as told:
        Resident(model, *row)
    assert f"Resident(model, row): found row {found}; allowed: 0 to 35499" in str(told.value)
    assert "model.agents_by_type[Resident]" in str(told.value)
    with pytest.raises(TypeError, match="none can be added"):
        Resident.create_agents(model, 2)


def test_unknown_attributes_are_refused_with_the_nearest_name(model):
    resident = Resident(model, 0)
    with pytest.raises(AttributeError, match=r"did you mean status\?"):
        _ = resident.statsu
    with pytest.raises(BadInput, match=r"did you mean trust\?"):
        resident.trsut = 1.0
    assert not hasattr(resident, "wealth")


@pytest.mark.parametrize("name", ["status", "unique_id", "threat", "row", "household_members"])
def test_what_no_run_changes_cannot_be_set_on_a_face(model, name):
    with pytest.raises(AttributeError, match="cannot be set"):
        setattr(Resident(model, 0), name, 1)


def test_a_face_cannot_be_removed(model):
    with pytest.raises(TypeError, match="cannot be removed"):
        Resident(model, 0).remove()
    assert Resident(model, 0) in model.agents_by_type[Resident]


def test_the_agents_of_a_model_cannot_be_removed_at_once_but_those_of_a_user_can():
    model = PolicyModel(city="littletown", scale=0.1, days=2, rng=1)
    before = {kind: len(agents) for kind, agents in model.agents_by_type.items()}
    with pytest.raises(TypeError, match="PoliceDistrict 1> cannot be removed"):
        model.remove_all_agents()
    assert {kind: len(agents) for kind, agents in model.agents_by_type.items()} == before

    class Visitor(mesa.Agent):
        """An agent that a Mesa user adds."""

    visitor = Visitor(model)
    visitor.remove()
    assert visitor not in model.agents


def test_no_two_agents_of_a_model_share_an_id():
    model = PolicyModel(city="littletown", scale=0.1, days=2, rng=1)
    ids = [
        agent.unique_id
        for kind in (Resident, Officer, IceTeam)
        for agent in model.agents_by_type[kind]
    ]
    ids += [agent.unique_id for agent in model.agents]

    class Visitor(mesa.Agent):
        """An agent that a Mesa user adds."""

    ids.append(Visitor(model).unique_id)
    assert len(ids) > 3550
    assert len(set(ids)) == len(ids)


def test_every_description_says_that_it_is_synthetic(model):
    for kind in (Resident, Officer, IceTeam):
        assert "synthetic" in repr(model.agents_by_type[kind])
        assert "synthetic" in repr(next(iter(model.agents_by_type[kind])))


def test_a_face_survives_pickling(model):
    resident = pickle.loads(pickle.dumps(Resident(model, 7)))
    assert repr(resident) == repr(Resident(model, 7))
    assert resident.model is not model


def test_looking_at_a_thousand_faces_copies_no_column(model):
    smallest = model.population.status.nbytes
    residents = model.agents_by_type[Resident]
    next(iter(residents)).threat  # noqa: B018  what is made once is made before
    tracemalloc.start()
    try:
        for seen, resident in enumerate(residents, start=1):
            assert resident.status and resident.trust < 100 and resident.threat >= 0
            if seen == 1000:
                break
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert seen == 1000
    assert peak < smallest


def test_officers_and_teams_show_what_the_rooms_of_the_day_counted(model):
    officers, teams = model.agents_by_type[Officer], model.agents_by_type[IceTeam]
    assert officers.agg("contacts", sum) == model.officer_contacts.sum() > 0
    assert teams.agg("visits", sum) == model.field.team_visits.sum() > 0
    busiest = next(iter(officers.sort("contacts")))
    assert busiest.contacts == model.officer_contacts.max()
    assert busiest.institution.number == busiest.district
    assert 0 <= busiest.compliance <= 1
    assert IceTeam(model, 0).institution is model.field_office


def test_institutions_share_out_officers_contacts_and_residents(model):
    districts = model.agents_by_type[PoliceDistrict]
    assert len(districts) == len(model.population.city.districts) == 2
    assert sum(len(district.officers) for district in districts) == model.population.n_officers
    assert sum(len(district.residents) for district in districts) == model.population.n
    assert sum(district.contacts for district in districts) == model.officer_contacts.sum()
    (office,) = model.agents_by_type[FieldOffice]
    assert office.visits == model.field.team_visits.sum()
    assert office.leads == len(model.leads.person) and office.visits_a_day > 0


def test_the_jail_says_what_the_law_lets_it_do_and_why(model):
    (jail,) = model.agents_by_type[CountyJail]
    assert jail is model.jail
    permission = jail.permission("hold")
    assert permission.level == "judicial_warrant"
    assert "trust-2017" in {cite.layer for cite in permission.cites}
    open_city = PolicyModel(
        city="littletown", scale=0.1, environment="E0", regime="full-cooperation", rng=1
    )
    assert open_city.jail.permission("hold").level == "allowed"
    with pytest.raises(BadInput, match=r"did you mean hold\?"):
        jail.permission("hodl")


def test_custody_is_where_bookings_put_people():
    model = PolicyModel(
        city="littletown", days=90, rng=1, regime="full-cooperation", parameters={"exposure": 20}
    )
    model.run_for(60)
    places = (model.lock_up, model.jail, model.prison)
    bookings = [one for day in model.state.custody.values() for one in day]
    lodged = sum(int(booking.lodged.sum()) for booking in bookings)
    assert sum(place.detainers_pending for place in places) == lodged > 0
    assert model.jail.noncitizens_held > 0


def test_areas_are_cells_joined_to_their_neighbours(model):
    city = model.population.city
    assert [area.name for area in model.space] == list(city.names)
    for index, area in enumerate(model.areas):
        assert {near.index for near in area.neighborhood} == set(city.neighbours(index).tolist())
    assert Resident(model, 20_000).cell.name == Resident(model, 20_000).area_name
    assert sum(len(area.residents) for area in model.areas) == model.population.n


def test_a_cells_agents_are_those_that_a_user_places_on_it():
    model = PolicyModel(city="littletown", scale=0.1, days=2, rng=1)
    visitor = CellAgent(model)
    visitor.cell = model.areas[2]
    assert model.areas[2].agents == [visitor]
    assert len(model.areas[2].residents) == 640


def test_an_area_gives_rates_and_nothing_that_counts_the_undocumented(model):
    city, area = model.population.city, model.areas[2]
    expected = 1000 * city.recorded["theft"][2] / city.population[2]
    assert area.recorded_rate("theft") == pytest.approx(expected)
    with pytest.raises(BadInput, match=r"did you mean theft\?"):
        area.recorded_rate("thefts")
    offered = [name for name in dir(area) if not name.startswith("_")]
    assert "foreign_born_share" in offered
    assert [name for name in offered if "undoc" in name or "citizen" in name] == []
