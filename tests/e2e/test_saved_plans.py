"""Saved plans, end to end over HTTP: what was read is what is applied, or nothing is."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import click
import pytest

from cg_sync.core.seal import sealed
from cg_sync.report.formats import PLAN_FORMATS
from tests.builders import allowing
from tests.conftest import Project, Ran
from tests.e2e.proxy import Answer, Asked, Forward, Proxy
from tests.e2e.test_main_job import AYSE, HUSEYIN, JANE, MEHMET, STUDENTS, VIP, assert_converged
from tests.shop import SandboxShop

WRITES = {"POST", "PATCH", "PUT", "DELETE"}


def saved(project: Project, *arguments: str) -> dict[str, Any]:
    """What `plan -o` writes, as data."""
    ran = project.run("plan", "-o", "plan.json", *arguments)
    assert ran.code == 0, ran.err
    return written(project)


def written(project: Project) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((project.root / "plan.json").read_text())
    return data


def edited(project: Project, data: dict[str, Any], *, seal: bool) -> None:
    """Put changed data where the plan was; with `seal` as somebody would who can compute a hash."""
    made = sealed(data, "") if seal else data
    (project.root / "plan.json").write_text(json.dumps(made))


def verdicts(ran: Ran) -> dict[str, str]:
    return {it["key"]: it["standing"] for it in ran.data["changes"]}


def writes(shop: SandboxShop, since: int) -> list[tuple[str, str, int]]:
    return [it for it in shop.seen()[since:] if it[0] in WRITES and "login" not in it[1]]


@pytest.fixture
def two(shop_project: Project) -> Project:
    """A project with a group and a setting that the shop does not have yet."""
    shop_project.write("groups/vip.yaml", VIP)
    shop_project.write("settings/student-discount.yaml", STUDENTS)
    return shop_project


# --- the straight way


def test_a_saved_plan_is_applied_as_it_was_read(two: Project, shop: SandboxShop) -> None:
    data = saved(two)
    # Whatever the files say by now: the plan is what was read.
    two.write("settings/student-discount.yaml", STUDENTS.replace("20", "99"))
    ran = two.run("apply", "plan.json", "--yes")
    assert ran.code == 0, ran.err
    assert "converged: yes, the shop is as planned" in ran.out
    assert shop.settings()["student-discount"]["priority"] == 20
    assert shop.members("VIP") == sorted([AYSE, MEHMET])
    assert data["digest"][:12] in ran.out


def test_a_saved_plan_is_for_its_owner_alone(two: Project) -> None:
    saved(two)
    path = two.root / "plan.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text().count("\n") == 1


def test_the_same_plan_is_the_same_file_but_for_times_and_seal(two: Project) -> None:
    files = []
    for _ in range(2):
        data = saved(two)
        del data["seal"], data["bound"]["made_at"]
        del data["forecast"]["seconds"], data["forecast"]["pace"]  # As fast as the shop was.
        files.append(json.dumps(data))
    assert files[0] == files[1]


def test_customers_stand_in_the_file_by_pk_and_masked(two: Project) -> None:
    saved(two)
    text = (two.root / "plan.json").read_text()
    assert AYSE not in text
    assert "a***@ogr.ornek-universitesi.edu.tr" in text


def test_a_plan_that_a_guard_refuses_is_saved_and_still_refused(
    shop_project: Project, shop: SandboxShop
) -> None:
    for number in range(12):
        shop.make_group(f"Group {number}")
        if number < 5:
            shop_project.write(f"groups/{number}.yaml", f"name: Group {number}\nstate: absent\n")
    data = saved(shop_project)
    assert [it["rule"] for it in data["guards"]] == ["max_delete_share"]
    assert shop_project.run("apply", "plan.json", "--yes").code == 4
    assert len(shop.groups()) == 12
    allowed = allowing("max_delete_share", data["digest"][:12])
    ran = shop_project.run("apply", "plan.json", "--yes", "--allow", allowed)
    assert ran.code == 0, ran.err
    assert len(shop.groups()) == 7


def test_guards_are_held_against_the_shop_of_today(
    shop_project: Project, shop: SandboxShop
) -> None:
    """What was a small part of the shop when the plan was made may be a large one now."""
    for number in range(20):
        shop.make_group(f"Group {number}")
        if number < 5:
            shop_project.write(f"groups/{number}.yaml", f"name: Group {number}\nstate: absent\n")
    assert saved(shop_project)["guards"] == []
    for name, record in shop.groups().items():
        if name in {f"Group {number}" for number in range(10, 18)}:
            shop.call("DELETE", f"{shop.remote}/customer_groups/{record['pk']}/")
    ran = shop_project.run("apply", "plan.json", "--yes")
    assert ran.code == 4
    assert "this plan is refused by 1 guard" in ran.err
    assert len(shop.groups()) == 12


# --- show


@pytest.mark.parametrize("form", PLAN_FORMATS)
def test_a_saved_plan_is_shown_in_every_format_without_project_and_shop(
    form: str, two: Project, tmp_path_factory: pytest.TempPathFactory, monkeypatch: Any
) -> None:
    live = two.run("plan", "-o", "plan.json", "--format", form)
    assert live.code == 0, live.err
    plan = two.root / "plan.json"
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    monkeypatch.delenv("CG_SYNC_TOKEN")
    monkeypatch.delenv("CG_SYNC_SANDBOX_URL")
    shown = two.run("show", str(plan), "--format", form)
    assert shown.code == 0, shown.err
    assert shown.out == live.out


def test_a_report_can_go_to_a_file(two: Project) -> None:
    saved(two)
    ran = two.run("show", "plan.json", "--format", "json", "-o", "report.json")
    assert (ran.code, ran.out) == (0, "")
    assert json.loads((two.root / "report.json").read_text())["summary"]["create"] == 2


# --- stale or not


def test_a_plan_still_stands_when_nothing_moved(two: Project) -> None:
    saved(two)
    ran = two.run("verify", "plan.json", "--format", "json")
    assert (ran.code, ran.data["valid"]) == (0, True)
    assert verdicts(ran) == {"VIP": "ok", "student-discount": "ok"}


def test_what_is_not_ours_may_move(two: Project, shop: SandboxShop) -> None:
    saved(two)
    shop.make_group("Panel experiment")
    assert two.run("verify", "plan.json").code == 0
    assert two.run("apply", "plan.json", "--yes").code == 0


def test_an_applied_plan_has_nothing_left_to_do(two: Project, shop: SandboxShop) -> None:
    saved(two)
    assert two.run("apply", "plan.json", "--yes").code == 0
    ran = two.run("verify", "plan.json", "--format", "json")
    assert (ran.code, verdicts(ran)) == (0, {"VIP": "already", "student-discount": "already"})
    before = len(shop.seen())
    assert two.run("apply", "plan.json", "--yes").code == 0
    assert writes(shop, before) == []
    assert_converged(two)


@pytest.fixture
def crossed(two: Project, shop: SandboxShop) -> Project:
    """A saved plan that updates two settings, of which somebody has changed one since."""
    two.write("settings/spring.yaml", STUDENTS.replace("student-discount", "spring")
              .replace("Student Discount", "Spring").replace("20", "30"))  # fmt: skip
    assert two.run("apply", "--yes").code == 0
    for name, old, new in (("student-discount", "20", "15"), ("spring", "30", "25")):
        path = two.root / f"settings/{name}.yaml"
        path.write_text(path.read_text().replace(old, new))
    saved(two)
    pk = shop.settings()["student-discount"]["pk"]
    shop.call("PATCH", f"{shop.remote}/customer_group_settings/{pk}/", json={"priority": 7})
    return two


def test_a_change_that_somebody_crossed_stops_the_plan(crossed: Project, shop: SandboxShop) -> None:
    before = len(shop.seen())
    ran = crossed.run("apply", "plan.json", "--yes")
    assert ran.code == 5
    assert "priority  then 20, now 7" in ran.out
    assert writes(shop, before) == []
    checked = crossed.run("verify", "plan.json", "--format", "json")
    assert checked.code == 5
    assert verdicts(checked) == {"spring": "ok", "student-discount": "conflict"}


def test_what_still_stands_can_be_applied_alone(crossed: Project, shop: SandboxShop) -> None:
    ran = crossed.run("apply", "plan.json", "--yes", "--on-stale", "skip", "--format", "json")
    assert ran.code == 6
    assert "1 change left out" in ran.err
    assert ran.data["apply"]["converged"] is False
    assert [it["key"] for it in ran.data["apply"]["left_out"]] == ["student-discount"]
    assert shop.settings()["spring"]["priority"] == 25
    assert shop.settings()["student-discount"]["priority"] == 7


def test_when_all_is_crossed_nothing_is_tried(crossed: Project, shop: SandboxShop) -> None:
    pk = shop.settings()["spring"]["pk"]
    shop.call("PATCH", f"{shop.remote}/customer_group_settings/{pk}/", json={"priority": 8})
    before = len(shop.seen())
    ran = crossed.run("apply", "plan.json", "--yes", "--on-stale", "skip")
    assert ran.code == 5
    assert "2 changes of 2 cannot be made as planned; nothing was changed" in ran.err
    assert writes(shop, before) == []


def test_nobody_loses_a_group_while_the_other_is_crossed(
    shop_project: Project, shop: SandboxShop
) -> None:
    """Who is moved from A to B stays in A when somebody crossed B."""
    pks = {it["email"]: it["pk"] for it in shop.customers()}
    shop.make_group("A", [pks[AYSE], pks[MEHMET]])
    group = shop.make_group("B", [pks[HUSEYIN]])
    shop_project.write("groups/a.yaml", f"name: A\nmembers: {{customers: [{MEHMET}]}}\n")
    shop_project.write("groups/b.yaml", f"name: B\nmembers: {{customers: [{HUSEYIN}, {AYSE}]}}\n")
    saved(shop_project)
    path = f"{shop.remote}/customer_groups/{group}/customers/bulk_add/"
    shop.call("POST", path, json={"customers": [pks[JANE]]})
    ran = shop_project.run("apply", "plan.json", "--yes", "--on-stale", "skip")
    assert ran.code == 5
    assert AYSE in shop.members("A")


def test_a_record_made_anew_is_not_deleted_by_a_new_plan(two: Project, shop: SandboxShop) -> None:
    assert two.run("apply", "--yes").code == 0
    two.write("groups/vip.yaml", "name: VIP\nstate: absent\n")
    saved(two)
    shop.call("DELETE", f"{shop.remote}/customer_groups/{shop.groups()['VIP']['pk']}/")
    pks = {it["email"]: it["pk"] for it in shop.customers()}
    shop.make_group("VIP", [pks[HUSEYIN], pks[JANE]])
    ran = two.run("apply", "plan.json", "--yes", "--on-stale", "replan")
    assert ran.code == 5
    assert "would do something else than the saved one: VIP" in ran.err
    assert "VIP" in shop.groups()


def test_a_group_that_welcomes_others_is_still_not_a_stranger_s(
    two: Project, shop: SandboxShop
) -> None:
    two.write("groups/vip.yaml", VIP.replace("members:", "members:\n  mode: at_least"))
    saved(two)
    shop.make_group("VIP", [it["pk"] for it in shop.customers()[:9]])
    assert two.run("verify", "plan.json").code == 5


def test_a_new_plan_that_does_anything_else_is_not_applied(
    crossed: Project, shop: SandboxShop
) -> None:
    ran = crossed.run("apply", "plan.json", "--yes", "--on-stale", "replan")
    assert ran.code == 5
    assert "student-discount" in ran.err
    assert shop.settings()["spring"]["priority"] == 30


def test_a_new_plan_that_does_less_is_applied(crossed: Project, shop: SandboxShop) -> None:
    # The owner of the other change takes it over into the files.
    path = crossed.root / "settings/student-discount.yaml"
    path.write_text(path.read_text().replace("15", "7"))
    ran = crossed.run("apply", "plan.json", "--yes", "--on-stale", "replan")
    assert ran.code == 0, ran.err
    assert shop.settings()["spring"]["priority"] == 25
    assert_converged(crossed)


def test_another_member_is_a_conflict_where_membership_is_exact(
    two: Project, shop: SandboxShop
) -> None:
    assert two.run("apply", "--yes").code == 0
    two.write("groups/vip.yaml", VIP.replace(AYSE, HUSEYIN))
    saved(two)
    other = next(it["pk"] for it in shop.customers() if it["email"] not in {AYSE, MEHMET, HUSEYIN})
    group = shop.groups()["VIP"]["pk"]
    path = f"{shop.remote}/customer_groups/{group}/customers/bulk_add/"
    shop.call("POST", path, json={"customers": [other]})
    ran = two.run("verify", "plan.json")
    assert ran.code == 5
    assert "members  then 2 members, now 3 members, others than planned" in ran.out


def test_a_plan_that_is_half_done_is_finished(two: Project, shop: SandboxShop) -> None:
    """As after a crash: the group is there, one of its two members is."""
    saved(two)
    pks = {it["email"]: it["pk"] for it in shop.customers()}
    shop.make_group("VIP", [pks[AYSE]])
    ran = two.run("verify", "plan.json", "--format", "json")
    assert verdicts(ran) == {"VIP": "ok", "student-discount": "ok"}
    before = len(shop.seen())
    ran = two.run("apply", "plan.json", "--yes")
    assert ran.code == 0, ran.err
    assert shop.members("VIP") == sorted([AYSE, MEHMET])
    assert [verb for verb, _, _ in writes(shop, before)] == ["POST", "POST"]  # members, setting
    assert_converged(two)


def test_a_group_that_somebody_made_otherwise_is_a_conflict(
    two: Project, shop: SandboxShop
) -> None:
    saved(two)
    pks = {it["email"]: it["pk"] for it in shop.customers()}
    shop.make_group("VIP", [pks[HUSEYIN]])
    assert two.run("verify", "plan.json").code == 5


def test_a_record_that_was_made_anew_is_a_conflict(two: Project, shop: SandboxShop) -> None:
    assert two.run("apply", "--yes").code == 0
    two.write("groups/vip.yaml", "name: VIP\nstate: absent\n")
    saved(two)
    pk = shop.groups()["VIP"]["pk"]
    shop.call("DELETE", f"{shop.remote}/customer_groups/{pk}/")
    assert two.run("verify", "plan.json").code == 0
    shop.make_group("VIP")
    ran = two.run("apply", "plan.json", "--yes")
    assert ran.code == 5
    assert "made anew by somebody else" in ran.out
    assert "VIP" in shop.groups()


# --- plans that must not be used


def refused(project: Project, *arguments: str) -> str:
    """Every way to use the plan is refused, for the same reason; nothing is written."""
    reasons = set()
    for command in (["apply", "plan.json", "--yes"], ["verify", "plan.json"]):
        ran = project.run(*command, *arguments)
        assert ran.code == 5, ran.out + ran.err
        assert "nothing was changed" in ran.err
        reasons.add(next(it for it in ran.err.splitlines() if it.startswith("error: ")))
    (reason,) = reasons
    return reason


def test_a_plan_that_was_edited_is_refused(two: Project) -> None:
    data = saved(two)
    data["bound"]["changes"][1]["after"]["content"]["priority"] = 1
    edited(two, data, seal=False)
    assert "was changed after it was written" in refused(two)
    assert two.run("show", "plan.json").code == 5


def test_an_edited_plan_with_a_hash_of_its_own_does_not_agree_with_itself(two: Project) -> None:
    data = saved(two)
    data["bound"]["changes"][1]["after"]["content"]["priority"] = 1
    edited(two, data, seal=True)
    assert "would not mean what was planned" in refused(two)


def forged(project: Project, *, shown: bool) -> None:
    """A plan with another price list, sealed by somebody who knows how; its report may show it."""
    text = STUDENTS.replace("student-tr", "staff")
    two = (project.root / "settings/student-discount.yaml").read_text()
    project.write("settings/student-discount.yaml", text)
    other = saved(project)
    project.write("settings/student-discount.yaml", two)
    data = other if shown else {**saved(project), "bound": other["bound"]}
    data["digest"] = other["digest"]
    edited(project, data, seal=True)


def test_a_plan_that_shows_something_else_than_it_writes_is_refused(two: Project) -> None:
    forged(two, shown=False)
    assert "would write something else than it shows" in refused(two)


def test_a_plan_that_the_files_do_not_ask_for_is_refused_on_demand(
    two: Project, shop: SandboxShop
) -> None:
    forged(two, shown=True)
    ran = two.run("apply", "plan.json", "--yes", "--check-files")
    assert ran.code == 5
    assert "does what the files do not ask for: student-discount; nothing was changed" in ran.err
    assert shop.groups() == {}
    saved(two)
    ran = two.run("apply", "plan.json", "--yes", "--check-files")
    assert ran.code == 0, ran.err


def test_half_of_what_the_files_ask_for_is_asked_for(two: Project, shop: SandboxShop) -> None:
    saved(two)
    pks = {it["email"]: it["pk"] for it in shop.customers()}
    shop.make_group("VIP", [pks[AYSE]])
    ran = two.run("apply", "plan.json", "--yes", "--check-files")
    assert ran.code == 0, ran.err
    assert shop.members("VIP") == sorted([AYSE, MEHMET])


def test_an_edited_intent_is_not_the_digest(two: Project) -> None:
    data = saved(two)
    del data["bound"]["changes"][1], data["changes"][1]
    edited(two, data, seal=True)
    assert "its digest is not that of its changes" in refused(two)


def test_with_a_key_only_signed_plans_are_taken(
    two: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved(two)
    monkeypatch.setenv("CG_SYNC_SIGNING_KEY", "a key of our own")
    assert "is not signed" in refused(two)
    saved(two)
    assert two.run("verify", "plan.json").code == 0
    monkeypatch.setenv("CG_SYNC_SIGNING_KEY", "another key")
    assert "is not signed with this" in refused(two)
    monkeypatch.delenv("CG_SYNC_SIGNING_KEY")
    assert two.run("verify", "plan.json").code == 0


def test_a_plan_of_another_environment_is_refused(two: Project) -> None:
    saved(two)
    shop = '{url: "${CG_SYNC_SANDBOX_URL}", channel: 2}'
    text = (two.root / "cg-sync.yaml").read_text()
    two.write("cg-sync.yaml", f"{text.rstrip()}\n  other: {shop}\n")
    reason = refused(two, "--env", "other")
    assert "environment test, not other; channel 1, not 2" in reason
    # Without --env the plan's own environment is meant.
    assert two.run("verify", "plan.json").code == 0


def test_a_plan_of_another_major_version_is_refused(two: Project) -> None:
    data = saved(two)
    data["format_version"] = "2.0"
    edited(two, data, seal=True)
    assert "in format 2.0, and this version reads format 1.x" in refused(two)


def test_a_newer_minor_version_may_have_more(two: Project) -> None:
    data = saved(two)
    data |= {"format_version": "1.7", "novelty": {"of": "tomorrow"}}
    edited(two, data, seal=True)
    assert two.run("verify", "plan.json").code == 0


def test_a_printed_plan_cannot_be_applied(two: Project) -> None:
    printed = json.loads(two.run("plan", "--format", "json").out)
    edited(two, printed, seal=True)
    assert "was printed, not saved" in refused(two)


@pytest.mark.parametrize(
    ("content", "reason"),
    [("", "is no JSON"), ("[]", "is no document"), ("{}", "is not a plan"), ("{", "is no JSON")],
)
def test_what_is_no_plan_is_refused(content: str, reason: str, two: Project) -> None:
    two.write("plan.json", content)
    assert reason in two.run("apply", "plan.json", "--yes").err


def test_a_plan_that_is_not_there_is_refused(two: Project) -> None:
    ran = two.run("show", "plan.json")
    assert ran.code == 64
    assert "cannot be read: no such file" in ran.err


def test_a_plan_that_was_only_printed_is_told_from_a_saved_one(two: Project) -> None:
    two.write("plan.json", two.run("plan", "--format", "json").out)
    assert "was printed, not saved: only what `cg-sync plan -o FILE` writes" in refused(two)


@pytest.mark.parametrize(
    "path", [("bound", "steps"), ("bound", "made_at"), ("summary",), ("view",), ("calls",)]
)
@pytest.mark.parametrize("value", [None, "x", 3, []])
def test_a_plan_of_another_shape_is_refused_and_no_bug(
    path: tuple[str, ...], value: Any, two: Project
) -> None:
    data = saved(two)
    here = data
    for step in path[:-1]:
        here = here[step]
    here[path[-1]] = value
    edited(two, data, seal=True)
    assert two.run("show", "plan.json").code == 5


def test_a_plan_from_the_future_is_refused(two: Project) -> None:
    data = saved(two)
    data["bound"]["made_at"] = "2099-01-01T00:00:00+00:00"
    edited(two, data, seal=True)
    assert "made in the future" in refused(two)


def test_the_digest_names_who_is_moved(two: Project, shop: SandboxShop) -> None:
    """Somebody who knows how to seal puts another customer into the plan that was read."""
    data = saved(two)
    pks = {it["email"]: it["pk"] for it in shop.customers()}
    data["bound"]["changes"][0]["members"]["add"] = sorted([pks[MEHMET], pks[HUSEYIN]])
    edited(two, data, seal=True)
    assert "would write something else than its digest names" in refused(two)
    assert shop.groups() == {}


def test_the_digest_names_what_is_deleted(two: Project, shop: SandboxShop) -> None:
    assert two.run("apply", "--yes").code == 0
    shop.make_group("Other")
    two.write("groups/vip.yaml", "name: VIP\nstate: absent\n")
    data = saved(two)
    change = data["bound"]["changes"][0]
    change["key"], change["id"] = "Other", shop.groups()["Other"]["pk"]
    edited(two, data, seal=True)
    assert two.run("apply", "plan.json", "--yes").code == 5
    assert set(shop.groups()) == {"VIP", "Other"}


def test_a_shop_that_moves_while_a_person_decides_is_not_written_to(
    crossed: Project, shop: SandboxShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"{shop.remote}/customer_group_settings"

    def think(_question: str, **_options: object) -> bool:
        pk = shop.settings()["spring"]["pk"]
        shop.call("PATCH", f"{path}/{pk}/", json={"name": "Changed in the panel"})
        return True

    pk = shop.settings()["student-discount"]["pk"]
    shop.call("PATCH", f"{path}/{pk}/", json={"priority": 20})
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr(click, "confirm", think)
    ran = crossed.run("apply", "plan.json")
    assert ran.code == 5, ran.err
    assert "the shop moved while you were asked" in ran.err
    assert shop.settings()["student-discount"]["priority"] == 20


def test_what_the_shop_confirms_and_forgets_is_not_called_converged(
    proxy: Proxy, two: Project, shop: SandboxShop
) -> None:
    def forgetting(asked: Asked, forward: Forward) -> Answer:
        return Answer(200, b"{}") if "bulk_add" in asked.path else forward(asked)

    saved(two)
    proxy.behave = forgetting
    ran = two.run("apply", "plan.json", "--yes")
    assert (ran.code, shop.members("VIP")) == (6, [])
    assert "converged: no" in ran.out


def test_what_the_shop_stores_otherwise_is_not_called_converged(
    proxy: Proxy, two: Project, shop: SandboxShop
) -> None:
    def altering(asked: Asked, forward: Forward) -> Answer:
        if asked.is_write and "priority" in asked.body:
            body = {**asked.body, "priority": 99}
            return forward(Asked(asked.method, asked.path, body, asked.headers))
        return forward(asked)

    saved(two)
    proxy.behave = altering
    ran = two.run("apply", "plan.json", "--yes")
    assert ran.code == 6
    assert "converged: no" in ran.out
    assert shop.settings()["student-discount"]["priority"] == 99


def test_attributes_that_changed_since_refuse_the_plan(two: Project) -> None:
    saved(two)
    text = (two.root / "attributes.yaml").read_text()
    two.write("attributes.yaml", text.replace("email_verified: {type", "email_checked: {type"))
    assert two.run("apply", "plan.json", "--yes").code in (3, 5)


def test_a_plan_may_be_too_old(two: Project, shop: SandboxShop) -> None:
    data = saved(two)
    data["bound"]["made_at"] = "2026-01-01T00:00:00+00:00"
    edited(two, data, seal=True)
    ran = two.run("apply", "plan.json", "--yes", "--max-age", "3d")
    assert ran.code == 5
    assert "days old, and --max-age allows 3 days" in ran.err
    assert shop.groups() == {}
    saved(two)
    assert two.run("apply", "plan.json", "--yes", "--max-age", "30m").code == 0


@pytest.mark.parametrize("age", ["", "3", "0d", "3w", "-1d", "1.5h"])
def test_what_is_no_age_is_wrong_usage(age: str, two: Project) -> None:
    saved(two)
    ran = two.run("apply", "plan.json", "--yes", "--max-age", age)
    assert ran.code == 64
    assert "is no age" in ran.err


@pytest.mark.parametrize("option", [["--on-stale", "skip"], ["--max-age", "3d"], ["--check-files"]])
def test_what_is_for_saved_plans_needs_one(option: list[str], two: Project) -> None:
    ran = two.run("apply", *option, "--yes")
    assert ran.code == 64
    assert "for a saved plan" in ran.err
    assert two.run("plan", "--max-age", "3d").code == 64
    assert Path("plan.json").exists() is False
