"""Questions asked ahead: several at a time, answered in order, and none when nobody reads on."""

from __future__ import annotations

import threading
from collections.abc import Callable
from threading import Barrier, Event, Lock

import pytest

from cg_sync.api import ahead
from cg_sync.api.ahead import answers

PATIENCE_SECONDS = 30


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow this machine is, threads that end are waited for."""
    monkeypatch.setattr(ahead, "GRACE_SECONDS", 100.0)


class Asked:
    """Answers each question with itself, and keeps who was asked."""

    def __init__(self) -> None:
        self.numbers: list[int] = []
        self._lock = Lock()

    def __call__(self, number: int, unless: Callable[[], bool]) -> int:
        with self._lock:
            self.numbers.append(number)
        return number


def test_the_answers_come_in_the_order_of_the_questions() -> None:
    asked = Asked()
    assert list(answers(asked, range(100), threads=7)) == list(range(100))
    assert sorted(asked.numbers) == list(range(100))


def test_so_many_are_asked_at_the_same_time() -> None:
    together = Barrier(4)

    def ask(number: int, unless: Callable[[], bool]) -> int:
        together.wait(PATIENCE_SECONDS)  # Goes on only once four are here.
        return number

    assert list(answers(ask, range(40), threads=4)) == list(range(40))


def test_a_late_answer_holds_up_those_behind_it_and_nobody_else() -> None:
    others = [Event() for _ in range(3)]

    def ask(number: int, unless: Callable[[], bool]) -> int:
        if number == 0:
            for other in others:
                assert other.wait(PATIENCE_SECONDS)
        elif number <= 3:
            others[number - 1].set()
        return number

    assert list(answers(ask, range(9), threads=4)) == list(range(9))


def test_no_more_are_asked_than_may_wait_for_the_reader() -> None:
    asked, pulled = Asked(), []
    questions = (pulled.append(it) or it for it in range(100))  # type: ignore[func-returns-value]
    stream = answers(asked, questions, threads=3)
    assert pulled == []
    for number in range(5):
        assert next(stream) == number
        assert pulled == list(range(number + 4))
    stream.close()
    assert len(asked.numbers) <= 8


def test_no_more_threads_are_started_than_are_wanted_or_have_a_question() -> None:
    before = threading.active_count()
    seen: list[int] = []

    def ask(number: int, unless: Callable[[], bool]) -> int:
        seen.append(threading.active_count() - before)
        return number

    assert list(answers(ask, range(40), threads=2)) == list(range(40))
    assert list(answers(ask, [1, 2], threads=16)) == [1, 2]
    assert max(seen) <= 2
    assert list(answers(ask, [], threads=16)) == []


def test_no_thread_is_left_however_it_ends() -> None:
    def fail(number: int, unless: Callable[[], bool]) -> int:
        raise ValueError(number)

    before = threading.active_count()
    list(answers(Asked(), range(9), threads=4))
    assert threading.active_count() == before
    stream = answers(Asked(), range(9), threads=4)
    next(stream)
    stream.close()
    assert threading.active_count() == before
    with pytest.raises(ValueError, match="0"):
        list(answers(fail, range(9), threads=4))
    assert threading.active_count() == before


def test_the_first_error_in_order_is_raised_in_its_turn() -> None:
    has_failed = Event()

    def ask(number: int, unless: Callable[[], bool]) -> int:
        if number == 1:
            assert has_failed.wait(PATIENCE_SECONDS)
            raise ValueError("of the first")
        if number == 2:
            has_failed.set()
            raise ValueError("of the second")
        return number

    stream = answers(ask, range(9), threads=3)
    assert next(stream) == 0
    with pytest.raises(ValueError, match="of the first"):
        next(stream)


def test_nothing_is_asked_once_an_error_is_known() -> None:
    def ask(number: int, unless: Callable[[], bool]) -> int:
        if number == 1:
            raise ValueError
        return number

    crew = ahead._Crew(ask, iter(range(9)), 2)
    crew.ask_more()
    crew.under_way[1].result.get()
    assert crew.next_answer() == 0
    crew.ask_more()
    assert [it.question for it in crew.under_way] == [1]
    crew.dismiss()


def test_a_question_under_way_hears_that_nobody_waits_for_it_any_more() -> None:
    under_way, heard = Event(), Event()

    def ask(number: int, unless: Callable[[], bool]) -> int:
        if number:
            under_way.set()
            while not unless():
                pass
            heard.set()
        return number

    stream = answers(ask, range(2), threads=2)
    next(stream)
    assert under_way.wait(PATIENCE_SECONDS)
    stream.close()
    assert heard.is_set()


def test_a_question_that_is_never_answered_holds_nobody_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ahead, "GRACE_SECONDS", 0.0)
    release, before = Event(), set(threading.enumerate())

    def ask(number: int, unless: Callable[[], bool]) -> int:
        assert number == 0 or release.wait(PATIENCE_SECONDS)
        return number

    stream = answers(ask, range(2), threads=2)
    next(stream)
    stream.close()
    left = set(threading.enumerate()) - before
    assert all(it.daemon for it in left)
    release.set()
    for thread in left:
        thread.join(PATIENCE_SECONDS)
    assert not any(it.is_alive() for it in left)
