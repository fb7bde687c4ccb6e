"""Reads one line of a rule: the test of one attribute, and what it says of missing values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from cg_sync.errors import did_you_mean
from cg_sync.jsonvalue import JsonObject, JsonValue, Pointer
from cg_sync.rules.catalogue import Attribute
from cg_sync.rules.ir import All, Leaf, Node
from cg_sync.rules.limits import MAX_DEPTH, MAX_INLINE_VALUES
from cg_sync.rules.operators import Operator, Value, ValueRefused, operators_of, value_for
from cg_sync.rules.problem import RuleProblem, spoken

_NOTES = ("missing", "why")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a reader stands: `inverted` turns with each `none` or `except` above.

    `negated` is whether there is one at all.
    """

    pointer: Pointer
    depth: int = 0
    inverted: bool = False
    negated: bool = False

    def at(self, step: str | int) -> Place:
        """One step further into the rule."""
        return replace(self, pointer=(*self.pointer, step))

    def under_not(self) -> Place:
        """The same place, inside one more negation."""
        return replace(self, inverted=not self.inverted, negated=True)


@dataclass(slots=True)
class Findings:
    """What one reading of a rule has found so far: its problems, and how many conditions it has."""

    problems: list[RuleProblem] = field(default_factory=list)
    lines: int = 0

    def report(
        self, code: str, message: str, place: Place, *, of_key: bool = False, hint: str = ""
    ) -> None:
        """Notes a problem at a place."""
        self.problems.append(RuleProblem(code, message, place.pointer, of_key, hint))


