"""What the file of a resource has to say for each of its fields to be as the shop has it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from cg_sync.core.kind import Field, Kind
from cg_sync.core.match import Pair
from cg_sync.core.state import Held
from cg_sync.files.environment import escaped, names_variable
from cg_sync.jsonvalue import JsonObject, JsonValue, Pointer, mapping_in
from cg_sync.kinds.context import Context
from cg_sync.rules.ir import RawRule, Rule
from cg_sync.rules.merge import merge_rule
from cg_sync.rules.merge_line import NotMerged
from cg_sync.workflow.update.left import LeftAlone

Orders = Mapping[str, Sequence[str]]
"""The order in which a schema names fields, by the block that they stand in; '' is the file."""

_BARE_DATE = len("2026-09-01")
_OFFSET = re.compile(r"[0-9][+-][0-9]{2}:[0-9]{2}$")
_TO_MINUTES = len("2026-09-01T09:00")


@dataclass(frozen=True, slots=True)
class NewContent:
    """What a file is to say, and the value lists that have to change for it."""

    content: dict[str, JsonValue]
    lists: Mapping[str, tuple[str, ...]]


def with_live_fields(
    written: JsonObject,
    pair: Pair,
    held: Held,
    kind: Kind[Context],
    context: Context,
    *,
    orders: Orders,
    fill: Callable[[JsonValue], JsonValue],
) -> NewContent:
    """The content of a file, as it is `written`, with every field that differs as the shop has it.

    Fields that are new stand in the order of the schema. Raises LeftAlone.
    """
    live = kind.to_document(held.spec)
    content: JsonObject = written
    lists: dict[str, tuple[str, ...]] = {}
    for field in kind.fields:
        value = getattr(held.spec, field.name)
        if value == getattr(pair.wanted.spec, field.name):
            continue
        new = _at(live, field.pointer)
        old = _at(written, field.pointer)
        if field.pointer in kind.parsed and isinstance(value, Rule | RawRule):
            try:
                merged = merge_rule(
                    old, value, mapping_in(new), context.vocabulary, fill=fill, escape=escaped
                )
            except NotMerged as reason:
                where = pair.wanted.document.position_of(field.pointer, of_key=True)
                raise LeftAlone(f"{field.name}: {reason}", reason.hint, where) from reason
            new, lists = merged.content, dict(merged.lists)
        elif isinstance(value, datetime) and isinstance(old, str):
            new = in_style_of(old, value, str(new), context.timezone)
        else:
            new = escaped(new)
        content = _with(content, field, new, orders, is_there=_is_there(live, field.pointer))
    return NewContent(dict(content), lists)


def refuse_lost_variables(written: JsonValue, new: JsonValue, pair: Pair) -> None:
    """Raises LeftAlone when a text that names a variable would go: its value is kept elsewhere."""
    lost = Counter(it for _, it in _variables(written, ()))
    lost.subtract(it for _, it in _variables(new, ()))
    for pointer, text in _variables(written, ()):
        if lost[text] > 0:
            raise LeftAlone(
                f"{'.'.join(map(str, pointer))}: the value comes from a variable, {text}",
                "change the variable under `vars:` in cg-sync.yaml, or write the value here",
                pair.wanted.document.position_of(pointer),
            )


def in_style_of(old: str, moment: datetime, otherwise: str, zone: ZoneInfo) -> str:
    """The moment in the way the old one was written: a bare date, without an offset, with `Z`, to
    the minute, as far as it can be said so.
    """
    if len(old) == _BARE_DATE and len(otherwise) == _BARE_DATE:
        return otherwise
    if old.endswith("Z"):
        local, offset = moment.astimezone(UTC).replace(tzinfo=None), "Z"
    else:
        local, offset = moment.replace(tzinfo=None), moment.isoformat()[-6:]
        says_same = local.replace(tzinfo=zone).astimezone(UTC) == moment.astimezone(UTC)
        if says_same and not _OFFSET.search(old):
            offset = ""
    to_seconds = local.second or local.microsecond or len(old) - len(offset) > _TO_MINUTES
    text = local.isoformat(timespec="auto" if to_seconds else "minutes")
    return text.replace("T", old[_BARE_DATE : _BARE_DATE + 1] or "T") + offset


def orders_of(schema: JsonObject) -> Orders:
    """The order of the fields in a file with this schema."""
    properties = mapping_in(schema.get("properties"))
    inner = {
        name: list(mapping_in(mapping_in(it).get("properties"))) for name, it in properties.items()
    }
    return {"": list(properties), **inner}


def _with(
    content: JsonObject, field: Field, value: JsonValue, orders: Orders, *, is_there: bool
) -> JsonObject:
    """The content with one field set, or left out when the shop has what is meant without it."""
    *block, name = map(str, field.pointer)
    if not block:
        return _set(content, name, value, orders[""]) if is_there else _without(content, name)
    inner = mapping_in(content.get(block[0]))
    order = orders[block[0]]
    changed = _set(inner, name, value, order) if is_there else _without(inner, name)
    if not changed:
        return _without(content, block[0])
    return _set(content, block[0], changed, orders[""])


def _without(content: JsonObject, name: str) -> JsonObject:
    return {key: it for key, it in content.items() if key != name}


def _set(
    content: JsonObject, name: str, value: JsonValue, order: Sequence[str]
) -> dict[str, JsonValue]:
    """The mapping with a value; a new key stands below the last of those that go before it."""
    if name in content:
        return {key: value if key == name else it for key, it in content.items()}
    before = set(order[: order.index(name)]) if name in order else set(content)
    above = next((it for it in reversed(order) if it in before and it in content), None)
    items = list(content.items())
    at = 1 + [key for key, _ in items].index(above) if above is not None else 0
    return dict([*items[:at], (name, value), *items[at:]])


def _variables(value: JsonValue, here: Pointer) -> Iterator[tuple[Pointer, str]]:
    if isinstance(value, str):
        if names_variable(value):
            yield here, value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _variables(inner, (*here, key))
    elif isinstance(value, Sequence):
        for index, inner in enumerate(value):
            yield from _variables(inner, (*here, index))


def _at(content: JsonValue, pointer: Pointer) -> JsonValue:
    for step in pointer:
        content = mapping_in(content).get(str(step))
    return content


def _is_there(content: JsonValue, pointer: Pointer) -> bool:
    return pointer[-1] in mapping_in(_at(content, pointer[:-1]))
