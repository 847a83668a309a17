"""Two forests of differences: page one at a glance, and what would change our mind."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

from matplotlib.figure import Figure

from experiments.briefing.facts import Estimate
from experiments.briefing.findings import Topic
from experiments.briefing.mind import elsewhere_estimates
from experiments.briefing.results import Results
from experiments.briefing.rules import Verdict, ends, losses, reversals, shrunk, verdict
from experiments.briefing.writer import Writer, change_digits
from experiments.charts import interval_words
from experiments.forest import Panel, forest
from experiments.marks import Mark
from experiments.provenance import Provenance


def marks(write: Writer, found: Topic, changes: Sequence[Estimate]) -> tuple[Mark, ...]:
    """A topic's estimates in one panel as a forest draws them, with the digits of its sentence."""
    scale = found.scale(write)
    digits = max(found.digits(write), change_digits(changes, scale))
    return tuple(_mark(write, one, scale, digits) for one in changes)


def _mark(write: Writer, found: Estimate, scale: float, digits: int) -> Mark:
    state = verdict(found)
    notes = {
        Verdict.HIDDEN: "chart.too_few", Verdict.NONE: "chart.nothing",
        Verdict.MISSING: "chart.not_run",
    }
    note = write.language(notes[state]) if state in notes else ""
    return Mark(
        found.estimate * scale, found.low * scale, found.high * scale, state.clear, note,
        found.par_low * scale, found.par_high * scale, precision=digits,
    )


def glance_figure(write: Writer, results: Results, topics: list[Topic]) -> Figure:
    """Each topic's differences from the baseline, a row a regime."""
    say, told = write.language, results.told
    panels = []
    for found in topics:
        panels.append(Panel(
            say(f"topic.{found.outcome}.short"), say(f"topic.{found.outcome}.unit"),
            marks(write, found, list(found.changes.values())),
        ))
    rows = [write.marked(regime).replace("\n", " ") for regime in told.others]
    base = told.regime(told.baseline, say)
    title = _glance_title(write, topics, base, len(rows))
    reading = say("chart.glance_reading", base=base)
    return forest(title, reading, rows, panels, _source(write, results, panels), say)


def _glance_title(write: Writer, topics: list[Topic], base: str, texts: int) -> str:
    """Of how many texts each topic's difference is clear; of one text, which topics are."""
    say = write.language
    if texts > 1:
        counts = [
            say("chart.glance_count", thing=say(f"topic.{found.outcome}.thing"),
                count=say.number(len(found.clear)), total=say.number(texts))
            for found in topics
        ]
    else:
        counts = [say(f"topic.{found.outcome}.thing") for found in topics if found.clear]
    if not counts:
        return say("chart.glance_none", base=base)
    return say("chart.glance", base=base, list=say.listed(counts))


def _source(write: Writer, results: Results, panels: list[Panel]) -> str:
    """How the intervals drawn were made, and the runs behind them."""
    say, told = write.language, results.told
    drawn = any(not math.isnan(mark.wide_low) for panel in panels for mark in panel.marks)
    made = interval_words(len(told.seeds), True, told.draws * drawn, say)
    return f"{made} {told.source(say.code)}"


def _sources(write: Writer, results: Results, panels: list[Panel]) -> str:
    """The same of every setting that is drawn: all laws and postures by name, and runs of another
    size apart."""
    say, told = write.language, results.told
    others = {name: one.told for name, one in results.variants.items()}
    alike = [one for one in others.values() if _size(one) == _size(told)]
    environments, postures = (
        say.listed(list(dict.fromkeys(names)))
        for names in zip(*((one.environment, one.posture) for one in (told, *alike)), strict=True)
    )
    named = replace(told, environment=environments, posture=postures)
    apart = [
        f"{write.setting(name)}: {interval_words(len(one.seeds), True, one.draws, say)} "
        f"{one.source(say.code)}"
        for name, one in others.items() if _size(one) != _size(told)
    ]
    return " ".join([_source(write, replace(results, told=named), panels), *apart])


def _size(told: Provenance) -> tuple[object, ...]:
    return told.seeds, told.scale, told.years, told.start, told.draws


def sure_figure(
    write: Writer, results: Results, topics: list[Topic], regime: str
) -> tuple[Figure, str]:
    """One regime's differences under every setting that was run; the chart and its title."""
    say, told = write.language, results.told
    settings = [write.setting(told.environment), *(
        write.setting(name) for name in results.variants
    )]
    panels = []
    turned: dict[str, list[str]] = {}  # settings by topic
    lost: dict[str, list[str]] = {}
    small: dict[str, list[str]] = {}
    for found in topics:
        others = elsewhere_estimates(results, found.outcome, regime)
        states = {name: verdict(one) for name, one in others.items()}
        main = found.verdicts[regime]
        if names := reversals(main, states):
            turned[found.outcome] = names
        if names := [*losses(main, states), *ends(main, states)]:
            lost[found.outcome] = names
        if names := shrunk(found.changes[regime], others):
            small[found.outcome] = names
        panels.append(Panel(
            say(f"topic.{found.outcome}.short"), say(f"topic.{found.outcome}.unit"),
            marks(write, found, [found.changes[regime], *others.values()]),
        ))
    slots = {"regime": told.regime(regime, say), "base": told.regime(told.baseline, say)}
    worst = next(((key, one) for key, one in (
        ("sure_finding", turned), ("sure_lost", lost), ("sure_shrunk", small)
    ) if one), None)
    title = _sure_title(write, topics, regime, worst, slots)
    source = _sources(write, results, panels)
    return forest(title, say("chart.sure_axis", **slots), settings, panels, source, say), title


def _sure_title(
    write: Writer, topics: list[Topic], regime: str,
    worst: tuple[str, dict[str, list[str]]] | None, slots: dict[str, str],
) -> str:
    """What turns round; else what fades; else what shrinks; else what holds; always of which
    topics."""
    say = write.language

    def things(outcomes: Iterable[str]) -> str:
        listed = say.listed([say(f"topic.{outcome}.thing") for outcome in outcomes])
        return listed[:1].upper() + listed[1:]

    clear = [found.outcome for found in topics if found.verdicts[regime].clear]
    if worst is not None:
        key, found = worst
        names = dict.fromkeys(name for one in found.values() for name in one)
        listed = say.listed([write.setting(name) for name in names])
        return say(f"chart.{key}", names=listed, things=things(found), **slots)
    if clear:
        return say("chart.sure_held", things=things(clear), **slots)
    return say("chart.sure_plain")
