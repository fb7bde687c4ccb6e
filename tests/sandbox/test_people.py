"""The invented customers: reproducible, varied, and one address each."""

import re
from collections import Counter
from datetime import datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path

from cg_sync.sandbox.people import WELL_KNOWN, people, well_known
from cg_sync.sandbox.texts import email_domain
from cg_sync.sandbox.traits import Person

ROOT = Path(__file__).parents[2]


def test_the_same_seed_gives_the_same_people() -> None:
    assert list(people(seed=7, count=500)) == list(people(seed=7, count=500))


def test_another_seed_gives_other_people_but_the_well_known_ones_stay() -> None:
    one, two = list(people(seed=1, count=300)), list(people(seed=2, count=300))
    assert one[:WELL_KNOWN] == two[:WELL_KNOWN] == list(well_known())
    assert one[WELL_KNOWN:] != two[WELL_KNOWN:]


def test_fewer_people_are_the_beginning_of_more() -> None:
    few = list(people(seed=7, count=100))
    assert list(islice(people(seed=7, count=1000), 100)) == few


def test_no_two_people_share_an_address_in_any_case() -> None:
    emails = Counter(it["email"].casefold() for it in people(seed=7, count=20_000))
    assert emails.most_common(1)[0][1] == 1


def test_every_domain_is_one_nobody_can_own() -> None:
    ours = ("ornek-universitesi.edu.tr", "deneme-teknik.edu.tr", ".k12.tr")
    reserved = ("example", "example.com", "example.org", "example.net", "example.edu")
    for person in people(seed=7, count=5000):
        domain = email_domain(person["email"])
        assert domain is not None
        assert domain.endswith((*ours, *reserved)), domain


def test_the_crowd_has_every_sort_of_customer() -> None:
    crowd = list(people(seed=7, count=3000))
    verified = {it["extra_field"].get("email_verified") for it in crowd}
    assert verified == {True, False, None}
    assert {it["gender"] for it in crowd} == {"female", "male", None}
    assert {it["user_type"] for it in crowd} == {"registered", "guest"}
    assert any(it["phone_number"] is None for it in crowd)
    assert any(it["date_of_birth"] is None for it in crowd)
    assert any("tax_no" in it["extra_field"] for it in crowd)
    assert any("tags" in it["extra_field"] for it in crowd)
    assert any(it["date_joined"] is None for it in crowd)
    assert {it["attributes"].get("country") for it in crowd} >= {"TR", "tr", "DE", None}
    assert {it["extra_field"].get("orders") for it in crowd} >= {0, 1, 2, None}
    assert any(it["email"] != it["email"].lower() for it in crowd)
    assert any(not it["email"].isascii() for it in crowd)
    assert Counter(it["channel"] for it in crowd).most_common(1)[0][0] == 1


def test_what_people_bought_fits_together() -> None:
    for extra in (it["extra_field"] for it in people(seed=7, count=3000)):
        orders, value = extra.get("orders"), extra.get("lifetime_value")
        assert (orders is None) == (value is None)
        assert ("last_order_at" in extra) == bool(orders)
        if value is not None:
            assert re.fullmatch(r"[0-9]+\.[0-9]{2}", value), value
            assert (Decimal(value) == 0) == (orders == 0)
        if last := extra.get("last_order_at"):
            assert datetime.fromisoformat(last).tzinfo is not None


def test_most_people_are_known_to_buy_in_some_channel() -> None:
    crowd = [it["extra_field"].get("channel") for it in people(seed=7, count=3000)]
    counts = Counter(crowd)
    assert counts.keys() == {"web", "app", "instore", "marketplace", None}
    assert 0.05 < counts[None] / len(crowd) < 0.15


def test_the_well_known_people_are_as_the_documentation_has_them() -> None:
    page = (ROOT / "docs" / "sandbox.md").read_text("utf-8")
    written = re.findall(r"^\| ([0-9]+) \|(.*)\|$", page, re.MULTILINE)
    assert [(int(pk), [it.strip() for it in row.split("|")]) for pk, row in written] == [
        (pk, as_documented(it)) for pk, it in enumerate(well_known(), start=1)
    ]


def as_documented(person: Person) -> list[str]:
    """The cells of the person's row, after the pk."""
    attributes, extra = person["attributes"], person["extra_field"]
    cells = (
        *(attributes.get("country"), attributes.get("city"), " ".join(extra.get("tags", []))),
        *(extra.get("orders"), extra.get("lifetime_value"), extra.get("last_order_at")),
        *(extra.get("channel"), person["date_of_birth"], person["phone_number"]),
        person["date_joined"] and person["date_joined"].isoformat().replace("+00:00", "Z"),
    )
    return ["–" if it in (None, "") else f"`{it}`" for it in cells]
