"""What a number may be told as. Nothing here knows which way is better, or what is counted.

A difference is an effect only if every interval that was made for it leaves out zero: that over
replicates (Monte Carlo error) and, where parameters were drawn, that over draws; and if the events
behind it, not only the time over which they are counted, differ in at least half of the pairs of
runs: an interval of a few rare events is too sure of itself. For the same reason nothing is told of
a difference whose single pairs the privacy gate keeps back, since few events stand behind them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from enum import StrEnum

from scipy.special import stdtr, stdtrit

from experiments.briefing.facts import Estimate

#: Fewer simulated events than this and a sentence says that it rests on few.
FEW_EVENTS = 100
#: Words for how sure, by the least chance for which each is used (Mastrandrea et al. 2010, the
#: scale of the IPCC); "likely" and up only, as a difference is never told in one direction below.
SCALE = (("certain", 0.99), ("very_likely", 0.90), ("likely", 0.66))
CONFIDENCE = 0.95
#: A difference of less than this share of its size keeps its direction, and is told to shrink.
SHRUNK = 0.1


class Verdict(StrEnum):
    """What may be said of an estimate."""

    MISSING = "missing"
    HIDDEN = "hidden"
    NONE = "none"
    SINGLE = "single"
    SAME = "same"
    SAME_EVENTS = "same_events"
    FEW_PAIRS = "few_pairs"
    UNCLEAR = "unclear"
    MORE = "more"
    FEWER = "fewer"

    @property
    def clear(self) -> bool:
        """Whether it may be told as a difference."""
        return self in (Verdict.MORE, Verdict.FEWER)


#: Nothing happened differently, in all pairs or most.
NO_EVENTS = (Verdict.SAME, Verdict.SAME_EVENTS, Verdict.FEW_PAIRS)


def verdict(estimate: Estimate) -> Verdict:
    """The first that holds, from what cannot be said to what can."""
    value, low, high = estimate.estimate, estimate.low, estimate.high
    if estimate.missing:
        return Verdict.MISSING
    if estimate.suppressed:
        return Verdict.HIDDEN
    if math.isnan(value):
        return Verdict.NONE
    if math.isnan(low) or math.isnan(high) or estimate.n < 2:
        return Verdict.SINGLE
    intervals = [(low, high)]
    if not math.isnan(estimate.par_low):
        intervals.append((estimate.par_low, estimate.par_high))
    if value == low == high == 0:
        return Verdict.SAME
    if estimate.differing == 0:
        return Verdict.SAME_EVENTS
    if estimate.differing is not None and 2 * estimate.differing < estimate.pairs:
        return Verdict.FEW_PAIRS
    if estimate.hidden_pairs:
        return Verdict.UNCLEAR
    if all(one[0] > 0 for one in intervals):
        return Verdict.MORE
    if all(one[1] < 0 for one in intervals):
        return Verdict.FEWER
    return Verdict.UNCLEAR


def mirrored(found: Verdict) -> Verdict:
    """The verdict of the same numbers with their signs turned."""
    turned = {Verdict.MORE: Verdict.FEWER, Verdict.FEWER: Verdict.MORE}
    return turned.get(found, found)


def chance_of_sign(estimate: Estimate) -> float:
    """Chance, by Student's t over replicates, that the difference has the sign of its mean."""
    half = (estimate.high - estimate.low) / 2
    if estimate.n < 2 or math.isnan(half):
        return math.nan
    if half == 0:
        return 1.0 if estimate.estimate else math.nan
    error = half / stdtrit(estimate.n - 1, 0.5 + CONFIDENCE / 2)
    return float(stdtr(estimate.n - 1, abs(estimate.estimate) / error))


def word(chance: float) -> str:
    """The scale's word for a chance; empty below its least, or where there is none."""
    return next((name for name, least in SCALE if chance > least), "")


def least_word(estimates: Iterable[Estimate]) -> str:
    """The scale's word for the least sure of some; ``unsure`` below its least."""
    return word(min(map(chance_of_sign, estimates))) or "unsure"


def reversals(main: Verdict, others: Mapping[str, Verdict]) -> list[str]:
    """Settings under which a clear difference is as clear the other way."""
    return _under(main, others, mirrored(main))


def losses(main: Verdict, others: Mapping[str, Verdict]) -> list[str]:
    """Settings under which a clear difference can no longer be told from zero."""
    return _under(main, others, Verdict.UNCLEAR)


def ends(main: Verdict, others: Mapping[str, Verdict]) -> list[str]:
    """Settings under which a clear difference is none: the same events in every pair or most."""
    return _under(main, others, *NO_EVENTS)


def shrunk(main: Estimate, others: Mapping[str, Estimate]) -> list[str]:
    """Settings under which a clear difference is as clear the same way, and nearly nothing."""
    least = SHRUNK * abs(main.estimate)
    same = _under(verdict(main), {name: verdict(one) for name, one in others.items()},
                  verdict(main))
    return [name for name in same if abs(others[name].estimate) < least]


def _under(main: Verdict, others: Mapping[str, Verdict], *states: Verdict) -> list[str]:
    """Settings under which a clear difference is in one of these states."""
    return [name for name, found in others.items() if main.clear and found in states]
