"""Reads lines in which nothing is wrong, each once however many rules have it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass, field
from typing import Final, NamedTuple, cast

from cg_sync.jsonvalue import JsonObject, JsonValue
from cg_sync.rules.catalogue import Attribute
from cg_sync.rules.dialect import Dialect, row_key
from cg_sync.rules.fold import are_plain_domains
from cg_sync.rules.limits import MAX_INLINE_VALUES, MAX_LISTED_VALUES, MAX_TEXT
from cg_sync.rules.listing import all_listed
from cg_sync.rules.nodes import Leaf
from cg_sync.rules.normal import Form, all_of, form_of_leaf
from cg_sync.rules.operands import Value, seen_value_for
from cg_sync.rules.operators import Operator, Shaped, operators_of
from cg_sync.rules.tests import Bounds, Test

MOST_LINES: Final = 2048
"""Remembered at a time, of one attribute."""
LONGEST_LINE: Final = 1000
"""Bytes of a line that is remembered."""
_NOTES: Final = ("missing", "why")

Lists = Mapping[str, tuple[str, ...]]
_Tests = Callable[[JsonValue], Iterable[Test]]
"""The tests that an operator makes of its operand."""


class Unusual(Exception):
    """Something here is wrong, or is written in a way that only the full reader knows."""


class ReadLine(NamedTuple):
    """What a line means, and how many conditions it counts as."""

    form: Form
    conditions: int


@dataclass(frozen=True, slots=True)
class QuickLines:
    """A reader of the lines on one attribute.

    `words` are the operators that the shop takes, `excluding` those that invert a test.
    """

    attribute: Attribute
    words: Mapping[str, _Tests]
    excluding: Set[str]
    remembered: dict[tuple[str, bool, bool], ReadLine] = field(default_factory=dict)

    def read(self, test: JsonValue, *, inverted: bool, negated: bool) -> ReadLine:
        """The line with this test, below an odd number of negations, or below any.

        Raises Unusual or ValueRefused.
        """
        # The same text is the same value of the same types, where a dict would take True for 1.
        written = repr(test)
        line = self.remembered.get((written, inverted, negated))
        if line is None:
            leaves = self._leaves(test, inverted=inverted, negated=negated)
            forms = [form_of_leaf(leaf) for leaf in leaves]
            line = ReadLine(forms[0] if len(forms) == 1 else all_of(forms), len(forms))
            if len(self.remembered) == MOST_LINES:
                self.remembered.clear()
            if len(written) <= LONGEST_LINE:
                self.remembered[written, inverted, negated] = line
        return line

    def _leaves(self, test: JsonValue, *, inverted: bool, negated: bool) -> list[Leaf]:
        it = self.attribute
        words = _words_of(test)
        when_missing = self._is_kept(test, words, negated=negated) is not inverted
        bounds: Bounds | None = None
        leaves: list[Leaf] = []
        for word, operand in words.items():
            if word not in self.words:
                raise Unusual
            exclude = word in self.excluding or (word == "present" and operand is False)
            for made in self.words[word](operand):
                if isinstance(made, Bounds):
                    # Those of one attribute are of one type.
                    bounds = made if bounds is None else bounds.meet(made)  # type: ignore[arg-type]
                else:
                    leaves.append(Leaf(it.name, it.path, made, exclude, when_missing, it.may_lack))
        if bounds is not None:
            if bounds.is_empty:
                raise Unusual
            leaves.append(Leaf(it.name, it.path, bounds, False, when_missing, it.may_lack))
        return leaves

    def _is_kept(self, test: JsonValue, words: JsonObject, *, negated: bool) -> bool:
        """Whether the line says that customers without a value stay in."""
        if isinstance(test, dict) and "missing" in test:
            if self.attribute.type == "list" or test["missing"] not in ("keep", "drop"):
                raise Unusual
            return bool(test["missing"] == "keep")
        inverts = negated or not words.keys().isdisjoint(self.excluding)
        if inverts and self.attribute.may_lack and "present" not in words:
            raise Unusual
        return False


def _words_of(test: JsonValue) -> JsonObject:
    """The operators of a line with their operands; a bare value is that of `eq`."""
    if not isinstance(test, dict):
        if isinstance(test, list):
            raise Unusual
        return {"eq": test}
    words = {word: operand for word, operand in test.items() if word not in _NOTES}
    stands_alone = "present" not in words or not test.keys() - {"present", "why"}
    if not words or not stands_alone or not isinstance(test.get("why", ""), str):
        raise Unusual
    return words


def make_quick_lines(attribute: Attribute, lists: Lists, dialect: Dialect) -> QuickLines:
    """The reader of lines on an attribute that the dialect does not refuse."""
    known = operators_of(attribute)
    taken = {
        word: it for word, it in known.items() if row_key(attribute, word) not in dialect.refused
    }
    excluding = {word for word, it in known.items() if isinstance(it, Operator) and it.exclude}
    tests = {word: _tests_of(it, attribute, lists) for word, it in taken.items()}
    return QuickLines(attribute, tests, frozenset(excluding))


def _tests_of(operator: Operator | Shaped, attribute: Attribute, lists: Lists) -> _Tests:
    if isinstance(operator, Shaped):
        return lambda operand: (operator.read(attribute, operand),)
    values = _Values(operator, attribute, lists)
    if operator.each:
        return lambda operand: [operator.test(attribute, (it,)) for it in values.read(operand)]
    return lambda operand: (operator.test(attribute, values.read(operand)),)


@dataclass(frozen=True, slots=True)
class _Values:
    """Reads the values that an operand names, as many as the operator takes."""

    operator: Operator
    attribute: Attribute
    lists: Lists

    def read(self, operand: JsonValue) -> tuple[Value, ...]:
        takes = self.operator.takes
        if isinstance(operand, list):
            fits = len(operand) == 2 if takes == "two" else 0 < len(operand) <= MAX_INLINE_VALUES
            if not fits or takes == "one":
                raise Unusual
            return self._at_sight(operand) or tuple(map(self._value, operand))
        if isinstance(operand, dict) and takes in ("many", "one or many"):
            return self._listed(operand)
        if takes in ("many", "two"):
            raise Unusual
        return (self._value(operand),)

    def _at_sight(self, written: list[JsonValue]) -> tuple[str, ...]:
        """Texts as most are, read all at once; none when one of them has to be looked at."""
        if set(map(type, written)) != {str}:
            return ()
        texts = cast("list[str]", written)
        match self.attribute.type:
            case "email":
                return tuple(map(str.lower, texts)) if are_plain_domains(texts) else ()
            case "string" | "list":
                return tuple(texts) if _are_plain(texts) else ()
            case _:
                return ()

    def _value(self, written: JsonValue) -> Value:
        is_pattern = self.operator.is_pattern
        return seen_value_for(self.attribute, written, is_pattern=is_pattern)

    def _listed(self, operand: JsonObject) -> tuple[Value, ...]:
        name = operand.get("list")
        written = self.lists.get(name, ()) if isinstance(name, str) and len(operand) == 1 else ()
        if not 0 < len(written) <= MAX_LISTED_VALUES:
            raise Unusual
        values, refused, _ = all_listed(self.attribute, self.operator.is_pattern, written)
        if refused is not None:
            raise Unusual
        return values


def _are_plain(texts: list[str]) -> bool:
    """Whether people see all letters of the texts, and none is blank or too long."""
    seen = "".join(texts).isprintable() and all(map(str.strip, texts))
    return seen and max(map(len, texts)) <= MAX_TEXT
