"""Who is in a group: the keys people write, in one normal form, and how they are held against the
shop's customers.
"""

from __future__ import annotations

import hashlib
import unicodedata
from array import array
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from cg_sync.core.address import RemoteId, remote_id_in
from cg_sync.jsonvalue import JsonObject, JsonValue

KeyField = Literal["email", "pk", "erp_code", "phone_number"]
KEY_FIELDS: tuple[KeyField, ...] = ("email", "pk", "erp_code", "phone_number")

Mode = Literal["exact", "at_least"]


_PHONE_SEPARATORS = str.maketrans("", "", " -./()\u00a0")


def normal_key(field: KeyField, value: str) -> str:
    """The one form in which keys are compared: trimmed, NFC; e-mail addresses in lower case; phone
    numbers without spaces, `-`, `.`, `/` and brackets, a leading `00` as `+`.
    """
    text = value.strip()
    if field == "email":
        text = text.lower()
    elif field == "phone_number":
        text = text.translate(_PHONE_SEPARATORS)
        text = f"+{text[2:]}" if text.startswith("00") else text
    # Last, since some capital letters have a composed form in lower case alone.
    return text if text.isascii() else unicodedata.normalize("NFC", text)


@dataclass(frozen=True, slots=True)
class MemberKeys:
    """A set of customers by the keys that name them, each in normal form. Nobody is in it twice
    under one field.
    """

    by: Mapping[KeyField, Set[str]] = field(default_factory=dict)

    def __len__(self) -> int:
        return sum(len(keys) for keys in self.by.values())

    def __or__(self, other: MemberKeys) -> MemberKeys:
        fields = [name for name in KEY_FIELDS if name in self.by or name in other.by]
        return MemberKeys(
            {name: self.by.get(name, set()) | other.by.get(name, set()) for name in fields}
        )


@dataclass(frozen=True, slots=True)
class Membership:
    """What a file says about members: `exact` these, or `at_least` these and others too."""

    mode: Mode
    keys: MemberKeys


class Member(NamedTuple):
    """A customer of the shop, as far as membership goes."""

    pk: RemoteId
    email: str


class UnknownKey(NamedTuple):
    """A key that names no customer of the channel, or (`several`) more than one."""

    field: KeyField
    key: str
    several: bool = False


@dataclass(frozen=True, slots=True)
class Sifted:
    """Live members held against wanted ones. `missing` are wanted keys that no live member has;
    `fingerprint` names all live members, and is empty where others may come and go.
    """

    kept: int
    surplus: tuple[Member, ...]
    missing: MemberKeys
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class MemberDelta:
    """What has to happen to a group's members, each list in pk order; `unknown` keys are left out
    of `add`, and `withheld` members out of `remove`, since one of those keys may mean them.

    `fingerprint` names the members that there were before; empty where others may come and go.
    """

    add: tuple[Member, ...]
    remove: tuple[Member, ...]
    kept: int
    unknown: tuple[UnknownKey, ...] = ()
    withheld: tuple[Member, ...] = ()
    fingerprint: str = ""

    @property
    def before(self) -> int:
        return self.kept + len(self.remove) + len(self.withheld)

    @property
    def after(self) -> int:
        return self.kept + len(self.add) + len(self.withheld)


def member_of(customer: JsonObject) -> Member:
    """A customer record of the shop as a Member; raises ValueError when it has no usable id."""
    pk = remote_id_in(customer)
    if pk is None:
        raise ValueError("a customer record without a numeric pk")
    return Member(pk, str(customer.get("email") or ""))


def keys_of(customer: JsonObject) -> dict[KeyField, str]:
    """Every key by which a file could name this customer, in normal form."""
    keys: dict[KeyField, str] = {"pk": str(member_of(customer).pk)}
    for name in KEY_FIELDS:
        value: JsonValue = customer.get(name)
        text = str(value) if type(value) is int else value
        if name != "pk" and isinstance(text, str) and text.strip():
            keys[name] = normal_key(name, text)
    return keys


def sift(wanted: Membership, customers: Iterable[JsonObject]) -> Sifted:
    """Stream the live members past the wanted ones. Memory is one copy of the wanted keys, plus the
    surplus.

    With mode `at_least` nobody is surplus. Raises ValueError for a customer record without an id.
    """
    missing = {name: set(keys) for name, keys in wanted.keys.by.items()}
    wanted_by = wanted.keys.by
    surplus: list[Member] = []
    kept = 0
    pks = array("q")
    for customer in customers:
        named = False
        keys = keys_of(customer)
        for name, key in keys.items():
            if key in wanted_by.get(name, ()):
                missing[name].discard(key)
                named = True
        if named or wanted.mode == "at_least":
            kept += 1
        else:
            surplus.append(member_of(customer))
        if wanted.mode == "exact":
            pks.append(int(keys["pk"]))
    fingerprint = fingerprint_of(pks) if wanted.mode == "exact" else ""
    return Sifted(kept, tuple(sorted(surplus)), MemberKeys(missing), fingerprint)


def fingerprint_of(pks: Iterable[RemoteId]) -> str:
    """SHA-256 of a set of members, in hex; their order means nothing."""
    ordered = array("q", sorted(pks))
    return hashlib.sha256(",".join(map(str, ordered)).encode()).hexdigest()


UNSURE_FIELDS: tuple[KeyField, ...] = ("erp_code", "phone_number")
"""Keys that people and shops spell in many ways, so that an unknown one may still mean a member."""


def delta_of(
    sifted: Sifted, customers: Mapping[tuple[KeyField, str], tuple[Member, ...]]
) -> MemberDelta:
    """What has to happen, given the customers behind the missing keys.

    Nobody is removed while a key is unknown that may be just another spelling of theirs.
    """
    add: set[Member] = set()
    unknown: list[UnknownKey] = []
    for name, keys in sifted.missing.by.items():
        for key in keys:
            found = customers.get((name, key), ())
            if len(found) == 1:
                add.add(found[0])
            else:
                unknown.append(UnknownKey(name, key, several=bool(found)))
    unsure = any(it.field in UNSURE_FIELDS for it in unknown)
    remove, withheld = ((), sifted.surplus) if unsure else (sifted.surplus, ())
    return MemberDelta(
        tuple(sorted(add)),
        remove,
        sifted.kept,
        tuple(sorted(unknown)),
        withheld,
        sifted.fingerprint,
    )
