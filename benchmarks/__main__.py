"""`python -m benchmarks`: each case and its yardstick in turn, in processes of their own.

Prints median CPU seconds and peak memory of both, and the median of the paired CPU ratios with its
range. Trust the ratios: machines differ, and so does one machine from minute to minute. Then, how
much of a rate limit the client uses (`benchmarks.pace`).
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.data import (
    write_analysed,
    write_member_file,
    write_rule_tests,
    write_settings,
)
from benchmarks.pace import all_measured, table

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Case:
    """What is measured, and the least that any way to do it must cost."""

    name: str
    command: list[str]
    yardstick_name: str
    yardstick: list[str]


@dataclass(frozen=True)
class Cost:
    """What one process used: CPU seconds, and peak memory in MiB."""

    cpu: float
    memory: float


def cases(folder: Path, files: int, members: int, tests: int, analysed: int) -> list[Case]:
    """All cases, with their data written below `folder`."""
    write_settings(folder / "project", files)
    write_member_file(folder / "members.txt", members)
    tested = write_rule_tests(folder / "tested", tests)
    write_analysed(folder / "analysed", analysed)
    python = sys.executable
    return [
        Case(
            f"validate {files:,} setting files",
            [python, "-m", "cg_sync", "validate", "--project", str(folder / "project")],
            "bare libyaml event pass over the same bytes",
            [python, "-m", "benchmarks.yardsticks", "events", str(folder / "project")],
        ),
        Case(
            f"read and check a list of {members:,} members",
            [python, "-m", "benchmarks.yardsticks", "members", str(folder / "members.txt")],
            "set(text.lower().split())",
            [python, "-m", "benchmarks.yardsticks", "split", str(folder / "members.txt")],
        ),
        Case(
            f"test 6 settings on {tested:,} cases",
            [python, "-m", "cg_sync", "test", "--project", str(folder / "tested")],
            "read the files, and evaluate the 6 rules for each case",
            [python, "-m", "benchmarks.yardsticks", "evaluations", str(folder / "tested")],
        ),
        Case(
            f"analyse {analysed:,} settings, each pair",
            [python, "-m", "benchmarks.yardsticks", "analyse", str(folder / "analysed")],
            "validate the same settings",
            [python, "-m", "cg_sync", "validate", "--project", str(folder / "analysed")],
        ),
    ]


def measure(command: list[str]) -> Cost:
    """Run one process to its end; raises RuntimeError when it fails."""
    # What the case says is not the point; that it fails is seen by its exit code.
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, cwd=ROOT, stdout=quiet, stderr=quiet)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}")
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def run(case: Case, runs: int) -> dict[str, object]:
    """Measure a case against its yardstick, in turn, so that both see the same machine."""
    measure(case.command)
    pairs = [(measure(case.command), measure(case.yardstick)) for _ in range(runs)]
    ratios = sorted(ours.cpu / theirs.cpu for ours, theirs in pairs)
    return {
        "case": case.name,
        "cpu_seconds": round(statistics.median(ours.cpu for ours, _ in pairs), 2),
        "memory_mib": round(max(ours.memory for ours, _ in pairs)),
        "yardstick": case.yardstick_name,
        "yardstick_cpu_seconds": round(statistics.median(it.cpu for _, it in pairs), 2),
        "yardstick_memory_mib": round(max(it.memory for _, it in pairs)),
        "ratio": round(statistics.median(ratios), 2),
        "ratio_range": [round(ratios[0], 2), round(ratios[-1], 2)],
    }


def main() -> None:
    """Measure everything and write a table, or JSON for machines."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--files", type=int, default=2_000, help="setting files to validate")
    parser.add_argument("--members", type=int, default=200_000, help="lines of the member list")
    parser.add_argument("--analysed", type=int, default=50, help="settings to analyse pairwise")
    parser.add_argument("--tests", type=int, default=9_600, help="cases of rule tests")
    parser.add_argument("--calls", type=int, default=1_500, help="calls under a limit; 0: none")
    parser.add_argument("--runs", type=int, default=5, help="counted runs of each")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cg-sync-bench-") as folder:
        sizes = (arguments.files, arguments.members, arguments.tests, arguments.analysed)
        found = cases(Path(folder), *sizes)
        results = [run(case, arguments.runs) for case in found]
    paces = all_measured(arguments.calls, 100, 0.02, 8) if arguments.calls else []
    if arguments.json:
        sys.stdout.write(json.dumps([*results, *map(asdict, paces)], indent=2) + "\n")
        return
    sys.stdout.write("| case | CPU s | MiB | yardstick | CPU s | MiB | ratio (range) |\n")
    sys.stdout.write("|---|---|---|---|---|---|---|\n")
    for it in results:
        low, high = it["ratio_range"] if isinstance(it["ratio_range"], list) else (0, 0)
        cells = [it["case"], it["cpu_seconds"], it["memory_mib"], it["yardstick"]]
        cells += [it["yardstick_cpu_seconds"], it["yardstick_memory_mib"]]
        sys.stdout.write(f"| {' | '.join(map(str, cells))} | {it['ratio']} ({low}-{high}) |\n")
    if paces:
        sys.stdout.write(f"\n{table(paces)}")


if __name__ == "__main__":
    main()
