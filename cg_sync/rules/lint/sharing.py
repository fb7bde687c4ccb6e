"""Findings about shared conditions: how all rules together use them, and what they bring in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from cg_sync.errors import Severity
from cg_sync.rules.lint.finding import Finding
from cg_sync.rules.lint.time import moves
from cg_sync.rules.lint.written import Line, Use, written_in
from cg_sync.rules.parse import Vocabulary

Uses = Mapping[tuple[str, bool], str]
"""Who first uses a shared condition, by its name and whether it is inverted there."""


@dataclass(frozen=True)
class Shared:
    """The shared conditions, each read once however many rules use it."""

    vocabulary: Vocabulary

    @cached_property
    def written(self) -> Mapping[str, tuple[Line | Use, ...]]:
        """What each says, by its name; what others say that it uses is not part of it."""
        catalogue = self.vocabulary.catalogue
        return {
            name: written_in(content, catalogue)
            for name, content in self.vocabulary.conditions.items()
        }

    @cached_property
    def moving(self) -> frozenset[str]:
        """The names of those that count from today, by themselves or by one that they use."""
        found = {name for name in self.written if any(map(moves, self._lines(name)))}
        while more := {
            name for name in self.written if name not in found and self._uses(name) & found
        }:
            found |= more
        return frozenset(found)

    def _lines(self, name: str) -> Iterator[Line]:
        return (it for it in self.written[name] if isinstance(it, Line))

    def _uses(self, name: str) -> set[str]:
        return {it.name for it in self.written[name] if isinstance(it, Use)}

    def check_uses(self, uses: Uses) -> Iterator[tuple[str, Finding]]:
        """CG-C02, by the name of the condition, from what the rules use themselves."""
        everywhere = self._with_inner(uses)
        for name in self.written:
            says = next((it for it in self._lines(name) if it.missing), None)
            plain, inverted = (everywhere.get((name, it), "") for it in (False, True))
            if says is not None and plain and inverted:
                message = (
                    f"says `missing: {says.missing}`, and the condition is used plainly by "
                    f"{plain} and inverted by {inverted}, where it does the opposite"
                )
                hint = "make it two conditions, or write it out in one of the rules"
                pointer = says.pointer
                yield name, Finding("CG-C02", Severity.INFO, pointer, message, hint, of_key=True)

    def _with_inner(self, uses: Uses) -> Uses:
        """Those uses and the ones that they bring along."""
        found = dict(uses)
        waiting: list[tuple[str, bool]] = list(uses)
        while waiting:
            name, inverted = waiting.pop()
            for it in self.written[name]:
                if isinstance(it, Use):
                    inner = (it.name, it.inverted is not inverted)
                    if inner not in found:
                        found[inner] = found[name, inverted]
                        waiting.append(inner)
        return found
