"""One change in Markdown: as a line, and as a block that opens."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from cg_sync.core.diff import Change, Create, Delete, FieldChange, Update
from cg_sync.core.members import Member, MemberDelta
from cg_sync.core.origin import Origin
from cg_sync.core.reading import Reading
from cg_sync.errors import Position, counted
from cg_sync.report.change import MEMBERS_SHOWN, NO_FILE, Labels, shown_member
from cg_sync.report.markdown.reading import reading_blocks
from cg_sync.report.markdown.text import (
    Bold,
    Code,
    Words,
    cell,
    code,
    fenced,
    folded,
    inline,
    table,
)
from cg_sync.report.values import in_words, is_tree, tree_diff, tree_lines
from cg_sync.report.verdict import ORIGIN_WORDS, origin_of

MARKS = {Create: "+", Update: "~", Delete: "−"}
VALUE_LETTERS = 40
"""Of a value in a line; its block shows more of it."""
NAMES_IN_LINE = 4


@dataclass(frozen=True)
class Told:
    """A change, and what else the plan says of it."""

    change: Change
    labels: Labels
    reading: Reading | None
    origins: Mapping[str, Origin]

    @property
    def fields(self) -> tuple[FieldChange, ...]:
        """The fields that the title does not say."""
        if isinstance(self.change, Delete):
            return ()
        return tuple(it for it in self.change.fields if not it.is_key)

    @property
    def members(self) -> MemberDelta | None:
        return None if isinstance(self.change, Delete) else self.change.members


def title_words(told: Told) -> list[str | Code | Bold]:
    """What happens to which resource, its place, and whose doing it is."""
    change = told.change
    label = told.labels[change.address.kind]
    words: list[str | Code | Bold] = [
        Bold(f"{MARKS[type(change)]} {label}"), " ", Code(change.address.key),
    ]  # fmt: skip
    if isinstance(change, Update) and change.former is not None:
        words += [" (was ", Code(change.former), ")"]
    if isinstance(change, Delete) and change.size:
        words.append(f" (with {counted(change.size, 'member')})")
    return [*words, " · ", *place_words(change.where), *whose_words(told.origins)]


def place_words(where: Position | None) -> Words:
    """`file:line`."""
    return [Code(f"{where.file}:{where.line}") if where is not None else NO_FILE]


def whose_words(origins: Mapping[str, Origin]) -> Words:
    """Whose doing a change is, when somebody asked."""
    origin = origin_of(origins)
    if origin is None:
        return []
    word = ORIGIN_WORDS[origin]
    return [" · ", word if origin is Origin.YOURS else Bold(word)]


def line_of(told: Told) -> str:
    """The change as an item of a list: its title, and in a few words what changes."""
    return f"- {inline([*title_words(told), *gist_words(told)])}"


def gist_words(told: Told) -> list[str | Code | Bold]:
    """What changes: values where there are one or two, else the names of fields; the verdict; how
    many members.
    """
    parts: list[Words] = []
    scalars = [it for it in told.fields if not is_tree(it.old) and not is_tree(it.new)]
    is_new = isinstance(told.change, Create)
    if told.fields and len(told.fields) == len(scalars) <= 2:
        parts += [_value_words(it, is_new=is_new) for it in scalars]
    elif told.fields and not is_new:
        names = [it.name for it in told.fields[:NAMES_IN_LINE]]
        more = len(told.fields) - len(names)
        parts.append([*_listed(names), *([f" and {more} more"] if more else [])])
    if told.reading is not None and told.reading.verdict:
        parts.append([Bold(told.reading.verdict)])
    if told.members is not None:
        parts.append([_numbers(told)])
    return [word for part in parts for word in (" · ", *part)]


def _listed(names: Sequence[str]) -> list[str | Code]:
    return [word for name in names for word in (", ", Code(name))][1:]


def _value_words(field: FieldChange, *, is_new: bool) -> Words:
    after = _value_word(field.new, field.name)
    if is_new:
        return [Code(field.name), " ", after]
    return [Code(field.name), " ", _value_word(field.old, field.name), " → ", after]


def _value_word(value: object, name: str) -> str | Code:
    if value is None:
        return in_words(None, name)
    assert isinstance(value, str | int | float)
    return Code(in_words(value, name), VALUE_LETTERS)


def _numbers(told: Told) -> str:
    members = told.members
    assert members is not None
    if isinstance(told.change, Create):
        return counted(len(members.add), "member")
    return f"members +{len(members.add):,} −{len(members.remove):,} = {members.after:,}"


def has_block(told: Told) -> bool:
    """Whether there is more to say than a line and members."""
    scalar = all(not is_tree(it.old) and not is_tree(it.new) for it in told.fields)
    short = all(_is_short(it) for it in told.fields)
    return told.reading is not None or len(told.fields) > 2 or not scalar or not short


def _is_short(field: FieldChange) -> bool:
    return all(
        value is None or len(in_words(value, field.name)) <= VALUE_LETTERS
        for value in (field.old, field.new)
        if not is_tree(value)
    )


def line_with_members(told: Told) -> str:
    """The line, and below it some of the members."""
    return "\n".join((line_of(told), *(f"  {it}" for it in _member_lines(told))))


def block_of(told: Told, *, is_open: bool) -> str:
    """The title, and under it everything there is to read."""
    words = title_words(told) if is_open else [*title_words(told), *gist_words(told)]
    return folded(words, "\n\n".join(_blocks(told)), is_open=is_open)


def _blocks(told: Told) -> Iterator[str]:
    is_new = isinstance(told.change, Create)
    if told.reading is not None:
        yield from reading_blocks(told.reading, is_new=is_new)
    if len(set(told.origins.values())) > 1:
        yield _each_doing(told.origins)
    scalars = [it for it in told.fields if not is_tree(it.old) and not is_tree(it.new)]
    if scalars:
        yield table_of(scalars, is_new=is_new)
    if told.members is not None:
        yield "\n".join((_numbers(told), "", *_member_lines(told)))
    for field in told.fields:
        if is_tree(field.old) or is_tree(field.new):
            is_read = told.reading is not None and told.reading.field == field.name
            yield _tree(field, is_new=is_new, is_open=not is_read)


def _each_doing(origins: Mapping[str, Origin]) -> str:
    """Which fields are whose, when they are not all one's."""
    parts: list[str | Code | Bold] = []
    for origin, word in ORIGIN_WORDS.items():
        names = [name or "the resource itself" for name, it in origins.items() if it is origin]
        if names:
            parts += ["; " if parts else "", Bold(word), ": ", *_listed(names)]
    return inline(parts)


