"""How much one plan may take away or change: the limits of a project, what single files say
otherwise, and the bounds that nothing loosens.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Self

from cg_sync.core.address import Address

Number = float | int | bool


@dataclass(frozen=True, kw_only=True)
class Loosened:
    """What the file of one resource says about guards, for that resource alone."""

    max_member_removal_share: float | None = None
    may_be_emptied: bool = False
    may_change_display: bool = False


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """How loose each limit may be at most; None where nothing bounds it."""

    empty: bool | None = None
    max_delete_share: float | None = None
    max_member_removal_share: float | None = None
    max_update_share: float | None = None
    max_priority_moves: int | None = None
    max_display_changes: int | None = None
    min_existing: int | None = None

    def of(self, name: str) -> Number | None:
        """The bound of the limit `name`, None for none."""
        bound: Number | None = getattr(self, name)
        return bound

    def narrowed(self, others: Bounds) -> Bounds:
        """Of each two bounds the stricter."""
        narrow: dict[str, Any] = {it: stricter(self.of(it), others.of(it)) for it in LIMITS}
        return Bounds(**narrow)


@dataclass(frozen=True, kw_only=True)
class Guards:
    """The most one plan may take away or change, as shares of 1 and as counts. Below `min_existing`
    shares say nothing.

    `loosened` is what files say of their own resources; `bounds` are above all of it.
    """

    empty: bool = True
    max_delete_share: float = 0.3
    max_member_removal_share: float = 0.3
    max_update_share: float = 0.5
    max_priority_moves: int = 5
    max_display_changes: int = 10
    min_existing: int = 10
    loosened: Mapping[Address, Loosened] = field(default_factory=dict)
    bounds: Bounds = field(default_factory=Bounds)

    def of(self, name: str) -> Number:
        """The limit `name`."""
        limit: Number = getattr(self, name)
        return limit

    def within(self, bounds: Bounds) -> Self:
        """These limits, none of them looser than `bounds`, which stand above files too."""
        limits: dict[str, Any] = {it: stricter(self.of(it), bounds.of(it)) for it in LIMITS}
        return replace(self, **limits, bounds=self.bounds.narrowed(bounds))

    def tightened(self, limits: Bounds) -> Self:
        """These limits for a run that wants no more than `limits`, whatever files say."""
        narrow: dict[str, Any] = {it: stricter(self.of(it), limits.of(it)) for it in LIMITS}
        loosened = {address: _held(it, limits) for address, it in self.loosened.items()}
        return replace(self, **narrow, loosened=loosened)

    def looser_than(self, bounds: Bounds) -> Iterator[str]:
        """The names of the limits that are looser than their bounds."""
        return (it for it in LIMITS if is_looser(self.of(it), bounds.of(it)))


LIMITS = tuple(it.name for it in fields(Bounds))
"""The names of all limits, as in cg-sync.yaml."""

COUNTS = ("max_priority_moves", "max_display_changes", "min_existing")
"""Those that are whole numbers; the others are shares, apart from `empty`."""


def read_limits(content: Mapping[str, Any]) -> dict[str, Any]:
    """The limits in a mapping that obeys its schema: `30%` and 0.3 are the same share."""
    return {name: _read_limit(name, it) for name, it in content.items()}


def _read_limit(name: str, written: Any) -> Number:
    if isinstance(written, bool):
        return written
    if isinstance(written, str):
        return float(written.rstrip("% ")) / 100
    return int(written) if name in COUNTS else float(written)


def _held(loosened: Loosened, limits: Bounds) -> Loosened:
    share, most = loosened.max_member_removal_share, limits.max_member_removal_share
    return Loosened(
        max_member_removal_share=share if share is None or most is None else min(share, most),
        may_be_emptied=loosened.may_be_emptied and not limits.empty,
        may_change_display=loosened.may_change_display and limits.max_display_changes is None,
    )


def is_looser(limit: Number | None, than: Number | None) -> bool:
    """Whether `limit` lets more pass than `than`; None sets no bound. Of two numbers the smaller is
    the stricter, of true and false it is true.
    """
    if limit is None or than is None:
        return than is not None
    return bool(than and not limit) if isinstance(than, bool) else limit > than


def stricter(limit: Number | None, other: Number | None) -> Number | None:
    """Of two limits the one that lets less pass."""
    return other if is_looser(limit, other) else limit


def limit_said(name: str, limit: Number) -> str:
    """The limit as authors write it: `30%`, `5`, `true`."""
    if isinstance(limit, bool):
        return "true" if limit else "false"
    return str(limit) if name in COUNTS else percent(float(limit))


def percent(share: float) -> str:
    """Without rounding 30.04 % down to a limit of 30 %: `30.04%`, `30%`."""
    return f"{share * 100:.2f}".rstrip("0").rstrip(".") + "%"
