"""A fault script being played: which faults hit a request, and how often each rule fired.

What a rule does to the k-th request it counts follows from the script and k alone, but for
throttles: those look at the clock, which is handed in.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from threading import Event, Lock
from typing import Any

from cg_sync.sandbox.faults.asked import Asked, concerns
from cg_sync.sandbox.faults.limits import make_limiter
from cg_sync.sandbox.faults.script import (
    Fault,
    Latency,
    Rule,
    Script,
    Spoiling,
    Throttle,
    drawn_ms,
)


@dataclass(frozen=True)
class Fired:
    """A fault that hits a request; `seconds` to pause for latency, to tell for a throttle."""

    fault: Fault
    seconds: float = 0.0


class Play:
    """One script from its first request to its end; safe to ask from several threads."""

    def __init__(self, script: Script, *, clock: Callable[[], float]) -> None:
        self._script, self._clock = script, clock
        self._lock, self._over = Lock(), Event()
        self._seen = [0] * len(script.rules)
        self._fired = [0] * len(script.rules)
        limits = {number: _limit(rule) for number, rule in enumerate(script.rules)}
        self._limiters = {
            number: make_limiter(limit) for number, limit in limits.items() if limit is not None
        }

    def faults_of(self, asked: Asked) -> tuple[Fired, ...]:
        """The faults that hit this request, in the order of the script.

        One that spoils the answer is the last: the rules below it count the request and rest.
        """
        with self._lock:
            fired: list[Fired] = []
            for number, rule in enumerate(self._script.rules):
                if not concerns(rule, asked):
                    continue
                self._seen[number] += 1
                spoilt = bool(fired) and isinstance(fired[-1].fault, Spoiling)
                if not spoilt and (hit := self._hit(number, rule)) is not None:
                    self._fired[number] += 1
                    fired.append(hit)
            return tuple(fired)

    def _hit(self, number: int, rule: Rule) -> Fired | None:
        count = self._seen[number]
        if rule.when.turn is not None and not rule.when.turn.comes(count):
            return None
        random = Random(f"{self._script.seed}/{number}/{count}")
        if random.random() >= rule.when.share:
            return None
        match rule.fault:
            case Latency(delay):
                return Fired(rule.fault, drawn_ms(delay, random) / 1000)
            case Throttle(None, seconds):
                return Fired(rule.fault, seconds)
            case Throttle():
                wait = self._limiters[number].wait(self._clock())
                return None if wait is None else Fired(rule.fault, wait)
            case _:
                return Fired(rule.fault)

    def counts(self) -> list[dict[str, int]]:
        """For each rule how many requests it counted, and how many of them it hit."""
        with self._lock:
            return list(self._counts())

    def _counts(self) -> Iterator[dict[str, int]]:
        for seen, fired in zip(self._seen, self._fired, strict=True):
            yield {"seen": seen, "fired": fired}

    def pause(self, seconds: float) -> None:
        """Hold the calling thread up, until the play is over at most."""
        self._over.wait(seconds)

    def end(self) -> None:
        """Let go whoever is held up; nothing pauses any more."""
        self._over.set()


def _limit(rule: Rule) -> Any:
    return rule.fault.limit if isinstance(rule.fault, Throttle) else None
