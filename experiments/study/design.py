"""The sample of the uncertainties: one row a draw, common to all levers."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.study.file import MOST_DRAWS, StudyFile, Uncertainties
from model.faults import BadInput, Fault, nearest
from model.registry import Entry, load_parameters
from model.toml_source import TomlSource

#: Levels of Morris' grid, as in Saltelli et al., Global Sensitivity Analysis (2008), ch. 3.
MORRIS_LEVELS = 4


def draws(study: StudyFile, source: TomlSource) -> pd.DataFrame:
    """The sampled parameters: index `draw` from 0, one column a parameter, in its own unit.

    The order of Sobol' and Morris samples is that of SALib, so that its analyses can read them;
    their draws are quantiles of the priors.

    Raises
    ------
    BadInput
        If a parameter is unknown or fixed, a range is wrong, or the sampler cannot have that many.
    """
    spec = study.uncertainties
    if faults := _faults(spec, source):
        raise BadInput(faults)
    if spec.sampler == "none":
        return pd.DataFrame(index=pd.RangeIndex(1, name="draw"))
    if spec.sampler == "posterior":
        frame = _posterior(spec, source)
    elif spec.sampler == "grid":
        levels = [_levels(name, spec) for name in spec.parameters]
        frame = pd.DataFrame(list(product(*levels)), columns=list(spec.parameters))
    else:
        shares = unit_sample(spec)
        frame = pd.DataFrame({
            name: _scaled(name, given, shares[:, column])
            for column, (name, given) in enumerate(spec.parameters.items())
        })
    if len(frame) > MOST_DRAWS:
        found, allowed = f"{len(frame):,} draws", f"at most {MOST_DRAWS:,}"
        raise BadInput(source.fault(("uncertainties", "draws"), found, allowed))
    frame.index = pd.RangeIndex(len(frame), name="draw")
    return frame


def unit_sample(spec: Uncertainties) -> NDArray[np.float64]:
    """Points in the unit cube, (draws, parameters): shares of each prior."""
    size, seed = len(spec.parameters), spec.seed
    if spec.sampler == "monte carlo":
        return np.random.default_rng(seed).random((spec.draws, size))
    if spec.sampler == "latin hypercube":
        from scipy.stats import qmc

        return qmc.LatinHypercube(size, rng=np.random.default_rng(seed)).random(spec.draws)
    if spec.sampler == "sobol":
        from SALib.sample import sobol

        return sobol.sample(
            problem(spec), spec.draws, calc_second_order=spec.second_order, seed=seed
        )
    from SALib.sample import morris

    return morris.sample(problem(spec), spec.draws, num_levels=MORRIS_LEVELS, seed=seed)


def problem(spec: Uncertainties) -> dict[str, Any]:
    """SALib's description of the sample: every parameter as a share of its prior, 0 to 1."""
    names = list(spec.parameters)
    return {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}


def _scaled(name: str, given: Any, shares: NDArray[np.float64]) -> NDArray[np.float64]:
    entry = load_parameters().entry(name)
    if given == "prior":
        return entry.prior.ppf(shares)
    low, high = given
    return low + (high - low) * shares


def _levels(name: str, spec: Uncertainties) -> NDArray[np.float64]:
    """A grid's values: those listed, or the middles of `draws` equal shares of the prior."""
    given = spec.parameters[name]
    if given != "prior":
        return np.array(given, float)
    middles = (np.arange(spec.draws) + 0.5) / spec.draws
    return load_parameters().entry(name).prior.ppf(middles)


def _posterior(spec: Uncertainties, source: TomlSource) -> pd.DataFrame:
    """`draws` rows of the posterior, without replacement while there are enough."""
    from experiments.calibration import load_posterior

    try:
        frame = load_posterior(Path(spec.posterior) if spec.posterior else None).draws
    except BadInput as error:
        where = ("uncertainties", "posterior" if spec.posterior else "sampler")
        raise BadInput(source.fault(where, str(error.faults[0]))) from None
    chance = np.random.default_rng(spec.seed)
    rows = chance.choice(len(frame), spec.draws, replace=spec.draws > len(frame))
    return frame.iloc[np.sort(rows)].reset_index(drop=True)


def _faults(spec: Uncertainties, source: TomlSource) -> list[Fault]:
    faults = []
    at = ("uncertainties",)
    registry = load_parameters()
    for name, given in spec.parameters.items():
        where = (*at, "parameters", name)
        if name not in registry:
            allowed = "a name that 'carveout parameters' lists"
            guess = nearest(name, registry)
            faults.append(source.fault(where, f"unknown parameter {name!r}", allowed, guess))
            continue
        fault = _range_fault(registry.entry(name), given, spec.sampler)
        if fault:
            faults.append(source.fault(where, *fault))
    if spec.sampler in ("none", "posterior") and spec.parameters:
        found = f"parameters with the sampler {spec.sampler!r}"
        faults.append(source.fault((*at, "parameters"), found, "a sampler that samples them"))
    if spec.sampler not in ("none", "posterior") and not spec.parameters:
        found = f"the sampler {spec.sampler!r} and no parameter"
        faults.append(source.fault((*at, "sampler"), found, "parameters, or sampler = 'none'"))
    if spec.sampler == "none" and spec.draws > 1:
        found = f"{spec.draws} draws without a sampler"
        faults.append(source.fault((*at, "draws"), found, "a sampler"))
    if spec.sampler == "sobol" and spec.draws & (spec.draws - 1):
        found, allowed = f"found {spec.draws}", "a power of two, as Sobol' sequences need"
        faults.append(source.fault((*at, "draws"), found, allowed))
    if spec.sampler == "morris" and spec.draws < 2:
        faults.append(source.fault((*at, "draws"), f"found {spec.draws}", "2 trajectories or more"))
    if spec.posterior and spec.sampler != "posterior":
        found = f"a posterior with the sampler {spec.sampler!r}"
        faults.append(source.fault((*at, "posterior"), found, "sampler = 'posterior'"))
    return faults


def _range_fault(entry: Entry, given: Any, sampler: str) -> tuple[str, str] | None:
    if given == "prior":
        return None if entry.is_free else ("is fixed and has no prior", "[low, high]")
    allowed = f"numbers from {entry.low:g} to {entry.high:g}"
    if not given or not all(entry.low <= value <= entry.high for value in given):
        return f"found {list(given)}", allowed
    if sampler != "grid" and not (len(given) == 2 and given[0] < given[1]):
        return f"found {list(given)}", f"[low, high], {allowed}"
    if len(set(given)) < len(given):
        return f"found {list(given)}", "each value once"
    return None
