"""What an undo leaves as it is, and what it cannot bring back."""

from __future__ import annotations

from collections.abc import Iterator

from cg_sync.core.undo import Inverse
from cg_sync.jsonvalue import JsonObject
from cg_sync.report.change import Labels
from cg_sync.report.line import Line, Span, Tone, discreet, line, without_addresses


def undo_lines(inverse: Inverse, labels: Labels) -> Iterator[Line]:
    """Each record that somebody changed since the run, and how; then the losses."""
    for it in inverse.refused:
        title = f"{labels[it.address.kind]} {discreet(it.address.key)}"
        yield line(Span(f"  ! {title}", Tone.WARNING), " is left alone, it has moved since:")
        for moved in it.moved:
            then, now = discreet(moved.then), discreet(moved.found)
            yield line(f"      {moved.what}  then ", then, ", now ", now)
    for loss in inverse.losses:
        yield line(Span("  cannot be undone: ", Tone.WARNING), discreet(loss))


def undo_data(run: str, inverse: Inverse) -> JsonObject:
    """The same as data."""
    return {
        "run": run,
        "refused": [
            {
                "kind": it.address.kind,
                "key": without_addresses(it.address.key),
                "moved": [
                    {
                        "what": moved.what,
                        "then": without_addresses(moved.then),
                        "now": without_addresses(moved.found),
                    }
                    for moved in it.moved
                ],
            }
            for it in inverse.refused
        ],
        "losses": [without_addresses(it) for it in inverse.losses],
    }
