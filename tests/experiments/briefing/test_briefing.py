"""A whole briefing: its files, what they hold, and that every number can be had again."""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from experiments import brief
from experiments.briefing.check import check, explain
from experiments.briefing.document import Chart, Number, Table, inlines_of, plain
from experiments.cli import main
from model.faults import BadInput


@pytest.fixture(scope="session")
def folder(small, tmp_path_factory):
    """A comparison of littletown, saved, and a briefing of it beside."""
    place = tmp_path_factory.mktemp("brief")
    small.save(place / "results")
    return place


@pytest.fixture(scope="session")
def made(folder):
    return brief(folder / "results", out=folder / "briefing")


@pytest.fixture(scope="session")
def pages(made):
    return PdfReader(BytesIO(made.files["briefing.pdf"]))


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def test_the_pdf_holds_every_number_of_its_tables(made, pages):
    text = squeezed("".join(page.extract_text() for page in pages.pages))
    tables = [block for block in made.document.blocks if isinstance(block, Table)]
    numbers = [one.text for one in inlines_of(tables) if isinstance(one, Number)]
    assert len(numbers) > 40
    assert [number for number in numbers if squeezed(number) not in text] == []


def test_the_pdf_is_tagged_and_says_its_language_and_title(made, pages):
    root = pages.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] and "/StructTreeRoot" in root
    assert root["/Lang"].lower().startswith("en")
    assert pages.metadata.title == made.document.title
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert "<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data().decode()


def test_every_chart_has_words_for_those_who_cannot_see_it(made, pages):
    found: list[str] = []

    def walk(element):
        element = element.get_object()
        if not isinstance(element, dict):
            return
        if element.get("/S") == "/Figure":
            found.append(str(element.get("/Alt", "")))
        kids = element.get("/K", [])
        for kid in kids if isinstance(kids, list) else [kids]:
            if not isinstance(kid, int) and not isinstance(kid.get_object(), int):
                walk(kid)

    walk(pages.trailer["/Root"]["/StructTreeRoot"])
    charts = [block for block in made.document.blocks if isinstance(block, Chart)]
    assert len(charts) >= 4 and len(found) == len(charts)
    assert all(len(alt) > 40 for alt in found)


def test_fonts_are_embedded(pages):
    fonts = [
        one.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
        for page in pages.pages for one in page["/Resources"]["/Font"].values()
    ]
    assert fonts and all({"/FontFile2", "/FontFile3"} & set(font) for font in fonts)


def test_the_page_is_one_file_with_a_name_for_every_number(made):
    page = made.files["briefing.html"].decode()
    assert not re.search(r"(?:src|href)=\"(?!data:|#)", page) and "https://" not in page
    assert page.count("<data ") == len(made.register["numbers"]) > 50
    assert '<html lang="en">' in page and page.count("<h1>") == 1


def test_the_word_file_carries_the_ids_and_alternative_texts(made):
    with zipfile.ZipFile(BytesIO(made.files["briefing.docx"])) as parts:
        body = parts.read("word/document.xml").decode()
    assert body.count("<w:bookmarkStart ") == len(made.register["numbers"])
    charts = [block for block in made.document.blocks if isinstance(block, Chart)]
    assert len(re.findall(r'descr="[^"]{40,}', body)) == len(charts)
    words = re.sub("<[^>]+>", "", body)
    assert plain(inlines_of(made.document.blocks))[:40] in words


def test_the_same_results_give_the_same_bytes(folder, made):
    again = brief(folder / "results")
    assert {name: again.files[name] == made.files[name] for name in made.register["files"]} == {
        name: True for name in made.register["files"]
    }


def test_a_check_takes_every_number_again(folder, made):
    found = check(folder / "briefing")
    assert found.differences == () and found.numbers == len(made.register["numbers"])
    assert main(["brief", "--check", str(folder / "briefing")]) == 0


def test_a_check_finds_a_changed_table_a_changed_page_and_a_changed_register(
    folder, made, tmp_path, capsys
):
    import pyarrow.parquet as pq

    for name in ("results", "briefing"):
        shutil.copytree(folder / name, tmp_path / name)
    table = pq.read_table(tmp_path / "results/contrasts.parquet").to_pandas()
    row = (table["outcome"] == "reporting") & (table["measure"] == "level") & (table["by"] == "all")
    table.loc[row, "estimate"] += 1e-9
    table.to_parquet(tmp_path / "results/contrasts.parquet")
    said = "\n".join(check(tmp_path / "briefing").differences)
    assert "contrasts.parquet: not the table" in said and "the tables give" in said

    shutil.copy(folder / "results/contrasts.parquet", tmp_path / "results")
    assert check(tmp_path / "briefing").differences == ()
    page = tmp_path / "briefing/briefing.html"
    number = made.register["numbers"][0]
    page.write_text(page.read_text("utf-8").replace(f">{number['text']}</data>", ">7</data>", 1))
    said = "\n".join(check(tmp_path / "briefing").differences)
    assert f"7 where {number['id']}" in said and "briefing.html: not as it was" in said
    assert main(["brief", "--check", str(tmp_path / "briefing")]) == 1
    assert "not as it was" in capsys.readouterr().err


