"""Several queries of one listing: each with its own answer, in their order."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

import pytest
from requests import PreparedRequest
from responses import CallbackResponse, RequestsMock

from cg_sync.api.shop import Shop
from cg_sync.errors import Rejected
from tests.api.clients import BASE, a_client

CUSTOMERS = f"{BASE}/api/v1/channel/5/customers/"


@pytest.fixture
def asked() -> Iterator[list[str]]:
    """A shop that has the customer of each `pk__in` but 13, which it refuses; what it was asked."""
    queries: list[str] = []

    def answer(request: PreparedRequest) -> tuple[int, dict[str, str], str]:
        pk = dict(parse_qsl(urlsplit(str(request.url)).query))["pk__in"]
        queries.append(pk)
        if pk == "13":
            return 400, {}, json.dumps({"pk__in": ["no"]})
        page = {"count": 1, "next": None, "previous": None, "results": [{"pk": int(pk)}]}
        return 200, {}, json.dumps(page)

    with RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.add(CallbackResponse("GET", CUSTOMERS, callback=answer))
        yield queries


@pytest.mark.parametrize("parallel", [1, 4])
def test_each_query_has_its_answer_in_its_turn(asked: list[str], parallel: int) -> None:
    shop = Shop(a_client(attempts=1), channel=5, parallel=parallel)
    queries = [{"pk__in": str(pk)} for pk in range(20, 30)]
    found = list(shop.fetch_each("customers", queries))
    assert found == [[{"pk": pk}] for pk in range(20, 30)]
    assert sorted(asked) == [str(pk) for pk in range(20, 30)]
    assert shop.reads.calls == 10
    assert shop.reads.rounds == (10 if parallel == 1 else 3)


@pytest.mark.parametrize("parallel", [1, 4])
def test_a_refusal_comes_in_its_turn_and_ends_the_asking(asked: list[str], parallel: int) -> None:
    shop = Shop(a_client(attempts=1), channel=5, parallel=parallel)
    found = shop.fetch_each("customers", [{"pk__in": str(pk)} for pk in (12, 13, *range(50, 90))])
    assert next(found) == [{"pk": 12}]
    with pytest.raises(Rejected):
        list(found)
    assert len(asked) < 20
