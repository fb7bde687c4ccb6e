"""What is said about members that the files name and the shop does not know for sure."""

from __future__ import annotations

from cg_sync.core.match import Pair
from cg_sync.core.member_problems import check_members
from cg_sync.core.members import Member, MemberDelta, UnknownKey
from cg_sync.errors import Position, Problem, Severity
from tests.builders import a_group

VIP = a_group("VIP", members=["ayse@example.com"])
HERE = Position("groups/vip.yaml", 2, 1)


def problems_of(delta: MemberDelta, unknown: Severity = Severity.WARNING) -> list[Problem]:
    return list(check_members([Pair(VIP, None)], {VIP.address: delta}, unknown=unknown))


def test_a_group_whose_file_says_nothing_of_members_is_passed_over() -> None:
    assert list(check_members([Pair(VIP, None)], {}, unknown=Severity.ERROR)) == []


def test_members_who_are_all_known_need_no_word() -> None:
    assert problems_of(MemberDelta((Member(1, "a@b.c"),), (Member(2, "d@e.f"),), 3)) == []


def test_unknown_and_ambiguous_keys_are_counted_masked_and_as_severe_as_asked() -> None:
    unknown = (UnknownKey("email", "ayse@example.com"), UnknownKey("pk", "77"))
    several = UnknownKey("erp_code", "C-1042", several=True)
    left_out = "they are left out until the shop knows them"
    assert problems_of(MemberDelta((), (), 0, (*unknown, several)), Severity.ERROR) == [
        Problem(
            "CG-L04",
            "members: 2 customers unknown to the shop: a***@example.com, pk 77",
            HERE,
            left_out,
        ),
        Problem("CG-L07", "members: 1 customer not told apart by their keys: C***", HERE, left_out),
    ]


def test_removals_that_are_held_back_are_said_with_the_reason() -> None:
    unknown = (UnknownKey("phone_number", "+90555"),)
    withheld = (Member(1, "burak@example.com"), Member(2, ""))
    _, held_back = problems_of(MemberDelta((), (), 0, unknown, withheld))
    assert held_back == Problem(
        "CG-L10",
        "members: 2 members not removed, since an unknown ERP code or phone number may mean them: "
        "b***@example.com, pk 2",
        HERE,
        "mend the unknown keys, or name these customers by e-mail address or pk",
        Severity.WARNING,
    )
