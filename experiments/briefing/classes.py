"""Who is met by ICE in each carve-out class and in none: levels in words, where none differs."""

from __future__ import annotations

from experiments.briefing.document import Inlines, Mark, Text
from experiments.briefing.ranges import sizer
from experiments.briefing.results import Results
from experiments.briefing.rules import Verdict, verdict
from experiments.briefing.writer import Writer, level_digits
from experiments.charts import CLASSES, cells_of, marks_of
from experiments.outcomes import GROUPS
from experiments.privacy import gated
from experiments.style import label


def any_class(write: Writer, results: Results) -> bool:
    """Whether a difference of some class, or of none, can be told apart from zero."""
    told = results.told
    if not told.others:
        return True
    cells = cells_of(gated(results.contrasts), CLASSES)
    groups = {group for group in cells.index.get_level_values("group")} - {"all"}
    return any(
        mark.clear for group in groups for mark in marks_of(cells, group, told, write.language)
    )


def classes_text(write: Writer, results: Results) -> Inlines:
    """The baseline's level of every class; those with too few events by name."""
    told, code = results.told, write.language.code
    known: list[Inlines] = []
    hidden: list[str] = []
    for group in GROUPS[CLASSES.by]:
        level = write.facts.estimate("level", told.baseline, CLASSES.outcome, CLASSES.by, group)
        name = label(group, code).lower()
        if verdict(level) is Verdict.HIDDEN:
            hidden.append(name)
        elif level.estimate > 0:
            number = sizer(write, level, level_digits(level.estimate), 1.0)("estimate")
            known.append((Text(f"{name} "), number, Mark(level.fact)))
    said = write("text.classes_none", base=write.regime(told.baseline), list=write.listed(known))
    if hidden:
        said += write("text.classes_few", list=write.language.listed(hidden))
    return said
