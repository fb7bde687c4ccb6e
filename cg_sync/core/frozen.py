"""A Spec as a saved plan holds it: what authors would write, until the kind reads it again."""

from __future__ import annotations

from dataclasses import dataclass

from cg_sync.core.document import Document
from cg_sync.core.fingerprint import spec_fingerprint
from cg_sync.core.kind import C, Kind, Spec
from cg_sync.jsonvalue import JsonObject, JsonValue


@dataclass(frozen=True, kw_only=True)
class Frozen(Spec):
    """Stands in for the Spec of a kind where the project is not at hand. `content` is what an
    author would write of it, `fingerprint` that of the Spec it was.
    """

    content: JsonObject
    fingerprint: str = ""

    def readable(self, field: str) -> JsonValue:
        """What was written for `field`; None when nothing was."""
        return self.content.get(field)


def frozen(spec: Spec, kind: Kind[C]) -> Frozen:
    """The Spec such that it can be written down."""
    return Frozen(content=kind.to_document(spec), fingerprint=spec_fingerprint(spec, kind))


def thawed(it: Frozen, kind: Kind[C], context: C) -> Spec | None:
    """The Spec that was frozen; None when in this project it would not mean the same any more."""
    document = Document("plan", it.content, dict)
    try:
        spec, _ = kind.read(document, context)
    except (KeyError, TypeError, ValueError, AttributeError):
        # Unlike a file, it was held against no schema since it was written.
        return None
    if spec is None or spec_fingerprint(spec, kind) != it.fingerprint:
        return None
    return spec
