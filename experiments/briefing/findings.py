"""The sentences about one topic: a level, and what may be said of each other regime."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from experiments.briefing.document import Inlines, Mark, Number, Text
from experiments.briefing.facts import PARTS, Estimate
from experiments.briefing.rules import FEW_EVENTS, Verdict, verdict
from experiments.briefing.writer import Writer, change_digits, level_digits
from experiments.language import MOST_DIGITS, few_digits
from experiments.outcomes import OUTCOMES

#: Topics of the three sentences, each an outcome with phrases under ``topic`` in the languages.
TOPICS = ("reporting_undocumented", "encounters", "victimisations")
#: A difference below this share of the level is called small, however clear it is.
SMALL = 0.01
#: Verdicts of which several regimes share one clause.
TOGETHER = (
    Verdict.SAME, Verdict.SAME_EVENTS, Verdict.ONE_PAIR, Verdict.HIDDEN, Verdict.NONE,
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
    write: Writer, found: Topic, baseline: str, *, every: bool = True, named: Sequence[str] = ()
) -> Inlines:
    """One sentence: the level under the baseline, then every other regime by what it carries.

    With `every`, what can be told comes regime by regime; without, the largest difference each way
    and those `named` do, and the rest as a group. Regimes of one other verdict share a clause.
    """
    told = found.clear if every else found.largest
    told = [*told, *(one for one in found.clear if one in named and one not in told)]
    rest = [regime for regime in found.clear if regime not in told]
    clauses = [_changes(write, found, regime) for regime in told]
    if unclear := [name for name, one in found.verdicts.items() if one is Verdict.UNCLEAR]:
        clauses.append(_unclear(write, found, unclear, sized=every or not found.clear))
    for which in TOGETHER:
        names = [regime for regime, one in found.verdicts.items() if one is which]
        if names:
            clauses.append(write(f"change.{which}", regimes=write.regimes(names)))
    if rest:
        key = "between" if len(told) > 1 else "smaller"
        slots = {"regimes": write.regimes(rest)} if len(rest) <= NAMED else {}
        clauses.append(write(f"change.{key}{'_named' * bool(slots)}", **slots))
    said = write.join(clauses) if clauses else write("change.alone")
    notes = (*few_note(write, found), Text("."), *small_note(write, found))
    return (*_level(write, found, baseline), Text(": "), *said, *notes)


def _level(write: Writer, found: Topic, baseline: str) -> Inlines:
    base, name = found.base, write.regime(baseline)
    state = verdict(base)
    for case in (Verdict.HIDDEN, Verdict.NONE, Verdict.MISSING):
        if state is case:
            return write(f"change.level_{case}", base=name)
    scale = topic_scale(write, found)
    digits = level_digits(base.estimate, scale)
    level = write.number(base.fact, "estimate", base.estimate, digits, scale=scale)
    return (*write(f"topic.{found.outcome}.level", level=level, base=name), Mark(base.fact))


def topic_scale(write: Writer, found: Topic) -> float:
    """What a topic's values are multiplied by in print."""
    return float(write.language(f"topic.{found.outcome}.scale"))


def _changes(write: Writer, found: Topic, regime: str) -> Inlines:
    """A regime's own clause."""
    change, state = found.changes[regime], found.verdicts[regime]
    return (*clause(write, change, state, regime, topic_scale(write, found)), Mark(change.fact))


def _unclear(write: Writer, found: Topic, regimes: list[str], *, sized: bool) -> Inlines:
    """One clause for all differences that may be nothing; if `sized`, how large they could be."""
    everywhere = len(regimes) == len(found.changes) and len(regimes) > NAMED
    names = write.regimes(regimes)
    if not sized:
        return write("change.unclear_plain", regimes=names)
    if len(regimes) == 1:
        return _changes(write, found, regimes[0])
    scale = topic_scale(write, found)
    ends = [
        (abs(getattr(found.changes[regime], column)), regime, column)
        for regime in regimes for column in found.changes[regime].ends
    ]
    size, regime, column = max(ends, key=lambda end: end[0])
    if size * scale < 0.5 * 10**-MOST_DIGITS:
        bound = write.language.number(10**-MOST_DIGITS, MOST_DIGITS)
        return write("change.tiny", regime=names, bound=bound)
    change = found.changes[regime]
    number = write.number(
        change.fact, column, getattr(change, column), change_digits(change, scale), scale=scale,
        form="size",
    )
    if everywhere:
        said = write("change.unclear_all", bound=number, widest=write.regime(regime))
    else:
        said = write(
            "change.unclear_many", regimes=names, bound=number, widest=write.regime(regime)
        )
    return (*said, Mark(change.fact))


def clause(
    write: Writer, change: Estimate, state: Verdict, regime: str, scale: float
) -> Inlines:
    """``4.7 fewer under X (2.5 to 6.9)``, or that nothing can be told apart from zero."""
    name, ends = write.regime(regime), change.ends
    digits = change_digits(change, scale) if state.clear else few_digits(
        *(getattr(change, end) for end in ends), scale=scale
    )

    def size(column: str) -> Number:
        value = float(getattr(change, column))
        return write.number(change.fact, column, value, digits, scale=scale, form="size")

    if state.clear:
        interval = ranges(write, change, size, turned=state is Verdict.FEWER)
        return write(f"change.{state}", size=size("estimate"), range=interval, regime=name)
    if max(abs(getattr(change, end)) for end in ends) * scale < 0.5 * 10**-MOST_DIGITS:
        bound = write.language.number(10**-MOST_DIGITS, MOST_DIGITS)
        return write("change.tiny", regime=name, bound=bound)
    sides = {
        slot: write(
            f"change.side_{'fewer' if getattr(change, column) < 0 else 'more'}",
            size=size(column),
        )
        for slot, column in zip(("low", "high"), ends, strict=True)
    }
    return write("change.unclear", regime=name, **sides)


def ranges(
    write: Writer, change: Estimate, size: Callable[[str], Number], *, turned: bool
) -> Inlines:
    """The interval of chance, and that of doubt about the parameters where they were drawn.

    Ends stand as they are, or with the signs `turned`, so that sizes rise from left to right.
    """
    def ends(low: str, high: str) -> dict[str, Number]:
        near, far = (high, low) if turned else (low, high)
        return {"low": size(near), "high": size(far)}

    chance = write("change.range", **ends("low", "high"))
    if not change.drawn:
        return chance
    if change.doubtless:
        return write("change.ranges_no_doubt", chance=chance)
    doubt = write("change.range", **ends("par_low", "par_high"))
    return write("change.ranges", chance=chance, doubt=doubt)


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


def parts(write: Writer, found: Topic, regimes: list[str]) -> Inlines:
    """Which part of the regimes' differences can itself be told apart from zero."""
    groups: dict[str, list[str]] = {}
    for regime in regimes:
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
