"""What the client and its pacer know of a shop's pace, and a shop of the calls it took."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from responses import RequestsMock

from cg_sync.api.client import Client, TokenLogin
from cg_sync.api.limit import Limit
from cg_sync.api.pace import Pacer
from cg_sync.api.shop import Shop
from cg_sync.api.wire import Request
from cg_sync.core.forecast import Pace, Reads
from cg_sync.errors import Rejected

URL = "https://shop.example"
PATH = "/api/v1/price_list/"


class Ticks:
    """A clock that goes on by as much as the next answer takes."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def wire() -> Iterator[RequestsMock]:
    with RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


def answering(wire: RequestsMock, clock: Ticks, *seconds: float, status: int = 200) -> None:
    """Let the shop answer the next calls after so many seconds each."""
    waits = iter(seconds)

    def answer(_request: object) -> tuple[int, dict[str, str], str]:
        clock.now += next(waits)
        return status, {}, "[]"

    wire.add_callback("GET", URL + PATH, answer)


def a_client(clock: Ticks, known: Limit | None = None) -> Client:
    return Client(URL, TokenLogin("secret"), writable=False, ticks=clock, pacer=Pacer(clock, known))


def test_short_calls_are_known_by_quick_answers_and_pages_by_all(wire: RequestsMock) -> None:
    clock = Ticks()
    client = a_client(clock)
    assert client.pace is None
    answering(wire, clock, 1.0, *[0.25] * 9)
    for _ in range(10):
        client.send(Request("GET", PATH))
    assert client.pace == Pace(0.25, 0.325)


def test_what_the_shop_refuses_says_nothing_of_its_pace(wire: RequestsMock) -> None:
    clock = Ticks()
    client = a_client(clock)
    answering(wire, clock, 1.0, status=400)
    with pytest.raises(Rejected):
        client.send(Request("GET", PATH))
    assert client.pace is None


def test_a_known_limit_is_kept_just_below_and_none_is_none(wire: RequestsMock) -> None:
    clock = Ticks()
    assert Pacer(clock).rate is None
    assert Pacer(clock, Limit(50, 1.0)).rate == pytest.approx(49)
    client = a_client(clock, Limit(50, 1.0))
    answering(wire, clock, 0.1)
    client.send(Request("GET", PATH))
    assert client.pace == Pace(0.1, 0.1, 49.0)


def test_a_call_an_hour_is_a_rate_too(wire: RequestsMock) -> None:
    clock = Ticks()
    client = a_client(clock, Limit(1, 3600.0))
    answering(wire, clock, 0.1)
    client.send(Request("GET", PATH))
    assert client.pace is not None
    assert client.pace.rate == pytest.approx(0.98 / 3600, rel=1e-4)


@pytest.mark.parametrize(("parallel", "reads"), [(1, Reads(7, 7)), (2, Reads(7, 4))])
def test_a_shop_counts_calls_and_those_that_waited_for_each_other(
    wire: RequestsMock, parallel: int, reads: Reads
) -> None:
    clock = Ticks()

    def page(request: object) -> tuple[int, dict[str, str], str]:
        url = str(getattr(request, "url", ""))
        number = int(url.partition("page=")[2][:1] or 1)
        more = f'"{URL}{PATH}?sort=id&limit=10&page={number + 1}"' if number < 7 else "null"
        return 200, {}, f'{{"count": 7, "next": {more}, "results": [{{"pk": {number}}}]}}'

    wire.add_callback("GET", URL + PATH, page)
    shop = Shop(a_client(clock), channel=1, page_size=10, parallel=parallel)
    assert (shop.reads, shop.page_size) == (Reads(), 10)
    assert len(shop.fetch_complete("price_lists")) == 7
    assert shop.reads == reads
    # It was asked for ten rows a page, and puts one on it.
    assert shop.page_size == 1
