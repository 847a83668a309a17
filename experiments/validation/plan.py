"""From findings to runs: the sides of each contrast, and every distinct run once."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, NamedTuple, NoReturn

import pandas as pd

from experiments.outcomes import Outcome
from experiments.settings import Case, days_of, whole
from experiments.validation.groups import outcome_of, parse_group
from experiments.validation.periods import date, dated, month_names, months_of
from experiments.validation.row import ARM_FIELDS, IN_UNITS, PER, Row
from experiments.validation.row_files import Rows
from model.city import City, load_city
from model.faults import BadInput, Fault, unknown
from model.law import environment_names, load_environment, load_timeline, timeline_names
from model.ordinance import load_regime, regime_names
from model.posture import load_posture, posture_names
from model.registry import load_parameters
from model.scenario import Scenario, scenario

_ARROW = re.compile(r"\s*(?:->|\N{RIGHTWARDS ARROW})\s*")
LOADERS: dict[str, Callable[[str], Any]] = {
    "regime": load_regime, "environment": load_environment, "posture": load_posture,
    "timeline": load_timeline,
}


class Side(NamedTuple):
    """What is counted on one side: an outcome, in some months, in one run."""

    scenario: Scenario
    outcome: Outcome
    months: tuple[str, ...]


@dataclass(frozen=True)
class Contrast:
    """The sides of a finding.

    `sides` are pairs (a, b): of the outcome; then, as the finding asks for them, of the group
    taken off and of the outcome that an elasticity divides by.
    """

    row: Row
    pairs: tuple[tuple[Side, Side], ...]
    factor: float

    @property
    def sides(self) -> tuple[Side, ...]:
        """All sides, one after another."""
        return tuple(side for pair in self.pairs for side in pair)


def contrasts_of(rows: Rows, scale: Any) -> list[Contrast]:
    """The contrasts of all findings that are computed by runs.

    Raises
    ------
    BadInput
        A fault for each name, group, period or unit that cannot be.
    """
    faults: list[Fault] = []
    found = []
    for index, row in enumerate(rows.rows):
        if row.not_comparable or row.replicated:
            continue
        try:
            found.append(_Reader(rows, index, scale).contrast())
        except BadInput as error:
            faults.extend(error.faults)
    if faults:
        raise BadInput(faults)
    return found


class _Reader:
    """Reads one row; a fault is told at the key in hand."""

    def __init__(self, rows: Rows, index: int, scale: Any) -> None:
        self.rows, self.index, self.scale = rows, index, scale
        self.row = rows.rows[index]

    def at(self, key: str, call: Callable[[], Any]) -> Any:
        """`call()`, whose faults are told at `key` of this row."""
        try:
            return call()
        except BadInput as error:
            told = [one if one.file else self.rows.fault(self.index, key, one)
                    for one in error.faults]
            raise BadInput(told) from None

    def contrast(self) -> Contrast:
        """The row's sides."""
        row = self.row
        city = self.at("city", lambda: load_city(row.city))
        if not row.outcome:
            raise BadInput(self.rows.fault(self.index, "outcome", Fault("missing", "an outcome")))
        arms = self._arms()
        start = self._start()
        periods = {which: self._period(which, start) for which in "ab"}
        last = max((months[-1] for months in periods.values() if months), default="")
        days = self._days(start, last)
        if row.contrasted and arms[0] == arms[1] and not self._differ("group", "period"):
            fault = Fault("both sides are alike", "two sides as A -> B")
            raise BadInput(self.rows.fault(self.index, "contrast", fault))
        settings = _one_level(
            [self._scenario(which, arm, start, days) for which, arm in zip("ab", arms, strict=True)]
        )
        areas = _areas(city)

        def side(which: str, outcome: str, key: str, group: str) -> Side:
            filters = self.at(key, lambda: parse_group(group, areas))
            chosen = self.at("outcome" if outcome not in _names() else key,
                             lambda: outcome_of(outcome, filters))
            setting = settings["ab".index(which)]
            return Side(setting, chosen, periods[which] or months_of(setting))

        def pair(outcome: str, group: str = "") -> tuple[Side, Side]:
            return tuple(  # type: ignore[return-value]
                side(which, outcome, "minus_group" if group else self._key(which, "group"),
                     group or row.side(which, "group"))
                for which in "ab"
            )

        pairs = [pair(row.outcome)]
        if row.minus_group:
            pairs.append(pair(row.outcome, row.minus_group))
        if row.measure == "elasticity":
            pairs.append(self.at("of", lambda: pair(row.of)))
        factor = self.at("unit", lambda: self._factor(pairs[0][0].outcome))
        return Contrast(row, tuple(pairs), factor)

    def _differ(self, *names: str) -> bool:
        """Whether the sides differ in one of these fields."""
        return any(self.row.side("a", name) != self.row.side("b", name) for name in names)

    def _key(self, which: str, name: str) -> str:
        """The key that decides field `name` of a side."""
        return f"{name}_{which}" if getattr(self.row, f"{name}_{which}") else name

    def _arms(self) -> list[dict[str, str]]:
        """Names of law and posture on either side, from ``contrast`` or from the fields."""
        row = self.row
        fields = [{name: row.side(which, name) for name in ARM_FIELDS} for which in "ab"]
        if row.contrast:
            words = _ARROW.split(row.contrast)
            if len(words) != 2:
                fault = Fault(f"found {row.contrast!r}", "two sides as A -> B")
                raise BadInput(self.rows.fault(self.index, "contrast", fault))
            for one, text in zip(fields, words, strict=True):
                one.update(self.at("contrast", partial(_named, text)))
        for which, one in zip("ab", fields, strict=True):
            for name, load in LOADERS.items():
                if one[name]:
                    key = "contrast" if row.contrast else self._key(which, name)
                    self.at(key, partial(load, one[name]))
        return fields

    def _scenario(self, which: str, arm: dict[str, str], start: dt.date, days: int) -> Scenario:
        own = arm["parameters"] == self.row.side(which, "parameters")
        key = self._key(which, "parameters") if own else "contrast"
        values = self.at(key, lambda: _parameters(arm["parameters"]))
        given = {
            "regime": arm["regime"], "environment": arm["environment"], "posture": arm["posture"],
            "timeline": arm["timeline"], "city": self.row.city, "start": start, "days": days,
            "scale": self.scale, "parameters": values,
        }
        return self.at("start", lambda: scenario({k: v for k, v in given.items() if v != ""}))

    def _start(self) -> dt.date:
        """The first day: as given, else the usual one, or the first month of an earlier period."""
        if self.row.start:
            return self.at("start", lambda: date(self.row.start))
        usual = Scenario.model_fields["start"].default
        named = (dated(self.row.side(which, "period")) for which in "ab")
        first = [pd.Period(ends[0], "M").start_time.date() for ends in named if ends]
        return min(usual, *first) if first else usual

    def _period(self, which: str, start: dt.date) -> tuple[str, ...]:
        text = self.row.side(which, "period")
        key = self._key(which, "period")
        return self.at(key, lambda: month_names(text, start)) if text else ()

    def _days(self, start: dt.date, last: str) -> int:
        """Days to run: the years asked for, else to the end of the last month."""
        if self.row.years is not None:
            days = days_of(start, self.row.years)
            end = f"{start + dt.timedelta(days=days - 1):%Y-%m}"
            if last > end:
                fault = Fault(f"a period to {last} in runs that end in {end}", "more years")
                raise BadInput(self.rows.fault(self.index, "years", fault))
            return days
        if not last:
            return days_of(start, 1)
        return (pd.Period(last, "M").end_time.date() - start).days + 1

    def _factor(self, outcome: Outcome) -> float:
        """What the outcome's own unit is multiplied by to be in the row's."""
        row, measure = self.row, self.row.measure
        own = f"own ({outcome.unit}), percent or ratio of two sides"
        if measure == "odds ratio" and not outcome.share:
            self._refuse_unit(outcome, "no share", own)
        if measure not in IN_UNITS or row.unit == "own":
            return 1.0
        if match := PER.fullmatch(row.unit):
            per = whole("", re.sub(r"\D", "", match[1]), 1, 10**9)
            if outcome.share:
                self._refuse_unit(outcome, "a share", "points, percent, ratio or log")
        else:
            per = 100
            if row.unit == "points" and not outcome.share:
                self._refuse_unit(outcome, "no share", own)
        if not outcome.share and outcome.denominator.name != "person_years":
            self._refuse_unit(outcome, "no rate of persons", own)
        return per / outcome.per

    def _refuse_unit(self, outcome: Outcome, what: str, allowed: str) -> NoReturn:
        fault = Fault(f"found {self.row.unit!r}, and {outcome.name} is {what}", allowed)
        raise BadInput(self.rows.fault(self.index, "unit", fault))


