"""The two ways to name a resource: by kind and key, as files do, and by its id in one shop."""

from __future__ import annotations

from dataclasses import dataclass

RemoteId = int


@dataclass(frozen=True, slots=True, order=True)
class Address:
    """A resource as authors know it: the name of its kind, and its key."""

    kind: str
    key: str
