"""What fear keeps people from: work, school, services. Expected flows, not events.

They follow from the alarm of each area and from the openness that is felt, which do not differ
between residents of one rung; hand-overs that single residents heard of are left out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.population import Population
from model.registry import Parameters
from model.schema import ADULT, AGES, ETHNICITIES, STATUSES

N_CELLS = len(STATUSES) * len(ETHNICITIES)


@dataclass(frozen=True)
class DailyLife:
    """Sums of threat weights by area and by (status, ethnicity): arrays (n_areas, 30), of working
    adults and of children, all and those who follow the news."""

    adults: NDArray[np.float64]
    adults_following: NDArray[np.float64]
    children: NDArray[np.float64]
    children_following: NDArray[np.float64]

    @classmethod
    def of(cls, people: Population, weight: NDArray[np.float64]) -> DailyLife:
        """Sum the threat weights (n,) of a population's residents."""
        feels = np.flatnonzero(weight > 0)
        age, weight = people.age[feels], weight[feels]
        place = people.area[feels].astype(np.int64) * N_CELLS
        place += people.status[feels].astype(np.int64) * len(ETHNICITIES) + people.ethnicity[feels]
        adult = (age >= ADULT) & (age < AGES["65+"])
        following = people.follows_news[feels]

        def total(who: NDArray[np.bool_]) -> NDArray[np.float64]:
            size = people.city.n_areas * N_CELLS
            return np.bincount(place[who], weight[who], size).reshape(-1, N_CELLS)

        child = age < ADULT
        return cls(
            total(adult), total(adult & following), total(child), total(child & following)
        )

    def flows(
        self, values: Parameters, alarm_days: NDArray[np.float64], openness_days: float
    ) -> dict[str, NDArray[np.float64]]:
        """A month's losses by (status, ethnicity), shape (30,).

        Parameters
        ----------
        alarm_days : (n_areas + 1,)
            Alarm summed over the days, by area; last, that of announcements.
        openness_days
            Felt openness summed over the days.
        """
        areas, city = alarm_days[:-1], alarm_days[-1]
        work = areas @ self.adults + city * self.adults_following.sum(axis=0)
        school = areas @ self.children + city * self.children_following.sum(axis=0)
        services = openness_days * self.adults.sum(axis=0)
        on = values.chilling
        return {
            "work_days_lost": on * values.work_days_per_alarm * work,
            "school_days_lost": on * values.school_days_per_alarm * school,
            "services_avoided": on * values.service_slope * values.service_use / 365.0 * services,
        }
