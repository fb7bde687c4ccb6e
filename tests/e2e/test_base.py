"""`plan --base`: what of a plan is the branch's doing, told from a real repository and a shop."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from cg_sync.workflow.base import check_base
from cg_sync.workflow.check import check_files
from tests.conftest import ATTRIBUTES, PROJECT, Project, Ran
from tests.e2e.test_main_job import AYSE, HUSEYIN, JANE, MEHMET, STUDENTS, VIP
from tests.shop import SandboxShop

SPRING = """
name: Spring
slug: spring
priority: 5
rule: {match: [is_active: true]}
"""

LATER = """
name: Later
slug: later
priority: 7
rule: {match: [is_active: true]}
display: {price_list: not-there-yet}
"""


def git(folder: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=Tester", "-c", "user.email=tester@example.org")
    command = ["git", *identity, *arguments]
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def commit(folder: Path, message: str = "A commit") -> str:
    git(folder, "add", "--all", ".")
    git(folder, "commit", "-q", "-m", message)
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture
def branch(shop_project: Project, shop: SandboxShop) -> Project:
    """A branch of its own, made where main was applied: a group, a setting, and another setting."""
    shop_project.write("groups/vip.yaml", VIP)
    shop_project.write("settings/student-discount.yaml", STUDENTS)
    shop_project.write("settings/spring.yaml", SPRING)
    git(shop_project.root, "init", "-q", "-b", "main")
    commit(shop_project.root, "Start")
    assert shop_project.run("apply", "--yes").code == 0
    git(shop_project.root, "switch", "-q", "-c", "work")
    return shop_project


def plan(project: Project, *arguments: str) -> Any:
    ran = project.run("plan", "--base", "main", "--format", "json", *arguments)
    assert ran.code == 0, ran.err
    return ran.data


def origins(data: Any) -> dict[str, Mapping[str, str]]:
    return {it["key"]: it["origins"] for it in data["changes"]}


def by_hand(shop: SandboxShop, slug: str, **fields: Any) -> None:
    """Somebody changes a setting in the panel."""
    path = f"{shop.remote}/customer_group_settings/{shop.settings()[slug]['pk']}/"
    shop.call("PATCH", path, json=fields)


def test_fields_are_told_apart(branch: Project, shop: SandboxShop) -> None:
    branch.write(
        "settings/student-discount.yaml",
        STUDENTS.replace("priority: 20", "priority: 15").replace("name: Student", "name: Your"),
    )
    by_hand(shop, "student-discount", priority=99, is_active=False)
    by_hand(shop, "spring", name="Frühling")
    data = plan(branch)
    assert origins(data) == {
        "spring": {"name": "drift"},
        "student-discount": {"name": "yours", "priority": "both", "active": "drift"},
    }
    assert data["already_live"] == []


def test_the_text_says_whose_doing_it_is(branch: Project, shop: SandboxShop) -> None:
    branch.write("settings/student-discount.yaml", STUDENTS.replace("20", "15"))
    by_hand(shop, "spring", name="Frühling")
    out = branch.run("plan", "--base", "main").out
    began = git(branch.root, "rev-parse", "main")[:12]
    assert f"Held against {began}: 1 yours, 1 drift.\n" in out
    assert "~ setting student-discount  settings/student-discount.yaml:2:1  [yours]\n" in out
    assert "~ setting spring  settings/spring.yaml:2:1  [drift]\n" in out


def test_without_a_base_nobody_is_told_apart(branch: Project, shop: SandboxShop) -> None:
    by_hand(shop, "spring", name="Frühling")
    ran = branch.run("plan", "--format", "json")
    assert ["origins" in it for it in ran.data["changes"]] == [False]
    assert "[drift]" not in branch.run("plan").out


def test_a_base_changes_nothing_about_the_plan_itself(branch: Project, shop: SandboxShop) -> None:
    branch.write("settings/student-discount.yaml", STUDENTS.replace("20", "15"))
    by_hand(shop, "spring", name="Frühling")
    with_base, without = plan(branch), branch.run("plan", "--format", "json").data
    assert with_base["digest"] == without["digest"]
    assert with_base["calls"] == without["calls"]


def test_a_change_by_hand_that_the_branch_writes_down_is_already_live(
    branch: Project, shop: SandboxShop
) -> None:
    by_hand(shop, "student-discount", priority=15)
    branch.write("settings/student-discount.yaml", STUDENTS.replace("20", "15"))
    data = plan(branch)
    kind = "customer_group_setting"
    assert data["already_live"] == [{"kind": kind, "key": "student-discount"}]
    assert data["changes"] == []
    out = branch.run("plan", "--base", "main").out
    assert "Already live: this branch changes it, and the shop has it\n  settings: stu" in out


def test_resources_are_told_apart_when_they_come_and_go(branch: Project, shop: SandboxShop) -> None:
    branch.write("groups/new.yaml", "name: New\n")
    branch.write("settings/spring.yaml", "slug: spring\nstate: absent\n")
    pk = shop.settings()["student-discount"]["pk"]
    shop.call("DELETE", f"{shop.remote}/customer_group_settings/{pk}/")
    assert origins(plan(branch)) == {
        "New": {"": "yours"},
        "spring": {"": "yours"},
        "student-discount": {"": "drift"},
    }


def test_a_rename_is_the_branchs_doing(branch: Project) -> None:
    (branch.root / "settings/spring.yaml").unlink()
    renamed = SPRING.replace("slug: spring", "slug: summer\nrenamed_from: [spring]")
    branch.write("settings/summer.yaml", renamed)
    assert origins(plan(branch)) == {"summer": {"slug": "yours"}}


@pytest.mark.parametrize(
    ("wanted", "in_shop", "origin"),
    [
        ((AYSE, MEHMET, JANE), (AYSE, MEHMET), "yours"),
        ((AYSE,), (AYSE, MEHMET), "yours"),
        ((AYSE, MEHMET), (AYSE, MEHMET, HUSEYIN), "drift"),
        ((AYSE, MEHMET), (AYSE,), "drift"),
        ((AYSE, MEHMET, JANE), (AYSE, MEHMET, HUSEYIN), "both"),
    ],
)
def test_members_are_told_apart_one_by_one(
    branch: Project,
    shop: SandboxShop,
    wanted: tuple[str, ...],
    in_shop: tuple[str, ...],
    origin: str,
) -> None:
    pks = {it["email"].lower(): it["pk"] for it in shop.customers()}
    path = f"{shop.remote}/customer_groups/{shop.groups()['VIP']['pk']}/customers"
    change = {"bulk_add": set(in_shop) - {AYSE, MEHMET}, "bulk_remove": {MEHMET} - set(in_shop)}
    for verb, people in change.items():
        if people:
            shop.call("POST", f"{path}/{verb}/", json={"customers": [pks[it] for it in people]})
    branch.write("groups/vip.yaml", f"name: VIP\nmembers:\n  customers: [{', '.join(wanted)}]\n")
    assert origins(plan(branch)) == {"VIP": {"members": origin}}


def test_members_in_a_snapshot_are_yours_as_soon_as_the_list_changes(
    branch: Project, shop: SandboxShop
) -> None:
    pk = next(it["pk"] for it in shop.customers() if it["email"].lower() == HUSEYIN)
    path = f"{shop.remote}/customer_groups/{shop.groups()['VIP']['pk']}/customers"
    shop.call("POST", f"{path}/bulk_add/", json={"customers": [pk]})
    assert branch.run("snapshot", "-o", "snapshot.json").code == 0
    assert origins(plan(branch, "--against", "snapshot.json")) == {"VIP": {"members": "drift"}}
    branch.write("groups/vip.yaml", f"name: VIP\nmembers:\n  customers: [{AYSE}]\n")
    assert origins(plan(branch)) == {"VIP": {"members": "both"}}
    assert origins(plan(branch, "--against", "snapshot.json")) == {"VIP": {"members": "yours"}}


def test_a_member_list_is_read_as_it_was(branch: Project, shop: SandboxShop) -> None:
    group = "name: Listed\nmembers: {files: [../members/listed.txt]}\n"
    branch.write("groups/listed.yaml", group)
    branch.write("members/listed.txt", f"{AYSE}\n")
    branch.write(".gitattributes", "members/** export-ignore\n")
    commit(branch.root)
    git(branch.root, "branch", "-f", "main")
    assert branch.run("apply", "--yes").code == 0
    branch.write("members/listed.txt", f"{AYSE}\n{JANE}\n")
    assert origins(plan(branch)) == {"Listed": {"members": "yours"}}


def test_a_value_list_that_grows_is_the_branchs_doing(branch: Project) -> None:
    rule = "rule: {match: [email: {domain_under: {list: schools}}]}"
    written = STUDENTS.partition("rule:")[0] + rule + "\n"
    branch.write("settings/student-discount.yaml", written)
    branch.write("lists/schools.yaml", "values: [edu.tr]\n")
    commit(branch.root)
    git(branch.root, "branch", "-f", "main")
    assert branch.run("apply", "--yes").code == 0
    branch.write("lists/schools.yaml", "values: [edu.tr, k12.tr]\n")
    assert origins(plan(branch)) == {"student-discount": {"rule": "yours"}}


@pytest.fixture
def attribute_renamed(branch: Project) -> Project:
    """The branch calls an attribute otherwise, which the rule of a setting names."""
    city = STUDENTS.partition("rule:")[0] + "rule: {match: [city: Bursa]}\n"
    branch.write("settings/student-discount.yaml", city)
    branch.write("settings/spring.yaml", SPRING + "display: {price_list: student-tr}\n")
    commit(branch.root)
    git(branch.root, "branch", "-f", "main")
    assert branch.run("apply", "--yes").code == 0
    branch.write("settings/student-discount.yaml", city.replace("city", "town"))
    branch.write("attributes.yaml", ATTRIBUTES.replace("  city:", "  town:"))
    return branch


def test_an_attribute_that_is_called_otherwise_is_no_change(attribute_renamed: Project) -> None:
    data = plan(attribute_renamed)
    assert (data["changes"], data["already_live"]) == ([], [])


def test_an_attribute_that_is_called_otherwise_hides_no_drift(
    attribute_renamed: Project, shop: SandboxShop
) -> None:
    by_hand(shop, "student-discount", config={"slug": "any-rule"}, priority=9)
    later = attribute_renamed.write("settings/later.yaml", LATER)
    git(attribute_renamed.root, "add", "settings/later.yaml")
    git(attribute_renamed.root, "commit", "-q", "-m", "What the shop cannot give yet")
    git(attribute_renamed.root, "branch", "-f", "main")
    later.unlink()
    written = SPRING.replace("5", "6") + "display: {price_list: student-tr}\n"
    attribute_renamed.write("settings/spring.yaml", written)
    assert origins(plan(attribute_renamed)) == {
        "spring": {"priority": "yours"},
        "student-discount": {"priority": "drift", "rule": "drift"},
    }


# --- which commit


def test_the_base_is_where_the_branch_began(branch: Project) -> None:
    """What main got since then is not this branch's doing, and not known to it."""
    began = git(branch.root, "rev-parse", "HEAD")
    branch.write("settings/student-discount.yaml", STUDENTS.replace("20", "15"))
    commit(branch.root)
    git(branch.root, "switch", "-q", "main")
    branch.write("settings/spring.yaml", SPRING.replace("5", "7"))
    commit(branch.root)
    assert branch.run("apply", "--yes").code == 0
    git(branch.root, "switch", "-q", "work")
    data = plan(branch)
    assert data["source"]["base"] == began
    assert origins(data) == {
        "spring": {"priority": "drift"},
        "student-discount": {"priority": "yours"},
    }
    git(branch.root, "-c", "user.name=T", "-c", "user.email=t@example.org", "merge", "-q", "main")
    assert origins(plan(branch)) == {"student-discount": {"priority": "yours"}}


