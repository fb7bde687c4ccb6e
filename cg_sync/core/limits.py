"""How much one plan may take away or change: the limits of a project, what single files say
otherwise, and the bounds that nothing loosens.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from cg_sync.core.address import Address

Number = float | int | bool


def _as_share(written: Any) -> Any:
    """`30%` and 0.3 are the same share."""
    return float(written.rstrip("% ")) / 100 if isinstance(written, str) else written


Share = Annotated[float, BeforeValidator(_as_share), Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Loosened(_Part):
    """What the file of one resource says about guards, for that resource alone."""

    max_member_removal_share: Share | None = None
    may_be_emptied: bool = False
    may_change_display: bool = False


class Bounds(_Part):
    """How loose each limit may be at most; None where nothing bounds it."""

    empty: bool | None = None
    max_delete_share: Share | None = None
    max_member_removal_share: Share | None = None
    max_update_share: Share | None = None
    max_priority_moves: Count | None = None
    max_display_changes: Count | None = None
    min_existing: Count | None = None

    def of(self, name: str) -> Number | None:
        """The bound of the limit `name`, None for none."""
        bound: Number | None = getattr(self, name)
        return bound

    def narrowed(self, others: Bounds) -> Bounds:
        """Of each two bounds the stricter."""
        return Bounds.model_validate({it: stricter(self.of(it), others.of(it)) for it in LIMITS})


class Guards(_Part):
    """The most one plan may take away or change, as shares of 1 and as counts. Below `min_existing`
    shares say nothing.

    `loosened` is what files say of their own resources; `bounds` are above all of it.
    """

    empty: bool = True
    max_delete_share: Share = 0.3
    max_member_removal_share: Share = 0.3
    max_update_share: Share = 0.5
    max_priority_moves: Count = 5
    max_display_changes: Count = 10
    min_existing: Count = 10
    loosened: Mapping[Address, Loosened] = {}
    bounds: Bounds = Bounds()

    def of(self, name: str) -> Number:
        """The limit `name`."""
        limit: Number = getattr(self, name)
        return limit

    def within(self, bounds: Bounds) -> Self:
        """These limits, none of them looser than `bounds`, which stand above files too."""
        limits = {it: stricter(self.of(it), bounds.of(it)) for it in LIMITS}
        return self.model_copy(update={**limits, "bounds": self.bounds.narrowed(bounds)})

    def tightened(self, limits: Bounds) -> Self:
        """These limits for a run that wants no more than `limits`, whatever files say."""
        narrow = {it: stricter(self.of(it), limits.of(it)) for it in LIMITS}
        loosened = {address: _held(it, limits) for address, it in self.loosened.items()}
        return self.model_copy(update={**narrow, "loosened": loosened})

    def looser_than(self, bounds: Bounds) -> Iterator[str]:
        """The names of the limits that are looser than their bounds."""
        return (it for it in LIMITS if is_looser(self.of(it), bounds.of(it)))


LIMITS = tuple(Bounds.model_fields)
"""The names of all limits, as in cg-sync.yaml."""

COUNTS = ("max_priority_moves", "max_display_changes", "min_existing")
"""Those that are whole numbers; the others are shares, apart from `empty`."""


def _held(loosened: Loosened, limits: Bounds) -> Loosened:
    share = loosened.max_member_removal_share
    return Loosened(
        max_member_removal_share=None
        if share is None
        else stricter(share, limits.max_member_removal_share),
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
