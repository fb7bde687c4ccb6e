"""Drafts of the files of one resource that differs in the shop: what each of them is to say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field, replace
from functools import cached_property

from cg_sync.core.address import Address
from cg_sync.core.document import Document
from cg_sync.core.kind import Kind
from cg_sync.core.match import Pair
from cg_sync.core.members import MemberKeys
from cg_sync.core.state import Held
from cg_sync.files.environment import VARS, substitute
from cg_sync.files.member_update import Key, lists_of
from cg_sync.files.paths import shown_path
from cg_sync.files.schemas import read_schemas
from cg_sync.files.yaml_update import update_yaml
from cg_sync.jsonvalue import JsonObject, JsonValue, canonical, mapping_in
from cg_sync.kinds.context import Context
from cg_sync.rules.merge_line import references_in
from cg_sync.workflow.check import Checked
from cg_sync.workflow.update.disk import Disk
from cg_sync.workflow.update.fields import (
    NewContent,
    orders_of,
    refuse_lost_variables,
    with_live_fields,
)
from cg_sync.workflow.update.left import BY_HAND, LeftAlone
from cg_sync.workflow.update.members import MembersFound
from cg_sync.workflow.update.membership import NewMembers, with_live_members


@dataclass(frozen=True, slots=True)
class Edited:
    """One file that changes: its path from the root of the project, its bytes before and after.

    `names_people`: it says who is in a group.
    """

    path: str
    before: bytes
    after: bytes
    names_people: bool = False


@dataclass(frozen=True)
class Draft:
    """All that changes for one resource. `lists` are the value lists that change, by name.

    `keys` are whom the file names then, None when its members stay as they are; `added` and
    `removed` tell the difference.
    """

    address: Address
    file: str
    held: Held
    edited: tuple[Edited, ...]
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    keys: MemberKeys | None = None
    added: tuple[Key, ...] = ()
    removed: tuple[Key, ...] = ()


@dataclass(frozen=True)
class Drafter:
    """Makes drafts for the resources of a project, given how their members differ."""

    checked: Checked
    found: Mapping[Address, MembersFound]
    disk: Disk

    def draft(self, pair: Pair, held: Held) -> Draft:
        """What changes for this resource; nothing when it is as its file says. Raises LeftAlone."""
        address, document = pair.wanted.address, self._documents[pair.wanted.document.file]
        written = self.written(document.file)
        new = NewContent(dict(written), {})
        if held.spec != pair.wanted.spec:
            new = self._fields(pair, held, written)
        members = self._members(pair, written)
        if members is not None:
            new.content["members"] = members.block
        refuse_lost_variables(written, new.content, pair)
        edited = [
            *self._edited(pair, document, new.content),
            *(it for name, values in new.lists.items() for it in self._list(pair, name, values)),
        ]
        if members is None:
            draft = Draft(address, document.file, held, tuple(edited), new.lists)
        else:
            edited = [*edited, *self._edited_lists(members)]
            draft = Draft(
                address, document.file, held,
                tuple(replace(it, names_people=True) for it in edited),
                new.lists, members.keys, members.added, members.removed,
            )  # fmt: skip
        if edited:  # a list alone may change: also then the file that names it is as it was read
            self.disk.as_read(document)
        return draft

    def filled(self, document: Document) -> Document:
        """The document with the values of variables."""
        environment = self.checked.environment
        return substitute(document, environment.vars if environment else {}, source=VARS)[0]

    def written(self, file: str) -> JsonObject:
        """The content of a file of a resource, variables by their names."""
        content = self._documents[file].content
        assert isinstance(content, Mapping)
        return content

    @cached_property
    def _documents(self) -> Mapping[str, Document]:
        return {it.file: it for found in self.checked.tree.resources.values() for it in found}

    @cached_property
    def _named_by(self) -> Mapping[tuple[str, str], Set[str]]:
        """The files that name a value list or a shared condition."""
        tree = self.checked.tree
        others = [tree.invariants] if tree.invariants is not None else []
        named: dict[tuple[str, str], set[str]] = defaultdict(set)
        for document in (*self._documents.values(), *tree.conditions.values(), *others):
            for reference in references_in(document.content):
                named[reference].add(document.file)
        return named

    @cached_property
    def _lists_named_by(self) -> Mapping[str, list[str]]:
        """The member lists that each file names."""
        named: dict[str, list[str]] = {}
        for file, document in self._documents.items():
            files = mapping_in(mapping_in(self.filled(document).content).get("members")).get(
                "files"
            )
            named[file] = [str(it) for it in files] if isinstance(files, list) else []
        return named

    def _fields(self, pair: Pair, held: Held, written: JsonObject) -> NewContent:
        kind = self._kind(pair)
        if held.address != pair.wanted.address:
            raise LeftAlone(
                f"{kind.key}: the {kind.label} is still called {held.address.key} in the shop",
                "apply the rename first, or take it back",
                pair.wanted.document.position_of((kind.key,)),
            )
        document = self._documents[pair.wanted.document.file]
        return with_live_fields(
            written,
            pair,
            held,
            kind,
            self.checked.context,
            orders=orders_of(read_schemas()[kind.schema]),
            fill=lambda value: self.filled(replace(document, content=value)).content,
        )

    def _members(self, pair: Pair, written: JsonObject) -> NewMembers | None:
        found = self.found.get(pair.wanted.address)
        if found is None:
            return None
        return with_live_members(
            mapping_in(written.get("members")),
            mapping_in(mapping_in(pair.wanted.document.content).get("members")),
            pair,
            found,
            disk=self.disk,
            named_by=lists_of(self.checked.root.resolve(), self._lists_named_by),
            emails_allowed=self.checked.project.privacy.emails_in_git == "allow",
        )

    def _list(self, pair: Pair, name: str, values: tuple[str, ...]) -> tuple[Edited, ...]:
        document = self.checked.tree.lists[name]
        others = self._named_by[("the list", name)] - {pair.wanted.document.file}
        if others:
            raise LeftAlone(
                f"rule: the change is inside the list {name}, which {_named(others)} too",
                f"change {document.file} if it is meant for all of them, or write the values out",
                pair.wanted.document.position_of(("rule",), of_key=True),
            )
        content = {**mapping_in(document.content), "values": list(values)}
        return self._edited(pair, document, content)

    def _edited(self, pair: Pair, document: Document, content: JsonValue) -> tuple[Edited, ...]:
        if canonical(content) == canonical(document.content):
            return ()
        before = self.disk.as_read(document)
        after = update_yaml(before, content, file=document.file)
        if after is None:
            raise LeftAlone(
                f"{document.file} cannot be made to say it by a small change",
                BY_HAND,
                pair.wanted.document.position_of(),
            )
        return (Edited(document.file, before, after),)

    def _edited_lists(self, members: NewMembers) -> Iterator[Edited]:
        root = self.checked.root.resolve()
        for path, after in members.lists.items():
            before = self.disk.bytes_at(path)
            assert before is not None
            yield Edited(shown_path(root, path), before, after)

    def _kind(self, pair: Pair) -> Kind[Context]:
        return next(it for it in self.checked.kinds if it.name == pair.wanted.address.kind)


def _named(files: Set[str]) -> str:
    first, *rest = sorted(files)
    if not rest:
        return f"{first} uses"
    return f"{first} and {len(rest)} other file{'s' if len(rest) > 1 else ''} use"
