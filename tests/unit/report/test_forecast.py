"""What a plan says that applying it takes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cg_sync.core.forecast import Forecast, Pace, Phase, Reads
from cg_sync.core.plan import digest_of_intents
from cg_sync.jsonvalue import JsonValue
from cg_sync.kinds import KINDS
from cg_sync.report.forecast import clock_text, forecast_sentence, pace_text, span_text
from cg_sync.report.saved import SavedPlan, saved_data
from cg_sync.report.saved_reading import read_saved
from tests.unit.report.builders import NOW, a_plan, group_created

FORECAST = Forecast(
    Reads(12, 9), (Phase("update", "customer_group_setting", 161, 161),), Reads(12, 9),
    pace=Pace(0.1, 0.2, 2.0), parallel=4,
)  # fmt: skip


def said(**more: Any) -> str:
    plan = a_plan(group_created("VIP"), forecast=replace(FORECAST, **more))
    return forecast_sentence(plan).removeprefix("Applying it: ")


def test_calls_are_told_apart_and_the_time_says_what_it_comes_from() -> None:
    assert said() == (
        "346 calls (12 to read, 161 to look before writing, 161 writes, 12 to read again), "
        "about 3 minutes at 2 calls a second."
    )


def test_without_a_known_limit_the_time_is_a_bound() -> None:
    assert said(pace=Pace(1.0, 1.0)).endswith(", at least 1 minute.")  # 101 rounds of it


def test_what_is_quick_or_unknown_has_no_time_in_words() -> None:
    for pace in (None, Pace(0.05, 0.1)):
        assert said(pace=pace).endswith("12 to read again).")


def test_what_is_not_there_is_not_told_and_what_is_not_sure_is_said() -> None:
    phases = (Phase("create", "customer_group", 1),)
    assert said(phases=phases, before=Reads(), exact=False, log_ins=1, pace=None) == (
        "about 14 calls (1 log-in, 1 write, 12 to read again)."
    )


def test_a_plan_of_long_ago_knows_its_writes() -> None:
    plan = a_plan(group_created("VIP"), forecast=None)
    assert forecast_sentence(plan) == "Applying it: 1 write."


@pytest.mark.parametrize(
    ("seconds", "about", "least"),
    [
        (3, "a few seconds", "a few seconds"),
        (10, "10 seconds", "10 seconds"),
        (16, "20 seconds", "10 seconds"),
        (54.9, "50 seconds", "50 seconds"),
        (55, "1 minute", "1 minute"),
        (119, "2 minutes", "1 minute"),
        (89 * 60, "89 minutes", "89 minutes"),
        (90 * 60, "1.5 hours", "1.5 hours"),
        (7_100, "2 hours", "1.9 hours"),
        (100_000, "27.8 hours", "27.7 hours"),
    ],
)
def test_a_span_is_told_as_people_do(seconds: float, about: str, least: str) -> None:
    assert (span_text(seconds), span_text(seconds, least=True)) == (about, least)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0s"), (59.9, "59s"), (60, "1m 00s"), (730.4, "12m 10s"), (3_600, "1h 00m"),
     (90_061, "25h 01m")],
)  # fmt: skip
def test_a_span_is_told_to_the_second(seconds: float, text: str) -> None:
    assert clock_text(seconds) == text


@pytest.mark.parametrize(
    ("rate", "text"),
    [(1.0, "1 call"), (0.098, "0.098 calls"), (4.9, "4.9 calls"), (39.2, "39 calls"),
     (1_500.0, "1,500 calls")],
)  # fmt: skip
def test_a_rate_is_told_in_few_digits(rate: float, text: str) -> None:
    told = pace_text(replace(FORECAST, pace=Pace(0.1, 0.1, rate)))
    assert told.startswith("about ")
    assert told.endswith(f"(346 calls at {text} a second)")


def test_a_refusal_says_what_it_reckons_with() -> None:
    told = pace_text(replace(FORECAST, pace=Pace(1.0, 1.0)))
    assert told == "at least 1m 40s (346 calls, 1,000 ms each, 4 at a time)"


def saved(forecast: Forecast) -> dict[str, JsonValue]:
    """What the file of a plan with this forecast holds."""
    plan = a_plan(group_created("VIP"), forecast=forecast)
    digest = digest_of_intents(plan.target, plan.intents.values())
    return saved_data(SavedPlan(replace(plan, digest=digest), NOW), KINDS)


@pytest.mark.parametrize("pace", [None, Pace(0.1234, 0.2), Pace(0.0, 0.0, 39.2)])
def test_a_forecast_is_saved_with_its_plan(pace: Pace | None) -> None:
    forecast = replace(FORECAST, pace=pace, exact=False, log_ins=1)
    assert read_saved(saved(forecast), KINDS).plan.forecast == forecast


def test_a_plan_saved_without_a_forecast_has_none() -> None:
    data = saved(FORECAST)
    del data["forecast"]
    assert read_saved(data, KINDS).plan.forecast is None
