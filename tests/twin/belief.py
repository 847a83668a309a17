"""The perceived threat of enforcement, alarm, and what they take from reporting.

``z = L (omega (R_city - R_base) + R_env + gamma E)``; alarm acts beside it, in logits.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from model.registry import Parameters
from model.stack import Stack

if TYPE_CHECKING:
    from tests.twin.model import Twin
    from tests.twin.people import Resident


def expit(x: float) -> float:
    """The logistic function."""
    return 1.0 / (1.0 + math.exp(-x)) if x >= 0 else math.exp(x) / (1.0 + math.exp(x))


def openness(believed: Stack, baseline: Stack, values: Parameters) -> tuple[float, float]:
    """How open the police-to-ICE channel is felt to be: what state and county leave open under
    the baseline's text, and how residents take the city's own text beside it."""
    environment = baseline.openness_under(values)
    binding = believed.openness_under(values) - environment
    text = Stack((believed.city,)).openness_under(values)
    text_at_base = Stack((baseline.city,)).openness_under(values)
    credibility = {
        "announced": values.credibility_announced,
        "executive order": values.credibility_order,
        "ordinance": values.credibility_ordinance,
    }[believed.codification]
    felt_text = binding + values.symbolic_weight * (text - text_at_base)
    return environment, values.awareness * credibility * felt_text


class Air:
    """What is in the air: news and alarm of each area, and the whole city's alarm. An alarm is
    part quick, part lasting."""

    def __init__(self, n_areas: int, values: Parameters) -> None:
        self.values = values
        self.news = [0.0] * n_areas
        self.quick, self.lasting = [0.0] * n_areas, [0.0] * n_areas
        self.city_quick = self.city_lasting = 0.0

    def fade(self) -> None:
        """A day passes."""
        values = self.values
        quick = 2.0 ** (-1.0 / values.alarm_half_life)
        lasting = 2.0 ** (-1.0 / values.alarm_residual_half_life)
        news = 2.0 ** (-1.0 / values.news_half_life)
        self.news = [amount * news for amount in self.news]
        self.quick = [amount * quick for amount in self.quick]
        self.lasting = [amount * lasting for amount in self.lasting]
        self.city_quick *= quick
        self.city_lasting *= lasting

    def alarm_city(self, size: float) -> None:
        """An operation is announced or begins."""
        self.city_quick += size * (1 - self.values.alarm_residual)
        self.city_lasting += size * self.values.alarm_residual

    def alarm_area(self, area: int, size: float) -> None:
        """An operation is seen in an area."""
        self.quick[area] += size * (1 - self.values.alarm_residual)
        self.lasting[area] += size * self.values.alarm_residual

    def area_alarm(self, area: int) -> float:
        """Alarm of an area today."""
        return self.quick[area] + self.lasting[area]

    def city_alarm(self) -> float:
        """Alarm of those who follow the news today."""
        return self.city_quick + self.city_lasting


def threat(model: Twin, person: Resident) -> float:
    """The index z of a person today."""
    heard = person.heard.read(model.day) + model.air.news[person.area]
    effect = 1.0 - math.exp(-heard)
    return person.weight * (model.environment + model.shift + model.values.gamma * effect)


def fear(model: Twin, person: Resident) -> float:
    """What threat and alarm take from the log odds of a report."""
    values = model.values
    alarm = model.air.area_alarm(person.area)
    if person.follows_news:
        alarm += model.air.city_alarm()
    slope = values.chilling * values.tau * values.beta
    return slope * threat(model, person) + values.chilling * person.weight * alarm


def fear_at_baseline(model: Twin, person: Resident) -> float:
    """The same under the baseline's law, with nothing heard and no alarm."""
    values = model.values
    slope = values.chilling * values.tau * values.beta
    return slope * person.weight * model.environment
