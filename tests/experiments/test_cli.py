"""The command line: quick help, nearest names, one JSON object, and a command that repeats."""

from __future__ import annotations

import argparse
import datetime as dt
import errno
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from experiments.cli import build_parser, main
from experiments.commands import given
from experiments.completion import candidates
from experiments.places import in_force
from experiments.settings import as_typed

ROOT = Path(__file__).resolve().parents[2]
QUICK = ["--city", "littletown", "--scale", "1", "--years", "0.1", "--quiet", "--processes", "1",
         "--draws", "0"]
COMMANDS = [
    "compare", "run", "regimes", "city", "population", "check", "bench", "parameters", "postures",
    "environments", "outcomes", "completion",
]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_help_imports_neither_mesa_nor_numpy_nor_pandas():
    code = (
        "import sys\nfrom experiments.cli import main\nmain(['--help'])\n"
        "heavy = {'mesa', 'numpy', 'pandas', 'scipy', 'matplotlib', 'pydantic', 'rich'}\n"
        "sys.exit(', '.join(heavy & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert "compare regimes" in done.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command, capsys):
    assert main([command, "--help"]) == 0
    assert f"usage: carveout {command}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "nearest"),
    [
        (["compar"], "did you mean compare?"),
        (["regimes", "shwo", "x"], "did you mean show?"),
        (["compare", "--replicate", "3"], "did you mean --replicates?"),
        (["compare", "--scael=0.1"], "did you mean --scale?"),
        (["compare", "welcoming2012"], "did you mean welcoming-2012?"),
        (["regimes", "show", "no-contct"], "did you mean no-contact?"),
        (["parameters", "betaa"], "did you mean beta?"),
        (["compare", "--posture", "2017-2018"], "did you mean 2017-2019?"),
        (["compare", "--set", "sigmma=1"], "did you mean sigma?"),
        (["evidence", "GJW_REPP"], "'carveout evidence' lists; did you mean GJW_REP?"),
        (["evidence", "--role", "calib"], "did you mean calibration?"),
        (["parameters", "report"], "'carveout parameters' lists; did you mean reported_"),
        (["run", "no-contct"], "('carveout regimes' lists them); did you mean no-contact?"),
    ],
)
def test_a_wrong_name_gets_the_nearest(words, nearest, capsys):
    assert main(words) == 2
    assert nearest in capsys.readouterr().err


def test_the_text_in_force_is_that_of_the_city_and_the_day():
    there = (("chicago", 2022, "welcoming-2021"), ("chicago", 2020, "ice-ban-2019"),
             ("chicago", 2005, None), ("oak-lawn", 2022, "oak-lawn-2019"),
             ("littletown", 2022, None))
    for city, year, name in there:
        text = in_force(city, dt.date(year, 1, 1))
        assert (text.name if text else None) == name


def test_of_many_names_only_the_near_ones_are_told(capsys):
    for words in (["evidence", "pew"], ["parameters", "nosuch"], ["nosuch"]):
        assert main(words) == 2
        assert len(capsys.readouterr().err) < 160


def test_a_flood_of_faults_is_counted(capsys, tmp_path):
    posterior = tmp_path / "posterior.csv"
    posterior.write_text("beta\n" + "99\n" * 200)
    assert main(["compare", "--posterior", str(posterior)]) == 2
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 51 and told[-1] == "and 150 more faults"


