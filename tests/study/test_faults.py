"""A study survives what kills it: the final tables equal those of an undisturbed run."""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from experiments.cli import main
from experiments.store import SaveError
from experiments.study import Machine, open_study, resume_study, run_study
from experiments.study.claim import claimed, holder
from experiments.study.folder import Folder
from model.faults import BadInput

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 240.0
QUIET = Machine(processes=1, progress=False)


def carveout(*words: object) -> subprocess.Popen[str]:
    code = "import sys; from experiments.cli import main; sys.exit(main(sys.argv[1:]))"
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, words)], text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # Tests in the background ignore Ctrl-C, and a child would inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def until(met, seconds: float = PATIENCE):
    end = time.monotonic() + seconds
    while not met() and time.monotonic() < end:
        time.sleep(0.01)
    assert met()


def files(study) -> dict[str, bytes]:
    """Every result file of a study or its folder, by name."""
    root = Path(study) if isinstance(study, Path) else Path(study.folder.root)
    return {path.name: path.read_bytes() for path in sorted(root.glob("tasks/*/*.parquet"))}


def final(study) -> bytes:
    """Every cell of a study's final table, sorted, as the bytes of a CSV file."""
    opened = open_study(study) if isinstance(study, Path) else study
    return opened.query("SELECT * FROM results ORDER BY ALL").to_csv(index=False).encode()


@pytest.fixture
def copy(small, tmp_path):
    """The finished study in a folder of its own, to be damaged."""
    return Path(shutil.copytree(small.folder.root, tmp_path / "copy"))


def test_killed_workers_and_a_killed_parent_cost_only_what_was_in_flight(
    small, small_file, tmp_path
):
    out = tmp_path / "out"
    words = ["study", "run", small_file, "--out", out, "--processes", 2, "--quiet"]
    command = carveout(*words)
    until(lambda: len(files(out)) >= 1)
    workers = psutil.Process(command.pid).children()
    assert len(workers) == 2
    workers[0].kill()
    # While one process has the study, another is refused and leaves it alone.
    with pytest.raises(BadInput, match=f"process {command.pid}"):
        resume_study(out, machine=QUIET)
    assert holder(Folder(out))["pid"] == command.pid
    before = len(files(out))
    until(lambda: len(files(out)) > before)
    command.kill()
    command.communicate()
    kept = files(out)
    assert 2 <= len(kept) < len(files(small))
    psutil.wait_procs(workers, timeout=10)
    assert not any(worker.is_running() for worker in workers)
    status = open_study(out).status()
    assert status["done"] == len(kept) and status["running"] is None and not status["failed"]
    resumed = resume_study(out, machine=QUIET)
    assert files(resumed) == files(small) and final(resumed) == final(small)


def test_damaged_and_cut_result_files_are_not_done_and_are_made_again(small, copy):
    one, two, three = sorted(copy.glob("tasks/*/*.parquet"))[:3]
    data = bytearray(one.read_bytes())
    data[len(data) // 2] ^= 1
    one.write_bytes(data)
    two.write_bytes(two.read_bytes()[:-10])
    three.unlink()
    damaged = open_study(copy)
    assert damaged.status()["done"] == len(files(small)) - 3
    assert len(damaged.values("reporting")) == len(files(small)) - 3
    assert files(resume_study(copy, machine=QUIET)) == files(small)
    assert final(copy) == final(small)


@contextlib.contextmanager
def full_disk(folder: Path):
    """A disk with room for a few kilobytes more: a small tmpfs, or a limit on a file's size."""
    size = sum(path.stat().st_size for path in folder.rglob("*")) // 4096 + 12
    spare = folder.with_name("spare")
    folder.rename(spare)
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size * 4}k", "tmpfs", str(folder)]
    mounted = subprocess.run(mount, capture_output=True).returncode == 0
    shutil.copytree(spare, folder, dirs_exist_ok=True)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    if mounted:
        (folder / "filler").write_bytes(b"")
        with contextlib.suppress(OSError), (folder / "filler").open("wb") as file:
            while True:
                file.write(bytes(512))
                file.flush()
    else:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1024, before[1]))
    try:
        yield
    finally:
        if mounted:
            shutil.rmtree(spare)
            (folder / "filler").unlink()
            shutil.copytree(folder, spare)
            subprocess.run(["umount", str(folder)], check=True)
            folder.rmdir()
            spare.rename(folder)
        else:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_stops_the_study_in_one_line_and_costs_nothing_that_is_done(
    small, copy, capsys
):
    for path in sorted(copy.glob("tasks/*/*.parquet"))[2:]:
        path.unlink()
    with full_disk(copy):
        with pytest.raises(SaveError, match="the disk is full"):
            resume_study(copy, machine=QUIET)
        assert main(["study", "resume", str(copy), "--quiet", "--processes", "1"]) == 1
        assert "the disk is full" in capsys.readouterr().err
        assert len(files(copy)) == 2
        assert not list(copy.rglob("*.partial"))
    assert files(resume_study(copy, machine=QUIET)) == files(small)
    assert final(copy) == final(small)


