"""The shop by its collections: listings that are complete or fail, single records, members."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from math import ceil
from types import MappingProxyType
from typing import TYPE_CHECKING

from cg_sync.api.ahead import answers
from cg_sync.api.customer_cache import CustomerCache
from cg_sync.api.listing import Incomplete as Incomplete
from cg_sync.api.listing import Listings
from cg_sync.api.login import LOGIN_PATH
from cg_sync.api.wire import Request
from cg_sync.core.address import remote_id_in
from cg_sync.core.forecast import Pace, Reads
from cg_sync.errors import ApiError, BadAnswer, Rejected, UsageWrong, did_you_mean
from cg_sync.jsonvalue import JsonObject, JsonValue

if TYPE_CHECKING:
    from cg_sync.api.client import Client

DEFAULT_PATHS: Mapping[str, str] = MappingProxyType(
    {
        "login": LOGIN_PATH,
        "price_lists": "/api/v1/price_list/",
        "stock_lists": "/api/v1/stock_list/",
        "customers": "/api/v1/channel/{channel}/customers/",
        "customer_groups": "/api/v1/remote/{channel}/customer_groups/",
        "customer_group_settings": "/api/v1/remote/{channel}/customer_group_settings/",
    }
)
"""Where each collection is served, for a `{channel}`; `api.paths` in cg-sync.yaml overrides it."""

NOTHING: Mapping[str, str] = MappingProxyType({})


class Shop:
    """One channel of one shop. Every call may raise an ApiError."""

    def __init__(
        self,
        client: Client,
        *,
        channel: int,
        paths: Mapping[str, str] = NOTHING,
        page_size: int = 1000,
        parallel: int = 1,
        customer_cache: CustomerCache | None = None,
    ) -> None:
        """Raises UsageWrong for a path that cannot be one, or of an unknown collection."""
        self.customer_cache = customer_cache
        self._client = client
        self._parallel = parallel
        self._listings = Listings(client, page_size=page_size, parallel=parallel)
        self._paths = resolved_paths(paths, channel)

    @property
    def calls(self) -> Mapping[str, int]:
        """HTTP exchanges so far by verb, log-ins apart as LOGIN."""
        return self._client.calls

    @property
    def page_size(self) -> int:
        """How many rows are on a page, as far as is known."""
        return self._listings.page_size

    @property
    def reads(self) -> Reads:
        """All calls so far, and how many of them came one after another."""
        calls, ahead = sum(self.calls.values()), self._listings.read_ahead
        return Reads(calls, calls - ahead + ceil(ahead / self._parallel))

    @property
    def pace(self) -> Pace | None:
        """How fast the shop has answered so far; None before its first answer."""
        return self._client.pace

    def fetch_all(
        self,
        collection: str,
        query: Mapping[str, str] = NOTHING,
        *,
        fields: Collection[str] = (),
    ) -> Iterator[JsonObject]:
        """Every record in id order, page by page. Where any `fields` are named, records need have
        no others but their ids.

        Only a listing read to its end is known to be complete: Incomplete is raised there if not,
        or as soon as it shows.
        """
        return self._listings.rows(self._paths[collection], query, fields=fields)

    def fetch_complete(
        self, collection: str, query: Mapping[str, str] = NOTHING
    ) -> list[JsonObject]:
        """Every record in id order; a listing that moved is read once more, then Incomplete."""
        with suppress(Incomplete):
            return list(self.fetch_all(collection, query))
        return list(self.fetch_all(collection, query))

    def fetch_each(
        self, collection: str, queries: Sequence[Mapping[str, str]]
    ) -> Iterator[list[JsonObject]]:
        """What `fetch_complete` says to each query in turn; several are asked at a time."""
        if self._parallel == 1 or len(queries) < 2:
            yield from (self.fetch_complete(collection, it) for it in queries)
            return

        def ask(query: Mapping[str, str], over: Callable[[], bool]) -> list[JsonObject]:
            with suppress(Incomplete):
                return list(self._listings.rows(self._paths[collection], query, unless=over))
            return list(self._listings.rows(self._paths[collection], query, unless=over))

        with closing(answers(ask, queries, threads=self._parallel)) as ahead:
            for records in ahead:
                self._listings.read_ahead += 1
                yield records

    def count(self, collection: str, query: Mapping[str, str] = NOTHING) -> int | None:
        """How many records the shop says there are; None when it does not say."""
        request = Request("GET", self._paths[collection], {**query, "limit": "1"})
        return self._listings.page(request).count

    def fetch_record(self, collection: str, remote_id: int) -> JsonObject | None:
        """One record as it is now; None when it is not there."""
        request = Request("GET", self._path_of(collection, remote_id))
        try:
            return _record(request, self._client.send(request))
        except Rejected as error:
            if error.status != 404:
                raise
            return None

    def lookups(self, collection: str) -> Mapping[str, frozenset[str]]:
        """The lookups offered for each filter; empty when the shop does not say."""
        try:
            answer = self._client.send(Request("OPTIONS", self._paths[collection]))
        except ApiError:
            return {}
        filters = answer.get("filters") if isinstance(answer, dict) else None
        return {
            name: frozenset(kind for kind in _lookup_types(offered) if isinstance(kind, str))
            for name, offered in (filters.items() if isinstance(filters, dict) else ())
        }

    def create(self, collection: str, payload: JsonObject) -> JsonObject:
        """The new record. After Unreachable with `sent`, or BadAnswer, it may exist: look."""
        request = Request("POST", self._paths[collection], body=payload)
        return _record(request, self._client.send(request))

    def update(self, collection: str, remote_id: int, payload: JsonObject) -> JsonObject:
        """Change the fields of `payload`, and no others. The record after that, empty when the shop
        does not show it.
        """
        request = Request("PATCH", self._path_of(collection, remote_id), body=payload)
        answer = self._client.send(request)
        return {} if answer is None else _record(request, answer)

    def delete(self, collection: str, remote_id: int) -> None:
        """Delete the record; raises Rejected (404) when it was not there to begin with."""
        self._client.send(Request("DELETE", self._path_of(collection, remote_id)))

    def fetch_members(
        self,
        collection: str,
        remote_id: int,
        query: Mapping[str, str] = NOTHING,
        *,
        fields: Collection[str] = (),
    ) -> Iterator[JsonObject]:
        """The customers in a group, streamed under the same promise as `fetch_all`."""
        path = f"{self._path_of(collection, remote_id)}customers/"
        return self._listings.rows(path, query, fields=fields)

    def add_members(self, collection: str, remote_id: int, customers: Sequence[int]) -> None:
        """Add customers by pk; those who are members already stay. All are added or none."""
        self._change_members(collection, remote_id, "bulk_add", customers)

    def remove_members(self, collection: str, remote_id: int, customers: Sequence[int]) -> None:
        """Remove customers by pk; those who are no members are passed over. All go or none."""
        self._change_members(collection, remote_id, "bulk_remove", customers)

    def _change_members(
        self, collection: str, remote_id: int, verb: str, customers: Sequence[int]
    ) -> None:
        path = f"{self._path_of(collection, remote_id)}customers/{verb}/"
        body = {"customers": list(customers)}
        self._client.send(Request("POST", path, body=body, repeatable=True))

    def _path_of(self, collection: str, remote_id: int) -> str:
        return f"{self._paths[collection]}{remote_id}/"


def resolved_paths(overrides: Mapping[str, str], channel: int) -> dict[str, str]:
    """The path of every collection in `channel`; raises UsageWrong for an override that is none."""
    for name, template in overrides.items():
        if name not in DEFAULT_PATHS:
            hint = did_you_mean(name, DEFAULT_PATHS) or f"known are {', '.join(DEFAULT_PATHS)}"
            raise UsageWrong(f"api.paths: {name}: no such collection", hint=hint)
        bare = template.replace("{channel}", "")
        if not (template.startswith("/") and template.endswith("/")) or set("{}?#\\ ") & set(bare):
            raise UsageWrong(
                f"api.paths: {name}: not a path: {template}",
                hint="a path begins and ends with a slash; {channel} is the only placeholder",
            )
    templates = {**DEFAULT_PATHS, **overrides}
    return {name: path.replace("{channel}", str(channel)) for name, path in templates.items()}


def _record(request: Request, payload: JsonValue) -> JsonObject:
    if not isinstance(payload, dict):
        raise BadAnswer(f"the shop answered {request} with something that is no record")
    if remote_id_in(payload) is None:
        raise BadAnswer(f"the shop answered {request} with a record that has no pk and no id")
    return payload


def _lookup_types(offered: JsonValue) -> Sequence[JsonValue]:
    types = offered.get("lookup_types") if isinstance(offered, dict) else None
    return types if isinstance(types, list) else ()
