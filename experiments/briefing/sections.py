"""A briefing's sections, in the order and length that its audience reads."""

from __future__ import annotations

from collections.abc import Callable

from experiments.briefing.again import commands, commits, in_short
from experiments.briefing.claims import evidence_table
from experiments.briefing.clauses import clause_tables
from experiments.briefing.document import (
    Block,
    Break,
    Bullets,
    Chart,
    Document,
    Heading,
    Paragraph,
    Row,
    Table,
    Text,
)
from experiments.briefing.facts import Fact
from experiments.briefing.figures import Drawn, sides
from experiments.briefing.findings import Topic
from experiments.briefing.mind import mind
from experiments.briefing.page_one import answer, explained, found_topics, titles, words_used
from experiments.briefing.results import Results
from experiments.briefing.split import clauses_text
from experiments.briefing.tables import all_tables, headline_tables, sureness
from experiments.briefing.validated import SHORT, validation_source, validation_text
from experiments.briefing.writer import Writer

Section = Callable[["Pages"], list[Block]]


class Pages:
    """What every section needs."""

    def __init__(
        self, write: Writer, results: Results, drawn: dict[str, Drawn], audience: str
    ) -> None:
        self.write, self.results, self.drawn, self.audience = write, results, drawn, audience
        self.topics: list[Topic] = found_topics(write, results)

    def heading(self, key: str) -> Heading:
        return Heading(self.write(f"page.{key}"))

    def text(self, key: str, style: str = "", **slots: str) -> Paragraph:
        return Paragraph(self.write(key, **slots), style)

    def charts(self, *stems: str) -> list[Block]:
        """Charts that could be drawn, each with the id of the rows behind it."""
        return [self._chart(self.drawn[stem]) for stem in stems if stem in self.drawn]

    def _chart(self, drawn: Drawn) -> Chart:
        mark: Fact = self.write.facts.keep(drawn.fact)
        caption = self.write("page.chart_note", mark=Text(mark.id))
        return Chart(drawn.stem, drawn.alt, caption, drawn.width)


def pages(write: Writer, results: Results, drawn: dict[str, Drawn], audience: str) -> Document:
    """The whole briefing."""
    kicker, title, subtitle = titles(write, results)
    made = Pages(write, results, drawn, audience)
    blocks = [block for section in AUDIENCES[audience] for block in section(made)]
    commit = str(results.manifest.get("commit") or "")[:SHORT]
    footer = write.language(
        "page.footer", environment=results.told.environment, commit=commit or "–"
    )
    return Document(write.language.code, kicker, title, subtitle, tuple(blocks), footer)


def _answer(made: Pages) -> list[Block]:
    foot = [*made.charts("glance"), words_used(made.write, made.results)]
    return [*answer(made.write, made.results, made.topics, foot=foot), Break()]


def _answer_to_quote(made: Pages) -> list[Block]:
    rules = Bullets((made.write("quote.may"), made.write("quote.may_not")))
    quote: list[Block] = [made.heading("quote"), rules]
    foot = [words_used(made.write, made.results)]
    return [*answer(made.write, made.results, made.topics, after=quote, foot=foot), Break()]


def _glance(made: Pages) -> list[Block]:
    return made.charts("glance")


def _headlines(made: Pages) -> list[Block]:
    told = made.results.told
    note = made.write("page.table_note")
    tables = headline_tables(made.write, told.baseline, told.others)
    if made.results.manifest.get("draws"):
        said = made.write("page.table_note_draws", reach=made.write.reach())
        note = (*note, Text(" "), *said)
    return [*tables, Paragraph(note, "note")]


def _reporting(made: Pages) -> list[Block]:
    return [
        made.heading("reporting"), made.text("text.reporting", "intro"), *made.charts("reporting"),
    ]


def _encounters(made: Pages) -> list[Block]:
    if "encounters" not in made.drawn:
        return [made.heading("encounters"), made.text("text.channels_hidden")]
    said = made.text("text.encounters", "intro")
    return [made.heading("encounters"), said, *made.charts("encounters")]


def _classes(made: Pages) -> list[Block]:
    if "classes" not in made.drawn:
        return []
    return [made.heading("classes"), made.text("text.classes", "intro"), *made.charts("classes")]


def _places(made: Pages) -> list[Block]:
    if "map" not in made.drawn:
        return [made.heading("places"), made.text("text.places_none")]
    said = made.write("text.places")
    regimes = sides(made.results)
    if len(regimes) > 1:
        a, b = (made.write.regime(regime) for regime in regimes)
        said = (*said, Text(" "), *made.write("text.places_which", a=a, b=b))
    return [made.heading("places"), Paragraph(said, "intro"), *made.charts("map")]


def _months(made: Pages) -> list[Block]:
    charts = made.charts("months")
    if not charts:
        kept = made.results.outcomes.frame["month"].nunique() > 1
        return [
            made.heading("months"), made.text(f"text.months_{'hidden' if kept else 'not_kept'}"),
        ]
    dates = made.drawn["months"].dates
    if not dates:
        return [made.heading("months"), *charts]
    said = made.text("text.policy_dates", "intro", list=made.write.language.listed(dates))
    return [made.heading("months"), said, *charts]


