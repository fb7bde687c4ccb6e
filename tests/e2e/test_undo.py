"""Undo over HTTP: the shop is as it was, record by record, but for what undo said beforehand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from cg_sync.jsonvalue import canonical
from tests.conftest import Project, Ran
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

# Each is seven commands: a few by default, more in the long profile.
EXAMPLES = max(10, settings().max_examples // 4) if settings().max_examples > 100 else 10

GROUPS_ATTRIBUTE = {"type": "list", "path": "@static_groups"}
LOOSE = (
    "guards: {empty: false, max_delete_share: 100%, max_member_removal_share: 100%, "
    "max_update_share: 100%, max_priority_moves: 1000, max_display_changes: 1000}\n"
)
SINCE = frozenset({"created_date", "modified_date"})


@dataclass(frozen=True)
class Held:
    """All that a shop holds: records by kind and key, fields as the API gives them. `ids` are those
    of the records; rules name groups by name, since a group that is made anew gets another id.
    """

    records: Mapping[tuple[str, str], str]
    ids: Mapping[tuple[str, str], int]

    def differences(self, other: Held) -> list[tuple[str, str]]:
        """The records that are not the same to the letter."""
        keys = self.records.keys() | other.records.keys()
        return sorted(it for it in keys if self.records.get(it) != other.records.get(it))


def held(shop: SandboxShop) -> Held:
    """What the shop holds now."""
    found: dict[tuple[str, str], Any] = {}
    groups = shop.groups()
    names = {it["pk"]: name for name, it in groups.items()}
    for group in shop.state()["groups"]:
        record = groups[group["name"]]
        found["customer_group", group["name"]] = {**record, "members": group["members"]}
    for slug, record in shop.settings().items():
        config = _by_name(record["config"], names)
        found["customer_group_setting", slug] = {**record, "config": config}
    ids = {key: it.pop("pk") for key, it in found.items()}
    return Held(
        {
            key: canonical({name: value for name, value in it.items() if name not in SINCE})
            for key, it in found.items()
        },
        ids,
    )


def _by_name(rule: Any, names: Mapping[int, str]) -> Any:
    match rule:
        case {"slug": "customer-group-rule", "customer_groups": [*pks]}:
            return {**rule, "customer_groups": [names.get(it, it) for it in pks]}
        case dict():
            return {key: _by_name(value, names) for key, value in rule.items()}
        case list():
            return [_by_name(it, names) for it in rule]
    return rule


def anew(undone: Ran) -> set[str]:
    """The keys of the records that undo said it makes anew."""
    said = undone.data["plan"]["changes"]
    return {it["key"] for it in said if it["action"] == "create"}


def assert_as_before(before: Held, after: Held, undone: Ran) -> None:
    for key in before.differences(after):
        assert before.records.get(key) == after.records.get(key), key
    moved = {key for (_, key), pk in before.ids.items() if after.ids[_, key] != pk}
    assert moved <= anew(undone)


def run_of(ran: Ran) -> str:
    return str(ran.data["apply"]["run"])


# ── the law ──────────────────────────────────────────────────────────────────────────────────────


@st.composite
def naming_groups(draw: st.DrawFn, states: st.SearchStrategy[State], is_live: bool) -> State:
    """States of which some settings select by group."""
    state = draw(states)
    names = [it["name"] for it in state.groups if it.get("state") != "absent"]
    found = []
    for setting in state.settings:
        if names and setting.get("state") != "absent" and draw(st.booleans()):
            chosen = draw(st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=not is_live))
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
