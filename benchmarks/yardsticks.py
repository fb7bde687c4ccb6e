"""What the children run: the least that any way to do the work must cost, and parts of ours."""

from __future__ import annotations

import sys
from pathlib import Path


def events(folder: Path) -> None:
    """A bare libyaml event pass over every YAML file."""
    from yaml.cyaml import CParser

    for path in sorted(folder.rglob("*.yaml")):
        parser = CParser(path.read_bytes())
        while parser.check_event():
            parser.get_event()


def split(path: Path) -> None:
    """The quickest way in Python from a text file to a set of addresses, without any check."""
    set(path.read_text(encoding="utf-8").lower().split())


def members(path: Path) -> None:
    """Our reader: normal form, shape, twins, positions of what is wrong."""
    from cg_sync.files.members import read_member_file

    keys, problems = read_member_file(path, shown_as=path.name)
    if problems or not keys:
        raise SystemExit("the list was not read")


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


def analyse(project: Path) -> None:
    """`cg-sync analyse`, whose exit code 3 about made-up rules is no failure here."""
    from cg_sync.cli.main import main

    arguments = ["analyse", "--project", str(project), "--now", "2026-11-21"]
    if main(arguments) not in (0, 3):
        raise SystemExit("the settings were not analysed")


if __name__ == "__main__":
    commands = {
        "events": events,
        "split": split,
        "members": members,
        "evaluations": evaluations,
        "analyse": analyse,
    }
    commands[sys.argv[1]](Path(sys.argv[2]))
