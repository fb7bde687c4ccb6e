"""The normal form of rules: one spelling for one meaning, in the order of canonical JSON texts."""

from __future__ import annotations

from collections.abc import Iterable
from json.encoder import encode_basestring
from typing import Final, NamedTuple, assert_never

from cg_sync.jsonvalue import JsonScalar, canonical
from cg_sync.rules.nodes import NOBODY, All, AnyOf, Everyone, Leaf, Node, Not
from cg_sync.rules.numbers import number_text
from cg_sync.rules.tests import (
    Anniversary,
    DateIn,
    DomainIn,
    Holds,
    InGroups,
    Matches,
    NumberIn,
    OneOf,
    PhoneCountry,
    Present,
    Relative,
    Size,
    Test,
    TextIs,
)

# As `canonical` writes them, which makes an encoder for each.
_quoted: Final = encode_basestring
_FLAGS: Final = {False: "false", True: "true"}


class Form(NamedTuple):
    """A node in normal form, its canonical JSON text, and the forms right below it.

    The texts of all forms are made from below, each once: what is compared to sort the parts is
    what the hash of a rule is made of.
    """

    text: str
    node: Node
    parts: tuple[Form, ...] = ()


EVERYONE: Final = Form('"everyone"', Everyone())
_NOBODY: Final = Form('{"not":"everyone"}', NOBODY, (EVERYONE,))


def form_of(node: Node) -> Form:
    """The canonical form: it selects the same customers, and applying it twice changes nothing.

    Nested `All`s and `AnyOf`s are flat, a single child stands alone, double `Not`s are gone, the
    `Not`s of an `All` are one, children are sorted and none is there twice, and `Everyone` is left
    only at the top or under a `Not`.
    """
    match node:
        case Leaf():
            return form_of_leaf(node)
        case All(children):
            return all_of(map(form_of, children))
        case AnyOf(children):
            return any_of(map(form_of, children))
        case Not(child):
            return not_of(form_of(child))
        case Everyone():
            return EVERYONE
        case _:
            assert_never(node)


def normalise(node: Node) -> Node:
    """The node in its canonical form."""
    return form_of(node).node


def form_of_leaf(leaf: Leaf) -> Form:
    """The form of a leaf, which has one spelling already; its name and `nullable` do not count."""
    flags = f"{_FLAGS[leaf.exclude]},{_FLAGS[leaf.when_missing]}"
    return Form(f'{{"at":[{_quoted(leaf.path)},{_test_text(leaf.test)},{flags}]}}', leaf)


def not_of(form: Form) -> Form:
    """The form of whoever this one does not select."""
    if isinstance(form.node, Not):
        return form.parts[0]
    return Form(f'{{"not":{form.text}}}', Not(form.node), (form,))


def all_of(forms: Iterable[Form]) -> Form:
    """The form of whoever all of these select."""
    parts = _flat(All, forms)
    wanted = [it for it in parts if not isinstance(it.node, (Not, Everyone))]
    negated = [it for it in parts if isinstance(it.node, Not)]
    if len(negated) > 1:
        negated = [not_of(any_of(below for it in negated for below in it.parts))]
    wanted += negated
    if not wanted:
        return EVERYONE
    ordered, texts = _ordered(wanted)
    if len(ordered) == 1:
        return ordered[0]
    return Form(f'{{"all":[{texts}]}}', All(tuple([it.node for it in ordered])), ordered)


def any_of(forms: Iterable[Form]) -> Form:
    """The form of whoever at least one of these selects."""
    parts = _flat(AnyOf, forms)
    if not parts:
        return _NOBODY
    if EVERYONE in parts:
        return EVERYONE
    ordered, texts = _ordered(parts)
    if len(ordered) == 1:
        return ordered[0]
    return Form(f'{{"any":[{texts}]}}', AnyOf(tuple([it.node for it in ordered])), ordered)


def _flat(kind: type[All | AnyOf], forms: Iterable[Form]) -> list[Form]:
    return [part for it in forms for part in (it.parts if isinstance(it.node, kind) else (it,))]


def _ordered(forms: list[Form]) -> tuple[tuple[Form, ...], str]:
    """The forms, sorted and none there twice, and their texts in one."""
    by_text = {form.text: form for form in forms}
    texts = sorted(by_text)
    return tuple([by_text[text] for text in texts]), ",".join(texts)


def _test_text(test: Test) -> str:
    """What the canonical JSON text of a leaf has for its test."""
    match test:
        case Present():
            return '"present"'
        case OneOf(values):
            texts = [_FLAGS[it] if isinstance(it, bool) else _quoted(it) for it in values]
            return f'"one_of",[{",".join(texts)}]'
        case TextIs(where, values):
            return f'"{where}",{_list(values)}'
        case Matches(pattern):
            return _row("matches", pattern)
        case DomainIn(domains, below):
            return f'"{"domain_under" if below else "domain_is"}",{_list(domains)}'
        case PhoneCountry(codes):
            return f'"phone",{_list(codes)}'
        case NumberIn(low, high, low_open, high_open):
            ends = (None if it is None else number_text(it) for it in (low, high))
            return _row("number", *ends, low_open, high_open)
        case DateIn(unit, first, end, zone):
            days = (None if it is None else it.isoformat() for it in (first, end))
            return _row(unit, *days, zone)
        case Relative(kind, duration, unit, zone):
            return _row(kind, duration.text, unit, zone)
        case Anniversary(zone, days, months):
            return f'"anniversary",{days},{canonical(months)},{_quoted(zone)}'
        case Holds(values, every):
            return f'"{"holds_all" if every else "holds_any"}",{_list(values)}'
        case Size(least, most):
            return _row("size", least, most)
        case InGroups(names):
            return f'"groups",{_list(names)}'
        case _:
            assert_never(test)


def _list(values: Iterable[str]) -> str:
    return f"[{','.join(map(_quoted, values))}]"


def _row(*values: JsonScalar) -> str:
    return ",".join(map(canonical, values))