def _one_level(settings: list[Scenario]) -> list[Scenario]:
    """Both sides with the levels of the first side's environment, or law could move nothing."""
    first, second = settings
    same = (first.environment, first.timeline) == (second.environment, second.timeline)
    if same or first.timeline:
        return settings
    return [
        one if one.environment == first.environment and not one.timeline
        else one.but(solved_under=first.environment)
        for one in settings
    ]


def runs_of(
    contrasts: list[Contrast], seeds: range, draws: Sequence[Mapping[str, float]]
) -> Iterator[Case]:
    """Every distinct run once: by draw and seed, with the outcomes of all sides that need it.

    A case's regime is the key of its scenario (`key_of`), its belief the number of the draw.
    """
    wanted: dict[str, tuple[Scenario, dict[str, Outcome]]] = {}
    for contrast in contrasts:
        for side in contrast.sides:
            key = key_of(side.scenario)
            longest, outcomes = wanted.get(key, (side.scenario, {}))
            outcomes[outcome_key(side.outcome)] = side.outcome
            wanted[key] = max(longest, side.scenario, key=lambda one: one.days), outcomes
    # Runs under one law's levels one after another: a worker keeps the last that it solved.
    wanted = dict(sorted(wanted.items(), key=lambda item: _solved(item[1][0])))
    for draw, values in enumerate(draws):
        for place, seed in enumerate(seeds):
            for key, (setting, outcomes) in wanted.items():
                # What a row sets goes before what is drawn.
                parameters = {**values, **setting.parameters}
                yield Case(
                    place, key, str(draw), setting.but(seed=seed, parameters=parameters),
                    outcomes=tuple(replace(one, name=name) for name, one in outcomes.items()),
                )


