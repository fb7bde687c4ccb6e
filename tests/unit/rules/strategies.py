"""Random rules and customers for a catalogue; the values of rules turn up in customers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial

from hypothesis import strategies as st

from cg_sync.jsonvalue import JsonObject, JsonValue
from cg_sync.rules.calendar import Duration
from cg_sync.rules.catalogue import GROUPS_PATH, Attribute, Catalogue
from cg_sync.rules.evaluate import Moment
from cg_sync.rules.ir import All, AnyOf, Everyone, Leaf, Node, Not, Rule
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

TEXTS = ("TR", "DE", "İstanbul", "ISTANBUL", "Iğdır", "Bursa", "ﬁ", "a: b", "true", "007", "-")
DOMAINS = ("edu.tr", "k12.tr", "boun.edu.tr", "mezun.boun.edu.tr", "xn--boazii-0ua85b.edu.tr")
ADDRESSES = (
    *(f"test@{domain}" for domain in DOMAINS),
    *("test@BOUN.EDU.TR", "test@BOĞAZİÇİ.edu.tr", "test@fakeedu.tr", "test@edu.tr.evil.com"),
    *("test@edu.tr.", "test@", "test", "a@b@k12.tr", "test@-.tr", " "),
)
ZONE = "Europe/Istanbul"
GROUP_IDS = {"Employees": 41, "VIP": 42, "Wholesale": 43}
NOW = Moment(datetime(2026, 11, 21, 22, 30, tzinfo=UTC), frozenset({"VIP"}))
"""Already the 22nd in İstanbul."""

PATTERNS = ("c-[0-9]+", ".*bul", "(tr|de)", "[a-zğ ]*")
NUMBERS = ("-7", "0", "2", "3", "10", "10.5", "3.1415926535897932384626433")
DAYS = (
    *(date(2026, 11, day) for day in (14, 15, 20, 21, 22, 23, 28, 29)),
    *(date(2024, 2, 29), date(2026, 10, 22), date(2025, 11, 22), date(2026, 12, 31)),
)
DURATIONS = (Duration(days=1), Duration(days=7), Duration(months=1), Duration(months=12 * 9999))
PHONES = ("+905320000000", "00 90 532", "+994 (12)", "0532 000", "+1-202", "+", "12", "+ 9 0")
TAGS = ("press", "PRESS", "outlet", "İndirim", "a: b")
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
        Attribute("phone", "phone", "phone_number"),
        Attribute("orders", "integer", "extra_field.orders", nullable=False),
        Attribute("spent", "decimal", "extra_field.spent"),
        Attribute("birthdate", "date", "date_of_birth", timezone=ZONE),
        Attribute("created_at", "datetime", "created_date", nullable=False, timezone=ZONE),
        Attribute("tags", "list", "extra_field.tags"),
        Attribute("groups", "list", GROUPS_PATH),
    )
    return Catalogue({attribute.name: attribute for attribute in attributes})


def leaves(attribute: Attribute) -> st.SearchStrategy[Leaf]:
    """Lines that the rule language can write about the attribute."""
    made = partial(Leaf, attribute.name, attribute.path)
    plain = st.builds(made, tests(attribute), st.just(False), st.booleans())
    inverted = [it for it in (_invertible(attribute),) if it is not None]
    if attribute.may_lack:
        inverted.append(st.just(Present()))
    return plain | st.builds(made, st.one_of(inverted), st.booleans(), st.booleans())


def _invertible(attribute: Attribute) -> st.SearchStrategy[Test] | None:
    """Tests for which the language has an operator that inverts them."""
    match attribute.type:
        case "enum" | "string":
            return st.builds(OneOf, _some(attribute.values or TEXTS))
        case "list":
            return tests(attribute) if attribute.is_groups else st.builds(Holds, _some(TAGS))
        case _:
            return None


def tests(attribute: Attribute) -> st.SearchStrategy[Test]:
    """Tests that the rule language can write about the attribute."""
    match attribute.type:
        case "email":
            return st.builds(DomainIn, _some(DOMAINS), st.booleans())
        case "boolean":
            return st.builds(OneOf, st.tuples(st.booleans()))
        case "enum":
            return st.builds(OneOf, _some(attribute.values))
        case "string":
            where = st.sampled_from(["starts", "ends", "contains"])
            return (
                st.builds(OneOf, _some(TEXTS))
                | st.builds(TextIs, where, _some(TEXTS))
                | st.builds(Matches, st.sampled_from(PATTERNS))
            )
        case "phone":
            return st.builds(PhoneCountry, _some(("90", "994", "1", "44")))
        case "integer":
            whole = st.none() | st.integers(-3, 12).map(Decimal)
            return _filled(st.builds(NumberIn, whole, whole))
        case "decimal":
            number = st.none() | st.sampled_from(NUMBERS).map(Decimal)
            return _filled(st.builds(_open, number, number, st.booleans(), st.booleans()))
        case "date":
            bound = st.none() | st.sampled_from(DAYS)
            return _filled(
                st.builds(DateIn, st.just("day"), bound, bound, st.just(ZONE))
            ) | _to_now("day")
        case "datetime":
            moment = st.none() | st.sampled_from(DAYS).flatmap(_moments)
            absolute = st.builds(DateIn, st.just("instant"), moment, moment, st.just(ZONE))
            return _filled(absolute) | _to_now("instant")
        case "list" if attribute.is_groups:
            return st.builds(InGroups, _some(tuple(GROUP_IDS)))
        case "list":
            sizes = st.tuples(st.integers(0, 3), st.none() | st.integers(3, 5))
            return st.builds(Holds, _some(TAGS), st.booleans()) | sizes.map(lambda it: Size(*it))
        case _:
            raise AssertionError(attribute.type)


def _open(low: Decimal | None, high: Decimal | None, opens: bool, ends: bool) -> NumberIn:
    return NumberIn(low, high, opens and low is not None, ends and high is not None)


def _filled(bounds: st.SearchStrategy[NumberIn | DateIn]) -> st.SearchStrategy[Test]:
    """Those of the ranges that hold something, and leave something out."""
    return bounds.filter(lambda it: not it.is_empty and (it.low is not None or it.high is not None))


def _to_now(unit: str) -> st.SearchStrategy[Test]:
    kinds = st.sampled_from(["within_last", "older_than", "within_next"])
    durations = st.sampled_from(DURATIONS)
    relative: st.SearchStrategy[Test] = st.builds(
        Relative, kinds, durations, st.just(unit), st.just(ZONE)
    )
    days = st.builds(Anniversary, st.just(ZONE), st.sampled_from([1, 7, 365]))
    months = st.builds(Anniversary, st.just(ZONE), st.just(0), st.sampled_from([(2,), (11, 12)]))
    return relative | days | months


def _moments(day: date) -> st.SearchStrategy[datetime]:
    """Moments of the day: its midnight in İstanbul, the one of UTC, and some other."""
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return st.sampled_from(
        [start - timedelta(hours=3), start, start + timedelta(hours=22, microseconds=1)]
    )


def _some(values: Sequence[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=4).map(tuple)


def nodes(catalogue: Catalogue, *, depth: int = MAX_DEPTH) -> st.SearchStrategy[Node]:
    """Trees as someone might build them, not in normal form, without `Everyone`."""
    lines: st.SearchStrategy[Node] = st.one_of(
        *(leaves(it) for it in catalogue.attributes.values())
    )
    trees = lines
    for _ in range(depth):
        several = st.lists(trees, min_size=1, max_size=3).map(tuple)
        trees = lines | st.builds(All, several) | st.builds(AnyOf, several) | st.builds(Not, trees)
    return trees


def rules(catalogue: Catalogue) -> st.SearchStrategy[Rule]:
    """Rules that can be written within the limits."""
    return st.builds(Rule, st.just(Everyone()) | nodes(catalogue))


def customers(catalogue: Catalogue) -> st.SearchStrategy[JsonObject]:
    """Records as the API returns them: values, nulls, absent keys, blanks and wrong types."""
    declared = [it for it in catalogue.attributes.values() if not it.is_groups]
    values = {it.path: _values(it) for it in declared}
    return st.fixed_dictionaries({}, optional=values).map(_nested)


def _values(attribute: Attribute) -> st.SearchStrategy[JsonValue]:
    odd: st.SearchStrategy[JsonValue] = st.sampled_from([None, "", " ", 0, 1, "true", ["TR"], {}])
    if attribute.type == "email":
        return st.sampled_from(ADDRESSES) | odd
    if attribute.type == "boolean":
        return st.booleans() | odd
    return _of_other_types(attribute) | odd


def _of_other_types(attribute: Attribute) -> st.SearchStrategy[JsonValue]:
    match attribute.type:
        case "phone":
            return st.sampled_from(PHONES)
        case "integer" | "decimal":
            texts = st.sampled_from([*NUMBERS, "3.0", "1e3", "+3", " 3", "٣"])
            return texts | st.sampled_from([3, 10.5, -7, 1e300, 3.0, True])
        case "date" | "datetime":
            days = st.sampled_from(DAYS)
            offsets = st.sampled_from(["+03:00", "Z", "", "-11:00"])
            moments = st.builds(
                lambda it, offset: f"{it.replace(tzinfo=None).isoformat()}{offset}",
                days.flatmap(_moments),
                offsets,
            )
            odd = st.sampled_from(["2026-02-30", "22.11.2026", "2026"])
            return days.map(str) | moments | odd
        case "list":
            items = st.sampled_from([*TAGS, "indirim", 1, None, " outlet "])
            return st.lists(items, max_size=5)
        case _:
            return st.sampled_from(attribute.values or (*TEXTS, "istanbul", " bursa ", "c-42"))


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
