"""A random shop, random files for it and random bad days, all from one seed; and what may be in
such a shop at any moment while cg-sync is at work in it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random
from threading import Lock
from types import SimpleNamespace
from typing import Any

import pytest

from cg_sync.api.client import Client
from tests.conftest import Project
from tests.shop import SandboxShop

NAMES = ("Alpha", "Beta", "Gamma", "Delta", "Epsilon")
SLUGS = ("spring", "summer", "autumn", "winter")
PRICE_LISTS = (("retail-tr", 1), ("student-tr", 2), (None, None))
PEOPLE = 24
SETTING_NAMES = ("Sale", "Big  Sale", "Sale for some")
PADDING = "padding"
"""The key that a shop which normalises puts into rules."""

PROJECT = """
version: 1
environments: {test: {url: "%s", channel: 1, api: {page_size: %d}}}
guards: {empty: false, min_existing: 1000, max_priority_moves: 100, max_display_changes: 100}
"""

ATTRIBUTES = """
attributes:
  is_active: {type: boolean, path: is_active, nullable: false}
  groups: {type: list, path: "@static_groups"}
"""

Json = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """What a shop holds at first, by name and slug, and the files that it is to follow. Customers
    and groups in it are numbers and names.
    """

    groups: Mapping[str, frozenset[int]]
    settings: Mapping[str, Json]
    files: Mapping[str, Json]
    roots: Mapping[str, str]
    """The name that each group had at first, by any of its names."""


def case_of(random: Random) -> Case:
    """Some groups and settings, some of them in files, and some of these otherwise."""
    groups = {"Bystander": _people(random, 4)}
    groups |= {name: _people(random, 14) for name in NAMES if random.random() < 0.7}
    files: dict[str, Json] = {}
    roots = {"Bystander": "Bystander"}
    wanted = ["Bystander"]
    for name in NAMES:
        roots[name] = roots[f"{name} II"] = name
        said = _group_file(random, name)
        if said is not None:
            files[f"groups/{name}.yaml"] = said
        if said is not None and "state" not in said:
            wanted.append(said["name"])
    settings = {"bystander": _live_setting(random, 99, ["Bystander"])}
    places, numbers = random.sample(range(9), 4), random.sample(range(9), 4)
    for slug, place, number in zip(SLUGS, places, numbers, strict=True):
        said = _setting_file(random, slug, number, wanted)
        if said is not None:
            files[f"settings/{slug}.yaml"] = said
        if random.random() < 0.7:  # What is in no file must not speak of what may go.
            settings[slug] = _live_setting(random, place, [*groups] if said else ["Bystander"])
    return Case(groups, settings, files, roots)


def _people(random: Random, most: int) -> frozenset[int]:
    return frozenset(random.sample(range(PEOPLE), random.randint(0, most)))


def _group_file(random: Random, name: str) -> Json | None:
    fate = random.random()
    if fate < 0.15:
        return None
    if fate < 0.3:
        return {"name": name, "state": "absent"}
    said: Json = {"name": name, "not_a_rename": True}
    if fate < 0.5:
        said |= {"name": f"{name} II", "renamed_from": [name]}
    if random.random() < 0.85:
        mode = random.choice(["exact", "exact", "at_least"])
        said["members"] = {"mode": mode, "customers": sorted(_people(random, 14))}
    return said


def _live_setting(random: Random, priority: int, groups: list[str]) -> Json:
    return {
        "name": random.choice(SETTING_NAMES),
        "priority": priority,
        "is_active": random.random() < 0.8,
        "price_list": random.choice(PRICE_LISTS)[1],
        "config": random.choice([None, *groups]),
    }


def _setting_file(random: Random, slug: str, priority: int, groups: list[str]) -> Json | None:
    fate = random.random()
    if fate < 0.15:
        return None
    if fate < 0.3:
        return {"slug": slug, "state": "absent"}
    group = random.choice([None, *groups])
    leaf = {"groups": {"has_any": [group]}} if group else {"is_active": True}
    return {
        "name": random.choice(SETTING_NAMES),
        "slug": slug,
        "priority": priority,
        "active": random.random() < 0.8,
        "rule": {"match": [leaf]},
        "display": {"price_list": random.choice(PRICE_LISTS)[0]},
        "not_a_rename": True,
    }


def play(case: Case, shop: SandboxShop, people: list[Json]) -> None:
    """Empty the shop, and put into it what it holds at first."""
    shop.reset()
    pks = {
        name: shop.make_group(name, [people[it]["pk"] for it in sorted(members)])
        for name, members in case.groups.items()
    }
    for slug, fields in case.settings.items():
        group = fields["config"]
        rule: Json = {"slug": "any-rule"}
        if group is not None:
            # To the letter as cg-sync writes it: without --recheck it knows no other letters.
            rule = {"slug": "customer-group-rule", "customer_groups": [pks[group]]}
            rule |= {"exclude": False, "missing": False}
        shop.make_setting(slug, **{**fields, "config": rule})


def write_project(case: Case, project: Project, url: str, people: list[Json], page: int) -> None:
    """The files of the case, in an empty folder."""
    project.write("cg-sync.yaml", PROJECT % (url, page))
    project.write(
        "attributes.yaml",
        ATTRIBUTES,
    )
    for path, content in case.files.items():
        said = dict(content)
        if "members" in said:
            chosen = [{"pk": people[it]["pk"]} for it in said["members"]["customers"]]
            if page % 2:
                chosen = [people[it]["email"] for it in said["members"]["customers"]]
            said["members"] = {**said["members"], "customers": chosen}
        project.write(path, json.dumps(said))


# --- time


class Clock:
    """Time that passes by itself, and at once for whoever waits."""

    def __init__(self) -> None:
        self._skipped = 0.0
        self._lock = Lock()

    def ticks(self) -> float:
        return time.monotonic() + self._skipped

    def now(self) -> float:
        return time.time() + self._skipped

    def nap(self, seconds: float) -> None:
        with self._lock:
            self._skipped += seconds


def without_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let runs in this process wait for nothing but the shop; deadlines come all the same."""
    clock = Clock()
    defaults = Client.__init__.__kwdefaults__
    assert defaults is not None
    for name, value in (("ticks", clock.ticks), ("clock", clock.now)):
        assert name in defaults
        monkeypatch.setitem(defaults, name, value)
    ticking = SimpleNamespace(monotonic=clock.ticks, sleep=clock.nap)
    monkeypatch.setattr("cg_sync.workflow.connect.time", ticking)
    monkeypatch.setattr("cg_sync.cli.conducting.time", ticking)


