"""Specs that are written down and read again."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given

from cg_sync.core.document import Document
from cg_sync.core.frozen import Frozen, frozen, thawed
from cg_sync.jsonvalue import JsonValue
from cg_sync.kinds.context import Context
from cg_sync.kinds.customer_group_setting import CUSTOMER_GROUP_SETTING, CustomerGroupSetting
from cg_sync.rules.ir import Rule
from cg_sync.rules.parse import Vocabulary
from tests.builders import a_context, a_setting
from tests.unit.rules.strategies import catalogue, rules

KIND = CUSTOMER_GROUP_SETTING


def through_json(it: Frozen) -> Frozen:
    return Frozen(content=json.loads(json.dumps(it.content)), fingerprint=it.fingerprint)


def a_project() -> Context:
    """One whose rules know every attribute of the strategies."""
    return replace(a_context(), vocabulary=Vocabulary(catalogue(), {}))


@given(rules(catalogue()))
def test_what_is_written_down_means_the_same_when_it_is_read(rule: Rule) -> None:
    made = CustomerGroupSetting(name="Spring", slug="spring", priority=1, rule=rule)
    # As a project reads it: what it knows of the attributes is part of the Spec.
    spec, _ = KIND.read(Document("spring.yaml", KIND.to_document(made), dict), a_project())
    assert spec is not None
    assert thawed(through_json(frozen(spec, KIND)), KIND, a_project()) == spec


@pytest.mark.parametrize(
    "otherwise", [{"slug": None}, {"priority": "high"}, {"priority": None}, {"display": "x"}]
)
def test_what_obeys_no_schema_means_nothing(otherwise: dict[str, JsonValue]) -> None:
    made = frozen(a_setting("spring").spec, KIND)
    content = {name: it for name, it in {**made.content, **otherwise}.items() if name != "rule"}
    for changed in ({**made.content, **otherwise}, content, {}):
        assert thawed(replace(made, content=changed), KIND, a_project()) is None


def test_a_project_that_does_not_know_its_words_cannot_read_it() -> None:
    written = frozen(a_setting("spring").spec, KIND)
    assert thawed(written, KIND, a_context()) is not None
    unknown = replace(a_context(), vocabulary=Vocabulary(catalogue(), {}))
    attributes = {n: it for n, it in catalogue().attributes.items() if n != "city"}
    poorer = replace(catalogue(), attributes=attributes)
    assert thawed(written, KIND, replace(unknown, vocabulary=Vocabulary(poorer, {}))) is None


def test_what_was_edited_is_not_what_was_planned() -> None:
    written = frozen(a_setting("spring").spec, KIND)
    edited = Frozen(content={**written.content, "priority": 1}, fingerprint=written.fingerprint)
    assert thawed(edited, KIND, a_context()) is None


def test_it_reads_out_what_was_written() -> None:
    written = frozen(a_setting("spring").spec, KIND)
    assert written.readable("priority") == 10
    assert written.readable("starts_at") is None
    assert written.meaning() is None
