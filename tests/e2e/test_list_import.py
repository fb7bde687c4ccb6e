"""Looking at a shop and adopting it, and the commands that need none: as a user runs them."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from cg_sync.core.kind import Spec
from cg_sync.jsonvalue import JsonValue
from cg_sync.workflow.adopt import adopt
from cg_sync.workflow.check import check_files
from cg_sync.workflow.connect import open_shop
from tests.conftest import Project
from tests.e2e.proxy import Answer, Asked, Forward, Proxy
from tests.shop import START_SECONDS, SandboxShop
from tests.unmeasured import unmeasured

STUDENT = {
    "slug": "and-rule",
    "children": [
        {"slug": "email-domain-rule", "domains": ["edu.tr"], "subdomains": True},
        {"slug": "not-rule", "child": {"slug": "user-attribute-rule", "key": "attributes.city",
                                       "values": ["İzmir", "Bursa"], "missing": True}},
    ],
}  # fmt: skip


def content(project: Project, name: str) -> Any:
    """What one file of the project says, read by another parser than ours."""
    return yaml.safe_load((project.root / name).read_text(encoding="utf-8"))


def assert_planned_empty(project: Project) -> None:
    """validate is content, and a plan finds nothing to do."""
    assert project.run("validate").code == 0
    again = project.run("plan", "--detailed-exitcode", "--format", "json")
    assert again.code == 0, again.out + again.err
    assert again.data["changes"] == []


# --- list


def test_groups_are_listed_with_the_active_filters_above(
    shop_project: Project, shop: SandboxShop
) -> None:
    shop.make_group("VIP İstanbul", [1, 3])
    shop.make_group("Wholesale", [4])
    ran = shop_project.run("list", "groups")
    assert ran.code == 0
    assert [line.split()[1] for line in ran.out.splitlines()] == [
        "name",
        "VIP",
        "Wholesale",
        "groups",
    ]
    ran = shop_project.run("list", "groups", "--where", "name contains istanbul")
    lines = ran.out.splitlines()
    assert lines[0] == "filter: name contains istanbul  (by cg-sync)"
    assert lines[-1] == "1 group"
    assert "Wholesale" not in ran.out


def test_groups_are_found_by_a_member(shop_project: Project, shop: SandboxShop) -> None:
    shop.make_group("VIP", [1, 3])
    shop.make_group("Wholesale", [4])
    ran = shop_project.run(
        "list", "groups", "--member", "email domain_under toptan.example",
        "--member", "is_active=true",
    )  # fmt: skip
    assert ran.out.splitlines()[:2] == [
        "filter: a member with email domain_under toptan.example  (by cg-sync)",
        "filter: a member with is_active = true  (by cg-sync)",
    ]
    assert ("Wholesale" in ran.out, "VIP" in ran.out) == (True, False)
    rows = shop_project.run(
        "list", "groups", "--member", "email domain_is acme.example", "-o", "json"
    )
    assert rows.data == []


def test_settings_are_listed_with_codes_and_filtered_by_them(
    shop_project: Project, shop: SandboxShop
) -> None:
    one = shop.make_setting("student", priority=2, price_list=2, stock_list=2)
    two = shop.make_setting("nobody", priority=1, price_list=7, is_active=False)
    rows = shop_project.run("list", "settings", "--format", "json").data
    assert rows == [
        {"pk": one, "slug": "student", "name": "student", "priority": 2, "active": True,
         "price_list": "student-tr", "stock_list": "online"},
        {"pk": two, "slug": "nobody", "name": "nobody", "priority": 1, "active": False,
         "price_list": 7, "stock_list": None},
    ]  # fmt: skip
    for where, found in (
        ("price_list=student-tr", ["student"]),
        ("is_active=false", ["nobody"]),
        ("stock_list is missing", ["nobody"]),
        ("slug != nobody", ["student"]),
        ("slug in nobody, student", ["student", "nobody"]),
    ):
        rows = shop_project.run("list", "settings", "--where", where, "-o", "json").data
        assert [it["slug"] for it in rows] == found, where


def test_customers_are_filtered_by_the_shop_where_it_can_and_always_here(
    shop_project: Project, shop: SandboxShop
) -> None:
    ran = shop_project.run(
        "list", "customers", "--where", "email domain_under edu.tr", "--where", "is_active=true",
        "--where", "city=istanbul",
    )  # fmt: skip
    assert ran.out.splitlines()[:3] == [
        "filter: email domain_under edu.tr  (by cg-sync)",
        "filter: is_active = true  (by the shop)",
        "filter: city = istanbul  (by cg-sync)",
    ]
    expected = [
        it["pk"]
        for it in shop.customers()
        if re.search(r"[.@]edu\.tr$", it["email"].lower())
        and it["is_active"]
        and (it["attributes"].get("city") or "").lower().replace("i̇", "i") == "istanbul"
    ]
    assert expected
    assert f"{len(expected)} customers" == ran.out.splitlines()[-1]
    assert [path for _, path, _ in shop.seen() if "is_active=true" in path]


def test_a_record_without_pk_is_listed_by_its_id(
    proxy: Proxy, shop_project: Project, shop: SandboxShop
) -> None:
    pk = shop.make_setting("vip", priority=1, price_list=1)

    def by_id(asked: Asked, forward: Forward) -> Answer:
        answer = forward(asked)
        if asked.method != "GET":
            return answer
        rows = [{**it, "pk": None, "id": it["pk"]} for it in answer.data["results"]]
        return answer.with_data({**answer.data, "results": rows})

    expected = shop_project.run("list", "settings", "-o", "json").data
    proxy.behave = by_id
    assert shop_project.run("list", "settings", "-o", "json").data == expected
    assert [(it["pk"], type(it["price_list"])) for it in expected] == [(pk, str)]


def test_a_filter_that_the_shop_ignores_is_done_here(
    proxy: Proxy, shop_project: Project, shop: SandboxShop
) -> None:
    def deaf(asked: Asked, forward: Forward) -> Answer:
        path = re.sub(r"[?&]is_active=\w+", "?", asked.path).replace("?&", "?")
        return forward(Asked(asked.method, path, asked.body, asked.headers))

    proxy.behave = deaf
    rows = shop_project.run("list", "customers", "--where", "is_active=false", "-o", "json").data
    inactive = [it["pk"] for it in shop.customers() if not it["is_active"]]
    assert [it["pk"] for it in rows] == inactive


def test_a_table_is_cut_at_the_limit_and_says_so_but_csv_and_json_are_whole(
    shop_project: Project, shop: SandboxShop
) -> None:
    total = len(shop.customers())
    ran = shop_project.run("list", "customers", "--limit", "3")
    assert ran.out.splitlines()[-1] == (
        f"{total} customers; {total - 3} not shown (--limit 0 shows all)"
    )
    assert len(ran.out.splitlines()) == 1 + 3 + 1
    assert len(shop_project.run("list", "customers", "--limit", "0").out.splitlines()) == total + 2
    rows = shop_project.run("list", "customers", "--limit", "3", "-o", "json").data
    assert [it["pk"] for it in rows] == [it["pk"] for it in shop.customers()]
    text = shop_project.run("list", "customers", "--limit", "3", "-o", "csv").out
    assert len(list(csv.DictReader(io.StringIO(text)))) == total


def test_a_csv_of_customers_is_a_member_file(shop_project: Project, shop: SandboxShop) -> None:
    where = ("--where", "email domain_under example.com")
    text = shop_project.run("list", "customers", *where, "-o", "csv").out
    shop_project.write("members/private.csv", text)
    shop_project.write("groups/p.yaml", "name: P\nmembers: {files: [../members/private.csv]}\n")
    assert shop_project.run("apply", "--yes").code == 0
    wanted = [
        it["email"].lower()
        for it in shop.customers()
        if re.search(r"[.@]example\.com$", it["email"].lower())
    ]
    assert shop.members("P") == sorted(wanted)
    assert_planned_empty(shop_project)


# --- import


def made_by_hand(shop: SandboxShop) -> None:
    """A shop as people leave it."""
    shop.make_group("VIP Müşteriler", [1, 3, 7])
    shop.make_group("herkes", list(range(1, 21)) + list(range(22, 33)))
    shop.make_group("Empty: ${HOME} #1")
    shop.make_setting("student", name="Öğrenci", priority=3, price_list=2, stock_list=2,
                      config=STUDENT, start_date="2026-01-05T00:00:00+03:00",
                      end_date="2027-01-05T12:30:00Z")  # fmt: skip
    shop.make_setting("off", is_active=False, priority=3)
    shop.make_setting("odd", priority=4, config={"slug": "weather-rule", "rain": [1, 2.5, None]})


def test_an_imported_shop_plans_to_nothing(shop_project: Project, shop: SandboxShop) -> None:
    made_by_hand(shop)
    ran = shop_project.run("import")
    assert ran.code == 0, ran.err
    assert ran.out.splitlines()[-1] == "7 files written; 0 resources have a file already"
    assert_planned_empty(shop_project)
    assert content(shop_project, "groups/vip-musteriler.yaml") == {
        "name": "VIP Müşteriler",
        "members": {
            "mode": "exact",
            "customers": [
                "ayse.yilmaz@ogr.ornek-universitesi.edu.tr",
                "mehmet.demir@example.com",
                "Zeynep.KAYA@Ogr.Ornek-Universitesi.EDU.TR",
            ],
        },
    }
    herkes = content(shop_project, "groups/herkes.yaml")
    assert herkes["members"] == {"mode": "exact", "files": ["../members/herkes.txt"]}
    assert len((shop_project.root / "members/herkes.txt").read_text().splitlines()) == 31
    assert content(shop_project, "settings/student.yaml") == {
        "name": "Öğrenci",
        "slug": "student",
        "priority": 3,
        "starts_at": content(shop_project, "settings/student.yaml")["starts_at"],
        "ends_at": content(shop_project, "settings/student.yaml")["ends_at"],
        "rule": {
            "match": [{"email": {"domain_under": ["edu.tr"]}}],
            "except": [{"city": {"in": ["Bursa", "İzmir"], "missing": "drop"}}],
        },
        "display": {"price_list": "student-tr", "stock_list": "online"},
    }
    assert "settings/odd.yaml" in ran.err
    assert "kept as raw" in ran.err
    written = [verb for verb, path, _ in shop.seen() if verb not in ("GET", "OPTIONS")]
    assert set(written) == {"POST"}  # ours, when the shop was made
    again = shop_project.run("import")
    assert again.out == "0 files written; 6 resources have a file already\n"


@pytest.mark.parametrize("slug", ["short", "long-" + "x" * 100], ids=["alone", "after a warning"])
def test_a_file_that_would_not_mean_the_live_record_is_left_out(
    shop_project: Project, shop: SandboxShop, slug: str
) -> None:
    shop.make_setting(slug, priority=1)
    checked = check_files(shop_project.root, environment=None, environ=os.environ)
    kind = next(it for it in checked.kinds if it.folder == "settings")

    def garbled(spec: Spec) -> dict[str, JsonValue]:
        return {**kind.to_document(spec), "priority": 2}

    reader = open_shop(checked, environ=os.environ, writable=False)
    wrong = replace(checked, kinds=(replace(kind, to_document=garbled),))
    adopted = adopt(wrong, reader, only=frozenset({"settings"}), members=False)
    assert adopted.files == ()
    assert [it.message for it in adopted.problems if "no file can say" in it.message] == [
        f"setting {slug}: no file can say this: the file would not mean the same as the live record"
    ]
    whole = adopt(checked, reader, only=frozenset({"settings"}), members=False)
    assert [it.path for it in whole.files] == [f"settings/{slug[:100]}.yaml"]


def test_an_import_that_is_only_tried_writes_nothing(
    shop_project: Project, shop: SandboxShop
) -> None:
    made_by_hand(shop)
    before = sorted(shop_project.root.rglob("*"))
    ran = shop_project.run("import", "--dry-run")
    assert "+ groups/herkes.yaml" in ran.out
    assert "7 files would be written" in ran.out
    assert sorted(shop_project.root.rglob("*")) == before


def test_an_import_can_be_narrowed(shop_project: Project, shop: SandboxShop) -> None:
    made_by_hand(shop)
    data = shop_project.run("import", "--only", "settings", "--format", "json").data
    assert data["files"] == [f"settings/{it}.yaml" for it in ("student", "off", "odd")]
    data = shop_project.run("import", "--no-members", "--format", "json").data
    names = ["vip-musteriler", "herkes", "empty-home-1"]
    assert data["files"] == [f"groups/{it}.yaml" for it in names]
    assert content(shop_project, "groups/herkes.yaml") == {"name": "herkes"}
    assert not (shop_project.root / "members").exists()
    assert_planned_empty(shop_project)


def test_an_import_leaves_files_that_are_there_as_they_are(
    shop_project: Project, shop: SandboxShop
) -> None:
    made_by_hand(shop)
    mine = shop_project.write("groups/herkes.yaml", "name: Something else  # mine\n")
    other = shop_project.write("groups/v.yaml", "name: VIP Müşteriler\nnote: mine\n")
    texts = [mine.read_text(), other.read_text()]
    data = shop_project.run("import", "--only", "groups", "--format", "json").data
    assert data["files"] == [
        "members/herkes-2.txt",
        "groups/herkes-2.yaml",
        "groups/empty-home-1.yaml",
    ]
    assert data["described"] == 1
    assert [mine.read_text(), other.read_text()] == texts


def test_what_no_file_can_say_is_reported_and_left_out(
    proxy: Proxy, shop_project: Project, shop: SandboxShop
) -> None:
    fine = shop.make_setting("fine", priority=1)
    nameless = shop.make_group("Nameless")
    shop.make_setting("codeless", priority=2, price_list=7)
    shop.make_setting("same-priority", priority=1)
    shop.make_group("twins")
    shop.make_group("TWINS")

    def broken(asked: Asked, forward: Forward) -> Answer:
        answer = forward(asked)
        if asked.path.startswith(f"{shop.remote}/customer_groups/?"):
            rows = [
                {**it, "name": ""} if it["pk"] == nameless else it for it in answer.data["results"]
            ]
            return answer.with_data({**answer.data, "results": rows})
        return answer

    proxy.behave = broken
    ran = shop_project.run("import", "--format", "json")
    assert (ran.code, fine > 0) == (0, True)
    assert ran.data["files"] == ["groups/twins.yaml", "settings/fine.yaml"]
    said = [it["message"] for it in ran.data["problems"]]
    assert said[0] == f"group with id {nameless}: it has no name"
    assert said[1].startswith("group TWINS: no file can say this: name: TWINS is already")
    assert said[2].startswith("setting codeless: no file can say this: display.price_list")
    assert said[3].startswith("setting same-priority: no file can say this: priority: 1 is also")
    assert len(said) == 4
    assert not [it for it in said if "would not mean the same" in it]
    assert_planned_empty(shop_project)


# --- the rest of the commands


def test_a_new_project_validates_plans_and_applies(
    project: Project, shop: SandboxShop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CG_SYNC_SANDBOX_URL", shop.url)
    monkeypatch.setenv("CG_SYNC_TOKEN", shop.token)
    monkeypatch.setenv("CG_SYNC_ENV", "sandbox")
    ran = project.run("init", "fresh")
    assert (ran.code, "cg-sync.yaml" in ran.out.splitlines()) == (0, True)
    monkeypatch.chdir(tmp_path / "fresh")
    for command in (["validate"], ["fmt", "--check"], ["plan"], ["apply", "--yes"]):
        ran = project.run(*command, "--project", str(tmp_path / "fresh"))
        assert ran.code == 0, ran.out + ran.err
    assert "student-discount" in shop.settings()
    ran = project.run("plan", "--detailed-exitcode")
    assert ran.code == 0
    again = project.run("init")
    assert (again.code, "this is a project already" in again.err) == (64, True)


def test_fmt_lays_out_files_and_check_only_tells(project: Project) -> None:
    assert project.run("fmt").code == 0
    messy = project.write(
        "groups/vip.yaml", "name:   VIP   # ours  \n\n\n\nmembers:  {customers: []}\r\n"
    )
    before = messy.read_bytes()
    ran = project.run("fmt", "--check")
    assert (ran.code, ran.out) == (3, "groups/vip.yaml\n")
    assert messy.read_bytes() == before
    assert project.run("fmt").out == "groups/vip.yaml\n"
    assert b"# ours" in messy.read_bytes()
    assert b"\r" not in messy.read_bytes()
    assert project.run("fmt", "--check").code == 0


def test_schemas_are_printed_and_refreshed(project: Project) -> None:
    names = project.run("schema").out.split()
    assert {"condition", "group", "setting"} <= set(names)
    schema = project.run("schema", "group").data
    assert schema["title"] == "Customer group"
    written = project.run("schema", "--write").out.split()
    assert written == [f"schemas/{name}.schema.json" for name in names]
    assert json.loads((project.root / "schemas/group.schema.json").read_text()) == schema


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts_are_printed(project: Project, shell: str) -> None:
    ran = project.run("completion", shell)
    assert (ran.code, "_CG_SYNC_COMPLETE" in ran.out) == (0, True)


def test_the_environments_of_the_project_are_completed(project: Project) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from cg_sync.cli.main import run; run()"],
        cwd=project.root,
        env={"_CG_SYNC_COMPLETE": "bash_complete", "COMP_WORDS": "cg-sync plan --env ",
             "COMP_CWORD": "3"},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert "plain,test" in done.stdout, done.stderr


def test_the_sandbox_command_starts_a_shop_and_stops_on_sigterm(tmp_path: Path) -> None:
    ready = tmp_path / "ready.json"
    process = subprocess.Popen(
        [sys.executable, "-m", "cg_sync", "sandbox", "--port", "0", "--customers", "10",
         "--ready-file", str(ready)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )  # fmt: skip
    assert process.stdout is not None
    first = process.stdout.readline()
    deadline = time.monotonic() + START_SECONDS
    while not ready.exists():
        assert process.poll() is None
        assert time.monotonic() < deadline
    about = json.loads(ready.read_text())
    headers = {"Authorization": f"Token {about['token']}"}
    url = f"{about['url']}/api/v1/channel/1/customers/"
    assert requests.get(url, headers=headers, timeout=30).json()["count"] > 0
    process.send_signal(signal.SIGTERM)
    rest, _ = process.communicate(timeout=30)
    assert about["url"] in first + rest
    assert process.returncode in (0, 143)
    assert "Traceback" not in rest
    assert not ready.exists()


def test_the_demo_plays_to_its_end_and_a_student_sees_other_prices() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "cg_sync", "demo"],
        env=unmeasured(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    seen = re.findall(r"^setting: (.+?) +price list: (\S+) +stock list: (\S+)$", done.stdout, re.M)
    assert seen == [("none", "retail-tr", "main"), ("Student Discount", "student-tr", "online")]
    prices = re.findall(r"^  Linen shirt +(\S+) TRY$", done.stdout, re.M)
    assert prices == ["899.90", "764.92"]
    codes = [int(it) for it in re.findall(r"^\(exit code (\d+)\)$", done.stdout, re.M)]
    assert codes == [0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 3]


# --- what is refused before anything happens


@pytest.mark.parametrize("name", ["members/vip.csv", "../outside.yaml"])
def test_fmt_leaves_alone_what_is_no_yaml_file_of_the_project(
    project: Project, tmp_path: Path, name: str
) -> None:
    path = project.write(name, "name:   x\n")
    assert (project.run("fmt", name).code, path.read_text()) == (64, "name:   x\n")


def test_schema_refuses_a_name_beside_write(project: Project) -> None:
    assert project.run("schema", "group", "--write").code == 64


def test_init_where_no_folder_can_be_made_is_wrong_usage(project: Project) -> None:
    project.write("file", "")
    ran = project.run("init", "file/shop")
    assert ran.code == 64
    assert "no project can be made in file/shop" in ran.err


def test_a_csv_names_its_filters_on_stderr(shop_project: Project) -> None:
    ran = shop_project.run("list", "customers", "--where", "is_active=true", "-o", "csv")
    assert "filter: is_active = true  (by the shop)" in ran.err
    assert "filter" not in ran.out


def test_a_folder_of_lists_is_pointed_out_where_it_is_named(project: Project) -> None:
    project.write("members/vip.csv", "email\n")
    project.write("groups/vip.yaml", "name: VIP\nmembers: {files: [../members]}\n")
    ran = project.run("validate")
    assert "groups/vip.yaml:2:19: `../members`: a folder, not a file CG-F01" in ran.err
