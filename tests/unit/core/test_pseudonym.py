"""Pseudonyms: nobody is in them, equal stays equal, and who knows a name finds it again."""

from __future__ import annotations

from base64 import b64decode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cg_sync.core.members import KEY_FIELDS, KeyField
from cg_sync.core.privacy import without_addresses
from cg_sync.core.pseudonym import (
    HASH_BYTES,
    NOTHING,
    is_whole,
    key_hash,
    member_salt,
    number_of,
    packed,
    pseudonymised,
    pseudonyms_in,
    recognised,
    salt_check,
    size_of,
    unpacked,
)
from cg_sync.jsonvalue import JsonObject

SALT = "0123456789abcdef"

words = st.text(st.sampled_from("abZğ İ@.+-_\\/()|*1 \"[]{}=,:'"), max_size=12)
texts = words | st.lists(words, max_size=4).map("@".join)
values = st.recursive(
    texts | st.none() | st.integers() | st.booleans(),
    lambda it: st.lists(it, max_size=3) | st.dictionaries(texts, it, max_size=3),
    max_leaves=6,
)


@given(value=values)
def test_who_knows_the_addresses_gets_the_value_back(value: Any) -> None:
    hidden = pseudonymised(value, SALT)
    assert recognised(hidden, pseudonyms_in(value, SALT)) == value
    assert recognised(hidden, {}) == hidden


@given(one=values, other=values)
def test_values_are_equal_just_when_their_pseudonyms_are(one: Any, other: Any) -> None:
    assert (pseudonymised(one, SALT) == pseudonymised(other, SALT)) is (one == other)


# Each: a text, and what stays of it around the hash.
SEEN = [
    ("ayse@example.com", "a…@example.com"),
    ("Ayşe.Yılmaz+tag@example.com", "A…@example.com"),
    ("VIP (ayse@example.com), can@example.org", "VIP (a…@example.com), c…@example.org"),
    (r"^ay\.se@example\.com$", r"^a…@example\.com$"),
    (r"(ay\.se|can)[0-9]{1,2}@(x|y)\.com", r"(a…@(x|y)\.com"),
    ("john/doe@example.com", "j…@example.com"),
    ("ayse=yilmaz@example.com", "a…@example.com"),
    ("first{last}@example.com", "f…@example.com"),
    ('"john doe"@example.com', '"j…"@example.com'),
    ("ayse@[10.0.0.1]", "a…@[10.0.0.1]"),
    ("email=ayse@example.com", "email=a…@example.com"),
    ("ayse@localhost", "a…@localhost"),
    ("a@b@c", "a…@b…@c"),
    (".*@example.com", ".*@example.com"),
    ("@example.com", "@example.com"),
    ("no address", "no address"),
]


@pytest.mark.parametrize(("text", "seen"), SEEN)
def test_of_an_address_the_first_letter_and_the_domain_stay(text: str, seen: str) -> None:
    hidden = str(pseudonymised(text, SALT))
    for pseudonym in pseudonyms_in(text, SALT):
        assert len(pseudonym) == 1 + 2 * HASH_BYTES
        hidden = hidden.replace(pseudonym[1:], "…")
    assert hidden == seen


def test_masked_it_looks_as_the_address_does() -> None:
    text = "VIP (ayse@example.com), can@example.org"
    assert without_addresses(str(pseudonymised(text, SALT))) == without_addresses(text)


def test_another_salt_gives_another_pseudonym_and_so_does_another_case() -> None:
    assert pseudonymised("ayse@x.com", SALT) != pseudonymised("ayse@x.com", SALT[::-1])
    # Rules are compared letter by letter.
    assert pseudonymised("ayse@x.com", SALT) != pseudonymised("aYse@x.com", SALT)


@pytest.mark.parametrize(
    "text", ["a" * 300_000 + " @", "a@" * 3_000, "@" * 300_000, r"\." * 150_000 + "@"]
)
def test_long_texts_come_to_an_end(text: str) -> None:
    """Whoever walks them once more for each `@` is not seen here again."""
    hidden = str(pseudonymised(text, SALT))
    assert hidden.count("@") == text.count("@")


