"""The sentences about one topic: a level, and what may be said of each other regime."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from experiments.briefing.document import Inlines, Mark, Text
from experiments.briefing.facts import PARTS, Estimate
from experiments.briefing.ranges import afterwards, bounds, ranges, sides, sizer
from experiments.briefing.rules import FEW_EVENTS, Verdict, verdict
from experiments.briefing.writer import Writer, change_digits, level_digits
from experiments.outcomes import OUTCOMES

#: Topics of the three sentences, each an outcome with phrases under ``topic`` in the languages.
TOPICS = ("reporting_undocumented", "encounters", "victimisations")
#: A difference below this share of the level is called small, however clear it is.
SMALL = 0.01
#: Verdicts of which several regimes share one clause.
TOGETHER = (
    Verdict.SAME, Verdict.SAME_EVENTS, Verdict.FEW_PAIRS, Verdict.HIDDEN, Verdict.NONE,
    Verdict.MISSING, Verdict.SINGLE,
)
#: Up to so many texts are named where a sentence speaks of the rest of them.
NAMED = 2


@dataclass(frozen=True)
class Topic:
    """One outcome's level and differences, judged."""

    outcome: str
    base: Estimate
    changes: dict[str, Estimate]

    def scale(self, write: Writer) -> float:
        """What its values are multiplied by in print."""
        return float(write.language(f"topic.{self.outcome}.scale"))

    def digits(self, write: Writer) -> int:
        """Digits of its differences in print."""
        return change_digits(self.changes.values(), self.scale(write))

    @property
    def verdicts(self) -> dict[str, Verdict]:
        """What may be said of each regime."""
        return {regime: verdict(change) for regime, change in self.changes.items()}

    @property
    def clear(self) -> list[str]:
        """Regimes whose difference may be told."""
        return [regime for regime, found in self.verdicts.items() if found.clear]

    @property
    def largest(self) -> list[str]:
        """The largest clear difference each way, the larger of the two first."""
        found = [
            max(same, key=lambda regime: abs(self.changes[regime].estimate))
            for way in (Verdict.MORE, Verdict.FEWER)
            if (same := [regime for regime, state in self.verdicts.items() if state is way])
        ]
        return sorted(found, key=lambda regime: -abs(self.changes[regime].estimate))


def topic(write: Writer, outcome: str, baseline: str, others: list[str]) -> Topic:
    """Look one outcome up for all regimes."""
    facts = write.facts
    return Topic(
        outcome, facts.estimate("level", baseline, outcome),
        {regime: facts.estimate("difference", regime, outcome) for regime in others},
    )


def sentence(
    write: Writer, found: Topic, baseline: str, *, every: bool = True,
    named: Sequence[str] = (), bare: bool = False,
) -> Inlines:
    """One sentence: the level under the baseline, then every other regime by what it carries.

    With `every`, what can be told comes regime by regime; without, the largest difference each way
    and those `named` do, and the rest as a group. Regimes of one other verdict share a clause.
    Intervals stand in brackets, or, if `bare`, in a sentence that follows: one to be quoted has
    no brackets.
    """
    told = found.clear if every else found.largest
    told = [*told, *(one for one in found.clear if one in named and one not in told)]
    rest = [regime for regime in found.clear if regime not in told]
    clauses = [_changes(write, found, regime, bare=bare) for regime in told]
    unclear = [name for name, one in found.verdicts.items() if one is Verdict.UNCLEAR]
    sized = every or not found.clear or len(unclear) == 1
    if unclear:
        clauses.append(_unclear(write, found, unclear, sized=sized, bare=bare))
    for which in TOGETHER:
        names = [regime for regime, one in found.verdicts.items() if one is which]
        if names:
            clauses.append(write(f"change.{which}", regimes=write.regimes(names)))
    if rest:
        ends = [found.changes[regime].estimate for regime in told]
        within = all(min(ends) < found.changes[regime].estimate < max(ends) for regime in rest)
        key = "between" if within else "smaller"
        slots = {"regimes": write.regimes(rest)} if len(rest) <= NAMED else {}
        clauses.append(write(f"change.{key}{'_named' * bool(slots)}", **slots))
    said = write.join(clauses) if clauses else write("change.alone")
    few, small = few_note(write, found, bare=bare), small_note(write, found)
    said = (*_level(write, found, baseline, bare=bare), Text(": "), *said)
    if not bare:
        return (*said, *few, Text("."), *small)
    names = [*told, *(unclear if sized else [])]
    digits = level_digits(found.base.estimate, found.scale(write)), found.digits(write)
    changes = {name: found.changes[name] for name in names}
    after = afterwards(write, found.base, changes, digits, found.scale(write))
    return (*said, Text("."), *small, *((Text(" "), *after) if after else ()), *few)


