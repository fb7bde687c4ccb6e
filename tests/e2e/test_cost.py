"""What a plan costs: calls grow with pages, never with members, and the plan says how many."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from tests.conftest import PROJECT, Project
from tests.shop import SandboxShop

MEMBERS = 1_000
PEOPLE = [f"person{number}@cost.example" for number in range(MEMBERS)]


@pytest.fixture
def thousand(shop_project: Project, shop: SandboxShop) -> SandboxShop:
    """A channel of its own with a group of a thousand, which the project describes by e-mail."""
    made = shop.call("POST", "/_sandbox/channels/", json={"customers": PEOPLE})
    there = replace(shop, channel=made["pk"])
    there.make_group("All", made["customers"])
    shop_project.write("cg-sync.yaml", PROJECT.replace("channel: 1", f"channel: {made['pk']}"))
    shop_project.write("groups/all.yaml", "name: All\nmembers: {files: [../members/all.txt]}\n")
    shop_project.write("members/all.txt", "\n".join(PEOPLE).upper())
    shop.call("DELETE", "/_sandbox/requests/")
    return there


def asked(shop: SandboxShop) -> dict[str, int]:
    """How often each verb was used since the log was cleared."""
    return dict(Counter(verb for verb, _, _ in shop.seen()))


def test_a_plan_with_nothing_to_do_costs_pages_not_members(
    shop_project: Project, thousand: SandboxShop
) -> None:
    ran = shop_project.run("plan", "--detailed-exitcode", "--format", "json")
    assert (ran.code, ran.data["changes"]) == (0, [])
    # Price lists, stock lists, groups, settings, and one page of a thousand members.
    assert ran.data["calls"] == {"GET": 5}
    assert asked(thousand) == ran.data["calls"]
    assert "This plan cost 5 calls (5 GET)" in shop_project.run("plan").out


def test_smaller_pages_cost_one_call_each(shop_project: Project, thousand: SandboxShop) -> None:
    text = (shop_project.root / "cg-sync.yaml").read_text()
    smaller = text.replace(f"channel: {thousand.channel}", f"channel: {thousand.channel}, "
                           "api: {page_size: 100}")  # fmt: skip
    assert smaller != text
    shop_project.write("cg-sync.yaml", smaller)
    ran = shop_project.run("plan", "--format", "json")
    assert ran.data["changes"] == []
    assert ran.data["calls"] == asked(thousand) == {"GET": 4 + MEMBERS // 100}


def test_one_new_member_costs_a_few_calls_more_and_not_a_thousand(
    shop_project: Project, thousand: SandboxShop
) -> None:
    thousand.call("POST", "/_sandbox/customers/", json={
        "channel": thousand.channel, "customers": ["one-more@cost.example"]
    })  # fmt: skip
    shop_project.write("members/all.txt", "\n".join([*PEOPLE, "one-more@cost.example"]))
    ran = shop_project.run("plan", "--format", "json")
    assert ran.data["summary"]["members_added"] == 1
    assert ran.data["calls"] == asked(thousand)
    assert sum(ran.data["calls"].values()) <= 10


def test_a_thousand_members_of_a_new_group_are_looked_up_in_bulk(
    shop_project: Project, thousand: SandboxShop
) -> None:
    shop_project.write("groups/all.yaml", "name: New\nmembers: {files: [../members/all.txt]}\n")
    ran = shop_project.run("plan", "--format", "json")
    assert ran.data["summary"]["members_added"] == MEMBERS
    assert ran.data["calls"] == asked(thousand)
    assert sum(ran.data["calls"].values()) <= 10


def test_a_plan_only_reads(shop_project: Project, thousand: SandboxShop) -> None:
    shop_project.write("members/all.txt", "nobody@cost.example\n")
    assert shop_project.run("plan", "--detailed-exitcode").code == 2
    assert set(asked(thousand)) <= {"GET", "OPTIONS"}
