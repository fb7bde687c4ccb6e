"""`python -m benchmarks.profile`: where a plan of many files spends its CPU, as a picture in docs/.

py-spy looks at the process 200 times a second from outside. It is installed into an environment of
its own, as the peers are.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.build import ROOT, live_of
from benchmarks.cases.case import World, ours
from benchmarks.flame import picture, tree_of
from benchmarks.live import ProjectStock
from benchmarks.peers.peer import environment
from benchmarks.server import serve

PICTURE = ROOT / "docs" / "images" / "profile-plan.svg"
SAMPLES_A_SECOND = 200


def main() -> None:
    """Profile one plan and draw it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.profile", description=__doc__)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--folder", type=Path, help="keep the data here, and use what is there")
    parser.add_argument("--out", type=Path, default=PICTURE)
    given = parser.parse_args()
    spy = environment("py-spy", "py-spy") / "py-spy"
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        world = World((given.folder or Path(folder)).resolve())
        stacks = _stacks(world, given.files, spy, Path(folder) / "stacks.txt")
    title = f"cg-sync plan of {given.files:,} files against as many live settings, by CPU"
    given.out.write_text(picture(tree_of(stacks), title), encoding="utf-8")
    sys.stdout.write(f"{given.out}: {given.out.stat().st_size / 1024:.0f} KiB\n")


def _stacks(world: World, files: int, spy: Path, into: Path) -> list[str]:
    project = world.data("settings", files)
    with serve(ProjectStock(live_of(project))) as server:
        command = ours("plan", project=project, server=server)
        # Only who holds the interpreter: a thread that waits for it uses no CPU.
        record = [str(spy), "record", "--format", "raw", "--function", "--nonblocking", "--gil"]
        record += ["--rate", str(SAMPLES_A_SECOND), "--output", str(into), "--"]
        environ = {**os.environ, **command.environ}
        subprocess.run([*record, *command.argv], cwd=ROOT, env=environ, check=True,
                       stdout=subprocess.DEVNULL)  # fmt: skip
    return into.read_text(encoding="utf-8").splitlines()


if __name__ == "__main__":
    main()
