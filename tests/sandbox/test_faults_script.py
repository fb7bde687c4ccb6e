"""What a fault script may say, and when each of its rules fires: without a socket."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cg_sync.sandbox.faults.asked import COLLECTIONS, Asked, make_asked
from cg_sync.sandbox.faults.bodies import normalised
from cg_sync.sandbox.faults.limits import SlidingWindow, TokenBucket
from cg_sync.sandbox.faults.node import BadScript
from cg_sync.sandbox.faults.play import Play
from cg_sync.sandbox.faults.reading import make_script
from cg_sync.sandbox.faults.script import LONGEST_MS, NAMES, Bucket, Normalise, Window
from cg_sync.sandbox.serve import read_script

GROUPS = "/api/v1/remote/1/customer_groups/"
EXAMPLES: list[dict[str, Any]] = [
    {"latency": {"fixed": 20}},
    {"throttle": {}},
    {"status": {"code": 502}},
    {"reset": {"where": "after"}},
    {"half_body": {}},
    {"wrong_length": {"by": 1}},
    {"stale_reads": {"reads": 1}},
    {"shifting_pages": {}},
    {"duplicate_emails": {}},
    {"normalise": {"slug": "lower"}},
    {"token_expiry": {}},
    {"read_only": {}},
    {"disk_full": {}},
]


def asked(method: str = "GET", path: str = GROUPS) -> Asked:
    return make_asked(method, path, with_token=True)


def playing(*rules: dict[str, Any], seed: int = 0, clock: Callable[[], float] = float) -> Play:
    return Play(make_script({"seed": seed, "rules": list(rules)}), clock=clock)


def fired(play: Play, times: int, request: Asked | None = None) -> list[int]:
    """The numbers of the requests, from 1, that anything hit."""
    return [it + 1 for it in range(times) if play.faults_of(request or asked())]


def test_every_fault_has_an_example_here_and_can_be_read() -> None:
    names = [NAMES[type(it.fault)] for it in make_script({"rules": EXAMPLES}).rules]
    assert names == [*NAMES.values()]
    assert names == [name for example in EXAMPLES for name in example]


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({}, "rules[0]: name one fault: latency, throttle, status,"),
        ({"reset": {}, "throttle": {}}, "rules[0]: name one fault"),
        ({"reset": {}, "wen": {}}, "rules[0]: unknown key 'wen'"),
        ({"reset": True}, "rules[0].reset: expected a JSON object"),
        ({"reset": {"where": "later"}}, "rules[0].reset.where: 'later' is none of before, after"),
        ({"token_expiry": {"after": 3}}, "rules[0].token_expiry: unknown key 'after'"),
        ({"status": {}}, "rules[0].status.code: expected one of 500, 502, 503, 504"),
        ({"status": {"code": 418}}, "rules[0].status.code: expected one of"),
        ({"read_only": {"code": True}}, "rules[0].read_only.code: expected one of 403, 503"),
        ({"latency": {}}, "rules[0].latency: give one of fixed, uniform,"),
        ({"latency": {"fixed": 1, "uniform": {}}}, "rules[0].latency: give one of"),
        ({"latency": {"fixed": -1}}, "rules[0].latency.fixed: expected a number from 0 to 60000"),
        ({"latency": {"uniform": {"low": 9, "high": 8}}}, "rules[0].latency.uniform.high: "),
        ({"latency": {"exponential": {"mean": 0}}}, "rules[0].latency.exponential.mean: "),
        ({"latency": {"lognormal": {"median": 1}}}, "rules[0].latency.lognormal.sigma: "),
        ({"latency": {"lognormal": {"median": 1, "sigma": 1, "mu": 1}}}, "unknown key 'mu'"),
        ({"throttle": {"requests": 5}}, "rules[0].throttle.seconds: expected a number"),
        ({"throttle": {"requests": 5, "rate": 5}}, "rules[0].throttle: requests/seconds and"),
        ({"throttle": {"rate": 1, "burst": 0}}, "rules[0].throttle.burst: expected a whole number"),
        ({"throttle": {"retry_after": "never"}}, "rules[0].throttle.retry_after: 'never' is none"),
        ({"half_body": {"bytes": 1.5}}, "rules[0].half_body.bytes: expected a whole number"),
        ({"wrong_length": {"by": 0}}, "rules[0].wrong_length.by: 0 would be the right length"),
        ({"stale_reads": {}}, "rules[0].stale_reads: give reads, seconds, or both"),
        ({"stale_reads": {"seconds": float("nan")}}, "rules[0].stale_reads.seconds: "),
        (
            {"duplicate_emails": {"emails": [1]}},
            "rules[0].duplicate_emails.emails: 1 is not a text",
        ),
        ({"normalise": {}}, "rules[0].normalise: give at least one field"),
        ({"normalise": {"name": 1}}, "rules[0].normalise.name: expected a text"),
        ({"reset": {}, "when": {"method": "get"}}, "rules[0].when.method: 'get' is not of GET"),
        ({"reset": {}, "when": {"path": "("}}, "rules[0].when.path: no regular expression: "),
        ({"reset": {}, "when": {"collection": "people"}}, "rules[0].when.collection: 'people' is"),
        ({"reset": {}, "when": {"nth": 0}}, "rules[0].when.nth: expected a whole number from 1"),
        ({"reset": {}, "when": {"nth": 1, "after": 1}}, "rules[0].when: nth and after: give one"),
        ({"reset": {}, "when": {"share": 1.1}}, "rules[0].when.share: expected a number"),
        ({"reset": {}, "when": {"often": 1}}, "rules[0].when: unknown key 'often'"),
    ],
)
def test_a_bad_rule_is_refused_with_its_place(rule: dict[str, Any], message: str) -> None:
    with pytest.raises(BadScript) as refused:
        make_script({"rules": [rule]})
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("given_", "message"),
    [
        ("{", "script: no JSON: "),
        ('{"rules": {}}', "script.rules: expected a list"),
        ('{"rules": [], "sede": 1}', "script: unknown key 'sede'"),
        ('{"rules": [], "seed": "x"}', "script.seed: expected a whole number"),
        ("no/such/file.json", "No such file"),
    ],
)
def test_a_bad_script_is_refused(given_: str, message: str) -> None:
    with pytest.raises(BadScript) as refused:
        read_script(given_)
    assert message in str(refused.value)


def test_a_script_comes_from_a_file_or_is_given_itself(tmp_path: Path) -> None:
    script: dict[str, Any] = {"rules": [{"reset": {}}]}
    file = tmp_path / "faults.json"
    file.write_text(json.dumps(script))
    assert read_script(str(file)) == read_script(f" {json.dumps(script)}") == script


@pytest.mark.parametrize(
    ("when", "hit"),
    [
        ({}, [1, 2, 3, 4, 5, 6]),
        ({"nth": 2}, [2]),
        ({"nth": [1, 4]}, [1, 4]),
        ({"every": 3}, [3, 6]),
        ({"first": 2}, [1, 2]),
        ({"after": 4}, [5, 6]),
        ({"share": 0}, []),
        ({"method": ["POST", "PUT"]}, []),
        (
            {"method": "GET", "collection": "customer_groups", "path": "groups/$"},
            [1, 2, 3, 4, 5, 6],
        ),
        ({"collection": "members"}, []),
        ({"path": "page=2"}, []),
    ],
)
def test_a_rule_fires_when_it_is_its_turn(when: dict[str, Any], hit: list[int]) -> None:
    assert fired(playing({"when": when, "reset": {}}), 6) == hit


@pytest.mark.parametrize(
    ("path", "collection", "page"),
    [
        (GROUPS, "customer_groups", 1),
        (f"{GROUPS}?limit=5&page=3", "customer_groups", 3),
        (f"{GROUPS}?page=last", "customer_groups", None),
        (f"{GROUPS}7/", "customer_groups", None),
        (f"{GROUPS}7/customers/", "members", 1),
        (f"{GROUPS}7/customers/bulk_add/", "members", None),
        ("/api/v1/remote/1/customer_group_settings/", "customer_group_settings", 1),
        ("/api/v1/channel/1/customers/?page=2", "customers", 2),
        ("/api/v1/auth/login/", "auth", None),
        ("/api/v1/price_list/", "price_list", None),
        ("/api/schema/", None, None),
    ],
)
def test_a_request_is_known_by_its_collection(
    path: str, collection: str | None, page: int | None
) -> None:
    seen = asked("GET", path)
    assert (seen.collection, seen.page) == (collection, page)
    assert collection is None or collection in COLLECTIONS


@pytest.mark.parametrize("fault", [{"read_only": {}}, {"disk_full": {}}])
def test_only_writes_count_for_what_hits_writes(fault: dict[str, Any]) -> None:
    play = playing({"when": {"after": 1}} | fault)
    requests = [asked(), asked("POST"), asked(), asked("POST", "/api/v1/auth/login/")]
    assert [bool(play.faults_of(it)) for it in (*requests, asked("DELETE"))] == [False] * 4 + [True]


def test_a_shift_comes_after_its_page_only() -> None:
    play = playing({"shifting_pages": {"page": 2}})
    pages = [f"{GROUPS}?page={number}" for number in (1, 2, 3)]
    assert [bool(play.faults_of(asked("GET", it))) for it in pages] == [False, True, False]


def test_below_a_rule_that_spoils_the_answer_the_others_count_and_rest() -> None:
    play = playing(
        {"latency": {"fixed": 20}},
        {"when": {"nth": 2}, "status": {"code": 502}},
        {"when": {"after": 1}, "reset": {}},
    )
    names = [[NAMES[type(it.fault)] for it in play.faults_of(asked())] for _ in range(3)]
    assert names == [["latency"], ["latency", "status"], ["latency", "reset"]]
    assert play.counts() == [
        {"seen": 3, "fired": 3},
        {"seen": 3, "fired": 1},
        {"seen": 3, "fired": 1},
    ]


def test_a_share_is_drawn_from_the_seed_and_whatever_else_is_asked_changes_nothing() -> None:
    rule = {"when": {"collection": "customer_groups", "share": 0.3}, "reset": {}}
    alone, busy = playing(rule, seed=5), playing(rule, {"throttle": {}}, seed=5)
    expected = fired(alone, 300)
    assert 60 < len(expected) < 120
    other = asked("GET", "/api/v1/channels/")
    found = []
    for number in range(1, 301):
        busy.faults_of(other)
        hit = busy.faults_of(asked())
        found += [number] if NAMES[type(hit[0].fault)] == "reset" else []
    assert found == expected
    assert fired(playing(rule, seed=6), 300) != expected


@pytest.mark.parametrize(
    ("delay", "low", "mean"),
    [
        ({"fixed": 40}, 0.04, 0.04),
        ({"uniform": {"low": 20, "high": 60}}, 0.02, 0.04),
        ({"exponential": {"mean": 40}}, 0, 0.04),
        ({"lognormal": {"median": 40, "sigma": 0.5}}, 0, 0.04 * 1.133),
        ({"lognormal": {"median": 60_000, "sigma": 0}}, 60, 60),
        ({"exponential": {"mean": 60_000}}, 0, 60 * (1 - 0.368)),
    ],
)
def test_a_latency_has_its_distribution(delay: dict[str, Any], low: float, mean: float) -> None:
    play = playing({"latency": delay})
    drawn = [play.faults_of(asked())[0].seconds for _ in range(2000)]
    assert low <= min(drawn) <= max(drawn) <= LONGEST_MS / 1000
    assert sum(drawn) / 2000 == pytest.approx(mean, rel=0.1)


# Eighths of a second are exact, so no test below needs a tolerance.
EIGHTHS = st.lists(st.integers(0, 24).map(lambda it: it / 8), max_size=60)


def let_in(limiter: SlidingWindow | TokenBucket, gaps: list[float], longest: float) -> list[float]:
    """When requests were let in that came after these gaps, and came again when told to."""
    now, times = 0.0, []
    for gap in gaps:
        now += gap
        wait = limiter.wait(now)
        if wait is not None:
            assert 0 < wait <= longest
            now += wait
            assert limiter.wait(now) is None
        times.append(now)
    return times


@given(EIGHTHS, st.integers(1, 5))
def test_a_window_never_lets_in_more_than_it_may_and_its_waits_are_enough(
    gaps: list[float], allowed: int
) -> None:
    times = let_in(SlidingWindow(Window(allowed, 2.0)), gaps, longest=2.0)
    assert all(last - first >= 2.0 for first, last in zip(times, times[allowed:], strict=False))


@given(EIGHTHS, st.integers(1, 5))
def test_a_bucket_lets_in_a_burst_and_then_its_rate(gaps: list[float], burst: int) -> None:
    times = let_in(TokenBucket(Bucket(2.0, burst)), gaps, longest=0.5)
    for start, since in enumerate(times):
        assert all(n <= burst + 2.0 * (it - since) for n, it in enumerate(times[start:], 1))


def test_a_throttle_of_a_script_looks_at_the_clock_it_is_given() -> None:
    now = [0.0]
    play = playing({"throttle": {"requests": 2, "seconds": 10}}, clock=lambda: now[0])
    assert fired(play, 3) == [3]
    now[0] = 4.0
    (hit,) = play.faults_of(asked())
    assert hit.seconds == 6.0
    now[0] = 10.0
    assert fired(play, 3) == [3]


ALL = Normalise("collapse", "lower", 10, "seconds", {"version": 2}, "default")
NONE = Normalise(None, None, None, None, None, None)


@given(
    st.dictionaries(
        st.sampled_from(["name", "slug", "priority", "start_date", "config", "price_list", "x"]),
        st.none() | st.booleans() | st.integers() | st.text() | st.just({"slug": "any-rule"}),
    )
)
def test_normalising_settles_at_once_and_adds_no_field(body: dict[str, Any]) -> None:
    assert normalised(body, NONE, default_price_list=lambda: 5) == body
    once = normalised(body, ALL, default_price_list=lambda: 5)
    assert normalised(once, ALL, default_price_list=lambda: 5) == once
    assert once.keys() == body.keys()


def test_a_default_of_a_rule_gives_way_to_what_is_sent() -> None:
    body = {"config": {"slug": "any-rule", "version": 1}}
    assert normalised(body, ALL, default_price_list=None) == body


@pytest.mark.parametrize(
    ("value", "rounded"), [(0, 0), (4, 0), (5, 10), (14, 10), (15, 20), (True, True), ("x", "x")]
)
def test_a_priority_is_rounded_to_the_nearest_step(value: Any, rounded: Any) -> None:
    assert normalised({"priority": value}, ALL, default_price_list=None) == {"priority": rounded}
