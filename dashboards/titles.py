"""Titles where results hold names: of regimes, outcomes, groups, and of results themselves."""

from __future__ import annotations

from collections.abc import Callable

from dashboards.folders import Found
from dashboards.views import full_titles
from experiments.language import language
from experiments.style import label
from model.layer_files import load_regime, regime_names

#: More regimes than these are counted, not named, in the title of a comparison.
NAMED = 2


def regime_title(name: str) -> str:
    """A regime's title; a name that is none of the project's stays as it is."""
    return load_regime(name).title if name in regime_names() else name


def regime_short(name: str) -> str:
    """A regime as charts call it."""
    return language("en").either(f"regimes.{name}", name)


def outcome_title(name: str) -> str:
    """An outcome's title by itself."""
    return full_titles().get(name, name)


def in_words(name: str) -> str:
    """A category's name in print; the name of a place as it is."""
    return label(name) if name.islower() else name


#: How the cells of these columns are put in words.
COLUMNS: dict[str, Callable[[str], str]] = {
    "regime": regime_short, "baseline": regime_short, "outcome": outcome_title,
    "group": in_words, "by": in_words, "measure": in_words,
}


def heading(one: Found) -> str:
    """What a results folder holds, in words: its title, or the regimes that were compared."""
    title, regimes = one.manifest.get("title"), one.manifest.get("regimes")
    if isinstance(title, str) and title:
        return title
    if isinstance(regimes, dict) and regimes:
        titles = [str(each) for each in regimes.values()]
        more = f" and {len(titles) - NAMED} more" if len(titles) > NAMED else ""
        return f"{' beside '.join(titles[:NAMED])}{more}"
    return one.name
