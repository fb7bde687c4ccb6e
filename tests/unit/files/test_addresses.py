"""Where e-mail addresses stand in groups and member lists."""

from __future__ import annotations

from pathlib import Path

from cg_sync.errors import Position
from cg_sync.files.addresses import MAX_PROBLEMS, addresses_in_git
from cg_sync.jsonvalue import JsonValue
from tests.builders import a_document


def places(root: Path, *members: JsonValue) -> list[str]:
    documents = [
        a_document({"name": "G", "members": it}, file=f"groups/g{index}.yaml")
        for index, it in enumerate(members)
    ]
    found = list(addresses_in_git(root, documents))
    assert {it.code for it in found} <= {"CG-S01"}
    assert "@" not in "".join(it.message + it.hint for it in found)
    return [str(it.where) for it in found]


def test_customers_named_by_address_are_found_and_others_are_not(tmp_path: Path) -> None:
    customers: JsonValue = ["a@b.example", {"pk": 1}, {"email": "c@d.example"}, {"erp_code": "E-1"}]
    found = places(tmp_path, {"customers": customers})
    assert found == ["groups/g0.yaml:4:9", "groups/g0.yaml:8:9"]


def test_what_has_no_members_or_the_wrong_shape_is_passed_over(tmp_path: Path) -> None:
    shapes: tuple[JsonValue, ...] = (None, 1, [], {"customers": 1}, {"files": "a"}, {"files": [1]})
    assert places(tmp_path, *shapes) == []
    assert list(addresses_in_git(tmp_path, [a_document("text")])) == []


def test_member_lists_are_searched_line_by_line_and_each_once(tmp_path: Path) -> None:
    (tmp_path / "members").mkdir()
    (tmp_path / "members" / "a.csv").write_text("pk,email\n1,\n2,a@b.example\n# c@d.example\n3,@\n")
    named: JsonValue = {"files": ["../members/a.csv", "../members/gone.csv", "../../out.csv"]}
    assert places(tmp_path, named, named) == ["members/a.csv:3:1", "members/a.csv:4:1"]


def test_a_long_list_is_counted_and_not_told_in_full(tmp_path: Path) -> None:
    (tmp_path / "groups").mkdir()
    (tmp_path / "groups" / "a.txt").write_text("a@b.example\n" * (MAX_PROBLEMS + 2))
    document = a_document({"members": {"files": ["a.txt"]}})
    *each, rest = addresses_in_git(tmp_path, [document])
    assert len(each) == MAX_PROBLEMS
    assert (rest.message, rest.where) == ("and 2 more like these", Position("groups/a.txt"))
