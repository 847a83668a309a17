"""The words of the model: every category, in the order in which columns store it.

A column holds the position of a category (``uint8``); a table, chart or file holds its name.
`Categories` turns one into the other, so no other module numbers anything by hand.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Categories:
    """An ordered set of names; ``CRIMES["theft"]`` is its code, ``CRIMES.names[7]`` its name."""

    title: str
    names: tuple[str, ...]

    def __getitem__(self, name: str) -> int:
        """The code of `name`.

        Raises
        ------
        KeyError
            If there is no such category; the message lists those that exist.
        """
        try:
            return self.names.index(name)
        except ValueError:
            raise KeyError(
                f"no {self.title} called {name!r}; there are {', '.join(self.names)}"
            ) from None

    def codes(self, *names: str) -> tuple[int, ...]:
        """The codes of several names."""
        return tuple(self[name] for name in names)

    def __len__(self) -> int:
        return len(self.names)

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)


AGES = Categories("age band", ("0-11", "12-17", "18-24", "25-34", "35-49", "50-64", "65+"))
ADULT = AGES["18-24"]
SEXES = Categories("sex", ("female", "male"))
ETHNICITIES = Categories("ethnicity", ("latino", "black", "white", "asian", "other"))
STATUSES = Categories(
    "legal status",
    (
        "us_born",
        "naturalized",
        "permanent_resident",
        "visa_holder",
        "protected",
        "undocumented",
    ),
)
#: Statuses from here on are those of non-citizens.
FIRST_NONCITIZEN = STATUSES["permanent_resident"]
CONVICTIONS = Categories(
    "conviction class", ("none", "misdemeanour", "nonviolent_felony", "violent_felony")
)

#: Classes of person to whom an ordinance may make an exception. The first four are the carve-outs
#: of the 2012 text; the others are those of the proposal of January 2025 (`PROPOSAL25`).
CARVE_OUTS = Categories(
    "carve-out class",
    (
        "criminal_warrant",
        "felony_conviction",
        "felony_pending",
        "gang_database",
        "drug_offence",
        "prostitution_offence",
        "child_sex_offence",
    ),
)

#: Values that the flags of a person, one bit a class, can take.
N_FLAGS = 1 << len(CARVE_OUTS)


def class_names(flags: int) -> tuple[str, ...]:
    """Names of the carve-out classes in a bitmask, the lowest bit first."""
    return tuple(name for code, name in enumerate(CARVE_OUTS) if flags >> code & 1)


CRIMES = Categories(
    "crime type",
    (
        "sexual_assault",
        "robbery",
        "aggravated_assault",
        "simple_assault",
        "partner_violence",
        "burglary",
        "motor_vehicle_theft",
        "theft",
    ),
)
#: Crimes that Illinois charges as felonies as a rule (720 ILCS 5); of the others too few are.
FELONIES = CRIMES.codes(
    "sexual_assault", "robbery", "aggravated_assault", "burglary", "motor_vehicle_theft"
)
#: Crimes against a person, in which bystanders may be present; the others befall households.
VIOLENT = CRIMES.codes(
    "sexual_assault", "robbery", "aggravated_assault", "simple_assault", "partner_violence"
)

CHANNELS = Categories(
    "encounter channel",
    (
        "lock_up",
        "jail",
        "prison",
        "at_large_city_records",
        "at_large_other_agencies",
        "at_large_other_leads",
        "at_large_bystander",
        "raid_target",
        "raid_bystander",
        "joint_operation",
        "courthouse",
    ),
)
#: Where a booked person is held, and the channel of a hand-over from there.
PLACES = ("lock_up", "jail", "prison")
#: Channels that begin with the police or a jail: the person is handed over, not found.
HAND_OVER_CHANNELS = CHANNELS.codes(*PLACES)

#: Who feels the threat of enforcement, and how much of it (the ladder of `ASAD20`).
LADDER = Categories(
    "rung of the threat ladder",
    ("none", "us_born_latino", "naturalized_latino", "lawful_noncitizen", "undocumented"),
)
