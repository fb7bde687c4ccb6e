"""What kinds need to know about the project around a document."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from cg_sync.rules.parse import Vocabulary


@dataclass(frozen=True, slots=True)
class Context:
    """The project's time zone, in which bare dates are meant, and the words that rules may use."""

    timezone: ZoneInfo
    vocabulary: Vocabulary
