"""A briefing prints every command behind it, names every setting that it shows, and tells chance
from parameters where it says how sure it is."""

from __future__ import annotations

import dataclasses
import json
import shlex
import subprocess
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from experiments.briefing.again import commands, commits, in_short
from experiments.briefing.chart_forests import sure_figure
from experiments.briefing.claims import evidence_table
from experiments.briefing.document import Mark, Number, Table, inlines_of, plain
from experiments.briefing.facts import MANIFEST, Facts
from experiments.briefing.make import brief
from experiments.briefing.mind import mind
from experiments.briefing.page_one import found_topics
from experiments.briefing.reference import BESIDE, FOLDER, MAIN, RUNS
from experiments.briefing.results import read
from experiments.briefing.sections import AUDIENCES
from experiments.briefing.tables import sureness
from experiments.briefing.validated import Validation, validation_source
from experiments.cli import main
from experiments.language import LANGUAGES, language
from tests.experiments.briefing.known import BASE, OTHERS, results, row, writer

NEW, FULL = OTHERS
POSTURE = "2025-surge"


@pytest.fixture(scope="module")
def example():
    return read(FOLDER / MAIN, tuple(FOLDER / name for name in BESIDE))


def under(found, **told):
    """The same results under another law or posture."""
    return dataclasses.replace(found, told=dataclasses.replace(found.told, **told))


def test_every_run_has_its_command_and_the_briefing_is_the_last(example):
    *made, last = commands(example, "es", "press")
    verbs = [shlex.split(one)[1] for one in made]
    assert verbs == [RUNS[name][0] for name in (MAIN, *BESIDE)]
    folders = [shlex.split(one)[-1] for one in made]
    assert folders == [f"results/{name}" for name in (MAIN, *BESIDE)]
    assert all(shlex.split(one).count("--out") == 1 for one in made)
    words = shlex.split(last)
    assert words[:3] == ["carveout", "brief", folders[0]]
    assert [words[at + 1] for at, word in enumerate(words) if word == "--with"] == folders[1:]
    assert {"es", "press"} <= set(words)
    assert list(commits(example)) == [MAIN, *BESIDE]


