"""Whom a setting selects, and which setting and lists a customer gets."""

import json
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db.models import Count, Max, Q, QuerySet

from cg_sync.sandbox.models import (
    Channel,
    Customer,
    CustomerGroupSetting,
    Membership,
    PriceList,
    ProductPrice,
    StockList,
)
from cg_sync.sandbox.rules import NO_GROUPS, fields_of, groups_of, holds, seen_by, selector
from cg_sync.sandbox.serializers import CustomerSerializer, plain, record_of

_CHUNK = 5000
_BEYOND = 2**63


def matching_pks(channel: Channel, rule: Any, *, now: datetime) -> Sequence[int]:
    """The pks of the channel's customers for whom the rule holds at that time, in order."""
    # Whoever pages through the matches asks again for every page: the answer is kept until
    # something changes that the rule looks at, be it a customer, a membership or the date.
    customers = channel.customers.aggregate(count=Count("pk"), changed=Max("modified_date"))
    members = _memberships(channel, rule).aggregate(count=Count("pk"), newest=Max("pk"))
    return _matching_pks(
        _Asked(
            channel=channel.pk,
            rule=json.dumps(rule),
            version=(*customers.values(), *members.values()),
            seen=seen_by(rule, now),
            now=now,
        )
    )


def matches(rule: Any, customer: Customer, *, now: datetime) -> bool:
    """Whether the rule holds for this customer at that time."""
    return holds(rule, record_of(customer), now=now, groups=_groups_of(customer))


@dataclass(frozen=True)
class _Asked:
    """Two that are equal have one answer, though the clock went on in between."""

    channel: int
    rule: str
    version: tuple[Any, ...]
    seen: tuple[date, ...]
    now: datetime = field(compare=False)


@lru_cache(maxsize=8)
def _matching_pks(asked: _Asked) -> Sequence[int]:
    channel, rule = Channel.objects.get(pk=asked.channel), json.loads(asked.rule)
    selects = selector(rule, now=asked.now)
    return array(
        "q",
        (record["pk"] for record, groups in _with_groups(channel, rule) if selects(record, groups)),
    )


def _with_groups(channel: Channel, rule: Any) -> Iterator[tuple[dict[str, Any], frozenset[int]]]:
    """The customers, each with those of the rule's groups that the customer is in.

    Two queries, however many there are: both run in the order of customers.
    """
    rows = (
        _memberships(channel, rule).order_by("customer_id").values_list("customer_id", "group_id")
    )
    members = groupby(rows.iterator(chunk_size=_CHUNK), itemgetter(0))
    pk, groups = -1, NO_GROUPS
    for record in _records(channel, rule):
        while pk < record["pk"]:  # more than once if a customer went away between the queries
            pk, found = next(members, (_BEYOND, ()))
            groups = frozenset(group for _, group in found)
        yield record, groups if pk == record["pk"] else NO_GROUPS


def _memberships(channel: Channel, rule: Any) -> QuerySet[Membership]:
    """Who is in the groups that the rule asks about."""
    asked = groups_of(rule)
    # Looked up first: the rule may name more groups than a query can, and numbers that are no pk.
    known = asked and asked.intersection(channel.customer_groups.values_list("pk", flat=True))
    return Membership.objects.filter(group__in=known)


def _records(channel: Channel, rule: Any) -> Iterator[dict[str, Any]]:
    """The customers by pk, with no more of each than the rule looks at."""
    looked_at = {"pk", *fields_of(rule)} & set(CustomerSerializer.Meta.fields)
    for row in channel.customers.order_by("pk").values(*looked_at).iterator(chunk_size=_CHUNK):
        yield {name: plain(value) for name, value in row.items()}


def _groups_of(customer: Customer) -> frozenset[int]:
    return frozenset(customer.memberships.values_list("group", flat=True))


def resolve(channel: Channel, customer: Customer, *, now: datetime) -> dict[str, Any]:
    """The one setting the customer gets then, if any, and the lists and prices that follow."""
    setting = _winner(channel, customer, now)
    price_list = (setting and setting.price_list) or channel.catalog.price_list
    stock_list = (setting and setting.stock_list) or channel.catalog.stock_list
    prices = ProductPrice.objects.filter(price_list=price_list).order_by("product_id")
    return {
        "customer": customer.pk,
        "email": customer.email,
        "setting": setting
        and {name: getattr(setting, name) for name in ("pk", "slug", "name", "priority")},
        "price_list": _named(price_list),
        "stock_list": _named(stock_list),
        "prices": [
            {"product": it.product.name, "price": str(it.price), "currency": price_list.currency}
            for it in prices.select_related("product")
        ],
    }


def _winner(channel: Channel, customer: Customer, now: datetime) -> CustomerGroupSetting | None:
    record, groups = record_of(customer), _groups_of(customer)
    candidates = CustomerGroupSetting.objects.filter(
        Q(start_date=None) | Q(start_date__lte=now),
        Q(end_date=None) | Q(end_date__gt=now),
        channel=channel,
        is_active=True,
    ).select_related("price_list", "stock_list")
    ordered = candidates.order_by("priority", "pk")
    return next((it for it in ordered if holds(it.config, record, now=now, groups=groups)), None)


def _named(listed: PriceList | StockList) -> dict[str, Any]:
    return {"pk": listed.pk, "code": listed.code, "name": listed.name}
