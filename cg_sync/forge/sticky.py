"""One comment for each environment on a pull request, posted once and from then on edited."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from cg_sync.errors import Unreachable, UsageWrong, counted

POSTS_AT_MOST = 3


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment as the forge has it. A later one has a larger `number`."""

    number: int
    author: str
    body: str
    url: str = ""


class Thread(Protocol):
    """The comments of one pull request."""

    @property
    def longest(self) -> int:
        """How many characters a comment may have."""

    def author(self) -> str:
        """The name under which we write; asks the forge."""

    def comments(self) -> Iterator[Comment]:
        """All comments, page by page."""

    def inert(self, body: str) -> str:
        """The text without anything that the forge would carry out."""

    def post(self, body: str) -> Comment:
        """Write a new comment. Raises Unreachable when it may or may not be there now."""

    def edit(self, comment: Comment, body: str) -> Comment:
        """Give a comment another text."""

    def pause(self, attempt: int) -> None:
        """Wait before the next look."""


class Deed(StrEnum):
    """What became of the comment."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Posted:
    """The comment that now holds the report; `replaced` is how many older ones point to it."""

    deed: Deed
    comment: Comment
    replaced: int = 0


Identify = Callable[[str], str]
"""From a text to what makes it the report of one environment and channel; empty for no report."""


def post_sticky(thread: Thread, body: str, identify: Identify) -> Posted:
    """Put `body` into our comment of the same environment, or into a new one.

    Only comments of our own are looked at: anybody can write a first line that looks like ours. Of
    several the newest is kept, and the others are replaced by a line that points to it. Raises
    UsageWrong for a body that is no report, or is too long.
    """
    body = thread.inert(body)
    _refuse_if_useless(thread, body, identify)
    own = _own_comments(thread, identify, identify(body))
    if not own:
        return _post(thread, body, identify)
    *older, newest = own
    deed = Deed.UNCHANGED if _is_same(newest.body, body) else Deed.UPDATED
    kept = thread.edit(newest, body) if deed is Deed.UPDATED else newest
    for comment in older:
        thread.edit(comment, f"Outdated: the plan is in [a newer comment]({kept.url}).")
    return Posted(deed, kept, len(older))


def _refuse_if_useless(thread: Thread, body: str, identify: Identify) -> None:
    if not identify(body):
        raise UsageWrong(
            "the report does not begin as a report in markdown does",
            hint="make one with: cg-sync show plan.json --format markdown -o report.md",
        )
    if len(body) > thread.longest:
        raise UsageWrong(
            f"the report has {counted(len(body), 'character')}, and a comment may have "
            f"{thread.longest:,}",
            hint="a report in markdown keeps to a limit by itself, and says what it leaves out: "
            "make it with cg-sync show --format markdown",
        )


def _own_comments(thread: Thread, identify: Identify, identity: str) -> list[Comment]:
    """Our comments of that identity, the oldest first. Who we are is asked only if it matters."""
    alike = [it for it in thread.comments() if identify(it.body) == identity]
    if not alike:
        return []
    author = thread.author().casefold()
    mine = [it for it in alike if it.author.casefold() == author]
    return sorted(mine, key=lambda it: it.number)


def _post(thread: Thread, body: str, identify: Identify) -> Posted:
    """A new comment. When the answer is lost it is looked for before it is posted again."""
    for attempt in range(1, POSTS_AT_MOST):
        try:
            return Posted(Deed.CREATED, thread.post(body))
        except Unreachable:
            thread.pause(attempt)
            if own := _own_comments(thread, identify, identify(body)):
                return Posted(Deed.CREATED, own[-1])
    return Posted(Deed.CREATED, thread.post(body))


def _is_same(one: str, other: str) -> bool:
    """True when a forge, which may trim a text and write line ends its own way, holds the same."""
    return one.replace("\r\n", "\n").strip() == other.replace("\r\n", "\n").strip()
