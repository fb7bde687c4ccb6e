"""Text in XML 1.0, and the names of the cases of a JUnit report."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from xml.sax.saxutils import quoteattr

# What XML 1.0 has no way to write, not even as a character reference.
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def in_xml(text: str) -> str:
    """The text with a replacement character for each that XML cannot have; not yet escaped."""
    return _NO_XML.sub("\ufffd", text)


def attribute(text: str) -> str:
    """The text as the value of an attribute, with its quotes."""
    return quoteattr(in_xml(text))


def told_apart(names: Iterable[str]) -> Iterator[str]:
    """The names, with ` #2` and so on behind those that were there before."""
    taken: set[str] = set()
    times: dict[str, int] = {}
    for name in names:
        told, at = name, times.get(name, 1)
        while told in taken:
            at += 1
            told = f"{name} #{at}"
        times[name] = at
        taken.add(told)
        yield told
