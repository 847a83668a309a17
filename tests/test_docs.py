"""The pages of docs/ say what the code says: tables, columns, names, defaults, sources, links."""

import re
from itertools import chain

import pytest

from experiments import docs_tables
from experiments.docs_tables import DOCS, ROOT
from model import layer, schema
from model.evidence import load_evidence
from model.faults import BadInput
from model.law import environment_names
from model.ledger import EVENTS
from model.person_columns import COLUMNS
from model.policy_model import simulate
from model.posture import Posture, posture_names
from model.registry import load_parameters
from model.scenario import Raid, Scenario

ODD, LEDGER, RENEW = DOCS / "odd.md", DOCS / "ledger.md", "python -m experiments.docs_tables"
PAGES = sorted(DOCS.glob("*.md"))
OURS = [DOCS / name for name in ("odd.md", "ledger.md", "not-fit-for.md", "parameters.md")]
REGISTRY = load_parameters()
_CODE = re.compile(r"`([^`\n]+)`")
_BLOCK = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
_DEFAULT = re.compile(r"`([a-z]\w*)`\s+\((-?[\d.,]*\d)")


@pytest.fixture(scope="module")
def frames():
    """Tables of a short run in which every kind of thing happens."""
    run = Scenario(
        city="littletown",
        environment="E0",
        regime="full-cooperation",
        posture="2025-surge",
        days=40,
        parameters={"exposure": 40.0},
    )
    return simulate(run).frames()


def prose(text: str) -> str:
    return _BLOCK.sub("", text)


def words_in_code(text: str) -> set[str]:
    """Names in backticks and in blocks of equations; subscripts (`a_c`) are symbols, no names."""
    blocks = "\n".join(_BLOCK.findall(text))
    names = {name for name in _CODE.findall(prose(text)) if re.fullmatch(r"[a-z]\w{2,}\*?", name)}
    return names | set(re.findall(r"(?<!\w)[a-z]+(?:_[a-z]+)*_[a-z]{3,}(?![\w.])", blocks))


def defaults_in(text: str) -> list[tuple[str, float]]:
    """`name` (0.6): parameters with the default that the page states."""
    return [(name, float(value.replace(",", ""))) for name, value in _DEFAULT.findall(text)]


def vocabulary(frames) -> set[str]:
    """Every name that a page may set in backticks."""
    categories = [v for v in vars(schema).values() if isinstance(v, schema.Categories)]
    categories += [v for v in vars(layer).values() if isinstance(v, schema.Categories)]
    models = (Scenario, Raid, Posture, layer.Layer, layer.Clauses)
    return {
        *REGISTRY,
        *chain.from_iterable(categories),
        *chain.from_iterable(model.model_fields for model in models),
        *COLUMNS,
        *frames,
        *chain.from_iterable(frame.columns for frame in frames.values()),
        *EVENTS,
        *chain.from_iterable(EVENTS.values()),
        *posture_names(),
        *("measured", "calibrated", "assumed", "none", "day"),
    }


def test_tables_made_from_the_code_are_fresh():
    assert [path.name for path in docs_tables.stale()] == [], f"renew them: {RENEW}"


def test_a_stale_table_is_found_and_renewed(tmp_path, monkeypatch):
    page = tmp_path / "page.md"
    page.write_text("# Page\n\n<!-- table: openness -->\nold\n<!-- end -->\nafter\n")
    monkeypatch.setattr(docs_tables, "DOCS", tmp_path)
    assert docs_tables.stale() == [page]
    assert docs_tables.renew() == [page]
    text = page.read_text()
    assert "old" not in text and "| `no-contact` | 0.000 |" in text and text.endswith("after\n")
    assert docs_tables.stale() == []


def test_a_page_that_asks_for_an_unknown_table_is_refused():
    with pytest.raises(BadInput, match="did you mean parameters"):
        docs_tables.renewed("<!-- table: parameter -->\n<!-- end -->")


def test_every_parameter_stands_in_the_page_of_parameters():
    text = (DOCS / "parameters.md").read_text()
    rows = re.findall(r"^\| `(\w+)` \| (\S+) \|", text, re.MULTILINE)
    assert {name: float(value) for name, value in rows if name in REGISTRY} == {
        name: float(f"{value:g}") for name, value in REGISTRY.items()
    }


def test_every_parameter_is_explained_in_the_odd_text():
    named = words_in_code(ODD.read_text())
    families = [name[:-1] for name in named if name.endswith("*")]
    missing = [n for n in REGISTRY if n not in named and not n.startswith(tuple(families))]
    assert missing == []