def test_on_the_base_itself_what_is_not_committed_is_yours(
    branch: Project, shop: SandboxShop
) -> None:
    git(branch.root, "switch", "-q", "main")
    by_hand(shop, "spring", name="Frühling")
    branch.write("settings/student-discount.yaml", STUDENTS.replace("20", "15"))
    assert origins(plan(branch)) == {
        "spring": {"name": "drift"},
        "student-discount": {"priority": "yours"},
    }


def test_a_project_in_a_folder_of_its_repository(branch: Project, shop: SandboxShop) -> None:
    names = ("cg-sync.yaml", "attributes.yaml", "groups", "settings")
    (branch.root / "shop").mkdir()
    for name in names:
        git(branch.root, "mv", name, f"shop/{name}")
    commit(branch.root, "Move")
    git(branch.root, "branch", "-f", "main")
    by_hand(shop, "spring", name="Frühling")
    branch.write("shop/settings/student-discount.yaml", STUDENTS.replace("20", "15"))
    assert origins(plan(branch, "--project", "shop")) == {
        "spring": {"name": "drift"},
        "student-discount": {"priority": "yours"},
    }


def test_a_project_that_is_new_in_the_branch_is_all_yours(
    shop_project: Project, shop: SandboxShop
) -> None:
    root = shop_project.root
    git(root, "init", "-q", "-b", "main")
    git(root, "commit", "-q", "--allow-empty", "-m", "Start")
    git(root, "switch", "-q", "-c", "work")
    shop_project.write("groups/vip.yaml", VIP)
    shop_project.write("settings/spring.yaml", SPRING)
    shop.make_setting("spring", name="Spring", priority=9)
    assert origins(plan(shop_project)) == {
        "VIP": {"": "yours"},
        "spring": {"priority": "yours", "rule": "yours"},
    }


