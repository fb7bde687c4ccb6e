"""What a review looks at: settings in the order in which they win, and what they declare."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from cg_sync.jsonvalue import Pointer
from cg_sync.rules.contest import Contender, ranked
from cg_sync.rules.ir import Leaf, Node, Rule, rule_hash, walk


@dataclass(frozen=True, slots=True)
class Declared:
    """A setting that another names in its `overlaps:`, and where in the file it does."""

    slug: str
    pointer: Pointer


@dataclass(frozen=True)
class Subject:
    """A setting under review: as it competes, and the overlaps it declares."""

    contender: Contender
    declared: tuple[Declared, ...] = ()

    @property
    def slug(self) -> str:
        """The slug of the setting."""
        return self.contender.slug

    @property
    def node(self) -> Node | None:
        """Whom the rule selects; None for a raw rule."""
        rule = self.contender.rule
        return rule.node if isinstance(rule, Rule) else None

    @cached_property
    def rule_hash(self) -> str:
        """Equal for equal rules."""
        return rule_hash(self.contender.rule)

    @cached_property
    def lines(self) -> int:
        """How many tests of attributes the rule is made of; 0 for a raw rule."""
        return 0 if self.node is None else count_lines(self.node)

    @property
    def is_timed(self) -> bool:
        """Whether it counts from a moment on, or until one."""
        return self.contender.starts_at is not None or self.contender.ends_at is not None

    def competes_after(self, moment: datetime) -> bool:
        """Whether it is active then, or will be."""
        ends = self.contender.ends_at
        return self.contender.active and (ends is None or moment < ends)


def count_lines(node: Node) -> int:
    """How many tests of attributes it is made of."""
    return sum(isinstance(it, Leaf) for it in walk(node))


def ranked_subjects(one: Subject, other: Subject) -> tuple[Subject, Subject]:
    """The two, the one that wins first."""
    first, _ = ranked([one.contender, other.contender])
    return (one, other) if first is one.contender else (other, one)


def meet_in_time(one: Subject, other: Subject) -> bool:
    """Whether there is a moment at which both count, if both are active."""
    starts = [it.contender.starts_at for it in (one, other) if it.contender.starts_at is not None]
    ends = [it.contender.ends_at for it in (one, other) if it.contender.ends_at is not None]
    return not starts or not ends or max(starts) < min(ends)


def covers_in_time(outer: Subject, inner: Subject, moment: datetime) -> bool:
    """Whether the outer counts whenever, from `moment` on, the inner does, if both are active."""
    begins, ends = outer.contender.starts_at, outer.contender.ends_at
    first = max(filter(None, (inner.contender.starts_at, moment)))
    last = inner.contender.ends_at
    return (begins is None or begins <= first) and (
        ends is None or (last is not None and last <= ends)
    )
