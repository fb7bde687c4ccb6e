"""Rules as people write them: a document that reads back as the same rule, and lines to diff."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, assert_never

from cg_sync.jsonvalue import JsonObject, JsonValue
from cg_sync.rules.dialect import BUILT_IN, Dialect
from cg_sync.rules.ir import (
    All,
    AnyOf,
    Everyone,
    Leaf,
    Node,
    Not,
    RawRule,
    Rule,
    groups_named,
)
from cg_sync.rules.limits import is_within_limits
from cg_sync.rules.wire import rule_to_wire
from cg_sync.rules.written import operators_for

MAX_LINE_WIDTH: Final = 88


def rule_to_document(rule: Rule | RawRule) -> dict[str, JsonValue]:
    """The value of `rule:` that parses as this rule, as long as the rule keeps the limits.

    Raises ValueError for a rule that selects nobody (`Not(Everyone())`), which cannot be written.
    """
    if isinstance(rule, RawRule):
        return {"raw": json.loads(rule.text)}
    parts = rule.node.children if isinstance(rule.node, All) else (rule.node,)
    wanted = [part for part in parts if not isinstance(part, Not | Everyone)]
    # In normal form at most one part is a Not.
    refused = [child for part in parts if isinstance(part, Not) for child in _choices(part.child)]
    written: dict[str, JsonValue] = {"match": _conditions(wanted, 0) if wanted else "everyone"}
    return {**written, "except": _conditions(refused, 1)} if refused else written


def rule_to_file(rule: Rule | RawRule, dialect: Dialect = BUILT_IN) -> dict[str, JsonValue]:
    """As `rule_to_document`, but as `raw:`, in the dialect, when files could not hold it: it always
    parses again.

    A rule that names static groups is never raw, as its JSON would hold ids of one shop; beyond the
    limits somebody has to split it.
    """
    document = rule_to_document(rule)
    if isinstance(rule, RawRule) or is_within_limits(document) or groups_named(rule):
        return document
    return {"raw": rule_to_wire(rule, dialect=dialect)}


def _choices(node: Node) -> tuple[Node, ...]:
    return node.children if isinstance(node, AnyOf) else (node,)


def _conditions(nodes: Iterable[Node], negations: int) -> list[JsonValue]:
    return [_condition(node, negations) for node in nodes]


def _condition(node: Node, negations: int) -> JsonObject:
    match node:
        case All(children):
            return {"all": _conditions(children, negations)}
        case AnyOf(children):
            return {"any": _conditions(children, negations)}
        case Not(child):
            return {"none": _conditions(_choices(child), negations + 1)}
        case Leaf():
            return {node.attribute: _test(node, negations)}
        case Everyone():
            raise ValueError("a rule that selects nobody cannot be written")
        case _:
            assert_never(node)


def _test(leaf: Leaf, negations: int) -> JsonValue:
    """The shortest test that says the same; a negated line says what `missing` does."""
    operators = operators_for(leaf.test, exclude=leaf.exclude)
    keeps = leaf.when_missing is not (negations % 2 == 1)
    negated = leaf.nullable and (negations or leaf.exclude)
    if not leaf.answers_all and (keeps or negated):
        return {**operators, "missing": "keep" if keeps else "drop"}
    return operators["eq"] if operators.keys() == {"eq"} else operators


def document_lines(content: JsonObject | list[JsonValue]) -> tuple[str, ...]:
    """Lines of YAML, a condition a line; a list too long for one has a value a line.

    What stands alone under `raw` is foreign JSON, and has all its values on lines of their own.
    """
    if isinstance(content, list):
        return tuple(line for item in content for line in _item_lines(item, ""))
    if content.keys() == {"raw"}:
        text = _quoted(content["raw"], indent=2)
        return ("raw:", *(f"  {line}" for line in text.split("\n")))
    return tuple(_mapping_lines(content, ""))


def _mapping_lines(content: JsonObject, indent: str) -> Iterator[str]:
    for key, value in content.items():
        line = f"{indent}{_plain(key)}: {flow_text(value)}"
        if isinstance(value, Mapping) and value and len(line) > MAX_LINE_WIDTH:
            yield f"{indent}{_plain(key)}:"
            yield from _mapping_lines(value, f"{indent}  ")
        elif isinstance(value, list) and value and _is_tall(value, line):
            yield f"{indent}{_plain(key)}:"
            for item in value:
                yield from _item_lines(item, f"{indent}  ")
        else:
            yield line


def _is_tall(items: list[JsonValue], line: str) -> bool:
    """Whether a list is written an item a line: conditions always, values when they do not fit."""
    return any(isinstance(item, Mapping) for item in items) or len(line) > MAX_LINE_WIDTH


def _item_lines(item: JsonValue, indent: str) -> Iterator[str]:
    if not isinstance(item, Mapping):
        yield f"{indent}- {flow_text(item)}"
        return
    first, *rest = _mapping_lines(item, f"{indent}  ")
    yield f"{indent}- {first.lstrip()}"
    yield from rest


def flow_text(value: JsonValue) -> str:
    """The value as YAML in one line."""
    if isinstance(value, Mapping):
        inner = ", ".join(f"{_plain(key)}: {flow_text(item)}" for key, item in value.items())
        return f"{{{inner}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(flow_text, value))}]"
    return _plain(value) if isinstance(value, str) else json.dumps(value)


_SAFE = re.compile(r"[^\W\d_](?:[\w.@*/-]| (?=[\w]))*|[1-9][0-9]*[dwmy]")
_YAML_WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})


def _plain(text: str) -> str:
    """The text bare where YAML takes it for a text, else in quotes, unprintable letters escaped."""
    if _SAFE.fullmatch(text) and text.lower() not in _YAML_WORDS:
        return text
    return _quoted(text)


def _quoted(value: JsonValue, *, indent: int | None = None) -> str:
    """The value as JSON that is YAML too, only what cannot be printed escaped."""
    text = json.dumps(value, indent=indent, sort_keys=True, ensure_ascii=False)
    if text.isprintable():
        return text
    return "".join(it if it.isprintable() or it == "\n" else _escaped(it) for it in text)


def _escaped(letter: str) -> str:
    """As double-quoted YAML has it, which unlike JSON has no pairs for the letters above."""
    number = ord(letter)
    return f"\\U{number:08X}" if number > 0xFFFF else f"\\u{number:04x}"
