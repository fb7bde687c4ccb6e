"""Two readings of one rule that share no code: our evaluator, and the sandbox on the wire form."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cg_sync.core.document import Document
from cg_sync.core.schema import Law
from cg_sync.files.schemas import read_schemas
from cg_sync.jsonvalue import JsonObject
from cg_sync.rules.catalogue import make_catalogue
from cg_sync.rules.document import rule_to_document
from cg_sync.rules.editor_schema import setting_schema
from cg_sync.rules.evaluate import Moment, evaluate
from cg_sync.rules.ir import Rule
from cg_sync.rules.parse import Vocabulary, parse_rule
from cg_sync.rules.wire import rule_from_wire, rule_to_wire
from cg_sync.sandbox.rules import holds
from tests.builders import a_document
from tests.unit.rules.strategies import GROUP_IDS, NOW, catalogue, customers, rules

CATALOGUE = catalogue()
LAW = Law(read_schemas())
SUITE: dict[str, Any] = json.loads(Path(__file__).with_name("rules.json").read_text("utf-8"))
IDS: dict[str, int] = SUITE["group_ids"]
WORDS = Vocabulary(make_catalogue(SUITE, SUITE["timezone"]), {})


def rule_of(written: JsonObject) -> Rule:
    """The rule of a case, from either of its forms."""
    names = {pk: name for name, pk in IDS.items()}
    if "slug" in written:
        rule = rule_from_wire(written, WORDS.catalogue, names)
    else:
        rule, problems = parse_rule(written, WORDS)
        assert problems == ()
    assert isinstance(rule, Rule)
    return rule


@pytest.mark.parametrize("case", SUITE["cases"], ids=lambda case: case["says"])
def test_both_readings_say_what_the_suite_says(case: dict[str, Any]) -> None:
    now = datetime.fromisoformat(case["now"])
    groups = frozenset(case.get("groups", ()))
    rule, customer = rule_of(case["rule"]), case["customer"]
    wire = rule_to_wire(rule, IDS)
    ids = frozenset(IDS[name] for name in groups)
    assert evaluate(rule.node, customer, Moment(now, groups)) is case["expected"]
    assert holds(wire, customer, now=now, groups=ids) is case["expected"]
    if "slug" in case["rule"]:
        assert holds(case["rule"], customer, now=now, groups=ids) is case["expected"]


@given(rules(CATALOGUE), st.lists(customers(CATALOGUE), min_size=1, max_size=5))
def test_the_shop_selects_whom_the_rule_selects(rule: Rule, people: list[JsonObject]) -> None:
    wire = rule_to_wire(rule, GROUP_IDS)
    groups = frozenset(GROUP_IDS[name] for name in NOW.groups)
    assert [holds(wire, it, now=NOW.as_of, groups=groups) for it in people] == [
        evaluate(rule.node, it, NOW) for it in people
    ]


def setting_with(rule: object) -> Document:
    content = {"name": "A", "slug": "a", "priority": 1, "rule": rule}
    return a_document(content, file="settings/a.yaml")  # type: ignore[arg-type]


@given(rules(CATALOGUE))
def test_the_schema_accepts_every_rule_that_can_be_written(rule: Rule) -> None:
    assert LAW.check("setting", setting_with(rule_to_document(rule))) == ()


@pytest.mark.parametrize("case", SUITE["cases"], ids=lambda case: case["says"])
def test_the_schema_accepts_every_rule_of_the_suite(case: dict[str, Any]) -> None:
    written = {"raw": case["rule"]} if "slug" in case["rule"] else case["rule"]
    assert LAW.check("setting", setting_with(written)) == ()


def law_of(words: Vocabulary) -> Law:
    """What editors hold settings against in a project with these words."""
    return Law({"setting": setting_schema(read_schemas()["setting"], words)})


OF_EDITORS = law_of(Vocabulary(CATALOGUE, {}))
OF_EDITORS_IN_THE_SUITE = law_of(WORDS)


@given(rules(CATALOGUE))
def test_the_schema_of_editors_accepts_every_rule_that_can_be_written(rule: Rule) -> None:
    assert OF_EDITORS.check("setting", setting_with(rule_to_document(rule))) == ()


@pytest.mark.parametrize("case", SUITE["cases"], ids=lambda case: case["says"])
def test_the_schema_of_editors_accepts_every_rule_of_the_suite(case: dict[str, Any]) -> None:
    written = {"raw": case["rule"]} if "slug" in case["rule"] else case["rule"]
    assert OF_EDITORS_IN_THE_SUITE.check("setting", setting_with(written)) == ()
