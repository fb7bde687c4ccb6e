"""How the changes of a saved plan stand with the shop of today."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from cg_sync.core.moved import Moved
from cg_sync.core.staleness import Judged, Standing
from cg_sync.errors import counted
from cg_sync.jsonvalue import JsonValue
from cg_sync.report.change import Labels, title_of
from cg_sync.report.line import Line, Span, Tone, discreet, line, without_addresses

MOST_SHOWN = 50
"""Conflicts that are told one by one; JSON has them all."""

_WORDS: Mapping[Standing, str] = {
    Standing.OK: "still to do",
    Standing.ALREADY: "done already",
    Standing.CONFLICT: "crossed by somebody",
}


def standing_lines(found: Sequence[Judged], labels: Labels) -> Iterator[Line]:
    """A count of each standing, then every change that somebody crossed, and how."""
    counts = Counter(it.standing for it in found)
    told = [f"{counts[it]:,} {word}" for it, word in _WORDS.items() if counts[it]]
    tone = Tone.ERROR if counts[Standing.CONFLICT] else Tone.STRONG
    what = f"{counted(len(found), 'planned change')}: {', '.join(told) or 'nothing to do'}"
    yield line(Span("Since the plan was made", Tone.STRONG), ": ", Span(what, tone))
    crossed = [it for it in found if it.standing is Standing.CONFLICT]
    for it in crossed[:MOST_SHOWN]:
        yield line(Span(f"  ! {title_of(it.change, labels)}", Tone.WARNING))
        width = max(len(moved.what) for moved in it.moved)
        for moved in it.moved:
            yield line(f"      {moved.what.ljust(width)}  ", *_moved(moved))
    if len(crossed) > MOST_SHOWN:
        yield line(Span(f"  … and {len(crossed) - MOST_SHOWN:,} more", Tone.QUIET))


def _moved(moved: Moved) -> Line:
    then, now = Span(discreet(moved.then), Tone.REMOVED), Span(discreet(moved.found), Tone.ADDED)
    return line("then ", then, ", now ", now)


def standing_data(found: Sequence[Judged]) -> list[JsonValue]:
    """Each change, in the order of the plan, with its standing and what moved."""
    return [
        {
            "kind": it.change.address.kind,
            "key": without_addresses(it.change.address.key),
            "standing": it.standing.value,
            "moved": [
                {
                    "what": moved.what,
                    "then": without_addresses(moved.then),
                    "now": without_addresses(moved.found),
                }
                for moved in it.moved
            ],
        }
        for it in found
    ]
