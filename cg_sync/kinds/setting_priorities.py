"""Priorities of settings: which of two active ones wins must be plain."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count
from typing import TYPE_CHECKING, cast

from cg_sync.core.kind import Spec
from cg_sync.core.state import Wanted
from cg_sync.errors import Problem, Severity

if TYPE_CHECKING:
    from cg_sync.kinds.customer_group_setting import CustomerGroupSetting


def check_priorities(settings: Sequence[Wanted]) -> Iterator[Problem]:
    """Active settings that share a priority, each after the first."""
    taken = {cast("CustomerGroupSetting", wanted.spec).priority for wanted in settings}
    first: dict[int, Wanted] = {}
    for wanted in settings:
        setting = cast("CustomerGroupSetting", wanted.spec)
        if not setting.active or setting.priority is None:
            continue
        earlier = first.setdefault(setting.priority, wanted)
        if earlier is not wanted:
            there = earlier.document.position_of(("priority",))
            free = next(it for it in count(setting.priority) if it not in taken)
            yield wanted.document.problem(
                "CG-F12",
                f"priority: {setting.priority} is also that of {earlier.address.key} ({there})",
                ("priority",),
                hint=f"lower wins; {free} is free",
            )


def check_live_priorities(settings: Sequence[Wanted], beside: Sequence[Spec]) -> Iterator[Problem]:
    """A warning for each active setting whose priority an active setting without a file has too."""
    others: dict[int | None, CustomerGroupSetting] = {}
    for it in cast("Sequence[CustomerGroupSetting]", beside):
        if it.active and it.priority is not None:
            others.setdefault(it.priority, it)
    for wanted in settings:
        mine = cast("CustomerGroupSetting", wanted.spec)
        if mine.active and (other := others.get(mine.priority)) is not None:
            yield wanted.document.problem(
                "CG-L11",
                f"priority: {mine.priority} is also that of {other.slug}, which has no file",
                ("priority",),
                hint="which of the two wins is up to the shop; take another number",
                severity=Severity.WARNING,
            )
