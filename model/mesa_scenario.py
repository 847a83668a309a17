"""A run's scenario in Mesa's words: from one of Mesa's own, from fields by name, with `rng`."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from types import EllipsisType
from typing import Any

import numpy as np
from mesa.experimental.scenarios import Scenario as MesaScenario

from model.faults import BadInput, Fault
from model.scenario import Scenario, scenario


def setting_of(
    given: Any, rng: int | np.random.Generator | EllipsisType | None, fields: Mapping[str, Any]
) -> Scenario:
    """The scenario from one of ours, one of Mesa's, or fields by name."""
    if isinstance(given, Scenario):
        values = given.model_dump()
    elif isinstance(given, MesaScenario):
        values = {name: value for name, value in given if name != "rng"}
        rng = given.rng if rng is ... else rng
    elif given is not None:
        kinds = "a Scenario of model.scenario or of Mesa, or its fields by name"
        raise BadInput(Fault(f"found {given!r}", kinds, key="scenario"))
    else:
        values = {}
    values.update(fields)
    if rng is None:
        rng = secrets.randbits(63)
    if isinstance(rng, np.random.Generator):
        rng = int(rng.integers(2**63))
    if rng is not ...:
        if "seed" in fields and str(fields["seed"]) != str(rng):
            found = f"found rng={rng!r} and seed={fields['seed']!r}"
            raise BadInput(Fault(found, "one of them", key="rng"))
        values["seed"] = rng
    return scenario(values)


def for_mesa(given: Any, setting: Scenario) -> MesaScenario:
    """What Mesa calls ``model.scenario``: its own if one was given with this seed, else ours."""
    if isinstance(given, MesaScenario) and given.rng == setting.seed:
        return given
    return MesaScenario(rng=setting.seed, **setting.model_dump())
