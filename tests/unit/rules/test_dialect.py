"""The dialect: a row for every operator, what a project changes, and what it refuses."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any, cast, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cg_sync.core.document import Document
from cg_sync.core.schema import Law
from cg_sync.errors import Problem
from cg_sync.files.schemas import read_schemas
from cg_sync.files.yaml_reader import read_yaml
from cg_sync.jsonvalue import JsonObject, JsonValue, canonical
from cg_sync.rules.catalogue import GROUPS_PATH, Attribute, AttributeType, Catalogue
from cg_sync.rules.dialect import (
    BUILT_IN,
    Row,
    Unverified,
    check_dialect,
    make_dialect,
    row_key,
    unverified,
)
from cg_sync.rules.ir import Everyone, Leaf, RawRule, Rule, walk
from cg_sync.rules.operators import operators_of
from cg_sync.rules.parse import RuleProblem, Vocabulary, check_condition, parse_rule
from cg_sync.rules.renderings import LEAVES, NODES
from cg_sync.rules.wire import rule_from_wire, rule_to_wire
from tests.conftest import Project
from tests.unit.rules.strategies import GROUP_IDS, catalogue, rules

CATALOGUE = catalogue()
GROUP_NAMES = {pk: name for name, pk in GROUP_IDS.items()}
PAGE = Path(__file__).parents[3] / "docs" / "dialect.md"
SCHEMA = read_schemas()["project"]


def words_with(**content: JsonValue) -> Vocabulary:
    """A vocabulary in the dialect that a project writes so."""
    return Vocabulary(CATALOGUE, {}, {}, make_dialect(content))


def a_rule(condition: JsonObject) -> Rule:
    rule, problems = parse_rule({"match": [condition]}, words_with())
    assert problems == ()
    assert isinstance(rule, Rule)
    return rule


# ── the table ────────────────────────────────────────────────────────────────────────────────────


def test_every_operator_of_every_type_has_a_row_and_no_other() -> None:
    kinds = [Attribute("a", it, "a") for it in get_args(AttributeType)]
    kinds.append(Attribute("a", "list", GROUPS_PATH))
    expected = {row_key(it, word) for it in kinds for word in operators_of(it)}
    assert set(BUILT_IN.rows) == expected


def test_leaves_are_unverified_and_what_holds_them_together_is_documented() -> None:
    assert {row.state for row in BUILT_IN.rows.values()} == {"unverified"}
    assert {row.state for row in NODES.values()} == {"documented"}
    assert {row.slug for row in NODES.values()} == {"any-rule", "and-rule", "or-rule", "not-rule"}


OPERANDS: dict[str, JsonValue] = {
    "boolean.eq": True,
    "date.between": ["2026-09-01", "2026-09-02"],
    "datetime.between": ["2026-09-01", "2026-09-02"],
    "phone.country_code_in": ["90"],
    **dict.fromkeys(("integer.eq", "decimal.eq", "gt", "gte", "lt", "lte", "size"), 3),
    "between": [1, 2],
    **dict.fromkeys(("on", "before", "after", "on_or_after"), "2026-09-01"),
    **dict.fromkeys(("within_last", "older_than", "within_next"), "30d"),
    **dict.fromkeys(("domain_is", "domain_under"), ("edu.tr",)),
    **dict.fromkeys(("in", "not_in", "has_any", "has_all", "has_none"), ("VIP", "Employees")),
    **dict.fromkeys(("eq", "neq", "starts_with", "ends_with", "contains"), "VIP"),
    "matches": "vip",
    "anniversary": "today",
    "present": False,
}
"""An operand for each row, or for each operator."""
ONE_OF_EACH = Catalogue(
    {
        "enum": Attribute("enum", "enum", "enum", values=("VIP", "Employees")),
        "static_groups": Attribute("static_groups", "list", GROUPS_PATH),
        **{it: Attribute(it, it, it) for it in get_args(AttributeType) if it != "enum"},
    }
)
"""An attribute of each type, named after it."""


def a_line(key: str) -> JsonObject:
    """A condition with the operator of a row."""
    name, word = key.split(".")
    test = {word: OPERANDS.get(key, OPERANDS.get(word))}
    if word in ("neq", "not_in"):
        test["missing"] = "drop"
    return {name: test}


def leaves_of(key: str) -> list[JsonObject]:
    """The leaves that are sent for it."""
    rule, problems = parse_rule({"match": [a_line(key)]}, Vocabulary(ONE_OF_EACH, {}))
    assert problems == ()
    assert isinstance(rule, Rule)
    sent: Any = rule_to_wire(rule, GROUP_IDS)
    found: list[JsonObject] = sent.get("children", [sent])
    return found


@pytest.mark.parametrize("key", BUILT_IN.rows)
def test_a_row_says_what_is_sent(key: str) -> None:
    row, sent = BUILT_IN.rows[key], leaves_of(key)
    assert {leaf["slug"] for leaf in sent} == {row.slug}
    said = set(re.findall(r"`([a-z_]+)[`:]", row.form))
    inverted = "exclude" in said
    # What stands inside another field, or is one of two.
    said -= {"present", "months", *(("gte", "lte") if key == "list.size" else ())}
    said |= {"timezone"} if "time zone" in row.form else set()
    both = {"slug", "key", "exclude", "missing"}
    assert {field for leaf in sent for field in leaf} - both == said - both
    assert {leaf["exclude"] for leaf in sent} == {inverted}
    assert (len(sent) > 1) == ("for each" in row.form)


def test_the_page_has_the_table_as_it_is() -> None:
    chapter = PAGE.read_text("utf-8").split("<!-- dialect -->")[1].split("<!-- end -->")[0]
    head = ["| row | leaf | fields of its own | state |", "|---|---|---|---|"]
    assert chapter.strip().splitlines() == [
        *head,
        *(
            f"| `{key}` | `{row.slug}` | {row.form} | {row.state} |"
            for key, row in {**NODES, **BUILT_IN.rows}.items()
        ),
    ]


def test_the_schema_knows_every_leaf_and_no_other() -> None:
    text = json.dumps(SCHEMA)
    (known,) = re.findall(r'"propertyNames": {"enum": (\["customer-group-rule".*?\])', text)
    assert json.loads(known) == list(LEAVES)


# ── what a project says ──────────────────────────────────────────────────────────────────────────


def test_a_project_that_says_nothing_has_the_built_in_dialect() -> None:
    assert make_dialect({}) == BUILT_IN


def test_a_state_and_its_note_are_those_of_the_project() -> None:
    said = {"state": "probed", "note": "staging, 2026-11-20"}
    dialect = make_dialect({"render": {"email.domain_under": said}})
    form = BUILT_IN.rows["email.domain_under"].form
    expected = Row("email-domain-rule", form, "probed", "staging, 2026-11-20")
    assert dialect.rows == {**BUILT_IN.rows, "email.domain_under": expected}


def test_all_rows_of_a_leaf_have_the_slug_of_the_project() -> None:
    dialect = make_dialect({"slugs": {"email-domain-rule": "mail"}})
    renamed = {key for key, row in dialect.rows.items() if row.slug == "mail"}
    assert renamed == {"email.domain_is", "email.domain_under"}
    assert {row.slug for row in dialect.rows.values()} == {*LEAVES, "mail"} - {"email-domain-rule"}


PROJECT = "version: 1\nenvironments: {a: {url: https://a.example, channel: 1}}\ndialect:\n"


def problems_in(dialect: str) -> list[str]:
    """What the schema, and else the reader, says of `dialect:` in cg-sync.yaml."""
    text = PROJECT + "".join(f"  {line}\n" for line in dialect.splitlines())
    document, _ = read_yaml(text.encode(), file="cg-sync.yaml")
    assert document is not None
    found = Law(read_schemas()).check("project", document)
    if not found:
        content = cast("dict[str, JsonObject]", document.content)["dialect"]
        found = tuple(_placed(it, document) for it in check_dialect(content, CATALOGUE))
    return [f"{it.where} {it.code} {it.message} ({it.hint})" for it in found]


def _placed(it: RuleProblem, document: Document) -> Problem:
    pointer = ("dialect", *it.pointer)
    return document.problem(it.code, it.message, pointer, of_key=it.of_key, hint=it.hint)


GOOD = [
    "render: {string.matches: {refuse: no patterns}, city: {refuse: not there}}",
    "render: {static_groups.has_any: {state: documented, note: page 7}}",
    "render: {list.size: {state: unverified}}",
    "render: {list.size: {note: ask them}}",
    "render: {}\nslugs: {}",
    "slugs: {email-domain-rule: user-date-rule, user-date-rule: email-domain-rule}",
    "slugs: {email-domain-rule: email-domain-rule}",
]


@pytest.mark.parametrize("dialect", GOOD)
def test_these_dialects_are_fine(dialect: str) -> None:
    assert problems_in(dialect) == []


BAD = [
    (
        "render: {string.match: {refuse: x}}",
        "4:12 CG-F05 dialect.render.string.match: no such operator or attribute"
        " (did you mean string.matches",
    ),
    (
        "render: {citi: {refuse: x}}",
        "4:12 CG-F05 dialect.render.citi: no such operator or attribute (did you mean city?)",
    ),
    (
        "render: {planet: {refuse: x}}",
        "4:12 CG-F05 dialect.render.planet: no such operator or attribute (write TYPE.OPERATOR",
    ),
    (
        "render: {city: {state: probed, note: x}}",
        "4:12 CG-F06 dialect.render.city: an attribute can only be refused",
    ),
    (
        "render: {list.size: {state: proved, note: x}}",
        "4:31 CG-F06 dialect.render.list.size.state: expected unverified, documented or probed,"
        ' found the text "proved" (did you mean probed?)',
    ),
    (
        "render: {list.size: {state: probed}}",
        "4:23 CG-F06 dialect.render.list.size.note: missing (add `note:`)",
    ),
    (
        "render: {list.size: {refuze: x}}",
        "4:24 CG-F05 dialect.render.list.size.refuze: no such field (did you mean refuse?)",
    ),
    (
        "render: {list.size: {refuse: x, state: unverified}}",
        "4:35 CG-F06 dialect.render.list.size.state: not beside `refuse:`",
    ),
    (
        "render: {list.size: {}}",
        "4:23 CG-F06 dialect.render.list.size: says nothing: write `state:` or `refuse:`",
    ),
    ("rendr: {}", "4:3 CG-F05 dialect.rendr: no such field (did you mean render?)"),
    (
        "slugs: {email-domain: mail}",
        "4:11 CG-F06 dialect.slugs.email-domain: expected customer-group-rule,",
    ),
    ("slugs: {email-domain-rule: a b}", "4:30 CG-F06 dialect.slugs.email-domain-rule: letters,"),
    (
        "slugs: {email-domain-rule: any-rule}",
        "4:30 CG-F06 dialect.slugs.email-domain-rule: any-rule is the slug of another node"
        " (`match: everyone` has it; give each its own, so that rules can be read back)",
    ),
    (
        "slugs: {email-domain-rule: user-date-rule}",
        "4:30 CG-F06 dialect.slugs.email-domain-rule: user-date-rule is the slug of another node"
        " (`user-date-rule` has it;",
    ),
    (
        "slugs:\n  email-domain-rule: mail\n  user-date-rule: mail",
        "6:21 CG-F06 dialect.slugs.user-date-rule: mail is the slug of another node"
        " (`email-domain-rule` has it;",
    ),
]


@pytest.mark.parametrize(("dialect", "message"), BAD)
def test_what_is_wrong_in_a_dialect_is_said_at_its_place(dialect: str, message: str) -> None:
    (found,) = problems_in(dialect)
    assert found.removeprefix("cg-sync.yaml:").startswith(message)


# ── what is refused ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("key", BUILT_IN.rows)
def test_a_refused_operator_is_a_finding_at_its_word_and_no_other_is(key: str) -> None:
    dialect = make_dialect({"render": {key: {"refuse": "it has none"}}})
    words = Vocabulary(ONE_OF_EACH, {}, {}, dialect)
    _, problems = parse_rule({"match": [a_line(it) for it in BUILT_IN.rows]}, words)
    name, word = key.split(".")
    assert problems == (
        RuleProblem(
            "CG-D01",
            f"{name}: {word} cannot be used with this shop: it has none",
            ("match", list(BUILT_IN.rows).index(key), name, word),
            of_key=True,
            hint=f"mend the rule, or `dialect.render.{key}` in cg-sync.yaml",
        ),
    )


NO_EQUALITY = words_with(render={"string.eq": {"refuse": "x"}, "boolean.eq": {"refuse": "y"}})


def places_of(problems: tuple[RuleProblem, ...]) -> list[tuple[str, object]]:
    return [(it.code, it.pointer) for it in problems]


def test_a_value_alone_is_refused_as_the_eq_that_it_is() -> None:
    _, problems = parse_rule({"match": [{"city": "Bursa"}, {"is_active": True}]}, NO_EQUALITY)
    assert places_of(problems) == [
        ("CG-D01", ("match", 0, "city")),
        ("CG-D01", ("match", 1, "is_active")),
    ]


def test_each_of_several_operators_is_refused_by_itself() -> None:
    words = words_with(render={"decimal.gte": {"refuse": "x"}, "decimal.lte": {"refuse": "x"}})
    _, problems = parse_rule({"match": [{"spent": {"gte": 1, "lt": 5}}]}, words)
    assert places_of(problems) == [("CG-D01", ("match", 0, "spent", "gte"))]
    assert parse_rule({"match": [{"spent": {"between": [1, 5]}}]}, words)[1] == ()


NO_CITY = words_with(render={"city": {"refuse": "sync it to extra_field first"}})


@pytest.mark.parametrize("test", ["Bursa", {"in": ["Bursa"]}, {"present": True}])
def test_a_refused_attribute_is_a_finding_whatever_is_asked_of_it(test: JsonValue) -> None:
    rule, problems = parse_rule({"match": [{"is_active": True}, {"city": test}]}, NO_CITY)
    assert rule is None
    assert problems == (
        RuleProblem(
            "CG-D02",
            "city: cannot be used with this shop: sync it to extra_field first",
            ("match", 1, "city"),
            of_key=True,
            hint="mend the rule, or `dialect.render.city` in cg-sync.yaml",
        ),
    )


def test_what_is_refused_is_found_in_shared_conditions_too() -> None:
    words = replace(NO_CITY, conditions={"local": [{"city": "Bursa"}]})
    assert places_of(check_condition("local", words)) == [("CG-D02", (0, "city"))]
    _, problems = parse_rule({"match": [{"use": "local"}]}, words)
    assert places_of(problems) == [("CG-D02", ("match", 0, "use"))]


@given(rules(CATALOGUE))
def test_a_live_rule_is_read_whatever_the_dialect_refuses(rule: Rule) -> None:
    refused: JsonObject = {it: {"refuse": "x"} for it in (*BUILT_IN.rows, *CATALOGUE.attributes)}
    sent = rule_to_wire(rule, GROUP_IDS)
    dialect = make_dialect({"render": refused})
    assert rule_from_wire(sent, CATALOGUE, GROUP_NAMES, dialect) == rule


def test_raw_json_is_the_shop_s_own_language_and_is_not_refused() -> None:
    rule = a_rule({"city": "Bursa"})
    assert parse_rule({"raw": rule_to_wire(rule)}, NO_CITY) == (rule, ())


# ── in a project ─────────────────────────────────────────────────────────────────────────────────

REFUSING = """
dialect:
  render:
    string.starts_with: {refuse: nobody needs it}
    email_verified: {refuse: sync it to extra_field first}
