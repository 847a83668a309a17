"""Phrases with numbers in them: every number keeps the id of the fact that it shows."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from experiments.briefing.document import Inline, Inlines, Mark, Number, Text, plain
from experiments.briefing.facts import Estimate, Fact, Facts
from experiments.briefing.in_force import in_force
from experiments.language import Language, decimals, few_digits
from experiments.outcomes import OUTCOMES
from experiments.provenance import Provenance
from experiments.uncertainty import reach_kind

#: Differences have as many digits as it takes for each that is clear to be seen, up to this.
FINEST = 6


def printed(
    language: Language, value: float, digits: int, scale: float = 1.0, form: str = ""
) -> str:
    """A number as a briefing prints it; `form` is ``size`` (no sign), ``signed`` or empty."""
    shown = abs(value * scale) if form == "size" else value * scale
    return language.number(shown, digits, signed=form == "signed")


def level_digits(level: float, scale: float = 1.0) -> int:
    """Digits of a level and its intervals, wherever they stand: three figures."""
    return decimals(level * scale)


def change_digits(changes: Iterable[Estimate], scale: float = 1.0) -> int:
    """Digits that differences of one unit have in common: a sentence's, a row's, a panel's.

    About two figures of the largest end, and as many more as it takes that what is clear does not
    seem to touch zero. Where one interval is narrower than that, its ends are the same in print.
    """
    shown = [one for one in changes if not (one.missing or one.suppressed)]
    sizes = [abs(size * scale) for one in shown for size in one.sizes if not math.isnan(size)]
    digits = few_digits(max(sizes, default=0.0))
    for nearest in (one.nearest * scale for one in shown):
        while nearest and digits < FINEST and round(nearest, digits) == 0:
            digits += 1
    return digits


@dataclass(frozen=True)
class Writer:
    """Composes inlines of one language from phrases, words and facts."""

    language: Language
    facts: Facts

    def __call__(self, key: str, /, **slots: str | Inline | Inlines) -> Inlines:
        """The phrase of `key`; a slot takes words, a number or inlines."""
        parts: list[Inline] = []
        for text, slot in self.language.pieces(key):
            if text:
                parts.append(Text(text))
            if slot is not None:
                parts += self.inlines(slots[slot])
        return tuple(parts)

    @staticmethod
    def inlines(part: str | Inline | Inlines) -> Inlines:
        """Whatever fills a slot as a tuple of inlines."""
        if isinstance(part, str):
            return (Text(part),)
        return part if isinstance(part, tuple) else (part,)

    def strong(self, key: str, **slots: str) -> Text:
        """A phrase to be printed bold."""
        return Text(self.language(key, **slots), "strong")

    def join(self, parts: Sequence[Inlines], joint: str = "; ") -> Inlines:
        """Parts one after the other with `joint` between."""
        joined: list[Inline] = []
        for place, part in enumerate(parts):
            joined += [Text(joint)] if place else []
            joined += part
        return tuple(joined)

    def listed(self, parts: Sequence[Inlines]) -> Inlines:
        """``a, b and c`` of inlines."""
        if len(parts) < 2:
            return self.join(parts)
        last = self.language.last_joint(plain(parts[-1]))
        return (*self.join(parts[:-1], ", "), Text(last), *parts[-1])

    def number(
        self, fact: str, column: str, value: float, digits: int, *,
        scale: float = 1.0, form: str = "", style: str = "",
    ) -> Number:
        """A number of a fact in print."""
        text = printed(self.language, value, digits, scale, form)
        return Number(text, fact, column, digits, scale, form, style)

    def told(self, key: str, digits: int = 0) -> Number:
        """A number of the manifest."""
        fact = self.facts.told(key)
        return self.number(fact.id, "value", float(fact.value("value")), digits)

    def reach(self) -> Inlines:
        """What the interval over draws is (`uncertainty.over_draws`), in words."""
        kind = reach_kind(self.facts.told("draws").value("value"))
        return self(f"page.reach_{kind}", draws=self.told("draws"))

    def mark(self, fact: Fact | str) -> Mark:
        """The id of a fact, for readers of paper."""
        return Mark(fact if isinstance(fact, str) else fact.id)

    def regime(self, name: str) -> str:
        """A regime's short name in print, or the title in the user's own file."""
        titles = self.facts.manifest.get("regimes", {})
        return self.language.either(f"regimes.{name}", titles.get(name, name))

    def marked(self, name: str, more: str = "") -> str:
        """The same, marked on a second line if it is the text in force; `more` ends that line."""
        now = in_force(Provenance.told(self.facts.manifest))
        mark = f"({self.language('page.in_force')})" if name == now else ""
        return "\n".join(filter(None, [self.regime(name), " ".join(filter(None, [mark, more]))]))

    def setting(self, name: str) -> str:
        """A setting's name in print: a legal environment in words, a parameter as it is."""
        return self.language.either(f"settings.{name}", name)

    def regimes(self, names: Iterable[str]) -> str:
        """Regimes in a list."""
        return self.language.listed([self.regime(name) for name in names])

    def outcome(self, name: str) -> str:
        """An outcome's title."""
        return self.language.either(f"outcomes.{name}", OUTCOMES[name].title.strip())

    def thing(self, name: str) -> str:
        """An outcome's title where it stands alone, not under the row that it is a part of."""
        title = self.language.either(f"full.{name}", self.outcome(name))
        return f"{title} ({self.assumed(name)})" if self.assumed(name) else title

    def short(self, name: str) -> str:
        """An outcome's title where room is scarce."""
        return self.language.either(f"short.{name}", self.outcome(name))

    def assumed(self, name: str) -> str:
        """That an outcome's size rests on an assumed rate alone, where it does; else empty."""
        return self.language.either(f"assumed.{name}", "")

    def unit(self, name: str) -> str:
        """An outcome's unit."""
        unit = OUTCOMES[name].unit
        table = self.language.table.get("units", {})
        return str(table.get(unit, unit))

    def difference_unit(self, name: str) -> str:
        """The unit of a difference: points where the outcome is a percentage."""
        points = OUTCOMES[name].unit.startswith("%")
        return self.language("page.points") if points else self.unit(name)

    def environment(self) -> tuple[str, str]:
        """Where the results hold: the legal environment in words, and what that leaves."""
        name = self.facts.manifest["environment"]
        said = self.facts.manifest.get("environment_says", name)
        note = f"environment_notes.{name}"
        return (
            self.language.either(f"environments.{name}", said),
            self.language(note) if self.language.has(note) else "",
        )
