"""The controls of a comparison, each with its meaning and source."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import Any

import solara

from dashboards.address import CLAUSES, View
from dashboards.components import Alert, Element, Field, Press
from dashboards.edited import choices, pasted_edits, told, value_text
from dashboards.plans import (
    HISTORY,
    MOST_CITY_YEARS,
    MOST_DRAWS,
    MOST_REPLICATES,
    MOST_YEARS,
)
from dashboards.views import layer_named
from experiments.settings import chicago_regimes
from model import plain_words
from model.city import load_city, shipped_cities
from model.faults import BadInput
from model.law import environment_names, load_environment, load_timeline
from model.layer import RECIPIENTS
from model.layer_files import load_regime, names_in, regime_names
from model.posture import load_posture
from model.schema import CARVE_OUTS

Go = Callable[[View], None]

#: What lists of numbers offer; an address may have others, within the bounds of `plans`.
DOUBTS = {"6": "6 draws of the posterior", "12": "12 draws", "24": "24 draws",
          "0": "none: chance alone"}
SHARES = {"0.05": "a twentieth", "0.1": "a tenth", "0.25": "a quarter", "0.5": "half",
          "1": "the whole city"}
DOUBT_TIP = (
    "Sets of parameters that fit the calibration as well (docs/calibration.md). Every replicate is "
    "run at each, so results tell what is not known of the parameters beside chance; more draws "
    f"tell it better and take longer. At most {MOST_DRAWS}; with one replicate none, since the two "
    "could not be told apart."
)


def option(value: str, text: str) -> dict[str, str]:
    """One choice of a list."""
    return {"value": value, "text": text}


@cache
def regime_options() -> list[dict[str, str]]:
    """Chicago's regimes by date, then those of other cities."""
    first = chicago_regimes()
    rest = [name for name in regime_names() if name not in first]
    return [option(name, load_regime(name).title) for name in (*first, *rest)]


@cache
def clause_options(clause: str) -> list[dict[str, str]]:
    """Values of a clause in plain words."""
    if clause == "carve_outs":
        return [option(name, plain_words.CLASS_WORDS[name]) for name in CARVE_OUTS]
    if clause == "database_access":
        return [option(who, plain_words.RECIPIENT_WORDS[who]) for who in RECIPIENTS]
    words = plain_words.WORDS[clause]
    return [option(value, words[value].format(classes="the classes below"))
            for value in choices(clause)]


def Side(mark: str, view: View, go: Go) -> None:
    """One regime: a preset, its clauses to edit, or a text to paste."""
    side = mark.lower()
    preset = getattr(view, side)
    edits = dict(getattr(view, f"edits_{side}"))
    known = preset in regime_names()

    def choose(name: str) -> None:
        go(view.but(**{side: name, f"edits_{side}": ()}))

    def edit(clause: str, text: str) -> None:
        changed = {**edits, clause: text}
        base = load_regime(preset)
        kept = {key: value for key, value in changed.items() if value != value_text(base, key)}
        go(view.but(**{f"edits_{side}": tuple(sorted(kept.items()))}))

    summary = load_regime(preset).summary if known else ""
    Field(f"Regime {mark}", preset, choose, kind="select", options=regime_options(),
          tip=f"{summary} Its text, clause by clause: carveout regimes show {preset}")
    if not known:
        return
    with Element("details", classes="co-edit"):
        count = f" ({len(edits)} edited)" if edits else ""
        Element("summary", f"Edit the clauses of {mark}{count}")
        for clause in CLAUSES:
            stated = getattr(load_regime(preset).clauses, clause)
            source = f"{stated.text}: {stated.says}" if stated else "The preset states none."
            kind = "set" if clause in ("carve_outs", "database_access") else "select"
            label = plain_words.TITLES[clause]
            if clause == "database_access":
                label += ": open to"
            value = edits.get(clause, value_text(load_regime(preset), clause))
            Field(label, value, partial(edit, clause), kind=kind,
                  options=clause_options(clause), tip=source)
        Pasted(mark, view, go)


@solara.component
def Pasted(mark: str, view: View, go: Go) -> None:
    """An ordinance's file as text: pasted, typed or dropped; it becomes edits of the preset."""
    none: list[str] = []
    faults, set_faults = solara.use_state(none)
    side = mark.lower()

    def take(text: str) -> None:
        if not text.strip():
            set_faults([])
            return
        try:
            edits = pasted_edits(getattr(view, side), text)
        except BadInput as error:
            set_faults(told(error))
            return
        set_faults([])
        go(view.but(**{f"edits_{side}": edits}))

    with Element("div"):
        Field(f"Or paste the TOML file of an ordinance for {mark}", "", take, kind="paste",
              tip="Its clauses replace those above; docs/ordinances.md describes the file. "
                  "Nothing is kept on the server.")
        if faults:
            Alert(faults, head="The text was not taken:")


def Steps(view: View, go: Go) -> None:
    """The dates of the true history, each to be moved."""
    moved = dict(view.moved)

    def move(step: int, true: str, date: str) -> None:
        changed = {key: text for key, text in moved.items() if key != str(step)}
        if date and date != true:
            changed[str(step)] = date
        go(view.but(moved=tuple(sorted(changed.items()))))

    Element("h2", "Dates of B")
    Element("p", "Move one or more; the rest stays as it was.", classes="co-note")
    for place, step in enumerate(load_timeline(HISTORY)[0].steps):
        true = str(step.date)
        what = [layer_named(name).title for name in step.layers]
        what += [f"Federal posture: {load_posture(step.posture).title}"] if step.posture else []
        Field(
            "; ".join(what) + (f" (in truth {true})" if str(place) in moved else ""),
            moved.get(str(place), true), partial(move, place, true), kind="date",
            tip=f"In truth {true}. " + _step_source(step.layers, step.posture),
        )


