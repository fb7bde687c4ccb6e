"""Plans as they are on pull requests, for Markdown: with a base, guards, drift, and very large."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from cg_sync.core.address import Address
from cg_sync.core.diff import Change
from cg_sync.core.members import Member, MemberDelta, UnknownKey
from cg_sync.core.origin import WHOLE, Origin
from cg_sync.core.plan import Plan
from cg_sync.core.source import SnapshotRead, Source
from cg_sync.errors import Position
from tests.unit.report.builders import (
    a_guard,
    a_plan,
    a_rule,
    a_setting,
    a_warning,
    delta,
    group_created,
    group_deleted,
    group_updated,
    groups,
    people,
    setting_created,
    setting_updated,
)

SNAPSHOT = SnapshotRead(datetime(2026, 11, 21, 6, 30, tzinfo=UTC), timedelta(hours=3), signed=True)
SOURCE = Source("0.1.0", "4f1c2ab90d115a3e", dirty=False, base="1b2c3d4e5f607182")
STUDENTS = {"email": {"domain_under": ["edu.tr", "k12.tr"]}}


def pull_request() -> Plan:
    """What a day's branch does: a rule, members, campaigns that end, and drift beside it."""
    narrower = setting_updated(
        a_setting("student-discount", rule=a_rule(STUDENTS), priority=20),
        a_setting("student-discount", rule=a_rule(STUDENTS, {"is_active": True}), priority=15),
    )
    campaigns = [
        setting_updated(
            a_setting(slug, rule=None, active=True), a_setting(slug, rule=None, active=False)
        )
        for slug in ("spring-sale", "summer-sale", "autumn-sale", "winter-sale")
    ]
    changes: tuple[Change, ...] = (
        group_deleted(
            "Black Friday 2025", where=Position("groups/black-friday-2025.yaml", 2, 1), size=914
        ),
        group_created("Gold Members", delta(people(41))),
        group_updated("Silver Members", members=delta((), people(41), kept=8000)),
        group_updated("VIP Customers", members=_unsure()),
        narrower,
        *campaigns,
        setting_updated(
            a_setting("staff", rule=None, price_list="staff"),
            a_setting("staff", rule=None, price_list="staff-2027"),
        ),
    )
    plan = a_plan(
        *changes,
        unchanged=1204,
        problems=(a_warning("members: 1 customer unknown to the shop: n***@example.com"),),
        unmanaged=groups("Panel experiment"),
        tripped=(a_guard(subject="groups", part=4, whole=12),),
        source=replace(SOURCE, snapshot=SNAPSHOT),
        already_live=groups("Newsletter"),
    )
    return replace(plan, origins=_origins(changes))


def _unsure() -> MemberDelta:
    unknown = (UnknownKey("erp_code", "ERP-1"),)
    return MemberDelta(people(120, 100), (), 9751, unknown, people(3, 900))


def _origins(changes: tuple[Change, ...]) -> dict[Address, dict[str, Origin]]:
    found: dict[Address, dict[str, Origin]] = {}
    for it in changes:
        names = [field.name for field in it.fields] or [WHOLE]
        found[it.address] = dict.fromkeys(names, Origin.YOURS)
    found[changes[-1].address] = {"display.price_list": Origin.DRIFT}
    found[changes[4].address] = {"priority": Origin.BOTH, "rule": Origin.YOURS}
    return found


def alike() -> Plan:
    """Forty settings that get the same stock list, among others."""

    def moved(number: int) -> Change:
        slug = f"campaign-{number:02}"
        before = a_setting(slug, rule=None, stock_list="istanbul", price_list="old")
        return setting_updated(
            before, a_setting(slug, rule=None, stock_list="online", price_list="new", active=False)
        )

    created = [setting_created(f"new-{number}", name="New", rule=None) for number in range(4)]
    return a_plan(*map(moved, range(40)), *created)


def large(count: int = 10_000) -> Plan:
    """As many changes of all sorts, with guards, warnings and moves."""

    def changes() -> Iterator[Change]:
        for number in range(count // 20):
            yield group_deleted(f"Old group {number:05}", size=number % 97)
        for number in range(count // 20):
            members = delta((), people(20, number), kept=60)
            yield group_updated(f"Shrinking {number:05}", members=members)
        for number in range(count // 5):
            yield group_updated(f"Group {number:05}", members=delta(people(2, number), (), 500))
        for number in range(count - 2 * (count // 20) - count // 5):
            slug = f"setting-{number:05}"
            yield setting_updated(
                a_setting(slug, rule=None), a_setting(slug, rule=None, priority=100 + number % 900)
            )

    return replace(
        _bare(tuple(changes())),
        tripped=(
            a_guard(part=500, whole=1200),
            *(
                a_guard("max_member_removal_share", f"members of Shrinking {number:05}")
                for number in range(count // 40)
            ),
        ),
        problems=tuple(a_warning(f"warning {number}") for number in range(count // 50)),
        source=replace(SOURCE, base=""),
    )


def _bare(changes: tuple[Change, ...]) -> Plan:
    """A plan without steps, whose making would be the longest part of a test."""
    return replace(a_plan(), changes=changes)


def gone_astray() -> Plan:
    """Drift alone, as `cg-sync drift` shows it."""
    changes = (
        group_deleted("Made by hand", size=3),
        group_updated("VIP", members=delta([Member(1, "a@example.com")], (), kept=40)),
        setting_updated(a_setting("one", rule=None), a_setting("one", rule=None, priority=5)),
    )
    return replace(a_plan(*changes), view="drift")


MARKDOWN_PLANS = {it.__name__: it for it in (pull_request, alike, large, gone_astray)}
