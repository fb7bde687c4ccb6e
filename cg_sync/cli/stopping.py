"""Ctrl-C and SIGTERM while something is written: the first lets what is under way end, the second
ends at once.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cg_sync.core.stop import Stop

_NOTICE = b"stopping when the writes under way are done; once more to stop at once\n"


class Terminated(BaseException):
    """SIGTERM came; unwinds like Ctrl-C, with its own exit code."""


@dataclass
class Caught:
    """The signal that asked for the end; None while none did."""

    number: int | None = None

    def reraise(self) -> None:
        """Unwind as the signal would have by itself; returns when there was none."""
        if self.number == signal.SIGINT:
            raise KeyboardInterrupt
        if self.number is not None:
            raise Terminated


def on_sigterm(_signal: int, _frame: FrameType | None) -> None:
    """Unwind at once: what SIGTERM does while nothing is written."""
    raise Terminated


@contextmanager
def orderly(stop: Stop) -> Iterator[Caught]:
    """While this lasts the first signal only asks for the end."""
    caught = Caught()

    def ask(number: int, frame: FrameType | None) -> None:
        if caught.number is not None:
            caught.number = number
            caught.reraise()
        caught.number = number
        stop.ask("Ctrl-C" if number == signal.SIGINT else signal.Signals(number).name)
        # Not through the stream: the signal may have come in the middle of a line. A stream that
        # is no file is one of a test, or closed.
        with suppress(OSError, ValueError):
            os.write(sys.stderr.fileno(), _NOTICE)

    signals = [signal.SIGINT, signal.SIGTERM]
    if sys.platform != "win32":
        signals.append(signal.SIGHUP)  # The terminal is gone, as when a line drops.
    before = {number: signal.signal(number, ask) for number in signals}
    try:
        yield caught
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
