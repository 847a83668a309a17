"""Bad input: a line a fault, exit status 2, no traceback, and nothing written."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from experiments import compare
from experiments.cli import main
from model.faults import BadInput

ROOT = Path(__file__).resolve().parents[2]
CASES = {
    "unknown regime": (["no-such-regime"], "no-such-regime"),
    "unknown baseline": (["--baseline", "welcoming-2102"], "welcoming-2012"),
    "a regime twice": (["no-contact", "no-contact"], "each regime once"),
    "an unknown regime may be a file": (["no-such-regime"], ", the path of a file"),
    "unknown environment": (["--environment", "E9"], "E3"),
    "unknown posture": (["--posture", "2019"], "posture"),
    "unknown city": (["--city", "chikago"], "did you mean chicago?"),
    "no replicates": (["--replicates", "0"], "replicates: found '0'"),
    "half a replicate": (["--replicates", "1.5"], "replicates"),
    "negative replicates": (["--replicates", "-4"], "replicates"),
    "negative years": (["--years", "-1"], "years: found '-1'"),
    "no years": (["--years", "0"], "years"),
    "years that are no number": (["--years", "nan"], "years"),
    "a thousand years": (["--years", "1000"], "years"),
    "negative scale": (["--scale", "-0.1"], "scale"),
    "no scale": (["--scale", "0"], "scale"),
    "scale that is no number": (["--scale", "nan"], "scale"),
    "too large a scale": (["--scale", "1.5"], "scale"),
    "scale in words": (["--scale", "small"], "scale"),
    "seed in letters": (["--seed", "abc"], "seed"),
    "negative seed": (["--seed", "-1"], "seed"),
    "seed with a point": (["--seed", "1.0"], "seed"),
    "no such day": (["--start", "2022-02-30"], "start"),
    "no processes": (["--processes", "0"], "processes"),
    "unknown parameter": (["--set", "betta=1"], "beta"),
    "parameter out of range": (["--set", "beta=99"], "beta"),
    "parameter in words": (["--set", "beta=much"], "a number"),
    "parameter without value": (["--set", "beta"], "NAME=VALUE"),
    "parameter nan": (["--set", "beta=nan"], "beta"),
    "an option without value": (["--seed"], "seed"),
    "an unknown option": (["--sed", "1"], "did you mean --seed?"),
    "an empty regime": ([""], "regime"),
    "an empty folder name": (["--out", ""], "out"),
    "a start before years are counted": (["--start", "0001-01-01"], "1900 to 2200"),
    "a start past all plans": (["--start", "9999-01-01"], "1900 to 2200"),
    "a seed of thousands of digits": (["--seed", "9" * 5000], "999..."),
    "replicates of thousands of digits": (["--replicates", "9" * 5000], "999..."),
    "a parameter twice": (["--set", "beta=1", "--set", "beta=2"], "'beta' twice"),
    "less than a day": (["--years", "0.001"], "0.0027"),
    "a city of a handful": (["--scale", "0.00001"], "scale: found '0.00001'; allowed: at least"),
    "a folder name of 300 letters": (["--out", "x" * 300], "out"),
    "a folder name with a null": (["--out", "a\0b"], "out"),
    "a folder name that is no text": (["--out", "a\udcff"], "out"),
    "a folder name with a control character": (["--out", "a\x1b[2J"], "out"),
}


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CARVEOUT_CACHE", str(tmp_path / "cache"))


@pytest.mark.parametrize("case", CASES)
def test_bad_input_is_told_and_nothing_is_written(case, capsys):
    words, said = CASES[case]
    assert main(["compare", *words]) == 2
    streams = capsys.readouterr()
    assert said in streams.err
    assert "Traceback" not in streams.err and not streams.out
    assert not list(Path.cwd().iterdir())


def test_a_parameter_at_fault_is_called_by_its_name_alone(capsys):
    from model.scenario import scenario

    for value in ("much", "99", "nan"):
        assert main(["compare", "--set", f"beta={value}"]) == 2
        assert capsys.readouterr().err.startswith("beta: found ")
    with pytest.raises(BadInput, match="^beta: found 'much'"):
        scenario({"parameters": {"beta": "much"}})


EXTRAS = ("fsspec", "duckdb", "emcee", "sklearn", "SALib", "dask", "distributed")
WITHOUT_EXTRAS = (
    ("study status nowhere", "nowhere holds no study"),
    ("study resume nowhere", "nowhere holds no study"),
    ("study export nowhere --out o", "nowhere holds no study"),
    ("study run main-comparisn --out o", "did you mean main-comparison?"),
    ("study run main-comparison --scale 9 --out o", "scale: found '9'"),
    ("sql nowhere SELECT", "nowhere holds no study"),
    ("contrasts nowhere --outcome reporting", "nowhere holds no study"),
    ("calibrate --draws x", "draws: found 'x'"),
    ("calibrate --targets nowhere.toml", "nowhere.toml: no such file"),
    ("calibrate --processes 0", "processes: found '0'"),
)


def test_bad_input_is_told_where_only_the_core_is_installed():
    program = (
        f"import sys\nsys.modules.update(dict.fromkeys({EXTRAS}))\n"
        "from experiments.cli import main\n"
        f"for words in {[words for words, _ in WITHOUT_EXTRAS]}:\n"
        "    assert main(words.split()) == 2, words\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    lines = done.stderr.splitlines()
    assert len(lines) == len(WITHOUT_EXTRAS)
    for line, (words, said) in zip(lines, WITHOUT_EXTRAS, strict=True):
        assert said in line, words
    assert not list(Path.cwd().iterdir())


def test_every_fault_is_a_line_of_its_own(capsys):
    words = ["compare", "no-contct", "--seed", "abc", "--replicates", "0", "--posture", "x"]
    assert main(words) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 4
    assert all("allowed: " in line for line in lines)


def test_run_of_no_name_is_not_a_run_of_the_default(capsys):
    assert main(["run", ""]) == 2
    assert "regime" in capsys.readouterr().err
    assert not list(Path.cwd().iterdir())


@pytest.mark.parametrize("words", [
    ["./welcoming-2012.toml", "no-contact"],
    ["no-contact", "--baseline", "./no-contact.toml"],
    ["./no-contact.toml", "no-contact"],
])
def test_two_laws_of_one_short_name_are_refused(words, capsys):
    """A name is one law in every table, the baseline's included."""
    from shutil import copy

    from model.layer_files import FOLDER

    for name in ("welcoming-2012", "no-contact"):
        copy(FOLDER / "ordinances" / f"{name}.toml", f"{name}.toml")
    others = [] if "--baseline" in words else ["--baseline", "welcoming-2012"]
    assert main(["compare", *words, *others]) == 2
    assert "twice; allowed: each regime once" in capsys.readouterr().err


