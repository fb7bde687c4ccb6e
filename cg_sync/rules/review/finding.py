"""What a review says: one finding at one place, with the settings it is about and a witness."""

from __future__ import annotations

from dataclasses import dataclass

from cg_sync.errors import Severity
from cg_sync.jsonvalue import Pointer
from cg_sync.rules.analysis.prove import Witness


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to say about the file of the setting `slug`; without one, about invariants.yaml.

    `pointer` leads there from the top of the file. `settings` are all that it is about, that one
    first. The message of a finding whose witness is not sure says `may`. Where the setting does
    the same with each of several others, the witness is of the first of them and `more_witnesses`
    are of the others, in their order.
    """

    code: str
    severity: Severity
    message: str
    slug: str
    pointer: Pointer
    settings: tuple[str, ...] = ()
    hint: str = ""
    witness: Witness | None = None
    more_witnesses: tuple[Witness, ...] = ()


@dataclass(frozen=True, slots=True)
class Open:
    """A question that ended without an answer: what is asked, and of which settings."""

    question: str
    settings: tuple[str, ...]


def listed(words: tuple[str, ...], most: int = 3) -> str:
    """`vip`, `vip and staff`, `a, b, c and 4 more`."""
    if len(words) > most:
        return f"{', '.join(words[:most])} and {len(words) - most:,} more"
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"