def test_failures_are_kept_with_their_trace_and_can_be_tried_again(
    small, small_file, tmp_path, monkeypatch
):
    from experiments.study import engines

    run_task = engines.run_task

    def broken(task, progress=None):
        if '"seed": 4' in task.scenario:
            raise ZeroDivisionError("planted")
        return run_task(task, progress)

    monkeypatch.setattr(engines, "run_task", broken)
    study = run_study(small_file, tmp_path / "out", machine=QUIET)
    status = study.status()
    assert (status["done"], status["failed"], status["left"]) == (4, 4, 0)
    assert status["failures"] == [
        {"error": "ZeroDivisionError: planted", "tasks": 4, "one": status["failures"][0]["one"]}
    ]
    told = study.query("SELECT task, error FROM failures")
    assert len(told) == 4 and told.error.eq("ZeroDivisionError: planted").all()
    trace = study.folder.read(f"failures/{told.task[0]}.json").decode()
    assert "in broken" in trace and str(ROOT) not in trace
    monkeypatch.setattr(engines, "run_task", run_task)
    assert resume_study(tmp_path / "out", machine=QUIET).status()["failed"] == 4
    again = resume_study(tmp_path / "out", retry_failed=True, machine=QUIET)
    assert again.status()["failed"] == 0 and files(again) == files(small)
    assert final(again) == final(small)


def test_a_study_of_which_every_task_fails_is_stopped(text, tmp_path, monkeypatch):
    from experiments.runner import RunError
    from experiments.study import engines, running

    def broken(task, progress=None):
        raise ZeroDivisionError("planted")

    monkeypatch.setattr(engines, "run_task", broken)
    monkeypatch.setattr(running, "HOPELESS", 3)
    path = tmp_path / "small.toml"
    path.write_text(text)
    with pytest.raises(RunError, match="first 3 tasks all failed: ZeroDivisionError: planted"):
        run_study(path, tmp_path / "out", machine=QUIET)


def test_a_claim_ends_with_its_block_and_is_known_while_it_lasts(tmp_path):
    for place in (Folder(tmp_path / "x"), Folder("memory://claimed")):
        assert holder(place) is None
        with claimed(place, lambda: {"done": 3}) as held:
            assert held() and holder(place)["done"] == 3
            with pytest.raises(BadInput, match="is being run"), claimed(place, dict):
                pass
            assert held() and holder(place)["pid"] == os.getpid()
        assert holder(place) is None
        with claimed(place, dict):
            pass


def test_a_claim_on_an_object_store_that_nobody_renews_is_taken_over(monkeypatch):
    from experiments.study import claim

    place = Folder("memory://dead")
    with claimed(place, dict) as held:
        monkeypatch.setattr(claim, "DEAD", -1.0)
        with claimed(place, dict) as other:
            assert other()
        assert held()  # it learns when it next looks


def test_compaction_and_expansion_change_no_value(small, copy):
    before = small.values("reporting")
    assert main(["study", "compact", str(copy)]) == 0
    assert not list(copy.glob("tasks/*/*.parquet")) and len(list(copy.glob("parts/*"))) == 2
    assert open_study(copy).values("reporting").equals(before) and final(copy) == final(small)
    assert main(["study", "expand", str(copy), "--replicates", "3", "--quiet"]) == 0
    larger = open_study(copy)
    assert larger.status()["total"] == larger.status()["done"] == 12
    values = larger.values("reporting")
    assert values[values.replicate < 2].reset_index(drop=True).equals(before)
    assert set(values[values.replicate == 2].seed) == {5}
    part = next(copy.glob("parts/*"))
    part.write_bytes(part.read_bytes()[:-1])
    assert open_study(copy).status()["done"] == 8
    assert resume_study(copy, machine=QUIET).values("reporting").equals(values)


def test_other_code_is_refused_since_its_numbers_could_differ(copy, monkeypatch):
    from experiments.study import running

    monkeypatch.setattr(running, "code_digest", lambda: "other")
    with pytest.raises(BadInput, match="begun with other code"):
        resume_study(copy, machine=QUIET)


def test_ctrl_c_keeps_what_is_done_and_says_how_to_go_on(small, small_file, tmp_path):
    out = tmp_path / "out"
    # Tasks enough that it still runs when the signal comes; the first are the small study's.
    command = carveout("study", "run", small_file, "--replicates", 60, "--out", out,
                       "--processes", 1, "--quiet")
    until(lambda: len(files(out)) >= 1)
    command.send_signal(signal.SIGINT)
    _, told = command.communicate(timeout=PATIENCE)
    assert command.returncode == 130 and "resume" in told and "Traceback" not in told
    kept, whole = files(out), files(small)
    shared = kept.keys() & whole.keys()
    assert shared and all(kept[name] == whole[name] for name in shared)
