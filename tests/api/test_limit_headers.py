"""What servers say of their limits, in the forms they really use."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cg_sync.api.limit import Limit
from cg_sync.api.limit_headers import limit_in, seconds_to_wait

NOW = 1_445_412_480.0  # Wed, 21 Oct 2015 07:28:00 GMT


@pytest.mark.parametrize(
    ("headers", "limit"),
    [
        ({"RateLimit-Policy": '"default";q=100;w=60'}, Limit(100, 60)),
        ({"RateLimit-Policy": '"default";q=100;qu="requests";w=60'}, Limit(100, 60)),
        ({"ratelimit-policy": "50;w=1"}, Limit(50, 1)),
        ({"RateLimit-Limit": "100, 100;w=60"}, Limit(100, 60)),
        ({"RateLimit-Policy": "100;w=60", "RateLimit-Limit": "100, 100;w=60"}, Limit(100, 60)),
        ({"X-RateLimit-Limit-Minute": "600", "RateLimit-Limit": "600"}, Limit(600, 60)),
        ({"X-RateLimit-Limit-Second": "10"}, Limit(10, 1)),
        # Without its window, of bytes, or one of several: nothing to rely on.
        ({"X-RateLimit-Limit": "5000", "X-RateLimit-Remaining": "0"}, None),
        ({"RateLimit-Policy": '"bytes";q=65535;qu="content-bytes";w=10'}, None),
        ({"RateLimit-Policy": '"burst";q=10;w=1, "day";q=5000;w=86400'}, None),
        ({"X-RateLimit-Limit-Second": "10", "X-RateLimit-Limit-Hour": "900"}, None),
        ({"RateLimit-Policy": "0;w=60"}, None),
        ({"RateLimit-Policy": "lots;w=soon;=;"}, None),
        ({}, None),
    ],
)
def test_a_limit_is_read_with_its_window(headers: dict[str, str], limit: Limit | None) -> None:
    assert limit_in(headers) == limit


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7", "RateLimit-Reset": "50"}, 7.0),
        ({"Retry-After": "soon", "RateLimit-Reset": "50"}, 50.0),
        ({"ratelimit": '"default";r=0;t=30'}, 30.0),
        ({"RateLimit": "limit=100, remaining=0, reset=12"}, 12.0),
        ({"X-RateLimit-Reset": f"{NOW + 20:.0f}"}, 20.0),
        ({"X-RateLimit-Reset": f"{(NOW + 20) * 1_000:.0f}"}, 20.0),
        ({"X-RateLimit-Reset": f"{NOW - 20:.0f}"}, 0.0),
        ({"X-RateLimit-Reset": "45"}, 45.0),
        ({"X-RateLimit-Reset": "3000"}, 120.0),
        ({"X-RateLimit-Reset": "Tue Feb 16 2021"}, None),
        ({}, None),
    ],
)
def test_a_reset_stands_in_for_a_retry_after(
    headers: dict[str, str], seconds: float | None
) -> None:
    assert seconds_to_wait(headers, NOW) == seconds


NAMES = ["RateLimit", "RateLimit-Policy", "RateLimit-Limit", "RateLimit-Reset",
         "X-RateLimit-Limit", "X-RateLimit-Reset", "X-RateLimit-Limit-Hour"]  # fmt: skip


@given(st.dictionaries(st.sampled_from(NAMES), st.text('0123456789;=,.qwtr "-e²٣', max_size=30)))
def test_whatever_stands_there_is_a_limit_and_a_wait_or_none(headers: dict[str, str]) -> None:
    limit, seconds = limit_in(headers), seconds_to_wait(headers, NOW)
    assert limit is None or limit.rate > 0
    assert seconds is None or 0 <= seconds <= 120
