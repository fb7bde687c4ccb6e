"""Makes one line of a rule in a file test what the shop's rule tests, in the words of the file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from cg_sync.jsonvalue import JsonObject, JsonValue, canonical
from cg_sync.rules.catalogue import Attribute
from cg_sync.rules.operands import value_for
from cg_sync.rules.problem import ValueRefused

Fill = Callable[[JsonValue], JsonValue]
"""What a written value means once variables have their values; or the way back, for a new one."""

_MANY = {"eq": "in", "neq": "not_in"}


class NotMerged(Exception):
    """Files that others share stand in the way; the text says which, `hint` what to do."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


def references_in(content: JsonValue) -> Iterator[tuple[str, str]]:
    """The shared files that a rule or condition names, each time it does: `the list NAME` and `the
    shared condition NAME`.
    """
    if isinstance(content, Mapping):
        for key, value in content.items():
            if key == "raw":
                continue
            if key in _SHARED and isinstance(value, str):
                yield _SHARED[key], value
            yield from references_in(value)
    elif isinstance(content, list | tuple):
        for item in content:
            yield from references_in(item)


_SHARED = {"list": "the list", "use": "the shared condition"}


@dataclass(slots=True)
class LineMerge:
    """Merges the lines of one rule. `lists` are the value lists as they are now, by name; `changed`
    collects those that have to change, each with all its values.
    """

    lists: Mapping[str, tuple[str, ...]]
    escape: Fill
    keeps_missing: bool
    changed: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def test(
        self, attribute: Attribute, written: JsonValue, meant: JsonValue, test: JsonValue
    ) -> JsonValue:
        """The operators beside an attribute, as many of them as stay in their words."""
        mine = meant if isinstance(meant, Mapping) else {"eq": meant}
        theirs = _in_the_words_of(mine, test if isinstance(test, Mapping) else {"eq": test})
        spelled = written if isinstance(written, Mapping) else {"eq": written}
        merged: dict[str, JsonValue] = {}
        for word, operand in mine.items():
            if word in ("why", "missing"):
                continue
            if word in theirs:
                merged[word] = self._operand(attribute, spelled[word], operand, theirs[word])
            elif names := list(references_in(operand)):
                raise _another_operator(names[0][1])
        merged |= {it: self.escape(theirs[it]) for it in theirs if it not in merged}
        is_default = mine.get("missing") == "drop" and self.keeps_missing
        if "missing" in mine and "missing" not in theirs and is_default:
            merged["missing"] = "drop"
        if "why" in spelled:
            merged["why"] = spelled["why"]
        return merged["eq"] if written is not spelled and merged.keys() == {"eq"} else merged

    def _operand(
        self, attribute: Attribute, written: JsonValue, meant: JsonValue, theirs: JsonValue
    ) -> JsonValue:
        if isinstance(meant, Mapping) and isinstance(meant.get("list"), str):
            self._list(attribute, str(meant["list"]), theirs)
            return written
        if isinstance(meant, list) and isinstance(theirs, list):
            return self._values(attribute, written, meant, theirs)
        return written if _same(attribute, meant, theirs) else self.escape(theirs)

    def _values(
        self, attribute: Attribute, written: JsonValue, meant: Sequence[JsonValue],
        theirs: Sequence[JsonValue],
    ) -> JsonValue:  # fmt: skip
        spelled = written if isinstance(written, list) else list(meant)
        kept = [
            spelled[number]
            for number, value in enumerate(meant)
            if any(_same(attribute, value, it) for it in theirs)
        ]
        new = [it for it in theirs if not any(_same(attribute, it, value) for value in meant)]
        return [*kept, *(self.escape(it) for it in new)]

    def _list(self, attribute: Attribute, name: str, theirs: JsonValue) -> None:
        """Notes that the value list has to hold what the shop's rule has in its place."""
        now = self.lists[name]
        there = theirs if isinstance(theirs, list) else [theirs]
        before = {_value(attribute, it): it for it in now}
        after = {_value(attribute, it): str(it) for it in there}
        if before.keys() != after.keys():
            kept = tuple(it for it in now if _value(attribute, it) in after)
            new = tuple(it for value, it in after.items() if value not in before)
            self.changed[name] = (*kept, *new)


def _another_operator(name: str) -> NotMerged:
    return NotMerged(
        f"the shop tests what the list {name} stands for in another way",
        "change the rule by hand",
    )


def _in_the_words_of(mine: JsonObject, theirs: JsonObject) -> dict[str, JsonValue]:
    """The shop's operators with the words, and lists of one, that the file has for the same."""
    said = dict(theirs)
    for one, many in _MANY.items():
        if one in said and many in mine:
            said = {many if word == one else word: it for word, it in said.items()}
    between = said.get("between")
    if isinstance(between, list) and {"gte", "lte"} <= mine.keys():
        del said["between"]
        said = {"gte": between[0], "lte": between[1], **said}
    for word, operand in said.items():
        is_many = isinstance(mine.get(word), list) or _is_reference(mine.get(word))
        if is_many and not isinstance(operand, list):
            said[word] = [operand]
    return said


def _is_reference(operand: JsonValue) -> bool:
    return isinstance(operand, Mapping) and operand.keys() == {"list"}


def _value(attribute: Attribute, written: JsonValue) -> object:
    """What the value is compared by; the text itself for what is no plain value."""
    try:
        return value_for(attribute, written)
    except ValueRefused:
        return canonical(written)


def _same(attribute: Attribute, one: JsonValue, other: JsonValue) -> bool:
    return canonical(one) == canonical(other) or _value(attribute, one) == _value(attribute, other)
