"""`list`: the shop's records as rows, narrowed by filters: on the shop's side where it can, always
on ours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from cg_sync.api.live import remote_id_of
from cg_sync.api.shop import Shop
from cg_sync.errors import UsageWrong
from cg_sync.jsonvalue import JsonObject, JsonValue
from cg_sync.rules.catalogue import Attribute, Catalogue
from cg_sync.rules.where import Filter, matches, parse_where, server_query


@dataclass(frozen=True)
class Listing:
    """Something that can be listed: its collection, its columns (a dotted path each), and what
    filters may name.
    """

    collection: str
    columns: Mapping[str, str]
    filters: Catalogue


def _texts(*names: str) -> dict[str, Attribute]:
    return {name: Attribute(name=name, type="string", path=name, nullable=True) for name in names}


def listings(catalogue: Catalogue) -> Mapping[str, Listing]:
    """What can be listed, by the word for it. Customers can be filtered by every attribute of the
    project.
    """
    flags = {
        "is_active": Attribute(name="is_active", type="boolean", path="is_active", nullable=False)
    }
    email = {"email": Attribute(name="email", type="email", path="email", nullable=True)}
    return {
        "groups": Listing(
            "customer_groups",
            {"pk": "pk", "name": "name", "members": "customer_count", "modified": "modified_date"},
            Catalogue(_texts("name")),
        ),
        "settings": Listing(
            "customer_group_settings",
            {
                "pk": "pk",
                "slug": "slug",
                "name": "name",
                "priority": "priority",
                "active": "is_active",
                "price_list": "price_list",
                "stock_list": "stock_list",
            },
            Catalogue({**_texts("name", "slug", "price_list", "stock_list"), **flags}),
        ),
        "customers": Listing(
            "customers",
            {
                "pk": "pk",
                "email": "email",
                "first_name": "first_name",
                "last_name": "last_name",
                "erp_code": "erp_code",
                "phone_number": "phone_number",
                "active": "is_active",
            },
            Catalogue(
                {
                    **email,
                    **flags,
                    **_texts("first_name", "last_name", "erp_code", "phone_number", "channel_code"),
                    **catalogue.attributes,
                }
            ),
        ),
    }


@dataclass(frozen=True)
class Narrowed:
    """A listing with its filters, and the part of them that the shop can do."""

    listing: Listing
    filters: tuple[Filter, ...]
    query: Mapping[str, str]
    by_shop: tuple[Filter, ...]


def read_filters(option: str, texts: Sequence[str], fields: Catalogue) -> tuple[Filter, ...]:
    """The filters behind an option's texts; raises UsageWrong with all that is wrong with them."""
    filters: list[Filter] = []
    wrong: list[str] = []
    hints: list[str] = []
    for text in texts:
        found, problems = parse_where(text, fields)
        if found is not None:
            filters.append(found)
        wrong += [f"{option} {text!r}: {problem.message}" for problem in problems]
        hints += [problem.hint for problem in problems if problem.hint]
    if wrong:
        raise UsageWrong("; ".join(wrong), hint="; ".join(hints))
    return tuple(filters)


def narrow(listing: Listing, filters: tuple[Filter, ...], shop: Shop) -> Narrowed:
    """Give the shop what it can do of the filters."""
    supported = shop.lookups(listing.collection) if filters else {}
    query: dict[str, str] = {}
    by_shop = []
    for it in filters:
        mine = server_query(it, supported)
        if mine and not mine.keys() & query.keys():
            query |= mine
            by_shop.append(it)
    return Narrowed(listing, filters, query, tuple(by_shop))


def rows(
    narrowed: Narrowed, shop: Shop, *, with_member: Sequence[Filter] = ()
) -> Iterator[dict[str, JsonValue]]:
    """The records that pass every filter, as rows by column, in id order; lists by their codes.

    With `with_member`, only groups in which one member passes all of these; reads their members.
    """
    listing = narrowed.listing
    translate = _codes(shop) if listing.collection == "customer_group_settings" else {}
    for record in shop.fetch_all(listing.collection, narrowed.query):
        seen = {**record, **{name: turn(record.get(name)) for name, turn in translate.items()}}
        if all(matches(it, seen) for it in narrowed.filters) and (
            not with_member or _has_member(shop, listing.collection, record, with_member)
        ):
            yield {column: _at(seen, path) for column, path in listing.columns.items()}


def _has_member(shop: Shop, collection: str, group: JsonObject, filters: Sequence[Filter]) -> bool:
    members = shop.fetch_members(collection, remote_id_of(group))
    return any(all(matches(it, member) for it in filters) for member in members)


def _codes(shop: Shop) -> dict[str, Callable[[JsonValue], JsonValue]]:
    def code_in(collection: str) -> Callable[[JsonValue], JsonValue]:
        codes = {remote_id_of(it): it.get("code") for it in shop.fetch_complete(collection)}
        return lambda remote_id: (
            codes.get(remote_id) or remote_id if isinstance(remote_id, int) else None
        )

    return {"price_list": code_in("price_lists"), "stock_list": code_in("stock_lists")}


def _at(record: JsonObject, path: str) -> JsonValue:
    return remote_id_of(record) if path == "pk" else record.get(path)
