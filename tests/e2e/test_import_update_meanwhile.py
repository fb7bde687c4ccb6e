"""`import --update` while somebody works in the files: nothing that they write is undone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cg_sync.files.writing import write_text
from cg_sync.workflow.update import update
from tests.conftest import Project
from tests.e2e.test_import_update import (
    SETTING,
    VIP,
    applied,
    assert_planned_empty,
    change_members,
    email_of,
    give_domains,
    patch_setting,
    put,
    two_settings,
    updated,
    with_list,
)
from tests.shop import SandboxShop

Meanwhile = Callable[[str, Callable[[], object]], None]


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    """Has something done right after a step: `fetch_live`, `find_members` or `proved`."""

    def schedule(step: str, do: Callable[[], object]) -> None:
        real = getattr(update, step)

        def then(*arguments: Any) -> Any:
            result = real(*arguments)
            do()
            return result

        monkeypatch.setattr(update, step, then)

    return schedule


def test_a_file_whose_resource_is_as_in_the_shop_is_not_touched(
    shop_project: Project, shop: SandboxShop, meanwhile: Meanwhile
) -> None:
    two_settings(shop_project)
    applied(shop_project)
    patch_setting(shop, "a", name="new")
    mine = "name: mine\nslug: b\npriority: 2\nrule: {match: everyone}\n"
    meanwhile("fetch_live", lambda: put(shop_project, "settings/b.yaml", mine))
    data = updated(shop_project, "--format", "json").data
    assert (data["files"], data["unchanged"]) == (["settings/a.yaml"], 1)
    assert (shop_project.root / "settings/b.yaml").read_text() == mine


@pytest.mark.parametrize("mine", [SETTING.replace("20  ", "30  "), "name: [\n", None])
def test_a_file_that_was_changed_is_left_alone_and_others_are_not(
    shop_project: Project, shop: SandboxShop, meanwhile: Meanwhile, mine: str | None
) -> None:
    two_settings(shop_project)
    path = put(shop_project, "settings/student.yaml", SETTING)
    applied(shop_project)
    patch_setting(shop, "student", name="New")
    patch_setting(shop, "a", name="new")

    def write() -> None:
        path.unlink()
        if mine is not None:
            path.write_text(mine)

    meanwhile("fetch_live", write)
    ran = updated(shop_project)
    assert "settings/student.yaml was changed while the shop was read CG-L17" in ran.err
    assert "run it again" in ran.err
    assert "student.yaml" not in ran.out
    assert (path.read_text() if path.exists() else None) == mine
    assert "name: new\n" in (shop_project.root / "settings/a.yaml").read_text()


def test_a_comment_that_was_written_meanwhile_stays(
    shop_project: Project, shop: SandboxShop, meanwhile: Meanwhile
) -> None:
    path = put(shop_project, "settings/student.yaml", SETTING)
    applied(shop_project)
    patch_setting(shop, "student", priority=9)
    meanwhile("fetch_live", lambda: path.write_text(f"# mine\n{SETTING}"))
    updated(shop_project)
    assert path.read_text() == f"# mine\n{SETTING}".replace("priority: 20", "priority: 9")
    assert_planned_empty(shop_project)


def test_a_value_list_that_was_changed_is_left_alone(
    shop_project: Project, shop: SandboxShop, meanwhile: Meanwhile
) -> None:
    path = with_list(shop_project)
    applied(shop_project)
    give_domains(shop, "ac.uk", "edu.tr")
    mine = path.read_text() + "  - mine.example\n"
    meanwhile("fetch_live", lambda: path.write_text(mine))
    ran = updated(shop_project)
    assert "lists/schools.yaml was changed while the shop was read CG-L17" in ran.err
    assert (ran.out, path.read_text()) == ("", mine)


def with_members(project: Project, shop: SandboxShop) -> tuple[Path, Path]:
    """A group with two in a list and one beside it, of whom the shop has lost the first."""
    members = put(project, "members/vip.txt", f"{email_of(shop, 1)}\n{email_of(shop, 2)}\n")
    text = "name: VIP\nmembers:\n  files: [../members/vip.txt]\n  customers: [{pk: 3}]\n"
    group = put(project, "groups/vip.yaml", text)
    applied(project)
    change_members(shop, "VIP", "bulk_remove", 1)
    return group, members


@pytest.mark.parametrize("step", ["fetch_live", "find_members"])
@pytest.mark.parametrize("mine", ["{all}mine@example.com\n", "{second}\n", b"\xff", None])
def test_a_member_list_that_was_changed_is_left_alone(
    shop_project: Project,
    shop: SandboxShop,
    meanwhile: Meanwhile,
    step: str,
    mine: str | bytes | None,
) -> None:
    group, members = with_members(shop_project, shop)
    before = group.read_bytes()
    if isinstance(mine, str):
        mine = mine.format(all=members.read_text(), second=email_of(shop, 2)).encode()

    def write() -> None:
        members.unlink()
        if mine is not None:
            members.write_bytes(mine)

    meanwhile(step, write)
    ran = updated(shop_project)
    assert "members/vip.txt was changed while the shop was read CG-L17" in ran.err
    assert "mine@" not in ran.out + ran.err
    assert (members.read_bytes() if members.exists() else None) == mine
    assert group.read_bytes() == before


def test_a_comment_that_was_written_into_a_member_list_stays(
    shop_project: Project, shop: SandboxShop, meanwhile: Meanwhile
) -> None:
    _, members = with_members(shop_project, shop)
    mine = f"# mine\n{members.read_text()}"
    meanwhile("find_members", lambda: members.write_text(mine))
    updated(shop_project)
    assert members.read_text() == f"# mine\n{email_of(shop, 2)}\n"
    assert_planned_empty(shop_project)


def test_a_member_list_stays_when_the_file_that_names_it_was_changed(
    shop_project: Project, shop: SandboxShop, meanwhile: Meanwhile
) -> None:
    group, members = with_members(shop_project, shop)
    before = members.read_bytes()
    mine = group.read_text() + "  mode: at_least\n"
    meanwhile("find_members", lambda: group.write_text(mine))
    ran = updated(shop_project)
    assert "groups/vip.yaml was changed while the shop was read CG-L17" in ran.err
    assert (group.read_text(), members.read_bytes()) == (mine, before)


def test_a_list_that_others_name_too_is_left_alone_as_well(
    shop_project: Project, shop: SandboxShop, meanwhile: Meanwhile
) -> None:
    both = put(shop_project, "members/both.txt", f"{email_of(shop, 1)}\n")
    group = put(
        shop_project,
        "groups/a.yaml",
        "name: a\nmembers:\n  files: [../members/both.txt]\n  customers: [{pk: 2}]\n",
    )
    put(shop_project, "groups/b.yaml", "name: b\nmembers: {files: [../members/both.txt]}\n")
    applied(shop_project)
    before = group.read_bytes()
    change_members(shop, "a", "bulk_remove", 2)
    meanwhile("fetch_live", lambda: both.write_text(f"{email_of(shop, 1)}\nmine@example.com\n"))
    ran = updated(shop_project)
    assert "members/both.txt was changed while the shop was read CG-L17" in ran.err
    assert group.read_bytes() == before


def test_nothing_is_written_when_a_file_changes_at_the_last_moment(
    shop_project: Project, shop: SandboxShop, meanwhile: Meanwhile
) -> None:
    two_settings(shop_project)
    applied(shop_project)
    for slug in ("a", "b"):
        patch_setting(shop, slug, name="new")
    first = (shop_project.root / "settings/a.yaml").read_bytes()
    mine = "name: mine\nslug: b\npriority: 2\nrule: {match: everyone}\n"
    meanwhile("proved", lambda: put(shop_project, "settings/b.yaml", mine))
    ran = shop_project.run("import", "--update")
    assert (ran.code, ran.out) == (3, "")
    assert "settings/b.yaml:1:1: was changed while the shop was read CG-F19" in ran.err
    assert (shop_project.root / "settings/a.yaml").read_bytes() == first
    assert (shop_project.root / "settings/b.yaml").read_text() == mine


def test_a_file_that_changes_while_others_are_written_is_not_overwritten(
    shop_project: Project, shop: SandboxShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    two_settings(shop_project)
    applied(shop_project)
    for slug in ("a", "b"):
        patch_setting(shop, slug, name="new")
    mine = "name: mine\nslug: b\npriority: 2\nrule: {match: everyone}\n"

    def write_and_edit(path: Path, text: str, *, inside: Path) -> None:
        write_text(path, text, inside=inside)
        put(shop_project, "settings/b.yaml", mine)

    monkeypatch.setattr(update, "write_text", write_and_edit)
    ran = shop_project.run("import", "--update")
    assert ran.code == 3
    assert "name: new\n" in (shop_project.root / "settings/a.yaml").read_text()
    assert (shop_project.root / "settings/b.yaml").read_text() == mine


def test_the_last_of_a_list_goes(shop_project: Project, shop: SandboxShop) -> None:
    members = put(shop_project, "members/vip.txt", f"{email_of(shop, 1)}\n")
    put(shop_project, "groups/vip.yaml", VIP + "  files: [../members/vip.txt]\n")
    applied(shop_project)
    change_members(shop, "VIP", "bulk_remove", 1)
    updated(shop_project)
    assert members.read_bytes() == b""
    assert_planned_empty(shop_project)
