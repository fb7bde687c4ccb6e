"""What a record is, what is believed of it, and whom it lets write."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cg_sync.core.fence import (
    CLOCKS_APART,
    POLL,
    Claim,
    held,
    living_lease,
    page_of_job,
    passes_over,
    pause,
    refuse_if_elsewhere,
    refuse_if_older,
    released,
    renewed,
    taken,
)
from cg_sync.core.fence_place import Fence
from cg_sync.core.fence_record import Lease, Record, Target, read_record, record_text
from cg_sync.core.project import make_project
from cg_sync.core.schema import Law
from cg_sync.errors import Locked
from cg_sync.files.schemas import read_schemas
from cg_sync.files.yaml_reader import read_yaml

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
TEN = timedelta(minutes=10)
OLD, NEW, PULL = "a" * 40, "b" * 40, "c" * 40
PAGE = "https://ci.example.com/jobs/7"
SHOP = Target(url_sha256="0" * 64, channel=5)
REF = "refs/cg-sync/production"


def a_claim(**other: Any) -> Claim:
    usual = {
        "environment": "production", "target": SHOP, "commit": NEW, "planned": NEW,
        "run": "run-2", "page": PAGE, "token": "t2", "tool_version": "0.1.0",
    }  # fmt: skip
    return Claim(**{**usual, **other})


def a_record(**other: Any) -> Record:
    lease = Lease(holder="run-1", claim="t1", page=PAGE, since=NOW, until=NOW + TEN)
    usual = {
        "environment": "production", "target": SHOP, "applied": OLD, "planned": OLD,
        "state": "running", "run": "run-1", "lease": lease, "tool_version": "0.1.0",
    }  # fmt: skip
    return Record(**{**usual, **other})


def read(text: str | bytes) -> Record:
    raw = text if isinstance(text, bytes) else text.encode()
    return read_record(raw, environment="production", ref=REF)


def refusal(record: Record, claim: Claim, *, comes_after: bool, before: bool = False) -> str:
    with pytest.raises(Locked) as caught:
        refuse_if_older(record, claim, comes_after=comes_after, plan_came_before=before)
    return f"{caught.value} ({caught.value.hint})"


# --- the record


@pytest.mark.parametrize("record", [a_record(), a_record(lease=None, state="done")])
def test_a_record_is_read_as_it_was_written(record: Record) -> None:
    assert read(record_text(record)) == record


def test_what_is_added_within_a_format_is_ignored() -> None:
    later = json.loads(record_text(a_record())) | {"format_version": "1.7", "more": 1}
    assert read(json.dumps(later)) == a_record()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "holds no record of cg-sync"),
        ("[]", "holds no record of cg-sync"),
        (b"\xff\x00", "holds no record of cg-sync"),
        ("[" * 100_000, "holds no record of cg-sync"),
        ('{"format": "cg-sync/plan", "format_version": "1.0"}', "holds no record of cg-sync"),
        ('{"format": "cg-sync/fence", "format_version": 1}', "holds no record of cg-sync"),
        (
            '{"format": "cg-sync/fence", "format_version": "2.0"}',
            "was written in format 2.0, and this cg-sync reads 1.0",
        ),
        ('{"format": "cg-sync/fence", "format_version": "1.0"}', "is broken at environment"),
    ],
)
def test_what_is_no_record_of_ours_is_refused(text: str | bytes, said: str) -> None:
    with pytest.raises(Locked) as caught:
        read(text)
    assert str(caught.value) == f"{REF} {said}; nothing was changed"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("environment", "pro duction"),
        ("target.url_sha256", "https://a.example"),
        ("target.channel", "5"),
        ("applied", "main"),
        ("applied", "A" * 40),
        ("applied", f"{OLD}\n"),
        ("planned", ""),
        ("state", "finished"),
        ("run", "\033[2J"),
        ("run", "x" * 201),
        ("lease", []),
        ("lease.holder", ""),
        ("lease.page", "javascript:alert(1)"),
        ("lease.page", "https://me:word@ci.example.com"),
        ("lease.until", "2026-11-22T09:00:00"),
        ("lease.until", 1e300),
        ("tool_version", None),
    ],
)
def test_every_part_of_a_record_is_checked(path: str, value: object) -> None:
    data = json.loads(record_text(a_record()))
    *parents, name = path.split(".")
    part = data[parents[0]] if parents else data
    part[name] = value
    with pytest.raises(Locked) as caught:
        read(json.dumps(data))
    assert str(caught.value) == f"{REF} is broken at {path}; nothing was changed"


def test_the_record_of_another_environment_is_refused() -> None:
    with pytest.raises(Locked, match="is the record of staging, not of production"):
        read(record_text(a_record(environment="staging")))


# --- the fence


def test_a_commit_that_comes_after_the_recorded_one_may_be_applied() -> None:
    refuse_if_older(a_record(), a_claim(), comes_after=True, plan_came_before=False)


@pytest.mark.parametrize(
    ("state", "word"),
    [("done", "was applied"), ("partly", "was applied"), ("running", "is being applied")],
)
def test_an_older_commit_is_refused_also_after_half_a_newer_one(state: str, word: str) -> None:
    assert refusal(a_record(state=state), a_claim(), comes_after=False) == (
        f"commit bbbbbbbbbbbb does not come after aaaaaaaaaaaa, which {word} to production by run "
        f"run-1 ({PAGE}); nothing was changed (let the newer commit stand; to go back, revert it "
        f"in git and apply that. Only if the history was rewritten: --replace-applied {OLD})"
    )


@pytest.mark.parametrize(
    ("replaces", "passes"), [(OLD, True), (OLD[:12], True), (OLD[:11], False), (NEW, False)]
)
def test_only_the_recorded_commit_can_be_replaced(replaces: str, passes: bool) -> None:
    claim = a_claim(replaces=replaces, run="run-2")
    assert passes_over(a_record(), claim) is passes
    if passes:
        refuse_if_older(a_record(), claim, comes_after=False, plan_came_before=True)
    else:
        assert refusal(a_record(), claim, comes_after=False) != ""


def test_a_run_that_goes_on_is_not_held_up_by_its_own_commit() -> None:
    claim = a_claim(run="run-1")
    refuse_if_older(a_record(), claim, comes_after=False, plan_came_before=True)


def test_an_old_plan_is_refused_though_the_checkout_is_new() -> None:
    claim = a_claim(planned=PULL)
    assert refusal(a_record(planned=NEW), claim, comes_after=True, before=True) == (
        "this plan was made from commit cccccccccccc, before aaaaaaaaaaaa, which is being applied "
        f"to production by run run-1 ({PAGE}); nothing was changed (plan anew: cg-sync plan -o "
        "FILE)"
    )


def test_the_plan_of_a_merged_pull_request_may_be_applied_again() -> None:
    claim = a_claim(planned=PULL)
    refuse_if_older(a_record(planned=PULL), claim, comes_after=True, plan_came_before=True)


def test_the_record_of_another_shop_is_refused_unless_it_is_replaced() -> None:
    moved = a_record(target=Target(url_sha256="0" * 64, channel=6), lease=None)
    with pytest.raises(Locked, match="of another address, or channel 6 and not 5"):
        refuse_if_elsewhere(moved, a_claim())
    refuse_if_elsewhere(moved, a_claim(replaces=OLD))
    refuse_if_elsewhere(a_record(), a_claim())


# --- the lease


def test_a_lease_counts_until_a_little_after_its_end() -> None:
    end = NOW + TEN + CLOCKS_APART
    record = a_record()
    assert living_lease(record, now=NOW - TEN) == record.lease
    assert living_lease(record, now=end - timedelta(seconds=1)) == record.lease
    assert living_lease(record, now=end) is None
    assert living_lease(a_record(lease=None), now=NOW) is None


def test_who_holds_it_is_said_with_since_when_and_until_when() -> None:
    record = a_record()
    assert record.lease is not None
    said = (
        f"run run-1 ({PAGE}) writes to production since 2026-11-22 09:00:00 UTC; its lease ends at "
        "2026-11-22 09:10:00 UTC unless it is renewed"
    )
    assert str(held(record, record.lease, waited=timedelta(0))) == f"{said}; nothing was changed"
    after = held(record, record.lease, waited=timedelta(minutes=5))
    assert str(after) == f"{said} (waited for 300 s); nothing was changed"


@pytest.mark.parametrize(
    ("minutes", "left", "seconds"), [(0, 60, 10), (0, 4, 4), (10.9, 60, 6), (0, 0.5, 1)]
)
def test_a_pause_ends_with_the_lease_and_with_the_waiting(
    minutes: float, left: float, seconds: float
) -> None:
    lease = a_record().lease
    assert lease is not None
    now = NOW + timedelta(minutes=minutes)
    assert pause(lease, now=now, left=timedelta(seconds=left)) == timedelta(seconds=seconds)
    assert timedelta(seconds=10) == POLL


def test_a_new_run_records_its_commit_before_it_writes() -> None:
    made = taken(a_record(), a_claim(planned=PULL), now=NOW, length=TEN)
    lease = Lease(holder="run-2", claim="t2", page=PAGE, since=NOW, until=NOW + TEN)
    assert made == a_record(applied=NEW, planned=PULL, run="run-2", lease=lease)
    assert taken(None, a_claim(planned=PULL), now=NOW, length=TEN) == made


def test_a_run_that_goes_on_keeps_the_commit_it_began_with() -> None:
    made = taken(a_record(planned=PULL), a_claim(run="run-1"), now=NOW, length=TEN)
    assert (made.applied, made.planned) == (OLD, PULL)


def test_a_lease_is_renewed_and_given_back() -> None:
    later = renewed(a_record(), now=NOW + TEN, length=TEN)
    assert later.lease is not None
    assert (later.lease.since, later.lease.until) == (NOW, NOW + 2 * TEN)
    assert released(later, "done") == a_record(lease=None, state="done")
    assert released(later, "running") == a_record(lease=None, state="partly")


@given(st.integers(0, 3600), st.integers(0, 3600))
def test_two_runs_never_both_hold_a_lease(taken_at: int, asked_at: int) -> None:
    record = taken(None, a_claim(run="run-1"), now=NOW + timedelta(seconds=taken_at), length=TEN)
    assert record.lease is not None
    now = NOW + timedelta(seconds=asked_at)
    if now < record.lease.until:
        assert living_lease(record, now=now) is not None


@pytest.mark.parametrize(
    ("environ", "page"),
    [
        (
            {"GITHUB_SERVER_URL": "https://github.example", "GITHUB_REPOSITORY": "o/r",
             "GITHUB_RUN_ID": "9"},
            "https://github.example/o/r/actions/runs/9",
        ),
        ({"CI_JOB_URL": PAGE}, PAGE),
        ({"BUILD_URL": PAGE}, PAGE),
        ({"CI_JOB_URL": "https://me:word@ci.example.com/1"}, ""),
        ({"CI_JOB_URL": "a machine of ours"}, ""),
        ({"HOSTNAME": "runner-7"}, ""),
    ],
)  # fmt: skip
def test_a_job_is_named_by_its_page(environ: dict[str, str], page: str) -> None:
    assert page_of_job(environ) == page


# --- fence: in cg-sync.yaml


def project(fence: str, shop: str = "") -> tuple[Fence | None, bool, list[str]]:
    """The fence of the project, whether its shop has it, and what is wrong."""
    text = (
        f"version: 1\nenvironments:\n  a: {{url: 'https://a.example', channel: 1{shop}}}\n{fence}"
    )
    document, _ = read_yaml(text.encode(), file="cg-sync.yaml")
    assert document is not None
    broken = Law(read_schemas()).check("project", document)
    made, problems = (None, broken) if broken else make_project(document)
    said = [f"{it.where} {it.message}" for it in problems]
    if made is None:
        return None, False, said
    return made.fence, made.environments["a"].fence, said


def test_without_a_word_there_is_no_fence() -> None:
    assert project("") == (None, True, [])


@pytest.mark.parametrize(
    ("written", "fence"),
    [
        ("fence: {}", Fence(remote="origin", lease=TEN, refs="refs/cg-sync")),
        (
            "fence: {remote: 'git@a.example:o/r.git', lease: 2h, refs: refs/cg-sync/tr}",
            Fence(remote="git@a.example:o/r.git", lease=timedelta(hours=2), refs="refs/cg-sync/tr"),
        ),
    ],
)
def test_a_fence_is_as_it_is_written(written: str, fence: Fence) -> None:
    assert project(written) == (fence, True, [])
    assert project(written, ", fence: false") == (fence, False, [])


@pytest.mark.parametrize(
    ("written", "wrong"),
    [
        ("{lease: 1m}", "4:16 fence.lease: must be from 2m to 24h"),
        ("{lease: 25h}", "4:16 fence.lease: must be from 2m to 24h"),
        ("{lease: 10}", '4:16 fence.lease: expected a text, found the number 10'),
        ("{lease: 0m}", "4:16 fence.lease: must be minutes or hours, such as 10m or 1h"),
        ("{remote: --upload-pack=x}", "4:17 fence.remote: must be the name or the address of a "
         "git remote"),
        ("{remote: 'https://a:b@c.example'}", "4:17 fence.remote: holds credentials, which belong "
         "to git"),
        ("{refs: cg-sync}", "4:15 fence.refs: must be the beginning of a ref, such as "
         "refs/cg-sync"),
        ("{ref: refs/cg-sync}", "4:9 fence.ref: no such field"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_fence_is_told_with_its_place(written: str, wrong: str) -> None:
    assert project(f"fence: {written}") == (None, False, [f"cg-sync.yaml:{wrong}"])
