"""Which live record each wanted resource is, and what stands between the files and this shop."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from cg_sync.core.address import Address
from cg_sync.core.kind import C, Kind, Reference
from cg_sync.core.state import Desired, Held, Live, Tombstone, Unreadable, Wanted
from cg_sync.errors import Problem, Severity, did_you_mean
from cg_sync.jsonvalue import JsonValue, Pointer, shown

MOST_NAMED = 12


@dataclass(frozen=True, slots=True)
class Pair:
    """A wanted resource and the live record that is it, if there is one."""

    wanted: Wanted
    held: Held | None

    @property
    def is_as_wanted(self) -> bool:
        """Whether the record has every field as it is wanted."""
        # Of most the spec is one object: the record was not read, as it is just as sent.
        held, wanted = self.held, self.wanted
        return held is not None and (held.spec is wanted.spec or held.spec == wanted.spec)


def pair_up(desired: Desired, live: Live) -> tuple[Pair, ...]:
    """Find the live record of every wanted resource, in the order of `desired`.

    It is the record with its key, else one with a former key that no file speaks of.
    """
    pairs = []
    for wanted in desired.wanted.values():
        held = live.held.get(wanted.address)
        for address in _former_addresses(wanted):
            if held is None and address not in desired.wanted and address not in desired.absent:
                held = live.held.get(address)
        pairs.append(Pair(wanted, held))
    return tuple(pairs)


def check_against_shop(
    desired: Desired, pairs: Sequence[Pair], live: Live, kinds: Sequence[Kind[C]]
) -> Iterator[Problem]:
    """What the files ask that this shop cannot give, or not without doubt; then what cannot be read
    of the shop.
    """
    by_name = {kind.name: kind for kind in kinds}
    unreadable = {Address(it.kind, it.key): it for it in live.unreadable if it.key is not None}
    to_be = {
        kind.collection: {it.key for it in desired.wanted if it.kind == kind.name} for kind in kinds
    }
    in_other_letters: defaultdict[tuple[str, str], list[Held]] = defaultdict(list)
    for address, held in live.held.items():
        in_other_letters[address.kind, address.key.casefold()].append(held)
    for pair in pairs:
        if _is_there_already(pair, live):
            continue
        wanted, kind = pair.wanted, by_name[pair.wanted.address.kind]
        meant = pair.held.address if pair.held is not None else wanted.address
        yield from _held_twice(meant, wanted, kind, live)
        if pair.held is None:
            yield from _former_in_use(wanted, kind, desired, live)
            yield from _cannot_be_read(wanted, kind, unreadable, _former_addresses(wanted))
        yield from _in_other_letters(wanted, pair.held, kind, live, in_other_letters)
        for reference in kind.references(wanted.spec):
            if reference.code not in to_be.get(reference.collection, ()):
                yield from _unknown_code(reference, wanted, live)
    for address, tombstone in desired.absent.items():
        kind = by_name[address.kind]
        yield from _held_twice(address, tombstone, kind, live)
        yield from _in_other_letters(tombstone, None, kind, live, in_other_letters)
        yield from _cannot_be_read(tombstone, kind, unreadable, ())
    for it in live.unreadable:
        yield Problem(
            "CG-L02",
            f"the {by_name[it.kind].label} with id {it.remote_id} "
            f"in the shop cannot be read: {it.reason}",
            hint="it is left alone",
            severity=Severity.WARNING,
        )


def _is_there_already(pair: Pair, live: Live) -> bool:
    """Whether the shop has one record of that name, and it is as wanted: what it refers to is there
    too, since a reference that leads nowhere is read as one that no file can write.
    """
    return pair.is_as_wanted and pair.wanted.address not in live.twice


def _cannot_be_read(
    resource: Wanted | Tombstone,
    kind: Kind[C],
    unreadable: Mapping[Address, Unreadable],
    former: Iterable[Address],
) -> Iterator[Problem]:
    for address in (resource.address, *former):
        record = unreadable.get(address)
        if record is not None:
            yield resource.document.problem(
                "CG-L02",
                f"{kind.key}: the shop has {address.key}, which cannot be read: {record.reason}",
                (kind.key,),
                hint=f"mend the record with id {record.remote_id} in the panel",
            )


def _in_other_letters(
    resource: Wanted | Tombstone,
    held: Held | None,
    kind: Kind[C],
    live: Live,
    records: Mapping[tuple[str, str], Sequence[Held]],
) -> Iterator[Problem]:
    address = resource.address
    if address in live.held:
        return
    others = records.get((address.kind, address.key.casefold()), ())
    near = next((it for it in others if it is not held), None)
    if near is not None:
        # A name that must go may be gone, and the other letters another group: that is no error.
        is_wanted = isinstance(resource, Wanted)
        rename = f", or add renamed_from: [{near.address.key}]" if is_wanted else ""
        yield resource.document.problem(
            "CG-L06",
            f"{kind.key}: the shop has this {kind.label} in other letters: {near.address.key}",
            (kind.key,),
            hint=f"write it as the shop does{rename}",
            severity=Severity.ERROR if is_wanted else Severity.WARNING,
        )


def _unknown_code(reference: Reference, wanted: Wanted, live: Live) -> Iterator[Problem]:
    known = sorted(live.ids.codes.get(reference.collection, {}))
    if reference.code in known:
        return
    what, word = reference.collection.removesuffix("s").replace("_", " "), reference.word
    content, below = wanted.document.content, reference.pointer
    place = next(_places_of(reference.code, content, below), below)
    if reference.code in live.ids.ambiguous.get(reference.collection, ()):
        yield wanted.document.problem(
            "CG-L05",
            f"{shown(place)}: several {what}s have the {word} {reference.code}",
            place,
            hint=f"give each its own {word} in the panel",
        )
        return
    named = ", ".join(known[:MOST_NAMED])
    more = f" and {len(known) - MOST_NAMED} more" if len(known) > MOST_NAMED else ""
    has = f"the shop has {named}{more}" if known else f"the shop has no {what} with a {word}"
    yield wanted.document.problem(
        "CG-L05",
        f"{shown(place)}: no {what} has the {word} {reference.code}",
        place,
        hint=f"{did_you_mean(reference.code, known)} {has}".strip(),
    )


def _places_of(text: str, content: JsonValue, below: Pointer) -> Iterator[Pointer]:
    """Where the text stands at or below the pointer; nowhere when it comes from another file."""
    waiting: list[tuple[Pointer, JsonValue]] = [((), content)]
    while waiting:
        here, value = waiting.pop()
        if here[: len(below)] != below[: len(here)]:
            continue
        if value == text and len(here) >= len(below):
            yield here
        inner: Iterable[tuple[str | int, JsonValue]] = ()
        if isinstance(value, Mapping):
            inner = value.items()
        elif isinstance(value, list | tuple):
            inner = enumerate(value)
        waiting += [((*here, step), item) for step, item in reversed([*inner])]


def _former_addresses(wanted: Wanted) -> Iterator[Address]:
    return (Address(wanted.address.kind, former) for former in wanted.former)


def _held_twice(
    meant: Address, resource: Wanted | Tombstone, kind: Kind[C], live: Live
) -> Iterator[Problem]:
    ids = live.twice.get(meant)
    if ids is not None:
        yield resource.document.problem(
            "CG-L03",
            f"{kind.key}: the shop has {len(ids)} {kind.label}s called {meant.key} "
            f"(ids {', '.join(map(str, ids))})",
            (kind.key,),
            hint="remove or rename all but one in the panel",
        )


def _former_in_use(
    wanted: Wanted, kind: Kind[C], desired: Desired, live: Live
) -> Iterator[Problem]:
    for index, address in enumerate(_former_addresses(wanted)):
        other = desired.wanted.get(address) or desired.absent.get(address)
        if other is not None and address in live.held:
            yield wanted.document.problem(
                "CG-F13",
                f"renamed_from: {address.key} has a file of its own, {other.document.file}, "
                f"so it is unclear what this {kind.label} was",
                ("renamed_from", index),
                hint="apply one rename after the other; for a new one, drop the former name"
                if isinstance(other, Wanted)
                else f"to rename instead of deleting, remove {other.document.file}; "
                "for a new one, drop the former name",
            )
