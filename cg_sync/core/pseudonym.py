"""Stands in for people in what may be published: salted hashes of customers' keys and of the local
parts of e-mail addresses, and the way back for those whom the reader knows anyway.
"""

from __future__ import annotations

import hmac
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from cg_sync.core.members import KeyField, keys_of
from cg_sync.core.privacy import local_part
from cg_sync.jsonvalue import JsonObject, JsonValue

HASH_BYTES = 8
"""Enough to keep a million customers apart; more would only cost space."""

NOTHING = bytes(HASH_BYTES)
"""Stands where a customer has no such key."""


def member_salt(salt: str, secret: str) -> bytes:
    """What members' keys are hashed with: the salt that everybody can read, made one that nobody
    can guess by a `secret`.
    """
    return _digest(secret.encode(), salt) if secret else salt.encode()


def salt_check(salt: bytes) -> str:
    """Tells two salts apart without telling either."""
    return _digest(salt, "check").hex()


def key_hash(field: KeyField, key: str, salt: bytes) -> bytes:
    """The hash of a key in normal form; the same key in another field has another."""
    return _digest(salt, f"{field}\0{key}")


def number_of(hashed: bytes) -> int:
    """A hash as a number that can stand for an id."""
    return int.from_bytes(hashed) >> 1


def _digest(salt: bytes, text: str) -> bytes:
    return hmac.digest(salt, text.encode("utf-8", "surrogatepass"), "sha256")[:HASH_BYTES]


# ── addresses in texts ───────────────────────────────────────────────────────────────────────────


def pseudonymised(value: JsonValue, salt: str) -> JsonValue:
    """`value` with a hash for the local part of every e-mail address in it; the first letter stays,
    as it does where addresses are masked.
    """
    return _replaced(value, lambda local: _pseudonym(local, salt))


def pseudonyms_in(value: JsonValue, salt: str) -> dict[str, str]:
    """The local part behind each pseudonym that `pseudonymised` puts into `value`."""
    found: dict[str, str] = {}

    def noted(local: str) -> str:
        found[_pseudonym(local, salt)] = local
        return local

    _replaced(value, noted)
    return found


def recognised(value: JsonValue, known: Mapping[str, str]) -> JsonValue:
    """`value` with the local part in place of every pseudonym that is `known`."""
    return _replaced(value, lambda local: known.get(local, local))


def _pseudonym(local: str, salt: str) -> str:
    hashed = _digest(salt.encode(), f"address\0{local}").hex()
    return f"{local[0]}{hashed}"


def _replaced(value: JsonValue, by: Callable[[str], str]) -> JsonValue:
    match value:
        case str():
            *parts, rest = value.split("@")
            return "@".join([*(_replaced_end(it, by) for it in parts), rest])
        case Mapping():
            return {str(_replaced(key, by)): _replaced(item, by) for key, item in value.items()}
        case Sequence():
            return [_replaced(item, by) for item in value]
        case _:
            return value


def _replaced_end(before: str, by: Callable[[str], str]) -> str:
    start, end = local_part(before)
    return f"{before[:start]}{by(before[start:end])}{before[end:]}" if start < end else before


# ── members ──────────────────────────────────────────────────────────────────────────────────────


def packed(customers: Iterable[JsonObject], fields: Sequence[KeyField], salt: bytes) -> str:
    """The customers by the hashes of these of their keys, in Base64: equal for equal sets, as they
    are in the order of their hashes.

    Raises ValueError for a customer record without an id.
    """
    rows = sorted(_row(keys_of(customer), fields, salt) for customer in customers)
    return b64encode(b"".join(rows)).decode()


def _row(keys: Mapping[KeyField, str], fields: Sequence[KeyField], salt: bytes) -> bytes:
    hashes = (key_hash(it, keys[it], salt) if it in keys else NOTHING for it in fields)
    return b"".join(hashes)


def size_of(text: str, fields: Sequence[KeyField]) -> int:
    """How many customers were packed into `text`."""
    return _bytes_in(text) // (HASH_BYTES * len(fields))


def is_whole(text: str, fields: Sequence[KeyField]) -> bool:
    """Whether `text` has as many bytes as some number of customers with so many fields."""
    return len(text) % 4 == 0 and _bytes_in(text) % (HASH_BYTES * len(fields)) == 0


def _bytes_in(text: str) -> int:
    return len(text) // 4 * 3 - text[-2:].count("=")


def unpacked(text: str, fields: Sequence[KeyField]) -> Iterator[tuple[bytes, ...]]:
    """The hashes of each customer in a whole `text`, one a field, `NOTHING` for none."""
    data = b64decode(text)
    width = HASH_BYTES * len(fields)
    for start in range(0, len(data), width):
        row = data[start : start + width]
        yield tuple(row[at : at + HASH_BYTES] for at in range(0, width, HASH_BYTES))
