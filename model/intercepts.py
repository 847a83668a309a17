"""The intercepts of reporting and clearance, solved by crime type under the baseline's law.

Residents are put into groups that decide alike (rung of the threat ladder, mixed household,
ethnicity, language: 100 of them); trust within a group is integrated by quadrature. For each type
the victims' and the bystanders' intercepts are found such that the shares by origin (`BJS03_WHO`)
and the union (`NCVS17_P_*`) come out, averaged over the incidents of all areas, whose number is in
turn recorded crime over the share that reaches the police there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import expit, gammaincinv

from model.belief import rung_weights
from model.city import City
from model.faults import BadInput, Fault
from model.ordinance import Stack
from model.pools import Pools
from model.population import Population
from model.registry import Parameters
from model.reporting import clearance_chance, static_shift, survivor_shift
from model.risks import partner_risk
from model.schema import CRIMES, ETHNICITIES, LADDER, VIOLENT

N_GROUPS = len(LADDER) * 2 * len(ETHNICITIES) * 2
#: Nodes and weights for an expectation over a normal distribution of trust.
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(7)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()
_ROUNDS = 6
#: Candidate episodes are drawn at this multiple of the rate, the largest that an arrest can cause.
EPISODE_CEILING = 1.4


@dataclass(frozen=True)
class Groups:
    """Who the victims, householders and bystanders of each area are, by group.

    ``victims`` (8, n_areas, 100): share of each crime's victims; ``adults`` (n_areas, 100).
    ``rung``, ``mixed``, ``shift``, ``trust`` and ``trust_sd``: shape (100,).
    """

    victims: NDArray[np.float64]
    adults: NDArray[np.float64]
    rung: NDArray[np.int64]
    mixed: NDArray[np.int64]
    shift: NDArray[np.float64]
    trust: NDArray[np.float64]
    trust_sd: NDArray[np.float64]


@dataclass(frozen=True)
class Intercepts:
    """Solved by crime type, arrays of shape (8,) unless told otherwise.

    ``incidents`` (n_areas, 8) a year in the whole city; ``courses_a_year`` (n_areas,) courses of
    partner violence that begin; ``found`` chance that police find a crime themselves;
    ``clearance`` chance that a recorded crime with a cooperating victim or witness is cleared;
    ``cleared`` (n_areas,) crimes cleared by arrest a year.
    """

    victim: NDArray[np.float64]
    bystander: NDArray[np.float64]
    found: NDArray[np.float64]
    clearance: NDArray[np.float64]
    incidents: NDArray[np.float64]
    courses_a_year: NDArray[np.float64]
    cleared: NDArray[np.float64]
    environment: float

    @property
    def cleared_a_year(self) -> float:
        """Crimes cleared by arrest a year in the whole city."""
        return float(self.cleared.sum())


def reporting_groups(
    population: Population,
    values: Parameters,
    pools: Pools,
    person_risk: list[NDArray[np.float64]],
    cell: NDArray[np.int32],
) -> Groups:
    """Count the groups among the victims of each crime, by area."""
    people, n_areas = population, population.city.n_areas
    group = (people.ladder * 2 + people.mixed).astype(np.int64)
    group = (group * len(ETHNICITIES) + people.ethnicity) * 2 + people.limited_english
    place = people.area.astype(np.int64) * N_GROUPS + group

    def share(rows: NDArray[np.integer] | slice, weight: NDArray[np.float64] | None = None):
        table = np.bincount(place[rows], weight, n_areas * N_GROUPS).reshape(n_areas, N_GROUPS)
        return table / np.maximum(table.sum(axis=1, keepdims=True), 1e-300)

    in_area = cell % person_risk[0].size
    risk_of = [*person_risk, partner_risk(values)]
    victims = [share(slice(None), risk.ravel()[in_area]) for risk in risk_of]
    householders = share(population.household_start[:-1])
    count = np.maximum(np.bincount(group, minlength=N_GROUPS), 1)
    mean = np.bincount(group, people.trust, N_GROUPS) / count
    square = np.bincount(group, people.trust**2, N_GROUPS) / count
    code = np.arange(N_GROUPS)
    ethnicity, limited = code // 2 % len(ETHNICITIES), code % 2 == 1
    rung_and_mixed = code // (2 * len(ETHNICITIES))
    return Groups(
        victims=np.stack([*victims, *[householders] * (len(CRIMES) - len(victims))]),
        adults=share(pools.adults.ids),
        rung=rung_and_mixed // 2,
        mixed=rung_and_mixed % 2,
        shift=static_shift(values, ethnicity, limited),
        trust=mean,
        trust_sd=np.sqrt(np.maximum(square - mean**2, 0.0)),
    )


def solve_intercepts(
    city: City, values: Parameters, groups: Groups, law: Stack
) -> Intercepts:
    """Solve all types; see the module's text.

    Raises
    ------
    BadInput
        If a type's share cannot be reached (found and bystander shares leave victims nothing).
    """
    recorded = recorded_by_type(city, values)
    fear = values.chilling * values.tau * values.beta * law.openness_under(values)
    felt = fear * rung_weights(values)[groups.rung, groups.mixed]
    solved = [
        _solve_type(crime, recorded[:, crime], values, groups, felt, law)
        for crime in range(len(CRIMES))
    ]
    incidents = np.stack([kind.incidents for kind in solved], axis=1)
    partner = CRIMES["partner_violence"]
    per_course = episodes_per_course(values, target(values, partner))
    return Intercepts(
        victim=np.array([kind.victim for kind in solved]),
        bystander=np.array([kind.bystander for kind in solved]),
        found=np.array([kind.found for kind in solved]),
        clearance=np.array([kind.clearance for kind in solved]),
        incidents=incidents,
        courses_a_year=incidents[:, partner] / per_course,
        cleared=recorded @ [clearance_target(values, crime) for crime in range(len(CRIMES))],
        environment=law.openness_under(values),
    )


def target(values: Parameters, crime: int) -> float:
    """Share of a type that reaches the police under the baseline (`NCVS17_P_*`)."""
    return values[f"reported_{CRIMES.names[crime]}"]


def clearance_target(values: Parameters, crime: int) -> float:
    """Share of a type's recorded crimes that are cleared by arrest (`CHI_ARRRATE`)."""
    name = CRIMES.names[crime]
    assault = name.endswith("assault") and name != "sexual_assault" or name == "partner_violence"
    return values["clearance_assault" if assault else f"clearance_{name}"]


