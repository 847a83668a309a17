"""How to make a briefing again: every command behind its numbers, and the versions that ran."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from typing import Any

from experiments.briefing.results import Results

#: Where commands put what they make, so that the last of them finds it.
PLACE = "results"
OUT = "--out"
#: So many commands of a kind are written by a function of the shell, and its name.
MANY, SHARED = 3, "again"


def commands(results: Results, code: str, audience: str) -> list[str]:
    """The commands in their order, each into a folder of its own, and ``carveout brief`` last."""
    main, *beside = runs(results)
    last = ["carveout", "brief"]
    if "setting" in results.manifest:
        # A study made the comparison and its settings in one go.
        made = [str(main[1]["command"])]
        last.append(_out_of(made[0]) or f"{PLACE}/STUDY")
        beside = [one for one in beside if one[1]["command"] != made[0]]
    else:
        made = [_into(*main)]
        last.append(f"{PLACE}/{main[0]}")
    for one in beside:
        made.append(_into(*one))
        last += ["--with", f"{PLACE}/{one[0]}"]
    last += ["--language", code, "--audience", audience, OUT, f"{PLACE}/briefing"]
    return [*dict.fromkeys(made), shlex.join(last)]


def in_short(lines: Sequence[str]) -> list[str]:
    """The same commands, where several are of one kind by a function of the shell that holds what
    they share."""
    kind = shlex.join(shlex.split(lines[0])[:2])
    of_kind = [line for line in lines if line.startswith(f"{kind} ")]
    if len(of_kind) < MANY:
        return list(lines)
    split = {line: _units(line) for line in of_kind}
    first, *others = split.values()
    shared = [unit for unit in first if all(unit in units for units in others)]
    short = {
        line: shlex.join([SHARED, *(word for unit in units if unit not in shared for word in unit)])
        for line, units in split.items()
    }
    held = shlex.join([word for unit in shared for word in unit])
    return [f'{SHARED}() {{ {held} "$@"; }}', *(short.get(line, line) for line in lines)]


def _units(line: str) -> list[tuple[str, ...]]:
    """A command's words: those before its options one by one, and every option with its values."""
    units: list[tuple[str, ...]] = []
    for word in shlex.split(line):
        option = bool(units) and units[-1][0].startswith("--")
        if option and not word.startswith("--"):
            units[-1] = (*units[-1], word)
        else:
            units.append((word,))
    return units


def commits(results: Results) -> dict[str, str]:
    """The commit behind each run, by its folder; empty where none is known."""
    return {name: str(manifest.get("commit") or "") for name, manifest in runs(results)}


def runs(results: Results) -> Iterator[tuple[str, dict[str, Any]]]:
    """Folder and manifest of everything that the numbers come from, the comparison first."""
    yield results.path.name, results.manifest
    for other in results.variants.values():
        yield other.path.name, other.manifest
    for one in (results.clauses, results.findings):
        if one is not None:
            yield one.path.name, one.manifest


def _into(name: str, manifest: dict[str, Any]) -> str:
    """A run's command, with its folder under `PLACE` whatever it was."""
    words = shlex.split(str(manifest["command"]))
    if OUT in words:
        at = words.index(OUT)
        del words[at : at + 2]
    return shlex.join([*words, OUT, f"{PLACE}/{name}"])


def _out_of(command: str) -> str:
    words = shlex.split(command)
    return words[words.index(OUT) + 1] if OUT in words[:-1] else ""
