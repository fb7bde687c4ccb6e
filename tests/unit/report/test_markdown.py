"""Plans and problems in Markdown: how they look, how they are found again, and what is left out."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cg_sync.core.diff import Change
from cg_sync.core.members import Member
from cg_sync.core.plan import Plan, Target
from cg_sync.errors import Problem, Severity
from cg_sync.report.markdown.budget import size
from cg_sync.report.markdown.document import (
    marker,
    marker_of,
    plan_markdown,
    problems_markdown,
    sticky_prefix,
)
from tests.unit.report.builders import (
    LABELS,
    a_plan,
    a_rule,
    a_setting,
    a_warning,
    delta,
    group_created,
    group_deleted,
    group_updated,
    people,
    setting_updated,
)
from tests.unit.report.conftest import Golden
from tests.unit.report.markdown_plans import MARKDOWN_PLANS, large
from tests.unit.report.plans import PLANS
from tests.unit.report.test_markdown_text import FOREIGN

ALL_PLANS = {**PLANS, **MARKDOWN_PLANS}


@pytest.mark.parametrize("name", [it for it in ALL_PLANS if it != "large"])
def test_a_plan_reads_as_on_record(name: str, golden: Golden) -> None:
    golden(f"plan-{name.replace('_', '-')}.md", plan_markdown(ALL_PLANS[name](), LABELS))


def test_a_large_plan_reads_as_on_record(golden: Golden) -> None:
    golden("plan-large.md", plan_markdown(large(1_000), LABELS, most=10_000))


def test_problems_read_as_on_record(golden: Golden) -> None:
    problems = [
        a_warning(),
        Problem("CG-F06", "priority: -4 is less than the minimum of 0", None),
        a_warning("an address: somebody@example.com", hint=""),
    ]
    golden("problems.md", problems_markdown(problems))


def test_no_problems_are_said_too() -> None:
    assert problems_markdown([]) == "### No problems\n"


@cache
def ten_thousand() -> Plan:
    return large()


@pytest.mark.unmeasured
@pytest.mark.parametrize("most", [2_000, 65_536, 1_000_000])
def test_ten_thousand_changes_fit_and_what_does_not_is_counted(most: int) -> None:
    text = plan_markdown(ten_thousand(), LABELS, most=most)
    assert size(text) <= most
    assert text.count("<details") == text.count("</details>")
    left_out = counts_in(text, "Left out")
    assert len(re.findall(r"^- \*\*− group", text, re.MULTILINE)) == 500 - left_out["deletion"]
    assert len(re.findall(r"^- \*\*\\~ group", text, re.MULTILINE)) == (
        2_500 - left_out["update"] + 7_000 - settings_in(text)
    )


def counts_in(text: str, words: str) -> dict[str, int]:
    """What the top of a cut report says of these words, by the singular of each noun."""
    found = re.search(rf"{words}: (.*?)\.", text)
    parts = re.findall(r"([\d,]+) (\w+?)s?(?:,|$)", found[1]) if found else []
    return {"deletion": 0, "update": 0} | {
        noun: int(number.replace(",", "")) for number, noun in parts
    }


def settings_in(text: str) -> int:
    numbers = re.findall(r"~ ([\d,]+) settings", text)
    return sum(int(it.replace(",", "")) for it in numbers) + text.count("~ setting**")


def test_what_takes_away_is_told_before_all_else() -> None:
    text = plan_markdown(large(1_000), LABELS, most=5_000)
    assert "#### Deletions" in text
    assert "#### Settings" not in text


def test_an_error_is_there_however_much_else_is() -> None:
    plan = replace(large(1_000), problems=(a_warning(), Problem("CG-F06", "that is wrong")))
    text = plan_markdown(plan, LABELS, most=4_500)
    assert "that is wrong" in text
    assert counts_in(text, "Left out")["warning"] == 1


def test_each_sort_has_its_first_changes_before_any_has_more() -> None:
    text = plan_markdown(large(1_000), LABELS, most=25_000)
    headings = re.findall(r"^#### (\w+)", text, re.MULTILINE)
    assert headings[:6] == ["Deletions", "Large", "Groups", "Settings", "Moved", "20"]


def test_a_report_that_fits_is_not_called_cut() -> None:
    for make in (*PLANS.values(), MARKDOWN_PLANS["pull_request"]):
        assert "cut to fit" not in plan_markdown(make(), LABELS)


@pytest.mark.parametrize(
    ("full_report", "shown"),
    [
        ("https://ci.example/1?b=c#d", "[The full report](<https://ci.example/1?b=c#d>)"),
        (f"https://ci.example/{'x' * 300}", f"`https://ci.example/{'x' * 41}…`"),
        ("javascript:alert(1)", "`javascript:alert(1)`"),
        ("https://ci.example/a>b)", "`https://ci.example/a>b)`"),
        ("", "Everything: `cg-sync show plan.json`"),
    ],
)
def test_a_cut_report_says_where_everything_is(full_report: str, shown: str) -> None:
    text = plan_markdown(large(1_000), LABELS, most=4_000, full_report=full_report)
    assert shown in text


def test_the_marker_names_environment_channel_and_digest() -> None:
    plan = PLANS["empty"]()
    text = plan_markdown(plan, LABELS)
    assert text.splitlines()[0] == marker(plan)
    assert marker(plan) == f"<!-- cg-sync environment=production channel=5 digest={plan.digest} -->"
    assert sticky_prefix(text) == marker_of("production", 5)


def test_drift_has_a_comment_of_its_own() -> None:
    plan = MARKDOWN_PLANS["gone_astray"]()
    assert sticky_prefix(plan_markdown(plan, LABELS)) == marker_of("production", 5, "drift")
    assert marker_of("production", 5, "drift") != marker_of("production", 5)


@given(FOREIGN, st.integers(-(10**9), 10**9))
def test_no_environment_can_end_the_marker(environment: str, channel: int) -> None:
    plan = at(environment, channel)
    first = plan_markdown(plan, LABELS).split("\n")[0]
    inside = first.removeprefix("<!-- ").removesuffix(" -->")
    assert first == f"<!-- {inside} -->"
    assert "--" not in inside
    assert ">" not in inside
    assert first.isascii()
    assert first.isprintable()


@given(st.text(max_size=30), st.text(max_size=30))
def test_other_environments_have_other_markers(one: str, other: str) -> None:
    same = marker_of(one, 5) == marker_of(other, 5)
    assert same == (one == other) or "@" in one + other
    assert marker_of(one, 5) == sticky_prefix(f"{marker_of(one, 5)}digest=x -->\n")


def test_an_environment_reads_back_from_its_marker() -> None:
    found = re.search(r"environment=(\S*) ", marker_of("a--b> c ğ", 5))
    assert found is not None
    assert unquote(found[1]) == "a--b> c ğ"


def test_the_marker_names_no_customer() -> None:
    assert "person" not in marker_of("a.person@customer.example", 5)


def test_long_environments_are_told_apart() -> None:
    assert marker_of("x" * 1000, 5) != marker_of("x" * 1001, 5)
    assert len(marker_of("ğ" * 1000, 5)) < 200


@pytest.mark.parametrize("text", ["", "hello", "<!-- other environment=a channel=5 -->", "\n<!--"])
def test_what_is_no_report_of_ours_has_no_prefix(text: str) -> None:
    assert sticky_prefix(text) == ""


def at(environment: str, channel: int = 5) -> Plan:
    return replace(a_plan(), target=Target(environment, "https://shop.example", channel))


def restocked(number: int) -> Change:
    setting = a_setting(f"s-{number}", name="One", rule=None)
    return setting_updated(setting, replace(setting, stock_list="new"))


def test_changes_that_are_alike_are_one_item_and_two_are_not() -> None:
    two = plan_markdown(a_plan(*map(restocked, range(2))), LABELS)
    three = plan_markdown(a_plan(*map(restocked, range(3))), LABELS)
    assert two.count("**\\~ setting**") == 2
    assert "<b>~ 3 settings</b> · <code>display.stock_list</code>" in three
    assert "- `s-2` · `settings/s-2.yaml:3`" in three


def narrowed(number: int) -> Change:
    wide, narrow = a_rule({"city": "Bursa"}), a_rule({"city": "Bursa"}, {"is_active": True})
    setting = a_setting(f"s-{number}", rule=wide)
    return setting_updated(setting, replace(setting, rule=narrow))


def test_a_folded_change_says_in_its_title_what_changes() -> None:
    title = "<code>settings/s-0.yaml:3</code>"
    few = plan_markdown(a_plan(*map(narrowed, range(12))), LABELS)
    many = plan_markdown(a_plan(*map(narrowed, range(13))), LABELS)
    assert f"<details open><summary><b>~ setting</b> <code>s-0</code> · {title}</summary>" in few
    assert f"{title} · <code>rule</code> · <b>NARROWER</b></summary>" in many
    assert many.count("<details open>") == 0


def test_a_group_that_loses_a_tenth_of_its_members_stands_at_the_top() -> None:
    large_one = group_updated("A", members=delta((), people(10), kept=90))
    small_one = group_updated("B", members=delta((), people(9), kept=91))
    text = plan_markdown(a_plan(large_one, small_one), LABELS)
    top, others = text.split("#### Groups")
    assert "`A`" in top.split("#### Large removals of members")[1]
    assert "`B`" in others


def test_no_customer_is_named() -> None:
    members = delta([Member(1, "marker.person@customer.example")])
    text = plan_markdown(a_plan(group_created("VIP", members)), LABELS)
    assert "marker.person" not in text
    assert "`m***@customer.example`" in text


def test_a_deletion_says_how_many_members_go() -> None:
    text = plan_markdown(a_plan(group_deleted("Old", size=914)), LABELS)
    assert "- **− group** `Old` (with 914 members) · no file; ownership: all" in text


def test_errors_come_before_warnings() -> None:
    problems = [a_warning(), Problem("CG-F06", "wrong", severity=Severity.ERROR)]
    text = problems_markdown(problems)
    assert text.startswith("### 1 error, 1 warning\n")
    assert text.index("#### 1 error") < text.index("#### 1 warning")
