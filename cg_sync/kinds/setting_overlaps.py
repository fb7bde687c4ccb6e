"""Overlaps of settings: those that a file declares must be with other settings of the project."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from cg_sync.core.state import Wanted
from cg_sync.errors import Problem, did_you_mean
from cg_sync.jsonvalue import shown
from cg_sync.kinds.setting_contender import declared_overlaps

MOST_GUESSES = 20
"""Problems after which nobody looks for what was meant: that takes a look at every slug."""


def check_overlaps(settings: Iterable[Wanted], slugs: Collection[str]) -> Iterator[Problem]:
    """Overlaps declared with what is no other setting; `slugs` are those that may be named."""
    found = 0
    for wanted in settings:
        mine = wanted.address.key
        for it in declared_overlaps(wanted):
            if it.slug == mine:
                fault, hint = "is this setting itself", "name another, or remove the declaration"
            elif it.slug not in slugs:
                others = (slug for slug in slugs if slug != mine)
                near = did_you_mean(it.slug, others) if found < MOST_GUESSES else ""
                fault = "is no setting of this project"
                hint = near or "name the slug of a setting, or remove the declaration"
            else:
                continue
            found += 1
            message = f"{shown(it.pointer)}: {it.slug} {fault}"
            yield wanted.document.problem("CG-F29", message, it.pointer, hint=hint)
