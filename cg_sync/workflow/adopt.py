"""`import`: what the shop has and no file describes, as files, such that a plan made from them is
empty.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cg_sync.api.live import fetch_live
from cg_sync.api.shop import Shop
from cg_sync.core.address import Address
from cg_sync.core.document import Document
from cg_sync.core.kind import Kind
from cg_sync.core.match import pair_up
from cg_sync.core.members import Member, keys_of, member_of
from cg_sync.core.schema import Law
from cg_sync.core.state import Held, Live, Tombstone, Wanted, make_desired
from cg_sync.errors import Problem, Severity
from cg_sync.files.environment import escaped, substitute
from cg_sync.files.schemas import read_schemas
from cg_sync.files.writing import write_text
from cg_sync.files.yaml_reader import read_yaml
from cg_sync.files.yaml_writer import to_yaml
from cg_sync.jsonvalue import JsonObject, JsonValue
from cg_sync.kinds.context import Context
from cg_sync.workflow.check import Checked

_EMAIL = re.compile(r"(?!#)[^@\s]+@[^@\s]+")
_FILE_NAME_LENGTH = 100
INLINE_MEMBERS = 20
"""Longer lists go to a file of their own in members/, so that the group's file stays readable."""


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file to be written: its path from the root of the project, and its text."""

    path: str
    text: str


@dataclass(frozen=True)
class Adopted:
    """What an import found: files to write, problems with what cannot be written, resources that
    have files already.
    """

    files: tuple[NewFile, ...]
    problems: tuple[Problem, ...]
    described: int


@dataclass(frozen=True)
class _Draft:
    """The file that would describe a live record, and the member list it names, if any."""

    held: Held
    file: NewFile
    lists: tuple[NewFile, ...]


def adopt(checked: Checked, shop: Shop, *, only: frozenset[str], members: bool) -> Adopted:
    """Describe every live resource without a file. `only` names folders; `members` False leaves
    membership out.

    What no file can say is a problem and is left out. Writes nothing. Raises FilesError for a
    project with errors.
    """
    checked.refuse_if_broken()
    live = fetch_live(shop, checked.kinds, checked.context, checked.desired.wanted)
    taken = {pair.held.address for pair in pair_up(checked.desired, live) if pair.held is not None}
    taken |= set(checked.desired.absent)
    used = {
        path.relative_to(checked.root).as_posix().casefold() for path in checked.root.glob("*/*")
    }
    law = Law(read_schemas())
    files: list[NewFile] = []
    problems: list[Problem] = []
    described = 0
    for kind in (it for it in checked.kinds if it.folder in only):
        problems += _unclear(live, kind)
        mine = [it for address, it in live.held.items() if address.kind == kind.name]
        drafts = [
            _draft(held, kind, shop, used=used, members=members and kind.has_members)
            for held in mine
            if held.address not in taken and held.address not in live.twice
        ]
        described += sum(held.address in taken for held in mine)
        found = _problems_of(drafts, kind, checked, law)
        for draft in drafts:
            reasons = [it.message for it in found[draft] if it.severity is Severity.ERROR]
            if reasons:
                what = f"{kind.label} {draft.held.address.key}: no file can say this"
                problems.append(_left_out(f"{what}: {'; '.join(reasons)}"))
            else:
                files += [*draft.lists, draft.file]
                problems += found[draft]
    return Adopted(tuple(files), tuple(problems), described)


def write_files(root: Path, files: Sequence[NewFile]) -> Iterator[NewFile]:
    """Write the files below `root`; yields each once it is on disk.

    Raises FilesError at the first that cannot be written.
    """
    for file in files:
        write_text(root / file.path, file.text, inside=root)
        yield file


def _unclear(live: Live, kind: Kind[Context]) -> Iterator[Problem]:
    for it in live.unreadable:
        if it.kind == kind.name:
            yield _left_out(f"{kind.label} with id {it.remote_id}: {it.reason}")
    for address in live.twice:
        if address.kind == kind.name:
            yield _left_out(f"{kind.label} {address.key}: the shop has it more than once")


def _left_out(message: str) -> Problem:
    return Problem(
        "CG-L02", message, hint="it is left out of the import", severity=Severity.WARNING
    )


def _draft(held: Held, kind: Kind[Context], shop: Shop, *, used: set[str], members: bool) -> _Draft:
    content = kind.to_document(held.spec)
    path = _free_path(f"{kind.folder}/{_file_name(held.address.key)}", ".yaml", used)
    lists: list[NewFile] = []
    if members:
        people = list(shop.fetch_members(kind.collection, held.remote_id))
        content["members"], lists = _members_block(people, path, used)
    header = f"yaml-language-server: $schema=../schemas/{kind.schema}.schema.json"
    text = to_yaml(escaped(content), header=header)
    return _Draft(held, NewFile(path, text), tuple(lists))


def _problems_of(
    drafts: Sequence[_Draft], kind: Kind[Context], checked: Checked, law: Law
) -> Mapping[_Draft, list[Problem]]:
    """Read the new files as files are read, beside those that are there, and see that each means
    what the shop holds.
    """
    desired = checked.desired
    resources: dict[Address, Wanted | Tombstone] = {**desired.wanted, **desired.absent}
    documents = [it.document for address, it in resources.items() if address.kind == kind.name]
    found: dict[str, list[Problem]] = {draft.file.path: [] for draft in drafts}
    read: dict[str, Document] = {}
    for draft in drafts:
        document, problems = read_yaml(draft.file.text.encode(), file=draft.file.path)
        found[draft.file.path] += problems
        if document is not None:
            read[draft.file.path], unset = substitute(document, {})
            found[draft.file.path] += unset
    together, problems = make_desired(
        {kind.name: [*documents, *read.values()]},
        kinds=[kind],
        law=law,
        context=checked.context,
        listed={},
    )
    for problem in problems:
        if problem.where is not None and problem.where.file in found:
            found[problem.where.file].append(problem)
    for draft in drafts:
        wanted = together.wanted.get(draft.held.address)
        mine = found[draft.file.path]
        is_read = all(it.severity is not Severity.ERROR for it in mine)
        if is_read and (wanted is None or wanted.spec != draft.held.spec):
            message = "the file would not mean the same as the live record"
            mine.append(Problem("CG-L02", message))
        document = read.get(draft.file.path)
        if document is not None and _is_raw(document):
            mine.append(_kept_raw(document))
    return {draft: found[draft.file.path] for draft in drafts}


def _is_raw(document: Document) -> bool:
    content = document.content
    rule = content.get("rule") if isinstance(content, Mapping) else None
    return isinstance(rule, Mapping) and "raw" in rule


def _kept_raw(document: Document) -> Problem:
    return document.problem(
        "CG-L09",
        "rule: kept as raw, since the rule language cannot express it",
        ("rule",),
        of_key=True,
        hint="it is sent back exactly as it is",
        severity=Severity.WARNING,
    )


def _members_block(
    customers: Sequence[JsonObject], group_path: str, used: set[str]
) -> tuple[dict[str, JsonValue], list[NewFile]]:
    """Members by e-mail address, or by pk when an address is missing or not unique among them."""
    emails = [keys_of(it).get("email", "") for it in customers]
    people = [member_of(it) for it in customers]
    by_email = all(map(_EMAIL.fullmatch, emails)) and len(set(emails)) == len(emails)
    if len(people) <= INLINE_MEMBERS:
        entries: list[JsonValue] = (
            [it.email for it in people] if by_email else [{"pk": it.pk} for it in people]
        )
        return {"mode": "exact", "customers": entries}, []
    stem = Path(group_path).stem
    path = _free_path(f"members/{stem}", ".txt" if by_email else ".csv", used)
    return {"mode": "exact", "files": [f"../{path}"]}, [NewFile(path, _list_text(people, by_email))]


def _list_text(people: Sequence[Member], by_email: bool) -> str:
    lines = [it.email for it in people] if by_email else ["pk", *(str(it.pk) for it in people)]
    return "\n".join(lines) + "\n"


def _file_name(key: str) -> str:
    """A readable file name for a key: ASCII letters, digits and dashes; Turkish letters lose their
    marks.
    """
    text = unicodedata.normalize("NFKD", key.replace("ı", "i").replace("İ", "I"))
    ascii_text = "".join(it for it in text if not unicodedata.combining(it))
    if re.fullmatch(r"[-a-zA-Z0-9_]+", key):
        return key[:_FILE_NAME_LENGTH]
    words = re.sub(r"[^a-z0-9]+", "-", ascii_text.lower()).strip("-")
    return words[:_FILE_NAME_LENGTH] or "group"


def _free_path(stem: str, suffix: str, used: set[str]) -> str:
    path, number = f"{stem}{suffix}", 2
    while path.casefold() in used:
        path, number = f"{stem}-{number}{suffix}", number + 1
    used.add(path.casefold())
    return path
