"""Rules that select nobody or everybody, and conditions that change nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cg_sync.jsonvalue import JsonValue
from cg_sync.rules.analysis.prove import Found, Impossible, find
from cg_sync.rules.ir import Node, Not
from cg_sync.rules.outline import Part
from cg_sync.rules.review.alone import MOST_CONDITIONS, check_alone
from cg_sync.rules.review.dropping import Condition, Trail, conditions_of, replacing, spared
from cg_sync.rules.review.subject import Subject
from tests.unit.rules.review.builders import NAMES, WORLD, a_subject, an_inquiry, reviewed, said

TR: JsonValue = {"country": "TR"}
DE: JsonValue = {"country": "DE"}
ACTIVE: JsonValue = {"is_active": True}


def test_of_conditions_that_exclude_each_other_no_more_are_named_than_needed() -> None:
    found = reviewed(a_subject("vip", ACTIVE, TR, {"order_count": {"gte": 3}}, DE))
    assert said(found, "CG-A01") == [
        "vip: the rule can select nobody: no customer passes all of "
        "match[1] (country is TR) and match[3] (country is DE)"
    ]
    assert found.findings[0].pointer == ("rule", "match", 3)


def test_a_conflict_may_lie_between_match_and_except() -> None:
    rule: dict[str, JsonValue] = {
        "match": [ACTIVE, {"any": [TR, DE]}],
        "except": [{"country": {"in": ["TR", "DE", "NO"], "missing": "drop"}}],
    }
    found = reviewed(a_subject("vip", rule=rule))
    (message,) = said(found, "CG-A01")
    assert "match[1].any[0]" in message
    assert "match[1].any[1]" in message
    assert "except[0]" in message
    assert "match[0]" not in message


def test_a_condition_may_be_impossible_by_itself() -> None:
    refused: JsonValue = {"channel": {"not_in": ["web", "app", "instore"]}}
    assert said(reviewed(a_subject("vip", TR, refused)), "CG-A01") == [
        "vip: the rule can select nobody: no customer passes "
        "match[1] (channel is none of app, instore and web)"
    ]


def test_a_shared_condition_counts_as_one() -> None:
    lines: JsonValue = {"all": [{"use": "open"}, {"is_active": False}]}
    (message,) = said(reviewed(a_subject("vip", lines)), "CG-A01")
    assert "match[0].all[0] (use: open) and match[0].all[1]" in message


def test_who_selects_nobody_is_not_said_to_overlap_or_to_lose() -> None:
    found = reviewed(
        a_subject("a", TR), a_subject("vip", TR, DE, overlaps=("b",)), a_subject("b", DE)
    )
    assert [it.code for it in found.findings] == ["CG-A01"]


def test_who_selects_everybody_says_so() -> None:
    anyone: JsonValue = {"any": [ACTIVE, {"is_active": False}]}
    found = reviewed(a_subject("vip", anyone))
    assert said(found, "CG-A02") == ["vip: the rule selects every customer there could be"]
    assert found.findings[0].pointer == ("rule", "match")
    assert reviewed(a_subject("vip", rule={"match": "everyone"})).findings == ()


def test_a_missing_value_is_a_customer_too() -> None:
    both: JsonValue = {"any": [{"email_verified": True}, {"email_verified": False}]}
    assert reviewed(a_subject("vip", both)).findings == ()


@pytest.mark.parametrize(
    ("match", "messages"),
    [
        (
            [TR, {"country": {"in": ["TR", "DE"]}}],
            ["match[1] (country is DE or TR) changes nothing, because of match[0] (country is TR)"],
        ),
        (
            [TR, TR],
            ["match[1] (country is TR) changes nothing, because of match[0] (country is TR)"],
        ),
        (
            [{"any": [TR, {"country": {"in": ["TR", "DE"]}}, ACTIVE]}],
            [
                "match[0].any[0] (country is TR) changes nothing, because of "
                "match[0].any[1] (country is DE or TR)"
            ],
        ),
        (
            [{"channel": {"in": ["web", "app", "instore"]}}, TR],
            ["match[0] (channel is app, instore or web) changes nothing"],
        ),
        (
            [ACTIVE, {"any": [{"is_active": True}, TR]}],
            [
                "match[1] (any of 2 conditions) changes nothing, because of "
                "match[0] (is_active is true)"
            ],
        ),
        (
            [{"any": [TR, DE]}, {"country": {"in": ["TR", "DE", "NO"]}}],
            [
                "match[1] (country is DE, NO or TR) changes nothing, because of "
                "match[0].any[0] (country is TR) and match[0].any[1] (country is DE)"
            ],
        ),
        (
            [TR, {"any": [{"none": [{"country": {"eq": "DE", "missing": "drop"}}]}]}],
            [
                "match[1] (not: country is DE (without a country: dropped)) changes nothing, "
                "because of match[0] (country is TR)"
            ],
        ),
        ([TR, ACTIVE, {"any": [{"city": "Bursa"}, {"order_count": {"gte": 3}}]}], []),
    ],
)
def test_a_condition_that_changes_nothing_is_named_with_its_reason(
    match: list[JsonValue], messages: list[str]
) -> None:
    assert said(reviewed(a_subject("vip", *match)), "CG-A03") == [f"vip: {it}" for it in messages]


def test_what_is_in_except_may_change_nothing() -> None:
    rule: dict[str, JsonValue] = {
        "match": [TR],
        "except": [{"country": {"eq": "DE", "missing": "drop"}}],
    }
    found = reviewed(a_subject("vip", rule=rule))
    assert [it.pointer for it in found.findings] == [("rule", "except", 0)]


def test_conditions_below_except_and_none_say_what_the_file_says_of_missing_values() -> None:
    refused: JsonValue = {"country": {"eq": "TR", "missing": "drop"}}
    found = reviewed(a_subject("vip", rule={"match": [TR], "except": [refused]}))
    assert said(found, "CG-A01") == [
        "vip: the rule can select nobody: no customer passes all of match[0] (country is TR) and "
        "except[0] (country is TR (without a country: dropped))"
    ]
    turned: JsonValue = {"none": [{"none": [{"country": {"eq": "DE", "missing": "drop"}}]}]}
    assert "match[1].none[0].none[0] (country is DE (without a country: dropped))" in str(
        said(reviewed(a_subject("vip", TR, turned)), "CG-A01")
    )


def test_what_selects_nobody_without_it_is_no_reason() -> None:
    rule: dict[str, JsonValue] = {
        "match": [ACTIVE],
        "except": [
            {"country": {"in": ["TR", "DE"], "missing": "drop"}},
            {"country": {"eq": "TR", "missing": "drop"}},
            {"none": [{"city": {"eq": "Bursa", "missing": "keep"}}]},
        ],
    }
    assert said(reviewed(a_subject("vip", rule=rule)), "CG-A03") == [
        "vip: except[1] (country is TR (without a country: dropped)) changes nothing, because of "
        "except[0] (country is DE or TR (without a country: dropped))"
    ]


def test_what_except_takes_away_is_not_redundant() -> None:
    rule: dict[str, JsonValue] = {"match": [TR], "except": [ACTIVE, {"tags": {"has_any": ["x"]}}]}
    assert reviewed(a_subject("vip", rule=rule)).findings == ()


@pytest.mark.unmeasured
def test_of_a_very_large_rule_it_stays_open_whether_every_condition_counts() -> None:
    lines: list[JsonValue] = [{"tags": {"has_any": [f"t{at}"]}} for at in range(MOST_CONDITIONS)]
    assert reviewed(a_subject("vip", *lines)).undecided == ()
    found = reviewed(a_subject("vip", *lines, ACTIVE, ACTIVE))
    assert [it.question for it in found.undecided] == [
        "does every condition of the rule change something"
    ]
    assert found.findings == ()


CONDITIONS: list[JsonValue] = [
    TR, DE, {"country": {"in": ["TR", "DE"]}}, {"country": {"present": True}},
    ACTIVE, {"is_active": False}, {"order_count": {"gte": 3}}, {"order_count": {"lt": 5}},
    {"tags": {"has_any": ["press"]}}, {"use": "open"},
]  # fmt: skip


REFUSED: list[JsonValue] = [
    {"country": {"eq": "TR", "missing": "drop"}}, {"country": {"eq": "DE", "missing": "keep"}},
    ACTIVE, {"order_count": {"gte": 7}}, {"any": [ACTIVE, {"tags": {"has_any": ["press"]}}]},
]  # fmt: skip


@st.composite
def subjects(draw: st.DrawFn) -> Subject:
    some = st.lists(st.sampled_from(CONDITIONS), min_size=1, max_size=3)
    match = draw(some)
    for word in draw(st.lists(st.sampled_from(["any", "all"]), max_size=2)):
        match = [*match, {word: draw(some)}]
    refused = draw(st.lists(st.sampled_from(REFUSED), max_size=2))
    return a_subject("vip", rule={"match": match, **({"except": refused} if refused else {})})


@settings(max_examples=60)
@given(subjects())
def test_all_that_changes_nothing_can_be_deleted_together(subject: Subject) -> None:
    """And no condition that is left could be deleted too, unless others are deleted for it."""
    assert subject.node is not None
    answer = find([subject.node], WORLD)
    found = list(check_alone(subject, answer, an_inquiry(), NAMES))
    if isinstance(answer, Impossible):
        assert [it.code for it in found] == ["CG-A01"]
        return
    outline = subject.contender.outline
    assert outline is not None
    pointers = {it.pointer[1:] for it in found if it.code == "CG-A03"}
    gone = {it.trail: it.deleted for it in conditions_of(outline) if it.part.pointer in pointers}
    rest = replacing(outline, gone)
    assert is_same(rest, subject.node)
    if any(it.code == "CG-A02" for it in found):
        return
    reasons = "".join(it.message.partition("because of")[2] for it in found)
    for it in conditions_of(outline):
        if not it.is_within(gone) and not named_below(it, reasons):
            assert not is_same(replacing(outline, {**gone, it.trail: it.deleted}), subject.node)


def named_below(condition: Condition, message: str) -> bool:
    return any(f" {it.place} (" in message for it in (condition.part, *below(condition.part)))


def below(part: Part) -> Iterator[Part]:
    for it in part.parts:
        yield it
        yield from below(it)


@settings(max_examples=60)
@given(subjects())
def test_reasons_suffice_and_none_of_them_could_be_left_out(subject: Subject) -> None:
    """With all else out of the way the condition still changes nothing, until one reason goes."""
    outline = subject.contender.outline
    assert subject.node is not None
    assert outline is not None
    found = list(check_alone(subject, find([subject.node], WORLD), an_inquiry(), NAMES))
    told = {it.pointer[1:]: it for it in found if it.code == "CG-A03"}
    conditions = conditions_of(outline)
    gone = {it.trail: it.deleted for it in conditions if it.part.pointer in told}
    for it in conditions:
        if it.trail not in gone:
            continue
        reasons = told[it.part.pointer].message.partition("because of")[2]
        others = {trail: node for trail, node in gone.items() if trail != it.trail}
        atoms = [one for one in conditions if one.is_atom and not one.is_within(gone)]
        for one in atoms:
            if f" {one.part.place} (" not in reasons:
                others[one.trail] = spared(outline, one, it)
        assert changes_nothing(outline, others, it)
        for one in atoms:
            if one.trail not in others:
                fewer = {**others, one.trail: spared(outline, one, it)}
                assert not changes_nothing(outline, fewer, it)


def changes_nothing(outline: Part, out: Mapping[Trail, Node], condition: Condition) -> bool:
    without = replacing(outline, {**out, condition.trail: condition.deleted})
    return is_same(replacing(outline, out), without)


def is_same(one: object, other: object) -> bool:
    return all(
        isinstance(find([left, Not(right)], WORLD), Impossible)  # type: ignore[list-item,arg-type]
        for left, right in ((one, other), (other, one))
    )


@settings(max_examples=60)
@given(subjects())
def test_a_conflict_can_be_resolved_at_each_of_its_conditions(subject: Subject) -> None:
    assert subject.node is not None
    answer = find([subject.node], WORLD)
    outline = subject.contender.outline
    assert outline is not None
    if not isinstance(answer, Impossible):
        return
    (finding,) = check_alone(subject, answer, an_inquiry(), NAMES)
    conflict = [it for it in conditions_of(outline) if f" {it.part.place} (" in finding.message]
    others = {
        it.trail: it.met for it in conditions_of(outline) if it.is_atom and it not in conflict
    }
    assert conflict
    assert isinstance(find([replacing(outline, others)], WORLD), Impossible)
    for it in conflict:
        relaxed = replacing(outline, {**others, it.trail: it.met})
        assert isinstance(find([relaxed], WORLD), Found)
