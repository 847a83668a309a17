"""What a finding and the model say of each other, by one rule for all.

1. ``not comparable``: the model has no such quantity; or a side stands on too few events; or the
   model's interval holds both the published estimate and no effect, so that nothing is told.
2. ``agrees``: the two intervals share a point and the estimates have one sign (or both intervals
   hold no effect). The model's interval is widened by the row's discrepancy: the standard
   deviation between the study's place and time and the model's. A study without an interval
   counts with its estimate alone; one that gives only a sign is agreed with by a model's interval
   on that side.
3. ``right sign``: the intervals do not meet; the model's own lies on the published side of none.
4. ``disagrees``: all else.
"""

from __future__ import annotations

import math

from experiments.validation.effects import Effect
from experiments.validation.row import SIGNS, Row

AGREES, RIGHT_SIGN, DISAGREES = "agrees", "right sign", "disagrees"
NOT_COMPARABLE = "not comparable"
VERDICTS = (AGREES, RIGHT_SIGN, DISAGREES, NOT_COMPARABLE)
#: Standard deviations in half a 95% interval.
Z = 1.959964


def widened(row: Row, effect: Effect) -> tuple[float, float]:
    """The model's interval with the row's discrepancy, added in squares."""
    centre, low, high = effect.estimate, effect.low, effect.high
    if math.isnan(low):
        low = high = centre
    extra = Z * row.discrepancy
    return centre - math.hypot(centre - low, extra), centre + math.hypot(high - centre, extra)


def verdict(row: Row, effect: Effect | None) -> tuple[str, str]:
    """The verdict on a finding, and the reason where one is needed.

    Parameters
    ----------
    effect
        The model's; None where it has no such quantity.
    """
    if row.not_comparable:
        return NOT_COMPARABLE, row.not_comparable
    if effect is None or not math.isfinite(effect.estimate):
        return NOT_COMPARABLE, "no such event in the runs"
    if effect.small:
        return NOT_COMPARABLE, "fewer than 20 events on a side: more replicates or a larger scale"
    none = 0.0 if row.measure == "level" else row.nothing
    low, high = widened(row, effect)
    own_low, own_high = (
        (effect.low, effect.high) if not math.isnan(effect.low) else (effect.estimate,) * 2
    )
    moves = not own_low <= none <= own_high
    model_sign = math.copysign(1.0, effect.estimate - none) if effect.estimate != none else 0.0
    if isinstance(row.estimate, str):
        if not moves:
            return DISAGREES, "the model's interval holds no effect"
        return (AGREES, "") if model_sign == SIGNS[row.estimate] else (DISAGREES, "")
    assert row.estimate is not None
    published = (row.estimate if row.low is None else row.low,
                 row.estimate if row.high is None else row.high)
    meet = low <= published[1] and published[0] <= high
    sign = math.copysign(1.0, row.estimate - none) if row.estimate != none else 0.0
    both_none = published[0] <= none <= published[1] and own_low <= none <= own_high
    if meet and not moves and not both_none and row.measure != "level":
        if own_low <= row.estimate <= own_high:
            reason = "the model's interval holds the estimate and no effect: more replicates"
            return NOT_COMPARABLE, reason
        return DISAGREES, "the model's interval holds no effect"
    if meet and (sign == model_sign or both_none or row.measure == "level"):
        return AGREES, ""
    if moves and sign == model_sign and row.measure != "level":
        return RIGHT_SIGN, ""
    return DISAGREES, ""
