"""Raids as text: ``begins=2022-03-10,announced=2022-03-01,visits=300,called_off``."""

from __future__ import annotations

from typing import Any

from model.faults import BadInput, Fault, unknown
from model.scenario import Raid, brief, fields_of

FLAGS = ("leaked", "called_off")
EXAMPLE = "begins=2022-03-10,announced=2022-03-01"
#: No list of raids is longer: each adds its own news and visits to every run.
MOST_RAIDS = 50


def raid_of(text: str) -> Raid:
    """The raid that `text` states; it is announced on the day it begins unless told otherwise.

    Raises
    ------
    BadInput
        If a word is unknown, or a value out of range.
    """
    values: dict[str, Any] = {}
    for word in filter(None, (each.strip() for each in str(text).split(","))):
        key, equals, value = word.partition("=")
        if key not in Raid.model_fields:
            raise BadInput(unknown("word of a raid", brief(key)[1:-1], Raid.model_fields))
        if key in values:
            raise BadInput(Fault(f"found {key!r} twice", "each word once", key="raid"))
        if not equals and key not in FLAGS:
            raise BadInput(Fault(f"found {brief(word)}", f"{key}=VALUE", key="raid"))
        values[key] = value if equals else True
    if "begins" not in values:
        raise BadInput(Fault(f"found {brief(str(text))}", f"a raid as {EXAMPLE}", key="raid"))
    values = {"announced": values["begins"], **values}
    return fields_of({"raids": (values,)}).raids[0]


def raid_text(raid: Raid) -> str:
    """The text of which `raid_of` makes the same raid."""
    words = [f"begins={raid.begins}", f"announced={raid.announced}"]
    words += [f"days={raid.days}", f"visits={raid.visits}"]
    return ",".join(words + [flag for flag in FLAGS if getattr(raid, flag)])
