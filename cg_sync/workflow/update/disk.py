"""The files as they are once the shop was read: nothing that somebody wrote meanwhile is undone."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cg_sync.core.document import Document
from cg_sync.core.members import KEY_FIELDS, MemberKeys
from cg_sync.files.member_rows import ListBroken
from cg_sync.files.member_update import Key, is_csv, keys_in
from cg_sync.files.paths import shown_path
from cg_sync.files.yaml_reader import read_yaml
from cg_sync.jsonvalue import canonical
from cg_sync.workflow.update.left import RUN_AGAIN, LeftAlone, changed_meanwhile


@dataclass(frozen=True)
class Disk:
    """The files below `root`, each read once, when it is first asked for."""

    root: Path
    _seen: dict[Path, bytes | None] = field(default_factory=dict, init=False)

    def bytes_at(self, path: Path) -> bytes | None:
        """What is in a file; None when it cannot be read any more."""
        if path not in self._seen:
            try:
                self._seen[path] = path.read_bytes()
            except OSError:
                self._seen[path] = None
        return self._seen[path]

    def as_read(self, document: Document) -> bytes:
        """The bytes of the file of a document. Raises LeftAlone when they say something else."""
        data = self.bytes_at(self.root / document.file)
        if data is not None:
            now, _ = read_yaml(data, file=document.file)
            if now is not None and canonical(now.content) == canonical(document.content):
                return data
        raise LeftAlone(changed_meanwhile(document.file), RUN_AGAIN, document.position_of())

    def lists_as_read(
        self, paths: Collection[Path], inline: Collection[Key], keys: MemberKeys, document: Document
    ) -> Mapping[Path, bytes]:
        """What is in the member lists that a document names. Raises LeftAlone unless they and the
        customers named `inline` make up just the `keys` that were read.
        """
        place = document.position_of(("members", "files"), of_key=True)
        named = set(inline)
        lists: dict[Path, bytes] = {}
        for path in paths:
            data = self.bytes_at(path)
            try:
                named |= {key for _, key in keys_in(data or b"", as_csv=is_csv(path))}
            except ListBroken:
                data = None
            if data is None:
                shown = shown_path(self.root.resolve(), path)
                raise LeftAlone(changed_meanwhile(shown), RUN_AGAIN, place)
            lists[path] = data
        if named != {(name, key) for name in KEY_FIELDS for key in keys.by.get(name, ())}:
            what = (
                "one of its member lists"
                if len(lists) != 1
                else shown_path(self.root.resolve(), *lists)
            )
            raise LeftAlone(changed_meanwhile(what), RUN_AGAIN, place)
        return lists
