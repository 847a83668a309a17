"""Shell completion: the shell asks ``carveout __complete WORDS...`` and gets a line a candidate."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

SCRIPTS = {
    "bash": """\
_carveout() {
    local IFS=$'\\n'
    COMPREPLY=($(carveout __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _carveout carveout""",
    "zsh": """\
_carveout() {
    local -a found
    found=("${(@f)$(carveout __complete "${(@)words[2,CURRENT]}" 2>/dev/null)}")
    compadd -- $found || _files
}
compdef _carveout carveout""",
    "fish": """\
complete -c carveout -f -a "(carveout __complete (commandline -opc)[2..] (commandline -ct))" """
    "2>/dev/null",
}
PROJECT = Path(__file__).resolve().parent.parent
MODEL = PROJECT / "model"
#: What an argument's placeholder stands for: the folder whose files carry the names, of the model
#: or of the experiments.
NAMED = {
    "REGIME": "ordinances",
    "A": "ordinances",
    "B": "ordinances",
    "POSTURE": "postures",
    "ENVIRONMENT": "environments",
    "TIMELINE": "timelines",
    "DESIGN": "../experiments/replication/designs",
    "NAME|FILE": "../experiments/studies",
}


def candidates(parser: argparse.ArgumentParser, words: Sequence[str]) -> list[str]:
    """What the last of `words` may become; none where only a file would do."""
    *before, last = words or [""]
    scope: Any = parser
    pending = None
    for word in before:
        choices = next((a.choices for a in scope._actions if _is_commands(a)), None)
        option = next((a for a in scope._actions if word in a.option_strings), None)
        if choices and word in choices:
            scope = choices[word]
        pending = option if option is not None and option.nargs != 0 else None
    if pending is not None:
        found = _values(pending)
    else:
        found = [text for action in scope._actions for text in action.option_strings]
        if not last.startswith("-"):
            found = [
                value
                for action in scope._actions
                if not action.option_strings
                for value in _values(action)
            ]
    return sorted(value for value in dict.fromkeys(found) if value.startswith(last))


def _is_commands(action: argparse.Action) -> bool:
    return isinstance(action, argparse._SubParsersAction)


def _values(action: argparse.Action) -> list[str]:
    if action.choices is not None:
        return list(action.choices)
    kind = action.metavar if isinstance(action.metavar, str) else ""
    if kind in ("NAME=VALUE", "PARAMETER"):
        import tomllib

        files = (MODEL / "parameters").glob("*.toml")
        names = [name for path in files for name in tomllib.loads(path.read_text())]
        return [f"{name}=" for name in names] if kind == "NAME=VALUE" else names
    if kind == "FIGURE":
        import csv

        with (MODEL / "evidence.csv").open(encoding="utf-8", newline="") as file:
            return [row["id"] for row in csv.DictReader(file)]
    if kind == "OUTCOME":
        from experiments.outcomes import OUTCOMES

        return list(OUTCOMES)
    if "|" in kind and kind.islower():
        return kind.split("|")
    if kind in ("CITY", "FOLDER"):
        return [path.parent.name for path in (MODEL / "data").glob("*/city.toml")]
    if kind in NAMED:
        return [path.stem for path in (MODEL / NAMED[kind]).glob("*.toml")]
    return []
