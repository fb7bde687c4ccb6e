"""Each peer and ours in turn, on the same work."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from subprocess import SubprocessError

from benchmarks.cases.case import World
from benchmarks.measure import compared
from benchmarks.peers.dbt_jobs import dbt_jobs
from benchmarks.peers.gitlabform import gitlabform
from benchmarks.peers.octodns import octodns
from benchmarks.peers.peer import Match, PeerResult, Unavailable
from benchmarks.peers.terraform import terraform

Peer = Callable[[World], tuple[str, Iterator[Match]]]
"""Installs it: its name with its version, and what it is given to do. Raises Unavailable."""

PEERS: Mapping[str, Peer] = {
    "octodns": octodns,
    "dbt-jobs-as-code": dbt_jobs,
    "gitlabform": gitlabform,
    "terraform": terraform,
}


def run_peers(world: World, only: Sequence[str], told: Callable[[str], None]) -> list[PeerResult]:
    """All matches of all peers, or of those that `only` names; `peers` is all of them."""
    found: list[PeerResult] = []
    for name, peer in PEERS.items():
        if only and not {name, "peers"} & set(only):
            continue
        try:
            title, matches = peer(world)
            found += _matched(title, matches, told)
        except (Unavailable, RuntimeError, SubprocessError) as error:
            found.append(PeerResult(name, skipped=" ".join(str(error).split())[-200:]))
            told(f"{name}: {error}")
    return found


def _matched(
    title: str, matches: Iterator[Match], told: Callable[[str], None]
) -> Iterator[PeerResult]:
    for it in matches:
        outcome = compared(it.theirs, it.ours, it.runs)
        told(f"{title}: {it.work}")
        yield PeerResult(title, it.work, outcome.ours, outcome.yardstick, it.budgets)