def _step_source(layers: tuple[str, ...], posture: str | None) -> str:
    words = [layer_named(name).summary for name in layers]
    return " ".join(words + ([_posture_tip(posture)] if posture else []))


def Setting(view: View, go: Go, *, fixed: bool = True, single: bool = False) -> None:
    """Law above the city, posture, dates, raids, chance and size.

    Without law and posture where a timeline decides them (not `fixed`); without replicates and
    raids where a `single` run of each regime is followed.
    """

    def change(field: str) -> Callable[[str], None]:
        return lambda text: go(view.but(**{field: text.strip()}))

    if fixed:
        listed = [option(name, f"{name}: {load_environment(name)[0].title}")
                  for name in environment_names()]
        Field("Law above the city", view.environment, change("environment"), kind="select",
              options=listed, tip=_environment_tip(view.environment))
        postures = [option(name, load_posture(name).title) for name in names_in("postures")]
        Field("Federal posture", view.posture, change("posture"), kind="select",
              options=postures, tip=_posture_tip(view.posture))
    with Element("div", classes="co-two"):
        Field("First day", view.start, change("start"), kind="date",
              tip="Assumption: any date; the law is that of the environment throughout."
              if fixed else "The timeline decides which law stands on each day.")
        Field("Years", view.years, change("years"), kind="number", least=0.01, most=MOST_YEARS,
              step="any", tip=f"Parts of a year are allowed; at most {MOST_YEARS} here.")
        if not single:
            Field("Replicates", view.replicates, change("replicates"), kind="number", least=1,
                  most=MOST_REPLICATES, step=1,
                  tip="Paired synthetic cities, one a seed. The interval of chance is over them, "
                      "so more make it narrower.")
        Field("Residents", view.scale, change("scale"), kind="select",
              options=chosen_among(SHARES, view.scale, "{} of the city"),
              tip="How many are simulated. Fewer are quicker and noisier. "
                  f"At most {MOST_CITY_YEARS:g} years of a whole city over all runs.")
    if not single:
        Field("Doubt about the parameters", view.draws if doubted(view) else "0", change("draws"),
              kind="select", options=chosen_among(DOUBTS, view.draws, "{} draws of the posterior"),
              disabled=not doubted(view), tip=DOUBT_TIP)
    with Element("details", classes="co-edit"):
        Element("summary", "Chance and place" if single else "Raids, chance and place")
        if not single:
            Raids(view, go)
        Field("First seed", view.seed, change("seed"), kind="number", least=0, step=1,
              tip="All the chance of the first replicate; the next has the next seed.")
        cities = [option(name, load_city(name).name) for name in shipped_cities()]
        Field("City", view.city, change("city"), kind="select", options=cities,
              tip="Tables and their sources: carveout city describe " + view.city)


def doubted(view: View) -> bool:
    """Whether draws can tell anything: of one replicate they cannot."""
    return view.replicates.strip() != "1"


def chosen_among(listed: dict[str, str], value: str, words: str) -> list[dict[str, str]]:
    """The choices of a list, and what an address may have instead, in `words`."""
    more = {} if value in listed else {value: words.format(value)}
    return [option(key, text) for key, text in {**listed, **more}.items()]


def _environment_tip(name: str) -> str:
    if name not in environment_names():
        return ""
    return load_environment(name)[0].summary + " Source: the acts named in docs/ordinances.md."


def _posture_tip(name: str) -> str:
    if name not in names_in("postures"):
        return ""
    posture = load_posture(name)
    return f"{posture.summary} Source: {posture.source}."


def Raids(view: View, go: Go) -> None:
    """Operations beside those of the posture: added and removed one by one."""
    NewRaid(view, go)
    for place, text in enumerate(view.raids):
        without = view.but(raids=(*view.raids[:place], *view.raids[place + 1 :]))
        with Element("div", classes="co-raid"):
            Element("span", text.replace("=", " ").replace("_", " ").replace(",", ", "))
            Press("Remove", partial(go, without))


@solara.component
def NewRaid(view: View, go: Go) -> None:
    """The dates and size of one more raid."""
    begins, set_begins = solara.use_state(view.start)
    announced, set_announced = solara.use_state("")
    visits, set_visits = solara.use_state("200")
    called_off, set_called_off = solara.use_state("no")

    def add() -> None:
        words: list[Any] = [f"begins={begins}"]
        words += [f"announced={announced}"] if announced else []
        words += [f"visits={visits}"] + ["called_off"] * (called_off == "yes")
        go(view.but(raids=(*view.raids, ",".join(words))))

    with Element("fieldset", classes="co-fieldset"):
        Element("legend", "Add a raid")
        Field("Begins", begins, set_begins, kind="date")
        Field("Announced (if earlier)", announced, set_announced, kind="date")
        Field("Visits", visits, set_visits, kind="number", least=0, step=1,
              tip="Attempts over the operation for a city of Chicago's size. Sources OP_2017 to "
                  "OP_2019 in the table of evidence; the size of yours is your assumption.")
        Field("Called off", called_off, set_called_off, kind="select",
              options=[option("no", "no"), option("yes", "yes: announced, never begun")])
        Press("Add", add)
