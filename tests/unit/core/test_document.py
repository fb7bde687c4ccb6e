"""Where the problems of a document are said to stand."""

from __future__ import annotations

from collections.abc import Mapping

from cg_sync.core.document import Document, Span
from cg_sync.errors import Position, Problem, Severity
from cg_sync.jsonvalue import Pointer
from tests.builders import a_document

DOCUMENT = a_document({"name": "VIP", "members": {"customers": ["a@b.example"]}})


def test_a_value_stands_where_it_is_written() -> None:
    assert DOCUMENT.position_of(("name",)) == Position("groups/vip.yaml", 1, 9)


def test_a_key_stands_before_its_value() -> None:
    assert DOCUMENT.position_of(("name",), of_key=True) == Position("groups/vip.yaml", 1, 1)


def test_what_is_not_there_stands_at_the_key_of_the_nearest_node_above() -> None:
    missing = ("members", "customers", 7, "email")
    assert DOCUMENT.position_of(missing) == Position("groups/vip.yaml", 3, 1)


def test_the_whole_stands_at_its_beginning() -> None:
    assert DOCUMENT.position_of() == Position("groups/vip.yaml", 1, 1)


def test_what_is_missing_at_the_top_stands_where_the_content_begins() -> None:
    document = Document("vip.yaml", {"name": "VIP"}, lambda: {(): Span((3, 2), (3, 2))})
    assert document.position_of(("members",)) == Position("vip.yaml", 3, 2)


def test_a_file_in_which_nothing_can_be_found_is_still_named() -> None:
    document = Document("gone.yaml", {"name": "VIP"}, dict)
    assert document.position_of(("name",)) == Position("gone.yaml", 1, 1)


def test_the_file_is_read_again_once_at_most_and_only_when_asked() -> None:
    readings = []

    def locate() -> Mapping[Pointer, Span]:
        readings.append("again")
        return {}

    document = Document("vip.yaml", {}, locate)
    assert readings == []
    document.position_of(("name",))
    document.position_of(("state",))
    assert readings == ["again"]


def test_documents_are_equal_when_they_say_the_same_in_the_same_file() -> None:
    assert Document("a.yaml", {"name": "VIP"}, dict) == a_document({"name": "VIP"}, file="a.yaml")
    assert Document("a.yaml", {}, dict) != Document("b.yaml", {}, dict)


def test_a_problem_takes_its_place_from_its_pointer() -> None:
    problem = DOCUMENT.problem(
        "CG-F05", "name: no", ("name",), of_key=True, hint="mend it", severity=Severity.WARNING
    )
    where = Position("groups/vip.yaml", 1, 1)
    assert problem == Problem("CG-F05", "name: no", where, "mend it", Severity.WARNING)


def test_a_problem_is_an_error_about_the_whole_unless_it_says_otherwise() -> None:
    where = Position("groups/vip.yaml", 1, 1)
    assert DOCUMENT.problem("CG-F06", "no") == Problem("CG-F06", "no", where, "", Severity.ERROR)
