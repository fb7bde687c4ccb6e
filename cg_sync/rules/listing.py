"""Reads the values beside an operator: one, a list, or the name of a value list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from cg_sync.errors import did_you_mean
from cg_sync.jsonvalue import JsonObject, JsonValue, canonical
from cg_sync.rules.catalogue import Attribute
from cg_sync.rules.document import flow_text
from cg_sync.rules.limits import MAX_INLINE_VALUES, MAX_LISTED_VALUES
from cg_sync.rules.operands import Value, mended_domain, seen_value_for
from cg_sync.rules.operators import Takes
from cg_sync.rules.place import Findings, Place
from cg_sync.rules.problem import ValueRefused


@dataclass(frozen=True, slots=True)
class Values:
    """A reader of values of one attribute; what it leaves out it has reported."""

    attribute: Attribute
    lists: Mapping[str, tuple[str, ...]]
    findings: Findings
    is_pattern: bool = False

    def read(self, takes: Takes, operand: JsonValue, here: Place) -> tuple[Value, ...]:
        """The values that the operand names, as many as the operator takes; none when refused."""
        is_list = isinstance(operand, list | tuple)
        if takes == "one" or (
            takes == "one or many" and not (is_list or isinstance(operand, Mapping))
        ):
            return self._value(operand, here)
        if takes == "two":
            return self._two(operand, here)
        return self._many(operand, here)

    def _value(self, written: JsonValue, here: Place) -> tuple[Value, ...]:
        try:
            return (self._read(written),)
        except ValueRefused as refused:
            self._report(refused.code, refused.message, here, hint=refused.hint)
            return ()

    def _read(self, written: JsonValue) -> Value:
        return seen_value_for(self.attribute, written, is_pattern=self.is_pattern)

    def _two(self, operand: JsonValue, here: Place) -> tuple[Value, ...]:
        word = here.pointer[-1]
        if not isinstance(operand, list | tuple) or len(operand) != 2:
            hint = f"write `{word}: [FROM, TO]`; both are included"
            self._report("CG-F23", f"{word} takes two values", here, hint=hint)
            return ()
        found = [self._value(item, here.at(index)) for index, item in enumerate(operand)]
        return (*found[0], *found[1]) if all(found) else ()

    def _many(self, operand: JsonValue, here: Place) -> tuple[Value, ...]:
        if isinstance(operand, Mapping):
            return self._named_list(operand, here)
        if not isinstance(operand, list | tuple):
            message = f"{here.pointer[-1]} takes a list of values"
            self._report("CG-F23", message, here, hint=self._as_list(operand))
            return ()
        if not operand:
            hint = "name at least one value, or leave the condition out"
            self._report("CG-F23", f"{here.pointer[-1]} has an empty list", here, hint=hint)
        if len(operand) > MAX_INLINE_VALUES:
            message = f"{len(operand)} values, and one line can hold {MAX_INLINE_VALUES}"
            hint = "move them to lists/NAME.yaml, and write {list: NAME}"
            self._report("CG-F23", message, here, hint=hint)
            return ()
        found = [self._value(item, here.at(index)) for index, item in enumerate(operand)]
        return tuple(value for values in found for value in values)

    def _as_list(self, written: JsonValue) -> str:
        """A hint with the list that the one value was meant to be, mended if it can be."""
        if isinstance(written, str):
            mended = mended_domain(written) if self.attribute.type == "email" else None
        else:
            mended = None if written is None else canonical(written)
        for value in (written, mended):
            try:
                self._read(value)
            except ValueRefused:
                continue
            return f"write {flow_text([value])}"
        return "write [VALUE, ...] or {list: NAME}"

    def _named_list(self, operand: JsonObject, here: Place) -> tuple[Value, ...]:
        name = operand.get("list")
        if set(operand) != {"list"} or not isinstance(name, str):
            hint = "write [VALUE, ...] or {list: NAME}"
            self._report("CG-F23", f"{here.pointer[-1]} takes a list of values", here, hint=hint)
            return ()
        here = here.at("list")
        written = self.lists.get(name)
        if written is None:
            hint = did_you_mean(name, self.lists) or f"make a file lists/{name}.yaml"
            self._report("CG-F11", f"{name}: no such value list", here, hint=hint)
            return ()
        if not written:
            hint = f"name at least one value in lists/{name}.yaml"
            self._report("CG-F23", f"the value list {name} is empty", here, hint=hint)
        if len(written) > MAX_LISTED_VALUES:
            message = f"the value list {name} has {len(written)} values"
            hint = f"a list can have {MAX_LISTED_VALUES}; split it, and use `any:`"
            self._report("CG-F23", message, here, hint=hint)
            return ()
        values, refused, number = all_listed(self.attribute, self.is_pattern, written)
        if refused is not None:
            message = f"in the value list {name}, {refused.message}"
            message += f", and {number - 1} more like it" if number > 1 else ""
            self._report(refused.code, message, here, hint=refused.hint)
        return values

    def _report(self, code: str, message: str, here: Place, *, hint: str) -> None:
        self.findings.report(code, f"{self.attribute.name}: {message}", here, hint=hint)


@lru_cache(maxsize=32)
def all_listed(
    attribute: Attribute, is_pattern: bool, written: tuple[str, ...]
) -> tuple[tuple[Value, ...], ValueRefused | None, int]:
    """The values of a list, what is wrong with the first bad one, and how many are bad.

    Remembered, as a long list may stand in many rules.
    """
    values: list[Value] = []
    first: ValueRefused | None = None
    for item in written:
        try:
            values.append(seen_value_for(attribute, item, is_pattern=is_pattern))
        except ValueRefused as refused:
            first = first or refused.with_traceback(None)
    return tuple(values), first, len(written) - len(values)
