"""What a fault script says, once read: rules, when each fires, and the one fault it plays. Pure."""

import re
from dataclasses import dataclass
from random import Random
from typing import Any, Literal

Where = Literal["before", "after"]
"""Before the work, or after it was committed."""


@dataclass(frozen=True)
class Fixed:
    ms: float


@dataclass(frozen=True)
class Uniform:
    low: float
    high: float


@dataclass(frozen=True)
class Exponential:
    mean: float


@dataclass(frozen=True)
class Lognormal:
    median: float
    sigma: float


Delay = Fixed | Uniform | Exponential | Lognormal

LONGEST_MS = 60_000.0


def drawn_ms(delay: Delay, random: Random) -> float:
    """A length of this distribution, in milliseconds, never above LONGEST_MS."""
    match delay:
        case Fixed(ms):
            drawn = ms
        case Uniform(low, high):
            drawn = random.uniform(low, high)
        case Exponential(mean):
            drawn = random.expovariate(1 / mean)
        case Lognormal(median, sigma):
            drawn = median * random.lognormvariate(0, sigma)
    return min(drawn, LONGEST_MS)


@dataclass(frozen=True)
class Window:
    """At most so many requests in any so many seconds."""

    requests: int
    seconds: float


@dataclass(frozen=True)
class Bucket:
    """Tokens that come back at a rate a second, up to `burst` of them; a request takes one."""

    rate: float
    burst: int


@dataclass(frozen=True)
class Latency:
    delay: Delay
    where: Where


@dataclass(frozen=True)
class Throttle:
    """429 above the limit; without one always, with `wait` as the seconds to tell."""

    limit: Window | Bucket | None
    wait: int
    retry_after: Literal["seconds", "date", "none"]


@dataclass(frozen=True)
class Status:
    code: int
    where: Where


@dataclass(frozen=True)
class Reset:
    where: Where


@dataclass(frozen=True)
class HalfBody:
    """The number of bytes that are sent; None is half of them."""

    bytes: int | None


@dataclass(frozen=True)
class WrongLength:
    by: int


@dataclass(frozen=True)
class ReadOnly:
    code: int


@dataclass(frozen=True)
class DiskFull:
    code: int


@dataclass(frozen=True)
class StaleReads:
    """How long reads lag behind a write; the first of the two ends it."""

    reads: int | None
    seconds: float | None


@dataclass(frozen=True)
class ShiftingPages:
    change: Literal["insert", "remove"]
    page: int


@dataclass(frozen=True)
class DuplicateEmails:
    """Whose address is there twice; None is the channel's first customer."""

    emails: tuple[str, ...] | None


@dataclass(frozen=True)
class Normalise:
    """What the shop makes of what it is sent; None leaves a field alone."""

    name: Literal["trim", "collapse"] | None
    slug: Literal["lower"] | None
    priority: int | None
    dates: Literal["seconds"] | None
    config: dict[str, Any] | None
    price_list: Literal["default"] | None


@dataclass(frozen=True)
class TokenExpiry:
    pass


# Each of these spoils the answer; a request gets at most one of them.
Spoiling = Throttle | Status | Reset | HalfBody | WrongLength | ReadOnly | DiskFull
Fault = Spoiling | Latency | StaleReads | ShiftingPages | DuplicateEmails | Normalise | TokenExpiry

NAMES: dict[type[Fault], str] = {
    Latency: "latency",
    Throttle: "throttle",
    Status: "status",
    Reset: "reset",
    HalfBody: "half_body",
    WrongLength: "wrong_length",
    StaleReads: "stale_reads",
    ShiftingPages: "shifting_pages",
    DuplicateEmails: "duplicate_emails",
    Normalise: "normalise",
    TokenExpiry: "token_expiry",
    ReadOnly: "read_only",
    DiskFull: "disk_full",
}
"""What scripts call the faults."""


@dataclass(frozen=True)
class Turn:
    """Which of the requests that match: the n-th ones, each k-th, the first n, those after n."""

    kind: Literal["nth", "every", "first", "after"]
    numbers: tuple[int, ...]

    def comes(self, count: int) -> bool:
        """Whether it is the turn of the request that is the `count`-th to match, from 1."""
        match self.kind:
            case "nth":
                return count in self.numbers
            case "every":
                return count % self.numbers[0] == 0
            case "first":
                return count <= self.numbers[0]
            case "after":
                return count > self.numbers[0]


@dataclass(frozen=True)
class When:
    """Which requests a rule is for; what is None holds for all."""

    methods: frozenset[str] | None = None
    path: re.Pattern[str] | None = None
    collection: str | None = None
    turn: Turn | None = None
    share: float = 1.0


@dataclass(frozen=True)
class Rule:
    when: When
    fault: Fault


@dataclass(frozen=True)
class Script:
    seed: int
    rules: tuple[Rule, ...]
