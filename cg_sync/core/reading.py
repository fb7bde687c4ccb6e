"""What a change means to people: said in sentences, and what is proved of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cg_sync.jsonvalue import JsonObject

UNDECIDED = "UNDECIDED"
"""The verdict on what could not be settled within the budget."""

Mark = Literal["+", "−", "~", "=", "!", "?"]


@dataclass(frozen=True, slots=True)
class Note:
    """One line of what a change means: added, taken away, changed, meaning the same; `!` is what is
    easily missed, `?` what was not looked at.
    """

    mark: Mark
    text: str


@dataclass(frozen=True, slots=True)
class Reading:
    """One field of a change as a reviewer reads it.

    `english` says the new value, empty where the field says it; `notes` what is otherwise than
    before. `verdict` is one word for
    what is proved of the change, with `proof` in a sentence; empty when there was nothing before.
    `gains` and `loses` are invented customers, by the names of attributes, who show it.
    `unverified` are the forms in which the value is sent that nobody has tried with the shop.
    """

    field: str
    english: tuple[str, ...]
    notes: tuple[Note, ...] = ()
    verdict: str = ""
    proof: str = ""
    gains: JsonObject | None = None
    loses: JsonObject | None = None
    unverified: tuple[str, ...] = ()
