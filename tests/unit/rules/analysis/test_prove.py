"""Answers, verdicts and the invented customers that come with them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from cg_sync.rules.analysis.prove import (
    Comparison,
    Found,
    Impossible,
    Undecided,
    Verdict,
    compare,
    find,
    is_subset,
)
from cg_sync.rules.ir import All, AnyOf, Everyone, Node, Not
from cg_sync.rules.tests import (
    DomainIn,
    Holds,
    InGroups,
    Matches,
    NumberIn,
    OneOf,
    TextIs,
)
from tests.unit.rules.analysis.population import WORLD, line

TR, DE = line("country", OneOf(("TR",))), line("country", OneOf(("DE",)))
TR_OR_DE = line("country", OneOf(("TR", "DE")))
STUDENT = line("email", DomainIn(("edu.tr",), below=True))
VIP = line("groups", InGroups(("VIP",)))
# No text has both letters in these places, which only a reader of patterns could know.
CLASH = All((line("city", Matches("a.*")), line("city", Matches("b.*"))))
NOBODY = Not(Everyone())


@pytest.mark.parametrize(
    ("old", "new", "verdict"),
    [
        (TR, TR, Verdict.EQUIVALENT),
        (TR_OR_DE, AnyOf((TR, DE)), Verdict.EQUIVALENT),
        (TR_OR_DE, TR, Verdict.NARROWER),
        (STUDENT, All((STUDENT, Not(VIP))), Verdict.NARROWER),
        (STUDENT, Everyone(), Verdict.WIDER),
        (NOBODY, STUDENT, Verdict.WIDER),
        (STUDENT, VIP, Verdict.SHIFTED),
        (TR, DE, Verdict.REPLACED),
    ],
)
def test_each_verdict(old: Node, new: Node, verdict: Verdict) -> None:
    found = compare(old, new, WORLD)
    assert found.verdict == verdict
    assert (found.gains is not None) is (
        verdict in (Verdict.WIDER, Verdict.SHIFTED, Verdict.REPLACED)
    )
    assert (found.loses is not None) is (
        verdict in (Verdict.NARROWER, Verdict.SHIFTED, Verdict.REPLACED)
    )


def test_a_witness_is_an_invented_customer_with_all_that_the_rules_look_at() -> None:
    rule = All(
        (
            *(STUDENT, VIP, line("city", OneOf(("İstanbul",))), line("gender", OneOf(("male",)))),
            *(line("orders", NumberIn(Decimal(3))), line("tags", Holds(("İndirim",)))),
        )
    )
    answer = find([rule, Not(TR)], WORLD)
    assert isinstance(answer, Found)
    assert answer.witness.customer == {
        "attributes": {"city": "İstanbul", "country": "example"},
        "email": "test@edu.tr",
        "extra_field": {"orders": 5, "tags": ["İndirim"]},
        "gender": "male",
    }
    assert answer.witness.groups == {"VIP"}
    assert answer.witness.sure


def test_what_is_no_subset_has_a_counter_example() -> None:
    answer = is_subset(TR_OR_DE, TR, WORLD)
    assert isinstance(answer, Found)
    assert answer.witness.customer == {"attributes": {"country": "DE"}}
    assert is_subset(TR, TR_OR_DE, WORLD) == Impossible()


def test_a_pattern_without_an_example_gives_a_witness_that_is_not_sure() -> None:
    answer = find([CLASH], WORLD)
    assert isinstance(answer, Found)
    assert not answer.witness.sure


def test_a_sure_witness_is_looked_for_before_one_that_is_not() -> None:
    answer = find([AnyOf((CLASH, TR))], WORLD)
    assert isinstance(answer, Found)
    assert answer.witness.sure


def test_a_verdict_claims_no_more_than_is_proven_when_a_witness_is_not_sure() -> None:
    # In truth nobody is selected by the clash, so nothing changes, or only one way.
    assert compare(CLASH, NOBODY, WORLD).verdict == Verdict.NARROWER
    shifted = compare(All((TR, CLASH)), DE, WORLD)
    assert shifted.verdict == Verdict.SHIFTED
    assert shifted.gains is not None
    assert shifted.gains.sure
    assert shifted.loses is not None
    assert not shifted.loses.sure


def test_a_guess_for_some_patterns_does_not_count_as_an_example_for_others() -> None:
    one, other = CLASH.children
    assert find([CLASH, AnyOf((Not(one), Not(other)))], WORLD) == Impossible()


def in_a_hole(pigeon: int, hole: int) -> Node:
    return line("groups", InGroups((f"{pigeon} in {hole}",)))


def pigeons(number: int) -> Node:
    """Each is in one of the holes, of which there is one less, and in none are two."""
    holes = range(number - 1)
    placed = [AnyOf(tuple(in_a_hole(it, hole) for hole in holes)) for it in range(number)]
    apart = [
        Not(All((in_a_hole(one, hole), in_a_hole(other, hole))))
        for hole in holes
        for one in range(number)
        for other in range(one)
    ]
    return All((*placed, *apart))


def test_a_question_that_is_too_hard_is_left_undecided() -> None:
    assert find([pigeons(4)], WORLD) == Impossible()
    assert find([pigeons(9)], replace(WORLD, budget=500)) == Undecided()
    hard = compare(pigeons(9), STUDENT, replace(WORLD, budget=500))
    assert hard.verdict == Verdict.UNDECIDED
    assert hard.gains is not None
    assert hard.loses is None


def test_nobody_gains_is_said_also_when_it_is_open_whether_somebody_loses() -> None:
    assert compare(pigeons(9), NOBODY, replace(WORLD, budget=500)) == Comparison(
        Verdict.NARROWER, None, None
    )


def test_a_guess_is_told_when_the_budget_runs_out_after_it() -> None:
    answer = find([AnyOf((CLASH, pigeons(9)))], replace(WORLD, budget=500))
    assert isinstance(answer, Found)
    assert not answer.witness.sure


WORDS = tuple(f"kelime {number}" for number in range(50_000))
LONGER = tuple(f"{word} x" for word in WORDS)
DOMAINS = tuple(f"d{number}.edu.tr" for number in range(50_000))
LARGE: list[tuple[str, Node, Node, Verdict]] = [
    ("texts", line("city", OneOf(WORDS[1:])), line("city", OneOf(WORDS)), Verdict.WIDER),
    (
        "beginnings",
        line("city", TextIs("starts", LONGER)),
        line("city", TextIs("starts", WORDS)),
        Verdict.WIDER,
    ),
    (
        "domains",
        line("email", DomainIn(tuple(f"x.{it}" for it in DOMAINS), below=True)),
        line("email", DomainIn(DOMAINS, below=True)),
        Verdict.WIDER,
    ),
    ("tags", line("tags", Holds(WORDS)), line("tags", Holds(LONGER)), Verdict.SHIFTED),
    (
        "all tags",
        line("tags", Holds(WORDS, every=True)),
        line("tags", Holds(WORDS[1:], every=True)),
        Verdict.WIDER,
    ),
]


@pytest.mark.parametrize(
    ("old", "new", "verdict"), [pytest.param(*rest, id=name) for name, *rest in LARGE]
)
def test_value_lists_of_the_largest_size_are_compared_within_the_budget(
    old: Node, new: Node, verdict: Verdict
) -> None:
    assert compare(old, new, WORLD).verdict == verdict


@pytest.mark.parametrize(
    ("nodes", "ends"),
    [
        pytest.param([pigeons(12)], Undecided, id="pigeons"),
        pytest.param(
            [line("city", OneOf(WORDS)), line("city", TextIs("contains", WORDS), exclude=True)],
            Undecided,
            id="parts of texts",
        ),
        pytest.param(
            [
                *(
                    line("tags", Holds(tuple(f"t{(number * 7 + it * it) % 90}" for it in range(5))))
                    for number in range(90)
                ),
                Not(
                    AnyOf(
                        tuple(
                            line("tags", Holds((f"t{it}", f"t{it + 1}"), every=True))
                            for it in range(90)
                        )
                    )
                ),
            ],
            Undecided,
            id="lists",
        ),
        pytest.param(
            [line("city", Matches(f".*{number}[a-z]+({number}){{9}}.*")) for number in range(100)],
            Found,
            id="patterns",
        ),
        pytest.param(
            [
                AnyOf(
                    tuple(line("orders", NumberIn(Decimal(it), Decimal(it))) for it in range(300))
                ),
                *(
                    line("orders", NumberIn(Decimal(it), Decimal(it)), exclude=True)
                    for it in range(300)
                ),
            ],
            Impossible,
            id="numbers",
        ),
    ],
)
def test_what_may_be_too_much_work_ends_within_a_small_budget(
    nodes: list[Node], ends: type[object]
) -> None:
    answer = find(nodes, replace(WORLD, budget=2_000))
    assert isinstance(answer, ends)
    assert not (isinstance(answer, Found) and answer.witness.sure)


def test_everybody_and_nobody_may_stand_anywhere_in_a_rule() -> None:
    assert find([AnyOf((NOBODY, All((TR, NOBODY))))], WORLD) == Impossible()
    assert compare(AnyOf((NOBODY, TR)), TR, WORLD).verdict == Verdict.EQUIVALENT
    assert compare(AnyOf((TR, All((Everyone(), DE)))), TR_OR_DE, WORLD).verdict == "equivalent"
    assert find([], WORLD) != Impossible()
    assert is_subset(Everyone(), AnyOf((TR, Everyone())), WORLD) == Impossible()
