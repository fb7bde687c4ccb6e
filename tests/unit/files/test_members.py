"""Member lists: every customer or a problem with its line, and each file once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cg_sync.core.document import Document
from cg_sync.core.members import KeyField, MemberKeys
from cg_sync.errors import Position, Problem, Severity
from cg_sync.files.members import MAX_PROBLEMS, read_member_file, read_memberships
from cg_sync.files.yaml_reader import read_yaml

Told = list[tuple[str, str, int, int]]


def members_of(
    tmp_path: Path, name: str, data: bytes | str
) -> tuple[dict[KeyField, set[str]], Told]:
    path = tmp_path / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    keys, problems = read_member_file(path, shown_as="m")
    return {field: set(found) for field, found in keys.by.items()}, told(problems)


def told(problems: tuple[Problem, ...]) -> Told:
    """Code, message, line and column; everything but a twin is an error."""
    for problem in problems:
        assert (problem.severity is Severity.WARNING) == (problem.code == "CG-F10")
    return [(it.code, it.message, it.where.line, it.where.column) for it in problems if it.where]


BAD = "not an e-mail address"


@pytest.mark.parametrize(
    ("data", "emails", "problems"),
    [
        ("", set(), []),
        ("a@x.com\nb@x.com", {"a@x.com", "b@x.com"}, []),
        (b"\xef\xbb\xbfa@x.com\r\n\r\n  B@X.com\t\r\n", {"a@x.com", "b@x.com"}, []),
        ("# VIP\n#c@x.com\na@x.com # why\n  # more\na#b@x.com\n", {"a@x.com", "a#b@x.com"}, []),
        ("S\u0327ule@x.com\nşükrü@örnek.com\n", {"şule@x.com", "şükrü@örnek.com"}, []),
        ("a@localhost\n", {"a@localhost"}, []),
        (
            "a@x.com\n  ayse\n@x.com\na@\na@b@c\na b@x.com\na@x.com, b@x.com\n\x1b@x # no\n",
            {"a@x.com"},
            [("CG-F09", BAD, line, column) for line, column in
             [(2, 3), (3, 1), (4, 1), (5, 1), (6, 1), (7, 1), (8, 1)]],
        ),
        ("a@x.com\nb\0@x.com\nbad\n", {"a@x.com"},
         [("CG-F01", "NUL byte: this is not a text file", 2, 2)]),
        (b"a@x.com\n\xc5\x9f\xff@x.com\n", {"a@x.com"},
         [("CG-F01", "byte 0xFF is not UTF-8", 2, 2)]),
        (b"PK\x03\x04\x00", set(), [("CG-F01", "NUL byte: this is not a text file", 1, 5)]),
        ("a@x.com\nb@x.com\n A@X.COM\nb@x.com\nb@x.com", {"a@x.com", "b@x.com"}, [
            ("CG-F10", "the same customer as on line 1", 3, 1),
            ("CG-F10", "the same customer as on line 2", 4, 1),
            ("CG-F10", "the same customer as on line 2", 5, 1),
        ]),
        ("bad\na@x.com\na@x.com\n", {"a@x.com"}, [
            ("CG-F09", BAD, 1, 1),
            ("CG-F10", "the same customer as on line 2", 3, 1),
        ]),
        ("a@x.com\na@x.com\n\0", {"a@x.com"}, [
            ("CG-F01", "NUL byte: this is not a text file", 3, 1),
            ("CG-F10", "the same customer as on line 1", 2, 1),
        ]),
    ],
)  # fmt: skip
def test_a_text_file_has_one_address_a_line(
    tmp_path: Path, data: bytes | str, emails: set[str], problems: Told
) -> None:
    by = {"email": emails} if emails else {}
    assert members_of(tmp_path, "m.txt", data) == (by, problems)


def no_header(line: int = 1) -> Told:
    return [("CG-F09", "the header names none of email, pk, erp_code, phone_number", line, 1)]


@pytest.mark.parametrize(
    ("data", "by", "problems"),
    [
        ("email\nA@x.com\nb@x.com\n", {"email": {"a@x.com", "b@x.com"}}, []),
        (
            b"\xef\xbb\xbfName; E-Mail ;EMAIL \r\nAy\xc5\x9fe;x;a@x.com\r\n",
            {"email": {"a@x.com"}},
            [],
        ),
        ("erp_code\tpk\nC-1\t12\nC-2\t\n", {"pk": {"12"}, "erp_code": {"C-2"}}, []),
        (
            "phone_number,email\n+90 532 1,\n,a@x.com\n2,b@x.com\n",
            {"email": {"a@x.com", "b@x.com"}, "phone_number": {"+905321"}},
            [],
        ),
        ('"a;b;c",email\n"x\ny",a@x.com\n"""q""","b@x.com"\n',
         {"email": {"a@x.com", "b@x.com"}}, []),
        ("email,note\n\na@x.com\n,\nb@x.com,x,,\n", {"email": {"a@x.com", "b@x.com"}}, []),
        ("email\n", {}, []),
        ("", {}, no_header()),
        ("a@x.com\nb@x.com\n", {}, no_header()),
        ("\nemail\na@x.com\n", {}, no_header()),
        ("email,Email \na,b\n", {}, [("CG-F09", "the header names email twice", 1, 1)]),
        (
            "note,email,pk\nx,ayse,\ny,,\nz,,012\nq,,1.0\nr,c@x.com,1,2\n'',b@x.com,x\n",
            {"email": {"b@x.com"}},
            [
                ("CG-F09", BAD, 2, 3),
                ("CG-F09", "a row without a key: email, pk empty", 3, 1),
                ("CG-F09", "pk is not a whole number", 4, 4),
                ("CG-F09", "pk is not a whole number", 5, 4),
                ("CG-F09", "4 cells, but the header has 3", 6, 1),
            ],
        ),
        ("note,email\n\"x\ny\",bad\n\"z\n\n\",\n", {}, [
            ("CG-F09", BAD, 2, 5),
            ("CG-F09", "a row without a key: email empty", 4, 1),
        ]),
        ("erp_code\na\x01b\n", {}, [("CG-F09", "control character in erp_code", 2, 1)]),
        ("phone_number\n1\x012\n", {}, [("CG-F09", "control character in phone_number", 2, 1)]),
        ('email\na@x.com\n"b@x.com\n', {"email": {"a@x.com"}},
         [("CG-F09", "not CSV: unexpected end of data", 3, 1)]),
        ('email\n"a"b@x.com\n', {}, [("CG-F09", "not CSV: ',' expected after '\"'", 2, 1)]),
        (b"email\na@x.com\n\xff\n", {"email": {"a@x.com"}},
         [("CG-F01", "byte 0xFF is not UTF-8", 3, 1)]),
        ("pk,erp_code\n7,\n,7\n7,x\n", {"pk": {"7"}, "erp_code": {"7"}},
         [("CG-F10", "the same customer as on line 2", 4, 1)]),
    ],
)  # fmt: skip
def test_a_csv_file_names_customers_by_its_header(
    tmp_path: Path, data: bytes | str, by: dict[KeyField, set[str]], problems: Told
) -> None:
    assert members_of(tmp_path, "m.CSV", data) == (by, problems)


def test_of_many_problems_the_first_are_told(tmp_path: Path) -> None:
    twins = "a@x.com\n" * (MAX_PROBLEMS + 3)
    _, problems = members_of(tmp_path, "m.txt", "bad\n" * (MAX_PROBLEMS + 7) + twins)
    assert problems[:MAX_PROBLEMS] == [("CG-F09", BAD, n + 1, 1) for n in range(MAX_PROBLEMS)]
    assert problems[MAX_PROBLEMS] == ("CG-F09", "and 7 more like these", 1, 1)
    assert problems[-2:] == [
        ("CG-F10", "the same customer as on line 28", 48, 1),
        ("CG-F10", "and 2 more like these", 1, 1),
    ]
    assert len(problems) == 2 * (MAX_PROBLEMS + 1)


def test_no_message_tells_an_address(tmp_path: Path) -> None:
    path = tmp_path / "m.txt"
    path.write_text("ayse@x.com\nayse@x.com\nayse ayse@x.com\n")
    _, problems = read_member_file(path, shown_as="m")
    assert len(problems) == 2
    assert "ayse" not in repr(problems)


def test_a_file_of_another_kind_is_no_member_list(tmp_path: Path) -> None:
    assert members_of(tmp_path, "m.xlsx", "a@x.com") == (
        {},
        [("CG-F09", "`.xlsx` is no kind of member list", 1, 1)],
    )


def test_what_is_no_readable_file_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "folder.txt").mkdir()
    os.mkfifo(tmp_path / "pipe.txt")
    with (tmp_path / "huge.txt").open("wb") as file:
        file.truncate(200_000_001)
    messages = {
        "none.txt": "cannot be read: no such file or directory",
        "folder.txt": "a folder, not a file",
        "pipe.txt": "not a regular file",
        "huge.txt": "200.0 MB, more than the 200 MB that are read",
    }
    for name, message in messages.items():
        keys, problems = read_member_file(tmp_path / name, shown_as="m")
        assert (keys, told(problems)) == (MemberKeys(), [("CG-F01", message, 1, 1)])


def group(file: str, text: str) -> Document:
    document, _ = read_yaml(text.encode(), file=file)
    assert document is not None
    return document


def lists(root: Path, **files: str) -> None:
    (root / "members").mkdir()
    for stem, text in files.items():
        (root / "members" / f"{stem}.txt").write_text(text)


def test_a_group_has_the_members_of_all_its_lists(tmp_path: Path) -> None:
    lists(tmp_path, a="a@x.com\n", b="b@x.com\n")
    (tmp_path / "members" / "c.csv").write_text("pk\n7\n")
    both = group("groups/vip.yaml", "members: {files: [../members/a.txt, ../members/b.txt]}")
    one = group("groups/one.yaml", "members: {files: [../members/c.csv]}")
    none = group("groups/none.yaml", "members: {files: []}")
    assert read_memberships(tmp_path, [both, one, none]) == (
        {
            "groups/vip.yaml": MemberKeys({"email": {"a@x.com", "b@x.com"}}),
            "groups/one.yaml": MemberKeys({"pk": {"7"}}),
            "groups/none.yaml": MemberKeys(),
        },
        (),
    )


def test_a_list_that_two_groups_share_is_read_once(tmp_path: Path) -> None:
    lists(tmp_path, a="a@x.com\nbad\n")
    text = "members: {files: [../members/a.txt]}"
    members, problems = read_memberships(
        tmp_path, [group("g/1.yaml", text), group("g/2.yaml", text)]
    )
    assert members["g/1.yaml"] is members["g/2.yaml"]
    assert [(it.message, it.where) for it in problems] == [(BAD, Position("members/a.txt", 2, 1))]


def test_a_customer_in_two_lists_of_a_group_is_a_warning_there(tmp_path: Path) -> None:
    lists(tmp_path, a="a@x.com\nb@x.com\n", b="B@x.com\nc@x.com\n")
    document = group(
        "groups/vip.yaml",
        "members:\n  files:\n    - ../members/a.txt\n    - ../members/b.txt\n"
        "    - ../members/./a.txt\n",
    )
    members, problems = read_memberships(tmp_path, [document])
    assert len(members["groups/vip.yaml"]) == 3
    assert [(it.code, it.message, it.where, it.severity) for it in problems] == [
        (
            "CG-F10",
            f"{count} of this list in a list above it too",
            Position("groups/vip.yaml", line, 7),
            Severity.WARNING,
        )
        for count, line in [("1 customer", 4), ("2 customers", 5)]
    ]


def test_a_path_that_leads_nowhere_or_out_stands_at_its_line(tmp_path: Path) -> None:
    root = tmp_path / "project"
    root.mkdir()
    (tmp_path / "out.txt").write_text("a@x.com\n")
    document = group(
        "groups/vip.yaml",
        "members:\n  files:\n    - ../members/none.txt\n    - ../../out.txt\n    - .\n",
    )
    members, problems = read_memberships(root, [document])
    assert members == {"groups/vip.yaml": MemberKeys()}
    assert [(it.code, it.message, it.where) for it in problems] == [
        ("CG-F01", "`../members/none.txt`: no such file", Position("groups/vip.yaml", 3, 7)),
        ("CG-F08", "`../../out.txt` leaves the project", Position("groups/vip.yaml", 4, 7)),
        ("CG-F01", "`.`: no such file", Position("groups/vip.yaml", 5, 7)),
    ]


@pytest.mark.parametrize(
    "text", ["", "- a", "members:", "members: [a]", "members: {files: a.txt}", "members: {mode: x}"]
)
def test_what_has_another_shape_is_left_to_the_schema(tmp_path: Path, text: str) -> None:
    assert read_memberships(tmp_path, [group("g.yaml", text)]) == ({}, ())


def test_an_item_that_is_no_path_is_left_to_the_schema(tmp_path: Path) -> None:
    assert read_memberships(tmp_path, [group("g.yaml", "members: {files: [1, null, {}]}")]) == (
        {"g.yaml": MemberKeys()},
        (),
    )
