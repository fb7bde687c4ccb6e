"""What was read from a file, before anyone believes it, with a position for every node."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from cg_sync.errors import Position, Problem, Severity
from cg_sync.jsonvalue import JsonValue, Pointer


@dataclass(frozen=True, slots=True)
class Span:
    """Where a node stands: `key` is the place of its key (or list item), `value` of its value;
    (line, column) from 1.
    """

    key: tuple[int, int]
    value: tuple[int, int]


@dataclass(frozen=True)
class Document:
    """The content of one file, and the bytes it was read from: None when no file holds it.

    Positions are found when asked for, by reading those again.
    """

    file: str
    content: JsonValue
    locate: Callable[[], Mapping[Pointer, Span]] = field(repr=False, compare=False)
    data: bytes | None = field(default=None, repr=False, compare=False)

    @cached_property
    def _spans(self) -> Mapping[Pointer, Span]:
        return self.locate()

    def position_of(self, pointer: Pointer = (), *, of_key: bool = False) -> Position:
        """The place of the value at `pointer` (of its key with `of_key`), or of the nearest node
        above it that exists.
        """
        spans = self._spans
        for length in range(len(pointer), -1, -1):
            span = spans.get(pointer[:length])
            if span is not None:
                exact = length == len(pointer)
                line, column = span.key if of_key or not exact else span.value
                return Position(self.file, line, column)
        return Position(self.file)

    def problem(
        self,
        code: str,
        message: str,
        pointer: Pointer = (),
        *,
        of_key: bool = False,
        hint: str = "",
        severity: Severity = Severity.ERROR,
    ) -> Problem:
        """A problem that stands at `pointer` of this document."""
        return Problem(code, message, self.position_of(pointer, of_key=of_key), hint, severity)
