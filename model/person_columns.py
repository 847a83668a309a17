"""The columns of a population: names, types, and the check of columns that come from elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from model.city import City
from model.faults import Fault, unknown

#: Columns with a value for each resident, and their types.
PERSON_COLUMNS: Mapping[str, Any] = {
    "area": np.int16,
    "household": np.int32,
    "age": np.uint8,
    "sex": np.uint8,
    "ethnicity": np.uint8,
    "limited_english": np.bool_,
    "status": np.uint8,
    "conviction": np.uint8,
    "flags": np.uint8,
    "gang_error": np.bool_,
    "follows_news": np.bool_,
    "mixed": np.bool_,
    "trust": np.float64,
}
#: Where households and areas start, and the officers.
OTHER_COLUMNS: Mapping[str, Any] = {
    "household_start": np.int32,
    "area_start": np.int32,
    "officer_district": np.int16,
    "officer_compliance": np.float64,
    "officer_start": np.int32,
}
COLUMNS: Mapping[str, Any] = {**PERSON_COLUMNS, **OTHER_COLUMNS}


def column_faults(city: City, columns: Mapping[str, np.ndarray]) -> list[Fault]:
    """What is wrong with `columns` as those of a population of `city`: nothing, if all is well."""
    faults = [unknown("column", name, COLUMNS) for name in columns if name not in COLUMNS]
    for name, kind in COLUMNS.items():
        if name not in columns:
            faults.append(Fault("missing column", ", ".join(COLUMNS), key=name))
        elif columns[name].dtype != kind or columns[name].ndim != 1:
            found = f"found {columns[name].ndim} dimensions of {columns[name].dtype}"
            faults.append(Fault(found, f"one dimension of {np.dtype(kind)}", key=name))
    return faults or _length_faults(city, columns)


def _length_faults(city: City, columns: Mapping[str, np.ndarray]) -> list[Fault]:
    n, officers = len(columns["area"]), len(columns["officer_district"])
    expected = dict.fromkeys(PERSON_COLUMNS, n) | {
        "area_start": city.n_areas + 1,
        "officer_compliance": officers,
        "officer_start": len(city.districts) + 1,
    }
    faults = [
        Fault(f"found {len(columns[name])} rows", f"{length} rows", key=name)
        for name, length in expected.items()
        if len(columns[name]) != length
    ]
    for name, total in (("household_start", n), ("area_start", n), ("officer_start", officers)):
        ends = columns[name]
        if len(ends) < 1 or ends[0] != 0 or ends[-1] != total or np.any(np.diff(ends) < 0):
            faults.append(Fault("not a run of starts", f"from 0 up to {total}", key=name))
    return faults
