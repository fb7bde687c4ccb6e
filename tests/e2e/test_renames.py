"""Renames that were not declared, found before anything is lost, against a real shop."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.conftest import Project, Ran
from tests.shop import SandboxShop

SETTING = """
name: Students
slug: {slug}
priority: 20
rule: {{match: [email: {{domain_under: [edu.tr]}}]}}
display: {{price_list: student-tr}}
"""


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=Tester", "-c", "user.email=tester@example.org")
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


def group(name: str, members: list[str], *more: str) -> str:
    lines = [f"name: {name}", *more, "members:", f"  customers: [{', '.join(members)}]"]
    return "\n".join(lines) + "\n"


@pytest.fixture
def people(shop: SandboxShop) -> list[str]:
    """The addresses of ten customers."""
    return [it["email"] for it in shop.customers()[:10]]


@pytest.fixture
def applied(shop_project: Project, tmp_path: Path, people: list[str]) -> Project:
    """A project on a branch, with a group of ten and a setting, as the shop has them."""
    shop_project.write("groups/gold.yaml", group("Gold", people))
    shop_project.write("settings/students.yaml", SETTING.format(slug="students"))
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "Start")
    assert shop_project.run("apply", "--yes").code == 0
    git(tmp_path, "checkout", "-q", "-b", "work")
    return shop_project


def refused(project: Project) -> Ran:
    """Plan and apply, both refused for the same reason; nothing was written."""
    planned, applied = project.run("plan"), project.run("apply", "--yes")
    assert (planned.code, applied.code) == (3, 3)
    assert planned.err == applied.err
    return planned


def test_a_group_under_a_new_name_in_a_new_file(
    applied: Project, shop: SandboxShop, people: list[str]
) -> None:
    before = shop.groups()["Gold"]["pk"]
    (applied.root / "groups/gold.yaml").unlink()
    applied.write("groups/platinum.yaml", group("Platinum", people[1:]))
    ran = refused(applied)
    assert (
        "groups/platinum.yaml:1:1: looks like a rename of group Gold: 9 of 10 members are the same"
    ) in ran.err
    assert "CG-L16" in ran.err
    assert list(shop.groups()) == ["Gold"]
    applied.write("groups/platinum.yaml", group("Platinum", people[1:], "renamed_from: [Gold]"))
    assert applied.run("apply", "--yes").code == 0
    assert {name: it["pk"] for name, it in shop.groups().items()} == {"Platinum": before}
    assert len(shop.members("Platinum")) == 9


def test_a_name_that_is_changed_in_its_file(applied: Project, shop: SandboxShop) -> None:
    applied.write("groups/gold.yaml", "name: Platinum\n")
    assert (
        "looks like a rename of group Gold: this file described it before" in refused(applied).err
    )
    assert list(shop.groups()) == ["Gold"]


def test_who_says_that_it_is_no_rename_gets_a_second_group(
    applied: Project, shop: SandboxShop, people: list[str]
) -> None:
    applied.write("groups/gold.yaml", group("Platinum", people, "not_a_rename: true"))
    ran = applied.run("plan")
    assert ran.code == 0
    assert (
        "groups/gold.yaml:1:1: the file describes another group now; the group Gold stays in the "
        "shop, now unmanaged"
    ) in ran.out
    assert applied.run("apply", "--yes").code == 0
    assert sorted(shop.groups()) == ["Gold", "Platinum"]
    assert shop.members("Platinum") == shop.members("Gold")
    assert applied.run("plan", "--detailed-exitcode").code == 0


def test_a_tombstone_beside_the_same_people(
    applied: Project, shop: SandboxShop, people: list[str]
) -> None:
    applied.write("groups/gold.yaml", "name: Gold\nstate: absent\n")
    applied.write("groups/platinum.yaml", group("Platinum", people))
    assert "remove groups/gold.yaml and write `renamed_from: [Gold]`" in refused(applied).err
    (applied.root / "groups/gold.yaml").unlink()
    applied.write("groups/platinum.yaml", group("Platinum", people, "renamed_from: [Gold]"))
    assert applied.run("apply", "--yes").code == 0
    assert list(shop.groups()) == ["Platinum"]


def test_a_setting_under_a_new_slug(applied: Project, shop: SandboxShop) -> None:
    before = shop.settings()["students"]["pk"]
    (applied.root / "settings/students.yaml").unlink()
    applied.write("settings/pupils.yaml", SETTING.format(slug="pupils"))
    ran = refused(applied)
    assert (
        "settings/pupils.yaml:2:1: looks like a rename of setting students: only slug differs"
    ) in ran.err
    renamed = SETTING.format(slug="pupils") + "renamed_from: [students]\n"
    applied.write("settings/pupils.yaml", renamed)
    assert applied.run("apply", "--yes").code == 0
    assert {slug: it["pk"] for slug, it in shop.settings().items()} == {"pupils": before}


def test_where_all_are_ours_what_the_panel_renamed_is_found(
    applied: Project, shop: SandboxShop
) -> None:
    pk = shop.groups()["Gold"]["pk"]
    shop.call("PATCH", f"{shop.remote}/customer_groups/{pk}/", json={"name": "Best"})
    settings = (applied.root / "cg-sync.yaml").read_text() + "ownership: {groups: all}\n"
    applied.write("cg-sync.yaml", settings)
    ran = refused(applied)
    assert "groups/gold.yaml:1:1: looks like a rename of group Best: 10 of 10 members" in ran.err
    assert "write `renamed_from: [Best]`" in ran.err
    drift = applied.run("drift")
    assert drift.code == 0
    assert "1 warning\n  groups/gold.yaml:1:1: looks like a rename of group Best" in drift.out


def test_members_are_read_only_of_what_goes_while_another_comes(
    applied: Project, shop: SandboxShop, people: list[str]
) -> None:
    def reads() -> list[str]:
        shop.call("DELETE", "/_sandbox/requests/")
        applied.run("plan")
        paths = (path.partition("?")[0] for verb, path, _ in shop.seen() if verb == "GET")
        return [path for path in paths if path.endswith("/customers/") and "groups" in path]

    pk = shop.groups()["Gold"]["pk"]
    (applied.root / "groups/gold.yaml").unlink()
    assert reads() == []
    applied.write("groups/platinum.yaml", group("Platinum", people[:3]))
    assert reads() == []
    applied.write("groups/platinum.yaml", group("Platinum", people))
    assert reads() == [f"{shop.remote}/customer_groups/{pk}/customers/"]


def test_a_read_for_nothing_is_counted_too(
    applied: Project, shop: SandboxShop, people: list[str]
) -> None:
    def gets() -> int:
        calls: dict[str, int] = applied.run("plan", "--format", "json").data["calls"]
        return calls["GET"]

    others = [it["email"] for it in shop.customers()[10:14]]
    (applied.root / "groups/gold.yaml").unlink()
    path = applied.write("groups/platinum.yaml", group("Platinum", [*people[:6], *others]))
    looked = gets()
    path.write_text(path.read_text() + "not_a_rename: true\n")
    assert looked == gets() + 1


def test_in_no_repository_nothing_is_known_of_files_that_were_there(
    shop_project: Project, shop: SandboxShop, people: list[str]
) -> None:
    shop_project.write("groups/gold.yaml", group("Gold", people))
    assert shop_project.run("apply", "--yes").code == 0
    (shop_project.root / "groups/gold.yaml").unlink()
    shop_project.write("groups/platinum.yaml", group("Platinum", people))
    assert shop_project.run("apply", "--yes").code == 0
    assert sorted(shop.groups()) == ["Gold", "Platinum"]