def test_the_least_scale_that_is_told_is_allowed():
    from experiments.settings import LEAST_RESIDENTS, enough
    from model.city import load_city

    city = load_city("chicago")
    with pytest.raises(BadInput) as told:
        enough(city, "0.00001")
    least = float(told.value.faults[0].allowed.split()[2].rstrip(","))
    enough(city, least)
    assert least * city.population.sum() == pytest.approx(LEAST_RESIDENTS, rel=0.1)


def test_a_folder_under_links_in_a_ring_is_refused(capsys):
    Path("ring").symlink_to("ring")
    for out in ("ring", "ring/mine"):
        assert main(["compare", "--out", out]) == 2
        assert "out: " in capsys.readouterr().err
    assert main(["compare", "./ring/law.toml", "no-contact"]) == 2
    assert "ring/law.toml" in capsys.readouterr().err


@pytest.mark.parametrize(("given", "words"), [
    ({"scale": 0}, "more than 0 and at most 1"),
    ({"scale": float("inf")}, "a finite number, more than 0 and at most 1"),
    ({"days": 0}, "at least 1 and at most 36,525"),
    ({"seed": "x"}, "a whole number from 0"),
    ({"start": "soon"}, "a date as 2022-01-01"),
])
def test_a_scenario_says_in_plain_words_what_is_allowed(given, words):
    from model.scenario import scenario

    with pytest.raises(BadInput) as told:
        scenario(given)
    (fault,) = told.value.faults
    assert fault.allowed == words and fault.key == next(iter(given))


REGIMES = {
    "empty": b"",
    "binary": bytes(range(256)) * 8,
    "not TOML": b"name = \n",
    "misspelt clause": b"detainer = 1\n",
}


@pytest.mark.parametrize("kind", REGIMES)
def test_a_broken_regime_file_is_told_by_name(kind, capsys):
    Path("mine.toml").write_bytes(REGIMES[kind])
    assert main(["compare", "welcoming-2012", "mine.toml"]) == 2
    err = capsys.readouterr().err
    assert all(line.startswith("mine.toml") for line in err.splitlines())
    assert [path.name for path in Path.cwd().iterdir()] == ["mine.toml"]


def test_a_huge_regime_file_is_refused_unread(capsys):
    with open("huge.toml", "wb") as file:
        file.truncate(100_000_000)
    assert main(["compare", "welcoming-2012", "huge.toml"]) == 2
    assert "huge.toml" in capsys.readouterr().err


def test_an_existing_folder_is_refused_before_anything_runs(capsys):
    Path("mine").mkdir()
    assert main(["compare", "--out", "mine"]) == 2
    assert "--force" in capsys.readouterr().err
    assert not list(Path("mine").iterdir())


def test_a_broken_city_names_file_and_column(capsys):
    from shutil import copytree

    from model.city import DATA

    copytree(DATA / "littletown", "town")
    areas = Path("town/areas.csv")
    areas.write_text(areas.read_text().replace("5200", "many", 1))
    assert main(["compare", "--city", "town"]) == 2
    assert "areas.csv:" in capsys.readouterr().err


@pytest.mark.parametrize("bad", [{"seed": True}, {"scale": float("nan")}, {"replicates": 0},
                                 {"years": None}, {"processes": True}, {"regimes": ["x"]}])
def test_a_python_call_refuses_the_same(bad):
    with pytest.raises(BadInput):
        compare(**{"progress": False, **bad})


def test_a_full_disk_still_shows_the_table(monkeypatch, capsys):
    import errno

    def full(*args, **more):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("experiments.comparison.write_table", full)
    words = ["run", "no-contact", "--city", "littletown", "--scale", "1", "--years", "0.1",
             "--replicates", "1", "--quiet", "--out", "mine"]
    assert main(words) == 1
    streams = capsys.readouterr()
    assert "Crimes that reach the police" in streams.out
    assert streams.err.splitlines() == [
        "carveout: results not saved to mine: the disk is full"
    ]
    assert not [path for path in Path.cwd().iterdir() if path.name != "cache"]
