"""Fields of the shop's rule JSON, each as its type or not at all."""

from __future__ import annotations

from collections.abc import Collection

from cg_sync.jsonvalue import JsonObject, JsonValue


class NotUnderstood(Exception):
    """Something in the JSON is not known, or not as the shop's API page has it."""


def refuse_unless(*conditions: bool) -> None:
    """Raises NotUnderstood when one of the conditions does not hold."""
    if not all(conditions):
        raise NotUnderstood


def refuse_other_keys(payload: JsonObject, known: Collection[str]) -> None:
    """Raises NotUnderstood when a node says more than what is known of it."""
    for key in payload:
        if key not in known and key not in ("slug", "name"):
            raise NotUnderstood


def filled_list(payload: JsonObject, key: str) -> list[JsonValue] | tuple[JsonValue, ...]:
    """The list below a key; raises NotUnderstood unless there is one with something in it."""
    items = payload.get(key)
    if not isinstance(items, list | tuple) or not items:
        raise NotUnderstood
    return items


def flag_of(payload: JsonObject, key: str) -> bool:
    """True or false below a key, false without it; raises NotUnderstood for anything else."""
    flag = payload.get(key, False)
    if not isinstance(flag, bool):
        raise NotUnderstood
    return flag


def text_of(payload: JsonObject, key: str) -> str:
    """The text below a key; raises NotUnderstood unless there is one."""
    text = payload.get(key)
    if not isinstance(text, str):
        raise NotUnderstood
    return text
