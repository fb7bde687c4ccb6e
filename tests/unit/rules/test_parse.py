"""Reading rules as people write them: what they mean, and every way to get them wrong."""

from __future__ import annotations

from typing import Any, cast

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from cg_sync.codes import CODES
from cg_sync.files.yaml_reader import read_yaml
from cg_sync.jsonvalue import JsonObject, JsonValue, Pointer, canonical
from cg_sync.rules.catalogue import Attribute, Catalogue
from cg_sync.rules.ir import All, AnyOf, DomainIn, Everyone, Leaf, Node, Not, OneOf, RawRule, Rule
from cg_sync.rules.parse import RuleProblem, Vocabulary, parse_rule
from tests.unit.rules.strategies import catalogue, json_values

LISTS = {
    "academic-domains": ("edu.tr", "k12.tr"),
    "countries": ("TR", "DE"),
    "nothing": (),
    "broken": ("edu.tr", "@a.tr", "*.b.tr"),
}
VOCABULARY = Vocabulary(catalogue(), LISTS)


def rule_of(text: str) -> Rule | RawRule:
    rule, problems = parse_rule(yaml.safe_load(text), VOCABULARY)
    assert problems == ()
    assert rule is not None
    return rule


def parsed(content: JsonValue) -> Rule | RawRule:
    rule, problems = parse_rule(content, VOCABULARY)
    assert rule is not None, problems
    return rule


def problems_of(content: JsonValue) -> tuple[RuleProblem, ...]:
    rule, problems = parse_rule(content, VOCABULARY)
    assert rule is None
    assert {problem.code for problem in problems} <= CODES.keys()
    return problems


def problem_of(content: JsonValue) -> RuleProblem:
    (problem,) = problems_of(content)
    return problem


def problem_in(line: JsonValue) -> RuleProblem:
    """The only problem of a rule with this one condition, placed from the condition."""
    problem = problem_of({"match": [line]})
    assert problem.pointer[:2] == ("match", 0)
    rest = problem.pointer[2:]
    return RuleProblem(problem.code, problem.message, rest, problem.of_key, problem.hint)


def country(*values: str, exclude: bool = False, when_missing: bool = False) -> Leaf:
    return Leaf("country", "attributes.country", OneOf(values), exclude, when_missing)


def email(*domains: str, below: bool, when_missing: bool = False) -> Leaf:
    return Leaf("email", "email", DomainIn(domains, below), False, when_missing)


IS_ACTIVE = Leaf("is_active", "is_active", OneOf((True,)))


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("match: everyone", Everyone()),
        ("match: {is_active: true}", IS_ACTIVE),
        ("match: [{is_active: {eq: true, why: because}}]", IS_ACTIVE),
        ("match: [{country: TR}]", country("TR")),
        ("match: [{country: {in: [TR, tr, DE]}}]", country("DE", "TR")),
        ("match: [{country: {in: {list: countries}}}]", country("DE", "TR")),
        (
            "match: [{country: {neq: TR, missing: keep}}]",
            country("TR", exclude=True, when_missing=True),
        ),
        ("match: [{country: {not_in: [TR], missing: drop}}]", country("TR", exclude=True)),
        ("match: [{gender: male}]", Leaf("gender", "gender", OneOf(("male",)))),
        ("match: [{email: {domain_is: [Boun.EDU.tr]}}]", email("boun.edu.tr", below=False)),
        (
            "match: [{email: {domain_under: {list: academic-domains}}}]",
            email("edu.tr", "k12.tr", below=True),
        ),
        ("match: [{country: TR}, {is_active: true}]", All((country("TR"), IS_ACTIVE))),
        ("match: [{any: [{country: TR}, {is_active: true}]}]", AnyOf((country("TR"), IS_ACTIVE))),
        ("match: [{all: [{country: TR}, {is_active: true}]}]", All((country("TR"), IS_ACTIVE))),
        (
            "match: [{none: [{is_active: true}]}]",
            Not(Leaf("is_active", "is_active", OneOf((True,)), False, True)),
        ),
        (
            "match: {is_active: true}\n"
            "except: [{country: {in: [TR], missing: keep}}, {country: {eq: DE, missing: drop}}]",
            All((IS_ACTIVE, Not(AnyOf((country("TR"), country("DE", when_missing=True)))))),
        ),
        (
            "match: everyone\nexcept: {email: {domain_under: [edu.tr]}}",
            Not(email("edu.tr", below=True, when_missing=True)),
        ),
        (
            "match: [{country: {in: [TR, DE], neq: DE, missing: keep}}]",
            All(
                (
                    country("TR", "DE", when_missing=True),
                    country("DE", exclude=True, when_missing=True),
                )
            ),
        ),
    ],
)
def test_a_rule_means_what_the_language_says(text: str, node: Node) -> None:
    assert rule_of(text) == Rule(node)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "match: [{country: TR}, {is_active: true}]",
            "match: [{is_active: true}, {country: {in: [TR]}}]",
        ),
        ("match: {country: TR}", "match: [{any: [{all: [{country: TR}]}]}]"),
        (
            "match: [{none: [{none: [{country: {eq: TR, missing: keep}}]}]}]",
            "match: {country: {eq: TR, missing: keep}}",
        ),
        ("match: [{none: [{is_active: true}]}]", "match: everyone\nexcept: {is_active: true}"),
    ],
)
def test_two_ways_to_write_one_rule_are_equal(one: str, other: str) -> None:
    assert rule_of(one) == rule_of(other)


