"""Which setting a customer gets: of those that select them, the one with the lowest priority."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from cg_sync.jsonvalue import JsonObject
from cg_sync.rules.evaluate import Moment
from cg_sync.rules.ir import RawRule, Rule
from cg_sync.rules.outline import Part
from cg_sync.rules.trace import Traced, trace

DEFAULT = "DEFAULT"
"""Stands for the shop's own prices and stock, which who is selected by no setting sees."""


@dataclass(frozen=True)
class Contender:
    """A setting as far as it competes for customers; `outline` None for a raw rule.

    `starts_at` is the first moment at which it counts, `ends_at` the first at which it does no
    more. `display` has what the setting grants, by name; None is the shop's own.
    """

    slug: str
    priority: int
    rule: Rule | RawRule
    outline: Part | None
    active: bool = True
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    display: Mapping[str, str | None] = field(default_factory=dict)

    def counts_at(self, moment: datetime) -> bool:
        """Whether the setting is active then."""
        begun = self.starts_at is None or self.starts_at <= moment
        return self.active and begun and (self.ends_at is None or moment < self.ends_at)


class Reason(StrEnum):
    """Why a customer gets a setting, or does not."""

    WON = "WON"
    LOST_TO = "LOST_TO"
    EXCLUDED = "EXCLUDED"
    NO_MATCH = "NO_MATCH"
    INACTIVE = "INACTIVE"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True)
class Standing:
    """How one setting stands with the customer.

    `at` names the line of EXCLUDED and NO_MATCH, or the setting of LOST_TO; `trace` is None for a
    raw rule.
    """

    contender: Contender
    reason: Reason
    at: str = ""
    trace: Traced | None = None

    @property
    def selects(self) -> bool:
        """Whether the rule selects the customer, whatever comes of it; False for a raw rule."""
        return self.trace is not None and self.trace.holds

    @property
    def text(self) -> str:
        """`NO_MATCH(match[1])`, `WON`."""
        return f"{self.reason}({self.at})" if self.at else str(self.reason)


@dataclass(frozen=True, slots=True)
class Contest:
    """How all settings stand, by priority, and which one the customer gets; None is the shop's own.

    It is not `certain` while an active setting with a raw rule comes before the winner.
    """

    standings: tuple[Standing, ...]
    winner: Contender | None
    certain: bool

    @property
    def winner_slug(self) -> str:
        """The slug of the winner, or DEFAULT."""
        return self.winner.slug if self.winner is not None else DEFAULT

    def standing(self, slug: str) -> Standing:
        """How one setting stands; raises KeyError for a slug that is not there."""
        for it in self.standings:
            if it.contender.slug == slug:
                return it
        raise KeyError(slug)


def ranked(contenders: Iterable[Contender]) -> tuple[Contender, ...]:
    """In the order in which they win: by priority, and by slug where two active ones share it."""
    return tuple(sorted(contenders, key=lambda it: (it.priority, it.slug)))


def settle(contenders: Iterable[Contender], customer: JsonObject, moment: Moment) -> Contest:
    """Hold every setting against the customer at that moment."""
    standings: list[Standing] = []
    winner: Contender | None = None
    certain = True
    for contender in ranked(contenders):
        traced = _traced(contender, customer, moment)
        if not contender.counts_at(moment.as_of):
            standings.append(Standing(contender, Reason.INACTIVE, "", traced))
        elif traced is None:
            certain = certain and winner is not None
            standings.append(Standing(contender, Reason.UNKNOWN))
        elif not traced.holds:
            standings.append(Standing(contender, *_why_not(traced), traced))
        elif winner is not None:
            standings.append(Standing(contender, Reason.LOST_TO, winner.slug, traced))
        else:
            winner = contender
            standings.append(Standing(contender, Reason.WON, "", traced))
    return Contest(tuple(standings), winner, certain)


def _traced(contender: Contender, customer: JsonObject, moment: Moment) -> Traced | None:
    return None if contender.outline is None else trace(contender.outline, customer, moment)


def _why_not(traced: Traced) -> tuple[Reason, str]:
    """The first condition of `match` that fails, or else the first of `except` that holds."""
    match = traced.below("match")
    if match is not None and not match.holds:
        return Reason.NO_MATCH, _first(match, holds=False)
    refused = traced.below("except")
    assert refused is not None
    return Reason.EXCLUDED, _first(refused, holds=True)


def _first(traced: Traced, *, holds: bool) -> str:
    found = next((it for it in traced.parts if it.holds is holds), traced)
    return found.part.place
