"""Commands in docs/ with what they print: ``python -m experiments.docs_outputs`` renews it.

In a block that is marked ``console``, a line that begins with ``$ `` is a command and the lines
below are what it prints. A block that is marked ``toml`` and a name is the file of that name. A
page's commands are run one after the other in a folder of their own, so that a reader who types
them sees the same. A comment ``<!-- made: PATH -->`` above a picture names the file of that folder
that the picture is (``*`` for an incident's id). Pages named as arguments are renewed alone.
"""

from __future__ import annotations

import io
import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from experiments.docs_tables import DOCS, ROOT
from model.faults import BadInput, Fault

_BLOCK = re.compile(r"^```(console|toml)[ ]?(\S*)\n(.*?)^```", re.DOTALL | re.MULTILINE)
_COMMAND = re.compile(r"^\$ ((?:.*\\\n)*.*)$", re.MULTILINE)
_MADE = re.compile(r"<!-- made: (\S+) -->\n!\[[^]]*\]\(([^)]+)\)")
#: Colours that are kept of a chart, so that a page stays small.
SHADES = 96


class Page(NamedTuple):
    """What a page shows: files by name, and commands in order."""

    files: dict[str, str]
    commands: list[list[str]]


def pages() -> list[Path]:
    """The pages of docs/ that show commands with what they print."""
    return [path for path in sorted(DOCS.glob("*.md")) if shown(path.read_text("utf-8")).commands]


def shown(text: str) -> Page:
    """The files and commands of a page, each command as words without ``carveout``."""
    files, commands = {}, []
    for kind, name, body in _BLOCK.findall(text):
        if kind == "toml" and name:
            files[name] = body
        if kind == "console":
            commands += [_words(command) for command in _COMMAND.findall(body)]
    return Page(files, commands)


def _words(command: str) -> list[str]:
    words = shlex.split(command.replace("\\\n", " "), comments=True)
    if words[0] != "carveout":
        raise BadInput(Fault(f"found the command {words[0]!r}", "carveout", key="console"))
    return words[1:]


def renewed(text: str, place: Path) -> str:
    """A page's text with its commands' output made anew in the folder `place`.

    Raises
    ------
    BadInput
        If a command fails: what it said.
    """

    def block(match: re.Match[str]) -> str:
        kind, name, body = match.groups()
        if kind == "toml" and name:
            (place / name).write_text(body, "utf-8")
        if kind == "toml":
            return match[0]
        told = []
        for found in _COMMAND.finditer(body):
            told.append(f"$ {found[1]}\n{_printed(_words(found[1]), place)}")
        return "```console\n" + "\n".join(told) + "```"

    return _BLOCK.sub(block, text)


def _printed(words: Sequence[str], place: Path) -> str:
    code = "import sys; from experiments.cli import main; sys.exit(main(sys.argv[1:]))"
    done = subprocess.run(
        [sys.executable, "-c", code, *words], cwd=place, capture_output=True, text=True,
        stdin=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    if done.returncode:
        said = (done.stderr.strip() or "nothing").splitlines()[-1]
        raise BadInput(Fault(f"carveout {shlex.join(words)} said {said}", "0", key="exit status"))
    return "".join(f"{line.rstrip()}\n" for line in done.stdout.splitlines())


def pictures(text: str, place: Path, docs: Path) -> None:
    """Copy the pictures that a page's commands made to docs/, in few colours."""
    from PIL import Image

    for made, target in _MADE.findall(text):
        image = Image.open(next(place.glob(made))).convert("RGB")
        image = image.quantize(SHADES, dither=Image.Dither.NONE)
        buffer = io.BytesIO()
        image.save(buffer, "png", optimize=True)
        (docs / target).write_bytes(buffer.getvalue())


def main(names: Sequence[str]) -> int:
    """Renew the pages of these names, or all."""
    for path in [DOCS / name for name in names] or pages():
        text = path.read_text("utf-8")
        print(f"{path.name}: {len(shown(text).commands)} commands", flush=True)
        with tempfile.TemporaryDirectory() as place:
            told = renewed(text, Path(place))
            pictures(told, Path(place), DOCS)
        path.write_text(told, "utf-8")
        print(f"{'same' if told == text else 'renewed'}: {path.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
