"""What a comparison is asked to do, checked before anything runs."""

from __future__ import annotations

import datetime as dt
import math
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.outcomes import Outcome
from experiments.raids import raid_of
from model.faults import BadInput, Fault
from model.scenario import Scenario, brief, scenario

if TYPE_CHECKING:
    from model.city import City

DEFAULT_BASELINE, DEFAULT_CITY = "welcoming-2012", "chicago"
MAX_YEARS, MAX_REPLICATES = 100, 10_000
#: Of the posterior, where a number is not asked for.
DEFAULT_DRAWS = 8
#: What the posterior is called that comes with the project.
OWN_POSTERIOR = "the committed posterior"
#: The shortest run is a day, as a share of a year.
LEAST_YEARS = 1 / 365
#: Fewer residents than this make no city: every cell of theirs would be empty.
LEAST_RESIDENTS = 100
FIRST_YEAR, LAST_YEAR = 1900, 2200
#: Longer numbers are not read: Python refuses those of thousands of digits with a traceback.
LONGEST_NUMBER = 20

@dataclass(frozen=True)
class Case:
    """One run: a regime in one replicate, with its own belief or the baseline's held.

    `outcomes` are tabulated; all named ones where there are none. `draw` is that of a posterior.
    """

    replicate: int
    regime: str
    belief: str
    scenario: Scenario
    events: bool = False
    outcomes: tuple[Outcome, ...] = ()
    draw: int | None = None


@dataclass(frozen=True)
class Settings:
    """A checked request. `cases` lists every run that it takes, replicate by replicate.

    `draws` are sets of parameters from the file `posterior`: every replicate is run at each.
    """

    regimes: tuple[str, ...]
    baseline: str
    replicates: int
    scenario: Scenario
    years: float
    decompose: bool
    events: bool
    titles: tuple[tuple[str, str], ...]
    draws: tuple[Mapping[str, float], ...] = ()
    posterior: str | None = None

    @property
    def points(self) -> int:
        """Sets of parameters at which every replicate is run."""
        return max(len(self.draws), 1)

    @property
    def seeds(self) -> range:
        """Seed of each replicate."""
        return range(self.scenario.seed, self.scenario.seed + self.replicates)

    def cases(self) -> list[Case]:
        """Every run of this request, those of one seed together."""
        return [
            Case(index, name(regime), belief, self.scenario.but(
                seed=seed,
                regime=self.scenario.regime if self.scenario.timeline else regime,
                believed=self.baseline if belief == "held" else None,
                parameters={**values, **self.scenario.parameters},
            ), self.events and belief == "own", draw=draw if self.draws else None)
            for index, seed in enumerate(self.seeds)
            for draw, values in enumerate(self.draws or ({},))
            for regime in self.regimes
            for belief in ("own", "held")
            if belief == "own" or (self.decompose and regime != self.baseline)
        ]


def name(regime: str) -> str:
    """The short name of a regime that may be given as a path: no result holds a machine's path."""
    return Path(regime).stem if os.sep in regime or regime.endswith(".toml") else regime


def environment_says(environment: str) -> str:
    """A sentence on what a legal environment leaves of a comparison between ordinances."""
    from model.law import load_environment

    stated, _ = load_environment(environment)
    since = f" ({stated.period})" if stated.period else ""
    return f"Legal environment {stated.name}{since}: {stated.summary}"


