"""The sentences about one topic: a level, and what may be said of each other regime."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from experiments.briefing.document import Inlines, Mark, Text
from experiments.briefing.facts import Estimate
from experiments.briefing.ranges import bound, bounds, ranges, sides, sizer
from experiments.briefing.rules import FEW_EVENTS, Verdict, verdict
from experiments.briefing.writer import Writer, change_digits, level_digits
from experiments.marks import SMALL_SHARE
from experiments.outcomes import OUTCOMES

#: Topics of the three sentences, each an outcome with phrases under ``topic`` in the languages.
TOPICS = ("reporting_undocumented", "encounters", "victimisations")
#: Outcomes of which a part is told with the level.
OF_THEM = {"encounters": "ice_arrests"}
#: Verdicts of which several regimes share one clause.
TOGETHER = (
    Verdict.SAME, Verdict.SAME_EVENTS, Verdict.FEW_PAIRS, Verdict.HIDDEN, Verdict.NONE,
    Verdict.MISSING, Verdict.SINGLE,
)
#: Up to so many texts are named where a sentence speaks of the rest of them.
NAMED = 2
#: More than so many are counted, not named, where nothing can be told of each.
MANY = 3


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

    def of(self, *states: Verdict) -> list[str]:
        """Regimes of which one of these may be said."""
        return [regime for regime, found in self.verdicts.items() if found in states]

    @property
    def largest(self) -> list[str]:
        """The largest clear difference each way, the larger of the two first."""
        found = [
            max(same, key=lambda regime: abs(self.changes[regime].estimate))
            for way in (Verdict.MORE, Verdict.FEWER)
            if (same := self.of(way))
        ]
        return sorted(found, key=lambda regime: -abs(self.changes[regime].estimate))


def topic(write: Writer, outcome: str, baseline: str, others: list[str]) -> Topic:
    """Look one outcome up for all regimes."""
    facts = write.facts
    return Topic(
        outcome, facts.estimate("level", baseline, outcome),
        {regime: facts.estimate("difference", regime, outcome) for regime in others},
    )


@dataclass(frozen=True)
class Chosen:
    """Which of a topic's differences are told: each of `told` by itself, `rest` as a group; and
    which may be nothing, `unclear`."""

    told: list[str]
    rest: list[str]
    unclear: list[str]


def chosen(found: Topic, named: Sequence[str] | None) -> Chosen:
    """Everything, or where `named` is given the largest clear difference each way and those."""
    unclear = found.of(Verdict.UNCLEAR)
    if named is None:
        return Chosen(found.clear, [], unclear)
    if unclear:
        # A few pairs that differ make a difference that may be nothing, too.
        unclear = found.of(Verdict.UNCLEAR, Verdict.FEW_PAIRS)
    told = found.largest
    told = [*told, *(one for one in found.clear if one in named and one not in told)]
    rest = [regime for regime in found.clear if regime not in told]
    if len(rest) <= NAMED:
        return Chosen([*told, *rest], [], unclear)
    return Chosen(told, rest, unclear)


def sentence(
    write: Writer, found: Topic, baseline: str, *, named: Sequence[str] | None = None
) -> Inlines:
    """One sentence: the level under the baseline, then every other regime by what it carries.

    Everything that can be told comes regime by regime, its intervals in brackets. Where `named` is
    given, in short, to be read by anybody: the largest difference each way, those `named` and the
    rest as a group, each with one range that holds chance and doubt about parameters. Regimes of
    one other verdict share a clause.
    """
    short, pick = named is not None, chosen(found, named)
    clauses = [_changes(write, found, regime, short=short) for regime in pick.told]
    if pick.unclear:
        unclear = _left_open if short else _unclear
        clauses.append(unclear(write, found, pick))
    for which in TOGETHER:
        names = [regime for regime in found.of(which) if regime not in pick.unclear]
        if names:
            clauses.append(write(f"change.{which}", regimes=write.regimes(names)))
    clauses += _rest(write, found, pick)
    said = write.join(clauses) if clauses else write("change.alone")
    said = (*level_said(write, found, baseline, short=short), Text(": "), *said)
    return (*said, *few_note(write, found), Text("."), *small_note(write, found))


def level_said(write: Writer, found: Topic, baseline: str, *, short: bool) -> Inlines:
    """The level under the baseline, or why there is none."""
    base, name = found.base, write.regime(baseline)
    state = verdict(base)
    for case in (Verdict.HIDDEN, Verdict.NONE, Verdict.MISSING):
        if state is case:
            return write(f"change.level_{case}", base=name)
    size = sizer(write, base, level_digits(base.estimate, found.scale(write)), found.scale(write))
    level: Inlines = (size("estimate"),)
    if not math.isnan(base.low):
        within = ranges(write, base, size, turned=False, short=short)
        level = (*level, Text(" ("), *within, Text(")"))
    said = write(f"topic.{found.outcome}.level", level=level, base=name)
    return (*said, Mark(base.fact), *_of_them(write, found.outcome, baseline))


def _of_them(write: Writer, outcome: str, baseline: str) -> Inlines:
    """How many of a level are what a reader may take all of it for; nothing if not to be had."""
    if outcome not in OF_THEM:
        return ()
    part = write.facts.estimate("level", baseline, OF_THEM[outcome])
    if part.missing or part.suppressed or math.isnan(part.estimate):
        return ()
    size = sizer(write, part, level_digits(part.estimate), 1.0)
    shown: Inlines = (size("estimate"),)
    if not math.isnan(part.low):
        within = ranges(write, part, size, turned=False, short=True)
        shown = (*shown, Text(" ("), *within, Text(")"))
    return (*write(f"topic.{outcome}.of_them", size=shown), Mark(part.fact))


def _changes(write: Writer, found: Topic, regime: str, *, short: bool = False) -> Inlines:
    """A regime's own clause."""
    change, scale = found.changes[regime], found.scale(write)
    said = clause(write, change, regime, scale, found.digits(write), short=short)
    return (*said, Mark(change.fact))


