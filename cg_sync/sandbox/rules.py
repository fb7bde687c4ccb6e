"""Decides whether a rule holds for a customer, from docs/shop-api.md alone; no database here."""

import unicodedata
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

import idna

ANY_RULE: Mapping[str, Any] = {"slug": "any-rule"}


def holds(rule: Any, customer: Mapping[str, Any]) -> bool:
    """Whether the rule holds; a node nobody can read (an unknown slug, say) never does."""
    match rule:
        case {"slug": "any-rule"}:
            return True
        case {"slug": "and-rule", "children": [*children]}:
            return all(holds(child, customer) for child in children)
        case {"slug": "or-rule", "children": [*children]}:
            return any(holds(child, customer) for child in children)
        case {"slug": "not-rule", "child": child}:
            return not holds(child, customer)
        case {"slug": "email-domain-rule", "domains": [*domains]}:
            below = rule.get("subdomains") is True
            return _leaf(
                rule,
                email_domain(customer.get("email")),
                lambda domain: any(_is_at(domain, ascii_domain(it), below=below) for it in domains),
            )
        case {"slug": "user-attribute-rule", "key": str(key), "values": [*values]}:
            return _leaf(
                rule,
                value_at(customer, key),
                lambda value: any(_same(value, it) for it in values),
            )
        case _:
            return False


def fields_of(rule: Any) -> Iterator[str]:
    """The top fields of a customer that the rule looks at, some of them more than once."""
    match rule:
        case {"children": [*children]}:
            for child in children:
                yield from fields_of(child)
        case {"child": child}:
            yield from fields_of(child)
        case {"slug": "email-domain-rule"}:
            yield "email"
        case {"slug": "user-attribute-rule", "key": str(key)}:
            yield key.partition(".")[0]


def value_at(customer: Mapping[str, Any], key: str) -> Any:
    """The value at a dotted path; None when it is missing, null or a blank text."""
    value: Any = customer
    for step in key.split("."):
        if not isinstance(value, Mapping) or step not in value:
            return None
        value = value[step]
    return None if isinstance(value, str) and not value.strip() else value


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """One spelling for texts that differ in case, Turkish i or compatibility forms."""
    text = unicodedata.normalize("NFKC", text).strip()
    text = text.translate({ord("İ"): "i", ord("I"): "i", ord("ı"): "i"}).casefold()
    return unicodedata.normalize("NFKC", text.replace("\u0307", ""))


def email_domain(email: object) -> str | None:
    """The ASCII domain of an e-mail address, or None when it has none."""
    if not isinstance(email, str) or "@" not in email:
        return None
    return ascii_domain(email.rpartition("@")[2])


def ascii_domain(domain: object) -> str | None:
    """The domain as DNS has it, or None when IDNA refuses it."""
    return _to_ascii(domain) if isinstance(domain, str) else None


@lru_cache(maxsize=4096)
def _to_ascii(domain: str) -> str | None:
    try:
        return idna.encode(domain.removesuffix(".").replace("İ", "i"), uts46=True).decode().lower()
    except idna.IDNAError:
        return None


def _is_at(domain: str, wanted: str | None, *, below: bool) -> bool:
    if wanted is None:
        return False
    return domain == wanted or (below and domain.endswith(f".{wanted}"))


def _leaf(rule: Mapping[str, Any], value: Any, test: Callable[[Any], bool]) -> bool:
    if value is None:
        return rule.get("missing") is True
    return test(value) is not (rule.get("exclude") is True)


def _same(left: Any, right: Any) -> bool:
    if isinstance(left, str) and isinstance(right, str):
        return fold(left) == fold(right)
    return _same_json(left, right)


def _same_json(left: Any, right: Any) -> bool:
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(_same_json, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(
            _same_json(left[name], right[name]) for name in left
        )
    return bool(left == right)