def test_a_list_under_match_means_all_and_under_except_any() -> None:
    lines = "[{country: {eq: TR, missing: drop}}, {is_active: true}]"
    match, refused = rule_of(f"match: {lines}"), rule_of(f"match: everyone\nexcept: {lines}")
    assert isinstance(match, Rule)
    assert isinstance(match.node, All)
    assert isinstance(refused, Rule)
    assert isinstance(refused.node, Not)
    assert isinstance(refused.node.child, AnyOf)


@pytest.mark.parametrize(
    ("text", "when_missing"),
    [
        ("match: [{country: TR}]", False),
        ("match: [{country: {eq: TR, missing: drop}}]", False),
        ("match: [{country: {eq: TR, missing: keep}}]", True),
        ("match: [{none: [{country: {eq: TR, missing: drop}}]}]", True),
        ("match: [{none: [{country: {eq: TR, missing: keep}}]}]", False),
        (
            "match: [{none: [{any: [{none: [{country: {eq: TR, missing: keep}}]}, "
            "{is_active: true}]}]}]",
            True,
        ),
        ("match: everyone\nexcept: [{country: {neq: TR, missing: keep}}]", False),
        ("match: everyone\nexcept: [{country: {neq: TR, missing: drop}}]", True),
    ],
)
def test_missing_speaks_of_the_customer_not_of_the_line(text: str, when_missing: bool) -> None:
    rule = rule_of(text)
    assert isinstance(rule, Rule)
    assert [leaf.when_missing for leaf in leaves_on_country(rule.node)] == [when_missing]


def leaves_on_country(node: Node) -> list[Leaf]:
    match node:
        case Leaf():
            return [node] if node.attribute == "country" else []
        case All(children) | AnyOf(children):
            return [leaf for child in children for leaf in leaves_on_country(child)]
        case Not(child):
            return leaves_on_country(child)
        case Everyone():
            return []


NEGATED_LINES: list[tuple[JsonObject, Pointer]] = [
    ({"match": [{"country": {"neq": "TR"}}]}, ("match", 0, "country")),
    ({"match": [{"country": {"not_in": ["TR"]}}]}, ("match", 0, "country")),
    ({"match": [{"country": {"in": ["TR"], "neq": "DE"}}]}, ("match", 0, "country")),
    ({"match": "everyone", "except": [{"country": "TR"}]}, ("except", 0, "country")),
    ({"match": "everyone", "except": {"country": {"eq": "TR"}}}, ("except", "country")),
    ({"match": [{"none": [{"country": "TR"}]}]}, ("match", 0, "none", 0, "country")),
    # A double negative is no less in need of the choice.
    ({"match": "everyone", "except": [{"country": {"not_in": ["TR"]}}]}, ("except", 0, "country")),
    (
        {"match": "everyone", "except": [{"none": [{"country": "TR"}]}]},
        ("except", 0, "none", 0, "country"),
    ),
    (
        {"match": [{"none": [{"any": [{"country": "TR"}]}]}]},
        ("match", 0, "none", 0, "any", 0, "country"),
    ),
]


