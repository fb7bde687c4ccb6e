"""Leaves of the shop's JSON as lines of rules."""

from __future__ import annotations

from collections.abc import Mapping

from cg_sync.jsonvalue import JsonObject
from cg_sync.rules.catalogue import EMAIL_PATH, GROUPS_PATH, PHONE_PATH, Attribute, Catalogue
from cg_sync.rules.ir import Leaf, Node, Not
from cg_sync.rules.operators import operators_of
from cg_sync.rules.tests import Holds, InGroups, OneOf, Present, Test
from cg_sync.rules.tests_from_wire import READERS
from cg_sync.rules.wire_fields import (
    NotUnderstood,
    filled_list,
    flag_of,
    refuse_other_keys,
    refuse_unless,
)

_GROUPS = "customer-group-rule"
_FIXED_PATHS = {
    "email-domain-rule": EMAIL_PATH,
    "phone-country-rule": PHONE_PATH,
    _GROUPS: GROUPS_PATH,
}
_OF_ALL = frozenset({"slug", "name", "exclude", "missing"})
_OF_KEYED = _OF_ALL | {"key"}
"""What any leaf says, beside what it asks."""


def decoded_leaf(
    slug: str, payload: JsonObject, catalogue: Catalogue, group_names: Mapping[int, str]
) -> Node:
    """The line that a leaf of our `slug` means, whatever the payload calls it.

    Raises NotUnderstood or ValueRefused.
    """
    fixed = _FIXED_PATHS.get(slug)
    path = fixed or payload.get("key")
    attribute = catalogue.by_path.get(path) if isinstance(path, str) else None
    if attribute is None or (attribute.is_groups and slug != _GROUPS):
        raise NotUnderstood
    known = _OF_ALL if fixed else _OF_KEYED
    asks = {key: it for key, it in payload.items() if key not in known}
    if slug == _GROUPS:
        return _leaf(attribute, _groups(attribute, asks, group_names), payload)
    return _leaf(attribute, READERS[slug](attribute, asks), payload)


def _leaf(attribute: Attribute, test: Test, payload: JsonObject) -> Node:
    exclude, when_missing = flag_of(payload, "exclude"), flag_of(payload, "missing")
    if isinstance(test, Present) and exclude is not when_missing:
        # It would select everyone, or nobody.
        raise NotUnderstood
    name, path, may_lack = attribute.name, attribute.path, attribute.may_lack
    if exclude and not _can_exclude(attribute, test):
        # The language inverts such a leaf with `none`, which also turns the answer when missing.
        return Not(Leaf(name, path, test, False, not when_missing, may_lack))
    return Leaf(name, path, test, exclude, when_missing, may_lack)


def _can_exclude(attribute: Attribute, test: Test) -> bool:
    """Whether the language has an operator for the inverted test."""
    match test:
        case Present() | InGroups():
            return True
        case OneOf():
            return "neq" in operators_of(attribute)
        case Holds(_, every):
            return not every
        case _:
            return False


def _groups(attribute: Attribute, asks: JsonObject, group_names: Mapping[int, str]) -> Test:
    refuse_other_keys(asks, {"customer_groups"})
    ids = filled_list(asks, "customer_groups")
    names = [group_names.get(it) for it in ids if isinstance(it, int) and not isinstance(it, bool)]
    known = [name for name in names if name is not None]
    refuse_unless(attribute.is_groups, len(known) == len(ids))
    return InGroups(tuple(known))
