"""An HTML page taken apart, strictly: whatever a browser would have to repair is an error."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

EMPTY = {"input", "link", "meta"}


@dataclass
class Page:
    """What stands in a page: tags with their attributes in order, its text, its style and script,
    and what went wrong.
    """

    tags: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    raw: dict[str, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All that can be read, one piece behind the other."""
        return "".join(self.texts)

    def values(self, attribute: str) -> list[str]:
        """The values of an attribute, wherever it stands."""
        return [them[attribute] or "" for _, them in self.tags if attribute in them]


def taken_apart(html: str) -> Page:
    """The page; its `faults` are empty when all tags are closed in order."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    reader.page.faults += [f"{tag} is never closed" for tag in reader.opened]
    return reader.page


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = Page()
        self.opened: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        if len(set(names)) < len(names):
            self.page.faults.append(f"{tag} has an attribute twice: {names}")
        self.page.tags.append((tag, dict(attrs)))
        if tag not in EMPTY:
            self.opened.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.opened or self.opened.pop() != tag:
            self.page.faults.append(f"{tag} is closed out of order")

    def handle_data(self, data: str) -> None:
        if self.opened and self.opened[-1] in ("script", "style"):
            self.page.raw[self.opened[-1]] = data
        else:
            self.page.texts.append(data)

    def handle_comment(self, data: str) -> None:
        self.page.faults.append(f"a comment: {data}")

    def unknown_decl(self, data: str) -> None:
        self.page.faults.append(f"a declaration: {data}")
