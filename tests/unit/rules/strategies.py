"""Random rules and customers for a catalogue; the values of rules turn up in customers."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from hypothesis import strategies as st

from cg_sync.jsonvalue import JsonObject, JsonValue
from cg_sync.rules.catalogue import Attribute, Catalogue
from cg_sync.rules.ir import All, AnyOf, DomainIn, Everyone, Leaf, Node, Not, OneOf, Rule
from cg_sync.rules.operators import operators_of

TEXTS = ("TR", "DE", "İstanbul", "ISTANBUL", "Iğdır", "Bursa", "ﬁ", "a: b", "true", "007", "-")
DOMAINS = ("edu.tr", "k12.tr", "boun.edu.tr", "mezun.boun.edu.tr", "xn--boazii-0ua85b.edu.tr")
ADDRESSES = (
    *(f"test@{domain}" for domain in DOMAINS),
    *("test@BOUN.EDU.TR", "test@BOĞAZİÇİ.edu.tr", "test@fakeedu.tr", "test@edu.tr.evil.com"),
    *("test@edu.tr.", "test@", "test", "a@b@k12.tr", "test@-.tr", " "),
)
MAX_DEPTH = 3


def catalogue() -> Catalogue:
    """One attribute of each type that rules can use, some nullable and some not."""
    attributes = (
        Attribute("email", "email", "email", nullable=False, pii="direct"),
        Attribute("email_verified", "boolean", "extra_field.email_verified"),
        Attribute("is_active", "boolean", "is_active", nullable=False),
        Attribute("gender", "enum", "gender", values=("female", "male")),
        Attribute("country", "string", "attributes.country"),
        Attribute("city", "string", "attributes.city"),
        Attribute("created_at", "datetime", "created_date", nullable=False),
    )
    return Catalogue({attribute.name: attribute for attribute in attributes})


def leaves(attribute: Attribute) -> st.SearchStrategy[Leaf]:
    """Lines that the rule language can write about the attribute."""
    made = partial(Leaf, attribute.name, attribute.path)
    missing = st.booleans()
    if attribute.type == "email":
        domains = _some(DOMAINS)
        return st.builds(made, st.builds(DomainIn, domains, st.booleans()), st.just(False), missing)
    if attribute.type == "boolean":
        test = st.builds(OneOf, st.tuples(st.booleans()))
        return st.builds(made, test, st.just(False), missing)
    values = attribute.values if attribute.type == "enum" else TEXTS
    return st.builds(made, st.builds(OneOf, _some(values)), st.booleans(), missing)


def _some(values: Sequence[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=4).map(tuple)


def nodes(catalogue: Catalogue, *, depth: int = MAX_DEPTH) -> st.SearchStrategy[Node]:
    """Trees as someone might build them, not in normal form, without `Everyone`."""
    lines: st.SearchStrategy[Node] = st.one_of(
        *(leaves(it) for it in catalogue.attributes.values() if operators_of(it))
    )
    if depth == 0:
        return lines
    inner = nodes(catalogue, depth=depth - 1)
    several = st.lists(inner, min_size=1, max_size=3).map(tuple)
    return lines | st.builds(All, several) | st.builds(AnyOf, several) | st.builds(Not, inner)


def rules(catalogue: Catalogue) -> st.SearchStrategy[Rule]:
    """Rules that can be written within the limits."""
    return st.builds(Rule, st.just(Everyone()) | nodes(catalogue))


def customers(catalogue: Catalogue) -> st.SearchStrategy[JsonObject]:
    """Records as the API returns them: values, nulls, absent keys, blanks and wrong types."""
    values = {it.path: _values(it) for it in catalogue.attributes.values()}
    return st.fixed_dictionaries({}, optional=values).map(_nested)


def _values(attribute: Attribute) -> st.SearchStrategy[JsonValue]:
    odd: st.SearchStrategy[JsonValue] = st.sampled_from([None, "", " ", 0, 1, "true", ["TR"], {}])
    if attribute.type == "email":
        return st.sampled_from(ADDRESSES) | odd
    if attribute.type == "boolean":
        return st.booleans() | odd
    return st.sampled_from(attribute.values or (*TEXTS, "istanbul", " bursa ")) | odd


def _nested(flat: dict[str, JsonValue]) -> JsonObject:
    record: dict[str, JsonValue] = {}
    for path, value in flat.items():
        *parents, last = path.split(".")
        here = record
        for parent in parents:
            here = here.setdefault(parent, {})  # type: ignore[assignment]
        here[last] = value
    return record


json_values: st.SearchStrategy[JsonValue] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)
