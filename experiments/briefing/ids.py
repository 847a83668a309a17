"""Letters for the ids of a page: small beside each number, and a list from letter to id."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from string import ascii_lowercase

from experiments.briefing.document import (
    Block,
    Box,
    Inline,
    Inlines,
    Mark,
    Number,
    Paragraph,
    Text,
)
from experiments.briefing.writer import Writer


def letters(at: int) -> str:
    """``a`` to ``z``, then ``aa`` and on."""
    many, one = divmod(at, len(ascii_lowercase))
    return (letters(many - 1) if many else "") + ascii_lowercase[one]


def lettered(write: Writer, blocks: Sequence[Block]) -> list[Block]:
    """The blocks with a letter after every fact's numbers, and what the letters stand for."""
    given: dict[str, str] = {}
    found = [_block(block, given) for block in blocks]
    if not given:
        return found
    listed = ", ".join(f"{letter} {fact}" for fact, letter in given.items())
    return [*found, Paragraph(write("page.ids", list=Text(listed)), "ids")]


def _block(block: Block, given: dict[str, str]) -> Block:
    if isinstance(block, Box):
        return replace(block, blocks=tuple(_block(one, given) for one in block.blocks))
    if isinstance(block, Paragraph):
        return replace(block, inlines=tuple(_marked(block.inlines, given)))
    return block


def _marked(inlines: Inlines, given: dict[str, str]) -> Iterator[Inline]:
    """Marks with their letters; a fact without one has it after the last of its numbers."""
    marked = {one.fact for one in inlines if isinstance(one, Mark)}
    last = {one.fact: at for at, one in enumerate(inlines) if isinstance(one, Number)}
    for at, one in enumerate(inlines):
        fact = one.fact if isinstance(one, Mark | Number) else ""
        if fact:
            letter = given.setdefault(fact, letters(len(given)))
        if isinstance(one, Mark):
            yield replace(one, label=letter)
            continue
        yield one
        if fact and fact not in marked and last[fact] == at:
            yield Mark(fact, letter)