@pytest.mark.parametrize(("content", "pointer"), NEGATED_LINES)
def test_a_negated_line_on_a_nullable_attribute_must_say_missing(
    content: JsonObject, pointer: Pointer
) -> None:
    assert problem_of(content) == RuleProblem(
        "CG-N01",
        "country: a negated line must say what happens to customers without a value",
        pointer,
        True,
        "add `missing: keep` (they stay in) or `missing: drop` (they stay out)",
    )


def test_a_negated_line_on_an_attribute_that_is_never_missing_need_not_say_it() -> None:
    assert rule_of("match: everyone\nexcept: [{is_active: true}]") == Rule(
        Not(Leaf("is_active", "is_active", OneOf((True,)), False, True))
    )


@pytest.mark.parametrize(
    ("content", "code", "message", "pointer"),
    [
        (None, "CG-F24", "a rule is a mapping, not null", ()),
        ([], "CG-F24", "a rule is a mapping, not a list", ()),
        ({}, "CG-F24", "match: is missing", ()),
        ({"match": "all"}, "CG-F24", '"all" is not a condition', ("match",)),
        ({"match": ["everyone"]}, "CG-F24", '"everyone" is not a condition', ("match", 0)),
        ({"match": []}, "CG-F24", "match: the list is empty", ("match",)),
        ({"match": "everyone", "except": []}, "CG-F24", "except: the list is empty", ("except",)),
        ({"match": [{}]}, "CG-F24", "the condition is empty", ("match", 0)),
        ({"match": "everyone", "raw": {}}, "CG-F05", "match: no such field", ("match",)),
        ({"raw": {}}, "CG-F23", "raw: holds no rule", ("raw",)),
        ({"raw": None}, "CG-F23", "raw: holds no rule", ("raw",)),
    ],
)
def test_a_rule_of_the_wrong_shape_is_refused(
    content: JsonValue, code: str, message: str, pointer: Pointer
) -> None:
    problem = next(it for it in problems_of(content) if it.code == code)
    assert (problem.message, problem.pointer) == (message, pointer)
    assert problem.hint


