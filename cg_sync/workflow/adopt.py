"""`import`: what the shop has and no file describes, as files, such that a plan made from them is
empty.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from cg_sync.api.live import fetch_live
from cg_sync.api.shop import Shop
from cg_sync.core.kind import Kind
from cg_sync.core.match import pair_up
from cg_sync.core.members import Member, keys_of, member_of
from cg_sync.core.schema import Law
from cg_sync.core.state import Held, make_desired
from cg_sync.errors import Problem, Severity
from cg_sync.files.schemas import read_schemas
from cg_sync.files.yaml_reader import read_yaml
from cg_sync.files.yaml_writer import to_yaml
from cg_sync.jsonvalue import JsonObject, JsonValue
from cg_sync.kinds.context import Context
from cg_sync.workflow.check import Checked

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


def adopt(checked: Checked, shop: Shop, *, only: frozenset[str], members: bool) -> Adopted:
    """Describe every live resource without a file. `only` names folders; `members` False leaves
    membership out.

    What no file can say is a problem and is left out. Writes nothing. Raises FilesError for a
    project with errors.
    """
    checked.refuse_if_broken()
    live = fetch_live(shop, checked.kinds, checked.context)
    taken = {pair.held.address for pair in pair_up(checked.desired, live) if pair.held is not None}
    taken |= set(checked.desired.absent)
    law = Law(read_schemas())
    files: list[NewFile] = []
    problems = [
        _left_out(f"{it.kind} with id {it.remote_id}: {it.reason}") for it in live.unreadable
    ] + [_left_out(f"{it.kind} {it.key}: the shop has it more than once") for it in live.twice]
    used = {
        path.relative_to(checked.root).as_posix().casefold() for path in checked.root.glob("*/*")
    }
    described = 0
    for kind in checked.kinds:
        for held in live.held.values():
            if (
                held.address.kind != kind.name
                or held.address in live.twice
                or kind.folder not in only
            ):
                continue
            if held.address in taken:
                described += 1
                continue
            made, found = _describe(held, kind, checked, law, shop, used=used, members=members)
            files += made
            problems += found
    return Adopted(tuple(files), tuple(problems), described)


def _left_out(message: str) -> Problem:
    return Problem(
        "CG-L02", message, hint="it is left out of the import", severity=Severity.WARNING
    )


def _describe(
    held: Held,
    kind: Kind[Context],
    checked: Checked,
    law: Law,
    shop: Shop,
    *,
    used: set[str],
    members: bool,
) -> tuple[list[NewFile], list[Problem]]:
    content = kind.to_document(held.spec)
    path = _free_path(f"{kind.folder}/{_file_name(held.address.key)}", ".yaml", used)
    files: list[NewFile] = []
    if members and kind.has_members:
        block, extra = _members_block(
            list(shop.fetch_members(kind.collection, held.remote_id)), path, used
        )
        content["members"] = block
        files += extra
    text = to_yaml(
        content, header=f"yaml-language-server: $schema=../schemas/{kind.schema}.schema.json"
    )
    problems = list(_check(text, path, held, kind, checked, law))
    errors = [it for it in problems if it.severity is Severity.ERROR]
    if errors:
        reasons = "; ".join(problem.message for problem in errors)
        return [], [_left_out(f"{kind.label} {held.address.key}: no file can say this: {reasons}")]
    return [*files, NewFile(path, text)], problems


def _check(
    text: str, path: str, held: Held, kind: Kind[Context], checked: Checked, law: Law
) -> Iterator[Problem]:
    """Read the new file as any file is read, and see that it means what the shop holds."""
    document, problems = read_yaml(text.encode(), file=path)
    yield from problems
    if document is None:
        return
    desired, found = make_desired(
        {kind.name: [document]}, kinds=[kind], law=law, context=checked.context, listed={}
    )
    yield from found
    wanted = desired.wanted.get(held.address)
    if not found and (wanted is None or wanted.spec != held.spec):
        yield document.problem("CG-L02", "the file would not mean the same as the live record")
    if isinstance(document.content, dict) and "raw" in (
        cast(JsonObject, document.content.get("rule") or {})
    ):
        yield document.problem(
            "CG-L09",
            "rule: kept as raw, since the rule language cannot express it",
            ("rule",),
            hint="it is sent back exactly as it is",
            severity=Severity.WARNING,
        )


def _members_block(
    customers: Sequence[JsonObject], group_path: str, used: set[str]
) -> tuple[dict[str, JsonValue], list[NewFile]]:
    """Members by e-mail address, or by pk when an address is missing or not unique among them."""
    emails = [keys_of(it).get("email", "") for it in customers]
    people = [member_of(it) for it in customers]
    by_email = "" not in emails and len(set(emails)) == len(emails)
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
        return key
    return re.sub(r"[^a-z0-9]+", "-", ascii_text.lower()).strip("-") or "group"


def _free_path(stem: str, suffix: str, used: set[str]) -> str:
    path, number = f"{stem}{suffix}", 2
    while path.casefold() in used:
        path, number = f"{stem}-{number}{suffix}", number + 1
    used.add(path.casefold())
    return path
