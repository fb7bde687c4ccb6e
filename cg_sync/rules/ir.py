"""A rule as data: frozen nodes with one canonical form, so that rules are compared with `==`."""

from __future__ import annotations

from dataclasses import dataclass, field

from cg_sync.jsonvalue import digest_of, digest_of_text
from cg_sync.rules.nodes import NOBODY, All, AnyOf, Everyone, Leaf, Node, Not, walk
from cg_sync.rules.normal import Form, form_of, normalise
from cg_sync.rules.tests import DomainIn, InGroups, OneOf

__all__ = [
    "NOBODY", "All", "AnyOf", "DomainIn", "Everyone", "Leaf", "Node", "Not", "OneOf", "RawRule",
    "Rule", "groups_named", "normalise", "rule_hash", "walk",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule the language can express; its node is in normal form from the moment it is built."""

    node: Node
    _hash: str = field(default="", init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "node", normalise(self.node))

    @classmethod
    def of_form(cls, form: Form) -> Rule:
        """The rule of a node that is in normal form already."""
        rule = object.__new__(cls)
        object.__setattr__(rule, "node", form.node)
        object.__setattr__(rule, "_hash", "")
        return rule

    @property
    def hash(self) -> str:
        """SHA-256 of the rule in hex, made once."""
        if not self._hash:
            object.__setattr__(self, "_hash", digest_of_text(form_of(self.node).text))
        return self._hash


@dataclass(frozen=True, slots=True)
class RawRule:
    """A rule of the shop that the language cannot express, as canonical JSON text."""

    text: str


def rule_hash(rule: Rule | RawRule) -> str:
    """SHA-256 in hex, equal for equal rules; an attribute counts by its path, not its name."""
    if isinstance(rule, RawRule):
        return digest_of({"raw": rule.text})
    return rule.hash


def groups_named(rule: Rule | RawRule) -> frozenset[str]:
    """The static groups that the rule asks about, by name; a raw rule names none."""
    if isinstance(rule, RawRule):
        return frozenset()
    tests = [node.test for node in walk(rule.node) if isinstance(node, Leaf)]
    return frozenset(name for it in tests if isinstance(it, InGroups) for name in it.names)
