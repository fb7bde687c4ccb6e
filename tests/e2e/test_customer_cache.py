"""The cache of customers over HTTP: an unknown key costs two calls, and nobody is overlooked."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest

from tests.conftest import PROJECT, Project
from tests.shop import SandboxShop

PEOPLE = 40
PAGE_SIZE = 4
PAGES = PEOPLE // PAGE_SIZE
LONG_AGO = "2025-03-04T10:11:12.345678Z"
UNKNOWN = "nobody@cache.example"


@dataclass
class World:
    """A channel with forty customers of long ago, of whom four are read at a time."""

    project: Project
    shop: SandboxShop
    channel: int
    pks: list[int]

    def look_up(self, *keys: str) -> tuple[list[int], int]:
        """Which customers would be added to a new group of these, and how many calls it took to
        find that out.
        """
        members = ", ".join(keys)
        self.project.write("groups/new.yaml", f"name: New\nmembers: {{customers: [{members}]}}\n")
        self.shop.call("DELETE", "/_sandbox/requests/")
        ran = self.project.run("plan", "-o", "plan.json")
        assert ran.code == 0, ran.err
        calls = [verb for verb, path, _ in self.shop.seen() if f"{self.people}" in path]
        saved = json.loads((self.project.root / "plan.json").read_text())
        (change,) = saved["bound"]["changes"]
        return change["members"]["add"], len(calls)

    @property
    def people(self) -> str:
        return f"/api/v1/channel/{self.channel}/customers/"

    def change(self, pk: int, **fields: str) -> None:
        self.shop.call("PATCH", f"{self.people}{pk}/", json=fields)

    def add(self, **fields: str) -> int:
        made = self.shop.call("POST", self.people, json=fields)
        return int(made["pk"])

    def delete(self, pk: int) -> None:
        body = {"channel": self.channel, "customers": [pk]}
        self.shop.call("DELETE", "/_sandbox/customers/", json=body)


@pytest.fixture
def world(
    shop_project: Project,
    shop: SandboxShop,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> World:
    """One whose cache has been filled by a walk for an unknown key."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
    people = [
        {"email": f"p{number}@cache.example", "erp_code": f"E-{number}", "modified_date": LONG_AGO}
        for number in range(PEOPLE)
    ]
    made = shop.call("POST", "/_sandbox/channels/", json={"customers": people})
    api = f"api: {{page_size: {PAGE_SIZE}, customer_cache: true}}"
    text = PROJECT.replace("channel: 1", f"channel: {made['pk']}, {api}")
    shop_project.write("cg-sync.yaml", text)
    world = World(shop_project, shop, made["pk"], made["customers"])
    # A count, a filter that finds nobody, and everybody.
    assert world.look_up(UNKNOWN) == ([], 2 + PAGES)
    return world


def test_what_changes_in_the_shop_is_seen_without_a_walk(world: World) -> None:
    # All were changed at the same moment, so all of them come again. Once more, and only they do.
    world.change(world.pks[0], first_name="Ada")
    world.look_up(UNKNOWN)
    assert world.look_up(UNKNOWN) == ([], 2)
    new = world.add(email="New@Cache.example", erp_code="E-3")
    assert world.look_up("new@cache.example") == ([new], 3)
    world.change(world.pks[5], email=UNKNOWN)
    assert world.look_up(UNKNOWN, "p1@cache.example") == ([world.pks[1], world.pks[5]], 3)


def test_who_is_not_there_any_more_is_not_found(world: World) -> None:
    world.delete(world.pks[7])
    world.change(world.pks[8], email="other@cache.example")
    added, calls = world.look_up("p7@cache.example", "p8@cache.example", "p9@cache.example")
    assert added == [world.pks[9]]
    assert calls > PAGES


def test_two_customers_with_one_key_are_nobody(world: World) -> None:
    assert world.look_up("{erp_code: E-3}")[0] == [world.pks[3]]
    world.look_up("{erp_code: none}")
    world.add(email="twin@cache.example", erp_code="E-3")
    added, _ = world.look_up("{erp_code: E-3}", "{erp_code: E-4}")
    assert added == [world.pks[4]]


def test_without_caches_each_plan_walks_and_nothing_is_kept(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = world.project.root / ".cg-sync/customers"
    (kept,) = folder.iterdir()
    kept.unlink()
    monkeypatch.setenv("CG_SYNC_CACHE", "off")
    assert world.look_up(UNKNOWN) == ([], 2 + PAGES)
    assert list(folder.iterdir()) == []
