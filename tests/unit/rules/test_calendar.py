"""Days and instants, and how they move."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cg_sync.rules.calendar import (
    Duration,
    comes_round,
    earlier,
    is_usable_now,
    later,
    parse_day,
    parse_duration,
    parse_moment,
)
from cg_sync.rules.values import day_of


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("30d", Duration(days=30)),
        ("2w", Duration(days=14)),
        ("12m", Duration(months=12)),
        ("1y", Duration(months=12)),
    ],
)
def test_durations_are_days_or_months(text: str, duration: Duration) -> None:
    assert parse_duration(text) == duration


@pytest.mark.parametrize("text", ["", "0d", "d", "-1d", "1.5d", "10000d", "1h", "1 d", "٣d", "1D"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(text)}$"):
        parse_duration(text)


@given(st.integers(1, 9999), st.sampled_from("dwmy"))
def test_a_duration_survives_being_written(number: int, step: str) -> None:
    duration = parse_duration(f"{number}{step}")
    assert parse_duration(duration.text) == duration


@pytest.mark.parametrize(
    ("start", "duration", "moved"),
    [
        (date(2027, 3, 31), Duration(months=1), date(2027, 2, 28)),
        (date(2028, 3, 31), Duration(months=1), date(2028, 2, 29)),
        (date(2028, 2, 29), Duration(months=12), date(2027, 2, 28)),
        (date(2026, 1, 1), Duration(days=1), date(2025, 12, 31)),
        (date(2026, 1, 1), Duration(months=12 * 2026), None),
        (date(1, 1, 5), Duration(days=5), None),
    ],
)
def test_earlier_clamps_to_the_month_and_ends_with_the_calendar(
    start: date, duration: Duration, moved: date | None
) -> None:
    assert earlier(start, duration) == moved


def test_later_ends_with_the_calendar() -> None:
    assert later(date(2026, 12, 31), Duration(months=2)) == date(2027, 2, 28)
    assert later(date(9999, 12, 31), Duration(days=1)) is None


@pytest.mark.parametrize(
    ("moment", "usable"),
    [
        ("0001-01-01T00:00+14:00", False),
        ("0999-12-31T23:59Z", False),
        ("1000-01-01T00:00Z", True),
        ("9998-12-31T23:59Z", True),
        ("9999-01-01T00:00Z", False),
        ("9999-12-31T23:30-12:00", False),
    ],
)
def test_no_run_can_be_at_an_end_of_the_calendar(moment: str, usable: bool) -> None:
    assert is_usable_now(datetime.fromisoformat(moment)) is usable


def test_only_real_dates_are_dates() -> None:
    texts = ("2026-02-28", "2026-02-30", "26-02-28", "2026-2-28", "٢٠٢٦-02-28", "2026-W01-1")
    assert [parse_day(text) for text in texts] == [date(2026, 2, 28), *[None] * 5]


@pytest.mark.parametrize(
    ("text", "zone", "moment"),
    [
        ("2026-09-01T09:00Z", "", datetime(2026, 9, 1, 9, tzinfo=UTC)),
        ("2026-09-01T09:00:00.5+03:00", "", datetime(2026, 9, 1, 6, 0, 0, 500_000, UTC)),
        ("2026-09-01 09:00", "Europe/Istanbul", datetime(2026, 9, 1, 6, tzinfo=UTC)),
        ("2026-09-01T09:00", "", None),
        ("2026-09-01", "Europe/Istanbul", None),
        ("2026-09-01T25:00Z", "", None),
        ("20260901T0900Z", "", None),
    ],
)
def test_a_moment_has_an_offset_or_is_told_its_zone(
    text: str, zone: str, moment: datetime | None
) -> None:
    assert parse_moment(text, zone) == moment


def test_a_moment_at_the_end_of_the_calendar_may_have_no_day() -> None:
    assert day_of("9999-12-31T23:00:00Z", "Europe/Istanbul") is None


def test_nothing_comes_round_after_the_last_year() -> None:
    assert comes_round(date(2000, 12, 31), date(9999, 12, 31), 2)
    assert not comes_round(date(2000, 1, 1), date(9999, 12, 31), 2)
