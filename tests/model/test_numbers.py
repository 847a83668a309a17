"""No number of the model hides in its code: it is in the registry, or here with its reason."""

import ast
from pathlib import Path

MODEL = Path(__file__).resolve().parents[2] / "model"
#: Counts, halves and signs; days of a year; percent; guards against division by nought; sizes and
#: bits of a byte or a word.
PLAIN = {0, 1, 2, 3, 4, 5, 0.5, 365, 366, 100, 1000, 1e-9, 1e-10, 1e-300, 8, 16, 32, 64}
#: What else a module may hold, and why.
ALLOWED = {
    "agents": ({1e6}, "a number larger than any share"),
    "city_check": ({0.005}, "slack of rounded shares"),
    "city_sources": ({36525}, "a century of days"),
    "city_tables": (
        {60, 90, 180, 300, 1900, 2200, 9999, 99999, 5e6, 1e7, 5e7, 1e8, 1e9},
        "what a cell of a city's tables may hold: bounds of a check, not values",
    ),
    "clocks": ({20, 44, 52, 4294967295}, "bits of keys; candidates that a clock may have"),
    "dice": (
        {12, 14, 27, 30, 31, 52, 10723151780598845931, 11400714819323198485, 13787848793156543929},
        "constants of the hash",
    ),
    "intercepts": ({1.4, 6, 7, 20.0, 50}, "ceiling of candidates; rounds, nodes, bracket"),
    "margins": ({0.74, 0.87, 20}, "figures of MIXED beside which the population is shown; floor"),
    "nativity": ({0.1}, "rank of a choice among households, no rate"),
    "news": ({128}, "places of acquaintances in the dice"),
    "officers": ({2022}, "year of the table of officers"),
    "plain_file": ({1e6}, "largest file read"),
    "mesa_scenario": ({63}, "bits of a seed"),
    "pools": ({0.1}, "places a unit of relative risk: the resolution of a pool"),
    "priors": ({0.025, 0.975, 4096}, "ends of a 95% interval; points of a mean"),
    "rates": ({0.6, 0.95, 2012}, "bounds of a division; the year of COOK_DET10's bookings"),
    "row_set": ({100000}, "rows that are shown"),
    "scenario": (
        {60, 36525, 100000, 1900, 2022, 2200}, "defaults and bounds of a scenario's fields"
    ),
    "state": ({31, 40000}, "bits of a day; days of the table of fading"),
    "tiles": (
        {0.95, 12, 30, 60, 390, 1500, 3000},
        "the layout of a map: no figure of the model",
    ),
    "toml_source": ({60, 1e6}, "text shown; largest file read"),
    "traits": ({14}, "bits"),
    "variants": ({4096}, "length of a text"),
}  # fmt: skip


def numbers(text: str) -> set[float]:
    """Numeric literals but indices and the arguments of pydantic's ``Field``."""
    tree = ast.parse(text)
    left_out = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript):
            left_out |= {id(part) for part in ast.walk(node.slice)}
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Field":
            left_out |= {id(part) for part in ast.walk(node)}
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, int | float)
        and not isinstance(node.value, bool)
        and id(node) not in left_out
    }


def test_every_number_in_the_code_is_plain_or_has_its_reason():
    hidden = {}
    for path in sorted(MODEL.glob("*.py")):
        allowed, _ = ALLOWED.get(path.stem, (set(), ""))
        found = numbers(path.read_text(encoding="utf-8")) - PLAIN - allowed
        if found:
            hidden[path.stem] = sorted(found)
    assert hidden == {}, "put these into model/parameters/, or say here why not"


def test_a_hidden_rate_would_be_found_and_an_index_would_not():
    assert numbers("rate = 0.37 * x[7]") == {0.37}
    assert numbers("size: float = Field(17, ge=0)") == set()


def test_every_allowance_is_of_a_module_that_is_there():
    assert {name for name in ALLOWED if not (MODEL / f"{name}.py").is_file()} == set()
