"""How the sandbox counts days: durations, windows, zones, anniversaries."""

from calendar import isleap
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cg_sync.sandbox import times
from cg_sync.sandbox.rules import holds

ISTANBUL, BERLIN = "Europe/Istanbul", "Europe/Berlin"
DURATIONS = st.tuples(st.integers(0, 10**9 - 1), st.sampled_from("dwmy"))


def at(text: str) -> datetime:
    """A moment that must be readable."""
    moment = times.instant(text)
    assert moment is not None, text
    return moment


def selects(rule: dict[str, Any], value: object, now: str) -> bool:
    return holds({"key": "at"} | rule, {"at": value}, now=at(now))


def by_day(**more: Any) -> dict[str, Any]:
    return {"slug": "user-date-rule", "unit": "day", "timezone": ISTANBUL} | more


def by_instant(**more: Any) -> dict[str, Any]:
    return {"slug": "user-date-rule", "unit": "instant", "timezone": ISTANBUL} | more


def yearly(**more: Any) -> dict[str, Any]:
    return {"slug": "user-anniversary-rule", "timezone": ISTANBUL} | more


@pytest.mark.parametrize(
    ("start", "duration", "sign", "expected"),
    [
        ("2026-03-31", "1m", -1, "2026-02-28"),
        ("2024-03-31", "1m", -1, "2024-02-29"),
        ("2026-01-31", "1m", 1, "2026-02-28"),
        ("2026-10-31", "1m", 1, "2026-11-30"),
        ("2026-12-15", "1m", 1, "2027-01-15"),
        ("2026-01-15", "1m", -1, "2025-12-15"),
        ("2026-05-31", "12m", -1, "2025-05-31"),
        ("2024-02-29", "1y", 1, "2025-02-28"),
        ("2024-02-29", "4y", 1, "2028-02-29"),
        ("2024-02-29", "12m", -1, "2023-02-28"),
        ("2026-11-21", "1d", 1, "2026-11-22"),
        ("2026-11-21", "2w", -1, "2026-11-07"),
        ("2026-11-21", "0d", 1, "2026-11-21"),
        ("2026-11-21", "9999y", -1, None),
        ("2026-11-21", "8000y", 1, None),
        ("2026-11-21", "999999999d", 1, None),
    ],
)
def test_months_and_years_clamp_and_the_calendar_has_ends(
    start: str, duration: str, sign: int, expected: str | None
) -> None:
    span = times.duration(duration)
    assert span is not None
    found = times.shift(date.fromisoformat(start), span, sign)
    assert found == (expected and date.fromisoformat(expected))


@pytest.mark.parametrize(
    "text", ["", "d", "7", "-7d", "7D", "7 d", " 7d", "1.5d", "7h", "٧d", "1000000000d", 7, None]
)
def test_what_is_no_duration_is_refused(text: object) -> None:
    assert times.duration(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-21T10:00:00Z", datetime(2026, 11, 21, 10, tzinfo=UTC)),
        ("2026-11-21T10:00:00+03:00", datetime(2026, 11, 21, 7, tzinfo=UTC)),
        ("2026-11-21T10:00:00+0300", datetime(2026, 11, 21, 7, tzinfo=UTC)),
        ("2026-11-21T10:00-05", datetime(2026, 11, 21, 15, tzinfo=UTC)),
        ("2026-11-21T10:00:00.25Z", datetime(2026, 11, 21, 10, 0, 0, 250_000, tzinfo=UTC)),
        ("2026-11-21T10:00:00", None),
        ("2026-11-21 10:00:00Z", None),
        ("2026-11-21", None),
        ("20261121T100000Z", None),
        ("2026-W47-6T10:00:00Z", None),
        ("2026-02-29T10:00:00Z", None),
        ("2026-11-21T24:00:00Z", None),
        ("2026-11-21T10:60:00Z", None),
        ("2026-11-21T10:00:00+24:00", None),
        ("2026-11-21T10:00:00+03:60", None),
        ("٢٠٢٦-11-21T10:00:00Z", None),
        ("yesterday", None),
        (1_790_000_000, None),
        (None, None),
    ],
)
def test_a_moment_has_a_date_a_time_and_an_offset(text: object, expected: datetime | None) -> None:
    assert times.instant(text) == expected


