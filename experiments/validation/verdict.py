"""What a finding and the model say of each other, by one rule for all.

A study makes a **claim**: its interval, widened by the row's discrepancy (added in squares), and
its sign where its own interval leaves out no effect; the claim is then cut there. A study without
an interval has its estimate in that place, one that gives only a sign claims that side of no
effect, and a level has no sign.
The verdict is the strongest of these that holds for *every* point of the model's interval, for
chance and, where parameters are drawn, for those too:

1. ``agrees``: it lies within the claim.
2. ``right sign``: the study claims a sign, and it lies on that side of no effect. The size is
   missed, or not surely met.
3. ``disagrees``: it lies outside the claim.
4. ``not comparable``: none of these, since a part lies within and a part without; or the model has
   no such quantity, no interval, or fewer than 20 events on a side.

With neither an interval nor a discrepancy nothing can lie within: signs alone are compared, and the
best is ``right sign``. A study without an interval is taken at its word that there is an effect.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from experiments.suppression import FLOOR
from experiments.validation.effects import Effect
from experiments.validation.row import SIGNS, Row

AGREES, RIGHT_SIGN, DISAGREES = "agrees", "right sign", "disagrees"
NOT_COMPARABLE = "not comparable"
VERDICTS = (AGREES, RIGHT_SIGN, DISAGREES, NOT_COMPARABLE)
#: What an agreement rests on: the study's own interval, that interval only when it is widened by
#: the discrepancy, the sign alone, or a sign that a rule gives whatever the parameters are.
INTERVAL, DISCREPANCY, SIGN, RULE = "interval", "discrepancy", "sign", "rule"
BASES = (INTERVAL, DISCREPANCY, SIGN, RULE)
#: Standard deviations in half a 95% interval.
Z = 1.959964


class Claim(NamedTuple):
    """The values that a study allows here, in the row's unit, and the sign that it claims.

    ``sign`` is 1 or -1, or 0 where none is claimed. ``point``: no tolerance is stated.
    """

    low: float
    high: float
    sign: float
    point: bool


class Judgement(NamedTuple):
    """A verdict with its reason in words; ``basis`` is one of `BASES` where it agrees, else ""."""

    verdict: str
    reason: str = ""
    basis: str = ""


def claim(row: Row) -> Claim:
    """What the study of a comparable row claims."""
    if isinstance(row.estimate, str):
        return _cut(Claim(-math.inf, math.inf, SIGNS[row.estimate], False), row.nothing)
    centre, low, high = _published(row)
    sign = 0.0
    if row.measure != "level" and not low <= row.nothing <= high:
        sign = math.copysign(1.0, centre - row.nothing)
    extra = Z * row.discrepancy
    wide = centre - math.hypot(centre - low, extra), centre + math.hypot(high - centre, extra)
    return _cut(Claim(*wide, sign, wide[0] == wide[1]), row.nothing)


def _cut(claimed: Claim, none: float) -> Claim:
    """A discrepancy widens the size that is claimed, never past no effect where a sign is."""
    if claimed.sign > 0:
        return claimed._replace(low=max(claimed.low, none))
    return claimed._replace(high=min(claimed.high, none)) if claimed.sign else claimed


def judge(row: Row, effect: Effect | None) -> Judgement:
    """The verdict on a finding.

    Parameters
    ----------
    effect
        The model's; None where it has no such quantity.
    """
    if lacking := _lacking(row, effect):
        return Judgement(NOT_COMPARABLE, lacking)
    assert effect is not None
    claimed = claim(row)
    # As seen from no effect towards the sign that is claimed: mirrored data, mirrored verdict.
    turn = claimed.sign or 1.0
    middle = row.nothing if claimed.sign else 0.0
    own_low, own_high = whole_interval(effect)
    low, high = sorted(turn * (end - middle) for end in (own_low, own_high))
    least, most = sorted(turn * (end - middle) for end in (claimed.low, claimed.high))
    by_chance = (own_low, own_high) == (effect.chance_low, effect.chance_high)
    more = "more replicates" if by_chance else "the posterior is too wide"
    if claimed.point:
        return _by_sign(row, claimed, low, high, more)
    if least <= low and high <= most and (low > 0 or not claimed.sign):
        basis = _basis(row, effect)
        return Judgement(AGREES, _rests(row, effect, basis), basis)
    if claimed.sign and high <= 0:
        return Judgement(DISAGREES, _opposite(row, low, high))
    words = ("smaller", "larger") if claimed.sign else ("lower", "higher")
    apart = words[0] if high < least else words[1] if low > most else ""
    if claimed.sign and low > 0:
        size = f"{apart} than" if apart else "its size lies only partly within what"
        reason = f"{size} the study allows{_of_published(row, effect)}"
        return Judgement(RIGHT_SIGN, reason + f": {more}" * (not apart))
    none = " and cannot be told from no effect" * bool(claimed.sign)
    if apart:
        return Judgement(DISAGREES, f"{apart} than the study allows{none}")
    reason = f"only partly within what the study allows{none}: {more}"
    return Judgement(NOT_COMPARABLE, reason)


def whole_interval(effect: Effect) -> tuple[float, float]:
    """What a verdict must hold for: the interval for chance and, where there are several, that over
    parameter draws, from the lower end of both to the upper. NaN where one is not known."""
    lows, highs = (effect.low, effect.chance_low), (effect.high, effect.chance_high)
    if any(map(math.isnan, (*lows, *highs))):
        return math.nan, math.nan
    return min(lows), max(highs)


def _published(row: Row) -> tuple[float, float, float]:
    """Estimate and interval; the estimate alone where there is no interval."""
    assert isinstance(row.estimate, float)
    return (row.estimate, row.estimate if row.low is None else row.low,
            row.estimate if row.high is None else row.high)


def _lacking(row: Row, effect: Effect | None) -> str:
    """Why nothing can be compared, if so."""
    if row.not_comparable:
        return row.not_comparable
    if effect is None or not math.isfinite(effect.estimate):
        return "no such event in the runs"
    if effect.small:
        return f"fewer than {FLOOR} events on a side: more replicates or a larger scale"
    if not all(map(math.isfinite, whole_interval(effect))):
        return "the model has no interval: at least two replicates"
    return ""


def _by_sign(row: Row, claimed: Claim, low: float, high: float, more: str) -> Judgement:
    """The verdict where neither an interval nor a discrepancy says how near is near."""
    said = "the study has no interval and the row no discrepancy"
    if not claimed.sign:
        return Judgement(NOT_COMPARABLE, f"{said}: nothing says how near is near")
    if low > 0:
        return Judgement(RIGHT_SIGN, f"{said}: signs alone are compared")
    if high <= 0:
        return Judgement(DISAGREES, _opposite(row, low, high))
    return Judgement(NOT_COMPARABLE, f"the model cannot be told from no effect: {more}")


def _basis(row: Row, effect: Effect) -> str:
    """What an agreement rests on."""
    if row.sign_only:
        return RULE if row.built_in else SIGN
    _, low, high = _published(row)
    own_low, own_high = whole_interval(effect)
    return INTERVAL if low <= own_low and own_high <= high else DISCREPANCY


def _rests(row: Row, effect: Effect, basis: str) -> str:
    """The reason of an agreement that rests on less than the study's own interval."""
    if basis == RULE:
        return f"on a sign that the rules give in any case: {row.built_in}"
    if basis == SIGN:
        return "on the sign alone: the study gives no size"
    if basis == DISCREPANCY:
        claimed = claim(row)
        open_end = claimed.sign and row.nothing in (claimed.low, claimed.high)
        least = ", which reaches to no effect: no size is too small" * bool(open_end)
        size = _of_published(row, effect)
        return f"only within the discrepancy of {row.discrepancy:g}{least}{size}"
    return ""


def _of_published(row: Row, effect: Effect) -> str:
    """The model's effect as a part of the published one, where that is told."""
    if row.measure == "level" or row.nothing or not row.estimate or row.sign_only:
        return ""
    share = effect.estimate / float(row.estimate)
    size = f"{100 * share:.0f}% of" if share < 2 else f"{share:.1f} times"
    return f" ({size} the published effect)"


def _opposite(row: Row, low: float, high: float) -> str:
    none = " to an estimate without an interval" * (row.low is None and not row.sign_only)
    return "no effect" if low == high == 0 else f"the opposite sign{none}"
