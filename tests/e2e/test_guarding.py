"""Guards, allowances and policy on the way to the shop: what is refused, and with which words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cg_sync.core.guards import Tripped
from cg_sync.errors import CgSyncError, FilesError, PlanRefused, UsageWrong
from cg_sync.workflow.check import Checked, check_files
from cg_sync.workflow.guarding import (
    acknowledged,
    effective_policy,
    refuse_if_guarded,
    refuse_if_not_saved,
    used_said,
    with_guards,
)
from tests.conftest import PROJECT, Project
from tests.e2e.test_main_job import STUDENTS, VIP
from tests.shop import SandboxShop
from tests.unit.report.builders import DIGEST, a_guard, a_plan

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
SHORT = DIGEST[:12]
POLICY = """
policy:
  plan: saved
  max_age: 12h
  recheck: changed
  allow_until: 3d
  guards: {max_delete_share: 40%}
guards: {max_update_share: 60%}
"""


def checked_with(project: Project, more: str = "") -> Checked:
    project.write("cg-sync.yaml", PROJECT + more)
    checked = check_files(project.root, environment=None, environ={})
    assert checked.problems == ()
    return checked


def said(kind: type[CgSyncError], run: Callable[[], object]) -> tuple[str, str]:
    with pytest.raises(kind) as raised:
        run()
    return str(raised.value), raised.value.hint


# --- the policy


def test_a_flag_that_is_looser_names_itself_the_policy_and_the_place(project: Project) -> None:
    checked = checked_with(project, POLICY)

    def loose() -> object:
        return effective_policy(checked, max_age=timedelta(days=1), recheck="never")

    assert said(UsageWrong, loose) == (
        "--max-age 1d is looser than the policy, max_age: 12h (cg-sync.yaml:8:12); "
        "--recheck never is looser than the policy, recheck: changed (cg-sync.yaml:9:12)",
        "leave the flag out: what the policy says counts without it",
    )
    assert effective_policy(checked, max_age=timedelta(hours=1)).max_age == timedelta(hours=1)
    assert effective_policy(checked).max_age == timedelta(hours=12)


def test_a_policy_may_want_saved_plans(project: Project) -> None:
    checked = checked_with(project, POLICY)
    assert said(UsageWrong, lambda: refuse_if_not_saved(effective_policy(checked), checked)) == (
        "apply takes a saved plan only, says the policy (cg-sync.yaml:7:9), and none is named",
        "cg-sync plan -o plan.json, then cg-sync apply plan.json",
    )
    free = checked_with(project)
    refuse_if_not_saved(effective_policy(free), free)


# --- --guard


def test_a_guard_can_be_made_stricter_for_a_run(project: Project) -> None:
    checked = checked_with(project, POLICY)
    texts = ["max_delete_share=5%", "max_priority_moves=2", "empty=true"]
    guards = with_guards(checked, texts).project.guards
    assert (guards.max_delete_share, guards.max_priority_moves) == (0.05, 2)
    assert guards.bounds.max_delete_share == 0.4
    assert with_guards(checked, ()) is checked


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("max_update_share=61%", "guards.max_update_share, 60% (cg-sync.yaml:12:28)"),
        ("max_delete_share=0.31", "guards.max_delete_share, 30%"),
        ("empty=false", "guards.empty, true"),
    ],
)
def test_a_looser_guard_is_wrong_usage(project: Project, text: str, message: str) -> None:
    checked = checked_with(project, POLICY)
    found, hint = said(UsageWrong, lambda: with_guards(checked, [text]))
    assert found == f"--guard {text.replace('0.31', '31%')} is looser than {message}"
    assert hint == "a flag can only be stricter; change cg-sync.yaml if it is meant for good"


@pytest.mark.parametrize(
    "text", ["", "max_delete_share", "max_delete_shar=5%", "bounds=1", "max_delete_share=101%",
             "max_delete_share=5", "max_delete_share=", "max_delete_share=5%%",
             "max_delete_share=nan", "max_priority_moves=-1", "max_priority_moves=2.0",
             "empty=perhaps", "empty=1"],
)  # fmt: skip
def test_a_guard_that_is_none_is_wrong_usage(project: Project, text: str) -> None:
    checked = checked_with(project)
    assert said(UsageWrong, lambda: with_guards(checked, [text]))[0].startswith(f"--guard {text!r}")


# --- allowances


def allowing(project: Project, *texts: str, file: Path | None = None, more: str = "") -> Any:
    policy = effective_policy(checked_with(project, more))
    return acknowledged(texts, file, policy, now=NOW)


def test_an_allowance_without_an_end_is_told_how_to_write_it(project: Project) -> None:
    text = f"empty@{SHORT}"
    assert said(UsageWrong, lambda: allowing(project, text)) == (
        f"--allow {text!r}: does not say until when",
        f"write --allow {text}@2026-11-23",
    )


@pytest.mark.parametrize(
    ("until", "more", "last"),
    [("2026-12-23", "", "2026-12-22"), ("2026-11-26", POLICY, "2026-11-25")],
)
def test_an_allowance_reaches_a_month_ahead_or_as_far_as_the_policy_lets_it(
    project: Project, until: str, more: str, last: str
) -> None:
    message, hint = said(UsageWrong, lambda: allowing(project, f"empty@{SHORT}@{until}", more=more))
    assert f"counts until the end of {until} (UTC), more than" in message
    assert hint == f"the last date it may name is {last}"
    assert len(allowing(project, f"empty@{SHORT}@{last}", more=more)) == 1


ENTRY = f"""
- guard: max_delete_share
  digest: {SHORT}
  until: 2026-11-24
  by: ayse
  reason: the campaign is over
