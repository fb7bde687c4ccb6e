"""What a rule test can expect of a customer, and which settings each expectation speaks of."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal, assert_never

from cg_sync.rules.catalogue import Catalogue
from cg_sync.rules.contest import DEFAULT, Contender, Reason
from cg_sync.rules.ir import Leaf, Rule, walk
from cg_sync.rules.review.footprint import Footprint, footprint_of, is_apart
from cg_sync.rules.tests import Anniversary, Relative

Display = Literal["price_list", "stock_list"]
REASONS: Final = tuple(it for it in Reason if it is not Reason.UNKNOWN)
"""The results a test can expect."""


@dataclass(frozen=True, slots=True)
class Selects:
    """The rule of a setting selects the customer, or it does not; who wins is another matter."""

    slug: str
    wanted: bool


@dataclass(frozen=True, slots=True)
class Wins:
    """The customer gets this setting; DEFAULT is none."""

    slug: str


@dataclass(frozen=True, slots=True)
class Shows:
    """The customer sees this price or stock list; None is the shop's own."""

    display: Display
    code: str | None


@dataclass(frozen=True, slots=True)
class Stands:
    """A setting stands so with the customer; `at` empty: at whatever line or setting."""

    slug: str
    reason: Reason
    at: str = ""


Check = Selects | Wins | Shows | Stands


@dataclass(frozen=True)
class Subject:
    """What is tested: the settings, as `ranked` orders them, in the words of one project.

    `groups` are the customer groups that a customer can sensibly be a member of, by name.
    """

    catalogue: Catalogue
    contenders: tuple[Contender, ...]
    groups: frozenset[str] = frozenset()
    timezone: str = "UTC"

    @cached_property
    def by_slug(self) -> dict[str, Contender]:
        """The settings by slug."""
        return {it.slug: it for it in self.contenders}

    def before(self, contender: Contender) -> tuple[Contender, ...]:
        """The active settings that would win over it."""
        place = self.contenders.index(contender)
        return tuple(it for it in self.contenders[:place] if it.active)

    def rivals(self, contender: Contender) -> tuple[Contender, ...]:
        """Those before it that may take a customer from it; a raw one always may."""
        prints = self._footprints
        own = prints[contender.slug]
        return tuple(it for it in self.before(contender) if not is_apart(own, prints[it.slug]))

    @cached_property
    def _footprints(self) -> dict[str, Footprint]:
        return {
            it.slug: footprint_of(it.rule.node) if isinstance(it.rule, Rule) else Footprint()
            for it in self.contenders
        }


def spoken_of(check: Check, subject: Subject) -> tuple[Contender, ...]:
    """The settings that decide whether the expectation is met."""
    match check:
        case Selects(slug):
            return (subject.by_slug[slug],)
        case Stands(slug, Reason.WON | Reason.LOST_TO):
            return _up_to(slug, subject)
        case Stands(slug):
            return (subject.by_slug[slug],)
        case Wins(slug) if slug != DEFAULT:
            return _up_to(slug, subject)
        case Wins() | Shows():
            return tuple(it for it in subject.contenders if it.active)
        case _:
            assert_never(check)


def _up_to(slug: str, subject: Subject) -> tuple[Contender, ...]:
    contender = subject.by_slug[slug]
    return (*subject.before(contender), contender)


def needs_clock(check: Check, subject: Subject) -> tuple[str, ...]:
    """The slugs of the settings on account of which the expectation means nothing without a time,
    by priority.
    """
    windows = not isinstance(check, Selects)
    return tuple(
        it.slug
        for it in spoken_of(check, subject)
        if rule_needs_clock(it) or (windows and it.active and has_window(it))
    )


def rule_needs_clock(contender: Contender) -> bool:
    """Whether whom the rule selects changes with time alone."""
    return isinstance(contender.rule, Rule) and any(
        isinstance(node, Leaf) and isinstance(node.test, Relative | Anniversary)
        for node in walk(contender.rule.node)
    )


def has_window(contender: Contender) -> bool:
    """Whether the setting counts for a time only."""
    return contender.starts_at is not None or contender.ends_at is not None
