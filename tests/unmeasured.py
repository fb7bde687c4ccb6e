"""Processes into which coverage does not look: other tests measure in less time what they run."""

from __future__ import annotations

import os


def unmeasured() -> dict[str, str]:
    """The environment of this process, without what makes coverage start in a child."""
    return {name: it for name, it in os.environ.items() if not name.startswith("COVERAGE_PROCESS_")}
