"""What is not as it was when a plan was made, in words that name nobody."""

from __future__ import annotations

from dataclasses import dataclass

from cg_sync.core.fingerprint import readable_fields
from cg_sync.core.frozen import Frozen
from cg_sync.core.kind import C, Kind, Spec
from cg_sync.core.privacy import without_addresses
from cg_sync.jsonvalue import JsonValue, canonical


@dataclass(frozen=True, slots=True)
class Moved:
    """One thing that is not as it was when the plan was made: what, and how it was and is."""

    what: str
    then: str
    found: str


def moved_fields(kind: Kind[C], then: Spec, now: Spec, word: str = "") -> tuple[Moved, ...]:
    """The managed fields in which two states differ, as people may read them: with addresses
    masked, as they are in a saved plan.
    """
    was = then.content if isinstance(then, Frozen) else readable_fields(then, kind)
    pairs = [
        (name, told_value(was.get(name)), told_value(value))
        for name, value in readable_fields(now, kind).items()
    ]
    moved = tuple(Moved(name, f"{word}{old}", new) for name, old, new in pairs if old != new)
    return moved or (Moved("record", "as planned from", "otherwise, in what is masked here"),)


def told_value(value: JsonValue) -> str:
    """A value as a sentence can hold it."""
    if value is None:
        return "nothing"
    return without_addresses(value if isinstance(value, str) else canonical(value))
