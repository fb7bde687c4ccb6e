"""Laws over HTTP, for any files and any shop: apply, then plan, and the plan is empty."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, assume, event, given, settings
from hypothesis import strategies as st

from cg_sync.rules.catalogue import Catalogue
from cg_sync.rules.document import rule_to_document
from cg_sync.rules.wire import rule_to_wire
from tests.conftest import Project
from tests.shop import SandboxShop
from tests.unit.rules.strategies import catalogue, rules

# The default profile has 100 examples, the long one 2,000.
EXAMPLES = settings().max_examples * 2 // 5

NAMES = ("VIP", "vip", "Gold", "Iğdır", "IĞDIR", "öğrenci ☀", "a: b #c", "- x", "true", "007")
SLUGS = ("spring", "Spring", "student-discount", "007", "-", "null", "a_b")
PRICE_LISTS = (("retail-tr", 1), ("student-tr", 2), ("wholesale", 3), ("staff", 5), (None, None))
STOCK_LISTS = (("main", 1), ("online", 2), ("warehouse", 3), ("stores", 4), (None, None))
LIST_WITHOUT_CODE = 7
# Groups have ids of one shop, which rules made beforehand cannot know.
CATALOGUE = Catalogue({name: it for name, it in catalogue().attributes.items() if name != "groups"})

ATTRIBUTES = {
    it.name: {
        "type": it.type,
        "path": it.path,
        "nullable": it.nullable,
        **({"values": list(it.values)} if it.values else {}),
    }
    for it in CATALOGUE.attributes.values()
}
PROJECT = """
version: 1
timezone: Europe/Istanbul
environments: {test: {url: "%s", channel: 1}}
ownership: {groups: %s, settings: %s}
guards: {empty: false}
"""

texts = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=12)
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**40), 2**40)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts
)
raw_rules = st.dictionaries(
    texts, st.recursive(scalars, lambda it: st.lists(it, max_size=3), max_leaves=5), max_size=3
).map(lambda it: {**it, "slug": "weather-rule"})
# Made once: to make strategies anew for each example takes longer than to draw from them.
live_configs = rules(CATALOGUE).map(rule_to_wire) | raw_rules
wanted_rules = rules(CATALOGUE).map(rule_to_document) | raw_rules.map(lambda it: {"raw": it})
moments = st.integers(0, 20 * 10**6).map(
    lambda minutes: (datetime(2000, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)).replace(
        tzinfo=None
    )
)
"""Wall clock times, to the minute, of some forty years."""


@dataclass(frozen=True)
class State:
    """What files say, or what a shop holds, as plain data."""

    groups: list[dict[str, Any]]
    settings: list[dict[str, Any]]


@st.composite
def live_settings(draw: st.DrawFn, slug: str) -> dict[str, Any]:
    """A setting as somebody might leave it in the shop."""
    starts = draw(st.none() | moments)
    fields = {
        "name": draw(st.sampled_from(NAMES)),
        "slug": slug,
        "priority": draw(st.integers(0, 3)),
        "is_active": draw(st.booleans()),
        "price_list": draw(st.sampled_from([pk for _, pk in PRICE_LISTS] + [LIST_WITHOUT_CODE])),
        "stock_list": draw(st.sampled_from([pk for _, pk in STOCK_LISTS])),
        "start_date": f"{starts.isoformat()}Z" if starts else None,
        "end_date": draw(st.none() | moments.map(lambda it: f"{it.isoformat()}.25+05:30")),
        "config": draw(live_configs),
    }
    left_out = draw(st.sets(st.sampled_from(sorted(fields.keys() - {"name", "slug", "config"}))))
    return {name: value for name, value in fields.items() if name not in left_out}


@st.composite
def live_states(draw: st.DrawFn) -> State:
    """Any shop of a few groups and settings."""
    names = draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=4))
    slugs = draw(st.lists(st.sampled_from(SLUGS), unique=True, max_size=3))
    members = st.lists(st.integers(0, 40), unique=True, max_size=6)
    return State(
        [{"name": name, "members": draw(members)} for name in names],
        [draw(live_settings(slug)) for slug in slugs],
    )


@st.composite
def memberships(draw: st.DrawFn) -> dict[str, Any]:
    """Members by every kind of key; a number stands for a customer, `?` for one nobody knows."""
    keys = st.tuples(st.sampled_from(["email", "EMAIL", "pk", "erp_code", "phone_number", "?"]),
                     st.integers(0, 40))  # fmt: skip
    return {
        "mode": draw(st.sampled_from(["exact", "at_least"])),
        "customers": draw(st.lists(keys, max_size=6)),
    }


@st.composite
def wanted_settings(draw: st.DrawFn, slug: str, priority: int) -> dict[str, Any]:
    """The content of a setting's file."""
    starts = draw(st.none() | moments)
    ends = draw(st.none() | st.integers(1, 10**6))
    display = {
        "price_list": draw(st.sampled_from([code for code, _ in PRICE_LISTS])),
        "stock_list": draw(st.sampled_from([code for code, _ in STOCK_LISTS])),
    }
    content: dict[str, Any] = {
        "name": draw(st.sampled_from(NAMES)),
        "slug": slug,
        "priority": priority,
        "rule": draw(wanted_rules),
    }
    if draw(st.booleans()):
        content["active"] = draw(st.booleans())
    if starts is not None:
        content["starts_at"] = starts.isoformat()
    if ends is not None:
        content["ends_at"] = f"{(starts or draw(moments)) + timedelta(days=1, minutes=ends)}Z"
    if draw(st.booleans()):
        content["display"] = display
    content["not_a_rename"] = draw(st.booleans())
    return content


