"""A group of a finding, such as ``ethnicity=latino, crime=burglary|theft``, laid on an outcome."""

from __future__ import annotations

from dataclasses import replace

from experiments.outcomes import CITIZENS, GROUPS, OUTCOMES, VIOLENT_CRIMES, Column, Outcome
from model.faults import BadInput, Fault, unknown
from model.ledger import AREA_OUTCOMES
from model.schema import CHANNELS, CONVICTIONS, CRIMES, ETHNICITIES, HAND_OVER_CHANNELS, STATUSES

#: What each frame of the ledger knows of an event.
KNOWN: dict[str, tuple[str, ...]] = {
    "crime": ("status", "ethnicity", "crime"),
    "people": ("status", "ethnicity"),
    "crime_area": ("area", "crime"),
    "people_area": ("area",),
    "encounters": ("channel", "status", "conviction", "carve_out"),
    "detainers": ("place", "status", "conviction", "carve_out"),
    "city": (),
    "clock": (),
}
#: Frames that have areas instead of status and ethnicity, and the columns of theirs.
BY_AREA: dict[str, tuple[str, tuple[str, ...]]] = {
    "crime": ("crime_area", AREA_OUTCOMES),
    "people": ("people_area", ("stops", "arrests", "person_years")),
}
_HAND_OVER = tuple(CHANNELS.names[code] for code in HAND_OVER_CHANNELS)
#: Names of several groups at once.
SETS: dict[str, dict[str, tuple[str, ...]]] = {
    "status": {
        "citizens": CITIZENS,
        "foreign_born": tuple(name for name in STATUSES if name != "us_born"),
        "noncitizens": tuple(name for name in STATUSES if name not in CITIZENS),
        "lawful_noncitizens": ("permanent_resident", "visa_holder", "protected"),
    },
    "ethnicity": {
        "hispanic": ("latino",),
        "non_latino": tuple(name for name in ETHNICITIES if name != "latino"),
    },
    "crime": {
        "violent": VIOLENT_CRIMES,
        "property": tuple(name for name in CRIMES if name not in VIOLENT_CRIMES),
    },
    "channel": {
        "hand_over": _HAND_OVER,
        "at_large": tuple(name for name in CHANNELS if name not in _HAND_OVER),
    },
    "conviction": {
        "convicted": tuple(name for name in CONVICTIONS if name != "none"),
        "felony": ("nonviolent_felony", "violent_felony"),
    },
}

Filters = dict[str, tuple[str, ...]]


def parse_group(text: str, areas: dict[str, int]) -> Filters:
    """The filters of a group: dimension to admitted values; nothing for ``all``.

    Parameters
    ----------
    areas
        The city's areas by name and number, as text, and their numbers.

    Raises
    ------
    BadInput
        If a dimension or a value is unknown, or a part is not ``dimension=value``.
    """
    filters: Filters = {}
    for part in text.split(","):
        name, equals, values = (piece.strip() for piece in part.partition("="))
        if not equals:
            if name.lower() in ("", "all"):
                continue
            raise BadInput(Fault(f"found {part.strip()!r}", "dimension=value, as crime=burglary"))
        if name != "area" and name not in GROUPS:
            raise BadInput(unknown("dimension", name, (*GROUPS, "area")))
        if name in filters:
            raise BadInput(Fault(f"{name} twice", "each dimension once, values parted by |"))
        named = {**{one: (one,) for one in GROUPS.get(name, ())}, **SETS.get(name, {})}
        if name == "area":
            named = {key: (number,) for key, number in areas.items()}  # type: ignore[misc]
        by_lower = {key.lower(): numbers for key, numbers in named.items()}
        admitted: tuple[str, ...] = ()
        for value in map(str.strip, values.split("|")):
            if value.lower() not in by_lower:
                fault = unknown(name, value, named)
                told = "a number or name, as " + " or ".join(list(areas)[:: max(1, len(areas) - 1)])
                raise BadInput(replace(fault, allowed=told) if name == "area" else fault)
            admitted += by_lower[value.lower()]
        filters[name] = admitted
    return filters


def outcome_of(name: str, filters: Filters) -> Outcome:
    """A named outcome, counted only for those whom `filters` admit.

    Raises
    ------
    BadInput
        If there is no such outcome, it does not know a dimension, or it counts nobody admitted.
    """
    if name not in OUTCOMES:
        raise BadInput(unknown("outcome", name, OUTCOMES))
    outcome = OUTCOMES[name]
    if "area" in filters:
        both = _by_area(outcome.numerator), _by_area(outcome.denominator)
        outcome = replace(outcome, numerator=both[0], denominator=both[1])
    known = KNOWN[outcome.numerator.frame]
    for dimension in filters:
        if dimension not in known:
            allowed = ", ".join(known) or "the whole city only"
            raise BadInput(Fault(f"{name} is not told by {dimension}", allowed))
    numerator = _filtered(outcome.numerator, filters, name)
    denominator = outcome.denominator
    of = {key: admitted for key, admitted in filters.items() if key in KNOWN[denominator.frame]}
    return replace(
        outcome, numerator=numerator, denominator=_filtered(denominator, of, name), by=()
    )


def _by_area(column: Column) -> Column:
    """The same column of the frame by area, if there is one that knows what `column` asks for."""
    frame, names = BY_AREA.get(column.frame, ("", ()))
    if column.name in names and set(column.where) <= set(KNOWN[frame]):
        return replace(column, frame=frame)
    return column


def _filtered(column: Column, filters: Filters, name: str) -> Column:
    where = dict(column.where)
    for dimension, admitted in filters.items():
        before = where.get(dimension, admitted)
        both = tuple(value for value in admitted if value in before)
        if not both:
            found = f"{name} counts only {dimension} {', '.join(map(str, before))}"
            wider = (
                other for other, one in OUTCOMES.items()
                if (one.numerator.frame, one.numerator.name) == (column.frame, column.name)
                and dimension in KNOWN[column.frame] and dimension not in one.numerator.where
            )
            raise BadInput(Fault(found, "a group among them", nearest=next(wider, "")))
        where[dimension] = both
    return replace(column, where=where)
