"""Every operator of every type: what it means, and every way to get its operand wrong."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from cg_sync.jsonvalue import JsonObject, JsonValue
from cg_sync.rules.calendar import Duration
from cg_sync.rules.catalogue import GROUPS_PATH, Attribute, Catalogue
from cg_sync.rules.document import rule_to_document, rule_to_file
from cg_sync.rules.ir import All, Leaf, Node, Not, RawRule, Rule, groups_named
from cg_sync.rules.numbers import number_text, parse_number, written_number
from cg_sync.rules.parse import Vocabulary, check_condition, parse_rule
from cg_sync.rules.tests import (
    Anniversary,
    DateIn,
    Holds,
    InGroups,
    Matches,
    NumberIn,
    PhoneCountry,
    Present,
    Relative,
    Size,
    Test,
    TextIs,
)
from cg_sync.rules.wire import rule_to_wire
from tests.unit.rules.strategies import ZONE, catalogue

CATALOGUE = catalogue()
VOCABULARY = Vocabulary(CATALOGUE, {"many": tuple(f"T{it}" for it in range(50_001))})
MIDNIGHT = datetime(2026, 8, 31, 21, tzinfo=UTC)


def leaf(name: str, test: Test, *, exclude: bool = False, when_missing: bool = False) -> Leaf:
    it = CATALOGUE.attributes[name]
    return Leaf(name, it.path, test, exclude, when_missing, it.may_lack)


def instants(low: datetime | None, high: datetime | None) -> DateIn:
    return DateIn("instant", low, high, ZONE)


def days(low: date | None, high: date | None) -> DateIn:
    return DateIn("day", low, high, ZONE)


def numbers(low: str | None, high: str | None, **opens: bool) -> NumberIn:
    return NumberIn(low and Decimal(low), high and Decimal(high), **opens)  # type: ignore[arg-type]


SEPTEMBER = date(2026, 9, 1)
MEANINGS: list[tuple[JsonObject, Node, JsonObject | None]] = [
    ({"city": {"present": True}}, leaf("city", Present()), None),
    ({"city": {"present": False}}, leaf("city", Present(), exclude=True), None),
    ({"city": {"starts_with": "İst"}}, leaf("city", TextIs("starts", ("İst",))), None),
    ({"city": {"ends_with": ["b", "a", "A"]}}, leaf("city", TextIs("ends", ("A", "b"))),
     {"city": {"ends_with": ["A", "b"]}}),
    ({"city": {"contains": ["x"]}}, leaf("city", TextIs("contains", ("x",))),
     {"city": {"contains": "x"}}),
    ({"city": {"matches": "a.*"}}, leaf("city", Matches("a.*")), None),
    ({"phone": {"country_code_in": [90, "+994", "90"]}}, leaf("phone", PhoneCountry(("90", "994"))),
     {"phone": {"country_code_in": ["90", "994"]}}),
    ({"orders": 3}, leaf("orders", numbers("3", "3")), None),
    ({"orders": {"gt": 3}}, leaf("orders", numbers("4", None)), {"orders": {"gte": 4}}),
    ({"orders": {"lt": "3"}}, leaf("orders", numbers(None, "2")), {"orders": {"lte": 2}}),
    ({"orders": {"gte": 3.0, "lt": 10}}, leaf("orders", numbers("3", "9")),
     {"orders": {"between": [3, 9]}}),
    ({"orders": {"between": [3, 9]}}, leaf("orders", numbers("3", "9")), None),
    ({"spent": {"gt": 10.5}}, leaf("spent", numbers("10.5", None, low_open=True)), None),
    ({"spent": {"gte": "1.50", "lt": 2, "lte": 2}},
     leaf("spent", numbers("1.5", "2", high_open=True)), {"spent": {"gte": 1.5, "lt": 2}}),
    ({"spent": {"eq": "0.1234567890123456789"}},
     leaf("spent", numbers("0.1234567890123456789", "0.1234567890123456789")),
     {"spent": "0.1234567890123456789"}),
    ({"spent": {"gte": "0.1234567890123456"}},
     leaf("spent", numbers("0.1234567890123456", None)), None),
    ({"birthdate": {"on": "2026-09-01"}}, leaf("birthdate", days(SEPTEMBER, date(2026, 9, 2))),
     None),
    ({"birthdate": {"before": "2026-09-01"}}, leaf("birthdate", days(None, SEPTEMBER)), None),
    ({"birthdate": {"after": "2026-08-31"}}, leaf("birthdate", days(SEPTEMBER, None)),
     {"birthdate": {"on_or_after": "2026-09-01"}}),
    ({"birthdate": {"on_or_after": "2026-09-01", "before": "2026-10-01"}},
     leaf("birthdate", days(SEPTEMBER, date(2026, 10, 1))),
     {"birthdate": {"between": ["2026-09-01", "2026-09-30"]}}),
    ({"created_at": {"on": "2026-09-01"}},
     leaf("created_at", instants(MIDNIGHT, datetime(2026, 9, 1, 21, tzinfo=UTC))), None),
    ({"created_at": {"on_or_after": "2026-09-01T00:00"}},
     leaf("created_at", instants(MIDNIGHT, None)), {"created_at": {"on_or_after": "2026-09-01"}}),
    ({"created_at": {"before": "2026-09-01 09:00+02:00"}},
     leaf("created_at", instants(None, datetime(2026, 9, 1, 7, tzinfo=UTC))),
     {"created_at": {"before": "2026-09-01T10:00:00+03:00"}}),
    ({"created_at": {"before": "1000-02-02T00:00:00Z"}},
     leaf("created_at", instants(None, datetime(1000, 2, 2, tzinfo=UTC))),
     {"created_at": {"before": "1000-02-02T00:00:00+00:00"}}),
    ({"birthdate": {"within_last": "2w"}},
     leaf("birthdate", Relative("within_last", Duration(days=14), "day", ZONE)),
     {"birthdate": {"within_last": "14d"}}),
    ({"created_at": {"older_than": "1y"}},
     leaf("created_at", Relative("older_than", Duration(months=12), "instant", ZONE)),
     {"created_at": {"older_than": "12m"}}),
    ({"birthdate": {"anniversary": "today"}}, leaf("birthdate", Anniversary(ZONE, 1)), None),
    ({"birthdate": {"anniversary": {"within_next": "1w"}}}, leaf("birthdate", Anniversary(ZONE, 7)),
     {"birthdate": {"anniversary": {"within_next": "7d"}}}),
    ({"birthdate": {"anniversary": {"month": 5}}},
     leaf("birthdate", Anniversary(ZONE, months=(5,))),
     {"birthdate": {"anniversary": {"month": [5]}}}),
    ({"tags": {"has_any": ["b", "a"]}}, leaf("tags", Holds(("a", "b"))),
     {"tags": {"has_any": ["a", "b"]}}),
    ({"tags": {"has_all": ["a"]}}, leaf("tags", Holds(("a",))), {"tags": {"has_any": ["a"]}}),
    ({"tags": {"has_all": ["a", "b"]}}, leaf("tags", Holds(("a", "b"), every=True)), None),
    ({"tags": {"has_none": ["a"]}}, leaf("tags", Holds(("a",)), exclude=True), None),
    ({"tags": {"size": 2}}, leaf("tags", Size(2, 2)), None),
    ({"tags": {"size": {"gt": 0, "lt": 4}}}, leaf("tags", Size(1, 3)),
     {"tags": {"size": {"gte": 1, "lte": 3}}}),
    ({"tags": {"size": {"lte": 3}}}, leaf("tags", Size(0, 3)), None),
    ({"tags": {"size": {"gte": 0}}}, leaf("tags", Size()), None),
    ({"groups": {"has_any": ["VIP"]}}, leaf("groups", InGroups(("VIP",))), None),
    ({"groups": {"has_none": ["VIP"]}}, leaf("groups", InGroups(("VIP",)), exclude=True), None),
]  # fmt: skip


@pytest.mark.parametrize(("line", "node", "written"), MEANINGS)
def test_an_operator_means_a_test_and_is_written_in_one_way(
    line: JsonObject, node: Node, written: JsonObject | None
) -> None:
    assert parse_rule({"match": [line]}, VOCABULARY) == (Rule(node), ())
    assert rule_to_document(Rule(node)) == {"match": [written or line]}


def test_all_of_several_groups_is_a_line_for_each() -> None:
    rule, _ = parse_rule({"match": {"groups": {"has_all": ["VIP", "Staff"]}}}, VOCABULARY)
    assert rule == Rule(
        All((leaf("groups", InGroups(("VIP",))), leaf("groups", InGroups(("Staff",)))))
    )
    assert rule is not None
    assert groups_named(rule) == {"VIP", "Staff"}
    assert groups_named(RawRule("[]")) == frozenset()
    with pytest.raises(KeyError, match="Staff"):
        rule_to_wire(rule, {"VIP": 1})


def test_a_rule_that_names_groups_is_never_written_raw() -> None:
    names = tuple(f"G{number}" for number in range(201))
    rule = Rule(leaf("groups", InGroups(names)))
    assert rule_to_file(rule) == rule_to_document(rule)


@pytest.mark.parametrize(
    ("line", "code", "message"),
    [
        ({"city": {"present": "yes"}}, "CG-F23", 'city: "yes" is neither true nor false'),
        ({"city": {"present": True, "eq": "a"}}, "CG-F24", "city: present stands alone"),
        ({"city": {"present": True, "missing": "keep"}}, "CG-F24", "city: present stands alone"),
        ({"is_active": {"present": True}}, "CG-F22",
         "is_active: present is no operator of the type boolean"),
        ({"city": {"contains": "\u0307"}}, "CG-F23", 'city: "\u0307" is in every text'),
        ({"city": {"starts_with": 7}}, "CG-F23", "city: 7 is not a text"),
        ({"city": {"starts_with": []}}, "CG-F23", "city: starts_with has an empty list"),
        ({"city": {"matches": "A"}}, "CG-R03",
         'city: "A" never matches, as texts are compared folded'),
        ({"city": {"matches": "a" * 10_000}}, "CG-R02",
         "city: the pattern has 10000 letters, and can have 256"),
        ({"phone": "+90532"}, "CG-F22", 'phone: "+90532" needs an operator'),
        ({"phone": {"country_code_in": ["090"]}}, "CG-F23", 'phone: "090" is not a country code'),
        ({"phone": {"country_code_in": [True]}}, "CG-F23", "phone: true is not a country code"),
        ({"orders": 3.5}, "CG-F23", "orders: 3.5 is not a whole number"),
        ({"orders": True}, "CG-F23", "orders: true is not a whole number"),
        ({"orders": {"gt": 3, "lt": 4}}, "CG-F23", "orders: nothing lies between these bounds"),
        ({"orders": {"between": [9, 3]}}, "CG-F23", "orders: nothing lies between these bounds"),
        ({"orders": {"between": [9]}}, "CG-F23", "orders: between takes two values"),
        ({"orders": {"between": [1, "x"]}}, "CG-F23", 'orders: "x" is not a whole number'),
        ({"spent": {"gt": 2, "lte": 2}}, "CG-F23", "spent: nothing lies between these bounds"),
        ({"spent": {"gte": "1e999999"}}, "CG-F23", 'spent: "1e999999" is not a decimal number'),
        ({"spent": {"gte": "9" * 41}}, "CG-F23", f'spent: "{"9" * 41}" is not a decimal number'),
        ({"spent": {"gte": 10**300}}, "CG-F23", f"spent: 1{'0' * 56}... is not a decimal number"),
        ({"spent": {"gte": 1e300}}, "CG-F23", "spent: 1e+300 is not a decimal number"),
        ({"spent": {"gte": "٣"}}, "CG-F23", 'spent: "٣" is not a decimal number'),
        ({"spent": 0.1234567890123456}, "CG-F23",
         "spent: 0.1234567890123456 has too many digits"),
        ({"birthdate": "2026-09-01"}, "CG-F22", 'birthdate: "2026-09-01" needs an operator'),
        ({"birthdate": {"on": "2026-02-30"}}, "CG-F23", 'birthdate: "2026-02-30" is not a date'),
        ({"birthdate": {"on": 2026}}, "CG-F23", "birthdate: 2026 is not a date"),
        ({"birthdate": {"on": "0999-12-31"}}, "CG-F23",
         'birthdate: "0999-12-31" is too early or too late a date'),
        ({"birthdate": {"on": "9999-12-31"}}, "CG-F23",
         'birthdate: "9999-12-31" is too early or too late a date'),
        ({"birthdate": {"between": ["2026-02-01", "2026-01-01"]}}, "CG-F23",
         "birthdate: nothing lies between these bounds"),
        ({"created_at": {"before": "soon"}}, "CG-F23",
         'created_at: "soon" is not a date or a date and time'),
        ({"created_at": {"before": 7}}, "CG-F23",
         "created_at: 7 is not a date or a date and time"),
        ({"created_at": {"on": "0001-01-01"}}, "CG-F23",
         'created_at: "0001-01-01" is too early or too late a date'),
        ({"created_at": {"after": "9999-12-31T23:59:59.999999Z"}}, "CG-F23",
         'created_at: "9999-12-31T23:59:59.999999Z" is too early or too late a date'),
        ({"birthdate": {"within_last": "10000d"}}, "CG-F23",
         'birthdate: "10000d" is not a duration'),
        ({"birthdate": {"within_last": 30}}, "CG-F23", "birthdate: 30 is not a duration"),
        ({"birthdate": {"anniversary": "tomorrow"}}, "CG-F23",
         'birthdate: "tomorrow" is no anniversary'),
        ({"birthdate": {"anniversary": {"within_next": "7d", "month": 5}}}, "CG-F23",
         "birthdate: a mapping is no anniversary"),
        ({"birthdate": {"anniversary": {"month": 5, "why": 5}}}, "CG-F23",
         "birthdate: a mapping is no anniversary"),
        ({"birthdate": {"anniversary": {"within_next": "1m"}}}, "CG-F23",
         "birthdate: an anniversary comes within 1m"),
        ({"birthdate": {"anniversary": {"month": [0, 5]}}}, "CG-F23", "birthdate: 0 is no month"),
        ({"birthdate": {"anniversary": {"month": [5, 13]}}}, "CG-F23",
         "birthdate: 13 is no month"),
        ({"birthdate": {"anniversary": {"month": "May"}}}, "CG-F23",
         'birthdate: "May" is no month'),
        ({"birthdate": {"anniversary": {"month": []}}}, "CG-F23",
         "birthdate: the list of months is empty"),
        ({"tags": {"size": "2"}}, "CG-F23", 'tags: "2" is no size'),
        ({"tags": {"size": {"eq": 2}}}, "CG-F23", "tags: a mapping is no size"),
        ({"tags": {"size": {}}}, "CG-F23", "tags: a mapping is no size"),
        ({"tags": {"size": {"gte": 1, "lte": True}}}, "CG-F23", "tags: a mapping is no size"),
        ({"tags": {"size": {"gt": 3, "lt": 4}}}, "CG-F23", "tags: no list has such a size"),
        ({"tags": {"size": -1}}, "CG-F23", "tags: no list has such a size"),
        ({"tags": {"size": 10**300}}, "CG-F23", "tags: no list has such a size"),
        ({"tags": {"has_any": ["a"], "missing": "keep"}}, "CG-F23",
         "tags: a list is never missing"),
        ({"tags": {"has_any": {"list": "many"}}}, "CG-F23",
         "tags: the value list many has 50001 values"),
        ({"groups": {"size": 2}}, "CG-F22", "groups: size is no operator of the type list"),
        ({"use": 7}, "CG-F23", "use: takes a name, not 7"),
        ({"use": "nowhere"}, "CG-C01", "nowhere: no such shared condition"),
    ],
)  # fmt: skip
def test_a_wrong_operand_is_refused_with_what_to_do(
    line: JsonValue, code: str, message: str
) -> None:
    rule, problems = parse_rule({"match": [line]}, VOCABULARY)
    assert (rule, [(it.code, it.message) for it in problems]) == (None, [(code, message)])
    assert all(it.hint for it in problems)


def test_lists_and_presence_need_not_say_missing_under_a_negation() -> None:
    lines: list[JsonValue] = [{"tags": {"has_any": ["a"]}}, {"city": {"present": True}}]
    assert parse_rule({"match": "everyone", "except": lines}, VOCABULARY)[1] == ()


def shared(**conditions: JsonValue) -> Vocabulary:
    return Vocabulary(CATALOGUE, {}, conditions)


def test_a_shared_condition_stands_for_what_is_in_it() -> None:
    vocabulary = shared(
        active={"is_active": True},
        both=[{"use": "active"}, {"city": {"eq": "Bursa", "missing": "drop"}}],
    )
    plain: JsonObject = {"all": [{"is_active": True}, {"city": {"eq": "Bursa", "missing": "drop"}}]}
    for around in ("any", "none"):
        used = parse_rule({"match": [{around: [{"use": "both"}]}]}, vocabulary)
        assert used == parse_rule({"match": [{around: [plain]}]}, VOCABULARY)
        assert used[1] == ()


def test_what_is_wrong_in_a_shared_condition_is_said_where_it_is_used() -> None:
    vocabulary = shared(odd=[{"cty": 1}, {"is_active": "yes"}], plain={"city": "Bursa"}, bad=7)
    for name, message in (
        ("odd", "in the shared condition odd, [0].cty: no such attribute, and 1 more like it"),
        ("bad", "in the shared condition bad: 7 is not a condition"),
    ):  # fmt: skip
        _, problems = parse_rule({"match": [{"use": name}]}, vocabulary)
        assert [(it.message, it.pointer) for it in problems] == [(message, ("match", 0, "use"))]
    assert [it.pointer for it in check_condition("odd", vocabulary)] == [
        (0, "cty"),
        (1, "is_active"),
    ]
    assert check_condition("plain", vocabulary) == ()
    assert [it.message for it in check_condition("empty", shared(empty=[]))] == [
        "condition: the list is empty"
    ]


def test_what_depends_on_the_place_of_use_is_said_there_and_mended_in_the_condition() -> None:
    vocabulary = shared(town={"city": "Bursa"}, both=[{"is_active": True}, {"use": "town"}])
    said = "a negated line must say what happens to customers without a value"
    mend = "add `missing: keep` (they stay in) or `missing: drop` (they stay out), in"
    for name, where, place in (
        ("town", "town, city", "conditions/town.yaml at condition.city"),
        ("both", "both, [1].use: in the shared condition town, city",
         "conditions/town.yaml at condition.city"),
    ):  # fmt: skip
        _, problems = parse_rule({"match": "everyone", "except": {"use": name}}, vocabulary)
        assert [(it.code, it.message, it.hint) for it in problems] == [
            ("CG-N01", f"in the shared condition {where}: {said}", f"{mend} {place}")
        ]
    assert check_condition("both", vocabulary) == ()


def test_a_fault_in_a_chain_of_shared_conditions_is_said_once_where_it_stands() -> None:
    chain = shared(a={"use": "b"}, b=[{"use": "c"}], c={"cty": 1}, d={"none": [{"use": "e"}]},
                   e={"city": "Bursa"}, f={"use": "d"})  # fmt: skip
    found = {name: check_condition(name, chain) for name in chain.conditions}
    assert {name: [it.pointer for it in problems] for name, problems in found.items()} == {
        "a": [], "b": [], "c": [("cty",)], "d": [("none", 0, "use")], "e": [], "f": [],
    }  # fmt: skip
    # Whoever reads a rule before the conditions still hears of it.
    assert [it.code for it in parse_rule({"match": {"use": "a"}}, chain)[1]] == ["CG-F21"]


def test_shared_conditions_go_in_no_circle_and_three_deep() -> None:
    circle = shared(a={"use": "b"}, b={"any": [{"use": "a"}]})
    assert [it.message for it in check_condition("a", circle)] == [
        "in the shared condition b, any[0].use: a uses b uses a: a circle"
    ]
    active: JsonObject = {"is_active": True}
    deep = shared(a={"use": "b"}, b={"use": "c"}, c={"use": "d"}, d=active)
    assert parse_rule({"match": {"use": "b"}}, deep)[1] == ()
    (problem,) = parse_rule({"match": {"use": "a"}}, deep)[1]
    assert problem.code == "CG-F24"
    assert "shared conditions use each other more than 3 deep" in problem.message


def test_shared_conditions_that_multiply_end_in_a_problem() -> None:
    many: list[JsonValue] = [{"use": "b"}] * 200
    _, problems = parse_rule(
        {"match": {"use": "a"}}, shared(a=many, b=[{"use": "c"}] * 200, c={"is_active": True})
    )
    assert "a rule can use shared conditions 100 times" in problems[0].message


@pytest.mark.parametrize(
    ("text", "canonical"),
    [("3.50", "3.5"), ("007", "7"), ("-0.0", "0"), ("100", "100"), ("-1.20", "-1.2")],
)
def test_equal_numbers_have_equal_text(text: str, canonical: str) -> None:
    number = parse_number(text)
    assert number is not None
    assert number_text(number) == canonical
    assert Decimal(str(written_number(number))) == number


def test_ranges_meet_in_what_both_hold() -> None:
    assert numbers("1", "5").meet(numbers("3", None, low_open=True)) == numbers(
        "3", "5", low_open=True
    )
    assert numbers("3", "5", low_open=True).meet(numbers("3", "5", high_open=True)) == numbers(
        "3", "5", low_open=True, high_open=True
    )
    assert days(SEPTEMBER, None).meet(days(None, SEPTEMBER)).is_empty


def test_a_phone_and_the_groups_have_one_place() -> None:
    assert Attribute("g", "list", GROUPS_PATH).is_groups
    assert Not(leaf("tags", Size(1), when_missing=True)) == Not(leaf("tags", Size(1)))
    assert Vocabulary(Catalogue({}), {}).conditions == {}
