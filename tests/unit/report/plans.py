"""The plans whose look is on record in tests/golden/, by the name of their file."""

from __future__ import annotations

from collections.abc import Iterator

from cg_sync.core.address import Address
from cg_sync.core.diff import Change
from cg_sync.core.members import Member
from cg_sync.core.origin import MEMBERS, WHOLE, Origin
from cg_sync.core.plan import Plan
from cg_sync.core.source import Source
from cg_sync.errors import Position, Problem
from cg_sync.rules.ir import Everyone, Leaf, OneOf, RawRule, Rule
from tests.unit.report.builders import (
    a_guard,
    a_moment,
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


def empty() -> Plan:
    return a_plan(unchanged=1204)


def creates() -> Plan:
    return a_plan(
        group_created("VIP Customers", delta(people(7))),
        group_created("Nobody yet", delta()),
        group_created("Membership is not ours"),
        setting_created(
            "student-discount",
            starts_at=a_moment(1),
            ends_at=a_moment(30, 12),
            price_list="student-tr",
            stock_list="online",
        ),
        setting_created("staff", name="staff", active=False),
        unchanged=0,
    )


def updates() -> Plan:
    """Every field, each way: a value changed, set, taken away; long values; rules of all sorts."""
    before = a_setting(
        "campaign", starts_at=a_moment(1), price_list="spring", stock_list=None, active=False
    )
    after = a_setting(
        "campaign",
        name="Öğrenci Kampanyası İı 🎓",
        priority=15,
        ends_at=a_moment(30),
        rule=a_rule({"email": {"domain_under": ["edu.tr", "k12.tr"]}}, {"is_active": False}),
        stock_list="online",
    )
    long = a_setting("long-name", name="a name that goes on " * 4)
    longer = a_setting("long-name", name="another name that goes on " * 4)
    raw = a_setting("raw-rule", rule=RawRule('{"slug":"basket-rule","minimum":100,"steps":[1,2]}'))
    other_raw = a_setting(
        "raw-rule", rule=RawRule('{"slug":"basket-rule","minimum":250,"steps":[1,2]}')
    )
    return a_plan(
        group_updated("VIP Customers", members=delta(people(120), people(3, 900), kept=9754)),
        group_updated("Only removals", members=delta((), people(2), kept=40)),
        group_updated("No address", members=delta([Member(17, ""), Member(18, "no-at-sign")])),
        setting_updated(before, after),
        setting_updated(long, longer),
        setting_updated(raw, other_raw),
        setting_updated(a_setting("gone-rule"), a_setting("gone-rule", rule=None)),
        setting_updated(a_setting("new-rule", rule=None, priority=None), a_setting("new-rule")),
    )


def rules() -> Plan:
    """Rules that become others, with every verdict."""
    students = {"email": {"domain_under": ["edu.tr", "k12.tr"]}}
    colleagues = {"email": {"domain_is": ["acme.example"]}}
    active, near = {"is_active": True}, {"city": {"in": ["Bursa", "İstanbul"]}}
    kept = {"city": {**near["city"], "missing": "keep"}}
    nobody = {"all": [{"is_active": True}, {"is_active": False}]}
    nested = {"all": [active, {"none": [{"city": {"eq": "Bursa", "missing": "drop"}}]}]}
    refused = {"except": [{"city": {"neq": "Ankara", "missing": "keep"}}]}
    basket = RawRule('{"slug":"basket-rule","minimum":100}')

    def changed(slug: str, old: Rule | RawRule, new: Rule | RawRule) -> Change:
        return setting_updated(a_setting(slug, rule=old), a_setting(slug, rule=new))

    return a_plan(
        changed("equivalent", a_rule(students), a_rule({"any": [students, nobody]})),
        changed("narrower", a_rule(students), a_rule(students, active)),
        changed("wider", a_rule(students, active), a_rule(students)),
        changed("shifted", a_rule(students, active), a_rule(colleagues, near)),
        changed(
            "shifted-in-part", a_rule({"any": [students, colleagues]}, active), a_rule(students)
        ),
        changed("replaced", a_rule(students), a_rule(colleagues)),
        changed("other-missing", a_rule(near), a_rule(kept)),
        changed(
            "unsure", a_rule({"city": {"matches": "[^a]*b"}}), a_rule({"city": {"matches": "c+"}})
        ),
        changed("from-raw", basket, a_rule(active)),
        changed("to-raw", a_rule(active), basket),
        setting_created("deep", rule=a_rule({"any": [students, nested]}, **refused)),
        setting_created("everyone", rule=Rule(Everyone())),
    )


def renames() -> Plan:
    return a_plan(
        group_updated("Platinum", former="Gold", members=delta(people(1), (), kept=11)),
        group_updated("Silver", former="Bronze"),
        setting_updated(a_setting("old-slug"), a_setting("new-slug", priority=5)),
    )


def moves() -> Plan:
    """Customers who change groups: more pairs than are shown, and a new group that takes some."""
    classes = [
        group_updated(
            f"Class of {2020 + number}",
            members=delta(people(9 - number // 2, 100 * number), people(14, 100 * number + 100)),
        )
        for number in range(11)
    ]
    return a_plan(
        group_created("Gold", delta(people(1200, 5001))),
        group_updated("Silver", members=delta((), people(1500, 5000), kept=8000)),
        *classes,
    )


COMMIT = "4f1c2ab90d11" * 3 + "4f1c"
BASE = "a084652d5e0b" * 3 + "a084"


def three_way() -> Plan:
    """Changes of the branch, of the shop and of both, and what the shop has already."""
    was = a_setting("campaign", priority=30, price_list="spring")
    wanted = a_setting("campaign", name="Summer Campaign", priority=10, price_list="summer")
    mended = a_setting("mended", active=True)
    origins = {
        "Added by the branch": {WHOLE: Origin.YOURS},
        "Lost in the shop": {WHOLE: Origin.DRIFT},
        "VIP Customers": {MEMBERS: Origin.BOTH},
        "Dropped": {WHOLE: Origin.YOURS},
        "campaign": {
            "name": Origin.YOURS,
            "priority": Origin.BOTH,
            "display.price_list": Origin.DRIFT,
        },
        "mended": {"active": Origin.DRIFT},
    }
    changes = (
        group_created("Added by the branch", delta(people(2))),
        group_created("Lost in the shop"),
        group_updated("VIP Customers", members=delta(people(2), people(1, 900), kept=40)),
        group_deleted("Dropped", where=Position("groups/dropped.yaml", 2, 1), size=12),
        setting_updated(was, wanted),
        setting_updated(a_setting("mended", active=False), mended),
    )
    return a_plan(
        *changes,
        origins={it.address: origins[it.address.key] for it in changes},
        already_live=(*groups("Students"), Address("customer_group_setting", "staff")),
        source=Source("1.2.0", commit=COMMIT, dirty=True, base=BASE),
    )


def drift() -> Plan:
    """What a shop holds otherwise than the files, each way."""
    return a_plan(
        group_created("Lost in the panel"),
        group_updated("VIP Customers", members=delta(people(2), people(1, 900), kept=40)),
        group_deleted("Old campaign", where=Position("groups/old.yaml", 3, 1), size=12),
        setting_updated(
            a_setting("student-discount", priority=25, active=False),
            a_setting("student-discount"),
        ),
        unmanaged=groups("Panel experiment"),
        source=Source("1.2.0", commit=COMMIT),
        view="drift",
    )


def deletes() -> Plan:
    return a_plan(
        group_deleted("By tombstone", where=Position("groups/old.yaml", 3, 1), size=1234),
        group_deleted("Without a file", size=1),
        group_deleted("Empty"),
    )


def long_rules() -> Plan:
    """Lists that do not fit on a line: a new one is cut, of a changed one the neighbours show."""
    domains = [f"school-{number:03}.k12.tr" for number in range(100)]
    many = a_rule({"email": {"domain_under": domains}})
    one_more = a_rule({"email": {"domain_under": [*domains, "school-050a.k12.tr"]}})
    all_other = a_rule({"email": {"domain_under": [f"other-{it}" for it in domains]}})
    return a_plan(
        setting_created("created", rule=many),
        setting_updated(a_setting("one-more", rule=many), a_setting("one-more", rule=one_more)),
        setting_updated(a_setting("all-other", rule=many), a_setting("all-other", rule=all_other)),
    )


def guarded() -> Plan:
    return a_plan(
        *(group_deleted(f"Group {number}") for number in range(5)),
        group_updated("VIP", members=delta((), people(3001), kept=6999)),
        tripped=(
            a_guard(),
            a_guard("max_member_removal_share", "members of VIP", part=3001, whole=10_000),
        ),
        problems=(a_warning(), a_warning("another was too", hint="", where=None)),
        unmanaged=(
            *groups(*(f"Made by hand {number}" for number in range(12))),
            Address("customer_group_setting", "panel-only"),
        ),
    )


def many() -> Plan:
    """Two hundred changes: as long as that takes, and no longer."""

    def changes() -> Iterator[Change]:
        for number in range(80):
            yield group_updated(f"Group {number:03}", members=delta(people(2), (), kept=number))
        for number in range(20):
            yield group_deleted(f"Old group {number:03}", size=10 + number)
        for number in range(100):
            slug = f"setting-{number:03}"
            before, after = a_setting(slug), a_setting(slug, priority=100 + number)
            yield setting_updated(before, after)

    return a_plan(*changes(), unchanged=9800)


HOSTILE = "\x1b[31mred\x1b[0m\u202egnp\u2066 a\nb\r\u2028c\x00\x9bK\u200b\ud800\U0001f600"


def a_live_rule(city: str) -> Rule:
    """A rule that files would refuse, as a shop may have it."""
    return Rule(Leaf("city", "city", OneOf((city,))))


def hostile() -> Plan:
    """Control codes, ANSI, marks that turn the direction, line breaks, ten thousand letters:
    wherever others choose the text.
    """
    long = f"{HOSTILE}{'x' * 10_000}"
    where = Position(f"groups/{HOSTILE}.yaml", 1, 1)
    raw = RawRule('{"' + "\\u001b[31m\u202e" + '":"' + "y" * 10_000 + '"}')
    return a_plan(
        group_created(long, delta([Member(1, f"{HOSTILE}@{'d' * 10_000}.example")])),
        group_updated(HOSTILE, former=long, members=delta([Member(2, HOSTILE)])),
        group_deleted(long, where=where),
        setting_created("slug", name=long, price_list=HOSTILE, rule=raw),
        setting_updated(
            a_setting("slug-2", stock_list=HOSTILE, rule=a_live_rule(HOSTILE[:20])),
            a_setting("slug-2", stock_list=long, rule=a_live_rule("x" * 1000)),
        ),
        target=a_plan().target.__class__(HOSTILE, f"https://{HOSTILE}", 5),
        tripped=(a_guard(subject=f"members of {long}"),),
        problems=(
            a_warning(f"{HOSTILE}{'z' * 10_000}", hint=HOSTILE, where=where),
            Problem("CG-F06", long, where, long),
        ),
        unmanaged=groups(HOSTILE, long),
    )


PLANS = {
    it.__name__: it
    for it in (
        empty,
        creates,
        updates,
        rules,
        renames,
        moves,
        three_way,
        drift,
        deletes,
        long_rules,
        guarded,
        many,
        hostile,
    )
}
