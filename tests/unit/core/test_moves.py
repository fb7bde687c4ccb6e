"""Who leaves one group and joins another in the same plan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from cg_sync.core.address import Address
from cg_sync.core.diff import Change, Create, Delete, Update
from cg_sync.core.members import Member, MemberDelta
from cg_sync.core.moves import Move, moves_of
from cg_sync.errors import Position
from tests.builders import a_group, customers

HERE = Position("groups/one.yaml", 1, 1)


def address(name: str) -> Address:
    return Address("customer_group", name)


def created(name: str, add: Sequence[int]) -> Create:
    members = MemberDelta(customers(*add), (), 0)
    return Create(address(name), a_group(name).spec, (), HERE, members)


def updated(
    name: str, add: Sequence[int] = (), remove: Sequence[int] = (), *, former: str | None = None
) -> Update:
    members = MemberDelta(customers(*add), customers(*remove), 0)
    before, after = a_group(former or name).spec, a_group(name).spec
    return Update(address(name), 7, before, after, (), HERE, former, members)


def test_who_leaves_one_group_and_joins_another_moves() -> None:
    changes = [updated("Silver", [8], [1, 2, 3]), updated("Gold", [1, 2, 9], [4])]
    assert moves_of(changes) == (Move(address("Silver"), address("Gold"), 2),)


def test_a_new_group_takes_customers_too() -> None:
    changes: list[Change] = [created("Gold", [1, 2, 3]), updated("Silver", [], [2, 3])]
    assert moves_of(changes) == (Move(address("Silver"), address("Gold"), 2),)


def test_where_more_leave_than_join_it_is_told_the_same_way() -> None:
    changes = [updated("Silver", [], [1, 2, 3, 4]), updated("Gold", [2], [5])]
    assert moves_of(changes) == (Move(address("Silver"), address("Gold"), 1),)


def test_who_leaves_two_groups_counts_for_both() -> None:
    changes = [updated("A", [], [1, 2]), updated("B", [], [1]), updated("C", [1, 2, 3, 4])]
    names = [(it.source.key, it.target.key, it.count) for it in moves_of(changes)]
    assert names == [("A", "C", 2), ("B", "C", 1)]


def test_a_renamed_group_goes_by_its_new_name() -> None:
    changes = [updated("Platinum", [], [1], former="Gold"), updated("Silver", [1])]
    assert moves_of(changes) == (Move(address("Platinum"), address("Silver"), 1),)


def test_the_largest_comes_first_and_then_the_address_decides() -> None:
    changes = [
        updated("A", [], [1, 2, 3, 4]),
        updated("B", [], [5, 6]),
        updated("C", [1]),
        updated("D", [2, 5, 6]),
        updated("E", [3, 4]),
    ]
    names = [(it.source.key, it.target.key, it.count) for it in moves_of(changes)]
    assert names == [("A", "E", 2), ("B", "D", 2), ("A", "C", 1), ("A", "D", 1)]


def test_two_customers_without_an_address_are_told_apart() -> None:
    leaving = MemberDelta((), (Member(1, ""),), 0)
    joining = MemberDelta((Member(2, ""),), (), 0)
    spec = a_group().spec
    changes = [
        Update(address("A"), 1, spec, spec, (), HERE, None, leaving),
        Update(address("B"), 2, spec, spec, (), HERE, None, joining),
    ]
    assert moves_of(changes) == ()


def test_without_members_nobody_moves() -> None:
    spec = a_group().spec
    changes: list[Change] = [
        Delete(address("Gone"), 1, spec, (), HERE, 12),
        Create(address("New"), spec, (), HERE),
        updated("Silver", [1]),
    ]
    assert moves_of(changes) == ()


PKS = st.lists(st.integers(1, 12), unique=True, max_size=8)
DELTAS = st.lists(st.tuples(PKS, PKS), max_size=6)


@given(DELTAS)
def test_moves_are_the_shared_customers_of_every_two_groups(
    deltas: list[tuple[list[int], list[int]]],
) -> None:
    # Nobody joins and leaves the same group.
    changes = [
        updated(f"group {number}", add, [it for it in remove if it not in add])
        for number, (add, remove) in enumerate(deltas)
    ]
    expected: Counter[tuple[Address, Address]] = Counter()
    for one in changes:
        for other in changes:
            assert one.members is not None
            assert other.members is not None
            shared = len(set(one.members.remove) & set(other.members.add))
            if shared:
                expected[one.address, other.address] = shared
    moves = moves_of(changes)
    assert {(it.source, it.target): it.count for it in moves} == expected
    assert list(moves) == sorted(moves, key=lambda it: (-it.count, it.source, it.target))
