"""JSON that every reader knows: no NaN, no infinity, no types of NumPy."""

from __future__ import annotations

import json
import math
from typing import Any


def as_json(content: Any) -> str:
    """`content` as indented JSON; NaN and infinities become null."""
    return json.dumps(plain(content), indent=2, allow_nan=False)


def plain(value: Any) -> Any:
    """`value` with NaN and infinities as None and NumPy scalars as Python's, at any depth."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