@dataclass(frozen=True, slots=True)
class Line:
    """An attribute and the place of its name; a method that returns None has reported why."""

    attribute: Attribute
    place: Place
    lists: Mapping[str, tuple[str, ...]]
    findings: Findings

    def read(self, test: JsonValue) -> Node | None:
        """The node that the test means; several operators must all hold."""
        if not isinstance(test, Mapping):
            return self._shorthand(test)
        known = operators_of(self.attribute)
        used = [word for word in test if word not in _NOTES]
        self.findings.lines += len(used)
        if not used:
            self._report("CG-F24", "the test has no operator", hint=self._operators())
        if len(used) > 1 and self.place.depth == MAX_DEPTH:
            message = f"several operators count as an `all`, nested deeper than {MAX_DEPTH} levels"
            self._report("CG-F24", message, hint="flatten the rule, or split the setting")
        excludes = any(known[word].exclude for word in used if word in known)
        when_missing = self._when_missing(test, excludes=excludes)
        self._check_why(test)
        leaves = [self._leaf(word, test[word], when_missing=when_missing) for word in used]
        return All(tuple(leaf for leaf in leaves if leaf is not None))

    def _shorthand(self, operand: JsonValue) -> Node | None:
        known = operators_of(self.attribute)
        self.findings.lines += 1
        equals = known.get("eq")
        if equals is None or isinstance(operand, list | tuple):
            listing = [word for word in known if known[word].many]
            sample = f"{{{listing[0]}: [...]}}" if listing else "..."
            hint = f"write `{self.attribute.name}: {sample}`; {self._operators()}"
            self._report("CG-F22", f"{spoken(operand)} needs an operator", hint=hint)
            return None
        when_missing = self._when_missing({}, excludes=False)
        values = self._values(equals, operand, self.place)
        return None if values is None else self._made(equals, values, when_missing=when_missing)

    def _leaf(self, word: str, operand: JsonValue, *, when_missing: bool) -> Leaf | None:
        known = operators_of(self.attribute)
        here = self.place.at(word)
        if word not in known:
            message = f"{word} is no operator of the type {self.attribute.type}"
            hint = did_you_mean(word, (*known, *_NOTES)) or self._operators()
            self._report("CG-F22", message, here, of_key=True, hint=hint)
            return None
        values = self._values(known[word], operand, here)
        return (
            None if values is None else self._made(known[word], values, when_missing=when_missing)
        )

    def _made(self, operator: Operator, values: tuple[Value, ...], *, when_missing: bool) -> Leaf:
        it = self.attribute
        test = operator.test(values)
        return Leaf(it.name, it.path, test, operator.exclude, when_missing, it.nullable)

    def _when_missing(self, test: JsonObject, *, excludes: bool) -> bool:
        """The answer for a customer without a value; where lines are inverted, false keeps."""
        choice = test.get("missing")
        if "missing" not in test:
            if self.attribute.nullable and (excludes or self.place.negated):
                message = "a negated line must say what happens to customers without a value"
                hint = "add `missing: keep` (they stay in) or `missing: drop` (they stay out)"
                self._report("CG-N01", message, of_key=True, hint=hint)
        elif choice not in ("keep", "drop"):
            near = did_you_mean(choice, ("keep", "drop")) if isinstance(choice, str) else ""
            hint = near or "keep: customers without a value stay in; drop: they stay out"
            message = f"missing is keep or drop, not {spoken(choice)}"
            self._report("CG-F23", message, self.place.at("missing"), hint=hint)
        return (choice == "keep") is not self.place.inverted

    def _check_why(self, test: JsonObject) -> None:
        if not isinstance(test.get("why", ""), str):
            message = f"why is a text, not {spoken(test['why'])}"
            self._report("CG-F23", message, self.place.at("why"), hint="write it in quotes")

    def _values(
        self, operator: Operator, operand: JsonValue, here: Place
    ) -> tuple[Value, ...] | None:
        if not operator.many:
            return self._value(operand, here)
        if isinstance(operand, Mapping):
            return self._named_list(operand, here)
        if not isinstance(operand, list | tuple):
            simple = isinstance(operand, str | bool | int | float)
            hint = f"write [{operand}]" if simple else "write [VALUE, ...] or {list: NAME}"
            self._report("CG-F23", f"{here.pointer[-1]} takes a list of values", here, hint=hint)
            return None
        if not operand:
            hint = "name at least one value, or leave the condition out"
            self._report("CG-F23", f"{here.pointer[-1]} has an empty list", here, hint=hint)
        if len(operand) > MAX_INLINE_VALUES:
            message = f"{len(operand)} values, and one line can hold {MAX_INLINE_VALUES}"
            hint = "move them to lists/NAME.yaml, and write {list: NAME}"
            self._report("CG-F23", message, here, hint=hint)
        found = [self._value(item, here.at(index)) for index, item in enumerate(operand)]
        return tuple(value for values in found if values is not None for value in values)

    def _value(self, written: JsonValue, here: Place) -> tuple[Value] | None:
        try:
            return (value_for(self.attribute, written),)
        except ValueRefused as refused:
            self._report(refused.code, refused.message, here, hint=refused.hint)
            return None

    def _named_list(self, operand: JsonObject, here: Place) -> tuple[Value, ...] | None:
        name = operand.get("list")
        if set(operand) != {"list"} or not isinstance(name, str):
            hint = "write [VALUE, ...] or {list: NAME}"
            self._report("CG-F23", f"{here.pointer[-1]} takes a list of values", here, hint=hint)
            return None
        here = here.at("list")
        written = self.lists.get(name)
        if written is None:
            hint = did_you_mean(name, self.lists) or f"make a file lists/{name}.yaml"
            self._report("CG-F11", f"{name}: no such value list", here, hint=hint)
            return None
        if not written:
            hint = f"name at least one value in lists/{name}.yaml"
            self._report("CG-F23", f"the value list {name} is empty", here, hint=hint)
        values: list[Value] = []
        refusals: list[ValueRefused] = []
        for item in written:
            try:
                values.append(value_for(self.attribute, item))
            except ValueRefused as refused:
                refusals.append(refused)
        if refusals:
            first, more = refusals[0], len(refusals) - 1
            message = f"in the value list {name}, {first.message}"
            message += f", and {more} more like it" if more else ""
            self._report(first.code, message, here, hint=first.hint)
        return tuple(values)

    def _operators(self) -> str:
        return f"the type {self.attribute.type} has {', '.join(operators_of(self.attribute))}"

    def _report(
        self,
        code: str,
        message: str,
        place: Place | None = None,
        *,
        of_key: bool = False,
        hint: str = "",
    ) -> None:
        where = self.place if place is None else place
        message = f"{self.attribute.name}: {message}"
        self.findings.report(code, message, where, of_key=of_key, hint=hint)
