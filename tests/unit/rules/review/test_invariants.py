"""Invariants: how they are read, and how they are proven or broken."""

from __future__ import annotations

import pytest

from cg_sync.errors import Severity
from cg_sync.jsonvalue import JsonValue
from cg_sync.rules.evaluate import Moment, evaluate
from cg_sync.rules.ir import RawRule
from cg_sync.rules.review.invariants import Disjoint, Implies, Never, read_invariants, settings_of
from cg_sync.rules.review.subject import Subject
from tests.unit.rules.review.builders import NOW, VOCABULARY, a_subject, reviewed

SLUGS = ("vip", "staff", "wholesale")
UNVERIFIED: JsonValue = {"none": [{"email_verified": {"eq": True, "missing": "keep"}}]}


def test_each_of_the_three_is_read_with_its_place() -> None:
    content: JsonValue = [
        {"id": "a", "never": {"setting": "vip", "and": [UNVERIFIED]}},
        {"id": "b", "why": "so", "disjoint": ["staff", "wholesale"]},
        {"id": "c", "implies": {"setting": "vip", "then": {"is_active": True}}},
    ]
    found, problems = read_invariants(content, SLUGS, VOCABULARY)
    assert problems == ()
    assert [(type(it), it.id, it.pointer, settings_of(it)) for it in found] == [
        (Never, "a", (0, "never"), ("vip",)),
        (Disjoint, "b", (1, "disjoint"), ("staff", "wholesale")),
        (Implies, "c", (2, "implies"), ("vip",)),
    ]


def test_all_that_is_wrong_is_said_at_its_place() -> None:
    content: JsonValue = [
        {"id": "a", "never": {"setting": "vipp", "and": [{"country": {"neq": "TR"}}]}},
        {"id": "a", "disjoint": ["staff", "stuff"]},
        {"id": "c", "implies": {"setting": "vip", "then": [{"is_activ": True}]}},
    ]
    found, problems = read_invariants(content, SLUGS, VOCABULARY)
    assert found == ()
    assert [(it.code, it.pointer, it.hint) for it in problems][:3] == [
        ("CG-F29", (0, "never", "setting"), "did you mean vip?"),
        ("CG-N01", (0, "never", "and", 0, "country"), problems[1].hint),
        ("CG-F06", (1, "id"), problems[2].hint),
    ]
    assert problems[2].message == "[1].id: a is also that of [0]"
    assert [(it.code, it.pointer) for it in problems][3:] == [
        ("CG-F29", (1, "disjoint", 1)),
        ("CG-F21", (2, "implies", "then", 0, "is_activ")),
    ]


def broken(content: JsonValue, *subjects: Subject) -> list[tuple[str, tuple[str, ...]]]:
    slugs = [it.slug for it in subjects]
    invariants, problems = read_invariants(content, slugs, VOCABULARY)
    assert problems == ()
    found = reviewed(*subjects, invariants=invariants)
    return [(it.message, it.settings) for it in found.findings if it.code == "CG-I01"]


ACTIVE: JsonValue = {"is_active": True}
VERIFIED: JsonValue = {"email_verified": True}


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([VERIFIED], []),
        ([{"email_verified": {"eq": True, "missing": "keep"}}, ACTIVE], ["vip"]),
        ([ACTIVE], ["vip"]),
    ],
)
def test_never_holds_when_nobody_is_selected_with_the_condition(
    lines: list[JsonValue], message: list[str]
) -> None:
    strict: JsonValue = {"none": [{"email_verified": {"eq": True, "missing": "drop"}}]}
    # `drop` speaks against membership: in this condition a customer without the value is out.
    absent: JsonValue = {"any": [strict, {"email_verified": {"present": False}}]}
    content: JsonValue = [{"id": "a", "never": {"setting": "vip", "and": [absent]}}]
    found = broken(content, a_subject("vip", *lines))
    assert [it for _, settings in found for it in settings] == message
    if found:
        assert found[0][0] == ("a does not hold: vip can select a customer for whom `and` holds")


def test_implies_holds_when_the_condition_is_part_of_the_rule() -> None:
    content: JsonValue = [{"id": "a", "implies": {"setting": "vip", "then": [ACTIVE]}}]
    assert broken(content, a_subject("vip", ACTIVE, VERIFIED)) == []
    assert broken(content, a_subject("vip", VERIFIED)) == [
        ("a does not hold: vip can select a customer for whom `then` does not hold", ("vip",))
    ]


def test_disjoint_is_about_each_pair_and_shows_a_customer_of_both() -> None:
    subjects = (
        a_subject("staff", {"groups": {"has_any": ["employees"]}}),
        a_subject("vip", {"order_count": {"gte": 3}}),
        a_subject("none", {"order_count": {"lt": 3}}),
    )
    content: JsonValue = [{"id": "a", "disjoint": ["staff", "vip", "none"]}]
    assert [settings for _, settings in broken(content, *subjects)] == [
        ("staff", "vip"), ("staff", "none"),
    ]  # fmt: skip
    invariants, _ = read_invariants(content, [it.slug for it in subjects], VOCABULARY)
    found = reviewed(*subjects, invariants=invariants)
    witness = next(it.witness for it in found.findings if it.code == "CG-I01")
    assert witness is not None
    for it in subjects[:2]:
        assert it.node is not None
        assert evaluate(it.node, witness.customer, Moment(NOW, witness.groups))


def test_an_invariant_speaks_of_rules_also_of_those_that_are_not_active() -> None:
    off = a_subject("vip", VERIFIED, active=False)
    content: JsonValue = [{"id": "a", "implies": {"setting": "vip", "then": [ACTIVE]}}]
    assert len(broken(content, off)) == 1


def test_what_a_test_of_texts_leaves_unsure_is_a_warning_that_says_may() -> None:
    hard: JsonValue = {"all": [{"city": {"matches": "a.*"}}, {"city": {"matches": "b.*"}}]}
    content: JsonValue = [{"id": "a", "implies": {"setting": "vip", "then": [ACTIVE]}}]
    invariants, _ = read_invariants(content, ["vip"], VOCABULARY)
    found = reviewed(a_subject("vip", hard), invariants=invariants)
    (finding,) = [it for it in found.findings if it.code == "CG-I01"]
    assert finding.witness is not None
    assert not finding.witness.sure
    assert finding.severity is Severity.WARNING
    assert finding.message.startswith("a may not hold: vip may select")


def test_an_invariant_about_a_raw_rule_stays_open() -> None:
    content: JsonValue = [{"id": "a", "implies": {"setting": "vip", "then": [ACTIVE]}}]
    invariants, _ = read_invariants(content, ["vip"], VOCABULARY)
    made = a_subject("vip", ACTIVE)
    raw = Subject(type(made.contender)("vip", 0, RawRule("{}"), None))
    found = reviewed(raw, invariants=invariants)
    assert found.findings == ()
    assert [(it.question, it.settings) for it in found.undecided] == [
        ("does the invariant a hold", ("vip",))
    ]
