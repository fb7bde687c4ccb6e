"""Which record a file means, and what this shop cannot give."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cg_sync.core.address import Address
from cg_sync.core.kind import Ids
from cg_sync.core.match import Pair, check_against_shop, pair_up
from cg_sync.core.state import Desired, Live, Tombstone, Unreadable, Wanted
from cg_sync.errors import Position, Problem, Severity
from cg_sync.kinds import KINDS
from cg_sync.rules.ir import All, Leaf, Rule
from cg_sync.rules.tests import InGroups
from tests.builders import (
    IDS,
    a_document,
    a_group,
    a_record,
    a_rule,
    a_setting,
    a_tombstone,
    having,
    wanting,
)

VIP, GOLD = a_group("VIP"), a_group("Gold")
WAS_GOLD = a_group("VIP", renamed_from=["Gold"])


def problems_of(desired: Desired, live: Live) -> list[Problem]:
    return list(check_against_shop(desired, pair_up(desired, live), live, KINDS))


def test_a_file_means_the_record_with_its_key() -> None:
    spring = a_setting("spring")
    live = having(a_record(GOLD, remote_id=5), a_record(spring, remote_id=6))
    assert pair_up(wanting(spring, VIP, GOLD), live) == (
        Pair(spring, live.held[spring.address]),
        Pair(VIP, None),
        Pair(GOLD, live.held[GOLD.address]),
    )


def test_a_group_and_a_setting_of_one_name_are_two_things() -> None:
    assert pair_up(wanting(a_group("spring")), having(a_setting("spring"))) == (
        Pair(a_group("spring"), None),
    )


def test_a_file_without_a_record_means_the_one_with_a_former_name() -> None:
    live = having(GOLD)
    assert pair_up(wanting(WAS_GOLD), live) == (Pair(WAS_GOLD, live.held[GOLD.address]),)


def test_of_several_former_names_the_first_that_the_shop_has_counts() -> None:
    twice_renamed = a_group("VIP", renamed_from=["Best", "Gold", "Silver"])
    live = having(a_group("Silver"), GOLD)
    assert pair_up(wanting(twice_renamed), live) == (Pair(twice_renamed, live.held[GOLD.address]),)


def test_the_present_name_wins_over_a_former_one() -> None:
    live = having(GOLD, VIP)
    assert pair_up(wanting(WAS_GOLD), live) == (Pair(WAS_GOLD, live.held[VIP.address]),)


def test_a_former_name_that_another_file_wants_is_not_taken() -> None:
    live = having(GOLD)
    assert pair_up(wanting(WAS_GOLD, GOLD), live) == (
        Pair(WAS_GOLD, None),
        Pair(GOLD, live.held[GOLD.address]),
    )


def test_a_former_name_with_a_tombstone_is_not_taken() -> None:
    assert pair_up(wanting(WAS_GOLD, a_tombstone(GOLD)), having(GOLD)) == (Pair(WAS_GOLD, None),)


def test_what_is_just_as_wanted_is_no_trouble_unless_the_shop_holds_it_twice() -> None:
    live = replace(having(VIP), twice={VIP.address: (1, 2)})
    assert problems_of(wanting(VIP), having(VIP)) == []
    assert [it.code for it in problems_of(wanting(VIP), live)] == ["CG-L03"]


def test_nothing_is_wrong_where_the_shop_can_give_everything() -> None:
    fair = a_setting("spring", price_list="staff", stock_list="online")
    assert problems_of(wanting(VIP, fair, a_tombstone(GOLD)), having(VIP, GOLD)) == []


def test_a_former_name_in_use_is_an_error_while_it_is_in_the_way() -> None:
    error = Problem(
        "CG-F13",
        "renamed_from: Gold has a file of its own, groups/gold.yaml, "
        "so it is unclear what this group was",
        Position("groups/vip.yaml", 3, 9),
        "apply one rename after the other; for a new one, drop the former name",
    )
    assert problems_of(wanting(WAS_GOLD, GOLD), having(GOLD)) == [error]
    assert problems_of(wanting(WAS_GOLD, GOLD), having(GOLD, VIP)) == []
    assert problems_of(wanting(WAS_GOLD, GOLD), having()) == []


def test_a_former_name_that_must_go_is_an_error_too() -> None:
    assert problems_of(wanting(WAS_GOLD, a_tombstone(GOLD)), having(GOLD)) == [
        Problem(
            "CG-F13",
            "renamed_from: Gold has a file of its own, groups/gold.yaml, "
            "so it is unclear what this group was",
            Position("groups/vip.yaml", 3, 9),
            "to rename instead of deleting, remove groups/gold.yaml; "
            "for a new one, drop the former name",
        )
    ]


def test_a_record_in_other_letters_is_an_error() -> None:
    assert problems_of(wanting(VIP), having(a_group("Vip"))) == [
        Problem(
            "CG-L06",
            "name: the shop has this group in other letters: Vip",
            Position("groups/vip.yaml", 1, 9),
            "write it as the shop does, or add renamed_from: [Vip]",
        )
    ]


def test_other_letters_of_a_former_name_are_meant() -> None:
    assert problems_of(wanting(a_group("VIP", renamed_from=["Vip"])), having(a_group("Vip"))) == []


def test_a_rename_into_a_name_taken_in_other_letters_is_an_error() -> None:
    found = problems_of(wanting(WAS_GOLD), having(GOLD, a_group("Vip")))
    assert [it.code for it in found] == ["CG-L06"]


def test_a_rename_within_letters_minds_a_third_spelling() -> None:
    resource = a_group("vip", renamed_from=["Vip"])
    for live in (having(a_group("VIP"), a_group("Vip")), having(a_group("Vip"), a_group("VIP"))):
        (problem,) = problems_of(wanting(resource), live)
        assert problem.code == "CG-L06"
        assert problem.message.endswith("other letters: VIP")


def test_other_letters_are_no_matter_where_the_shop_has_the_name_as_written_too() -> None:
    assert problems_of(wanting(VIP), having(VIP, a_group("Vip"))) == []
    assert problems_of(wanting(VIP), having(a_group("Vip"), VIP)) == []


def test_a_tombstone_in_other_letters_is_pointed_out_and_may_be_done_already() -> None:
    (found,) = problems_of(wanting(a_tombstone(VIP)), having(a_group("Vip")))
    assert (found.code, found.hint) == ("CG-L06", "write it as the shop does")
    assert found.severity is Severity.WARNING


def test_a_name_the_shop_holds_twice_cannot_be_wanted_nor_be_absent() -> None:
    live = replace(having(VIP), twice={VIP.address: (1, 4)})
    error = Problem(
        "CG-L03",
        "name: the shop has 2 groups called VIP (ids 1, 4)",
        Position("groups/vip.yaml", 1, 9),
        "remove or rename all but one in the panel",
    )
    assert problems_of(wanting(VIP), live) == [error]
    assert problems_of(wanting(a_tombstone(VIP)), live) == [error]


def test_a_former_name_the_shop_holds_twice_cannot_be_meant() -> None:
    live = replace(having(GOLD), twice={GOLD.address: (1, 4)})
    assert problems_of(wanting(WAS_GOLD), live) == [
        Problem(
            "CG-L03",
            "name: the shop has 2 groups called Gold (ids 1, 4)",
            Position("groups/vip.yaml", 1, 9),
            "remove or rename all but one in the panel",
        )
    ]


def test_a_list_that_the_shop_lacks_is_an_error_with_those_it_has() -> None:
    spring = a_setting("spring", price_list="student", stock_list="online")
    assert problems_of(wanting(spring), having()) == [
        Problem(
            "CG-L05",
            "display.price_list: no price list has the code student",
            Position("settings/spring.yaml", 9, 9),
            "did you mean student-tr? the shop has staff, student-tr",
        )
    ]


def test_a_code_that_is_like_no_other_is_an_error_without_a_guess() -> None:
    spring = a_setting("spring", stock_list="warehouse")
    assert problems_of(wanting(spring), having()) == [
        Problem(
            "CG-L05",
            "display.stock_list: no stock list has the code warehouse",
            Position("settings/spring.yaml", 9, 9),
            "the shop has online",
        )
    ]


def test_a_group_that_a_rule_names_is_pointed_out_where_it_stands() -> None:
    groups = Leaf("groups", "@static_groups", InGroups(("Employes",)))
    spring = a_setting("spring", rule=Rule(All((groups, a_rule().node))))
    ids = replace(IDS, codes={**IDS.codes, "customer_groups": {"Employees": 3}})
    (found,) = problems_of(wanting(spring), having(ids=ids))
    assert found.message.endswith(".groups.has_any[0]: no customer group has the name Employes"), (
        found.message
    )
    elsewhere = replace(spring, document=a_document({"slug": "spring", "rule": {"match": [1]}}))
    (found,) = problems_of(wanting(elsewhere), having(ids=ids))
    assert found.message == "rule: no customer group has the name Employes"


def test_a_group_that_a_rule_names_may_come_with_the_same_plan() -> None:
    spring = a_setting("spring", rule=Rule(Leaf("groups", "@static_groups", InGroups(("VIP",)))))
    assert problems_of(wanting(VIP, spring), having()) == []
    (found,) = problems_of(wanting(GOLD, spring), having())
    assert found.code == "CG-L05"


def test_of_very_many_codes_a_dozen_are_named() -> None:
    spring = a_setting("spring", price_list="student")
    ids = Ids({"price_lists": {f"p{number:02}": number for number in range(1, 15)}})
    (found,) = problems_of(wanting(spring), having(ids=ids))
    assert found.hint.endswith("p11, p12 and 2 more")


def test_a_shop_without_lists_says_so() -> None:
    spring = a_setting("spring", price_list="student")
    found = problems_of(wanting(spring), having(ids=Ids({"price_lists": {}})))
    assert [it.hint for it in found] == ["the shop has no price list with a code"]


def test_a_record_that_cannot_be_read_is_a_warning() -> None:
    unreadable = (Unreadable("customer_group_setting", 9, "it has no slug"),)
    assert problems_of(wanting(), replace(having(), unreadable=unreadable)) == [
        Problem(
            "CG-L02",
            "the setting with id 9 in the shop cannot be read: it has no slug",
            None,
            "it is left alone",
            Severity.WARNING,
        )
    ]


def test_all_that_is_wrong_is_found_at_once_in_the_order_of_the_files() -> None:
    live = replace(
        having(a_group("Vip"), VIP),
        unreadable=(Unreadable("customer_group", 9, "it has no name"),),
        twice={Address("customer_group", "Old"): (4, 5)},
    )
    files = wanting(
        a_setting("spring", price_list="x"), a_group("vIP"), a_tombstone(a_group("Old"))
    )
    assert [it.code for it in problems_of(files, live)] == [
        "CG-L05", "CG-L06", "CG-L03", "CG-L02",
    ]  # fmt: skip


UNREADABLE = Unreadable("customer_group", 9, "it is odd", "VIP")


@pytest.mark.parametrize("resource", [VIP, a_tombstone(VIP), a_group("New", renamed_from=["VIP"])])
def test_a_record_that_a_file_speaks_of_and_nobody_can_read_is_an_error(
    resource: Wanted | Tombstone,
) -> None:
    live = replace(having(), unreadable=(UNREADABLE,))
    error, warning = problems_of(wanting(resource), live)
    assert (error.code, error.severity) == ("CG-L02", Severity.ERROR)
    assert error.message == "name: the shop has VIP, which cannot be read: it is odd"
    assert error.hint == "mend the record with id 9 in the panel"
    assert warning.severity is Severity.WARNING


def test_a_code_that_several_lists_have_means_none_of_them() -> None:
    ids = Ids({"price_lists": {"staff": 1}}, {"price_lists": {"student"}})
    spring = a_setting("spring", price_list="student")
    (found,) = problems_of(wanting(spring), having(ids=ids))
    assert found.message == "display.price_list: several price lists have the code student"