@st.composite
def wanted_states(draw: st.DrawFn) -> State:
    """Any valid project of a few files."""
    names = draw(_apart(NAMES))
    slugs = draw(_apart(SLUGS))
    formers = [it for it in NAMES if it.casefold() not in {name.casefold() for name in names}]
    groups = []
    for name in names:
        if draw(st.integers(0, 4)) == 0:
            groups.append({"name": name, "state": "absent"})
            continue
        group: dict[str, Any] = {"name": name}
        if draw(st.booleans()):
            group["members"] = draw(memberships())
        if draw(st.booleans()) and formers:
            group["renamed_from"] = [formers.pop()]
        group["not_a_rename"] = draw(st.booleans())
        groups.append(group)
    priorities = draw(st.lists(st.integers(0, 9), unique=True, min_size=len(slugs),
                               max_size=len(slugs)))  # fmt: skip
    made = [
        {"slug": slug, "state": "absent"}
        if draw(st.integers(0, 4)) == 0
        else draw(wanted_settings(slug, priority))
        for slug, priority in zip(slugs, priorities, strict=True)
    ]
    return State(groups, made)


def _apart(words: tuple[str, ...]) -> st.SearchStrategy[list[str]]:
    """A few that are not the same in other letters."""
    return st.lists(st.sampled_from(words), unique_by=lambda it: it.casefold(), max_size=4)


def make_live(shop: SandboxShop, live: State, people: list[dict[str, Any]]) -> None:
    """Empty the shop and put this into it by hand."""
    shop.reset()
    for group in live.groups:
        shop.make_group(group["name"], [people[it]["pk"] for it in group["members"]])
    for setting in live.settings:
        path = f"{shop.remote}/customer_group_settings/"
        shop.call("POST", path, json=setting)
    forget(shop)


def forget(shop: SandboxShop) -> None:
    """Clear the log of requests."""
    shop.call("DELETE", "/_sandbox/requests/")


def writes(shop: SandboxShop) -> list[tuple[str, str, int]]:
    """The requests since the log was cleared that could change something."""
    return [it for it in shop.seen() if it[0] not in ("GET", "HEAD", "OPTIONS")]


def write_files(project: Project, wanted: State, people: list[dict[str, Any]]) -> None:
    """One file each; JSON is YAML, and written by nobody of ours."""
    for number, group in enumerate(wanted.groups):
        content = dict(group)
        if "members" in content:
            chosen = [_entry(key, people[it]) for key, it in content["members"]["customers"]]
            content["members"] = {**content["members"], "customers": chosen}
        project.write(f"groups/g{number}.yaml", json.dumps(content, ensure_ascii=False))
    for number, setting in enumerate(wanted.settings):
        text = json.dumps(setting, ensure_ascii=False).replace("${", "$${")
        project.write(f"settings/s{number}.yaml", text)


def _entry(key: str, customer: dict[str, Any]) -> Any:
    if key == "?" or not customer.get(key.lower()):
        return {"erp_code": "NOBODY"} if key == "erp_code" else "nobody@example.org"
    if key == "EMAIL":
        return customer["email"].upper()
    return customer["email"] if key == "email" else {key: customer[key]}


@contextmanager
def new_project(
    shop: SandboxShop, capsys: pytest.CaptureFixture[str], *owned: str
) -> Iterator[Project]:
    """A folder with a project in it, for one example."""
    with tempfile.TemporaryDirectory() as folder:
        project = Project(Path(folder), capsys)
        groups, of_settings = owned or ("declared", "declared")
        project.write("cg-sync.yaml", PROJECT % (shop.url, groups, of_settings))
        project.write("attributes.yaml", json.dumps({"attributes": ATTRIBUTES}))
        yield project


@pytest.fixture
def people(shop: SandboxShop) -> list[dict[str, Any]]:
    """The first customers, whom every example uses."""
    return shop.customers()[:41]


over_http = settings(
    max_examples=EXAMPLES,
    phases=[it for it in Phase if it is not Phase.explain],  # each example is dozens of requests
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)
ownerships = st.sampled_from(["declared", "all"])


