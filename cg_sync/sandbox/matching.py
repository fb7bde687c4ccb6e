"""Whom a setting selects, and which setting and lists a customer gets."""

import json
from array import array
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from django.db.models import Count, Max, Q, QuerySet
from django.utils import timezone

from cg_sync.sandbox.models import (
    Channel,
    Customer,
    CustomerGroupSetting,
    PriceList,
    ProductPrice,
    StockList,
)
from cg_sync.sandbox.rules import fields_of, holds
from cg_sync.sandbox.serializers import CustomerSerializer, plain, record_of


def matching_pks(channel: Channel, rule: Any) -> Sequence[int]:
    """The pks of the channel's customers for whom the rule holds, in order."""
    customers = Customer.objects.filter(channel=channel)
    # Whoever pages through the matches asks again for every page: the answer is kept until a
    # customer of the channel changes.
    version = customers.aggregate(count=Count("pk"), changed=Max("modified_date"))
    return _matching_pks(channel.pk, json.dumps(rule), tuple(version.values()))


@lru_cache(maxsize=8)
def _matching_pks(channel: int, rule: str, version: tuple[Any, ...]) -> Sequence[int]:
    parsed = json.loads(rule)
    return array(
        "q",
        (
            record["pk"]
            for record in _records(Customer.objects.filter(channel=channel), parsed)
            if holds(parsed, record)
        ),
    )


def _records(customers: QuerySet[Customer], rule: Any) -> Iterator[dict[str, Any]]:
    """The customers, with no more of each than the rule looks at."""
    looked_at = {"pk", *fields_of(rule)} & set(CustomerSerializer.Meta.fields)
    for row in customers.order_by("pk").values(*looked_at).iterator(chunk_size=5000):
        yield {name: plain(value) for name, value in row.items()}


def resolve(channel: Channel, customer: Customer) -> dict[str, Any]:
    """The one setting the customer gets, if any, and the lists and prices that follow."""
    setting = _winner(channel, customer)
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


def _winner(channel: Channel, customer: Customer) -> CustomerGroupSetting | None:
    now = timezone.now()
    record = record_of(customer)
    candidates = CustomerGroupSetting.objects.filter(
        Q(start_date=None) | Q(start_date__lte=now),
        Q(end_date=None) | Q(end_date__gt=now),
        channel=channel,
        is_active=True,
    ).select_related("price_list", "stock_list")
    ordered = candidates.order_by("priority", "pk")
    return next((it for it in ordered if holds(it.config, record)), None)


def _named(listed: PriceList | StockList) -> dict[str, Any]:
    return {"pk": listed.pk, "code": listed.code, "name": listed.name}
