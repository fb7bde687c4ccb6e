"""How customers are shown to people who must not learn who they are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from string import punctuation

SAMPLE = 5


def masked(key: str) -> str:
    """`a***@example.com` for an e-mail address; for any other key its first letter and stars."""
    local, at, domain = key.rpartition("@")
    return f"{local[:1]}***@{domain}" if at else f"{key[:1]}***"


def named(people: Sequence[str], most: int = SAMPLE) -> str:
    """The first few, masked before, and how many more there are."""
    shown = ", ".join(people[:most])
    return f"{shown} and {len(people) - most:,} more" if len(people) > most else shown


# A domain as it is, in a pattern (`x\.com`, `x[.]com`, `(x|y)\.com`), or an address in brackets.
_LETTER = r"[^\s@<>\"`,;:/()\[\]{}=|\\]"
_DOMAIN = re.compile(rf"{_LETTER}+?(?:\\*\.|\[\.\]){_LETTER}|[(\[]")
_FILE = re.compile(rf"{_LETTER}*\.(?:ya?ml|json|csv|txt)\b")


def without_addresses(text: str) -> str:
    """`text` with `a***@example.com` for every e-mail address in it, the same if masked again."""
    if "@" not in text:
        return text
    parts = text.split("@")
    last = len(parts) - 1
    shown = [
        _masked_end(part, after, is_last=at == last)
        for at, (part, after) in enumerate(pairwise(parts), start=1)
    ]
    return "@".join([*shown, parts[last]])


def has_address(text: str) -> bool:
    """Whether an e-mail address is in the text, as far as `without_addresses` sees one."""
    return without_addresses(text) != text


def _masked_end(before: str, after: str, *, is_last: bool) -> str:
    """What stands before an `@`, with the local part masked if a domain comes `after`."""
    if not _DOMAIN.match(after):
        return before
    start, end = local_part(before)
    # The folders of a file that is named so stay. When `after` will be masked itself it is no file.
    if _FILE.match(after) and (is_last or _STOP.search(after)):
        start = max(start, before.rfind("/") + 1)
    return f"{before[: start + 1]}***{before[end:]}" if start < end else before


# ── where an address begins ──────────────────────────────────────────────────────────────────────

_STOP = re.compile(r"[\s<>\"`]")
_EDGE = re.compile(r"[\s<>\"`,;:()\[\]{}]")
_OPENING = {")": "(", "]": "[", "}": "{"}
# Of `{ayse@…`, `^ayse@…` and `email=ayse@…` only ayse is a name.
_LEAD = re.compile(rf"(?:[{re.escape(punctuation)}]|(?i:e-?mail)=)*+")
_QUOTED = re.compile(r"\w(?:.*\w)?", re.DOTALL)


def local_part(before: str) -> tuple[int, int]:
    """Where the local part of an address begins and ends in the text `before` its `@`, as indices;
    equal ones when nobody is named there, as by `.*`.

    What RFC 5322 allows (`john/doe`, `"john doe"`) and what patterns write (`ay\\.se`,
    `(ayse|can)`) belongs to it, at the risk of a word too many. Time is linear.
    """
    if before.endswith('"'):
        return _quoted(before)
    lead = _LEAD.match(before, _beginning(before))
    return (lead.end() if lead else 0), len(before)


def _beginning(before: str) -> int:
    """Behind the last sign that ends words; signs within closed brackets do not."""
    depth, end = 0, len(before)
    for edge in _EDGE.finditer(before[::-1]):
        sign = edge[0]
        if sign in _OPENING:
            depth += 1
        elif sign in "([{" and depth:
            depth -= 1
        elif _STOP.match(sign) or (sign != "{" and not depth):
            return end - edge.start()
    return 0


def _quoted(before: str) -> tuple[int, int]:
    """The words in the quotes at the end, unless the last one opens: `"a" or "@example.com"`."""
    end = len(before)
    start = before.rfind('"', 0, -1) + 1
    inside = before[start:-1].rstrip("\\")
    is_open = not start or (start > 1 and before[start - 2].isalnum())
    return (end, end) if is_open or not _QUOTED.fullmatch(inside) else (start, start + len(inside))
