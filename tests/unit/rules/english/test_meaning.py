"""What the change of a rule means: every kind of line, the laws, and long lists."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cg_sync.jsonvalue import JsonObject
from cg_sync.rules.catalogue import Attribute
from cg_sync.rules.english.edits import edits
from cg_sync.rules.english.meaning import meaning_of_change
from cg_sync.rules.english.names import Names
from cg_sync.rules.english.pairs import family
from cg_sync.rules.english.phrases import phrase, with_article
from cg_sync.rules.evaluate import evaluate
from cg_sync.rules.ir import All, AnyOf, DomainIn, Everyone, Leaf, Node, Not, OneOf, RawRule, Rule
from cg_sync.rules.tests import DateIn
from tests.unit.report.conftest import Golden
from tests.unit.rules.english.builders import (
    BIRTHDAY,
    DEEP,
    EXAMPLES,
    NAMES,
    REGION,
    STAFF,
    STUDENTS,
    VIP,
    WHOLESALE,
    a_leaf,
    a_rule,
)
from tests.unit.rules.strategies import NOW, catalogue, customers, leaves, nodes, rules

CATALOGUE = catalogue()
ORDERED = Names(attributes=tuple(CATALOGUE.attributes), timezone="Europe/Istanbul")
NEAR = {name: leaves(it) for name, it in CATALOGUE.attributes.items()}
RAW = RawRule('{"slug":"basket-rule"}')


def changed(old: Rule | RawRule, new: Rule | RawRule, names: Names = NAMES) -> list[str]:
    return [f"{it.mark} {it.text}" for it in meaning_of_change(old, new, names)]


MORE_STUDENTS = STUDENTS.replace("{list: academic-domains}", "[edu.tr, k12.tr, x.tr]")

# Each: the rule before, a piece of it, what stands there after.
CHANGES: dict[str, tuple[str, str, str]] = {
    "a condition removed": (STUDENTS, "  - email_verified: true\n", ""),
    "a condition that asks for presence removed": (WHOLESALE, "  - tax_no: {present: true}\n", ""),
    "a value list shorter": (MORE_STUDENTS, "[edu.tr, k12.tr, x.tr]", "{list: academic-domains}"),
    "a value list left": (STUDENTS, "{list: academic-domains}", "[edu.tr, k12.tr, x.tr]"),
    "a condition added": (VIP, "  - is_active", "  - country: TR\n  - is_active"),
    "an exception added": (VIP, "except:", "except:\n  - city: {eq: Bursa, missing: drop}"),
    "an exception removed": (STUDENTS, "  - groups: {has_any: [employees]}\n", ""),
    "all conditions removed": (BIRTHDAY, BIRTHDAY, "match: everyone"),
    "a bound moved": (WHOLESALE, "gte: 3", "gte: 5"),
    "a range moved": (BIRTHDAY, "{gte: 1}", "{between: [2, 10]}"),
    "a duration changed": (VIP, "12m", "6m"),
    "an anniversary moved": (BIRTHDAY, "{within_next: 7d}", "today"),
    "presence turned round": (WHOLESALE, "present: true", "present: false"),
    "a switch turned": (STUDENTS, "is_active: true", "is_active: false"),
    "an operator changed": (REGION, "{not_in: [TR], missing: keep}", "{in: [DE], missing: keep}"),
    "missing customers kept": (VIP, "gte: 25000", "gte: 25000, missing: keep"),
    "missing customers dropped": (REGION, "missing: keep", "missing: drop"),
    "spelling": (REGION, "İstanbul", "ISTANBUL"),
    "a value in an exception": (VIP, "employees, ", ""),
    "a branch gets a value": (STAFF, "[acme.example]", "[acme.example, acme.org]"),
    "a branch loses a condition": (DEEP, "                  - tags: {size: 0}\n", ""),
    "a branch gets another condition": (WHOLESALE, "order_count: {gte: 3}", "tags: {size: 3}"),
    "a pattern": (
        "match: [erp_code: {matches: 'c-[0-9]+'}]", "matches: 'c-[0-9]+'", "matches: '[a-c]-.*'",
    ),
    "everything": (DEEP, DEEP, BIRTHDAY),
}  # fmt: skip


def test_changes_read_as_on_record(golden: Golden) -> None:
    texts = []
    for name, (before, piece, instead) in CHANGES.items():
        assert before.count(piece) == 1, name
        lines = changed(a_rule(before), a_rule(before.replace(piece, instead)))
        texts.append("".join(f"{line}\n" for line in (f"{name}:", *lines)))
    golden("english-changes.txt", "\n".join(texts))


@pytest.mark.parametrize("text", EXAMPLES.values(), ids=EXAMPLES)
def test_the_same_rule_in_another_order_has_not_changed(text: str) -> None:
    rule = a_rule(text)
    assert isinstance(rule, Rule)
    turned = rule.node
    if isinstance(turned, All | AnyOf):
        turned = type(turned)(tuple(reversed(turned.children)))
    assert changed(rule, Rule(turned)) == []


@given(rules(CATALOGUE), rules(CATALOGUE))
def test_there_are_lines_exactly_when_rules_differ(old: Rule, new: Rule) -> None:
    assert changed(old, old, ORDERED) == []
    assert bool(changed(old, new, ORDERED)) is (old != new)


@given(st.data(), nodes(CATALOGUE))
def test_there_are_lines_however_small_the_difference(data: st.DataObject, node: Node) -> None:
    old, new = Rule(node), Rule(_edited(node, data))
    assert bool(changed(old, new, ORDERED)) is (old != new)


def _edited(node: Node, data: st.DataObject) -> Node:
    """The node with one condition in it turned into another on the same attribute."""
    match node:
        case All(children) | AnyOf(children):
            place = data.draw(st.integers(0, len(children) - 1))
            edited = (*children[:place], _edited(children[place], data), *children[place + 1 :])
            return type(node)(edited)
        case Not(child):
            return Not(_edited(child, data))
        case Leaf(attribute):
            return data.draw(NEAR[attribute])
        case _:
            return node


@given(rules(CATALOGUE), st.sampled_from(list(NEAR)).flatmap(NEAR.__getitem__))
def test_a_condition_more_is_the_one_that_is_named(rule: Rule, leaf: Leaf) -> None:
    more = Rule(All((rule.node, leaf)))
    if more == rule:
        return
    said = [it for it in changed(rule, more, ORDERED) if it[0] != "!"]
    assert said == [f"+ {phrase(leaf, ORDERED)}"]
    gone = [it for it in changed(more, rule, ORDERED) if it[0] != "!"]
    everyone = ["~ match: every customer, as no condition is left"]
    has_none = isinstance(rule.node, Everyone | Not)
    assert gone == [f"− {phrase(leaf, ORDERED)}", *(everyone if has_none else [])]


@given(rules(CATALOGUE), st.sampled_from(list(NEAR)).flatmap(NEAR.__getitem__))
def test_an_exception_more_is_the_one_that_is_named(rule: Rule, leaf: Leaf) -> None:
    more = Rule(All((rule.node, Not(leaf))))
    if more == rule:
        return
    said = [it for it in changed(rule, more, ORDERED) if it[0] != "!"]
    assert said == [f"+ except: {phrase(leaf, ORDERED, 1)}"]


@given(st.data(), nodes(CATALOGUE), st.sampled_from(list(NEAR)))
def test_a_condition_that_changed_is_the_only_one_named(
    data: st.DataObject, node: Node, attribute: str
) -> None:
    rule = Rule(node)
    old, new = data.draw(NEAR[attribute]), data.draw(NEAR[attribute])
    before, after = Rule(All((rule.node, old))), Rule(All((rule.node, new)))
    named = "e-mail" if attribute == "email" else attribute
    for line in changed(before, after, ORDERED):
        assert named in line or "group" in line


@given(st.data(), st.sampled_from(list(NEAR)), st.integers(0, 2))
def test_an_edit_has_lines_exactly_when_something_changed(
    data: st.DataObject, attribute: str, negations: int
) -> None:
    old, new = data.draw(NEAR[attribute]), data.draw(NEAR[attribute])
    if family(old) == family(new):
        assert bool(list(edits(old, new, ORDERED, negations))) is (old != new)


NULLABLE = [it for it in CATALOGUE.attributes.values() if it.may_lack]


@given(rules(CATALOGUE), rules(CATALOGUE), customers(CATALOGUE), st.sampled_from(NULLABLE))
def test_who_is_said_to_be_dropped_is_dropped(
    old: Rule, new: Rule, customer: JsonObject, attribute: Attribute
) -> None:
    without = {**customer, attribute.path.split(".")[0]: None}
    for line in changed(old, new, ORDERED):
        if line == f"! customers without {with_article(attribute.name)} are now dropped":
            assert evaluate(new.node, without, NOW) is False


TR = Leaf("country", "country", OneOf(("TR",)))


def test_raw_rules_are_not_explained() -> None:
    other = RawRule("{}")
    assert changed(RAW, other) == ["~ the shop's own rule JSON: changed, and not analysed"]
    assert changed(RAW, RAW) == []
    raw, rule = changed(RAW, Rule(TR))
    assert raw.startswith("− The shop's own rule JSON")
    assert rule == "+ Customers whose country is TR."
    assert [it[0] for it in changed(Rule(TR), RAW)] == ["−", "+"]


def test_nobody_is_said_in_full() -> None:
    nobody = Rule(Not(Everyone()))
    assert changed(Rule(TR), nobody) == ["− Customers whose country is TR.", "+ No customer."]
    assert changed(nobody, Rule(Everyone())) == ["− No customer.", "+ Every customer."]
    but_nobody = Rule(All((TR, Not(Everyone()))))
    assert changed(Rule(TR), but_nobody) == ["+ except: every customer"]


def test_what_becomes_of_customers_without_a_value_is_said_once() -> None:
    both = Rule(All((TR, Leaf("country", "country", OneOf(("DE",)), exclude=True))))
    line = "+ country is not DE (without a country: dropped)"
    assert changed(Rule(TR), both) == [line]
    assert changed(both, Rule(TR)) == [line.replace("+", "−")]
    present = a_leaf("country: {present: true}")
    also_present = Rule(All((TR, present)))
    assert changed(Rule(present), also_present) == ["+ country is TR"]
    nowhere = Rule(replace(TR, nullable=False))
    assert changed(Rule(Everyone()), nowhere) == ["+ country is TR"]


def test_within_a_group_no_condition_alone_decides_about_customers_without_a_value() -> None:
    old, new = (
        a_rule(f"match: {{any: [{{order_count: 3}}, {{is_active: true}}{more}]}}")
        for more in ("", ", {country: TR}")
    )
    place = "any of (is_active, country, order_count)"
    assert changed(old, new) == [f"+ {place}: country is TR"]
    assert changed(new, old) == ["− any of (is_active, order_count): country is TR"]


def test_that_all_customers_have_a_value_is_said_where_missing_is_all_that_changed() -> None:
    old, new = (replace(TR, nullable=False, when_missing=it) for it in (False, True))
    line = "! customers without a country: dropped → kept (there are none)"
    assert changed(Rule(old), Rule(new)) == [line]


def test_another_place_in_the_record_is_a_change() -> None:
    moved = replace(TR, path="attributes.country")
    line = "~ country: read from country → attributes.country"
    assert changed(Rule(TR), Rule(moved)) == [line]


def test_of_several_lines_alike_those_that_share_the_most_are_pairs() -> None:
    old = a_rule("match: [{city: {in: [A, B, C]}}, {city: {in: [X, Y]}}]")
    new = a_rule("match: [{city: {in: [X, Y, Z]}}, {city: {in: [B, C]}}]")
    assert changed(old, new) == ["~ city is: −A", "~ city is: +Z"]
    fewer = a_rule("match: [{city: {in: [X, Y, Z]}}]")
    assert changed(old, fewer) == ["− city is A, B or C", "~ city is: +Z"]
    bounds = a_rule("match: [{order_count: {gte: 3}}, {order_count: {lt: 9}}]")
    less = a_rule("match: [{order_count: {lt: 9}}]")
    assert changed(bounds, less) == ["− order_count is 3 or more"]
    value = "match: [{lifetime_value: {gte: 10}}, {lifetime_value: {lt: 20}}]"
    kept = a_rule(value.replace("lt: 20", "lt: 20, missing: keep").replace("gte: 10", "gte: 5"))
    assert changed(a_rule(value), kept) == [
        "~ lifetime_value: 10 or more → 5 or more",
        "! customers without a lifetime_value: dropped → kept",
    ]


GROUP = "any: [{city: A}, {country: TR}]"


def test_groups_that_share_nothing_are_removed_and_added_as_a_whole() -> None:
    old, new = (
        a_rule(f"match: {{{GROUP}}}"),
        a_rule("match: {any: [tags: {size: 1}, groups: {has_any: [x]}]}"),
    )
    assert changed(old, new) == [
        "− customers whose country is TR, or whose city is A",
        "+ customers who have exactly 1 value in tags, or who are in the group x",
    ]


def test_groups_that_nobody_could_tell_apart_are_said_as_a_whole() -> None:
    other = "any: [{city: B}, {country: DE}]"
    old = a_rule(f"match: [{{{GROUP}}}, {{{other}}}]")
    new = a_rule(f"match: [{{{GROUP.replace('A', 'C')}}}, {{{other}}}]")
    assert changed(old, new) == [
        "− customers whose country is TR, or whose city is A",
        "+ customers whose country is TR, or whose city is C",
    ]


def test_a_group_is_named_by_its_attributes_and_many_are_counted() -> None:
    names = ("email_verified", "is_active", "country", "city", "tax_no", "erp_code")
    old = [Leaf(it, it, OneOf((True,))) for it in names]
    new = [*old[:-1], Leaf("erp_code", "erp_code", OneOf((False,)))]
    (line,) = changed(Rule(AnyOf(tuple(old))), Rule(AnyOf(tuple(new))))
    title = "any of (email_verified, is_active, country, city, tax_no and 1 more)"
    assert line == f"~ {title}: erp_code is: true → false"


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ("any: [{country: TR}, {none: [{city: {eq: A, missing: drop}}]}]", "none of (city)"),
        (
            "any: [{tags: {size: 1}}, {none: [{all: [{country: {eq: TR, missing: drop}},"
            " {city: {eq: A, missing: drop}}]}]}]",
            "not all of (country, city)",
        ),
        (
            "any: [{country: TR}, {none: [{city: {eq: A, missing: drop}}, {tags: {size: 1}}]}]",
            "none of (city, tags)",
        ),
    ],
)
def test_what_is_negated_within_a_group_has_a_place_of_its_own(written: str, place: str) -> None:
    old, new = (a_rule(f"match: {{{it}}}") for it in (written, written.replace("eq: A", "eq: B")))
    (line,) = changed(old, new)
    assert line.startswith("~ any of (")
    assert line.endswith(f") › {place}: city is: A → B")
    kept = a_rule(f"match: {{{written.replace('A, missing: drop', 'A, missing: keep')}}}")
    (line,) = changed(old, kept)
    assert line.endswith(f") › {place}: customers without a city: dropped → kept")


def test_a_group_negated_in_another_way_is_another_group() -> None:
    inner = "{country: {eq: TR, missing: drop}}, {city: {eq: A, missing: drop}}"
    old = a_rule(f"match: {{any: [{{tags: {{size: 1}}}}, {{none: [{inner}]}}]}}")
    new = a_rule(f"match: {{any: [{{tags: {{size: 1}}}}, {{none: [{{all: [{inner}]}}]}}]}}")
    gone, came = changed(old, new)
    place = "any of (country, city, tags): everyone except those whose country is TR (without a"
    assert gone.startswith(f"− {place} country: dropped), or whose city is A")
    assert came.startswith(f"+ {place} country: dropped), and whose city is A")


MANY = tuple(f"d{number}.example" for number in range(50_000))


def domains(values: tuple[str, ...]) -> Leaf:
    return Leaf("email", "email", DomainIn(values, below=True), nullable=False)


@pytest.mark.unmeasured
def test_of_long_lists_what_came_and_went_is_counted() -> None:
    names = Names({"ours": MANY[10:]})
    old, new = Rule(domains(MANY[:-12])), Rule(domains(MANY[10:]))
    assert changed(old, new, names) == [
        "~ e-mail domain is at or below (list ours):"
        " +12 (d49988.example, d49989.example, d49990.example, d49991.example, d49992.example"
        " and 7 more)"
        " −10 (d0.example, d1.example, d2.example, d3.example, d4.example and 5 more)"
    ]
    assert changed(new, Rule(domains((*MANY[11:], "new.tr"))), names) == [
        "~ e-mail domain is at or below (no longer the list ours): +new.tr −d10.example"
    ]


def test_another_list_is_named_with_the_one_before_it() -> None:
    students = "match: [email: {domain_under: {list: academic-domains}}]"
    assert changed(a_rule(students), a_rule(students.replace("academic", "alumni"))) == [
        "~ e-mail domain is at or below (list academic-domains → alumni-domains): edu.tr or k12.tr"
        " → alumni.sabanciuniv.edu.tr or mezun.boun.edu.tr"
    ]


def test_respelt_values_are_counted_when_they_are_many() -> None:
    values = [f"c{number}" for number in range(7)]
    old, new = (Rule(replace(TR, test=OneOf(tuple(it)))) for it in (values, map(str.upper, values)))
    shown = ", ".join(f"c{number} → C{number}" for number in range(5))
    assert changed(old, new) == [f"= country is: spelling only, {shown} and 2 more"]


def test_a_change_that_cannot_be_seen_is_said_to_be_there() -> None:
    """In groups that nobody can tell apart, of a value beyond what is shown."""
    long = "x" * 100
    old, new = (
        a_rule(f"match: [{{{GROUP.replace('A', f'{long}{end}')}}}, {{{GROUP}}}]") for end in "12"
    )
    (line,) = changed(old, new)
    assert line.startswith("~ customers whose country is TR, or whose city is")
    assert line.endswith(": changed in what is not shown here")


def test_a_bound_that_reads_the_same_is_said_to_differ() -> None:
    midnight = datetime(2026, 9, 1, tzinfo=UTC)
    day = Rule(Leaf("x", "x", DateIn("day", None, midnight.date(), "UTC")))
    instant = Rule(Leaf("x", "x", DateIn("instant", None, midnight, "UTC")))
    line = "~ x: before 2026-09-01, changed in what is not shown here"
    assert changed(day, instant, Names()) == [line]
