"""Documents that an earlier run has read, by the hash of their bytes: a file whose bytes were read
before need not be parsed again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Final

import yaml

from cg_sync.core.document import Document
from cg_sync.errors import Problem
from cg_sync.files.kept import Kept
from cg_sync.files.yaml_parsers import parser_version
from cg_sync.files.yaml_reader import document_of, read_yaml
from cg_sync.jsonvalue import JsonValue, digest_of

NAME: Final = "documents"
"""Under which they are kept, all together: thousands of small files would take longer to read."""

WORTH_KEEPING: Final = 200
"""Fewer documents are sooner parsed than kept."""


class DocumentCache:
    """Reads YAML as `read_yaml` does, and remembers what was well with it: within a run, as when
    the project is read as it was in another commit, and from run to run.

    Files of equal bytes share their content, which nobody changes.
    """

    def __init__(self, kept: Kept, *, worth_keeping: int = WORTH_KEEPING) -> None:
        self._kept = kept
        self._worth_keeping = worth_keeping
        self._used: dict[str, JsonValue] = {}

    def read(self, data: bytes, *, file: str) -> tuple[Document | None, tuple[Problem, ...]]:
        """The document in `data`, or every problem that hinders reading it, by place."""
        digest = hashlib.sha256(data).hexdigest()
        for known in (self._used, self._known):
            if digest in known:
                self._used[digest] = known[digest]
                return document_of(file, known[digest], data), ()
        document, problems = read_yaml(data, file=file)
        if document is not None:
            self._used[digest] = document.content
        return document, problems

    def save(self) -> None:
        """Keep what was read for the next run, and nothing else; nothing new, nothing happens."""
        if len(self._used) < self._worth_keeping or self._used.keys() <= self._known.keys():
            return
        if self._made_by and self._kept.is_writable():
            text = json.dumps(self._used, separators=(",", ":"), check_circular=False)
            self._kept.write(NAME, self._made_by + text.encode())
        self._known = dict(self._used)

    @cached_property
    def _known(self) -> Mapping[str, JsonValue]:
        """What is kept."""
        value = self._kept.read(NAME)
        if value is None or not self._made_by or not value.startswith(self._made_by):
            return {}
        known: Mapping[str, JsonValue] = json.loads(value[len(self._made_by) :])
        return known

    @cached_property
    def _made_by(self) -> bytes:
        """The hash of all that decides what a text means, besides the text: the code that reads.

        Empty where that code cannot be read itself: then nothing is kept.
        """
        sources = sorted(Path(__file__).parent.glob("*.py"))
        ours = [it for it in sources if it.name.startswith(("yaml_", "document_"))]
        made_by = [*(it.read_text("utf-8") for it in ours), yaml.__version__, parser_version()]
        return digest_of(made_by).encode() if ours else b""
