"""Nobody is named in what commands print by default, whatever the files and the shop hold."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cg_sync.report.formats import PLAN_FORMATS, PROBLEM_FORMATS
from tests.conftest import Project, Ran
from tests.shop import SandboxShop

LOCAL = "zz-marker.person"
MARKER = f"{LOCAL}@example.com"


def assert_nobody_named(ran: Ran, *codes: int) -> None:
    assert ran.code in codes, ran.out + ran.err
    assert LOCAL not in ran.out
    assert LOCAL not in ran.err


@pytest.fixture
def marked(shop_project: Project, shop: SandboxShop) -> Project:
    """A project and a shop in which one person's address stands wherever a text can stand."""
    project = shop_project
    some = [it["pk"] for it in shop.customers()[:6]]
    rule = {"city": {"in": [MARKER, "other@example.com"]}}
    shop.make_group(f"Panel {MARKER}", some[:2])
    shop.make_group(f"Gone {MARKER}", some[2:4])
    shop.make_group("VIP", some)
    kept = f"{{pk: {some[0]}}}"
    project.write("groups/vip.yaml", f"name: VIP\nmembers: {{customers: [{MARKER}, {kept}]}}\n")
    project.write("groups/new.yaml", f"name: New {MARKER}\nmembers: {{customers: [{MARKER}]}}\n")
    project.write("groups/gone.yaml", f"name: Gone {MARKER}\nstate: absent\n")
    first = {"name": f"Mail {MARKER}", "slug": "mail", "priority": 5, "rule": {"match": [rule]}}
    project.write("settings/mail.yaml", json.dumps(first))
    assert project.run("apply", "--yes").code == 0
    shop.make_group(f"Gone {MARKER}", some[2:4])
    other = {"city": {"in": [MARKER, "Bursa"]}}
    then = {**first, "name": f"Now {MARKER}", "rule": {"match": [other]}, "note": MARKER}
    project.write("settings/mail.yaml", json.dumps(then))
    return project


@pytest.mark.parametrize("command", ["plan", "drift"])
def test_a_plan_names_nobody_in_any_format(command: str, marked: Project) -> None:
    for form in PLAN_FORMATS:
        assert_nobody_named(marked.run(command, "--format", form), 0)


def test_a_saved_plan_is_shown_without_names(marked: Project) -> None:
    assert_nobody_named(marked.run("plan", "-o", "plan.json"), 0)
    for form in PLAN_FORMATS:
        assert_nobody_named(marked.run("show", "plan.json", "--format", form), 0)


def test_of_a_saved_plan_only_what_is_applied_says_what_authors_wrote(marked: Project) -> None:
    assert marked.run("plan", "-o", "plan.json").code == 0
    data = json.loads(Path("plan.json").read_text())
    for change in data["bound"]["changes"]:
        del change["after"], change["key"]
    assert LOCAL not in json.dumps(data)


@pytest.mark.parametrize("form", ["text", "json"])
def test_verify_and_apply_name_nobody(form: str, marked: Project, shop: SandboxShop) -> None:
    assert_nobody_named(marked.run("plan", "-o", "plan.json"), 0)
    pk = shop.settings()["mail"]["pk"]
    path = f"{shop.remote}/customer_group_settings/{pk}/"
    shop.call("PATCH", path, json={"name": f"Panel {MARKER}"})
    files = ("--result-file", "result.json")
    assert_nobody_named(marked.run("verify", "plan.json", "--format", form, *files), 5)
    assert LOCAL not in Path("result.json").read_text()
    assert_nobody_named(marked.run("apply", "plan.json", "--yes", "--format", form, *files), 5)
    assert LOCAL not in Path("result.json").read_text()
    skip = ("--on-stale", "skip", "--yes", "--format", form, *files)
    assert_nobody_named(marked.run("apply", "plan.json", *skip), 5, 6)
    assert_nobody_named(marked.run("apply", "--yes", "--format", form, *files), 0)
    assert LOCAL not in Path("result.json").read_text()


@pytest.mark.parametrize("command", ["validate", "plan", "analyse"])
def test_problems_name_nobody(command: str, marked: Project) -> None:
    marked.write("groups/twice.yaml", f"name: New {MARKER}\n{MARKER}: 1\n")
    marked.write("settings/bad.yaml", f"slug: {MARKER}\nrule: {{match: [{{city: {MARKER}}}]}}\n")
    for form in PROBLEM_FORMATS:
        assert_nobody_named(marked.run(command, "--format", form), 3)


def test_a_snapshot_names_nobody(marked: Project) -> None:
    assert_nobody_named(marked.run("snapshot", "-o", "snapshot.json"), 0)
    assert LOCAL not in Path("snapshot.json").read_text()
    assert_nobody_named(marked.run("plan", "--against", "snapshot.json"), 0)
