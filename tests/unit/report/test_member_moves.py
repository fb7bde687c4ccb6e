"""Every member who moves, as CSV."""

from __future__ import annotations

import csv
from io import StringIO

from cg_sync.core.diff import Change
from cg_sync.core.members import MemberDelta
from cg_sync.report.member_moves import ROWS_AT_ONCE, member_moves
from tests.builders import a_group, a_setting, customers
from tests.unit.core.steps import a_create, a_delete, an_update


def test_every_move_is_a_row_by_pk_and_nobody_is_named() -> None:
    silver, gold = a_group("Silver"), a_group("Gold, 1")
    delta = MemberDelta(customers(3, 4), customers(7), 5, withheld=customers(9))
    changes: list[Change] = [
        a_create(gold, MemberDelta(customers(7), (), 0)),
        a_delete(a_group("Old"), size=3),
        an_update(silver, silver, members=delta),
        a_create(a_setting()),
    ]
    assert "".join(member_moves(changes)) == (
        "kind,key,action,pk\n"
        'customer_group,"Gold, 1",add,7\n'
        "customer_group,Silver,add,3\n"
        "customer_group,Silver,add,4\n"
        "customer_group,Silver,remove,7\n"
    )


def test_a_name_is_no_formula_and_tells_no_address() -> None:
    change = a_create(a_group("=cmd() of ayse@example.com"), MemberDelta(customers(1), (), 0))
    rows = list(csv.reader(StringIO("".join(member_moves([change])))))
    assert rows[1] == ["customer_group", "'=cmd() of a***@example.com", "add", "1"]


def test_many_rows_come_in_parts() -> None:
    many = customers(*range(1, 2 * ROWS_AT_ONCE + 2))
    parts = list(member_moves([a_create(a_group(), MemberDelta(many, (), 0))]))
    assert [part.count("\n") for part in parts] == [1, ROWS_AT_ONCE, ROWS_AT_ONCE, 1]