@pytest.mark.parametrize(
    ("line", "code", "message", "pointer", "hint"),
    [
        (
            {"contry": "TR"},
            "CG-F21",
            "contry: no such attribute",
            ("contry",),
            "did you mean country or city?",
        ),
        ({"non": []}, "CG-F21", "non: no such attribute", ("non",), "did you mean none?"),
        ({"zzz": 1}, "CG-F21", "zzz: no such attribute", ("zzz",), "declare it in attributes.yaml"),
        (
            {"country": {"not-in": ["TR"]}},
            "CG-F22",
            "country: not-in is no operator of the type string",
            ("country", "not-in"),
            "did you mean not_in?",
        ),
        (
            {"country": {"gt": 1}},
            "CG-F22",
            "country: gt is no operator of the type string",
            ("country", "gt"),
            "the type string has eq, neq, in, not_in, "
            "starts_with, ends_with, contains, matches, present",
        ),
        (
            {"is_active": {"in": [True]}},
            "CG-F22",
            "is_active: in is no operator of the type boolean",
            ("is_active", "in"),
            "the type boolean has eq",
        ),
        (
            {"email": "test@edu.tr"},
            "CG-F22",
            'email: "test@edu.tr" needs an operator',
            ("email",),
            "write `email: {domain_is: [...]}`; the type email has domain_is, domain_under",
        ),
        (
            {"country": ["TR"]},
            "CG-F22",
            "country: a list needs an operator",
            ("country",),
            "write `country: {in: [...]}`; the type string has eq, neq, in, not_in, "
            "starts_with, ends_with, contains, matches, present",
        ),
        (
            {"is_active": [True]},
            "CG-F22",
            "is_active: a list needs an operator",
            ("is_active",),
            "write `is_active: ...`; the type boolean has eq",
        ),
        (
            {"country": {"missing": "keep"}},
            "CG-F24",
            "country: the test has no operator",
            ("country",),
            "the type string has eq, neq, in, not_in, "
            "starts_with, ends_with, contains, matches, present",
        ),
        (
            {"country": {"in": "TR"}},
            "CG-F23",
            "country: in takes a list of values",
            ("country", "in"),
            "write [TR]",
        ),
        (
            {"country": {"in": None}},
            "CG-F23",
            "country: in takes a list of values",
            ("country", "in"),
            "write [VALUE, ...] or {list: NAME}",
        ),
        (
            {"country": {"in": []}},
            "CG-F23",
            "country: in has an empty list",
            ("country", "in"),
            "name at least one value, or leave the condition out",
        ),
        (
            {"country": {"in": {"list": "countries", "and": 1}}},
            "CG-F23",
            "country: in takes a list of values",
            ("country", "in"),
            "write [VALUE, ...] or {list: NAME}",
        ),
        (
            {"country": {"in": {"list": "countris"}}},
            "CG-F11",
            "country: countris: no such value list",
            ("country", "in", "list"),
            "did you mean countries?",
        ),
        (
            {"country": {"in": {"list": "zzz"}}},
            "CG-F11",
            "country: zzz: no such value list",
            ("country", "in", "list"),
            "make a file lists/zzz.yaml",
        ),
        (
            {"country": {"in": {"list": "nothing"}}},
            "CG-F23",
            "country: the value list nothing is empty",
            ("country", "in", "list"),
            "name at least one value in lists/nothing.yaml",
        ),
        (
            {"email": {"domain_is": {"list": "broken"}}},
            "CG-E01",
            'email: in the value list broken, "@a.tr" is not a domain name, and 1 more like it',
            ("email", "domain_is", "list"),
            "write a.tr",
        ),
        (
            {"gender": {"in": {"list": "academic-domains"}}},
            "CG-F23",
            'gender: in the value list academic-domains, "edu.tr" is not one of its values, '
            "and 1 more like it",
            ("gender", "in", "list"),
            "its values: female, male",
        ),
        (
            {"country": None},
            "CG-F23",
            "country: null is no value to compare with",
            ("country",),
            "customers without a value are decided by `missing: keep` or `missing: drop`",
        ),
        (
            {"country": {"in": ["TR", None]}},
            "CG-F23",
            "country: null is no value to compare with",
            ("country", "in", 1),
            "customers without a value are decided by `missing: keep` or `missing: drop`",
        ),
        (
            {"country": 90},
            "CG-F23",
            "country: 90 is not a text",
            ("country",),
            "write it in quotes: '90'",
        ),
        (
            {"country": {"eq": {}}},
            "CG-F23",
            "country: a mapping is not a text",
            ("country", "eq"),
            "write one text",
        ),
        (
            {"country": " "},
            "CG-F23",
            "country: an empty text is no value to compare with",
            ("country",),
            "an empty text is a missing value, which `missing: keep` or `missing: drop` decides",
        ),
        (
            {"is_active": "yes"},
            "CG-F23",
            'is_active: "yes" is neither true nor false',
            ("is_active",),
            "write true, without quotes",
        ),
        (
            {"is_active": {"eq": "No"}},
            "CG-F23",
            'is_active: "No" is neither true nor false',
            ("is_active", "eq"),
            "write false, without quotes",
        ),
        (
            {"is_active": 1},
            "CG-F23",
            "is_active: 1 is neither true nor false",
            ("is_active",),
            "write true or false",
        ),
        (
            {"gender": "femal"},
            "CG-F23",
            'gender: "femal" is not one of its values',
            ("gender",),
            "did you mean female or male?",
        ),
        (
            {"gender": "x" * 70},
            "CG-F23",
            f'gender: "{"x" * 56}... is not one of its values',
            ("gender",),
            "its values: female, male",
        ),
        (
            {"country": {"eq": "TR", "missing": "kep"}},
            "CG-F23",
            'country: missing is keep or drop, not "kep"',
            ("country", "missing"),
            "did you mean keep?",
        ),
        (
            {"country": {"neq": "TR", "missing": True}},
            "CG-F23",
            "country: missing is keep or drop, not true",
            ("country", "missing"),
            "keep: customers without a value stay in; drop: they stay out",
        ),
        (
            {"country": {"eq": "TR", "why": 7}},
            "CG-F23",
            "country: why is a text, not 7",
            ("country", "why"),
            "write it in quotes",
        ),
        ({"any": []}, "CG-F24", "any: the list is empty", ("any",), None),
        (
            {"none": {"is_active": True}},
            "CG-F24",
            "none: takes a list of conditions",
            ("none",),
            None,
        ),
    ],
)
def test_a_wrong_line_is_reported_at_its_place(
    line: JsonValue, code: str, message: str, pointer: Pointer, hint: str | None
) -> None:
    problem = problem_in(line)
    assert (problem.code, problem.message, problem.pointer) == (code, message, pointer)
    assert problem.hint == (problem.hint if hint is None else hint)
    assert problem.hint


