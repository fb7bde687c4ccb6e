"""Carries out a plan: several writes at a time, each looked at, journalled, made and settled."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Final, Generic

from cg_sync.api import deeds
from cg_sync.api.bench import Bench, Ending, Journal
from cg_sync.api.wire import TokenRefused
from cg_sync.core.job import Job, Manner
from cg_sync.core.kind import C, Kind
from cg_sync.core.outcome import Failure, Normalised
from cg_sync.core.plan import Step
from cg_sync.core.schedule import Schedule, Skipped
from cg_sync.core.stop import Stop
from cg_sync.errors import ApiError, CgSyncError, JournalLost, Unauthorised

FAILURES_IN_A_ROW: Final = 5
FAILURES_SHARE: Final = 0.2
FAILURES_SHARE_FROM: Final = 20
"""Steps tried, from which on a share of failures says something."""
DRAIN_SECONDS: Final = 25.0
"""How long writes that are under way are waited for once the run must end."""
TICK_SECONDS: Final = 0.1


@dataclass
class Result:
    """How it ended: the steps in the order in which they did."""

    done: list[Step] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    skipped: tuple[Skipped, ...] = ()
    stopped: str = ""
    out_of_time: bool = False
    normalised: list[Normalised] = field(default_factory=list)
    error: ApiError | None = None
    """Of the first failure, when there was one that the shop or the line to it caused."""


def apply_plan(
    job: Job,
    shop: deeds.Shop,
    journal: Journal,
    stop: Stop,
    *,
    kinds: Sequence[Kind[C]],
    context: C,
    manner: Manner,
    on_done: Callable[[Step], None],
    between: Callable[[], None] = lambda: None,
) -> Result:
    """Carry out the steps. Independent ones go on after a failure; what builds on it is skipped.

    `on_done` hears of each step once the shop has confirmed it, in this thread, and so does
    `between` from time to time; it may raise a CgSyncError to say that the run must end. Writes
    under way are finished then. Anything else that is raised ends the run at once.
    """
    return _Run(job, shop, journal, stop, kinds, context, manner, on_done, between).carried_out()


class _Run(Generic[C]):
    """One run: the state that its threads share."""

    def __init__(
        self,
        job: Job,
        shop: deeds.Shop,
        journal: Journal,
        stop: Stop,
        kinds: Sequence[Kind[C]],
        context: C,
        manner: Manner,
        on_done: Callable[[Step], None],
        between: Callable[[], None],
    ) -> None:
        self._job = job
        self._steps = job.plan.steps
        self._journal = journal
        self._stop = stop
        self._manner = manner
        self._on_done = on_done
        self._between = between
        self._schedule = Schedule(self._steps, kinds)
        self._bench = Bench(job, shop, journal, stop, kinds, context, manner.recheck)
        self._result = Result()
        self._told = 0
        """How many of the steps that are done the caller has heard of."""
        self._in_a_row = 0
        self._failed = 0
        self._waiting: SimpleQueue[int | None] = SimpleQueue()
        self._finished: SimpleQueue[tuple[int, Ending]] = SimpleQueue()
        self._under_way: set[int] = set()

    def carried_out(self) -> Result:
        workers = min(self._manner.workers, max(1, len(self._steps)))
        # Daemons: whoever asks twice for the end need not wait for an answer that does not come.
        threads = [threading.Thread(target=self._work, daemon=True) for _ in range(workers)]
        for thread in threads:
            thread.start()
        try:
            self._drive(workers)
        finally:
            for _ in threads:
                self._waiting.put(None)
        result = self._result
        result.skipped = self._schedule.skipped
        result.stopped = self._stop.why if len(result.done) < len(self._steps) else ""
        result.out_of_time = bool(result.stopped) and self._stop.out_of_time
        return result

    def _drive(self, workers: int) -> None:
        drained = 0.0
        while True:
            self._call_between()
            self._hand_out(workers)
            self._tell()  # Now all others are at work, and only this thread waits for the disk.
            if not self._under_way:
                return
            try:
                self._settle(*self._finished.get(timeout=TICK_SECONDS))
            except Empty:
                drained += TICK_SECONDS if self._stop.why else 0.0
                if drained >= DRAIN_SECONDS:
                    self._give_up()
                    return

    def _hand_out(self, workers: int) -> None:
        while not self._stop.why and len(self._under_way) < workers:
            number = self._schedule.next()
            if number is None:
                break
            self._under_way.add(number)
            self._waiting.put(number)

    def _tell(self) -> None:
        """Let the caller hear of what is done, once that is safe in the journal."""
        untold = self._result.done[self._told :]
        if not untold:
            return
        self._told += len(untold)
        try:
            self._journal.sync()
        except JournalLost as lost:
            self._stop.ask(str(lost))
        for step in untold:
            self._on_done(step)

    def _call_between(self) -> None:
        if self._stop.why:
            return
        try:
            self._between()
        except CgSyncError as error:
            self._stop.ask(str(error))

    def _give_up(self) -> None:
        for number in sorted(self._under_way):
            reason = "its answer did not come in time"
            self._result.failures.append(Failure(self._steps[number], reason, unsure=True))
            self._schedule.fail(number)
        self._under_way.clear()

    def _work(self) -> None:
        while (number := self._waiting.get()) is not None:
            self._finished.put((number, self._bench.carried_out(self._steps[number])))

    def _settle(self, number: int, ending: Ending) -> None:
        self._under_way.discard(number)
        step = self._steps[number]
        self._result.normalised.extend(ending.normalised)
        if ending.bug is not None:
            raise ending.bug
        if not ending.begun:  # The journal is lost, or the run must end: both stop it below.
            self._schedule.hand_back(number)
        elif ending.failure is None:
            self._schedule.succeed(number)
            self._in_a_row = 0
            self._result.done.append(step)
        else:
            self._schedule.fail(number)
            self._result.failures.append(ending.failure)
            self._result.error = self._result.error or ending.error
            if not ending.failure.crossed:  # That is nobody's fault, and says nothing of the rest.
                self._in_a_row += 1
                self._failed += 1
            self._stop_if_hopeless(ending)
        if ending.journal_lost is not None:
            self._stop.ask(str(ending.journal_lost))

    def _stop_if_hopeless(self, ending: Ending) -> None:
        tried = self._failed + len(self._result.done)
        if self._manner.fail_fast:
            self._stop.ask("a write failed, and --fail-fast was asked for")
        elif isinstance(ending.error, TokenRefused) or (
            isinstance(ending.error, Unauthorised) and not self._result.done
        ):
            self._stop.ask("the shop refuses these credentials")
        elif self._in_a_row >= FAILURES_IN_A_ROW:
            self._stop.ask(f"{self._in_a_row} writes in a row failed")
        elif tried >= FAILURES_SHARE_FROM and self._failed / tried > FAILURES_SHARE:
            self._stop.ask(f"{self._failed} of {tried} writes failed")
