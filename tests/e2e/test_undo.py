"""Undo over HTTP: the shop is as it was, record by record, but for what undo said beforehand."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from cg_sync.jsonvalue import canonical
from tests.conftest import ATTRIBUTES as ATTRIBUTES_YAML
from tests.conftest import PROJECT, Project, Ran
from tests.e2e.proxy import Answer, Asked, Forward, Proxy, faithful
from tests.e2e.test_laws import (
    ATTRIBUTES,
    State,
    forget,
    live_states,
    make_live,
    new_project,
    over_http,
    ownerships,
    wanted_states,
    write_files,
    writes,
)
from tests.shop import SandboxShop

# Each is four commands that write: 10 examples in the default profile, 500 in the long one.
EXAMPLES = settings().max_examples // 4 if settings().max_examples > 100 else 10

GROUPS_ATTRIBUTE = {"type": "list", "path": "@static_groups"}
LOOSE = (
    "guards: {empty: false, max_delete_share: 100%, max_member_removal_share: 100%, "
    "max_update_share: 100%, max_priority_moves: 1000, max_display_changes: 1000}\n"
)
SINCE = frozenset({"created_date", "modified_date"})


@dataclass(frozen=True)
class Held:
    """All that a shop holds: records by kind and key with every field as the API gives it, groups
    with their members; and the ids of all.
    """

    records: Mapping[tuple[str, str], dict[str, Any]]
    ids: Mapping[tuple[str, str], int]

    def groups_named_by(self, key: tuple[str, str]) -> set[str]:
        """The groups that the rule of a setting names."""
        return set(_groups_in(self.in_names(key).get("config")))

    def in_names(self, key: tuple[str, str]) -> dict[str, Any]:
        """A record whose rule names groups by name, each once and in order."""
        record = self.records[key]
        return {name: _with_names(it, self.groups) for name, it in record.items()}

    @property
    def groups(self) -> dict[int, str]:
        return {pk: key for (kind, key), pk in self.ids.items() if kind == "customer_group"}


def held(shop: SandboxShop) -> Held:
    """What the shop holds now, but for dates of records."""
    groups, found = shop.groups(), dict[tuple[str, str], dict[str, Any]]()
    for it in shop.state()["groups"]:
        found["customer_group", it["name"]] = {**groups[it["name"]], "members": it["members"]}
    for slug, record in shop.settings().items():
        found["customer_group_setting", slug] = record
    ids = {key: it.pop("pk") for key, it in found.items()}
    kept = {
        key: {name: value for name, value in it.items() if name not in SINCE}
        for key, it in found.items()
    }
    return Held(kept, ids)


def assert_as_before(before: Held, after: Held, undone: Ran) -> None:
    """Every record is as it was to the letter, id and all, but for what undo said: a record that is
    made anew has another id, and rules that it puts back name a group by its new one.
    """
    changes = undone.data["plan"]["changes"]
    anew = {(it["kind"], it["key"]) for it in changes if it["action"] == "create"}
    written = {(it["kind"], it["key"]) for it in changes}
    groups = {key for kind, key in anew if kind == "customer_group"}
    assert before.records.keys() == after.records.keys()
    for key, was in before.records.items():
        now = after.records[key]
        if key in written and before.groups_named_by(key) & groups:
            # Its rule is written in our own words.
            was, now = before.in_names(key), after.in_names(key)
        assert canonical(now) == canonical(was), key
    assert {key for key, pk in before.ids.items() if after.ids[key] != pk} <= anew


def _with_names(rule: Any, names: Mapping[int, str]) -> Any:
    match rule:
        case {"slug": "customer-group-rule", "customer_groups": [*pks]}:
            return {**rule, "customer_groups": sorted({str(names.get(it, it)) for it in pks})}
        case dict():
            return {key: _with_names(value, names) for key, value in rule.items()}
        case list():
            return [_with_names(it, names) for it in rule]
    return rule


def _groups_in(rule: Any) -> Iterator[str]:
    match rule:
        case {"slug": "customer-group-rule", "customer_groups": [*names]}:
            yield from names
        case dict():
            yield from (it for value in rule.values() for it in _groups_in(value))
        case list():
            yield from (it for value in rule for it in _groups_in(value))


def run_of(ran: Ran) -> str:
    return str(ran.data["apply"]["run"])


# ── the law ──────────────────────────────────────────────────────────────────────────────────────


@st.composite
def naming_groups(draw: st.DrawFn, states: st.SearchStrategy[State], *, is_live: bool) -> State:
    """States of which some settings select by group."""
    state = draw(states)
    names = [it["name"] for it in state.groups if it.get("state") != "absent"]
    found = []
    for setting in state.settings:
        if names and setting.get("state") != "absent" and draw(st.booleans()):
            one = st.sampled_from(names)
            chosen = draw(st.lists(one, min_size=1, max_size=3, unique=not is_live))
            if is_live:
                setting = {**setting, "config": {"groups": chosen, "not": draw(st.booleans())}}
            else:
                rule = {"match": [{"groups": {"has_any": chosen}}]}
                setting = {**setting, "rule": rule}
        found.append(setting)
    return State(state.groups, found)


def make_naming(shop: SandboxShop, live: State, people: list[dict[str, Any]]) -> None:
    """As make_live, with the groups that settings name."""
    make_live(shop, State(live.groups, []), people)
    pks = {name: it["pk"] for name, it in shop.groups().items()}
    for setting in live.settings:
        config = setting["config"]
        if "groups" in config:
            leaf = {
                "slug": "customer-group-rule",
                "customer_groups": [pks[name] for name in config["groups"]],
                "exclude": False,
                "missing": False,
            }
            config = {"slug": "not-rule", "child": leaf} if config["not"] else leaf
        path = f"{shop.remote}/customer_group_settings/"
        shop.call("POST", path, json={**setting, "config": config})
    forget(shop)


@pytest.fixture
def people(shop: SandboxShop) -> list[dict[str, Any]]:
    return shop.customers()[:41]


@pytest.fixture(autouse=True)
def with_token(shop: SandboxShop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CG_SYNC_TOKEN", shop.token)
    monkeypatch.delenv("CG_SYNC_ENV", raising=False)
    monkeypatch.setenv("NO_COLOR", "1")


@settings(over_http, max_examples=EXAMPLES)
@given(
    live=naming_groups(live_states(), is_live=True),
    wanted=naming_groups(wanted_states(), is_live=False),
    of_groups=ownerships,
    of_settings=ownerships,
)
def test_undo_gives_back_what_the_shop_held_and_undoing_that_what_the_files_say(
    shop: SandboxShop,
    people: list[dict[str, Any]],
    capsys: pytest.CaptureFixture[str],
    live: State,
    wanted: State,
    of_groups: str,
    of_settings: str,
) -> None:
    assert_given_back(shop, people, capsys, live, wanted, (of_groups, of_settings))


def assert_given_back(
    shop: SandboxShop,
    people: list[dict[str, Any]],
    capsys: pytest.CaptureFixture[str],
    live: State,
    wanted: State,
    owned: tuple[str, str],
) -> None:
    make_naming(shop, live, people)
    with new_project(shop, capsys, *owned) as project:
        known = {**ATTRIBUTES, "groups": GROUPS_ATTRIBUTE}
        project.write("attributes.yaml", json.dumps({"attributes": known}))
        write_files(project, wanted, people)
        where = ("--yes", "--format", "json", "--project", str(project.root))
        before = held(shop)
        applied = project.run("apply", *where)
        if applied.code == 3:
            event("refused")
            return
        assert applied.code == 0, applied.out + applied.err
        steps = applied.data["apply"]["writes"]["done"]
        event(f"{min(steps, 5)} writes")
        if not steps:
            return
        after = held(shop)
        run = run_of(applied)
        undone = project.run("undo", run, *where)
        assert undone.code == 0, undone.out + undone.err
        assert_as_before(before, held(shop), undone)
        forget(shop)
        assert project.run("undo", run, *where).code == 0
        assert writes(shop) == []
        redone = project.run("undo", run_of(undone), *where)
        assert redone.code == 0, redone.out + redone.err
        assert_as_before(after, held(shop), redone)


# ── examples ─────────────────────────────────────────────────────────────────────────────────────

GROUPS = "groups: {type: list, path: '@static_groups'}"
SETTING = """
name: {slug}
slug: {slug}
priority: {priority}
rule: {{match: [groups: {{has_any: [{group}]}}]}}
"""


def setting(project: Project, slug: str, group: str, priority: int = 10) -> None:
    text = SETTING.format(slug=slug, group=group, priority=priority)
    project.write(f"settings/{slug}.yaml", text)


@pytest.fixture
def loose(shop_project: Project) -> Project:
    """A project whose rules may name groups, and whose guards let everything pass."""
    shop_project.write("cg-sync.yaml", PROJECT + LOOSE)
    shop_project.write("attributes.yaml", f"{ATTRIBUTES_YAML.rstrip()}\n  {GROUPS}\n")
    return shop_project


def apply(project: Project, code: int = 0) -> Ran:
    ran = project.run("apply", "--yes", "--format", "json")
    assert ran.code == code, ran.out + ran.err
    return ran


def undo(project: Project, ran: Ran, *arguments: str, code: int = 0) -> Ran:
    undone = project.run("undo", run_of(ran), "--yes", "--format", "json", *arguments)
    assert undone.code == code, undone.out + undone.err
    return undone


def test_the_example_project_in_a_shop_that_is_open_and_back_again(
    loose: Project, shop: SandboxShop, people: list[dict[str, Any]]
) -> None:
    pks = [it["pk"] for it in people]
    gold = shop.make_group("Gold Customers", pks[:4])
    shop.make_group("Employees", pks[5:7])
    leaf = {"slug": "customer-group-rule", "customer_groups": [gold, gold], "name": "by hand"}
    shop.make_setting("vip", priority=7, price_list=3, config=leaf, end_date="2031-02-03T04:05:06Z")
    shop.make_setting("staff", name="Staff, old", price_list=7, config={"slug": "basket-rule"})
    shop.make_setting("autumn")
    root = loose.root / "example"
    assert loose.run("init", str(root)).code == 0
    config = (root / "cg-sync.yaml").read_text()
    (root / "cg-sync.yaml").write_text(config.replace("guards: {", "guards: {empty: false, "))
    where = ("--project", str(root), "--env", "sandbox", "--yes", "--format", "json")
    before = held(shop)
    applied = loose.run("apply", *where)
    assert applied.code == 0, applied.out + applied.err
    assert applied.data["apply"]["writes"]["done"] >= 9
    after = held(shop)
    assert len(after.ids) == 3 + 7
    undone = loose.run("undo", run_of(applied), *where)
    assert undone.code == 0, undone.out + undone.err
    assert_as_before(before, held(shop), undone)
    redone = loose.run("undo", run_of(undone), *where)
    assert redone.code == 0, redone.out + redone.err
    assert_as_before(after, held(shop), redone)


def test_a_rename_goes_back_in_the_rules_that_name_the_group(
    loose: Project, shop: SandboxShop
) -> None:
    vip = shop.make_group("VIP", [it["pk"] for it in shop.customers()[:3]])
    leaf = {"slug": "customer-group-rule", "customer_groups": [vip]}
    shop.make_setting("first", priority=10, config=leaf)
    before = held(shop)
    loose.write("groups/vip.yaml", "name: Platinum\nrenamed_from: [VIP]\n")
    setting(loose, "first", "Platinum", 20)
    setting(loose, "second", "Platinum", 30)
    applied = apply(loose)
    undone = undo(loose, applied)
    assert_as_before(before, held(shop), undone)
    assert undone.data["apply"]["writes"]["done"] == 3


def test_a_group_comes_back_with_its_members_and_the_rules_that_named_it(
    loose: Project, shop: SandboxShop
) -> None:
    pks = [it["pk"] for it in shop.customers()[:5]]
    old, new = shop.make_group("Old", pks), shop.make_group("New")
    flags = {"exclude": False, "missing": False}
    both = {"slug": "customer-group-rule", "customer_groups": [new, old], **flags}
    shop.make_setting("gone", priority=10, price_list=7, config=both)
    shop.make_setting("Gone", priority=11)  # In other letters, and there all the time.
    shop.make_setting("kept", priority=20, config={"slug": "not-rule", "child": both})
    before = held(shop)
    loose.write("groups/old.yaml", "name: Old\nstate: absent\n")
    loose.write("groups/new.yaml", "name: New\n")
    loose.write("settings/gone.yaml", "name: gone\nslug: gone\nstate: absent\n")
    setting(loose, "kept", "New", 20)
    applied = apply(loose)
    undone = undo(loose, applied)
    assert f"group Old is made anew: its id is another than {old}" in undone.err
    assert_as_before(before, held(shop), undone)
    assert shop.settings()["kept"]["config"]["child"]["customer_groups"] != [new, old]


def test_a_shop_that_stores_things_otherwise_gets_back_what_it_had(
    loose: Project, shop: SandboxShop
) -> None:
    shop.make_group("VIP")
    shop.make_setting("first", name="First", priority=10, config={"slug": "any-rule"})
    before = held(shop)
    loose.write("groups/gold.yaml", "name: Gold  Two\n")
    loose.write("groups/vip.yaml", "name: Platinum\nrenamed_from: [VIP]\n")
    setting(loose, "first", "Platinum", 14)
    setting(loose, "second", "Gold  Two", 26)
    tidy = {"name": "collapse", "priority": 10, "price_list": "default", "config": {"x": 1}}
    with shop.playing({"normalise": tidy}):
        applied = apply(loose, code=6)
    assert applied.data["apply"]["normalised"]
    undone = undo(loose, applied)
    assert_as_before(before, held(shop), undone)


def test_what_somebody_changed_since_is_left_alone_and_the_rest_goes_back(
    loose: Project, shop: SandboxShop
) -> None:
    pks = [it["pk"] for it in shop.customers()[:4]]
    shop.make_group("VIP", pks[:2])
    shop.make_setting("first", priority=10)
    shop.make_setting("second", priority=11)
    before = held(shop)
    loose.write("groups/gold.yaml", f"name: Gold\nmembers: {{customers: [{{pk: {pks[0]}}}]}}\n")
    setting(loose, "first", "VIP", 20)
    setting(loose, "second", "VIP", 30)
    applied = apply(loose)
    path = f"{shop.remote}/customer_group_settings/{shop.settings()['second']['pk']}/"
    shop.call("PATCH", path, json={"priority": 99})
    path = f"{shop.remote}/customer_groups/{shop.groups()['Gold']['pk']}/customers/bulk_add/"
    shop.call("POST", path, json={"customers": pks[3:]})
    undone = loose.run("undo", run_of(applied), "--yes")
    assert undone.code == 6, undone.out + undone.err
    assert "  ! group Gold is left alone, it has moved since" in undone.out
    assert "  ! setting second is left alone, it has moved since" in undone.out
    assert "priority  then written by the run as 30, now 99" in undone.out
    assert "2 changes not taken back" in undone.err
    now = held(shop)
    kept = ("customer_group", "Gold"), ("customer_group_setting", "second")
    assert now.records.keys() - before.records.keys() == {kept[0]}
    assert now.records[kept[1]]["priority"] == 99
    rest = ("customer_group", "VIP"), ("customer_group_setting", "first")
    assert [now.records[it] for it in rest] == [before.records[it] for it in rest]
    forget(shop)
    assert loose.run("undo", run_of(applied), "--yes").code == 6
    assert writes(shop) == []


def test_half_a_run_is_taken_back_as_far_as_it_came(
    proxy: Proxy, loose: Project, shop: SandboxShop
) -> None:
    pks = [it["pk"] for it in shop.customers()[:4]]
    shop.make_group("VIP", pks[:2])
    shop.make_group("Old", pks[2:])
    shop.make_setting("first", priority=10)
    before = held(shop)
    loose.write("groups/vip.yaml", f"name: VIP\nmembers: {{customers: [{{pk: {pks[2]}}}]}}\n")
    loose.write("groups/old.yaml", "name: Old\nstate: absent\n")
    setting(loose, "first", "VIP", 20)
    setting(loose, "second", "VIP", 30)
    proxy.behave = lambda asked, forward: (
        Answer(406, b'{"error": "Not today."}') if asked.method == "PATCH" else forward(asked)
    )
    applied = apply(loose, code=6)
    assert applied.data["apply"]["writes"] == {
        "planned": 5, "done": 3, "failed": 1, "skipped": 1, "not_tried": 0,
    }  # fmt: skip
    proxy.behave = faithful
    undone = undo(loose, applied)
    assert_as_before(before, held(shop), undone)


def test_guards_hold_for_an_undo_and_one_that_is_meant_passes(
    loose: Project, shop: SandboxShop
) -> None:
    shop.make_group("VIP")
    before = held(shop)
    loose.write("groups/gold.yaml", "name: Gold\n")
    applied = apply(loose)
    loose.write("cg-sync.yaml", f"{PROJECT}guards: {{max_delete_share: 30%, min_existing: 1}}\n")
    forget(shop)
    shown = loose.run("undo", run_of(applied), "--dry-run", "--result-file", "result.json")
    refused = undo(loose, applied, code=4)
    assert "1 of 2 groups (50%) would go; the limit is 30%" in refused.err
    assert (shown.code, writes(shop)) == (4, [])
    digest = json.loads((loose.root / "result.json").read_text())["digest"]
    until = (datetime.now(UTC) + timedelta(days=1)).date()
    undone = undo(loose, applied, "--allow", f"max_delete_share@{digest[:12]}@{until}")
    assert_as_before(before, held(shop), undone)


def test_an_undo_is_looked_at_first_and_only_the_one_that_was_read_is_made(
    loose: Project, shop: SandboxShop
) -> None:
    shop.make_setting("first", priority=10)
    before = held(shop)
    loose.write("groups/gold.yaml", "name: Gold\n")
    setting(loose, "first", "Gold", 20)
    applied = apply(loose)
    forget(shop)
    shown = loose.run("undo", run_of(applied), "--dry-run", "--result-file", "result.json")
    assert (shown.code, "priority  20 → 10" in shown.out) == (0, True)
    digest = json.loads((loose.root / "result.json").read_text())["digest"]
    undo(loose, applied, "--digest", "0123456789ab", code=5)
    assert writes(shop) == []
    assert len(list((loose.root / ".cg-sync/runs").iterdir())) == 1
    undone = undo(loose, applied, "--digest", digest)
    assert_as_before(before, held(shop), undone)


def test_fields_that_cg_sync_does_not_know_come_back_with_a_deleted_record(
    proxy: Proxy, loose: Project, shop: SandboxShop
) -> None:
    old = shop.make_group("Old")
    leaf = {"slug": "customer-group-rule", "customer_groups": [old]}
    shop.make_setting("gone", priority=10, config=leaf)
    loose.write("groups/old.yaml", "name: Old\nstate: absent\n")
    loose.write("settings/gone.yaml", "name: gone\nslug: gone\nstate: absent\n")
    kept = {"colour": "red", "owner": "zz-marker@example.com"}

    def with_more(asked: Asked, forward: Forward) -> Answer:
        answer = forward(asked)
        is_record = asked.method == "GET" and re.search(r"_(groups|settings)/\d+/$", asked.path)
        return answer.with_data({**answer.data, **kept}) if is_record else answer

    proxy.behave = with_more
    applied = apply(loose)
    undone = undo(loose, applied)
    assert "group Old: not kept, as it may name a person: owner" in undone.err
    posted = [it.body for it in proxy.writes if it.method == "POST"]
    assert [(it["colour"], "owner" in it) for it in posted] == [("red", False)] * 2
    assert posted[1]["config"]["customer_groups"] == [shop.groups()["Old"]["pk"]]
