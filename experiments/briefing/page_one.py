"""Page one: the question, the answer in three sentences, where it holds and how sure it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from experiments.briefing.beside import verdicts
from experiments.briefing.document import (
    Block,
    Box,
    Inlines,
    Paragraph,
    Text,
)
from experiments.briefing.findings import NAMED, TOPICS, Topic, parts, sentence, topic
from experiments.briefing.ids import lettered
from experiments.briefing.in_force import in_force, since
from experiments.briefing.results import Results
from experiments.briefing.writer import Writer

#: Terms of the law that page one explains, beside the names of the texts.
TERMS = ("met", "carve_out", "hand_over", "detainer", "environment")


def city_name(results: Results) -> str:
    """The city's name in print."""
    return str(results.manifest["city"]).replace("-", " ").title()


def titles(write: Writer, results: Results) -> tuple[str, str, str]:
    """Kicker, title and subtitle."""
    say, told = write.language, results.told
    key = "" if told.others else "_run"
    past = in_force(told) not in (None, told.baseline)
    many = "_many" if len(told.others) > NAMED else key
    compared = "_one" if len(told.others) == 1 else many
    base, city = write.regime(told.baseline), city_name(results)
    asked = f"page.title{key or '_past' * past}"
    slots = {"years": told.length(say), "start": say.date(told.start)}
    if told.others:
        slots |= {
            "regimes": write.regimes(told.others), "base": base,
            "count": say.number(len(told.others)),
        }
    return (
        f"{say('page.kicker')} · {city}",
        say(asked, city=city, base=say.either(f"titles.{told.baseline}", base)),
        say(f"page.subtitle{compared}", **slots),
    )


def found_topics(write: Writer, results: Results) -> list[Topic]:
    """The topics that the results hold."""
    told = results.told
    found = [topic(write, name, told.baseline, list(told.others)) for name in TOPICS]
    return [one for one in found if not one.base.missing]


def answer(
    write: Writer, results: Results, topics: list[Topic], *, bare: bool = False,
    after: Sequence[Block] = (),
) -> list[Block]:
    """The three sentences in a box, then where they hold, law or belief, and how sure.

    Told are the largest difference each way, that of the text in force and that of the last text
    named. If `bare`, sentences are to be quoted and have no brackets. `after` stands below the box.
    """
    told = results.told
    named = [name for name in (in_force(told), *told.others[-1:]) if name]
    said: list[Block] = [Paragraph(_in_model(write, results))]
    for found in topics:
        sentences = sentence(write, found, told.baseline, every=False, named=named, bare=bare)
        lead = write.strong(f"topic.{found.outcome}.lead")
        said.append(Paragraph((lead, Text(" "), *sentences)))
    environment, note = write.environment()
    where = write(
        "page.where_text", environment=_capital(environment), note=note, posture=told.posture,
    )
    blocks: list[Block] = [
        Box(write("page.answer"), tuple(said)), *after,
        Paragraph((write.strong("page.where"), Text(" "), *where)),
    ]
    if told.others:
        blocks.append(Paragraph((write.strong("page.law_or_belief"), Text(" "),
                                 *law_or_belief(write, results, topics))))
    blocks.append(Paragraph((write.strong("page.sure"), Text(" "), *sure(write, results))))
    return lettered(write, blocks)


def words_used(write: Writer, results: Results) -> Block:
    """The terms of page one in plain words: those of the law, and the texts' short names."""
    say = write.language
    terms = [(say(f"words.{term}.term"), say(f"words.{term}.means")) for term in TERMS]
    terms += [
        (write.regime(name), say(f"words.texts.{name}"))
        for name in results.told.regimes if say.has(f"words.texts.{name}")
    ]
    said = [(Text(term, "strong"), Text(f": {means}")) for term, means in terms]
    return Paragraph(
        (write.strong("words.lead"), Text(" "), *write.join(said), Text(".")), "note"
    )


def _in_model(write: Writer, results: Results) -> Inlines:
    """Of whom the sentences speak, and against which text; whether that is the one in force."""
    told, city = results.told, city_name(results)
    now = in_force(told)
    if now is None or not told.others:
        return write("page.in_model", city=city)
    slots = {"base": write.regime(told.baseline), "date": write.language.date(since(now))}
    if now == told.baseline:
        return write("page.against_now", city=city, **slots)
    return write("page.against_past", city=city, now=write.regime(now), **slots)


def law_or_belief(write: Writer, results: Results, topics: list[Topic]) -> Inlines:
    """What the two parts of a difference are, and how large those that can be told."""
    if not results.manifest.get("decomposed", False):
        return write("parts.not_run")
    meaning = write("parts.meaning")
    said = []
    for one in topics:
        if one.clear:
            listed = parts(write, one, _named(one, results))
            say = write.language
            name, unit = (say(f"topic.{one.outcome}.{key}") for key in ("thing", "unit"))
            said.append(write("parts.topic", thing=_capital(name), unit=unit, list=listed))
    if not said:
        return meaning
    return (*meaning, Text(" "), *write("parts.which", list=write.join(said, ". ")))


def _named(found: Topic, results: Results) -> list[str]:
    """Texts whose differences page one tells: the largest each way, and those named anyway."""
    named = [in_force(results.told), *results.told.others[-1:]]
    more = [one for one in found.clear if one in named and one not in found.largest]
    return [*found.largest, *more]


def sure(write: Writer, results: Results) -> Inlines:
    """Chance in the simulation, and doubt about the parameters, told apart by name."""
    single, drawn = len(results.told.seeds) < 2, bool(results.manifest.get("draws"))
    if single:
        said = [write("page.sure_single")]
    elif drawn:
        said = [write("page.sure_both", reach=write.reach())]
        if results.findings is not None:
            said.append(write("page.sure_findings", **verdicts(write, results.findings)))
    else:
        said = [
            write("page.sure_chance", n=write.told("seeds_finished")),
            write("page.sure_no_parameters"),
        ]
    if results.manifest.get("partial"):
        said.append(write(
            "page.failed", asked=write.told("replicates"), done=write.told("seeds_finished")
        ))
    return write.join(said, " ")


def made_at(results: Results) -> dt.datetime:
    """The date that the files give: the first simulated day, so that bytes repeat."""
    return dt.datetime.combine(results.told.start, dt.time(), tzinfo=dt.UTC)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