@pytest.mark.parametrize(
    "text",
    ["2026-02-29", "2026-13-01", "0000-01-01", "20261121", "2026-1-1", " 2026-11-21", "", 20261121],
)
def test_what_is_no_day_of_the_calendar_is_missing(text: object) -> None:
    assert times.day(text) is None
    for missing in (True, False):
        rule = by_day(gte="0001-01-01", missing=missing, exclude=True)
        assert selects(rule, text, "2026-11-21T10:00:00Z") is missing


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2025-12-31", False),
        ("2026-01-01", True),
        ("2026-01-31", True),
        ("2026-02-01", False),
        # The days of İstanbul begin at 21:00 of Greenwich.
        ("2025-12-31T20:59:59Z", False),
        ("2025-12-31T21:00:00Z", True),
        ("2026-01-31T20:59:59.999999Z", True),
        ("2026-01-31T21:00:00Z", False),
        ("2026-01-01T00:00:00+03:00", True),
        ("2025-12-31T23:30:00-05:00", True),
    ],
)
def test_days_are_counted_in_the_time_zone_of_the_leaf(value: str, expected: bool) -> None:
    rule = by_day(gte="2026-01-01", lt="2026-02-01")
    assert selects(rule, value, "2026-11-21T10:00:00Z") is expected
    assert selects(rule | {"exclude": True}, value, "2026-11-21T10:00:00Z") is not expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-03-29T00:59:59Z", False),
        ("2026-03-29T02:00:00+01:00", True),
        ("2026-03-29T04:59:59+03:00", True),
        ("2026-03-29T02:00:00Z", False),
        ("2026-03-29", None),
        ("2026-03-29T03:30:00", None),
    ],
)
def test_instants_are_compared_as_moments_and_need_an_offset(
    value: str, expected: bool | None
) -> None:
    rule = by_instant(gte="2026-03-29T01:00:00Z", lt="2026-03-29T04:00:00+02:00")
    zoneless = {name: it for name, it in rule.items() if name != "timezone"}
    for missing in (True, False):
        for it in (rule, zoneless):
            found = selects(it | {"missing": missing}, value, "2026-11-21T10:00:00Z")
            assert found is (missing if expected is None else expected)


@pytest.mark.parametrize(
    ("relation", "selected"),
    [
        # Today is 21 November; the days are one week ago or near it, today or near it, ahead.
        ("within_last", {"15", "20", "21"}),
        ("older_than", {"13", "14"}),
        ("within_next", {"21", "22", "27"}),
    ],
)
def test_relative_windows_are_half_open(relation: str, selected: set[str]) -> None:
    days = ("13", "14", "15", "20", "21", "22", "27", "28")
    rule = by_day(**{relation: "7d"})
    found = {it for it in days if selects(rule, f"2026-11-{it}", "2026-11-21T10:00:00Z")}
    assert found == selected


@pytest.mark.parametrize(
    ("now", "today"),
    [
        ("2026-11-21T20:59:59Z", "2026-11-21"),
        ("2026-11-21T21:00:00Z", "2026-11-22"),
        ("2026-11-21T23:59:59+03:00", "2026-11-21"),
        ("2026-11-22T00:00:00+03:00", "2026-11-22"),
        ("2026-12-31T22:00:00Z", "2027-01-01"),
    ],
)
def test_today_begins_at_midnight_of_the_time_zone(now: str, today: str) -> None:
    assert selects(by_day(within_last="1d"), today, now)
    yesterday = (date.fromisoformat(today) - timedelta(days=1)).isoformat()
    assert not selects(by_day(within_last="1d"), yesterday, now)
    assert selects(by_day(older_than="1d"), yesterday, now)


@pytest.mark.parametrize(
    ("now", "value", "expected"),
    [
        # A day before noon of the 29th is noon of the 28th, though 23 hours lie between.
        ("2026-03-29T12:00:00+02:00", "2026-03-28T12:00:00+01:00", False),
        ("2026-03-29T12:00:00+02:00", "2026-03-28T12:00:01+01:00", True),
        # And 25 hours when the clocks are put back.
        ("2026-10-25T12:00:00+01:00", "2026-10-24T12:00:00+02:00", False),
        ("2026-10-25T12:00:00+01:00", "2026-10-24T12:00:01+02:00", True),
        # An hour that happens twice: now is the second 02:30, the value the first.
        ("2026-10-25T02:30:00+01:00", "2026-10-25T02:30:00+02:00", True),
        ("2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00", False),
        ("2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+02:00", True),
    ],
)
def test_a_day_of_instants_is_a_day_on_the_clocks_of_the_zone(
    now: str, value: str, expected: bool
) -> None:
    assert selects(by_instant(within_last="1d", timezone=BERLIN), value, now) is expected


def test_months_of_instants_clamp_and_keep_the_hour() -> None:
    now = "2026-03-31T10:00:00+03:00"
    rule = by_instant(older_than="1m")
    assert selects(rule, "2026-02-28T10:00:00+03:00", now)
    assert not selects(rule, "2026-02-28T10:00:00.000001+03:00", now)
    rule = by_instant(within_next="1m")
    assert selects(rule, "2026-03-31T07:00:00Z", now)
    assert selects(rule, "2026-04-30T06:59:59Z", now)
    assert not selects(rule, "2026-04-30T07:00:00Z", now)


@given(st.dates(), st.dates(), DURATIONS)
def test_the_past_is_covered_exactly_once(today: date, day: date, span: times.Duration) -> None:
    found = [times.within_last(today, span)(day), times.older_than(today, span)(day)]
    assert sorted(found) == [False, day <= today]


@given(st.dates(), st.dates(), DURATIONS)
def test_no_day_is_both_behind_and_ahead_but_today(
    today: date, day: date, span: times.Duration
) -> None:
    both = times.within_last(today, span)(day) and times.within_next(today, span)(day)
    assert both == (day == today and span[0] > 0)


