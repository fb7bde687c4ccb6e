"""Reads rules in which nothing is wrong; of all others it says only that, and `parse.py` says what.

Nothing of the walk is kept but what a rule means: no places, no outline.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cg_sync.jsonvalue import JsonValue
from cg_sync.rules.catalogue import RESERVED_NAMES, Catalogue
from cg_sync.rules.dialect import Dialect
from cg_sync.rules.ir import Rule
from cg_sync.rules.limits import MAX_DEPTH, MAX_LINES, MAX_USE_DEPTH, MAX_USES
from cg_sync.rules.normal import Form, all_of, any_of, not_of
from cg_sync.rules.problem import ValueRefused
from cg_sync.rules.quick_line import Lists, QuickLines, Unusual, make_quick_lines


@dataclass(frozen=True, slots=True)
class QuickReader:
    """Reads rules of one vocabulary; `lines` by the attributes that rules may use."""

    lines: Mapping[str, QuickLines]
    conditions: Mapping[str, JsonValue]

    def rule(self, content: JsonValue) -> Rule | None:
        """The rule that the value of `rule:` means; None when something is wrong with it, or it is
        written in a way that only the full reader knows, such as `raw`.
        """
        try:
            return Rule.of_form(_Reading(self).rule(content))
        except (Unusual, ValueRefused, ValueError):
            return None


def make_quick_reader(
    catalogue: Catalogue, lists: Lists, conditions: Mapping[str, JsonValue], dialect: Dialect
) -> QuickReader:
    """The reader for a vocabulary of these words."""
    lines = {
        name: make_quick_lines(attribute, lists, dialect)
        for name, attribute in catalogue.attributes.items()
        if name not in dialect.refused and name not in RESERVED_NAMES
    }
    return QuickReader(lines, conditions)


@dataclass(slots=True)
class _Reading:
    """One reading of one rule: how many conditions and uses of shared ones it has so far, and
    in how many of those it is now.

    Every method raises Unusual, ValueRefused or ValueError. Of the negations above, `inverted` is
    whether there is an odd number, `negated` whether there is one at all.
    """

    reader: QuickReader
    conditions: int = 0
    uses: int = 0
    using: int = 0

    def rule(self, content: JsonValue) -> Form:
        if not isinstance(content, dict) or not {"match"} <= content.keys() <= {"match", "except"}:
            raise Unusual
        forms: list[Form] = []
        if content["match"] != "everyone":
            forms += self._one_or_more(content["match"], 0)
        if "except" in content:
            refused = self._one_or_more(content["except"], 0, inverted=True, negated=True)
            forms.append(not_of(any_of(refused)))
        if self.conditions > MAX_LINES:
            raise Unusual
        return all_of(forms)

    def _one_or_more(
        self, content: JsonValue, depth: int, *, inverted: bool = False, negated: bool = False
    ) -> list[Form]:
        if isinstance(content, list):
            return self._several(content, depth, inverted, negated)
        return [self._condition(content, depth, inverted, negated)]

    def _several(self, content: JsonValue, depth: int, inverted: bool, negated: bool) -> list[Form]:
        if not isinstance(content, list) or not content:
            raise Unusual
        return [self._condition(item, depth, inverted, negated) for item in content]

    def _condition(self, content: JsonValue, depth: int, inverted: bool, negated: bool) -> Form:
        if not isinstance(content, dict) or len(content) != 1:
            raise Unusual
        ((key, value),) = content.items()
        lines = self.reader.lines.get(key)
        if lines is None:
            return self._group(key, value, depth, inverted, negated)
        line = lines.read(value, inverted=inverted, negated=negated)
        self.conditions += line.conditions
        # Several conditions in one line count as an `all`.
        if line.conditions > 1 and depth == MAX_DEPTH:
            raise Unusual
        return line.form

    def _group(
        self, word: str, content: JsonValue, depth: int, inverted: bool, negated: bool
    ) -> Form:
        if word == "use":
            return self._use(content, depth, inverted, negated)
        if depth == MAX_DEPTH:
            raise Unusual
        match word:
            case "all":
                return all_of(self._several(content, depth + 1, inverted, negated))
            case "any":
                return any_of(self._several(content, depth + 1, inverted, negated))
            case "none":
                return not_of(any_of(self._several(content, depth + 1, not inverted, True)))
            case _:
                raise Unusual

    def _use(self, name: JsonValue, depth: int, inverted: bool, negated: bool) -> Form:
        """The shared condition, which counts as if it stood here: with its depth and its lines."""
        conditions = self.reader.conditions
        if not isinstance(name, str) or name not in conditions:
            raise Unusual
        self.uses += 1
        # A circle ends here too.
        if self.using == MAX_USE_DEPTH or self.uses > MAX_USES:
            raise Unusual
        self.using += 1
        content = conditions[name]
        if isinstance(content, list):
            # Several conditions of one file are as under an `all`.
            form = self._group("all", content, depth, inverted, negated)
        else:
            form = self._condition(content, depth, inverted, negated)
        self.using -= 1
        return form