def test_commands_in_short_do_the_same_in_a_shell(example):
    lines = commands(example, "en", "council")
    short = in_short(lines)
    assert len("".join(short)) < 0.6 * len("".join(lines))
    echo = 'carveout() { printf "%s\\n" "carveout $*"; }'
    said = subprocess.run(
        ["sh", "-euc", "\n".join([echo, *short])], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert [sorted(shlex.split(one)) for one in said] == [sorted(shlex.split(one)) for one in lines]
    assert in_short(lines[:2]) == lines[:2]


def test_a_study_is_made_again_by_one_command():
    manifest = {"setting": "E3", "command": "carveout study run file.toml --out results/s"}
    found = results("encounters", {NEW: (3.0, 2.0, 4.0)})
    facts = dataclasses.replace(found.facts, manifest=found.facts.manifest | manifest)
    own = dataclasses.replace(found, facts=facts)
    both = dataclasses.replace(own, variants={"E0": own})
    made, last = commands(both, "en", "council")
    assert made == manifest["command"] and last.startswith("carveout brief results/s --language")


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_source_line_names_every_setting_that_is_drawn(code):
    own = results("encounters", {NEW: (3.0, 2.0, 4.0)})
    variants = {
        "E0": under(own, environment="E0"), "surge": under(own, posture=POSTURE),
        "long": under(own, environment="E1", years=2.0),
    }
    both = dataclasses.replace(own, variants=variants)
    write = writer(both, code)
    figure, _ = sure_figure(write, both, found_topics(write, both), NEW)
    small = " ".join(text.get_text().replace("\n", " ") for text in figure.texts)
    say = language(code)
    assert say.listed(["E3", "E0"]) in small and say.listed(["2017-2019", POSTURE]) in small
    assert f"long: {say('chart.interval_pairs', n='8')}" in small and "E1" in small


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("change", [(0.5, -1.0, 2.0), (0.0, 0.0, 0.0)])
def test_a_difference_that_is_gone_elsewhere_is_not_said_to_keep_its_sign(code, change):
    """Neither where it may be nothing nor where it is nothing in every pair."""
    own = results("encounters", {NEW: (3.0, 2.0, 4.0)})
    both = dataclasses.replace(
        own, variants={"E0": results("encounters", {NEW: change}, environment="E0")}
    )
    write = writer(both, code)
    _, title = sure_figure(write, both, found_topics(write, both), NEW)
    thing = write.language("topic.encounters.thing")
    assert title == write.language(
        "chart.sure_lost", names=write.setting("E0"), things=thing[:1].upper() + thing[1:],
        regime=write.regime(NEW), base=write.regime(BASE),
    )


@pytest.mark.parametrize("code", LANGUAGES)
def test_what_would_change_our_mind_says_whether_another_posture_was_tried(code):
    own = results("encounters", {NEW: (3.0, 2.0, 4.0)})
    say = language(code)

    def said(variants):
        found = dataclasses.replace(own, variants=variants)
        write = writer(found, code)
        return plain(inlines_of(mind(write, found, found_topics(write, found))))

    none = say("text.mind_posture", posture="2017-2019")
    assert none in said({"E0": under(own, environment="E0")})
    surge = under(results("encounters", {NEW: (3.0, 2.0, 4.0)}, level=(90, 85, 95)),
                  posture=POSTURE)
    text = said({"surge": surge})
    tried, name = say("text.mind_postures", list=""), say(f"settings.{POSTURE}")
    there = say("text.mind_level", name=name, level="").rstrip(". ")
    assert none not in text and f"{tried}{there}" in text
    within = say("change.range", low=say.number(85, 1), high=say.number(95, 1))
    assert f"{say.number(90, 1)} ({within})" in text.partition(tried)[2]


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("sign", [1.0, -1.0])
@pytest.mark.parametrize(("share", "key"), [(0.05, "shrunk"), (0.5, "held"), (-0.05, "reversed")])
def test_a_difference_that_nearly_vanishes_elsewhere_is_not_said_to_hold(code, sign, share, key):
    def one(size):
        mean, *ends = (sign * size * end for end in (3.0, 2.0, 4.0))
        return results("encounters", {NEW: (mean, *sorted(ends))})

    found = dataclasses.replace(one(1.0), variants={"E0": one(share)})
    write, say = writer(found, code), language(code)
    text = plain(inlines_of(mind(write, found, found_topics(write, found))))
    slots = {"regime": say(f"regimes.{NEW}"), "names": say("settings.E0")}
    told = [name for name in ("shrunk", "held", "reversed", "lost", "gone")
            if say(f"text.mind_{name}", **slots) in text]
    assert told == [key]
    _, title = sure_figure(write, found, found_topics(write, found), NEW)
    thing = say("topic.encounters.thing")
    keys = {"shrunk": "sure_shrunk", "held": "sure_held", "reversed": "sure_finding"}
    assert title == say(
        f"chart.{keys[key]}", names=say("settings.E0"), things=thing[:1].upper() + thing[1:],
        regime=say(f"regimes.{NEW}"), base=say(f"regimes.{BASE}"),
    )


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_what_is_clear_elsewhere_has_its_direction_and_size(code, sign):
    own = results("encounters", {NEW: (0.5, -1.0, 2.0)})
    change = sorted((3.0 * sign, 2.0 * sign, 4.0 * sign))
    alone = results("encounters", {NEW: (change[1], change[0], change[2])}, environment="E0")
    found = dataclasses.replace(own, variants={"E0": alone})
    write, say = writer(found, code), language(code)
    text = plain(inlines_of(mind(write, found, found_topics(write, found))))
    ends = {"low": say.number(2, 1), "high": say.number(4, 1)}
    assert say(f"change.{'more' if sign > 0 else 'fewer'}", size=say.number(3, 1),
               regime=say(f"regimes.{NEW}"), range=say("change.range", **ends)) in text


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_text_that_is_not_clear_here_is_told_elsewhere_whatever_others_are(code, sign):
    near, far = ((2.0 * sign, *sorted((sign, 3.0 * sign))), (0.5, -1.0, 2.0))
    own = results("encounters", {NEW: near, "no-contact": far})
    alone = results("encounters", {NEW: near, "no-contact": (-2.0 * sign, *sorted(
        (-sign, -3.0 * sign)))}, environment="E0")
    found = dataclasses.replace(own, variants={"E0": alone})
    write, say = writer(found, code), language(code)
    text = plain(inlines_of(mind(write, found, found_topics(write, found))))
    ends = {"low": say.number(1, 1), "high": say.number(3, 1)}
    assert say(f"change.{'fewer' if sign > 0 else 'more'}", size=say.number(2, 1),
               regime=say("regimes.no-contact"), range=say("change.range", **ends)) in text


def drawn(sign):
    """Reporting in 4 replicates at 3 draws: a draw in which it goes the other way."""
    pairs = sign * np.array([[1.0, 2.0, -0.5]] * 3 + [[0.2, 0.1, -0.6]]).ravel()
    mean = float(pairs.mean())
    rows = [
        row("level", BASE, "encounters", (40, 39, 41), 4, paired=[40.0] * 12),
        row("difference", NEW, "encounters", (mean, mean - 0.1, mean + 0.1), 4, paired=pairs),
    ]
    months = results("encounters", {NEW: (1, 1, 1)}).facts.outcomes
    return Facts(pd.DataFrame(rows), months, {"baseline": BASE, "draws": [{}] * 3})


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_signs_are_counted_over_replicates_and_over_draws_and_the_query_says_the_same(sign):
    facts = drawn(sign)
    fact = facts.agreement(facts.estimate("difference", NEW, "encounters"))
    assert dict(fact.rows[0]) == {"same": 3, "replicates": 4, "same_draws": 2, "draws": 3}
    with duckdb.connect() as tables:
        contrasts = facts.contrasts  # noqa: F841 - the query's table
        tables.execute('CREATE TABLE "contrasts.parquet" AS SELECT * FROM contrasts')
        again = tables.execute(fact.query).fetchdf().iloc[0].to_dict()
    assert again == dict(fact.rows[0])


def test_a_word_for_chance_never_stands_beside_replicates_of_both_signs(example):
    for one in (example, *example.variants.values()):
        write = writer(one)
        topics = found_topics(write, one)
        table = sureness(write, [found.outcome for found in topics], list(one.told.others))
        assert len(table.rows) >= 8
        for line in table.rows:
            same, whole = (part.text for part in line.cells[1] if isinstance(part, Number))
            if plain(line.cells[2]) == language("en")("text.certain"):
                assert same == whole


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize(("sign", "way"), [(1.0, "same"), (-1.0, "other")])
def test_a_claim_is_told_whether_the_model_goes_its_way(code, sign, way):
    change = sorted((3.0 * sign, 2.0 * sign, 4.0 * sign))
    found = results("recorded_crime", {FULL: (change[1], change[0], change[2])})
    say = language(code)
    cells = [plain(one.cells[-1]) for one in evidence_table(writer(found, code), found).rows]
    assert say(f"evidence.{way}_way") in cells[0]
    # A claim that is not compared says why.
    assert cells[5] == say("evidence.why_stated") and cells[6] == say("evidence.why_level")


def test_a_claim_has_no_direction_between_texts_that_are_not_its_sides():
    found = results("recorded_crime", {NEW: (3.0, 2.0, 4.0)})
    cell = plain(evidence_table(writer(found), found).rows[0].cells[-1])
    assert "3.0 more" in cell and "direction" not in cell


def test_counts_of_findings_have_ids_and_a_source(example):
    write = writer(example)
    said = validation_source(example.findings, write)
    assert any(isinstance(one, Mark) for one in said) and "carveout validate" in plain(said)
    bare = Validation(Path("v"), {}, pd.DataFrame())
    assert "carveout" not in plain(validation_source(bare, write)).replace("Carveout", "")


@pytest.mark.parametrize("word", ["explain", "check"])
def test_who_stops_a_command_that_only_reads_is_told_just_that(word, monkeypatch, capsys):
    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(f"experiments.briefing.check.{word}", stop)
    folder = str(FOLDER / "briefing-en")
    words = ["--explain", "abc234", folder] if word == "explain" else ["--check", folder]
    assert main(["brief", *words]) == 130
    assert capsys.readouterr().err == "stopped\n"


def test_the_technical_edition_is_the_council_s_and_an_annex():
    council, technical = AUDIENCES["council"], AUDIENCES["technical"]
    assert technical[: len(council)] == council and len(technical) == len(council) + 1
    made = brief(FOLDER / MAIN, audience="technical")
    stems = [one.stem for one in made.document.blocks if hasattr(one, "stem")]
    assert stems.count("classes") == 1
    tables = [one for one in made.document.blocks if isinstance(one, Table)]
    assert len(tables) >= 4 and json.loads(made.files[MANIFEST])["audience"] == "technical"
