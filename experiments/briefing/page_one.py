"""Page one: the question, the answer in three sentences, where it holds and how sure it is."""

from __future__ import annotations

import datetime as dt

from experiments.briefing.document import Block, Box, Inlines, Paragraph, Text
from experiments.briefing.findings import TOPICS, Topic, parts, sentence, topic
from experiments.briefing.results import Results
from experiments.briefing.writer import Writer
from experiments.provenance import Provenance
from model.ordinance import load_regime, regime_names


def city_name(results: Results) -> str:
    """The city's name in print."""
    return str(results.manifest["city"]).replace("-", " ").title()


def titles(write: Writer, results: Results) -> tuple[str, str, str]:
    """Kicker, title and subtitle."""
    say, told = write.language, results.told
    key = "" if told.others else "_run"
    base, city = write.regime(told.baseline), city_name(results)
    slots = {"years": told.length(say), "start": say.date(told.start)}
    if told.others:
        slots |= {"regimes": write.regimes(told.others), "base": base}
    return (
        f"{say('page.kicker')} · {city}",
        say(f"page.title{key}", city=city, base=say.either(f"titles.{told.baseline}", base)),
        say(f"page.subtitle{key}", **slots),
    )


def found_topics(write: Writer, results: Results) -> list[Topic]:
    """The topics that the results hold."""
    told = results.told
    found = [topic(write, name, told.baseline, list(told.others)) for name in TOPICS]
    return [one for one in found if not one.base.missing]


def answer(write: Writer, results: Results, topics: list[Topic]) -> list[Block]:
    """The three sentences in a box, then where they hold, law or belief, and how sure."""
    said: list[Block] = [Paragraph(write("page.in_model", city=city_name(results)))]
    for found in topics:
        lead = write.strong(f"topic.{found.outcome}.lead")
        said.append(
            Paragraph((lead, Text(" "), *sentence(write, found, results.told.baseline)))
        )
    environment, note = write.environment()
    where = write("page.where_text", environment=_capital(environment), note=note)
    where += _replaced(write, results.told)
    blocks: list[Block] = [
        Box(write("page.answer"), tuple(said)),
        Paragraph((write.strong("page.where"), Text(" "), *where)),
    ]
    if results.told.others:
        blocks.append(Paragraph((write.strong("page.law_or_belief"), Text(" "),
                                 *law_or_belief(write, results, topics))))
    blocks.append(Paragraph((write.strong("page.sure"), Text(" "), *sure(write, results))))
    return blocks


def _replaced(write: Writer, told: Provenance) -> Inlines:
    """That the baseline is not in force, where a later text of its city was by the first day."""
    if told.baseline not in regime_names():
        return ()
    place = load_regime(told.baseline).place
    layers = [load_regime(name) for name in regime_names()]
    date, now = max(
        (layer.in_force, layer.name)
        for layer in layers
        if layer.place == place and layer.in_force and layer.in_force <= told.start
    )
    if now == told.baseline:
        return ()
    say = write.language
    return write(
        "page.replaced", base=write.regime(told.baseline), now=write.regime(now),
        date=say.date(date),
    )


def law_or_belief(write: Writer, results: Results, topics: list[Topic]) -> Inlines:
    """Which part of the clear differences can be told apart from zero."""
    if not results.manifest.get("decomposed", False):
        return write("parts.not_run")
    meaning = write("parts.meaning", base=write.regime(results.told.baseline))
    said = [
        (*write("parts.lead", name=write.language(f"topic.{one.outcome}.name")), Text(" "),
         *parts(write, one))
        for one in topics if one.clear
    ]
    if not said:
        return meaning
    which = write("parts.which")
    return (*meaning, Text(" "), *which, Text(" "), *write.join(said), Text("."))


def sure(write: Writer, results: Results) -> Inlines:
    """Chance in the simulation, and doubt about the model, told apart."""
    single = len(results.told.seeds) < 2
    said = [write("page.sure_single")] if single else [
        write("page.sure_chance", n=write.told("seeds_finished"))
    ]
    if results.manifest.get("draws"):
        said.append(write("page.sure_parameters", draws=write.told("draws")))
    elif not single:
        said.append(write("page.sure_no_parameters"))
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
