"""How to make a briefing again: every command behind its numbers, and the versions that ran."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import Any

from experiments.briefing.results import Results

#: Where commands put what they make, so that the last of them finds it.
PLACE = "results"
OUT = "--out"


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
