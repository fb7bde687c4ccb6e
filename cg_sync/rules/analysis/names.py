"""E-mail addresses and phone numbers that suit tests: trees of labels and trees of digits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import count

from cg_sync.jsonvalue import JsonValue
from cg_sync.rules.analysis.budget import Budget
from cg_sync.rules.evaluate import is_domain_in
from cg_sync.rules.ir import Leaf
from cg_sync.rules.tests import DomainIn, PhoneCountry


def addresses(leaves: Sequence[Leaf], budget: Budget) -> Iterator[JsonValue]:
    """An address whose domain suits all leaves, if there is any.

    A domain that suits can be replaced by the deepest domain asked for above it, or by a fresh name
    directly below that one: no leaf can tell the two apart. So these are all that need trying.
    """
    wanted = [it.test for it in leaves if isinstance(it.test, DomainIn) and not it.exclude]
    refused = [it.test for it in leaves if isinstance(it.test, DomainIn) and it.exclude]
    fresh = _fresh_label([*wanted, *refused], budget)
    for name in _tops(wanted, refused, budget):
        for domain in (name, f"{fresh}.{name}"):
            budget.spend(2 * (len(wanted) + len(refused)))
            if all(is_domain_in(domain, it) for it in wanted) and not any(
                is_domain_in(domain, it) for it in refused
            ):
                yield f"test@{domain}"
                return


def _tops(wanted: list[DomainIn], refused: list[DomainIn], budget: Budget) -> Iterator[str]:
    """The domains at or below which to look: those asked for, or any."""
    if not wanted:
        yield "example.com"
        yield next(
            name
            for name in map("example{}".format, count(1))
            if not any(name in it.names for it in refused)
        )
    closed = [it.names for it in refused if it.below]
    for test in sorted(wanted, key=lambda it: len(it.domains)):
        budget.spend(len(test.domains) // 10)
        yield from (name for name in test.domains if not any(name in it for it in closed))


def _fresh_label(tests: Sequence[DomainIn], budget: Budget) -> str:
    """A label with which no domain of the tests begins."""
    budget.spend(sum(len(it.domains) for it in tests) // 50)
    taken = [_first_labels(it.names) for it in tests]
    labels = map("sub{}".format, count(1))
    return next(label for label in labels if not any(label in it for it in taken))


@lru_cache(maxsize=256)
def _first_labels(names: frozenset[str]) -> frozenset[str]:
    return frozenset(name.partition(".")[0] for name in names)


def phone_numbers(leaves: Sequence[Leaf], budget: Budget) -> Iterator[JsonValue]:
    """An international number that suits all leaves, if there is any; it ends in zeros."""
    wanted = [it.test for it in leaves if isinstance(it.test, PhoneCountry) and not it.exclude]
    refused = {
        code
        for leaf in leaves
        if isinstance(leaf.test, PhoneCountry) and leaf.exclude
        for code in leaf.test.codes
    }
    codes = sorted({code for it in wanted for code in it.codes}) if wanted else ["999", ""]
    for code in codes:
        budget.spend(len(refused) + len(wanted))
        if all(code.startswith(it.codes) for it in wanted):
            digits = _digits_past(code, refused, budget)
            if digits:
                yield f"+{digits}"
                return


def _digits_past(code: str, refused: set[str], budget: Budget) -> str | None:
    """Digits that begin with `code` and with no refused ones; None when all do."""
    budget.spend(1 + len(refused) // 20)
    if any(code[:end] in refused for end in range(len(code) + 1)):
        return None
    if not any(it.startswith(code) for it in refused):
        return f"{code}0000000000"
    longer = (_digits_past(code + digit, refused, budget) for digit in "9876543210")
    # All that is longer may be refused, and the code alone is not.
    return next((it for it in longer if it is not None), code or None)