@pytest.mark.parametrize(
    ("domain", "hint"),
    [
        ("@edu.tr", "write edu.tr"),
        (".edu.tr", "write edu.tr"),
        ("*.edu.tr", "write edu.tr"),
        ("test@Edu.tr", "write edu.tr"),
        ("edu..tr", "write the domain alone, such as edu.tr"),
        ("edu.tr..", "write edu.tr"),
        ("edu.tr。", "write edu.tr"),
        ("a_b.tr", "write the domain alone, such as edu.tr"),
    ],
)
def test_what_is_no_domain_is_refused_with_the_domain_that_was_meant(
    domain: str, hint: str
) -> None:
    problem = problem_in({"email": {"domain_under": [domain]}})
    assert problem == RuleProblem(
        "CG-E01",
        f'email: "{domain}" is not a domain name',
        ("email", "domain_under", 0),
        False,
        hint,
    )


def test_a_name_at_fault_is_marked_as_a_key() -> None:
    lines: list[JsonValue] = [{"contry": "TR"}, {"country": {"gt": "TR"}}]
    assert [problem.of_key for problem in problems_of({"match": lines})] == [True, True]
    assert [it.of_key for it in problems_of({"match": "everyone", "excpt": []})] == [True]
    assert problem_of({"match": "everyone", "excpt": []}).hint == "did you mean except?"


def test_all_problems_are_reported_at_once_each_at_its_place() -> None:
    content: JsonObject = {
        "match": [
            {"is_active": "yes"},
            {"contry": "TR", "gender": "mal"},
            {"any": [{"email": {"domain_is": ["@a.tr", "b.tr", ".c.tr"]}}, 5]},
        ],
        "except": [{"country": "TR"}],
        "unless": 1,
    }
    assert [(problem.code, problem.pointer) for problem in problems_of(content)] == [
        ("CG-F05", ("unless",)),
        ("CG-F23", ("match", 0, "is_active")),
        ("CG-F24", ("match", 1)),
        ("CG-F21", ("match", 1, "contry")),
        ("CG-F23", ("match", 1, "gender")),
        ("CG-E01", ("match", 2, "any", 0, "email", "domain_is", 0)),
        ("CG-E01", ("match", 2, "any", 0, "email", "domain_is", 2)),
        ("CG-F24", ("match", 2, "any", 1)),
        ("CG-N01", ("except", 0, "country")),
    ]


def nested(levels: int, line: JsonValue) -> JsonValue:
    for level in range(levels):
        line = {"any" if level % 2 else "all": [line]}
    return line


def test_a_rule_nests_four_levels_and_no_more() -> None:
    line: JsonObject = {"is_active": True}
    assert parse_rule({"match": [nested(4, line)]}, VOCABULARY) == (Rule(IS_ACTIVE), ())
    problem = problem_in(nested(5, line))
    assert (problem.code, problem.message) == ("CG-F24", "all: nested deeper than 4 levels")
    assert problem.pointer == ("all", 0, "any", 0, "all", 0, "any", 0, "all")


def test_several_operators_count_as_a_level() -> None:
    line: JsonObject = {"country": {"eq": "TR", "in": ["TR", "DE"]}}
    assert parse_rule({"match": [nested(3, line)]}, VOCABULARY)[1] == ()
    assert problem_in(nested(4, line)).message == (
        "country: several operators count as an `all`, nested deeper than 4 levels"
    )


def test_a_rule_has_a_hundred_conditions_and_no_more() -> None:
    lines: list[JsonValue] = [{"country": f"C{number}"} for number in range(100)]
    assert parse_rule({"match": lines}, VOCABULARY)[1] == ()
    lines[0] = {"country": {"eq": "C0", "neq": "C1", "missing": "drop"}}
    assert problem_of({"match": lines}).message == "the rule has 101 conditions, and can have 100"


def test_a_line_holds_two_hundred_values_and_a_list_more() -> None:
    values = [f"C{number}" for number in range(201)]
    vocabulary = Vocabulary(catalogue(), {"many": tuple(values)})
    assert parse_rule({"match": {"country": {"in": values[:200]}}}, vocabulary)[1] == ()
    problem = problem_in({"country": {"in": list(values)}})
    assert (problem.code, problem.pointer) == ("CG-F23", ("country", "in"))
    assert problem.message == "country: 201 values, and one line can hold 200"
    listed = parse_rule({"match": {"country": {"in": {"list": "many"}}}}, vocabulary)
    assert listed == (Rule(country(*values)), ())