def test_defaults_in_the_odd_text_are_those_of_the_registry():
    stated = [(name, value) for name, value in defaults_in(ODD.read_text()) if name in REGISTRY]
    assert len(stated) > 120
    assert [(n, v, REGISTRY[n]) for n, v in stated if v != pytest.approx(REGISTRY[n])] == []


def test_a_wrong_default_would_be_seen():
    assert defaults_in("`beta` (0.7), of `tau`\n(1; old), `x` (`OP_2018`)") == [
        ("beta", 0.7),
        ("tau", 1.0),
    ]


@pytest.mark.parametrize("page", OURS, ids=lambda page: page.name)
def test_names_in_backticks_exist(page, frames):
    known = vocabulary(frames)
    unknown = {
        name
        for name in words_in_code(page.read_text())
        if name not in known
        and not (name.endswith("*") and any(each.startswith(name[:-1]) for each in known))
    }
    assert unknown == set()


@pytest.mark.parametrize("page", OURS, ids=lambda page: page.name)
def test_sources_in_backticks_are_in_the_table_of_evidence(page):
    ids = set(load_evidence())
    code = _CODE.findall(prose(page.read_text()))
    named = {name for name in code if re.fullmatch(r"[A-Z][A-Z0-9_]+[a-z]?\*?", name)}
    named -= set(environment_names())
    unknown = {
        name
        for name in named
        if name not in ids
        and not (name.endswith("*") and any(each.startswith(name[:-1]) for each in ids))
    }
    assert unknown == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_files_that_a_page_names_or_links_exist(page):
    text = prose(page.read_text())
    links = {link.partition("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text)}
    missing = [x for x in links if x and "://" not in x and not (page.parent / x).exists()]
    paths = re.findall(r"`((?:model|experiments|tests|docs|tools)/[\w./-]+)`", text)
    assert missing + [path for path in paths if not (ROOT / path).exists()] == []


def documented_columns() -> dict[str, list[str]]:
    """Columns by frame, from the tables under the headings of the ledger's page."""
    found = {}
    for section in LEDGER.read_text().split("\n## ")[1:]:
        if heading := re.match(r"`(\w+)`\n", section):
            found[heading[1]] = re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)
    return found


def test_the_ledgers_page_names_every_frame_and_column_in_order(frames):
    documented = documented_columns()
    assert list(documented) == list(frames)
    for name, columns in documented.items():
        assert columns == list(frames[name].columns), name


def test_every_column_has_a_meaning_and_counts_have_a_unit_and_a_denominator():
    text = LEDGER.read_text()
    rows = re.findall(r"^\| `(\w+)` \|(.*)\|(.*)\|(.*)\|$", text, re.MULTILINE)
    assert len(rows) > 50
    labels = {"month", "status", "ethnicity", "crime", "area", "channel", "place"}
    labels |= {"conviction", "carve_out"}
    for name, meaning, unit, denominator in rows:
        assert meaning.strip(), name
        assert bool(unit.strip() and denominator.strip()) == (name not in labels), name


def test_the_identities_of_the_ledgers_page_hold(frames):
    crime, people, met, detainers, city = (
        frames[name] for name in ("crime", "people", "encounters", "detainers", "city")
    )
    assert crime.victimisations.sum() > 100 and met.met.sum() > 20 and detainers.lodged.sum() > 5
    assert (crime.victimisations == crime.reported + crime.unreported).all()
    ways = crime.reported_by_victim + crime.reported_by_bystander + crime.found_by_police
    assert (crime.reported <= ways).all()
    assert (met.arrested <= met.met).all()
    assert (people.calls_made <= people.calls_needed).all()
    by_month = detainers.groupby("month")[["lodged", "honoured", "lapsed", "declined"]].sum()
    ended = by_month.honoured + by_month.lapsed + by_month.declined
    pending = city.set_index("month").detainers_pending
    assert (by_month.lodged == ended + pending).all()
    for one, other, columns in (
        ("crime", "crime_area", ["victimisations", "reported", "cleared"]),
        ("people", "people_area", ["stops", "arrests", "residents"]),
    ):
        sums = [frames[name].groupby("month")[columns].sum() for name in (one, other)]
        assert (sums[0] == sums[1]).all(axis=None)
    area = frames["people_area"].groupby("month").encounters.sum()
    assert (area == met.groupby("month").met.sum()).all()
    episodes = crime[crime.crime == "partner_violence"].groupby("month").victimisations.sum()
    assert (episodes == city.set_index("month").partner_episodes).all()
    citizens = met[met.status.isin(["us_born", "naturalized"])]
    assert citizens.met.sum() > 0 and citizens.arrested.sum() == 0

