"""What residents make of the law and of the news: the perceived threat of enforcement.

``z = L (omega (R_city - R_base) + R_env + gamma E)``, an index and not a probability: hand-overs
are so rare that most people never hear of one, and a belief fed by contacts alone would drift
downward under every regime. Alarm ``A`` acts beside it, in logits.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.ordinance import Stack
from model.population import Population
from model.registry import Parameters
from model.schema import LADDER
from model.state import State, fade_table
from model.traits import Traits


def rung_weights(values: Parameters) -> NDArray[np.float64]:
    """How much of the threat is felt, by (rung, in a mixed-status household): shape (5, 2).

    The ladder of `ASAD20`; all but the undocumented are multiplied by the spill-over ``sigma``.
    Whoever lives with an undocumented person feels at least ``rung_mixed_household``, whatever
    the spill-over.
    """
    rung = np.zeros((len(LADDER), 2))
    rung[LADDER["us_born_latino"]] = values.rung_us_born_latino
    rung[LADDER["naturalized_latino"]] = values.rung_naturalized_latino
    rung[LADDER["lawful_noncitizen"]] = values.rung_lawful_noncitizen
    rung *= values.sigma
    rung[:, 1] = np.maximum(rung[:, 1], values.rung_mixed_household)
    rung[LADDER["undocumented"]] = 1.0
    return rung


@dataclass(frozen=True)
class Openness:
    """How open the police-to-ICE channel is felt to be: the part of the threat that law decides.

    ``environment`` is what state and county leave open; ``shift`` is what residents make of the
    city's text against the baseline's (negative: less threat).
    """

    environment: float
    shift: float

    @property
    def felt(self) -> float:
        """The index before hand-overs heard of."""
        return self.environment + self.shift


def openness(law: Stack, baseline: Stack, values: Parameters) -> Openness:
    """The openness felt under the stack `law`, against the same stack with the baseline's city.

    The city's part enters where it binds (the stack's openness changes), and, with
    ``symbolic_weight``, where only its text differs.
    """
    credibility = {
        "announced": values.credibility_announced,
        "executive order": values.credibility_order,
        "ordinance": values.credibility_ordinance,
    }[law.codification]
    environment = baseline.openness_under(values)
    binding = law.openness_under(values) - environment
    text = Stack((law.city,)).openness_under(values)
    text -= Stack((baseline.city,)).openness_under(values)
    return Openness(
        environment=environment,
        shift=values.awareness * credibility * (binding + values.symbolic_weight * text),
    )


def felt_weights(values: Parameters) -> NDArray[np.float64]:
    """`rung_weights` by the packed trait ``felt``, shape (16,)."""
    table = np.zeros(16)
    rungs = rung_weights(values)
    for mixed in (0, 1):
        table[8 * mixed : 8 * mixed + len(LADDER)] = rungs[:, mixed]
    return table


def threat_weight(population: Population, values: Parameters) -> NDArray[np.float64]:
    """How much of the threat each resident feels, shape (n,), 0 for most."""
    return rung_weights(values)[population.ladder, population.mixed.astype(np.int8)]


class Belief:
    """The fading series that residents read: news by area, alarm by area and by city.

    ``weight`` (n,) is how much of the threat each resident feels, ``weight_of`` (16,) the same by
    rung and mixed household (`model.traits.FELT`).
    """

    def __init__(self, n_areas: int, weight: NDArray[np.float64], values: Parameters) -> None:
        self.values = values
        self.openness = Openness(0.0, 0.0)
        self.weight = weight
        self.weight_of = felt_weights(values)
        self.area_news = np.zeros(n_areas)
        # Rows: what fades fast, and the residual. Last column: the whole city's alarm.
        self.alarm = np.zeros((2, n_areas + 1))
        self.alarm_now = np.zeros(n_areas + 1)
        self._news_fade = fade_table(values.news_half_life, 2)[1]
        self._alarm_fade = np.array(
            [
                [fade_table(values.alarm_half_life, 2)[1]],
                [fade_table(values.alarm_residual_half_life, 2)[1]],
            ]
        )
        self._alarm_split = np.array([1 - values.alarm_residual, values.alarm_residual])

    def fade(self) -> None:
        """Let a day pass."""
        self.area_news *= self._news_fade
        self.alarm *= self._alarm_fade
        self.alarm_now = self.alarm.sum(axis=0)

    def raise_alarm(
        self, places: NDArray[np.integer], size: NDArray[np.float64] | float
    ) -> None:
        """Alarm in some areas by `size` logits each, a place that occurs twice twice; -1 is the
        whole city, for those who follow the news."""
        for series, share in zip(self.alarm, self._alarm_split, strict=True):
            np.add.at(series, places, share * size)
        self.alarm_now = self.alarm.sum(axis=0)

    def threat(
        self, population: Population, state: State, who: NDArray[np.integer], day: int
    ) -> NDArray[np.float64]:
        """The index z of `who` on `day`, shape (n,)."""
        return self._index(self.weight[who], population.area[who], state, who, day)

    def _index(
        self,
        weight: NDArray[np.float64],
        area: NDArray[np.integer],
        state: State,
        who: NDArray[np.integer],
        day: int,
    ) -> NDArray[np.float64]:
        heard = state.heard.read(who, day) + self.area_news[area]
        return weight * (self.openness.felt + self.values.gamma * heard_effect(heard))

    def chill(
        self, traits: Traits, state: State, who: NDArray[np.integer], day: int
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """The index of `who`, what fear takes from the log odds of reporting, and what it takes
        at the baseline: three arrays of shape (n,).

        Announcements alarm those who follow the news; an operation all of the area that saw it.
        """
        values, area = self.values, traits.area
        slope = values.chilling * values.tau * values.beta
        weight = self.weight_of[traits.felt]
        threat = self._index(weight, area, state, who, day)
        total = self.alarm_now
        alarm = values.chilling * weight * (total[area] + total[-1] * traits.follows_news)
        # In this order of products, nothing heard under the baseline's law is the baseline exactly.
        return threat, slope * threat + alarm, slope * (weight * self.openness.environment)


def heard_effect(heard: NDArray[np.float64]) -> NDArray[np.float64]:
    """E = 1 - exp(-S): hand-overs heard of, in [0, 1)."""
    return -np.expm1(-heard)
