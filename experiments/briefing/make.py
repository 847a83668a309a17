"""Make a briefing: PDF, HTML, DOCX, the charts, and the register of its numbers."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.briefing.document import Document, Number, inlines_of
from experiments.briefing.facts import MANIFEST
from experiments.briefing.figures import draw
from experiments.briefing.from_study import as_comparisons, is_study
from experiments.briefing.page_one import made_at
from experiments.briefing.results import Results, read
from experiments.briefing.sections import AUDIENCES, pages
from experiments.briefing.typeset import pdf
from experiments.briefing.web import html
from experiments.briefing.word import docx
from experiments.briefing.writer import Writer
from experiments.json_form import as_json, plain
from experiments.language import language
from experiments.store import Saved, check_folder
from experiments.style import as_bytes
from model.faults import BadInput, unknown

KIND = "carveout briefing"


@dataclass(frozen=True)
class Briefing(Saved):
    """A briefing in memory: its document, its files by name, and the register of its numbers."""

    document: Document
    files: dict[str, bytes]
    register: dict[str, Any]

    def write(self, folder: Path) -> None:
        """Every file into a folder that is there."""
        for name, content in self.files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)


def brief(
    results: str | Path,
    *,
    out: str | Path | None = None,
    language: str = "en",
    audience: str = "council",
    beside: Sequence[str | Path] = (),
    force: bool = False,
) -> Briefing:
    """Turn the folder of a comparison or a study into a policy briefing.

    Parameters
    ----------
    results
        What ``carveout compare`` or ``carveout study run`` wrote.
    out
        A folder for the briefing; nothing is written without it.
    language
        ``en`` or ``es``.
    audience
        ``council``, ``press`` (shorter) or ``technical`` (longer).
    beside
        Folders of what was run beside: the same comparison under other laws or assumptions,
        attribution to clauses, validation.

    Raises
    ------
    BadInput
        If a folder holds no results, or a language or audience is unknown.
    """
    if audience not in AUDIENCES:
        raise BadInput(unknown("audience", audience, AUDIENCES))
    say = _language(language)
    folder = None if out is None else check_folder(out, force=force)
    others = tuple(Path(one) for one in beside)
    if is_study(results):
        made = _of_study(results, others, say.code, audience, folder)
    else:
        made = compose(read(results, others), say.code, audience, folder)
    if folder is not None:
        made.save(folder, force=force)
    return made


def _of_study(
    study: str | Path, beside: tuple[Path, ...], code: str, audience: str, out: Path | None
) -> Briefing:
    """A study's briefing carries the tables that were made of the study: numbers point to them."""
    with tempfile.TemporaryDirectory() as place:
        main, *variants = as_comparisons(study, Path(place))
        found = read(main, (*variants, *beside))
        made = compose(found, code, audience, out)
        tables = {
            name: path.read_bytes() for name, path in found.tables.items()
            if path.is_relative_to(place)
        }
    places = {name.rpartition("/")[0] for name in tables}
    made.register["results"] |= {
        name: f"tables/{name}".rstrip("/") for name in places
    }
    made.register["study"] = _beside(Path(study), out)
    made.files.update({f"tables/{name}": content for name, content in tables.items()})
    made.files[MANIFEST] = (as_json(made.register) + "\n").encode()
    return made


_language = language


def compose(found: Results, code: str, audience: str, out: Path | None = None) -> Briefing:
    """The briefing of results that were read; `out` only says where the register finds them."""
    write = Writer(_language(code), found.facts)
    drawn = draw(write, found)
    document = pages(write, found, drawn, audience)
    register = _register(found, document, audience, out)
    made = made_at(found)
    svgs = {stem: as_bytes(one.figure, "svg") for stem, one in drawn.items()}
    drawings = {stem: as_bytes(one.figure, "svg", outlines=False) for stem, one in drawn.items()}
    pngs = {stem: as_bytes(one.figure, "png") for stem, one in drawn.items()}
    values = {f"{one['id']}/{one['column']}": repr(one["value"]) for one in register["numbers"]}
    files = {
        "briefing.pdf": pdf(document, drawings, made),
        "briefing.html": html(document, drawings, values),
        "briefing.docx": docx(document, pngs, made),
        **{f"charts/{stem}.svg": content for stem, content in svgs.items()},
        **{f"charts/{stem}.png": content for stem, content in pngs.items()},
    }
    register["files"] = {name: digest(content) for name, content in files.items()}
    files[MANIFEST] = (as_json(register) + "\n").encode()
    return Briefing(document, files, register)


def digest(content: bytes) -> str:
    """What a file is known by."""
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def _register(found: Results, document: Document, audience: str, out: Path | None) -> dict:
    """Every number of the document in reading order, every fact, and where the results are."""
    facts = dict(found.facts.asked)
    for other in found.variants.values():
        facts |= other.facts.asked
    numbers = [
        {
            "id": one.fact, "column": one.column, "text": one.text,
            "value": plain(facts[one.fact].value(one.column)),
            "digits": one.digits, "scale": one.scale, "form": one.form,
        }
        for one in inlines_of(document.blocks)
        if isinstance(one, Number)
    ]
    return {
        "kind": KIND,
        "language": document.language,
        "audience": audience,
        "title": document.title,
        "results": {
            name.rpartition("/")[0]: _beside(path.parent, out)
            for name, path in found.tables.items()
        },
        "tables": {name: digest(path.read_bytes()) for name, path in found.tables.items()},
        "numbers": numbers,
        "facts": {
            id: {
                "file": fact.file, "query": fact.query, "rows": len(fact.rows),
                **({"row": dict(fact.rows[0])} if fact.decides else {}),
            }
            for id, fact in sorted(facts.items())
        },
    }


def _beside(path: Path, out: Path | None) -> str:
    """Where the results are, seen from the briefing; their name alone where that is far away."""
    if out is None:
        return path.name
    seen = os.path.relpath(path.absolute(), out.absolute())
    return seen if seen.count("..") <= 2 else path.name
