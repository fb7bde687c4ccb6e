"""Fills a new database: the shop's lists, its users and its customers."""

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any

from django.contrib.auth.models import Permission, User
from django.core.management import call_command
from django.db import connection, transaction
from rest_framework.authtoken.models import Token

from cg_sync.sandbox import models
from cg_sync.sandbox.people import people
from cg_sync.sandbox.texts import email_domain
from cg_sync.sandbox.traits import Person

_BATCH = 5000
_OPENED = datetime(2019, 1, 1, tzinfo=UTC)
_STAMPS = {"created_date": _OPENED, "modified_date": _OPENED}

ADMIN, ADMIN_PASSWORD = "admin", "admin-sandbox"
READER, READER_PASSWORD = "reader", "reader-sandbox"

# code, name, currency; the first is the Turkish catalog's own, the last the European one's.
_PRICE_LISTS = (
    ("retail-tr", "Retail Turkey", "try"),
    ("student-tr", "Student Turkey", "try"),
    ("wholesale", "Wholesale", "try"),
    ("vip-tr", "VIP Turkey", "try"),
    ("staff", "Staff", "try"),
    ("birthday", "Birthday", "try"),
    (None, "Old list without a code", "try"),
    ("retail-eur", "Retail Europe", "eur"),
)
_STOCK_LISTS = (
    ("main", "Main"),
    ("online", "Online"),
    ("warehouse", "Warehouse"),
    ("stores", "Stores"),
    ("eu-hub", "European hub"),
)
_CHANNELS = (
    ("Sandbox Web", 1),
    ("Sandbox App", 1),
    ("Sandbox Europe", 2),
    ("Sandbox Outlet", 1),
    ("Sandbox Staging", 1),
)
# sku, name, retail price, and the lists that price it, each with its part of the retail price.
_EVERYWHERE = {
    "student-tr": "0.85",
    "wholesale": "0.60",
    "vip-tr": "0.90",
    "staff": "0.70",
    "birthday": "0.80",
    "retail-eur": "0.03",
}
_PRODUCTS = (
    ("TS-100", "Linen shirt", "899.90", tuple(_EVERYWHERE)),
    ("JN-200", "Slim jeans", "1299.00", tuple(_EVERYWHERE)),
    ("SN-300", "Canvas sneakers", "1799.50", ("student-tr", "vip-tr", "staff", "retail-eur")),
    ("BG-400", "Laptop backpack", "1499.00", ("student-tr", "wholesale", "staff")),
    ("CT-500", "Wool coat", "4999.00", ("vip-tr", "staff", "birthday", "retail-eur")),
    ("MG-600", "Ceramic mug", "249.00", ("student-tr", "wholesale", "birthday")),
    ("NB-700", "Notebook, 3 pieces", "179.90", ("student-tr", "wholesale", "staff")),
    ("SC-800", "Silk scarf", "2199.00", ("vip-tr", "birthday", "retail-eur")),
)


class SeedStopped(Exception):
    """Somebody asked to stop before all customers were there."""


def make_tables() -> None:
    """Create every table from the models."""
    call_command("migrate", run_syncdb=True, verbosity=0)


def fill(*, seed: int, customers: int, stopped: Callable[[], bool]) -> None:
    """Put the whole shop into empty tables; asks `stopped` between batches."""
    with transaction.atomic():
        _users()
        _lists()
    for batch in _batches(people(seed=seed, count=customers)):
        if stopped():
            raise SeedStopped
        _insert(batch)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _users() -> None:
    admin = User.objects.create_superuser(ADMIN, "admin@example.com", ADMIN_PASSWORD)
    reader = User.objects.create_user(READER, "reader@example.com", READER_PASSWORD, is_staff=True)
    reader.user_permissions.set(
        Permission.objects.filter(content_type__app_label="sandbox", codename__startswith="view_")
    )
    for user in (admin, reader):
        Token.objects.create(user=user)


def _lists() -> None:
    prices = [
        models.PriceList(code=code, name=name, currency=currency, **_STAMPS)
        for code, name, currency in _PRICE_LISTS
    ]
    stocks = [models.StockList(code=code, name=name, **_STAMPS) for code, name in _STOCK_LISTS]
    models.PriceList.objects.bulk_create(prices)
    models.StockList.objects.bulk_create(stocks)
    turkey = _catalog("Turkey", prices[:-1], stocks[:-1])
    europe = _catalog("Europe", prices[-1:], stocks[-1:])
    models.Channel.objects.bulk_create(
        models.Channel(
            name=name,
            catalog=turkey if number == 1 else europe,
            conf={"CUSTOMER_IDENTIFIER_FIELD": "email"},
            **_STAMPS,
        )
        for name, number in _CHANNELS
    )
    _products({it.code: it for it in prices if it.code})


def _catalog(
    name: str, prices: list[models.PriceList], stocks: list[models.StockList]
) -> models.Catalog:
    """A catalog whose own lists are the first of each kind; the others are its extra lists."""
    catalog = models.Catalog(name=name, price_list=prices[0], stock_list=stocks[0], **_STAMPS)
    models.Catalog.objects.bulk_create([catalog])
    catalog.extra_price_lists.set(prices[1:])
    catalog.extra_stock_lists.set(stocks[1:])
    return catalog


def _products(price_lists: dict[str, models.PriceList]) -> None:
    for sku, name, retail, codes in _PRODUCTS:
        product = models.Product.objects.create(sku=sku, name=name)
        parts = {"retail-tr": "1"} | {code: _EVERYWHERE[code] for code in codes}
        models.ProductPrice.objects.bulk_create(
            models.ProductPrice(
                product=product,
                price_list=price_lists[code],
                price=(Decimal(retail) * Decimal(part)).quantize(Decimal("0.01")),
            )
            for code, part in parts.items()
        )


def _insert(batch: Iterable[Person]) -> None:
    """Store customers; by hand, which for a million rows is minutes faster than bulk_create."""
    fields = [it for it in models.Customer._meta.concrete_fields if not it.primary_key]
    unset = {it.name: it.get_default() for it in fields}
    table = connection.ops.quote_name(models.Customer._meta.db_table)
    columns = ", ".join(str(it.column) for it in fields)
    places = ", ".join(["%s"] * len(fields))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {table} ({columns}) VALUES ({places})",
            [tuple(map(_stored, (unset | _derived(it) | it).values())) for it in batch],
        )


def _derived(person: Person) -> Person:
    email = person["email"]
    return {"email_key": models.email_key(email), "domain": email_domain(email) or ""}


def _stored(value: Any) -> Any:
    """The value as Django keeps it in SQLite."""
    if isinstance(value, dict):
        return json.dumps(value)
    if isinstance(value, datetime):
        return str(value.replace(tzinfo=None))
    return str(value) if isinstance(value, date) else value


def _batches(rows: Iterable[Person]) -> Iterator[list[Person]]:
    rest = iter(rows)
    while batch := list(islice(rest, _BATCH)):
        yield batch
