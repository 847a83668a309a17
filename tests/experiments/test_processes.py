"""Commands as processes: stopped, killed, and two at once on one folder."""

from __future__ import annotations

import errno
import os
import pickle
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from experiments import compare
from experiments.cli import main
from experiments.store import SaveError, reserved, results_folder
from experiments.worker import run_case
from model.faults import BadInput

ROOT = Path(__file__).resolve().parents[2]
PYTHON = {**os.environ, "PYTHONPATH": str(ROOT)}
PATIENCE = 120.0


def carveout(folder: Path, *words: str) -> subprocess.Popen[str]:
    code = "import sys; from experiments.cli import main; sys.exit(main(sys.argv[1:]))"
    return subprocess.Popen(
        [sys.executable, "-c", code, *words], cwd=folder, text=True, env=PYTHON,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )


def until(met, seconds: float = PATIENCE) -> bool:
    end = time.monotonic() + seconds
    while not met() and time.monotonic() < end:
        time.sleep(0.02)
    return bool(met())


def test_sigterm_ends_the_workers_at_once_leaves_nothing_and_says_so(tmp_path):
    words = ["compare", "--city", "littletown", "--scale", "1", "--years", "90", "--quiet",
             "--processes", "2", "--out", "deep/o"]
    command = carveout(tmp_path, *words)
    of_command = psutil.Process(command.pid)
    assert until(lambda: len(of_command.children()) == 2)
    workers = of_command.children()
    assert (tmp_path / "deep" / ".o.partial" / "claim").exists()
    command.send_signal(signal.SIGTERM)
    assert not psutil.wait_procs(workers, timeout=5)[1]
    out, err = command.communicate(timeout=PATIENCE)
    assert command.returncode == 143
    assert err.splitlines() == ["stopped before anything was finished; nothing was written"]
    assert not out and not list(tmp_path.iterdir())


def test_sigterm_keeps_the_replicates_that_are_finished(monkeypatch, tmp_path, capsys):
    def stopped(cases, **more):
        for place, case in enumerate(cases):
            if place == 1:
                os.kill(os.getpid(), signal.SIGTERM)
            yield run_case(case)

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("experiments.comparison.run_cases", stopped)
    words = ["run", "no-contact", "--city", "littletown", "--scale", "1", "--years", "0.1",
             "--replicates", "2", "--draws", "0", "--quiet", "--out", "o"]
    assert main(words) == 143
    assert "1 of 2 replicates were finished and kept" in capsys.readouterr().err
    assert (tmp_path / "o" / "manifest.json").exists()
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL


def test_a_worker_ends_within_its_simulation_and_quietly_when_its_parent_is_gone(small):
    case = small.settings.cases()[0]
    long = replace(case, scenario=case.scenario.but(days=30_000))
    worker = subprocess.Popen(
        [sys.executable, "-c", "from experiments.worker import main; main()"], cwd=ROOT,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=PYTHON,
    )
    pickle.dump((None, [long]), worker.stdin)
    worker.stdin.flush()
    kind, _ = pickle.load(worker.stdout)
    assert kind == "days"
    worker.stdin.close()
    assert worker.wait(timeout=5) == 0
    worker.stdout.close()
    assert worker.stderr.read() == b""
    worker.stderr.close()


def test_two_commands_at_once_on_one_folder_the_second_is_refused_at_once(tmp_path):
    out = tmp_path / "o"
    with reserved(out, force=False) as place:
        second = carveout(tmp_path, "run", "--city", "littletown", "--scale", "1", "--out", "o")
        told, err = second.communicate(timeout=PATIENCE)
        assert second.returncode == 2 and not told
        assert err == ("out: o is being written by another command; allowed: a folder of its own "
                       "for each command\n")
        with pytest.raises(BadInput, match="by another command"), reserved(out, force=True):
            pass
        with place.filled() as folder:
            (folder / "mine").write_text("x")
    assert (out / "mine").read_text() == "x"
    assert [path.name for path in tmp_path.iterdir()] == ["o"]


def test_two_commands_without_a_folder_of_their_own_get_two(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    words = ["run", "no-contact", "--city", "littletown", "--scale", "1", "--years", "0.02",
             "--replicates", "1", "--quiet"]
    with reserved("results/run-001", force=False) as place:
        assert main(words) == 0
        with place.filled() as folder:
            (folder / "mine").write_text("x")
    assert sorted(path.name for path in Path("results").iterdir()) == ["run-001", "run-002"]
    assert Path("results/run-001/mine").exists()


def test_the_claim_of_a_killed_command_is_taken_over_and_what_it_replaced_is_not_lost(tmp_path):
    out = tmp_path / "o"
    out.mkdir()
    (out / "manifest.json").write_text("older")
    code = (
        "import os, signal, sys\nfrom experiments.store import results_folder\n"
        "os.rename = lambda *paths: os.kill(os.getpid(), signal.SIGKILL)\n"
        "with results_folder(sys.argv[1], force=True) as folder:\n"
        "    (folder / 'manifest.json').write_text('half')\n"
    )
    killed = subprocess.run([sys.executable, "-c", code, str(out)], env=PYTHON, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert not out.exists() and (tmp_path / ".o.partial").exists()
    with pytest.raises(BadInput, match="exists"), results_folder(out, force=False):
        pass
    assert (out / "manifest.json").read_text() == "older"
    assert [path.name for path in tmp_path.iterdir()] == ["o"]


def test_what_was_computed_outlives_a_full_disk(monkeypatch, tmp_path, small):
    def full(path, released):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("experiments.comparison.write_table", full)
    monkeypatch.setattr("experiments.comparison._carried_out", lambda *request: small)
    with pytest.raises(SaveError, match="disk is full") as told:
        compare(["no-contact"], out=tmp_path / "o", city="littletown", scale=1)
    assert told.value.kept is small
    assert not list(tmp_path.iterdir())
