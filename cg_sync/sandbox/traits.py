"""Invents what rules look at besides names and addresses: where people live, what they bought."""

import random
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

Person = dict[str, Any]

_ABROAD: Mapping[str, str] = {"BERLIN": "DE", "PARIS": "FR", "SOFYA": "BG"}
_CHANNELS, _CHANNEL_SHARES = ("web", "app", "instore", "marketplace"), (50, 30, 12, 8)
_OFFSETS = tuple(timezone(timedelta(hours=hours)) for hours in (3, 3, 3, 0, 1))

# In the order of the well-known people: country and city, tags, orders, lifetime value, last order,
# the channel they buy in.
_KNOWN: tuple[tuple[str, str, str, int | None, str, str, str], ...] = (
    ("TR", "Ankara", "app newsletter", 3, "1250.00", "2026-09-30T18:05:00+03:00", "web"),
    ("TR", "Ankara", "", 12, "25000.00", "2026-02-28T09:00:00+03:00", "app"),
    ("TR", "Bursa", "press", 1, "249.00", "2024-02-29T12:00:00+03:00", "instore"),
    ("TR", "Ankara", "wholesale", 240, "1250000.50", "2026-11-20T23:30:00+03:00", "marketplace"),
    ("NO", "Oslo", "staff", 7, "24999.99", "2025-11-21T00:00:00+01:00", "app"),
    ("TR", "Ankara", "", 0, "0.00", "", "web"),
    (
        "tr",
        "İSTANBUL",
        "newsletter outlet loyalty",
        2,
        "899.90",
        "2026-11-20T21:30:00+00:00",
        "web",
    ),
    ("CY", "Lefkoşa", "", 5, "25000.01", "2026-10-25T03:30:00+02:00", "app"),
    ("TR", "", "", None, "", "", "web"),
    ("", "", "", None, "", "", ""),
)
_COLUMNS: Mapping[int, Person] = {
    2: {"date_of_birth": date(2000, 2, 29)},
    3: {"date_of_birth": date(1990, 12, 31)},
    5: {"date_of_birth": date(1985, 1, 1), "phone_number": "+4740000005"},
    # Already the new year in İstanbul.
    8: {"date_joined": datetime(2025, 12, 31, 22, 30, tzinfo=UTC), "phone_number": "+35799000008"},
    10: {"date_joined": None},
}


def with_known_traits(number: int, person: Person) -> Person:
    """The well-known person of that number, with what docs/sandbox.md says of each."""
    country, city, tags, orders, value, last, channel = _KNOWN[number - 1]
    attributes = {"country": country, "city": city}
    extra: Person = {"orders": orders, "lifetime_value": value, "last_order_at": last}
    extra |= {"tags": sorted(tags.split()), "channel": channel}
    return _with(person, attributes, extra) | _COLUMNS.get(number, {})


def with_traits(dice: random.Random, person: Person) -> Person:
    """The person with a country, orders, what they came to and the last one; some lack some.

    The dice are not those that made the person: names and addresses stay as they are.
    """
    country = _ABROAD.get(person["attributes"].get("city", "").upper(), "TR")
    country = country.lower() if dice.random() < 0.05 else country
    attributes = {"country": country if dice.random() < 0.8 else None}
    extra: Person = {}
    if dice.random() < 0.85:
        orders = int(dice.expovariate(0.25))
        cents = sum(dice.randrange(9_990, 300_000, 10) for _ in range(min(orders, 3))) * orders
        extra |= {"orders": orders, "lifetime_value": f"{cents // 100}.{cents % 100:02}"}
        if orders:
            extra["last_order_at"] = _last_order(dice, person["created_date"])
    return _with(person, attributes, extra)


def with_channel(dice: random.Random, person: Person) -> Person:
    """The person with the channel they buy in; one in ten has none."""
    channel = dice.choices(_CHANNELS, _CHANNEL_SHARES)[0] if dice.random() < 0.9 else None
    return _with(person, {}, {"channel": channel})


def _last_order(dice: random.Random, joined: datetime) -> str:
    later = timedelta(days=dice.randrange(480), seconds=dice.randrange(86_400))
    return (joined + later).astimezone(dice.choice(_OFFSETS)).isoformat()


def _with(person: Person, attributes: Person, extra: Person) -> Person:
    """The person with these values too; a value that is empty takes its key away."""
    return person | {
        "attributes": _filled(person["attributes"] | attributes),
        "extra_field": _filled(person["extra_field"] | extra),
    }


def _filled(values: Person) -> Person:
    return {name: value for name, value in values.items() if value not in (None, "", [])}
