"""Who is in a group: the keys people write, in one normal form, and how they are held against the
shop's customers.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from cg_sync.core.address import RemoteId
from cg_sync.jsonvalue import JsonObject, JsonValue

KeyField = Literal["email", "pk", "erp_code", "phone_number"]
KEY_FIELDS: tuple[KeyField, ...] = ("email", "pk", "erp_code", "phone_number")

Mode = Literal["exact", "at_least"]


def normal_key(field: KeyField, value: str) -> str:
    """The one form in which keys are compared: trimmed, NFC; e-mail addresses in lower case; phone
    numbers without spaces.
    """
    text = value.strip()
    if field == "email":
        text = text.lower()
    elif field == "phone_number":
        text = text.replace(" ", "")
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
    """Live members held against wanted ones. `missing` are wanted keys that no live member has."""

    kept: int
    surplus: tuple[Member, ...]
    missing: MemberKeys


@dataclass(frozen=True, slots=True)
class MemberDelta:
    """What has to happen to a group's members, each list in pk order; `unknown` keys are left out
    of `add`.
    """

    add: tuple[Member, ...]
    remove: tuple[Member, ...]
    kept: int
    unknown: tuple[UnknownKey, ...] = ()

    @property
    def before(self) -> int:
        return self.kept + len(self.remove)

    @property
    def after(self) -> int:
        return self.kept + len(self.add)


def member_of(customer: JsonObject) -> Member:
    """A customer record of the shop as a Member; raises ValueError when it has no usable id."""
    pk = customer.get("pk", customer.get("id"))
    if isinstance(pk, bool) or not isinstance(pk, int):
        raise ValueError(f"a customer record without a numeric pk: {pk!r}")
    return Member(pk, str(customer.get("email") or ""))


def keys_of(customer: JsonObject) -> dict[KeyField, str]:
    """Every key by which a file could name this customer, in normal form."""
    keys: dict[KeyField, str] = {"pk": str(member_of(customer).pk)}
    for name in KEY_FIELDS:
        value: JsonValue = customer.get(name)
        if name != "pk" and isinstance(value, str) and value.strip():
            keys[name] = normal_key(name, value)
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
    for customer in customers:
        named = False
        for name, key in keys_of(customer).items():
            if key in wanted_by.get(name, ()):
                missing[name].discard(key)
                named = True
        if named or wanted.mode == "at_least":
            kept += 1
        else:
            surplus.append(member_of(customer))
    return Sifted(kept, tuple(sorted(surplus)), MemberKeys(missing))
