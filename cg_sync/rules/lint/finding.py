"""One finding of lint, placed by a path into what was read."""

from __future__ import annotations

from dataclasses import dataclass

from cg_sync.errors import Severity
from cg_sync.jsonvalue import Pointer


@dataclass(frozen=True, slots=True)
class Finding:
    """A code of `cg_sync.codes`, what is found and where; `of_key`: at the key, not its value."""

    code: str
    severity: Severity
    pointer: Pointer
    message: str
    hint: str
    of_key: bool = False
