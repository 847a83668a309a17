"""Phase 7: the twin's ledger. Events as tuples, sums and flows by month, all under their names."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from model.schema import AGES

if TYPE_CHECKING:
    from tests.twin.crimes import Incident
    from tests.twin.model import Twin
    from tests.twin.people import Resident

#: A group of residents: status and ethnicity.
Group = tuple[str, str]
#: Bits of an incident's fate.
BY_VICTIM, BY_BYSTANDER, FOUND, CLEARED, SURVEYED = 1, 2, 4, 8, 16


class Month:
    """What a month adds up to: city-wide sums, sums by group, residents at its end."""

    def __init__(self) -> None:
        self.name = ""
        self.days = 0
        self.sums: dict[str, float] = defaultdict(float)
        self.flows: dict[str, dict[Group, float]] = defaultdict(lambda: defaultdict(float))
        self.residents: dict[Group, int] = defaultdict(int)


class Book:
    """Everything that happened: `events` by kind, and `months`."""

    def __init__(self) -> None:
        self.events: dict[str, list[tuple]] = {
            kind: [] for kind in ("incident", "contact", "detainer", "encounter")
        }
        self.months = [Month()]

    def incident(
        self, day: int, victim: Resident, crime: str, one: Incident, surveyed: bool
    ) -> None:
        """A crime and its fate."""
        fate = BY_VICTIM * one.by_victim + BY_BYSTANDER * one.by_bystander + FOUND * one.found
        fate += CLEARED * one.cleared + SURVEYED * surveyed
        self.events["incident"].append((day, victim.who, crime, fate))

    def contact(self, day: int, person: Resident, kind: str) -> None:
        """A stop, an arrest, a question, a call."""
        self.events["contact"].append((day, person.who, kind))

    def detainer(self, day: int, person: Resident, place: str, outcome: str, flags: int) -> None:
        """A detainer lodged, honoured, lapsed or declined, and the carve-out classes then."""
        self.events["detainer"].append((day, person.who, place, outcome, flags))

    def encounter(
        self, day: int, person: Resident, channel: str, arrested: bool, flags: int | None = None
    ) -> None:
        """ICE met somebody, whose carve-out classes in custody may be others than on record."""
        flags = person.flags if flags is None else flags
        self.events["encounter"].append((day, person.who, channel, int(arrested), flags))

    def add(self, name: str, amount: float) -> None:
        """Add to a city-wide sum of the month."""
        self.months[-1].sums[name] += amount

    def weigh(self, name: str, person: Resident, amount: float) -> None:
        """Add to a sum of the month by group."""
        self.months[-1].flows[name][person.status, person.ethnicity] += amount

    def close_month(self, model: Twin, days: int) -> None:
        """Count who is there, and what fear kept people from."""
        month = self.months[-1]
        month.name, month.days = f"{model.date:%Y-%m}", days
        for person in model.residents:
            month.residents[person.status, person.ethnicity] += person.present(model.day)
            for name, amount in losses(model, person).items():
                self.weigh(name, person, amount)
        self.months.append(Month())


def losses(model: Twin, person: Resident) -> dict[str, float]:
    """A person's expected losses of the month: work or school under alarm, services while the
    channel is felt to be open."""
    values, on = model.values, model.values.chilling
    alarm = model.alarm_days[person.area]
    if person.follows_news:
        alarm += model.city_alarm_days
    fear = person.weight * alarm
    if not person.adult:
        return {"school_days_lost": on * values.school_days_per_alarm * fear}
    if person.age == AGES.names[-1]:
        return {}
    avoided = on * values.service_slope * values.service_use / 365.0
    return {
        "work_days_lost": on * values.work_days_per_alarm * fear,
        "services_avoided": avoided * model.openness_days * person.weight,
    }
