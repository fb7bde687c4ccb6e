"""Findings about one line: about what it leaves out unsaid, and what could be said plainly."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, cast

from cg_sync.errors import Severity
from cg_sync.jsonvalue import JsonValue
from cg_sync.rules.lint.domains import check_domains
from cg_sync.rules.lint.finding import Finding
from cg_sync.rules.lint.patterns import plain_operator
from cg_sync.rules.lint.written import Line
from cg_sync.rules.problem import spoken

DOMAINS: Final = {"domain_is": False, "domain_under": True}
"""The operators of e-mail domains, and whether each reaches below the domain."""
_UPPER: Final = frozenset({"lt", "lte", "before", "older_than"})
CHECKED: Final = frozenset({"matches", *DOMAINS, *_UPPER})
"""The operators of lines about which there may be a finding."""
_LOWER: Final = frozenset({"gt", "gte", "after", "on_or_after", "within_last", "between"})


def check_line(line: Line) -> Iterator[Finding]:
    """All findings about a line that concern no other line."""
    operators = line.operators
    yield from _check_bound(line)
    if "matches" in operators:
        yield from _check_pattern(line, cast(str, operators["matches"]))
    if line.attribute.type == "email":
        for word in filter(DOMAINS.__contains__, operators):
            values = _inline(operators[word])
            yield from check_domains(values, (*line.pointer, word), below=DOMAINS[word])


def _inline(operand: JsonValue) -> tuple[str, ...]:
    """The values that stand in the line itself."""
    return tuple(cast("list[str]", operand)) if isinstance(operand, list | tuple) else ()


def _check_bound(line: Line) -> Iterator[Finding]:
    """CG-N02: an upper bound alone, as who has no value may be taken to be below it."""
    if line.missing or not line.attribute.may_lack or _UPPER.isdisjoint(line.operators):
        return
    if _LOWER.isdisjoint(line.operators):
        word = next(word for word in line.operators if word in _UPPER)
        message = f"`{word}` leaves out customers without a value"
        hint = "add `missing: keep` if they are meant too, or `missing: drop` if they are not"
        yield Finding("CG-N02", Severity.INFO, line.pointer, message, hint, of_key=True)


def _check_pattern(line: Line, pattern: str) -> Iterator[Finding]:
    """CG-R04: a pattern that another operator says as well."""
    found = plain_operator(pattern)
    if found is not None:
        word, texts = found
        shown = ", ".join(map(spoken, texts[:5])) + (", …" if len(texts) > 5 else "")
        message = f"{spoken(pattern)} says no more than `{word}`"
        hint = f"write `{word}: [{shown}]`"
        pointer = (*line.pointer, "matches")
        yield Finding("CG-R04", Severity.WARNING, pointer, message, hint)
