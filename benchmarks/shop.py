"""A shop in memory that answers as docs/shop-api.md says, as far as the benchmarks ask."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from benchmarks.customers import Customers
from benchmarks.exchange import Answer, App, Asked, said
from benchmarks.listing import Listing, Record, as_stored

TOKEN = "bench"
API = "/api/v1/"
CHANNEL = 1
CUSTOMERS = f"{API}channel/{CHANNEL}/customers/"
MISSING = said({"detail": "Not found."}, 404)
_ITEM = re.compile(r"([0-9]+)/(?:customers/(?:(bulk_add|bulk_remove)/)?)?")


@dataclass(frozen=True)
class ShopStock:
    """What a shop has at the beginning. Groups have members by pk; settings are records without
    one; lists are codes, whose ids count from 1. `offers` are lookups of e-mail addresses that
    OPTIONS names; `cap` is the longest page.
    """

    customers: Customers = field(default_factory=lambda: Customers(0))
    groups: Mapping[str, Sequence[int]] = field(default_factory=dict)
    settings: Sequence[Mapping[str, Any]] = ()
    price_lists: Sequence[str] = ()
    stock_lists: Sequence[str] = ()
    offers: Sequence[str] = ("exact",)
    cap: int = 1_000

    def opened(self) -> App:
        return Shop(self).answer


class Shop:
    """Answers one request at a time."""

    def __init__(self, stock: ShopStock) -> None:
        self._stock, self._customers = stock, replace(stock.customers)
        self._members = {pk: set(those) for pk, those in enumerate(stock.groups.values(), 1)}
        self._in_order: dict[int, Sequence[int]] = {}
        remote = f"{API}remote/{CHANNEL}/"
        self._groups = Listing("name", "customer group", [{"name": it} for it in stock.groups])
        self._settings = Listing("slug", "customer group setting", stock.settings)
        self._paths = {
            f"{API}channels/": Listing("name", "channel", [{"name": "Bench"}]),
            f"{API}catalogs/": Listing("name", "catalog", [{"name": "Bench"}]),
            f"{API}price_list/": Listing("code", "price list", _lists(stock.price_lists)),
            f"{API}stock_list/": Listing("code", "stock list", _lists(stock.stock_lists)),
            f"{remote}customer_groups/": self._groups,
            f"{remote}customer_group_settings/": self._settings,
        }
        self._customer_pages: dict[str, Answer] = {}

    def answer(self, asked: Asked) -> Answer:
        """What the shop says."""
        if asked.path == f"{API}auth/login/":
            return said({"non_field_errors": ["Unable to log in."]}, 400)
        if asked.headers.get("authorization") != f"Token {TOKEN}":
            return said({"detail": "Invalid token."}, 401, WWW_Authenticate="Token")
        if asked.path == f"{API}active_user/":
            return said({"pk": 1})
        if asked.path == CUSTOMERS:
            return self._of_customers(asked)
        base, rest = self._split(asked.path)
        listing = self._paths.get(base)
        if listing is None:
            return MISSING
        if rest:
            return self._of_item(asked, listing, rest)
        if asked.method == "POST":
            return self._create(asked, listing)
        return self._page(
            asked, listing.pages, sorted(listing.records), lambda pk: self._shown(listing, pk)
        )

    def _split(self, path: str) -> tuple[str, str]:
        """The path of a collection, and what stands behind it."""
        base = next((it for it in self._paths if path.startswith(it)), "")
        return base, path.removeprefix(base)

    # --- reading

    def _of_customers(self, asked: Asked) -> Answer:
        if asked.method == "OPTIONS":
            return said({"filters": {"email": {"lookup_types": list(self._stock.offers)}}})
        if asked.method == "POST":
            # So that there is news; no shop offers this.
            self._customers.count += asked.content["more"]
            self._customer_pages.clear()
            return said({}, 201)
        return self._page(
            asked, self._customer_pages, self._customers.pks(asked.query), self._customers.row
        )

    def _of_members(self, asked: Asked, pk: int) -> Answer:
        those = self._in_order.get(pk)
        if those is None:
            those = self._in_order[pk] = sorted(self._members[pk])
        if len(asked.query.keys() - {"sort", "limit", "page"}):
            those = [it for it in self._customers.pks(asked.query) if it in self._members[pk]]
        return self._page(asked, self._groups.pages, those, self._customers.row)

    def _page(
        self,
        asked: Asked,
        known: dict[str, Answer],
        pks: Sequence[int],
        row: Callable[[int], str],
    ) -> Answer:
        if asked.page not in known:
            known[asked.page] = self._paged(asked, pks, row)
        return known[asked.page]

    def _paged(self, asked: Asked, pks: Sequence[int], row: Callable[[int], str]) -> Answer:
        limit = min(int(asked.query.get("limit", 10)), self._stock.cap)
        page, pages = int(asked.query.get("page", 1)), max(1, -(-len(pks) // limit))
        if not 1 <= page <= pages:
            return said({"detail": "Invalid page."}, 404)
        if asked.query.get("sort") in ("-id", "-pk"):
            pks = pks[::-1]
        rows = ",".join(map(row, pks[(page - 1) * limit : page * limit]))
        links = [
            json.dumps(self._link(asked, other)) if 1 <= other <= pages else "null"
            for other in (page + 1, page - 1)
        ]
        body = '{{"count":{},"next":{},"previous":{},"results":[{}]}}'
        return Answer(200, body.format(len(pks), *links, rows).encode())

    def _link(self, asked: Asked, page: int) -> str:
        query = urlencode({**asked.query, "page": page})
        return f"http://{asked.headers.get('host', '')}{asked.path}?{query}"

    def _shown(self, listing: Listing, pk: int) -> str:
        return json.dumps(self._record(listing, pk), ensure_ascii=False)

    def _record(self, listing: Listing, pk: int) -> Record:
        size = {"customer_count": len(self._members[pk])} if listing is self._groups else {}
        return {**listing.records[pk], **size}

    # --- writing

    def _create(self, asked: Asked, listing: Listing) -> Answer:
        fields = as_stored(asked.content)
        if wrong := listing.refusal(fields, {}):
            return said(wrong, 400)
        record = listing.made(fields)
        if listing is self._groups:
            self._members[record["pk"]] = set()
        listing.pages.clear()
        return said(self._record(listing, record["pk"]), 201)

    def _of_item(self, asked: Asked, listing: Listing, rest: str) -> Answer:
        found = _ITEM.fullmatch(rest)
        if found is None or int(found[1]) not in listing.records:
            return MISSING
        pk = int(found[1])
        if found[2]:
            return self._of_bulk(pk, found[2], asked.content["customers"])
        if rest.endswith("/customers/"):
            return self._of_members(asked, pk)
        if asked.method == "GET":
            return said(self._record(listing, pk))
        if asked.method == "PATCH":
            fields = as_stored(asked.content)
            if wrong := listing.refusal(fields, listing.records[pk]):
                return said(wrong, 400)
            listing.changed(pk, fields)
        else:
            listing.gone(pk)
            if listing is self._groups:
                del self._members[pk]
        listing.pages.clear()
        return said(self._record(listing, pk)) if asked.method == "PATCH" else Answer(204)

    def _of_bulk(self, pk: int, verb: str, pks: Sequence[int]) -> Answer:
        for it in pks:
            if not 1 <= it <= self._customers.count:
                wrong = f'Invalid pk "{it}" - object does not exist.'
                return said({"customers": [wrong]}, 400)
        there, those = self._members[pk], frozenset(pks)
        counts = _added(there, those) if verb == "bulk_add" else _removed(there, those)
        self._groups.pages.clear()
        self._in_order.pop(pk, None)
        return said(counts)


def _added(there: set[int], those: Set[int]) -> dict[str, int]:
    already = len(there & those)
    there |= those
    return {"added": len(those) - already, "already_member": already}


def _removed(there: set[int], those: Set[int]) -> dict[str, int]:
    members = len(there & those)
    there -= those
    return {"removed": members, "not_member": len(those) - members}


def _lists(codes: Sequence[str]) -> list[Record]:
    return [{"name": code, "code": code, "is_auto_sync": False} for code in codes]
