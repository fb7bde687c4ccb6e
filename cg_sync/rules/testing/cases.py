"""Reads a rule test file: from the content that obeys its schema to tests and their cases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from math import prod
from typing import Final, cast

from cg_sync.jsonvalue import JsonObject, JsonValue, Pointer, canonical
from cg_sync.rules.calendar import is_usable_now, parse_day, parse_moment
from cg_sync.rules.catalogue import Catalogue
from cg_sync.rules.fixtures import Invented, record_of
from cg_sync.rules.problem import RuleProblem
from cg_sync.rules.testing.checks import Check, Subject, needs_clock
from cg_sync.rules.testing.customers import Customers, Values, check_value, check_values
from cg_sync.rules.testing.expectations import read_expected

MAX_CASES: Final = 10_000
"""Of one test."""

Axis = tuple[str, tuple[JsonValue, ...]]
"""An attribute, and the values it takes one after the other."""


@dataclass(frozen=True, slots=True)
class RuleTest:
    """One entry of `tests:`. `expected` has one entry for each value of `each`, or one for all.

    `each` is None or has one attribute; `matrix` has any number, of which every combination is a
    case. `called` is the name of the customer, empty for one without. `as_of` is what `now:` says,
    for this test or for the whole file.
    """

    name: str
    pointer: Pointer
    called: str
    values: Values
    each: Axis | None
    matrix: tuple[Axis, ...]
    as_of: datetime | None
    expected: tuple[tuple[Check, ...], ...]

    @property
    def size(self) -> int:
        """How many cases it has."""
        axes = self.matrix if self.each is None else (*self.matrix, self.each)
        return prod(len(values) for _, values in axes)


@dataclass(frozen=True, slots=True)
class Case:
    """One customer at one moment, and all that is expected there; `varied` says what makes it
    differ from the other cases of its test.
    """

    test: RuleTest
    varied: Values
    invented: Invented
    checks: tuple[Check, ...]

    @property
    def label(self) -> str:
        """`email: test@edu.tr, city: null`; empty for the only case of a test."""
        return ", ".join(f"{name}: {_worded(value)}" for name, value in self.varied.items())

    @property
    def name(self) -> str:
        """The name of its test, with the label: `look-alikes [email: test@fakeedu.tr]`."""
        return f"{self.test.name} [{self.label}]" if self.label else self.test.name


@dataclass(frozen=True, slots=True)
class Suite:
    """What one file holds: its customers by name with all their values, and its tests."""

    customers: Mapping[str, Values]
    tests: tuple[RuleTest, ...]
    now: datetime | None = None


def read_suite(content: JsonObject, subject: Subject) -> tuple[Suite, tuple[RuleProblem, ...]]:
    """The tests in the content of a file, which obeys its schema, and all that is wrong with them.

    With problems, what is returned beside them is not meant to be run.
    """
    written = cast("Mapping[str, JsonObject]", content.get("customers", {}))
    customers = Customers(written, subject)
    customers.check()
    reader = _Reader(subject, customers)
    now = reader.moment(content, ())
    entries = cast("Sequence[JsonObject]", content.get("tests", ()))
    tests = tuple(reader.test(it, ("tests", at), now) for at, it in enumerate(entries))
    named = {name: customers.of(name) for name in written}
    return Suite(named, tests, now), tuple(customers.problems)


def cases_of(test: RuleTest, catalogue: Catalogue) -> Iterator[Case]:
    """The cases of a test: for each combination of the matrix all values of `each`."""
    names = [name for name, _ in test.matrix]
    for combination in product(*(values for _, values in test.matrix)):
        varied: Values = dict(zip(names, combination, strict=True))
        if test.each is None:
            yield _case(test, varied, test.expected[0], catalogue)
            continue
        name, values = test.each
        for at, value in enumerate(values):
            checks = test.expected[at if len(test.expected) > 1 else 0]
            yield _case(test, {**varied, name: value}, checks, catalogue)


def _case(test: RuleTest, varied: Values, checks: tuple[Check, ...], catalogue: Catalogue) -> Case:
    return Case(test, varied, record_of({**test.values, **varied}, catalogue), checks)


def _worded(value: JsonValue) -> str:
    plain = isinstance(value, str) and value.strip() == value and value != ""
    return str(value) if plain else canonical(value)


def _listed(slugs: Iterable[str]) -> str:
    *most, last = slugs
    return f"{', '.join(most)} and {last}" if most else last


@dataclass(frozen=True, slots=True)
class _Reader:
    """What it finds wrong goes where the problems of the customers are."""

    subject: Subject
    customers: Customers

    def test(self, entry: JsonObject, here: Pointer, now: datetime | None) -> RuleTest:
        values = self.customers.read(entry.get("customer", {}), (*here, "customer"))
        changes = cast(Values, entry.get("with", {}))
        self._report(check_values(changes, (*here, "with"), self.subject))
        each = self._axes(entry, "each", here)
        test = RuleTest(
            name=cast(str, entry["name"]),
            pointer=here,
            called=str(it) if isinstance(it := entry.get("customer"), str) else "",
            values={**values, **changes},
            each=each[0] if each else None,
            matrix=self._axes(entry, "matrix", here),
            as_of=self.moment(entry, here) or now,
            expected=self._expected(entry, here, len(each[0][1]) if each else None),
        )
        self._check_axes(test)
        self._check_clock(test)
        return test

    def moment(self, holder: JsonObject, here: Pointer) -> datetime | None:
        """What `now:` says: a day is its first moment."""
        written = holder.get("now")
        if not isinstance(written, str):
            return None
        zone = self.subject.timezone
        day = parse_day(written)
        moment = parse_moment(written if day is None else f"{written}T00:00", zone)
        if moment is not None and not is_usable_now(moment):
            hint = "write a time from 1000-01-01 to before 9999-01-01"
            message, place = "now: is too near an end of the calendar", (*here, "now")
            self._report([RuleProblem("CG-F06", message, place, hint=hint)])
            return None
        if moment is None:
            hint = "write it as 2026-11-21T10:00, in the project's time zone, or with an offset"
            message, place = "now: is no date and time", (*here, "now")
            self._report([RuleProblem("CG-F06", message, place, hint=hint)])
        return moment

    def _axes(self, entry: JsonObject, word: str, here: Pointer) -> tuple[Axis, ...]:
        axes = cast("Mapping[str, Sequence[JsonValue]]", entry.get(word, {}))
        attributes = self.subject.catalogue.attributes
        for name, values in axes.items():
            if name not in attributes:
                self._report(check_values({name: None}, (*here, word), self.subject))
                continue
            for at, value in enumerate(values):
                place = (*here, word, name, at)
                self._report(check_value(attributes[name], value, place, self.subject))
        return tuple((name, tuple(values)) for name, values in axes.items())

    def _expected(
        self, entry: JsonObject, here: Pointer, size: int | None
    ) -> tuple[tuple[Check, ...], ...]:
        expected, problems = read_expected(entry, here, size, self.subject)
        self._report(problems)
        return expected

    def _check_axes(self, test: RuleTest) -> None:
        if test.size > MAX_CASES:
            message = f"the test has {test.size:,} cases, and can have {MAX_CASES:,}"
            hint = "leave out values that say the same, or make several tests of it"
            here = (*test.pointer, "matrix" if test.matrix else "each")
            self._report([RuleProblem("CG-F26", message, here, of_key=True, hint=hint)])
        if test.each is not None and test.each[0] in dict(test.matrix):
            name = test.each[0]
            here = (*test.pointer, "each", name)
            message = f"{name}: varies by `each` and by `matrix`"
            hint = "keep one of the two"
            self._report([RuleProblem("CG-F26", message, here, of_key=True, hint=hint)])

    def _check_clock(self, test: RuleTest) -> None:
        if test.as_of is not None:
            return
        checks = (check for checks in test.expected for check in checks)
        found = {slug: None for check in checks for slug in needs_clock(check, self.subject)}
        if found:
            changes = "changes" if len(found) == 1 else "change"
            message = f"{test.name}: there is no `now:`, and {_listed(found)} {changes} with time"
            hint = "write `now: 2026-11-21T10:00` at the top of the file, or in this test"
            self._report([RuleProblem("CG-F27", message, test.pointer, hint=hint)])

    def _report(self, problems: Iterator[RuleProblem] | Sequence[RuleProblem]) -> None:
        self.customers.problems.extend(problems)
