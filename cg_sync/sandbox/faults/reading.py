"""A fault script from JSON; a bad one is refused with its place and what is wrong. Pure."""

import json
import re
from collections.abc import Callable
from typing import Any, cast

from cg_sync.sandbox.faults.asked import COLLECTIONS
from cg_sync.sandbox.faults.node import BadScript, Node
from cg_sync.sandbox.faults.script import (
    LONGEST_MS,
    Bucket,
    Delay,
    DiskFull,
    DuplicateEmails,
    Exponential,
    Fault,
    Fixed,
    HalfBody,
    Latency,
    Lognormal,
    Normalise,
    ReadOnly,
    Reset,
    Rule,
    Script,
    ShiftingPages,
    StaleReads,
    Status,
    Throttle,
    TokenExpiry,
    Turn,
    Uniform,
    When,
    Where,
    Window,
    WrongLength,
)

_METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
_TURNS = ("nth", "every", "first", "after")
_MANY = 10**9


def checked_json(text: str) -> Any:
    """The JSON of a script, known to be one; BadScript when it is none."""
    try:
        data = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise BadScript("script", f"no JSON: {error}") from None
    make_script(data)
    return data


def make_script(data: Any) -> Script:
    """The script in decoded JSON; BadScript when it is none."""
    root = Node("script", data)
    seed = root.whole("seed", 0, _MANY, default=0)
    rules = tuple(_rule(node) for node in root.parts("rules"))
    root.close()
    return Script(seed, rules)


def _rule(node: Node) -> Rule:
    when = node.part("when")
    named = [name for name in node.names() if name in _FAULTS]
    if len(named) != 1:
        raise BadScript(node.place, f"name one fault: {', '.join(_FAULTS)}")
    options = node.part(named[0])
    assert options is not None
    rule = Rule(When() if when is None else _when(when), _FAULTS[named[0]](options))
    options.close()
    node.close()
    return rule


def _when(node: Node) -> When:
    methods = node.words("method", _METHODS)
    when = When(
        methods=None if methods is None else frozenset(methods),
        path=_pattern(node),
        collection=node.choice("collection", COLLECTIONS),
        turn=_turn(node),
        share=node.number("share", 0, 1, default=1.0),
    )
    node.close()
    return when


def _pattern(node: Node) -> re.Pattern[str] | None:
    text = node.text("path")
    try:
        return None if text is None else re.compile(text)
    except re.error as error:
        raise BadScript(f"{node.place}.path", f"no regular expression: {error}") from None


def _turn(node: Node) -> Turn | None:
    named = [name for name in _TURNS if name in node.names()]
    if len(named) > 1:
        raise BadScript(node.place, f"{' and '.join(named)}: give one of them")
    match named:
        case ["nth"]:
            return Turn("nth", node.wholes("nth", 1, _MANY))
        case ["every"]:
            return Turn("every", (node.whole("every", 1, _MANY),))
        case ["first"]:
            return Turn("first", (node.whole("first", 1, _MANY),))
        case ["after"]:
            return Turn("after", (node.whole("after", 0, _MANY),))
        case _:
            return None


def _where(node: Node) -> Where:
    return cast(Where, node.choice("where", ("before", "after")) or "before")


def _latency(node: Node) -> Fault:
    return Latency(_delay(node), _where(node))


def _delay(node: Node) -> Delay:
    kinds = ("fixed", "uniform", "exponential", "lognormal")
    named = [name for name in kinds if name in node.names()]
    if len(named) != 1:
        raise BadScript(node.place, f"give one of {', '.join(kinds)}")
    if named == ["fixed"]:
        return Fixed(node.number("fixed", 0, LONGEST_MS))
    part = node.part(named[0])
    assert part is not None
    delay: Delay
    match named[0]:
        case "uniform":
            low = part.number("low", 0, LONGEST_MS)
            delay = Uniform(low, part.number("high", low, LONGEST_MS))
        case "exponential":
            delay = Exponential(part.number("mean", 0.001, LONGEST_MS))
        case _:
            median = part.number("median", 0, LONGEST_MS)
            delay = Lognormal(median, part.number("sigma", 0, 10))
    part.close()
    return delay


def _throttle(node: Node) -> Fault:
    limit: Window | Bucket | None = None
    names = node.names()
    if names & {"requests", "seconds"} and names & {"rate", "burst"}:
        raise BadScript(node.place, "requests/seconds and rate/burst: give one of the two")
    if names & {"requests", "seconds"}:
        limit = Window(node.whole("requests", 1, _MANY), node.number("seconds", 0.001, 86_400))
    elif names & {"rate", "burst"}:
        limit = Bucket(node.number("rate", 0.001, _MANY), node.whole("burst", 1, _MANY))
    told = node.choice("retry_after", ("seconds", "date", "none")) or "seconds"
    return Throttle(limit, node.whole("wait", 0, 86_400, default=1), cast(Any, told))


def _stale_reads(node: Node) -> Fault:
    reads = node.whole("reads", 1, _MANY) if "reads" in node.names() else None
    seconds = node.number("seconds", 0.001, 86_400) if "seconds" in node.names() else None
    if reads is None and seconds is None:
        raise BadScript(node.place, "give reads, seconds, or both")
    return StaleReads(reads, seconds)


def _wrong_length(node: Node) -> Fault:
    by = node.whole("by", -_MANY, _MANY)
    if by == 0:
        raise BadScript(f"{node.place}.by", "0 would be the right length")
    return WrongLength(by)


def _normalise(node: Node) -> Fault:
    if not node.names():
        raise BadScript(node.place, "give at least one field")
    config = node.part("config")
    return Normalise(
        name=cast(Any, node.choice("name", ("trim", "collapse"))),
        slug=cast(Any, node.choice("slug", ("lower",))),
        priority=node.whole("priority", 2, _MANY) if "priority" in node.names() else None,
        dates=cast(Any, node.choice("dates", ("seconds",))),
        config=None if config is None else config.whatever(),
        price_list=cast(Any, node.choice("price_list", ("default",))),
    )


_FAULTS: dict[str, Callable[[Node], Fault]] = {
    "latency": _latency,
    "throttle": _throttle,
    "status": lambda node: Status(node.one_of("code", (500, 502, 503, 504)), _where(node)),
    "reset": lambda node: Reset(_where(node)),
    "half_body": lambda node: HalfBody(
        node.whole("bytes", 0, _MANY) if "bytes" in node.names() else None
    ),
    "wrong_length": _wrong_length,
    "stale_reads": _stale_reads,
    "shifting_pages": lambda node: ShiftingPages(
        cast(Any, node.choice("change", ("insert", "remove")) or "insert"),
        node.whole("page", 1, _MANY, default=1),
    ),
    "duplicate_emails": lambda node: DuplicateEmails(node.words("emails")),
    "normalise": _normalise,
    "token_expiry": lambda node: TokenExpiry(),
    "read_only": lambda node: ReadOnly(node.one_of("code", (403, 503), default=403)),
    "disk_full": lambda node: DiskFull(node.one_of("code", (500, 507), default=500)),
}
