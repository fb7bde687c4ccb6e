"""What the children run to compare with: the least that any way to do the work must cost.

Each imports what it needs by itself, so that none pays for another.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path


def nothing(_path: Path) -> None:
    """Python starts and ends."""


def events(folder: Path) -> None:
    """A bare libyaml event pass over every YAML file."""
    from yaml._yaml import CParser

    for path in sorted(folder.rglob("*.yaml")):
        parser = CParser(path.read_bytes())
        while parser.check_event():
            parser.get_event()


def split(path: Path) -> None:
    """The quickest way in Python from a text file to a set of addresses, without any check."""
    set(path.read_text(encoding="utf-8").lower().split())


def get(targets: Path) -> None:
    """GET every target of a file from the server, one after another over one connection; what is
    zipped is unpacked, and nothing is done with it. This is what the server can give.
    """
    import http.client
    import os
    import zlib

    connection = http.client.HTTPConnection(os.environ["BENCH_URL"].removeprefix("http://"))
    token = os.environ["CG_SYNC_TOKEN"]
    headers = {"Authorization": f"Token {token}", "Accept-Encoding": "gzip"}
    for target in targets.read_text(encoding="utf-8").splitlines():
        connection.request("GET", target, headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        if answer.getheader("Content-Encoding") == "gzip":
            body = zlib.decompress(body, wbits=31)
        if answer.status != 200 or not body:
            raise SystemExit(f"{target} was answered {answer.status}")


def evaluations(project: Path) -> None:
    """The rules of all settings, evaluated for the customer of every case, and nothing said."""
    from cg_sync.files.rule_tests import find_rule_tests
    from cg_sync.rules.evaluate import Moment, evaluate
    from cg_sync.rules.ir import Rule
    from cg_sync.rules.testing.cases import cases_of
    from cg_sync.rules.testing.run import TIMELESS
    from cg_sync.workflow.check import check_files
    from cg_sync.workflow.testing import read_suites, subject_of

    checked = check_files(project, environment=None, environ=None)
    subject = subject_of(checked)
    rules = [it.rule.node for it in subject.contenders if isinstance(it.rule, Rule)]
    for read in read_suites(checked, subject, find_rule_tests(project, [])):
        for test in read.suite.tests:
            for case in cases_of(test, subject.catalogue):
                for rule in rules:
                    evaluate(rule, case.invented.customer, Moment(TIMELESS))


if __name__ == "__main__":
    commands: dict[str, Callable[[Path], None]] = {
        "nothing": nothing,
        "events": events,
        "split": split,
        "get": get,
        "evaluations": evaluations,
    }
    commands[sys.argv[1]](Path(sys.argv[2]))