"""
SETTING = """
name: Local
slug: local
priority: 1
rule:
  match:
    - city: {starts_with: İst}
    - use: known
"""


def test_every_use_of_what_is_refused_is_an_error_at_its_place(project: Project) -> None:
    path = project.root / "cg-sync.yaml"
    path.write_text(path.read_text("utf-8") + REFUSING, "utf-8")
    project.write("settings/local.yaml", SETTING)
    project.write("conditions/known.yaml", "condition: {is_active: true}\n")
    ran = project.run("validate")
    assert ran.code == 3
    assert (
        "settings/local.yaml:6:14: rule.match[0].city.starts_with: city: starts_with cannot be used"
        " with this shop: nobody needs it CG-D01" in ran.err
    )
    project.write("conditions/known.yaml", "condition: {email_verified: true}\n")
    ran = project.run("validate")
    assert ran.code == 3
    assert (
        "conditions/known.yaml:1:13: email_verified: cannot be used with this shop:"
        " sync it to extra_field first CG-D02" in ran.err
    )


def test_a_wrong_row_is_an_error_in_the_project_file(project: Project) -> None:
    path = project.root / "cg-sync.yaml"
    path.write_text(path.read_text("utf-8") + "dialect: {render: {citi: {refuse: x}}}\n", "utf-8")
    ran = project.run("validate")
    assert ran.code == 3
    assert "cg-sync.yaml:5:20: dialect.render.citi: no such operator or attribute" in ran.err
    assert "did you mean city?" in ran.err


# ── slugs ────────────────────────────────────────────────────────────────────────────────────────

FREE = ("mail", "email-domain-rule-2", "basket-rule")


@st.composite
def slugs(draw: st.DrawFn) -> JsonObject:
    """Names for some leaves: new ones, or those of each other."""
    renamed = draw(st.lists(st.sampled_from(LEAVES), unique=True))
    names = draw(st.permutations([*renamed, *FREE]))
    return dict(zip(renamed, names, strict=False))


@given(slugs())
def test_no_such_renaming_is_ambiguous(renamed: JsonObject) -> None:
    assert list(check_dialect({"slugs": renamed}, CATALOGUE)) == []
    assert len(make_dialect({"slugs": renamed}).leaves) == len(LEAVES)


@given(rules(CATALOGUE), slugs())
def test_a_rule_survives_the_way_there_and_back_in_any_dialect(
    rule: Rule, renamed: JsonObject
) -> None:
    dialect = make_dialect({"slugs": renamed})
    sent = json.loads(json.dumps(rule_to_wire(rule, GROUP_IDS, dialect)))
    assert rule_from_wire(sent, CATALOGUE, GROUP_NAMES, dialect) == rule
    # The same JSON but for the slugs of leaves.
    assert _translated(rule_to_wire(rule, GROUP_IDS), renamed) == sent


def _translated(payload: Any, renamed: JsonObject) -> JsonValue:
    if isinstance(payload, list):
        return [_translated(it, renamed) for it in payload]
    if not isinstance(payload, dict):
        return payload  # type: ignore[no-any-return]
    slug = payload["slug"]
    inner = {it: _translated(payload[it], renamed) for it in ("child", "children") if it in payload}
    return {**payload, **inner, "slug": renamed.get(slug, slug)}


MAIL = make_dialect({"slugs": {"email-domain-rule": "mail"}})


def test_the_slug_of_the_project_is_sent_and_read() -> None:
    rule = a_rule({"email": {"domain_is": ["edu.tr"]}})
    sent = rule_to_wire(rule, dialect=MAIL)
    assert sent == {**rule_to_wire(rule), "slug": "mail"}
    assert rule_from_wire(sent, CATALOGUE, dialect=MAIL) == rule
    assert parse_rule({"raw": sent}, words_with(slugs={"email-domain-rule": "mail"})) == (rule, ())


def test_the_built_in_slug_means_nothing_to_a_shop_that_has_another() -> None:
    sent = rule_to_wire(a_rule({"email": {"domain_is": ["edu.tr"]}}))
    assert rule_from_wire(sent, CATALOGUE, dialect=MAIL) == RawRule(canonical(sent))


def test_raw_json_names_no_groups_by_id_in_any_dialect() -> None:
    words = words_with(slugs={"customer-group-rule": "segment"})
    _, problems = parse_rule({"raw": {"slug": "segment", "customer_groups": [7]}}, words)
    assert places_of(problems) == [("CG-F23", ("raw",))]


def test_a_raw_rule_keeps_its_slugs_in_every_dialect() -> None:
    raw = RawRule('{"domains":7,"slug":"email-domain-rule"}')
    assert rule_to_wire(raw, dialect=MAIL) == {"slug": "email-domain-rule", "domains": 7}


# ── what a plan rests on ─────────────────────────────────────────────────────────────────────────


def test_rules_are_counted_that_rely_on_an_unverified_row() -> None:
    probed = {"state": "probed", "note": "staging"}
    dialect = make_dialect({"render": {"email.domain_under": probed, "boolean.eq": probed}})
    proved = a_rule({"all": [{"email": {"domain_under": ["edu.tr"]}}, {"is_active": True}]})
    half = a_rule({"any": [{"email": {"domain_under": ["edu.tr"]}}, {"tags": {"size": 2}}]})
    other = a_rule({"none": [{"groups": {"has_any": ["VIP"]}}, {"tags": {"size": 1}}]})
    everyone, raw = Rule(Everyone()), RawRule('{"slug":"basket-rule"}')
    found = unverified([proved, half, other, everyone, raw], dialect, CATALOGUE)
    assert found == Unverified(2, ("list.size", "static_groups.has_any"))
    assert unverified([proved, everyone, raw], dialect, CATALOGUE) == Unverified(0, ())


@given(rules(CATALOGUE))
def test_every_rule_with_a_line_relies_on_rows_that_there_are(rule: Rule) -> None:
    has_lines = any(isinstance(node, Leaf) for node in walk(rule.node))
    found = unverified([rule], BUILT_IN, CATALOGUE)
    assert found.rules == has_lines
    assert set(found.rows) <= set(BUILT_IN.rows)
    assert bool(found.rows) == has_lines