def settings(
    regimes: Sequence[str] | str | None,
    *,
    baseline: str | None,
    years: Any,
    replicates: Any,
    seed: Any,
    scale: Any,
    environment: str,
    posture: str,
    city: str,
    start: Any,
    parameters: Mapping[str, Any] | None,
    raids: Sequence[str] = (),
    timeline: str | None,
    decompose: bool,
    events: bool,
    posterior: str | Path | None = None,
    draws: Any = 0,
) -> Settings:
    """Check everything that can be checked without running; `draws` as `comparison.compare` says.

    Raises
    ------
    BadInput
        A fault for each thing that is wrong: unknown names, numbers out of range, repeated
        regimes.
    """
    faults: list[Fault] = []

    def tried(call: Callable[[], Any], otherwise: Any = None) -> Any:
        try:
            return call()
        except BadInput as error:
            faults.extend(error.faults)
            return otherwise

    from model.city import load_city
    from model.law import build_law, load_timeline
    from model.ordinance import load_regime
    from model.posture import load_posture
    from model.registry import load_parameters

    if isinstance(regimes, str):
        regimes = (regimes,)
    chosen = regimes_of(Path(city).name) if regimes is None else tuple(regimes)
    if not chosen:
        raise BadInput(Fault("found no regime", "at least one regime", key="regimes"))
    if baseline is None:
        baseline = DEFAULT_BASELINE if DEFAULT_BASELINE in chosen else chosen[0]
    listed = chosen
    chosen = (baseline, *(regime for regime in chosen if regime != baseline))
    # In the user's list, and with the baseline put in: one name must be one law in every table.
    shorts, finals = ([name(regime) for regime in some] for some in (listed, chosen))
    for short in dict.fromkeys(finals):
        if max(shorts.count(short), finals.count(short)) > 1:
            faults.append(Fault(f"found {short!r} twice", "each regime once", key="regimes"))
    if timeline is not None and len(chosen) > 1:
        found = f"found {len(chosen)} regimes beside a timeline"
        faults.append(Fault(found, "a timeline alone", key="timeline"))
    layers = [tried(partial(load_regime, regime)) for regime in chosen]
    tried(lambda: load_posture(posture))
    place = tried(lambda: load_city(city))
    tried(lambda: enough(place, scale))
    values = parameter_values(parameters, faults)
    tried(lambda: load_parameters(values))
    count = tried(lambda: whole("replicates", replicates, 1, MAX_REPLICATES), 1)
    drawn, stem = tried(partial(drawn_from, posterior, draws, count, events=events), ((), None))
    operations = tuple(filter(None, (tried(partial(raid_of, text)) for text in raids)))
    span = tried(lambda: _years(years), 1.0)
    first = tried(lambda: whole("seed", seed, 0, 2**63 - 1), 0)
    begin = tried(lambda: _date("start", start), Scenario.model_fields["start"].default)
    days = tried(lambda: days_of(begin, span), 365)
    made = tried(
        lambda: scenario(
            dict(
                regime=chosen[0], environment=environment, posture=posture, city=str(city),
                timeline=timeline, start=begin, days=days, scale=scale, seed=first,
                parameters=values, raids=operations,
            )
        )
    )
    if made is not None and made.seed + count > 2**63:
        faults.append(Fault(f"found {brief(seed)}", "seed + replicates below 2**63", key="seed"))
    if all(layers) and not faults:
        tried(lambda: build_law(chosen[0], environment, posture, timeline))
    if faults:
        raise BadInput(faults)
    titles = tuple((name(r), layer.title) for r, layer in zip(chosen, layers, strict=True))
    if timeline is not None:
        # A timeline takes the regime's place, and so its name in every table.
        chosen, baseline, decompose = (timeline,), timeline, False
        titles = ((name(timeline), load_timeline(timeline)[0].title),)
    return Settings(
        chosen, baseline, count, made, span, decompose, events, titles, drawn, stem
    )


def drawn_from(
    given: str | Path | None, draws: Any, replicates: int, *, events: bool = False
) -> tuple[tuple[Mapping[str, float], ...], str | None]:
    """So many draws of a posterior (the project's own unless another is given), and its name.

    None with 0 draws; nor, unless asked for, where they would tell nothing (one replicate), or
    where every single event of each would be kept.

    Raises
    ------
    BadInput
        If the file or the number cannot be, or draws are asked for beside events.
    """
    count = None if draws is None else whole("draws", draws, 0, MAX_REPLICATES)
    if given is None and (count == 0 or (count is None and (events or replicates < 2))):
        return (), None
    from experiments.calibration.posterior import load_posterior

    if events:
        raise BadInput(Fault("found a posterior beside events", "one of them", key="events"))
    if count is not None and count < 2:
        allowed = "2 or more" if given is not None else "2 or more; 0 for chance alone"
        raise BadInput(Fault(f"found {count}", allowed, key="draws"))
    posterior = load_posterior(given or None)
    if count is None:
        count = min(DEFAULT_DRAWS, len(posterior.draws))
    named = as_typed(given) if given else OWN_POSTERIOR
    return tuple(posterior.take(count)), named


def as_typed(given: str | Path) -> str:
    """A name, or a path from the folder of the call, as it is; of any other path its last part,
    since a manifest holds no path of a machine."""
    path = Path(given)
    return path.name if path.is_absolute() or ".." in path.parts else path.as_posix()


