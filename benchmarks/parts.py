"""`python -m benchmarks.parts NAME …`: parts of ours in a process of their own, which says how much
CPU and time the part alone took, as a JSON object.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

GROUP = 1
"""The first group of a shop of the benchmarks."""


@dataclass
class Watch:
    """Counts CPU and time from when it was made, less what was taken off."""

    cpu: float = field(default_factory=time.process_time)
    wall: float = field(default_factory=time.monotonic)

    def told(self, **more: float) -> dict[str, float]:
        """What has passed since, as `part_cpu` and `part_wall`."""
        cpu, wall = time.process_time() - self.cpu, time.monotonic() - self.wall
        return {"part_cpu": cpu, "part_wall": wall, **more}


def members(path: Path) -> dict[str, float]:
    """The reader of member lists: normal form, shape, twins, positions of what is wrong."""
    from cg_sync.files.members import read_member_file

    watch = Watch()
    keys, problems = read_member_file(path, shown_as=path.name)
    if problems or not keys:
        raise SystemExit("the list was not read")
    return watch.told()


def hostile(path: Path) -> dict[str, float]:
    """A file that means harm, which must be refused with its position."""
    from cg_sync.files.yaml_reader import read_yaml

    data = path.read_bytes()
    watch = Watch()
    _, problems = read_yaml(data, file=path.name)
    told = watch.told()
    if not any(it.where is not None and it.where.line for it in problems):
        raise SystemExit("the file was not refused, or nobody knows where")
    return told


def analyse(project: Path) -> dict[str, float]:
    """`cg-sync analyse`, whose exit code 3 about made-up rules is no failure here."""
    from cg_sync.cli.main import main

    watch = Watch()
    stdout, sys.stdout = sys.stdout, sys.stderr
    try:
        if main(["analyse", "--project", str(project), "--now", "2026-11-21"]) not in (0, 3):
            raise SystemExit("the settings were not analysed")
    finally:
        sys.stdout = stdout
    return watch.told()


def fetch(project: Path) -> dict[str, float]:
    """All members of a group, page by page, decoded as far as a plan needs for a list of e-mail
    addresses, and nothing done with them.
    """
    return _fetched(project, ("email",))


def fetch_whole(project: Path) -> dict[str, float]:
    """The same, but every field is decoded."""
    return _fetched(project, ())


def _fetched(project: Path, fields: Collection[str]) -> dict[str, float]:
    from cg_sync.workflow.check import check_files
    from cg_sync.workflow.connect import open_shop

    checked = check_files(project, environment=None, environ=os.environ)
    shop = open_shop(checked, environ=os.environ, writable=False)
    watch = Watch()
    rows = sum(1 for _ in shop.fetch_members("customer_groups", GROUP, fields=fields))
    return watch.told(rows=rows)


def sift(project: Path) -> dict[str, float]:
    """The members that a file wants held against pages that are already here as bytes, of which
    as much is decoded as a plan needs.
    """
    from cg_sync.core.members import fields_of
    from cg_sync.core.members import sift as sifted
    from cg_sync.workflow.check import check_files

    checked = check_files(project, environment=None, environ=os.environ)
    (wanted,) = (it for it in checked.desired.wanted.values() if it.membership)
    assert wanted.membership is not None
    fields = fields_of(wanted.membership.keys)
    pages = _Pages(f"/api/v1/remote/1/customer_groups/{GROUP}/customers/", fields)
    watch = Watch()
    sifted(wanted.membership, pages.rows(), in_order=True)
    watch.cpu += pages.cpu
    return watch.told(rows=pages.count)


class _Pages:
    """The pages of a listing by `http.client`; `cpu` is what bringing them here has cost."""

    def __init__(self, path: str, fields: frozenset[str]) -> None:
        self._path, self._fields = path, fields
        self.cpu, self.count = 0.0, 0

    def rows(self) -> Iterator[Any]:
        """The rows, decoded by ours."""
        from cg_sync.api.pages import page_in
        from cg_sync.api.wire import Request, Response, decipher

        url = os.environ["BENCH_URL"]
        for query, body in self._bodies(url.removeprefix("http://")):
            request = Request("GET", self._path, query, fields=self._fields)
            page = page_in(request, decipher(request, Response(200, {}, body)), url)
            self.count += len(page.rows)
            yield from page.rows
            if page.next is None:
                return

    def _bodies(self, netloc: str) -> Iterator[tuple[dict[str, str], bytes]]:
        """Page after page without an end."""
        import http.client

        connection = http.client.HTTPConnection(netloc)
        headers = {"Authorization": f"Token {os.environ['CG_SYNC_TOKEN']}"}
        number = 0
        while True:
            began = time.process_time()
            number += 1
            query = f"sort=id&limit=1000&page={number}"
            connection.request("GET", f"{self._path}?{query}", headers=headers)
            body = connection.getresponse().read()
            self.cpu += time.process_time() - began
            yield {"sort": "id", "limit": "1000", "page": str(number)}, body


if __name__ == "__main__":
    # As the console script has it, see `cg_sync.cli.main.run`.
    gc.set_threshold(1_000_000, 20, 100)
    parts: dict[str, Callable[[Path], dict[str, float]]] = {
        "members": members,
        "hostile": hostile,
        "analyse": analyse,
        "fetch": fetch,
        "fetch-whole": fetch_whole,
        "sift": sift,
    }
    sys.stdout.write(json.dumps(parts[sys.argv[1]](Path(sys.argv[2]))))