def recorded_by_type(city: City, values: Parameters) -> NDArray[np.float64]:
    """Recorded crimes a year with a person or household as victim: shape (n_areas, 8).

    Retail theft and commercial burglary are taken out; assaults and batteries are told apart into
    partner violence (a share of domestic incidents), aggravated and simple.
    """
    recorded = city.recorded
    partner = np.minimum(
        values.partner_share_of_domestic * recorded["domestic"], recorded["assault_battery"]
    )
    assault = recorded["assault_battery"] - partner
    by_name = {
        "sexual_assault": recorded["sexual_assault"],
        "robbery": recorded["robbery"],
        "aggravated_assault": assault * values.aggravated_recorded_share,
        "simple_assault": assault * (1 - values.aggravated_recorded_share),
        "partner_violence": partner,
        "burglary": recorded["burglary"] * (1 - values.commercial_burglary_share),
        "motor_vehicle_theft": recorded["motor_vehicle_theft"],
        "theft": recorded["theft"] * (1 - values.commercial_theft_share),
    }
    return np.stack([by_name[name] for name in CRIMES], axis=1)


@dataclass(frozen=True)
class _Solved:
    """One crime type."""

    victim: float
    bystander: float
    found: float
    clearance: float
    incidents: NDArray[np.float64]


def _solve_type(
    crime: int,
    recorded: NDArray[np.float64],
    values: Parameters,
    groups: Groups,
    fear: NDArray[np.float64],
    law: Stack,
) -> _Solved:
    """Both intercepts of a type, and its incidents by area; see the module's text."""
    violent = crime in VIOLENT
    reached = target(values, crime)
    found = (values.found_share if violent else values.found_share_property) * reached
    by_others = values.bystander_share if violent else 0.0
    trust = groups.trust[:, None] + groups.trust_sd[:, None] * _NODES
    logit = groups.shift[:, None] + values.trust_slope * trust - fear[:, None]
    extra_fear = (values.witness_ratio - 1) * fear[:, None]
    victim_logit = (
        logit + survivor_shift(values, groups.rung, crime, law.survivor_support)[:, None]
    )

    def victims(intercept: float) -> NDArray[np.float64]:
        return groups.victims[crime] @ (expit(intercept + victim_logit) @ _WEIGHTS)

    def silent(intercept: float) -> NDArray[np.float64]:
        if not violent:
            return np.ones(len(recorded))
        speaks = groups.adults @ (expit(intercept + logit - extra_fear) @ _WEIGHTS)
        return witnesses_silent_mean(values, speaks)

    # Attribution: what police found first, then victims, then others (`BJS03_WHO`).
    heard_from_others = by_others * reached / (1 - reached + by_others * reached)

    def too_many_speak(intercept: float) -> float:
        return float(weight @ (1 - silent(intercept))) - heard_from_others

    def too_many_reach(intercept: float) -> float:
        return float(weight @ (1 - (1 - victims(intercept)) * quiet * (1 - found))) - reached

    incidents, bystander = recorded / reached, -np.inf
    for _ in range(_ROUNDS):
        weight = incidents / max(incidents.sum(), 1e-300)
        if violent:
            bystander = _root(too_many_speak, crime)
        quiet = silent(bystander)
        victim = _root(too_many_reach, crime)
        incidents = recorded / (1 - (1 - victims(victim)) * quiet * (1 - found))
    weight = incidents / max(incidents.sum(), 1e-300)
    chance = weight @ clearance_chance(
        (1 - victims(victim)) * quiet, np.full(len(quiet), found), values.clearance_uncooperative
    )
    clearance = min(1.0, clearance_target(values, crime) * reached / float(chance))
    return _Solved(victim, bystander, found, clearance, incidents)


