"""Tables of a briefing: headline outcomes with intervals, and all of them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import groupby

from experiments.briefing.document import Inlines, Row, Table, Text
from experiments.briefing.facts import PARTS, Estimate, Fact
from experiments.briefing.rules import NO_EVENTS, Verdict, least_word, verdict
from experiments.briefing.writer import Writer, change_digits, level_digits
from experiments.outcomes import HEADLINES, OUTCOMES
from experiments.privacy import FLOOR

#: Regimes beside the baseline that fit the width of a page.
MOST_COLUMNS = 6
ROOM_FOR_IDS = 3
#: Outcomes whose differences are told apart into law and belief.
SPLIT = ("reporting_undocumented", "victimisations", "encounters")


def level_cell(write: Writer, level: Estimate, *, narrow: bool = False) -> Inlines:
    """A level with its interval."""
    state = verdict(level)
    if state in (Verdict.HIDDEN, Verdict.NONE, Verdict.MISSING):
        return _absent(state)
    digits = level_digits(level.estimate)
    shown = write.number(level.fact, "estimate", level.estimate, digits)
    return (shown, *_intervals(write, level, digits, narrow=narrow))


def change_cell(
    write: Writer, change: Estimate, digits: int, *, narrow: bool = False
) -> Inlines:
    """A difference with its interval: bold where it may be told, grey where it may not.

    Where the same happened in either run it is said, in place of a number that only comes of
    another denominator.
    """
    state = verdict(change)
    if state in (Verdict.HIDDEN, Verdict.NONE, Verdict.MISSING):
        return _absent(state)
    if state in NO_EVENTS:
        return (Text(write.language(f"cell.{state}"), "quiet"),)
    style = "strong" if state.clear else "quiet"
    number = write.number(
        change.fact, "estimate", change.estimate, digits, form="signed", style=style
    )
    return (number, *_intervals(write, change, digits, narrow=narrow))


def _absent(state: Verdict) -> Inlines:
    return (Text(f"< {FLOOR}" if state is Verdict.HIDDEN else "–", "quiet"),)


def _intervals(
    write: Writer, found: Estimate, digits: int, *, narrow: bool = False
) -> Inlines:
    """Round brackets for chance, square ones beside them, or below, for doubt about parameters."""
    chance = (
        Text("\n", "quiet"), *_interval(write, found, digits, ("low", "high"), "()")
    )
    if math.isnan(found.low):
        return ()
    if not found.drawn:
        return chance
    joint = Text("\n" if narrow else " ", "quiet")
    if found.doubtless:
        return (*chance, Text(" [–]", "quiet"))
    return (*chance, joint, *_interval(write, found, digits, ("par_low", "par_high"), "[]"))


def _interval(
    write: Writer, found: Estimate, digits: int, columns: tuple[str, str], brackets: str
) -> Inlines:
    low, high = (
        write.number(found.fact, name, getattr(found, name), digits, style="quiet")
        for name in columns
    )
    left, right = (Text(sign, "quiet") for sign in brackets)
    if low.text == high.text:
        return (left, low, right)
    return (left, low, Text("…", "quiet"), high, right)


def outcome_tables(
    write: Writer, baseline: str, others: Sequence[str], names: Sequence[str], caption: str
) -> Iterator[Table]:
    """Outcomes in rows under their units; the baseline's level and each difference in columns."""
    blocks = -(-len(others) // MOST_COLUMNS) or 1
    width = -(-len(others) // blocks)
    for start in range(0, max(len(others), 1), max(width, 1)):
        shown = others[start : start + width]
        crowded, drawn = len(shown) > ROOM_FOR_IDS, bool(write.facts.manifest.get("draws"))
        rows = []
        for unit, same in groupby(names, write.unit):
            found = [
                row for name in same
                for row in _outcome_rows(write, baseline, shown, name, narrow=crowded)
            ]
            if found:
                rows += [Row((write.inlines(unit[:1].upper() + unit[1:]),), spans=True), *found]
        level = write.marked(baseline, write.language("page.level"))
        header = (
            write("page.outcome"), write.inlines(level),
            *[write.inlines(write.marked(other)) for other in shown], write("page.id"),
        )
        widths: tuple[float, ...] = (
            2.2 if shown else 4.0, 0.75 if shown else 2.0,
            *[1.6 if drawn else 1.15] * len(shown), 0.5,
        )
        if crowded:
            # Many columns leave no room for one of ids: they stand beside the outcomes' names.
            rows = [
                row if row.spans
                else Row(((*row.cells[0], *row.cells[-1]), *row.cells[1:-1]), row.indent)
                for row in rows
            ]
            header = header[:-1]
            widths = (1.72, 1.05, *[0.95] * len(shown))
        said = write(f"page.{caption}", base=write.regime(baseline))
        yield Table(said, header, tuple(rows), widths)


def _outcome_rows(
    write: Writer, baseline: str, others: Sequence[str], outcome: str, *, narrow: bool
) -> Iterator[Row]:
    level = write.facts.estimate("level", baseline, outcome)
    if level.missing:
        return
    indent = OUTCOMES[outcome].title.startswith(" ")
    assumed = write.assumed(outcome)
    name: Inlines = (Text(write.short(outcome)),)
    if assumed:
        name = (*name, Text(f" ({assumed})", "quiet"))
    changes = [write.facts.estimate("difference", other, outcome) for other in others]
    mark = write.mark(
        write.facts.rows(outcome=outcome, by="all", group="all", measure=["level", "difference"])
    )
    yield Row(
        (name, level_cell(write, level, narrow=narrow), *_changes(write, changes, narrow), (mark,)),
        indent=indent,
    )
    if outcome not in SPLIT or not any(verdict(change).clear for change in changes):
        return  # parts of what may be nothing are not shown: they would be read as something
    for part, words in zip(PARTS, ("law", "belief"), strict=True):
        found = [write.facts.estimate(part, other, outcome) for other in others]
        if all(one.missing for one in found):
            continue
        mark = write.mark(
            write.facts.rows(outcome=outcome, by="all", group="all", measure=[part])
        )
        label = (Text(write.language(f"page.{words}_row"), "quiet"),)
        yield Row(
            (label, (), *_changes(write, found, narrow), (mark,)), indent=True,
        )


def _changes(write: Writer, changes: Sequence[Estimate], narrow: bool) -> list[Inlines]:
    """The cells of a row; its numbers have their digits in common."""
    digits = change_digits(changes)
    return [change_cell(write, change, digits, narrow=narrow) for change in changes]


def headline_tables(write: Writer, baseline: str, others: Sequence[str]) -> list[Table]:
    """The headline outcomes."""
    caption = "table" if others else "table_run"
    return list(outcome_tables(write, baseline, others, HEADLINES, caption))


def all_tables(write: Writer, baseline: str, others: Sequence[str]) -> list[Table]:
    """Every outcome of the whole city."""
    names = [name for name, spec in OUTCOMES.items() if "area" not in spec.by]
    tables = outcome_tables(write, baseline, others, names, "table")
    caption = write("detail.caption", base=write.regime(baseline))
    return [Table(caption, one.header, one.rows, one.widths) for one in tables]


def sureness(write: Writer, topics: Sequence[str], others: Sequence[str]) -> Table:
    """How sure each clear difference is: of chance the replicates with its sign and the scale's
    word, which rests on them alone; of the parameters the draws with its sign."""
    rows = []
    for outcome in topics:
        for other in others:
            change = write.facts.estimate("difference", other, outcome)
            if not verdict(change).clear:
                continue
            fact = write.facts.agreement(change)
            counts: list[Inlines] = [(Text("–"),), (Text("–"),)]
            if fact is not None:
                counts = [_count(write, fact, "same", "replicates")]
                drawn = fact.value("draws") > 1
                counts.append(_count(write, fact, "same_draws", "draws") if drawn else (Text("–"),))
            rows.append(Row((
                write.inlines(f"{write.thing(outcome)}: {write.regime(other)}"), counts[0],
                write(f"text.{least_word([change])}"), counts[1],
                (write.mark(fact or change.fact),),
            )))
    header = (
        write("page.outcome"), write("detail.replicates"), write("detail.word"),
        write("detail.draws"), write("page.id"),
    )
    return Table(write("detail.sure"), header, tuple(rows), (3.4, 1.3, 1.2, 1.1, 0.6))


def _count(write: Writer, fact: Fact, part: str, whole: str) -> Inlines:
    one, all_of = (write.number(fact.id, key, fact.value(key), 0) for key in (part, whole))
    return (one, Text(" / "), all_of)
