"""Whose doing it is that members move: told from what base and branch say about membership."""

from __future__ import annotations

from collections.abc import Iterator, Set

from cg_sync.core.members import UNSURE_FIELDS, Member, MemberDelta, Membership, normal_key
from cg_sync.core.origin import Origin


def origin_of_members(
    moved: MemberDelta, base: Membership | None, head: Membership | None, *, by_member: bool
) -> Origin:
    """`BOTH` when some members move by the branch's doing and others by drift.

    Unless `by_member`, and where customers are named by what a Member does not tell, all of them
    are the branch's doing as soon as it says anything else than the base.
    """
    if base is None:
        return Origin.YOURS
    if same_members(base, head):
        return Origin.DRIFT
    if not (by_member and _is_told(base) and _is_told(head)):
        return Origin.YOURS
    found = set(_of_each(moved, base))
    return found.pop() if len(found) == 1 else Origin.BOTH


def same_members(one: Membership | None, other: Membership | None) -> bool:
    """Whether two files say the same about membership."""
    if one is None or other is None:
        return one is other
    return one.mode == other.mode and _keys(one) == _keys(other)


def _keys(said: Membership) -> dict[str, Set[str]]:
    return {name: keys for name, keys in said.keys.by.items() if keys}


def _is_told(said: Membership | None) -> bool:
    """Whether a Member tells of every key whether it is theirs."""
    return said is None or not any(said.keys.by.get(name) for name in UNSURE_FIELDS)


def _of_each(moved: MemberDelta, base: Membership) -> Iterator[Origin]:
    for member in moved.add:
        yield Origin.DRIFT if _names(base, member) else Origin.YOURS
    for member in moved.remove:
        stays = base.mode == "at_least" or _names(base, member)
        yield Origin.YOURS if stays else Origin.DRIFT


def _names(said: Membership, member: Member) -> bool:
    by = said.keys.by
    email = normal_key("email", member.email)
    return str(member.pk) in by.get("pk", ()) or email in by.get("email", ())
