"""The sentences about one topic: a level, and what may be said of each other regime."""

from __future__ import annotations

from dataclasses import dataclass

from experiments.briefing.document import Inlines, Mark, Number, Text
from experiments.briefing.facts import Estimate
from experiments.briefing.rules import FEW_EVENTS, Verdict, verdict
from experiments.briefing.writer import Writer
from experiments.language import MOST_DIGITS, few_digits
from experiments.outcomes import OUTCOMES

#: Topics of the three sentences, each an outcome with phrases under ``topic`` in the languages.
TOPICS = ("reporting_undocumented", "encounters", "victimisations")
PARTS = ("legal_exposure", "belief")
#: A difference below this share of the level is called small, however clear it is.
SMALL = 0.01
#: Verdicts of which several regimes share one clause.
TOGETHER = (Verdict.SAME, Verdict.HIDDEN, Verdict.NONE, Verdict.MISSING, Verdict.SINGLE)


@dataclass(frozen=True)
class Topic:
    """One outcome's level and differences, judged."""

    outcome: str
    base: Estimate
    changes: dict[str, Estimate]

    @property
    def verdicts(self) -> dict[str, Verdict]:
        """What may be said of each regime."""
        return {regime: verdict(change) for regime, change in self.changes.items()}

    @property
    def clear(self) -> list[str]:
        """Regimes whose difference may be told."""
        return [regime for regime, found in self.verdicts.items() if found.clear]


def topic(write: Writer, outcome: str, baseline: str, others: list[str]) -> Topic:
    """Look one outcome up for all regimes."""
    facts = write.facts
    return Topic(
        outcome, facts.estimate("level", baseline, outcome),
        {regime: facts.estimate("difference", regime, outcome) for regime in others},
    )


def sentence(write: Writer, found: Topic, baseline: str) -> Inlines:
    """One sentence: the level under the baseline, then every other regime by what it carries.

    What can be told comes first, regime by regime; regimes that share a verdict share a clause.
    """
    parts = [_changes(write, found, regime) for regime in found.clear]
    clauses = [part for part in parts if part]
    if unclear := [name for name, one in found.verdicts.items() if one is Verdict.UNCLEAR]:
        clauses.append(_unclear(write, found, unclear))
    for which in TOGETHER:
        names = [regime for regime, one in found.verdicts.items() if one is which]
        if names:
            clauses.append(write(f"change.{which}", regimes=write.regimes(names)))
    said = write.join(clauses) if clauses else write("change.alone")
    notes = (*few_note(write, found), Text("."), *small_note(write, found))
    return (*_level(write, found, baseline), Text(": "), *said, *notes)


def _level(write: Writer, found: Topic, baseline: str) -> Inlines:
    base, name = found.base, write.regime(baseline)
    state = verdict(base)
    for case in (Verdict.HIDDEN, Verdict.NONE, Verdict.MISSING):
        if state is case:
            return write(f"change.level_{case}", base=name)
    scale = float(write.language(f"topic.{found.outcome}.scale"))
    digits = few_digits(base.estimate, scale=scale)
    level = write.number(base.fact, "estimate", base.estimate, digits, scale=scale)
    return (*write(f"topic.{found.outcome}.level", level=level, base=name), Mark(base.fact))


def _changes(write: Writer, found: Topic, regime: str) -> Inlines:
    """A regime's own clause."""
    change, state = found.changes[regime], found.verdicts[regime]
    scale = float(write.language(f"topic.{found.outcome}.scale"))
    return (*clause(write, change, state, regime, scale), Mark(change.fact))


def _unclear(write: Writer, found: Topic, regimes: list[str]) -> Inlines:
    """One clause for all differences that may be nothing: how large any could be at most."""
    if len(regimes) == 1:
        return _changes(write, found, regimes[0])
    scale = float(write.language(f"topic.{found.outcome}.scale"))
    ends = [
        (abs(getattr(found.changes[regime], column)), regime, column)
        for regime in regimes for column in found.changes[regime].ends
    ]
    size, regime, column = max(ends, key=lambda end: end[0])
    names = write.regimes(regimes)
    if size * scale < 0.5 * 10**-MOST_DIGITS:
        bound = write.language.number(10**-MOST_DIGITS, MOST_DIGITS)
        return write("change.tiny", regime=names, bound=bound)
    change = found.changes[regime]
    number = write.number(
        change.fact, column, getattr(change, column), few_digits(size, scale=scale), scale=scale,
        form="size",
    )
    return (*write("change.unclear_many", regimes=names, bound=number), Mark(change.fact))


def clause(
    write: Writer, change: Estimate, state: Verdict, regime: str, scale: float
) -> Inlines:
    """``4.7 fewer under X (2.5 to 6.9 fewer)``, or that nothing can be told apart from zero."""
    low, high = change.ends
    values = {column: float(getattr(change, column)) for column in ("estimate", low, high)}
    digits = few_digits(*values.values(), scale=scale)
    name = write.regime(regime)

    def size(column: str) -> Number:
        return write.number(
            change.fact, column, values[column], digits, scale=scale, form="size"
        )

    if state.clear:
        # Sizes rise from left to right, whichever the sign.
        near, far = (low, high) if state is Verdict.MORE else (high, low)
        return write(
            f"change.{state}", size=size("estimate"), low=size(near), high=size(far), regime=name
        )
    if max(abs(values[low]), abs(values[high])) * scale < 0.5 * 10**-MOST_DIGITS:
        bound = write.language.number(10**-MOST_DIGITS, MOST_DIGITS)
        return write("change.tiny", regime=name, bound=bound)
    sides = {
        slot: write(
            f"change.side_{'fewer' if values[column] < 0 else 'more'}", size=size(column)
        )
        for slot, column in (("low", low), ("high", high))
    }
    return write("change.unclear", regime=name, **sides)


def few_note(write: Writer, found: Topic) -> Inlines:
    """A warning where a count rests on few simulated events."""
    spec = OUTCOMES[found.outcome]
    if not spec.counts or not found.clear:
        return ()
    fewest = None
    for regime in [found.base.regime, *found.clear]:
        events = write.facts.events(regime, found.outcome)
        if events is None:
            return write("change.few_unknown")
        if fewest is None or events.value("events") < fewest.value("events"):
            fewest = events
    if fewest is None or fewest.value("events") >= FEW_EVENTS:
        return ()
    number = write.number(fewest.id, "events", fewest.value("events"), 0)
    return write("change.few", events=number)


def small_note(write: Writer, found: Topic) -> Inlines:
    """Differences beyond chance can still be too small to matter, and that is said."""
    level = abs(found.base.estimate)
    sizes = [abs(found.changes[regime].estimate) for regime in found.clear]
    small = bool(sizes) and max(sizes) < SMALL * level
    return write("change.small") if small else ()


def parts(write: Writer, found: Topic) -> Inlines:
    """Which part of the clear differences can itself be told apart from zero."""
    groups: dict[str, list[str]] = {}
    for regime in found.clear:
        clear = [
            verdict(write.facts.estimate(part, regime, found.outcome)).clear for part in PARTS
        ]
        key = {
            (True, True): "both", (True, False): "only_law", (False, True): "only_belief",
            (False, False): "neither",
        }[clear[0], clear[1]]
        groups.setdefault(key, []).append(regime)
    said = [write(f"parts.{key}", regimes=write.regimes(names)) for key, names in groups.items()]
    return write.join(said, ", ")
