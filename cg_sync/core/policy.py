"""What no flag may loosen: the policy of a project, narrowed by an environment and by flags."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import timedelta
from typing import Any, Literal

from cg_sync.core.limits import LIMITS, Bounds, is_looser, limit_said, read_limits
from cg_sync.core.spans import span_in, span_said
from cg_sync.jsonvalue import Pointer

LONGEST_ALLOWANCE = timedelta(days=30)
"""How far ahead an allowance may reach where the policy says nothing."""


OnStale = Literal["abort", "skip", "replan"]
Recheck = Literal["always", "changed", "never"]

STRICTNESS: Mapping[str, tuple[str, ...]] = {
    "plan": ("saved", "any"),
    "on_stale": ("abort", "skip", "replan"),
    "recheck": ("always", "changed", "never"),
}
"""The words of each choice, the strictest first."""

USUAL: Mapping[str, str] = {"on_stale": "abort", "recheck": "always"}
"""What counts of these when no flag says otherwise, however loose the policy."""


@dataclass(frozen=True, kw_only=True)
class Policy:
    """How loose a run may be at most; what is left out bounds nothing.

    `written` says where in cg-sync.yaml each bound stands, by its name.
    """

    plan: Literal["saved", "any"] = "any"
    max_age: timedelta | None = None
    check_files: bool = False
    on_stale: OnStale = "replan"
    deadline: timedelta | None = None
    fail_fast: bool = False
    recheck: Recheck = "never"
    allow_until: timedelta = LONGEST_ALLOWANCE
    guards: Bounds = field(default_factory=Bounds)
    written: Mapping[str, Pointer] = field(default_factory=dict)

    def of(self, name: str) -> Any:
        """The bound `name`, as it counts."""
        return getattr(self, name)


BOUNDS = tuple(it.name for it in fields(Policy) if it.name not in {"guards", "written"})
"""The names of what a policy bounds, but for guards."""

SPANS = ("max_age", "deadline", "allow_until")
"""Those that are spans of time."""


@dataclass(frozen=True, slots=True)
class Flags:
    """What the command line says; None where it says nothing."""

    max_age: timedelta | None = None
    check_files: bool | None = None
    on_stale: OnStale | None = None
    deadline: timedelta | None = None
    fail_fast: bool | None = None
    recheck: Recheck | None = None


@dataclass(frozen=True, slots=True)
class Looser:
    """A wish that is looser than the policy: `name` as in cg-sync.yaml, both as authors write them,
    and where the policy says it (empty: nowhere, it is the usual bound).
    """

    name: str
    wish: str
    bound: str
    where: Pointer


def is_loose(name: str, wish: Any, bound: Any) -> bool:
    """Whether `wish` lets more pass than `bound`, for the bound `name` of a policy; None bounds
    nothing.
    """
    if name in STRICTNESS:
        order = STRICTNESS[name]
        return order.index(wish) > order.index(bound)
    if isinstance(bound, bool):
        return bound and not wish
    return bound is not None and bool(wish > bound)


def tightened(policy: Policy, flags: Flags) -> tuple[Policy, tuple[Looser, ...]]:
    """The policy of one run, and the flags that are looser than it, which then do not count.

    A run for which nobody says otherwise aborts when it is stale, and reads each record again.
    """
    wishes: dict[str, Any] = {
        it: wish for it in Flags.__slots__ if (wish := getattr(flags, it)) is not None
    }
    looser = tuple(
        Looser(name, said(wish), said(policy.of(name)), policy.written.get(name, ()))
        for name, wish in wishes.items()
        if is_loose(name, wish, policy.of(name))
    )
    lax = {it.name for it in looser}
    taken = {name: wish for name, wish in wishes.items() if name not in lax}
    effective: dict[str, Any] = {**USUAL, **taken}
    return replace(policy, **effective), looser


def narrowed(policy: Policy, own: Policy) -> tuple[Policy, tuple[Looser, ...]]:
    """The policy with what an environment has of its `own`, and where that is looser, which then
    does not count.
    """
    looser = [*_looser(policy, own), *_looser_guards(policy, own)]
    lax = {it.name for it in looser}
    taken = {it: own.of(it) for it in BOUNDS if it in own.written and it not in lax}
    written = {it: where for it, where in own.written.items() if it not in lax}
    update: dict[str, Any] = {
        **taken,
        "guards": policy.guards.narrowed(own.guards),
        "written": {**policy.written, **written},
    }
    return replace(policy, **update), tuple(looser)


def _looser(policy: Policy, own: Policy) -> Iterator[Looser]:
    for name in (it for it in BOUNDS if it in own.written):
        if is_loose(name, own.of(name), policy.of(name)):
            yield Looser(name, said(own.of(name)), said(policy.of(name)), own.written[name])


def _looser_guards(policy: Policy, own: Policy) -> Iterator[Looser]:
    for name in LIMITS:
        wish, bound = own.guards.of(name), policy.guards.of(name)
        if wish is not None and is_looser(wish, bound):
            key = f"guards.{name}"
            yield Looser(key, said(wish, name), said(bound, name), own.written[key])


def said(value: Any, limit: str = "") -> str:
    """A bound as authors write it; `limit` names the guard it is of."""
    if isinstance(value, timedelta):
        return span_said(value)
    if limit:
        return limit_said(limit, value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def written_policy(content: Mapping[str, Any], at: Pointer) -> Policy:
    """The policy in a mapping that obeys its schema and stands at `at` of cg-sync.yaml."""
    places: dict[str, Pointer] = {name: (*at, name) for name in content if name != "guards"}
    guards = content.get("guards", {})
    places |= {f"guards.{name}": (*at, "guards", name) for name in guards}
    bounds: dict[str, Any] = {name: _read(name, it) for name, it in content.items()}
    return Policy(**{**bounds, "guards": Bounds(**read_limits(guards)), "written": places})


def _read(name: str, written: Any) -> Any:
    return span_in(written) if name in SPANS else written