def witnesses_silent_mean(
    values: Parameters, speaks: NDArray[np.float64]
) -> NDArray[np.float64]:
    """E[(1 - P_w)^n] over the number of bystanders (none, one or two; `BJS02_BY`)."""
    two = values.bystander_present * values.second_bystander
    one = values.bystander_present - two
    return 1 - values.bystander_present + one * (1 - speaks) + two * (1 - speaks) ** 2


def _root(equation: Callable[[float], float], crime: int) -> float:
    try:
        return float(brentq(equation, -20.0, 20.0, xtol=1e-10))
    except ValueError:
        raise BadInput(
            Fault(
                key=f"reported_{CRIMES.names[crime]}",
                found="no intercept gives this share with these bystanders and police",
                allowed="a lower share, a lower bystander_share, or more bystanders present",
            )
        ) from None


def episodes_per_course(values: Parameters, reached: float) -> float:
    """Expected episodes in a course of partner violence, thinned after its first report.

    Before the report episodes come at ``rate x frailty``, afterwards at that times the mean hazard
    ratio; a course ends at a rate. Averaged over the gamma frailty (`XIE_LYNCH`).
    """
    shape, n = values.partner_frailty_shape, 1000
    frailty = gammaincinv(shape, (np.arange(n) + 0.5) / n) / shape
    rate = values.partner_episode_rate * frailty
    end = 1 / values.partner_course_years
    services = values.services_after_report
    ratio = values.hazard_after_report * (
        1 - services + services * values.hazard_after_services
    )
    arrest = clearance_target(values, CRIMES["partner_violence"])
    ratio *= 1 - arrest + arrest * values.hazard_after_arrest
    after = np.minimum(ratio, EPISODE_CEILING) * rate / end
    another = rate / (rate + end)
    before = another * (1 + reached * after) / (1 - another * (1 - reached))
    return float(before.mean())
