"""How fast a shop may be asked, as cg-sync.yaml has it."""

from __future__ import annotations

import pytest

from cg_sync.core.document import Document
from cg_sync.core.project import Environment, make_project
from cg_sync.core.schema import Law
from cg_sync.files.schemas import read_schemas
from cg_sync.files.yaml_reader import read_yaml


def a_document(api: str) -> Document:
    text = (
        f"version: 1\nenvironments:\n  t: {{url: https://a.example, channel: 1, api: {{{api}}}}}\n"
    )
    document, problems = read_yaml(text.encode(), file="cg-sync.yaml")
    assert document is not None, problems
    return document


def an_environment(api: str) -> Environment:
    project, problems = make_project(a_document(api))
    assert project is not None, problems
    return project.environments["t"]


LAW = Law(read_schemas())


@pytest.mark.parametrize(
    ("written", "rate"),
    [
        ("50/s", (50, 1)),
        ("250/5s", (250, 5)),
        ("3000/m", (3_000, 60)),
        ("90/2m", (90, 120)),
        ("10000/h", (10_000, 3_600)),
    ],
)
def test_a_rate_is_so_many_calls_in_so_many_seconds(written: str, rate: tuple[int, float]) -> None:
    api = f"max_rate: {written}, parallel: 16"
    assert LAW.check("project", a_document(api)) == ()
    environment = an_environment(api)
    assert (environment.max_rate, environment.parallel) == (rate, 16)


def test_unless_it_is_written_no_limit_is_known() -> None:
    environment = an_environment("")
    assert (environment.max_rate, environment.parallel) == (None, 4)


@pytest.mark.parametrize(
    "api",
    [
        *("max_rate: 0/s", "max_rate: 50", "max_rate: 50/0s", "max_rate: 50/d", "max_rate: -5/s"),
        *("max_rate: '5 0/s'", "max_rate: 1.5/s", "parallel: 0", "parallel: 33", "parallel: 1.5"),
    ],
)
def test_what_is_no_rate_and_no_number_of_writes_is_refused(api: str) -> None:
    assert len(LAW.check("project", a_document(api))) == 1
