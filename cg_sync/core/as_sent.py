"""Tells whether the shop holds a record just as it would be sent: then nobody needs to read it."""

from __future__ import annotations

from typing import Any

from cg_sync.core.kind import C, Ids, Kind, Spec
from cg_sync.jsonvalue import JsonObject


def spec_in(payload: JsonObject, likely: Spec, kind: Kind[C], ids: Ids, context: C) -> Spec:
    """What a live record says: `likely` itself where the record is as that would be sent, otherwise
    what the kind reads. Raises WireUnreadable.
    """
    if is_as_sent(likely, payload, kind, ids):
        return likely
    return kind.from_wire(payload, ids, context)


def is_as_sent(spec: Spec, payload: JsonObject, kind: Kind[C], ids: Ids) -> bool:
    """Whether every managed field of a live record is what `spec` would be sent as, to the type of
    each number. Such a record reads as `spec`, since a kind reads back what it sends.

    False where that is not plain to see: then the record has to be read.
    """
    try:
        sent = kind.to_wire(spec, ids)
    except KeyError:  # The shop lacks what the spec refers to, so that no record can have it.
        return False
    there = {name: payload[name] for name in sent if name in payload}
    return sent == there and _is_alike(sent, there)


def _is_alike(one: Any, other: Any) -> bool:
    """Of two values that are equal to Python, whether they are the same JSON: Python takes `1`,
    `1.0` and `true` for one, and `0.0` and `-0.0`. No number with a point is the same as any.
    """
    # Most values are texts, which are equal to texts alone, or one of `true`, `false` and `null`.
    if type(one) is dict:
        for key, it in one.items():
            if type(it) is not str and it is not other[key] and not _is_alike(it, other[key]):
                return False
        return True
    if type(one) is list:
        for it, its in zip(one, other, strict=True):
            if type(it) is not str and it is not its and not _is_alike(it, its):
                return False
        return True
    return type(one) is type(other) and type(one) is not float
