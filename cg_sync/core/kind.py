"""The contract that every kind of resource meets; the engine knows kinds by nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Generic, TypeVar

from cg_sync.core.address import Address, RemoteId
from cg_sync.core.document import Document
from cg_sync.core.reading import Reading
from cg_sync.errors import Problem
from cg_sync.jsonvalue import JsonObject, JsonValue, Pointer

if TYPE_CHECKING:
    from cg_sync.core.state import Wanted

C = TypeVar("C")
"""What a kind needs to know about its surroundings; the engine only hands it through."""


@dataclass(frozen=True, kw_only=True)
class Spec:
    """What a resource is, in normal form, so that `==` is the whole comparison.

    That of a kind is a frozen dataclass too. Types are for the kind's own readers to check.
    """

    def readable(self, field: str) -> JsonValue:
        """The value of `field` as an author would write it."""
        value: JsonValue = getattr(self, field)
        return value

    def meaning(self) -> JsonValue:
        """What `readable` does not tell and the shop is sent all the same; part of a digest."""
        return None


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a Spec: where authors write it, and what the shop calls it."""

    name: str
    pointer: Pointer
    wire: str


@dataclass(frozen=True, slots=True)
class Reference:
    """A field that names, by its code, a record of a collection that cg-sync only looks up.

    The code stands at or below the pointer. `word` is what authors call it.
    """

    pointer: Pointer
    collection: str
    code: str
    word: str = "code"


@dataclass(frozen=True)
class Ids:
    """The codes of looked-up records and their ids in this shop, both ways, by collection."""

    codes: Mapping[str, Mapping[str, RemoteId]]
    ambiguous: Mapping[str, Set[str]] = field(default_factory=dict)
    """Codes that several records have, which therefore mean none."""
    gone: Mapping[str, Mapping[RemoteId, str]] = field(default_factory=dict)
    """Ids that the shop does not have any more, and the codes that they had."""

    def of(self, collection: str, code: str | None) -> RemoteId | None:
        """The id behind `code`, or in `#ID`; None for None. Raises KeyError for a code the shop
        lacks.
        """
        if code is None:
            return None
        known = self.codes.get(collection, {})
        if code not in known and code.startswith("#") and code[1:].isdecimal():
            return int(code[1:])
        return known[code]

    def has(self, collection: str, code: str) -> bool:
        """Whether `of` knows the code."""
        try:
            return self.of(collection, code) is not None
        except KeyError:
            return False

    def code_of(self, collection: str, remote_id: RemoteId | None) -> str | None:
        """The code of `remote_id`; `#ID`, which no file can say, when that record has no code or is
        gone.
        """
        if remote_id is None:
            return None
        return self._by_id.get(collection, {}).get(remote_id, f"#{remote_id}")

    def having(self, collection: str, codes: Mapping[str, RemoteId]) -> Ids:
        """These ids and those of `codes` too; a code that is there gets its new id."""
        # The new ones come last: of two codes of one record the last is what it is called.
        others = {it: one for it, one in self.codes.get(collection, {}).items() if it not in codes}
        known = {**others, **codes}
        return replace(self, codes={**self.codes, collection: known})

    def remembering(self, collection: str, gone: Mapping[RemoteId, str]) -> Ids:
        """These ids, and the codes of some that are gone: they are read, and never written."""
        known = {**self.gone.get(collection, {}), **gone}
        return replace(self, gone={**self.gone, collection: known})

    def names(self, collection: str) -> Mapping[RemoteId, str]:
        """The code of each id of a collection."""
        return self._by_id.get(collection, {})

    @cached_property
    def _by_id(self) -> Mapping[str, Mapping[RemoteId, str]]:
        by_id = {
            collection: {remote_id: code for code, remote_id in codes.items()}
            for collection, codes in self.codes.items()
        }
        for collection, gone in self.gone.items():
            by_id[collection] = {**gone, **by_id.get(collection, {})}
        return by_id


class WireUnreadable(ValueError):
    """A live record that `from_wire` cannot understand; the text says what is odd about it."""


@dataclass(frozen=True)
class Kind(Generic[C]):
    """All the engine ever learns about one kind of resource. It is a row of a table."""

    name: str
    label: str
    """One such resource, in a sentence: `group`."""
    folder: str
    schema: str
    collection: str
    key: str
    """The field of the Spec that names the resource."""
    fields: tuple[Field, ...]
    read: Callable[[Document, C], tuple[Spec | None, tuple[Problem, ...]]]
    """Documents that obey the schema → Spec, or what is wrong with them."""
    to_wire: Callable[[Spec, Ids], dict[str, JsonValue]]
    from_wire: Callable[[JsonObject, Ids, C], Spec]
    """Any live record → Spec; raises WireUnreadable."""
    to_document: Callable[[Spec], dict[str, JsonValue]]
    """Spec → what an author would write, defaults left out."""
    in_context: Callable[[Kind[C], C], Kind[C]] = lambda kind, _context: kind
    """The kind as it writes records and files in these surroundings."""
    references: Callable[[Spec], Iterable[Reference]] = lambda _spec: ()
    looks_up: tuple[str, ...] = ()
    claims: Callable[[Spec], tuple[JsonValue, ...]] = lambda _spec: ()
    """What only one of the kind can have at a time: who is to have it waits until it is free."""
    check_together: Callable[[Sequence[Wanted]], Iterator[Problem]] = lambda _wanted: iter(())
    """What is wrong with resources that are each fine by themselves."""
    check_beside: Callable[[Sequence[Wanted], Sequence[Spec]], Iterator[Problem]] = (
        lambda _wanted, _beside: iter(())
    )
    """What is wrong with wanted resources beside live ones that stay and have no file."""
    has_members: bool = False
    size: str = ""
    """What the shop calls the number of members in a record; empty when it does not tell."""
    parsed: tuple[Pointer, ...] = ()
    """Pointers below which `read` knows better than the schema what is wrong."""
    check_parsed: Callable[[Document, C], tuple[Problem, ...]] = lambda _document, _context: ()
    """What is wrong below `parsed`, in a document that need not obey the schema elsewhere."""
    tell: Callable[[Spec | None, Spec, C, datetime | None], Reading | None] = (
        lambda _before, _after, _context, _as_of: None
    )
    """What a change means in words, from what was before (None: nothing); None when the fields say
    it all. What is true of that moment is proved too; with None for it, nothing is."""

    precedence: Callable[[Spec], int | None] = lambda _spec: None
    """Its place among those of the kind that win over each other, the lowest first; None when it
    takes no part."""
    shows: Callable[[Spec], JsonValue] = lambda _spec: None
    """What customers see through it; None when they see nothing of it."""
    likeness: Callable[[Spec], str] = lambda _spec: ""
    """What marks a resource whatever it is called: of two for which this is the same text one may
    be the other, renamed. Empty: nothing marks it."""

    @property
    def wire_key(self) -> str:
        """What the shop calls the field that names the resource."""
        return next(it.wire for it in self.fields if it.name == self.key)

    def address_of(self, spec: Spec) -> Address:
        """The address under which files and shop meet."""
        return Address(self.name, str(getattr(spec, self.key)))