def key_of(setting: Scenario) -> str:
    """One name for one run. The months of a shorter run are those of a longer one."""
    whole_months = setting.end.day == 1
    return setting.model_dump_json(exclude={"days"} if whole_months else None)


def _solved(setting: Scenario) -> str:
    return setting.model_dump_json(exclude={"regime", "believed"})


def outcome_key(outcome: Outcome) -> str:
    """One name for one outcome in one group."""
    return f"{outcome.name} {dict(outcome.numerator.where)} {dict(outcome.denominator.where)}"


def _named(text: str) -> dict[str, str]:
    """What one side of ``contrast`` names: words parted by ``+`` or commas."""
    known = {"regime": regime_names(), "environment": environment_names(),
             "posture": posture_names(), "timeline": timeline_names()}
    every = [name for names in known.values() for name in names]
    words = re.split(r"\s+\+\s+|,\s+", text.strip())
    if len(words) == 1 and words[0] not in every and "@" not in words[0]:
        words = words[0].split("+")  # a mixed ordinance has a + of its own
    found: dict[str, str] = {}
    if not all(piece.strip() for piece in words) or text.strip().endswith("+"):
        raise BadInput(Fault(f"found {text.strip()!r}", "a name on either side of +"))
    for word in (piece.strip() for piece in words):
        if "=" in word:
            found["parameters"] = ",".join(filter(None, (found.get("parameters"), word)))
            continue
        kinds = [kind for kind, names in known.items() if word in names]
        if not kinds and (word.endswith(".toml") or "@" in word):
            kinds = ["regime"]
        if not kinds:
            raise BadInput(unknown("regime, environment, posture or timeline", word, every))
        if kinds[0] in found:
            raise BadInput(Fault(f"a second {kinds[0]} {word!r}", "one of a kind a side"))
        found[kinds[0]] = word
    return found


def _parameters(text: str) -> dict[str, float]:
    values: dict[str, float] = {}
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        name, equals, value = (piece.strip() for piece in part.partition("="))
        if name in values:
            raise BadInput(Fault(f"found {name} twice", "each parameter once"))
        try:
            values[name] = float(value)
        except ValueError:
            raise BadInput(Fault(f"found {part!r}", "NAME=VALUE, parted by commas")) from None
    try:
        load_parameters(values)
    except BadInput as error:
        named = [replace(one, found=f"{one.key}: {one.found}", key="") for one in error.faults]
        raise BadInput(named) from None
    return values


def _areas(city: City) -> dict[str, int]:
    numbers = [int(number) for number in city.numbers]
    by_number = {str(number): number for number in numbers}
    return by_number | dict(zip(city.names, numbers, strict=True))


def _names() -> tuple[str, ...]:
    from experiments.outcomes import OUTCOMES

    return tuple(OUTCOMES)


