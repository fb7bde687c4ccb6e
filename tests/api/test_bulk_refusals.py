"""Bulk calls that the shop refuses for the sake of a few: the others go through, over HTTP, and the
journal knows who did.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import pytest

from cg_sync.api.bench import MOST_REFUSED
from cg_sync.core.address import RemoteId
from cg_sync.core.journal import Recorded, read_lines
from cg_sync.core.stop import Stop
from cg_sync.errors import ApiError, Rejected, Unreachable
from tests.builders import a_group, wanting
from tests.conftest import Project, Ran
from tests.e2e.proxy import Answer, Asked, Behaviour, Forward, Proxy, faithful, running_proxy
from tests.memory_shop import Clock, MemoryShop, Run, a_job, a_plan, carry_out, exactly
from tests.shop import SandboxShop

VIP = a_group("VIP")


@pytest.fixture
def proxy(
    shop_project: Project, shop: SandboxShop, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Proxy]:
    with running_proxy(shop.url) as made:
        monkeypatch.setenv("CG_SYNC_SANDBOX_URL", made.url)
        yield made


def refusing(gone: Collection[RemoteId], status: int = 400) -> Behaviour:
    """The shop, once these customers are deleted."""

    def behave(asked: Asked, forward: Forward) -> Answer:
        named = set(gone) & set(moved_in(asked))
        if not named:
            return forward(asked)
        message = f'Invalid pk "{min(named)}" - object does not exist.'
        return Answer(status, json.dumps({"customers": [message]}).encode())

    return behave


def moved_in(asked: Asked) -> list[RemoteId]:
    """The customers of a bulk call."""
    return asked.body["customers"] if asked.is_write and "/bulk_" in asked.path else []


def moves(proxy: Proxy) -> list[list[RemoteId]]:
    return [moved_in(it) for it in proxy.asked if moved_in(it)]


def vip(project: Project, pks: Sequence[RemoteId]) -> None:
    """The file of a group of these, and no others."""
    listed = ", ".join(f"{{pk: {it}}}" for it in pks)
    project.write("groups/vip.yaml", f"name: VIP\nmembers: {{customers: [{listed}]}}\n")


def only_journal(project: Project) -> Path:
    (path,) = (project.root / ".cg-sync/runs").iterdir()
    return path


def moved(path: Path, state: str) -> set[RemoteId]:
    """The customers of the bulk calls that ended so, by the journal."""
    recorded = read_lines(path.read_bytes(), "")
    assert recorded is not None
    ended = (it for it in recorded.begun if recorded.ended[it.number].state == state)
    return {pk for it in ended for pk in it.members}


def assert_done_in_part(ran: Ran, refused: Sequence[RemoteId]) -> None:
    assert ran.code == 6, ran.out + ran.err
    named = ", ".join(map(str, refused))
    assert f"the shop refuses customers (pk {named}), the others are done: " in ran.out
    assert "  done in part: " in ran.out


@pytest.mark.parametrize("verb", ["add", "remove"])
def test_the_others_go_through_and_resume_and_undo_know_who_did(
    proxy: Proxy, shop_project: Project, shop: SandboxShop, verb: str
) -> None:
    pks = [it["pk"] for it in shop.customers()[:12]]
    gone, others = pks[6], [*pks[4:6], *pks[7:]]
    start = pks[:4] if verb == "add" else pks
    wanted = pks if verb == "add" else pks[:4]
    group = shop.make_group("VIP", start)
    config = (shop_project.root / "cg-sync.yaml").read_text()
    shop_project.write("cg-sync.yaml", f"{config}guards: {{max_member_removal_share: 100%}}\n")
    vip(shop_project, wanted)

    def members() -> set[RemoteId]:
        path = f"{shop.remote}/customer_groups/{group}/customers/"
        return {it["pk"] for it in shop.call("GET", path, params={"limit": 100})["results"]}

    proxy.behave = refusing([gone])
    assert_done_in_part(shop_project.run("apply", "--yes"), [gone])
    journal = only_journal(shop_project)
    assert members() ^ set(wanted) == {gone}
    assert moved(journal, "done") == set(others)
    assert gone in moved(journal, "failed")

    del proxy.asked[:]
    again = shop_project.run("resume", journal.stem, "--yes")
    assert (again.code, moves(proxy)) == (7, [[gone]])
    proxy.behave = faithful
    del proxy.asked[:]
    assert shop_project.run("resume", journal.stem, "--yes").code == 0
    assert (members(), moves(proxy)) == (set(wanted), [[gone]])

    undone = shop_project.run("undo", journal.stem, "--yes")
    assert (undone.code, members()) == (0, set(start)), undone.out + undone.err


def test_half_a_bulk_call_is_taken_back_without_asking_for_who_was_refused(
    proxy: Proxy, shop_project: Project, shop: SandboxShop
) -> None:
    pks = [it["pk"] for it in shop.customers()[:9]]
    shop.make_group("VIP", pks[:1])
    before = shop.state()
    vip(shop_project, pks)
    proxy.behave = refusing(pks[3:5])
    assert_done_in_part(shop_project.run("apply", "--yes"), pks[3:5])
    del proxy.asked[:]
    allowed = ("--yes", "--parallel", "1")
    undone = shop_project.run("undo", only_journal(shop_project).stem, *allowed)
    assert undone.code == 0, undone.out + undone.err
    assert moves(proxy) == [[*pks[1:3], *pks[5:]]]
    assert shop.state() == before


@pytest.mark.parametrize("status", [403, 404, 409, 422])
def test_any_other_refusal_is_of_the_whole(
    proxy: Proxy, shop_project: Project, shop: SandboxShop, status: int
) -> None:
    pks = [it["pk"] for it in shop.customers()[:4]]
    shop.make_group("VIP")
    vip(shop_project, pks)
    proxy.behave = refusing(pks[:1], status)
    assert shop_project.run("apply", "--yes").code in (7, 10)
    assert moves(proxy) == [pks]


# ── in memory ────────────────────────────────────────────────────────────────────────────────────


class Strict(MemoryShop):
    """Refuses a bulk call in which any of `gone` is, and hears of each; `answers` come first."""

    gone: frozenset[RemoteId] = frozenset()
    asked: list[tuple[RemoteId, ...]]
    answers: dict[int, ApiError]
    stop: Stop
    stop_after: int = 0

    def add_members(
        self, collection: str, remote_id: RemoteId, customers: Sequence[RemoteId]
    ) -> None:
        self.asked.append(tuple(customers))
        if len(self.asked) == self.stop_after:
            self.stop.ask("Ctrl-C")
        if len(self.asked) in self.answers:
            raise self.answers[len(self.asked)]
        if self.gone & set(customers):
            raise Rejected("customers: Invalid pk", status=400)
        super().add_members(collection, remote_id, customers)


def adding(
    number: int,
    gone: Collection[RemoteId],
    *,
    stop_after: int = 0,
    answers: dict[int, ApiError] | None = None,
) -> tuple[Strict, Run]:
    """A run in which so many customers, from 1 on, are to join."""
    shop = Strict()
    shop.gone, shop.asked, shop.answers = frozenset(gone), [], answers or {}
    shop.stop, shop.stop_after = Clock().stop(), stop_after
    shop.group("VIP")
    live = shop.live()
    plan = a_plan(wanting(VIP), live, {VIP.address: exactly(set(range(1, number + 1)), set())})
    return shop, carry_out(a_job(plan, live), shop, stop=shop.stop)


def done_in(recorded: Recorded) -> set[RemoteId]:
    done = (it for it in recorded.begun if recorded.ended[it.number].state == "done")
    return {pk for it in done for pk in it.members}


def members_of(shop: Strict) -> set[RemoteId]:
    (there,) = shop.members.values()
    return there


def test_so_many_are_looked_for_and_the_others_are_counted() -> None:
    gone = range(1, 128, 9)
    shop, run = adding(128, gone)
    (failure,) = run.result.failures
    there = members_of(shop)
    named = ", ".join(map(str, gone[:MOST_REFUSED]))
    assert failure.reason == (
        f"the shop refuses customers (pk {named}), of {128 - MOST_REFUSED} others {len(there)} are "
        "done: customers: Invalid pk"
    )
    assert (failure.partly, run.result.done) == (True, [])
    assert done_in(run.journal.recorded) == there
    assert len([it for it in shop.asked if len(it) == 1 and set(it) & shop.gone]) == MOST_REFUSED


@pytest.mark.parametrize("after", [1, 2, 3, 4])
def test_no_call_begins_once_the_run_must_end(after: int) -> None:
    shop, run = adding(16, {9}, stop_after=after)
    assert len(shop.asked) == after
    assert done_in(run.journal.recorded) == members_of(shop)
    (failure,) = run.result.failures
    assert failure.partly == bool(members_of(shop))
    if failure.partly:
        assert f"others {len(members_of(shop))} are done: " in failure.reason


def test_a_part_that_failed_for_another_reason_is_not_called_done() -> None:
    shop, run = adding(4, {1}, answers={4: Unreachable("no connection", sent=False)})
    (failure,) = run.result.failures
    assert members_of(shop) == {3, 4}
    assert failure.reason == (
        "the shop refuses customers (pk 1), of 3 others 2 are done: customers: Invalid pk"
    )