def _clauses(made: Pages) -> list[Block]:
    found, told = made.results.clauses, made.results.told
    if found is not None:
        said = Paragraph(clauses_text(made.write, found), "intro")
        return [made.heading("clauses"), said, *made.charts("clauses")]
    if not told.others:
        return []
    command = f"carveout attribute {told.baseline} {told.others[-1]} --environment "
    command += f"{told.environment} --out results/clauses"
    missing = made.write("text.clauses_missing", command=Text(command, "code"))
    return [made.heading("clauses"), Paragraph(missing)]


def _mind(made: Pages) -> list[Block]:
    *said, change = mind(made.write, made.results, made.topics)
    return [made.heading("mind"), *said, *made.charts("sure"), change]


def _evidence(made: Pages) -> list[Block]:
    found = made.results.findings
    source = [Paragraph(validation_source(found, made.write), "note")] if found else []
    return [
        made.heading("evidence"), made.text("evidence.intro", "intro"),
        evidence_table(made.write, made.results),
        Paragraph(validation_text(made.write, made.results.findings)), *source,
    ]


def _regimes(made: Pages) -> list[Block]:
    told = made.results.told
    said = (*explained(made.write, "detainer"), Text(". "), *made.write("clause.partly"))
    term = Paragraph(said, "note")
    return [made.heading("regimes"), *clause_tables(made.write, told.baseline, told.others), term]


def _limits(made: Pages) -> list[Block]:
    items = made.write.language.table["limits"]["items"]
    return [made.heading("limits"), Bullets(tuple(made.write.inlines(item) for item in items))]


def _method(made: Pages) -> list[Block]:
    write, told = made.write, made.results.told
    size = write(
        "method.size", n=write.told("seeds_finished"), share=told.size(write.language),
        days=write.told("days"), posture=told.posture,
    )
    return [
        made.heading("method"),
        Paragraph((*write("method.text"), Text(" "), *write("method.monte_carlo"), Text(" "),
                   *size)),
    ]


def _again(made: Pages) -> list[Block]:
    write, manifest = made.write, made.results.manifest
    lines = in_short(commands(made.results, write.language.code, made.audience))
    hashes = ", ".join(f"{name} {value[:8]}" for name, value in manifest["hashes"].items())
    known = {
        name: commit.partition("+")[0] or "–" for name, commit in commits(made.results).items()
    }
    own, *_ = known.values()
    if len(set(known.values())) > 1:
        same: dict[str, list[str]] = {}
        for name, commit in known.items():
            same.setdefault(commit, []).append(name)
        own = ", ".join(f"{' = '.join(names)} {one[:SHORT]}" for one, names in same.items())
    blocks: list[Block] = [
        made.heading("again"), made.text("again.intro", "intro"),
        Paragraph(write.inlines("\n".join(f"$ {line}" for line in lines)), "code"),
        made.text("again.commit", "note", commit=own, hashes=hashes),
    ]
    if any("+changes" in commit for commit in commits(made.results).values()):
        blocks.append(made.text("again.changed", "note"))
    said = (*write("again.check"), Text(" "), *write("again.privacy"))
    return [*blocks, Paragraph(said, "note")]


def _annex(made: Pages) -> list[Block]:
    """Tables to look things up in, after the pages that are read."""
    told = made.results.told
    blocks: list[Block] = [Break(), made.heading("detail")]
    if told.others and any(found.clear for found in made.topics):
        names = [found.outcome for found in made.topics]
        blocks += [sureness(made.write, names, told.others), made.text("text.scale", "note")]
    tables = all_tables(made.write, told.baseline, told.others)
    return [*blocks, *tables, *_parameters(made)]


def _parameters(made: Pages) -> list[Block]:
    changed = made.results.manifest.get("parameters_changed") or {}
    if not changed:
        return [made.heading("register"), made.text("detail.unchanged")]
    rows = tuple(
        Row(((Text(name, "code"),), (made.write.told(f"parameters_changed.{name}", 3),)))
        for name in changed
    )
    header = (made.write("detail.parameter"), made.write("detail.value"))
    return [Table(made.write("page.register"), header, rows, (3, 1))]


#: In an order that fills the pages, beginning with that which the table of headlines begins.
_CHARTS: tuple[Section, ...] = (
    _encounters, _places, _reporting, _classes, _months,
)
_COUNCIL: tuple[Section, ...] = (
    _answer, _headlines, *_CHARTS, _mind, _clauses, _evidence, _regimes, _limits, _method, _again,
)
AUDIENCES: dict[str, tuple[Section, ...]] = {
    "council": _COUNCIL,
    "press": (
        _answer_to_quote, _headlines, _glance, _reporting, _encounters, _classes, _evidence,
        _limits, _again,
    ),
    "technical": (*_COUNCIL, _annex),
}
