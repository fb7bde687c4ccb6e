"""The invented customers: reproducible, varied, and one address each."""

from collections import Counter
from itertools import islice

from cg_sync.sandbox.people import WELL_KNOWN, people, well_known
from cg_sync.sandbox.rules import email_domain


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
    assert any(it["email"] != it["email"].lower() for it in crowd)
    assert any(not it["email"].isascii() for it in crowd)
    assert Counter(it["channel"] for it in crowd).most_common(1)[0][0] == 1
