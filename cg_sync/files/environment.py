"""Puts values for `${NAME}` and `${NAME:-default}` into the texts of a document."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from cg_sync.core.document import Document
from cg_sync.core.secret import is_secret
from cg_sync.errors import Problem
from cg_sync.jsonvalue import JsonValue, Pointer

_REFERENCE = re.compile(
    r"\$\$\{"
    r"|\$\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?::-(?P<default>(?:(?!\$\{)[^}])*))?\}"
    r"|\$\{[^}]*\}?"
)


@dataclass(frozen=True, slots=True)
class Source:
    """Where values come from, in words: `what` such a name is, and how to `set_it`. Some sources
    `may_hold_secrets`.
    """

    what: str
    set_it: str
    may_hold_secrets: bool = False


ENVIRONMENT = Source("environment variable", "set it in the environment", may_hold_secrets=True)
VARS = Source("variable", "write it under `vars:` of each environment in cg-sync.yaml")


def substitute(
    document: Document,
    values: Mapping[str, str],
    *,
    below: Pointer | None = None,
    source: Source = ENVIRONMENT,
) -> tuple[Document, tuple[Problem, ...]]:
    """The document with its text values filled in, and a CG-F16 for each reference that cannot be.

    Only values at or under `below` are touched (None: all); keys never are. As in a shell, the
    default is taken for a variable that is unset or empty, and `$${` means a plain `${`. No message
    tells a variable's value, and what may hold a secret is not filled in at all: plans would show
    it, and the shop get it.
    """
    if not _may_name_variable(document.data):
        return document, ()
    problems: list[Problem] = []

    def fill(text: str, at: Pointer) -> str:
        filled, wrong = _fill(text, values, source)
        problems.extend(document.problem("CG-F16", what, at, hint=hint) for what, hint in wrong)
        return filled

    content = _filled(document.content, (), below or (), fill)
    return replace(document, content=content), tuple(problems)


def escaped(value: JsonValue) -> JsonValue:
    """The value such that no text in it names a variable: `substitute` gives it back."""
    if isinstance(value, str):
        return value.replace("${", "$${")
    if isinstance(value, Mapping):
        return {key: escaped(inner) for key, inner in value.items()}
    return [escaped(inner) for inner in value] if isinstance(value, list | tuple) else value


def names_variable(text: str) -> bool:
    """Whether the text takes its value, or a part of it, from a variable."""
    return any(it["name"] is not None for it in _REFERENCE.finditer(text))


def _may_name_variable(data: bytes | None) -> bool:
    """Whether a text in a file of these bytes may hold `${`, be it written in escapes."""
    return data is None or b"${" in data or b"\\" in data


def _filled(
    value: JsonValue, at: Pointer, below: Pointer, fill: Callable[[str, Pointer], str]
) -> JsonValue:
    """`value`, which stands at `at`, filled; the steps left in `below` are the only way down."""
    way, rest = below[:1], below[1:]
    if isinstance(value, str):
        return value if way else fill(value, at)
    if isinstance(value, Mapping):
        return {
            key: inner if way and way != (key,) else _filled(inner, (*at, key), rest, fill)
            for key, inner in value.items()
        }
    if isinstance(value, Sequence):
        return [
            inner if way and way != (index,) else _filled(inner, (*at, index), rest, fill)
            for index, inner in enumerate(value)
        ]
    return value


def _fill(
    text: str, values: Mapping[str, str], source: Source
) -> tuple[str, list[tuple[str, str]]]:
    """The text with its references replaced, and message and hint for each that is wrong."""
    wrong: list[tuple[str, str]] = []

    def replacement(found: re.Match[str]) -> str:
        name, default = found["name"], found["default"]
        if found[0] == "$${":
            return "${"
        if name is None:
            hint = "write ${NAME} or ${NAME:-default}; for a plain `${` write `$${`"
            wrong.append((f"`{found[0]}` names no {source.what}", hint))
            return found[0]
        if source.may_hold_secrets and is_secret(name):
            hint = "what files say is shown in plans; call it otherwise if it is no secret"
            wrong.append((f"the {source.what} {name} may hold a secret, and files hold none", hint))
            return found[0]
        if default is not None:
            return values.get(name) or str(default)
        if name not in values:
            hint = f"{source.set_it}, or write ${{{name}:-default}}"
            wrong.append((f"the {source.what} {name} is not set", hint))
            return found[0]
        return values[name]

    return _REFERENCE.sub(replacement, text), wrong
