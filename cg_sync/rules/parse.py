"""Reads the `rule:` of a setting as people write it, and reports all its problems at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from cg_sync.errors import did_you_mean
from cg_sync.jsonvalue import JsonObject, JsonValue, shown
from cg_sync.rules.ir import All, AnyOf, Everyone, Node, Not, RawRule, Rule
from cg_sync.rules.limits import MAX_DEPTH, MAX_LINES, MAX_USE_DEPTH, MAX_USES
from cg_sync.rules.line import Line
from cg_sync.rules.outline import Part, Word
from cg_sync.rules.place import Findings, Place
from cg_sync.rules.problem import RuleProblem, spoken
from cg_sync.rules.vocabulary import Vocabulary
from cg_sync.rules.wire import rule_from_wire

__all__ = ["RuleProblem", "Vocabulary", "check_condition", "outline_of", "parse_rule"]


EVERYONE = "everyone"
_GROUPS = ("all", "any", "none")
_MEANT = {"and": "all", "or": "any", "not": "none", "nor": "none", "except": "none"}
"""Words of other languages, and what they are called here."""


def parse_rule(
    content: JsonValue, vocabulary: Vocabulary
) -> tuple[Rule | RawRule | None, tuple[RuleProblem, ...]]:
    """The rule that the value of `rule:` means, or None and all its problems, placed inside it.

    A `raw:` rule that the language can express is that rule, so that it equals the live one.
    """
    quick = vocabulary.quick.rule(content)
    if quick is not None:
        return quick, ()
    return read_fully(content, vocabulary)


def read_fully(
    content: JsonValue, vocabulary: Vocabulary
) -> tuple[Rule | RawRule | None, tuple[RuleProblem, ...]]:
    """As `parse_rule`, without the quick reader, which knows rules without problems only."""
    reader = _Reader(vocabulary)
    rule = reader.rule(content)
    problems = tuple(reader.findings.problems)
    return (None if problems else rule), problems


def outline_of(content: JsonValue, vocabulary: Vocabulary) -> Part | None:
    """The rule as it is written, of a value of `rule:` that parses; None for a raw rule."""
    if isinstance(content, Mapping) and "raw" not in content:
        return _Reader(vocabulary)._match_and_except(content)
    return None


def check_condition(name: str, vocabulary: Vocabulary) -> tuple[RuleProblem, ...]:
    """All that is wrong with a shared condition wherever it is used, placed inside it.

    What those that it uses would say of themselves is left to them.
    """
    return _problems_of(name, vocabulary, is_alone=True)


def _problems_of(name: str, vocabulary: Vocabulary, *, is_alone: bool) -> tuple[RuleProblem, ...]:
    reader = _Reader(vocabulary, using=(name,), is_alone=is_alone)
    reader._conditions(vocabulary.conditions[name], Place(()))
    return tuple(reader.findings.problems)


@dataclass(frozen=True, slots=True)
class _Reader:
    """One reading of one rule; what it returns counts only when nothing was found."""

    vocabulary: Vocabulary
    findings: Findings = field(default_factory=Findings)
    using: tuple[str, ...] = ()
    is_alone: bool = False
    """Whether a shared condition is read for itself, and those that it uses for themselves too."""

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
        if "raw" in content:
            return self._raw(content["raw"])
        return Rule(self._match_and_except(content).node)

    def _raw(self, payload: JsonValue) -> Rule | RawRule | None:
        catalogue, dialect = self.vocabulary.catalogue, self.vocabulary.dialect
        rule = rule_from_wire(payload, catalogue, dialect=dialect)
        if rule is None:
            hint = "copy the rule JSON of the shop, or write `match:`"
            self.findings.report("CG-F23", "raw: holds no rule", Place(("raw",)), hint=hint)
        # Only its ids keep such a rule raw, and in another shop they mean other groups.
        named = rule_from_wire(payload, catalogue, _names_for(payload), dialect)
        if isinstance(rule, RawRule) and not isinstance(named, RawRule):
            hint = "write it as a rule, with the groups by name: {has_any: [NAME]}"
            message = "raw: names customer groups by their ids"
            self.findings.report("CG-F23", message, Place(("raw",)), hint=hint)
        return rule

    def _match_and_except(self, content: JsonObject) -> Part:
        report = self.findings.report
        parts: list[Part] = []
        if "match" not in content:
            hint = f"to select every customer, write `match: {EVERYONE}`"
            report("CG-F24", "match: is missing", Place(()), hint=hint)
        elif content["match"] == EVERYONE:
            parts.append(Part("match", Everyone(), ("match",)))
        else:
            wanted = self._conditions(content["match"], Place(("match",)))
            parts.append(Part("match", All(_nodes(wanted)), ("match",), wanted))
        nodes = _nodes(parts)
        if "except" in content:
            refused = self._conditions(content["except"], Place(("except",)).under_not())
            parts.append(Part("except", AnyOf(_nodes(refused)), ("except",), refused))
            nodes += (Not(parts[-1].node),)
        lines = self.findings.lines
        if lines > MAX_LINES:
            hint = "name many values in one condition, or split the setting"
            message = f"the rule has {lines} conditions, and can have {MAX_LINES}"
            report("CG-F24", message, Place(()), hint=hint)
        return Part("rule", All(nodes), (), tuple(parts))

    def _conditions(self, content: JsonValue, place: Place) -> tuple[Part, ...]:
        """The conditions of `match` or `except`, which may be one or a list."""
        if isinstance(content, list | tuple):
            return self._items(content, place)
        part = self._condition(content, place)
        return () if part is None else (part,)

    def _items(
        self, content: list[JsonValue] | tuple[JsonValue, ...], place: Place
    ) -> tuple[Part, ...]:
        if not content:
            word = str(place.pointer[-1]) if place.pointer else "condition"
            message = f"{word}: the list is empty"
            self.findings.report("CG-F24", message, place, hint=_hint_for_none(word))
        parts = [self._condition(item, place.at(index)) for index, item in enumerate(content)]
        return tuple(part for part in parts if part is not None)

    def _condition(self, content: JsonValue, place: Place) -> Part | None:
        report = self.findings.report
        if not isinstance(content, Mapping):
            hint = _hint_for_word(content, is_match=place.pointer == ("match",))
            report("CG-F24", f"{spoken(content)} is not a condition", place, hint=hint)
            return None
        if len(content) != 1:
            names = f"names {', '.join(content)}" if content else "is empty"
            hint = "a condition has exactly one key; write each as its own list item"
            report("CG-F24", f"the condition {names}", place, hint=hint)
        # Every entry is read, so that its problems are seen too.
        parts = [self._entry(key, value, place) for key, value in content.items()]
        return parts[0] if parts else None

    def _entry(self, key: str, value: JsonValue, condition: Place) -> Part | None:
        place = condition.at(key)
        if key in _GROUPS:
            return self._group(key, value, place)
        if key == "use":
            return self._use(value, place)
        report = self.findings.report
        attributes = self.vocabulary.catalogue.attributes
        if key not in attributes:
            meant = _MEANT.get(key.lower())
            near = f"write `{meant}:`" if meant else ""
            near = near or did_you_mean(key, (*attributes, *_GROUPS, "use"))
            hint = near or "declare it in attributes.yaml"
            report("CG-F21", f"{key}: no such attribute", place, of_key=True, hint=hint)
            return None
        words = self.vocabulary
        line = Line(attributes[key], place, words.lists, self.findings, words.dialect)
        node = line.read(value)
        return None if node is None else self._part("line", node, place)

    def _part(self, word: Word, node: Node, place: Place, parts: tuple[Part, ...] = ()) -> Part:
        """A part for the condition whose key stands at `place`."""
        return Part(word, node, place.pointer[:-1], parts, self.using[-1] if self.using else "")

    def _group(self, word: str, content: JsonValue, place: Place) -> Part | None:
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
            parts = self._items(content, inner.under_not())
            return self._part("none", Not(AnyOf(_nodes(parts))), place, parts)
        parts = self._items(content, inner)
        if word == "all":
            return self._part("all", All(_nodes(parts)), place, parts)
        return self._part("any", AnyOf(_nodes(parts)), place, parts)

    def _use(self, name: JsonValue, place: Place) -> Part | None:
        """The shared condition, which counts as if it stood here: with its depth and its lines."""
        report, conditions = self.findings.report, self.vocabulary.conditions
        if not isinstance(name, str):
            hint = "write `use: NAME`, for conditions/NAME.yaml"
            report("CG-F23", f"use: takes a name, not {spoken(name)}", place, hint=hint)
            return None
        if name not in conditions:
            hint = did_you_mean(name, conditions) or f"make a file conditions/{name}.yaml"
            report("CG-C01", f"{name}: no such shared condition", place, hint=hint)
            return None
        if name in self.using:
            circle = " uses ".join((*self.using[self.using.index(name) :], name))
            report("CG-C01", f"{circle}: a circle", place, hint="write one of them out")
            return None
        self.findings.uses += 1
        if len(self.using) == MAX_USE_DEPTH or self.findings.uses > MAX_USES:
            message = f"shared conditions use each other more than {MAX_USE_DEPTH} deep"
            if len(self.using) < MAX_USE_DEPTH:
                message = f"a rule can use shared conditions {MAX_USES} times"
            report("CG-F24", message, place, hint="write some of them out")
            return None
        return self._shared(name, place)

    def _shared(self, name: str, place: Place) -> Part | None:
        inner = replace(self.findings, problems=[])
        reader = _Reader(self.vocabulary, inner, (*self.using, name))
        content = self.vocabulary.conditions[name]
        here = replace(place, pointer=())
        # Several conditions of one file are as under an `all`.
        several = isinstance(content, list | tuple)
        part = reader._group("all", content, here) if several else reader._condition(content, here)
        self.findings.lines, self.findings.uses = inner.lines, inner.uses
        asks = self.is_alone and inner.problems
        known = _problems_of(name, self.vocabulary, is_alone=False) if asks else ()
        found = [it for it in inner.problems if it not in known]
        if found:
            self._report_shared(name, found[0], len(found) - 1, place)
        return None if part is None else self._part("use", part.node, place, (part,))

    def _report_shared(self, name: str, first: RuleProblem, more: int, place: Place) -> None:
        """Reports at the place of use what is wrong in the shared condition."""
        subject, _, said = first.message.partition(": ")
        # The name at its place opens the message, and the place says it already.
        said = said if subject in first.pointer else first.message
        where = f", {shown(first.pointer)}" if first.pointer else ""
        message = f"in the shared condition {name}{where}: {said}"
        message += f", and {more} more like it" if more else ""
        hint = first.hint
        if first.code == "CG-N01" and first.pointer[-1] != "use":
            hint += f", in conditions/{name}.yaml at {shown(('condition', *first.pointer))}"
        self.findings.report(first.code, message, place, hint=hint)


def _nodes(parts: tuple[Part, ...] | list[Part]) -> tuple[Node, ...]:
    return tuple(part.node for part in parts)


def _hint_for_word(content: JsonValue, *, is_match: bool) -> str:
    """What to write for something that stands where a condition should."""
    if not isinstance(content, str) or not did_you_mean(content.lower(), (EVERYONE,)):
        return "write an attribute and its test, such as `is_active: true`"
    if is_match:
        return f"did you mean {EVERYONE}?"
    return f"`{EVERYONE}` stands alone: `match: {EVERYONE}`"


def _hint_for_none(word: str) -> str:
    """What to do about the empty list of conditions under a word."""
    match word:
        case "match":
            return f"to select every customer, write `match: {EVERYONE}`"
        case "except":
            return "leave `except:` out"
        case "any":
            return "an `any` of nothing selects nobody: leave it out"
        case "all" | "none":
            article = "an" if word == "all" else "a"
            return f"{article} `{word}` of nothing selects everyone: leave it out"
        case _:
            return "name at least one condition"


def _names_for(payload: JsonValue) -> dict[int, str]:
    """A made-up name for every group that a wire rule names by id."""
    names: dict[int, str] = {}
    waiting = [payload]
    while waiting:
        value = waiting.pop()
        if isinstance(value, Mapping):
            ids = value.get("customer_groups")
            names |= (
                {it: f"#{it}" for it in ids if type(it) is int} if isinstance(ids, list) else {}
            )
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
    return names
