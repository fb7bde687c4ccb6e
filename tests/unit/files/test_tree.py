"""What of a project is read, in which order, and what is pointed out."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cg_sync.core.document import Document
from cg_sync.errors import Position, Problem
from cg_sync.files.tree import Tree, read_tree
from cg_sync.jsonvalue import JsonValue

FOLDERS = {"customer_group": "groups", "customer_group_setting": "settings"}


def make(root: Path, files: dict[str, str | bytes]) -> None:
    for name, data in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data if isinstance(data, bytes) else data.encode())


def a_document(file: str, content: JsonValue) -> Document:
    return Document(file, content, dict)


def test_a_project_is_read_whole_and_in_the_order_of_names(tmp_path: Path) -> None:
    make(tmp_path, {
        "cg-sync.yaml": "version: 1",
        "attributes.yaml": "a: 1",
        "lists/b.yaml": "- b",
        "lists/a.yaml": "- a",
        "groups/Z.yaml": "name: Z",
        "groups/a.yaml": "name: a",
        "groups/README.txt": "x",
        "groups/notes.md": "x",
        "groups/.vip.yaml.swp": "{",
        "groups/.notes": "x",
        "groups/drafts/text.md": "x",
        "settings/s.yaml": "slug: s",
        "conditions/open.yaml": "condition: []",
        "other/x.yaml": "{",
    })  # fmt: skip
    tree, problems = read_tree(tmp_path, FOLDERS)
    assert problems == ()
    assert tree == Tree(
        tmp_path,
        a_document("cg-sync.yaml", {"version": 1}),
        a_document("attributes.yaml", {"a": 1}),
        {"a": a_document("lists/a.yaml", ["a"]), "b": a_document("lists/b.yaml", ["b"])},
        {"open": a_document("conditions/open.yaml", {"condition": []})},
        {
            "customer_group": (
                a_document("groups/Z.yaml", {"name": "Z"}),
                a_document("groups/a.yaml", {"name": "a"}),
            ),
            "customer_group_setting": (a_document("settings/s.yaml", {"slug": "s"}),),
        },
    )
    assert list(tree.lists) == ["a", "b"]


def told(root: Path) -> list[tuple[str, str, str]]:
    """Code, message and place of each problem."""
    return [(it.code, it.message, str(it.where)) for it in read_tree(root, FOLDERS)[1]]


def test_a_folder_without_project_file_is_no_project(tmp_path: Path) -> None:
    tree, problems = read_tree(tmp_path, FOLDERS)
    nothing = Tree(
        tmp_path, None, None, {}, {}, {"customer_group": (), "customer_group_setting": ()}
    )
    assert tree == nothing
    assert problems == (
        Problem(
            "CG-F17",
            "there is no cg-sync.yaml in this folder",
            Position("cg-sync.yaml"),
            "go to the project's folder, or run `cg-sync init`",
        ),
    )


def test_a_yaml_file_that_would_not_be_read_is_an_error_and_another_stray_file_a_warning(
    tmp_path: Path,
) -> None:
    make(tmp_path, {
        "cg-sync.yaml": "",
        "attributes.yml": "",
        "lists/a.YAML": "",
        "groups/.old/c.yml": "",
        "groups/.vip.yaml": "",
        "groups/README.yml": "",
        "groups/a.yml": "",
        "groups/b.json": "",
        "groups/c.yaml~": "",
        "groups/deep/er/c.yaml": "",
        "settings/.YAML": "",
    })  # fmt: skip
    _, problems = read_tree(tmp_path, FOLDERS)
    assert [(it.where and it.where.file, it.severity.value, it.hint) for it in problems] == [
        ("attributes.yml", "warning", "rename it to attributes.yaml"),
        ("lists/a.YAML", "error", "name it *.yaml, or move it elsewhere"),
        ("groups/.old/", "error", "move its files up into groups/, or out of it"),
        ("groups/.vip.yaml", "error", "name it *.yaml, or move it elsewhere"),
        ("groups/README.yml", "error", "name it *.yaml, or move it elsewhere"),
        ("groups/a.yml", "error", "name it *.yaml, or move it elsewhere"),
        ("groups/b.json", "warning", "name it *.yaml, or move it elsewhere"),
        ("groups/c.yaml~", "warning", "name it *.yaml, or move it elsewhere"),
        ("groups/deep/", "error", "move its files up into groups/, or out of it"),
        ("settings/.YAML", "error", "name it *.yaml, or move it elsewhere"),
    ]
    assert {(it.code, it.message) for it in problems} == {("CG-F15", "would be ignored")}


def test_a_project_file_with_the_wrong_ending_is_no_project(tmp_path: Path) -> None:
    make(tmp_path, {"cg-sync.yml": ""})
    assert [code for code, *_ in told(tmp_path)] == ["CG-F15", "CG-F17"]


def test_two_lists_that_differ_only_by_case_are_one_too_many(tmp_path: Path) -> None:
    make(tmp_path, {"cg-sync.yaml": "", "lists/VIP.yaml": "", "lists/vip.yaml": ""})
    if len(list((tmp_path / "lists").iterdir())) < 2:
        pytest.skip("this disk takes upper and lower case as one")
    assert told(tmp_path) == [
        (
            "CG-F07",
            "value list `vip` differs only by case from lists/VIP.yaml",
            "lists/vip.yaml:1:1",
        )
    ]


def test_what_cannot_be_read_is_a_problem_and_the_rest_is_read(tmp_path: Path) -> None:
    make(
        tmp_path, {"cg-sync.yaml": b"\xff", "groups/a.yaml": "a: 1\na: 2", "groups/z.yaml": "z: 1"}
    )
    (tmp_path / "groups/folder.yaml").mkdir()
    os.mkfifo(tmp_path / "groups/pipe.yaml")
    (tmp_path / "groups/dangling.yaml").symlink_to("nowhere.yaml")
    with (tmp_path / "groups/huge.yaml").open("wb") as file:
        file.truncate(50_000_000)
    (tmp_path / "settings").write_text("a file")
    tree, _ = read_tree(tmp_path, FOLDERS)
    assert tree.project is None
    assert tree.resources["customer_group"] == (a_document("groups/z.yaml", {"z": 1}),)
    assert told(tmp_path) == [
        ("CG-F01", "byte 0xFF is not UTF-8", "cg-sync.yaml:1:1"),
        ("CG-F03", "key `a` is written twice, first on line 1", "groups/a.yaml:2:1"),
        ("CG-F01", "cannot be read: no such file or directory", "groups/dangling.yaml:1:1"),
        ("CG-F01", "a folder, not a file", "groups/folder.yaml:1:1"),
        ("CG-F01", "50.0 MB, more than the 10 MB that are read", "groups/huge.yaml:1:1"),
        ("CG-F01", "not a regular file", "groups/pipe.yaml:1:1"),
        ("CG-F01", "cannot be read: not a directory", "settings:1:1"),
    ]


def test_a_symbolic_link_may_not_lead_out_of_the_project(tmp_path: Path) -> None:
    root = tmp_path / "project"
    make(root, {"groups/real.yaml": "a: 1"})
    make(tmp_path, {"cg-sync.yaml": "a: 1", "out/s.yaml": "a: 1"})
    (root / "cg-sync.yaml").symlink_to("../cg-sync.yaml")
    (root / "groups/alias.yaml").symlink_to("real.yaml")
    (root / "groups/loop.yaml").symlink_to("loop.yaml")
    (root / "groups/out.yaml").symlink_to("../../out/s.yaml")
    (root / "settings").symlink_to("../out")
    tree, problems = read_tree(root, FOLDERS)
    assert tree.project is None
    assert [it.file for it in tree.resources["customer_group"]] == [
        "groups/alias.yaml",
        "groups/real.yaml",
    ]
    assert [(it.code, str(it.where)) for it in problems] == [
        ("CG-F08", "cg-sync.yaml:1:1"),
        ("CG-F08", "groups/loop.yaml:1:1"),
        ("CG-F08", "groups/out.yaml:1:1"),
        ("CG-F08", "settings:1:1"),
    ]
