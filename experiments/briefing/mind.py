"""What would change our mind: other laws, other assumptions, doubt about parameters."""

from __future__ import annotations

from experiments.briefing.document import Block, Bullets, Inlines, Mark, Paragraph, Text
from experiments.briefing.facts import Estimate
from experiments.briefing.findings import NAMED, Topic, clause, level_said, topic
from experiments.briefing.results import Results
from experiments.briefing.rules import ends, losses, reversals, shrunk, verdict
from experiments.briefing.writer import Writer, change_digits

#: What moves most with the level of federal enforcement.
MET = "encounters"


def mind(write: Writer, results: Results, topics: list[Topic]) -> list[Block]:
    """Paragraphs; what was not run is said, with the command that runs it."""
    blocks: list[Block] = []
    if not results.told.others:
        return [Paragraph(write("change.alone"))]
    if results.variants:
        listed = write.language.listed([write.setting(name) for name in results.variants])
        blocks.append(Paragraph(write("text.mind_settings", list=listed)))
        items = [item for found in topics for item in settings_say(write, results, found)]
        blocks.append(Bullets(tuple(items)))
    else:
        blocks.append(Paragraph(write("text.mind_none")))
    if not results.manifest.get("draws"):
        said = write("text.mind_parameters_none", command=Text("--posterior --draws 50", "code"))
        blocks.append(Paragraph(said))
    return [*blocks, Paragraph((*write("text.mind_change"), Text(" "), *_posture(write, results)))]


def _posture(write: Writer, results: Results) -> Inlines:
    """Whether another level of federal enforcement was tried, and how many meet ICE there."""
    own, base = results.told.posture, results.told.baseline
    tried = {one.told.posture: one for one in results.variants.values() if one.told.posture != own}
    if not tried:
        return write("text.mind_posture", posture=own)
    said = []
    for name, other in tried.items():
        there = Writer(write.language, other.facts)
        level = level_said(there, topic(there, MET, base, []), base, short=True)
        said.append(write("text.mind_level", name=write.setting(name), level=level))
    return write("text.mind_postures", list=write.join(said, " "))


def elsewhere_estimates(results: Results, outcome: str, regime: str) -> dict[str, Estimate]:
    """The same difference under every other setting."""
    return {
        name: other.facts.estimate("difference", regime, outcome)
        for name, other in results.variants.items()
    }


def settings_say(write: Writer, results: Results, found: Topic) -> list[Inlines]:
    """Whether a topic's differences turn round, fade or hold under the other settings."""
    lead = write.language(f"topic.{found.outcome}.name")
    lead = lead[:1].upper() + lead[1:]
    alike: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for regime in found.clear:
        estimates = elsewhere_estimates(results, found.outcome, regime)
        others = {name: verdict(one) for name, one in estimates.items()}
        main = found.verdicts[regime]
        found_so = (
            ("reversed", reversals(main, others)), ("lost", losses(main, others)),
            ("gone", ends(main, others)),
            ("shrunk", shrunk(found.changes[regime], estimates)),
        )
        for key, names in found_so:
            if names:
                alike.setdefault((key, tuple(names)), []).append(regime)
        if not any(names for _, names in found_so):
            alike.setdefault(("held", ()), []).append(regime)
    parts = [
        write(
            f"text.mind_{key}", regime=_regimes(write, found, regimes),
            names=write.language.listed([write.setting(name) for name in names]),
        )
        for (key, names), regimes in sorted(alike.items(), key=lambda one: one[0][0] == "held")
    ]
    said = [write("text.mind_topic", topic=lead, list=write.join(parts))] if parts else []
    if len(found.clear) < len(found.changes):
        said += _elsewhere(write, results, found, lead)
    return said


def _regimes(write: Writer, found: Topic, names: list[str]) -> str:
    """Texts by name, or that it is every one of many."""
    every = len(names) == len(found.changes) > NAMED
    return write.language("text.mind_every") if every else write.regimes(names)


def _elsewhere(write: Writer, results: Results, found: Topic, lead: str) -> list[Inlines]:
    """Where a topic's differences that cannot be told here can be, with their sizes."""
    parts = elsewhere(write, results, found)
    if not parts:
        return [] if found.clear else [write("text.mind_unclear_none", topic=lead)]
    unit = write.language(f"topic.{found.outcome}.unit")
    key = "unclear_some" if found.clear else "unclear"
    return [write(f"text.mind_{key}", topic=lead, unit=unit, list=write.join(parts))]


def elsewhere(
    write: Writer, results: Results, found: Topic, *, short: bool = False
) -> list[Inlines]:
    """Under each other setting the differences that can be told there and not here, their ranges
    in `short` where asked."""
    scale, parts = found.scale(write), []
    for name, other in results.variants.items():
        changes = {
            regime: other.facts.estimate("difference", regime, found.outcome)
            for regime in found.changes if regime not in found.clear
        }
        clear = {regime: one for regime, one in changes.items() if verdict(one).clear}
        digits = change_digits(clear.values(), scale)
        if clear:
            listed = write.join([
                (*clause(write, one, regime, scale, digits, short=short), Mark(one.fact))
                for regime, one in clear.items()
            ])
            if rest := len(changes) - len(clear):
                count = write.language.number(rest)
                listed = (*listed, *write("text.mind_elsewhere_rest", count=count))
            parts.append(write("text.mind_elsewhere", name=write.setting(name), list=listed))
    return parts