def regimes_of(city: str) -> tuple[str, ...]:
    """The regimes that a city can have, by date: its own, and those that are of no place."""
    from model.ordinance import load_regime, regime_names

    layers = [load_regime(name) for name in regime_names()]
    ours = [layer for layer in layers if layer.place in (place_of(city), None)]
    return tuple(layer.name for layer in sorted(ours, key=lambda layer: str(layer.in_force)))


def place_of(city: str) -> str:
    """Whose texts are a city's own: a city for which there is none borrows Chicago's."""
    from model.ordinance import load_regime, regime_names

    return city if city in {load_regime(name).place for name in regime_names()} else DEFAULT_CITY


def chicago_regimes() -> tuple[str, ...]:
    """The regimes of Chicago: a suburb's ordinance binds nobody here."""
    return regimes_of(DEFAULT_CITY)


def parameter_values(given: Mapping[str, Any] | None, faults: list[Fault]) -> dict[str, float]:
    """Overrides as numbers; what is no number is added to `faults`."""
    values = {}
    for key, value in (given or {}).items():
        try:
            values[key] = float(value)
        except (TypeError, ValueError, OverflowError):
            faults.append(Fault(f"found {brief(value)}", "a number", key=key))
    return values


def real(key: str, value: Any, above: float, most: float) -> float:
    """A number, given as one or as text.

    Raises
    ------
    BadInput
        If it is none, not above `above`, or more than `most`.
    """
    try:
        number = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not above < number <= most:
        allowed = f"a number above {above} up to {most}"
        raise BadInput(Fault(f"found {brief(value)}", allowed, key=key))
    return number


def _years(value: Any) -> float:
    span = real("years", value, 0, MAX_YEARS)
    # A day is allowed however its share of a year was rounded.
    if span * 365 < 0.99:
        allowed = f"a number from {LEAST_YEARS:.4f} (a day) to {MAX_YEARS}"
        raise BadInput(Fault(f"found {brief(value)}", allowed, key="years"))
    return span


def whole(key: str, value: Any, least: int, most: int) -> int:
    """A whole number, given as one or as text.

    Raises
    ------
    BadInput
        If it is none, or out of range.
    """
    text = brief(value) if isinstance(value, int) else str(value).strip()
    plain = not isinstance(value, bool) and text.isdecimal() and len(text) <= LONGEST_NUMBER
    if not plain or not least <= int(text) <= most:
        allowed = f"a whole number from {least} to {most:,}"
        raise BadInput(Fault(f"found {brief(value)}", allowed, key=key))
    return int(text)


def _date(key: str, value: Any) -> dt.date:
    if value is None:
        return Scenario.model_fields["start"].default
    try:
        date = value if isinstance(value, dt.date) else dt.date.fromisoformat(str(value))
    except ValueError:
        raise BadInput(Fault(f"found {brief(value)}", "a date as 2022-01-01", key=key)) from None
    if not FIRST_YEAR <= date.year <= LAST_YEAR:
        allowed = f"a date in the years {FIRST_YEAR} to {LAST_YEAR}"
        raise BadInput(Fault(f"found {date}", allowed, key=key))
    return date


def days_of(start: dt.date, years: float) -> int:
    """Whole years end on the anniversary; a part of a year is that part of 365 days."""
    whole = int(years)
    try:
        end = start.replace(year=start.year + whole)
    except ValueError:  # 29 February
        end = dt.date(start.year + whole, 3, 1)
    return max(1, (end - start).days + round((years - whole) * 365))


def enough(city: City | None, scale: Any) -> None:
    """Refuse a scale at which next to nobody is simulated."""
    residents = 0 if city is None else int(city.population.sum())
    if not residents or not isinstance(scale, int | float | str):
        return
    try:
        made = float(scale) * residents
    except ValueError:
        return  # no number: the scenario says so
    if 0 < made < LEAST_RESIDENTS:
        digits = 10 ** math.ceil(math.log10(residents / LEAST_RESIDENTS) + 1)
        least = min(1.0, math.ceil(LEAST_RESIDENTS / residents * digits) / digits)
        allowed = f"at least {least:g}, for {LEAST_RESIDENTS} of {residents:,} residents"
        raise BadInput(Fault(f"found {brief(scale)}", allowed, key="scale"))
