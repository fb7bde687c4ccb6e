"""Asks ahead of who reads the answers: several questions at a time, the answers in their order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, field
from queue import SimpleQueue
from threading import Event, Thread
from typing import Final, Generic, TypeVar

Q = TypeVar("Q")
A = TypeVar("A")

Ask = Callable[[Q, Callable[[], bool]], A]
"""Finds the answer to a question; is told how to know that nobody waits for it any more."""

GRACE_SECONDS: Final = 1.0
"""How long questions under way are waited for when nobody wants their answers any more."""


def answers(ask: Ask[Q, A], questions: Iterable[Q], *, threads: int) -> Generator[A, None, None]:
    """The answer to each question in turn, with at most so many of them asked and not yet read.

    What `ask` raises is raised here when its turn comes; once it is known, nothing more is asked.
    When this is closed nothing more is asked either, and the threads end.
    """
    crew = _Crew(ask, iter(questions), threads)
    try:
        crew.ask_more()
        while crew.under_way:
            answer = crew.next_answer()
            crew.ask_more()
            yield answer
    finally:
        crew.dismiss()


@dataclass(frozen=True, slots=True)
class _Task(Generic[Q, A]):
    """One question, and where its answer goes, or what was raised instead."""

    question: Q
    result: SimpleQueue[tuple[A] | BaseException] = field(default_factory=SimpleQueue)


class _Crew(Generic[Q, A]):
    """The threads that ask, and the questions that are under way, in order."""

    def __init__(self, ask: Ask[Q, A], questions: Iterator[Q], most: int) -> None:
        self.under_way: deque[_Task[Q, A]] = deque()
        self._ask = ask
        self._questions = questions
        self._most = most
        self._threads: list[Thread] = []
        self._tasks: SimpleQueue[_Task[Q, A] | None] = SimpleQueue()
        self._failed, self._over = Event(), Event()

    def ask_more(self) -> None:
        """Ask as many as may be under way, unless one has failed."""
        while len(self.under_way) < self._most and not self._failed.is_set():
            try:
                task: _Task[Q, A] = _Task(next(self._questions))
            except StopIteration:
                return
            self.under_way.append(task)
            self._tasks.put(task)
            if len(self._threads) < self._most:
                # A daemon: whoever breaks off need not wait for a shop that does not answer.
                self._threads.append(Thread(target=self._work, daemon=True))
                self._threads[-1].start()

    def next_answer(self) -> A:
        """Wait for the answer to the first question under way; raises what asking it has raised."""
        result = self.under_way.popleft().result.get()
        if isinstance(result, BaseException):
            raise result
        return result[0]

    def dismiss(self) -> None:
        """Let the threads end, and wait for them, but not long."""
        self._over.set()
        for _ in self._threads:
            self._tasks.put(None)
        for thread in self._threads:
            thread.join(GRACE_SECONDS / len(self._threads))

    def _work(self) -> None:
        while (task := self._tasks.get()) is not None:
            try:
                task.result.put((self._ask(task.question, self._over.is_set),))
            except BaseException as error:
                self._failed.set()
                task.result.put(error)
