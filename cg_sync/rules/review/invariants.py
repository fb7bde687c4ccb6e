"""Reads invariants.yaml: what must be true of every customer there could be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import cast

from cg_sync.errors import did_you_mean
from cg_sync.jsonvalue import JsonObject, JsonValue, Pointer
from cg_sync.rules.ir import Node, Rule
from cg_sync.rules.parse import Vocabulary, parse_rule
from cg_sync.rules.problem import RuleProblem

MOST_GUESSES = 20
"""Problems after which nobody looks for what was meant: that takes a look at every slug."""


@dataclass(frozen=True, slots=True)
class Never:
    """No customer is selected by the setting's rule and by the condition."""

    id: str
    pointer: Pointer
    setting: str
    condition: Node


@dataclass(frozen=True, slots=True)
class Disjoint:
    """No customer is selected by the rules of two of the settings."""

    id: str
    pointer: Pointer
    settings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Implies:
    """Whoever the setting's rule selects, the condition selects too."""

    id: str
    pointer: Pointer
    setting: str
    condition: Node


Invariant = Never | Disjoint | Implies


def settings_of(invariant: Invariant) -> tuple[str, ...]:
    """The slugs of the settings that it is about."""
    return invariant.settings if isinstance(invariant, Disjoint) else (invariant.setting,)


def read_invariants(
    content: JsonValue, slugs: Iterable[str], vocabulary: Vocabulary
) -> tuple[tuple[Invariant, ...], tuple[RuleProblem, ...]]:
    """The invariants in the content of invariants.yaml, which obeys its schema; `slugs` are those
    of all settings. What is wrong beyond the schema comes back too, in the order of the file.
    """
    reader = _Reader(frozenset(slugs), vocabulary, [])
    found: list[Invariant] = []
    places: dict[str, int] = {}
    for index, item in enumerate(cast("Sequence[JsonObject]", content)):
        name = cast(str, item["id"])
        first = places.setdefault(name, index)
        if first != index:
            message = f"[{index}].id: {name} is also that of [{first}]"
            hint = "findings name invariants by their id; give each its own"
            reader.problems.append(RuleProblem("CG-F06", message, (index, "id"), hint=hint))
        invariant = reader.invariant(name, index, item)
        if invariant is not None:
            found.append(invariant)
    return tuple(found), tuple(reader.problems)


@dataclass(frozen=True, slots=True)
class _Reader:
    slugs: frozenset[str]
    vocabulary: Vocabulary
    problems: list[RuleProblem]

    def invariant(self, name: str, index: int, item: JsonObject) -> Invariant | None:
        if "disjoint" in item:
            slugs = cast("Sequence[str]", item["disjoint"])
            places = [(index, "disjoint", place) for place in range(len(slugs))]
            known = [self._is_setting(*it) for it in zip(slugs, places, strict=True)]
            return Disjoint(name, (index, "disjoint"), tuple(slugs)) if all(known) else None
        word, key = ("never", "and") if "never" in item else ("implies", "then")
        body = cast("JsonObject", item[word])
        slug = cast(str, body["setting"])
        is_known = self._is_setting(slug, (index, word, "setting"))
        node = self._condition(body[key], (index, word, key))
        if node is None or not is_known:
            return None
        made = Never if word == "never" else Implies
        return made(name, (index, word), slug, node)

    def _is_setting(self, slug: str, pointer: Pointer) -> bool:
        if slug in self.slugs:
            return True
        near = did_you_mean(slug, self.slugs) if len(self.problems) < MOST_GUESSES else ""
        hint = near or "name the slug of a setting of this project"
        self.problems.append(RuleProblem("CG-F29", f"{slug}: no such setting", pointer, hint=hint))
        return False

    def _condition(self, content: JsonValue, pointer: Pointer) -> Node | None:
        """Conditions are read as `match:` is, in the same words and with the same problems."""
        rule, problems = parse_rule({"match": content}, self.vocabulary)
        self.problems.extend(replace(it, pointer=(*pointer, *it.pointer[1:])) for it in problems)
        return rule.node if isinstance(rule, Rule) else None