# ── members ──────────────────────────────────────────────────────────────────────────────────────

PEOPLE: list[JsonObject] = [
    {"pk": 7, "email": " Ayse@Example.com ", "phone_number": "00 90 (532) 1", "erp_code": "E1"},
    {"pk": 8, "email": "can@example.com", "phone_number": None, "erp_code": ""},
    {"pk": 9, "email": None},
]


def test_members_are_packed_by_the_normal_form_of_their_keys() -> None:
    salt = member_salt(SALT, "")
    rows = list(unpacked(packed(PEOPLE, KEY_FIELDS, salt), KEY_FIELDS))
    by_pk = {row[1]: dict(zip(KEY_FIELDS, row, strict=True)) for row in rows}
    ayse = {"email": "ayse@example.com", "pk": "7", "erp_code": "E1", "phone_number": "+905321"}
    assert by_pk[key_hash("pk", "7", salt)] == {
        field: key_hash(field, ayse[field], salt) for field in KEY_FIELDS
    }
    can = by_pk[key_hash("pk", "8", salt)]
    assert (can["phone_number"], can["erp_code"]) == (NOTHING, NOTHING)
    assert by_pk[key_hash("pk", "9", salt)]["email"] == NOTHING


def test_nothing_of_a_member_is_in_the_text() -> None:
    data = b64decode(packed(PEOPLE, KEY_FIELDS, member_salt(SALT, ""))).lower()
    assert len(data) == len(PEOPLE) * len(KEY_FIELDS) * HASH_BYTES
    assert [it for it in (b"ayse", b"can", b"exam", b"9053", b"e1") if it in data] == []


@given(order=st.permutations(PEOPLE))
def test_the_order_of_members_means_nothing(order: list[JsonObject]) -> None:
    salt = member_salt(SALT, "")
    assert packed(order, KEY_FIELDS, salt) == packed(PEOPLE, KEY_FIELDS, salt)


@given(
    number=st.integers(0, 50),
    fields=st.lists(st.sampled_from(KEY_FIELDS), min_size=1, max_size=4, unique=True),
)
def test_the_size_is_known_without_unpacking(number: int, fields: list[KeyField]) -> None:
    people: list[JsonObject] = [{"pk": it, "email": f"p{it}@example.com"} for it in range(number)]
    text = packed(people, fields, b"salt")
    assert size_of(text, fields) == number == len(list(unpacked(text, fields)))
    assert is_whole(text, fields)
    if number:
        assert not is_whole(text[:-4], fields)
        assert not is_whole(text[:-1], fields)


def test_a_customer_without_an_id_is_refused() -> None:
    with pytest.raises(ValueError, match="without a numeric pk"):
        packed([{"email": "ayse@example.com"}], KEY_FIELDS, b"salt")


def test_the_same_key_of_another_field_has_another_hash() -> None:
    assert len({key_hash(field, "7", b"salt") for field in KEY_FIELDS}) == len(KEY_FIELDS)


def test_a_hash_is_what_the_schema_says() -> None:
    # printf 'email\0ayse@example.com' | openssl dgst -sha256 -hmac 0123456789abcdef
    hashed = key_hash("email", "ayse@example.com", member_salt(SALT, ""))
    assert hashed.hex() == "3356f583eca21c17"


def test_a_secret_makes_another_salt_and_its_check_tells_neither() -> None:
    salts = [member_salt(SALT, it) for it in ("", "secret one", "secret two")]
    assert len({*salts}) == len({salt_check(it) for it in salts}) == 3
    assert "secret" not in salt_check(salts[1])
    assert salt_check(salts[1]) != salts[1].hex()


@given(hashed=st.binary(min_size=HASH_BYTES, max_size=HASH_BYTES))
def test_a_hash_as_a_number_can_be_an_id(hashed: bytes) -> None:
    assert 0 <= number_of(hashed) < 2**63
