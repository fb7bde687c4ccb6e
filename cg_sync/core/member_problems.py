"""What is to be said about members that the files name and the shop does not know for sure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from cg_sync.core.address import Address
from cg_sync.core.match import Pair
from cg_sync.core.members import MemberDelta, UnknownKey
from cg_sync.core.privacy import SAMPLE, masked, named
from cg_sync.errors import Problem, Severity, counted


def check_members(
    pairs: Sequence[Pair], members: Mapping[Address, MemberDelta], *, unknown: Severity
) -> Iterator[Problem]:
    """Keys that name nobody or several customers, as severe as `unknown`; removals held back."""
    for pair in pairs:
        delta = members.get(pair.wanted.address)
        if delta is None:
            continue
        for several, code, what in (
            (False, "CG-L04", "unknown to the shop"),
            (True, "CG-L07", "not told apart by their keys"),
        ):
            keys = [it for it in delta.unknown if it.several is several]
            if keys:
                few = _few(map(_shown, keys), len(keys))
                message = f"members: {counted(len(keys), 'customer')} {what}: {few}"
                hint = "they are left out until the shop knows them"
                yield _at_members(pair, code, message, hint, unknown)
        if delta.withheld:
            people = (masked(it.email) if it.email else f"pk {it.pk}" for it in delta.withheld)
            count = len(delta.withheld)
            message = (
                f"members: {counted(count, 'member')} not removed, since an unknown ERP code "
                f"or phone number may mean them: {_few(people, count)}"
            )
            hint = "mend the unknown keys, or name these customers by e-mail address or pk"
            yield _at_members(pair, "CG-L10", message, hint, Severity.WARNING)


def _few(people: Iterable[str], count: int) -> str:
    """The first few of so many; nobody else is looked at."""
    shown = named(tuple(islice(people, SAMPLE)))
    return f"{shown} and {count - SAMPLE:,} more" if count > SAMPLE else shown


def _shown(unknown: UnknownKey) -> str:
    return f"pk {unknown.key}" if unknown.field == "pk" else masked(unknown.key)


def _at_members(pair: Pair, code: str, message: str, hint: str, severity: Severity) -> Problem:
    return pair.wanted.document.problem(
        code, message, ("members",), of_key=True, hint=hint, severity=severity
    )
