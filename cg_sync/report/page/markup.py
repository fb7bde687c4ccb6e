"""HTML as a type of its own: text becomes it only by being escaped."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from typing import NewType

from cg_sync.core.address import Address
from cg_sync.report.change import Labels
from cg_sync.report.line import discreet

Html = NewType("Html", str)
"""Markup that is safe to put anywhere between tags."""

NOTHING = Html("")


def text(words: str) -> Html:
    """Our own words: escaped, and nothing else."""
    return Html(escape(words))


def foreign(words: str, most: int = 300) -> Html:
    """Words that others chose: harmless, without addresses, cut and escaped."""
    return text(discreet(words, most))


def joined(parts: Iterable[Html], between: str = "") -> Html:
    """The parts one after the other, with our own words between them."""
    return Html(escape(between).join(parts))


def element(tag: str, *content: Html, **attributes: str | bool) -> Html:
    """`<tag …>content</tag>`. Attributes are escaped; a final `_` is dropped from their names and
    other ones become `-`; True stands for no value, and False and "" for no attribute.
    """
    opening = "".join(_attribute(name, value) for name, value in attributes.items() if value)
    return Html(f"<{tag}{opening}>{''.join(content)}</{tag}>")


def _attribute(name: str, value: str | bool) -> str:
    shown = name.rstrip("_").replace("_", "-")
    return f" {shown}" if value is True else f' {shown}="{escape(str(value))}"'


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page under a heading: `anchor` is what a link to it ends in, `count` how many
    there are in it when its title does not say so. With a tone it is a notice.
    """

    anchor: str
    title: str
    content: Html
    count: int | None = None
    tone: str = ""


def section_html(it: Section) -> Html:
    """The section with its heading."""
    heading = element("h2", text(it.title), number(it.count), id=it.anchor)
    tone = f"notice {it.tone}" if it.tone else ""
    return element("section", heading, it.content, class_=tone, aria_labelledby=it.anchor)


def number(count: int | None) -> Html:
    """A count behind the words that it counts; nothing for None."""
    return NOTHING if count is None else joined((text(" "), element("small", text(f"{count:,}"))))


def named(address: Address) -> Html:
    """The key of a resource, held apart from its surroundings in languages written to the left."""
    return element("bdi", foreign(address.key))


_LONGEST_NAME = 48
_HASH_LETTERS = 8


def anchor_of(address: Address, labels: Labels) -> str:
    """What a link to a change ends in: `group-vip-customers-5f0c2a1b`. The same in every report,
    and never that of another resource.
    """
    words = f"{labels[address.kind]}-{discreet(address.key, _LONGEST_NAME)}".lower()
    letters = (it if it.isascii() and it.isalnum() else "-" for it in words)
    name = "-".join(filter(None, "".join(letters).split("-")))
    whole = f"{address.kind}\0{address.key}".encode("utf-8", "surrogatepass")
    return f"{name}-{hashlib.sha256(whole).hexdigest()[:_HASH_LETTERS]}"
