"""Priors of the parameters: what an entry's words mean, as a distribution cut to its range.

Calibration, uncertainty samples, sensitivity problems and the documentation all read these.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

#: Forms in which an entry may state its prior, by name: how many numbers each takes.
FORMS = {
    "fixed": 0,
    "uniform": 2,
    "loguniform": 2,
    "normal": 2,
    "truncated normal": 2,
    "beta": 2,
    "triangular": 3,
    "lognormal": 3,
}
#: Forms that are bounded by their own numbers; of the others `Prior.bounds` gives the middle 95%.
_BOUNDED = ("uniform", "loguniform", "triangular")
_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_CALL = re.compile(r"(?P<name>[a-z ]+?)(?:\((?P<arguments>.*)\))?")
_LOGNORMAL = re.compile(rf"median ({_NUMBER}), ({_NUMBER})-({_NUMBER})")
_Z = NormalDist().inv_cdf(0.975)
_GRID = (np.arange(4096) + 0.5) / 4096


def parse(text: str) -> tuple[str, tuple[float, ...]]:
    """A prior's form and numbers; a lognormal's are its median, and the ends of its middle 95%.

    Raises
    ------
    ValueError
        If the text is not one of `FORMS` with its numbers.
    """
    call = _CALL.fullmatch(text)
    name = call["name"] if call else ""
    arguments = (call["arguments"] or "") if call else ""
    if name == "lognormal" and (parts := _LOGNORMAL.fullmatch(arguments)):
        numbers = parts.groups()
    else:
        numbers = tuple(part.strip() for part in arguments.split(",") if part.strip())
    if FORMS.get(name) != len(numbers):
        raise ValueError(text)
    return name, tuple(map(float, numbers))


def wrong_numbers(form: str, numbers: tuple[float, ...], low: float, high: float) -> str:
    """What a form's numbers should be and are not, given the range; empty if they are right."""
    if form == "fixed":
        return ""
    if not all(map(math.isfinite, numbers)):
        return "finite numbers"
    if low == high:
        return "low < high, or fixed"
    first, second = numbers[:2]
    if form in ("uniform", "loguniform"):
        if not (low <= first < second <= high):
            return f"two ascending numbers from low = {low:g} to high = {high:g}"
        return "" if form == "uniform" or first > 0 else "numbers above 0"
    if form in ("normal", "truncated normal"):
        return "" if second > 0 else "a standard deviation above 0"
    if form == "beta":
        inside = low >= 0 and high <= 1
        return "" if min(numbers) > 0 and inside else "two numbers above 0, on a range within 0-1"
    if form == "triangular":
        ordered = low <= first <= second <= numbers[2] <= high and first < numbers[2]
        return "" if ordered else f"lowest, likeliest, highest, from {low:g} to {high:g}"
    median, least, most = numbers
    return "" if 0 < least < median < most else "0 < least < median < most"


@dataclass(frozen=True)
class Prior:
    """A distribution cut to the allowed range; `ppf`, `cdf` and `pdf` as in `scipy.stats`.

    ``Prior("uniform", (0, 1), 0, 1)``. A fixed parameter has no prior.
    """

    form: str
    numbers: tuple[float, ...]
    low: float
    high: float

    @property
    def whole(self) -> Any:
        """The distribution before it is cut, frozen (`scipy.stats`)."""
        from scipy import stats  # slow to import, and no run needs it

        first, second = self.numbers[:2]
        if self.form == "uniform":
            return stats.uniform(first, second - first)
        if self.form == "loguniform":
            return stats.loguniform(first, second)
        if self.form == "beta":
            return stats.beta(first, second)
        if self.form == "triangular":
            span = self.numbers[2] - first
            return stats.triang((second - first) / span, first, span)
        if self.form == "lognormal":
            spread = math.log(self.numbers[2] / second) / (2 * _Z)
            return stats.lognorm(spread, scale=first)
        return stats.norm(first, second)

    def ppf(self, q: ArrayLike) -> NDArray[np.float64]:
        """Quantiles, shape of `q`; never outside the range."""
        whole = self.whole
        start, end = whole.cdf([self.low, self.high])
        return np.clip(whole.ppf(start + np.asarray(q) * (end - start)), self.low, self.high)

    def cdf(self, x: ArrayLike) -> NDArray[np.float64]:
        """Probability of at most `x`, shape of `x`."""
        whole = self.whole
        start, end = whole.cdf([self.low, self.high])
        return np.clip((whole.cdf(np.asarray(x)) - start) / (end - start), 0.0, 1.0)

    def pdf(self, x: ArrayLike) -> NDArray[np.float64]:
        """Density, shape of `x`; nought outside the range."""
        whole, x = self.whole, np.asarray(x)
        start, end = whole.cdf([self.low, self.high])
        return np.where((x >= self.low) & (x <= self.high), whole.pdf(x) / (end - start), 0.0)

    @property
    def mean(self) -> float:
        """Of the cut distribution."""
        return float(np.mean(self.ppf(_GRID)))

    @property
    def variance(self) -> float:
        """Of the cut distribution."""
        return float(np.var(self.ppf(_GRID)))

    @property
    def bounds(self) -> tuple[float, float]:
        """The ends of a bounded form, else of the middle 95%: what sweeps and sensitivity use."""
        if self.form in _BOUNDED:
            return self.numbers[0], self.numbers[-1]
        low, high = self.ppf([0.025, 0.975])
        return float(low), float(high)