def test_a_raw_rule_is_kept_when_the_language_cannot_say_it() -> None:
    content: JsonObject = {"raw": {"slug": "basket-rule", "amount": 1.5}}
    assert parse_rule(content, VOCABULARY) == (RawRule('{"amount":1.5,"slug":"basket-rule"}'), ())


def test_a_raw_rule_that_the_language_can_say_is_that_rule() -> None:
    content: JsonObject = {"raw": {"slug": "any-rule", "name": "Everybody"}}
    assert parse_rule(content, VOCABULARY) == (Rule(Everyone()), ())


BY_ID: JsonObject = {"slug": "customer-group-rule", "customer_groups": [4711, 4712]}


@pytest.mark.parametrize("payload", [BY_ID, {"slug": "not-rule", "child": BY_ID}])
def test_a_raw_rule_may_not_name_groups_by_ids_where_names_would_do(payload: JsonObject) -> None:
    problem = problem_of({"raw": payload})
    assert (problem.code, problem.pointer) == ("CG-F23", ("raw",))
    assert problem.message == "raw: names customer groups by their ids"


def test_a_raw_rule_that_is_foreign_besides_keeps_its_ids() -> None:
    payload: JsonObject = {"slug": "and-rule", "children": [BY_ID, {"slug": "basket-rule"}]}
    rule, problems = parse_rule({"raw": payload}, VOCABULARY)
    assert (rule, problems) == (RawRule(canonical(payload)), ())


WORDS = st.sampled_from(
    [
        *("match", "except", "raw", "all", "any", "none", "everyone", "eq", "neq", "in", "not_in"),
        *(
            "domain_is",
            "domain_under",
            "missing",
            "why",
            "list",
            "keep",
            "countries",
            "TR",
            "edu.tr",
        ),
        *("country", "gender", "email", "is_active", "created_at", "male"),
    ]
)
rule_like: st.SearchStrategy[JsonValue] = st.recursive(
    WORDS | st.none() | st.booleans() | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=15,
)


@given(
    json_values
    | rule_like
    | st.dictionaries(st.sampled_from(["match", "except", "raw"]), rule_like)
)
def test_any_json_is_either_a_rule_or_problems(content: JsonValue) -> None:
    rule, problems = parse_rule(content, VOCABULARY)
    assert (rule is None) == bool(problems)
    for problem in problems:
        assert problem.code in CODES
        assert not problem.message.endswith(".")
        inside(content, problem.pointer)


@pytest.mark.parametrize(
    ("content", "hint"),
    [
        ({"match": "Everyone"}, "did you mean everyone?"),
        ({"match": "EVERYBODY"}, "did you mean everyone?"),
        ({"match": ["Everyone"]}, "`everyone` stands alone: `match: everyone`"),
        ({"match": "Bursa"}, "write an attribute and its test, such as `is_active: true`"),
        ({"match": []}, "to select every customer, write `match: everyone`"),
        ({"match": "everyone", "except": []}, "leave `except:` out"),
        ({"match": [{"any": []}]}, "an `any` of nothing selects nobody: leave it out"),
        ({"match": [{"all": []}]}, "an `all` of nothing selects everyone: leave it out"),
        ({"match": [{"none": []}]}, "a `none` of nothing selects everyone: leave it out"),
        ({"match": [{"not": {"is_active": True}}]}, "write `none:`"),
        ({"match": {"OR": [{"is_active": True}]}}, "write `any:`"),
        ({"match": {"and": [{"is_active": True}]}}, "write `all:`"),
        ({"match": [{"country": {"in": 90}}]}, 'write ["90"]'),
        ({"match": [{"country": {"in": "no"}}]}, 'write ["no"]'),
        ({"match": [{"country": {"in": "T\u200bR"}}]}, "write [VALUE, ...] or {list: NAME}"),
        ({"match": [{"email": {"domain_under": "@edu.tr"}}]}, "write [edu.tr]"),
        ({"match": [{"email": {"domain_is": "*.EDU.tr"}}]}, "write [edu.tr]"),
        ({"match": [{"email": {"domain_is": "163.com"}}]}, 'write ["163.com"]'),
        (
            {"match": [{"spent": {"gte": "25.000,50"}}]},
            "write digits, at most 40, and a point before decimals, such as 12.50",
        ),
        ({"match": [{"orders": {"gte": "1e3"}}]}, "write digits alone, at most 40, such as 12"),
        ({"match": [{"birthdate": {"anniversary": {"month": [13]}}}]}, "write 1 to 12"),
        ({"match": [{"email": {"domain_is": "@"}}]}, "write [VALUE, ...] or {list: NAME}"),
    ],
)
def test_the_hint_is_what_to_write_instead(content: JsonValue, hint: str) -> None:
    assert problem_of(content).hint == hint