"""


def test_a_file_allows_beside_the_flag(project: Project) -> None:
    file = project.write("allowances.yaml", ENTRY)
    one, other = allowing(project, f"empty@{SHORT}@2026-11-24", file=file)
    assert [one.rule, other.rule] == ["empty", "max_delete_share"]
    assert list(used_said([one, other])) == [
        "empty is allowed for this plan until the end of 2026-11-24 (UTC)",
        "max_delete_share is allowed for this plan until the end of 2026-11-24 (UTC), by ayse: the "
        "campaign is over",
    ]


BAD_FILES = [
    ("", ["f.yaml:1:1 the file is empty"]),
    ("- [\n", ["f.yaml:2:1 "]),
    (
        ENTRY.replace("max_delete_share", "max_delete_shar").replace(SHORT, '"xyz"')
        + "- {by: me}\n",
        ["f.yaml:1:10 [0].guard: expected ", "f.yaml:2:11 [0].digest: expected the digest of ",
         "f.yaml:6:3 [1].guard: missing", "f.yaml:6:3 [1].digest: missing",
         "f.yaml:6:3 [1].until: missing", "f.yaml:6:3 [1].reason: missing"],
    ),
    (
        ENTRY.replace("2026-11-24", "2026-02-30") + ENTRY.replace("2026-11-24", "2027-01-01"),
        ["f.yaml:3:10 [0].until: 2026-02-30 is no date", "f.yaml:9:10 until: counts until "],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), BAD_FILES)
def test_all_that_is_wrong_with_a_file_has_its_place(
    project: Project, text: str, expected: list[str]
) -> None:
    project.write("f.yaml", text)
    with pytest.raises(FilesError) as raised:
        allowing(project, file=Path("f.yaml"))
    lines = [f"{it.where} {it.message}" for it in raised.value.problems]
    assert [line.startswith(start) for line, start in zip(lines, expected, strict=True)] == [
        True
    ] * len(expected), lines


def test_a_file_that_is_not_there_is_a_problem(project: Project) -> None:
    with pytest.raises(FilesError):
        allowing(project, file=Path("nowhere.yaml"))


# --- refusing


SHORT_LIVED = "policy: {allow_until: 1h}\n"
GUARDED = a_plan(tripped=(a_guard(), a_guard("max_member_removal_share", "members of VIP")))
NOTHING_DONE = "nothing was changed"


def refused(
    project: Project, *texts: str, more: str = "", tripped: tuple[Tripped, ...] = GUARDED.tripped
) -> tuple[str, str]:
    checked = checked_with(project, more)
    policy = effective_policy(checked)
    given = acknowledged(texts, None, policy, now=NOW - policy.allow_until / 2)
    plan = replace(GUARDED, tripped=tripped)
    return said(PlanRefused, lambda: refuse_if_guarded(plan, checked, given, now=NOW))


def test_a_refusal_has_the_command_that_would_allow_it_for_a_day(project: Project) -> None:
    assert refused(project) == (
        f"this plan is refused by 2 guards; {NOTHING_DONE}",
        f"if this is meant: cg-sync apply --allow max_delete_share@{SHORT}@2026-11-23 "
        f"--allow max_member_removal_share@{SHORT}@2026-11-23",
    )


def test_what_has_ended_says_since_when(project: Project) -> None:
    message, hint = refused(project, f"max_delete_share@{SHORT}@2026-11-22T06:00Z")
    assert message == (
        f"this plan is refused by 2 guards; --allow max_delete_share@{SHORT}@2026-11-22T06:00Z "
        f"ended 3 hours ago, at 2026-11-22 06:00 UTC; {NOTHING_DONE}"
    )
    assert f"--allow max_delete_share@{SHORT}@2026-11-23" in hint


def test_the_command_has_what_was_allowed_already_and_ends_when_the_policy_says(
    project: Project,
) -> None:
    message, hint = refused(project, f"max_delete_share@{SHORT}@2026-11-22T10:00", more=SHORT_LIVED)
    assert message == f"this plan is refused by 1 guard; {NOTHING_DONE}"
    assert hint == (
        f"if this is meant: cg-sync apply --allow max_delete_share@{SHORT}@2026-11-22 "
        f"--allow max_member_removal_share@{SHORT}@2026-11-22"
    )


def test_an_allowance_of_another_plan_is_told(project: Project) -> None:
    message, _ = refused(project, "max_delete_share@000000000000@2026-11-23")
    assert message.startswith("this plan is refused by 2 guards; what was allowed is another plan")


def test_over_a_bound_of_the_policy_nothing_helps(project: Project) -> None:
    both = [f"{it.rule}@{SHORT}@2026-11-23" for it in GUARDED.tripped]
    message, hint = refused(project, *both, more=POLICY)
    assert message == (
        "this plan is refused by 1 guard; max_delete_share is over policy.guards.max_delete_share "
        f"(cg-sync.yaml:11:30), which no allowance changes; {NOTHING_DONE}"
    )
    assert "--allow" not in hint


def test_what_is_allowed_passes_and_is_named(project: Project) -> None:
    checked = checked_with(project)
    texts = [f"{it.rule}@{SHORT}@2026-11-23" for it in GUARDED.tripped]
    given = acknowledged(texts, None, effective_policy(checked), now=NOW)
    assert refuse_if_guarded(GUARDED, checked, given, now=NOW) == given
    assert refuse_if_guarded(a_plan(), checked, given, now=NOW) == ()


# --- with a shop


def test_plan_takes_stricter_guards_and_apply_would_hold_to_them(
    shop_project: Project, shop: SandboxShop
) -> None:
    shop.make_setting("student-discount", priority=1)
    shop_project.write("settings/student-discount.yaml", STUDENTS)
    assert shop_project.run("plan", "--format", "json").data["guards"] == []
    ran = shop_project.run("plan", "--guard", "max_display_changes=0", "--format", "json")
    (guard,) = ran.data["guards"]
    assert (guard["code"], guard["part"], guard["limit"]) == ("CG-G06", 1, 0)
    ran = shop_project.run("plan", "--guard", "max_display_changes=11")
    assert ran.code == 64
    assert "is looser than guards.max_display_changes, 10" in ran.err


def test_a_group_may_say_in_its_file_that_it_can_be_emptied(
    shop_project: Project, shop: SandboxShop
) -> None:
    shop.make_group("VIP", [it["pk"] for it in shop.customers()[:2]])
    empty = "name: VIP\nmembers: {customers: []}\n"
    shop_project.write("groups/vip.yaml", empty)
    ran = shop_project.run("plan")
    assert "CG-G03 refused by empty: all 2 members of VIP would go; none would be left" in ran.out
    shop_project.write("groups/vip.yaml", f"{empty}guards: {{may_be_emptied: true}}\n")
    ran = shop_project.run("plan", "--format", "json")
    assert (ran.data["guards"], ran.data["summary"]["members_removed"]) == ([], 2)


def test_a_file_may_not_be_looser_than_the_policy(project: Project) -> None:
    project.write("cg-sync.yaml", f"{PROJECT}policy: {{guards: {{empty: true}}}}\n")
    project.write("groups/vip.yaml", f"{VIP}guards: {{may_be_emptied: true}}\n")
    ran = project.run("validate")
    assert ran.code == 3
    assert "guards.may_be_emptied: true is looser than policy.guards.empty" in ran.err
