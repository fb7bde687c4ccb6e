"""Plans as a shop could have them: a few changes, two hundred, ten thousand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from cg_sync.core.address import Address
from cg_sync.core.diff import Change, Create, Update
from cg_sync.core.origin import MEMBERS, WHOLE, Origin
from cg_sync.core.plan import Plan
from cg_sync.core.source import SnapshotRead, Source
from cg_sync.errors import Position, Problem, Severity
from tests.unit.report.builders import (
    a_guard,
    a_moment,
    a_plan,
    a_rule,
    a_setting,
    delta,
    group_created,
    group_deleted,
    group_updated,
    groups,
    people,
    setting_created,
    setting_updated,
)

C = TypeVar("C", Create, Update)
SOURCE = Source("0.1.0", commit="4f1c2ab90d11c0de", base="9b07e1d44a20f00d")


def small() -> Plan:
    """What a pull request usually holds: something of everything."""
    students = {"email": {"domain_under": ["edu.tr", "k12.tr"]}}
    wider = {"email": {"domain_under": ["ac.uk", "edu.tr", "k12.tr"]}}
    active, near = {"is_active": True}, {"city": {"in": ["Bursa", "İstanbul", "İzmir"]}}
    nested = {
        "any": [
            students,
            {"all": [active, {"none": [{"city": {"eq": "Ankara", "missing": "drop"}}]}]},
        ]
    }
    changes = (
        _from_file(group_created("Platinum Members", delta(people(120))), "platinum"),
        group_deleted("Black Friday", where=Position("groups/black-friday.yaml", 2, 1), size=9),
        _from_file(
            group_updated("Gold Members", members=delta(people(16, 500), people(123), kept=9731)),
            "gold",
        ),
        _from_file(
            group_updated("Öğrenciler", former="Students", members=delta(people(3, 900), kept=41)),
            "students",
        ),
        setting_created(
            "back-to-school",
            starts_at=a_moment(1),
            ends_at=a_moment(30),
            rule=a_rule(nested),
            price_list="student-tr",
            stock_list="online",
        ),
        setting_updated(
            a_setting("student-discount", rule=a_rule(students, active), price_list="student-tr"),
            a_setting(
                "student-discount", rule=a_rule(wider, active), priority=15, price_list="staff"
            ),
        ),
        setting_updated(
            a_setting("near-us", rule=a_rule(students, active)),
            a_setting("near-us", rule=a_rule(near, students)),
        ),
    )
    origins = {it.address: {WHOLE: Origin.YOURS} for it in changes}
    origins[changes[2].address] = {MEMBERS: Origin.DRIFT}
    origins[changes[5].address] = {
        "rule": Origin.YOURS,
        "priority": Origin.YOURS,
        "display.price_list": Origin.DRIFT,
    }
    return a_plan(
        *changes,
        problems=(_unknown("gold"),),
        unmanaged=(*groups("Panel experiment", "Test"), Address("customer_group_setting", "old")),
        already_live=groups("Employees"),
        origins=origins,
        source=SOURCE,
        unchanged=41,
    )


def _from_file(change: C, name: str) -> C:
    return replace(change, where=Position(f"groups/{name}.yaml", 1, 1))


def _unknown(name: str) -> Problem:
    return Problem(
        "CG-L04",
        "members: 1 customer unknown to the shop: n***@example.com",
        Position(f"groups/{name}.yaml", 3, 1),
        "the others are handled; these are left out",
        Severity.WARNING,
    )


def refused() -> Plan:
    """The small plan, but guards say no, and it was made from a snapshot."""
    plan = small()
    snapshot = SnapshotRead(datetime(2026, 11, 20, 7, 30, tzinfo=UTC), timedelta(hours=26), True)
    return replace(
        plan,
        tripped=(
            a_guard(part=1, whole=3),
            a_guard("max_member_removal_share", "members of Gold Members", part=123, whole=300),
        ),
        source=replace(SOURCE, snapshot=snapshot),
    )


CITIES = ("Ankara", "Bursa", "İstanbul", "İzmir", "Trabzon", "Muğla", "Çanakkale")


def large(count: int) -> Plan:
    """So many changes of all sorts, with guards, warnings, drift and a hundred unmanaged groups."""
    changes = sorted(_changes(count), key=lambda it: (it.address.kind, it.address.key))
    drifted = {it.address: {WHOLE: _origin(at)} for at, it in enumerate(changes)}
    return a_plan(
        *changes,
        tripped=(a_guard(part=count // 10, whole=count // 5),),
        problems=tuple(_unknown(f"{at:05}") for at in (0, 1, 2, 3, 5, 10, 11, 12, 13, 15, 20, 21)),
        unmanaged=groups(*(f"Made by hand {number}" for number in range(100))),
        origins=drifted,
        source=SOURCE,
        unchanged=812,
    )


def _origin(at: int) -> Origin:
    return Origin.DRIFT if at % 9 == 0 else Origin.BOTH if at % 31 == 0 else Origin.YOURS


def _changes(count: int) -> Iterator[Change]:
    for number in range(count):
        city = CITIES[number % len(CITIES)]
        first = 100 * number
        match number % 10:
            case 0 | 1 | 2 | 3:
                left = people(number % 3, first if number % 50 else 100)
                moved = delta(people(2 + number % 7, first + 50), left, kept=number)
                updated = group_updated(f"Customers of {city} {number:05}", members=moved)
                yield _from_file(updated, f"{number:05}")
            case 4:
                where = Position(f"groups/{number:05}.yaml", 2, 1)
                yield group_deleted(f"Old campaign {number:05}", where=where, size=10 + number)
            case 5:
                new = people(number % 40, 100 if number == 5 else first)
                created = group_created(f"New in {city} {number:05}", delta(new))
                yield _from_file(created, f"{number:05}")
            case 6 | 7:
                slug = f"campaign-{number:05}"
                yield setting_updated(a_setting(slug), a_setting(slug, priority=100 + number))
            case 8:
                slug = f"city-{number:05}"
                before, after = a_rule({"city": city}), a_rule({"city": city}, {"is_active": True})
                yield setting_updated(a_setting(slug, rule=before), a_setting(slug, rule=after))
            case _:
                yield setting_created(f"new-{number:05}", rule=a_rule({"city": city}))
