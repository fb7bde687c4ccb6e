"""What kinds need to know about the project around a document."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo

from cg_sync.rules.english.names import Names, names_of
from cg_sync.rules.parse import Vocabulary


@dataclass(frozen=True)
class Context:
    """The project's time zone, in which bare dates are meant, and the words that rules may use."""

    timezone: ZoneInfo
    vocabulary: Vocabulary

    @cached_property
    def names(self) -> Names:
        """What sentences about rules take from the project."""
        return names_of(self.vocabulary)