# --- bad days


OTHERS_DOING = frozenset({"shifting_pages", "duplicate_emails"})
"""Faults that change the shop behind the back of a run."""


def script_of(random: Random, *, others: bool) -> list[Json]:
    """A few faults that come now and then; with `others` also those of somebody else at work."""
    rules = [_rule(random) for _ in range(random.randint(2, 4))]
    if not others:
        rules = [it for it in rules if not OTHERS_DOING & it.keys()]
    if random.random() < 0.3:
        rules.insert(0, {"latency": {"exponential": {"mean": 2}}})
    return rules


def _rule(random: Random) -> Json:
    share = {"share": random.choice([0.1, 0.2, 0.3])}
    writes = {"method": ["POST", "PATCH", "DELETE"]}
    where = random.choice(["before", "after", "after"])
    told = random.choice(["seconds", "date", "none"])
    often: list[Json] = [
        {"when": share, "status": {"code": random.choice([500, 502, 503, 504]), "where": where}},
        {"when": {**share, **writes}, "status": {"code": 500, "where": where}},
        {"when": share, "reset": {"where": where}},
        {"when": {**share, **writes}, "reset": {"where": "after"}},
        {"when": share, "half_body": {}},
        {"when": share, "wrong_length": {"by": random.choice([-5, 7])}},
        {"when": share, "throttle": {"retry_after": told, "wait": random.choice([0, 1, 300])}},
        {"when": {**share, **writes}, "half_body": {"bytes": random.choice([0, 1, 20])}},
    ]
    rarely: list[Json] = [
        {"throttle": {"requests": random.randint(20, 60), "seconds": 0.2, "retry_after": told}},
        {"throttle": {"rate": 300, "burst": 5, "retry_after": told}},
        {"when": share, "stale_reads": {"reads": random.randint(1, 8)}},
        {"when": {"share": 0.1}, "shifting_pages": {"change": "insert"}},
        {"when": {"share": 0.1}, "duplicate_emails": {}},
        {"normalise": random.choice([{"name": "collapse"}, {"priority": 3},
                                     {"config": {PADDING: 1}}, {"price_list": "default"}])},
        {"when": {"nth": random.randint(5, 90)}, "token_expiry": {}},
        {"when": {"after": random.randint(0, 20)}, "read_only": {"code": 403}},
        {"when": share, "read_only": {"code": 503}},
        {"when": share, "disk_full": {"code": random.choice([500, 507])}},
        {"when": {**writes, "after": random.randint(0, 12)}, "status": {"code": 503}},
    ]  # fmt: skip
    return random.choice(rarely if random.random() < 0.4 else often)