def test_an_environment_that_is_new_in_the_branch_is_all_yours(
    branch: Project, shop: SandboxShop
) -> None:
    by_hand(shop, "spring", name="Frühling")
    branch.write("cg-sync.yaml", PROJECT.replace("test:", "renamed:"))
    assert origins(plan(branch)) == {"spring": {"name": "yours"}}


# --- refusals


def refused(project: Project, *arguments: str) -> Ran:
    ran = project.run("plan", *arguments)
    assert (ran.code, ran.out) == (64, "")
    return ran


@pytest.mark.parametrize("ref", ["nope", "--output=x"])
def test_a_base_that_is_no_commit_is_wrong_usage(branch: Project, ref: str) -> None:
    assert f"{ref}" in refused(branch, f"--base={ref}").err


def test_a_base_outside_of_git_is_wrong_usage(
    shop_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(shop_project.root.parent))
    assert "git says: not a git repository" in refused(shop_project, "--base", "main").err


def test_errors_in_the_files_of_the_base_are_not_taken_for_those_of_the_branch(
    branch: Project,
) -> None:
    branch.write("groups/broken.yaml", "nmae: Broken\n")
    broken = commit(branch.root)
    git(branch.root, "branch", "-f", "main")
    (branch.root / "groups/broken.yaml").unlink()
    ran = refused(branch, "--base", "main")
    assert f"{broken[:12]}, where this branch left main, has 1 problem in its files" in ran.err
    assert "groups/broken.yaml:1:1" in ran.err
    branch.write("attributes.yaml", "attributes: 1\n")
    commit(branch.root)
    git(branch.root, "branch", "-f", "main")
    git(branch.root, "checkout", "-q", "HEAD~1", "attributes.yaml")
    assert (
        "has 1 problem in its files, first attributes.yaml" in refused(branch, "--base", "main").err
    )


def test_the_base_needs_nothing_of_what_the_address_is_made_of(branch: Project) -> None:
    """Its cg-sync.yaml may use a variable that nobody sets any more."""
    address = "CG_SYNC_SANDBOX_URL:-http://127.0.0.1:9"
    branch.write("cg-sync.yaml", PROJECT.replace(address, "NO_LONGER_SET"))
    commit(branch.root)
    git(branch.root, "branch", "-f", "main")
    branch.write("cg-sync.yaml", PROJECT)
    assert plan(branch)["changes"] == []


def test_nothing_of_the_base_is_left_behind(
    branch: Project, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path_factory.mktemp("scratch")
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    checked = check_files(branch.root, environment=None, environ=None)
    base = check_base(checked, "main", environ={})
    assert base.checked is not None
    assert list(folder.rglob("*")) == []
    assert not base.checked.root.exists()
