"""What applying a plan will cost, in a sentence and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from math import floor

from cg_sync.core.forecast import Forecast
from cg_sync.core.plan import Plan
from cg_sync.errors import counted
from cg_sync.jsonvalue import JsonObject

TOO_SHORT_SECONDS = 10
"""What is over sooner needs no words, which would only differ from one plan to the next."""


def forecast_sentence(plan: Plan) -> str:
    """`Applying it: 346 calls (12 to read, 161 to look before writing, 161 writes, 12 to read
    again), about 3 minutes at 2 calls a second.`
    """
    forecast = plan.forecast
    if forecast is None:
        return f"Applying it: {counted(len(plan.steps), 'write')}."
    sure = "" if forecast.exact else "about "
    calls = f"{sure}{counted(forecast.calls, 'call')} ({', '.join(_parts(forecast))})"
    time = _time(forecast)
    return f"Applying it: {calls}, {time}." if time else f"Applying it: {calls}."


def _parts(forecast: Forecast) -> Iterator[str]:
    if forecast.before.calls:
        yield f"{forecast.before.calls:,} to read"
    if forecast.log_ins:
        yield counted(forecast.log_ins, "log-in")
    if forecast.looks:
        yield f"{forecast.looks:,} to look before writing"
    yield counted(sum(forecast.writes.values()), "write")
    yield f"{forecast.after.calls:,} to read again"


def _time(forecast: Forecast) -> str:
    """`about 3 minutes at 2 calls a second`; empty when that is not worth a word."""
    if forecast.seconds is None or forecast.seconds < TOO_SHORT_SECONDS:
        return ""
    rate = None if forecast.pace is None else forecast.pace.rate
    if rate is None:
        return f"at least {span_text(forecast.seconds, least=True)}"
    return f"about {span_text(forecast.seconds)} at {_rate_text(rate)} a second"


def span_text(seconds: float, *, least: bool = False) -> str:
    """A span as people say it: `40 seconds`, `3 minutes`, `2.5 hours`; as a bound (`least`) never
    more than it is.
    """
    rounded = floor if least else round
    if seconds < 55:
        return f"{rounded(seconds / 10) * 10} seconds" if seconds >= 10 else "a few seconds"
    if seconds < 90 * 60:
        return counted(max(1, rounded(seconds / 60)), "minute")
    return f"{rounded(seconds / 360) / 10:g} hours"


def pace_text(forecast: Forecast) -> str:
    """How long a run takes and why: `about 12m 10s (3,577 calls at 4.9 calls a second)`."""
    assert forecast.seconds is not None
    assert forecast.pace is not None
    word, rate = "at least", forecast.pace.rate
    how = f", {forecast.pace.latency * 1000:,.0f} ms each, {forecast.parallel} at a time"
    if rate is not None:
        word, how = "about", f" at {_rate_text(rate)} a second"
    return f"{word} {clock_text(forecast.seconds)} ({counted(forecast.calls, 'call')}{how})"


def clock_text(seconds: float) -> str:
    """A span to the second: `58s`, `9m 58s`, `2h 05m`."""
    minutes, rest = divmod(floor(seconds), 60)
    hours, left = divmod(minutes, 60)
    if hours:
        return f"{hours}h {left:02}m"
    return f"{minutes}m {rest:02}s" if minutes else f"{rest}s"


def _rate_text(rate: float) -> str:
    text = f"{rate:,.0f}" if rate >= 10 else f"{rate:.2g}"
    return f"{text} call{'' if text == '1' else 's'}"


def forecast_data(forecast: Forecast | None) -> JsonObject | None:
    """A forecast as JSON: all that it was made of, and what comes of it."""
    if forecast is None:
        return None
    seconds, pace = forecast.seconds, forecast.pace
    return {
        "calls": forecast.calls,
        "exact": forecast.exact,
        "seconds": None if seconds is None else round(seconds, 3),
        "reads_before": {"calls": forecast.before.calls, "rounds": forecast.before.rounds},
        "log_ins": forecast.log_ins,
        "phases": [
            {
                "write": it.write,
                "kind": it.kind,
                "writes": it.writes,
                "looks": it.looks,
                "kept_looks": it.kept,
            }
            for it in forecast.phases
        ],
        "reads_after": {"calls": forecast.after.calls, "rounds": forecast.after.rounds},
        "pace": None
        if pace is None
        else {
            "latency_seconds": pace.latency,
            "page_seconds": pace.page,
            "calls_per_second": pace.rate,
        },
        "parallel": forecast.parallel,
    }
