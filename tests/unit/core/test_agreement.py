"""Whether the writes of one plan are among those of another."""

from __future__ import annotations

import pytest

from cg_sync.core.agreement import not_among
from cg_sync.core.diff import Create, Delete, FieldChange, Update
from cg_sync.core.kind import Spec
from cg_sync.core.members import MemberDelta
from cg_sync.core.plan import Step, steps_of
from cg_sync.core.state import Wanted
from cg_sync.errors import Position
from cg_sync.kinds import KINDS
from tests.builders import a_group, a_setting, customers

HERE = Position("groups/vip.yaml", 1, 1)
VIP, SPRING = a_group("VIP"), a_setting("spring")


def steps(*changes: Create | Update | Delete) -> list[Step]:
    return list(steps_of(changes, KINDS))


def create(it: Wanted, *add: int) -> Create:
    return Create(it.address, it.spec, (), HERE, MemberDelta(customers(*add), (), 0))


def update(
    it: Wanted, before: Spec, *names: str, remote_id: int = 7, add: tuple[int, ...] = (),
    remove: tuple[int, ...] = (),
) -> Update:  # fmt: skip
    fields = tuple(FieldChange(name, 1, 2) for name in names)
    members = MemberDelta(customers(*add), customers(*remove), 0)
    return Update(it.address, remote_id, before, it.spec, fields, HERE, None, members)


def delete(it: Wanted, remote_id: int = 7) -> Delete:
    return Delete(it.address, remote_id, it.spec, (), HERE)


EARLIER = a_setting("spring", priority=5)


def test_what_both_do_is_among_both() -> None:
    both = steps(create(VIP, 1, 2), update(SPRING, EARLIER.spec, "priority"))
    assert not_among(both, both) == ()
    assert not_among([], both) == ()
    assert not_among(both, []) == (VIP.address, SPRING.address)


def test_of_members_fewer_may_move() -> None:
    asked = steps(update(VIP, VIP.spec, add=(1, 2), remove=(3, 4)))
    assert not_among(steps(update(VIP, VIP.spec, add=(1,), remove=(3,))), asked) == ()
    # A group that is there already only gets the members of one that was to be made.
    assert not_among(steps(create(VIP, 1))[1:], asked) == ()


@pytest.mark.parametrize(
    "other",
    [
        update(VIP, VIP.spec, add=(9,)),
        update(VIP, VIP.spec, remove=(9,)),
        delete(VIP),
        create(VIP),
        create(a_setting("other")),
    ],
)
def test_anything_else_is_told(other: Create | Update | Delete) -> None:
    asked = steps(update(VIP, VIP.spec, add=(1,), remove=(2,)))
    assert not_among(steps(other), asked) == (other.address,)


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        (create(SPRING), create(EARLIER)),
        (update(SPRING, EARLIER.spec, "priority"), update(EARLIER, SPRING.spec, "priority")),
        (update(SPRING, EARLIER.spec, "priority"), update(SPRING, EARLIER.spec, "active")),
        (update(SPRING, EARLIER.spec, "name"), update(SPRING, EARLIER.spec, "name", remote_id=8)),
        (delete(VIP, 7), delete(VIP, 8)),
    ],
)
def test_the_same_resource_with_another_deed_is_told(
    mine: Create | Update | Delete, theirs: Create | Update | Delete
) -> None:
    assert not_among(steps(mine), steps(theirs)) == (mine.address,)
