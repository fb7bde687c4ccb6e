"""What files want and what the shop holds, in the same terms; how documents become wants."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from cg_sync.core.address import Address, RemoteId
from cg_sync.core.document import Document
from cg_sync.core.kind import C, Ids, Kind, Spec
from cg_sync.core.members import KeyField, MemberKeys, Membership, Mode, normal_key
from cg_sync.core.schema import Law
from cg_sync.errors import Problem, Severity
from cg_sync.jsonvalue import JsonObject


@dataclass(frozen=True, slots=True)
class Wanted:
    """A resource that should exist. `membership` None: its members are not ours."""

    address: Address
    spec: Spec
    document: Document
    former: tuple[str, ...] = ()
    membership: Membership | None = None


@dataclass(frozen=True, slots=True)
class Tombstone:
    """A resource that must not exist."""

    address: Address
    document: Document


@dataclass(frozen=True, slots=True)
class Desired:
    """Everything the files say."""

    wanted: Mapping[Address, Wanted] = field(default_factory=dict)
    absent: Mapping[Address, Tombstone] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Held:
    """A record of the shop that we can read. `size` is how many members it says it has, None when
    it says nothing.
    """

    address: Address
    spec: Spec
    remote_id: RemoteId
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A record of the shop that we cannot read; it is reported and left alone. `key` as it stands
    in the record, None when there is none.
    """

    kind: str
    remote_id: RemoteId
    reason: str
    key: str | None = None


@dataclass(frozen=True)
class Live:
    """Everything the shop holds of our kinds. `twice` are keys that more than one record has:
    nobody may touch those. `rows` counts the records of each collection that was read.
    """

    held: Mapping[Address, Held] = field(default_factory=dict)
    unreadable: tuple[Unreadable, ...] = ()
    twice: Mapping[Address, tuple[RemoteId, ...]] = field(default_factory=dict)
    ids: Ids = field(default_factory=lambda: Ids({}))
    rows: Mapping[str, int] = field(default_factory=dict)


def make_desired(
    documents: Mapping[str, Sequence[Document]],
    *,
    kinds: Sequence[Kind[C]],
    law: Law,
    context: C,
    listed: Mapping[str, MemberKeys],
) -> tuple[Desired, tuple[Problem, ...]]:
    """Hold every document against its schema, read it, and then hold all of them against each
    other.

    `documents` by name of kind; `listed` are the members that files outside the document add, by
    the document's file. All problems come back at once; resources without a problem are in the
    result even so.
    """
    wanted: dict[Address, Wanted] = {}
    absent: dict[Address, Tombstone] = {}
    problems: list[Problem] = []
    for kind in kinds:
        mine: list[Wanted | Tombstone] = []
        for document in documents.get(kind.name, ()):
            resource, found = _read(document, kind=kind, law=law, context=context, listed=listed)
            problems.extend(found)
            if resource is not None:
                mine.append(resource)
        problems.extend(_duplicates(kind, mine))
        present = [resource for resource in mine if isinstance(resource, Wanted)]
        problems.extend(_contradicting_renames(kind, present))
        problems.extend(kind.check_together(present))
        wanted.update((resource.address, resource) for resource in present)
        absent.update((it.address, it) for it in mine if isinstance(it, Tombstone))
    return Desired(wanted, absent), tuple(problems)


def _read(
    document: Document,
    *,
    kind: Kind[C],
    law: Law,
    context: C,
    listed: Mapping[str, MemberKeys],
) -> tuple[Wanted | Tombstone | None, tuple[Problem, ...]]:
    broken = law.check(kind.schema, document, leaving=kind.parsed)
    if broken:
        return None, (*broken, *kind.check_parsed(document, context))
    content = cast(JsonObject, document.content)
    if content.get("state") == "absent":
        return Tombstone(Address(kind.name, str(content[kind.key])), document), ()
    spec, found = kind.read(document, context)
    if spec is None:
        return None, found
    membership: Membership | None = None
    twins: tuple[Problem, ...] = ()
    if kind.has_members and "members" in content:
        membership, twins = _membership(document, listed.get(document.file, MemberKeys()))
    former = tuple(cast(Sequence[str], content.get("renamed_from", ())))
    return Wanted(kind.address_of(spec), spec, document, former, membership), (*found, *twins)


def _membership(document: Document, listed: MemberKeys) -> tuple[Membership, tuple[Problem, ...]]:
    """The members a document names itself, together with those of its lists."""
    members = cast(JsonObject, cast(JsonObject, document.content)["members"])
    inline: dict[KeyField, set[str]] = {}
    twins: list[Problem] = []
    for index, customer in enumerate(
        cast(Sequence[str | JsonObject], members.get("customers", ()))
    ):
        entry = {"email": customer} if isinstance(customer, str) else customer
        for name, value in entry.items():
            key_field = cast(KeyField, name)
            key = normal_key(key_field, str(value))
            keys = inline.setdefault(key_field, set())
            if key in keys or key in listed.by.get(key_field, ()):
                where = "" if key in keys else " and in a file of this group"
                twins.append(
                    document.problem(
                        "CG-F10",
                        f"this customer is listed twice{where}",
                        ("members", "customers", index),
                        hint="remove one; case and surrounding spaces make no difference",
                        severity=Severity.WARNING,
                    )
                )
            keys.add(key)
    mode = cast(Mode, members.get("mode", "exact"))
    return Membership(mode, MemberKeys(inline) | listed), tuple(twins)


def _duplicates(kind: Kind[C], resources: Iterable[Wanted | Tombstone]) -> Iterator[Problem]:
    first: dict[str, Wanted | Tombstone] = {}
    for resource in resources:
        folded = resource.address.key.casefold()
        earlier = first.setdefault(folded, resource)
        if earlier is resource:
            continue
        there = earlier.document.position_of((kind.key,))
        same = earlier.address == resource.address
        yield resource.document.problem(
            "CG-F07",
            f"{kind.key}: {resource.address.key} is already the {kind.key} of {there}"
            + ("" if same else f" (there in other letters: {earlier.address.key})"),
            (kind.key,),
            hint=f"each {kind.label} has one file; rename or remove one of the two",
        )


def _contradicting_renames(kind: Kind[C], resources: Sequence[Wanted]) -> Iterator[Problem]:
    claimed: dict[str, Wanted] = {}
    for resource in resources:
        for index, former in enumerate(resource.former):
            pointer = ("renamed_from", index)
            if former == resource.address.key:
                yield resource.document.problem(
                    "CG-F13",
                    f"renamed_from: {former} is the present {kind.key}",
                    pointer,
                    hint="name only what it was called before",
                )
            elif (other := claimed.setdefault(former, resource)) is not resource:
                yield resource.document.problem(
                    "CG-F13",
                    f"renamed_from: {former} also leads to {other.address.key} "
                    f"({other.document.position_of(('renamed_from',))})",
                    pointer,
                    hint=f"one {kind.label} cannot become two; keep it in one of the files",
                )
