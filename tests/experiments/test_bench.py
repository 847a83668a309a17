"""What `carveout bench` works out of its timings, and that the timings are what they say."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from experiments import bench as benchmarks
from experiments import yardsticks
from experiments.bench import TARGETS, Target, bench, pace, ratios

ROOT = Path(__file__).resolve().parents[2]
#: Seconds chosen so that every figure can be worked out in the head.
TIMINGS = {
    ("engine", 1.0, 365): {"residents": 1000, "run_s": [2.0, 1.0, 9.0], "peak_gb": 1.0},
    ("engine", 1.0, 30): {"residents": 1000, "run_s": [0.5]},
    ("engine", 0.1, 365): {"residents": 100, "run_s": [0.25]},
    ("engine", 1.0, 3650): {"residents": 1000, "run_s": [16.0], "peak_gb": 1.1},
    ("mesa_loop", None, None): {"residents": 10, "days": 1, "run_s": [0.01, 0.02, 0.03]},
    ("starsim_sir", None, 365): {"residents": 100, "run_s": [4.0]},
    ("twin", 0.1, 30): {"residents": 100, "run_s": [5.0]},
    ("column_sum", None, None): {"residents": 1000, "days": 1, "run_s": [0.001]},
    ("help_text", None, None): {"help_s": [0.1, 0.2, 0.3], "pass_s": [0.02]},
}
EXPECTED = {
    "mesa_ratio": (1000 * 365 / 2) / (10 / 0.02),
    "twin_ratio": 100.0,
    "starsim_ratio": 20.0,
    "limit_ratio": 2 / 0.365,
    "growth": 8.0,
    "ten_years": 8.0,
    "ten_years_memory": 1.1,
    "population_years": 1.5,
    "peak_gb": 1.0,
    "help_ratio": 10.0,
}


def fake_measure(name, *, scale=None, days=None, **_):
    found = dict(TIMINGS[name, scale, days])
    found.setdefault("days", days)
    if name == "engine":
        found |= {"population_s": [3.0], "rates_s": [1.0]}
    return {key: list(value) if isinstance(value, list) else value for key, value in found.items()}


def without(*missing):
    def measure(name, **sizes):
        return {"absent": f"no {name}"} if name in missing else fake_measure(name, **sizes)

    return measure


def test_every_figure_is_the_ratio_it_claims(capsys):
    result = bench(measure=fake_measure)
    assert {key: result[key] for key in EXPECTED} == pytest.approx(EXPECTED)
    assert {target.key for target in TARGETS} == set(EXPECTED)
    assert result["absent"] == {}


def test_json_is_one_object_with_figures_and_seconds(capsys):
    result = bench(json=True, measure=fake_measure)
    printed = json.loads(capsys.readouterr().out)
    assert printed == json.loads(json.dumps(result))
    assert printed["help_ratio"] == pytest.approx(10)
    assert printed["raw"]["mesa"]["run_s"] == [0.01, 0.02, 0.03]


def test_the_engine_is_timed_before_and_after_its_yardsticks():
    called = []

    def measure(name, **sizes):
        called.append((name, sizes["scale"] if name == "engine" else None, sizes.get("days")))
        return fake_measure(name, **sizes)

    result = bench(json=True, measure=measure)
    assert called[0] == called[-1] == ("engine", 1.0, 365)
    assert result["raw"]["year"]["run_s"] == [2.0, 1.0, 9.0] * 2


def test_an_absent_yardstick_is_said_and_does_not_stop_the_others(capsys):
    result = bench(measure=without("twin", "starsim_sir"))
    assert result["twin_ratio"] is None
    assert result["starsim_ratio"] is None
    assert result["mesa_ratio"] == pytest.approx(EXPECTED["mesa_ratio"])
    printed = capsys.readouterr().out
    assert "no twin" in printed
    assert "no starsim_sir" in printed
    assert printed.count("absent") == 2


def test_the_table_says_which_targets_are_met_and_which_missed(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "160")
    bench(measure=fake_measure)
    lines = capsys.readouterr().out.splitlines()
    rows = {t.key: next(line for line in lines if t.key in line.split()) for t in TARGETS}
    missed = {key for key, row in rows.items() if "MISSED" in row}
    assert missed == {"mesa_ratio", "starsim_ratio"}
    assert all("met" in row for key, row in rows.items() if key not in missed)


@pytest.mark.parametrize(
    ("sense", "value", "met"),
    [
        ("at least", 5, True),
        ("at least", 4.99, False),
        ("at most", 5, True),
        ("at most", 5.1, False),
    ],
)
def test_a_target_holds_at_its_bound(sense, value, met):
    assert Target("key", "title", sense, 5).met(value) is met


def test_quick_times_a_tenth_and_gives_no_verdict(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "160")
    tenth = {(n, s and round(s / 10, 3), d): t for (n, s, d), t in TIMINGS.items()}
    monkeypatch.setattr(sys.modules[__name__], "TIMINGS", tenth)
    bench(quick=True, measure=fake_measure)
    printed = capsys.readouterr().out
    assert printed.count("a look") == len(TARGETS)
    assert "MISSED" not in printed


def test_pace_counts_residents_times_days_by_the_median():
    assert pace({"residents": 50, "days": 4, "run_s": [1.0, 2.0, 50.0]}) == 100


def test_mesas_loop_steps_every_resident_a_day():
    timed = yardsticks.measure("mesa_loop", residents=2000, repeats=3)
    assert (timed["residents"], timed["days"], len(timed["run_s"])) == (2000, 1, 3)
    assert all(0 < second < 5 for second in timed["run_s"])


def test_reading_more_residents_takes_longer():
    few = yardsticks.measure("column_sum", residents=100_000, repeats=5)
    many = yardsticks.measure("column_sum", residents=10_000_000, repeats=5)
    assert min(many["run_s"]) > 5 * min(few["run_s"])


def test_a_yardstick_that_is_not_installed_is_absent_and_not_a_failure(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "starsim", None)
    yardsticks.main("starsim_sir", '{"residents": 10, "days": 1, "repeats": 1}')
    assert "extra `bench`" in json.loads(capsys.readouterr().out)["absent"]


def test_a_measurement_that_fails_says_why():
    with pytest.raises(RuntimeError, match="measuring mesa_loop failed: TypeError"):
        yardsticks.measure("mesa_loop", people=3)


def test_peak_memory_is_this_process_own():
    # In a process of its own: what other tests have freed here would hold the block.
    program = (
        "from experiments import yardsticks\n"
        "before = yardsticks.peak_gb()\n"
        "block = bytearray(200_000_000)\n"
        "assert yardsticks.peak_gb() - before > 0.1\n"
        "del block\n"
        "assert yardsticks.peak_gb() - before > 0.1\n"
    )
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True)


@pytest.mark.slow
def test_a_quick_bench_of_the_real_engine_gives_every_figure(capsys):
    result = bench(json=True, quick=True)
    named = {"twin": "twin_ratio", "starsim": "starsim_ratio"}
    missing = {named[name] for name in result["absent"]}
    for target in TARGETS:
        assert (result[target.key] is None) == (target.key in missing), target.key
    assert result["raw"]["year"]["residents"] == benchmarks.QUICK.residents
    assert ratios(result["raw"]) == {target.key: result[target.key] for target in TARGETS}
