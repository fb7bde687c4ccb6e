"""Who is in a group: the keys people write, in one normal form, and how they are held against the
shop's customers.
"""

from __future__ import annotations

import hashlib
import unicodedata
from array import array
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from itertools import islice
from operator import le
from typing import Literal, NamedTuple, TypeGuard, cast

from cg_sync.core.address import RemoteId, remote_id_in, remote_ids_in
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
            {name: _both(self.by.get(name, _NONE), other.by.get(name, _NONE)) for name in fields}
        )


_NONE: Set[str] = frozenset()


def _both(some: Set[str], others: Set[str]) -> Set[str]:
    """All of them; where one set is empty the other is given as it is, since it may be large."""
    return some | others if some and others else some or others


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


def fields_of(keys: MemberKeys) -> frozenset[str]:
    """What is read of customers who are held against these keys, besides their ids."""
    return frozenset({*keys.by, "email"}) - {"pk"}


def member_of(customer: JsonObject) -> Member:
    """A customer record of the shop as a Member; raises ValueError when it has no usable id."""
    return Member(pk_of(customer), str(customer.get("email") or ""))


def pk_of(customer: JsonObject) -> RemoteId:
    """The id of a customer record of the shop; raises ValueError when it has none of use."""
    pk = remote_id_in(customer)
    if pk is None:
        raise ValueError("a customer record without a numeric pk")
    return pk


def pks_of(customers: Sequence[JsonObject]) -> Sequence[RemoteId]:
    """The id of each, in their order; raises ValueError when one has none of use."""
    pks = remote_ids_in(customers)
    return [pk_of(it) for it in customers] if pks is None else pks


def keys_of(customer: JsonObject) -> dict[KeyField, str]:
    """Every key by which a file could name this customer, in normal form."""
    found = ((name, key_of(customer, name)) for name in KEY_FIELDS)
    return {name: key for name, key in found if key is not None}


def key_of(customer: JsonObject, name: KeyField) -> str | None:
    """One key of a customer, in normal form; None when the record has no such."""
    if name == "pk":
        return str(pk_of(customer))
    value: JsonValue = customer.get(name)
    text = str(value) if type(value) is int else value
    if not isinstance(text, str) or not text or text.isspace():
        return None
    return normal_key(name, text)


ROWS_AT_ONCE = 1000


class OutOfOrder(ValueError):
    """Members did not come in the order of their ids."""


def sift(wanted: Membership, customers: Iterable[JsonObject], *, in_order: bool = False) -> Sifted:
    """Stream the live members past the wanted ones. Memory is one more set of the wanted keys, the
    surplus and, unless they come `in_order` of their ids, eight bytes a member.

    With mode `at_least` nobody is surplus. Raises OutOfOrder for members who were to come in order
    and do not, ValueError for a customer record without an id.
    """
    missing = {name: set(keys) for name, keys in wanted.keys.by.items()}
    is_exact = wanted.mode == "exact"
    surplus: list[Member] = []
    total = 0
    seen = _Hashed() if in_order else array("q")
    stream = iter(customers)
    while some := list(islice(stream, ROWS_AT_ONCE)):
        total += len(some)
        pks = pks_of(some)
        if is_exact:
            seen.extend(pks)
        unnamed = _unnamed(some, wanted.keys, missing)
        surplus += [member_of(it) for it in unnamed if is_exact]
        del some, unnamed  # Before the next page comes.
    for keys in missing.values():
        keys -= set()  # Gives back the room of those who were met.
    fingerprint = seen.fingerprint if isinstance(seen, _Hashed) else fingerprint_of(seen)
    return Sifted(
        total - len(surplus),
        tuple(sorted(surplus)),
        MemberKeys(missing),
        fingerprint if is_exact else "",
    )


def _unnamed(
    customers: Sequence[JsonObject], wanted: MemberKeys, missing: Mapping[KeyField, set[str]]
) -> list[JsonObject]:
    """The customers whom no wanted key names. The keys that name others are missing no more."""
    unnamed: Iterable[int] = range(len(customers))
    for name, keys in wanted.by.items():
        found, unmet = _each_key(customers, name), missing[name]
        before = len(unmet)
        for key in found:  # Not all by -=, which now and then copies the whole set as well.
            unmet.discard(key)
        # Most often each is wanted and met for the first time.
        is_all = before - len(unmet) == len(found)
        unnamed = () if is_all else [at for at in unnamed if found[at] not in keys]
    return [customers[at] for at in unnamed]


def _each_key(customers: Sequence[JsonObject], name: KeyField) -> Sequence[str]:
    """One key of each customer, in normal form; an empty text for those who have no such."""
    texts = [it.get(name) for it in customers] if name == "email" else []
    if texts and _are_ascii(texts):
        # What normal_key says of an ASCII address, at half its price.
        return [it.lower().strip() for it in texts]
    return [key_of(it, name) or "" for it in customers]


def _are_ascii(values: Sequence[JsonValue]) -> TypeGuard[Sequence[str]]:
    try:
        return "".join(cast(Sequence[str], values)).isascii()
    except TypeError:
        return False


def fingerprint_of(pks: Iterable[RemoteId]) -> str:
    """SHA-256 of a set of members, in hex; their order means nothing."""
    found = pks if isinstance(pks, array) else array("q", pks)
    if not all(map(le, found, islice(found, 1, None))):
        found = array("q", sorted(found))
    seen = _Hashed()
    for start in range(0, len(found), ROWS_AT_ONCE):
        seen.extend(found[start : start + ROWS_AT_ONCE])
    return seen.fingerprint


class _Hashed:
    """The fingerprint of members who come in the order of their ids, some at a time."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()
        self._last: RemoteId | None = None

    def extend(self, pks: Sequence[RemoteId]) -> None:
        """Note members behind all those before; raises OutOfOrder for any others."""
        some = list(pks)
        if some != sorted(some) or (self._last is not None and self._last > some[0]):
            raise OutOfOrder("members out of the order of their ids")
        # The same as ",".join(map(str, some)), at half its price.
        text = str(some)[1:-1].replace(" ", "")
        self._digest.update((text if self._last is None else f",{text}").encode())
        self._last = some[-1]

    @property
    def fingerprint(self) -> str:
        return self._digest.hexdigest()


UNSURE_FIELDS: tuple[KeyField, ...] = ("erp_code", "phone_number")
"""Keys that people and shops spell in many ways, so that an unknown one may still mean a member."""


def delta_of(
    sifted: Sifted, customers: Mapping[tuple[KeyField, str], tuple[Member, ...]]
) -> MemberDelta:
    """What has to happen, given the customers behind the missing keys.

    Nobody is removed while a key is unknown that may be just another spelling of theirs.
    """
    add: dict[RemoteId, Member] = {}
    unknown: list[UnknownKey] = []
    for name, keys in sifted.missing.by.items():
        for key in keys:
            found = customers.get((name, key), ())
            if len(found) == 1:
                add[found[0].pk] = found[0]
            else:
                unknown.append(UnknownKey(name, key, several=bool(found)))
    unsure = any(it.field in UNSURE_FIELDS for it in unknown)
    remove, withheld = ((), sifted.surplus) if unsure else (sifted.surplus, ())
    return MemberDelta(
        tuple(add[pk] for pk in sorted(add)),
        remove,
        sifted.kept,
        tuple(sorted(unknown)),
        withheld,
        sifted.fingerprint,
    )
