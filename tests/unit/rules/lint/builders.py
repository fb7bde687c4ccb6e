"""Rules as YAML reads them, and what lint says of them in short."""

from __future__ import annotations

import re
from collections.abc import Mapping
from textwrap import dedent

from cg_sync.files.yaml_reader import read_yaml
from cg_sync.jsonvalue import JsonValue, shown
from cg_sync.rules.catalogue import Attribute, Catalogue
from cg_sync.rules.lint.lint import Found, lint
from cg_sync.rules.parse import Vocabulary, check_condition, parse_rule
from tests.unit.rules import strategies


def read(text: str) -> JsonValue:
    """The value of a piece of YAML."""
    document, problems = read_yaml(dedent(text).encode(), file="rule.yaml")
    assert document is not None, problems
    return document.content


def catalogue(*more: Attribute) -> Catalogue:
    """The attributes of the strategies, and these in place of those of their name."""
    attributes = {it.name: it for it in (*strategies.catalogue().attributes.values(), *more)}
    return Catalogue(attributes)


def a_vocabulary(
    *more: Attribute,
    lists: Mapping[str, tuple[str, ...]] | None = None,
    conditions: Mapping[str, str] | None = None,
) -> Vocabulary:
    """The words of a project; shared conditions as YAML."""
    shared = {name: read(text) for name, text in (conditions or {}).items()}
    vocabulary = Vocabulary(catalogue(*more), lists or {}, shared)
    for name in shared:
        assert check_condition(name, vocabulary) == ()
    return vocabulary


def found(vocabulary: Vocabulary, **rules: str) -> list[Found]:
    """All findings of lint about rules written in YAML, by slug, which parse."""
    contents = {slug: read(text) for slug, text in rules.items()}
    for content in contents.values():
        assert parse_rule(content, vocabulary)[1] == ()
    return list(lint(contents, vocabulary))


def said(code: str, vocabulary: Vocabulary, **rules: str) -> list[str]:
    """The findings of one code, each as `name: place: message`."""
    return [
        re.sub(": +", ": ", f"{it.name}: {shown(it.finding.pointer)}: {it.finding.message}")
        for it in found(vocabulary, **rules)
        if it.finding.code == code
    ]


def places(code: str, vocabulary: Vocabulary, rule: str) -> list[str]:
    """Where one rule has findings of a code."""
    return [
        shown(it.finding.pointer)
        for it in found(vocabulary, rule=rule)
        if it.finding.code == code and it.kind == "rule"
    ]