@pytest.mark.parametrize(
    ("now", "born", "expected"),
    [
        ("2026-11-21", "1990-11-20", False),
        ("2026-11-21", "1990-11-21", True),
        ("2026-11-21", "1990-11-27", True),
        ("2026-11-21", "1990-11-28", False),
        # Over New Year.
        ("2026-12-29", "1990-12-28", False),
        ("2026-12-29", "1990-12-31", True),
        ("2026-12-29", "1990-01-01", True),
        ("2026-12-29", "1990-01-04", True),
        ("2026-12-29", "1990-01-05", False),
        # 29 February comes round on the 28th in common years, and on its day in leap years.
        ("2026-02-22", "2000-02-29", True),
        ("2026-02-21", "2000-02-29", False),
        ("2026-02-28", "2000-02-29", True),
        ("2026-03-01", "2000-02-29", False),
        ("2024-02-22", "2000-02-29", False),
        ("2024-02-23", "2000-02-29", True),
        ("2024-02-29", "2000-02-29", True),
        ("2024-02-29", "2001-02-28", False),
        # Neither a birth to come nor the time of day matters; the zone does.
        ("2026-11-21", "2030-11-22", True),
        ("2026-11-21", "1990-11-20T21:00:00Z", True),
        ("2026-11-21", "1990-11-20T20:59:59Z", True),
        ("2026-11-21", "1990-11-20T19:00:00Z", False),
    ],
)
def test_an_anniversary_comes_round_within_the_next_days(
    now: str, born: str, expected: bool
) -> None:
    zone = "Asia/Dubai" if born == "1990-11-20T20:59:59Z" else "Etc/GMT-3"
    rule = yearly(within_next="7d", timezone=zone)
    assert selects(rule, born, f"{now}T12:00:00+03:00") is expected


@given(st.dates(), st.dates(min_value=date(1900, 1, 1), max_value=date(2100, 1, 1)))
def test_every_anniversary_comes_round_within_366_days(born: date, today: date) -> None:
    assert times.comes_round(today, (366, "d"))(born)


@given(st.dates(), st.dates(max_value=date(9990, 1, 1)), st.integers(0, 400))
def test_an_anniversary_is_kept_on_one_of_the_days_ahead(
    born: date, today: date, days: int
) -> None:
    ahead = [today + timedelta(days=number) for number in range(days)]
    kept = any(
        (it.month, it.day) == (born.month, born.day)
        or (
            (born.month, born.day) == (2, 29)
            and (it.month, it.day) == (2, 28)
            and not isleap(it.year)
        )
        for it in ahead
    )
    assert times.comes_round(today, (days, "d"))(born) is kept


@pytest.mark.parametrize(
    ("born", "expected"),
    [
        ("1990-05-01", True),
        ("1990-06-30", True),
        ("1990-07-01", False),
        ("1990-06-30T20:59:59Z", True),
        ("1990-06-30T21:00:00Z", False),
    ],
)
def test_the_month_of_a_date_is_one_of_those_named(born: str, expected: bool) -> None:
    assert selects(yearly(months=[5, 6]), born, "2026-11-21T10:00:00Z") is expected
    excluding = yearly(months=[5, 6], exclude=True)
    assert selects(excluding, born, "2026-11-21T10:00:00Z") is not expected


@pytest.mark.parametrize("value", [None, "", " ", "1990", "1990-02-30", 1990, True, [], {}])
@pytest.mark.parametrize("missing", [True, False])
@pytest.mark.parametrize("exclude", [True, False])
def test_missing_decides_for_what_is_no_date(value: object, missing: bool, exclude: bool) -> None:
    flags = {"missing": missing, "exclude": exclude}
    rules = [
        by_day(lt="2100-01-01", **flags),
        by_day(older_than="1d", **flags),
        by_instant(lt="2100-01-01T00:00:00Z", **flags),
        by_instant(within_last="9y", **flags),
        yearly(within_next="1y", **flags),
        yearly(months=[1, 2], **flags),
    ]
    now = "2026-11-21T10:00:00Z"
    assert [selects(it, value, now) for it in rules] == [missing] * len(rules)


@pytest.mark.parametrize("edge", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
@pytest.mark.parametrize(
    ("zone", "has_a_day"), [("Pacific/Kiritimati", False), ("Pacific/Pago_Pago", True)]
)
def test_the_ends_of_the_calendar_are_no_reason_to_fail(
    edge: str, zone: str, has_a_day: bool
) -> None:
    day = edge[:10]
    assert selects(by_day(gte=day, timezone=zone), edge, edge) is has_a_day
    assert selects(by_day(within_last="1d", timezone=zone), edge, edge) is has_a_day
    assert selects(by_day(within_last="1d", timezone=zone, missing=True), edge, edge)
    assert selects(by_instant(within_last="1y", timezone=zone), edge, edge)
    assert selects(by_instant(within_next="1y", timezone=zone), edge, edge)
    assert selects(yearly(within_next="1d", timezone=zone), edge, edge) is has_a_day