@given(st.sampled_from(["country", "gender", "email"]), st.text(max_size=8) | st.booleans())
def test_a_list_that_a_hint_writes_is_right(name: str, operand: str | bool) -> None:
    word = "domain_is" if name == "email" else "in"
    hint = problem_in({name: {word: operand}}).hint
    if hint.startswith("write [") and "VALUE" not in hint:
        document, problems = read_yaml(f"a: {hint.removeprefix('write ')}".encode(), file="a.yaml")
        assert (problems, document is None) == ((), False)
        written = cast(Any, document).content["a"]
        assert parsed({"match": [{name: {word: written}}]})


@pytest.mark.parametrize(
    ("line", "pointer", "message"),
    [
        ({"country": "T\u200bR"}, (), '"TR" holds the invisible letter U+200B (zero width space)'),
        ({"country": {"in": ["TR", "D\u202eE"]}}, ("in", 1),
         '"DE" holds the invisible letter U+202E (right-to-left override)'),
        ({"country": {"starts_with": "a\tb"}}, ("starts_with",),
         '"ab" holds the invisible letter U+0009'),
        ({"country": {"contains": ["\ud800b"]}}, ("contains", 0),
         '"b" holds the invisible letter U+D800'),
        ({"country": {"in": {"list": "unseen"}}}, ("in", "list"),
         'in the value list unseen, "TR" holds the invisible letter U+FEFF '
         "(zero width no-break space), and 1 more like it"),
        ({"country": {"eq": "x" * 256}}, ("eq",),
         f'"{"x" * 56}... has 256 letters, and a text can have 255'),
    ],
)  # fmt: skip
def test_a_text_is_what_people_see_and_not_too_long(
    line: JsonValue, pointer: Pointer, message: str
) -> None:
    lists = {"unseen": ("\ufeffTR", "FR", "DE\u200e")}
    rule, (problem,) = parse_rule({"match": [line]}, Vocabulary(VOCABULARY.catalogue, lists))
    assert rule is None
    assert (problem.code, problem.message) == ("CG-F23", f"country: {message}")
    assert problem.pointer == ("match", 0, "country", *pointer)


@pytest.mark.parametrize(
    "text", ["Bursa\n", " Bursa\t", "می\u200cخواهم", "👩\u200d💻", "x" * 255, "Côte d’Ivoire"]
)
def test_joiners_spaces_around_and_long_texts_are_fine(text: str) -> None:
    assert parsed({"match": [{"country": text}]}) == Rule(country(text))


def inside(content: JsonValue, pointer: Pointer) -> None:
    for step in pointer:
        content = content[step]  # type: ignore[index]


def test_deep_json_ends_in_problems() -> None:
    content: JsonValue = "TR"
    for _ in range(400):
        content = {"none": [content]}
    assert problem_of({"match": [content]}).code == "CG-F24"
    assert problem_of({"match": [{"country": content}]}).code == "CG-F22"


def test_an_empty_catalogue_knows_no_attribute() -> None:
    empty = Vocabulary(Catalogue({}), {})
    rule, problems = parse_rule({"match": [{"city": "Bursa"}]}, empty)
    assert (rule, [it.code for it in problems]) == (None, ["CG-F21"])


def test_a_nullable_email_must_say_missing_when_negated() -> None:
    nullable = Vocabulary(Catalogue({"email": Attribute("email", "email", "email")}), LISTS)
    content: JsonObject = {"match": "everyone", "except": [{"email": {"domain_is": ["edu.tr"]}}]}
    assert [it.code for it in parse_rule(content, nullable)[1]] == ["CG-N01"]
