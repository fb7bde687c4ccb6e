"""What a run will cost: how many calls of the shop, and how long they take."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from math import ceil
from typing import Final

SECONDS_OF_OURS: Final = 0.003
"""What a call costs here, beside waiting for the shop: to look, to note it in the journal, to send
it. One at a time is worked on.
"""


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a shop is: `latency` is the seconds until it answers a short call, `page` those
    until a page of a listing is read, `rate` how many calls a second it lets in, None while no
    limit is known.
    """

    latency: float
    page: float
    rate: float | None = None


@dataclass(frozen=True, slots=True)
class Reads:
    """Calls that read. Since several may be under way at a time, they take fewer `rounds`, which
    wait for each other.
    """

    calls: int = 0
    rounds: int = 0

    def __add__(self, other: Reads) -> Reads:
        return Reads(self.calls + other.calls, self.rounds + other.rounds)

    def __sub__(self, other: Reads) -> Reads:
        """What is left without the others, at least nothing."""
        return Reads(max(0, self.calls - other.calls), max(0, self.rounds - other.rounds))


NO_READS: Final = Reads()


@dataclass(frozen=True, slots=True)
class Phase:
    """Writes of one sort to one kind, named as in a journal: several are under way at a time, each
    after the calls that look at what it changes. `kept` are the looks that no option leaves out.
    """

    write: str
    kind: str
    writes: int
    looks: int = 0
    kept: int = 0


@dataclass(frozen=True, slots=True)
class Forecast:
    """A run in which nothing goes wrong: it reads the shop, looks and writes phase by phase, and
    reads again. Not `exact` where how much is read again hangs on what was not looked at.

    `pace` is None when the shop was not asked; `parallel` writes are under way at a time.
    """

    before: Reads
    phases: tuple[Phase, ...]
    after: Reads
    log_ins: int = 0
    """Those still to come: what writes logs in anew."""
    exact: bool = True
    pace: Pace | None = None
    parallel: int = 1

    @property
    def writes(self) -> Mapping[str, int]:
        """How many writes of each sort, in the order in which they begin."""
        found: Counter[str] = Counter()
        for it in self.phases:
            found[it.write] += it.writes
        return found

    @property
    def looks(self) -> int:
        return sum(it.looks for it in self.phases)

    @property
    def calls(self) -> int:
        """All calls of the run."""
        written = sum(it.writes + it.looks for it in self.phases)
        return self.before.calls + self.log_ins + written + self.after.calls

    @property
    def seconds(self) -> float | None:
        """How long the run takes, at least where no limit of the shop is known; None when nothing
        is known of its pace.
        """
        pace = self.pace
        if pace is None:
            return None
        reading = sum(
            _at_least(it.calls, it.rounds * pace.page, pace) for it in (self.before, self.after)
        )
        writing = sum(_seconds_of(it, pace, self.parallel) for it in self.phases)
        return reading + writing + _at_least(self.log_ins, self.log_ins * pace.latency, pace)

    def without_looks(self) -> Forecast:
        """The same when records are not looked at again before they change."""
        return replace(self, phases=tuple(replace(it, looks=it.kept) for it in self.phases))


def _seconds_of(phase: Phase, pace: Pace, parallel: int) -> float:
    """A phase ends with its last write: with two under way, three take as long as four."""
    calls = phase.writes + phase.looks
    rounds = ceil(phase.writes / parallel) * calls / phase.writes
    return _at_least(calls, rounds * (pace.latency + SECONDS_OF_OURS), pace)


def _at_least(calls: int, seconds: float, pace: Pace) -> float:
    """The seconds that so many calls take which are waited for so long, and no more of them than
    the shop lets in and this machine sends.
    """
    limited = 0.0 if pace.rate is None else calls / pace.rate
    return max(seconds, limited, calls * SECONDS_OF_OURS)


def pages_of(rows: int, page_size: int) -> int:
    """How many calls a listing of so many rows takes; an empty one is a page too."""
    return max(1, ceil(rows / page_size))


def reads_of(listings: Iterable[int], page_size: int, parallel: int) -> Reads:
    """The calls that read listings of so many rows, one listing after another. The first page of
    each tells how many others there are, of which so many are under way at a time.
    """
    pages = [pages_of(rows, page_size) for rows in listings]
    return Reads(sum(pages), sum(1 + ceil((it - 1) / parallel) for it in pages))
