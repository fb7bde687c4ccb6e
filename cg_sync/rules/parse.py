"""Reads the `rule:` of a setting as people write it, and reports all its problems at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from cg_sync.errors import did_you_mean
from cg_sync.jsonvalue import JsonObject, JsonValue
from cg_sync.rules.catalogue import Catalogue
from cg_sync.rules.ir import All, AnyOf, Node, Not, RawRule, Rule
from cg_sync.rules.limits import MAX_DEPTH, MAX_LINES
from cg_sync.rules.line import Findings, Line, Place
from cg_sync.rules.operators import OPERATORS, operators_of
from cg_sync.rules.problem import RuleProblem, spoken
from cg_sync.rules.wire import rule_from_wire

__all__ = ["RuleProblem", "Vocabulary", "parse_rule"]


EVERYONE = "everyone"
_GROUPS = ("all", "any", "none")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words a rule may use: the attributes, and the values of each named list."""

    catalogue: Catalogue
    lists: Mapping[str, tuple[str, ...]]


def parse_rule(
    content: JsonValue, vocabulary: Vocabulary
) -> tuple[Rule | RawRule | None, tuple[RuleProblem, ...]]:
    """The rule that the value of `rule:` means, or None and all its problems, placed inside it.

    A `raw:` rule that the language can express is that rule, so that it equals the live one.
    """
    reader = _Reader(vocabulary)
    rule = reader.rule(content)
    problems = tuple(reader.findings.problems)
    return (None if problems else rule), problems


@dataclass(frozen=True, slots=True)
class _Reader:
    """One reading of one rule; what it returns counts only when nothing was found."""

    vocabulary: Vocabulary
    findings: Findings = field(default_factory=Findings)

    def rule(self, content: JsonValue) -> Rule | RawRule | None:
        report = self.findings.report
        if not isinstance(content, Mapping):
            hint = f"write `match:` with conditions, or `match: {EVERYONE}`"
            report("CG-F24", f"a rule is a mapping, not {spoken(content)}", Place(()), hint=hint)
            return None
        known = ("raw",) if "raw" in content else ("match", "except")
        for key in content:
            if key not in known:
                near = did_you_mean(key, known)
                hint = near or f"a rule has {' and '.join(known)} only"
                report("CG-F05", f"{key}: no such field", Place((key,)), of_key=True, hint=hint)
        return self._raw(content["raw"]) if "raw" in content else self._match_and_except(content)

    def _raw(self, payload: JsonValue) -> Rule | RawRule | None:
        rule = rule_from_wire(payload, self.vocabulary.catalogue)
        if rule is None:
            hint = "copy the rule JSON of the shop, or write `match:`"
            self.findings.report("CG-F23", "raw: holds no rule", Place(("raw",)), hint=hint)
        return rule

    def _match_and_except(self, content: JsonObject) -> Rule:
        report = self.findings.report
        parts: list[Node] = []
        if "match" not in content:
            hint = f"to select every customer, write `match: {EVERYONE}`"
            report("CG-F24", "match: is missing", Place(()), hint=hint)
        elif content["match"] != EVERYONE:
            parts += self._conditions(content["match"], Place(("match",)))
        if "except" in content:
            refused = self._conditions(content["except"], Place(("except",)).under_not())
            parts.append(Not(AnyOf(tuple(refused))))
        lines = self.findings.lines
        if lines > MAX_LINES:
            hint = "name many values in one condition, or split the setting"
            message = f"the rule has {lines} conditions, and can have {MAX_LINES}"
            report("CG-F24", message, Place(()), hint=hint)
        return Rule(All(tuple(parts)))

    def _conditions(self, content: JsonValue, place: Place) -> list[Node]:
        """The conditions of `match` or `except`, which may be one or a list."""
        if isinstance(content, list | tuple):
            return self._items(content, place)
        node = self._condition(content, place)
        return [] if node is None else [node]

    def _items(self, content: list[JsonValue] | tuple[JsonValue, ...], place: Place) -> list[Node]:
        if not content:
            message = f"{place.pointer[-1]}: the list is empty"
            hint = f"`match: {EVERYONE}` selects every customer; leave out what is not needed"
            self.findings.report("CG-F24", message, place, hint=hint)
        nodes = [self._condition(item, place.at(index)) for index, item in enumerate(content)]
        return [node for node in nodes if node is not None]

    def _condition(self, content: JsonValue, place: Place) -> Node | None:
        report = self.findings.report
        if not isinstance(content, Mapping):
            hint = "write an attribute and its test, such as `is_active: true`"
            if content == EVERYONE:
                hint = f"`{EVERYONE}` stands alone: `match: {EVERYONE}`"
            report("CG-F24", f"{spoken(content)} is not a condition", place, hint=hint)
            return None
        if len(content) != 1:
            names = f"names {', '.join(content)}" if content else "is empty"
            hint = "a condition has exactly one key; write each as its own list item"
            report("CG-F24", f"the condition {names}", place, hint=hint)
        # Every entry is read, so that its problems are seen too.
        nodes = [self._entry(key, value, place.at(key)) for key, value in content.items()]
        return nodes[0] if nodes else None

    def _entry(self, key: str, value: JsonValue, place: Place) -> Node | None:
        if key in _GROUPS:
            return self._group(key, value, place)
        report = self.findings.report
        attributes = self.vocabulary.catalogue.attributes
        if key not in attributes:
            hint = did_you_mean(key, (*attributes, *_GROUPS)) or "declare it in attributes.yaml"
            report("CG-F21", f"{key}: no such attribute", place, of_key=True, hint=hint)
            return None
        attribute = attributes[key]
        if not operators_of(attribute):
            message = f"{key}: this version has no operators for the type {attribute.type}"
            hint = f"it has some for {', '.join(OPERATORS)}"
            report("CG-F22", message, place, of_key=True, hint=hint)
            return None
        return Line(attribute, place, self.vocabulary.lists, self.findings).read(value)

    def _group(self, word: str, content: JsonValue, place: Place) -> Node | None:
        report = self.findings.report
        inner = replace(place, depth=place.depth + 1)
        if inner.depth > MAX_DEPTH:
            hint = "flatten the rule, or split the setting"
            message = f"{word}: nested deeper than {MAX_DEPTH} levels"
            report("CG-F24", message, place, of_key=True, hint=hint)
            return None
        if not isinstance(content, list | tuple):
            hint = f"write `{word}: [...]`, or one `- ` item a line"
            report("CG-F24", f"{word}: takes a list of conditions", place, hint=hint)
            return None
        if word == "none":
            return Not(AnyOf(tuple(self._items(content, inner.under_not()))))
        nodes = tuple(self._items(content, inner))
        return All(nodes) if word == "all" else AnyOf(nodes)
