"""Commands on the pages of docs/ can be typed as they stand, and print what the pages show."""

import re

import pytest

from experiments.cli import build_parser, parse
from experiments.docs_outputs import DOCS, pages, renewed, shown
from experiments.study.file import parse_study
from experiments.study.plan import make_plan
from model.faults import BadInput

PAGES = pages()
ANALYSES = ("attribute", "sure", "contrasts", "sensitivity", "discover", "regret")


def test_the_page_of_analyses_shows_each_with_what_it_prints():
    text = (DOCS / "analyses.md").read_text()
    for name in ANALYSES:
        section = re.search(rf"^\$ carveout {name} (?:.*\\\n)*.*\n(.+)", text, re.MULTILINE)
        assert section and not section[1].startswith(("```", "$")), name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_files_on_a_page_are_studies_and_its_commands_parse(page):
    told = shown(page.read_text())
    for name, text in told.files.items():
        assert make_plan(*parse_study(text, name)).total(1) > 0
    for words in told.commands:
        parse(build_parser(), words)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_on_a_page_print_what_it_shows(page, tmp_path):
    """`python -m experiments.docs_outputs` renews it."""
    text = page.read_text()
    assert renewed(text, tmp_path) == text


def test_output_is_renewed_and_the_rest_of_the_page_stays(tmp_path):
    page = "a\n\n```console\n$ carveout environments --json | x\n```\n"
    with pytest.raises(BadInput, match="carveout environments"):
        renewed(page, tmp_path)
    page = (
        "a\n\n```toml x.toml\nname = 1\n```\n\n"
        "```console\n$ carveout regimes \\\n    --json\nold\n```\nb\n"
    )
    told = renewed(page, tmp_path)
    assert "old" not in told and "welcoming-2012" in told and told.endswith("}\n```\nb\n")
    assert (tmp_path / "x.toml").read_text() == "name = 1\n"


def test_only_this_projects_commands_are_run(tmp_path):
    with pytest.raises(BadInput, match="found the command 'rm'; allowed: carveout"):
        renewed("```console\n$ rm -r x\n```\n", tmp_path)
