"""Settings among each other: overlaps, shadows, twins, and what they declare."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cg_sync.errors import Severity
from cg_sync.jsonvalue import JsonValue
from cg_sync.rules.analysis.prove import Impossible, World, find
from cg_sync.rules.evaluate import Moment, evaluate
from cg_sync.rules.ir import Not, RawRule
from cg_sync.rules.review import inquiry
from cg_sync.rules.review.finding import Open
from cg_sync.rules.review.subject import Subject
from tests.unit.rules.review.builders import NOW, VOCABULARY, WORLD, a_subject, reviewed, said

TR: JsonValue = {"country": "TR"}
DE: JsonValue = {"country": "DE"}
BOTH: JsonValue = {"country": {"in": ["TR", "DE"]}}
BIG: JsonValue = {"order_count": {"gte": 3}}
SMALL: JsonValue = {"order_count": {"lt": 3}}
DAY = timedelta(days=1)
OVERLAPS = ("CG-P01", "CG-P02")


def test_an_overlap_that_nobody_declared_is_shown_at_the_winner() -> None:
    found = reviewed(a_subject("vip", BIG), a_subject("staff", TR))
    (finding,) = [it for it in found.findings if it.code == "CG-P01"]
    assert (finding.slug, finding.settings) == ("vip", ("vip", "staff"))
    assert finding.message == "vip takes customers of staff, and does not say so"
    assert finding.pointer == ("priority",)
    assert finding.severity is Severity.WARNING
    assert "overlaps: [{with: staff, why: …}]" in finding.hint
    assert finding.witness is not None
    assert finding.witness.sure
    assert finding.witness.customer == {"country": "TR", "orders": 5}


def test_with_exclusive_resolution_it_is_an_error() -> None:
    found = reviewed(a_subject("vip", BIG), a_subject("staff", TR), exclusive=True)
    assert [it.severity for it in found.findings if it.code == "CG-P01"] == [Severity.ERROR]


def test_a_declared_overlap_is_quiet_and_others_stand_at_the_declarations() -> None:
    vip = a_subject("vip", BIG, overlaps=("staff",))
    found = reviewed(vip, a_subject("staff", TR), a_subject("press", {"tags": {"has_any": ["x"]}}))
    assert said(found, *OVERLAPS)[0] == "vip: vip takes customers of press, and does not say so"
    assert found.findings[0].pointer == ("overlaps",)
    # A second `overlaps:` would be a key that stands twice.
    assert "add `{with: press, why: …}` to `overlaps:`" in found.findings[0].hint


def test_a_winner_has_one_finding_for_all_from_whom_it_takes_customers() -> None:
    losers = [a_subject(f"s{at:02}", {"city": f"c{at}"}) for at in range(14)]
    found = reviewed(a_subject("vip", BIG), *losers)
    (finding,) = found.findings[:1]
    assert finding.message == (
        "vip takes customers of s00, s01, s02, s03, s04 and 9 more, and does not say so"
    )
    assert "add `overlaps: [{with: [s00, s01, s02," in finding.hint
    assert "s11, …], why: …}]`" in finding.hint
    assert finding.settings == ("vip", *(it.slug for it in losers))
    assert finding.witness is not None
    witnesses = [finding.witness, *finding.more_witnesses]
    assert [it.customer["city"] for it in witnesses] == [f"c{at}" for at in range(14)]
    assert [it.code for it in found.findings].count("CG-P01") == 1


def test_overlaps_that_are_certain_stand_apart_from_those_that_may_be() -> None:
    pattern = a_subject("b", {"city": {"matches": "b.*"}})
    first = a_subject("a", {"city": {"matches": "a.*"}})
    found = reviewed(first, pattern, a_subject("c", TR), exclusive=True)
    of_first = [it for it in found.findings if it.code == "CG-P01" and it.slug == "a"]
    assert [(it.severity, it.settings[1:]) for it in of_first] == [
        (Severity.ERROR, ("c",)), (Severity.WARNING, ("b",)),
    ]  # fmt: skip


def test_a_review_that_has_cost_its_total_leaves_all_else_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(inquiry, "TOTAL_STEPS", 0)
    monkeypatch.setattr(inquiry, "BUDGETS_OF_A_REVIEW", 0)
    found = reviewed(a_subject("a", TR, TR), a_subject("b", BIG), a_subject("c", DE))
    assert found.findings == ()
    assert {it.settings for it in found.undecided} >= {("a",), ("b",), ("a", "b"), ("b", "c")}
    assert Open("does it ever win", ("b",)) in found.undecided


def test_rules_that_share_no_customer_do_not_overlap() -> None:
    found = reviewed(a_subject("a", TR), a_subject("b", DE), a_subject("c", DE, BIG, overlaps=()))
    assert said(found, *OVERLAPS) == ["b: b takes customers of c, and does not say so"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"active": False}, {}),
        ({}, {"active": False}),
        ({"ends_at": NOW}, {}),
        ({"ends_at": NOW + DAY}, {"starts_at": NOW + DAY}),
    ],
)
def test_settings_that_are_never_active_together_do_not_overlap(
    first: dict[str, Any], second: dict[str, Any]
) -> None:
    found = reviewed(a_subject("a", TR, **first), a_subject("b", TR, **second))
    assert found.findings == ()


def test_settings_of_which_one_is_still_to_come_do_overlap() -> None:
    found = reviewed(a_subject("a", TR, starts_at=NOW + DAY), a_subject("b", TR, BIG))
    assert said(found, "CG-P01") == ["a: a takes customers of b, and does not say so"]
    assert said(found, "CG-A04") == []


@pytest.mark.parametrize(
    ("declared", "wrong"),
    [
        ("stafff", "overlaps[0].with: stafff is no setting of this project"),
        ("vip", "overlaps[0].with: vip is this setting itself"),
        ("first", "overlaps[0].with: first comes first and wins"),
        ("off", "overlaps[0].with: off is not active, so it takes part in no overlap"),
        ("later", "overlaps[0].with: later is never active at the same time"),
        ("germany", "overlaps[0].with: germany has no customer in common with this setting"),
    ],
)
def test_a_declaration_that_is_not_so_is_an_error(declared: str, wrong: str) -> None:
    found = reviewed(
        a_subject("first", BIG),
        a_subject("vip", TR, ends_at=NOW + DAY, overlaps=(declared,)),
        a_subject("off", TR, active=False),
        a_subject("later", TR, starts_at=NOW + DAY),
        a_subject("germany", DE),
        a_subject("staff", {"email_verified": True}),
    )
    assert said(found, "CG-P02") == [f"vip: {wrong}"]
    (finding,) = [it for it in found.findings if it.code == "CG-P02"]
    assert finding.pointer == ("overlaps", 0, "with")
    assert finding.severity is Severity.ERROR


def test_a_declaration_that_stands_twice_is_an_error() -> None:
    found = reviewed(a_subject("vip", TR, overlaps=("staff", "staff")), a_subject("staff", BIG))
    assert said(found, "CG-P02") == ["vip: overlaps[1].with: staff is declared twice"]


def test_a_setting_may_be_shadowed_by_one() -> None:
    found = reviewed(a_subject("a", BIG), a_subject("b", BOTH), a_subject("c", TR, SMALL))
    assert said(found, "CG-A04") == [
        "c: c never wins: whoever it selects gets b, which comes first"
    ]


def test_a_setting_may_be_shadowed_by_several_together_and_no_more_are_named() -> None:
    found = reviewed(
        a_subject("middle", {"order_count": {"between": [1, 5]}}),
        a_subject("big", TR, BIG),
        a_subject("small", SMALL),
        a_subject("c", TR),
    )
    assert said(found, "CG-A04") == [
        "c: c never wins: whoever it selects gets one of big and small"
    ]
    assert [it.settings for it in found.findings if it.code == "CG-A04"] == [("c", "big", "small")]


def test_a_setting_that_can_win_loses_only_some_customers() -> None:
    found = reviewed(a_subject("big", BIG), a_subject("c", TR))
    assert said(found, "CG-A04", "CG-A05") == ["c: c loses some of its customers to big"]


def test_a_shadow_that_ends_before_the_setting_does_leaves_it_time_to_win() -> None:
    found = reviewed(a_subject("a", BOTH, ends_at=NOW + DAY), a_subject("b", TR))
    assert said(found, "CG-A04") == []
    inside = reviewed(
        a_subject("a", BOTH, ends_at=NOW + DAY), a_subject("b", TR, ends_at=NOW + DAY)
    )
    assert said(inside, "CG-A04") != []


@pytest.mark.parametrize(
    "twin", [[TR, BIG], [{"all": [BIG, BOTH]}, {"country": {"starts_with": ["tr"]}}, TR]]
)
def test_rules_that_are_the_same_however_written_are_found(twin: list[JsonValue]) -> None:
    found = reviewed(a_subject("a", BIG, TR), a_subject("b", *twin))
    assert said(found, "CG-A06") == [
        "b: the rule selects the same customers as that of a, which comes first, "
        "so this setting never wins"
    ]
    assert said(found, "CG-A04") == []


def test_settings_that_grant_the_same_and_have_nobody_between_them_could_be_one() -> None:
    same = {"price_list": "p"}
    a, b = a_subject("a", TR, display=same), a_subject("b", DE, display=same)
    stranger, rival = a_subject("x", TR, SMALL), a_subject("x", DE, BIG)
    assert said(reviewed(a, stranger, b), "CG-A07") == [
        "b: b could be one setting with a, which grants the same"
    ]
    assert said(reviewed(a, rival, b), "CG-A07") == []
    raw = a_subject("raw", rule={"raw": {"slug": "basket-rule"}}, display={"price_list": "x"})
    assert said(reviewed(a, raw, b), "CG-A07") == []
    assert said(reviewed(raw, a, b), "CG-A07") != []
    assert said(reviewed(a, a_subject("b", DE)), "CG-A07") == []
    assert said(reviewed(a_subject("a", TR), a_subject("b", DE)), "CG-A07") == []


def test_raw_rules_are_left_out_and_named() -> None:
    raw = a_subject("raw", TR)
    raw = Subject(type(raw.contender)("raw", 1, RawRule("{}"), None), ())
    found = reviewed(a_subject("a", TR), raw, a_subject("b", DE))
    assert (found.raw, found.findings) == (("raw",), ())


def test_about_one_setting_only_what_concerns_it_is_said() -> None:
    all_of_them = [a_subject("a", TR, TR), a_subject("b", BIG), a_subject("c", BOTH, BOTH)]
    whole, part = reviewed(*all_of_them), reviewed(*all_of_them, about={"c"})
    # Of those from whom another takes customers only the one it is about is named.
    assert [(it.code, it.slug) for it in part.findings] == [
        (it.code, it.slug) for it in whole.findings if "c" in it.settings
    ]
    assert [it.settings for it in part.findings if it.code == "CG-P01"] == [
        ("a", "c"),
        ("b", "c"),
    ]
    assert len(part.findings) < len(whole.findings)


def test_of_an_overlap_that_may_not_be_there_nobody_makes_an_error() -> None:
    texts: list[JsonValue] = [{"city": {"matches": "a.*"}}, {"city": {"matches": "b.*"}}]
    found = reviewed(a_subject("a", texts[0]), a_subject("b", texts[1]), exclusive=True)
    (finding,) = [it for it in found.findings if it.code == "CG-P01"]
    assert finding.witness is not None
    assert not finding.witness.sure
    assert finding.severity is Severity.WARNING
    assert finding.message == "a may take customers of b, and does not say so"
    assert said(found, "CG-A05") == ["b: b may lose some of its customers to a"]


LINES: list[JsonValue] = [
    TR, DE, BOTH, BIG, SMALL, {"channel": "web"}, {"channel": {"in": ["web", "app"]}},
    {"is_active": True}, {"is_active": False}, {"email_verified": True},
    {"any": [TR, BIG]}, {"any": [DE, SMALL, {"channel": "app"}]},
    {"none": [{"country": {"eq": "TR", "missing": "keep"}}]},
    {"groups": {"has_any": ["g"]}}, {"none": [{"groups": {"has_any": ["g"]}}]},
]  # fmt: skip


@settings(max_examples=40)
@given(st.lists(st.lists(st.sampled_from(LINES), min_size=1, max_size=3), min_size=2, max_size=6))
def test_shadows_and_overlaps_are_those_that_the_prover_finds_at_once(
    rules: list[list[JsonValue]],
) -> None:
    """The shortcuts (examples, footprints, growing shadows) never change an answer."""
    subjects = [a_subject(f"s{at}", *lines) for at, lines in enumerate(rules)]
    found = reviewed(*subjects)
    lost = {it.slug for it in found.findings if it.code in ("CG-A01", "CG-A04")} | {
        it.slug for it in found.findings if it.code == "CG-A06"
    }
    overlaps = [it for it in found.findings if it.code == "CG-P01"]
    pairs = {(it.slug, loser) for it in overlaps for loser in it.settings[1:]}
    for place, it in enumerate(subjects):
        before = [other.node for other in subjects[:place] if other.node is not None]
        assert it.node is not None
        left_over = find([it.node, *map(Not, before)], WORLD)
        assert isinstance(left_over, Impossible) == (it.slug in lost)
        for other in subjects[:place]:
            assert other.node is not None
            both = find([other.node, it.node], WORLD)
            assert isinstance(both, Impossible) == ((other.slug, it.slug) not in pairs)
    rules_of = {it.slug: it.node for it in subjects}
    for finding in overlaps:
        assert finding.witness is not None
        witnesses = (finding.witness, *finding.more_witnesses)
        for loser, witness in zip(finding.settings[1:], witnesses, strict=True):
            moment = Moment(NOW, witness.groups)
            for node in (rules_of[finding.slug], rules_of[loser]):
                assert node is not None
                assert evaluate(node, witness.customer, moment)


def test_hard_rules_end_as_undecided_and_say_so() -> None:
    alls: list[JsonValue] = [
        {"all": [{"city": {"contains": f"c{at}"}}, {"tags": {"has_any": [f"t{at}"]}}]}
        for at in range(12)
    ]
    blocks: list[JsonValue] = [
        {"any": [alls[at % 12], {"tags": {"has_none": [f"t{at}"]}}]} for at in range(16)
    ]
    world = World(VOCABULARY.catalogue, NOW, budget=5)
    found = reviewed(
        *(a_subject(f"s{at}", *blocks, {"order_count": {"gte": at}}) for at in range(4)),
        world=world,
    )
    assert found.undecided
    assert [it.code for it in found.findings if it.code in ("CG-A01", "CG-A02", "CG-A04")] == []
