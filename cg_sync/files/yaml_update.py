"""Makes a YAML file say something else by changing only what must change: all other bytes stay.

Works by splicing: PyYAML's events say where each node stands, and new text is put there. A round
trip through ruamel.yaml was tried, and rewrites lines that nobody changed: spaces inside brackets
and before comments, brackets over several lines, Windows line ends, `null`, escapes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher

from cg_sync.core.document import Document
from cg_sync.files.yaml_nodes import Entry, Node, nodes_of
from cg_sync.files.yaml_parsers import FASTEST, MakeParser
from cg_sync.files.yaml_reader import read_yaml
from cg_sync.files.yaml_splice import Splice, spliced
from cg_sync.files.yaml_text import text_of
from cg_sync.jsonvalue import JsonValue, canonical

_BOM = "\ufeff"


def update_yaml(
    data: bytes, wanted: JsonValue, *, file: str, make_parser: MakeParser = FASTEST
) -> bytes | None:
    """The bytes of the file such that it says `wanted`; None when that cannot be done by a small
    change, or the file cannot be read.

    Comments, order, quotes, blank lines, indentation and line ends stay, and so does every line
    whose values stay. A new key stands where its place among the keys of `wanted` is. What is taken
    away goes with the comment behind it. Comments above stay, except those directly above an entry
    of a list, at its indentation; above the first entry they may be about the list, and stay too.
    """
    before, _ = read_yaml(data, file=file, make_parser=make_parser)
    text, _ = text_of(data, file=file)
    if before is None or text is None:
        return None
    root = nodes_of(make_parser(text), text)
    if root is None or root.form == "scalar":
        return None
    try:
        splices = list(_Differ(text).changes(root, before.content, wanted))
    except _TooMuch:
        return None
    bom = _BOM if data.startswith(_BOM.encode()) else ""
    changed = (bom + spliced(text, splices)).encode()
    after, _ = read_yaml(changed, file=file, make_parser=make_parser)
    return changed if _says(after, wanted) else None


def _says(document: Document | None, wanted: JsonValue) -> bool:
    return document is not None and canonical(document.content) == canonical(wanted)


class _TooMuch(Exception):
    """Nothing of a collection stays, so that what is around it has to write it anew."""


class _Differ:
    """Finds the splices that turn one text into one that says something else."""

    def __init__(self, text: str) -> None:
        self.splice = Splice(text)

    def changes(self, node: Node, old: JsonValue, new: JsonValue) -> Iterator[tuple[int, int, str]]:
        """Raises _TooMuch when the node has to be replaced as a whole."""
        if canonical(old) == canonical(new):
            return
        if node.form == "mapping" and isinstance(old, Mapping) and isinstance(new, Mapping):
            yield from self._mapping(node, old, new)
        elif node.form == "list" and isinstance(old, list) and isinstance(new, list):
            yield from self._list(node, old, new)
        elif node.form == "scalar" and not isinstance(new, Mapping | list):
            yield self.splice.scalar(node, old, new)
        else:
            raise _TooMuch

    def _mapping(
        self, node: Node, old: Mapping[str, JsonValue], new: Mapping[str, JsonValue]
    ) -> Iterator[tuple[int, int, str]]:
        entries = dict(zip(old, node.entries, strict=True))
        staying = {key: entry for key, entry in entries.items() if key in new}
        if not staying:
            raise _TooMuch
        for key, entry in staying.items():
            yield from self._value(node, entry, old[key], new[key], key)
        yield from self.splice.remove(node, [it for key, it in entries.items() if key not in new])
        above: Entry | None = None
        coming: dict[str, JsonValue] = {}
        for key, value in new.items():
            if key not in staying:
                coming[key] = value
                continue
            if coming:
                yield from self.splice.insert(node, above, _items_of(coming))
            above, coming = staying[key], {}
        if coming:
            yield from self.splice.insert(node, above, _items_of(coming))

    def _value(
        self, around: Node, entry: Entry, old: JsonValue, new: JsonValue, key: str | None
    ) -> Iterator[tuple[int, int, str]]:
        try:
            yield from list(self.changes(entry.value, old, new))
        except _TooMuch:
            yield from self.splice.replace(around, entry, key, new)

    def _list(
        self, node: Node, old: list[JsonValue], new: list[JsonValue]
    ) -> Iterator[tuple[int, int, str]]:
        entries = node.entries
        a, b = [canonical(it) for it in old], [canonical(it) for it in new]
        steps = SequenceMatcher(None, a, b, autojunk=False).get_opcodes()
        removed: list[Entry] = []
        inserted: list[tuple[Entry | None, list[JsonValue]]] = []
        stays = False
        for word, i, i_end, j, j_end in steps:
            if word == "equal":
                stays = True
                continue
            while i < i_end and j < j_end and _is_alike(old[i], new[j]):
                yield from self._value(node, entries[i], old[i], new[j], None)
                stays, i, j = True, i + 1, j + 1
            removed += entries[i:i_end]
            if j < j_end:
                inserted.append((entries[i - 1] if i else None, new[j:j_end]))
        if not stays:
            raise _TooMuch
        yield from self.splice.remove(node, removed)
        for above, values in inserted:
            yield from self.splice.insert(node, above, [(None, it) for it in values])


def _items_of(entries: Mapping[str, JsonValue]) -> Sequence[tuple[str | None, JsonValue]]:
    return list(entries.items())


def _is_alike(old: JsonValue, new: JsonValue) -> bool:
    """Whether one may become the other in its place, so that its comment goes on to be true."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return bool(old.keys() & new.keys())
    return isinstance(old, list) and isinstance(new, list)
