"""`python -m benchmarks.build WHAT SEED COUNT FOLDER`: writes data, in a process of its own.

What runs the benchmarks must stay small: a process that it starts is never seen to be smaller.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def bare_environ() -> dict[str, str]:
    """The environment of this process, without what makes coverage of tests start in a child."""
    return {name: it for name, it in os.environ.items() if not name.startswith("COVERAGE_")}


def built(what: str, folder: Path, count: int, seed: int) -> Path:
    """The folder with that data, which is made if it is not there."""
    if not folder.exists():
        command = [sys.executable, "-m", "benchmarks.build", what, str(seed), str(count)]
        subprocess.run([*command, str(folder)], cwd=ROOT, env=bare_environ(), check=True)
    return folder


def live_of(project: Path) -> Path:
    """The file with the live records of a project beside it, which is made if it is not there."""
    file = project.with_suffix(".live.json")
    if not file.exists():
        command = [sys.executable, "-m", "benchmarks.live", str(project), str(file)]
        subprocess.run(command, cwd=ROOT, env=bare_environ(), check=True)
    return file


def main() -> None:
    """Write what is named."""
    from benchmarks import data

    what, seed, count, folder = sys.argv[1:]
    write = {
        "settings": data.write_settings,
        "group": data.write_group,
        "tested": data.write_rule_tests,
        "analysed": data.write_analysed,
    }[what]
    write(Path(folder), int(count), int(seed))


if __name__ == "__main__":
    main()
