"""One condition in words: every test, inverted and not, in and out of negation."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from cg_sync.rules.calendar import Duration
from cg_sync.rules.english.names import Names
from cg_sync.rules.english.phrases import clause, phrase, subject, with_article
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
    PhoneCountry,
    Present,
    Relative,
    Size,
    Test,
    TextIs,
)
from tests.unit.report.conftest import Golden
from tests.unit.rules.english.builders import NAMES, a_leaf

ZONE = "Europe/Istanbul"
THREE, TEN, MUCH = Decimal(3), Decimal(10), Decimal("50000.50")
FIRST, LAST = date(2026, 9, 1), date(2026, 10, 1)
NOON = datetime(2026, 9, 1, 9, tzinfo=UTC)
MIDNIGHT = datetime(2026, 8, 31, 21, tzinfo=UTC)
MANY = tuple(f"c-{number}" for number in range(17))

TESTS: list[tuple[str, Test]] = [
    ("tax_no", Present()),
    ("is_active", OneOf((True,))),
    ("country", OneOf(("TR",))),
    ("country", OneOf(("TR", "CY", "NO"))),
    ("erp_code", OneOf(MANY)),
    ("erp_code", OneOf(tuple(f"S-{number}" for number in range(12)))),
    ("city", TextIs("starts", ("Bur",))),
    ("city", TextIs("ends", ("bul", "li"))),
    ("city", TextIs("contains", ("New York",))),
    ("erp_code", Matches("c-[0-9]+")),
    ("email", DomainIn(("acme.example",), below=False)),
    ("email", DomainIn(("acme.example", "acme.org"), below=False)),
    ("email", DomainIn(("acme.example",), below=True)),
    ("email", DomainIn(("k12.tr", "edu.tr"), below=True)),
    ("phone", PhoneCountry(("90", "994"))),
    ("order_count", NumberIn(THREE)),
    ("order_count", NumberIn(THREE, low_open=True)),
    ("order_count", NumberIn(high=MUCH)),
    ("order_count", NumberIn(high=THREE, high_open=True)),
    ("order_count", NumberIn(THREE, THREE)),
    ("order_count", NumberIn(THREE, MUCH)),
    ("order_count", NumberIn(THREE, TEN, low_open=True)),
    ("order_count", NumberIn(THREE, TEN, high_open=True)),
    ("order_count", NumberIn()),
    ("birthdate", DateIn("day", FIRST, LAST, ZONE)),
    ("birthdate", DateIn("day", FIRST, date(2026, 9, 2), ZONE)),
    ("birthdate", DateIn("day", FIRST, None, ZONE)),
    ("birthdate", DateIn("day", None, FIRST, ZONE)),
    ("birthdate", DateIn("day", None, None, ZONE)),
    ("birthdate", DateIn("day", None, FIRST, "Asia/Tokyo")),
    ("last_order_at", DateIn("instant", MIDNIGHT, None, ZONE)),
    ("last_order_at", DateIn("instant", MIDNIGHT, NOON, ZONE)),
    ("last_order_at", Relative("within_last", Duration(months=12), "instant", ZONE)),
    ("last_order_at", Relative("within_last", Duration(days=1), "instant", ZONE)),
    ("birthdate", Relative("within_last", Duration(days=1), "day", ZONE)),
    ("birthdate", Relative("older_than", Duration(days=1), "day", ZONE)),
    ("birthdate", Relative("older_than", Duration(months=12 * 9999), "day", ZONE)),
    ("birthdate", Relative("within_next", Duration(days=14_000), "day", ZONE)),
    ("birthdate", Relative("within_next", Duration(days=1), "day", "Asia/Tokyo")),
    ("birthdate", Anniversary(ZONE, days=1)),
    ("birthdate", Anniversary(ZONE, days=7)),
    ("birthdate", Anniversary(ZONE, months=(5, 6, 12))),
    ("birthdate", Anniversary("Asia/Tokyo", days=1)),
    ("tags", Holds(("press",))),
    ("tags", Holds(("press", "outlet"))),
    ("tags", Holds(MANY)),
    ("tags", Holds(("press", "outlet"), every=True)),
    ("tags", Size(3)),
    ("tags", Size(3, 3)),
    ("tags", Size(0, 0)),
    ("tags", Size(1, 1)),
    ("tags", Size(1, 4)),
    ("tags", Size(0, 1)),
    ("tags", Size()),
    ("groups", InGroups(("employees",))),
    ("groups", InGroups(("employees", "VIP Customers"))),
    ("groups", InGroups(MANY)),
]


def leaf(attribute: str, test: Test, **more: bool) -> Leaf:
    return Leaf(attribute, attribute, test, **more)


def said() -> Iterator[str]:
    for attribute, test in TESTS:
        yield f"{attribute} {test}"
        plain, inverted = leaf(attribute, test), leaf(attribute, test, exclude=True)
        yield f"  {phrase(plain, NAMES)}"
        yield f"  not:    {phrase(inverted, NAMES)}"
        yield f"  except: {phrase(plain, NAMES, 1)}"
        yield f"  clause: {clause(plain, NAMES)}"
        yield f"  not:    {clause(inverted, NAMES)}"
        yield f"  named:  {subject(plain)} / {subject(inverted)}"


def test_every_test_reads_as_on_record(golden: Golden) -> None:
    golden("english-phrases.txt", "".join(f"{line}\n" for line in said()))


def test_the_record_has_every_test() -> None:
    assert {type(test) for _, test in TESTS} == set(Test.__args__)


KEPT, DROPPED = " (without a country: kept)", " (without a country: dropped)"


@pytest.mark.parametrize(
    ("exclude", "when_missing", "negations", "tail"),
    [
        (False, False, 0, ""),
        (False, True, 0, KEPT),
        (True, False, 0, DROPPED),
        (True, True, 0, KEPT),
        (False, False, 1, KEPT),
        (False, True, 1, DROPPED),
        (True, False, 1, KEPT),
        (True, True, 1, DROPPED),
        (False, False, 2, DROPPED),
        (False, True, 2, KEPT),
        (True, False, 2, DROPPED),
        (True, True, 2, KEPT),
    ],
)
def test_what_happens_to_customers_without_a_value_is_said_of_the_customer(
    exclude: bool, when_missing: bool, negations: int, tail: str
) -> None:
    it = Leaf("country", "country", OneOf(("TR",)), exclude, when_missing)
    assert phrase(it, NAMES, negations) == f"country is {'not ' if exclude else ''}TR{tail}"
    lead = f"whose country is {'not ' if exclude else ''}TR"
    assert clause(it, NAMES, negations) == f"{lead}{tail}"


@pytest.mark.parametrize("negations", [0, 1])
def test_nothing_is_said_of_customers_there_are_not(negations: int) -> None:
    it = Leaf("country", "country", OneOf(("TR",)), True, True, nullable=False)
    assert phrase(it, NAMES, negations) == "country is not TR"
    tags = Leaf("tags", "tags", Holds(("press",)))
    assert phrase(tags, NAMES, negations) == "has press in tags"
    assert phrase(leaf("tax_no", Present()), NAMES, negations) == "has a tax_no"


def test_of_an_email_the_domain_is_what_can_be_missing() -> None:
    it = leaf("email", DomainIn(("edu.tr",), below=True), when_missing=True)
    assert phrase(it, NAMES).endswith("edu.tr (without an e-mail domain: kept)")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("country", "a country"),
        ("order_count", "an order_count"),
        ("email", "an email"),
        ("user_type", "a user_type"),
        ("unit", "a unit"),
        ("updated_at", "an updated_at"),
    ],
)
def test_names_have_the_article_they_are_spoken_with(name: str, said: str) -> None:
    assert with_article(name) == said


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("order_count: {gt: 3}", "order_count is 4 or more"),
        ("lifetime_value: {gt: 0.30}", "lifetime_value is more than 0.3"),
        ("birthdate: {after: 2026-09-01}", "birthdate is on or after 2026-09-02"),
        ("last_order_at: {on: 2026-09-01}", "last_order_at is on 2026-09-01"),
        ("last_order_at: {within_last: 2w}", "last_order_at is in the last 14 days"),
        ("groups: {has_all: [employees]}", "is in the group employees"),
    ],
)
def test_a_condition_as_written_reads_as_what_it_means(written: str, said: str) -> None:
    assert phrase(a_leaf(written), NAMES) == said


def test_the_time_zone_is_said_where_it_is_not_the_projects() -> None:
    it = leaf("birthdate", Anniversary("UTC", days=1))
    assert phrase(it, Names()) == "birthdate has its anniversary today"
    assert phrase(it, NAMES) == "birthdate has its anniversary today (time zone UTC)"
