"""What we know of customer group settings: reading, writing, the wire, and moments in time."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cg_sync.core.address import Address
from cg_sync.core.kind import Ids, Reference, Spec, WireUnreadable
from cg_sync.core.state import Wanted
from cg_sync.errors import Position, Problem, Severity
from cg_sync.jsonvalue import JsonObject, JsonValue, canonical
from cg_sync.kinds.context import Context
from cg_sync.kinds.customer_group_setting import CUSTOMER_GROUP_SETTING, CustomerGroupSetting
from cg_sync.rules.catalogue import Catalogue
from cg_sync.rules.document import rule_to_document
from cg_sync.rules.ir import Everyone, RawRule, Rule
from cg_sync.rules.parse import Vocabulary
from tests.builders import IDS, a_context, a_document, a_rule, a_setting
from tests.unit.rules.strategies import catalogue, json_values, rules

KIND = CUSTOMER_GROUP_SETTING
CONTEXT = a_context()
ISTANBUL = timezone(timedelta(hours=3))

WRITTEN: dict[str, JsonValue] = {
    "name": "Spring",
    "slug": "spring",
    "priority": 10,
    "rule": {"match": [{"city": "Bursa"}]},
}
SPRING = CustomerGroupSetting(name="Spring", slug="spring", priority=10, rule=a_rule())
RULE_ON_THE_WIRE: JsonObject = {
    "slug": "user-attribute-rule",
    "key": "attributes.city",
    "values": ["Bursa"],
    "exclude": False,
    "missing": False,
}
RECORD: dict[str, JsonValue] = {
    "name": "Spring",
    "slug": "spring",
    "priority": 10,
    "is_active": True,
    "start_date": None,
    "end_date": None,
    "config": RULE_ON_THE_WIRE,
    "price_list": None,
    "stock_list": None,
}


def read(
    *, context: Context = CONTEXT, file: str = "settings/spring.yaml", **fields: JsonValue
) -> tuple[Spec | None, tuple[Problem, ...]]:
    return KIND.read(a_document({**WRITTEN, **fields}, file=file), context)


def live(*, context: Context = CONTEXT, **fields: JsonValue) -> CustomerGroupSetting:
    spec = KIND.from_wire({**RECORD, **fields}, IDS, context)
    assert isinstance(spec, CustomerGroupSetting)
    return spec


def but(**fields: Any) -> CustomerGroupSetting:
    """The spring setting, but for these fields."""
    return replace(SPRING, **fields)


# --- files


def test_what_a_file_leaves_out_has_its_default() -> None:
    spec, problems = read()
    assert (spec, problems) == (SPRING, ())
    assert KIND.address_of(SPRING) == Address("customer_group_setting", "spring")
    assert vars(SPRING) == {
        "name": "Spring",
        "slug": "spring",
        "priority": 10,
        "active": True,
        "starts_at": None,
        "ends_at": None,
        "rule": a_rule(),
        "price_list": None,
        "stock_list": None,
    }


def test_everything_that_is_written_counts() -> None:
    display: JsonValue = {"price_list": "staff", "stock_list": "online"}
    assert read(
        active=False, starts_at="2026-09-01", ends_at="2026-10-01T09:30", display=display
    ) == (
        but(
            active=False,
            starts_at=datetime(2026, 9, 1, tzinfo=ISTANBUL),
            ends_at=datetime(2026, 10, 1, 9, 30, tzinfo=ISTANBUL),
            price_list="staff",
            stock_list="online",
        ),
        (),
    )


def test_the_shops_own_list_can_be_said_in_three_ways() -> None:
    assert read(display={})[0] == read(display={"price_list": None})[0] == read()[0]


def test_a_file_that_is_not_named_after_its_slug_is_a_warning() -> None:
    spec, problems = read(file="settings/summer.yaml")
    assert spec == SPRING
    assert problems == (
        Problem(
            "CG-F14",
            "slug: spring is not the name of its file, summer",
            Position("settings/summer.yaml", 2, 9),
            "rename the file to spring.yaml, or mend the slug",
            Severity.WARNING,
        ),
    )


def test_everything_that_is_wrong_is_said_at_once() -> None:
    spec, problems = read(
        file="settings/summer.yaml",
        rule={"match": [{"cty": "Bursa"}]},
        starts_at="2026-02-30",
        ends_at="0000-01-01",
    )
    assert spec is None
    assert [(it.code, str(it.where), it.message) for it in problems] == [
        (
            "CG-F14",
            "settings/summer.yaml:2:9",
            "slug: spring is not the name of its file, summer",
        ),
        ("CG-F21", "settings/summer.yaml:7:1", "rule.match[0].cty: no such attribute"),
        (
            "CG-F06",
            "settings/summer.yaml:8:9",
            "starts_at: 2026-02-30 is no date: day is out of range for month",
        ),
        (
            "CG-F06",
            "settings/summer.yaml:9:9",
            "ends_at: 0000-01-01 is no date: year 0 is out of range",
        ),
    ]


@pytest.mark.parametrize("ends_at", ["2026-09-01", "2026-08-31T23:59", "2026-09-01T00:00+03:00"])
def test_a_setting_cannot_end_before_it_starts(ends_at: str) -> None:
    assert read(starts_at="2026-09-01", ends_at=ends_at) == (
        None,
        (
            Problem(
                "CG-F18",
                "ends_at: is not after starts_at",
                Position("settings/spring.yaml", 9, 9),
                "a bare date means its first moment",
            ),
        ),
    )


@pytest.mark.parametrize(
    "moment", ["0001-01-01T00:00+14:00", "9999-12-31T23:59-12:00", "0001-01-01"]
)
def test_a_moment_outside_the_calendar_is_no_date(moment: str) -> None:
    spec, problems = read(starts_at=moment)
    assert spec is None
    assert [it.message for it in problems] == [
        f"starts_at: {moment} is no date: it is outside the calendar"
    ]
    with pytest.raises(WireUnreadable, match="its start_date is no date: it is outside"):
        live(start_date=moment)


def test_the_rule_is_checked_even_where_the_rest_is_wrong() -> None:
    broken = a_document({"rule": {"match": [{"cty": "Bursa"}]}}, file="settings/spring.yaml")
    assert [it.message for it in KIND.check_parsed(broken, CONTEXT)] == [
        "rule.match[0].cty: no such attribute"
    ]


@pytest.mark.parametrize("content", [{"name": "Spring"}, ["rule"], "rule", None])
def test_where_no_rule_is_none_is_checked(content: JsonValue) -> None:
    assert KIND.check_parsed(a_document(content), CONTEXT) == ()


# --- what authors would write


def test_defaults_are_left_out_when_a_setting_is_written() -> None:
    assert KIND.to_document(SPRING) == WRITTEN


def test_everything_else_is_written_in_the_order_of_the_fields() -> None:
    setting = but(
        active=False,
        starts_at=datetime(2026, 9, 1, tzinfo=ISTANBUL),
        ends_at=datetime(2026, 10, 1, 9, 30, tzinfo=ISTANBUL),
        price_list="staff",
    )
    written = KIND.to_document(setting)
    assert written == {
        **WRITTEN,
        "active": False,
        "starts_at": "2026-09-01",
        "ends_at": "2026-10-01T09:30:00+03:00",
        "display": {"price_list": "staff"},
    }
    assert list(written) == [
        "name", "slug", "priority", "active", "starts_at", "ends_at", "rule", "display",
    ]  # fmt: skip


def test_each_field_reads_as_an_author_would_write_it() -> None:
    setting = but(starts_at=datetime(2026, 9, 1, 0, 0, 1, tzinfo=ISTANBUL), rule=Rule(Everyone()))
    assert {name: setting.readable(name) for name in vars(setting)} == {
        "name": "Spring",
        "slug": "spring",
        "priority": 10,
        "active": True,
        "starts_at": "2026-09-01T00:00:01+03:00",
        "ends_at": None,
        "rule": {"match": "everyone"},
        "price_list": None,
        "stock_list": None,
    }


def test_a_setting_refers_to_the_lists_it_grants() -> None:
    assert list(KIND.references(SPRING)) == []
    assert list(KIND.references(but(price_list="staff", stock_list="online"))) == [
        Reference(("display", "price_list"), "price_lists", "staff"),
        Reference(("display", "stock_list"), "stock_lists", "online"),
    ]


# --- the wire


def test_a_setting_on_the_wire_has_every_field() -> None:
    assert KIND.to_wire(SPRING, IDS) == RECORD


def test_on_the_wire_lists_are_ids_and_moments_have_an_offset() -> None:
    setting = but(
        starts_at=datetime(2026, 9, 1, tzinfo=ISTANBUL),
        ends_at=datetime(2026, 10, 1, 9, 30, tzinfo=ISTANBUL),
        price_list="staff",
        stock_list="online",
    )
    assert KIND.to_wire(setting, IDS) == {
        **RECORD,
        "start_date": "2026-09-01T00:00:00+03:00",
        "end_date": "2026-10-01T09:30:00+03:00",
        "price_list": 8,
        "stock_list": 9,
    }


def test_a_raw_rule_is_sent_back_as_it_came() -> None:
    config: JsonValue = {"slug": "their-rule", "b": [1], "a": None}
    setting = live(config=config)
    assert setting.rule == RawRule(canonical(config))
    assert KIND.to_wire(setting, IDS)["config"] == config
    assert setting.readable("rule") == {"raw": config}


def test_a_list_that_the_shop_lacks_has_no_id() -> None:
    with pytest.raises(KeyError, match="student"):
        KIND.to_wire(but(price_list="student"), IDS)


def test_a_live_setting_is_the_same_as_one_in_a_file() -> None:
    assert live() == SPRING
    assert live(pk=3, colour="red", modified_date="2026-01-01") == SPRING


def test_moments_of_the_shop_are_told_in_the_time_zone_of_the_project() -> None:
    setting = live(start_date="2026-08-31T21:00:00Z", end_date="2026-09-30T23:30:00.500000")
    assert setting == but(
        starts_at=datetime(2026, 9, 1, tzinfo=ISTANBUL),
        ends_at=datetime(2026, 9, 30, 23, 30, 0, 500000, tzinfo=ISTANBUL),
    )
    assert setting.readable("starts_at") == "2026-09-01"


def test_what_a_hand_made_record_lacks_is_not_made_up() -> None:
    bare = KIND.from_wire({"name": "Spring", "slug": "spring"}, IDS, CONTEXT)
    assert bare == but(priority=None, rule=None)
    assert KIND.to_wire(bare, IDS) == {**RECORD, "priority": None, "config": None}
    assert KIND.to_document(bare) == {
        "name": "Spring",
        "slug": "spring",
        "priority": None,
        "rule": None,
    }


def test_a_list_without_a_code_is_told_by_its_id() -> None:
    assert live(price_list=77).price_list == "#77"


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("name", None, "it has no name"),
        ("name", "", "it has no name"),
        ("slug", 7, "it has no slug"),
        ("priority", "10", "its priority is not a whole number"),
        ("priority", True, "its priority is not a whole number"),
        ("priority", 1.5, "its priority is not a whole number"),
        ("is_active", None, "its is_active is neither true nor false"),
        ("is_active", "false", "its is_active is neither true nor false"),
        ("price_list", {"pk": 7}, "its price_list is not a whole number"),
        ("stock_list", "online", "its stock_list is not a whole number"),
        ("start_date", "soon", "its start_date is no date: Invalid isoformat string: 'soon'"),
        ("end_date", 1767225600, "its end_date is no date: fromisoformat: argument must be str"),
    ],
)
def test_a_record_that_makes_no_sense_is_refused_with_the_reason(
    field: str, value: JsonValue, reason: str
) -> None:
    with pytest.raises(WireUnreadable) as refused:
        KIND.from_wire({**RECORD, field: value}, IDS, CONTEXT)
    assert str(refused.value) == reason


# --- moments that clocks make difficult


def test_an_hour_that_the_clocks_skip_is_the_hour_after() -> None:
    berlin = a_context(timezone="Europe/Berlin")
    spec, _ = read(context=berlin, starts_at="2026-03-29T02:30")
    assert spec == but(starts_at=datetime(2026, 3, 29, 3, 30, tzinfo=timezone(timedelta(hours=2))))


def test_an_hour_that_the_clocks_repeat_is_two_hours() -> None:
    berlin = a_context(timezone="Europe/Berlin")
    first, _ = read(context=berlin, starts_at="2026-10-25T02:30+02:00")
    second, _ = read(context=berlin, starts_at="2026-10-25T02:30+01:00")
    bare, _ = read(context=berlin, starts_at="2026-10-25T02:30")
    assert first == bare
    assert first != second


def test_a_day_without_a_midnight_starts_at_its_first_moment() -> None:
    cairo = a_context(timezone="Africa/Cairo")
    spec, _ = read(context=cairo, starts_at="2026-04-24")
    assert spec is not None
    assert spec.readable("starts_at") == "2026-04-24T01:00:00+03:00"


def test_the_second_midnight_of_a_day_is_not_told_as_the_day() -> None:
    havana = a_context(timezone="America/Havana")
    first = live(context=havana, start_date="2026-11-01T00:00-04:00")
    second = live(context=havana, start_date="2026-11-01T00:00-05:00")
    assert first.readable("starts_at") == "2026-11-01"
    assert second.readable("starts_at") == "2026-11-01T00:00:00-05:00"


# --- settings together


def priority_problems(*settings: Wanted) -> list[tuple[str, str, str]]:
    return [
        (str(it.where), it.message, it.hint)
        for it in KIND.check_together(settings)
        if it.code == "CG-F12"
    ]


def test_each_active_setting_has_a_priority_of_its_own() -> None:
    settings = (
        a_setting("a", priority=10),
        a_setting("b", priority=11),
        a_setting("c", priority=10),
        a_setting("d", priority=10),
    )
    there = "settings/a.yaml:3:9"
    assert priority_problems(*settings) == [
        (
            f"settings/{slug}.yaml:3:9",
            f"priority: 10 is also that of a ({there})",
            "lower wins; 12 is free",
        )
        for slug in ("c", "d")
    ]


def test_a_setting_that_is_off_may_have_the_priority_of_another() -> None:
    settings = a_setting("a", active=False), a_setting("b"), a_setting("c", active=False)
    assert priority_problems(*settings) == []


def test_the_priority_of_a_setting_that_is_off_is_not_called_free() -> None:
    settings = a_setting("a"), a_setting("b"), a_setting("c", priority=11, active=False)
    assert [hint for _, _, hint in priority_problems(*settings)] == ["lower wins; 12 is free"]


# --- laws

ZONES = ("Europe/Istanbul", "Europe/Berlin", "America/Havana", "Africa/Cairo", "UTC")
# Static groups have no ids before apply has made them, so these rules name none.
CATALOGUE = Catalogue({name: it for name, it in catalogue().attributes.items() if name != "groups"})

contexts = st.sampled_from(ZONES).map(
    lambda zone: Context(ZoneInfo(zone), Vocabulary(CATALOGUE, {}))
)
offsets = st.sampled_from(["", "Z", "+03:00", "-05:30"])
moments = st.dates().map(lambda day: day.isoformat()) | st.builds(
    lambda moment, offset: f"{moment.isoformat(timespec='seconds')}{offset}",
    st.datetimes() | st.datetimes(datetime(2026, 3, 1), datetime(2026, 11, 2)),  # noqa: DTZ001
    offsets,
)
slugs = st.from_regex(r"[-a-zA-Z0-9_]{1,8}", fullmatch=True)
documents = st.fixed_dictionaries(
    {
        "name": st.text(min_size=1),
        "slug": slugs,
        "priority": st.integers(0, 2**31 - 1),
        "rule": rules(CATALOGUE).map(rule_to_document),
    },
    optional={
        "active": st.booleans(),
        "starts_at": moments,
        "ends_at": moments,
        "display": st.fixed_dictionaries(
            {},
            optional={
                "price_list": st.sampled_from([None, "staff", "student-tr"]),
                "stock_list": st.sampled_from([None, "online"]),
            },
        ),
    },
)


def spec_of(content: JsonObject, context: Context) -> CustomerGroupSetting:
    file = f"settings/{content['slug']}.yaml"
    spec, problems = KIND.read(a_document(content, file=file), context)
    assert {it.code for it in problems} <= {"CG-F06", "CG-F18"}
    assume(isinstance(spec, CustomerGroupSetting))
    assert isinstance(spec, CustomerGroupSetting)
    return spec


@given(documents, contexts)
def test_a_setting_survives_the_wire(content: JsonObject, context: Context) -> None:
    spec = spec_of(content, context)
    assert KIND.from_wire(KIND.to_wire(spec, IDS), IDS, context) == spec


@given(documents, contexts)
def test_a_setting_survives_being_written(content: JsonObject, context: Context) -> None:
    spec = spec_of(content, context)
    assert spec_of(KIND.to_document(spec), context) == spec


rule_payloads: st.SearchStrategy[JsonValue] = st.recursive(
    st.just({"slug": "any-rule"})
    | st.fixed_dictionaries(
        {
            "slug": st.sampled_from(["user-attribute-rule", "email-domain-rule", "odd-rule"]),
            "key": st.sampled_from(["is_active", "gender", "attributes.city", "email", "odd"]),
        },
        optional={
            "values": st.lists(st.booleans() | st.sampled_from(["male", "Bursa"]), max_size=2),
            "exclude": st.booleans(),
            "missing": st.booleans(),
        },
    ),
    lambda inner: (
        st.builds(lambda child: {"slug": "not-rule", "child": child}, inner)
        | st.builds(
            lambda word, children: {"slug": word, "children": children},
            st.sampled_from(["and-rule", "or-rule"]),
            st.lists(inner, max_size=3),
        )
    ),
    max_leaves=6,
)
records = st.fixed_dictionaries(
    {"name": st.just("Spring") | json_values, "slug": st.just("spring") | json_values},
    optional={
        "priority": st.integers() | json_values,
        "is_active": st.booleans() | json_values,
        "start_date": moments | json_values,
        "end_date": moments | json_values,
        "config": rule_payloads | json_values,
        "price_list": st.integers(6, 9) | json_values,
        "stock_list": st.integers(6, 9) | json_values,
    },
)


@given(records, contexts)
def test_any_record_is_a_setting_that_can_be_shown_or_is_refused(
    payload: JsonObject, context: Context
) -> None:
    try:
        spec = KIND.from_wire(payload, IDS, context)
    except WireUnreadable:
        return
    shown = {field.name: spec.readable(field.name) for field in KIND.fields}
    assert canonical(shown)
    assert KIND.to_document(spec)["slug"] == shown["slug"] == payload["slug"]


@given(rule_payloads, contexts)
def test_any_rule_of_the_shop_is_sent_back_with_the_same_meaning(
    config: JsonValue, context: Context
) -> None:
    payload = {**RECORD, "config": config}
    spec = KIND.from_wire(payload, IDS, context)
    assert KIND.from_wire(KIND.to_wire(spec, IDS), IDS, context) == spec


def test_ids_of_another_shop_are_other_codes() -> None:
    there = Ids({"price_lists": {"gold": 8}, "stock_lists": {}})
    spec = KIND.from_wire({**RECORD, "price_list": 8, "stock_list": 9}, there, CONTEXT)
    assert spec == but(price_list="gold", stock_list="#9")


def beside(**fields: Any) -> list[str]:
    """The warnings about an active setting of priority 10 beside a live one without a file."""
    live = a_setting("panel", **fields).spec
    found = KIND.check_beside([a_setting("spring", priority=10)], [live])
    return [f"{it.code} {it.severity} {it.message}" for it in found]


def test_the_priority_of_an_active_setting_without_a_file_is_taken() -> None:
    assert beside(priority=10) == [
        "CG-L11 warning priority: 10 is also that of panel, which has no file"
    ]


@pytest.mark.parametrize(
    "fields", [{"priority": 11}, {"priority": 10, "active": False}, {"priority": None}]
)
def test_another_or_inactive_setting_without_a_file_is_no_matter(fields: dict[str, Any]) -> None:
    assert beside(**fields) == []


def test_an_inactive_setting_has_no_rival() -> None:
    resting = a_setting("spring", priority=10, active=False)
    assert list(KIND.check_beside([resting], [a_setting("panel", priority=10).spec])) == []


def test_a_setting_without_a_rule_has_no_meaning_beyond_its_fields() -> None:
    assert a_setting("spring", rule=None).spec.meaning() is None