def table_of(fields: Sequence[FieldChange], *, is_new: bool) -> str:
    """Fields before and after; of a new resource, what they are set to."""
    head = ("field", "value") if is_new else ("field", "before", "after")
    rows = [
        [cell(it.name), _value_cell(it.new, it.name)]
        if is_new
        else [cell(it.name), _value_cell(it.old, it.name), _value_cell(it.new, it.name)]
        for it in fields
    ]
    return table([head, *rows])


def _value_cell(value: object, name: str) -> str:
    if value is None:
        return f"*{in_words(None, name)}*"
    assert isinstance(value, str | int | float)
    return cell(in_words(value, name), 300)


def _tree(field: FieldChange, *, is_new: bool, is_open: bool) -> str:
    if is_new:
        body = fenced(tree_lines(field.new), "yaml")
    else:
        body = fenced(tree_diff(field.old, field.new), "diff")
    return folded([Code(field.name), " as YAML"], body, is_open=is_open)


def _member_lines(told: Told) -> Iterator[str]:
    members = told.members
    if members is None:
        return
    for mark, some in (("+", members.add), ("−", members.remove)):
        if some:
            yield f"- {inline([Bold(mark)])} {_sample(some)}"
    if members.unknown:
        yield f"- {counted(len(members.unknown), 'key')} without a customer of its own: left out"
    if members.withheld:
        yield f"- {counted(len(members.withheld), 'member')} kept: such a key may mean them"


def _sample(members: Sequence[Member]) -> str:
    shown = ", ".join(code(shown_member(it)) for it in members[:MEMBERS_SHOWN])
    more = len(members) - MEMBERS_SHOWN
    return f"{shown} and {more:,} more" if more > 0 else shown
