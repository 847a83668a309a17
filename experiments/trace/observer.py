"""An observer that reads a run while it happens: every decision with its chance and its dice.

The model tells its ledger of an event at the moment of the decision, before anything that follows
from it is written. The observer stands in for the ledger, and at that moment reads the model
through the functions by which it decides. It changes nothing.
"""

from __future__ import annotations

import hashlib
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from model import offending
from model.custody import HONOURED, LOCK_UP, hand_over_chance
from model.ledger import BY_BYSTANDER, BY_VICTIM, CLEARED, FOUND, Ledger
from model.news import acquaintances
from model.policy_model import PolicyModel
from model.reporting import reports, survivor_shift
from model.schema import PLACES
from model.traits import Traits


class Heard(NamedTuple):
    """An arrest by ICE that others heard of: day, channel, area, family and acquaintances."""

    day: int
    channel: int
    area: int
    family: NDArray[np.int64]
    friends: NDArray[np.int64]


class Observer(Ledger):
    """The ledger of `model`, replaced by one that also notes decisions.

    ``crimes``, ``witnesses`` and ``releases`` are lists of frames, one a day: what was decided,
    the chance ``p``, the dice ``u``, and whether it ``happened``.
    """

    def __init__(self, model: PolicyModel) -> None:
        super().__init__(model.population)
        self.model = model
        self.crimes: list[pd.DataFrame] = []
        self.witnesses: list[pd.DataFrame] = []
        self.releases: list[pd.DataFrame] = []
        self.heard: list[Heard] = []
        self._reading = False
        model.ledger = self

    def log(self, kind: str, day: int, *columns: Any) -> None:
        """Take the event in, and note the decision behind it."""
        super().log(kind, day, *columns)
        if not len(columns[0]):
            return
        self._reading = True
        if kind == "incident":
            self._crimes(day, *columns)
        elif kind == "detainer" and columns[2] >= HONOURED:
            self._releases(day, *columns)
        elif kind == "encounter":
            self._arrests(day, *columns)
        self._reading = False

    def add(self, name: str, amount: Any) -> None:
        """Sums, but for what the model's own functions add while they are read."""
        if not self._reading:
            super().add(name, amount)

    def frame(self, name: str) -> pd.DataFrame:
        """All notes of one kind: ``crimes``, ``witnesses`` or ``releases``."""
        parts = getattr(self, name)
        return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()

    def _crimes(
        self, day: int, victim: NDArray[np.int64], crime: NDArray[np.int8], fate: NDArray[np.int64]
    ) -> None:
        model, values, belief = self.model, self.model.values, self.model.belief
        today = model.candidates("crimes")
        happens, here = offending.which_happen(model, today)
        one = offending.incidents(model, today, np.flatnonzero(happens), here)
        if not np.array_equal(one.victim, victim):
            raise RuntimeError("the observer reads other incidents than the model logged")
        traits = Traits(one.traits)
        trust = values.trust_slope * model.state.trust_change.read(victim, day)
        fear, _ = self._fear(victim, traits, day)
        support = survivor_shift(values, traits.rung, crime, model.law.survivor_support)
        support = np.where(belief.weight_of[traits.felt] > 0, support, 0.0)
        p = one.here * reports(one.logit + trust, fear["all"] - support)
        ids = [incident_id(model.setting.seed, int(code)) for code in one.code]
        self.crimes.append(pd.DataFrame({
            "id": ids, "day": day, "person": victim, "crime": crime,
            "p": p, "u": one.u_victim, "happened": fate & BY_VICTIM > 0,
            "p_found": one.found_chance, "found": fate & FOUND > 0,
            "by_bystander": fate & BY_BYSTANDER > 0, "cleared": fate & CLEARED > 0,
            "usual": one.logit, "trust": trust, "support": support, "there": one.here,
            "felt_law": fear["law"], "felt_heard": fear["heard"], "felt_alarm": fear["alarm"],
        }))
        seen = model.candidates("witnesses")
        at = seen["at"] - model.month.crimes.start[model.today.of_year - model.month.first]
        some = np.flatnonzero(happens[at])
        who, row = seen["who"][some], (np.cumsum(happens) - 1)[at[some]]
        witness = Traits(seen["traits"][some])
        logit = seen["logit"][some] + values.trust_slope * model.state.trust_change.read(who, day)
        felt, _ = self._fear(who, witness, day)
        able = seen["able"][some] & model.state.present(who, day)
        chance = able * reports(logit, values.witness_ratio * felt["all"])
        self.witnesses.append(pd.DataFrame({
            "id": np.array(ids, object)[row], "p": chance, "u": seen["u"][some],
            "happened": seen["u"][some] < chance,
        }))

    def _fear(
        self, who: NDArray[np.int64], traits: Traits, day: int
    ) -> tuple[dict[str, NDArray[np.float64]], NDArray[np.float64]]:
        """What fear takes from the log odds: by the law, by what was heard, by alarm, in all."""
        model, values, belief = self.model, self.model.values, self.model.belief
        weight = belief.weight_of[traits.felt]
        threat, fear, _ = belief.chill(traits, model.state, who, day)
        slope = values.chilling * values.tau * values.beta
        law = slope * weight * belief.openness.felt
        heard = slope * threat - law
        fear = np.where(weight > 0, fear, 0.0)
        parts = {"law": law, "heard": heard, "alarm": fear - slope * threat, "all": fear}
        return parts, weight

    def _releases(
        self, day: int, who: NDArray[np.int64], place: NDArray[np.int64], outcome: int,
        flags: NDArray[np.uint8],
    ) -> None:
        model, values, law = self.model, self.model.values, self.model.law
        u_warrant, u_obeys, u = model.dice.uniforms(
            ("judicial-warrant", "custodian-obeys", "hand-over"), day, who
        )
        warrant = u_warrant < values.judicial_warrant_share
        held, told = np.zeros((2, len(who)), bool)
        for code, name in enumerate(PLACES):
            at = np.flatnonzero(place == code)
            here = flags[at], warrant[at]
            moved = law.permits(name, "transfer", *here)
            held[at] = law.permits(name, "hold", *here) & moved
            told[at] = law.permits(name, "notify", *here) & moved
        defied = (place == LOCK_UP) & (u_obeys >= model.custodian_compliance) & law.contact
        chance = hand_over_chance(model, place, held | defied, told, warrant)
        self.releases.append(pd.DataFrame({
            "id": [incident_id(model.setting.seed, day, int(person)) for person in who],
            "day": day, "person": who, "place": place, "p": chance, "u": u,
            "happened": outcome == HONOURED, "warrant": warrant, "defied": defied,
            "held": held, "told": told,
        }))

    def _arrests(
        self, day: int, who: NDArray[np.int64], channel: NDArray[np.int64],
        arrested: NDArray[np.int64], flags: NDArray[np.uint8],
    ) -> None:
        people = self.model.population
        for person, by in zip(who[arrested > 0], channel[arrested > 0], strict=True):
            alone = np.array([person])
            home = people.members_of(people.household[alone])
            friends = acquaintances(self.model, alone)
            area = int(people.area[person])
            self.heard.append(Heard(day, int(by), area, home[home != person], friends))


def incident_id(*keys: int) -> str:
    """Eight letters that name an occasion of a seed: the same under every regime."""
    text = ":".join(map(str, keys))
    return hashlib.blake2b(text.encode(), digest_size=4).hexdigest()
