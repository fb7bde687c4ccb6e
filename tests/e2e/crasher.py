"""Runs cg-sync in processes that are killed at the n-th point: around each request it sends, and
around each write of its journal to the disk.

As a program it is a warm interpreter that forks one child for each run that it is asked for, since
to start Python and to import everything takes longer than the run itself.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import pkgutil
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any

from tests.unmeasured import unmeasured

JOURNAL = ".jsonl"


@dataclass(frozen=True)
class Ran:
    """What became of one run: its exit code, None when it was killed; what it said; and the points
    that it came to, the last one of which killed it.
    """

    code: int | None
    said: str
    points: tuple[str, ...]


@dataclass(frozen=True)
class Crasher:
    """A warm interpreter, and the folder of the project in which its children run."""

    process: subprocess.Popen[str]
    project: Path
    environ: Mapping[str, str]

    def run(self, *arguments: str, kill_at: int | str = 0, members_per_call: int = 2) -> Ran:
        """Run `cg-sync ARGUMENTS`. With `kill_at` it dies at that point, counted from 1, or at the
        first one whose name begins so.
        """
        asked = {
            "arguments": arguments,
            "project": str(self.project),
            "environ": dict(self.environ),
            "kill_at": kill_at,
            "members_per_call": members_per_call,
        }
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        print(json.dumps(asked), file=self.process.stdin, flush=True)
        answer = self.process.stdout.readline()
        assert answer, "the warm interpreter is gone"
        told = json.loads(answer)
        return Ran(told["code"], told["said"], tuple(told["points"]))


@contextmanager
def running_crasher(project: Path, environ: Mapping[str, str]) -> Iterator[Crasher]:
    """A crasher that ends with the block."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.e2e.crasher"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
        env=unmeasured(),
    ) as process:
        yield Crasher(process, project, environ)


class Points:
    """Counts the points of a run in all of its threads, and dies at the one that is wanted."""

    def __init__(self, kill_at: int | str, told: Path) -> None:
        self._kill_at = kill_at
        self._told = told
        self._lock = threading.Lock()
        self._names: list[str] = []

    def come_to(self, name: str, last_deed: Callable[[], object] = lambda: None) -> None:
        """Die here if this is the point, after `last_deed`."""
        with self._lock:
            self._names.append(name)
            by_name = isinstance(self._kill_at, str) and name.startswith(self._kill_at)
            if by_name or len(self._names) == self._kill_at:
                self.tell()
                last_deed()
                os.kill(os.getpid(), signal.SIGKILL)

    def tell(self) -> None:
        """Leave behind the names of the points so far."""
        self._told.write_text(json.dumps(self._names))


class Disk:
    """Stands before `os` where journals are written; tears lines, and loses what was not synced.

    It syncs nothing, which takes long and makes no difference to a process that is killed.
    """

    def __init__(self, points: Points) -> None:
        self._come_to = points.come_to
        self._open, self._write = os.open, os.write
        self._ftruncate, self._close = os.ftruncate, os.close
        self._safe: dict[int, int] = {}
        """Of each journal that is open, how many bytes a loss of power would leave."""

    def replace(self) -> None:
        """Take the place of the functions of `os`."""
        os.open, os.write, os.fsync = self.open, self.write, self.fsync  # type: ignore[assignment]
        os.ftruncate, os.close = self.ftruncate, self.close  # type: ignore[assignment]

    def open(self, path: Any, *arguments: Any, **named: Any) -> int:
        is_journal = str(path).endswith(JOURNAL)
        if is_journal:
            self._come_to("open")
        handle = self._open(path, *arguments, **named)
        if is_journal:
            self._safe[handle] = os.fstat(handle).st_size
            self._come_to("opened")
        return handle

    def write(self, handle: int, data: Any) -> int:
        if handle not in self._safe:
            return self._write(handle, data)
        self._come_to("write")
        line = bytes(data)
        for size in sorted({1, len(line) // 2, len(line) - 1}):
            self._come_to(f"torn after {size}", partial(self._write, handle, line[:size]))
        written = self._write(handle, line)
        self._come_to("written")
        return written

    def fsync(self, handle: int) -> None:
        if handle in self._safe:
            safe, size = self._safe[handle], os.fstat(handle).st_size
            self._come_to("power lost: shorter", lambda: self._ftruncate(handle, safe))
            self._come_to("power lost: zeros", lambda: self._zero(handle, safe, size))
            self._safe[handle] = os.fstat(handle).st_size
            self._come_to("synced")

    def _zero(self, handle: int, safe: int, size: int) -> None:
        """Some file systems note the new length before the bytes."""
        self._ftruncate(handle, safe)
        self._ftruncate(handle, size)

    def ftruncate(self, handle: int, size: int) -> None:
        if handle in self._safe:
            self._come_to("truncate")
        self._ftruncate(handle, size)
        if handle in self._safe:
            self._safe[handle] = min(size, self._safe[handle])
            self._come_to("truncated")

    def close(self, handle: int) -> None:
        if self._safe.pop(handle, None) is not None:
            self._come_to("close")
        self._close(handle)


def _watch_the_line(points: Points) -> None:
    """A point before each request is sent, and one after its answer has come."""
    from requests.adapters import HTTPAdapter

    send = HTTPAdapter.send

    def watched(self: Any, request: Any, **arguments: Any) -> Any:
        named = f"{request.method} {request.path_url}"
        points.come_to(f"ask {named}")
        answer = send(self, request, **arguments)
        points.come_to(f"answer {named}")
        return answer

    HTTPAdapter.send = watched  # type: ignore[assignment, method-assign]


def _run(asked: Mapping[str, Any], said: Path, told: Path) -> None:
    """In a child: run one command, and leave the process."""
    from cg_sync.cli.main import main
    from cg_sync.core import plan

    os.environ.update(asked["environ"])
    os.chdir(asked["project"])
    with said.open("wb", buffering=0) as out, Path(os.devnull).open("rb") as nothing:
        for number, file in ((0, nothing), (1, out), (2, out)):
            os.dup2(file.fileno(), number)
    plan.MEMBERS_PER_CALL = asked["members_per_call"]
    points = Points(asked["kill_at"], told)
    Disk(points).replace()
    _watch_the_line(points)
    code = main(asked["arguments"])
    points.tell()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _forked(asked: Mapping[str, Any], folder: Path) -> dict[str, object]:
    said, told = folder / "said.txt", folder / "points.json"
    told.unlink(missing_ok=True)
    child = os.fork()
    if child == 0:
        try:
            _run(asked, said, told)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(99)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    return {
        "code": None if code == -signal.SIGKILL else code,
        "said": said.read_text("utf-8"),
        "points": json.loads(told.read_text()),
    }


def _warm_up() -> None:
    import cg_sync

    for module in pkgutil.walk_packages(cg_sync.__path__, "cg_sync."):
        if not module.name.startswith("cg_sync.sandbox") and "__main__" not in module.name:
            importlib.import_module(module.name)
    gc.freeze()


def _serve(asked: IO[str], answers: IO[str], folder: Path) -> None:
    _warm_up()
    for line in asked:
        print(json.dumps(_forked(json.loads(line), folder)), file=answers, flush=True)


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as made:
        _serve(sys.stdin, sys.stdout, Path(made))