@pytest.fixture(autouse=True)
def with_token(shop: SandboxShop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The shop's token in the environment, and no colours."""
    monkeypatch.setenv("CG_SYNC_TOKEN", shop.token)
    monkeypatch.delenv("CG_SYNC_ENV", raising=False)
    monkeypatch.setenv("NO_COLOR", "1")


@over_http
@given(live=live_states(), wanted=wanted_states(), of_groups=ownerships, of_settings=ownerships)
def test_apply_then_plan_is_empty_and_apply_again_writes_nothing(
    shop: SandboxShop,
    people: list[dict[str, Any]],
    capsys: pytest.CaptureFixture[str],
    live: State,
    wanted: State,
    of_groups: str,
    of_settings: str,
) -> None:
    make_live(shop, live, people)
    with new_project(shop, capsys, of_groups, of_settings) as project:
        write_files(project, wanted, people)
        where = ("--project", str(project.root))
        planned = project.run("plan", "--format", "json", *where)
        assert writes(shop) == []
        if planned.code == 3:
            errors = {it["code"] for it in planned.data["problems"] if it["severity"] == "error"}
            assert errors <= {"CG-L02", "CG-L06", "CG-L16"}, planned.err
            assert project.run("apply", "--yes", *where).code == 3
            assert writes(shop) == []
            event(f"refused: {', '.join(sorted(errors))}")
            return
        assert planned.code == 0, planned.err
        event(f"{min(len(planned.data['changes']), 5)} changes")
        applied = project.run("apply", "--yes", *where)
        assert applied.code == 0, applied.out + applied.err
        forget(shop)
        again = project.run("plan", "--detailed-exitcode", "--format", "json", *where)
        assert (again.code, again.data["changes"]) == (0, [])
        assert project.run("apply", "--yes", *where).code == 0
        assert writes(shop) == []


@settings(over_http, max_examples=EXAMPLES // 4)  # each is seven commands
@given(live=live_states(), wanted=wanted_states(), of_groups=ownerships, of_settings=ownerships)
def test_a_saved_plan_stands_until_it_is_applied_and_is_done_then(
    shop: SandboxShop,
    people: list[dict[str, Any]],
    capsys: pytest.CaptureFixture[str],
    live: State,
    wanted: State,
    of_groups: str,
    of_settings: str,
) -> None:
    make_live(shop, live, people)
    with new_project(shop, capsys, of_groups, of_settings) as project:
        write_files(project, wanted, people)
        where = ("--project", str(project.root))
        file = str(project.root / "plan.json")
        planned = project.run("plan", "-o", file, "--format", "json", *where)
        if planned.code == 3:
            event("refused")
            return
        shown = project.run("show", file, "--format", "json")
        assert shown.data == planned.data
        held = project.run("verify", file, "--format", "json", *where)
        assert (held.code, {it["standing"] for it in held.data["changes"]} <= {"ok"}) == (0, True)
        assert writes(shop) == []
        applied = project.run("apply", file, "--yes", *where)
        assert applied.code == 0, applied.out + applied.err
        forget(shop)
        again = project.run("verify", file, "--format", "json", *where)
        assert {it["standing"] for it in again.data["changes"]} <= {"already"}, again.out
        assert project.run("apply", file, "--yes", *where).code == 0
        assert writes(shop) == []
        new = project.run("plan", "--detailed-exitcode", "--format", "json", *where)
        assert (new.code, new.data["changes"]) == (0, [])


@settings(over_http, max_examples=EXAMPLES // 2)
@given(live=live_states())
def test_what_was_imported_plans_to_nothing(
    shop: SandboxShop,
    people: list[dict[str, Any]],
    capsys: pytest.CaptureFixture[str],
    live: State,
) -> None:
    assume(live.groups or live.settings)
    make_live(shop, live, people)
    with new_project(shop, capsys) as project:
        where = ("--project", str(project.root))
        adopted = project.run("import", "--format", "json", *where)
        assert adopted.code == 0, adopted.err
        valid = project.run("validate", *where)
        assert valid.code == 0, valid.err
        planned = project.run("plan", "--detailed-exitcode", "--format", "json", *where)
        assert planned.code == 0, planned.err + planned.out
        assert planned.data["changes"] == []
        assert writes(shop) == []
        left_out = [it for it in adopted.data["problems"] if it["code"] == "CG-L02"]
        total = len(live.groups) + len(live.settings)
        assert planned.data["summary"]["unmanaged"] == len(left_out)
        assert planned.data["summary"]["unchanged"] == total - len(left_out)


@pytest.mark.parametrize("hours", [0, 1])
def test_a_moment_in_the_hour_that_comes_twice_is_told_from_the_other(
    shop: SandboxShop, capsys: pytest.CaptureFixture[str], hours: int
) -> None:
    first = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    shop.make_setting("spring", start_date=(first + timedelta(hours=hours)).isoformat())
    with new_project(shop, capsys) as project:
        text = (project.root / "cg-sync.yaml").read_text()
        project.write("cg-sync.yaml", text.replace("Europe/Istanbul", "America/New_York"))
        project.write(
            "settings/spring.yaml",
            "name: spring\nslug: spring\npriority: 0\nrule: {match: everyone}\n"
            "starts_at: 2026-11-01T05:30Z\n",
        )
        ran = project.run(
            "plan", "--detailed-exitcode", "--project", str(project.root), "--format", "json"
        )
    assert len(ran.data["changes"]) == hours
