"""The main job, end to end over HTTP. The law here: apply, then plan, and the plan is empty."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from cg_sync.core.plan import MEMBERS_PER_CALL
from tests.builders import allowing
from tests.conftest import PROJECT, Project, Ran
from tests.e2e.proxy import Asked, Proxy
from tests.shop import SandboxShop

AYSE = "ayse.yilmaz@ogr.ornek-universitesi.edu.tr"
MEHMET = "mehmet.demir@example.com"
HUSEYIN = "huseyin.ozturk@toptan.example"
JANE = "jane.miller@acme.example"

VIP = f"""
name: VIP
members:
  customers: [{AYSE}, Mehmet.Demir@EXAMPLE.com]
"""

STUDENTS = """
name: Student Discount
slug: student-discount
priority: 20
rule:
  match:
    - email: {domain_under: [edu.tr]}
    - email_verified: true
display: {price_list: student-tr, stock_list: online}
"""

FULL = """
name: Spring
slug: spring
priority: 5
active: false
starts_at: 2026-03-01
ends_at: 2026-06-01T12:30:00+03:00
rule: {match: [is_active: true], except: [gender: {eq: male, missing: drop}]}
display: {price_list: vip-tr, stock_list: warehouse}
"""

EVERYONE = {"slug": "any-rule"}
ODD_RULE = {"slug": "basket-rule", "amount": 1.5, "of": ["a", None, {"deep": True}]}


def assert_converged(project: Project) -> None:
    """A new plan is empty, and applying it writes nothing."""
    again = project.run("plan", "--detailed-exitcode", "--format", "json")
    assert again.code == 0, again.out + again.err
    assert again.data["changes"] == []


def applied(project: Project, *arguments: str) -> Ran:
    """The result of an apply that does all it should."""
    ran = project.run("apply", "--yes", *arguments)
    assert ran.code == 0, ran.err
    assert "converged: yes" in ran.out
    assert_converged(project)
    return ran


def codes(ran: Ran) -> list[str]:
    """The finding codes of a plan in JSON."""
    return [it["code"] for it in ran.data["problems"]]


def stored(record: dict[str, Any]) -> dict[str, Any]:
    """A live record without what the shop sets by itself."""
    own = ("pk", "created_date", "modified_date", "customer_count")
    return {name: value for name, value in record.items() if name not in own}


# --- create, update, default, rename, delete


def test_groups_members_and_settings_are_created(shop_project: Project, shop: SandboxShop) -> None:
    shop_project.write("groups/vip.yaml", VIP)
    shop_project.write("settings/student-discount.yaml", STUDENTS)
    shop_project.write("settings/spring.yaml", FULL)
    ran = applied(shop_project)
    assert "+ group VIP created" in ran.out
    assert "2 members added" in ran.out
    assert shop.members("VIP") == [AYSE, MEHMET]
    settings = shop.settings()
    settings["student-discount"]["config"]["children"].sort(key=lambda it: it["slug"])
    assert stored(settings["student-discount"]) == {
        "name": "Student Discount",
        "slug": "student-discount",
        "priority": 20,
        "is_active": True,
        "price_list": 2,
        "stock_list": 2,
        "start_date": None,
        "end_date": None,
        "config": {
            "slug": "and-rule",
            "children": [
                {
                    "slug": "email-domain-rule",
                    "domains": ["edu.tr"],
                    "subdomains": True,
                    "exclude": False,
                    "missing": False,
                },
                {
                    "slug": "user-attribute-rule",
                    "key": "extra_field.email_verified",
                    "values": [True],
                    "exclude": False,
                    "missing": False,
                },
            ],
        },
    }
    spring = settings["spring"]
    assert (spring["is_active"], spring["start_date"], spring["end_date"]) == (
        False,
        "2026-02-28T21:00:00Z",
        "2026-06-01T09:30:00Z",
    )


@pytest.mark.parametrize(
    ("old", "new", "sent"),
    [
        ("name: Spring\n", "name: Bahar ☀\n", {"name": "Bahar ☀"}),
        ("priority: 5\n", "priority: 0\n", {"priority": 0}),
        ("active: false\n", "active: true\n", {"is_active": True}),
        ("active: false\n", "", {"is_active": True}),
        ("starts_at: 2026-03-01\n", "", {"start_date": None}),
        ("starts_at: 2026-03-01\n", "starts_at: 2026-03-02\n", None),
        ("ends_at: 2026-06-01T12:30:00+03:00\n", "", {"end_date": None}),
        ("price_list: vip-tr", "price_list: staff", {"price_list": 5}),
        ("price_list: vip-tr, ", "", {"price_list": None}),
        ("stock_list: warehouse", "stock_list: null", {"stock_list": None}),
        ("display: {price_list: vip-tr, stock_list: warehouse}\n", "", None),
        ("{match: [is_active: true], ", "{match: everyone, ", None),
    ],
)
def test_a_changed_or_deleted_line_sends_just_that_field(
    proxy: Proxy, shop_project: Project, old: str, new: str, sent: dict[str, Any] | None
) -> None:
    shop_project.write("settings/spring.yaml", FULL)
    applied(shop_project)
    proxy.asked.clear()
    assert old in FULL
    shop_project.write("settings/spring.yaml", FULL.replace(old, new))
    applied(shop_project)
    (write,) = proxy.writes
    assert write.method == "PATCH"
    if sent is not None:
        assert write.body == sent
    assert len(write.body) == (2 if old.startswith("display") else 1)


def test_what_the_language_says_in_other_words_is_no_change(
    shop_project: Project, shop: SandboxShop
) -> None:
    shop_project.write("settings/student-discount.yaml", STUDENTS)
    applied(shop_project)
    lines = STUDENTS.replace("20", "20\nactive: true")
    swapped = lines.replace(
        "- email: {domain_under: [edu.tr]}\n    - email_verified: true",
        "- all: [email_verified: {eq: true}, email: {domain_under: [EDU.TR, edu.tr]}]",
    )
    assert swapped != lines
    shop_project.write("settings/student-discount.yaml", swapped)
    assert_converged(shop_project)


def test_a_renamed_group_keeps_its_id_and_its_members(
    shop_project: Project, shop: SandboxShop
) -> None:
    pk = shop.make_group("Gold", [1, 3])
    shop_project.write("groups/vip.yaml", "name: VIP\nrenamed_from: [Silver, Gold]\n")
    planned = shop_project.run("plan")
    assert "group VIP (was Gold)" in planned.out
    applied(shop_project)
    assert {name: it["pk"] for name, it in shop.groups().items()} == {"VIP": pk}
    assert shop.members("VIP") == [AYSE, MEHMET]


def test_a_setting_with_a_new_slug_keeps_its_id(shop_project: Project, shop: SandboxShop) -> None:
    pk = shop.make_setting("old-slug", priority=20, price_list=2)
    shop_project.write("settings/student-discount.yaml", STUDENTS + "renamed_from: [old-slug]\n")
    applied(shop_project)
    assert {slug: it["pk"] for slug, it in shop.settings().items()} == {"student-discount": pk}


def test_tombstones_delete_a_group_and_a_setting_and_stay_quiet_after(
    shop_project: Project, shop: SandboxShop
) -> None:
    shop.make_group("VIP", [1])
    shop.make_group("Other")
    shop.make_setting("spring")
    shop_project.write("groups/vip.yaml", "name: VIP\nstate: absent\n")
    shop_project.write("settings/spring.yaml", "slug: spring\nstate: absent\n")
    assert "- group VIP (with 1 member) deleted" in applied(shop_project).out
    assert (list(shop.groups()), list(shop.settings())) == (["Other"], [])


# --- members


def test_exact_members_are_these_and_nobody_else(shop_project: Project, shop: SandboxShop) -> None:
    shop.make_group("VIP", [3, 4, 5])
    shop_project.write("groups/vip.yaml", VIP)
    planned = shop_project.run("plan")
    assert "members  +1 −2 = 2" in planned.out
    assert AYSE not in planned.out
    assert "a***@ogr.ornek-universitesi.edu.tr" in planned.out
    applied(shop_project)
    assert shop.members("VIP") == [AYSE, MEHMET]


def test_at_least_leaves_those_whom_others_added(shop_project: Project, shop: SandboxShop) -> None:
    shop.make_group("VIP", [4])
    shop_project.write("groups/vip.yaml", VIP + "  mode: at_least\n")
    applied(shop_project)
    assert shop.members("VIP") == [AYSE, HUSEYIN, MEHMET]


def test_a_group_without_a_members_block_keeps_its_members(
    shop_project: Project, shop: SandboxShop
) -> None:
    shop.make_group("VIP", [4, 5])
    shop_project.write("groups/vip.yaml", "name: VIP\n")
    assert_converged(shop_project)
    assert shop.members("VIP") == [HUSEYIN, JANE]


def test_an_empty_list_of_members_empties_the_group_that_may_be_emptied(
    shop_project: Project, shop: SandboxShop
) -> None:
    shop.make_group("VIP", [4, 5])
    empty = "name: VIP\nmembers: {customers: []}\n"
    shop_project.write("groups/vip.yaml", empty)
    assert shop_project.run("apply", "--yes").code == 4
    shop_project.write("groups/vip.yaml", f"{empty}guards: {{may_be_emptied: true}}\n")
    applied(shop_project)
    assert shop.members("VIP") == []


def test_many_members_move_in_chunks(shop_project: Project, shop: SandboxShop) -> None:
    people = [f"member{number}@bulk.example" for number in range(1201)]
    made = shop.call("POST", "/_sandbox/channels/", json={"customers": people})
    shop_project.write("cg-sync.yaml", PROJECT.replace("channel: 1", f"channel: {made['pk']}"))
    shop_project.write("members/all.txt", "\n".join(people))
    shop_project.write("groups/all.yaml", "name: All\nmembers: {files: [../members/all.txt]}\n")
    applied(shop_project)
    there = replace(shop, channel=made["pk"])
    assert there.groups()["All"]["customer_count"] == 1201
    adds = [path for verb, path, _ in shop.seen() if verb == "POST" and "bulk_add" in path]
    assert MEMBERS_PER_CALL < 1201
    assert len(adds) == -(-1201 // MEMBERS_PER_CALL)
    shop_project.write("members/all.txt", people[0])
    plan = shop_project.run("plan", "--format", "json").data
    applied(shop_project, "--allow", allowing("max_member_removal_share", plan["digest"]))
    assert there.members("All") == [people[0]]


def test_members_come_from_text_and_csv_files_by_any_key(
    shop_project: Project, shop: SandboxShop
) -> None:
    phone = next(it["phone_number"] for it in shop.customers() if it["pk"] == 6)
    shop_project.write(
        "members/a.txt", f"# students\n{AYSE.upper()}\n\n  {MEHMET}  # twice a year\n"
    )
    shop_project.write("members/b.csv", "\ufeffname;EMAIL\r\nJane;Jane.Miller@Acme.example\r\n")
    shop_project.write("members/c.csv", 'erp_code,note\nB2B-0001,"quoted, too"\n')
    shop_project.write("members/d.csv", f"phone_number\n{phone[:3]} {phone[3:]}\n")
    shop_project.write("members/e.csv", "pk\n8\n")
    files = ", ".join(
        f"../members/{name}" for name in ("a.txt", "b.csv", "c.csv", "d.csv", "e.csv")
    )
    inline = (
        "[{pk: 9}, {erp_code: ERP-0000014}, {email: ZEYNEP.kaya@ogr.ornek-universitesi.edu.tr}]"
    )
    shop_project.write(
        "groups/vip.yaml", f"name: VIP\nmembers:\n  customers: {inline}\n  files: [{files}]\n"
    )
    applied(shop_project)
    path = f"{shop.remote}/customer_groups/{shop.groups()['VIP']['pk']}/customers/"
    members = shop.call("GET", path, params={"limit": 100})["results"]
    assert sorted(it["pk"] for it in members) == [1, 3, 4, 5, 6, 7, 8, 9, 14]


def test_a_customer_unknown_to_the_shop_is_a_warning_and_left_out(
    shop_project: Project, shop: SandboxShop
) -> None:
    shop_project.write(
        "groups/vip.yaml",
        f"name: VIP\nmembers: {{customers: [{AYSE}, nobody@example.org, {{pk: 999999}}]}}\n",
    )
    planned = shop_project.run("plan", "--format", "json")
    assert codes(planned) == ["CG-L04"]
    (problem,) = planned.data["problems"]
    assert problem["message"] == (
        "members: 2 customers unknown to the shop: n***@example.org, pk 999999"
    )
    assert problem["where"] == {"file": "groups/vip.yaml", "line": 2, "column": 1}
    applied(shop_project)
    assert shop.members("VIP") == [AYSE]


def test_a_customer_unknown_to_the_shop_stops_a_project_that_says_so(
    shop_project: Project, shop: SandboxShop
) -> None:
    shop_project.write("cg-sync.yaml", PROJECT + "unknown_customers: error\n")
    shop_project.write("groups/vip.yaml", "name: VIP\nmembers: {customers: [no@example.org]}\n")
    ran = shop_project.run("apply", "--yes")
    assert (ran.code, shop.groups()) == (3, {})
    assert "groups/vip.yaml:2:1: members: 1 customer unknown to the shop" in ran.err


def test_a_key_that_several_customers_have_is_left_out(
    shop_project: Project, shop: SandboxShop
) -> None:
    twins = [{"email": f"twin{it}@twins.example", "erp_code": "TWIN"} for it in (1, 2)]
    made = shop.call("POST", "/_sandbox/channels/", json={"customers": twins})
    shop_project.write("cg-sync.yaml", PROJECT.replace("channel: 1", f"channel: {made['pk']}"))
    shop_project.write("groups/vip.yaml", "name: VIP\nmembers: {customers: [{erp_code: TWIN}]}\n")
    planned = shop_project.run("plan", "--format", "json")
    assert codes(planned) == ["CG-L07"]
    applied(shop_project)
    assert replace(shop, channel=made["pk"]).members("VIP") == []


# --- what stands between the files and the shop


def test_a_name_in_other_letters_is_an_error_that_says_how_the_shop_writes_it(
    shop_project: Project, shop: SandboxShop
) -> None:
    shop.make_group("vip")
    shop_project.write("groups/vip.yaml", VIP)
    ran = shop_project.run("plan")
    assert ran.code == 3
    assert "groups/vip.yaml:1:7: name: the shop has this group in other letters: vip" in ran.err
    assert "renamed_from: [vip]" in ran.err


def test_an_unknown_code_is_an_error_that_names_the_known_ones(
    shop_project: Project, shop: SandboxShop
) -> None:
    shop_project.write(
        "settings/student-discount.yaml", STUDENTS.replace("student-tr", "student-t")
    )
    ran = shop_project.run("apply", "--yes")
    assert (ran.code, shop.settings()) == (3, {})
    assert "settings/student-discount.yaml:8:23: display.price_list: " in ran.err
    assert "no price list has the code student-t" in ran.err
    known = "birthday, retail-eur, retail-tr, staff, student-tr, vip-tr, wholesale"
    assert f"did you mean student-tr? the shop has {known}" in ran.err


def test_a_list_outside_the_channels_catalog_is_refused_in_the_shops_words(
    shop_project: Project, shop: SandboxShop
) -> None:
    shop_project.write(
        "settings/student-discount.yaml", STUDENTS.replace("student-tr", "retail-eur")
    )
    ran = shop_project.run("apply", "--yes")
    assert (ran.code, shop.settings()) == (7, {})
    assert "(406): Price list 8 is not in the catalog of the channel" in ran.err


def test_a_raw_rule_of_the_shop_stays_as_it_is(shop_project: Project, shop: SandboxShop) -> None:
    shop.make_setting("odd", priority=7, config=ODD_RULE)
    assert shop_project.run("import").code == 0
    text = (shop_project.root / "settings/odd.yaml").read_text()
    assert "raw:" in text
    assert_converged(shop_project)
    shop_project.write("settings/odd.yaml", text.replace("priority: 7", "priority: 8"))
    applied(shop_project)
    odd = shop.settings()["odd"]
    assert (odd["priority"], odd["config"]) == (8, ODD_RULE)


def test_a_raw_rule_in_a_file_reaches_the_shop_as_written(
    shop_project: Project, shop: SandboxShop
) -> None:
    raw = "rule: {raw: {slug: basket-rule, amount: 1.5, of: [a, null, {deep: true}]}}\n"
    shop_project.write("settings/odd.yaml", f"name: Odd\nslug: odd\npriority: 1\n{raw}")
    applied(shop_project)
    assert shop.settings()["odd"]["config"] == ODD_RULE


def test_live_records_that_cannot_be_read_are_reported_and_left_alone(
    proxy: Proxy, shop_project: Project, shop: SandboxShop
) -> None:
    group, setting = shop.make_group("Nameless"), shop.make_setting("undated")

    def broken(asked: Asked, forward: Any) -> Any:
        answer = forward(asked)
        if asked.method == "GET" and asked.path.startswith(f"{shop.remote}/"):
            data = answer.data
            for record in data["results"]:
                if record["pk"] == group and "customer_count" in record:
                    record["name"] = None
                if record["pk"] == setting and "config" in record:
                    record["start_date"] = "soon"
            return answer.with_data(data)
        return answer

    proxy.behave = broken
    shop_project.write("cg-sync.yaml", PROJECT + "ownership: {groups: all, settings: all}\n")
    shop_project.write("groups/vip.yaml", VIP)
    planned = shop_project.run("plan", "--format", "json")
    assert planned.code == 0
    said = [it["message"] for it in planned.data["problems"]]
    assert codes(planned) == ["CG-L02", "CG-L02"]
    assert said[0] == f"the group with id {group} in the shop cannot be read: it has no name"
    assert said[1].startswith(f"the setting with id {setting} in the shop cannot be read: its star")
    applied(shop_project)
    assert sorted(shop.groups()) == ["Nameless", "VIP"]
    assert list(shop.settings()) == ["undated"]


def test_fields_that_cg_sync_does_not_know_are_never_sent(
    proxy: Proxy, shop_project: Project, shop: SandboxShop
) -> None:
    shop.make_group("Gold")
    shop.make_setting("student-discount", priority=3)

    def with_more(asked: Asked, forward: Any) -> Any:
        answer = forward(asked)
        if asked.method == "GET" and asked.path.startswith(f"{shop.remote}/"):
            data, more = answer.data, {"loyalty_factor": 1.2}
            if "results" not in data:
                return answer.with_data({**data, **more})
            return answer.with_data({**data, "results": [{**it, **more} for it in data["results"]]})
        return answer

    proxy.behave = with_more
    shop_project.write("groups/vip.yaml", "name: VIP\nrenamed_from: [Gold]\n")
    shop_project.write("settings/student-discount.yaml", STUDENTS)
    applied(shop_project)
    assert [(it.method, sorted(it.body)) for it in proxy.writes] == [
        ("PATCH", ["name"]),
        ("PATCH", ["config", "name", "price_list", "priority", "stock_list"]),
    ]


def test_two_live_records_of_one_name_are_an_error_with_both_ids(
    proxy: Proxy, shop_project: Project, shop: SandboxShop
) -> None:
    one, two = shop.make_group("VIP"), shop.make_group("Other")

    def twice(asked: Asked, forward: Any) -> Any:
        answer = forward(asked)
        return (
            answer.with_data(
                {**answer.data, "results": [{**it, "name": "VIP"} for it in answer.data["results"]]}
            )
            if asked.path.startswith(f"{shop.remote}/customer_groups/?")
            else answer
        )

    proxy.behave = twice
    shop_project.write("groups/vip.yaml", VIP)
    ran = shop_project.run("plan")
    assert ran.code == 3
    assert f"name: the shop has 2 groups called VIP (ids {one}, {two})" in ran.err


# --- ownership and guards


def test_what_has_no_file_is_listed_as_unmanaged_and_left_alone(
    shop_project: Project, shop: SandboxShop
) -> None:
    shop.make_group("By hand")
    shop.make_setting("by-hand")
    ran = shop_project.run("plan")
    assert "Unmanaged: in the shop, in no file, left alone" in ran.out
    assert "groups: By hand" in ran.out
    assert "settings: by-hand" in ran.out
    data = shop_project.run("plan", "--format", "json").data
    assert data["unmanaged"] == [
        {"kind": "customer_group", "key": "By hand"},
        {"kind": "customer_group_setting", "key": "by-hand"},
    ]
    assert (data["changes"], data["summary"]["unmanaged"]) == ([], 2)


def test_ownership_all_deletes_what_has_no_file_but_what_keep_names(
    shop_project: Project, shop: SandboxShop
) -> None:
    for name in ("Panel one", "Panel two", "Stray"):
        shop.make_group(name)
    shop.make_setting("stray")
    shop_project.write(
        "cg-sync.yaml",
        PROJECT + 'ownership: {groups: {mode: all, keep: ["Panel *"]}, settings: declared}\n',
    )
    planned = shop_project.run("plan")
    assert "- group Stray" in planned.out
    assert "ownership: all" in planned.out
    applied(shop_project)
    assert sorted(shop.groups()) == ["Panel one", "Panel two"]
    assert list(shop.settings()) == ["stray"]


def test_a_guard_refuses_with_numbers_until_this_very_plan_is_allowed(
    shop_project: Project, shop: SandboxShop
) -> None:
    for number in range(10):
        shop.make_group(f"G{number}")
    shop_project.write("cg-sync.yaml", PROJECT + "ownership: {groups: all}\n")
    for number in range(6):
        shop_project.write(f"groups/g{number}.yaml", f"name: G{number}\n")
    refused = shop_project.run("apply", "--yes")
    digest = shop_project.run("plan", "--format", "json").data["digest"]
    assert refused.code == 4
    assert re.search(r"4 of 10 groups .*\(40.*30%", refused.out)
    other_plan = allowing("max_delete_share", digest[:12])
    assert f"cg-sync apply --allow {other_plan}" in refused.err
    for rule, plan in (("max_delete_share", "0" * 12), ("max_member_removal_share", digest)):
        assert shop_project.run("apply", "--yes", "--allow", allowing(rule, plan)).code == 4
    assert len(shop.groups()) == 10
    (shop_project.root / "groups/g5.yaml").unlink()
    assert shop_project.run("apply", "--yes", "--allow", other_plan).code == 4
    shop_project.write("groups/g5.yaml", "name: G5\n")
    applied(shop_project, "--allow", other_plan)
    assert sorted(shop.groups()) == [f"G{number}" for number in range(6)]


def test_removing_most_members_is_refused_with_numbers(
    shop_project: Project, shop: SandboxShop
) -> None:
    shop.make_group("VIP", list(range(1, 13)))
    shop_project.write("groups/vip.yaml", VIP)
    ran = shop_project.run("apply", "--yes", "--format", "json")
    assert ran.code == 4
    assert re.search(r"10 of 12 members .*\(83.*30%", ran.err)
    assert ran.data["outcome"] == "refused"
    assert len(shop.members("VIP")) == 12


# --- environments


def test_variables_differ_from_environment_to_environment(
    shop_project: Project, shop: SandboxShop
) -> None:
    url = '"${CG_SYNC_SANDBOX_URL}"'
    shop_project.write(
        "cg-sync.yaml",
        f"""
        version: 1
        environments:
          web: {{url: {url}, channel: 1, vars: {{students: student-tr}}}}
          app: {{url: {url}, channel: 2, vars: {{students: vip-tr}}}}
        """,
    )
    lines = STUDENTS.replace("price_list: student-tr", 'price_list: "${students}"')
    shop_project.write("settings/student-discount.yaml", lines)
    unclear = shop_project.run("plan")
    assert unclear.code == 64
    assert "which environment? cg-sync.yaml has web, app" in unclear.err
    for name in ("web", "app"):
        assert shop_project.run("apply", "--yes", "--env", name).code == 0
    assert shop.settings()["student-discount"]["price_list"] == 2
    assert replace(shop, channel=2).settings()["student-discount"]["price_list"] == 4


def test_cg_sync_env_chooses_the_environment(
    shop_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = '  other: {url: "${CG_SYNC_SANDBOX_URL}", channel: 2}\n'
    shop_project.write("cg-sync.yaml", PROJECT + other)
    assert shop_project.run("plan").code == 64
    monkeypatch.setenv("CG_SYNC_ENV", "other")
    assert "Plan for other (channel 2)" in shop_project.run("plan").out
    assert "Plan for test (channel 1)" in shop_project.run("plan", "--env", "test").out