def _rest(write: Writer, found: Topic, pick: Chosen) -> list[Inlines]:
    """``0.9 to 1.3 more under 3 other texts``: the least and the largest of each way."""
    said, digits, scale = [], found.digits(write), found.scale(write)
    for way in (Verdict.MORE, Verdict.FEWER):
        changes = [found.changes[regime] for regime in pick.rest if found.verdicts[regime] is way]
        if not changes:
            continue
        order = sorted(changes, key=lambda one: abs(one.estimate))
        ends = [sizer(write, one, digits, scale)("estimate") for one in (order[0], order[-1])]
        alike = ends[0].text == ends[1].text
        size = (ends[0],) if alike else write("change.range", low=ends[0], high=ends[1])
        count = write.language.number(len(changes))
        said.append(write(f"change.rest_{way}", size=size, count=count))
    return said


def _unclear(write: Writer, found: Topic, pick: Chosen) -> Inlines:
    """One clause for all differences that may be nothing, with how large each could be."""
    if len(pick.unclear) == 1:
        return _changes(write, found, pick.unclear[0])
    changes = {regime: found.changes[regime] for regime in pick.unclear}
    listed = bounds(write, changes, found.digits(write), found.scale(write))
    return write(f"change.unclear_{'all' if _everywhere(found, pick) else 'many'}", list=listed)


def _left_open(write: Writer, found: Topic, pick: Chosen) -> Inlines:
    """The same in short, with the size that is possible of the widest alone, and none at all where
    others are clear."""
    if _everywhere(found, pick):
        said = write("change.unclear_all_plain")
    elif len(pick.unclear) > MANY:
        count, total = (write.language.number(len(one)) for one in (pick.unclear, found.changes))
        said = write("change.unclear_count", count=count, total=total)
    else:
        said = write("change.unclear_plain", regimes=write.regimes(pick.unclear))
    if found.clear and len(pick.unclear) > 1:
        return said
    changes = [found.changes[name] for name in pick.unclear]
    most = bound(
        write, max(changes, key=lambda one: one.widest), found.digits(write), found.scale(write)
    )
    return write("change.left_open", said=said, most=most)


def _everywhere(found: Topic, pick: Chosen) -> bool:
    return len(pick.unclear) == len(found.changes) > NAMED


def clause(
    write: Writer, change: Estimate, regime: str, scale: float, digits: int, *, short: bool = False
) -> Inlines:
    """``4.7 fewer under X (2.5 to 6.9)``, or that no difference is clear."""
    name, state = write.regime(regime), verdict(change)
    size = sizer(write, change, digits, scale)
    if state.clear:
        interval = ranges(write, change, size, turned=state is Verdict.FEWER, short=short)
        return write(f"change.{state}", size=size("estimate"), range=interval, regime=name)
    if change.widest * scale < 0.5 * 10**-digits:
        least = write.language.number(10**-digits, digits)
        return write("change.tiny", regime=name, bound=least)
    return write("change.unclear", regime=name, **sides(write, change, digits, scale))


def few_note(write: Writer, found: Topic) -> Inlines:
    """A warning where a count rests on few simulated events."""
    if not OUTCOMES[found.outcome].counts or not found.clear:
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
    small = bool(sizes) and max(sizes) < SMALL_SHARE * level
    return write("change.small") if small else ()
