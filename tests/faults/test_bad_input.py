"""Bad input: a line a fault, exit status 2, no traceback, and nothing written."""

from __future__ import annotations

from pathlib import Path

import pytest

from experiments import compare
from experiments.cli import main
from model.faults import BadInput

CASES = {
    "unknown regime": (["no-such-regime"], "no-such-regime"),
    "unknown baseline": (["--baseline", "welcoming-2102"], "welcoming-2012"),
    "a regime twice": (["no-contact", "no-contact"], "each regime once"),
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


def test_every_fault_is_a_line_of_its_own(capsys):
    words = ["compare", "no-contct", "--seed", "abc", "--replicates", "0", "--posture", "x"]
    assert main(words) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 4
    assert all("allowed: " in line for line in lines)


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