def test_a_number_is_explained_by_its_query_and_rows(folder, made, capsys):
    number = next(one for one in made.register["numbers"] if one["column"] == "low")
    found = explain(number["id"], folder / "briefing")
    assert found.file == "contrasts.parquet" and found.query.startswith("SELECT estimate, low")
    assert [row["low"] for row in found.rows] == [number["value"]]
    assert f"low: {number['text']}" in found.printed
    words = ["brief", "--explain", number["id"], str(folder / "briefing"), "--json"]
    assert main(words) == 0
    assert json.loads(capsys.readouterr().out)["query"] == found.query
    with pytest.raises(BadInput, match="unknown id 'zzzzzz'"):
        explain("zzzzzz", folder / "briefing")


@pytest.mark.parametrize("audience", ["council", "press", "technical"])
def test_every_audience_reads_the_same_answer_at_its_own_length(folder, made, audience):
    from experiments.briefing.results import read
    from experiments.briefing.sections import pages as compose
    from experiments.briefing.writer import Writer
    from experiments.language import language

    results = read(folder / "results")
    lengths = {}
    for code in ("en", "es"):
        document = compose(Writer(language(code), results.facts), results, {}, audience)
        lengths[code] = len(plain(inlines_of(document.blocks)))
        assert language(code)("page.answer") in plain(inlines_of(document.blocks))
    council = len(plain(inlines_of(made.document.blocks)))
    assert {"press": -1, "council": 0, "technical": 1}[audience] * (lengths["en"] - council) >= 0


def test_bad_results_are_refused_by_name_and_nothing_is_written(folder, tmp_path, capsys):
    results = tmp_path / "results"

    def refused(*words: str) -> str:
        out = tmp_path / "out"
        assert main(["brief", *words, "--out", str(out)]) == 2
        assert not out.exists()
        return capsys.readouterr().err

    assert "nowhere is no folder" in refused(str(tmp_path / "nowhere"))
    shutil.copytree(folder / "results", results)
    assert "unknown audience 'counsil'; allowed: council" in refused(
        str(results), "--audience", "counsil"
    )
    assert "unknown language 'fr'" in refused(str(results), "--language", "fr")
    assert "differs in no law and no assumption" in refused(
        str(results), "--with", str(folder / "results")
    )
    (results / "contrasts.parquet").write_bytes(b"no table")
    assert "contrasts.parquet: cannot be read" in refused(str(results))
    manifest = json.loads((results / "manifest.json").read_text())
    for key, value, said in (
        ("baseline", "nobody", "baseline: found 'nobody'"),
        ("seeds_finished", [], "seeds_finished: found none"),
    ):
        (results / "manifest.json").write_text(json.dumps({**manifest, key: value}))
        assert said in refused(str(results))
    (results / "manifest.json").write_text("{")
    assert "manifest.json: cannot be read" in refused(str(results))


def test_one_replicate_and_one_regime_give_a_briefing_that_says_so(folder, tmp_path):
    import pandas as pd

    results = tmp_path / "results"
    shutil.copytree(folder / "results", results)
    manifest = json.loads((results / "manifest.json").read_text())
    base = manifest["baseline"]
    for name in ("contrasts", "outcomes"):
        table = pd.read_parquet(results / f"{name}.parquet")
        table = table[table["regime"] == base]
        if name == "contrasts":
            table = table.assign(low=float("nan"), high=float("nan"), n=1)
        else:
            table = table[table["replicate"] == 0]
        table.to_parquet(results / f"{name}.parquet")
    manifest |= {
        "regimes": {base: base}, "seeds_finished": manifest["seeds_finished"][:1], "partial": True,
    }
    (results / "manifest.json").write_text(json.dumps(manifest))
    text = plain(inlines_of(brief(results).document.blocks))
    assert "no other text was compared" in text and "One replicate was run" in text
    assert not re.search(r"\d (more|fewer) under", text)


def test_nothing_in_a_briefing_names_a_place_of_this_machine(folder, made):
    register = (folder / "briefing/manifest.json").read_text()
    assert made.register["results"] == {"": "../results"} or str(Path.home()) not in register
    assert str(folder) not in register
    assert str(folder).encode() not in made.files["briefing.html"] + made.files["briefing.pdf"]
