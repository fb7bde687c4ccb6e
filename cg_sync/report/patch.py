"""Changes to files as a patch that `git apply` takes; what would name people is counted instead."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import unified_diff

from cg_sync.core.members import KeyField
from cg_sync.core.privacy import masked, named

Key = tuple[KeyField, str]


@dataclass(frozen=True, slots=True)
class FilePatch:
    """One file before and after. `names_people`: it says who is in a group."""

    path: str
    before: str
    after: str
    names_people: bool = False


def patch_of(files: Sequence[FilePatch], *, show_members: bool) -> str:
    """All changes as one unified diff, files in their order; empty when there is none.

    Files that name people are left out unless they are to be shown. Ends with a newline.
    """
    return "".join(
        line for it in files if show_members or not it.names_people for line in _lines(it)
    )


def member_note(file: str, added: Sequence[Key], removed: Sequence[Key]) -> str:
    """What changes about the members of a group, nobody named: comments, which git passes over."""
    lines = [f"# {file}: members +{len(added):,} −{len(removed):,}\n"]
    for mark, keys in (("+", added), ("-", removed)):
        if keys:
            lines.append(f"#   {mark} {named([_shown(*it) for it in keys])}\n")
    return "".join(lines)


def _shown(field: KeyField, key: str) -> str:
    return f"pk {key}" if field == "pk" else masked(key)


def _lines(file: FilePatch) -> Iterator[str]:
    before, after = _split(file.before), _split(file.after)
    yield f"diff --git a/{file.path} b/{file.path}\n"
    for number, line in enumerate(unified_diff(before, after, lineterm="")):
        if number < 2:
            yield f"{'+++ b' if number else '--- a'}/{file.path}\n"
        elif line.startswith("@@"):
            yield f"{line}\n"
        elif line.endswith("\n"):
            yield line
        else:
            yield f"{line}\n\\ No newline at end of file\n"


def _split(text: str) -> list[str]:
    """The lines as git sees them: only a line feed ends one."""
    lines = text.split("\n")
    return [f"{it}\n" for it in lines[:-1]] + ([lines[-1]] if lines[-1] else [])
