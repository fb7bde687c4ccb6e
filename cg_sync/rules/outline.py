"""A rule as it is written: a tree of parts that know their place, each with the node it means."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from cg_sync.jsonvalue import Pointer, shown
from cg_sync.rules.ir import Node

Word = Literal["rule", "match", "except", "all", "any", "none", "use", "line"]


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a rule as it is written, under the word that stands there.

    `node` is what the piece says by itself, so that of `except` selects whom the rule leaves out.
    A line is a condition on an attribute; it has no parts, also when it holds several operators.
    The pointer leads to the condition from the value of `rule:`; below a `use`, from the value of
    `condition:` in the file of the shared condition `within`.
    """

    word: Word
    node: Node
    pointer: Pointer = ()
    parts: tuple[Part, ...] = ()
    within: str = ""

    @property
    def place(self) -> str:
        """As people name it: `match[0]`, or `employees: [1]` inside that shared condition."""
        where = shown(self.pointer)
        return f"{self.within}: {where}".removesuffix(": ") if self.within else where

    def part(self, word: Word) -> Part | None:
        """The part under `word` right below; None when there is none."""
        return next((it for it in self.parts if it.word == word), None)


def lines_of(part: Part) -> Iterator[tuple[Part, bool]]:
    """All lines in the order of the file, each with whether an odd number of `none` and `except`
    stands above it."""
    yield from _lines(part, False)


def _lines(part: Part, inverted: bool) -> Iterator[tuple[Part, bool]]:
    if part.word == "line":
        yield part, inverted
    turned = inverted is not (part.word in ("none", "except"))
    for below in part.parts:
        yield from _lines(below, turned)
