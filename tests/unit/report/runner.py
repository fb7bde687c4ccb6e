"""What GitHub's runner makes of a line of a log, by the rules of its own parser: `::command` at the
beginning of a line, `##[command]` anywhere in it, both only of commands that it knows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

KNOWN = frozenset(
    {
        "add-mask", "add-matcher", "add-path", "debug", "echo", "endgroup", "error", "group",
        "notice", "remove-matcher", "save-state", "set-env", "set-output", "stop-commands",
        "warning",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Command:
    """A command as the runner carries it out."""

    name: str
    data: str
    properties: Mapping[str, str] = field(default_factory=dict)


def commands_in(log: str) -> Iterator[Command]:
    """The commands in what was printed, line by line."""
    for line in log.splitlines():
        found = _at_the_beginning(line) or _anywhere(line)
        if found is not None:
            yield found


def _at_the_beginning(line: str) -> Command | None:
    line = line.lstrip()
    end = line.find("::", 2)
    if not line.startswith("::") or end < 0:
        return None
    name, _, rest = line[2:end].partition(" ")
    if name.lower() not in KNOWN:
        return None
    pairs = [it.partition("=") for it in rest.strip().split(",") if it]
    properties = {key: _unescaped(value, ":,") for key, _, value in pairs if key and value}
    return Command(name.lower(), _unescaped(line[end + 2 :]), properties)


def _anywhere(line: str) -> Command | None:
    start = line.find("##[")
    end = line.find("]", start)
    if start < 0 or end < 0:
        return None
    name = line[start + 3 : end].partition(" ")[0]
    return Command(name.lower(), line[end + 1 :]) if name.lower() in KNOWN else None


def _unescaped(text: str, more: str = "") -> str:
    for letter in f"\r\n{more}%":
        text = text.replace(f"%{ord(letter):02X}", letter)
    return text
