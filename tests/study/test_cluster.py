"""A real scheduler and workers as separate processes: the results are those of one process."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from experiments.study import Machine, open_study, run_study
from model.faults import BadInput

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 300.0


def files(root: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(root.glob("tasks/*/*.parquet"))}


def final(study) -> bytes:
    """Every cell of a study's final table, sorted, as the bytes of a CSV file."""
    return study.query("SELECT * FROM results ORDER BY ALL").to_csv(index=False).encode()


def dask(*words: object) -> subprocess.Popen[bytes]:
    code = "import sys; from distributed.cli import {0}; sys.exit({0}.main(sys.argv[1:]))"
    role, *rest = map(str, words)
    module = {"scheduler": "dask_scheduler", "worker": "dask_worker"}[role]
    return subprocess.Popen(
        [sys.executable, "-c", code.format(module), *rest],
        env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )


@pytest.fixture
def cluster():
    """The address of a scheduler, and a function that starts one more worker."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    plain = ("--no-dashboard",)
    started = [dask("scheduler", "--host", "127.0.0.1", "--port", port, *plain)]

    def worker():
        started.append(dask("worker", address, "--nthreads", 1, "--no-nanny", *plain))
        return started[-1]

    yield address, worker
    for process in reversed(started):
        process.kill()
        process.wait()


@pytest.mark.slow
def test_a_worker_killed_and_a_worker_added_half_way_change_no_byte(
    small, small_file, cluster, tmp_path
):
    address, worker = cluster
    first, _ = worker(), worker()
    out = tmp_path / "out"
    failed = []

    def run():
        try:
            run_study(small_file, out, replicates=5, machine=Machine(cluster=address))
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    end = time.monotonic() + PATIENCE
    while not files(out) and time.monotonic() < end and thread.is_alive():
        time.sleep(0.05)
    first.kill()
    first.wait()
    assert 0 < len(files(out)) < 20, "killed half-way"
    worker()
    thread.join(PATIENCE)
    assert not failed and not thread.is_alive()
    alone = run_study(
        small_file, tmp_path / "alone", replicates=5, machine=Machine(processes=1, progress=False)
    )
    assert files(out) == files(tmp_path / "alone") and len(files(out)) == 20
    assert alone.status()["done"] == 20
    assert final(open_study(out)) == final(alone)


def test_an_address_at_which_nobody_answers_is_bad_input(small_file, tmp_path, monkeypatch):
    from experiments.study import cluster

    monkeypatch.setattr(cluster, "REACH", 0.2)
    with pytest.raises(BadInput, match=r"no scheduler answers at tcp://127\.0\.0\.1:9"):
        run_study(small_file, tmp_path / "out", machine=Machine(cluster="tcp://127.0.0.1:9"))
    assert not (tmp_path / "out").exists()


def test_results_can_be_in_an_object_store(small, small_file):
    """fsspec's store in memory stands for any: no rename, no lock, no local path."""
    made = run_study(
        small_file, "memory://bucket/study", replicates=1,
        machine=Machine(processes=1, progress=False),
    )
    values = small.values("reporting")
    assert made.values("reporting").equals(values[values.replicate == 0].reset_index(drop=True))
    assert made.query("SELECT count(DISTINCT task) AS n FROM results").n[0] == 4
    assert made.status()["done"] == 4 and made.status()["running"] is None
    assert any(name.endswith(".log") for name in made.folder.names("logs"))
