"""Page one: the question, the answer in three sentences, where it holds and how sure it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from experiments.briefing.document import Block, Box, Inlines, Mark, Number, Paragraph, Text
from experiments.briefing.facts import PARTS, Estimate
from experiments.briefing.findings import NAMED, TOPICS, Topic, chosen, sentence, topic
from experiments.briefing.ids import lettered
from experiments.briefing.in_force import in_force, since
from experiments.briefing.mind import elsewhere
from experiments.briefing.ranges import ranges, sizer
from experiments.briefing.results import Results
from experiments.briefing.rules import NO_EVENTS, Verdict, least_word, verdict
from experiments.briefing.validated import fitted, verdicts
from experiments.briefing.writer import Writer, change_digits
from experiments.uncertainty import MANY

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
    write: Writer, results: Results, topics: list[Topic], *,
    after: Sequence[Block] = (), foot: Sequence[Block] = (),
) -> list[Block]:
    """The three sentences in a box, then where they hold, what is assumed, and how sure.

    Told are the largest difference each way, that of the text in force and that of the last text
    named. `after` stands below the box, `foot` before the ids.
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
        said_so = [write("parts.meaning" if split else "parts.not_run"), write("parts.assumed")]
        blocks.append(Paragraph(write.join([(write.strong("page.assumed"),), *said_so], " ")))
    changes = [one.changes[name] for one in topics for name in chosen(one, named).told]
    blocks.append(Paragraph((write.strong("page.sure"), Text(" "), *sure(write, results, changes))))
    return lettered(write, [*blocks, *foot])


def words_used(write: Writer, results: Results) -> Block:
    """The terms of page one in plain words: of how sure, of the law, and the texts' short names."""
    say = write.language
    doubt: dict[str, dict[str, Inlines | Number]] = {}
    if len(results.told.seeds) > 1:
        doubt["chance"] = {"n": write.told("seeds_finished")}
        if results.manifest.get("draws"):
            doubt["parameters"] = {"reach": write.reach(), "share": _share_within(write)}
        if results.told.others:
            doubt["clear"] = {}
    said = [explained(write, term, **slots) for term, slots in doubt.items()]
    said += [explained(write, term) for term in TERMS]
    said += [
        (Text(write.regime(name), "strong"), Text(f": {say(f'words.texts.{name}')}"))
        for name in results.told.regimes if say.has(f"words.texts.{name}")
    ]
    return Paragraph(
        (write.strong("words.lead"), Text(" "), *write.join(said), Text(".")), "note"
    )


def explained(write: Writer, term: str, **slots: Inlines | Number) -> Inlines:
    """A term, and what it means."""
    said = write(f"words.{term}.means", **slots)
    return (write.strong(f"words.{term}.term"), Text(": "), *said)


def _share_within(write: Writer) -> Inlines:
    """Percent of the posterior that the interval over draws holds: of few their range, which one
    more would leave in 2 of n + 1 cases."""
    draws = int(write.facts.told("draws").value("value"))
    share = 95.0 if draws >= MANY else 100 * (draws - 1) / (draws + 1)
    return write.inlines(write.language.number(share))


def _in_model(write: Writer, results: Results) -> Inlines:
    """Of whom the sentences speak, and against which text; whether that is the one in force."""
    told, city = results.told, city_name(results)
    now, base = in_force(told), write.regime(told.baseline)
    if not told.others:
        said = write("page.in_model", city=city)
    elif now is None:
        said = write("page.against", city=city, base=base)
    else:
        slots = {"city": city, "base": base, "date": write.language.date(since(now))}
        key = "now" if now == told.baseline else "past"
        said = write(f"page.against_{key}", now=write.regime(now), **slots)
    if len(told.seeds) < 2:
        return said
    drawn = "_drawn" * bool(results.manifest.get("draws"))
    return (*said, Text(" "), *write(f"page.brackets{drawn}"))


def _elsewhere(write: Writer, results: Results, topics: list[Topic]) -> list[Inlines]:
    """Of what no difference can be told here, those that can be under other settings."""
    return [
        write("page.elsewhere", list=write.join(parts), **{
            slot: write.language(f"topic.{found.outcome}.{slot}") for slot in ("thing", "unit")
        })
        for found in topics
        if not found.clear and (parts := elsewhere(write, results, found, short=True))
    ]


def resting(write: Writer, found: Topic, told: Sequence[str]) -> Inlines:
    """What of each difference comes from belief and what from law, where both can be told; else
    under which texts it is one of them alone, or only one is clear."""
    if not write.facts.manifest.get("decomposed", False):
        return ()
    split = {
        regime: {part: write.facts.estimate(part, regime, found.outcome) for part in PARTS}
        for regime in told
    }
    digits = change_digits([one for both in split.values() for one in both.values()],
                           found.scale(write))
    said: list[Inlines] = []
    alike: dict[str, list[str]] = {}
    for regime, both in split.items():
        clear = [part for part, one in both.items() if verdict(one).clear]
        if len(clear) == len(PARTS):
            sizes = {part: _way(write, one, digits, found.scale(write))
                     for part, one in both.items()}
            said.append(write("parts.both", regime=write.regime(regime), **sizes))
        elif clear:
            other, = set(PARTS) - set(clear)
            kind = "all" if verdict(both[other]) in NO_EVENTS else "only"
            alike.setdefault(f"{kind}_{clear[0]}", []).append(regime)
    said += [write(f"parts.{key}", regimes=write.regimes(names)) for key, names in alike.items()]
    return write("parts.rests", list=write.join(said)) if said else ()


def _way(write: Writer, one: Estimate, digits: int, scale: float) -> Inlines:
    """``4.7 fewer (2.5 to 6.9)``."""
    size, state = sizer(write, one, digits, scale), verdict(one)
    within = ranges(write, one, size, turned=state is Verdict.FEWER, short=True)
    way = write(f"change.side_{state}", size=size("estimate"))
    return (*way, Text(" ("), *within, Text(")"), Mark(one.fact))


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
    """How sure the differences told are: what the model is worth, then how sure their direction
    is, of chance in the simulation and of the parameters, told apart by name."""
    single = len(results.told.seeds) < 2
    said: list[Inlines] = []
    if results.findings is not None:
        counts = verdicts(write, results.findings) | fitted(write, results.findings)
        said.append(write("page.sure_findings", **counts))
    if results.told.others and not single:
        said.append(direction(write, changes))
    if single:
        said.append(write("page.sure_single"))
    elif not results.manifest.get("draws"):
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
