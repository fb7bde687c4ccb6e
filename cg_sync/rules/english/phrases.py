"""One condition in words: `e-mail domain is at or below edu.tr or k12.tr (list school-domains)`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from cg_sync.rules.english.bounds import bounds
from cg_sync.rules.english.names import Names
from cg_sync.rules.english.values import OfValues, among, pattern_spoken, values_of
from cg_sync.rules.ir import Leaf
from cg_sync.rules.tests import (
    Anniversary,
    DomainIn,
    Holds,
    InGroups,
    Matches,
    OneOf,
    PhoneCountry,
    Present,
    Size,
    TextIs,
)

Lead = Literal["whose", "who have", "who do not have", "who are", "who are not"]
"""How a sentence about customers goes on."""

_OF_ONE = {
    "whose": "",
    "who have": "has ",
    "who do not have": "does not have ",
    "who are": "is ",
    "who are not": "is not ",
}
_TEXT_VERBS = {
    "starts": ("starts with", "does not start with"),
    "ends": ("ends with", "does not end with"),
    "contains": ("contains", "does not contain"),
}
_PRONOUNCED_AS_VOWEL = re.compile(r"[aeio]|u(?!s|ni)")


@dataclass(frozen=True, slots=True)
class Said:
    """A condition in words, to go on with after its lead."""

    lead: Lead
    text: str


def phrase(leaf: Leaf, names: Names, negations: int = 0) -> str:
    """The condition as said of one customer, such as `country is TR` and `has no tax_no`.

    `negations` is how many `none` and `except` it stands under: what it does with customers
    without a value is said of the customer, and where the rule language makes authors say it.
    """
    it = _said(leaf, names)
    return f"{_OF_ONE[it.lead]}{it.text}{_tail(leaf, negations)}"


def clause(leaf: Leaf, names: Names, negations: int = 0) -> str:
    """The condition after `customers`, such as `whose country is TR` and `who have no tax_no`."""
    it = _said(leaf, names)
    return f"{it.lead} {it.text}{_tail(leaf, negations)}"


def subject(leaf: Leaf) -> str:
    """What a condition compares with its values or bounds, such as `country is not`."""
    name, test = leaf.attribute, leaf.test
    match test:
        case Holds(_, every):
            return f"{name} has {'none' if leaf.exclude else 'all' if every else 'any'} of"
        case InGroups():
            return f"is in {'none' if leaf.exclude else 'any'} of the groups"
        case Size():
            return f"{name} {'does not have' if leaf.exclude else 'has'}"
        case Present():
            return f"has {name}"
        case OneOf() | DomainIn() | TextIs() | PhoneCountry() | Matches() | Anniversary():
            return f"{_what(leaf)} {_verb(leaf, leaf.exclude)}"
        case _:
            return f"{name} is not" if leaf.exclude else name


def lacking(leaf: Leaf) -> str:
    """What customers without a value lack: `a country`; of an e-mail, a domain that can be read."""
    return "an e-mail domain" if isinstance(leaf.test, DomainIn) else with_article(leaf.attribute)


def with_article(name: str) -> str:
    """`a country`, `an order_count`, `a user_type`."""
    return f"{'an' if _PRONOUNCED_AS_VOWEL.match(name) else 'a'} {name}"


def keeps_missing(leaf: Leaf, negations: int) -> bool:
    """Whether the condition speaks for the membership of customers without a value."""
    return leaf.when_missing is not (negations % 2 == 1)


def _tail(leaf: Leaf, negations: int) -> str:
    if leaf.answers_all or not leaf.nullable:
        return ""
    keeps = keeps_missing(leaf, negations)
    if not (keeps or negations or leaf.exclude):
        return ""
    return f" (without {lacking(leaf)}: {'kept' if keeps else 'dropped'})"


def _said(leaf: Leaf, names: Names) -> Said:
    name, test, exclude = leaf.attribute, leaf.test, leaf.exclude
    match test:
        case Present():
            return Said("who have", f"no {name}" if exclude else with_article(name))
        case Holds():
            return _held(test, name, exclude, names)
        case Size():
            lead: Lead = "who do not have" if exclude else "who have"
            return Said(lead, f"{bounds(test, names)} in {name}")
        case InGroups():
            return _grouped(test, exclude, names)
        case OneOf() | DomainIn() | TextIs() | PhoneCountry():
            return Said("whose", f"{_what(leaf)} {_compared(leaf, test, names)}")
        case Matches(pattern):
            return Said("whose", f"{name} {_verb(leaf, exclude)} {pattern_spoken(pattern)}")
        case _:
            return Said("whose", f"{name} {_verb(leaf, exclude)} {bounds(test, names)}")


def _held(test: Holds, name: str, exclude: bool, names: Names) -> Said:
    if test.every:
        lead: Lead = "who do not have" if exclude else "who have"
        return Said(lead, f"{among('all of', test, names)} in {name}")
    if not exclude:
        return Said("who have", f"{among('any of', test, names)} in {name}")
    no = "no " if len(test.values) == 1 else ""
    return Said("who have", f"{no}{among('none of', test, names)} in {name}")


def _grouped(test: InGroups, exclude: bool, names: Names) -> Said:
    lead: Lead = "who are not" if exclude and len(test.names) == 1 else "who are"
    return Said(lead, f"in {among('none of' if exclude else 'any of', test, names, 'group')}")


def _compared(leaf: Leaf, test: OfValues, names: Names) -> str:
    if leaf.exclude and len(values_of(test)) > 1 and _verb(leaf, False) == "is":
        return f"is {among('none of', test, names)}"
    return f"{_verb(leaf, leaf.exclude)} {among('one of', test, names)}"


def _what(leaf: Leaf) -> str:
    return "e-mail domain" if isinstance(leaf.test, DomainIn) else leaf.attribute


def _verb(leaf: Leaf, exclude: bool) -> str:
    match leaf.test:
        case TextIs(where):
            verbs = _TEXT_VERBS[where]
        case Matches():
            verbs = ("matches the pattern", "does not match the pattern")
        case PhoneCountry():
            verbs = ("begins with", "does not begin with")
        case Anniversary():
            verbs = ("has its anniversary", "does not have its anniversary")
        case DomainIn(below=True):
            verbs = ("is at or below", "is not at or below")
        case _:
            verbs = ("is", "is not")
    return verbs[1 if exclude else 0]
