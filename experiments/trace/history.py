"""One incident under two regimes, side by side: what was decided, the chances, and the dice.

Both runs have one seed, so that the same occasion arises in both with the same dice, unless an
earlier difference prevented it. Persons are synthetic; no place is told.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from experiments.analysis.runs import asked_for, made_by
from experiments.privacy import FLOOR
from experiments.settings import Settings, name, whole
from experiments.store import MANIFEST, Saved, write_json
from experiments.trace.observer import Observer
from experiments.worker import shared
from model.faults import BadInput, Fault, nearest
from model.plain_words import ACTION_WORDS, ACTOR_WORDS, LEVEL_WORDS, RECIPIENT_WORDS
from model.policy_model import PolicyModel
from model.schema import (
    AGES,
    CHANNELS,
    CONVICTIONS,
    CRIMES,
    ETHNICITIES,
    PLACES,
    SEXES,
    STATUSES,
    class_names,
)
from model.stack import CHANNEL, Stack

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Occasions whose chains are looked into when the most instructive are sought.
MOST_WEIGHED = 200
SYNTHETIC = "Every person is synthetic: made by the model from the city's tables, nobody real."


@dataclass(frozen=True)
class Decision:
    """One decision: it is made where the dice fall below the chance."""

    what: str
    chance: float
    dice: float
    made: bool


@dataclass(frozen=True)
class Side:
    """An incident under one regime: its decisions, what the person felt, heard of, and the law."""

    regime: str
    decisions: tuple[Decision, ...]
    felt: tuple[str, ...] = ()
    heard: tuple[str, ...] = ()
    law: tuple[str, ...] = ()


@dataclass(frozen=True)
class History:
    """A case history: the same incident under two regimes."""

    id: str
    date: dt.date
    what: str
    person: str
    sides: tuple[Side, Side]

    def differing(self) -> list[tuple[Decision, Decision]]:
        """The decisions that were made under one regime and not under the other."""
        return [pair for pair in zip(*(side.decisions for side in self.sides), strict=False)
                if pair[0].made != pair[1].made]

    def sentence(self) -> str:
        """What differed, with the chances and the dice."""
        a, b = (side.regime for side in self.sides)
        differing = self.differing()
        if not differing:
            return f"On {self.date}, {self.what}: no decision differs between {a} and {b}."
        one, other = differing[0]
        under, not_under = (a, b) if one.made else (b, a)
        return (
            f"On {self.date}, {self.what}: {one.what} under {under} and not under {not_under}. "
            f"The chance was {one.chance:.1%} under {a} and {other.chance:.1%} under {b}; the dice "
            f"fell at {one.dice:.3f} in both."
        )

    def lines(self) -> Iterator[str]:
        """The history as text."""
        yield f"Case history {self.id}"
        yield self.sentence()
        yield f"Who: {self.person}. {SYNTHETIC}"
        for side in self.sides:
            yield ""
            yield f"Under {side.regime}"
            for each in side.decisions:
                sign, made = ("<", "yes") if each.made else (">=", "no")
                dice = f"dice {each.dice:.4f} {sign} chance {each.chance:.4f}"
                yield f"  {each.what}: {made}  ({dice})"
            for title, told in (("felt", side.felt), ("heard of", side.heard), ("law", side.law)):
                for line in told:
                    yield f"  {title}: {line}"

    def summary(self) -> dict[str, Any]:
        """The history for machines."""
        return {
            "id": self.id, "date": self.date.isoformat(), "what": self.what,
            "person": self.person, "sentence": self.sentence(),
            "differing": [one.what for one, _ in self.differing()],
            "regimes": {
                side.regime: {
                    "decisions": [vars(each) for each in side.decisions],
                    "felt": list(side.felt), "heard": list(side.heard), "law": list(side.law),
                }
                for side in self.sides
            },
        }

    def figure(self) -> Figure:
        """The drawing: chances as bars, dice as marks."""
        from experiments.trace.drawing import drawing

        return drawing(self)


@dataclass(frozen=True)
class Traced(Saved):
    """Case histories of one seed, the most instructive first, and what made them."""

    histories: tuple[History, ...]
    settings: Settings
    manifest: Mapping[str, Any] = field(repr=False)

    def summary(self) -> dict[str, Any]:
        """What ``--json`` prints."""
        return {"note": SYNTHETIC, "histories": [each.summary() for each in self.histories],
                "manifest": self.manifest}

    def print(self) -> None:
        """Every history as text, to standard output."""
        print("\n\n".join("\n".join(each.lines()) for each in self.histories) + "\n")

    def write(self, folder: Path) -> None:
        """Text, JSON and a drawing of each history into a folder that is there."""
        from experiments.style import save

        for each in self.histories:
            (folder / f"{each.id}.txt").write_text("\n".join(each.lines()) + "\n", "utf-8")
            write_json(folder / f"{each.id}.json", each.summary())
            save(each.figure(), folder, each.id)
        write_json(folder / MANIFEST, dict(self.manifest))


def trace(
    a: str, b: str, *, incident: str | None = None, find: int | str = 3, **options: Any
) -> Traced:
    """Tell incidents of one seed under regimes `a` and `b` side by side.

    Parameters
    ----------
    incident
        An id from an earlier trace; without one, the most instructive are found: those that were
        decided otherwise, first those whose persons had heard of an arrest under one regime.
    find
        How many are told.
    options
        What is run, as for `experiments.analysis.attribute`; ``replicates`` is 1.

    Raises
    ------
    BadInput
        If anything asked for is wrong, there is no such incident, or no decision differs.
    """
    asked = asked_for(a, b, {**options, "replicates": 1})
    count = whole("find", find, 1, 100)
    first, second = (_observed(asked, regime) for regime in (a, b))
    pairs = _pairs(first, second)
    if incident is not None:
        if incident not in pairs.index:
            raise BadInput(Fault(f"no incident {incident!r} in both runs", "an id of this seed",
                                 key="incident", nearest=nearest(incident, pairs.index)))
        chosen = [incident]
    else:
        chosen = _instructive(pairs, (first, second), count)
        if not chosen:
            found = f"no decision differs in {len(pairs):,} incidents"
            raise BadInput(Fault(found, "a larger scale, more years, or another seed", key="find"))
    names = (name(a), name(b))
    histories = tuple(_history(each, (first, second), names) for each in chosen)
    told = {"incident": incident, "find": None if incident else count, "replicates": None}
    return Traced(histories, asked, made_by(asked, "trace", 0.0, 1, **told))


def _observed(asked: Settings, regime: str) -> Observer:
    people, rates = shared(asked.scenario.but(regime=asked.scenario.baseline, believed=None))
    setting = asked.scenario.but(regime=regime)
    observer = Observer(PolicyModel(setting, population=people, rates=rates))
    observer.model.run()
    return observer


def _pairs(first: Observer, second: Observer) -> pd.DataFrame:
    """Occasions of both runs by id: whether a decision differs; instructive ones first."""
    parts = []
    for kind in ("releases", "crimes"):
        one, other = (each.frame(kind) for each in (first, second))
        if one.empty or other.empty:
            continue
        both = one.merge(other, on="id", suffixes=("", "_b")).set_index("id")
        differs = both["happened"] != both["happened_b"]
        if kind == "crimes":
            differs |= both["by_bystander"] != both["by_bystander_b"]
            told = (both["felt_heard"] != both["felt_heard_b"]).astype(float)
        else:
            told = pd.Series(0.5, both.index)
        rows = {"kind": kind, "differs": differs, "told": told, "person": both["person"],
                "day": both["day"], "gap": (both["p"] - both["p_b"]).abs()}
        parts.append(pd.DataFrame(rows))
    if not parts:
        return pd.DataFrame({"differs": pd.Series(dtype=bool)})
    pairs = pd.concat(parts)
    return pairs.sort_values(["differs", "told", "gap"], ascending=False, kind="stable")


def _instructive(pairs: pd.DataFrame, observers: tuple[Observer, ...], count: int) -> list[str]:
    """Occasions that were decided otherwise, releases and crimes by turns; first those before
    which the person had heard of an arrest under one regime only, then by the gap in chances."""
    some = pairs[pairs["differs"]]
    queues = []
    for kind in ("releases", "crimes"):
        rows = some[some["kind"] == kind].head(MOST_WEIGHED)
        heard = [
            len({_heard(observer, row)[:1] for observer in observers}) > 1
            for _, row in rows.iterrows()
        ]
        queues.append([*rows.index[heard], *rows.index[[not each for each in heard]]])
    turns = [each for pair in zip_longest(*queues) for each in pair if each is not None]
    return turns[:count]


def _history(
    incident: str, observers: tuple[Observer, Observer], names: tuple[str, str]
) -> History:
    is_crime = incident in set(observers[0].frame("crimes")["id"])
    kind = "crimes" if is_crime else "releases"
    rows = [each.frame(kind).set_index("id").loc[incident] for each in observers]
    laws = [_law(each, row, is_crime) for each, row in zip(observers, rows, strict=True)]
    shown = [
        at for at, cells in enumerate(zip(*laws, strict=True))
        if len({cell.partition(" [")[0] for cell in cells}) > 1
    ]
    sides = [
        Side(
            regime, tuple(_decisions(observer, incident, row, is_crime)),
            _felt(row) if is_crime else (),
            (*_heard(observer, row), *_near(observer, row)),
            tuple(law[at] for at in shown),
        )
        for regime, observer, row, law in zip(names, observers, rows, laws, strict=True)
    ]
    what = (
        f"{_words(CRIMES.names[rows[0]['crime']])} befell a resident" if is_crime
        else f"release from the {ACTOR_WORDS[PLACES[rows[0]['place']]]} with an ICE detainer lodged"
    )
    return History(incident, dt.date.fromordinal(int(rows[0]["day"])), what,
                   _person(observers[0], int(rows[0]["person"])), (sides[0], sides[1]))


def _decisions(
    observer: Observer, incident: str, row: pd.Series, is_crime: bool
) -> Iterator[Decision]:
    def decision(what: str, one: Any) -> Decision:
        return Decision(what, float(one["p"]), float(one["u"]), bool(one["happened"]))

    if not is_crime:
        yield decision("handed over to ICE", row)
        return
    yield decision("the victim reports", row)
    seen = observer.frame("witnesses")
    for _, one in seen[seen["id"] == incident].iterrows():
        yield decision("a bystander reports", one)


def _felt(row: pd.Series) -> tuple[str, ...]:
    """What moved the victim, in log odds."""
    told = {
        "openness of police to ICE": -row["felt_law"], "arrests heard of": -row["felt_heard"],
        "alarm": -row["felt_alarm"], "trust gained or lost": row["trust"],
        "support for survivors": row["support"],
    }
    parts = [f"{what} {value:+.3f}" for what, value in told.items() if abs(value) > 5e-4]
    usual = f"log odds without fear {row['usual']:+.3f}"
    return (", ".join([usual, *parts]),)


def _heard(observer: Observer, row: pd.Series) -> tuple[str, ...]:
    """Arrests by ICE that the person heard of before, the latest first."""
    told = []
    for each in reversed(observer.heard):
        if each.day >= row["day"]:
            continue
        relation = (
            "a member of the household" if row["person"] in each.family
            else "an acquaintance" if row["person"] in each.friends else ""
        )
        if relation:
            date = dt.date.fromordinal(each.day)
            channel = _words(CHANNELS.names[each.channel])
            told.append(f"{date}: {relation}, taken by ICE ({channel})")
    return tuple(told)


def _near(observer: Observer, row: pd.Series) -> tuple[str, ...]:
    """Whether ICE took people of the neighbourhood before; small numbers are not told."""
    area = observer.population.area[int(row["person"])]
    near = sum(each.area == area and each.day < row["day"] for each in observer.heard)
    size = f"{FLOOR} or more" if near >= FLOOR else f"fewer than {FLOOR}"
    return (f"arrests by ICE in the neighbourhood before: {size}",) if near else ()


def _law(observer: Observer, row: pd.Series, is_crime: bool) -> list[str]:
    """What the law says where it bears on the decision, with the text that says so."""
    law = observer.model.law
    if is_crime:
        cells: list[tuple[str, str, str | None]] = [cell[1:] for cell in CHANNEL]
    else:
        cells = [(PLACES[row["place"]], action, None) for action in ("hold", "transfer", "notify")]
    return [_cell(law, *cell) for cell in cells]


def _cell(law: Stack, actor: str, action: str, to: str | None) -> str:
    found = law.permission(actor, action, to)
    classes = ", ".join(_words(each) for each in class_names(found.classes))
    level = LEVEL_WORDS[found.level].format(classes=f"({classes})")
    texts = "; ".join(dict.fromkeys(each.text for each in found.cites)) or "no text limits it"
    whom = f" to {RECIPIENT_WORDS[to]}" if to else ""
    return f"{ACTOR_WORDS[actor]}, {ACTION_WORDS[action]}{whom}: {level} [{texts}]"


def _person(observer: Observer, person: int) -> str:
    people = observer.population
    traits = [
        _words(STATUSES.names[people.status[person]]), ETHNICITIES.names[people.ethnicity[person]],
        SEXES.names[people.sex[person]], f"aged {AGES.names[people.age[person]]}",
        f"conviction: {_words(CONVICTIONS.names[people.conviction[person]])}",
    ]
    return f"synthetic person, {', '.join(traits)}"


def _words(key: str) -> str:
    return key.replace("_", " ")