def faults_in(rules: list[Json]) -> frozenset[str]:
    """What a script plays."""
    return frozenset(name for rule in rules for name in rule if name != "when")


# --- what may be


@dataclass(frozen=True)
class Bounds:
    """What is in a shop at any time between two states: nothing that neither of them has."""

    case: Case
    old: Json
    new: Json
    normalising: bool

    def trespasses(self, state: Json) -> Iterator[str]:
        """What is in the shop and should not be, or is not and should."""
        yield from self._of_groups(*(self._groups(it) for it in (state, self.old, self.new)))
        yield from self._of_settings(*(self._settings(it) for it in (state, self.old, self.new)))

    def _groups(self, state: Json) -> dict[str, Json]:
        return {
            self.case.roots[it["name"]]: it
            for it in state["groups"]
            if not it["name"].startswith("shifted-")
        }

    def _of_groups(
        self, now: dict[str, Json], old: dict[str, Json], new: dict[str, Json]
    ) -> Iterator[str]:
        yield from (f"{root} was there and stays, and is gone" for root in
                    old.keys() & new.keys() - now.keys())  # fmt: skip
        for root, it in now.items():
            ends = [end[root] for end in (old, new) if root in end]
            if it["name"] not in {end["name"] for end in ends}:
                yield f"group {it['name']} was never meant"
            there = set(it["members"])
            least = set.intersection(*(set(end["members"]) for end in ends)) if ends else set()
            most = set().union(*(end["members"] for end in ends))
            if there - most:
                yield f"group {root} has strangers: {there - most}"
            if len(ends) == 2 and least - there:
                yield f"group {root} has lost {least - there}"
        yield from _nowhere(now, old, new)

    def _settings(self, state: Json) -> dict[str, Json]:
        found = {}
        groups = (self._groups(self.old), self._groups(self.new))
        stay = groups[0].keys() & groups[1].keys()
        for it in state["settings"]:
            if not it["slug"].startswith("shifted-"):
                rule = {key: value for key, value in it["config"].items() if key != PADDING}
                if "customer_groups" in rule:
                    names = [self.case.roots.get(name) for name in rule["customer_groups"]]
                    rule["customer_groups"] = [it if it in stay else "gone" for it in names]
                found[it["slug"]] = {**it, "config": rule}
        return found

    def _of_settings(
        self, now: dict[str, Json], old: dict[str, Json], new: dict[str, Json]
    ) -> Iterator[str]:
        yield from (f"{slug} was there and stays, and is gone" for slug in
                    old.keys() & new.keys() - now.keys())  # fmt: skip
        for slug, it in now.items():
            ends = [end[slug] for end in (old, new) if slug in end]
            for name, value in it.items():
                if value not in [kind for end in ends for kind in self._kinds_of(name, end[name])]:
                    yield f"setting {slug} has {name} {value!r}, never meant"

    def _kinds_of(self, name: str, value: Any) -> list[Any]:
        """A value, and what a shop that normalises may make of it."""
        if self.normalising and name == "name":
            return [value, " ".join(value.split())]
        if self.normalising and name == "priority":
            return [value, (2 * value + 3) // 6 * 3]
        if self.normalising and name == "price_list":
            return [value, 1 if value is None else value]
        return [value]


def _nowhere(now: dict[str, Json], old: dict[str, Json], new: dict[str, Json]) -> Iterator[str]:
    """Customers who move from one group to another, and are in neither."""
    for pk in {pk for it in old.values() for pk in it["members"]}:
        before, after, there = (
            {root for root, it in state.items() if pk in it["members"]} for state in (old, new, now)
        )
        if before and after and not there & (before | after):
            yield f"customer {pk} is in none of {before | after}"
