"""What can and cannot be of one attribute, type by type."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from cg_sync.rules.analysis.prove import Found, Impossible, World, find
from cg_sync.rules.calendar import Duration, Unit
from cg_sync.rules.catalogue import Attribute, Catalogue
from cg_sync.rules.ir import Leaf
from cg_sync.rules.tests import (
    Anniversary,
    DateIn,
    DomainIn,
    Holds,
    InGroups,
    Matches,
    NumberIn,
    OneOf,
    Past,
    PhoneCountry,
    Present,
    Relative,
    Size,
    TextIs,
)
from tests.unit.rules.analysis.population import WORLD, line
from tests.unit.rules.strategies import GROUP_IDS, NOW, ZONE

NOT = True
PLAIN = "abcdefghijklmnopqrstuvwxyz0123456789-é"


def number(low: str | None, high: str | None, *, open_: bool = False) -> NumberIn:
    least, most = (None if it is None else Decimal(it) for it in (low, high))
    return NumberIn(least, most, open_, open_)


def days(low: date | None, high: date | None) -> DateIn:
    return DateIn("day", low, high, ZONE)


def until(hour: int) -> DateIn:
    return DateIn("instant", None, datetime(2026, 11, 21, hour, tzinfo=UTC), ZONE)


def since(hour: int) -> DateIn:
    return DateIn("instant", datetime(2026, 11, 21, hour, tzinfo=UTC), None, ZONE)


def under(*domains: str) -> DomainIn:
    return DomainIn(domains, below=True)


def exactly(*domains: str) -> DomainIn:
    return DomainIn(domains, below=False)


def ago(kind: Past, days: int, unit: Unit = "day") -> Relative:
    return Relative(kind, Duration(days=days), unit, ZONE)


TR = OneOf(("TR",))
A_WEEK = Anniversary(ZONE, days=7)
MAY = Anniversary(ZONE, months=(5,))
FEBRUARY = Anniversary(ZONE, months=(2,))
LEAP_DAY_1996 = days(date(1996, 2, 29), date(1996, 3, 1))

IMPOSSIBLE: list[tuple[str, Sequence[Leaf]]] = [
    ("no value is both", [line("country", TR), line("country", OneOf(("DE",)))]),
    (
        "folded alike",
        [line("city", OneOf(("İSTANBUL",))), line("city", OneOf(("ıstanbul",)), exclude=NOT)],
    ),
    ("there and missing", [line("country", TR), line("country", Present(), exclude=NOT)]),
    (
        "neither of two truth values",
        [line("is_active", OneOf((it,)), exclude=NOT) for it in (True, False)],
    ),
    ("no value of an enum", [line("gender", OneOf(("female", "male")), exclude=NOT)]),
    ("an enum without this value", [line("gender", OneOf(("other",)))]),
    ("an enum whose values do not begin so", [line("gender", TextIs("starts", ("x",)))]),
    ("begins in two ways", [line("city", TextIs("starts", (it,))) for it in ("bur", "ist")]),
    ("ends in two ways", [line("city", TextIs("ends", (it,))) for it in ("bul", "sa")]),
    (
        "begins with what it does not contain",
        [
            line("city", TextIs("starts", ("istan",))),
            line("city", TextIs("contains", ("sta",)), exclude=NOT),
        ],
    ),
    (
        "contains what it does not contain a part of",
        [
            line("city", TextIs("contains", ("istan",))),
            line("city", TextIs("contains", ("sta",)), exclude=NOT),
        ],
    ),
    (
        "begins with more than it must not",
        [
            line("city", TextIs("starts", ("istan",))),
            line("city", TextIs("starts", ("ist",)), exclude=NOT),
        ],
    ),
    (
        "a listed text that does not end so",
        [line("city", OneOf(("Bursa", "İzmir"))), line("city", TextIs("ends", ("bul",)))],
    ),
    (
        "a listed text without a match",
        [line("city", OneOf(("Bursa", "İzmir"))), line("city", Matches(".*bul"))],
    ),
    (
        "a pattern and not",
        [line("city", Matches(".*bul")), line("city", Matches(".*bul"), exclude=NOT)],
    ),
    (
        "a domain and one beside it",
        [line("email", under("edu.tr")), line("email", under("k12.tr"))],
    ),
    (
        "a domain below one that is left out",
        [line("email", exactly("boun.edu.tr")), line("email", under("edu.tr"), exclude=NOT)],
    ),
    (
        "nested domains",
        [
            line("email", under("a.boun.edu.tr", "itu.edu.tr")),
            line("email", under("edu.tr"), exclude=NOT),
        ],
    ),
    (
        "a look-alike is not below",
        [line("email", exactly("fakeedu.tr")), line("email", under("edu.tr"))],
    ),
    (
        "the domain itself and all below it",
        [line("email", under("edu.tr")), line("email", under("edu.tr"), exclude=NOT)],
    ),
    (
        "an address that is never missing",
        [line("email", under("edu.tr")), line("email", under("edu.tr"), exclude=NOT, keep=True)],
    ),
    ("a country and another", [line("phone", PhoneCountry((it,))) for it in ("90", "44")]),
    (
        "a country and no digits after it",
        [
            line("phone", PhoneCountry(("9",))),
            line("phone", PhoneCountry(tuple(f"9{it}" for it in range(10))), exclude=NOT),
            line("phone", PhoneCountry(("9",)), exclude=NOT),
        ],
    ),
    ("no digits begin a number", [line("phone", PhoneCountry(tuple("0123456789")), exclude=NOT)]),
    ("open bounds of whole numbers", [line("orders", number("3", "4", open_=True))]),
    ("between whole numbers", [line("orders", number("3.2", "3.8"))]),
    (
        "open bounds that meet",
        [line("spent", number("3", None, open_=True)), line("spent", number(None, "3"))],
    ),
    (
        "a number that is left out",
        [line("spent", number("3", "3")), line("spent", number("3", "3"), exclude=NOT)],
    ),
    (
        "a number that cannot be read",
        [
            line("spent", number(None, "2"), keep=True),
            line("spent", number("3", None), keep=True),
            line("spent", number(None, "9")),
        ],
    ),
    (
        "never lacks a number",
        [
            line("orders", number("3", None), exclude=NOT, keep=True),
            line("orders", number(None, "2"), exclude=NOT, keep=True),
        ],
    ),
    (
        "days that do not meet",
        [
            line("birthdate", days(date(2020, 1, 2), None)),
            line("birthdate", days(None, date(2020, 1, 2))),
        ],
    ),
    (
        "a relative day and a fixed one",
        [
            line("birthdate", ago("within_last", 30)),
            line("birthdate", days(None, date(2026, 10, 24))),
        ],
    ),
    (
        "today in İstanbul is the 22nd",
        [
            line("birthdate", ago("within_next", 1)),
            line("birthdate", days(None, date(2026, 11, 22))),
        ],
    ),
    (
        "past and future",
        [line("birthdate", ago("older_than", 1)), line("birthdate", ago("within_next", 30))],
    ),
    (
        "longer ago than the calendar",
        [line("birthdate", Relative("older_than", Duration(months=9999 * 12), "day", ZONE))],
    ),
    (
        "an anniversary that is not in the range",
        [line("birthdate", MAY), line("birthdate", days(date(1990, 6, 1), date(1991, 5, 1)))],
    ),
    (
        "an anniversary and not",
        [line("birthdate", A_WEEK), line("birthdate", Anniversary(ZONE, days=8), exclude=NOT)],
    ),
    (
        "an anniversary of a date that is missing",
        [
            line("birthdate", MAY),
            line("birthdate", days(date(2020, 1, 1), None), exclude=NOT, keep=True),
            line("birthdate", days(None, date(2020, 1, 1)), exclude=NOT, keep=True),
        ],
    ),
    ("instants that do not meet", [line("created_at", since(9)), line("created_at", until(9))]),
    (
        "an instant and an anniversary",
        [line("created_at", ago("within_last", 30, "instant")), line("created_at", MAY)],
    ),
    (
        "in and not in a list",
        [line("tags", Holds(("press",))), line("tags", Holds(("PRESS",)), exclude=NOT)],
    ),
    (
        "all of more than fit",
        [line("tags", Holds(("a", "b", "c"), every=True)), line("tags", Size(0, 2))],
    ),
    (
        "one each of what does not overlap",
        [
            *(line("tags", Holds(it)) for it in (("a", "b"), ("c", "d"), ("e", "f"))),
            line("tags", Size(0, 2)),
        ],
    ),
    (
        "all and not all",
        [
            line("tags", Holds(("a", "b"), every=True)),
            line("tags", Holds(("a", "b"), every=True), exclude=NOT),
        ],
    ),
    (
        "something of an empty list",
        [line("tags", Holds(("a",))), line("tags", Size(1, None), exclude=NOT)],
    ),
    ("a size and not", [line("tags", Size(1, 3)), line("tags", Size(0, 5), exclude=NOT)]),
    (
        "in and not in a group",
        [
            line("groups", InGroups(("VIP",))),
            line("groups", InGroups(("VIP", "Press")), exclude=NOT),
        ],
    ),
]

POSSIBLE: list[tuple[str, Sequence[Leaf]]] = [
    (
        "missing in all tests",
        [
            line("country", TR, keep=True),
            line("country", TR, exclude=NOT, keep=True),
            line("country", Present(), exclude=NOT),
        ],
    ),
    (
        "there, but no number",
        [
            line("spent", number("3", None), keep=True),
            line("spent", number(None, "2"), keep=True),
            line("spent", Present()),
        ],
    ),
    (
        "another text",
        [line("country", OneOf(("TR", "DE", "example", "0", "-", "é", "x")), exclude=NOT)],
    ),
    (
        "beginning, middle and end",
        [
            line("city", TextIs("starts", ("c-", "ist"))),
            line("city", TextIs("contains", ("an",))),
            line("city", TextIs("ends", ("bul",))),
            line("city", TextIs("contains", ("nb", "ca", "tb")), exclude=NOT),
        ],
    ),
    (
        "a longer beginning",
        [line("city", TextIs("starts", ("ist", "q"))), line("city", TextIs("starts", ("istan",)))],
    ),
    (
        "longer than what is left out",
        [
            line("city", TextIs("starts", ("bur",))),
            line("city", OneOf(("bur", "burx", "burxx")), exclude=NOT),
        ],
    ),
    ("all plain letters left out", [line("city", TextIs("contains", tuple(PLAIN)), exclude=NOT)]),
    ("a pattern", [line("city", Matches("c-[0-9]+")), line("city", OneOf(("c-0",)), exclude=NOT)]),
    (
        "a pattern round a beginning",
        [line("city", Matches(".*bul")), line("city", TextIs("starts", ("ist",)))],
    ),
    ("not a pattern", [line("city", Matches("[a-zğ ]*"), exclude=NOT)]),
    (
        "below but not it",
        [line("email", under("edu.tr")), line("email", exactly("edu.tr"), exclude=NOT)],
    ),
    (
        "below, but not below that",
        [
            line("email", under("edu.tr", "k12.tr")),
            line("email", under("boun.edu.tr", "k12.tr"), exclude=NOT),
            line("email", exactly("edu.tr", "sub1.edu.tr"), exclude=NOT),
        ],
    ),
    ("no domain that is named", [line("email", under("com", "tr", "example1"), exclude=NOT)]),
    (
        "a longer country code",
        [
            line("phone", PhoneCountry(("9",))),
            line("phone", PhoneCountry(("90", "91")), exclude=NOT),
        ],
    ),
    (
        "a country code alone",
        [
            line("phone", PhoneCountry(("9",))),
            line("phone", PhoneCountry(tuple(f"9{it}" for it in range(10))), exclude=NOT),
        ],
    ),
    ("between two close numbers", [line("spent", number("3.14", "3.141", open_=True))]),
    (
        "between two close negative numbers",
        [
            line(
                "spent",
                number(
                    "-0.00000000000000000000000000000012",
                    "-0.00000000000000000000000000000011",
                    open_=True,
                ),
            )
        ],
    ),
    (
        "a whole number with a hole",
        [
            line("orders", number("1", "3")),
            *(line("orders", number(it, it), exclude=NOT) for it in ("1", "3")),
        ],
    ),
    ("very small", [line("orders", number(None, "-1000000"))]),
    (
        "older than one day since yesterday",
        [
            line("birthdate", ago("older_than", 1)),
            line("birthdate", days(date(2026, 11, 21), None)),
        ],
    ),
    ("29 February", [line("birthdate", FEBRUARY), line("birthdate", LEAP_DAY_1996)]),
    (
        "29 February comes on the 28th",
        [line("birthdate", LEAP_DAY_1996), line("birthdate", Anniversary(ZONE, days=100))],
    ),
    (
        "over New Year",
        [
            line("birthdate", Anniversary(ZONE, days=60)),
            line("birthdate", days(date(1990, 1, 1), date(1990, 1, 10))),
        ],
    ),
    (
        "an anniversary next to a fixed range",
        [line("birthdate", MAY), line("birthdate", days(date(1990, 5, 31), date(1991, 5, 1)))],
    ),
    (
        "an instant on an anniversary",
        [line("created_at", A_WEEK), line("created_at", ago("older_than", 30, "instant"))],
    ),
    (
        "an instant by the day in İstanbul",
        [
            line("created_at", Anniversary(ZONE, days=1)),
            line("created_at", ago("within_last", 1, "instant")),
        ],
    ),
    (
        "the last microsecond",
        [
            line("created_at", since(9)),
            line(
                "created_at", DateIn("instant", None, datetime(2026, 11, 21, 9, 0, 0, 1, UTC), ZONE)
            ),
        ],
    ),
    ("long ago", [line("birthdate", days(None, date(1000, 1, 2)))]),
    (
        "all tags, and one more",
        [line("tags", Holds(("İndirim", "b"), every=True)), line("tags", Size(3, 3))],
    ),
    (
        "one tag for two tests",
        [
            line("tags", Holds(("a", "b"))),
            line("tags", Holds(("b", "c"))),
            line("tags", Size(1, 1)),
        ],
    ),
    (
        "one of a few, not all",
        [
            line("tags", Holds(("a", "b"))),
            line("tags", Holds(("a", "c"), every=True), exclude=NOT),
            line("tags", Holds(("c",))),
        ],
    ),
    (
        "a size that is not in a range",
        [line("tags", Size(0, 4), exclude=NOT), line("tags", Holds(("a",)))],
    ),
    ("an empty list", [line("tags", Size(0, 0))]),
    (
        "groups",
        [
            line("groups", InGroups(tuple(GROUP_IDS))),
            line("groups", InGroups(("Employees",)), exclude=NOT),
        ],
    ),
]


@pytest.mark.parametrize("leaves", [pytest.param(it, id=name) for name, it in IMPOSSIBLE])
def test_contradictions_are_proven(leaves: Sequence[Leaf]) -> None:
    assert find(leaves, WORLD) == Impossible()


@pytest.mark.parametrize("leaves", [pytest.param(it, id=name) for name, it in POSSIBLE])
def test_what_can_be_is_shown_by_a_sure_witness(leaves: Sequence[Leaf]) -> None:
    answer = find(leaves, WORLD)
    assert isinstance(answer, Found)
    assert answer.witness.sure


@pytest.mark.parametrize(("years", "answer"), [((2025, 2028), Impossible), ((2025, 2029), Found)])
def test_a_leap_day_is_looked_for_in_leap_years(years: tuple[int, int], answer: type) -> None:
    leap_day = World(WORLD.catalogue, datetime(2024, 2, 29, 12, tzinfo=UTC))
    first, end = (date(year, 1, 1) for year in years)
    today = [line("birthdate", Anniversary(ZONE, days=1)), line("birthdate", days(first, end))]
    assert isinstance(find(today, leap_day), answer)


def attribute(of: Attribute) -> World:
    return World(Catalogue({of.name: of}), NOW.as_of)


def test_what_the_catalogue_does_not_know_can_be_anything() -> None:
    nowhere = World(Catalogue({}), NOW.as_of)
    yes, no = (Leaf("x", "x", OneOf((it,)), exclude=True) for it in (True, False))
    answer = find([yes, no, Leaf("x", "x", TextIs("contains", ("",)), exclude=True)], nowhere)
    assert isinstance(answer, Found)
    assert answer.witness.customer == {"x": 0}
    lacking = [Leaf("x", "x", NumberIn(), exclude=True), Leaf("x", "x", Present())]
    assert find(lacking, nowhere) == Impossible()
    kept = replace(lacking[0], when_missing=True)
    assert isinstance(find([kept, lacking[1]], nowhere), Found)


def test_tests_that_read_a_value_in_several_ways_are_proven_one_by_one() -> None:
    text, small = Leaf("x", "city", OneOf(("7",))), Leaf("x", "city", number("7", "7"))
    answer = find([text, small], WORLD)
    assert isinstance(answer, Found)
    assert answer.witness.sure
    assert find([text, small, replace(small, exclude=True)], WORLD) == Impossible()
    unsure = find([Leaf("x", "city", OneOf(("a",))), small], WORLD)
    assert isinstance(unsure, Found)
    assert not unsure.witness.sure


def test_days_of_one_instant_may_differ_between_time_zones() -> None:
    honolulu = DateIn("day", date(2020, 1, 1), date(2020, 1, 2), "Pacific/Honolulu")
    next_day = days(date(2020, 1, 2), date(2020, 1, 3))
    days_apart = days(date(2020, 1, 3), date(2020, 1, 4))
    answer = find([line("birthdate", honolulu), line("birthdate", next_day)], WORLD)
    assert isinstance(answer, Found)
    assert answer.witness.sure
    assert find([line("birthdate", honolulu), line("birthdate", days_apart)], WORLD) == Impossible()


def test_a_date_without_a_time_has_an_anniversary_where_instants_are_counted() -> None:
    maybe = attribute(Attribute("seen", "datetime", "seen", timezone=ZONE))
    surely = attribute(Attribute("seen", "datetime", "seen", nullable=False, timezone=ZONE))
    no_instant = [
        Leaf("seen", "seen", since(9), when_missing=True),
        Leaf("seen", "seen", since(9), exclude=True, when_missing=True),
        Leaf("seen", "seen", MAY),
    ]
    answer = find(no_instant, maybe)
    assert isinstance(answer, Found)
    assert answer.witness.customer == {"seen": "1990-05-01"}
    assert find(no_instant, surely) == Impossible()


def test_lists_of_the_customer_that_are_null_or_long() -> None:
    absent = [Leaf("tags", "extra_field.tags", Present(), exclude=True), line("tags", Size(0, 0))]
    answer = find(absent, WORLD)
    assert isinstance(answer, Found)
    assert answer.witness.customer == {"extra_field": {"tags": None}}
    long = find([line("tags", Size(100_000, None)), line("tags", Holds(("Ä",)))], WORLD)
    assert isinstance(long, Found)
    assert long.witness.sure


def test_where_every_letter_is_refused_what_is_found_is_no_more_than_a_guess() -> None:
    refused = TextIs("contains", (*PLAIN, *map(chr, range(0x4E00, 0x9FA6))))
    answer = find([line("city", refused, exclude=NOT)], WORLD)
    assert isinstance(answer, Found)
    assert not answer.witness.sure
