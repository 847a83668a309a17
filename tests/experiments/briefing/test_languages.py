"""Both languages say the same things, and write numbers and dates their own way."""

from __future__ import annotations

import datetime as dt
import re
from string import Formatter

import pytest

from experiments.language import LANGUAGES, language
from experiments.outcomes import GROUPS, OUTCOMES
from experiments.validation.row_files import read_rows
from model.faults import BadInput
from model.ordinance import load_regime, regime_names
from model.plain_words import CLASS_WORDS, NUMBERS, RECIPIENT_WORDS, TITLES, WORDS


def phrases(table, prefix=""):
    for key, value in table.items():
        if isinstance(value, dict):
            yield from phrases(value, f"{prefix}{key}.")
        elif isinstance(value, str):
            yield f"{prefix}{key}", value


def slots(phrase):
    return sorted(name for _, name, _, _ in Formatter().parse(phrase) if name)


def test_the_languages_have_the_same_phrases_with_the_same_slots():
    english = dict(phrases(language("en").table))
    only_spanish = ("units.", "outcomes.", "phrases.")  # English stands in the code's own tables
    spanish = {
        key: text for key, text in phrases(language("es").table)
        if not key.startswith(only_spanish)
    }
    assert set(english) == set(spanish) and len(english) > 200
    assert {key: slots(text) for key, text in english.items()} == {
        key: slots(text) for key, text in spanish.items()
    }


@pytest.mark.parametrize("table", ["limits.items", "grammar.months"])
def test_lists_are_as_long_in_both(table):
    part, name = table.split(".")
    assert len({len(language(code).table[part][name]) for code in LANGUAGES}) == 1


def test_spanish_has_every_name_that_english_code_has():
    spanish = language("es").table
    assert set(spanish["outcomes"]) == set(OUTCOMES)
    assert set(spanish["units"]) == {spec.unit for spec in OUTCOMES.values()}
    words = [*TITLES.values(), *CLASS_WORDS.values(), *RECIPIENT_WORDS.values()]
    words += [phrase for one in WORDS.values() for phrase in one.values()]
    words += [f"{number} class{'' if number == 'one' else 'es'}" for number in NUMBERS]
    words.remove(TITLES["stated_only"])  # the clause that briefings leave out
    assert [word for word in words if word not in spanish["phrases"]] == []


def test_what_the_law_files_cite_in_english_words_has_its_spanish():
    """Sections and journals are cited as they are; a note of ours in words is translated."""
    cited = {
        str(getattr(clause, "text", ""))
        for name in regime_names() for clause in vars(load_regime(name).clauses).values()
        if clause is not None and getattr(clause, "checked", "") != "hypothetical"
    }
    noted = {text for text in cited if re.search(r"[a-z]{5,}", text)}
    assert len(noted) > 10
    assert [text for text in noted if text not in language("es").table["phrases"]] == []


def test_every_finding_of_the_project_has_its_spanish():
    named = {row.finding for row in read_rows().rows}
    assert len(named) > 25
    assert [name for name in named if name not in language("es").table["phrases"]] == []


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_regime_and_group_has_a_name(code):
    say = language(code)
    assert [name for name in regime_names() if not say.has(f"regimes.{name}")] == []
    breakdowns = ("status", "channel", "carve_out", "ethnicity")
    groups = [group for by in breakdowns for group in GROUPS[by]]
    assert [group for group in groups if not say.has(f"groups.{group}")] == []


def test_numbers_and_dates_are_written_as_each_language_does_in_the_united_states():
    """Spanish in the US, as in Mexico and Central America, has the point before decimals."""
    english, spanish = language("en"), language("es")
    assert english.number(-1234.5, 1) == spanish.number(-1234.5, 1) == "−1,234.5"
    assert spanish.number(12345.678, 2) == "12,345.68"
    assert english.number(0.2, 1, signed=True) == "+0.2"
    assert english.number(-0.0004, 2, signed=True) == "0.00"
    day = dt.date(2022, 1, 1)
    assert (english.date(day), spanish.date(day)) == ("1 January 2022", "1 de enero de 2022")
    assert spanish.listed(["a", "b", "informes"]) == "a, b e informes"
    assert english.listed(["a", "b", "c"]) == "a, b and c"


def test_an_unknown_language_is_told_with_those_there_are():
    with pytest.raises(BadInput, match="unknown language 'fr'; allowed: en, es"):
        language("fr")
