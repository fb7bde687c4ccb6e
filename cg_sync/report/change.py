"""One change as a block of lines: what happens to which resource, each field before and after."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from cg_sync.core.diff import Change, Create, Delete, FieldChange, Update
from cg_sync.core.members import Member, MemberDelta
from cg_sync.core.origin import Origin
from cg_sync.core.privacy import masked
from cg_sync.core.reading import Reading
from cg_sync.errors import counted
from cg_sync.report.line import Line, Span, Tone, discreet, harmless, line
from cg_sync.report.reading import reading_lines, verdict_line
from cg_sync.report.values import in_words, is_tree, tree_diff, tree_lines
from cg_sync.report.verdict import ORIGIN_WORDS, origin_of

Labels = Mapping[str, str]
"""Name of a kind → what one such resource is called."""

NOBODYS: Mapping[str, Origin] = MappingProxyType({})
"""The origins of a change when nobody asked whose doing it is."""

NO_FILE = "no file; ownership: all"
"""Stands where the place in a file would."""
MOST_ON_ONE_LINE = 72
MEMBERS_SHOWN = 3
_MARK = {Create: ("+", Tone.ADDED), Update: ("~", Tone.CHANGED), Delete: ("-", Tone.REMOVED)}
_INDENT = "      "


def title_of(change: Change, labels: Labels) -> str:
    """A change's resource in words: `group VIP Customers`, with its former name when renamed."""
    name = f"{labels[change.address.kind]} {discreet(change.address.key)}"
    if isinstance(change, Update) and change.former is not None:
        return f"{name} (was {discreet(change.former)})"
    if isinstance(change, Delete) and change.size:
        return f"{name} (with {counted(change.size, 'member')})"
    return name


def change_lines(
    change: Change,
    labels: Labels,
    reading: Reading | None = None,
    origins: Mapping[str, Origin] = NOBODYS,
) -> Iterator[Line]:
    """The title with its place, then a line a field. Of a Create, what the title says is not said
    again; of a Delete, there is nothing more to say. A field that has a reading is read out above
    its value. The title says whose doing it is, and where the fields do not agree each of them.
    """
    mark, tone = _MARK[type(change)]
    where = discreet(str(change.where)) if change.where is not None else NO_FILE
    title = f"{mark} {title_of(change, labels)}"
    yield line("  ", Span(title, tone), "  ", Span(where, Tone.QUIET), *_whose_doing(origins))
    if isinstance(change, Delete):
        return
    yield from _each_doing(origins)
    fields = [field for field in change.fields if not field.is_key]
    names = [field.name for field in fields] + (["members"] if change.members else [])
    width = max(map(len, names), default=0)
    for field in fields:
        name = f"{_INDENT}{field.name.ljust(width)}  "
        told = reading if reading is not None and reading.field == field.name else None
        if isinstance(change, Create):
            yield from _new_field(field, name, told)
        else:
            yield from _changed_field(field, name, told)
    if change.members is not None:
        name = f"{_INDENT}{'members'.ljust(width)}  "
        if isinstance(change, Create):
            yield line(name, _first_members(change.members))
        else:
            yield from _moved_members(change.members, name)


def _whose_doing(origins: Mapping[str, Origin]) -> Line:
    origin = origin_of(origins)
    if origin is None:
        return ()
    tone = Tone.QUIET if origin is Origin.YOURS else Tone.WARNING
    return line("  ", Span(f"[{ORIGIN_WORDS[origin]}]", tone))


def _each_doing(origins: Mapping[str, Origin]) -> Iterator[Line]:
    """Which fields are whose, when they are not all one's."""
    if len(set(origins.values())) < 2:
        return
    parts = []
    for origin, word in ORIGIN_WORDS.items():
        names = [name for name, it in origins.items() if it is origin]
        if names:
            parts.append(f"{word}: {', '.join(names)}")
    yield line(_INDENT, Span("; ".join(parts), Tone.WARNING))


def _new_field(field: FieldChange, name: str, reading: Reading | None) -> Iterator[Line]:
    if is_tree(field.new):
        yield from _read_out(name, reading, is_new=True)
        yield from _indented(tree_lines(field.new))
    else:
        yield line(name, in_words(field.new, field.name))


def _changed_field(field: FieldChange, name: str, reading: Reading | None) -> Iterator[Line]:
    if is_tree(field.old) or is_tree(field.new):
        yield from _read_out(name, reading)
        yield from _indented(tree_diff(field.old, field.new))
        return
    old, new = in_words(field.old, field.name), in_words(field.new, field.name)
    if len(old) + len(new) <= MOST_ON_ONE_LINE:
        yield line(name, Span(old, Tone.REMOVED), " → ", Span(new, Tone.ADDED))
    else:
        yield line(name, Span(f"- {old}", Tone.REMOVED))
        yield line(" " * len(name), Span(f"+ {new}", Tone.ADDED))
    if reading is not None:
        yield from reading_lines(reading, f"{_INDENT}  ")


def _read_out(name: str, reading: Reading | None, *, is_new: bool = False) -> Iterator[Line]:
    """The name of a field whose value has lines of its own, and what there is to read first."""
    if reading is None:
        yield line(name.rstrip())
        return
    verdict = verdict_line(reading)
    yield line(name, *verdict) if verdict else line(name.rstrip())
    yield from reading_lines(reading, f"{_INDENT}  ", is_new=is_new)


def _indented(lines: Iterator[Line]) -> Iterator[Line]:
    return (line(f"{_INDENT}  ", *it) for it in lines)


def _first_members(members: MemberDelta) -> str:
    return f"{len(members.add):,}: {_sample(members.add)}" if members.add else "0"


def _moved_members(members: MemberDelta, name: str) -> Iterator[Line]:
    yield line(name, f"+{len(members.add):,} −{len(members.remove):,} = {members.after:,}")
    for mark, tone, moved in (("+", Tone.ADDED, members.add), ("-", Tone.REMOVED, members.remove)):
        if moved:
            yield line(f"{_INDENT}  ", Span(f"{mark} {_sample(moved)}", tone))


def _sample(members: Sequence[Member]) -> str:
    """The first few, masked, and how many more there are."""
    shown = ", ".join(shown_member(it) for it in members[:MEMBERS_SHOWN])
    return (
        f"{shown} and {len(members) - MEMBERS_SHOWN:,} more"
        if len(members) > MEMBERS_SHOWN
        else shown
    )


def shown_member(member: Member) -> str:
    """A customer as `a***@example.com`; one without an address as `pk 1042`."""
    return harmless(masked(member.email), 80) if member.email else f"pk {member.pk}"
