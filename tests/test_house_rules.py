"""What must never be in the repository, and how large a file may grow."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MOST_LINES = 400
MOST_BYTES = 1 << 20

#: Patterns are put together from pieces, so that this file keeps its own rules.
FORBIDDEN = {
    "a path of one machine": re.compile(
        r"(?<![\w.~\-/])/(?:" + "|".join(("work", "tmp", "root", "home", "Users")) + r")(?:/|\b)"
    ),
    "the address of a package registry": re.compile(
        "|".join(
            (
                "py" r"pi\.org",
                "python" "hosted",
                "registry" r"\.npmjs",
                "conda" r"\.anaconda",
                "--(extra-)?index" "-url [^-]",
                "--find" "-links",
            )
        )
    ),
    "a credential": re.compile(
        r"(ghp|gho|glpat|xox[bp])[_-]\w{16}|AKIA[0-9A-Z]{16}|-----BEGIN [A-Z ]*PRIVATE" " KEY"
    ),
}


def tracked(root: Path = ROOT) -> list[Path]:
    """Every file that git keeps."""
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z"],
        cwd=root,
        check=True,
        capture_output=True,
        text=True,
    )
    files = [root / name for name in listed.stdout.split("\0") if name]
    return [file for file in files if file.is_file()]


FILES = tracked()


def lines_that_match(pattern: re.Pattern[str], text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if pattern.search(line)]


def test_the_repository_is_what_these_rules_read():
    names = {file.relative_to(ROOT).as_posix() for file in FILES}
    assert {"pyproject.toml", "requirements.txt", "model/schema.py", "Makefile"} <= names


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_holds(what):
    found = []
    for file in FILES:
        data = file.read_bytes()
        if b"\0" in data:
            continue
        lines = lines_that_match(FORBIDDEN[what], data.decode("utf-8", errors="replace"))
        found += [f"{file.relative_to(ROOT)}: {line[:120]}" for line in lines]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("what", "line"),
    [
        ("a path of one machine", "open('/" + "work/shared/x.csv')"),
        ("a path of one machine", "cd /" + "tmp"),
        ("the address of a package registry", "https://py" + "pi.org/simple"),
        ("the address of a package registry", "--index" + "-url https://x"),
        ("a credential", "token = 'ghp" + "_0123456789abcdefABCDEF'"),
    ],
)
def test_the_patterns_find_what_they_are_for(what, line):
    assert lines_that_match(FORBIDDEN[what], line) == [line]


def test_pins_name_a_version_each_and_nothing_else():
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    pin = re.compile(r"[a-z0-9][a-z0-9._-]*==[0-9][\w.!+]*( ; .+)?")
    assert len(lines) > 20
    assert [line for line in lines if not pin.fullmatch(line)] == []


def test_lock_files_and_environments_are_not_kept():
    names = [file.relative_to(ROOT) for file in FILES]
    assert [name for name in names if name.name == "uv.lock" or ".venv" in name.parts] == []
    ignored = subprocess.run(
        ["git", "-c", "safe.directory=*", "check-ignore", "uv.lock", ".venv/", "results/demo"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert ignored.stdout.split() == ["uv.lock", ".venv/", "results/demo"]


def test_no_file_is_larger_than_a_mebibyte():
    large = {f.relative_to(ROOT).as_posix(): f.stat().st_size for f in FILES}
    assert {name: size for name, size in large.items() if size > MOST_BYTES} == {}


def test_a_python_file_has_one_subject():
    lengths = {
        file.relative_to(ROOT).as_posix(): len(file.read_text().splitlines())
        for file in FILES
        if file.suffix == ".py"
    }
    assert {name: lines for name, lines in lengths.items() if lines > MOST_LINES} == {}
