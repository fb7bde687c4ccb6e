"""What the files of single resources say about guards, and that it stays within the policy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

from cg_sync.core.address import Address
from cg_sync.core.document import Document
from cg_sync.core.limits import Bounds, Loosened, is_looser, limit_said, read_limits
from cg_sync.core.state import Desired, Tombstone, Wanted
from cg_sync.errors import Problem

FIELD = "guards"


def read_loosened(
    desired: Desired, bounds: Bounds
) -> tuple[Mapping[Address, Loosened], tuple[Problem, ...]]:
    """What files say about guards for their own resource, tombstones too, and where that is looser
    than the bounds of the policy.
    """
    found: dict[Address, Loosened] = {}
    problems: list[Problem] = []
    resources: list[Wanted | Tombstone] = [*desired.wanted.values(), *desired.absent.values()]
    for it in resources:
        written = cast(Mapping[str, Any], it.document.content).get(FIELD)
        if written is not None:
            found[it.address] = Loosened(**read_limits(written))
            problems.extend(_looser(found[it.address], it.document, bounds))
    return found, tuple(problems)


def _looser(loosened: Loosened, document: Document, bounds: Bounds) -> Iterator[Problem]:
    """What a file may not say. How many may change what they display is bounded all together."""
    name = "max_member_removal_share"
    share, bound = loosened.max_member_removal_share, bounds.max_member_removal_share
    if share is not None and bound is not None and is_looser(share, bound):
        yield _problem(document, name, limit_said(name, share), name, limit_said(name, bound))
    if loosened.may_be_emptied and bounds.empty:
        yield _problem(document, "may_be_emptied", "true", "empty", "true")


def _problem(document: Document, name: str, said: str, guard: str, bound: str) -> Problem:
    return document.problem(
        "CG-F30",
        f"{FIELD}.{name}: {said} is looser than policy.guards.{guard}, {bound}, in cg-sync.yaml",
        (FIELD, name),
        hint="nothing may be looser than the policy; write no more than it allows",
    )
