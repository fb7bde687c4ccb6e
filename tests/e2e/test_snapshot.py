"""Snapshots: a plan made from one is the plan that the shop would have got, and names nobody."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import event, given, settings

from cg_sync.api.shop import NOTHING, Incomplete
from cg_sync.core.members import MemberKeys
from cg_sync.core.pseudonym import pseudonyms_in
from cg_sync.core.seal import sealed
from cg_sync.errors import PlanStale
from cg_sync.files.starter import copy_starter
from cg_sync.jsonvalue import JsonObject
from cg_sync.workflow import snapshot as snapshots
from cg_sync.workflow.check import check_files
from cg_sync.workflow.remembered import Remembered
from cg_sync.workflow.snap import take_snapshot, write_snapshot
from tests.conftest import PROJECT, Project, Ran
from tests.e2e.test_laws import (
    State,
    forget,
    live_states,
    make_live,
    new_project,
    over_http,
    ownerships,
    people,
    wanted_states,
    with_token,
    write_files,
    writes,
)
from tests.shop import SandboxShop, running_sandbox

__all__ = ["people", "with_token"]

SECRET = "a secret of many letters"
SALT = "CG_SYNC_SNAPSHOT_SALT"
KEY = "CG_SYNC_SIGNING_KEY"
NO_NETWORK = {"CG_SYNC_SANDBOX_URL": "http://127.0.0.1:9", "CG_SYNC_TOKEN": ""}


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a signing key nor a secret salt."""
    monkeypatch.delenv(SALT, raising=False)
    monkeypatch.delenv(KEY, raising=False)


def comparable(planned: Ran) -> Any:
    """All that a plan says but where it comes from, what it costs and, of people, who they are."""
    data = dict(planned.data)
    if planned.code == 3:
        return data["problems"]
    assert planned.code == 0, planned.err
    for name in ("source", "calls", "forecast", "target", "digest"):
        del data[name]
    for change in data["changes"]:
        for name in ("add_sample", "remove_sample"):
            change.get("members", {}).pop(name, None)
    return data


def plan_of(project: Project, *arguments: str) -> Ran:
    return project.run("plan", "--format", "json", *arguments)


