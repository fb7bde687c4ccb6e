"""What became of one request: handed from the player of faults to the log and the server. Pure."""

from dataclasses import dataclass, field
from enum import Enum

from cg_sync.sandbox.faults.script import NAMES, Fault

HIT = "sandbox.hit"
"""Below this key of the WSGI environ is the Hit of a request, if a script is on."""


class Ending(Enum):
    """What becomes of the connection."""

    KEPT = "it stays open"
    CLOSED = "it is closed when the answer was sent"
    SILENT = "it is closed, and nothing is sent"
    RESET = "it is reset, and nothing is sent"


@dataclass
class Hit:
    """Which faults showed, whether a write was carried out, and how it ended."""

    faults: list[str] = field(default_factory=list)
    committed: bool = False
    ending: Ending = Ending.KEPT

    @property
    def is_answered(self) -> bool:
        """Whether anything was sent."""
        return self.ending not in (Ending.SILENT, Ending.RESET)

    def by(self, fault: type[Fault]) -> None:
        """Note that a fault of this kind showed."""
        self.faults.append(NAMES[fault])