def test_json_is_one_object(capsys):
    words = ["compare", "welcoming-2012", "no-contact", *QUICK, "--replicates", "2", "--json"]
    assert main([*words, "--out", "o"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert {row["regime"] for row in told["contrasts"]} == {"welcoming-2012", "no-contact"}
    assert told["manifest"]["seeds"] == [0, 1]


def test_the_command_in_the_manifest_repeats_the_results(capsys):
    pandas = pytest.importorskip("pandas")
    words = ["compare", "welcoming-2012", "no-contact", *QUICK, "--replicates", "2", "--seed", "7",
             "--set", "beta=1.5"]
    assert main([*words, "--out", "first"]) == 0
    again = json.loads(Path("first/manifest.json").read_text())["command"].split()
    assert again[0] == "carveout"
    again[again.index("--out") + 1] = "second"
    assert main([*again[1:], "--quiet", "--processes", "1"]) == 0
    for file in ("outcomes.parquet", "contrasts.parquet", "reporting.svg", "encounters.png"):
        assert Path("first", file).read_bytes() == Path("second", file).read_bytes()
    assert len(pandas.read_parquet("first/outcomes.parquet")) > 1000


def test_no_result_holds_a_path_of_the_machine(tmp_path, capsys):
    out = tmp_path / "deep" / "o"
    assert main(["run", "no-contact", *QUICK, "--replicates", "1", "--out", str(out)]) == 0
    text = (out / "manifest.json").read_text()
    for path in (str(tmp_path), str(ROOT), str(Path.home())):
        assert path not in text


def test_a_command_is_repeated_as_typed_but_for_paths_of_the_machine(tmp_path, capsys):
    mine = tmp_path / "laws" / "mine.toml"
    mine.parent.mkdir()
    mine.write_bytes((ROOT / "model" / "ordinances" / "no-contact.toml").read_bytes())
    assert main(["run", "laws/mine.toml", *QUICK, "--replicates", "1", "--out", "deep/o"]) == 0
    again = capsys.readouterr().out.rsplit("Again:", 1)[1].split()
    assert "laws/mine.toml" in again and "deep/o" in again
    assert (as_typed(mine), as_typed("../mine.toml")) == ("mine.toml", "mine.toml")


def test_a_seed_given_as_text_is_the_same_seed():
    for place, seed in enumerate(("42", " 42")):
        assert main(["run", *QUICK, "--replicates", "1", "--seed", seed, "--out", f"o{place}"]) == 0
    assert Path("o0/outcomes.parquet").read_bytes() == Path("o1/outcomes.parquet").read_bytes()


def test_a_timeline_stands_in_the_regimes_place(capsys):
    words = ["run", "--timeline", "chicago-history", "--start", "2021-01-01", *QUICK]
    assert main([*words, "--replicates", "1", "--json", "--out", "o"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert {row["regime"] for row in told["contrasts"]} == {"chicago-history"}
    assert "--timeline chicago-history" in told["manifest"]["command"]
    assert main(["run", "no-contact", *words[1:]]) == 2
    assert main(["run", "--timeline", "chicago-histry"]) == 2
    assert "did you mean chicago-history?" in capsys.readouterr().err


def test_one_regime_alone_is_not_told_as_paired(capsys):
    assert main(["run", "--help"]) == 0
    assert main(["run", *QUICK, "--replicates", "2"]) == 0
    out = capsys.readouterr().out
    assert "2 replicates" in out and "paired" not in out


def test_one_replicate_says_that_it_has_no_interval(capsys):
    words = ["compare", "welcoming-2012", "no-contact", *QUICK, "--replicates", "1"]
    assert main(words) == 0
    out = capsys.readouterr().out
    assert "no interval can be given" in out
    assert Path("results/compare-001/manifest.json").exists()


def test_state_law_is_mentioned_where_it_stands(capsys):
    words = ["compare", "welcoming-2012", "no-contact", *QUICK, "--replicates", "1"]
    assert main(words) == 0
    text = re.sub(r"\s+", " ", capsys.readouterr().out)
    assert "removing the city's text alone leaves state law in place" in text


def test_an_unexpected_error_is_one_line_and_debug_shows_it(monkeypatch, capsys):
    def broken(arguments):
        raise ZeroDivisionError("inside")

    monkeypatch.setattr("experiments.listings.outcomes", broken)
    assert main(["outcomes"]) == 1
    err = capsys.readouterr().err
    assert err.count("\n") == 1 and "ZeroDivisionError" in err and "--debug" in err
    with pytest.raises(ZeroDivisionError):
        main(["outcomes", "--debug"])


def test_a_package_that_is_missing_is_named_with_what_brings_it(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "duckdb", None)
    monkeypatch.setattr(
        "experiments.listings.outcomes", lambda arguments: __import__("duckdb"), raising=True
    )
    assert main(["outcomes"]) == 1
    err = capsys.readouterr().err
    assert err.startswith("carveout: package duckdb is not installed; 'make setup' brings")
    assert err.count("\n") == 1


def test_lists_are_tables_or_json(capsys):
    for words in (["regimes"], ["parameters"], ["postures"], ["environments"], ["outcomes"]):
        assert main(words) == 0
        assert len(capsys.readouterr().out.splitlines()) > 3
        assert main([*words, "--json"]) == 0
        (rows,) = json.loads(capsys.readouterr().out).values()
        assert len(rows) > 3


def test_regimes_are_shown_and_compared_in_plain_words(capsys):
    assert main(["regimes", "show", "welcoming-2012"]) == 0
    assert "2-173-042" in capsys.readouterr().out
    assert main(["regimes", "diff", "welcoming-2012", "welcoming-2021"]) == 0
    assert "Detainers: honoured for four classes -> only on a judge's warrant" in (
        capsys.readouterr().out
    )


def test_completion_knows_commands_options_and_names(capsys):
    parser = build_parser()
    assert "compare" in candidates(parser, ["com"])
    assert candidates(parser, ["compare", "--repl"]) == ["--replicates"]
    assert candidates(parser, ["compare", "welcoming-20"]) == ["welcoming-2012", "welcoming-2021"]
    assert "2025-surge" in candidates(parser, ["compare", "--posture", ""])
    assert "beta=" in candidates(parser, ["compare", "--set", "be"])
    assert candidates(parser, ["regimes", "d"]) == ["diff"]
    assert candidates(parser, ["attribute", "dhs-ban", "no"]) == ["no-contact"]
    assert candidates(parser, ["replicate", "one"]) == ["one-city"]
    assert candidates(parser, ["study", "run", "carve"]) == ["carve-out-ladder"]
    assert candidates(parser, ["parameters", "sigma"]) == ["sigma"]
    assert candidates(parser, ["evidence", "GJW_R"]) == ["GJW_REP"]
    assert candidates(parser, ["discover", "--when", ""]) == ["higher", "lower"]
    for command in ("attribute", "sure", "sensitivity"):
        found = candidates(parser, [command, "--outcome", "encounters"])
        assert found == ["encounters", "encounters_by_status", "encounters_no_class"]
    assert main(["completion", "bash"]) == 0
    script = capsys.readouterr().out
    assert subprocess.run(["bash", "-n"], input=script, text=True, check=False).returncode == 0


@pytest.mark.parametrize("name", ["w" * 300, "w" * 300 + ".toml"])
def test_a_name_too_long_for_the_system_is_bad_input(name, capsys):
    assert main(["regimes", "show", name]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_counties_are_checked_before_anything_runs(tmp_path, capsys):
    assert main(["validate", "--counties", "x", "--out", str(tmp_path / "v")]) == 2
    assert "counties: found 'x'" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_an_analysis_that_cannot_be_saved_is_printed_all_the_same(tmp_path, monkeypatch, capsys):
    class Done:
        manifest = {"command": "again"}

        def write(self, folder):
            raise OSError(errno.ENOSPC, "No space left on device")

        def print(self):
            print("what was found")

    asked = argparse.Namespace(out=tmp_path / "out", force=False, json=False)
    assert given(asked, Done) == 1
    said = capsys.readouterr()
    assert said.out == "what was found\n" and "not saved to out: the disk is full" in said.err
    assert list(tmp_path.iterdir()) == []


def test_a_posterior_that_is_no_plain_file_is_said_to_be_none(tmp_path, capsys):
    assert main(["compare", "--posterior", str(tmp_path), "--quiet"]) == 2
    assert "is a folder" in capsys.readouterr().err
