"""Whose text a regime is: an ordinance may be tried in another city, but not without a word."""

from __future__ import annotations

import datetime as dt

from experiments.settings import Settings, place_of
from model.city import load_city, shipped_cities
from model.law import build_law
from model.layer import Layer
from model.layer_files import load_regime, regime_names


def notes(settings: Settings) -> list[str]:
    """A sentence for each text compared that is another place's than the city it is run in."""
    scenario = settings.scenario
    city = load_city(scenario.city)
    texts = {}
    for regime in settings.regimes:
        first = scenario.regime if scenario.timeline else regime
        law = build_law(first, scenario.environment, scenario.posture, scenario.timeline)
        later = [stack for date, stack in law.changes if scenario.start < date < scenario.end]
        for stack in (law.on(scenario.start), *later):
            texts.update({layer.name: layer.place for layer in stack.layers if layer.place})
    return [
        f"{text} is a text of {_title(place)}, run here in {city.title}: residents, police and "
        f"crime are {city.title}'s"
        for text, place in texts.items()
        if place != place_of(city.name)
    ]


def in_force(place: str | None, date: dt.date) -> Layer | None:
    """The text of a place that is in force on a date, of those that come with the project."""
    texts = [load_regime(name) for name in regime_names()]
    ours = [one for one in texts if one.place == place and one.in_force and one.in_force <= date]
    return max(ours, key=lambda one: str(one.in_force), default=None)


def in_force_said(settings: Settings) -> str:
    """Which text is in force in the city on the first day; empty where that is not known."""
    scenario = settings.scenario
    text = in_force(load_city(scenario.city).name, scenario.start)
    if text is None or scenario.timeline is not None:
        return ""
    return f"In force on {scenario.start}: {text.name}, since {text.in_force}."


def _title(place: str) -> str:
    """A place as its city's table calls it, where there is one."""
    return load_city(place).title if place in shipped_cities() else place.replace("-", " ").title()
