"""Plans and what is in them, to be looked at: valid by default, override what matters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from cg_sync.core.address import Address
from cg_sync.core.calls import phases_in
from cg_sync.core.diff import Change, Create, Delete, Update, field_changes
from cg_sync.core.forecast import Forecast, Pace, Reads
from cg_sync.core.guards import Tripped
from cg_sync.core.members import Member, MemberDelta
from cg_sync.core.plan import Plan, Step, Target, intent_of, steps_of
from cg_sync.core.telling import told
from cg_sync.errors import Position, Problem, Severity
from cg_sync.kinds import KINDS
from cg_sync.kinds.context import Context
from cg_sync.kinds.customer_group import CUSTOMER_GROUP, CustomerGroup
from cg_sync.kinds.customer_group_setting import CUSTOMER_GROUP_SETTING, CustomerGroupSetting
from cg_sync.rules.catalogue import make_catalogue
from cg_sync.rules.ir import RawRule, Rule
from cg_sync.rules.parse import Vocabulary, parse_rule

LABELS = {kind.name: kind.label for kind in KINDS}
DIGEST = "8f3c0a6d51b94e27" * 4
TARGET = Target("production", "https://shop.example", 5)
CALLS = {"GET": 8, "OPTIONS": 1}
VOCABULARY = Vocabulary(
    make_catalogue(
        {
            "attributes": {
                "email": {"type": "email", "path": "email", "nullable": False},
                "city": {"type": "string", "path": "city"},
                "is_active": {"type": "boolean", "path": "is_active", "nullable": False},
            }
        }
    ),
    {},
)


CONTEXT = Context(ZoneInfo("Europe/Istanbul"), VOCABULARY)
NOW = datetime(2026, 11, 21, 10, tzinfo=ZoneInfo("Europe/Istanbul"))


def a_rule(*match: Mapping[str, Any], **more: Any) -> Rule | RawRule:
    """The rule of `match:` with these conditions."""
    rule, problems = parse_rule({"match": list(match), **more}, VOCABULARY)
    assert rule is not None, problems
    return rule


STUDENTS = a_rule({"email": {"domain_under": ["edu.tr", "k12.tr"]}}, {"is_active": True})


def a_setting(slug: str, **fields: Any) -> CustomerGroupSetting:
    defaults = {"name": slug.replace("-", " ").title(), "slug": slug, "priority": 20}
    return CustomerGroupSetting(**{**defaults, "rule": STUDENTS, **fields})


def a_moment(day: int, hour: int = 0) -> datetime:
    return datetime(2026, 9, day, hour, tzinfo=ZoneInfo("Europe/Istanbul"))


def people(count: int, start: int = 1) -> tuple[Member, ...]:
    """Customers with different names, so that samples do not all look alike."""
    return tuple(
        Member(pk, f"{'abcdefghkmnprst'[pk % 15]}person{pk}@example.com")
        for pk in range(start, start + count)
    )


def group_created(name: str, members: MemberDelta | None = None) -> Create:
    spec = CustomerGroup(name=name)
    fields = field_changes(CUSTOMER_GROUP, None, spec, None)
    address = Address("customer_group", name)
    return Create(address, spec, fields, Position("groups/one.yaml", 2, 1), members)


def group_updated(
    name: str, *, former: str | None = None, members: MemberDelta | None = None
) -> Update:
    before, after = CustomerGroup(name=former or name), CustomerGroup(name=name)
    fields = field_changes(CUSTOMER_GROUP, before, after, None)
    address = Address("customer_group", name)
    where = Position("groups/one.yaml", 2, 1)
    return Update(address, 7, before, after, fields, where, former, members)


def group_deleted(name: str, *, where: Position | None = None, size: int | None = None) -> Delete:
    spec = CustomerGroup(name=name)
    fields = field_changes(CUSTOMER_GROUP, spec, None, None)
    return Delete(Address("customer_group", name), 7, spec, fields, where, size)


def setting_created(slug: str, **fields: Any) -> Create:
    spec = a_setting(slug, **fields)
    address = Address("customer_group_setting", slug)
    where = Position(f"settings/{slug}.yaml", 3, 1)
    return Create(address, spec, field_changes(CUSTOMER_GROUP_SETTING, None, spec, None), where)


def setting_updated(before: CustomerGroupSetting, after: CustomerGroupSetting) -> Update:
    fields = field_changes(CUSTOMER_GROUP_SETTING, before, after, None)
    former = before.slug if before.slug != after.slug else None
    address = Address("customer_group_setting", after.slug)
    where = Position(f"settings/{after.slug}.yaml", 3, 1)
    return Update(address, 8, before, after, fields, where, former)


def a_plan(*changes: Change, **more: Any) -> Plan:
    """A plan with these changes and their real steps."""
    parts: dict[str, Any] = {
        "target": TARGET,
        "changes": changes,
        "steps": tuple(steps_of(changes, KINDS)),
        "tripped": (),
        "problems": (),
        "unmanaged": (),
        "unchanged": 3,
        "digest": DIGEST,
        "calls": CALLS,
        "intents": {it.address: intent_of(it) for it in changes},
        "fingerprints": {it.address: f"{number:064x}" for number, it in enumerate(changes)},
    }
    parts["forecast"] = a_forecast(*parts["steps"])
    return told(Plan(**{**parts, **more}), KINDS, CONTEXT, as_of=NOW)


def a_forecast(*steps: Step, **more: Any) -> Forecast:
    """What these steps cost at a shop that answers in a tenth of a second and has no limit."""
    phases = phases_in(steps, KINDS, guarded=(), page_size=1000)
    parts: dict[str, Any] = {"pace": Pace(0.1, 0.1), "parallel": 4, **more}
    return Forecast(Reads(9, 8), phases, Reads(9, 8), **parts)


def a_guard(rule: str = "max_delete_share", subject: str = "groups", **more: Any) -> Tripped:
    numbers: dict[str, Any] = {"part": 5, "whole": 12, "limit": 0.3, **more}
    return Tripped("CG-G01" if rule == "max_delete_share" else "CG-G02", rule, subject, **numbers)


def a_warning(message: str = "the file was deleted", **more: Any) -> Problem:
    where = Position("groups/old.yaml", 1, 1)
    parts: dict[str, Any] = {"where": where, "hint": "bring it back", **more}
    return Problem("CG-L08", message, severity=Severity.WARNING, **parts)


def groups(*names: str) -> tuple[Address, ...]:
    return tuple(Address("customer_group", name) for name in names)


def delta(add: Iterable[Member] = (), remove: Iterable[Member] = (), kept: int = 0) -> MemberDelta:
    return MemberDelta(tuple(add), tuple(remove), kept)
