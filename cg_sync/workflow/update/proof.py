"""Reads drafts as files are read, before they are written: each must mean what the shop holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from cg_sync.core.document import Document
from cg_sync.core.members import KEY_FIELDS, KeyField, MemberKeys
from cg_sync.core.schema import Law
from cg_sync.core.state import Desired, make_desired
from cg_sync.errors import Problem, Severity
from cg_sync.files.member_update import is_csv, keys_in
from cg_sync.files.paths import resolve_inside, shown_path
from cg_sync.files.schemas import read_schemas
from cg_sync.files.yaml_reader import read_yaml
from cg_sync.jsonvalue import JsonValue, mapping_in
from cg_sync.rules.parse import Vocabulary
from cg_sync.workflow.update.draft import Draft, Drafter

Wrong = tuple[Draft, str]
"""A draft that cannot be taken, and why."""


def proved(
    drafter: Drafter, drafts: Sequence[Draft]
) -> tuple[tuple[Draft, ...], tuple[Wrong, ...]]:
    """The drafts that together leave a project without errors, in which each resource is as the
    shop has it; and the others, each with the reason.
    """
    law = Law(read_schemas())
    wrong: list[Wrong] = []
    left = list(drafts)
    while left:
        desired, problems = _read_with(drafter, left, law)
        errors = [it for it in problems if it.severity is Severity.ERROR]
        found = list(_blamed(left, errors)) if errors else list(_different(left, desired))
        if not found:
            break
        wrong += found
        left = [draft for draft in left if not any(draft is it for it, _ in found)]
    return tuple(left), tuple(wrong)


def _read_with(
    drafter: Drafter, drafts: Iterable[Draft], law: Law
) -> tuple[Desired, tuple[Problem, ...]]:
    """The project as it would be."""
    checked = drafter.checked
    edited = {it.path: it.after for draft in drafts for it in draft.edited}
    lists = {name: values for draft in drafts for name, values in draft.lists.items()}
    words = checked.context.vocabulary
    known = Vocabulary(words.catalogue, {**words.lists, **lists}, words.conditions, words.dialect)
    documents: dict[str, list[Document]] = {}
    problems: list[Problem] = []
    for kind, found in checked.tree.resources.items():
        documents[kind] = []
        for document in found:
            now: Document | None = document
            if document.file in edited:
                now, unread = read_yaml(edited[document.file], file=document.file)
                problems += unread
            if now is not None:
                documents[kind].append(drafter.filled(now))
    files = {draft.file for draft in drafts if draft.keys is not None}
    named = [it for found in documents.values() for it in found if it.file in files]
    desired, unfit = make_desired(
        documents,
        kinds=checked.kinds,
        law=law,
        context=replace(checked.context, vocabulary=known),
        listed={it.file: _listed(drafter, it, edited) for it in named},
    )
    return desired, (*problems, *unfit)


def _listed(drafter: Drafter, document: Document, edited: Mapping[str, bytes]) -> MemberKeys:
    """Whom the member lists of a group would name."""
    by: dict[KeyField, set[str]] = {}
    root = drafter.checked.root.resolve()
    for relative in _files_of(document.content):
        path = resolve_inside(root, document.file, relative)
        assert path is not None
        shown = shown_path(root, path)
        data = edited[shown] if shown in edited else drafter.disk.bytes_at(path)
        assert data is not None  # it was read for the draft
        for _, (field, key) in keys_in(data, as_csv=is_csv(path)):
            by.setdefault(field, set()).add(key)
    return MemberKeys(by)


def _files_of(content: JsonValue) -> list[str]:
    files = mapping_in(mapping_in(content).get("members")).get("files")
    return [str(it) for it in files] if isinstance(files, list) else []


def _blamed(drafts: Sequence[Draft], errors: Sequence[Problem]) -> Iterator[Wrong]:
    """The drafts in whose files the errors are, or whose files the errors speak of; if there are no
    such, all of them.
    """
    blamed = False
    for draft in drafts:
        for error in errors:
            where = error.where.file if error.where is not None else ""
            if where == draft.file or f"{draft.file}:" in error.message:
                blamed = True
                yield draft, error.message
                break
    if not blamed:
        yield from ((draft, errors[0].message) for draft in drafts)


def _different(drafts: Sequence[Draft], desired: Desired) -> Iterator[Wrong]:
    for draft in drafts:
        wanted = desired.wanted.get(draft.address)
        if wanted is None or wanted.spec != draft.held.spec:
            yield draft, "the file would not mean the same as the live record"
        elif draft.keys is not None and (
            wanted.membership is None or _apart(wanted.membership.keys) != _apart(draft.keys)
        ):
            yield draft, "the file would not name the same members as the shop"


def _apart(keys: MemberKeys) -> dict[KeyField, set[str]]:
    return {name: set(keys.by[name]) for name in KEY_FIELDS if keys.by.get(name)}
