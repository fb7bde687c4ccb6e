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


if __name__ == "__main__":
    {"events": events, "split": split, "members": members}[sys.argv[1]](Path(sys.argv[2]))
