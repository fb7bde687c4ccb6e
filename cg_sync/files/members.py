"""Reads the member lists that groups name: who is in them, each file once, however long it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from cg_sync.core.document import Document
from cg_sync.core.members import KEY_FIELDS, KeyField, MemberKeys
from cg_sync.errors import Position, Problem, Severity, counted
from cg_sync.files.member_rows import (
    BadRow,
    ListBroken,
    ReadRows,
    csv_rows,
    good_rows,
    text_rows,
)
from cg_sync.files.paths import resolve_inside, shown_path
from cg_sync.files.reading import cannot_read, unreadable
from cg_sync.jsonvalue import Pointer

MAX_BYTES = 200_000_000
MAX_PROBLEMS = 20

_READERS: Mapping[str, ReadRows] = {".txt": text_rows, ".csv": csv_rows}


def read_memberships(
    root: Path, documents: Sequence[Document]
) -> tuple[Mapping[str, MemberKeys], tuple[Problem, ...]]:
    """Whom the `members.files` of each document name, by document; each list is read once.

    What has not the shape of a list of paths is passed over here: the schema speaks about it.
    """
    root = root.resolve()
    problems: list[Problem] = []
    read: dict[Path, MemberKeys] = {}
    memberships: dict[str, MemberKeys] = {}
    for document in documents:
        if (named := _named(document)) is None:
            continue
        parts: list[tuple[Pointer, MemberKeys]] = []
        for pointer, relative in named:
            path = _list_at(root, document, pointer, relative)
            if isinstance(path, Problem):
                problems.append(path)
                continue
            if path not in read:
                read[path], found = read_member_file(path, shown_as=shown_path(root, path))
                problems += found
            parts.append((pointer, read[path]))
        problems += _twins_across(document, parts)
        memberships[document.file] = _union([keys for _, keys in parts])
    return memberships, tuple(problems)


def read_member_file(path: Path, *, shown_as: str) -> tuple[MemberKeys, tuple[Problem, ...]]:
    """Whom one list names, a text file (.txt) or CSV (.csv), and what is wrong with it by line.

    A customer listed twice is a warning. At most MAX_PROBLEMS problems and as many warnings are
    kept. Memory goes to the keys alone. No message tells a key, since lists are personal data.
    """
    problem = unreadable(path, shown_as=shown_as, limit=MAX_BYTES)
    if problem is not None:
        return MemberKeys(), (problem,)
    read_rows = _READERS.get(path.suffix.lower())
    if read_rows is None:
        hint = "name it *.txt (an e-mail address a line) or *.csv (with a header)"
        message = f"`{path.suffix}` is no kind of member list"
        return MemberKeys(), (Problem("CG-F09", message, Position(shown_as), hint),)
    problems: list[Problem] = []
    by: dict[KeyField, set[str]] = {field: set() for field in KEY_FIELDS}
    try:
        rows = _collect(path, read_rows, by, shown_as, problems)
        keys = MemberKeys({field: found for field, found in by.items() if found})
        if rows > len(keys):
            problems += _twins(path, read_rows, keys, shown_as)
    except OSError as error:
        return MemberKeys(), (cannot_read(error, shown_as),)
    return keys, tuple(problems)


def _collect(
    path: Path,
    read_rows: ReadRows,
    by: Mapping[KeyField, set[str]],
    shown_as: str,
    problems: list[Problem],
) -> int:
    """Put keys into `by` and what is wrong into `problems`; returns the number of good rows."""
    rows = unkept = 0
    with path.open("rb") as file:
        try:
            for row in read_rows(file):
                if isinstance(row, BadRow):
                    if len(problems) < MAX_PROBLEMS:
                        problems.append(_problem("CG-F09", row, shown_as))
                    else:
                        unkept += 1
                    continue
                _, field, keys = row
                by[field].update(keys)
                rows += len(keys)
        except ListBroken as broken:
            problems.append(_problem(broken.code, broken.bad, shown_as))
    if unkept:
        problems.append(Problem("CG-F09", f"and {unkept} more like these", Position(shown_as)))
    return rows


def _problem(code: str, bad: BadRow, shown_as: str) -> Problem:
    return Problem(code, bad.message, Position(shown_as, bad.line, bad.column), bad.hint)


def _twins(path: Path, read_rows: ReadRows, keys: MemberKeys, shown_as: str) -> Iterator[Problem]:
    """The warnings of a list that names customers twice, found by reading it again."""
    # Lines are not kept while a list is read: that would cost every good list its memory.
    unseen = {field: set(found) for field, found in keys.by.items()}
    later: list[tuple[int, KeyField, str]] = []
    count = 0
    for line, field, key in _good_rows(path, read_rows):
        if key in unseen[field]:
            unseen[field].remove(key)
            continue
        count += 1
        if count <= MAX_PROBLEMS:
            later.append((line, field, key))
    wanted = {(field, key) for _, field, key in later}
    first: dict[tuple[KeyField, str], int] = {}
    for line, field, key in _good_rows(path, read_rows):
        if (field, key) in wanted:
            first.setdefault((field, key), line)
    for line, field, key in later:
        message = f"the same customer as on line {first[field, key]}"
        yield _warning(message, Position(shown_as, line))
    if count > MAX_PROBLEMS:
        yield _warning(f"and {count - MAX_PROBLEMS} more like these", Position(shown_as))


def _good_rows(path: Path, read_rows: ReadRows) -> Iterator[tuple[int, KeyField, str]]:
    with path.open("rb") as file, suppress(ListBroken):
        yield from good_rows(read_rows(file))


def _warning(message: str, where: Position) -> Problem:
    return Problem("CG-F10", message, where, "remove one of the two", Severity.WARNING)


def _named(document: Document) -> list[tuple[Pointer, str]] | None:
    """The paths a group names with their places; None when it has no list of them."""
    content = document.content
    members = content.get("members") if isinstance(content, Mapping) else None
    files = members.get("files") if isinstance(members, Mapping) else None
    if not isinstance(files, list):
        return None
    return [
        (("members", "files", index), relative)
        for index, relative in enumerate(files)
        if isinstance(relative, str)
    ]


def _list_at(root: Path, document: Document, pointer: Pointer, relative: str) -> Path | Problem:
    path = resolve_inside(root, document.file, relative)
    if path is None:
        hint = "write a path relative to this file, to a list inside the project"
        return document.problem("CG-F08", f"`{relative}` leaves the project", pointer, hint=hint)
    if not path.exists():
        hint = "paths are relative to the file that names them, with forward slashes"
        return document.problem("CG-F01", f"`{relative}`: no such file", pointer, hint=hint)
    if path.is_dir():
        hint = "name the lists in it, each on a line of its own"
        return document.problem("CG-F01", f"`{relative}`: a folder, not a file", pointer, hint=hint)
    return path


def _twins_across(
    document: Document, parts: Sequence[tuple[Pointer, MemberKeys]]
) -> Iterator[Problem]:
    """A warning for each list that shares customers with a list above it."""
    for index, (pointer, keys) in enumerate(parts):
        shared = max((_shared(keys, above) for _, above in parts[:index]), default=0)
        if shared:
            message = f"{counted(shared, 'customer')} of this list in a list above it too"
            yield document.problem(
                "CG-F10",
                message,
                pointer,
                hint="keep each in one of the lists",
                severity=Severity.WARNING,
            )


def _shared(keys: MemberKeys, above: MemberKeys) -> int:
    return sum(len(found & above.by.get(field, frozenset())) for field, found in keys.by.items())


def _union(parts: Sequence[MemberKeys]) -> MemberKeys:
    """All of them; a single list is given as it is, since it may be long."""
    if len(parts) == 1:
        return parts[0]
    fields = [field for field in KEY_FIELDS if any(field in keys.by for keys in parts)]
    return MemberKeys(
        {field: frozenset().union(*(keys.by.get(field, ()) for keys in parts)) for field in fields}
    )