def _level(write: Writer, found: Topic, baseline: str, *, bare: bool) -> Inlines:
    base, name = found.base, write.regime(baseline)
    state = verdict(base)
    for case in (Verdict.HIDDEN, Verdict.NONE, Verdict.MISSING):
        if state is case:
            return write(f"change.level_{case}", base=name)
    size = sizer(write, base, level_digits(base.estimate, found.scale(write)), found.scale(write))
    level: Inlines = (size("estimate"),)
    if not bare and not math.isnan(base.low):
        level = (*level, Text(" ("), *ranges(write, base, size, turned=False), Text(")"))
    said = write(f"topic.{found.outcome}.level", level=level, base=name)
    return (*said, Mark(base.fact))


def _changes(write: Writer, found: Topic, regime: str, *, bare: bool = False) -> Inlines:
    """A regime's own clause."""
    change, scale = found.changes[regime], found.scale(write)
    said = clause(write, change, regime, scale, found.digits(write), bare=bare)
    return (*said, Mark(change.fact))


def _unclear(
    write: Writer, found: Topic, regimes: list[str], *, sized: bool, bare: bool
) -> Inlines:
    """One clause for all differences that may be nothing; if `sized`, how large each could be."""
    everywhere = len(regimes) == len(found.changes) and len(regimes) > NAMED
    if len(regimes) == 1 and sized:
        return _changes(write, found, regimes[0], bare=bare)
    if not sized or bare:
        key = "all_plain" if everywhere else "plain"
        slots = {} if everywhere else {"regimes": write.regimes(regimes)}
        return write(f"change.unclear_{key}", **slots)
    changes = {regime: found.changes[regime] for regime in regimes}
    listed = bounds(write, changes, found.digits(write), found.scale(write))
    return write(f"change.unclear_{'all' if everywhere else 'many'}", list=listed)


def clause(
    write: Writer, change: Estimate, regime: str, scale: float, digits: int, *, bare: bool = False
) -> Inlines:
    """``4.7 fewer under X (2.5 to 6.9)``, or that nothing can be told apart from zero."""
    name, state = write.regime(regime), verdict(change)
    size = sizer(write, change, digits, scale)
    if state.clear and bare:
        return write(f"change.{state}_bare", size=size("estimate"), regime=name)
    if state.clear:
        interval = ranges(write, change, size, turned=state is Verdict.FEWER)
        return write(f"change.{state}", size=size("estimate"), range=interval, regime=name)
    if bare:
        return write("change.unclear_plain", regimes=name)
    if max(abs(getattr(change, end)) for end in change.ends) * scale < 0.5 * 10**-digits:
        bound = write.language.number(10**-digits, digits)
        return write("change.tiny", regime=name, bound=bound)
    return write("change.unclear", regime=name, **sides(write, change, digits, scale))


def few_note(write: Writer, found: Topic, *, bare: bool = False) -> Inlines:
    """A warning where a count rests on few simulated events; a sentence if `bare`."""
    spec, after = OUTCOMES[found.outcome], "_after" * bare
    if not spec.counts or not found.clear:
        return ()
    fewest = None
    for regime in [found.base.regime, *found.clear]:
        events = write.facts.events(regime, found.outcome)
        if events is None:
            return write(f"change.few_unknown{after}")
        if fewest is None or events.value("events") < fewest.value("events"):
            fewest = events
    if fewest is None or fewest.value("events") >= FEW_EVENTS:
        return ()
    number = write.number(fewest.id, "events", fewest.value("events"), 0)
    return write(f"change.few{after}", events=number)


def small_note(write: Writer, found: Topic) -> Inlines:
    """Differences beyond chance can still be too small to matter, and that is said."""
    level = abs(found.base.estimate)
    sizes = [abs(found.changes[regime].estimate) for regime in found.clear]
    small = bool(sizes) and max(sizes) < SMALL * level
    return write("change.small") if small else ()


def parts(write: Writer, found: Topic, regimes: list[str]) -> Inlines:
    """How large the two parts of each regime's difference are, where they can be told."""
    estimates = {
        (regime, part): write.facts.estimate(part, regime, found.outcome)
        for regime in regimes for part in PARTS
    }
    digits = change_digits(estimates.values(), found.scale(write))
    said = []
    for regime in regimes:
        sized: list[Inlines] = []
        for part in PARTS:
            one = estimates[regime, part]
            size = sizer(write, one, digits, found.scale(write), "signed")
            state = verdict(one)
            same = state in (Verdict.SAME, Verdict.SAME_EVENTS)
            nothing = write("parts.none" if same else "parts.nothing")
            sized.append((size("estimate"), Mark(one.fact)) if state.clear else nothing)
        law, belief = sized
        said.append(write("parts.sized", regime=write.regime(regime), law=law, belief=belief))
    return write.join(said)
