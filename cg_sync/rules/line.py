"""Reads one line of a rule: the test of one attribute, and what it says of missing values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cg_sync.errors import did_you_mean
from cg_sync.jsonvalue import JsonObject, JsonValue
from cg_sync.rules.catalogue import Attribute
from cg_sync.rules.dialect import BUILT_IN, Dialect, row_key
from cg_sync.rules.ir import All, Leaf, Node
from cg_sync.rules.limits import MAX_DEPTH
from cg_sync.rules.listing import Values
from cg_sync.rules.operators import Operator, operators_of
from cg_sync.rules.place import Findings, Place
from cg_sync.rules.problem import ValueRefused, spoken
from cg_sync.rules.tests import Bounds, DateIn, NumberIn, Test

_NOTES = ("missing", "why")


@dataclass(frozen=True, slots=True)
class Asked:
    """A test that a line asks for, inverted by `exclude`."""

    test: Test
    exclude: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """An attribute and the place of its name; a method that returns None has reported why."""

    attribute: Attribute
    place: Place
    lists: Mapping[str, tuple[str, ...]]
    findings: Findings
    dialect: Dialect = BUILT_IN

    def read(self, test: JsonValue) -> Node | None:
        """The node that the test means; several operators must all hold."""
        self._check_dialect(self.place)
        if not isinstance(test, Mapping):
            return self._shorthand(test)
        known = operators_of(self.attribute)
        used = [word for word in test if word not in _NOTES]
        if not used:
            self._report("CG-F24", "the test has no operator", hint=self._operators())
        operators = [known[word] for word in used if word in known]
        excludes = any(isinstance(it, Operator) and it.exclude for it in operators)
        when_missing = self._when_missing(test, excludes=excludes)
        self._check_why(test)
        return self._node([it for word in used for it in self._asked(word, test)], when_missing)

    def _shorthand(self, operand: JsonValue) -> Node | None:
        known = operators_of(self.attribute)
        if "eq" not in known or isinstance(operand, list | tuple):
            words = [word for word, it in known.items() if _takes_many(it)]
            usual = "..." if "eq" in known else f"{{{next(iter(known))}: ...}}"
            sample = f"{{{words[0]}: [...]}}" if words else usual
            hint = f"write `{self.attribute.name}: {sample}`; {self._operators()}"
            self._report("CG-F22", f"{spoken(operand)} needs an operator", hint=hint)
            return None
        self._check_dialect(self.place, "eq")
        when_missing = self._when_missing({}, excludes=False)
        return self._node(list(self._tests("eq", operand, self.place)), when_missing)

    def _asked(self, word: str, test: JsonObject) -> Iterator[Asked]:
        known = operators_of(self.attribute)
        here = self.place.at(word)
        if word not in known:
            message = f"{word} is no operator of the type {self.attribute.type}"
            hint = did_you_mean(word, (*known, *_NOTES)) or self._operators()
            self._report("CG-F22", message, here, of_key=True, hint=hint)
        elif word == "present" and test.keys() - {"why"} != {"present"}:
            hint = "write each as a condition of its own; it needs no `missing:`"
            self._report("CG-F24", "present stands alone", here, of_key=True, hint=hint)
        else:
            self._check_dialect(here, word)
            yield from self._tests(word, test[word], here)

    def _check_dialect(self, place: Place, operator: str = "") -> None:
        """Reports the operator, or without one the attribute, if the dialect refuses it."""
        key = row_key(self.attribute, operator) if operator else self.attribute.name
        if key in self.dialect.refused:
            code, subject = ("CG-D01", f"{operator} ") if operator else ("CG-D02", "")
            message = f"{subject}cannot be used with this shop: {self.dialect.refused[key]}"
            hint = f"mend the rule, or `dialect.render.{key}` in cg-sync.yaml"
            self._report(code, message, place, of_key=True, hint=hint)

    def _tests(self, word: str, operand: JsonValue, here: Place) -> Iterator[Asked]:
        operator = operators_of(self.attribute)[word]
        try:
            if not isinstance(operator, Operator):
                yield Asked(operator.read(self.attribute, operand), operand is False)
                return
            values = Values(self.attribute, self.lists, self.findings, operator.is_pattern)
            found = values.read(operator.takes, operand, here)
            if found:
                groups = [(value,) for value in found] if operator.each else [found]
                for group in groups:
                    yield Asked(operator.test(self.attribute, group), operator.exclude)
        except ValueRefused as refused:
            self._report(refused.code, refused.message, here, hint=refused.hint)

    def _node(self, asked: list[Asked], when_missing: bool) -> Node | None:
        """All that is asked; bounds are one range, as an author would say it."""
        it = self.attribute
        bounds = [entry.test for entry in asked if isinstance(entry.test, Bounds)]
        entries = [entry for entry in asked if not isinstance(entry.test, Bounds)]
        if bounds:
            entries.insert(0, Asked(self._range(bounds)))
        self.findings.lines += len(entries)
        if len(entries) > 1 and self.place.depth == MAX_DEPTH:
            message = f"several operators count as an `all`, nested deeper than {MAX_DEPTH} levels"
            self._report("CG-F24", message, hint="flatten the rule, or split the setting")
        return All(
            tuple(
                Leaf(it.name, it.path, entry.test, entry.exclude, when_missing, it.may_lack)
                for entry in entries
            )
        )

    def _range(self, bounds: list[NumberIn | DateIn]) -> NumberIn | DateIn:
        first, *others = bounds
        for other in others:
            # Those of one attribute are of one type.
            first = first.meet(other)  # type: ignore[arg-type]
        if first.is_empty:
            hint = "mend the bounds; the lower one comes first"
            self._report("CG-F23", "nothing lies between these bounds", hint=hint)
        return first

    def _when_missing(self, test: JsonObject, *, excludes: bool) -> bool:
        """The answer for a customer without a value; where lines are inverted, false keeps."""
        choice = test.get("missing")
        if "missing" not in test:
            negated = excludes or self.place.negated
            if self.attribute.may_lack and negated and "present" not in test:
                message = "a negated line must say what happens to customers without a value"
                hint = "add `missing: keep` (they stay in) or `missing: drop` (they stay out)"
                self._report("CG-N01", message, of_key=True, hint=hint)
        elif self.attribute.type == "list":
            hint = "leave `missing:` out; customers without the list have an empty one"
            here = self.place.at("missing")
            self._report("CG-F23", "a list is never missing", here, of_key=True, hint=hint)
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


def _takes_many(operator: object) -> bool:
    return isinstance(operator, Operator) and operator.takes == "many"
