"""Lint: what is allowed in rules, shared conditions and value lists, and yet is seldom meant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Final, Literal, NamedTuple

from cg_sync.jsonvalue import JsonValue
from cg_sync.rules.lint.domains import check_domains
from cg_sync.rules.lint.finding import Finding
from cg_sync.rules.lint.lines import CHECKED, DOMAINS, check_line
from cg_sync.rules.lint.sharing import Shared
from cg_sync.rules.lint.time import MOVING, check_moving
from cg_sync.rules.lint.verified import check_verified, lets_in
from cg_sync.rules.lint.written import Line, Use, written_in_rule
from cg_sync.rules.parse import Vocabulary

LINT_CODES: Final = frozenset(
    {"CG-N02", "CG-C02", "CG-E02", "CG-E03", "CG-E04", "CG-R04", "CG-T01", "CG-T02"}
)
"""The codes of all findings that lint can have."""
_WATCHED: Final = CHECKED | MOVING
"""The operators of lines that lint looks at in rules."""


class Found(NamedTuple):
    """A finding and what it is about: a rule by its setting's slug, or else by its name.

    The pointer of the finding leads on from the value of `rule:` or of `condition:`, and in a list
    from the whole file.
    """

    kind: Literal["rule", "condition", "list"]
    name: str
    finding: Finding


def lint(rules: Mapping[str, JsonValue], vocabulary: Vocabulary) -> Iterator[Found]:
    """The findings about rules, values of `rule:` that parse, and about what rules may use.

    Rules come first, in their order, then shared conditions and value lists. Each of these is
    looked at once, however many rules use it.
    """
    shared = Shared(vocabulary)
    uses: dict[tuple[str, bool], str] = {}
    lists: dict[str, bool] = {}
    for slug, content in rules.items():
        written = written_in_rule(content, vocabulary.catalogue, _WATCHED)
        _note(slug, written, uses, lists)
        whole = check_verified(content, vocabulary) if any(map(lets_in, written)) else ()
        moving = check_moving(written, shared.moving)
        for finding in chain(_check_lines(written), whole, moving):
            yield Found("rule", slug, finding)
    for name, written in shared.written.items():
        _note(name, written, {}, lists)
        for finding in _check_lines(written):
            yield Found("condition", name, finding)
    for name, finding in shared.check_uses(uses):
        yield Found("condition", name, finding)
    for name, below in lists.items():
        for finding in check_domains(vocabulary.lists[name], ("values",), below=below):
            yield Found("list", name, finding)


def _check_lines(written: Iterable[Line | Use]) -> Iterator[Finding]:
    for it in written:
        if isinstance(it, Line):
            yield from check_line(it)


def _note(
    who: str,
    written: Iterable[Line | Use],
    uses: dict[tuple[str, bool], str],
    lists: dict[str, bool],
) -> None:
    """Remember who first uses a condition which way round, and which lists hold domains: those
    below which addresses are meant too, or not."""
    for it in written:
        if isinstance(it, Use):
            uses.setdefault((it.name, it.inverted), who)
        elif it.attribute.type == "email":
            for word, operand in it.operators.items():
                if isinstance(operand, dict):
                    name = operand["list"]
                    lists[name] = lists.get(name, False) or DOMAINS[word]
