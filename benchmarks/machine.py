"""What the benchmarks ran on, and whether it had time for them."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence

from benchmarks.cases.case import Result

BUSY_LOAD = 0.5
"""Runnable processes a core, before the first case, from which on the machine is busy."""


def described() -> str:
    """The machine in a sentence."""
    cores = os.cpu_count()
    return f"{platform.python_implementation()} {platform.python_version()}, {cores} cores"


def warnings(load: float, results: Sequence[Result]) -> list[str]:
    """Why the figures may be wrong; `load` is the one before the first case."""
    found = []
    if load > BUSY_LOAD * (os.cpu_count() or 1):
        found.append(f"the machine was busy: a load of {load:.1f} before the first case")
    ratios = [(it.name, it.outcome.ratio) for it in results if it.outcome.ratio is not None]
    wide = [name for name, ratio in ratios if ratio.is_wide]
    if wide:
        found.append(f"the ratios of some cases differ from run to run: {', '.join(wide)}")
    return found