def plan_against(project: Project, *arguments: str) -> Ran:
    """A plan from the snapshot, where no shop can be reached."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in NO_NETWORK.items():
            patch.setenv(name, value)
        return plan_of(project, "--against", str(project.root / "snapshot.json"), *arguments)


def take(project: Project, *arguments: str) -> Any:
    """Take a snapshot of the shop; what its file holds."""
    path = project.root / "snapshot.json"
    taken = project.run("snapshot", "-o", str(path), *arguments)
    assert taken.code == 0, taken.err
    return json.loads(path.read_text("utf-8"))


def codes(planned: Ran) -> list[str]:
    return [it["code"] for it in planned.data["problems"]]


# ── the law ──────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxShop]:
    """A shop as the sandbox begins: with the groups and settings of the tutorial."""
    with running_sandbox(tmp_path_factory.mktemp("seeded"), "--customers", "60") as shop:
        yield shop


@pytest.fixture
def starter(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    seeded: SandboxShop,
    monkeypatch: pytest.MonkeyPatch,
) -> Project:
    """A new project, and its shop."""
    copy_starter(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("CG_SYNC_ENV", "sandbox")
    monkeypatch.setenv("CG_SYNC_SANDBOX_URL", seeded.url)
    monkeypatch.setenv("CG_SYNC_TOKEN", seeded.token)
    return Project(tmp_path, capsys)


def test_the_demo_gets_the_same_plan_from_a_snapshot_as_from_the_shop(
    starter: Project, seeded: SandboxShop
) -> None:
    assert starter.run("apply", "--yes").code == 0
    customers = seeded.customers()
    seeded.make_group("Everybody", [it["pk"] for it in customers])
    seeded.make_group("Old group", [it["pk"] for it in customers[:9]])
    starter.write("groups/old.yaml", "name: Old group\nstate: absent\n")
    student = starter.root / "settings/student-discount.yaml"
    student.write_text(student.read_text().replace("priority: 20", "priority: 15"))
    vip = starter.root / "groups/vip-customers.yaml"
    others = "".join(f"\n    - {it['email']}" for it in customers[20:25])
    vip.write_text(vip.read_text().replace("\n    - mehmet.demir@example.com", others))
    live = plan_of(starter)
    assert live.data["summary"] == {
        "create": 0, "update": 2, "delete": 1, "members_added": 5, "members_removed": 1,
        "unchanged": 7, "unmanaged": 1,
    }  # fmt: skip
    take(starter)
    assert comparable(plan_against(starter)) == comparable(live)


@settings(over_http, max_examples=over_http.max_examples // 4)
@given(live=live_states(), wanted=wanted_states(), of_groups=ownerships, of_settings=ownerships)
def test_any_shop_gives_the_same_plan_by_its_snapshot(
    shop: SandboxShop,
    people: list[dict[str, Any]],
    capsys: pytest.CaptureFixture[str],
    live: State,
    wanted: State,
    of_groups: str,
    of_settings: str,
) -> None:
    # Everybody is in a group, so that everybody can be looked up.
    everybody = {"name": "Everybody", "members": list(range(len(people)))}
    make_live(shop, State([*live.groups, everybody], live.settings), people)
    with new_project(shop, capsys, of_groups, of_settings) as project:
        write_files(project, wanted, people)
        where = ("--project", str(project.root))
        take(project, *where)
        assert writes(shop) == []
        planned, remembered = plan_of(project, *where), plan_against(project, *where)
        assert remembered.code == planned.code, remembered.err
        if "CG-L04" not in codes(planned):
            event("everybody is known")
            assert comparable(remembered) == comparable(planned)
            return
        event("somebody is unknown to the shop")
        assert "CG-L14" in codes(remembered)
        assert [names_in(it) for it in remembered.data["changes"]] == [
            names_in(it) for it in planned.data["changes"]
        ]


def names_in(change: Any) -> Any:
    return change["action"], change["kind"], change["key"], change["fields"]


def raw(text: str) -> str:
    return json.dumps({"slug": "weather-rule", "to": [text], "cc": {text: 1}})


def test_addresses_in_names_and_rules_are_compared_and_are_not_in_the_file(
    shop_project: Project, shop: SandboxShop
) -> None:
    same, other, gone = "ayse@marker.example", "can@marker.example", "ece@marker.example"
    shop.make_group("Friends of leyla@marker.example")
    shop.make_group("Friends of nil@marker.example")
    shop.make_group("Friends of oya@marker.example")
    shop.make_group("Friends of pinar@marker.example")
    for number, slug in enumerate(("same", "other", "unmanaged")):
        told = json.loads(raw({"same": same, "other": other, "unmanaged": gone}[slug]))
        shop.make_setting(slug, priority=number, config=told)
    pattern = r"^deniz\.su@marker\.example$"
    shop.make_setting("pattern", priority=5, config=json.loads(raw(pattern)))
    shop_project.write("groups/a.yaml", "name: Friends of leyla@marker.example\n")
    shop_project.write("groups/b.yaml", "name: Friends of nil@marker.example\nstate: absent\n")
    shop_project.write(
        "groups/c.yaml", "name: Friends\nrenamed_from: [Friends of oya@marker.example]\n"
    )
    for number, (slug, rule) in enumerate((("same", raw(same)), ("other", raw(gone)))):
        shop_project.write(
            f"settings/{slug}.yaml",
            f"name: {slug}\nslug: {slug}\npriority: {number}\nrule: {{raw: {rule}}}\n",
        )
    data = take(shop_project)
    assert "Friends of p" in json.dumps(data["collections"])
    words = without_hashes(json.dumps(data))
    for name in ("ayse", "can@", "ece", "leyla", "nil@", "oya", "pinar", "deniz", "su@"):
        assert name not in words, name
    live, remembered = plan_of(shop_project), plan_against(shop_project)
    assert [it["key"] for it in live.data["changes"]] == [
        "Friends", "Friends of n***@marker.example", "other",
    ]  # fmt: skip
    assert comparable(remembered) == comparable(live)


# ── what is in the file ──────────────────────────────────────────────────────────────────────────


@pytest.fixture
def members(shop_project: Project, shop: SandboxShop) -> list[dict[str, Any]]:
    """The customers in VIP, whose file names them by every kind of key."""
    found = [it for it in shop.customers() if it["phone_number"] and it["erp_code"]][:6]
    shop.make_group("VIP", [it["pk"] for it in found])
    named: list[Any] = [found[0]["email"]]
    named += [{key: found[1][key]} for key in ("erp_code", "phone_number", "pk")]
    text = json.dumps({"name": "VIP", "members": {"customers": named}})
    shop_project.write("groups/vip.yaml", text)
    forget(shop)
    return found


def without_hashes(text: str) -> str:
    """The text without what is hashed or packed, in which any short word may stand by chance."""
    return re.sub(r"[0-9a-f]{8,}|[A-Za-z0-9+/=]{24,}", "", text)


def test_a_snapshot_holds_nobody(
    shop_project: Project, members: list[dict[str, Any]], shop: SandboxShop
) -> None:
    data = take(shop_project)
    assert data["members"]["fields"] == ["email", "pk", "erp_code", "phone_number"]
    assert data["counts"]["members"] == len(members)
    text = (shop_project.root / "snapshot.json").read_text("utf-8")
    for customer in members:
        local = customer["email"].partition("@")[0]
        for key in (customer["email"], local, customer["phone_number"], customer["erp_code"]):
            assert str(key).lower() not in text.lower()
        assert customer["phone_number"].lstrip("+") not in text
    assert {type(it) for it in data["members"]["groups"]["customer_groups"].values()} == {str}
    assert writes(shop) == []


def test_keys_that_no_file_uses_are_not_hashed(
    shop_project: Project, members: list[dict[str, Any]]
) -> None:
    text = json.dumps({"name": "VIP", "members": {"customers": [members[0]["email"]]}})
    shop_project.write("groups/vip.yaml", text)
    assert take(shop_project)["members"]["fields"] == ["email", "pk"]
    text = text.replace(f'"{members[0]["email"]}"', json.dumps({"erp_code": "E-1"}))
    shop_project.write("groups/vip.yaml", text)
    planned = plan_against(shop_project)
    assert (codes(planned), planned.data["changes"]) == (["CG-L15"], [])
    assert planned.data["problems"][0]["message"] == (
        "the members of 1 group were not compared: the snapshot has no erp_code"
    )


def test_the_same_shop_and_salt_give_the_same_snapshot(
    shop_project: Project, members: list[dict[str, Any]]
) -> None:
    first = take(shop_project)
    (shop_project.root / "snapshot.json").rename(shop_project.root / "old.json")
    again, other = take(shop_project, "--salt-from", "old.json"), take(shop_project)
    for it in (first, again, other):
        del it["read_at"], it["seal"]
    assert again == first
    assert other["salt"] != first["salt"]
    assert other["members"]["groups"] != first["members"]["groups"]
    assert {**other, "salt": "", "members": ""} == {**first, "salt": "", "members": ""}


def test_the_result_says_what_is_in_the_file(
    shop_project: Project, members: list[dict[str, Any]]
) -> None:
    ran = shop_project.run("snapshot", "-o", "s.json", "--result-file", "result.json")
    assert ran.out == (
        "s.json: test: 7 price lists, 5 stock lists, 1 customer group, "
        "0 customer group settings, 6 members\n"
    )
    result = json.loads((shop_project.root / "result.json").read_text())
    assert (result["file"], result["counts"]["members"]) == ("s.json", len(members))
    ran = shop_project.run("snapshot", "-o", "s.json", "--no-members", "--format", "json")
    assert result["counts"] == {**ran.data["counts"], "members": len(members)}
    assert (shop_project.root / "s.json").stat().st_mode & 0o444 == 0o444


def test_a_place_where_no_file_can_be_is_refused_before_the_shop_is_read(
    shop_project: Project, shop: SandboxShop
) -> None:
    ran = shop_project.run("snapshot", "-o", "no/such/folder.json")
    assert (ran.code, shop.seen()) == (64, [])


class Restless:
    """A shop with one group, whose members change while they are read, so many times."""

    page_size = 100
    customer_cache = None

    def __init__(self, changes: int, name: str = "VIP") -> None:
        self.changes = changes
        self.name = name

    def fetch_complete(
        self, collection: str, query: Mapping[str, str] = NOTHING
    ) -> list[JsonObject]:
        return [{"pk": 7, "name": self.name}] if collection == "customer_groups" else []

    def fetch_each(
        self, collection: str, queries: Sequence[Mapping[str, str]]
    ) -> Iterator[list[JsonObject]]:
        return (self.fetch_complete(collection, it) for it in queries)

    def fetch_all(
        self, collection: str, query: Mapping[str, str] = NOTHING, *, fields: Collection[str] = ()
    ) -> Iterator[JsonObject]:
        raise AssertionError("nobody is looked up here")

    def fetch_members(
        self, collection: str, remote_id: int, *, fields: Collection[str] = ()
    ) -> Iterator[JsonObject]:
        yield {"pk": 1, "email": "ayse@example.com"}
        if self.changes:
            self.changes -= 1
            raise Incomplete("members", "somebody came")
        yield {"pk": 2, "email": "can@example.com"}

    def count(self, collection: str, query: Mapping[str, str] = NOTHING) -> int | None:
        return None

    def lookups(self, collection: str) -> Mapping[str, frozenset[str]]:
        return {}


def test_half_a_listing_gets_into_no_snapshot(project: Project) -> None:
    checked = check_files(project.root, environment=None, environ={})
    now = datetime(2026, 11, 22, tzinfo=UTC)
    once = take_snapshot(checked, Restless(1), now=now, environ={})
    assert once.counts["members"] == 2
    with pytest.raises(Incomplete):
        take_snapshot(checked, Restless(2), now=now, environ={})


@pytest.mark.parametrize(
    "name", ["half a letter \ud83d", "ayse\ud83d@example.com", "\u2028 ☀ Iğdır"]
)
def test_a_name_that_no_file_can_hold_is_remembered_all_the_same(
    project: Project, name: str
) -> None:
    checked = check_files(project.root, environment=None, environ={})
    now = datetime(2026, 11, 22, tzinfo=UTC)
    taken, path = take_snapshot(checked, Restless(0, name), now=now, environ={}), Path("s.json")
    write_snapshot(taken, path, environ={})
    made = snapshots.plan_against(checked, path, now=now, environ={})
    known = Remembered(taken, MemberKeys(), b"", pseudonyms_in(name, taken.salt))
    assert [it["name"] for it in known.fetch_complete("customer_groups")] == [name]
    assert len(made.plan.unmanaged) == 1


# ── members ──────────────────────────────────────────────────────────────────────────────────────


def test_members_are_recognised_by_every_kind_of_key(
    shop_project: Project, members: list[dict[str, Any]]
) -> None:
    take(shop_project)
    live, remembered = plan_of(shop_project), plan_against(shop_project)
    assert live.data["summary"]["members_removed"] == len(members) - 2
    assert comparable(remembered) == comparable(live)


def test_who_is_in_no_group_is_presumed_to_exist_and_told(
    shop_project: Project, members: list[dict[str, Any]], shop: SandboxShop
) -> None:
    take(shop_project)
    others = [it["email"] for it in shop.customers()[30:33]]
    named = [{"email": it} for it in others] + [{"pk": members[0]["pk"]}, {"pk": 123456789}]
    text = json.dumps({"name": "VIP", "members": {"customers": named, "mode": "at_least"}})
    shop_project.write("groups/vip.yaml", text)
    planned = plan_against(shop_project)
    (change,) = planned.data["changes"]
    assert (change["members"]["add"], change["members"]["unchanged"]) == (4, len(members))
    (problem,) = planned.data["problems"]
    assert (problem["code"], problem["severity"]) == ("CG-L14", "warning")
    assert problem["message"].startswith("members: 4 customers are not in the snapshot: ")
    assert "pk 123456789" in problem["message"]
    assert not any(it in planned.out for it in others)


@pytest.mark.parametrize("arguments", [(), ("--no-members",)])
def test_without_members_all_else_is_compared(
    shop_project: Project,
    members: list[dict[str, Any]],
    shop: SandboxShop,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
) -> None:
    shop_project.write("groups/new.yaml", "name: New\n")
    shop.make_setting("spring", priority=3)
    if not arguments:
        monkeypatch.setenv(SALT, SECRET)
    data = take(shop_project, *arguments)
    monkeypatch.delenv(SALT, raising=False)
    planned = plan_against(shop_project)
    assert [it["key"] for it in planned.data["changes"]] == ["New"]
    assert codes(planned) == ["CG-L15"]
    reason = "the snapshot was taken without them"
    if not arguments:
        assert data["members"]["check"] != ""
        reason = f"they are hashed with a secret, and {SALT} is not set"
    message = planned.data["problems"][0]["message"]
    assert message == f"the members of 1 group were not compared: {reason}"


def test_with_the_secret_salt_members_are_compared(
    shop_project: Project, members: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    open_to_guesses = take(shop_project)
    live = comparable(plan_of(shop_project))
    (shop_project.root / "snapshot.json").rename(shop_project.root / "old.json")
    monkeypatch.setenv(SALT, SECRET)
    data = take(shop_project, "--salt-from", "old.json")
    assert data["salt"] == open_to_guesses["salt"]
    assert data["members"]["groups"] != open_to_guesses["members"]["groups"]
    assert comparable(plan_against(shop_project)) == live
    monkeypatch.setenv(SALT, SECRET + "!")
    planned = plan_against(shop_project)
    assert planned.code == 64
    assert f"{SALT} is not that of the snapshot" in planned.err
    monkeypatch.setenv(SALT, "short")
    assert shop_project.run("snapshot", "-o", "s.json").code == 64


# ── snapshots that are refused ───────────────────────────────────────────────────────────────────


def changed(project: Project, **fields: Any) -> None:
    """Write the snapshot anew with other values, sealed as if it had been written so."""
    path = project.root / "snapshot.json"
    data = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps(sealed({**data, **fields}, "")))


@pytest.fixture
def taken(shop_project: Project, members: list[dict[str, Any]]) -> dict[str, Any]:
    """The content of snapshot.json."""
    data = take(shop_project)
    assert isinstance(data, dict)
    return data


def test_what_a_later_version_adds_is_ignored(shop_project: Project, taken: dict[str, Any]) -> None:
    before = comparable(plan_against(shop_project))
    target = {**taken["target"], "more": 1}
    changed(shop_project, format_version="1.7", more={"a": [1]}, target=target)
    assert comparable(plan_against(shop_project)) == before


REFUSED = [
    ({"format": "cg-sync/plan"}, "is not a snapshot of cg-sync"),
    ({"format_version": "2.0"}, "has format 2.0, and this version reads 1.x"),
    ({"complete": False}, "is not complete"),
    ({"read_at": "yesterday"}, "says no time when it was read"),
    ({"read_at": "2026-01-01T00:00:00"}, "says when it was read without a time zone"),
    ({"target": {"environment": "prod", "url_sha256": "0" * 64, "channel": 1}},
     "was taken of another place: environment prod, not test"),
    ({"target": {"environment": "test", "url_sha256": "0" * 64, "channel": 2}},
     "was taken of another place: channel 2, not 1"),
    ({"collections": {}}, "without customer_group_settings; without customer_groups"),
    ({"members": {"fields": ["email", "pk"], "check": "", "groups": {"x": {"1": "AAAA"}}}},
     "has members that are cut short"),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "said"), REFUSED)
def test_a_snapshot_that_does_not_fit_is_refused(
    shop_project: Project, taken: dict[str, Any], fields: dict[str, Any], said: str
) -> None:
    changed(shop_project, **fields)
    planned = plan_against(shop_project)
    assert planned.code == 5
    assert said in planned.err


def test_a_snapshot_of_another_address_is_refused(
    shop_project: Project, taken: dict[str, Any], shop: SandboxShop
) -> None:
    shop_project.write("cg-sync.yaml", PROJECT.replace("${CG_SYNC_SANDBOX_URL:-http://127.0.0.1:9}",
                                                       "https://other.example.com"))  # fmt: skip
    planned = plan_against(shop_project)
    assert planned.code == 5
    assert "an address other than https://other.example.com" in planned.err
    shop_project.write("cg-sync.yaml", PROJECT.replace("${CG_SYNC_SANDBOX_URL:-http://127.0.0.1:9}",
                                                       shop.url))  # fmt: skip
    assert plan_against(shop_project).code == 0


def test_a_shape_that_no_snapshot_has_is_told_at_its_place(
    shop_project: Project, taken: dict[str, Any]
) -> None:
    changed(shop_project, salt=7)
    planned = plan_against(shop_project)
    assert planned.code == 3
    assert "salt: " in planned.err


def test_an_edited_snapshot_is_refused(shop_project: Project, taken: dict[str, Any]) -> None:
    path = shop_project.root / "snapshot.json"
    path.write_text(path.read_text().replace('"name":"VIP"', '"name":"VIPs"'))
    planned = plan_against(shop_project)
    assert planned.code == 5
    assert "snapshot.json was changed after it was written" in planned.err


def test_with_a_signing_key_only_signed_snapshots_are_read(
    shop_project: Project, taken: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def signed(planned: Ran) -> Any:
        return planned.data["source"]["snapshot"]["signed"]

    assert signed(plan_against(shop_project)) is False
    monkeypatch.setenv(KEY, "k1")
    assert f"is not signed, and {KEY} is set" in plan_against(shop_project).err
    assert take(shop_project)["seal"]["hmac_sha256"] is not None
    assert signed(plan_against(shop_project)) is True
    monkeypatch.setenv(KEY, "k2")
    assert plan_against(shop_project).code == 5
    monkeypatch.delenv(KEY)
    # The signature cannot be looked at, so it proves nothing.
    assert signed(plan_against(shop_project)) is False


def test_an_old_snapshot_says_its_age_and_may_be_too_old(
    shop_project: Project, taken: dict[str, Any]
) -> None:
    read_at = datetime(2026, 11, 1, 12, tzinfo=UTC)
    changed(shop_project, read_at=read_at.isoformat())
    checked = check_files(shop_project.root, environment=None, environ=None)
    path = shop_project.root / "snapshot.json"

    def age(now: datetime, most: timedelta | None) -> timedelta:
        made = snapshots.plan_against(checked, path, now=now, environ={}, max_age=most)
        assert made.plan.source is not None
        assert made.plan.source.snapshot is not None
        assert made.plan.source.snapshot.read_at == read_at
        return made.plan.source.snapshot.age

    day = timedelta(days=1)
    assert age(read_at + 3 * day, None) == 3 * day
    assert age(read_at + day, day) == day
    # Clocks differ between machines.
    assert age(read_at - day, day) == timedelta()
    with pytest.raises(PlanStale, match=r"is 3 days old; at most 1 day is allowed"):
        age(read_at + 3 * day, day)


def test_a_plan_from_a_snapshot_cannot_be_applied(
    shop_project: Project, taken: dict[str, Any], shop: SandboxShop
) -> None:
    saved = plan_against(shop_project, "-o", str(shop_project.root / "saved.json"))
    assert saved.code == 0, saved.err
    forget(shop)
    assert shop_project.run("apply", "saved.json", "--yes").code == 5
    assert writes(shop) == []
