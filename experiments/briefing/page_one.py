"""Page one: the question, the answer in three sentences, where it holds and how sure it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from experiments.briefing.document import (
    Block,
    Box,
    Inlines,
    Paragraph,
    Text,
)
from experiments.briefing.facts import PARTS, Estimate
from experiments.briefing.findings import (
    NAMED,
    TOPICS,
    Topic,
    behind,
    chosen,
    sentence,
    topic,
)
from experiments.briefing.ids import lettered
from experiments.briefing.in_force import in_force, since
from experiments.briefing.mind import elsewhere
from experiments.briefing.results import Results
from experiments.briefing.rules import NO_EVENTS, least_word, verdict
from experiments.briefing.validated import verdicts
from experiments.briefing.writer import Writer

#: Terms of the law that page one explains, beside the names of the texts.
TERMS = ("met", "carve_out", "environment")


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
    write: Writer, results: Results, topics: list[Topic], *, after: Sequence[Block] = ()
) -> list[Block]:
    """The three sentences in a box, then where they hold, law or belief, and how sure.

    Told are the largest difference each way, that of the text in force and that of the last text
    named: in words for everybody, then small the numbers behind. `after` stands below the box.
    """
    told = results.told
    named = [name for name in (in_force(told), *told.others[-1:]) if name]
    said: list[Block] = [Paragraph(_in_model(write, results))]
    for found in topics:
        lead = write.strong(f"topic.{found.outcome}.lead")
        sentences = sentence(write, found, told.baseline, named=named)
        rests = resting(write, found, chosen(found, named).told)
        said.append(Paragraph(write.join(
            [one for one in ((lead,), sentences, rests) if one], " "
        )))
        if numbers := behind(write, found, named):
            said.append(Paragraph(numbers, "behind"))
    environment, note = write.environment()
    where = write(
        "page.where_text", environment=_capital(environment), note=note, posture=told.posture,
    )
    blocks: list[Block] = [
        Box(write("page.answer"), tuple(said)), *after,
        Paragraph(write.join(
            [(write.strong("page.where"),), where, *_elsewhere(write, results, topics)], " "
        )),
    ]
    if told.others:
        split = results.manifest.get("decomposed", False)
        meaning = write("parts.meaning" if split else "parts.not_run")
        blocks.append(Paragraph((write.strong("page.law_or_belief"), Text(" "), *meaning)))
    changes = [one.changes[name] for one in topics for name in chosen(one, named).told]
    blocks.append(Paragraph((write.strong("page.sure"), Text(" "), *sure(write, results, changes))))
    return lettered(write, blocks)


def words_used(write: Writer, results: Results) -> Block:
    """The terms of page one in plain words: those of the law, and the texts' short names."""
    say = write.language
    said = [explained(write, term) for term in TERMS]
    said += [
        (Text(write.regime(name), "strong"), Text(f": {say(f'words.texts.{name}')}"))
        for name in results.told.regimes if say.has(f"words.texts.{name}")
    ]
    return Paragraph(
        (write.strong("words.lead"), Text(" "), *write.join(said), Text(".")), "note"
    )


def explained(write: Writer, term: str) -> Inlines:
    """A term, and what it means."""
    return (write.strong(f"words.{term}.term"), Text(f": {write.language(f'words.{term}.means')}"))


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


def _elsewhere(write: Writer, results: Results, topics: list[Topic]) -> list[Inlines]:
    """Of what no difference can be told here, those that can be under other settings."""
    return [
        write("page.elsewhere", thing=write.language(f"topic.{found.outcome}.thing"),
              list=write.join(parts))
        for found in topics
        if not found.clear and (parts := elsewhere(write, results, found, bare=True))
    ]


def resting(write: Writer, found: Topic, told: Sequence[str]) -> Inlines:
    """Under which texts all of a difference, and under which a part, comes from belief; where the
    rest may be nothing, all that can be told of it."""
    if not write.facts.manifest.get("decomposed", False):
        return ()
    rests: dict[str, list[str]] = {"wholly": [], "mostly": [], "partly": []}
    for regime in told:
        law, belief = (
            verdict(write.facts.estimate(part, regime, found.outcome)) for part in PARTS
        )
        if belief.clear:
            key = "wholly" if law in NO_EVENTS else "partly" if law.clear else "mostly"
            rests[key].append(regime)
    said = [
        write(f"parts.{key}", regimes=write.regimes(names)) for key, names in rests.items() if names
    ]
    return write("parts.rests", list=write.join(said, ", ")) if said else ()


def direction(write: Writer, changes: Sequence[Estimate]) -> Inlines:
    """How sure the direction of differences is that are told, of chance and of parameters."""
    if not changes:
        return write("sureness.nothing")
    said = write("sureness.chance", word=write(f"sureness.{least_word(changes)}"))
    facts = [fact for one in changes if (fact := write.facts.agreement(one))]
    if len(facts) == len(changes) and facts[0].value("draws") > 1:
        least = min(facts, key=lambda one: int(one.value("same_draws")))
        same, draws = (
            write.number(least.id, key, least.value(key), 0) for key in ("same_draws", "draws")
        )
        said = (*said, *write("sureness.draws", same=same, draws=draws))
    return (*said, Text("."))


def sure(write: Writer, results: Results, changes: Sequence[Estimate]) -> Inlines:
    """How sure the differences told are; chance in the simulation, and doubt about the parameters,
    told apart by name."""
    single, drawn = len(results.told.seeds) < 2, bool(results.manifest.get("draws"))
    said = [] if single or not results.told.others else [direction(write, changes)]
    if single:
        said.append(write("page.sure_single"))
    elif drawn:
        said.append(write("page.sure_both", reach=write.reach()))
        if results.findings is not None:
            said.append(write("page.sure_findings", **verdicts(write, results.findings)))
    else:
        said += [
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
