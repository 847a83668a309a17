"""What Mesa's `DataCollector` takes down at the end of each month: the city's counts and rates.

Counts are of the simulated residents (divide by the scale for the city), of the month that was
closed last; those that begin with ``total_`` of all months so far. They are the model's own memory
and have not passed the privacy gate that tables, charts and files of `experiments` pass.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from model.policy_model import PolicyModel

#: Entries of a month in `Ledger.closed_months`.
MONTH = ("month", "month_days", "residents")
COUNTS = (
    "victimisations",
    "reported",
    "cleared",
    "stops",
    "arrests",
    "encounters",
    "ice_arrests",
    "hand_overs",
    "detainers_lodged",
    "detainers_honoured",
    "detainers_lapsed",
    "detainers_declined",
)
#: One entry over another: reported over all victimisations, calls made over needed, and the mean
#: over residents with occasion to call.
RATIOS = {
    "reporting_rate": ("reported", "victimisations"),
    "calls_rate": ("calls_made", "calls_needed"),
    "threat": ("threat", "calls_needed"),
    "trust": ("trust", "calls_needed"),
}


def entry(model: PolicyModel, name: str) -> Any:
    """An entry of the last month; ``None`` before the first month's end."""
    months = model.ledger.closed_months()
    return months[-1][name] if months else None


def total(model: PolicyModel, name: str) -> int:
    """A count of all months so far."""
    return sum(month[name] for month in model.ledger.closed_months())


def ratio(model: PolicyModel, above: str, below: str) -> float:
    """One entry of the last month over another; nan over nothing."""
    below_it = entry(model, below)
    return entry(model, above) / below_it if below_it else float("nan")


def total_ratio(model: PolicyModel, above: str, below: str) -> float:
    """`ratio` of all months so far."""
    below_it = total(model, below)
    return total(model, above) / below_it if below_it else float("nan")


def _over(function: Callable[..., Any], names: tuple[str, str]) -> Callable[..., Any]:
    return partial(function, above=names[0], below=names[1])


#: Partial functions and no lambdas, so that a model can be pickled.
REPORTERS: Mapping[str, Callable[[PolicyModel], Any]] = {
    **{name: partial(entry, name=name) for name in MONTH + COUNTS},
    **{name: _over(ratio, names) for name, names in RATIOS.items()},
    **{f"total_{name}": partial(total, name=name) for name in COUNTS},
    **{f"total_{name}": _over(total_ratio, names) for name, names in RATIOS.items()},
}
