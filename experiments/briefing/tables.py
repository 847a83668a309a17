"""Tables of a briefing: headline outcomes with intervals, and all of them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from experiments.briefing.document import Inlines, Row, Table, Text
from experiments.briefing.facts import Estimate
from experiments.briefing.findings import PARTS
from experiments.briefing.rules import Verdict, chance_of_sign, verdict, word
from experiments.briefing.writer import Writer, table_digits
from experiments.outcomes import HEADLINES, OUTCOMES
from experiments.privacy import FLOOR

#: Regimes beside the baseline that fit the width of a page.
MOST_COLUMNS = 6
ROOM_FOR_IDS = 3
#: Outcomes whose differences are told apart into law and belief.
SPLIT = ("reporting_undocumented", "encounters")


def level_cell(write: Writer, level: Estimate, *, spread: bool) -> Inlines:
    """A level; with its interval if `spread`."""
    state = verdict(level)
    if state in (Verdict.HIDDEN, Verdict.NONE, Verdict.MISSING):
        return _absent(state)
    digits = table_digits(level)
    shown = (write.number(level.fact, "estimate", level.estimate, digits),)
    return (*shown, *_interval(write, level, digits, "")) if spread else shown


def change_cell(write: Writer, change: Estimate, level: Estimate) -> Inlines:
    """A difference with its interval: bold where it may be told, grey where it may not."""
    state = verdict(change)
    if state in (Verdict.HIDDEN, Verdict.NONE, Verdict.MISSING):
        return _absent(state)
    digits = table_digits(change, level.estimate)
    style = "strong" if state.clear else "quiet"
    number = write.number(
        change.fact, "estimate", change.estimate, digits, form="signed", style=style
    )
    if state is Verdict.SAME:
        return (number,)
    drawn = () if math.isnan(change.par_low) else _interval(
        write, change, digits, "signed", ("par_low", "par_high"), "[]"
    )
    return (number, *_interval(write, change, digits, "signed"), *drawn)


def _absent(state: Verdict) -> Inlines:
    return (Text(f"< {FLOOR}" if state is Verdict.HIDDEN else "–", "quiet"),)


def _interval(
    write: Writer, found: Estimate, digits: int, form: str,
    columns: tuple[str, str] = ("low", "high"), brackets: str = "()",
) -> Inlines:
    """An interval on a line of its own: round brackets for chance, square ones for draws."""
    if math.isnan(getattr(found, columns[0])):
        return ()
    low, high = (
        write.number(found.fact, name, getattr(found, name), digits, form=form, style="quiet")
        for name in columns
    )
    left, right = (Text(sign, "quiet") for sign in (f"\n{brackets[0]}", brackets[1]))
    return (left, low, Text("\u2009…\u2009", "quiet"), high, right)


def outcome_tables(
    write: Writer, baseline: str, others: Sequence[str], names: Sequence[str], caption: str
) -> Iterator[Table]:
    """Outcomes in rows; the baseline's level and each other regime's difference in columns."""
    blocks = -(-len(others) // MOST_COLUMNS) or 1
    width = -(-len(others) // blocks)
    for start in range(0, max(len(others), 1), max(width, 1)):
        shown = others[start : start + width]
        rows = [row for name in names for row in _outcome_rows(write, baseline, shown, name)]
        header = [
            (), write.inlines(f"{write.regime(baseline)}\n{write.language('page.level')}"),
            *[write.inlines(write.regime(other)) for other in shown], (),
        ]
        header[0] = write("page.outcome")
        header[-1] = write("page.id")
        widths: tuple[float, ...] = (
            2.6 if shown else 4.0, 0.9 if shown else 2.0, *[1.15] * len(shown), 0.55
        )
        if len(shown) > ROOM_FOR_IDS:
            # Many columns leave no room for one of ids: they stand beside the outcomes' names.
            rows = [
                Row(((*row.cells[0], *row.cells[-1]), *row.cells[1:-1]), row.indent)
                for row in rows
            ]
            header.pop()
            widths = (1.95, 0.62, *[0.95] * len(shown))
        said = write(f"page.{caption}", base=write.regime(baseline))
        yield Table(said, tuple(header), tuple(rows), widths)


def _outcome_rows(
    write: Writer, baseline: str, others: Sequence[str], outcome: str
) -> Iterator[Row]:
    level = write.facts.estimate("level", baseline, outcome)
    if level.missing:
        return
    spec = OUTCOMES[outcome]
    indent = spec.title.startswith(" ")
    name = (Text(write.outcome(outcome)), Text(f"\n{write.unit(outcome)}", "quiet"))
    cells = [
        change_cell(write, write.facts.estimate("difference", other, outcome), level)
        for other in others
    ]
    mark = write.mark(
        write.facts.rows(outcome=outcome, by="all", group="all", measure=["level", "difference"])
    )
    yield Row(
        (name, level_cell(write, level, spread=not others), *cells, (mark,)), indent=indent
    )
    clear = [verdict(write.facts.estimate("difference", other, outcome)).clear for other in others]
    if outcome not in SPLIT or not any(clear):
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
            (label, (), *[change_cell(write, one, level) for one in found], (mark,)), indent=True
        )


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
    """How many pairs have the mean's sign, and the scale's word, for the clear differences."""
    rows = []
    for outcome in topics:
        for other in others:
            change = write.facts.estimate("difference", other, outcome)
            if not verdict(change).clear:
                continue
            fact = write.facts.pairs(change)
            pairs: Inlines = (Text("–"),)
            if fact is not None:
                same, n = (
                    write.number(fact.id, column, fact.value(column), 0)
                    for column in ("same", "pairs")
                )
                pairs = (same, Text(" / "), n)
            said = word(chance_of_sign(change))
            rows.append(Row((
                write.inlines(f"{write.thing(outcome)}: {write.regime(other)}"), pairs,
                write(f"text.{said or 'unsure'}"), (write.mark(fact or change.fact),),
            )))
    header = (write("page.outcome"), write("detail.pairs"), write("detail.word"), write("page.id"))
    return Table(write("detail.sure"), header, tuple(rows), (4.2, 1.4, 1.4, 0.6))
