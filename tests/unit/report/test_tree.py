"""The tree of a rule held against one customer: marks, values as others may see them, and words."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

import pytest

from cg_sync.jsonvalue import JsonObject, JsonValue
from cg_sync.report.line import plain
from cg_sync.report.tree import Words, shown_of, tree_lines, value_text, words_of
from cg_sync.rules.catalogue import GROUPS_PATH, Attribute, Catalogue, Privacy
from cg_sync.rules.contest import Contender, settle
from cg_sync.rules.evaluate import Moment
from cg_sync.rules.ir import RawRule
from cg_sync.rules.parse import Vocabulary, outline_of, parse_rule
from tests.unit.report.conftest import Golden
from tests.unit.rules.strategies import NOW, ZONE

CATALOGUE = Catalogue(
    {
        it.name: replace(it, timezone=ZONE)
        for it in (
            Attribute("email", "email", "email", nullable=False, pii="direct"),
            Attribute("email_verified", "boolean", "extra_field.email_verified"),
            Attribute("is_active", "boolean", "is_active", nullable=False),
            Attribute("country", "string", "attributes.country"),
            Attribute("city", "string", "attributes.city", pii="quasi"),
            Attribute("phone", "phone", "phone_number", pii="direct"),
            Attribute("name", "string", "first_name", pii="direct"),
            Attribute("orders", "integer", "extra_field.orders"),
            Attribute("birthdate", "date", "date_of_birth", pii="quasi"),
            Attribute("tags", "list", "extra_field.tags"),
            Attribute("groups", "list", GROUPS_PATH),
        )
    }
)
CONDITIONS: dict[str, JsonValue] = {
    "nearby": [{"country": {"in": ["TR", "CY"]}}, {"city": {"starts_with": "İst"}}],
    "active": {"is_active": True},
    "either": {"any": [{"use": "active"}, {"orders": {"gte": 3}}]},
}
LISTS = {"academic-domains": ("edu.tr", "k12.tr")}
VOCABULARY = Vocabulary(CATALOGUE, LISTS, CONDITIONS)
WORDS: Words = words_of(VOCABULARY)


def a_contender(slug: str, content: JsonObject, priority: int = 1, **more: object) -> Contender:
    rule, problems = parse_rule(content, VOCABULARY)
    assert rule is not None, problems
    outline = outline_of(content, VOCABULARY)
    return Contender(slug, priority, rule, outline, **more)  # type: ignore[arg-type]


def tree(content: JsonObject, customer: JsonObject, moment: Moment = NOW) -> str:
    contest = settle([a_contender("a", content)], customer, moment)
    return plain(tree_lines(contest.standings[0], WORDS))


def row(line: JsonObject, customer: JsonObject, *, under: str = "match") -> str:
    """The one line of a rule that has just this condition."""
    content: JsonObject = {"match": "everyone", under: [line]}
    return tree(content, customer).splitlines()[-1].strip()


EVERY_WORD: JsonObject = {
    "match": [
        {"email": {"domain_under": {"list": "academic-domains"}}},
        {"email_verified": True},
        {"use": "nearby"},
        {
            "any": [
                {"all": [{"is_active": True}, {"orders": {"gte": 3, "lt": 9}}]},
                {"use": "either"},
            ]
        },
        {"none": [{"city": {"eq": "Bursa", "missing": "keep"}}, {"tags": {"has_any": ["press"]}}]},
        {"birthdate": {"anniversary": {"within_next": "7d"}, "missing": "keep"}},
    ],
    "except": [
        {"email": {"domain_under": ["mezun.boun.edu.tr"]}},
        {"groups": {"has_any": ["Employees"]}},
        {"none": [{"phone": {"country_code_in": ["90"], "missing": "drop"}}]},
    ],
}
SOMEBODY: JsonObject = {
    "email": "ayse.yilmaz@mezun.boun.edu.tr",
    "is_active": True,
    "phone_number": "+905320001122",
    "date_of_birth": "22.11.1999",
    "attributes": {"city": "Bursa", "country": "TR"},
    "extra_field": {"orders": "many", "tags": ["outlet", "press"]},
}


def test_a_tree_with_every_word_reads_as_on_record(golden: Golden) -> None:
    golden("explain-tree.txt", tree(EVERY_WORD, SOMEBODY))


def test_everyone_is_said() -> None:
    assert tree({"match": "everyone"}, {}) == "✓ match: everyone\n"


def test_of_a_raw_rule_nothing_is_claimed() -> None:
    raw = Contender("a", 1, RawRule('{"slug":"basket-rule"}'), None)
    shown = plain(tree_lines(settle([raw], {}, NOW).standings[0], WORDS))
    assert shown == "? the rule is raw: whom it selects is not known\n"


@pytest.mark.parametrize(
    ("under", "line", "mark"),
    [
        ("match", {"is_active": True}, "✓"),
        ("match", {"is_active": False}, "✗"),
        ("except", {"is_active": True}, "!"),
        ("except", {"is_active": False}, "·"),
        ("match", {"none": [{"is_active": True}]}, "!"),
        ("match", {"none": [{"is_active": False}]}, "·"),
        ("except", {"none": [{"is_active": True}]}, "✓"),
        ("except", {"none": [{"is_active": False}]}, "✗"),
    ],
)
def test_the_mark_says_whether_a_line_speaks_for_the_customer(
    under: str, line: JsonObject, mark: str
) -> None:
    assert row(line, {"is_active": True}, under=under)[0] == mark


@pytest.mark.parametrize("under", ["match", "except"])
@pytest.mark.parametrize(("choice", "fate"), [("keep", "kept"), ("drop", "dropped")])
def test_what_becomes_of_a_customer_without_a_value_is_said_of_the_customer(
    under: str, choice: str, fate: str
) -> None:
    line: JsonObject = {"country": {"eq": "TR", "missing": choice}}
    assert row(line, {}, under=under).endswith(f"missing ({fate})")
    odd: JsonObject = {"birthdate": {"before": "2000-01-01", "missing": choice}}
    said = row(odd, {"date_of_birth": "soon"}, under=under)
    assert said.endswith(f"soon  invalid, counts as missing ({fate})")


def test_a_line_does_not_repeat_what_it_would_do_without_a_value() -> None:
    line: JsonObject = {"country": {"neq": "TR", "missing": "keep"}}
    assert row(line, {"attributes": {"country": "DE"}}) == "✓ country is not TR  DE"


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("email", "ayse.yilmaz@BOUN.edu.tr", "@BOUN.edu.tr"),
        ("email", "ayse yilmaz", "…"),
        ("email", None, None),
        ("phone", "+905320001122", "+905…"),
        ("phone", "00905320001122", "0090…"),
        ("phone", "05320001122", "…"),
        ("name", "Ayşe", "…"),
        ("city", "Bursa", "Bursa"),
        ("tags", ["press"], ["press"]),
        ("orders", 3, 3),
    ],
)
def test_values_are_shown_as_far_as_others_may_see_them(
    name: str, value: JsonValue, shown: JsonValue
) -> None:
    assert shown_of(value, CATALOGUE.attributes[name]) == shown


@pytest.mark.parametrize("pii", ["none", "quasi", "direct"])
def test_an_e_mail_address_is_never_shown_whatever_the_catalogue_says(pii: Privacy) -> None:
    email = Attribute("email", "email", "email", pii=pii)
    assert value_text(shown_of("ayse@example.com", email), email) == "…@example.com"


@pytest.mark.parametrize("pii", ["none", "quasi", "direct"])
def test_nor_is_a_phone_number(pii: Privacy) -> None:
    phone = Attribute("phone", "phone", "phone_number", pii=pii)
    assert value_text(shown_of("+905320001122", phone), phone) == "+905…"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ({"country": {"present": True}}, "has a country  missing"),
        ({"tags": {"size": {"gte": 1}}}, "has 1 or more values in tags  []"),
    ],
)
def test_of_a_line_that_asks_for_no_value_it_is_only_said_that_there_is_none(
    line: JsonObject, said: str
) -> None:
    assert row(line, {}) == f"✗ {said}"


def test_an_address_in_another_attribute_is_masked() -> None:
    said = row({"city": "Bursa"}, {"attributes": {"city": "ayse.yilmaz@example.com"}})
    assert said.endswith("  a***@example.com")


def test_no_value_of_a_customer_can_act_upon_a_terminal() -> None:
    nasty = "\x1b[31mred\u202egnp\nnew\x00"
    customer: JsonObject = {
        "email": f"a@{nasty}",
        "attributes": {"city": nasty},
        "extra_field": {"tags": [nasty], "orders": nasty},
        "phone_number": f"+\x1b{nasty}",
    }
    content: JsonObject = {
        "match": [
            {"email": {"domain_is": ["edu.tr"]}},
            {"city": "Bursa"},
            {"tags": {"has_any": ["press"]}},
            {"orders": {"gte": 3}},
            {"phone": {"country_code_in": ["90"]}},
        ]
    }
    shown = tree(content, customer)
    assert {it for it in shown if not it.isprintable()} == {"\n"}
    assert not any(unicodedata.bidirectional(it) in ("RLO", "RLI") for it in shown)
    assert len(shown.splitlines()) == 6
