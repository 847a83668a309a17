"""The committed example can be made again, byte for byte, and every number of it taken again."""

from __future__ import annotations

import json

import pytest
from pypdf import PdfReader

from experiments.briefing.check import check
from experiments.briefing.facts import MANIFEST
from experiments.briefing.in_force import in_force
from experiments.briefing.make import digest
from experiments.briefing.reference import BESIDE, FOLDER, IN_FORCE, KEPT, MAIN, made
from experiments.provenance import Provenance

RENEW = "renew it: python -m experiments.briefing.reference --pages"


@pytest.mark.parametrize("code", KEPT)
def test_the_example_is_made_again_from_its_tables(code):
    again = made(code)
    kept = json.loads((FOLDER / f"briefing-{code}" / MANIFEST).read_text("utf-8"))
    digests = {name: digest(again.files[name]) for name in kept["files"]}
    assert digests == kept["files"], RENEW
    assert again.register["numbers"] == kept["numbers"], RENEW


@pytest.mark.parametrize("code", KEPT)
def test_every_number_of_the_example_is_taken_again(code):
    found = check(FOLDER / f"briefing-{code}")
    assert found.differences == () and found.numbers > 200
    assert all(name.endswith((".docx", ".svg", ".png")) for name in found.absent)


def test_the_example_has_all_that_a_briefing_can_hold():
    page = made("en")
    assert {f"charts/{stem}.png" for stem in (
        "glance", "reporting", "encounters", "classes", "months", "map", "clauses", "sure"
    )} <= set(page.files)
    kept = {path.parent.name for path in FOLDER.glob(f"*/{MANIFEST}")}
    assert kept == {MAIN, *BESIDE, *(f"briefing-{code}" for code in KEPT)}


def test_page_one_says_which_text_is_in_force():
    said = {
        "en": "compared with Welcoming 2021, the text in force since 23 February 2021.",
        "es": "frente a Acogedora 2021, vigente desde el 23 de febrero de 2021.",
    }
    for code, words in said.items():
        assert words in (FOLDER / f"briefing-{code}" / "briefing.html").read_text("utf-8")


@pytest.mark.parametrize("code", KEPT)
def test_the_council_reads_four_to_six_pages(code):
    pages = PdfReader(FOLDER / f"briefing-{code}" / "briefing.pdf").pages
    assert 4 <= len(pages) <= 6


def test_the_example_compares_with_the_text_in_force():
    for name in (MAIN, "ordinance-alone"):
        told = Provenance.told(json.loads((FOLDER / name / MANIFEST).read_text("utf-8")))
        assert in_force(told) == told.baseline == IN_FORCE


def test_the_example_is_small():
    assert sum(path.stat().st_size for path in FOLDER.rglob("*") if path.is_file()) < 5_500_000
